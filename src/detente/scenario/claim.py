"""Claims: a condition over event probabilities and values under policies, with a signed margin at every draw.

    P(event)          probability of an event in the equilibrium of the scenario as it stands
    P(event | policy) the same under a policy (commit, deviate or given, as the policy says)
    value(player), value(player | policy)   expected payoff
    parameters, numbers, + - * / ^, functions, comparisons, and, or, not, x if c else y

A comparison that holds quantities (P or value) and is strict (> or <) counts only when the two sides differ by at
least the scenario's margin: a smaller difference is no finding. ``==`` between such sides means closer than the margin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detente.errors import ExpressionError, Where
from detente.game import node as n
from detente.game.expression import Expression, parse
from detente.scenario.model import BASELINE, MatchRule

Floats = NDArray[np.float64]
CALLS = ("P", "value")
_LEAST = float(np.finfo(np.float64).tiny)  # a margin just short of zero: strict, and the two sides tie
CONDITION = "a comparison, such as P(war | threat) > P(war)"


@dataclass(frozen=True, order=True)
class Quantity:
    """What a claim reads off a solution. ``policy`` is None for the scenario as it stands."""

    kind: Literal["P", "value"]
    name: str  # an event, or a player
    policy: str | None = None

    def __str__(self) -> str:
        return (
            f"{self.kind}({self.name})"
            if self.policy is None
            else f"{self.kind}({self.name} | {self.policy})"
        )


@dataclass(frozen=True)
class Claim:
    """One claim of the scenario. Build it with `read_claim`, which checks its names.

    ``holds_where`` and ``fails_where`` are witnesses: points (parameters that differ from their base value) at
    which it does; None with a ``because`` that says why there is none.
    """

    id: str
    text: str
    formula: Expression
    calls: Mapping[n.Call, Quantity]
    tolerance: float = 0.0  # the scenario's margin
    said_by_role: str | None = None
    said_by: str | None = None  # in words, for somebody who has no role
    in_article: bool = True
    mirror: str | None = None
    holds_where: Mapping[str, float] | None = None
    fails_where: Mapping[str, float] | None = None
    match: MatchRule = field(default_factory=MatchRule)
    models: tuple[str, ...] = ()
    because: str = ""
    written: str = (
        ""  # the condition as it stands in the file; ``formula`` has derived parameters written out
    )

    @property
    def holds(self) -> str:
        """The condition, as text."""
        return self.written or self.formula.text

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Every quantity that it reads, in order of first mention."""
        return tuple(dict.fromkeys(self.calls[call] for call in self.formula.calls))

    @property
    def policies(self) -> tuple[str, ...]:
        """Ids of the policies that it speaks of, the baseline included where it does."""
        return tuple(dict.fromkeys(q.policy or BASELINE for q in self.quantities))

    @property
    def parameters(self) -> frozenset[str]:
        """Parameters that stand in the claim itself."""
        return self.formula.names

    def margin(self, values: Mapping[Quantity, Floats], draws: Mapping[str, Floats | float]) -> Floats:
        """How far the claim is from its border at each draw [draw]: at least 0 exactly where it holds.

        The unit is that of the comparison that decides. nan where a quantity that matters is nan: undecided.
        """
        calls = {call: values[quantity] for call, quantity in self.calls.items()}
        with np.errstate(all="ignore"):
            margin = _margin(self.formula.node, draws, calls, self.tolerance)
        sizes = [np.size(x) for x in (*calls.values(), *draws.values(), margin)]
        return np.array(np.broadcast_to(margin, (max(sizes),)), dtype=np.float64)


def read_formula(
    text: object,
    where: Where,
    *,
    events: frozenset[str],
    players: frozenset[str],
    policies: frozenset[str],
    parameters: frozenset[str],
) -> tuple[Expression, dict[n.Call, Quantity]]:
    """The condition of a claim and what its calls stand for.

    Raises ExpressionError for a name that is no event, player, policy or parameter, and for what is no condition.
    """  # fmt: skip
    formula = parse(text, where, CALLS)
    _check_condition(formula.node, where)
    for name in sorted(formula.names - parameters):
        raise ExpressionError("a claim speaks of parameters, P(event | policy) and value(player | policy)",
                              where=where, found=name, allowed=parameters)  # fmt: skip
    calls: dict[n.Call, Quantity] = {}
    for call in formula.calls:
        known, noun = (events, "event") if call.name == "P" else (players, "player")
        if len(call.arguments) != 1 or not isinstance(call.arguments[0], n.Name):
            raise ExpressionError(f"{call.name}(...) takes the name of one {noun}", where=where, found=call.text(),
                                  allowed=known)  # fmt: skip
        name = call.arguments[0].name
        if name not in known:
            raise ExpressionError(f"no such {noun} in {call.text()}", where=where, found=name, allowed=known)
        policy = None
        if call.given is not None:
            if not isinstance(call.given, n.Name):
                raise ExpressionError("after | stands the name of one policy", where=where, found=call.text(),
                                      allowed=policies)  # fmt: skip
            policy = call.given.name
            if policy not in policies and policy != BASELINE:
                raise ExpressionError(f"no such policy in {call.text()}", where=where, found=policy,
                                      allowed={*policies, BASELINE})  # fmt: skip
        calls[call] = Quantity(
            "P" if call.name == "P" else "value", name, None if policy == BASELINE else policy
        )
    return formula, calls


