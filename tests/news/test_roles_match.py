"""Proposals for roles and claims, on ledgers built by hand so that nothing here depends on the reader."""

from __future__ import annotations

import re

import pytest

from detente.news.matching.match import contradictions, match_statements
from detente.news.matching.roles import propose_roles
from detente.scenario.model import Match, MatchRule, Role
from detente.scenario.statement import Actor, Document, Ledger, Statement

TEXT = (
    "Orvania's invasion of Belmoria enters its third month. President Lanz of Castellania arranged talks with Orvania. "
    "Ministers of the Meridian Pact met on Tuesday. Marisol said that a concession to Orvania sends a signal to every aggressor. "
    "The Pact discussed peacekeepers. Marisol called the idea premature before a ceasefire."
)
ROLES = {
    "aggressor": Role(
        "aggressor", "aggressor", "aggressor", before=("'s invasion of", "invaded"), after=("talks with",)
    ),
    "defender": Role("defender", "defender", "defender", after=("invasion of", "attack on")),
    "patron": Role("patron", "patron", "patron", before=("arranged talks with",)),
    "coalition": Role(
        "coalition", "coalition", "coalition", words=("pact", "alliance"), after=("ministers of the",)
    ),
    "onlooker": Role("onlooker", "onlooker", "onlooker", words=("neighbours",)),
}


def spans_of(*names: str) -> tuple[tuple[str, int, int], ...]:
    found = []
    for name in names:
        at = TEXT.find(name)
        while at >= 0:
            found.append(("d", at, at + len(name)))
            at = TEXT.find(name, at + 1)
    return tuple(sorted(found))


def actor(id: str, kind: str, *names: str, member_of: tuple[str, ...] = ()) -> Actor:
    spans = spans_of(*names)
    return Actor(id, names[0], kind, len(spans), names, member_of, (), spans)


def span(words: str, nth: int = 0) -> tuple[tuple[int, int], ...]:
    at = -1
    for _ in range(nth + 1):
        at = TEXT.index(words, at + 1)
    return ((at, at + len(words)),)


ACTORS = (
    actor("orvania", "country", "Orvania"),
    actor("belmoria", "country", "Belmoria"),
    actor("castellania", "country", "Castellania"),
    actor("pact", "organisation", "Meridian Pact", "The Pact"),
    actor("lanz", "person", "Lanz", member_of=("castellania",)),
    actor("marisol", "person", "Marisol", member_of=("pact",)),
)
STATEMENTS = (
    Statement(
        "s1",
        "d",
        span("Marisol"),
        span("said"),
        span("that a concession to Orvania sends a signal to every aggressor"),
        False,
        "asserted",
        "speech",
        "marisol",
    ),
    Statement(
        "s2",
        "d",
        span("Marisol", 1),
        span("called"),
        span("the idea premature before a ceasefire"),
        False,
        "asserted",
        "speech",
        "marisol",
    ),
)
LEDGER = Ledger((Document("d", "d.txt", "0" * 64, "utf-8", TEXT),), STATEMENTS, ACTORS)
CLAIMS = {
    "signal": MatchRule(
        (("concession", "give"), ("signal", "message"), ("aggressor",)), contrary=("no signal",)
    ),
    "premature": MatchRule((("peacekeeper", "troop"), ("premature", "too early"))),
}


def test_each_role_goes_to_the_actor_that_the_words_speak_of() -> None:
    proposed = {p.role: p for p in propose_roles(LEDGER, ROLES)}
    assert {r: p.actor for r, p in proposed.items()} == {
        "aggressor": "orvania",
        "defender": "belmoria",
        "patron": "castellania",
        "coalition": "pact",
        "onlooker": None,
    }
    assert proposed["onlooker"].confidence == "open"
    assert all(p.because for p in proposed.values() if p.actor)


def test_a_persons_evidence_counts_for_the_country_that_the_text_ties_the_person_to() -> None:
    patron = next(p for p in propose_roles(LEDGER, ROLES) if p.role == "patron")
    assert patron.actor == "castellania"
    assert "arranged talks with" in TEXT[patron.because[0].start : patron.because[0].end]


