"""The margin of a condition at every draw: at least 0 exactly where it holds, nan where what matters is not known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from detente.game import node as n

Floats = NDArray[np.float64]
Calls = Mapping[n.Call, Floats]
Columns = Mapping[str, Floats | float]
LEAST = float(np.finfo(np.float64).tiny)  # a margin just short of zero: strict, and the two sides tie


def margin_of(node: n.Node, columns: Columns, calls: Calls, tolerance: float) -> Floats:
    """Signed distance from the border: the least of a conjunction, the largest of a disjunction.

    ``calls`` are numbers, and the margins of trends.
    """
    if isinstance(node, n.Both):
        return least(
            margin_of(node.left, columns, calls, tolerance), margin_of(node.right, columns, calls, tolerance)
        )
    if isinstance(node, n.Either):
        left, right = (margin_of(side, columns, calls, tolerance) for side in (node.left, node.right))
        return most(left, right)
    if isinstance(node, n.Not):
        return opposite(margin_of(node.of, columns, calls, tolerance))
    if isinstance(node, n.Member):
        return margin_of(node.spelt_out(), columns, calls, tolerance)
    if isinstance(node, n.Chain):
        return least(*(_comparison(link, columns, calls, tolerance) for link in node.links()))
    if isinstance(node, n.Choice):
        condition, yes, no = (
            margin_of(x, columns, calls, tolerance) for x in (node.condition, node.yes, node.no)
        )
        return np.where(np.isnan(condition), np.nan, np.where(condition >= 0, yes, no))
    if isinstance(node, n.Call):  # a trend
        return calls[node]
    if isinstance(node, n.Number):  # what a derived parameter made constant
        return np.asarray(1.0 if node.number else -1.0)
    assert isinstance(node, n.Comparison)
    return _comparison(node, columns, calls, tolerance)


def number_of(node: n.Node, columns: Columns, calls: Calls) -> Floats:
    """A number at every draw; nan wherever a quantity that stands in it is."""
    number = np.asarray(node.value(columns, calls), float)
    # a comparison inside arithmetic would turn an unknown number into a definite one
    unknown = np.isnan(number)
    for call in calls_in(node):
        unknown = unknown | np.isnan(calls[call])
    return np.where(unknown, np.nan, number)


def _comparison(node: n.Comparison, columns: Columns, calls: Calls, tolerance: float) -> Floats:
    used = bool(calls_in(node))
    needed = tolerance if used else 0.0
    apart = number_of(node.left, columns, calls) - number_of(node.right, columns, calls)
    if node.sign in ("<", "<="):
        apart = -apart
    if node.sign == "==":
        return needed - np.abs(apart) if used else np.where(apart == 0, 0.0, -np.abs(apart))
    if node.sign == "!=":
        return opposite(needed - np.abs(apart))
    return strictly(apart, needed) if node.sign in ("<", ">") else apart


def strictly(apart: Floats, needed: float) -> Floats:
    """The margin of "more by ``needed`` at least", where a tie is not more."""
    margin = apart - needed
    return np.where(margin == 0, -LEAST, margin) if needed == 0 else margin


def calls_in(node: n.Node) -> tuple[n.Call, ...]:
    """The calls of a formula."""
    return tuple(part for part in node.walk() if isinstance(part, n.Call))


def least(first: Floats, *others: Floats) -> Floats:
    """All must hold. What is unknown does not matter where another fails already."""
    for other in others:
        lower = np.minimum(first, other)
        lower = np.where(np.isnan(first) & (other < 0), other, lower)
        first = np.where(np.isnan(other) & (first < 0), first, lower)
    return first


def most(left: Floats, right: Floats) -> Floats:
    """One must hold. What is unknown does not matter where the other side holds already."""
    higher = np.maximum(left, right)
    higher = np.where(np.isnan(left) & (right >= 0), right, higher)
    return np.where(np.isnan(right) & (left >= 0), left, higher)


def opposite(margin: Floats) -> Floats:
    """The margin of "not": holds exactly where the other does not, also on the border itself."""
    return np.where(margin == 0, -LEAST, -margin)
