"""Options of a move and values of a private type: labels or numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from detente.errors import GameError, Where
from detente.game.names import checked_name
from detente.game.parameter import constant
from detente.game.parts import Value, value_text

MAX_OPTIONS = 1001

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_GRID = re.compile(r"\s*grid\s*\(([^(),]*),([^(),]*),([^(),]*)\)\s*")


def option(given: object, where: Where) -> Value:
    """A label, or a number (also one that is written as text)."""
    if isinstance(given, bool) or given is None:
        raise GameError(
            "a label or a number should stand here", where=where, found=given, allowed="such as yes and no"
        )
    if isinstance(given, str):
        if not _NUMBER.fullmatch(given.strip()):
            return checked_name(given, "an option", where)
        given = float(given)
    if isinstance(given, (int, float)):
        try:
            number = float(given)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return number + 0.0  # no minus zero
    raise GameError("a label or a finite number should stand here", where=where, found=given)


def options(given: Iterable[object], where: Where) -> tuple[Value, ...]:
    """Labels or numbers, not both, none twice."""
    values = tuple(option(x, where) for x in given)
    if not values:
        raise GameError("there are no options here", where=where, found="nothing", allowed="at least one")
    if len(values) > MAX_OPTIONS:
        raise GameError("too many options", where=where, found=len(values), allowed=f"at most {MAX_OPTIONS}")
    if len(set(values)) < len(values):
        twice = next(v for i, v in enumerate(values) if v in values[:i])
        raise GameError(
            "this option stands here twice", where=where, found=value_text(twice), allowed="each once"
        )
    if len({isinstance(v, str) for v in values}) > 1:
        raise GameError(
            "options are all labels or all numbers",
            where=where,
            found=", ".join(value_text(v) for v in values),
            allowed="one kind; give the other a move of its own",
        )
    return values


def grid(text: str, where: Where) -> tuple[Value, ...]:
    """``grid(low, high, count)``: evenly spaced numbers, both ends among them."""
    match = _GRID.fullmatch(text)
    if match is None:
        raise GameError(
            "options are a list of labels or numbers, or a grid",
            where=where,
            found=text,
            allowed="[one, two], [0, 0.5, 1] or grid(low, high, count)",
        )
    low, high, count = (constant(x.strip(), where) for x in match.groups())
    if count != int(count) or not 2 <= count <= MAX_OPTIONS or low >= high:
        raise GameError(
            "a grid is count numbers from low up to high",
            where=where,
            found=text,
            allowed=f"low below high, count from 2 to {MAX_OPTIONS}",
        )
    last = int(count) - 1
    # twelve digits, so that 0.15 is the 0.15 that a formula would write
    return tuple(float(f"{low + (high - low) * k / last:.12g}") for k in range(last + 1))
