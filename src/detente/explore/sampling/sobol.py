"""Scrambled Sobol' sequences: eight independent scramblings interleaved.

The first n draws of a longer run are the draws of a shorter one. (Owen 1997, Annals of Statistics 25:1541-1562, on
scrambled nets.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from detente.explore.protocol import Study
from detente.explore.ranges import Floats
from detente.explore.sampling.plan import Plan
from detente.explore.sampling.points import REPLICATES, chosen_seed
from detente.explore.sampling.replicates import interleaved, seeds
from detente.explore.sampling.words import and_constraints, by_distribution

_FIRST_BATCH, _LARGEST_BATCH = 64, 4096  # powers of two, as the sequence wants


@dataclass(frozen=True)
class Sobol:
    """Any number of draws; memory is that of a block, whatever their number. The default."""

    def plan(self, study: Study, n: int, seed: int | None = None) -> Plan:
        number = chosen_seed(study, seed)
        d = max(1, len(study.varying))

        def measure(refused: int) -> str:
            return (
                f"{n:,} scrambled Sobol' draws ({REPLICATES} independent scramblings, seed {number}) of "
                f"{by_distribution(study)}{and_constraints(study, refused)}"
            )

        return Plan(
            "sobol", n, True,
            lambda size: interleaved(study, [_scrambling(d, child) for child in seeds(number)], n, size),
            measure, {"kind": "sobol", "replicates": REPLICATES},
        )  # fmt: skip


def _scrambling(d: int, seed: np.random.SeedSequence) -> Iterator[Floats]:
    """One scrambled sequence, a batch at a time."""
    engine = qmc.Sobol(d=d, scramble=True, rng=np.random.default_rng(seed))
    batch, raw = _FIRST_BATCH, 0
    while True:
        yield engine.random(batch)
        raw += batch
        batch = min(batch * 2, _LARGEST_BATCH) if raw > batch else batch
