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
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import rankdata, sobol_indices, uniform

from detente.errors import DataError, Where
from detente.explore.protocol import BASELINE, Study
from detente.explore.ranges import Floats
from detente.explore.rules.rule import halves
from detente.explore.sampling.designs import chosen_seed, columns

DEGREE, PAIR_DEGREE, PAIRED = 4, 2, 6
_RIDGE = 1e-3
_FEWEST = 64
_STILL = 1e-12  # variance below which an event does not vary
_FEW_UNDECIDED = 0.2  # share of undecided draws up to which they are filled in with the mean of the others


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
    """The terms at the draws of a run, fitted to any number of events. ``x`` [draw, parameter], ``draw`` [draw] indices.

    Few draws allow fewer terms: the degree falls until there are four draws to a term. First the terms of single
    parameters are fitted to all draws (factorised once), then the products to what is left.
    """

    def __init__(self, x: Floats, draw: np.ndarray) -> None:
        self.x = x
        n, d = x.shape
        self.degree = int(np.clip(n // (4 * max(d, 1)), 1, DEGREE))
        u = (rankdata(x, axis=0) - 0.5) / max(n, 1)
        self.blocks = [_legendre(u[:, k], self.degree) for k in range(d)]
        self.single = np.column_stack(self.blocks) if d else np.zeros((n, 0))
        self.fit, self.check = halves(draw)
        self.usable = d > 0 and n >= _FEWEST
        if self.usable:
            self.whole = _Ridge(self.single)
            self.half = _Ridge(self.single[self.fit])

    def indices(self, y: Floats) -> Indices | None:
        """Indices of ``y`` [draw] (nan: undecided); None where it hardly varies or too few draws are decided."""
        known = np.isfinite(y)
        if not self.usable or known.mean() < 1 - _FEW_UNDECIDED or np.var(y[known]) < _STILL:
            return None
        y = np.where(known, y, y[known].mean())
        variance = float(np.var(y))
        d = len(self.blocks)
        weights = self.whole.weights(y)
        strength = (weights.reshape(d, self.degree) ** 2).sum(axis=1)
        top = np.sort(np.argsort(-strength, kind="stable")[: self._paired(d)])
        pairs = [(int(a), int(b)) for i, a in enumerate(top) for b in top[i + 1 :]]
        first, total = strength.copy(), strength.copy()
        left = y - y.mean() - self.single @ weights
        products = self._products(pairs)
        if pairs:
            squares = (_Ridge(products).weights(left).reshape(len(pairs), -1) ** 2).sum(axis=1)
            for (a, b), square in zip(pairs, squares, strict=True):
                total[a] += square
                total[b] += square
            counted = float(strength.sum() + squares.sum())
        else:
            counted = float(strength.sum())
        if counted <= 0:
            return None
        return Indices(first / counted, total / counted, self._explained(y, pairs, products, variance))

    def _paired(self, d: int) -> int:
        """How many parameters may appear in products: four draws to a term."""
        return next(
            m
            for m in range(min(PAIRED, d), 0, -1)
            if m * (m - 1) // 2 * PAIR_DEGREE**2 * 4 <= len(self.x) or m == 1
        )

    def _products(self, pairs: list[tuple[int, int]]) -> Floats:
        degree = min(PAIR_DEGREE, self.degree)
        made = [
            (self.blocks[a][:, :degree, None] * self.blocks[b][:, None, :degree]).reshape(len(self.x), -1)
            for a, b in pairs
        ]
        return np.column_stack(made) if made else np.zeros((len(self.x), 0))

    def _explained(
        self, y: Floats, pairs: list[tuple[int, int]], products: Floats, variance: float
    ) -> float | None:
        """Share of the variance on the second half that a fit to the first half explains."""
        fit, check = self.fit, self.check
        if min(fit.sum(), check.sum()) < _FEWEST // 2:
            return None
        mean = float(y[fit].mean())
        weights = self.half.weights(y[fit])
        guess = mean + self.single[check] @ weights
        if pairs:
            left = y[fit] - mean - self.single[fit] @ weights
            guess = guess + products[check] @ _Ridge(products[fit]).weights(left)
        return max(0.0, 1 - float(np.mean((y[check] - guess) ** 2)) / variance)


class _Ridge:
    """Least squares with a small penalty; the constant is left out (columns and values are taken from their means)."""

    def __init__(self, terms: Floats) -> None:
        self.terms = terms - terms.mean(axis=0)
        gram = self.terms.T @ self.terms / len(terms)
        gram += np.eye(gram.shape[0]) * (_RIDGE + 0.01 * gram.shape[0] / len(terms))
        self.factor = cho_factor(gram)

    def weights(self, y: Floats) -> Floats:
        return np.asarray(cho_solve(self.factor, self.terms.T @ (y - y.mean()) / len(y)), dtype=np.float64)


def from_draws(x: Floats, draw: np.ndarray, y: Floats) -> Indices | None:
    """Indices of one column ``y`` [draw] from the draws of a run; see `Polynomials`."""
    return Polynomials(x, draw).indices(y)


def by_design(
    study: Study, event: str, policy: str = BASELINE, n: int = 256, seed: int | None = None
) -> Indices:
    """Indices of an event's probability on a design of its own, ``n (parameters + 2)`` solved points; ``n`` a power of two.

    Raises `DataError` where the scenario has constraints or a point of the design is not certified.
    """
    if study.admissible is not None:
        raise DataError(
            "Sobol' indices by a design need independent parameters", where=Where(field="constraints")
        )
    varying = study.varying

    def model(u: Floats) -> Floats:
        points = np.column_stack([r.parameter.quantile(u[k]) for k, r in enumerate(varying)])
        found = study.evaluate(columns(study, points), [policy])
        status = np.asarray(found.status[policy])
        if (status != 0).any():
            raise DataError(
                "not every point of the design has a certified solution", found=int((status != 0).sum())
            )
        return np.array(found.event[policy][event], dtype=float)  # scipy writes into it

    result = sobol_indices(
        func=model, n=n, dists=[uniform()] * len(varying), rng=np.random.default_rng(chosen_seed(study, seed))
    )
    return Indices(np.asarray(result.first_order), np.asarray(result.total_order), None)
