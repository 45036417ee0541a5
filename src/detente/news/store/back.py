"""Out of a ledger file: documents, statements and actors as they were read, every quote checked against its text."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterator
from dataclasses import replace

from detente.errors import QuoteMismatch
from detente.news.store import schema
from detente.news.store.actors import documents_in_order
from detente.news.store.opening import Store
from detente.news.store.rows import document_of, statement_of
from detente.scenario.statement import Actor, Copies, Document, Ledger, Place, Statement

_DOCUMENT = f"""
SELECT d.id, d.text, d.text_sha256, p.* FROM document d JOIN place p ON p.document = d.id WHERE d.id = ?
ORDER BY {schema.FIRST} LIMIT 1"""
_EACH = "SELECT * FROM statement WHERE document = ? ORDER BY number"
_FIRST_OF_COPIES = """
SELECT * FROM statement s WHERE document = ? AND NOT EXISTS
  (SELECT 1 FROM again g WHERE g.document = s.document AND g.number = s.number) ORDER BY number"""
_AGAIN = """
SELECT s.*, g.of_number FROM again g JOIN statement s ON s.document = g.document AND s.number = g.number
JOIN copies c ON c.document = g.document WHERE g.of_document = ? ORDER BY c.nth, g.of_number"""


def document(store: Store, id: str) -> Document:
    """One document, at the first of its places. Raises `QuoteMismatch` where its text was changed since it was stored."""
    rows = store.rows(_DOCUMENT, (id,))
    if not rows:
        raise QuoteMismatch(f"document {id}: it is not in the ledger")
    return document_of(rows[0])


def pages(
    store: Store, wanted: Container[str] | None = None, *, keep_copies: bool = False
) -> Iterator[Ledger]:
    """The ledger of each document by itself, in order, with the actors that its statements name; ``wanted``: statement ids.

    A statement of copies stands on the page of its first document, its other places in ``also``; with ``keep_copies`` each
    stands on its own page. Spans of actors are left out. Raises `QuoteMismatch` before a quote leaves that does not stand in
    its document.
    """
    for id in documents_in_order(store):
        rows = store.rows(_EACH if keep_copies else _FIRST_OF_COPIES, (id,))
        if wanted is not None:
            rows = [row for row in rows if f"{id}:{row['number']}" in wanted]
            if not rows:
                continue
        held = document(store, id)
        about: dict[int, list[str]] = {}
        for row in store.rows(
            "SELECT number, actor FROM about WHERE document = ? ORDER BY number, position", (id,)
        ):
            about.setdefault(row["number"], []).append(row["actor"])
        statements = tuple(statement_of(row, held.text, tuple(about.get(row["number"], ()))) for row in rows)
        if not keep_copies:
            statements = _with_places(store, id, statements)
        named = {s.speaker for s in statements if s.speaker} | {a for s in statements for a in s.about}
        actors = tuple(found for a in sorted(named) if (found := actor(store, a)) is not None)
        yield Ledger((held,), statements, actors)


def _with_places(store: Store, id: str, statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The other places of each statement of document ``id``, in order of reading, their words checked too."""
    found: dict[str, list[Place]] = {}
    rows: dict[str, list[sqlite3.Row]] = {}
    for row in store.rows(_AGAIN, (id,)):
        rows.setdefault(row["document"], []).append(row)
    wanted = {s.id for s in statements}
    for other, here in rows.items():
        text = document(store, other).text
        for row in here:
            if f"{id}:{row['of_number']}" in wanted:
                s = statement_of(row, text, ())
                found.setdefault(f"{id}:{row['of_number']}", []).append(
                    Place(other, s.source, s.cue, s.content)
                )
    return tuple(replace(s, also=tuple(found.get(s.id, ()))) for s in statements)


def dispatches(store: Store) -> tuple[Copies, ...]:
    """The groups of copies of one dispatch, in order of their first documents."""
    groups: dict[str, list[sqlite3.Row]] = {}
    for row in store.rows("SELECT * FROM copies ORDER BY dispatch, nth"):
        groups.setdefault(row["dispatch"], []).append(row)
    return tuple(
        Copies(tuple(r["document"] for r in groups[id]), bool(groups[id][0]["same"]), groups[id][0]["shared"])
        for id in documents_in_order(store)
        if id in groups
    )


def actor(store: Store, id: str) -> Actor | None:
    """One actor without the places where it is named, or None."""
    rows = store.rows("SELECT * FROM actor WHERE id = ?", (id,))
    if not rows:
        return None
    row = rows[0]
    names, member_of, roles = (tuple(json.loads(row[part])) for part in ("names", "member_of", "roles"))
    return Actor(id, row["name"], row["kind"], row["mentions"], names, member_of, roles)


def ledger(store: Store, *, keep_copies: bool = False) -> Ledger:
    """All of it at once, mentions included. ``keep_copies`` as for `detente.news.read`. Raises `QuoteMismatch` as `pages` does."""
    found = list(pages(store, keep_copies=keep_copies))
    actors = []
    for row in store.rows("SELECT id FROM actor ORDER BY mentions DESC, id"):
        one = actor(store, row["id"])
        assert one is not None
        spans = store.rows(
            "SELECT document, start, end FROM mention WHERE actor = ? ORDER BY document, start, end",
            (one.id,),
        )
        actors.append(replace(one, spans=tuple((s["document"], s["start"], s["end"]) for s in spans)))
    skipped = tuple(
        (r["path"], r["reason"]) for r in store.rows("SELECT path, reason FROM skipped ORDER BY path")
    )
    return Ledger(
        tuple(page.documents[0] for page in found), tuple(s for page in found for s in page.statements), tuple(actors),
        skipped, dispatches(store),
    )  # fmt: skip
