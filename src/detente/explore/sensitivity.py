"""Sobol' indices: which parameters an event's probability varies with.

Two roads. `from_draws` reuses the draws of a run: a polynomial in the parameters' ranks (orthonormal Legendre
polynomials, all parameters to degree `DEGREE`, products of the `PAIRED` most important pairwise to degree `PAIR_DEGREE`)
is fitted by least squares with a small ridge, and the indices are sums of squared coefficients (Sudret 2008, Reliability
Engineering & System Safety 93:964-979). What it does not explain on scramblings it was not fitted on is printed as
1 - ``explained``; jumps are smoothed. Total indices count pairs only. With constraints the parameters are dependent and
the indices are those of the polynomial, not a decomposition of variance. `by_design` solves the model anew on a
Saltelli design (scipy.stats.sobol_indices) at n (d + 2) points: no approximation but that of sampling; independent
parameters only (constraints are refused).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata, sobol_indices, uniform

from detente.errors import DataError, Where
from detente.explore.protocol import BASELINE, Study
from detente.explore.ranges import Floats
from detente.explore.rule import halves
from detente.explore.sampling import chosen_seed, columns

DEGREE, PAIR_DEGREE, PAIRED = 4, 2, 6
_RIDGE = 1e-3
_FEWEST = 64
_STILL = 1e-12  # variance below which an event does not vary


@dataclass(frozen=True, eq=False)
class Indices:
    """First-order and total indices [parameter]; ``explained``: share of variance on draws not fitted on (None: not measured)."""

    first: Floats
    total: Floats
    explained: float | None


def _legendre(u: Floats, degree: int) -> Floats:
    """Orthonormal Legendre polynomials 1..degree of ``u`` in [0, 1]: [draw, degree]."""
    t = 2 * u - 1
    terms = [np.ones_like(t), t]
    for k in range(1, degree):
        terms.append(((2 * k + 1) * t * terms[k] - k * terms[k - 1]) / (k + 1))
    return np.column_stack([np.sqrt(2 * k + 1) * terms[k] for k in range(1, degree + 1)])


class Polynomials:
    """The single-parameter terms at the draws of a run, built once for all events. ``x`` [draw, parameter], ``draw`` [draw]."""

    def __init__(self, x: Floats, draw: np.ndarray) -> None:
        self.x, self.draw = x, draw
        n, d = x.shape
        u = (rankdata(x, axis=0) - 0.5) / max(n, 1)
        self.single = [_legendre(u[:, k], DEGREE) for k in range(d)]

    def indices(self, y: Floats) -> Indices | None:
        """Indices of ``y`` [draw] (nan rows left out); None where it hardly varies or there are too few draws."""
        rows = np.flatnonzero(np.isfinite(y))
        if len(rows) < _FEWEST or not self.single or np.var(y[rows]) < _STILL:
            return None
        y = y[rows]
        d = len(self.single)
        centred = y - y.mean()
        strength = np.array([float(((block[rows].T @ centred / len(rows)) ** 2).sum()) for block in self.single])
        top = np.sort(np.argsort(-strength, kind="stable")[:PAIRED])
        owner: list[tuple[int, ...]] = [(k,) for k in range(d) for _ in range(DEGREE)]
        blocks = [block[rows] for block in self.single]
        for i, a in enumerate(top):
            for b in top[i + 1 :]:
                left, right = blocks[a][:, :PAIR_DEGREE], blocks[b][:, :PAIR_DEGREE]
                blocks.append((left[:, :, None] * right[:, None, :]).reshape(len(rows), -1))
                owner += [(int(a), int(b))] * PAIR_DEGREE**2
        terms = np.column_stack(blocks)
        weights = _ridge(terms, y)
        squared = weights[1:] ** 2
        variance = float(squared.sum())
        if variance <= 0:
            return None
        first, total = np.zeros(d), np.zeros(d)
        for names, part in zip(owner, squared, strict=True):
            if len(names) == 1:
                first[names[0]] += part
            for k in names:
                total[k] += part
        fit, check = halves(self.draw[rows])
        explained = None
        if fit.sum() > _FEWEST and check.sum() > _FEWEST:
            half = _ridge(terms[fit], y[fit])
            miss = y[check] - half[0] - terms[check] @ half[1:]
            explained = max(0.0, 1 - float(np.mean(miss**2)) / max(float(np.var(y[check])), _STILL))
        return Indices(first / variance, total / variance, explained)


def _ridge(terms: Floats, y: Floats) -> Floats:
    """Least squares with a small penalty on all but the constant; the constant first."""
    design = np.column_stack([np.ones(len(y)), terms])
    gram = design.T @ design / len(y)
    gram[1:, 1:] += np.eye(terms.shape[1]) * (_RIDGE + 0.01 * terms.shape[1] / len(y))
    return np.asarray(np.linalg.solve(gram, design.T @ y / len(y)), dtype=np.float64)


def from_draws(x: Floats, draw: np.ndarray, y: Floats) -> Indices | None:
    """Indices of one column ``y`` [draw] from the draws of a run; see `Polynomials`."""
    return Polynomials(x, draw).indices(y)


def by_design(study: Study, event: str, policy: str = BASELINE, n: int = 256, seed: int | None = None) -> Indices:
    """Indices of an event's probability on a design of its own, ``n (parameters + 2)`` solved points; ``n`` a power of two.

    Raises `DataError` where the scenario has constraints or a point of the design is not certified.
    """
    if study.admissible is not None:
        raise DataError("Sobol' indices by a design need independent parameters", where=Where(field="constraints"))
    varying = study.varying

    def model(u: Floats) -> Floats:
        points = np.column_stack([r.parameter.quantile(u[k]) for k, r in enumerate(varying)])
        found = study.evaluate(columns(study, points), [policy])
        status = np.asarray(found.status[policy])
        if (status != 0).any():
            raise DataError("not every point of the design has a certified solution", found=int((status != 0).sum()))
        return np.array(found.event[policy][event], dtype=float)  # scipy writes into it

    result = sobol_indices(func=model, n=n, dists=[uniform()] * len(varying), rng=np.random.default_rng(chosen_seed(study, seed)))
    return Indices(np.asarray(result.first_order), np.asarray(result.total_order), None)
