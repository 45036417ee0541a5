"""The scenario peace-talks cut down to one mechanism: parts switched off, moves fixed, numbers set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from detente.game import Restriction, Tree, unfold
from detente.scenario.reader import read_scenario
from detente.scenario.scenario import Scenario
from detente.scenario.variant import restrictions
from detente.solve import Solutions, solve

Floats = NDArray[np.float64]
Mix = str | Mapping[str, float | str]

# everything that can be switched off; a card keeps what it is about
EVERYTHING = (
    "aims", "concession", "exclusion", "ultimatum", "home_front", "pressure", "unity", "early_troops", "guarantee",
    "accountability", "onlookers",
)  # fmt: skip
# the small costs that break ties between options that lead to the same end
FREE = {"blame": 0.0, "announce": 0.0, "rift": 0.0}


@lru_cache(maxsize=1)
def scenario() -> Scenario:
    return read_scenario("peace-talks")


@dataclass(frozen=True)
class Mechanism:
    """One mechanism on its own: its tree, to be solved at any point."""

    tree: Tree

    def at(self, **numbers: float | Floats) -> Found:
        """The limit of the principal branch at these numbers; everything else is at the base or as it was fixed."""
        unknown = set(numbers) - set(self.tree.parameters)
        assert not unknown, f"not in this tree: {sorted(unknown)}"
        size = max(np.size(v) for v in numbers.values())
        draws = {k: np.broadcast_to(np.asarray(v, dtype=float), (size,)).copy() for k, v in numbers.items()}
        return Found(solve(self.tree, draws))


def mechanism(
    keep: tuple[str, ...],
    moves: Mapping[str, Mix] | None = None,
    numbers: Mapping[str, float | str] | None = None,
    when: Mapping[str, str] | None = None,
) -> Mechanism:
    """The game with every part switched off that is not kept, further moves fixed and numbers set (beyond their ranges, too)."""
    off = scenario().without(part for part in EVERYTHING if part not in keep)
    standing = off.standing
    fixed = [
        Restriction(move, {mix: 1.0} if isinstance(mix, str) else dict(mix), (when or {}).get(move))
        for move, mix in (moves or {}).items()
    ]
    settings = {**dict(standing.parameters), **FREE, **(numbers or {})}
    return Mechanism(unfold(scenario().game, (*fixed, *restrictions(standing)), settings))


@dataclass(frozen=True, eq=False)
class Found:
    """Solutions read by names."""

    solutions: Solutions

    def event(self, name: str) -> Floats:
        self.certified()
        return self.solutions.event[:, self.solutions.tree.events.index(name)]

    def value(self, player: str) -> Floats:
        self.certified()
        return self.solutions.value[:, self.solutions.tree.players.index(player)]

    def certified(self) -> None:
        assert self.solutions.certified.all(), np.bincount(self.solutions.status)
        assert (self.solutions.max_gain <= 1e-9).all()

    def chosen(self, move: str, option: str, **seen: str) -> Floats:
        """How often the option is taken at the one information set of the move whose owner has seen this."""
        self.certified()
        tree = self.solutions.tree
        wanted = {k.replace("__", "."): v for k, v in seen.items()}
        places = [
            h for h, s in enumerate(tree.sets) if s.move == move and wanted.items() <= dict(s.seen).items()
        ]
        assert len(places) == 1, [dict(tree.sets[h].seen) for h, s in enumerate(tree.sets) if s.move == move]
        h = places[0]
        return self.solutions.strategy[:, int(tree.slot_start[h]) + tree.sets[h].options.index(option)]
