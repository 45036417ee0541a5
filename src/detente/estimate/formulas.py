"""What a parameter is in the data: a linear index of columns, a number, or free. Formulas are read by formulaic, after a check.

formulaic evaluates Python inside formulas. So a formula is let through only if it is made of columns, numbers, the signs of
Wilkinson's notation and the functions in `FUNCTIONS`: no attribute, no quotation, no bracket but the round one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.data import check_regressor
from detente.game.tree import Floats

FUNCTIONS = ("C", "log", "log10", "exp", "sqrt", "abs", "center", "scale", "poly", "bs", "I")
MAX_CHARACTERS = 2_000
LARGEST = 1e100  # of a term: squares of what is larger have no floating point
_CATEGORIES = re.compile(r"\bC\([^()]*\)")
_WORD = re.compile(
    r"\s+|(?P<call>[A-Za-z_]\w*)\s*\(|(?P<quoted>`[^`\n]{1,200}`)|(?P<name>[A-Za-z_]\w*)|(?P<number>\d+\.?\d*(?:[eE][-+]?\d+)?)"
    r"|(?P<sign>\*\*|[-+*/:^(),|%])"
)


@dataclass(frozen=True, eq=False)
class Index:
    """One parameter as a linear index: its columns, by row, and what they are called."""

    parameter: str
    formula: str
    terms: tuple[str, ...]
    matrix: Floats  # [row, term]
    spec: Any  # formulaic's, to make the same columns of other data


def columns_of(formula: str, columns: Sequence[str], where: Where) -> list[str]:
    """The columns of the data that a formula speaks of. Raises BadInput for anything that no formula may hold."""
    if len(formula) > MAX_CHARACTERS:
        raise BadInput("this formula is too long", where=where, found=f"{len(formula)} characters",
                       allowed=f"{MAX_CHARACTERS}")  # fmt: skip
    place, found = 0, []
    while place < len(formula):
        word = _WORD.match(formula, place)
        if word is None:
            raise BadInput("a formula is made of columns, numbers, + - * : / ^ and brackets", where=where,
                           found=formula[place : place + 20])  # fmt: skip
        if word["call"] and word["call"] not in FUNCTIONS:
            raise BadInput(
                "there is no such function in formulas", where=where, found=word["call"], allowed=FUNCTIONS
            )
        name = word["quoted"][1:-1] if word["quoted"] else word["name"]
        if name is not None:
            if name not in columns:
                raise BadInput("there is no such column", where=where, found=name, allowed=list(columns))
            found.append(name)
        place = word.end()
    return list(dict.fromkeys(found))


def index(parameter: str, formula: str, frame: Any) -> Index:
    """The index of a parameter over a pandas frame without missing values. Raises DataError where formulaic cannot read it."""
    from formulaic import model_matrix
    from formulaic.errors import FormulaicError

    where = Where(field=f"formulas, {parameter}")
    columns_of(formula, list(frame.columns), where)
    for name in columns_of(_CATEGORIES.sub("1", formula), list(frame.columns), where):
        check_regressor(frame, name, where)
    context = {"log": np.log, "log10": np.log10, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs}
    try:
        made = model_matrix(formula, frame, na_action="raise", context=context)
    except (FormulaicError, ValueError, TypeError, KeyError, ZeroDivisionError) as problem:
        reason = str(problem).splitlines()[0][:200] if str(problem) else type(problem).__name__
        raise DataError(f"this formula cannot be read: {reason}", where=where, found=formula) from None
    matrix = np.asarray(made, float)
    bad = ~(np.abs(matrix) <= LARGEST)
    if bad.any():
        row, term = map(int, np.argwhere(bad)[0])
        value = "is not finite" if not np.isfinite(matrix[row, term]) else f"is beyond {LARGEST:g}"
        label = int(frame.index[row]) + 1 if len(matrix) == len(frame) else row + 1
        raise DataError(
            f"a term of this formula {value}", where=where, found=f"{made.columns[term]}, row {label}"
        )
    return Index(parameter, formula, tuple(map(_term, made.columns)), matrix, made.model_spec)


def again(made: Index, frame: Any) -> Floats:
    """The same columns of other rows [row, term]: categories, centres and scales are those of the data that was fitted."""
    return np.asarray(made.spec.get_model_matrix(frame, na_action="raise"), float)


def _term(name: str) -> str:
    """formulaic's name of a column as readers write it: ``C(regime)[T.dem]`` is ``regime[dem]``."""
    return re.sub(r"C\(([^()]+)\)", r"\1", str(name)).replace("[T.", "[").replace("Intercept", "(Intercept)")


def check_parameters(formulas: Mapping[str, object], known: Sequence[str]) -> None:
    """Raises BadInput for a name that is no parameter of the game."""
    for name in formulas:
        if name not in known:
            raise BadInput(
                "the game has no such parameter",
                where=Where(field="formulas"),
                found=name,
                allowed=list(known),
            )
