"""The scenario border-crisis cut down to one mechanism: parts switched off, moves fixed, numbers set."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from peace_talks import Found, Mechanism, Mix

from detente.game import Restriction, unfold
from detente.scenario.reader import read_scenario
from detente.scenario.scenario import Scenario
from detente.scenario.variant import restrictions

EVERYTHING = (
    "resolve",
    "nerve",
    "compromise",
    "mediation",
    "mobilisation",
    "second_thoughts",
    "accidents",
    "stamina",
)

__all__ = ["EVERYTHING", "Found", "Mechanism", "cut", "scenario"]


@lru_cache(maxsize=1)
def scenario() -> Scenario:
    return read_scenario("border-crisis")


def cut(
    keep: tuple[str, ...],
    moves: Mapping[str, Mix] | None = None,
    numbers: Mapping[str, float | str] | None = None,
) -> Mechanism:
    """The game with every part switched off that is not kept, further moves fixed and numbers set (beyond their ranges, too)."""
    standing = scenario().without(part for part in EVERYTHING if part not in keep).standing
    fixed = [
        Restriction(move, {mix: 1.0} if isinstance(mix, str) else dict(mix), None)
        for move, mix in (moves or {}).items()
    ]
    settings = {**dict(standing.parameters), **(numbers or {})}
    return Mechanism(unfold(scenario().game, (*fixed, *restrictions(standing)), settings))
