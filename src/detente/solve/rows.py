"""Tables read and written a few rows at a time, so that memory does not grow with their length."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import polars as pl

from detente.errors import DataError, Where

BYTES_AT_ONCE = 1 << 24  # of a CSV file
LONGEST_ROW = 1 << 26  # bytes of one row of a CSV file; a quote that is never closed ends here
FORMS = (".csv", ".parquet")


def form_of(path: Path, where: Where, problem: str) -> str:
    """The suffix that says what form a table has. Raises DataError for any other."""
    suffix = path.suffix.lower()
    if suffix not in FORMS:
        raise DataError(problem, where=where, found=suffix or path.name, allowed=list(FORMS))
    return suffix


class Source:
    """A CSV or Parquet file: its columns, and its rows in pieces.

    A column of a CSV file has the type that all its rows allow: it is read twice. Raises DataError where it is no table.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.where = path, Where(file=str(path))
        self.form = form_of(path, self.where, "a table of draws has one of two forms")
        if not path.is_file():
            raise DataError("there is no such file", where=self.where, found=str(path))
        try:
            self.schema = self._schema()
        except (pl.exceptions.PolarsError, OSError) as problem:
            raise self._unreadable(problem) from problem

    def pieces(self, rows: int) -> Iterator[pl.DataFrame]:
        """All rows in order, at most ``rows`` at once; nothing for a table without rows."""
        try:
            for table in self._parquet(rows) if self.form == ".parquet" else self._csv(self.schema):
                for start in range(0, table.height, rows):
                    yield table.slice(start, rows)
        except (pl.exceptions.PolarsError, OSError) as problem:
            raise self._unreadable(problem) from problem

    def _schema(self) -> dict[str, pl.DataType]:
        if self.form == ".parquet":
            return dict(pl.scan_parquet(self.path).collect_schema())
        names: list[str] = []
        known: dict[str, pl.DataType] = {}
        for table in self._csv(None):
            names = table.columns
            for name, kind in table.schema.items():
                if table[name].null_count() < table.height:
                    known[name] = _common(known.get(name, kind), kind)
        return {name: known.get(name, pl.String()) for name in names}

    def _parquet(self, rows: int) -> Iterator[pl.DataFrame]:
        table = pl.scan_parquet(self.path)
        length = int(table.select(pl.len()).collect().item())
        for start in range(0, length, rows):
            yield table.slice(start, rows).collect()

    def _csv(self, schema: dict[str, pl.DataType] | None) -> Iterator[pl.DataFrame]:
        """Pieces of about `BYTES_AT_ONCE`, each parsed with the head of the file before it."""
        with self.path.open("rb") as file:
            head: bytes | None = None
            for lines in self._lines(file):
                if head is None:
                    end = _line_end(lines, first=True)
                    head, lines = lines[:end], lines[end:]
                    if not lines.strip():
                        yield pl.read_csv(io.BytesIO(head), schema_overrides=schema)  # columns without rows
                        continue
                if lines.strip():
                    yield pl.read_csv(
                        io.BytesIO(head + lines), schema_overrides=schema, infer_schema_length=None
                    )
            if head is None:
                raise DataError("the table is empty", where=self.where)

    def _lines(self, file: IO[bytes]) -> Iterator[bytes]:
        """The file in pieces that end where a row ends: at a line end outside quotes."""
        rest = b""
        while block := file.read(BYTES_AT_ONCE):
            rest += block
            end = _line_end(rest, first=False)
            if end:
                yield rest[:end]
                rest = rest[end:]
            if len(rest) > LONGEST_ROW:
                raise DataError("a row does not end; is a quote left open?", where=self.where)
        if rest:
            yield rest + b"\n"

    def _unreadable(self, problem: Exception) -> DataError:
        return DataError(
            "cannot be read as a table", where=self.where, found=(str(problem).splitlines() or [""])[0]
        )


def _line_end(text: bytes, first: bool) -> int:
    """Just after the first or the last line end outside quotes; 0 if there is none."""
    at = 0 if first else len(text)
    while True:
        at = text.find(b"\n", at) if first else text.rfind(b"\n", 0, at)
        if at < 0:
            return 0
        if text.count(b'"', 0, at) % 2 == 0:
            return at + 1
        at += 1 if first else 0


def _common(a: pl.DataType, b: pl.DataType) -> pl.DataType:
    """The type of a column that is `a` in one piece and `b` in another."""
    if a == b:
        return a
    if a.is_numeric() and b.is_numeric():
        return pl.Float64()
    return pl.String()


def write_pieces(pieces: Iterable[pl.DataFrame], path: Path) -> None:
    """Write tables with the same columns one below the other. The file appears whole or not at all.

    Parquet parts wait in a folder beside the target until the last one is there.
    """
    form = form_of(path, Where(field="--out"), "a result has one of two forms")
    partial = path.with_name(path.name + ".partial")
    parts = path.with_name(path.name + ".parts")
    try:
        if form == ".csv":
            with partial.open("wb") as file:
                for k, piece in enumerate(pieces):
                    piece.write_csv(file, include_header=k == 0)
        else:
            parts.mkdir(exist_ok=True)
            names: list[Path] = []
            for k, piece in enumerate(pieces):
                names.append(parts / f"{k:09d}.parquet")
                piece.write_parquet(names[-1])
            pl.scan_parquet(names).sink_parquet(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
        shutil.rmtree(parts, ignore_errors=True)
