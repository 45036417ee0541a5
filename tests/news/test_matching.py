"""Statements of our own against the claims of peace-talks: precision, recall and stance, on both halves of the set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from detente.news.matching.match import match_statements
from detente.news.matching.setting import has_setting
from detente.scenario import read_scenario
from detente.scenario.model import Match, MatchRule
from detente.scenario.statement import Actor, Document, Ledger, Statement

HERE = Path(__file__).parent
SET: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load((HERE / "matching.yaml").read_text("utf-8"))
PLAYERS = {"aggressor": "Orvania", "defender": "Belmoria", "patron": "Castellania", "coalition": "Pact"}
PEOPLE = {"Sandor": "orvania", "Rusk": "belmoria", "Lanz": "castellania", "Marisol": "pact"}


def ledger_of(item: dict[str, Any]) -> Ledger:
    """A ledger with the one statement that an item marks."""
    text, spans = "", dict[str, tuple[int, int]]()
    for piece in re.split(r"(\{[^}]*\}|\[[^\]]*\])", item["text"]):
        if piece[:1] in "{[" and piece:
            spans["cue" if piece[0] == "{" else "content"] = (len(text), len(text) + len(piece) - 2)
            piece = piece[1:-1]
        text += piece
    if "cue" in item:
        start = text.index(item["cue"])
        spans["cue"] = (start, start + len(item["cue"]))
    who = [(name, "country", ()) for name in PLAYERS.values()] + [
        (n, "person", (of,)) for n, of in PEOPLE.items()
    ]
    actors = tuple(
        Actor(
            n.lower(),
            n,
            kind,
            1,
            (n,),
            of,
            (),
            tuple(("d", m.start(), m.end()) for m in re.finditer(n, text)),
        )
        for n, kind, of in who
    )
    speaker = next((n.lower() for n in PEOPLE if n in text[: spans["cue"][0]] or f"{n} said" in text), None)
    statement = Statement(
        "s", "d", (), (spans["cue"],), (spans["content"],), False, "asserted", "speech", speaker
    )
    return Ledger((Document("d", "d.txt", "0" * 64, "utf-8", text),), (statement,), actors)


def judged(part: str) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    rules = {c.id: c.match for c in read_scenario("peace-talks").claims.values()}
    players = {role: name.lower() for role, name in PLAYERS.items()}
    for item in SET[part]:
        found = match_statements(ledger_of(item), rules, players=players)
        yield item["text"], item["claims"], {m.claim: m.stance for m in found}


def measure(part: str) -> tuple[float, float, list[str]]:
    """Precision and recall of (claim, stance) pairs, and what went wrong."""
    right = proposed = wanted = 0
    wrong: list[str] = []
    for text, want, got in judged(part):
        right += len(want.items() & got.items())
        proposed += len(got)
        wanted += len(want)
        if want != got:
            wrong.append(f"{text}\n    wanted {want}, found {got}")
    return right / max(proposed, 1), right / max(wanted, 1), wrong


# below what each part reached something was lost; `held` and `last` were never looked at
LEVELS = {"tuning": (0.97, 0.97), "more_tuning": (0.97, 0.97), "held": (0.9, 0.9), "last": (0.9, 0.85)}


@pytest.mark.parametrize("part", LEVELS)
def test_statements_are_matched_to_the_claims_they_make(part: str) -> None:
    precision, recall, wrong = measure(part)
    print(
        f"{part}: {len(SET[part])} statements, precision {precision:.3f}, recall {recall:.3f}",
        *wrong,
        sep="\n",
    )
    least_precision, least_recall = LEVELS[part]
    assert precision >= least_precision
    assert recall >= least_recall


def test_the_set_is_large_and_has_every_claim_and_both_stances() -> None:
    items = [i for part in SET.values() for i in part]
    assert len(items) >= 60
    assert {c for i in items for c in i["claims"]} == set(read_scenario("peace-talks").claims)
    assert sum(not i["claims"] for i in items) >= 15
    assert sum("denies" in i["claims"].values() for i in items) >= 10


def stance(sentence: str, words: str, **rule: Any) -> str | None:
    """What a marked sentence does with a claim whose one group is ``words``."""
    found = match_statements(
        ledger_of({"text": sentence}), {"c": MatchRule((tuple(words.split(", ")),), **rule)}
    )
    return found[0].stance if found else None


@pytest.mark.parametrize(
    ("sentence", "words", "wanted"),
    [
        ("He {said} [sanctions work].", "sanction ... work", "makes"),
        ("He {said} [sanctions do not work].", "sanction ... work", "denies"),
        ("He {denied} [that sanctions do not work].", "sanction ... work", "makes"),
        ("He {did not deny} [that sanctions work].", "sanction ... work", None),
        ("He {did not say} [that sanctions work].", "sanction ... work", None),
        ("He {does not believe} [that sanctions work].", "sanction ... work", "denies"),
        ("He {said} [sanctions not only hurt but work].", "work", "makes"),
        ("He {said} [nobody thinks that sanctions work].", "work", "denies"),
        ("He {doubted} [that sanctions work].", "work", "denies"),
        ("He {said} [those who do not vote think that sanctions work].", "work", "makes"),
        ("He {said} [it was a myth that sanctions work].", "work", "denies"),
        ("He {said} [one should talk rather than punish].", "punish", "denies"),
        ("He {said} [that, if sanctions work, prices will fall].", "sanction ... work", None),
        ("He {discussed} [sanctions that work].", "work", None),
        ("He {warned against} [a deal that would reward force].", "reward force", "makes"),
        ("He {said} [they have not given up].", "not give up", "makes"),
        ("He {said} [they have given up].", "not give up", "denies"),
        ("He {said} [there is no peace without law].", "only not without law", "makes"),
        ("He {said} [peace without law is cheap].", "only not without law", None),
        ("He {said} [the neighbors are signaling].", "neighbour ... signal", "makes"),
        ("He {said} [the defence was organised].", "defense ... organize", "makes"),
        ("He {said} [the United States will come].", "united", None),
        ("He {said} [work].", "...", None),
        ("He {said} [they will not stop and have not given up].", "not give up", "makes"),
        ("He {said} [they did not see or hear sanctions].", "hear", "denies"),
        ("He {dismissed} [the threat as a bluff].", "bluff", "makes"),
        ("He {dismissed} [the threat].", "threat", "denies"),
        ("He {said} [nobody in the capital doubts that sanctions work].", "sanction ... work", "makes"),
        ("He {said} [not even his friends believe that sanctions work].", "sanction ... work", "denies"),
        ("He {said} [sanctions achieve nothing except to prolong the war].", "prolong", "makes"),
        ("He {said} [it was nonsense that sanctions work].", "sanction ... work", "denies"),
        ("He {said} [the claim that sanctions bring peace was disproved].", "sanction ... bring", "denies"),
        ("He {refused to say} [whether sanctions work].", "sanction ... work", None),
        ("He {rejected the idea, saying} [that sanctions work].", "sanction ... work", "makes"),
        ("He {disagreed}: [sanctions work].", "sanction ... work", "makes"),
        ("He {said} [it was sabre-rattling].", "sabre-rattling", "makes"),
    ],
)
def test_negation_forms_and_gaps(sentence: str, words: str, wanted: str | None) -> None:
    assert stance(sentence, words) == wanted


def test_never_and_contrary_words() -> None:
    sentence = "He {said} [sanctions work badly]."
    assert stance(sentence, "sanction", never=("badly",)) is None
    assert stance(sentence, "sanction", contrary=("badly",)) == "denies"


def test_whom_a_claim_is_about() -> None:
    rule = {"c": MatchRule((("want peace",),), about=("aggressor",))}
    players = {"aggressor": "orvania", "defender": "belmoria"}
    said = {
        "Lanz {said} [Orvania wants peace].": 1,
        "Lanz {said} [Belmoria wants peace].": 0,
        "Sandor {said} [we want peace].": 1,
        "Rusk {said} [we want peace].": 0,
        "Lanz {said} [the aggressor wants peace].": 1,
        "Lanz {said} [the dockers want peace].": 0,
    }
    assert {s: len(match_statements(ledger_of({"text": s}), rule, players=players)) for s in said} == said
    # nobody plays the role: nothing tells
    assert len(match_statements(ledger_of({"text": "Lanz {said} [Belmoria wants peace]."}), rule)) == 1


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("The parties met. " * 3, True),  # too short to tell
        ("The parties met in the capital on Monday. " * 6, False),
        ("The parties met in the capital on Monday. " * 6 + "Troops had invaded in May.", True),
        ("The parties met in the capital on Monday. " * 6 + "He demanded the port from them.", True),
        ("The parties met in the capital on Monday. " * 6 + "He demanded it. It came from them.", False),
        ("The parties met in the capital on Monday. " * 6 + "The cease-fire held.", True),
    ],
)
def test_the_setting_of_a_text(text: str, fits: bool) -> None:
    assert has_setting(text, ("invade", "demand ... from", "cease fire")) == fits
    assert has_setting(text, ())


def test_a_statement_in_a_text_of_another_setting_makes_no_claim_unless_a_person_says_so() -> None:
    ledger = ledger_of(
        {"text": "The parties met in the capital on Monday. " * 6 + "He {said} [it was a bluff]."}
    )
    rule = {"c": MatchRule((("bluff",),))}
    assert len(match_statements(ledger, rule, setting=("bluff",))) == 1
    assert match_statements(ledger, rule, setting=("embargo",)) == ()
    decided = [Match("s", "c")]
    assert [m.decided_by for m in match_statements(ledger, rule, decided, setting=("embargo",))] == ["person"]
