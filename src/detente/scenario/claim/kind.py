"""What kind of claim a condition is, for readers of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from detente.game import node as n
from detente.scenario.claim.margin import calls_in
from detente.scenario.claim.quantity import Quantity
from detente.scenario.claim.trend import TRENDS

Kind = Literal["comparison", "threshold", "monotonicity", "ranking", "inference"]


def kind_of(node: n.Node, calls: Mapping[n.Call, Quantity], infers: bool) -> Kind:
    """The first that fits.

    ``monotonicity``: it has a trend. ``ranking``: it orders three quantities or more, in a chain or against the max or min of
    several. ``inference``: it has a probability conditional on an event, or on what a `given` policy sees (``infers``).
    ``comparison``: it sets two quantities against one another. ``threshold``: a quantity, or parameters alone,
    against a number.
    """
    parts = list(node.walk())
    used = [part for part in parts if isinstance(part, n.Call)]
    if any(call.name in TRENDS for call in used):
        return "monotonicity"
    orders = [part for part in parts if isinstance(part, (n.Comparison, n.Chain))]
    if any(_ranks(order, calls) for order in orders):
        return "ranking"
    if infers or any(call.seen is not None for call in used):
        return "inference"
    return "comparison" if any(_quantities(order, calls) > 1 for order in orders) else "threshold"


def _ranks(order: n.Comparison | n.Chain, calls: Mapping[n.Call, Quantity]) -> bool:
    if _quantities(order, calls) < 3:
        return False
    if isinstance(order, n.Chain):
        return True
    return any(isinstance(x, n.Function) and x.name in ("min", "max") and _quantities(x, calls) > 1
               for x in order.children())  # fmt: skip


def _quantities(node: n.Node, calls: Mapping[n.Call, Quantity]) -> int:
    return len({calls[call] for call in calls_in(node) if call in calls})
