"""Exact derivatives of formulas with respect to parameters, for all draws at once (forward mode).

At a kink (min, max, abs, clamp, a condition) the derivative is that of the branch taken, and the draw is marked as
*tied* where the other branch is equally near. A truth value has derivative 0. Only parameters that a formula
depends on cost anything. Griewank & Walther 2008, Evaluating Derivatives (SIAM), chapter 3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from detente.errors import BadInput, ExpressionError, Where
from detente.game import node as n
from detente.game.expression import Expression
from detente.game.node import Node, Numeric
from detente.game.tree import Floats, Tree

Bools = NDArray[np.bool_]
Tied = Bools | bool
Gradient = dict[str, Numeric]


@dataclass(frozen=True)
class Slope:
    """A formula's value, its derivatives by parameter (absent: identically 0), and where it is at a kink or a jump."""

    value: Numeric
    gradient: Gradient
    tied: Tied = False


def slope(
    formula: Expression, known: Mapping[str, Numeric], parameters: Sequence[str] | None = None
) -> Slope:
    """Value and gradient of ``formula``: numbers, or arrays [draw] where a name in ``known`` is one.

    ``parameters``: the names to differentiate by; None: all. The tie mark tells of kinks that these parameters move.
    Where a formula has no finite derivative (sqrt at 0) that is what is returned. Raises ExpressionError for a name
    without a value.
    """
    wanted = frozenset(known if parameters is None else parameters)
    with np.errstate(all="ignore"):
        return _slope(formula.node, known, wanted)


@dataclass(frozen=True, eq=False)
class NumberSlopes:
    """Derivatives of a tree's numbers by parameters; only pairs that are not identically 0 are kept."""

    parameters: tuple[str, ...]
    count: int  # numbers of the tree
    number: NDArray[np.intp]  # [pair]
    parameter: NDArray[np.intp]  # [pair]
    slope: Floats  # [pair, draw]
    tied: Bools  # [draw] some number is at a kink or a jump

    def dense(self) -> Floats:
        """All of them [draw, number, parameter]."""
        out = np.zeros((len(self.tied), self.count, len(self.parameters)))
        out[:, self.number, self.parameter] = self.slope.T
        return out


def numbers_slope(
    tree: Tree, draws: Mapping[str, Floats | float] | None = None, parameters: Sequence[str] | None = None
) -> NumberSlopes:
    """Derivatives of every number of ``tree`` at every draw, as `Tree.numbers_at` evaluates the numbers themselves.

    ``parameters``: names among ``tree.parameters``; None: all of them. Raises BadInput for another name.
    """
    names = tuple(tree.parameters if parameters is None else parameters)
    for k, name in enumerate(names):
        if name not in tree.parameters or name in names[:k]:
            raise BadInput(
                "this is not a parameter of the game, or it is named twice",
                where=Where(field="parameters"),
                found=name,
                allowed=list(tree.parameters),
            )
    known: dict[str, Floats | float] = {**tree.base, **(draws or {})}
    known = {name: _scalar_or_column(column) for name, column in known.items()}
    length = max((np.size(column) for column in known.values()), default=1)
    column_of = {name: k for k, name in enumerate(names)}
    pairs: list[tuple[int, int]] = []
    values: list[Floats] = []
    tied = np.zeros(length, dtype=bool)
    for k, formula in enumerate(tree.numbers):
        if not any(name in column_of for name in formula.names):
            continue
        found = slope(formula, known, names)
        tied |= found.tied
        for name, by in found.gradient.items():
            pairs.append((k, column_of[name]))
            values.append(np.array(np.broadcast_to(by, (length,)), np.float64))
    index = np.array(pairs, np.intp).reshape(-1, 2)
    stacked = np.array(values) if values else np.zeros((0, length))
    return NumberSlopes(names, len(tree.numbers), index[:, 0], index[:, 1], stacked, tied)


def _scalar_or_column(given: Floats | float) -> Floats | float:
    column = np.asarray(given, np.float64)
    return column if column.ndim and column.size > 1 else float(column.reshape(-1)[0])


