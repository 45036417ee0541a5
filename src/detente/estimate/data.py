"""Observations: a table of any kind as one frame, rows with missing values counted, and which end each row reached."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.files import CODES, MAX_CELLS, is_text, pandas, read
from detente.game import Tree
from detente.game.tree import DECISION, TERMINAL, Floats

MOST_PLAYS = 2.0**53  # of one outcome in one row: beyond it whole numbers are not exact
_TABLES = "a file (.csv, .parquet, .dta), a data frame, or a mapping of columns"


class MissingRows(UserWarning):
    """Rows were left out because a value that the fit needs is missing."""


def frame_of(data: Any) -> Any:
    """A pandas frame of a CSV, Parquet or Stata file, of a pandas, polars or pyarrow table, or of a mapping of columns.

    Text loses the blanks around it, and blank text is missing. Truth values, also with gaps, are numbers in formulas; decimals are
    floating point. Of a CSV file empty cells and "NA" are missing. Stata's labels stand for its numbers where every number of the
    column has one of its own. Raises DataError where it is no table, has no rows, or two columns have one name.
    """
    import narwhals as nw

    pd = pandas()

    if isinstance(data, (str, Path)):
        frame = read(Path(data))
    elif isinstance(data, Mapping):
        frame = _of_mapping(data)
    elif isinstance(data, pd.DataFrame):
        frame = data.reset_index(drop=True)
    else:
        try:
            table = nw.from_native(data, eager_only=True)
        except TypeError:
            raise DataError("this is no table", found=type(data).__name__, allowed=_TABLES) from None
        _bounded(*table.shape)
        frame = pd.DataFrame({name: _cells(table[name]) for name in table.columns})
    _bounded(*frame.shape)
    names = [str(name).strip() for name in frame.columns]
    twice = next((name for k, name in enumerate(names) if name in names[:k]), None)
    if twice is not None:
        raise DataError("two columns have the same name", found=twice)
    if frame.shape[1] and not len(frame):
        raise DataError("this table has no rows", found=", ".join(names)[:100])
    frame = frame.set_axis(names, axis=1)
    for name in names:
        if is_text(frame[name]):
            frame[name] = _tidy(frame[name])
    return frame


def _of_mapping(data: Mapping[Any, Any]) -> Any:
    pd = pandas()

    sizes = {}
    for name, column in data.items():
        if isinstance(column, (str, bytes)) or not hasattr(column, "__len__"):
            raise DataError(
                "a column is a list of values", where=Where(field=str(name)), found=type(column).__name__
            )
        sizes[str(name)] = len(column)
    if len(set(sizes.values())) > 1:
        raise DataError("columns differ in length", found=", ".join(f"{n} {k}" for n, k in sizes.items()))
    if len(sizes) < len(data):
        raise DataError("two columns have the same name", found=", ".join(map(str, data)))
    return pd.DataFrame({str(k): getattr(v, "array", v) for k, v in data.items()})


def _cells(column: Any) -> Any:
    """A column of another library for pandas; categories keep their order."""
    import narwhals as nw

    pd = pandas()

    held = column.to_list()
    if isinstance(column.dtype, nw.Enum):
        return pd.Categorical(held, list(column.dtype.categories))
    return held


def _bounded(rows: int, width: int) -> None:
    if rows * width > MAX_CELLS:
        raise DataError(
            "this table is too large", found=f"{rows} rows of {width} columns", allowed=f"{MAX_CELLS} cells"
        )


def _tidy(column: Any) -> Any:
    """Text without the blanks around it; numbers and truth values that came as objects as what they are."""
    pd = pandas()

    held = column.dropna()
    kinds = set(map(type, held))
    if kinds and kinds <= {bool, np.bool_}:
        return column.astype("boolean")
    if kinds and all(
        issubclass(k, (int, float, np.integer, np.floating, Decimal)) and k is not bool for k in kinds
    ):
        return pd.to_numeric(column.map(float, na_action="ignore"))
    if any(issubclass(k, str) for k in kinds):
        stripped = column.map(lambda v: v.strip() if isinstance(v, str) else v, na_action="ignore")
        return stripped.mask(stripped == "") if (stripped == "").any() else stripped
    return column


def complete(frame: Any, columns: Sequence[str]) -> Any:
    """The rows without missing values in these columns; a `MissingRows` warning says how many were left out and for what.

    Categories that no row is left of are forgotten. Raises DataError where no row is left.
    """
    pd = pandas()

    lacking = frame[list(columns)].isna()
    bad = lacking.any(axis=1)
    if bad.all():
        none = [name for name in columns if lacking[name].all()]
        raise DataError("every row lacks a value that the fit needs", found=f"{len(frame)} rows",
                        allowed=f"values in {', '.join(none)}" if none else list(columns))  # fmt: skip
    if bad.any():
        causes = ", ".join(f"{name} {int(lacking[name].sum())}" for name in columns if lacking[name].any())
        warnings.warn(f"{int(bad.sum())} of {len(frame)} rows left out, a value is missing ({causes})",
                      MissingRows, stacklevel=3)  # fmt: skip
    held = frame[~bad]
    kinds = [name for name in columns if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return (
        held.assign(**{name: held[name].cat.remove_unused_categories() for name in kinds}) if kinds else held
    )


def check_regressor(frame: Any, name: str, where: Where) -> None:
    """Raises DataError, with the row, where a column that a formula takes as it stands is no number and no category.

    That is: dates and durations, complex numbers, numbers that came as text, and text among numbers (``1.5, 2, n.a.``).
    """
    pd = pandas()

    column = frame[name]
    kind = column.dtype.kind
    if kind in "mMc" or isinstance(column.dtype, pd.PeriodDtype):
        raise DataError("dates, durations and complex numbers have no coefficient", where=where, found=f"{name}, {column.dtype}",
                        allowed="a number made of it, or C(...) for categories")  # fmt: skip
    if kind in "biuf" or isinstance(column.dtype, pd.CategoricalDtype):
        return
    whole = column.reset_index(drop=True)
    texts = whole.map(lambda v: isinstance(v, str)).to_numpy(bool)
    numbers = pd.to_numeric(whole.where(texts), errors="coerce").notna().to_numpy(bool)
    if texts.all() and 2 * numbers.sum() < len(texts):
        return
    if numbers.all():
        raise DataError("these numbers are text", where=where, found=f"{name}, row {_row(frame, 0)}: {whole[0]!r}",
                        allowed="numbers, or C(...) for categories")  # fmt: skip
    odd = int((~numbers if texts.all() else texts if 2 * texts.sum() < len(texts) else ~texts).argmax())
    raise DataError("a column of a formula holds numbers or categories, not both", where=where,
                    found=f"{name}, row {_row(frame, odd)}: {whole[odd]!r}",
                    allowed="numbers, empty cells where they are missing, or C(...) for categories")  # fmt: skip


def ends_of(tree: Tree, name: str) -> Floats:
    """Which ends [end] an outcome means: an event of the game, or options from the start as ``go > resist``,
    branches of chance told or left out.

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
        if wanted in (tree.path_labels(int(node))[: len(wanted)], _chosen(tree, int(node))[: len(wanted)]):
            ends[int(tree.terminal[node])] = 1
    if not ends.any():
        raise BadInput("no event and no way through the game has this name", where=Where(field="outcomes"), found=name,
                       allowed=list(tree.events))  # fmt: skip
    return ends


