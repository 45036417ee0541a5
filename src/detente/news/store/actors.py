"""Who is who in all documents of a ledger, with a bounded number of documents in memory at a time.

A name that no list knows is decided over all documents (`Unfamiliar`), and one person is one actor in all of them
(`Registry`). So the steps of `Reader` are taken for every document before the next step, as `read_ledger` takes them; between
two steps the first documents wait in memory, the rest in a temporary table. Documents are taken in order of their first path,
then of their number: the same documents give the same actors, in whatever order and number of runs they were added.

In memory stay the actors, the names, and the first texts up to `WAITING` characters in all.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace

from detente.news.acts import with_acts
from detente.news.attribution.document import Chooser, attributions
from detente.news.documents.cleaning import clean
from detente.news.ledger import unattributed, with_speakers
from detente.news.speakers.parked import park, unpark
from detente.news.speakers.registry import Registry
from detente.news.speakers.resolve import Reader
from detente.news.speakers.unfamiliar import Unfamiliar
from detente.news.store import copies
from detente.news.store.opening import Store, explained
from detente.news.store.parsed import from_bytes, reader_mark
from detente.news.store.reader import Chosen, held, remembered
from detente.news.store.rows import COLUMNS, statement_row
from detente.news.store.schema import PLACE
from detente.news.store.working import FAILURES, failed
from detente.scenario.statement import Actor, Document

Tell = Callable[[str, float], None]

#: Characters of text whose documents wait in memory between two steps, with all that is known of them.
WAITING = 1_000_000

_TEMPORARY = """
DROP TABLE IF EXISTS temp.parked; DROP TABLE IF EXISTS temp.made; DROP TABLE IF EXISTS temp.spoken_of;
DROP TABLE IF EXISTS temp.named;
CREATE TEMP TABLE parked (document TEXT PRIMARY KEY, state BLOB);
CREATE TEMP TABLE made AS SELECT * FROM statement WHERE 0;
CREATE UNIQUE INDEX temp.made_once ON made (document, cue, content);
CREATE TEMP TABLE spoken_of AS SELECT * FROM about WHERE 0;
CREATE TEMP TABLE named (actor TEXT, document TEXT, start INTEGER, end INTEGER, PRIMARY KEY (actor, document, start, end));
"""


def resolve(
    store: Store,
    tell: Tell | None = None,
    chosen: Chosen | None = None,
    skipped: list[tuple[str, str]] | None = None,
) -> bool:
    """Tells the actors of all documents apart, and finds copies, unless that was done for just these. Whether it is done now.

    ``chosen``: the reader of the ledger, where it was loaded already. A text on which the rules fail has no statements; its
    path and the reason are added to ``skipped``.

    Not done only where other processes keep adding: the last of them does it.
    """
    for _ in range(3):
        order = documents_in_order(store)
        state = _state(order, remembered(store))
        if store.meta("resolved") == state:
            return True
        if chosen is None or chosen.digest != remembered(store):
            chosen = held(store)
        with explained(store.path):
            lost: dict[str, str] = {}
            actors = _worked(store, order, tell or (lambda what, share: None), chosen.chooser, lost)
        with store.writing() as connection:
            if _state(documents_in_order(store), remembered(store)) == state:
                _written(connection, actors, state)
                if skipped is not None:
                    where = {id: str(store.path.parent / _path(connection, id)) for id in sorted(lost)}
                    skipped += [(path, lost[id]) for id, path in where.items()]
                return True
    return False


def is_resolved(store: Store) -> bool:
    """Whether the actors of the ledger are those of its documents, by this version of the reader."""
    return store.meta("resolved") == _state(documents_in_order(store), remembered(store))


def documents_in_order(store: Store) -> list[str]:
    """Ids in order of the first path, then of the id; texts that no file holds any more stand last."""
    rows = store.rows(f"SELECT document FROM {PLACE} WHERE nth = 1 ORDER BY earlier, path, document")
    return [row["document"] for row in rows]


def _state(order: list[str], reader: str) -> str:
    return hashlib.sha256("\n".join([reader_mark(), reader, *order]).encode()).hexdigest()


def _path(connection: sqlite3.Connection, id: str) -> str:
    (path,) = connection.execute(f"SELECT path FROM {PLACE} WHERE document = ? AND nth = 1", (id,)).fetchone()
    return path


def _worked(
    store: Store, order: list[str], tell: Tell, chooser: Chooser | None, lost: dict[str, str]
) -> list[Actor]:
    connection = store.connection
    for command in _TEMPORARY.split(";"):
        connection.execute(command)
    registry = Registry()
    unfamiliar = Unfamiliar(registry)
    total, count = 4 * max(1, len(order)), 0
    waiting: dict[str, tuple[str, Reader]] = {}
    room = WAITING

    def step(work: Callable[[str, str, Reader], None], last: bool = False) -> None:
        nonlocal count, room
        connection.execute("BEGIN")  # of the temporary tables alone: others may write meanwhile
        for id in order:
            tell("who is who", count / total)
            count += 1
            if id in lost:
                continue
            here = waiting.pop(id, None)
            try:
                text, reader = here or _reader(connection, id, registry)
                work(id, text, reader)
            except FAILURES as error:  # one bad text must not keep all others from being read
                lost[id] = failed(error)
                continue
            if last:
                continue
            if here is None and len(text) <= room:
                room -= len(text)
                here = text, reader
            if here is not None:
                waiting[id] = here
            else:
                connection.execute("INSERT OR REPLACE INTO temp.parked VALUES (?, ?)", (id, park(reader)))
        connection.execute("COMMIT")

    try:
        step(lambda id, text, reader: reader.listed(unfamiliar))
        step(lambda id, text, reader: reader.persons(unfamiliar))
        unfamiliar.decide()
        step(lambda id, text, reader: reader.names(unfamiliar))
        step(lambda id, text, reader: _statements(connection, id, text, reader, chooser), last=True)
        actors = _actors(connection, registry)
        tell("copies", 1.0)
        connection.execute("BEGIN")
        copies.begin(connection)
        for place, id in enumerate(order):
            copies.take(connection, place, _text(connection, id))
        copies.find(connection, order, {a.id: a for a in actors})
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return actors


def _text(connection: sqlite3.Connection, id: str) -> str:
    return connection.execute("SELECT text FROM document WHERE id = ?", (id,)).fetchone()["text"]


def _actors(connection: sqlite3.Connection, registry: Registry) -> list[Actor]:
    """As `Registry.actors` gives them; mentions stand in ``temp.named``."""
    counted = dict(connection.execute("SELECT actor, count(*) FROM temp.named GROUP BY actor").fetchall())
    for id in counted:
        registry[id].spans[("", 0, 0)] = None  # is named somewhere
    return [replace(actor, mentions=counted.get(actor.id, 0), spans=()) for actor in registry.actors()]


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


def _statements(
    connection: sqlite3.Connection, id: str, text: str, reader: Reader, chooser: Chooser | None
) -> None:
    cleaned = clean(text)
    found = attributions(cleaned.text, reader.pieces, chooser)
    spoken = with_speakers(unattributed(Document(id, "", "", "", text), cleaned, found), reader, found)
    statements = with_acts(spoken, cleaned, reader, found)
    marks = ", ".join("?" * len(COLUMNS))
    connection.executemany(
        f"INSERT OR IGNORE INTO temp.made ({', '.join(COLUMNS)}) VALUES ({marks})",
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


def _written(connection: sqlite3.Connection, actors: list[Actor], state: str) -> None:
    names = ", ".join(COLUMNS)
    for command in (
        *(f"DELETE FROM {table}" for table in ("statement", "about", "actor", "mention", "copies", "again")),
        f"INSERT INTO statement ({names}) SELECT {names} FROM temp.made ORDER BY document, number",
        "INSERT INTO about SELECT * FROM temp.spoken_of ORDER BY document, number, position",
        "INSERT INTO mention SELECT * FROM temp.named ORDER BY actor, document, start, end",
        "INSERT INTO copies SELECT * FROM temp.copied ORDER BY dispatch, nth",
        "INSERT INTO again SELECT * FROM temp.met ORDER BY document, number",
    ):
        connection.execute(command)
    for a in sorted(actors, key=lambda a: a.id):
        lists = (json.dumps(list(part), ensure_ascii=False) for part in (a.names, a.member_of, a.roles))
        connection.execute(
            "INSERT INTO actor VALUES (?, ?, ?, ?, ?, ?, ?)", (a.id, a.name, a.kind, a.mentions, *lists)
        )
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('resolved', ?)", (state,))
