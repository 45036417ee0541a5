"""Copies of one dispatch among all documents of a ledger: the groups and the statements that `documents.copies` finds.

The runs of words of all texts lie in temporary tables, which SQLite keeps on disk. In memory are a digest and a few numbers
a document, and the texts of two. Every document keeps its statements; what is noted is which of them are one.
"""

from __future__ import annotations

import array
import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from detente.news.documents.copies import Index, Sketch, copies, grouped, own_runs, same_said, sketch
from detente.news.store.rows import statement_of
from detente.scenario.statement import Actor

_TEMPORARY = (
    "DROP TABLE IF EXISTS temp.sketch",
    "DROP TABLE IF EXISTS temp.holding",
    "DROP TABLE IF EXISTS temp.copied",
    "DROP TABLE IF EXISTS temp.met",
    "CREATE TEMP TABLE sketch (place INTEGER PRIMARY KEY, words INTEGER, own INTEGER, digest BLOB, runs BLOB)",
    "CREATE TEMP TABLE holding (run INTEGER, place INTEGER, PRIMARY KEY (run, place)) WITHOUT ROWID",
    "CREATE TEMP TABLE copied AS SELECT * FROM copies WHERE 0",
    "CREATE TEMP TABLE met AS SELECT * FROM again WHERE 0",
)


def begin(connection: sqlite3.Connection) -> None:
    """Empties the temporary tables."""
    for command in _TEMPORARY:
        connection.execute(command)


def take(connection: sqlite3.Connection, place: int, text: str) -> None:
    """Notes one text; ``place``: its number in the order of documents."""
    one = sketch(place, text)
    runs = array.array("q", sorted(one.runs)).tobytes()
    connection.execute(
        "INSERT INTO temp.sketch VALUES (?, ?, ?, ?, ?)", (place, one.words, one.own, one.digest, runs)
    )


def find(connection: sqlite3.Connection, order: Sequence[str], actors: Mapping[str, Actor]) -> None:
    """Fills ``temp.copied`` and ``temp.met`` from the texts taken and the statements in ``temp.made``."""
    for group in grouped(_sketches(connection), _OnDisk(connection, order)):
        found = copies(group, order)
        connection.executemany(
            "INSERT INTO temp.copied VALUES (?, ?, ?, ?, ?)",
            [
                (id, n, found.documents[0], found.same, found.shared)
                for n, id in enumerate(found.documents, 1)
            ],
        )
        _meet(connection, found.documents, actors)


def _sketches(connection: sqlite3.Connection) -> Iterator[Sketch]:
    for row in connection.execute("SELECT * FROM temp.sketch ORDER BY words DESC, place"):
        runs = array.array("q")
        runs.frombytes(row["runs"])
        yield Sketch(row["place"], row["words"], row["own"], row["digest"], runs)


class _OnDisk(Index):
    def __init__(self, connection: sqlite3.Connection, order: Sequence[str]) -> None:
        self.connection, self.order = connection, order

    def keep(self, sketch: Sketch) -> None:
        self.connection.executemany(
            "INSERT INTO temp.holding VALUES (?, ?)", ((run, sketch.place) for run in sketch.runs)
        )

    def sharing(self, runs: Collection[int]) -> Iterable[tuple[int, int]]:
        found = self.connection.execute(
            "SELECT place, count(*) FROM json_each(?) CROSS JOIN temp.holding ON run = value GROUP BY place ORDER BY place",
            (json.dumps(list(runs)),),
        )
        return [(place, count) for place, count in found.fetchall()]

    def own_runs(self, place: int) -> Collection[int]:
        return own_runs(_text(self.connection, self.order[place]))


def _text(connection: sqlite3.Connection, id: str) -> str:
    return connection.execute("SELECT text FROM document WHERE id = ?", (id,)).fetchone()["text"]


def _meet(connection: sqlite3.Connection, documents: Sequence[str], actors: Mapping[str, Actor]) -> None:
    """The k-th time that a document says the same is met by the k-th time in its copy, as in `documents.copies.merged`."""
    first: dict[tuple[object, ...], tuple[str, int]] = {}
    for id in documents:
        text = _text(connection, id)
        times: Counter[tuple[object, ...]] = Counter()
        rows = connection.execute(
            "SELECT * FROM temp.made WHERE document = ? ORDER BY number", (id,)
        ).fetchall()
        for row in rows:
            statement = statement_of(row, text, ())
            speaker = actors.get(statement.speaker) if statement.speaker else None
            said = same_said(statement, text, speaker)
            times[said] += 1
            one = first.setdefault((times[said], *said), (id, row["number"]))
            if one[0] != id:
                connection.execute("INSERT INTO temp.met VALUES (?, ?, ?, ?)", (id, row["number"], *one))
