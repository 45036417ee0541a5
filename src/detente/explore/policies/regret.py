"""Regret: what a player could have had with the best of its own menu, less what it has (Savage 1951, JASA 46:55-67).

A player's *menu* is its own ``commit`` policies and equilibrium play. Regret is taken draw by draw, over the draws at
which the whole menu is certified; it depends on the menu (which is printed), and its maximum on the ends of the ranges.
Regrets of different players are never added up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from detente.explore.policies.satisficing import TIE, Enough
from detente.explore.protocol import BASELINE, Policy
from detente.explore.sweep.chunk import Chunk
from detente.solve.solution import CERTIFIED


@dataclass(frozen=True)
class Dominated:
    """Policy ``policy`` is never better for its actor than ``by``, and worse by ``gap`` at ``draw``.

    ``strict``: it is worse in every draw; else the two are equal in some. ``least`` is the smallest gap of all draws.
    """

    policy: str
    by: str
    gap: float
    draw: int
    parameters: Mapping[str, float]
    strict: bool = False
    least: float = 0.0


@dataclass(eq=False)
class Menu:
    """One player's regrets, added up chunk by chunk. ``policies``: equilibrium play first.

    ``enough``: what satisfies the player, where it is known.
    """

    player: str
    policies: tuple[str, ...]
    enough: Enough | None = None
    n: int = 0
    total: np.ndarray = field(init=False)  # [policy] of regret
    worst: np.ndarray = field(init=False)  # [policy] largest regret
    least: np.ndarray = field(init=False)  # [policy] smallest payoff
    satisfied: np.ndarray = field(init=False)  # [policy] draws in which the player has enough
    better: np.ndarray = field(init=False)  # [a, b] largest value of b - a
    witness: np.ndarray = field(init=False)  # [a, b] the draw of it
    where: dict[tuple[int, int], Mapping[str, float]] = field(
        default_factory=dict[tuple[int, int], Mapping[str, float]]
    )

    def __post_init__(self) -> None:
        m = len(self.policies)
        self.total, self.worst = np.zeros(m), np.zeros(m)
        self.least, self.satisfied = np.full(m, np.inf), np.zeros(m, dtype=np.int64)
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
        self.least = np.minimum(self.least, worth.min(axis=1))
        if self.enough is not None:
            self.satisfied += (worth >= self.enough.at(chunk.draws)[rows] - TIE).sum(axis=1)
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
                least = max(0.0, -float(self.better[b, a]))
                out.append(
                    Dominated(
                        name,
                        self.policies[b],
                        float(self.better[a, b]),
                        int(self.witness[a, b]),
                        self.where[a, b],
                        strict=least > TIE,
                        least=least,
                    )
                )
        return tuple(out)


def menu_of(player: str, policies: Mapping[str, Policy]) -> tuple[str, ...]:
    """What a player is taken to choose from: equilibrium play, and its own ``commit`` policies."""
    return (BASELINE, *(i for i, p in policies.items() if p.player == player and p.kind == "commit"))
