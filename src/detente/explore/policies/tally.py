"""Policies over the draws: what each is worth to each player and what follows from it, added up chunk by chunk.

Values, regrets and shares are kept player by player and never added up over players.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from detente.explore.policies.pareto import Compared
from detente.explore.policies.regret import Menu, menu_of
from detente.explore.policies.satisficing import Enough, Satisfied
from detente.explore.protocol import BASELINE, Study
from detente.explore.sweep.chunk import Chunk
from detente.solve.solution import CERTIFIED


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


@dataclass(eq=False)
class PolicyTally:
    """Values and events of every policy, and by player regrets and shares; fed chunk by chunk.

    ``enough``: what satisfies each player (`satisficing.what_is_enough`); players that are not in it have no share.
    """

    study: Study
    policies: tuple[str, ...]  # those that were solved
    enough: Mapping[str, Enough] = field(default_factory=dict[str, Enough])
    replicated: bool = True  # whether draws come in independent replicates
    values: dict[tuple[str, str], Spread] = field(
        default_factory=dict[tuple[str, str], Spread]
    )  # policy, player
    events: dict[tuple[str, str], Spread] = field(
        default_factory=dict[tuple[str, str], Spread]
    )  # policy, event
    certified: dict[str, int] = field(default_factory=dict[str, int])
    menus: dict[str, Menu] = field(default_factory=dict[str, Menu])  # by player
    satisfied: Satisfied = field(init=False)
    compared: Compared | None = None  # policies of all actors side by side; None where there are no two

    def __post_init__(self) -> None:
        self.satisfied = Satisfied(self.enough, self.replicated)
        solved = {p: self.study.policies[p] for p in self.policies if p in self.study.policies}
        if BASELINE in self.policies:
            for player in self.study.players:
                own = menu_of(player, solved)
                if len(own) > 1:
                    self.menus[player] = Menu(player, own, self.enough.get(player))
            chosen = (BASELINE, *(i for i, p in solved.items() if p.kind == "commit"))
            if len(chosen) > 1:
                self.compared = Compared(chosen, self.study.players)

    def add(self, chunk: Chunk) -> None:
        for policy in self.policies:
            good = chunk.status[policy] == CERTIFIED
            self.certified[policy] = self.certified.get(policy, 0) + int(good.sum())
            for table, source in ((self.values, chunk.value), (self.events, chunk.event)):
                for name, column in source[policy].items():
                    table.setdefault((policy, name), Spread()).add(column[good])
        for menu in self.menus.values():
            menu.add(chunk)
        known = {p: chunk.status[p] for p in self.policies}
        self.satisfied.add(chunk.start, chunk.draws, chunk.value, known)
        if self.compared is not None:
            self.compared.add(chunk)
