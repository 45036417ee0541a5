"""Whose words: the labelled reports, what is left open and how it is said, and that no order of documents counts."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest
from gold import cases, judge, summary
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.news import ledger_record, read_ledger, write_ledger
from detente.scenario.statement import Document, Ledger


def document(id: str, text: str) -> Document:
    return Document(id, f"{id}.txt", "0" * 64, "utf-8", text)


@pytest.mark.parametrize(
    ("half", "accuracy", "share"), [("first", 0.97, 0.95), ("second", 0.96, 0.95), ("third", 0.97, 0.97)]
)
def test_labelled_sources(half: str, accuracy: float, share: float) -> None:
    judged = judge(half)
    row = summary(judged)["all"]
    wrong = [(j.case, j.source.words, j.source.who, j.got) for j in judged if j.outcome == "wrong"]
    assert row["accuracy"] >= accuracy, wrong
    assert row["share"] >= share
    assert row["left open"] == row["open"], wrong


def test_the_labelled_sources_are_many() -> None:
    labelled = [
        source for half in ("first", "second", "third") for _, _, sources in cases(half) for source in sources
    ]
    assert len(labelled) >= 300
    assert sum(s.who[0] == "?" for s in labelled) >= 12


# ---------------------------------------------------------------- left open


def test_a_candidate_and_the_reason_are_in_the_record_and_the_table(tmp_path: Path) -> None:
    text = (
        "President Maria Lund met General Peter Lund. Lund said it was late. Brussels said that it was early."
    )
    ledger = read_ledger([document("d", text)])
    lund, brussels = ledger.statements
    assert lund.speaker is brussels.speaker is None
    assert lund.unclear is not None
    assert brussels.unclear is not None
    assert lund.unclear.candidates == (("maria-lund", "Maria Lund"), ("peter-lund", "Peter Lund"))
    assert lund.unclear.why == "several are called “Lund”"
    assert [id for id, _ in brussels.unclear.candidates] == ["belgium", "european-union", "nato"]
    record = ledger_record(ledger)["statements"][0]["speaker_unclear"]  # type: ignore[index]
    assert record["candidates"][1] == {"id": "peter-lund", "name": "Peter Lund"}
    with Path(write_ledger(ledger, tmp_path)["ledger.csv"]).open(encoding="utf-8-sig", newline="") as stream:
        row = next(csv.DictReader(stream))
    assert (row["Speaker"], row["Speaker may be"]) == ("", "Maria Lund; Peter Lund")
    assert row["Why unclear"] == lund.unclear.why


def test_who_is_clear_has_no_candidates() -> None:
    ledger = read_ledger([document("d", "President Maria Lund said it was late. She said that it was cold.")])
    assert [(s.speaker, s.unclear) for s in ledger.statements] == [("maria-lund", None)] * 2


def test_an_officer_whom_only_another_report_names_is_a_candidate_and_no_more() -> None:
    ledger = read_ledger(
        [
            document("a", "Norway's foreign minister, Erik Dahl, said the pact was signed."),
            document("b", "The Norwegian foreign minister said the pact was lost."),
        ]
    )
    one, other = ledger.statements
    assert one.speaker == "erik-dahl"
    assert other.speaker is not None
    assert ledger.actor(other.speaker).kind == "unnamed"
    assert other.unclear is not None
    assert other.unclear.candidates == (("erik-dahl", "Erik Dahl"),)


def test_a_spokesman_is_not_the_one_for_whom_he_speaks() -> None:
    text = "President Odo Holt left. A spokesman for Holt said the decree was signed. He said it was long."
    ledger = read_ledger([document("d", text)])
    assert [s.speaker and ledger.actor(s.speaker).kind for s in ledger.statements] == ["unnamed", None]
    assert ledger.statements[1].unclear is not None


@pytest.mark.parametrize(
    ("told", "speaker"),
    [
        ("The European Commission met.", "european-union"),
        ("The Belgian army was still.", "belgium"),
        ("NATO met.", "nato"),
        ("NATO met the EU.", None),
        ("", None),
    ],
)
def test_brussels_is_whom_the_document_tells(told: str, speaker: str | None) -> None:
    ledger = read_ledger([document("d", f"{told} Brussels said that it was early.".strip())])
    assert ledger.statements[0].speaker == speaker


# ---------------------------------------------------------------- order of documents


def findings(ledger: Ledger) -> tuple[object, ...]:
    statements = sorted(
        (s.id, s.speaker, s.about, s.unclear) for s in ledger.statements if s.document != "other"
    )
    documents = {s.document for s in ledger.statements} - {"other"}
    actors = sorted(
        (a.id, a.name, a.kind, a.names, a.member_of, a.roles, a.spans)
        for a in ledger.actors
        if any(d in documents for d, _, _ in a.spans)
    )
    return statements, actors


SEVERAL = [
    (name, documents)
    for half in ("first", "second", "third")
    for name, documents, _ in cases(half)
    if len(documents) > 1
]


def orders(documents: Sequence[Document]) -> list[tuple[Document, ...]]:
    return list(itertools.permutations(documents))


@pytest.mark.parametrize("documents", [d for _, d in SEVERAL], ids=[n for n, _ in SEVERAL])
def test_no_order_of_documents_counts(documents: list[Document]) -> None:
    first, *others = [findings(read_ledger(order)) for order in orders(documents)]
    assert all(other == first for other in others)


ALL = [
    d
    for n, (_, documents) in enumerate(SEVERAL)
    for d in (document(f"{n}-{d.id}", d.text) for d in documents)
]


@settings(derandomize=True, deadline=None, max_examples=3)
@given(st.permutations(ALL))
def test_no_order_of_many_documents_counts(order: list[Document]) -> None:
    assert findings(read_ledger(order)) == findings(read_ledger(ALL))


@pytest.mark.parametrize("documents", [d for _, d in SEVERAL], ids=[n for n, _ in SEVERAL])
def test_an_unrelated_document_changes_nothing(documents: list[Document]) -> None:
    other = document("other", "Captain Ovid Tarn said that the whales had gone north. Tarn was sure.")
    alone = findings(read_ledger(documents))
    assert findings(read_ledger([other, *documents])) == findings(read_ledger([*documents, other])) == alone
