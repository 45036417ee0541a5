"""A run that adds files to a ledger: one transaction a document, so that a run may end at any moment and be begun again.

A file whose bytes are known is not opened again, a text that is known is not parsed again: only its place is noted. Files
that cannot be read are noted with the reason and passed over. After the last file the actors of all documents are told
apart (`resolve`).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from detente.errors import DocumentError, Where
from detente.news.documents.files import FORMATS, gather, inside
from detente.news.store.actors import resolve
from detente.news.store.opening import Store
from detente.news.store.parsed import parser_mark
from detente.news.store.reader import begin
from detente.news.store.rows import COLUMNS, place_values, statement_row, storable, stored_path, text_digest
from detente.news.store.settle import is_gone, settle
from detente.news.store.working import Parsed, in_order
from detente.scenario.statement import Document

Tell = Callable[[str, float], None]


@dataclass
class Added:
    """What a run did. ``skipped``: path and reason. ``again``: texts parsed again for a newer reader."""

    files: int = 0
    added: int = 0
    known: int = 0
    again: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _File:
    """A file on its way: the digest of its bytes, how many of its documents are still to come, and whether all went well.

    Parts that its format's reader passes over (attachments, empty rows) are passed over each time: all is well without them.
    """

    key: str | None
    left: int
    whole: bool = True


def add(
    store: Store,
    paths: Iterable[str | Path] | str | Path,
    *,
    workers: int = 1,
    text_column: str | None = None,
    reader: str | Path | None = None,
    tell: Tell | None = None,
) -> Added:
    """Adds the documents at ``paths`` (files, folders, ``-``) that are not there yet, then says who is who in all of them.

    ``text_column``: the column of a table that holds the texts. ``reader``: folder of a trained reader; a ledger has one
    reader, which the first run decides. ``tell`` is called with what is being done and the share done. Any number of
    processes may add at once. Raises `DocumentError` where nothing at all could be read, `StoreError` where the ledger
    cannot be written or has another reader, `DataError` where ``reader`` holds none.
    """
    chosen = begin(store, reader)
    done = Added()
    say = tell or (lambda what, share: None)
    files = _files([paths] if isinstance(paths, (str, Path)) else paths, done)
    done.files = len(files)
    for document, _, found in in_order(((d, d) for d in _outdated(store)), workers):
        if isinstance(found, Parsed):
            with store.writing() as connection:
                _write_parse(connection, document.id, document, found)
            done.again += 1
    for file, document, found in in_order(_jobs(store, files, done, say, text_column), workers):
        if isinstance(found, Parsed) and chosen.chooser is not None:
            found = replace(
                found, statements=[]
            )  # those of the rules; the reader's are found with the speakers
        _keep(store, file, document, found, done)
    _note_skipped(store, done)
    if not done.added and not done.known:
        raise _nothing(done)
    unread = len(done.skipped)
    resolve(store, say, chosen, done.skipped)
    if len(done.skipped) > unread:
        _note_skipped(store, done)
    return done


def _files(paths: Iterable[str | Path], done: Added) -> list[str]:
    files: list[str] = []
    for given in paths:
        try:
            is_folder = str(given) != "-" and Path(given).is_dir()
        except (OSError, ValueError):
            is_folder = False
        files += [str(path) for path in inside(Path(given), done.skipped)] if is_folder else [str(given)]
    return list(dict.fromkeys(files))


def _nothing(done: Added) -> DocumentError:
    if not done.skipped:
        return DocumentError("there is nothing to read", allowed=sorted(FORMATS))
    path, reason = done.skipped[0]
    alone = len(done.skipped) == 1
    return DocumentError(
        reason if alone else f"no file could be read; the first: {reason}", where=Where(path)
    )


# ---------------------------------------------------------------- what there is to parse


def _outdated(store: Store) -> Iterator[Document]:
    """Documents whose parse was made by another state of the parser."""
    old = store.rows("SELECT document FROM parse WHERE reader != ? ORDER BY document", (parser_mark(),))
    for row in old:
        (held,) = store.rows("SELECT text FROM document WHERE id = ?", (row["document"],))
        yield Document(row["document"], "", "", "", held["text"])


def _jobs(
    store: Store, files: list[str], done: Added, say: Tell, text_column: str | None
) -> Iterator[tuple[_File, Document]]:
    for number, path in enumerate(files):
        say(f"file {number + 1} of {len(files)}", number / len(files))
        try:
            sha256 = _digest(path)
            key = (
                f"{sha256} {text_column}" if sha256 and text_column else sha256
            )  # another column holds other texts
            if sha256 is not None and key is not None and _known_file(store, path, sha256, key):
                done.known += 1
                continue
            documents, skipped = gather([path], text_column)
        except DocumentError as error:
            done.skipped.append((path, error.problem))
            continue
        except (
            LookupError,
            ValueError,
            OSError,
            TypeError,
            AttributeError,
            RecursionError,
            MemoryError,
        ) as error:
            done.skipped.append((path, f"its format's reader failed ({type(error).__name__}: {error})"[:300]))
            continue
        done.skipped += skipped
        file = _File(key, len(documents))
        for document in documents:
            if _known_text(store, document):
                _keep(store, file, document, None, done)
            else:
                yield file, document


def _digest(path: str) -> str | None:
    """Of the file's bytes; None for standard input and for what cannot be opened, which `gather` explains."""
    try:
        if path == "-" or not os.path.isfile(path):
            return None
        with open(path, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def _known_file(store: Store, path: str, sha256: str, key: str) -> bool:
    """Whether every document of these bytes is here; then this place is noted too. ``key``: in the table of files."""
    if not store.rows("SELECT 1 FROM file WHERE sha256 = ?", (key,)):
        return False
    here = stored_path(path, store.path)
    if not store.rows("SELECT 1 FROM place WHERE sha256 = ? AND path = ?", (sha256, here)):
        columns = (r["name"] for r in store.rows("PRAGMA table_info(place)"))
        names = ", ".join(name for name in columns if name not in ("path", "earlier"))
        with store.writing() as connection:
            connection.execute(
                f"INSERT OR IGNORE INTO place (path, {names}) SELECT DISTINCT ?, {names} FROM place WHERE sha256 = ?",
                (here, sha256),
            )
    settle(store, here, sha256)
    return True


def _known_text(store: Store, document: Document) -> bool:
    try:
        digest = text_digest(document.text)
    except UnicodeEncodeError:
        return False
    return bool(store.rows("SELECT 1 FROM document WHERE text_sha256 = ?", (digest,)))


# ---------------------------------------------------------------- what is kept


def _keep(store: Store, file: _File, document: Document, found: Parsed | str | None, done: Added) -> None:
    """One transaction: the document with its statements and its place; ``found`` is None for a text that is here already."""
    file.left -= 1
    try:
        digest = text_digest(document.text)
    except UnicodeEncodeError:
        found, digest = "the text holds half of a character", ""
    if isinstance(found, str):
        file.whole = False
        done.skipped.append((document.path, found))
        return
    id = digest[:16]
    with store.writing() as connection:
        held = connection.execute("SELECT text_sha256 FROM document WHERE id = ?", (id,)).fetchone()
        if held is not None and held["text_sha256"] != digest:
            done.skipped.append((document.path, "its text has the number of another text"))
            return
        if held is None and found is not None:
            connection.execute(
                "INSERT INTO document (id, text_sha256, text) VALUES (?, ?, ?)", (id, digest, document.text)
            )
            _write_parse(connection, id, document, found)
            done.added += 1
        else:
            done.known += 1
        place = place_values(id, document, stored_path(document.path, store.path))
        names, marks = ", ".join(place), ", ".join("?" * len(place))
        connection.execute(f"INSERT OR REPLACE INTO place ({names}) VALUES ({marks})", tuple(place.values()))
        if file.left == 0 and file.whole and file.key is not None:
            connection.execute("INSERT OR IGNORE INTO file (sha256) VALUES (?)", (file.key,))
    if file.left == 0 and document.path != "-":
        settle(store, str(place["path"]), document.sha256)


def _write_parse(connection: sqlite3.Connection, id: str, document: Document, found: Parsed) -> None:
    connection.execute("INSERT OR REPLACE INTO parse VALUES (?, ?, ?)", (id, parser_mark(), found.body))
    connection.execute("DELETE FROM statement WHERE document = ?", (id,))
    connection.execute("DELETE FROM about WHERE document = ?", (id,))
    connection.executemany(
        f"INSERT OR IGNORE INTO statement ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})",
        [(id, *statement_row(statement, document.text)[1:]) for statement in found.statements],
    )


def _is_left(store: Store, noted: str) -> bool:
    """Whether what was noted, a file or "file, part of it", leads to nothing."""
    parts = noted.split(", ")
    return all(is_gone(store, ", ".join(parts[: n + 1])) for n in range(len(parts)))


def _note_skipped(store: Store, done: Added) -> None:
    """Files passed over, with the reason, until they are read or are no longer there."""
    rows = [(stored_path(path, store.path), storable(reason)) for path, reason in done.skipped]
    gone = [(r["path"],) for r in store.rows("SELECT path FROM skipped") if _is_left(store, r["path"])]
    with store.writing() as connection:
        connection.execute("DELETE FROM skipped WHERE path IN (SELECT path FROM place)")
        connection.executemany("DELETE FROM skipped WHERE path = ?", gone)
        connection.executemany("INSERT OR REPLACE INTO skipped VALUES (?, ?)", rows)
