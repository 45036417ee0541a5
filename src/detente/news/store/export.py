"""The ledger file as CSV and JSON lines, written document by document, with the columns of `write_ledger` and one more.

In a ledger file a text is one document, however many files hold it. So "Places" counts files here, and "Also in files"
names them; the lines of JSON have `places`.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import tempfile
from collections.abc import Container, Iterator
from pathlib import Path
from typing import TextIO

from detente.errors import DocumentError, Where
from detente.news.ledger import COLUMNS, ledger_rows, safe_cell, statement_records
from detente.news.store.back import pages
from detente.news.store.opening import Store
from detente.news.store.seats import also_in, seats

_PLACES = COLUMNS.index("Places")


def export(
    store: Store, directory: str | Path, wanted: Container[str] | None = None, *, keep_copies: bool = False
) -> dict[str, str]:
    """Writes ``ledger.csv`` and ``ledger.jsonl``; each appears whole or not at all. ``wanted``: ids of statements, or all.

    ``keep_copies``: a row for each copy of a statement, not one with its places.
    Returns {name: path}. Raises `DocumentError` when the folder cannot be written, `QuoteMismatch` where a quote is not
    in its document.
    """
    folder = Path(directory)
    table, lines = folder / "ledger.csv", folder / "ledger.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _whole(table, "utf-8-sig") as cells, _whole(lines, "utf-8") as records:
            writer = csv.writer(cells, lineterminator="\r\n")
            writer.writerow((*COLUMNS, "Also in files"))
            for page in pages(store, wanted, keep_copies=keep_copies):
                found = seats(store, page)
                for statement, row in zip(page.statements, ledger_rows(page), strict=True):
                    here = found[statement.id]
                    cells = (*row[:_PLACES], str(len(here)), *row[_PLACES + 1 :], also_in(here))
                    writer.writerow([safe_cell(cell) for cell in cells])
                for record in statement_records(page):
                    places = [seat.record() for seat in found[str(record["id"])]]
                    records.write(json.dumps({**record, "places": places}, ensure_ascii=False) + "\n")
    except OSError as error:
        raise DocumentError(
            f"the ledger cannot be written ({error.strerror})", where=Where(str(folder))
        ) from None
    return {path.name: str(path) for path in (table, lines)}


@contextlib.contextmanager
def _whole(path: Path, encoding: str) -> Iterator[TextIO]:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding=encoding, newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
