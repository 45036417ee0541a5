"""Pareto sets: what nobody could replace without somebody losing. Players are compared, never added up.

*Among all players*: the policies of all actors and equilibrium play, each as the only announced change. Policy ``a`` is
dominated by ``b`` where no player is worse off under ``b`` and one is better off. There are three readings of "off":

    every draw     the payoff at every draw: who prefers b need not know the parameters
    mean values    the mean payoff over the draws: a statement about the sampling measure too
    worst values   each player's smallest payoff over the draws: a statement about the ends of the ranges

Two policies are compared over the draws at which both are certified, if these are at least half of all.

*For one actor*: the policies of its own menu by four criteria of its own (`CRITERIA`), over the draws at which the whole
menu is certified. The mean payoff is no fifth: over one set of draws it orders policies as mean regret does.

Payoffs nearer than `TIE` are equal. What is dominated is shown with what dominates it and the widest gap.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from detente.explore.policies.regret import Menu
from detente.explore.policies.satisficing import TIE
from detente.explore.sweep.chunk import Chunk
from detente.solve.solution import CERTIFIED

Reading = Literal["every draw", "mean values", "worst values"]
READINGS: tuple[Reading, ...] = ("every draw", "mean values", "worst values")
CRITERIA: tuple[str, ...] = (
    "max_regret",
    "mean_regret",
    "worst_value",
    "satisficing",
)  # the first two are small where good
LEAST_SHARED = 0.5  # share of all draws at which two policies must both be certified to be compared


@dataclass(frozen=True)
class Replaced:
    """``policy`` is dominated by ``by``; the widest gap is that of ``player`` (or of a criterion), at ``draw`` if at one.

    ``gap`` is in payoffs, of the criterion "satisficing" a share. ``draw`` is None where the gap is of means or ends.
    """

    policy: str
    by: str
    gap: float
    player: str | None = None
    criterion: str | None = None
    draw: int | None = None
    parameters: Mapping[str, float] = field(default_factory=dict[str, float])


@dataclass(frozen=True)
class Front:
    """The policies that nothing dominates, and the others with what dominates each."""

    reading: str
    policies: tuple[str, ...]
    replaced: tuple[Replaced, ...]
    not_compared: tuple[str, ...] = ()  # certified together with no other policy often enough


@dataclass(frozen=True)
class OwnFront:
    """One actor's policies by its own criteria: ``scores`` of every policy of the menu, and the front."""

    player: str
    draws: int  # at which the whole menu is certified
    scores: Mapping[str, Mapping[str, float]]  # policy -> criterion -> score
    front: Front


def dominates(better: np.ndarray, tie: float = TIE) -> bool:
    """Whether a vector of advantages is nowhere below -``tie`` and somewhere above ``tie``."""
    return bool((better >= -tie).all() and (better > tie).any())