def _chosen(tree: Tree, node: int) -> tuple[str, ...]:
    """The options on the way to a node, branches of chance left out: what is seen where types are private."""
    labels = tree.path_labels(node)
    above: list[int] = []
    while tree.parent[node] >= 0:
        node = int(tree.parent[node])
        above.append(node)
    return tuple(
        label for label, up in zip(labels, reversed(above), strict=True) if tree.kind[up] == DECISION
    )


def counted(
    frame: Any, outcome: str | Mapping[str, str], names: Mapping[Any, str], tree: Tree
) -> tuple[list[str], Floats, Floats]:
    """Outcomes, which ends each means [outcome, end], and how often each row shows each [row, outcome].

    ``outcome``: the column that names what happened, or a column of counts (or 0 and 1) for each event. ``names``: what a value
    of that column is called in the game; of a labelled Stata column its labels or its numbers. Raises DataError, with the row (from
    1, the line of names not counted), for a value that the game cannot produce.
    """
    if isinstance(outcome, str):
        events, counts = _named(frame, outcome, names, tree)
    else:
        events, counts = list(outcome), _counts(frame, outcome)
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


def _named(frame: Any, outcome: str, names: Mapping[Any, str], tree: Tree) -> tuple[list[str], Floats]:
    """Events that were seen, and 1 where a row shows one."""
    pd = pandas()

    events = list(dict.fromkeys(names.values())) if names else list(tree.events)
    of = {_plain(k): v for k, v in names.items()} if names else {e: e for e in events}
    codes = frame.attrs.get(CODES, {}).get(outcome, {})
    code, values = pd.factorize(frame[outcome])
    known = [next((of[w] for w in _ways(v, codes) if w in of), None) for v in values]
    if None in known:
        row = int(np.argmax(np.isin(code, [k for k, event in enumerate(known) if event is None])))
        raise DataError("the game cannot produce this outcome", where=Where(field=f"{outcome}, row {_row(frame, row)}"),
                        found=values[code[row]], allowed=list(of))  # fmt: skip
    seen = [e for e in events if e in known]
    counts = np.zeros((len(frame), len(seen)))
    counts[np.arange(len(frame)), np.array([seen.index(str(e)) for e in known])[code]] = 1
    return seen, counts


def _counts(frame: Any, outcome: Mapping[str, str]) -> Floats:
    columns = list(outcome.values())
    if len(set(columns)) < len(columns):
        raise DataError("one column cannot count two outcomes", where=Where(field="outcome"),
                        found=next(c for c in columns if columns.count(c) > 1))  # fmt: skip
    for name in columns:
        if frame[name].dtype.kind not in "biuf":
            raise DataError(
                "counts of outcomes are numbers",
                where=Where(field="outcome"),
                found=f"{name}: {frame[name].iloc[0]!r}",
            )
    counts = np.column_stack([np.asarray(frame[name], float) for name in columns])
    bad = ~((counts >= 0) & (counts == np.round(counts)) & (counts <= MOST_PLAYS))
    if bad.any():
        row, k = map(int, np.argwhere(bad)[0])
        raise DataError("a count of an outcome is a whole number", where=Where(field=f"{columns[k]}, row {_row(frame, row)}"),
                        found=counts[row, k])  # fmt: skip
    return counts


def _row(frame: Any, row: int) -> int:
    """The number of a row in the data as they came, from 1."""
    return int(frame.index[row]) + 1


def _plain(value: Any) -> str:
    """A cell as text, no blanks around it; a whole number of floating point as a whole number."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _ways(value: Any, codes: Mapping[str, float]) -> list[str]:
    """What a cell may be called: itself, the number behind a label, a truth value as 0 or 1 or in capitals."""
    ways = [_plain(value)]
    if ways[0] in codes:
        ways.append(_plain(codes[ways[0]]))
    if isinstance(value, (bool, np.bool_)):
        ways += [str(int(value)), str(bool(value)).lower(), str(bool(value)).upper()]
    return ways
