"""Draws from the ranges: scrambled Sobol' sequences, each point through every parameter's distribution.

The draws are `REPLICATES` independent scramblings interleaved: draw i is a point of scrambling ``i % REPLICATES``.
So the first n draws of a longer run are the draws of a shorter one, a rule can be found on half of the scramblings
and scored on the other half, and the spread of the scramblings' means says how far a share is off. Draws that break a
constraint are refused and counted, never moved. (Owen 1997, Annals of Statistics 25:1541-1562, on scrambled nets.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from detente.errors import GameError, Where
from detente.explore.protocol import Block, Study
from detente.explore.ranges import Floats

REPLICATES = 8
DEFAULT_SEED = 20_231  # used where neither the caller nor the scenario names one
_FIRST_BATCH, _LARGEST_BATCH = 64, 4096  # powers of two, as the sequence wants
_WORDS = {
    "uniform": "uniform", "loguniform": "log-uniform", "triangular": "triangular",
    "normal": "normal cut off at the ends", "discrete": "over listed values",
}  # fmt: skip
_PATIENCE = 100_000  # raw points of one scrambling that may be refused in a row


class _Scrambling:
    """One scrambled Sobol' sequence with the refused points taken out."""

    def __init__(self, study: Study, seed: np.random.SeedSequence) -> None:
        self.study = study
        self.engine = qmc.Sobol(d=max(1, len(study.varying)), scramble=True, rng=np.random.default_rng(seed))
        self.batch = _FIRST_BATCH
        self.raw = 0  # points of the sequence looked at so far
        self.queue: list[
            tuple[Floats, NDArray[np.intp]]
        ] = []  # (points [n, parameter], raw index [n]) not yet handed out
        self.waiting = 0

    def take(self, n: int) -> tuple[Floats, int]:
        """The next n admissible points [n, parameter], and how many raw points were used to get them."""
        idle = 0
        while self.waiting < n:
            added = self._more()
            idle = 0 if added else idle + self.batch
            if idle > _PATIENCE:
                raise GameError(
                    "the constraints refuse every draw: no point of the ranges satisfies them",
                    where=Where(field="constraints"),
                    found=f"{idle} points refused in a row",
                    allowed="ranges that overlap with the constraints",
                )
        points = np.concatenate([p for p, _ in self.queue])
        index = np.concatenate([i for _, i in self.queue])
        self.queue = [(points[n:], index[n:])]
        self.waiting -= n
        return points[:n], (int(index[n - 1]) + 1 if n else 0)

    def _more(self) -> int:
        unit = self.engine.random(self.batch)
        index = np.arange(self.raw, self.raw + self.batch)
        self.raw += self.batch
        self.batch = min(self.batch * 2, _LARGEST_BATCH) if self.raw > self.batch else self.batch
        varying = self.study.varying
        points = (
            np.column_stack([r.parameter.quantile(unit[:, k]) for k, r in enumerate(varying)])
            if varying
            else unit
        )
        if self.study.admissible is not None:
            kept = np.asarray(self.study.admissible(columns(self.study, points)), dtype=bool)
            kept = np.broadcast_to(kept, (len(points),))
            points, index = points[kept], index[kept]
        self.queue.append((points, index))
        self.waiting += len(points)
        return len(points)


def columns(study: Study, points: Floats) -> dict[str, Floats]:
    """Columns of all parameters from values [point, varying parameter]."""
    varying = {r.name: points[:, k] for k, r in enumerate(study.varying)}
    return {
        r.name: np.ascontiguousarray(varying.get(r.name, np.full(len(points), r.base))) for r in study.ranges
    }


def blocks(study: Study, n: int, size: int, seed: int | None = None) -> Iterator[Block]:
    """Exactly ``n`` admissible draws in blocks of ``size`` (a multiple of `REPLICATES`; the last may be shorter).

    Raises `GameError` where constraints leave nothing. Memory is that of a block, whatever ``n``.
    """
    if size % REPLICATES:
        raise AssertionError("block size must be a multiple of the number of scramblings")
    children = np.random.SeedSequence(chosen_seed(study, seed)).spawn(REPLICATES)
    scramblings = [_Scrambling(study, child) for child in children]
    handed = [0] * REPLICATES
    used = [0] * REPLICATES
    for start in range(0, n, size):
        length = min(size, n - start)
        rows = np.empty((length, max(1, len(study.varying))))
        for k, scrambling in enumerate(scramblings):
            want = len(range(k, length, REPLICATES))
            if want:
                rows[k::REPLICATES], used[k] = scrambling.take(want)
                handed[k] += want
        yield Block(start, columns(study, rows), sum(used) - sum(handed))


def draw(study: Study, n: int, seed: int | None = None) -> Block:
    """All ``n`` draws at once."""
    whole = -(-n // REPLICATES) * REPLICATES
    return next(blocks(study, n, max(whole, REPLICATES), seed))


def chosen_seed(study: Study, seed: int | None) -> int:
    """The caller's seed, else the scenario's, else `DEFAULT_SEED`."""
    return seed if seed is not None else study.seed if study.seed is not None else DEFAULT_SEED


def measure(study: Study, n: int, seed: int | None, refused: int) -> str:
    """The sampling measure in one sentence (a noun phrase that starts it), for whoever reads a share."""
    kinds = Counter(_WORDS[r.parameter.distribution] for r in study.varying)
    listed = ", ".join(
        f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
    )
    constraints = (
        f", kept only where the constraints hold ({refused:,} refused)"
        if study.admissible is not None
        else ""
    )
    return (
        f"{n:,} scrambled Sobol' draws ({REPLICATES} independent scramblings, seed {chosen_seed(study, seed)}) of "
        f"{len(study.varying)} parameters, each by itself from its own range ({listed or 'none'}){constraints}"
    )
