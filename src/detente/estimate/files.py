"""Tables out of files: CSV in the ways in which programs write it, Parquet, and Stata with value labels.

Nothing is guessed in silence: what cannot be read surely is an error, and an encoding that had to be assumed is a warning.
"""

from __future__ import annotations

import csv
import io
import warnings
from pathlib import Path
from typing import Any

from detente.errors import DataError, Where

FORMS = (".csv", ".parquet", ".dta")
MAX_BYTES = 500_000_000
MAX_CELLS = 200_000_000
CODES = "codes of labels"  # key of `DataFrame.attrs`: {column: {label: number}} of a Stata file
_SIGNS = (",", ";", "\t", "|")
_COMMA_NUMBER = r"[-+]?\d*,?\d+(?:[eE][-+]?\d+)?"
# missing, where all else is numbers
_NO_VALUE = (".", "NaN", "nan", "N/A", "n/a", "#N/A", "NULL", "null", "None")


class AssumedEncoding(UserWarning):
    """A text file is no UTF-8, so it was read as what programs on Windows write."""


def pandas() -> Any:
    """The library, loaded when a table is."""
    import pandas

    return pandas


def read(path: Path) -> Any:
    """A pandas frame of a file. Raises DataError, with the file, where it is none or too large."""
    where = Where(file=str(path))
    form = path.suffix.lower()
    if form not in FORMS:
        raise DataError("a table of observations has one of three forms", where=where, found=form or path.name,
                        allowed=FORMS)  # fmt: skip
    if not path.is_file():
        raise DataError("there is no such file", where=where, found=str(path))
    if path.stat().st_size > MAX_BYTES:
        raise DataError("this file is too large", where=where, found=f"{path.stat().st_size} bytes",
                        allowed=f"{MAX_BYTES}")  # fmt: skip
    reader = {".csv": _csv, ".dta": _stata, ".parquet": _parquet}[form]
    try:
        return reader(path, where)
    except DataError:
        raise
    except Exception as problem:  # whatever a reader raises for a file that is none
        reason = next(
            (line.strip() for line in str(problem).splitlines() if line.strip()), type(problem).__name__
        )
        raise DataError(f"this table cannot be read: {reason[:200]}", where=where) from None


def _csv(path: Path, where: Where) -> Any:
    """Comma, semicolon, tab or bar between cells, as the first line has it; with the last three a decimal comma too."""
    pd = pandas()

    text = _text(path.read_bytes(), where)
    head = next(iter(text.splitlines()), "")
    sign = max(_SIGNS, key=lambda s: len(next(csv.reader([head], delimiter=s), [])))
    names = [name.strip() for name in next(csv.reader(io.StringIO(text), delimiter=sign), [])]
    twice = next((name for k, name in enumerate(names) if name and name in names[:k]), None)
    if twice is not None:
        raise DataError("two columns have the same name", where=where, found=twice)

    def parsed(decimal: str) -> Any:
        return pd.read_csv(
            io.StringIO(text), sep=sign, decimal=decimal, keep_default_na=False, na_values=["", "NA"]
        )

    frame = parsed(".")
    if not isinstance(frame.index, pd.RangeIndex):
        raise DataError("rows have more cells than the first line has names", where=where, found=f"{len(names)} names",
                        allowed="a name for each column, also for that of row names")  # fmt: skip
    if sign != "," and any(_all(frame[c], _COMMA_NUMBER) for c in frame.columns):
        frame = parsed(",")
    for name in frame.columns:
        if is_text(frame[name]):
            frame[name] = _numbers_with_gaps(frame[name])
    return frame


def _text(raw: bytes, where: Where) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        raise DataError(
            "this file is neither UTF-8 nor Windows-1252", where=where.at(line=line), allowed="UTF-8"
        ) from None
    warnings.warn(
        f"{where.file} is no UTF-8 (line {line}): read as Windows-1252", AssumedEncoding, stacklevel=5
    )
    return text


def is_text(column: Any) -> bool:
    """Whether a column holds text or objects, and is not made of categories."""
    pd = pandas()
    if isinstance(column.dtype, pd.CategoricalDtype):
        return False
    return column.dtype.kind == "O" or isinstance(column.dtype, pd.StringDtype)


def _all(column: Any, pattern: str) -> bool:
    """Whether a column is text, has a comma somewhere, and nothing but what the pattern takes."""
    if not is_text(column):
        return False
    held = column.dropna().astype(str).str.strip()
    return bool(len(held) and held.str.fullmatch(pattern).all() and held.str.contains(",", regex=False).any())


def _numbers_with_gaps(column: Any) -> Any:
    """A column of numbers and words for a missing value, as numbers; any other as it is."""
    pd = pandas()

    held = column.astype("string").str.strip()
    gap = held.isin(_NO_VALUE) | held.isna()
    numbers = pd.to_numeric(held.mask(gap), errors="coerce")
    surely = numbers.notna() | gap
    return numbers.astype(float) if bool(surely.all()) and bool(numbers.notna().any()) else column


def _stata(path: Path, where: Where) -> Any:
    """Labels stand for numbers where every number of a column has one of its own; otherwise the numbers stay.

    Missing values of every letter are missing. The numbers behind labels are kept in ``attrs``.
    """
    pd = pandas()
    from pandas.io.stata import StataReader

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, on labels and encodings that are dealt with here
        with StataReader(path, convert_categoricals=False) as reader:
            frame: Any = reader.read()
            labels: Any = reader.value_labels()
            of: Any = dict(
                zip(frame.columns, getattr(reader, "_lbllist", ()), strict=False)
            )  # column -> its set of labels
    codes: dict[str, dict[str, float]] = {}
    for column in frame.columns:
        named = {k: str(v).strip() for k, v in labels.get(of.get(column, column), {}).items()}
        held = sorted(frame[column].dropna().unique()) if named and frame[column].dtype.kind in "iuf" else []
        told = [named.get(value) for value in held]
        if held and None not in told and len(set(told)) == len(told):
            frame[column] = pd.Categorical(frame[column].map(named), told)
            codes[str(column)] = {str(t): float(v) for t, v in zip(told, held, strict=True)}
    frame.attrs[CODES] = codes
    return frame


def _parquet(path: Path, where: Where) -> Any:
    import polars as pl

    from detente.estimate.data import frame_of

    lazy = pl.scan_parquet(path)
    rows, width = lazy.select(pl.len()).collect().item(), len(lazy.collect_schema())
    if rows * width > MAX_CELLS:
        raise DataError("this table is too large", where=where, found=f"{rows} rows of {width} columns",
                        allowed=f"{MAX_CELLS} cells")  # fmt: skip
    return frame_of(pl.read_parquet(path))
