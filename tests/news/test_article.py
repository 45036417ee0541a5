"""The article on the talks at Johannesburg: each statement in it, and no sentence of its reporter."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.news import ledger_record, read
from detente.scenario.statement import Ledger

#: speaker, a few words of the content (the article is searched for them), form, polarity, kind
STATEMENTS = (
    ("kaja-kallas", "engaging in peace talks", False, "asserted", "speech"),
    ("kaja-kallas", "has not abandoned its goals", False, "asserted", "speech"),
    ("kaja-kallas", "any diplomatic concessions", False, "asserted", "attitude"),
    ("kaja-kallas", "given up their goals", True, "asserted", "speech"),
    ("kaja-kallas", "the maximum and plus", True, "asserted", "speech"),
    ("european-leaders", "ultimately benefit Russia", False, "asserted", "attitude"),
    ("kaja-kallas", "everything on the plate", True, "asserted", "speech"),
    ("european-leaders", "long-term implications", False, "asserted", "attitude"),
    ("kaja-kallas", "must be balanced", False, "asserted", "speech"),
    ("european-leaders", "possibility of deploying peacekeepers", False, "asserted", "speech"),
    ("kaja-kallas", "this idea premature", False, "asserted", "speech"),
    ("donald-trump", "dictator", "mixed", "asserted", "speech"),
    ("donald-trump", "face losing his country", False, "asserted", "speech"),
    ("european-leaders", "This controversial statement", False, "asserted", "speech"),
    ("european-leaders", "legitimate representative", False, "asserted", "attitude"),
    ("kaja-kallas", "somewhat overlooked", True, "asserted", "speech"),
    ("david-lammy", "had not observed any willingness", False, "denied", "speech"),
)
#: also attributed by the reporter, to others
OTHERS = (
    ("countries", "mediation in the conflict"),
    ("leaders", "power of dialogue"),
    ("others", "holding aggressors accountable through"),
    ("european-union", "its stance on the conflict"),
)
REPORTER = (
    "This reflects", "Her position highlights", "This strong statement", "Her cautious stance", "has added fuel",
    "This comment highlights", "shown little intention", "This reinforces", "not yet ready to end", "poignant reminder",
    "it is clear that", "arranged peace talks", "hinges on", "The timing of her remarks", "shocked many", "succinctly captured",
)  # fmt: skip


@pytest.fixture(scope="module")
def ledger(shared: Path) -> Ledger:
    path = shared / "articles" / "kallas-g20-2025.txt"
    if not path.is_file():
        pytest.skip("the article is not here")
    return read([path])


def at(ledger: Ledger, words: str) -> tuple[int, int]:
    text = ledger.documents[0].text
    assert text.count(words) == 1, words
    start = text.index(words)
    return start, start + len(words)


def covering(ledger: Ledger, words: str, part: str = "content") -> list:
    start, end = at(ledger, words)
    return [s for s in ledger.statements if any(a <= start and end <= b for a, b in getattr(s, part))]


@pytest.mark.parametrize("expected", STATEMENTS, ids=lambda e: e[1])
def test_the_statement_is_found_once_in_the_right_mouth(ledger: Ledger, expected: tuple) -> None:
    speaker, words, form, polarity, kind = expected
    found = covering(ledger, words)
    assert len(found) == 1
    (s,) = found
    assert (s.speaker, s.direct, s.polarity, s.kind) == (speaker, form, polarity, kind)


@pytest.mark.parametrize(("speaker", "words"), OTHERS)
def test_what_unnamed_groups_and_bodies_say_is_theirs(ledger: Ledger, speaker: str, words: str) -> None:
    assert [s.speaker for s in covering(ledger, words)] == [speaker]


@pytest.mark.parametrize("words", REPORTER)
def test_the_reporters_sentences_stay_the_reporters(ledger: Ledger, words: str) -> None:
    start, end = at(ledger, words)
    touching = [
        s
        for s in ledger.statements
        for part in (s.source, s.cue, s.content)
        for a, b in part
        if a < end and start < b
    ]
    assert not touching


def test_there_is_no_other_statement(ledger: Ledger) -> None:
    listed = {covering(ledger, e[1])[0].id for e in STATEMENTS} | {
        covering(ledger, w)[0].id for _, w in OTHERS
    }
    assert {s.id for s in ledger.statements} == listed


def test_both_quotations_of_one_paragraph_belong_to_one_statement(ledger: Ledger) -> None:
    assert covering(ledger, "given up their goals") == covering(ledger, "the maximum and plus")


def test_offices_are_read_from_the_text(ledger: Ledger) -> None:
    kallas, trump, lammy = (ledger.actor(i) for i in ("kaja-kallas", "donald-trump", "david-lammy"))
    assert kallas.member_of == ("european-union",)
    assert kallas.roles == ("foreign policy chief",)
    assert trump.member_of == ("united-states",)
    assert lammy.member_of == ("united-kingdom",)
    assert "foreign minister" in lammy.roles


def test_countries_are_actors(ledger: Ledger) -> None:
    kinds = {a.id: a.kind for a in ledger.actors}
    assert kinds["russia"] == kinds["ukraine"] == kinds["united-states"] == "country"
    assert kinds["european-union"] == "organisation"
    assert kinds["european-leaders"] == "group"


def test_the_dictator_is_zelenskyy(ledger: Ledger) -> None:
    (statement,) = covering(ledger, "dictator")
    assert "volodymyr-zelenskyy" in statement.about
    (statement,) = covering(ledger, "face losing his country")
    assert "volodymyr-zelenskyy" in statement.about


def test_the_record_has_the_shape_of_the_contract(ledger: Ledger) -> None:
    record = ledger_record(ledger)
    assert set(record) >= {"documents", "statements", "actors"}
    assert set(record["documents"][0]) >= {"id", "path", "sha256", "encoding", "text"}
    ids = {a["id"] for a in record["actors"]}
    for s in record["statements"]:
        assert set(s) >= {
            "id",
            "document",
            "source",
            "cue",
            "content",
            "direct",
            "polarity",
            "kind",
            "speaker",
            "about",
        }
        assert s["speaker"] is None or s["speaker"]["id"] in ids
        assert set(s["about"]) <= ids
