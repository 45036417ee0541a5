"""One row of a fit's design: the terms of a parameter's index at values of columns, without the library that made them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from detente.errors import GameError, Where
from detente.scenario.fitted.record import FUNCTIONS, Column, Factor, FitFile, Floats

Values = Mapping[str, float | str]


def row(fit: FitFile, parameter: str, at: Values, where: Where) -> Floats:
    """What each coefficient is multiplied by in ``parameter`` at the profile ``at`` [coefficient]; 0 for those of other parameters.

    Raises GameError for a column that is missing or that the fit has not, a category that it did not see, and a term that needs
    more than its columns (``scale``, ``poly``, ...).
    """
    columns = fit.told.columns
    for name, value in at.items():
        if name not in columns:
            raise GameError("the fit has no such column", where=where, found=name, allowed=columns)
        _check(name, value, columns[name], where)
    out = np.zeros(len(fit.told.coefficients))
    for k, coefficient in enumerate(fit.told.coefficients):
        if coefficient.parameter != parameter:
            continue
        product = fit.told.design[coefficient.name]
        if product is None:
            raise GameError(
                f"the term {coefficient.term!r} cannot be computed from a profile alone", where=where, found=coefficient.name,
                allowed="columns, categories, their products and log, log10, exp, sqrt, abs of a column; "
                "centre, scale or square a column in the data",
            )  # fmt: skip
        for factor in product:
            if factor.column not in at:
                needed = sorted({f.column for n, p in fit.told.design.items() for f in p or ()
                                 if n.startswith(f"{parameter}: ")})  # fmt: skip
                raise GameError(f"the fit of {parameter!r} needs a value of the column {factor.column!r}", where=where,
                                found=", ".join(at) or "no profile", allowed=f"at: {{{', '.join(f'{n}: ...' for n in needed)}}}",
                                nearest="")  # fmt: skip
        out[k] = math.prod(_value(factor, at[factor.column], columns, where) for factor in product)
    return out


def outside(fit: FitFile, parameter: str, at: Values) -> list[str]:
    """Columns that the parameter uses whose value lies beyond what the fit saw, in words."""
    used = {
        f.column for name, p in fit.told.design.items() for f in p or () if name.startswith(f"{parameter}: ")
    }
    found: list[str] = []
    for name, value in at.items():
        seen = fit.told.columns[name]
        if name not in used or isinstance(value, str) or seen.low is None or seen.high is None:
            continue
        if not seen.low <= value <= seen.high:
            found.append(f"{name} from {seen.low:g} to {seen.high:g}")
    return found


def _check(name: str, value: float | str, column: Column, where: Where) -> None:
    if column.levels is not None:
        if level_text(value) not in column.levels:
            raise GameError(f"the data have no such {name}", where=where, found=value, allowed=column.levels)
    elif isinstance(value, str) or not math.isfinite(value):
        raise GameError(
            f"the column {name!r} holds numbers", where=where, found=value, allowed="a finite number"
        )


def _value(factor: Factor, value: float | str, columns: Mapping[str, Column], where: Where) -> float:
    if factor.level is not None:
        return float(level_text(value) == factor.level)
    if isinstance(value, str) or columns.get(factor.column) is None:
        raise GameError(f"the column {factor.column!r} is used as a number", where=where, found=value)
    if factor.function is None:
        return float(value)
    try:
        return float(FUNCTIONS[factor.function](float(value)))
    except (ValueError, OverflowError):
        raise GameError(f"{factor.function} of this is no number", where=where,
                        found=f"{factor.column} = {value}") from None  # fmt: skip


def level_text(value: object) -> str:
    """A category as the fit's file names it: a whole number without its point, true and false as Python has them."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
