"""Files that changed, moved or went since they were read.

A ledger keeps what it read. A file that holds other bytes now: the texts that only its older bytes held stay, marked as
earlier. A file whose bytes are found at another path, and which is no longer where it was, has moved: it is one place, the
new one. A file that is merely gone keeps its place.
"""

from __future__ import annotations

import os
import posixpath
import sqlite3

from detente.news.store.opening import Store


def settle(store: Store, here: str, sha256: str) -> None:
    """Notes that the file at the stored path ``here`` was read and has these bytes."""
    others = store.rows(
        "SELECT DISTINCT path, sha256, earlier FROM place WHERE path = ? OR sha256 = ? ORDER BY path",
        (here, sha256),
    )
    changed = any(row["path"] == here and bool(row["earlier"]) != (row["sha256"] != sha256) for row in others)
    moved = _moved(store, here, [row["path"] for row in others if row["path"] != here])
    if not changed and moved is None:
        return
    with store.writing() as connection:
        if changed:
            _changed(connection, here, sha256)
        if moved is not None:
            connection.execute("DELETE FROM place WHERE path = ? AND sha256 = ?", (moved, sha256))


def _changed(connection: sqlite3.Connection, here: str, sha256: str) -> None:
    connection.execute("UPDATE place SET earlier = (sha256 != ?) WHERE path = ?", (sha256, here))
    connection.execute(
        "DELETE FROM place WHERE path = ?1 AND earlier AND document IN (SELECT document FROM place WHERE path = ?1 AND NOT earlier)",
        (here,),
    )
    connection.execute(  # parts that were passed over in the older bytes
        "DELETE FROM skipped WHERE substr(path, 1, length(?1)) = ?1", (f"{here}, ",)
    )


def _moved(store: Store, here: str, others: list[str]) -> str | None:
    """The path that the file came from; of several that are gone, the one of the same name."""
    gone = [path for path in dict.fromkeys(others) if path != "-" and is_gone(store, path)]
    name = posixpath.basename(here)
    return min(gone, key=lambda path: (posixpath.basename(path) != name, path), default=None)


def is_gone(store: Store, path: str) -> bool:
    """Whether a stored path leads to nothing. False where that cannot be told."""
    if path == "-" or "\\" in path:  # half a character was written out: see `rows.storable`
        return False
    at = os.path.join(os.path.dirname(os.path.abspath(store.path)), path)
    return not os.path.lexists(at)
