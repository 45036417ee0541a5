"""The ledger file as CSV and JSON lines, written document by document, with the columns of `write_ledger`."""

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


def export(store: Store, directory: str | Path, wanted: Container[str] | None = None) -> dict[str, str]:
    """Writes ``ledger.csv`` and ``ledger.jsonl``; each appears whole or not at all. ``wanted``: ids of statements, or all.

    Returns {name: path}. Raises `DocumentError` when the folder cannot be written, `QuoteMismatch` where a quote is not
    in its document.
    """
    folder = Path(directory)
    table, lines = folder / "ledger.csv", folder / "ledger.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _whole(table, "utf-8-sig") as cells, _whole(lines, "utf-8") as records:
            writer = csv.writer(cells, lineterminator="\r\n")
            writer.writerow(COLUMNS)
            for page in pages(store, wanted):
                writer.writerows([safe_cell(cell) for cell in row] for row in ledger_rows(page))
                records.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in statement_records(page))
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
