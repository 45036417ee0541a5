"""Solve a game at every row of a table: parameters in, event probabilities, values and certificates out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.errors import DataError, Where
from detente.game.tree import Floats, Tree
from detente.solve.quantal import compile_tree, solve
from detente.solve.solution import STATUS, Solutions

ROWS_AT_ONCE = 50_000
ADDED = ("lambda", "status", "residual", "max_gain")


def solve_table(
    tree: Tree,
    source: Path,
    target: Path,
    *,
    precision: float | Literal["limit"] = "limit",
    fixed: Mapping[str, float] | None = None,
) -> dict[str, object]:
    """Solve ``tree`` at each row of ``source`` (CSV or Parquet) and write ``target`` with the answers beside the row.

    Columns named like a parameter set it; other columns are carried through; a parameter without a column keeps its value
    in ``fixed`` or its base value. Added: ``event.NAME``, ``value.PLAYER``, ``lambda``, ``status``, ``residual``,
    ``max_gain`` (empty where there is none). The target appears whole or not at all. Returns counts.
    """
    table = _read(source)
    used = [name for name in tree.parameters if name in table.columns]
    clash = [c for c in table.columns if c in ADDED or c.startswith(("event.", "value."))]
    if clash:
        raise DataError(
            "a column has the name of a result",
            where=Where(file=str(source)),
            found=clash[0],
            allowed="another name",
        )
    columns = {name: _numbers(table, name, source) for name in used}
    compiled = compile_tree(tree)
    pieces: list[pl.DataFrame] = []
    for start in range(0, max(table.height, 1), ROWS_AT_ONCE):
        rows = table.slice(start, ROWS_AT_ONCE)
        if rows.height == 0:
            continue
        draws: dict[str, Floats] = {
            k: np.full(rows.height, v) for k, v in (fixed or {}).items() if k not in used
        }
        draws |= {k: v[start : start + rows.height] for k, v in columns.items()}
        if not draws:  # a game without parameters: every row is the same point
            one = solve(compiled, None, precision=precision)
            answers = {k: np.repeat(v, rows.height, axis=0) for k, v in _answers(tree, one).items()}
        else:
            answers = _answers(tree, solve(compiled, draws, precision=precision))
        new = [
            pl.Series(k, v).fill_nan(None) if v.dtype.kind == "f" else pl.Series(k, v)
            for k, v in answers.items()
        ]
        pieces.append(rows.with_columns(new))
    result = pl.concat(pieces) if pieces else table
    _write(result, target)
    certified = int((result["status"] == STATUS[0]).sum()) if pieces else 0
    return {
        "draws": table.height,
        "certified": certified,
        "parameters_from_columns": used,
        "out": str(target),
    }


def _answers(tree: Tree, found: Solutions) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {
        f"event.{name}": found.event[:, k] for k, name in enumerate(tree.events)
    }
    columns |= {f"value.{name}": found.value[:, k] for k, name in enumerate(tree.players)}
    finite = bool(np.isfinite(found.precision).all())  # a table of numbers wherever there are numbers
    columns["lambda"] = (
        found.precision
        if finite
        else np.array(["limit" if np.isinf(x) else repr(float(x)) for x in found.precision.tolist()])
    )
    columns["status"] = np.array([STATUS[int(s)] for s in found.status.tolist()])
    columns["residual"] = found.residual
    columns["max_gain"] = found.max_gain
    return columns


def _read(path: Path) -> pl.DataFrame:
    kinds = {".csv": pl.read_csv, ".parquet": pl.read_parquet}
    reader = kinds.get(path.suffix.lower())
    where = Where(file=str(path))
    if reader is None:
        raise DataError(
            "a table of draws has one of two forms", where=where, found=path.suffix, allowed=list(kinds)
        )
    if not path.is_file():
        raise DataError("there is no such file", where=where, found=str(path))
    try:
        return reader(path)
    except (pl.exceptions.PolarsError, OSError) as problem:
        raise DataError(
            "cannot be read as a table", where=where, found=str(problem).splitlines()[0]
        ) from problem


def _numbers(table: pl.DataFrame, name: str, path: Path) -> Floats:
    column = table[name].cast(pl.Float64, strict=False)
    bad = (column.is_null() | ~column.is_finite()).fill_null(True)
    if bad.any():
        row = int(bad.arg_max() or 0)
        where = Where(file=str(path), line=row + 2, field=name)
        raise DataError("not a finite number", where=where, found=str(table[name][row]))
    return column.to_numpy()


def _write(table: pl.DataFrame, path: Path) -> None:
    writers = {".csv": table.write_csv, ".parquet": table.write_parquet}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise DataError(
            "a result has one of two forms",
            where=Where(field="--out"),
            found=path.name,
            allowed="FILE.csv or FILE.parquet",
        )
    partial = path.with_name(path.name + ".partial")
    try:
        writer(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