def _slope(node: Node, known: Mapping[str, Numeric], wanted: frozenset[str]) -> Slope:
    match node:
        case n.Number():
            return Slope(node.number, {})
        case n.Name():
            return Slope(node.value(known, {}), {node.name: 1.0} if node.name in wanted else {})
        case n.Negative():
            of = _slope(node.of, known, wanted)
            return Slope(-of.value, {k: -v for k, v in of.gradient.items()}, of.tied)
        case n.Arithmetic():
            return _arithmetic(node.sign, _slope(node.left, known, wanted), _slope(node.right, known, wanted))
        case n.Comparison():
            left, right = _slope(node.left, known, wanted), _slope(node.right, known, wanted)
            return _comparison(node.sign, left, right)
        case n.Chain():
            sides = [_slope(operand, known, wanted) for operand in node.operands]
            links = [_comparison(*link) for link in zip(node.signs, sides, sides[1:], strict=False)]
            return reduce(_both, links)
        case n.Member():
            item = _slope(node.item, known, wanted)
            return reduce(_either, [_comparison("==", item, _slope(x, known, wanted)) for x in node.among])
        case n.Not():
            of = _condition(node.of, known, wanted)
            return Slope(n.as_truth(np.logical_not(of.value)), {}, of.tied)
        case n.Both():
            return _both(_condition(node.left, known, wanted), _condition(node.right, known, wanted))
        case n.Either():
            return _either(_condition(node.left, known, wanted), _condition(node.right, known, wanted))
        case n.Choice():
            return _choice(node, known, wanted)
        case n.Function():
            return _function(node.name, [_slope(a, known, wanted) for a in node.arguments])
        case _:
            node.value(known, {})  # labels, absent moves and calls have no number, and say so
            raise ExpressionError("this has no derivative", found=node.text())


def _comparison(sign: str, left: Slope, right: Slope) -> Slope:
    value = n.as_truth(n.COMPARISONS[sign](left.value, right.value))
    moves = bool(left.gradient or right.gradient)
    return Slope(value, {}, _or(_or(left.tied, right.tied), moves and _equal(left.value, right.value)))


def _both(left: Slope, right: Slope) -> Slope:
    value = n.as_truth(np.logical_and(left.value, right.value))
    # a tie on one side shows only where the other side does not settle the matter
    shows = _or(_and(left.tied, _or(_truth(right), right.tied)), _and(right.tied, _truth(left)))
    return Slope(value, {}, shows)


def _either(left: Slope, right: Slope) -> Slope:
    value = n.as_truth(np.logical_or(left.value, right.value))
    open_left, open_right = np.logical_not(left.value), np.logical_not(right.value)
    shows = _or(_and(left.tied, _or(open_right, right.tied)), _and(right.tied, open_left))
    return Slope(value, {}, shows)


def _condition(node: Node, known: Mapping[str, Numeric], wanted: frozenset[str]) -> Slope:
    """A part read as true or false: a number that a parameter moves through 0 is at a jump there."""
    of = _slope(node, known, wanted)
    return Slope(of.value, {}, _or(of.tied, bool(of.gradient) and _equal(of.value, 0.0)))


def _choice(node: n.Choice, known: Mapping[str, Numeric], wanted: frozenset[str]) -> Slope:
    condition = _condition(node.condition, known, wanted)
    if not isinstance(condition.value, np.ndarray):
        taken = _slope(node.yes if condition.value else node.no, known, wanted)
        return Slope(taken.value, taken.gradient, _or(taken.tied, condition.tied))
    yes, no = _slope(node.yes, known, wanted), _slope(node.no, known, wanted)
    return _where(condition.value != 0, yes, no, condition.tied)


