"""Files that changed, were renamed, moved or deleted since they were read; parts that are passed over."""

from __future__ import annotations

import os
import shutil
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from detente.news.store import Store, add, ledger, open_store, said
from detente.news.store.actors import documents_in_order

BERG = "Foreign Minister Anna Berg of Talmark said the army had left the valley and would not come back before the harvest."
LINDGREN = (
    "President Odo Lindgren of Norvania denied that the strait was closed to the grain ships of Talmark."
)


def listed(store: Store) -> list[tuple[str, str, int]]:
    """Path, part and whether the file holds something else now, in the order of documents."""
    return [
        (r["path"], r["part"], r["earlier"])
        for id in documents_in_order(store)
        for r in store.rows("SELECT * FROM place WHERE document = ? ORDER BY path, part", (id,))
    ]


def mail(path: Path, attached: bool = True) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "desk@lantern.example", "Strait"
    message.set_content(LINDGREN)
    if attached:
        message.add_attachment(
            b"%PDF-1.4 rubbish", maintype="application", subtype="pdf", filename="map, old.pdf"
        )
    path.write_bytes(bytes(message))


def not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["detente.news.store.add"], "gather", None)


def test_a_mail_with_attachments_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mail.eml"
    mail(file)
    with open_store(tmp_path / "l.sqlite") as store:
        first = add(store, file)
        noted = [tuple(r) for r in store.rows("SELECT * FROM skipped")]
        assert [path for path, _ in noted] == ["mail.eml, attachment map, old.pdf"]
        assert first.skipped
        with monkeypatch.context() as patched:
            not_opened(patched)
            again = add(store, file)
        assert (again.added, again.known, again.skipped) == (0, 1, [])
        assert [tuple(r) for r in store.rows("SELECT * FROM skipped")] == noted
        mail(file, attached=False)  # the same text without the attachment
        assert add(store, file).added == 0
        assert store.rows("SELECT * FROM skipped") == []
        assert listed(store) == [("mail.eml", "", 0)]


def test_a_table_with_rows_that_are_passed_over_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "wires.csv"
    table.write_text(f'title,text\na,"{BERG}"\nb,\nc,"{LINDGREN}"\n', "utf-8")
    with open_store(tmp_path / "l.sqlite") as store:
        assert (done := add(store, table)).added == 2
        assert [path for path, _ in done.skipped] == [f"{table}, row 2"]
        not_opened(monkeypatch)
        assert add(store, table).known == 1


def test_a_changed_file_is_one_place_and_its_older_text_stays(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    file.write_text(f"{LINDGREN}\n", "utf-8")
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, file)
        file.write_text(f"{BERG}\n", "utf-8")
        assert add(store, file).added == 1
        assert listed(store) == [("report.txt", "", 0), ("report.txt", "", 1)]
        assert ledger(store).documents[0].text.startswith("Foreign")
        rows = store.rows("SELECT speaker, places FROM statements")
        assert [tuple(r) for r in rows] == [("Anna Berg", 1), ("Odo Lindgren", 1)]
        found, _ = said(store, "odo-lindgren")
        assert [[seat.earlier for seat in s.seats] for s in found] == [[True]]
        file.write_text(f"{LINDGREN}\n", "utf-8")  # and back
        assert add(store, file).added == 0
        assert listed(store) == [("report.txt", "", 0), ("report.txt", "", 1)]
        assert ledger(store).documents[0].text.startswith("President")


def test_an_update_of_a_file_is_no_second_place_of_what_it_kept(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    rest = " ".join(
        f"The {word} of the valley was quiet again after the long winter." for word in "abcdefghij"
    )
    file.write_text(f"{LINDGREN}\n\n{BERG}\n\n{rest}\n", "utf-8")
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, file)
        file.write_text(f"{LINDGREN}\n\n{BERG.replace('harvest', 'winter')}\n\n{rest}\n", "utf-8")
        add(store, file)
        assert len(ledger(store).copies) == 1
        found, _ = said(store)
        assert [(s.words().split()[-1], [seat.earlier for seat in s.seats]) for s in found] == [
            ("Talmark", [False]), ("winter", [False]), ("harvest", [True]),
        ]  # fmt: skip


def test_rows_that_moved_in_a_table_are_where_they_are_now(tmp_path: Path) -> None:
    table = tmp_path / "wires.csv"
    table.write_text(f'title,text\na,"{BERG}"\nb,"{LINDGREN}"\n', "utf-8")
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, table)
        table.write_text(f'title,text\nb,"{LINDGREN}"\n', "utf-8")
        assert add(store, table).added == 0
        assert listed(store) == [("wires.csv", "row 1", 0), ("wires.csv", "row 1", 1)]
        assert ledger(store).documents[0].text.startswith("President")


def test_a_renamed_file_and_a_moved_folder_are_one_place_each(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{LINDGREN}\n", "utf-8")
    (folder / "b.txt").write_text(f"{BERG}\n", "utf-8")
    shutil.copy(folder / "b.txt", folder / "c.txt")  # one text in two papers
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, folder)
        (folder / "a.txt").rename(folder / "z.txt")
        assert add(store, folder).added == 0
        assert listed(store) == [("in/b.txt", "", 0), ("in/c.txt", "", 0), ("in/z.txt", "", 0)]
        folder.rename(tmp_path / "moved")
        assert add(store, tmp_path / "moved").added == 0
        assert listed(store) == [("moved/b.txt", "", 0), ("moved/c.txt", "", 0), ("moved/z.txt", "", 0)]
    (tmp_path / "elsewhere").mkdir()
    os.replace(tmp_path / "l.sqlite", tmp_path / "elsewhere" / "l.sqlite")
    with open_store(tmp_path / "elsewhere" / "l.sqlite") as store:  # the ledger moved, the files did not
        assert add(store, tmp_path / "moved").added == 0
        assert {path for path, _, _ in listed(store)} == {f"../moved/{n}.txt" for n in "bcz"}


def test_a_deleted_file_keeps_its_place_and_a_bad_one_is_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{LINDGREN}\n", "utf-8")
    (folder / "b.txt").write_text(f"{BERG}\n", "utf-8")
    (folder / "bad.txt").write_bytes(b"")
    with open_store(tmp_path / "l.sqlite") as store:
        add(store, folder)
        assert [r["path"] for r in store.rows("SELECT path FROM skipped")] == ["in/bad.txt"]
        (folder / "a.txt").unlink()
        (folder / "bad.txt").unlink()
        assert add(store, folder).added == 0
        assert listed(store) == [("in/a.txt", "", 0), ("in/b.txt", "", 0)]
        assert store.rows("SELECT * FROM skipped") == []
        assert len(said(store)[0]) == 2
