"""The ledger on disk: what its files hold, that they are safe to open and appear whole."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from detente.errors import DocumentError, QuoteMismatch
from detente.news import ledger_record, read, read_ledger, verify, write_ledger
from detente.news.ledger import COLUMNS, safe_cell
from detente.scenario.statement import Document, Ledger

TEXT = (
    "The pact.\n\n“=1+1 is two,” said Minister Ada Lund. She denied that the army had left.\n"
    "Critics feared that the bill, “the worst in years”, would pass.\n"
)


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return read_ledger([Document("pact", "some/where/pact.txt", "0" * 64, "utf-8", TEXT)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_table_has_one_row_a_statement_with_places_that_hold(ledger: Ledger, tmp_path: Path) -> None:
    files = write_ledger(ledger, tmp_path / "new" / "folder")
    assert set(files) == {"ledger.csv", "ledger.jsonl"}
    table = rows(Path(files["ledger.csv"]))
    assert len(table) == len(ledger.statements) == 3
    assert tuple(table[0]) == COLUMNS
    for row in table:
        start, end = int(row["Start"]), int(row["End"])
        assert TEXT[start:end].split()[0] in row["Statement words"]
        assert int(row["Line"]) == TEXT[:start].count("\n") + 1
    assert [row["Polarity"] for row in table] == ["asserted", "denied", "asserted"]
    assert [row["Quotation"] for row in table] == ["direct", "indirect", "mixed"]
    assert [row["Speaker"] for row in table] == ["Ada Lund", "Ada Lund", "Critics"]


def test_the_lines_are_the_records(ledger: Ledger, tmp_path: Path) -> None:
    path = Path(write_ledger(ledger, tmp_path)["ledger.jsonl"])
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert lines == ledger_record(ledger)["statements"]


@pytest.mark.parametrize("value", ["=1+1", "+49", "-5", "@cmd", "\t=x", "\r=x"])
def test_cells_that_look_like_formulas_are_disarmed(value: str) -> None:
    assert safe_cell(value) == "'" + value
    assert safe_cell("plain " + value) == "plain " + value


def test_no_cell_of_a_table_begins_like_a_formula(tmp_path: Path) -> None:
    text = (
        "Minister Ada Lund said =HYPERLINK was banned. Lund said +49 was the code. -Lund said @all were out."
    )
    path = tmp_path / "-x.txt"
    path.write_text(text)
    ledger = read([path])
    assert ledger.statements
    for row in rows(Path(write_ledger(ledger, tmp_path / "out")["ledger.csv"])):
        assert not any((cell or " ")[0] in "=+-@" for cell in row.values())


def test_writing_twice_gives_the_same_bytes_and_leaves_nothing_else(ledger: Ledger, tmp_path: Path) -> None:
    first = {n: Path(p).read_bytes() for n, p in write_ledger(ledger, tmp_path).items()}
    second = {n: Path(p).read_bytes() for n, p in write_ledger(ledger, tmp_path).items()}
    assert first == second
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ledger.csv", "ledger.jsonl"]


def test_a_failure_half_way_leaves_the_old_file(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ledger(ledger, tmp_path)
    before = (tmp_path / "ledger.csv").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DocumentError, match="No space left"):
        write_ledger(replace(ledger, statements=()), tmp_path)
    assert (tmp_path / "ledger.csv").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ledger.csv", "ledger.jsonl"]


def test_a_folder_that_is_a_file_is_one_clear_error(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(DocumentError, match="cannot be written"):
        write_ledger(ledger, tmp_path / "x")


def test_a_span_outside_its_document_is_a_mismatch(ledger: Ledger) -> None:
    statement = replace(ledger.statements[0], content=((10, len(TEXT) + 5),))
    with pytest.raises(QuoteMismatch, match=statement.id):
        verify(replace(ledger, statements=(statement,)))


def test_statement_ids_are_unique_and_in_order(ledger: Ledger) -> None:
    assert [s.id for s in ledger.statements] == ["pact:1", "pact:2", "pact:3"]
