"""Who is who in all documents of a ledger, with one document in memory at a time.

A name that no list knows is decided over all documents (`Unfamiliar`), and one person is one actor in all of them
(`Registry`). So the steps of `Reader` are taken for every document before the next step, as `read_ledger` takes them; between
two steps a document waits in a temporary table. Documents are taken in order of their first path, then of their number: the
same documents give the same actors, in whatever order and number of runs they were added.

In memory stay the actors and the names, not the texts.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable

from detente.news.acts import with_acts
from detente.news.attribution.document import attributions
from detente.news.documents.cleaning import clean
from detente.news.ledger import unattributed, with_speakers
from detente.news.speakers.parked import park, unpark
from detente.news.speakers.registry import Registry
from detente.news.speakers.resolve import Reader
from detente.news.speakers.unfamiliar import Unfamiliar
from detente.news.store.opening import Store, explained
from detente.news.store.parsed import from_bytes, reader_mark
from detente.news.store.rows import COLUMNS, statement_row
from detente.scenario.statement import Document

Tell = Callable[[str, float], None]

_TEMPORARY = """
DROP TABLE IF EXISTS temp.parked; DROP TABLE IF EXISTS temp.made; DROP TABLE IF EXISTS temp.spoken_of;
DROP TABLE IF EXISTS temp.named;
CREATE TEMP TABLE parked (document TEXT PRIMARY KEY, state BLOB);
CREATE TEMP TABLE made AS SELECT * FROM statement WHERE 0;
CREATE TEMP TABLE spoken_of AS SELECT * FROM about WHERE 0;
CREATE TEMP TABLE named (actor TEXT, document TEXT, start INTEGER, end INTEGER, PRIMARY KEY (actor, document, start, end));
"""


def resolve(store: Store, tell: Tell | None = None) -> bool:
    """Tells the actors of all documents apart, unless that was done for just these. Whether it is done now.

    Not done only where other processes keep adding: the last of them does it.
    """
    for _ in range(3):
        order = documents_in_order(store)
        state = _state(order)
        if store.meta("resolved") == state:
            return True
        with explained(store.path):
            registry = _worked(store, order, tell or (lambda what, share: None))
        with store.writing() as connection:
            if _state(documents_in_order(store)) == state:
                _written(connection, registry, state)
                return True
    return False


def is_resolved(store: Store) -> bool:
    """Whether the actors of the ledger are those of its documents, by this version of the reader."""
    return store.meta("resolved") == _state(documents_in_order(store))


def documents_in_order(store: Store) -> list[str]:
    """Ids in order of the first path, then of the id."""
    rows = store.rows("SELECT document FROM place GROUP BY document ORDER BY min(path), document")
    return [row["document"] for row in rows]


def _state(order: list[str]) -> str:
    return hashlib.sha256("\n".join([reader_mark(), *order]).encode()).hexdigest()


def _worked(store: Store, order: list[str], tell: Tell) -> Registry:
    connection = store.connection
    for command in _TEMPORARY.split(";"):
        connection.execute(command)
    registry = Registry()
    unfamiliar = Unfamiliar(registry)
    total, count = 4 * max(1, len(order)), 0

    def step(work: Callable[[str, str, Reader], None], last: bool = False) -> None:
        nonlocal count
        connection.execute("BEGIN")  # of the temporary tables alone: others may write meanwhile
        for id in order:
            tell("who is who", count / total)
            count += 1
            text, reader = _reader(connection, id, registry)
            work(id, text, reader)
            if not last:
                connection.execute("INSERT OR REPLACE INTO temp.parked VALUES (?, ?)", (id, park(reader)))
        connection.execute("COMMIT")

    try:
        step(lambda id, text, reader: reader.listed(unfamiliar))
        step(lambda id, text, reader: reader.persons(unfamiliar))
        unfamiliar.decide()
        step(lambda id, text, reader: reader.names(unfamiliar))
        step(lambda id, text, reader: _statements(connection, id, text, reader), last=True)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return registry


def _reader(connection: sqlite3.Connection, id: str, registry: Registry) -> tuple[str, Reader]:
    row = connection.execute(
        "SELECT text, body, state FROM document JOIN parse ON parse.document = document.id "
        "LEFT JOIN temp.parked AS waiting ON waiting.document = document.id WHERE document.id = ?",
        (id,),
    ).fetchone()
    reader = Reader(id, clean(row["text"]).text, from_bytes(row["body"], id), registry)
    if row["state"] is not None:
        unpark(reader, row["state"])
    return row["text"], reader


def _statements(connection: sqlite3.Connection, id: str, text: str, reader: Reader) -> None:
    cleaned = clean(text)
    found = attributions(cleaned.text, reader.pieces)
    spoken = with_speakers(unattributed(Document(id, "", "", "", text), cleaned, found), reader, found)
    statements = with_acts(spoken, cleaned, reader, found)
    marks = ", ".join("?" * len(COLUMNS))
    connection.executemany(
        f"INSERT INTO temp.made ({', '.join(COLUMNS)}) VALUES ({marks})",
        [statement_row(s, text) for s in statements],
    )
    connection.executemany(
        "INSERT INTO temp.spoken_of VALUES (?, ?, ?, ?)",
        [(id, n, i, actor) for n, s in enumerate(statements, 1) for i, actor in enumerate(s.about)],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO temp.named VALUES (?, ?, ?, ?)",
        [(actor, id, *cleaned.back(start, end)) for actor, start, end, _ in reader.chars()],
    )


def _written(connection: sqlite3.Connection, registry: Registry, state: str) -> None:
    names = ", ".join(COLUMNS)
    for command in (
        "DELETE FROM statement", "DELETE FROM about", "DELETE FROM actor", "DELETE FROM mention",
        f"INSERT OR IGNORE INTO statement ({names}) SELECT {names} FROM temp.made ORDER BY document, number",
        "INSERT INTO about SELECT * FROM temp.spoken_of ORDER BY document, number, position",
        "INSERT INTO mention SELECT * FROM temp.named ORDER BY actor, document, start, end",
    ):  # fmt: skip
        connection.execute(command)
    counted = dict(connection.execute("SELECT actor, count(*) FROM mention GROUP BY actor").fetchall())
    for id in sorted(registry.entries):
        entry = registry.entries[id]
        if id in counted or entry.forms:
            forms = [name for name, _ in sorted(entry.forms.items(), key=lambda f: (-f[1], f[0]))]
            lists = (
                json.dumps(list(part), ensure_ascii=False) for part in (forms, entry.member_of, entry.roles)
            )
            connection.execute(
                "INSERT INTO actor VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, entry.name, entry.kind, counted.get(id, 0), *lists),
            )
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('resolved', ?)", (state,))
