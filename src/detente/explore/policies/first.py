"""Some draws of a run with every player's payoff, for what is solved anew at the same draws.

Of draws that come in replicates the first are taken: they cover the ranges as evenly as a run of that length. Of a grid or
a file, whose first rows may lie in one corner, as many are taken at random.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.explore.protocol import Evaluate, Evaluation
from detente.explore.ranges import Floats
from detente.explore.sweep.chunk import Chunk
from detente.solve.solution import CERTIFIED


@dataclass(eq=False)
class First:
    """Payoffs of ``players`` at ``draw`` (indices in the run, ascending), nan where not certified; fed chunk by chunk."""

    draw: np.ndarray
    players: tuple[str, ...]
    replicated: bool = (
        True  # whether index modulo the number of replicates tells independent replicates apart
    )
    _draws: dict[str, list[Floats]] = field(default_factory=dict[str, list[Floats]])
    _value: dict[tuple[str, str], list[Floats]] = field(default_factory=dict[tuple[str, str], list[Floats]])

    def add(self, chunk: Chunk) -> None:
        rows = self.draw[(self.draw >= chunk.start) & (self.draw < chunk.start + len(chunk))] - chunk.start
        if not len(rows):
            return
        for name, column in chunk.draws.items():
            self._draws.setdefault(name, []).append(column[rows])
        for policy, values in chunk.value.items():
            for player in self.players:
                if player in values:
                    column = certified(values[player], chunk.status[policy])[rows]
                    self._value.setdefault((policy, player), []).append(column)

    @property
    def n(self) -> int:
        return len(self.draw)

    @property
    def draws(self) -> dict[str, Floats]:
        """Columns of parameters [draw]."""
        return {name: np.concatenate(parts) for name, parts in self._draws.items()}

    def value(self, policy: str, player: str) -> Floats:
        """[draw] nan where the policy is not certified."""
        return np.concatenate(self._value[policy, player])


def chosen(n: int, most: int, replicated: bool, seed: int) -> np.ndarray:
    """Indices of at most ``most`` of ``n`` draws, ascending."""
    if n <= most or replicated:
        return np.arange(min(n, most))
    return np.sort(np.random.default_rng(seed).choice(n, size=most, replace=False))


def certified(column: Floats, status: np.ndarray) -> Floats:
    """The column with nan where the status is another than certified."""
    return np.where(np.asarray(status) == CERTIFIED, np.asarray(column, dtype=float), np.nan)


def worth(
    evaluate: Evaluate, draws: Mapping[str, Floats], keys: Sequence[str], players: Sequence[str]
) -> dict[str, dict[str, Floats]]:
    """Payoffs key -> player -> [draw] at these draws, nan where not certified."""
    found: Evaluation = evaluate(draws, keys)
    return {k: {p: certified(found.value[k][p], found.status[k]) for p in players} for k in keys}
