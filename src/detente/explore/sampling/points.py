"""Points of the unit cube as parameters: through rank correlations, each parameter's distribution, and the constraints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from detente.errors import GameError, Where
from detente.explore.protocol import Study
from detente.explore.ranges import Bools, Floats

REPLICATES = 8
DEFAULT_SEED = 20_231  # used where neither the caller nor the scenario names one
MOST_DRAWS = 10_000_000
_OUTERMOST = 2.0**-53  # share of a distribution beyond which a normal score is not finite


def chosen_seed(study: Study, seed: int | None) -> int:
    """The caller's seed, else the scenario's, else `DEFAULT_SEED`."""
    return seed if seed is not None else study.seed if study.seed is not None else DEFAULT_SEED


class Measure:
    """The distribution of a study's draws before constraints: points of the unit cube in, parameters out."""

    def __init__(self, study: Study) -> None:
        self.study, self.varying = study, study.varying
        self.tied: list[int] = []  # columns of parameters that go together
        if study.correlation is not None:
            off = study.correlation - np.eye(len(self.varying))
            self.tied = [int(k) for k in np.flatnonzero(np.any(off != 0, axis=1))]
            self.factor = np.linalg.cholesky(study.correlation[np.ix_(self.tied, self.tied)])

    def correlated(self, unit: Floats) -> Floats:
        """``unit`` [point, varying parameter] with the study's rank correlations; every column stays uniform.

        Normal scores of independent columns times the lower Cholesky factor: the first parameter of those that go
        together keeps its column, the others mix in the columns before theirs.
        """
        if not self.tied:
            return unit
        scores = ndtri(np.clip(unit[:, self.tied], _OUTERMOST, 1 - _OUTERMOST))
        out = np.array(unit)
        mixed = np.zeros_like(scores)
        for j in range(len(self.tied)):  # by columns: the same bits whatever the number of points
            for k in range(j + 1):
                mixed[:, j] += self.factor[j, k] * scores[:, k]
        out[:, self.tied] = ndtr(mixed)
        return out

    def points(self, unit: Floats) -> Floats:
        """Values [point, varying parameter] of points of the unit cube; the points themselves where nothing varies."""
        if not self.varying:
            return unit
        unit = self.correlated(unit)
        return np.column_stack([r.parameter.quantile(unit[:, k]) for k, r in enumerate(self.varying)])


def columns(study: Study, points: Floats) -> dict[str, Floats]:
    """Columns of all parameters from values [point, varying parameter]."""
    varying = {r.name: points[:, k] for k, r in enumerate(study.varying)}
    return {
        r.name: np.ascontiguousarray(varying.get(r.name, np.full(len(points), r.base))) for r in study.ranges
    }


def kept(study: Study, points: Floats) -> Bools | None:
    """Which points [point, varying parameter] satisfy the constraints; None where there are none."""
    if study.admissible is None:
        return None
    good: NDArray[np.bool_] = np.asarray(study.admissible(columns(study, points)), dtype=bool)
    return np.broadcast_to(good, (len(points),))


def nothing_left(tried: str) -> GameError:
    """The error for constraints that refuse everything."""
    return GameError(
        "the constraints refuse every draw: no point of the ranges satisfies them",
        where=Where(field="constraints"),
        found=tried,
        allowed="ranges that overlap with the constraints",
    )
