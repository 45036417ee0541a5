"""Statements of one speaker over time, and contradictions between reports; where doubt remains, nothing is said."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from detente.errors import BadInput
from detente.news import ledger_record, read_ledger, write_ledger
from detente.news.store import (
    Contradiction,
    Store,
    add,
    contradictions,
    export,
    find_speaker,
    ledger,
    open_store,
    said,
)


def kept(tmp_path: Path, texts: Mapping[str, str], dates: Mapping[str, str] | None = None) -> Store:
    """An open ledger of ``texts``, {name: text}, with dates where given."""
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text + "\n", "utf-8")
    store = open_store(tmp_path / "l.sqlite")
    add(store, [tmp_path / f"{name}.txt" for name in texts])
    with store.writing() as connection:
        for name, date in (dates or {}).items():
            connection.execute("UPDATE place SET date = ? WHERE path = ?", (date, f"{name}.txt"))
    return store


TALKS = {
    "a": "President Odo Lindgren of Norvania said the strait would stay open. "
    "Foreign Minister Anna Berg of Talmark said talks would begin.",
    "b": "President Odo Lindgren warned that the army would march.",
    "c": "President Odo Lindgren said the talks were over. Citizens of Norvania wept.",
}


def test_one_speaker_over_time(tmp_path: Path) -> None:
    dates = {"a": "2025-03-09T10:00:00+01:00", "b": "2025-02-28"}
    with kept(tmp_path, TALKS, dates) as store:
        lindgren = find_speaker(store, "LINDGREN")
        assert lindgren == find_speaker(store, "Odo Lindgren") == "odo-lindgren"
        found, undated = said(store, lindgren)
        assert [(s.day, s.words()) for s in found] == [
            ("2025-02-28", "that the army would march"),
            ("2025-03-09", "the strait would stay open"),
            (None, "the talks were over"),
        ]
        assert undated == 0
        for since, until, days in (
            ("2025-03", None, ["2025-03-09"]),
            (None, "2025-02", ["2025-02-28"]),
            ("2025-02-28", "2025-03-09", ["2025-02-28", "2025-03-09"]),
            ("2025", "2025", ["2025-02-28", "2025-03-09"]),
            ("2026", None, []),
        ):
            found, undated = said(store, lindgren, since, until)
            assert [s.day for s in found] == days
            assert undated == 1
        everybody, _ = said(store)
        assert len(everybody) == 4


def test_who_is_asked_for_must_be_clear(tmp_path: Path) -> None:
    texts = {"a": "Minister Anna Berg said the road was open. Minister Otto Berg said the road was closed."}
    with kept(tmp_path, texts) as store:
        with pytest.raises(BadInput, match="more than one speaker") as both:
            find_speaker(store, "Berg")
        assert both.value.allowed == ["anna-berg", "otto-berg"]
        with pytest.raises(BadInput, match="Did you mean 'Anna Berg'"):
            find_speaker(store, "Anna Burg")
        for day in ("March", "2025-13", "2025-1-1", "2025-02-30x"):
            with pytest.raises(BadInput, match="no date"):
                said(store, None, day)


WATER = "“We will not sign a paper that leaves our towns without water,”"


def pairs(found: list[Contradiction]) -> list[tuple[str, str | None, str | None]]:
    return [(c.kind, c.one.statement.speaker, c.other.statement.speaker) for c in found]


def test_one_quotation_given_to_two_persons(tmp_path: Path) -> None:
    texts = {
        "a": f"{WATER} President Odo Lindgren said on Monday.",
        "b": f"{WATER} Foreign Minister Anna Berg said on Monday.",
        "c": f"{WATER} President Odo Lindgren said.",
    }
    with kept(tmp_path, texts, {"a": "2025-03-03", "b": "2025-03-04"}) as store:
        found = contradictions(store)
        assert pairs(found) == [
            ("speaker", "odo-lindgren", "anna-berg"),
            ("speaker", "anna-berg", "odo-lindgren"),
        ]
        assert [c.days for c in found] == [1, None]
        for c in found:
            for s in (c.one, c.other):
                assert s.words() == WATER
                assert s.document.text[s.statement.content[0][0] : s.statement.content[-1][1]] == WATER
        record = found[0].record()
        assert json.loads(json.dumps(record))["one"]["path"] == "a.txt"


def test_nearly_the_same_words_are_the_same_quotation(tmp_path: Path) -> None:
    texts = {
        "a": f"{WATER} President Odo Lindgren said.",
        "b": "“... will not sign a paper that leaves our towns without water,” Foreign Minister Anna Berg said.",
    }
    with kept(tmp_path, texts) as store:
        assert pairs(contradictions(store)) == [("speaker", "odo-lindgren", "anna-berg")]


@pytest.mark.parametrize(
    "other",
    [
        f"{WATER} President Odo Lindgren said.",  # the same speaker
        f"{WATER} a senior official said.",  # may be the same
        f"{WATER} Norvania said.",  # a country may speak through its president
        f"{WATER} Foreign Minister Anna Berg said, quoting President Odo Lindgren.",
        f"Foreign Minister Anna Berg repeated on Monday: {WATER}",
        f"{WATER} he said.",  # nobody knows
        f"Foreign Minister Anna Berg denied having said {WATER}",
        "“We will not sign,” Foreign Minister Anna Berg said.",  # anybody's words
        "“We will not sign a treaty that leaves our schools without teachers,” Foreign Minister Anna Berg said.",
    ],
)
def test_where_another_reading_is_possible_nothing_is_said(tmp_path: Path, other: str) -> None:
    texts = {"a": f"{WATER} President Odo Lindgren of Norvania said. Norvania's army was still.", "b": other}
    with kept(tmp_path, texts) as store:
        assert contradictions(store) == []


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("said that the army had left the valley.", "denied that the army has left the valley.", True),
        ("said that the army had left the valley.", "said that the army had not left the valley.", True),
        ("denied that the army had left the valley.", "said that the army had not left the valley.", False),
        ("said that the army had left the valley.", "said that an army had left the valley.", False),
        ("said that the army had left the valley.", "denied that the army had left the city.", False),
        ("said that the army had left the valley.", "asked whether the army had left the valley.", False),
        ("feared that the army had left the valley.", "denied that the army had left the valley.", False),
        (
            "said that the army would leave if it rained.",
            "said that the army would not leave if it rained.",
            False,
        ),
    ],
)
def test_one_speaker_on_both_sides(tmp_path: Path, one: str, other: str, found: bool) -> None:
    texts = {"a": f"President Odo Lindgren {one}", "b": f"President Odo Lindgren {other}"}
    with kept(tmp_path, texts, {"a": "2025-03-01", "b": "2025-03-11"}) as store:
        answer = contradictions(store)
        assert pairs(answer) == ([("stand", "odo-lindgren", "odo-lindgren")] if found else [])
        assert [c.days for c in answer] == ([10] if found else [])


def test_the_tables_are_those_of_reading_at_once_and_name_the_files(tmp_path: Path) -> None:
    with kept(tmp_path, TALKS) as store:
        files = export(store, tmp_path / "out")
        whole = ledger(store)
        part = export(store, tmp_path / "part", {whole.statements[0].id})
    beside = write_ledger(read_ledger(whole.documents), tmp_path / "beside")
    lines, lines_beside = (
        [json.loads(line) for line in Path(of["ledger.jsonl"]).read_text("utf-8").splitlines()]
        for of in (files, beside)
    )
    assert [[p["path"] for p in line.pop("places")] for line in lines] == [
        ["a.txt"],
        ["a.txt"],
        ["b.txt"],
        ["c.txt"],
    ]
    assert lines == lines_beside == ledger_record(whole)["statements"]
    rows, rows_beside = (
        list(csv.reader(Path(of["ledger.csv"]).read_text("utf-8-sig").splitlines())) for of in (files, beside)
    )
    assert rows[0] == [*rows_beside[0], "Also in files"]
    assert [row[:-1] for row in rows] == rows_beside
    with Path(part["ledger.csv"]).open(encoding="utf-8-sig", newline="") as stream:
        assert [row["Statement"] for row in csv.DictReader(stream)] == [whole.statements[0].id]
