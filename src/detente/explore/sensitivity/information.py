"""What it would be worth to an actor to know an assumption before choosing: never added up over actors.

For a menu with payoffs u(policy, draw), the expected value of perfect information is
    EVPI = E max u - max E u  =  min over policies of mean regret,
and of one parameter x alone  EVPPI(x) = E max E[u | x] - max E u, between 0 and EVPI.
E[u | x] is a regression of every policy's payoff on x alone (Strong, Oakley & Brennan 2014, Medical Decision Making 34:311-326): a
polynomial in its ranks or means in slices of it, of the size that a penalised likelihood prefers, none included. A size of
none, the common case, gives exactly 0; so parameters that tell nothing do not gather worth from noise. Unit: the actor's payoff.

Intervals (95 %) span two: the jackknife *t* interval over the eight scramblings, sizes held fixed, and that of what the choices
that a regression makes are worth on scramblings it was not fitted on. Neither sees that both smooth a jump over: the
gain from knowing on which side of one a parameter lies is understated by up to a slice's part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from detente.explore.ranges import Floats
from detente.explore.sampling.designs import REPLICATES
from detente.explore.sensitivity.jackknife import FEWEST_GROUPS, LEVEL, reach
from detente.explore.sensitivity.terms import Terms

_FEWEST = 64  # draws
_DEGREES = (1, 2, 3, 4, 6, 8, 10)
_SLICES = (2, 4, 8, 16, 32, 64)
_PRICE, _SLICE_PRICE = 4.0, 6.0  # of a coefficient and of a slice, in n log(squared error)
_STILL = 1e-12  # of the largest variance: a payoff difference that does not vary


@dataclass(frozen=True, eq=False)
class Curve:
    """E[u | x] of one parameter: ``basis`` [term, draw], the constant first."""

    basis: Floats


@dataclass(frozen=True, eq=False)
class Worth:
    """Value of information of one player: of everything, and of each parameter [parameter]; intervals [..., 2] or None."""

    everything: float
    each: Floats
    everything_interval: Floats | None = None
    each_interval: Floats | None = None
    curves: dict[int, Curve] = field(default_factory=dict[int, Curve])


class Payoffs:
    """Payoffs ``values`` [policy, draw] of a menu, less those of the policy that is best on average; and groups of draws."""

    def __init__(self, values: Floats, draw: NDArray[np.intp]) -> None:
        self.n = values.shape[1]
        self.once = int(values.mean(axis=1).argmax())
        self.gaps = values - values[self.once]
        spread = self.gaps.var(axis=1)
        self.moving = spread > _STILL * max(float(values.var()), 1e-300)  # [policy]
        self.group = draw % REPLICATES
        self.groups = [k for k in range(REPLICATES) if (self.group == k).any()]

    def gain(self, basis: Floats) -> float:
        """Mean of the best fitted gap less the best mean gap, the gaps regressed on ``basis`` [term, draw]."""
        weights = np.linalg.solve(basis @ basis.T, basis @ self.gaps.T)
        return float(_gain(weights, basis))

    def gains_without(self, basis: Floats) -> Floats | None:
        """The same with every group of draws left out [group]; None where there are too few groups or draws."""
        if len(self.groups) < FEWEST_GROUPS or len(basis) > self.n // 4:
            return None
        rows = [np.flatnonzero(self.group == k) for k in self.groups]
        grams = np.array([basis[:, r] @ basis[:, r].T for r in rows])
        products = np.array([basis[:, r] @ self.gaps[:, r].T for r in rows])
        grams, products = grams.sum(axis=0) - grams, products.sum(axis=0) - products
        weights = np.linalg.solve(grams, products)  # [group, term, policy]
        fitted = np.einsum("gtp,tn->gpn", weights, basis, optimize=True)
        best = fitted.max(axis=1)
        out = np.empty(len(rows))
        for g, r in enumerate(rows):
            rest = self.n - len(r)
            mean = (fitted[g].sum(axis=1) - fitted[g][:, r].sum(axis=1)) / rest
            out[g] = (best[g].sum() - best[g][r].sum()) / rest - mean.max()
        return out

    def gain_of_choices(self, basis: Floats) -> tuple[float, float] | None:
        """Mean gap of what a regression on the other groups would choose, less the best mean gap; and half its interval."""
        out: list[float] = []
        for k in self.groups:
            rows, rest = self.group == k, self.group != k
            learn, gaps = basis[:, rest], self.gaps[:, rest]
            weights = np.linalg.lstsq(learn @ learn.T, learn @ gaps.T, rcond=None)[0]
            chosen = (weights.T @ basis[:, rows]).argmax(axis=0)
            out.append(float(self.gaps[chosen, np.flatnonzero(rows)].mean()))
        if len(out) < FEWEST_GROUPS:
            return None
        means = np.array(out)
        error = float(means.std(ddof=1)) / np.sqrt(len(out))
        return float(means.mean()), float(student.ppf(0.5 + LEVEL / 2, len(out) - 1)) * error


def worth(
    values: Floats, x: Floats, draw: NDArray[np.intp], intervals: bool = True, terms: Terms | None = None
) -> Worth | None:
    """``values`` [policy, draw] payoffs of the menu, ``x`` [draw, parameter], ``draw`` [draw] indices in the run.

    ``terms``: those of ``x``, where they are at hand. None where there are too few draws or only one policy.
    """
    n, d = x.shape
    if len(values) < 2 or n < _FEWEST:
        return None
    payoffs = Payoffs(values, draw)
    total = max(0.0, float(payoffs.gaps.max(axis=0).mean()))
    each, ends = np.zeros(d), np.zeros((d, 2))
    curves = (
        _curves(payoffs, terms if terms is not None else Terms.of(x)) if d and payoffs.moving.any() else {}
    )
    told = intervals and len(payoffs.groups) >= FEWEST_GROUPS
    for k, curve in curves.items():
        each[k] = min(total, max(0.0, payoffs.gain(curve.basis)))
        without = payoffs.gains_without(curve.basis) if told else None
        if without is not None:
            half = float(reach(without))
            middle, wide = payoffs.gain_of_choices(curve.basis) or (each[k], half)
            low, high = min(each[k] - half, middle - wide), max(each[k] + half, middle + wide)
            ends[k] = np.clip([low, high], 0.0, None)
    whole = _everything(values, payoffs, total) if told else None
    return Worth(total, each, whole, ends if told else None, curves)


def _everything(values: Floats, payoffs: Payoffs, total: float) -> Floats:
    best, out = values.max(axis=0), []
    for k in payoffs.groups:
        rest = payoffs.group != k
        out.append(best[rest].mean() - values[:, rest].mean(axis=1).max())
    return np.clip(total + np.array([-1, 1]) * reach(np.array(out)), 0.0, None)


def _gain(weights: Floats, basis: Floats) -> float:
    fitted = weights.T @ basis
    return float(fitted.max(axis=0).mean() - fitted.mean(axis=1).max())


def _curves(payoffs: Payoffs, terms: Terms) -> dict[int, Curve]:
    """The parameters that tell anything about the payoffs, with the regression that the criterion prefers."""
    n, d = payoffs.n, len(terms.table)
    gaps = payoffs.gaps[payoffs.moving]
    power = ((gaps - gaps.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)  # [policy]
    count = len(gaps)
    best = np.zeros(d)  # criterion less that of no curve
    size = np.zeros(d, dtype=int)
    table = terms.table
    gram = table @ table.transpose(0, 2, 1)
    gram += 1e-9 * n * np.eye(gram.shape[1])  # degrees that tied values cannot carry are 0
    products = table @ gaps.T  # [parameter, degree, policy]
    mean = products[:, :1] ** 2 / n
    for degree in (p for p in _DEGREES if p <= min(terms.degree, n // 16)):
        right = products[:, : degree + 1]
        weights = np.linalg.solve(gram[:, : degree + 1, : degree + 1], right)
        reached = (weights * right).sum(axis=1) - mean[:, 0]
        criterion = _criterion(power, reached, n) + _PRICE * degree * count
        better = criterion < best - 1e-9
        best[better], size[better] = criterion[better], degree
    finest = max(_SLICES)
    at = np.arange(d)[:, None] * finest + _sliced(terms.u, finest)
    counts = np.bincount(at.ravel(), minlength=d * finest).reshape(d, finest)
    sums = np.array([np.bincount(at.ravel(), weights=np.tile(row, d), minlength=d * finest) for row in gaps])
    sums = sums.reshape(count, d, finest)
    for slices in (s for s in _SLICES if s <= n // 16):
        number = counts.reshape(d, slices, -1).sum(axis=2)
        squares = sums.reshape(count, d, slices, -1).sum(axis=3) ** 2 / np.maximum(number, 1)
        reached = squares.sum(axis=2).T - gaps.sum(axis=1) ** 2 / n  # [parameter, policy]
        criterion = _criterion(power, reached, n) + _SLICE_PRICE * ((number > 0).sum(axis=1) - 1) * count
        better = criterion < best - 1e-9
        best[better], size[better] = criterion[better], -slices
    return {int(k): Curve(_basis(table[k], terms.u[k], int(size[k]))) for k in np.flatnonzero(size)}


def _criterion(power: Floats, reached: Floats, n: int) -> Floats:
    """n log(squared error) [parameter] summed over policies, less that of the means alone."""
    share = np.clip(reached / power, 0.0, 1 - 1e-12)
    return n * np.log1p(-share).sum(axis=-1)


def _basis(polynomials: Floats, u: Floats, size: int) -> Floats:
    """Polynomials to degree ``size``, or means in ``-size`` slices: [term, draw]."""
    if size > 0:
        kept = polynomials[: size + 1]
        return np.ascontiguousarray(kept[(kept != 0).any(axis=1)])
    which = _sliced(u, -size)
    return np.array([which == k for k in np.unique(which)], dtype=np.float64)


def _sliced(u: Floats, count: int) -> NDArray[np.intp]:
    """The slice of each draw, of slices with about equally many, from ranks as shares of 1; equal values stay together."""
    return np.minimum((u * count).astype(np.intp), count - 1)
