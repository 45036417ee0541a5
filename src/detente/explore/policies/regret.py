"""Policies: what each is worth to each player, what follows from it, and what its actor would regret. Never added up over actors.

Regret of an actor's policy at a draw is what the actor could have had there with the best of its own *menu* (its
``commit`` policies and equilibrium play) less what it has with this one. It is taken over draws at which the whole menu is
certified, depends on the menu (which is printed), and its maximum on the ends of the ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from detente.explore.protocol import BASELINE, Policy, Study
from detente.explore.sweep.chunk import Chunk
from detente.solve.solution import CERTIFIED

TIE = 1e-7  # payoffs nearer than this count as equal


@dataclass(eq=False)
class Spread:
    """Mean, smallest and largest of a column over all chunks, nan left out."""

    n: int = 0
    total: float = 0.0
    low: float = np.inf
    high: float = -np.inf

    def add(self, column: np.ndarray) -> None:
        column = column[np.isfinite(column)]
        if len(column):
            self.n += len(column)
            self.total += float(column.sum())
            self.low, self.high = min(self.low, float(column.min())), max(self.high, float(column.max()))

    @property
    def mean(self) -> float | None:
        return self.total / self.n if self.n else None

    def ends(self) -> tuple[float | None, float | None]:
        return (self.low, self.high) if self.n else (None, None)


@dataclass(frozen=True)
class Dominated:
    """Policy ``policy`` is never better for its actor than ``by``, and worse by ``gap`` at ``draw``."""

    policy: str
    by: str
    gap: float
    draw: int
    parameters: Mapping[str, float]


@dataclass(eq=False)
class Menu:
    """One player's regrets, added up chunk by chunk. ``policies``: equilibrium play first."""

    player: str
    policies: tuple[str, ...]
    n: int = 0
    total: np.ndarray = field(init=False)  # [policy] of regret
    worst: np.ndarray = field(init=False)  # [policy] largest regret
    better: np.ndarray = field(init=False)  # [a, b] largest value of b - a
    witness: np.ndarray = field(init=False)  # [a, b] the draw of it
    where: dict[tuple[int, int], Mapping[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        m = len(self.policies)
        self.total, self.worst = np.zeros(m), np.zeros(m)
        self.better, self.witness = np.full((m, m), -np.inf), np.full((m, m), -1)

    def add(self, chunk: Chunk) -> None:
        good = np.all([chunk.status[p] == CERTIFIED for p in self.policies], axis=0)
        worth = np.array([chunk.value[p][self.player] for p in self.policies])  # [policy, draw]
        good &= np.isfinite(worth).all(axis=0)
        rows = np.flatnonzero(good)
        if not len(rows):
            return
        worth = worth[:, rows]
        regret = worth.max(axis=0) - worth
        self.n += len(rows)
        self.total += regret.sum(axis=1)
        self.worst = np.maximum(self.worst, regret.max(axis=1))
        for a in range(len(self.policies)):
            gap = worth - worth[a]  # [b, draw]
            at = gap.argmax(axis=1)
            top = gap[np.arange(len(gap)), at]
            for b in np.flatnonzero(top > self.better[a]):
                self.better[a, b], self.witness[a, b] = top[b], chunk.start + rows[at[b]]
                self.where[a, int(b)] = {
                    name: float(column[rows[at[b]]]) for name, column in chunk.draws.items()
                }

    def regret(self, policy: str) -> tuple[float, float] | None:
        """Largest and mean regret of a policy of the menu; None where nothing was certified."""
        if not self.n or policy not in self.policies:
            return None
        k = self.policies.index(policy)
        return float(self.worst[k]), float(self.total[k] / self.n)

    def dominated(self) -> tuple[Dominated, ...]:
        """Policies that another of the menu is at least as good as in every draw and better than in one."""
        out: list[Dominated] = []
        for a, name in enumerate(self.policies):
            rivals = [
                b
                for b in range(len(self.policies))
                if b != a and self.n and self.better[a, b] > TIE >= self.better[b, a]
            ]
            if rivals:
                b = max(rivals, key=lambda k: (self.better[a, k], -k))
                out.append(
                    Dominated(
                        name,
                        self.policies[b],
                        float(self.better[a, b]),
                        int(self.witness[a, b]),
                        self.where[a, b],
                    )
                )
        return tuple(out)


@dataclass(eq=False)
class PolicyTally:
    """Values and events of every policy, regrets of every player who has a menu; fed chunk by chunk."""

    study: Study
    policies: tuple[str, ...]  # those that were solved
    values: dict[tuple[str, str], Spread] = field(default_factory=dict)  # policy, player
    events: dict[tuple[str, str], Spread] = field(default_factory=dict)  # policy, event
    certified: dict[str, int] = field(default_factory=dict)
    menus: dict[str, Menu] = field(default_factory=dict)  # by player

    def __post_init__(self) -> None:
        if BASELINE in self.policies:
            for player in self.study.players:
                own = menu_of(
                    player, {p: self.study.policies[p] for p in self.policies if p in self.study.policies}
                )
                if len(own) > 1:
                    self.menus[player] = Menu(player, own)

    def add(self, chunk: Chunk) -> None:
        for policy in self.policies:
            good = chunk.status[policy] == CERTIFIED
            self.certified[policy] = self.certified.get(policy, 0) + int(good.sum())
            for table, source in ((self.values, chunk.value), (self.events, chunk.event)):
                for name, column in source[policy].items():
                    table.setdefault((policy, name), Spread()).add(column[good])
        for menu in self.menus.values():
            menu.add(chunk)


def menu_of(player: str, policies: Mapping[str, Policy]) -> tuple[str, ...]:
    """What a player is taken to choose from: equilibrium play, and its own ``commit`` policies."""
    return (BASELINE, *(i for i, p in policies.items() if p.player == player and p.kind == "commit"))
