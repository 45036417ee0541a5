"""Independent replicates of a point set, interleaved: draw i is a point of replicate ``i % REPLICATES``.

So a rule can be found on half of the replicates and scored on the other half, and the spread of the replicates' means
says how far a share is off. Points that break a constraint are refused and counted, never moved.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from detente.explore.protocol import Block, Study
from detente.explore.ranges import Floats
from detente.explore.sampling.points import REPLICATES, Measure, columns, kept, nothing_left

PATIENCE = 100_000  # raw points of one replicate that may be refused in a row


class Replicate:
    """The points of one replicate with the refused ones taken out. ``source``: endless pieces [point, dimension]."""

    def __init__(self, study: Study, measure: Measure, source: Iterator[Floats]) -> None:
        self.study, self.measure, self.source = study, measure, source
        self.raw = 0  # points of the source looked at so far
        self.queue: list[
            tuple[Floats, NDArray[np.intp]]
        ] = []  # (points [n, parameter], raw index [n]) not yet handed out
        self.waiting = 0

    def take(self, n: int) -> tuple[Floats, int]:
        """The next n admissible points [n, parameter], and how many raw points were used to get them."""
        idle = 0
        while self.waiting < n:
            before = self.raw
            idle = 0 if self._more() else idle + self.raw - before
            if idle > PATIENCE:
                raise nothing_left(f"{idle} points refused in a row")
        points = np.concatenate([p for p, _ in self.queue])
        index = np.concatenate([i for _, i in self.queue])
        self.queue = [(points[n:], index[n:])]
        self.waiting -= n
        return points[:n], (int(index[n - 1]) + 1 if n else 0)

    def _more(self) -> int:
        unit = next(self.source)
        index = np.arange(self.raw, self.raw + len(unit))
        self.raw += len(unit)
        points = self.measure.points(unit)
        good = kept(self.study, points)
        if good is not None:
            points, index = points[good], index[good]
        self.queue.append((points, index))
        self.waiting += len(points)
        return len(points)


def interleaved(study: Study, sources: Sequence[Iterator[Floats]], n: int, size: int) -> Iterator[Block]:
    """Exactly ``n`` admissible draws in blocks of ``size``, a multiple of `REPLICATES`; the last may be shorter."""
    if size % REPLICATES:
        raise AssertionError("block size must be a multiple of the number of replicates")
    measure = Measure(study)
    replicates = [Replicate(study, measure, source) for source in sources]
    handed = [0] * REPLICATES
    used = [0] * REPLICATES
    for start in range(0, n, size):
        length = min(size, n - start)
        rows = np.empty((length, max(1, len(study.varying))))
        for k, replicate in enumerate(replicates):
            want = len(range(k, length, REPLICATES))
            if want:
                rows[k::REPLICATES], used[k] = replicate.take(want)
                handed[k] += want
        yield Block(start, columns(study, rows), sum(used) - sum(handed))


def seeds(seed: int) -> list[np.random.SeedSequence]:
    """One for each replicate."""
    return np.random.SeedSequence(seed).spawn(REPLICATES)
