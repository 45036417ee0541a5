"""What a ledger file holds, table by table, so that two files can be compared."""

from __future__ import annotations

import sqlite3
from pathlib import Path

TABLES = ("document", "place", "file", "statement", "about", "actor", "mention", "skipped", "copies", "again")


def contents(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Rows of each table in order, and the parses."""
    with sqlite3.connect(path) as connection:
        held = {
            t: sorted(connection.execute(f"SELECT * FROM {t}").fetchall(), key=repr)
            for t in (*TABLES, "parse")
        }
    connection.close()
    return held
