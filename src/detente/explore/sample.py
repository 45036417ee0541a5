"""The first draws of a run, kept in memory for what needs them side by side (rules, maps, indices); the rest only counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from detente.explore.protocol import Judged
from detente.explore.ranges import Floats
from detente.explore.sweep.chunk import Chunk

KEPT = 2**14  # draws; being a prefix of the sequences they cover the ranges as evenly as a run of that length


@dataclass(eq=False)
class Sample:
    """Columns of at most `KEPT` draws: ``x`` [draw, parameter], and per policy and per claim."""

    parameters: tuple[str, ...]  # those that vary
    n: int = 0
    _x: list[Floats] = field(default_factory=list)
    _event: dict[tuple[str, str], list[Floats]] = field(default_factory=dict)
    _value: dict[tuple[str, str], list[Floats]] = field(default_factory=dict)
    _status: dict[str, list[np.ndarray]] = field(default_factory=dict)
    _margin: dict[str, list[Floats]] = field(default_factory=dict)

    def add(self, chunk: Chunk, judged: Mapping[str, Judged]) -> None:
        room = min(len(chunk), KEPT - self.n)
        if room <= 0:
            return
        self.n += room
        self._x.append(
            np.column_stack([chunk.draws[p][:room] for p in self.parameters])
            if self.parameters
            else np.zeros((room, 0))
        )
        for policy, status in chunk.status.items():
            self._status.setdefault(policy, []).append(status[:room])
            for name, column in chunk.event[policy].items():
                self._event.setdefault((policy, name), []).append(column[:room])
            for name, column in chunk.value[policy].items():
                self._value.setdefault((policy, name), []).append(column[:room])
        for claim, told in judged.items():
            self._margin.setdefault(claim, []).append(told.margin[:room])

    @property
    def draw(self) -> np.ndarray:
        """[draw] indices in the run."""
        return np.arange(self.n)

    @property
    def x(self) -> Floats:
        return np.concatenate(self._x) if self._x else np.zeros((0, len(self.parameters)))

    def margin(self, claim: str) -> Floats:
        """[draw] nan where undecided."""
        return np.concatenate(self._margin[claim])

    def event(self, policy: str, name: str) -> Floats:
        """[draw] nan where the policy is not certified."""
        column = np.concatenate(self._event[policy, name]).astype(float)
        return np.where(np.concatenate(self._status[policy]) == 0, column, np.nan)

    def events(self, policy: str) -> tuple[str, ...]:
        return tuple(name for p, name in self._event if p == policy)

    def menu(self, policies: Sequence[str], player: str) -> tuple[Floats, np.ndarray]:
        """Payoffs [policy, draw] of a menu at the draws at which all of it is certified, and which those are [draw]."""
        good = np.all([np.concatenate(self._status[p]) == 0 for p in policies], axis=0)
        table = np.array([np.concatenate(self._value[p, player]) for p in policies])
        good &= np.isfinite(table).all(axis=0)
        return table[:, good], good
