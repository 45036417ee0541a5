"""Opening a ledger file: new, older, newer, foreign, damaged, locked, full; with and without the write-ahead log."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from articles import folder
from contents import contents

from detente.errors import QuoteMismatch
from detente.news.store import add, ledger, open_store, opening, resolve, schema
from detente.news.store.opening import Store, StoreError, ledger_path
from detente.scenario.project import new_project

OLDER = [Path(__file__).with_name(f"version-{n}.sqlite") for n in range(1, schema.VERSION)]
FIRST = OLDER[0]


def test_a_project_keeps_its_ledger_in_its_folder(tmp_path: Path) -> None:
    new_project(tmp_path / "crisis")
    assert ledger_path(tmp_path / "crisis") == tmp_path / "crisis" / "ledger.sqlite"
    assert ledger_path(tmp_path / "any.sqlite") == tmp_path / "any.sqlite"


@pytest.mark.parametrize("target", ["plain-folder", "absent", "ledger.txt", "a\0b"])
def test_what_is_neither_project_nor_ledger_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "plain-folder").mkdir()
    with pytest.raises(StoreError):
        open_store(tmp_path / target)
    assert [p.name for p in tmp_path.iterdir()] == ["plain-folder"]


def test_asking_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no ledger yet"):
        open_store(tmp_path / "l.sqlite", make=False)
    assert not list(tmp_path.iterdir())


def test_a_closed_ledger_is_one_plain_file(reports: Path, tmp_path: Path) -> None:
    with open_store(tmp_path / "l.sqlite") as store:
        assert store.rows("PRAGMA journal_mode")[0][0] == "wal"
        add(store, reports)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["l.sqlite", "reports"]
    plain = sqlite3.connect(f"file:{tmp_path / 'l.sqlite'}?immutable=1", uri=True)
    plain.row_factory = sqlite3.Row
    rows = [dict(r) for r in plain.execute("SELECT * FROM statements")]
    plain.close()
    assert rows[0]["speaker"] == "Odo Lindgren"
    assert rows[0]["words"] == "that the strait was closed"
    assert {"date", "title", "file", "line", "polarity"} <= set(rows[0])


@pytest.mark.parametrize(("version", "file"), list(enumerate(OLDER, 1)))
def test_a_ledger_of_an_older_version_is_brought_to_this_one(
    tmp_path: Path, version: int, file: Path
) -> None:
    path = tmp_path / "l.sqlite"
    shutil.copy(file, path)
    old = sqlite3.connect(path)
    assert old.execute("PRAGMA user_version").fetchone() == (version,)
    kept = old.execute("SELECT document, number, content, cue, words FROM statement ORDER BY 1, 2").fetchall()
    places = old.execute("SELECT document, path, sha256, encoding, title FROM place ORDER BY 1, 2").fetchall()
    old.close()
    with open_store(path) as store:
        assert store.rows("PRAGMA user_version")[0][0] == schema.VERSION
        now = store.rows("SELECT document, number, content, cue, words FROM statement ORDER BY 1, 2")
        assert [tuple(r) for r in now] == kept
        now = store.rows("SELECT document, path, sha256, encoding, title FROM place ORDER BY 1, 2")
        assert [tuple(r) for r in now] == places
        assert store.rows("PRAGMA foreign_key_check") == []
        assert len(ledger(store).statements) == len(kept)
        assert store.meta("resolved") is None  # copies are looked for at the next run, or question
    fresh = tmp_path / "fresh.sqlite"
    open_store(fresh).close()
    assert shape(fresh) == shape(path)


def test_copies_in_an_older_ledger_are_found_at_the_next_question(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    shutil.copy(OLDER[1], path)
    with open_store(path) as store:
        before = ledger(store)
        assert not before.copies
        assert resolve(store)
        after = ledger(store)
    (copies,) = after.copies
    paths = {d.id: d.path for d in after.documents}
    assert [paths[id] for id in copies.documents] == ["reports/d-lantern.txt", "reports/e-courier.txt"]
    assert len(after.statements) < len(before.statements)


def shape(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2").fetchall()
    connection.close()
    return found


def test_a_step_that_fails_leaves_the_old_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "l.sqlite"
    shutil.copy(FIRST, path)
    before = shape(path)
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, "CREATE TABLE extra (a);\nDROP TABLE absent;\n"))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with pytest.raises(StoreError):
        open_store(path)
    assert shape(path) == before


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    open_store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match=r"newer version.*version 99"):
        open_store(path)


def test_other_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    text, foreign, cut = (tmp_path / n for n in ("text.sqlite", "foreign.sqlite", "cut.sqlite"))
    text.write_text("this is an article, not a database. " * 40)
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE document (a)")
    connection.close()
    cut.write_bytes(FIRST.read_bytes()[:5000])
    for path, said in ((text, "no SQLite database"), (foreign, "not a ledger"), (cut, "damaged|malformed")):
        before = path.read_bytes()
        with pytest.raises(StoreError, match=said):
            open_store(path)
        assert path.read_bytes() == before


def test_a_full_disk_is_one_clear_error_and_what_was_finished_stays(reports: Path, tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with open_store(path) as store:
        add(store, reports / "a-strait.txt")
        folder(reports, 3)
        pages = store.rows("PRAGMA page_count")[0][0]
        store.rows(f"PRAGMA max_page_count = {pages + 12}")
        with pytest.raises(StoreError, match="full"):
            add(store, reports)
    with open_store(path) as store:
        assert store.rows("PRAGMA integrity_check")[0][0] == "ok"
        kept = store.rows("SELECT count(*) FROM document")[0][0]
        assert 1 <= kept < 6
        assert add(store, reports).added == 6 - kept
        assert len(ledger(store).documents) == 6


def test_a_read_only_ledger_is_one_clear_error(reports: Path, tmp_path: Path) -> None:
    with open_store(tmp_path / "l.sqlite") as store:
        store.rows("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="readonly"):
            add(store, reports)


def test_waiting_for_another_process_ends(reports: Path, tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    with open_store(path) as one, open_store(path, patience=0.1) as other:
        one.connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="another process"):
            add(other, reports)
        one.connection.execute("ROLLBACK")


@pytest.mark.skipif(os.name == "nt", reason="this way of locking is not there")
def test_without_shared_memory_the_rollback_journal_is_used(
    reports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "network.sqlite"
    connected = sqlite3.connect

    def dotfile(name: str, **options: Any) -> sqlite3.Connection:
        return connected(name + "&vfs=unix-dotfile", **options)

    monkeypatch.setattr(opening.sqlite3, "connect", dotfile)
    with open_store(path) as store:
        assert store.rows("PRAGMA journal_mode")[0][0] == "delete"
        add(store, reports)
    monkeypatch.undo()
    with open_store(tmp_path / "here.sqlite") as store:
        add(store, reports)
    assert contents(path) == contents(tmp_path / "here.sqlite")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE document SET text = replace(text, 'denied', 'said so')",
        "UPDATE statement SET words = words || '!'",
        "UPDATE statement SET content = '[[0,1000000]]'",
        "UPDATE statement SET content = '[[5,4]]'",
        "UPDATE statement SET cue = 'nothing'",
    ],
)
def test_no_quote_leaves_that_is_not_in_its_document(reports: Path, tmp_path: Path, change: str) -> None:
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, reports / "a-strait.txt")
        store.rows("PRAGMA query_only")
        with store.writing() as connection:
            connection.execute(change if "content =" not in change else f"{change} WHERE number = 1")
        with pytest.raises(QuoteMismatch):
            ledger(store)


def test_a_damaged_parse_is_one_clear_error(reports: Path, tmp_path: Path) -> None:
    import zlib

    with open_store(tmp_path / "l.sqlite") as store:
        add(store, reports / "a-strait.txt")
        for body in (b"rubbish", zlib.compress(b'[{"at": 0, "words": ["a"]}]'), zlib.compress(b"{}")[:-3]):
            with store.writing() as connection:
                connection.execute("UPDATE parse SET body = ?", (body,))
                connection.execute("DELETE FROM meta")
            with pytest.raises(QuoteMismatch, match="parse"):
                add(store, reports / "b-valley.txt")


def test_the_store_is_closed_once(tmp_path: Path) -> None:
    store: Store = open_store(tmp_path / "l.sqlite")
    store.close()
    store.close()
