"""Solve a game at every row of a table: parameters in, event probabilities, values and certificates out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from detente.errors import DataError, Where
from detente.game.tree import Floats, Tree
from detente.solve.quantal import compile_tree, solve
from detente.solve.rows import Source, form_of, write_pieces
from detente.solve.solution import STATUS, Solutions

MOST_ROWS, NUMBERS_AT_ONCE = 50_000, 20_000_000  # rows solved at once, and numbers in their answers
Solver = Callable[[Mapping[str, Floats] | None], Solutions]  # another solution concept: draws to solutions
ADDED = ("lambda", "status", "residual", "max_gain")


def solve_table(
    tree: Tree,
    source: Path,
    target: Path,
    *,
    precision: float | Literal["limit"] = "limit",
    fixed: Mapping[str, float] | None = None,
    solver: Solver | None = None,
) -> dict[str, object]:
    """Solve ``tree`` at each row of ``source`` (CSV or Parquet) and write ``target`` with the answers beside the row.

    Columns named like a parameter set it; other columns are carried through; a parameter without a column keeps its value
    in ``fixed`` or its base value. Added: ``event.NAME``, ``value.PLAYER``, ``lambda`` ("limit" in the limit), ``status``,
    ``residual``, ``max_gain`` (empty where there is none). ``solver`` answers in place of `solve`. Rows are read, solved
    and written in pieces: memory does not grow with their number. The target appears whole or not at all. Returns counts.
    """
    form_of(target, Where(field="--out"), "a result has one of two forms")  # before any work is done
    table = Source(source)
    used = [name for name in tree.parameters if name in table.schema]
    clash = [c for c in table.schema if c in ADDED or c.startswith(("event.", "value."))]
    if clash:
        raise DataError(
            "a column has the name of a result",
            where=Where(file=str(source)),
            found=clash[0],
            allowed="another name",
        )
    count = {"draws": 0, "certified": 0}

    def counted() -> Iterator[pl.DataFrame]:
        pieces = table.pieces(rows_at_once(tree))
        for piece in solve_stream(
            tree, pieces, precision=precision, fixed=fixed, where=Where(file=str(source)), solver=solver
        ):
            count["draws"] += piece.height
            count["certified"] += int((piece["status"] == STATUS[0]).sum())
            yield piece
        if not count["draws"]:  # the columns, without rows
            one = solve_stream(
                tree, [pl.DataFrame({"": [0]})], precision=precision, fixed=fixed, solver=solver
            )
            yield pl.DataFrame(schema=table.schema).with_columns(
                next(iter(one)).drop("").clear().get_columns()
            )

    write_pieces(counted(), target)
    return {**count, "parameters_from_columns": used, "out": str(target)}


def solve_stream(
    tree: Tree,
    pieces: Iterable[pl.DataFrame],
    *,
    precision: float | Literal["limit"] = "limit",
    fixed: Mapping[str, float] | None = None,
    where: Where | None = None,
    solver: Solver | None = None,
) -> Iterator[pl.DataFrame]:
    """Each piece of a table with its answers, as in `solve_table`; a piece is solved when it is asked for.

    ``where`` names the table in errors. Raises DataError for a parameter that is not a finite number.
    """
    run = solver or partial(solve, compile_tree(tree), precision=precision)
    done = 0
    for rows in pieces:
        if rows.height == 0:
            continue
        used = [name for name in tree.parameters if name in rows.columns]
        draws: dict[str, Floats] = {
            k: np.full(rows.height, v) for k, v in (fixed or {}).items() if k not in used
        }
        draws |= {name: _numbers(rows, name, where or Where(), done) for name in used}
        if draws:
            answers = _answers(tree, run(draws), precision)
        else:  # a game without parameters: every row is the same point
            one = _answers(tree, run(None), precision)
            answers = {k: np.repeat(v, rows.height, axis=0) for k, v in one.items()}
        done += rows.height
        yield rows.with_columns(
            [
                pl.Series(k, v).fill_nan(None) if v.dtype.kind == "f" else pl.Series(k, v)
                for k, v in answers.items()
            ]
        )


def rows_at_once(tree: Tree) -> int:
    """Rows whose answers, and what is needed to find them, are held in memory together."""
    places = sum(len(owned.nodes) for owned in tree.sets)
    width = len(tree.numbers) + 3 * tree.n_slots + places + len(tree.events) + len(tree.players)
    return max(64, min(MOST_ROWS, NUMBERS_AT_ONCE // max(width, 1)))


def _answers(tree: Tree, found: Solutions, precision: float | Literal["limit"]) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {
        f"event.{name}": found.event[:, k] for k, name in enumerate(tree.events)
    }
    columns |= {f"value.{name}": found.value[:, k] for k, name in enumerate(tree.players)}
    columns["lambda"] = (  # numbers wherever all are: a limit that was not reached names the lambda that was
        np.array(["limit" if np.isinf(x) else repr(float(x)) for x in found.precision.tolist()])
        if precision == "limit"
        else found.precision
    )
    columns["status"] = np.array(STATUS)[found.status]
    columns["residual"] = found.residual
    columns["max_gain"] = found.max_gain
    return columns


def _numbers(table: pl.DataFrame, name: str, where: Where, before: int) -> Floats:
    """A column as floats; ``before`` rows came earlier."""
    column = table[name].cast(pl.Float64, strict=False)
    bad = (column.is_null() | ~column.is_finite()).fill_null(True)
    if bad.any():
        row = int(bad.arg_max() or 0)
        raise DataError(
            "not a finite number",
            where=where.at(field=name, line=before + row + 2),
            found=str(table[name][row]),
        )
    return column.to_numpy()
