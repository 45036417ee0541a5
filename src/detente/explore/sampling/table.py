"""A file of draws: a row a draw, chosen by whoever made the file."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from detente.errors import DataError, Where
from detente.explore.protocol import Study
from detente.explore.ranges import Floats, Range
from detente.explore.sampling.plan import Plan, admissible_of, regrouped
from detente.explore.sampling.points import MOST_DRAWS, chosen_seed
from detente.explore.sampling.words import others
from detente.solve.rows import Source

IDS = ("", "id", "row", "draw", "index", "name", "label")  # columns that only number or name the rows
RESULTS = ("event.", "value.", "status|")  # what `detente` itself adds to a table
_NUMBERS = 2**21  # read at once
_EDGE = 1e-9  # of the width of a range: how far outside a number counts as written to fewer digits


@dataclass(frozen=True)
class FromFile:
    """The rows of a CSV or Parquet file. Columns with the name of a parameter set it, other parameters keep their base value.

    Columns called `IDS` (in any case), and columns of results that `detente` writes, are passed over. Rows that break a
    constraint are refused and counted. The order is shuffled by the seed, so that halves of the rows are alike. The file
    is read once and in pieces; the numbers that are used wait in a temporary file, so memory does not grow with the rows.

    Raises DataError for a file that cannot be read, other columns, a number that is not finite or outside its range (with its
    row), no rows, and more than `MOST_DRAWS`; `GameError` where constraints refuse every row.
    """

    path: str | Path

    def plan(self, study: Study, n: int = 0, seed: int | None = None) -> Plan:
        path, number = Path(self.path), chosen_seed(study, seed)
        source = Source(path)
        found = _columns(study, source)
        rows = _read(source, found)
        varying = study.varying
        names = [r.name for r in found if r.varies]
        from_, to = (
            [k for k, r in enumerate(found) if r.varies],
            [k for k, r in enumerate(varying) if r.name in names],
        )
        to.sort(key=lambda k: names.index(varying[k].name))
        base = np.array([r.base for r in varying] or [0.0], dtype=np.float64)
        step = max(1024, _NUMBERS // max(len(varying), 1))

        def pieces(order: np.ndarray | None) -> Iterator[Floats]:
            for start in range(0, len(rows), step):
                here = rows[start : start + step] if order is None else rows[order[start : start + step]]
                points = np.tile(base, (len(here), 1))
                points[:, to] = here[:, from_]
                yield points

        n_kept = admissible_of(study, pieces(None), len(rows))

        def shuffled() -> np.ndarray:
            return np.random.default_rng(number).permutation(np.arange(len(rows), dtype=np.int32))

        def measure(refused: int) -> str:
            allowed = "" if study.admissible is None else f" that the constraints allow ({refused:,} refused)"
            return (
                f"{n_kept:,} rows of {path.name}{allowed} (columns {', '.join(names) or 'of fixed numbers alone'})"
                f"{others(len(varying) - len(names))}, every row counted alike; a share counts rows of this file, chosen by "
                "whoever made it, and has no sampling interval"
            )

        record = {
            "kind": "file", "file": path.name, "sha256": _sha256(path), "columns": names, "rows": len(rows),
            "refused": len(rows) - n_kept, "shuffled_by": number,
        }  # fmt: skip
        return Plan(
            "file", n_kept, False, lambda size: regrouped(study, pieces(shuffled()), n_kept, len(rows), size), measure, record
        )  # fmt: skip


def _columns(study: Study, source: Source) -> list[Range]:
    """The parameters that the table sets, in the order of its columns."""
    able = {r.name: r for r in study.ranges}
    derived = {d.name for d in study.derived}
    found: list[Range] = []
    for name in source.schema:
        if name in able:
            found.append(able[name])
        elif name in derived:
            raise DataError(
                "this parameter is derived: it follows from others and cannot be set",
                where=source.where.at(field=name), found=name, allowed=able, nearest="",
            )  # fmt: skip
        elif name.strip().lower() not in IDS and not name.startswith(RESULTS):
            if any(mark in name for mark in ";\t|"):
                raise DataError("the columns of a CSV file are separated by commas, its decimals by points",
                                where=source.where, found=name)  # fmt: skip
            raise DataError(
                f"a column has the name of no parameter (columns called {', '.join(i for i in IDS if i)} are passed over)",
                where=source.where, found=name, allowed=able,
            )  # fmt: skip
    if not found:
        raise DataError("no column has the name of a parameter", where=source.where,
                        found=", ".join(source.schema), allowed=able, nearest="")  # fmt: skip
    return found


def _read(source: Source, found: list[Range]) -> Floats:
    """The numbers of the table [row, parameter], checked, on disk."""
    count = 0
    with tempfile.TemporaryFile(prefix="detente-") as file:
        try:
            for piece in source.pieces(max(1024, _NUMBERS // len(found))):
                if count + piece.height > MOST_DRAWS:
                    raise DataError("the table has too many rows", where=source.where,
                                    found=f"more than {MOST_DRAWS}", allowed=f"at most {MOST_DRAWS}")  # fmt: skip
                table = np.column_stack([_checked(piece, r, source, count) for r in found])
                file.write(np.ascontiguousarray(table, dtype="<f8").tobytes())
                count += piece.height
            file.flush()
        except OSError as problem:
            raise DataError(
                "the numbers of the table could not be kept while it is used",
                where=Where(file=tempfile.gettempdir()), found=problem.strerror or str(problem),
                allowed="a folder for temporary files with room",
            ) from problem  # fmt: skip
        if not count:
            raise DataError("the table has no rows", where=source.where)
        return np.memmap(file, dtype="<f8", mode="r", shape=(count, len(found)))


def _checked(piece: pl.DataFrame, r: Range, source: Source, before: int) -> Floats:
    """One parameter's numbers in a piece of the table, after ``before`` rows. Raises DataError for the first that is wrong."""
    given = piece[r.name]
    if not (given.dtype.is_numeric() or given.dtype in (pl.String, pl.Null)):
        raise DataError("this is not a column of numbers", where=source.where.at(field=r.name), found=str(given.dtype),
                        allowed="numbers")  # fmt: skip
    numbers = given.cast(pl.Float64, strict=False)
    x = numbers.fill_null(float("nan")).to_numpy()
    values = r.values
    if values is not None:
        near = values[np.abs(np.where(np.isfinite(x), x, 0.0)[:, None] - values).argmin(axis=1)]
        bad, allowed = ~(np.abs(x - near) <= _EDGE * (r.high - r.low)), ", ".join(f"{v:g}" for v in values)
    else:
        slack = _EDGE * max(r.high - r.low, abs(r.base) * _EDGE)
        bad, allowed = ~((x >= r.low - slack) & (x <= r.high + slack)), f"{r.low:g} to {r.high:g}"
        near = np.clip(x, r.low, r.high)
        if not r.varies:
            allowed = f"{r.base:g}, at which it is fixed"
    if bad.any():
        row = int(bad.argmax())
        finite = bool(np.isfinite(x[row]))
        raise DataError(
            f"row {before + row + 1} is outside the range of {r.name}" if finite else
            f"row {before + row + 1} has no finite number for {r.name}",
            where=source.where.at(field=r.name, line=before + row + 2 if source.form == ".csv" else None),
            found=given[row] if given[row] is not None else "nothing", allowed=allowed,
        )  # fmt: skip
    return near


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
