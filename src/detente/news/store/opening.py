"""Opening a ledger file: made where there is none, brought to this version where it is older, refused where it is no ledger.

Every write waits for other processes. Where the file system cannot share memory between processes (network drives) SQLite's
write-ahead log is not possible; the rollback journal is used there. When the last process closes the file, it is one
plain file without company again.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from detente.errors import BadInput, Where
from detente.news.store import schema
from detente.scenario.locate import FILE as SCENARIO

NAME = "ledger.sqlite"
ENDINGS = (".sqlite", ".sqlite3", ".db")
#: Seconds that a process waits for another one's transaction.
PATIENCE = 60.0


class StoreError(BadInput):
    """A ledger file that cannot be opened, read or written."""

    kind = "store"


def ledger_path(target: str | Path) -> Path:
    """The ledger file that ``target`` means: a file that ends in .sqlite, or ``ledger.sqlite`` of a project folder."""
    path = Path(target)
    try:
        if path.is_dir():
            if (path / SCENARIO).is_file() or (path / NAME).is_file():
                return path / NAME
            raise StoreError(
                "this folder is no project", where=Where(str(path)),
                allowed=f"a folder made by `detente new`, or a file that ends in {ENDINGS[0]}",
            )  # fmt: skip
    except (OSError, ValueError) as error:
        raise StoreError(f"this cannot be a ledger ({error})", where=Where(repr(str(path)))) from None
    if path.suffix.lower() not in ENDINGS:
        raise StoreError(
            "there is no such project folder, and this is no name of a ledger", where=Where(str(path)),
            allowed=f"a folder made by `detente new`, or a file that ends in {ENDINGS[0]}",
        )  # fmt: skip
    return path


class Store:
    """An open ledger file. Use as a context manager."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self.connection = path, connection

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """The last one to close leaves one plain file."""
        with contextlib.suppress(sqlite3.Error):
            self.connection.execute("PRAGMA busy_timeout = 0")
            self.connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        self.connection.close()

    def rows(self, query: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        with explained(self.path):
            return self.connection.execute(query, values).fetchall()

    def meta(self, name: str) -> str | None:
        found = self.rows("SELECT value FROM meta WHERE name = ?", (name,))
        return found[0][0] if found else None

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or nothing."""
        with explained(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            except BaseException:
                if self.connection.in_transaction:  # a full disk may have ended it already
                    self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """SQLite's errors as one `StoreError` that names the file."""
    try:
        yield
    except sqlite3.Error as error:
        said = str(error)
        if "locked" in said:
            said = f"another process has been writing to it for {PATIENCE:.0f} seconds"
        raise StoreError(f"the ledger cannot be read or written ({said})", where=Where(str(path))) from None


def open_store(target: str | Path, *, make: bool = True, patience: float = PATIENCE) -> Store:
    """The ledger of a project folder or file. ``make``: a new one where there is none.

    Raises `StoreError` where there is none and none shall be made, where the file is not a ledger or a newer program's,
    and where it cannot be opened.
    """
    path = ledger_path(target)
    if not make and not path.exists():
        raise StoreError(
            "there is no ledger yet",
            where=Where(str(path)),
            allowed="detente read FILE... --into, which makes one",
        )
    with explained(path):
        connection = _connected(path, make, patience)
        try:
            _known(path, connection)
            _logged(connection)
            _current(path, connection)
        except BaseException:
            connection.close()
            raise
    return Store(path, connection)


def _connected(path: Path, make: bool, patience: float) -> sqlite3.Connection:
    uri = f"{Path(os.path.abspath(path)).as_uri()}?mode={'rwc' if make else 'rw'}"
    connection = sqlite3.connect(uri, timeout=patience, isolation_level=None, uri=True)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA trusted_schema = OFF")  # a file from elsewhere may hold views of its own
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _known(path: Path, connection: sqlite3.Connection) -> None:
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if "not a database" not in str(error) and "malformed" not in str(error):
            raise
        raise StoreError(
            "this file is no SQLite database, or it is damaged", where=Where(str(path))
        ) from None
    if tables and application != schema.APPLICATION:
        raise StoreError("this SQLite file is not a ledger", where=Where(str(path)))
    if version > schema.VERSION:
        raise StoreError(
            "this ledger was made by a newer version of detente; install that version", where=Where(str(path)),
            found=f"version {version}", allowed=f"up to version {schema.VERSION}",
        )  # fmt: skip


def _logged(connection: sqlite3.Connection) -> str:
    """Sets the write-ahead log where the file system can; returns the journal that is used."""
    deadline = time.monotonic() + 5
    while True:
        try:
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # the log is opened here
            break
        except sqlite3.OperationalError as error:
            if "locked" in str(error) and time.monotonic() < deadline:
                time.sleep(0.05)  # another process is just opening or closing the file
                continue
            if "readonly" in str(error):
                return "none"
            try:
                mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            except sqlite3.OperationalError:
                mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
            break
    connection.execute("PRAGMA synchronous = FULL")
    return mode


def _current(path: Path, connection: sqlite3.Connection) -> None:
    """Takes the steps to this version in one transaction."""
    if connection.execute("PRAGMA user_version").fetchone()[0] == schema.VERSION:
        return
    connection.execute("PRAGMA foreign_keys = OFF")  # tables are rebuilt
    connection.execute("BEGIN IMMEDIATE")
    try:
        _known(path, connection)  # another process may have been first
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for name in schema.VIEWS:
            connection.execute(f"DROP VIEW IF EXISTS {name}")
        for step in schema.STEPS[version:]:
            for command in _commands(step):
                connection.execute(command)
        for name, query in schema.VIEWS.items():
            connection.execute(f"CREATE VIEW {name} AS {query}")
        connection.execute(f"PRAGMA application_id = {schema.APPLICATION}")
        connection.execute(f"PRAGMA user_version = {schema.VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA foreign_keys = ON")


def _commands(step: str) -> Iterator[str]:
    """The commands of a step; `executescript` would end the transaction."""
    command = ""
    for line in step.splitlines(keepends=True):
        command += line
        if sqlite3.complete_statement(command):
            yield command
            command = ""
