"""Adding to a ledger file: the same as reading at once, nothing twice, in any order and number of runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from articles import folder
from contents import contents

from detente.errors import DocumentError
from detente.news import read_ledger
from detente.news.store import add, ledger, open_store


def test_the_file_holds_what_reading_at_once_gives(reports: Path, tmp_path: Path) -> None:
    for path in (Path(__file__).parents[1] / "reports").iterdir():
        shutil.copy(path, reports)
    with open_store(tmp_path / "l.sqlite") as store:
        done = add(store, reports)
        held = ledger(store, keep_copies=True)
    assert (done.added, done.known, done.skipped) == (7, 0, [])
    at_once = read_ledger(held.documents, keep_copies=True)
    assert len(held.statements) > 20
    assert held.statements == at_once.statements
    assert held.actors == at_once.actors
    assert any(s.act for s in held.statements)
    assert [d.path for d in held.documents] == [f"reports/{p.name}" for p in sorted(reports.iterdir())]


def test_order_and_number_of_runs_make_no_difference(reports: Path, tmp_path: Path) -> None:
    files = sorted(reports.iterdir())
    for name, runs in (("one", [files]), ("three", [[f] for f in reversed(files)])):
        with open_store(tmp_path / f"{name}.sqlite") as store:
            for run in runs:
                add(store, run)
    assert contents(tmp_path / "one.sqlite") == contents(tmp_path / "three.sqlite")


@pytest.mark.slow
def test_processes_make_no_difference(reports: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        with open_store(tmp_path / f"{workers}.sqlite") as store:
            add(store, reports, workers=workers)
    assert contents(tmp_path / "1.sqlite") == contents(tmp_path / "2.sqlite")


def test_nothing_is_added_twice(reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "l.sqlite"
    with open_store(path) as store:
        add(store, reports)
        before = contents(path)
        monkeypatch.setattr("detente.news.store.working.parse", None)  # nothing may be parsed again
        monkeypatch.setattr("detente.news.store.actors.Reader", None)  # nor the actors be told apart again
        done = add(store, reports)
    assert (done.added, done.known, done.skipped) == (0, 3, [])
    assert contents(path) == before


def test_one_text_in_two_files_is_one_document_with_two_places(reports: Path, tmp_path: Path) -> None:
    copy = reports / "0-copy.txt"
    copy.write_bytes(
        (reports / "b-valley.txt").read_bytes().replace(b"\n", b"\r\n")
    )  # other bytes, the same text
    with open_store(tmp_path / "l.sqlite") as store:
        done = add(store, reports)
        shutil.copy(copy, reports / "z-same-bytes.txt")
        again = add(store, reports)
        places = [r["path"] for r in store.rows("SELECT path FROM place WHERE path LIKE '%copy%' OR path LIKE '%valley%' "
                                                "OR path LIKE '%same%' ORDER BY path")]  # fmt: skip
        held = ledger(store)
    assert (done.added, done.known) == (3, 1)
    assert again.added == 0
    assert places == ["reports/0-copy.txt", "reports/b-valley.txt", "reports/z-same-bytes.txt"]
    assert len(held.documents) == 3
    assert held.documents[0].path == "reports/0-copy.txt"


def test_a_bad_file_is_reported_and_skipped_until_it_can_be_read(reports: Path, tmp_path: Path) -> None:
    bad = reports / "b-bad.txt"
    bad.write_bytes(b"")
    with open_store(tmp_path / "l.sqlite") as store:
        done = add(store, reports)
        assert done.added == 3
        assert done.skipped == [(str(bad), "the file is empty")]
        assert [tuple(r) for r in store.rows("SELECT * FROM skipped")] == [
            ("reports/b-bad.txt", "the file is empty")
        ]
        bad.write_text("Foreign Minister Anna Berg said the road was open again.", "utf-8")
        assert add(store, reports).added == 1
        assert store.rows("SELECT * FROM skipped") == []


def test_a_text_that_breaks_the_reader_is_skipped(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from detente.news.store import working

    parse = working.parse

    def breaks(text: str) -> object:
        if text.startswith("Valley"):
            raise IndexError("list index out of range")
        return parse(text)

    monkeypatch.setattr(working, "parse", breaks)
    with open_store(tmp_path / "l.sqlite") as store:
        done = add(store, reports)
        assert done.added == 2
        assert [(Path(p).name, "IndexError" in reason) for p, reason in done.skipped] == [
            ("b-valley.txt", True)
        ]
        monkeypatch.setattr(working, "parse", parse)
        assert add(store, reports).added == 1  # tried again, though other files are known


def test_a_table_of_articles_is_one_document_a_row(reports: Path, tmp_path: Path) -> None:
    table = tmp_path / "export.csv"
    texts = [path.read_text("utf-8").replace("\n", " ") for path in sorted(reports.iterdir())]
    rows = [f'2025-03-0{n},"{text.strip()}"' for n, text in enumerate(texts, 1)]
    table.write_text("\n".join(["date,body", *rows, ""]), "utf-8")
    with open_store(tmp_path / "l.sqlite") as store:
        done = add(store, table, text_column="body")
        held = ledger(store)
        assert add(store, table, text_column="body").added == 0
    assert done.added == 3
    assert len({d.part for d in held.documents}) == 3
    assert {d.date for d in held.documents} == {"2025-03-01", "2025-03-02", "2025-03-03"}
    assert {d.path for d in held.documents} == {"export.csv"}


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    with open_store(tmp_path / "l.sqlite") as store:
        with pytest.raises(DocumentError, match="no such file"):
            add(store, [tmp_path / "absent.txt"])
        (tmp_path / "empty").mkdir()
        with pytest.raises(DocumentError, match="nothing to read"):
            add(store, [tmp_path / "empty"])


@pytest.mark.skipif(os.name == "nt", reason="file names of this kind are not possible")
def test_hostile_names_and_texts_are_kept_as_they_are(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    name = "x'); DROP TABLE document; --\n\".txt"
    (reports / name).write_text(
        "Anna Berg said: “Robert'); DROP TABLE statement;--” was a name & more.\n", "utf-8"
    )
    broken = os.fsdecode(b"half\xff.txt")
    (reports / broken).write_text("Anna Berg said the road\x0c was open.\u202e Nobody asked.\n", "utf-8")
    with open_store(tmp_path / "l.sqlite") as store:
        done = add(store, reports)
        held = ledger(store)
        assert done.added == 2
        assert {d.path for d in held.documents} == {f"reports/{name}", "reports/half\\udcff.txt"}
        assert any("DROP TABLE statement" in held.words(s.document, s.content) for s in held.statements)
        assert add(store, reports).added == 0


def test_a_newer_reader_reads_the_stored_texts_again(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "l.sqlite"
    with open_store(path) as store:
        add(store, reports)
        before = contents(path)
        with store.writing() as connection:
            connection.execute("UPDATE parse SET reader = 'older', body = x'00'")
            connection.execute("UPDATE meta SET value = 'older' WHERE name = 'resolved'")
        done = add(store, reports)
    assert (done.added, done.again) == (0, 3)
    assert contents(path) == before


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_articles(tmp_path: Path) -> None:
    import subprocess
    import sys

    peaks = []
    for count in (50, 500):
        at = folder(tmp_path / str(count), count)
        program = (
            "import resource, sys\nfrom detente.news.store import add, open_store\n"
            "with open_store(sys.argv[2]) as store:\n    add(store, sys.argv[1])\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        run = subprocess.run(
            [sys.executable, "-c", program, at, tmp_path / f"{count}.sqlite"], capture_output=True, check=True
        )
        peaks.append(int(run.stdout))
    assert peaks[1] < 1.5 * peaks[0], peaks


def test_documents_that_wait_in_the_file_give_what_those_in_memory_give(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in (0, 150, 1_000_000):
        monkeypatch.setattr("detente.news.store.actors.WAITING", room)
        with open_store(tmp_path / f"{room}.sqlite") as store:
            add(store, reports)
    held = [contents(tmp_path / f"{room}.sqlite") for room in (0, 150, 1_000_000)]
    assert held[0] == held[1] == held[2]


def test_a_text_on_which_a_late_rule_fails_keeps_no_other_from_being_read(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import detente.news.store.actors as actors

    (bad, *good) = sorted(reports.iterdir())
    words = bad.read_text(encoding="utf-8")
    real = actors.attributions

    def breaks(text: str, *rest: object) -> object:
        if text[:40] == words[:40]:
            raise IndexError("no such token")
        return real(text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(actors, "attributions", breaks)
    with open_store(tmp_path / "l.sqlite") as store:
        done = add(store, reports)
        held = ledger(store)
        noted = [tuple(row) for row in store.rows("SELECT path, reason FROM skipped")]
    assert [Path(path).name for path, _ in done.skipped] == [bad.name]
    assert "no such token" in done.skipped[0][1]
    assert noted == [(f"reports/{bad.name}", done.skipped[0][1])]
    assert held.statements
    assert {Path(d.path).name for d in held.documents} >= {p.name for p in good}
    assert not any(
        s.document == d.id for d in held.documents if Path(d.path).name == bad.name for s in held.statements
    )
