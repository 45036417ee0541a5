"""Observations: a table of any kind as one frame, rows with missing values counted, and which end each row reached."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.game import Tree
from detente.game.tree import TERMINAL, Floats

FORMS = (".csv", ".parquet", ".dta")
MAX_BYTES = 500_000_000


class MissingRows(UserWarning):
    """Rows were left out because a value that the fit needs is missing."""


def frame_of(data: Any) -> Any:
    """A pandas frame of a CSV, Parquet or Stata file, of a pandas, polars or pyarrow table, or of a mapping of columns.

    Empty cells and "NA" of a CSV file are missing. Raises DataError where it is no table.
    """
    import narwhals as nw
    import pandas as pd

    if isinstance(data, (str, Path)):
        return _file(Path(data))
    if isinstance(data, Mapping):
        return pd.DataFrame({str(k): v for k, v in data.items()})
    try:
        table = nw.from_native(data, eager_only=True)
    except TypeError:
        raise DataError("this is no table", found=type(data).__name__,
                        allowed="a file (.csv, .parquet, .dta), a data frame, or a mapping of columns") from None  # fmt: skip
    native = table.to_native()
    if isinstance(native, pd.DataFrame):
        return native.reset_index(drop=True)
    return pd.DataFrame({name: table[name].to_list() for name in table.columns})


def _file(path: Path) -> Any:
    import pandas as pd

    where = Where(file=str(path))
    form = path.suffix.lower()
    if form not in FORMS:
        raise DataError(
            "a table of observations has one of three forms",
            where=where,
            found=form or path.name,
            allowed=FORMS,
        )
    if not path.is_file():
        raise DataError("there is no such file", where=where, found=str(path))
    if path.stat().st_size > MAX_BYTES:
        raise DataError(
            "this file is too large",
            where=where,
            found=f"{path.stat().st_size} bytes",
            allowed=f"{MAX_BYTES}",
        )
    try:
        if form == ".csv":
            return pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=["", "NA"])
        if form == ".dta":
            return pd.read_stata(path)
        import polars as pl

        return frame_of(pl.read_parquet(path))
    except Exception as problem:  # whatever a reader raises for a file that is none
        reason = str(problem).splitlines()[0][:200] if str(problem) else type(problem).__name__
        raise DataError(f"this table cannot be read: {reason}", where=where) from None


def complete(frame: Any, columns: Sequence[str]) -> Any:
    """The rows without missing values in these columns; a `MissingRows` warning says how many were left out and for what.

    Raises DataError where none is left.
    """
    lacking = frame[list(columns)].isna()
    bad = lacking.any(axis=1)
    if not bad.any():
        return frame
    if bad.all():
        raise DataError(
            "every row lacks a value that the fit needs", found=f"{len(frame)} rows", allowed=list(columns)
        )
    causes = ", ".join(f"{name} {int(lacking[name].sum())}" for name in columns if lacking[name].any())
    warnings.warn(
        f"{int(bad.sum())} of {len(frame)} rows left out, a value is missing ({causes})",
        MissingRows,
        stacklevel=3,
    )
    return frame[~bad]


def ends_of(tree: Tree, name: str) -> Floats:
    """Which ends [end] an outcome means: an event of the game, or options from the start as ``go > resist``.

    Raises BadInput for a name that is neither, and for an event that depends on parameters.
    """
    if name in tree.events:
        held = np.array([tree.numbers[int(k)].text for k in tree.event_number[tree.events.index(name)]])
        if not np.isin(held, ("0", "1", "false", "true")).all():
            raise BadInput("this event depends on parameters, so the data cannot show it", where=Where(field="outcomes"),
                           found=name)  # fmt: skip
        return np.isin(held, ("1", "true")).astype(float)
    wanted = tuple(part.strip() for part in str(name).split(">"))
    ends = np.zeros(tree.n_outcomes)
    for node in np.flatnonzero(tree.kind == TERMINAL):
        if tree.path_labels(int(node))[: len(wanted)] == wanted:
            ends[int(tree.terminal[node])] = 1
    if not ends.any():
        raise BadInput("no event and no way through the game has this name", where=Where(field="outcomes"), found=name,
                       allowed=list(tree.events))  # fmt: skip
    return ends


def counted(
    frame: Any, outcome: str | Mapping[str, str], names: Mapping[Any, str], tree: Tree
) -> tuple[list[str], Floats, Floats]:
    """Outcomes, which ends each means [outcome, end], and how often each row shows each [row, outcome].

    ``outcome``: the column that names what happened, or a column of counts (or 0 and 1) for each event. ``names``: what a value
    of that column is called in the game. Raises DataError, with the row, for a value that the game cannot produce.
    """
    if isinstance(outcome, str):
        column = frame[outcome]
        events = list(dict.fromkeys(names.values())) if names else list(tree.events)
        of = {str(k): v for k, v in names.items()} if names else {e: e for e in events}
        counts = np.zeros((len(frame), len(events)))
        for row, (label, value) in enumerate(zip(frame.index, column, strict=True)):
            known = of.get(_plain(value))
            if known is None:
                raise DataError("the game cannot produce this outcome", where=Where(field=f"{outcome}, row {int(label) + 1}"),
                                found=value, allowed=list(of))  # fmt: skip
            counts[row, events.index(known)] = 1
        seen = counts.sum(axis=0) > 0
        events, counts = [e for e, s in zip(events, seen, strict=True) if s], counts[:, seen]
    else:
        events = list(outcome)
        try:
            counts = np.column_stack([np.asarray(frame[c], float) for c in outcome.values()])
        except (TypeError, ValueError):
            raise DataError("counts of outcomes are numbers", where=Where(field="outcome")) from None
        bad = (counts < 0) | (counts != np.round(counts))
        if bad.any():
            row, k = map(int, np.argwhere(bad)[0])
            where = Where(field=f"{outcome[events[k]]}, row {_row(frame, row)}")
            raise DataError("a count of an outcome is a whole number", where=where, found=counts[row, k])
    ends = np.stack([ends_of(tree, e) for e in events])
    if (ends.sum(axis=0) > 1).any():
        first, other = (
            events[int(k)] for k in np.flatnonzero(ends[:, int(np.argmax(ends.sum(axis=0) > 1))])[:2]
        )
        raise BadInput("two outcomes may both happen: outcomes of a fit exclude each other", where=Where(field="outcomes"),
                       found=f"{first} and {other}")  # fmt: skip
    if not counts.any():
        raise DataError("no row shows any outcome", where=Where(field="outcome"))
    return events, ends, counts


def _row(frame: Any, row: int) -> int:
    """The number of a row in the data as they came, from 1."""
    return int(frame.index[row]) + 1


def _plain(value: Any) -> str:
    """A cell as text; a whole number of floating point as a whole number."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