def _arithmetic(sign: str, left: Slope, right: Slope) -> Slope:
    x, y = left.value, right.value
    value = n.ARITHMETIC[sign][1](x, y)
    tied = _or(left.tied, right.tied)
    match sign:
        case "+":
            return Slope(value, _sum(left.gradient, right.gradient), tied)
        case "-":
            return Slope(value, _sum(left.gradient, _times(-1.0, right.gradient)), tied)
        case "*":
            return Slope(value, _sum(_times(y, left.gradient), _times(x, right.gradient)), tied)
        case "/":
            by_right = -np.true_divide(value, y)
            return Slope(
                value,
                _sum(_times(np.true_divide(1.0, y), left.gradient), _times(by_right, right.gradient)),
                tied,
            )
        case _:
            by_left = np.where(np.equal(y, 0.0), 0.0, y * np.float_power(x, np.subtract(y, 1.0)))
            # 0 ^ y stays 0 for y > 0, whatever log 0 is
            by_right = np.where(np.equal(x, 0.0) & np.greater(y, 0.0), 0.0, value * np.log(x))
            return Slope(
                value,
                _sum(_times(_plain(by_left), left.gradient), _times(_plain(by_right), right.gradient)),
                tied,
            )


def _function(name: str, arguments: list[Slope]) -> Slope:
    first = arguments[0]
    x = first.value
    match name:
        case "min":
            return _extreme(arguments, np.less)
        case "max":
            return _extreme(arguments, np.greater)
        case "clamp":
            low = arguments[1] if len(arguments) == 3 else Slope(0.0, {})
            high = arguments[2] if len(arguments) == 3 else Slope(1.0, {})
            return _extreme([_extreme([first, low], np.greater), high], np.less)
        case "abs":
            tied = _or(first.tied, bool(first.gradient) and _equal(x, 0.0))
            return Slope(np.abs(x), _times(np.sign(x), first.gradient), tied)
        case "exp":
            value = np.exp(x)
            return Slope(value, _times(value, first.gradient), first.tied)
        case "log":
            return Slope(np.log(x), _times(np.true_divide(1.0, x), first.gradient), first.tied)
        case "sqrt":
            value = np.sqrt(x)
            return Slope(value, _times(np.true_divide(0.5, value), first.gradient), first.tied)
        case _:
            raise ExpressionError("this function has no derivative", found=name, allowed=sorted(n.FUNCTIONS))


def _extreme(arguments: list[Slope], beats: np.ufunc) -> Slope:
    """The least or the largest argument; of equal ones the first is taken, and the draw is tied if they move apart."""
    best = arguments[0]
    for other in arguments[1:]:
        apart = {
            k: np.not_equal(best.gradient.get(k, 0.0), other.gradient.get(k, 0.0))
            for k in best.gradient | other.gradient
        }
        kink: Tied = False
        for differs in apart.values():
            kink = _or(kink, _and(differs, _equal(best.value, other.value)))
        best = _where(beats(other.value, best.value), other, best, kink)
    return best


def _where(condition: Numeric | Bools, yes: Slope, no: Slope, tied: Tied) -> Slope:
    """The branch taken, draw by draw; what the other one is does not show, be it infinite."""
    if not isinstance(condition, np.ndarray) or not condition.ndim:
        taken = yes if condition else no
        return Slope(taken.value, taken.gradient, _or(taken.tied, tied))
    gradient: Gradient = {
        k: np.where(condition, yes.gradient.get(k, 0.0), no.gradient.get(k, 0.0))
        for k in yes.gradient | no.gradient
    }
    chosen = np.where(condition, yes.tied, no.tied)
    return Slope(np.where(condition, yes.value, no.value), gradient, _or(chosen, tied))


def _sum(left: Gradient, right: Gradient) -> Gradient:
    out = dict(left)
    for k, v in right.items():
        out[k] = out[k] + v if k in out else v
    return out


def _times(factor: Numeric, gradient: Gradient) -> Gradient:
    # what does not move moves nothing, however steep the way is from here on
    if not np.isfinite(factor).all():
        return {k: np.where(np.equal(v, 0.0), 0.0, np.multiply(factor, v)) for k, v in gradient.items()}
    return {k: np.multiply(factor, v) for k, v in gradient.items()}


def _plain(value: Numeric) -> Numeric:
    return value if np.ndim(value) else float(value)


def _truth(of: Slope) -> Tied:
    return np.not_equal(of.value, 0.0)


def _equal(left: Numeric, right: Numeric) -> Tied:
    return np.equal(left, right)


def _or(left: Tied, right: Tied) -> Tied:
    return np.logical_or(left, right)


def _and(left: Tied, right: Tied) -> Tied:
    return np.logical_and(left, right)