def test_a_person_may_decide_a_role_and_nobody_plays_two() -> None:
    proposed = {p.role: p for p in propose_roles(LEDGER, ROLES, {"onlooker": "Orvania"})}
    assert proposed["onlooker"].confidence == "bound"
    assert proposed["aggressor"].actor != "orvania"


def test_a_name_alone_is_a_mere_mention() -> None:
    roles = {"coalition": Role("coalition", "coalition", "coalition", words=("pact", "alliance"))}
    assert [p.actor for p in propose_roles(LEDGER, roles)] == [None]


def proposed_in(text: str, roles: dict[str, Role], *countries: str) -> dict[str, str | None]:
    def spans(name: str) -> tuple[tuple[str, int, int], ...]:
        return tuple(("d", m.start(), m.end()) for m in re.finditer(name, text))

    actors = tuple(Actor(n.lower(), n, "country", len(spans(n)), (n,), (), (), spans(n)) for n in countries)
    ledger = Ledger((Document("d", "d.txt", "0" * 64, "utf-8", text),), (), actors)
    return {p.role: p.actor for p in propose_roles(ledger, roles)}


FORCE = {
    "aggressor": Role(
        "aggressor", "aggressor", "aggressor", before=("invaded", "'s ... attack on"), after=("invaded by",)
    ),
    "defender": Role("defender", "defender", "defender", before=("was invaded",), after=("invaded",)),
}


@pytest.mark.parametrize(
    "text",
    [
        "Orvania invaded Belmoria in March.",
        "Belmoria was invaded by Orvania in March.",
        "Belmoria, invaded in March, rejected the plan. Orvania’s surprise attack on the port failed. An army invaded Belmoria.",
    ],
)
def test_a_longer_phrase_a_passive_and_either_apostrophe(text: str) -> None:
    assert proposed_in(text, FORCE, "Orvania", "Belmoria") == {"aggressor": "orvania", "defender": "belmoria"}


def test_a_phrase_passes_over_a_possessor() -> None:
    roles = {"patron": Role("patron", "patron", "patron", before=("main supplier of arms",))}
    text = "Castellania, Belmoria's main supplier of arms, will talk."
    assert proposed_in(text, roles, "Castellania", "Belmoria") == {"patron": "castellania"}


def test_no_phrases_no_proposal() -> None:
    assert all(
        p.actor is None
        for p in propose_roles(
            LEDGER,
            {
                "aggressor": Role("aggressor", "aggressor", "aggressor"),
                "defender": Role("defender", "defender", "defender"),
            },
        )
    )


def test_a_statement_is_matched_to_the_claim_whose_groups_of_words_it_meets() -> None:
    found = match_statements(LEDGER, CLAIMS)
    assert [(m.statement, m.claim, m.stance) for m in found] == [
        ("s1", "signal", "makes"),
        ("s2", "premature", "makes"),
    ]
    assert found[0].words == ("concession", "signal", "aggressor")
    # "the idea" points to the peacekeepers of the sentence before, who count less than words of the statement
    assert 0.7 <= found[1].score < 1


def test_a_denied_statement_denies_the_claim_and_a_question_makes_none() -> None:
    from dataclasses import replace

    denied = Ledger(LEDGER.documents, (replace(STATEMENTS[0], polarity="denied"),), ACTORS)
    assert [m.stance for m in match_statements(denied, CLAIMS)] == ["denies"]
    asked = Ledger(LEDGER.documents, (replace(STATEMENTS[0], polarity="asked"),), ACTORS)
    assert match_statements(asked, CLAIMS) == ()


def test_a_persons_decision_overrules_the_words() -> None:
    decided = [Match("s1", "signal", stance="none"), Match("s2", "signal", stance="denies")]
    found = match_statements(LEDGER, CLAIMS, decided)
    assert [(m.statement, m.claim, m.stance, m.decided_by) for m in found] == [
        ("s2", "signal", "denies", "person"),
        ("s2", "premature", "makes", "rule"),
    ]


def test_two_speakers_who_say_the_contrary_are_shown_together() -> None:
    matches = [Match("s1", "signal"), Match("s2", "signal", stance="denies")]
    assert contradictions(LEDGER, matches) == [{"claim": "signal", "statements": ["s1", "s2"], "text": ""}]
    assert contradictions(LEDGER, matches[:1]) == []