@dataclass(eq=False)
class Compared:
    """Policies two by two over the draws, for every player; fed chunk by chunk. Arrays are [a, b] or [a, b, player]."""

    policies: tuple[str, ...]
    players: tuple[str, ...]
    n: int = 0  # draws seen
    shared: np.ndarray = field(init=False)  # draws at which both are certified
    total: np.ndarray = field(init=False)  # of b - a over these
    least: np.ndarray = field(init=False)  # smallest b - a
    most: np.ndarray = field(init=False)  # largest b - a
    worst: np.ndarray = field(init=False)  # smallest payoff under a, over these
    witness: np.ndarray = field(init=False)  # the draw of ``most``
    where: dict[tuple[int, int, int], Mapping[str, float]] = field(
        default_factory=dict[tuple[int, int, int], Mapping[str, float]]
    )

    def __post_init__(self) -> None:
        m, p = len(self.policies), len(self.players)
        self.shared, self.witness = np.zeros((m, m), dtype=np.int64), np.full((m, m, p), -1)
        self.total, self.worst = np.zeros((m, m, p)), np.full((m, m, p), np.inf)
        self.least, self.most = np.full((m, m, p), np.inf), np.full((m, m, p), -np.inf)

    def add(self, chunk: Chunk) -> None:
        self.n += len(chunk)
        worth = np.array(
            [[chunk.value[p][who] for who in self.players] for p in self.policies], dtype=float
        )  # [policy, player, draw]
        good = np.array([np.asarray(chunk.status[p]) == CERTIFIED for p in self.policies])
        good &= np.isfinite(worth).all(axis=1)
        if not good.any():
            return
        for a in range(len(self.policies)):
            both = good & good[a]  # [b, draw]
            seen = both[:, None, :]
            self.shared[a] += both.sum(axis=1)
            gap = worth - worth[a]  # [b, player, draw]
            self.total[a] += np.where(seen, gap, 0.0).sum(axis=2)
            self.least[a] = np.minimum(self.least[a], np.where(seen, gap, np.inf).min(axis=2))
            self.worst[a] = np.minimum(self.worst[a], np.where(seen, worth[a][None], np.inf).min(axis=2))
            gap = np.where(seen, gap, -np.inf)
            at = gap.argmax(axis=2)  # [b, player]
            top = np.take_along_axis(gap, at[:, :, None], axis=2)[:, :, 0]
            for b, k in np.argwhere(top > self.most[a]):
                row = int(at[b, k])
                self.most[a, b, k], self.witness[a, b, k] = top[b, k], chunk.start + row
                if top[b, k] > TIE:
                    self.where[a, int(b), int(k)] = {n: float(c[row]) for n, c in chunk.draws.items()}

    def fronts(self) -> tuple[Front, ...]:
        """One for each of `READINGS`."""
        return tuple(self._front(reading) for reading in READINGS)

    def _front(self, reading: Reading) -> Front:
        m = len(self.policies)
        enough = (self.shared >= LEAST_SHARED * self.n) & (self.shared > 0)
        compared = [a for a in range(m) if any(enough[a, b] for b in range(m) if b != a)]
        replaced: list[Replaced] = []
        for a in compared:
            rivals = [b for b in compared if b != a and enough[a, b] and self._dominated(a, b, reading)]
            if rivals:
                replaced.append(self._replaced(a, rivals, reading))
        gone = {r.policy for r in replaced}
        return Front(
            reading,
            tuple(self.policies[a] for a in compared if self.policies[a] not in gone),
            tuple(replaced),
            tuple(self.policies[a] for a in range(m) if a not in compared),
        )

    def _better(self, a: int, b: int, reading: Reading) -> np.ndarray:
        """By how much every player is better off with b [player]; at every draw: the largest of its gains."""
        if reading == "mean values":
            return self.total[a, b] / self.shared[a, b]
        if reading == "worst values":
            return self.worst[b, a] - self.worst[a, b]
        return self.most[a, b]

    def _dominated(self, a: int, b: int, reading: Reading) -> bool:
        if reading == "every draw":
            return bool((self.least[a, b] >= -TIE).all() and (self.most[a, b] > TIE).any())
        return dominates(self._better(a, b, reading))

    def _replaced(self, a: int, rivals: list[int], reading: Reading) -> Replaced:
        """By the rival that gives somebody most; what itself is dominated is named only where nothing else is."""
        free = [b for b in rivals if not any(self._dominated(b, c, reading) for c in rivals if c != b)]
        b = max(free or rivals, key=lambda k: (float(self._better(a, k, reading).max()), -k))
        gains = self._better(a, b, reading)
        k = int(gains.argmax())
        at_draw = reading == "every draw"
        return Replaced(
            self.policies[a],
            self.policies[b],
            float(gains[k]),
            player=self.players[k],
            draw=int(self.witness[a, b, k]) if at_draw else None,
            parameters=self.where[a, b, k] if at_draw else {},
        )


def own_front(menu: Menu) -> OwnFront | None:
    """The front of one actor's menu by its own criteria; None where no draw has the whole menu certified."""
    if not menu.n:
        return None
    columns: dict[str, Callable[[int], float]] = {
        "max_regret": lambda k: float(menu.worst[k]),
        "mean_regret": lambda k: float(menu.total[k] / menu.n),
        "worst_value": lambda k: float(menu.least[k]),
    }
    if menu.enough is not None:
        columns["satisficing"] = lambda k: float(menu.satisfied[k] / menu.n)
    scores = {
        policy: {name: score(k) for name, score in columns.items()} for k, policy in enumerate(menu.policies)
    }
    signs = np.array([-1.0 if name.endswith("regret") else 1.0 for name in columns])
    merit = (
        np.array([list(row.values()) for row in scores.values()]) * signs
    )  # [policy, criterion], large is good
    replaced: list[Replaced] = []
    for a, policy in enumerate(menu.policies):
        rivals = [b for b in range(len(merit)) if b != a and dominates(merit[b] - merit[a])]
        if rivals:
            free = [b for b in rivals if not any(dominates(merit[c] - merit[b]) for c in rivals)]
            b = max(free or rivals, key=lambda k: (float((merit[k] - merit[a]).max()), -k))
            gap = merit[b] - merit[a]
            k = int(gap.argmax())
            replaced.append(Replaced(policy, menu.policies[b], float(gap[k]), criterion=list(columns)[k]))
    gone = {r.policy for r in replaced}
    front = Front("own criteria", tuple(p for p in menu.policies if p not in gone), tuple(replaced))
    return OwnFront(menu.player, menu.n, scores, front)