def _check_condition(node: n.Node, where: Where) -> None:
    """Refuse a formula that is a number where a truth is needed; numbers inside comparisons may be anything."""
    if isinstance(node, (n.Both, n.Either, n.Not)):
        for child in node.children():
            _check_condition(child, where)
    elif isinstance(node, n.Choice):
        for child in (node.yes, node.condition, node.no):
            _check_condition(child, where)
    elif not isinstance(node, (n.Comparison, n.Member)):
        raise ExpressionError(
            "a claim is a condition that holds or fails", where=where, found=node.text(), allowed=CONDITION
        )


Calls = Mapping[n.Call, Floats]
Columns = Mapping[str, Floats | float]


def _margin(node: n.Node, columns: Columns, calls: Calls, tolerance: float) -> Floats:
    """Signed distance from the border: the least of a conjunction, the largest of a disjunction."""
    if isinstance(node, n.Both):
        return _least(
            _margin(node.left, columns, calls, tolerance), _margin(node.right, columns, calls, tolerance)
        )
    if isinstance(node, n.Either):
        left, right = (_margin(side, columns, calls, tolerance) for side in (node.left, node.right))
        return _most(left, right)
    if isinstance(node, n.Not):
        return _opposite(_margin(node.of, columns, calls, tolerance))
    if isinstance(node, n.Member):
        return _margin(node.spelt_out(), columns, calls, tolerance)
    if isinstance(node, n.Choice):
        condition, yes, no = (
            _margin(x, columns, calls, tolerance) for x in (node.condition, node.yes, node.no)
        )
        return np.where(np.isnan(condition), np.nan, np.where(condition >= 0, yes, no))
    if isinstance(node, n.Number):  # what a derived parameter made constant
        return np.asarray(1.0 if node.number else -1.0)
    assert isinstance(node, n.Comparison)
    return _comparison(node, columns, calls, tolerance)


def _comparison(node: n.Comparison, columns: Columns, calls: Calls, tolerance: float) -> Floats:
    used = tuple(_calls(node))
    needed = tolerance if used else 0.0
    apart = np.asarray(node.left.value(columns, calls), float) - np.asarray(
        node.right.value(columns, calls), float
    )
    if node.sign in ("<", "<="):
        apart = -apart
    if node.sign == "==":
        margin = needed - np.abs(apart) if used else np.where(apart == 0, 0.0, -np.abs(apart))
    elif node.sign == "!=":
        margin = _opposite(needed - np.abs(apart))
    elif node.sign in ("<", ">"):
        margin = apart - needed
        if needed == 0:
            margin = np.where(margin == 0, -_LEAST, margin)
    else:
        margin = apart
    # a comparison inside arithmetic would turn an unknown number into a definite no
    unknown = np.isnan(margin)
    for call in used:
        unknown = unknown | np.isnan(calls[call])
    return np.where(unknown, np.nan, margin)


def _calls(node: n.Node) -> Iterator[n.Call]:
    return (part for part in node.walk() if isinstance(part, n.Call))


def _least(left: Floats, right: Floats) -> Floats:
    """Both must hold. What is unknown does not matter where the other side fails already."""
    least = np.minimum(left, right)
    least = np.where(np.isnan(left) & (right < 0), right, least)
    return np.where(np.isnan(right) & (left < 0), left, least)


def _most(left: Floats, right: Floats) -> Floats:
    """One must hold. What is unknown does not matter where the other side holds already."""
    most = np.maximum(left, right)
    most = np.where(np.isnan(left) & (right >= 0), right, most)
    return np.where(np.isnan(right) & (left >= 0), left, most)


def _opposite(margin: Floats) -> Floats:
    """The margin of "not": holds exactly where the other does not, also on the border itself."""
    return np.where(margin == 0, -_LEAST, -margin)
