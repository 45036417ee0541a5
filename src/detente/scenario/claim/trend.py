"""Monotonicity: a number at even levels of one parameter's range, the other parameters at the draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.game import node as n
from detente.game.expression import Expression
from detente.game.parameter import Parameter
from detente.scenario.claim.margin import Columns, Floats, least, number_of
from detente.scenario.claim.quantity import Quantity
from detente.scenario.conduct import read_key

Bools = NDArray[np.bool_]

# name: (1 where the number goes up and -1 where it goes down, whether its ends must differ)
TRENDS: dict[str, tuple[int, bool]] = {
    "rises": (1, True), "falls": (-1, True), "never_falls": (1, False), "never_rises": (-1, False)
}  # fmt: skip
LEVELS, MOST_LEVELS = 5, 50
ROUNDING = 1e-9  # of the numbers: a smaller difference between two solutions is none


@dataclass(frozen=True)
class Trend:
    """``rises(number, parameter, count)`` and its kin: what the number's calls stand for, and the levels."""

    name: str  # a key of TRENDS
    number: Expression  # derived parameters written out
    parameter: str
    count: int  # of levels, where the range is not discrete
    own: Mapping[n.Call, Quantity]
    levels: tuple[float, ...]

    @cached_property
    def calls(self) -> tuple[Mapping[n.Call, Quantity], ...]:
        """What the number's calls stand for at each level; a quantity that sets the parameter itself stays."""
        return tuple({call: moved(q, self.parameter, x) for call, q in self.own.items()} for x in self.levels)

    def over(self, parameter: Parameter) -> Trend:
        """The same over another range of its parameter. A parameter that is fixed has one level."""
        return replace(self, levels=levels_of(parameter, self.count))

    def margin(
        self, values: Mapping[Quantity, Floats], draws: Columns, allowed: tuple[Bools, ...], tolerance: float
    ) -> Floats:
        """The margin [draw]. ``allowed`` [level]: at which draws the level breaks no constraint.

        A difference of less than `ROUNDING` is no rise and no fall, however small ``tolerance`` is.
        """
        sign, strict = TRENDS[self.name]
        length = max(np.size(x) for x in (*values.values(), *draws.values(), *allowed))
        highest, rise, first, last, size = (np.full(length, np.nan) for _ in range(5))
        count, open_ = np.zeros(length, int), np.zeros(length, bool)
        for level, calls, ok in zip(self.levels, self.calls, allowed, strict=True):
            at: Columns = {**draws, self.parameter: level}
            here = sign * number_of(self.number.node, at, {call: values[q] for call, q in calls.items()})
            here = np.where(ok & np.isfinite(here), here, np.nan)
            first = np.where(ok & (count == 0), here, first)
            last = np.where(ok, here, last)
            rise = np.fmin(rise, here - highest)
            highest = np.fmax(highest, here)
            size = np.fmax(size, np.abs(here))
            count = count + ok
            open_ = open_ | (ok & np.isnan(here))
        with np.errstate(all="ignore"):
            needed = np.fmax(tolerance, ROUNDING * np.fmax(1.0, size))
        weak = rise + needed
        weak = np.where(open_ & ~(weak < 0), np.nan, weak)
        margin = least(weak, last - first - needed) if strict else weak
        return np.where(count < 2, np.nan, margin)


def moved(quantity: Quantity, parameter: str, level: float) -> Quantity:
    """The quantity with one more parameter set."""
    return replace(quantity, policy=read_key(quantity.key).but(parameter, level).key)


def levels_of(parameter: Parameter, count: int) -> tuple[float, ...]:
    """Even levels of a range, its ends among them: of its logarithm where it is loguniform, every value of a discrete one."""
    low, high = parameter.low, parameter.high
    if low == high:
        return (low,)
    if parameter.distribution == "discrete":
        return tuple(sorted(parameter.shape[: len(parameter.shape) // 2]))
    even = np.geomspace if parameter.distribution == "loguniform" else np.linspace
    inside = (float(f"{x:.12g}") for x in even(low, high, count)[1:-1])
    return (low, *inside, high)
