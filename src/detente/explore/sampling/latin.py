"""Latin hypercubes: eight independent ones interleaved, each with one point in every slice of every parameter.

(McKay, Beckman & Conover 1979, Technometrics 21:239-245.) The number of draws is fixed beforehand: the first draws of a longer
run are not the draws of a shorter one. Where constraints refuse points, others come from further hypercubes in their place;
where parameters are correlated, the independent scores that they are mixed from are stratified. In both cases the slices
of a parameter no longer hold one point each, and the measure says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from detente.errors import BadInput, Where
from detente.explore.protocol import Study
from detente.explore.ranges import Floats
from detente.explore.sampling.plan import Plan
from detente.explore.sampling.points import REPLICATES, Measure, chosen_seed
from detente.explore.sampling.replicates import interleaved, seeds
from detente.explore.sampling.words import and_constraints, by_distribution

_FEW, _MANY = 64, 4096  # points of a further hypercube
MOST_NUMBERS = 2**25  # draws times parameters: a hypercube is made whole, 256 MB of them


@dataclass(frozen=True)
class Latin:
    """As many draws as memory has room for: draws times varying parameters at most `MOST_NUMBERS`, else BadInput."""

    def plan(self, study: Study, n: int, seed: int | None = None) -> Plan:
        number = chosen_seed(study, seed)
        d = max(1, len(study.varying))
        if n * d > MOST_NUMBERS:
            raise BadInput(
                "a Latin hypercube is held in memory whole, and this one is too large; Sobol' draws (--design sobol) are not",
                where=Where(field="--draws"), found=f"{n} draws x {d} parameters = {n * d} numbers",
                allowed=f"at most {MOST_NUMBERS} numbers: {MOST_NUMBERS // d} draws of {d} parameters",
            )  # fmt: skip
        sizes = [len(range(k, n, REPLICATES)) for k in range(REPLICATES)]
        low, high = min(sizes), max(sizes)
        points = str(low) if low == high else f"{low} or {high}"
        tied = len(Measure(study).tied)

        def measure(refused: int) -> str:
            broken = (
                "; others were drawn in place of the refused, so the slices no longer hold one point each"
                if refused
                else f"; of the {tied} correlated parameters not each is evenly sliced"
                if tied
                else ""
            )
            return (
                f"{n:,} Latin hypercube draws ({REPLICATES} independent hypercubes of {points} points, seed {number}) of "
                f"{by_distribution(study)}{and_constraints(study, refused)}{broken}"
            )

        def sources() -> list[Iterator[Floats]]:
            return [_hypercubes(d, max(m, 1), child) for m, child in zip(sizes, seeds(number), strict=True)]

        return Plan(
            "latin", n, True, lambda size: interleaved(study, sources(), n, size), measure,
            {"kind": "latin", "replicates": REPLICATES},
        )  # fmt: skip


def _hypercubes(d: int, m: int, seed: np.random.SeedSequence) -> Iterator[Floats]:
    """A hypercube of ``m`` points, and others, of neither few nor many points, for those that are refused."""
    engine = qmc.LatinHypercube(d=d, rng=np.random.default_rng(seed))
    yield engine.random(m)
    while True:
        yield engine.random(min(max(m, _FEW), _MANY))
