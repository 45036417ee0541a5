"""Sobol' indices and Shapley effects from the draws of a run: which parameters an event's probability varies with.

A sparse polynomial in the parameters' ranks (`detente.explore.sensitivity.sparse`) is fitted to the draws, and the indices are
sums of its squared weights (Sudret 2008, Reliability Engineering & System Safety 93:964-979). The Shapley effect of a
parameter is its own part and an equal share of every joint part that it has a share in (Owen 2014, SIAM/ASA Journal
on Uncertainty Quantification 2:245-251); Shapley effects add up to 1.

What the polynomial leaves unexplained is shared out too. A model that has many joint effects has most of what is missed
among them (a jump along a slanting line), a model that has none misses parts of single parameters' (a jump along an axis).
So the part JOINT / (JOINT + LEFT) of what is left is added to the joint effects, in proportion, and the rest to all alike.

``explained`` is the share of variance on four of the scramblings that a polynomial fitted to the other four explains.

**Intervals** are jackknife *t* intervals over the eight scramblings (95 %), the terms held fixed, drawn around the indices with all
of what is left given to the joint effects, and with all of it shared out alike, so that they span both. They cover what other
draws would change and where what is left belongs; they do not cover the choice of terms, nor effects of which the polynomial
has no trace. How often they held the truth where it is known is in docs/explanation/verdicts.md.

With constraints or correlated parameters see `detente.explore.sensitivity.shapley`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detente.explore.ranges import Floats
from detente.explore.rules.rule import halves
from detente.explore.sampling.designs import REPLICATES
from detente.explore.sensitivity.jackknife import FEWEST_GROUPS
from detente.explore.sensitivity.jackknife import shares as interval
from detente.explore.sensitivity.sparse import Polynomial, fit
from detente.explore.sensitivity.terms import Terms

_FEWEST = 64
_STILL = 1e-12  # variance below which an event does not vary
_RESOLVED = 2.0  # ranks tell the distribution to 1/n: no interval reaches less far than this many times that
_FEW_UNDECIDED = 0.2  # share of undecided draws up to which they are left out


@dataclass(frozen=True, eq=False)
class Indices:
    """Of every parameter [parameter], as shares of the variance; intervals [parameter, 2] (None: not worked out).

    ``explained``: share of variance on draws not fitted on (None: not measured). ``dependent``: the parameters are not
    independent, and ``first`` and ``total`` are no decomposition: ``first`` is what goes if the parameter is known,
    ``total`` what stays if all others are, and ``shapley`` alone adds up to 1 (``others`` is the part of the
    parameters lumped together, whose ``shapley`` is nan).
    """

    first: Floats
    total: Floats
    explained: float | None
    first_interval: Floats | None = None
    total_interval: Floats | None = None
    shapley: Floats | None = None
    shapley_interval: Floats | None = None
    dependent: bool = False
    others: float | None = None


class Polynomials:
    """The terms at the draws of a run, fitted to any number of events. ``x`` [draw, parameter], ``draw`` [draw] indices.

    ``replicated``: the draws are independent scramblings interleaved; without it (a grid, a file) there are no intervals.
    """

    def __init__(self, x: Floats, draw: NDArray[np.intp], replicated: bool = True) -> None:
        self.x, self.draw, self.replicated = x, draw, replicated
        self.usable = x.shape[1] > 0 and len(x) >= _FEWEST

    @cached_property
    def terms(self) -> Terms:
        return Terms.of(self.x)

    def known(self, y: Floats) -> NDArray[np.bool_] | None:
        """Which draws of ``y`` [draw] are decided; None where there are too few, or ``y`` hardly varies over them."""
        known = np.isfinite(y)
        if not self.usable or known.sum() < _FEWEST or known.mean() < 1 - _FEW_UNDECIDED:
            return None
        return known if np.var(y[known]) >= _STILL else None

    def indices(self, y: Floats, intervals: bool = True) -> Indices | None:
        """Indices of ``y`` [draw] (nan: undecided); None where it hardly varies or too few draws are decided."""
        known = self.known(y)
        if known is None:
            return None
        terms = self.terms if known.all() else self.terms.at(known)
        y, draw = y[known], self.draw[known]
        found = fit(terms, y)
        d = self.x.shape[1]
        shares = _shares(found, found.weights, found.left, d)
        if shares is None:
            return None
        first, total, shapley = shares[0]
        explained = self._explained(terms, y, draw)
        if not intervals or not self.replicated:
            return Indices(first, total, explained, shapley=shapley)
        spread = _jackknife(found, terms, y, draw, d)
        ends = [
            None if spread is None else _spanning(shares[:, k], spread[:, :, k], len(y)) for k in range(3)
        ]
        return Indices(first, total, explained, ends[0], ends[1], shapley, ends[2])

    def _explained(self, terms: Terms, y: Floats, draw: NDArray[np.intp]) -> float | None:
        """Share of the variance on the second half that a fit to the first half explains."""
        learn, check = halves(draw)
        if min(learn.sum(), check.sum()) < _FEWEST // 2 or np.var(y[learn]) < _STILL:
            return None
        guess = fit(terms.at(learn), y[learn]).at(terms.at(check))
        return max(0.0, 1 - float(np.mean((y[check] - guess) ** 2)) / float(np.var(y)))


def _shares(found: Polynomial, weights: Floats, left: float, d: int) -> Floats | None:
    """First, total and Shapley of a polynomial with these weights and this variance left over: [way, 3, parameter].

    Three ways to share out what is left: as the module says, to all alike, and to joint effects alone
    (where the polynomial has none they stay unnamed, and the parts are the least that the indices can be).
    """
    squares = weights**2
    parameters, degrees = found.keys[:, 0::2].astype(np.intp), found.keys[:, 1::2]
    size = (degrees > 0).sum(axis=1)
    alone, joint, shared = np.zeros(d), np.zeros(d), np.zeros(d)
    single = size == 1
    np.add.at(alone, parameters[single, 0], squares[single])
    for at in range(3):
        member = ~single & (degrees[:, at] > 0)
        np.add.at(joint, parameters[member, at], squares[member])
        np.add.at(shared, parameters[member, at], squares[member] / size[member])
    counted, mixed = float(squares.sum()), float(squares[~single].sum())
    if counted <= 0:
        return None
    whole = counted + left
    alike = np.array(
        [1 / counted, 1 / counted]
    )  # factors of parts that are a parameter's own, and of joint ones
    jointly = np.array([1 / whole, (mixed + left) / mixed / whole if mixed > 0 else 0.0])
    part = mixed / (mixed + left) if mixed > 0 else 0.0
    ways = (part * jointly + (1 - part) * alike, alike, jointly)
    return np.array(
        [[alone * own, alone * own + joint * both, alone * own + shared * both] for own, both in ways]
    )


def _spanning(middle: Floats, without: Floats, n: int) -> Floats:
    """Interval [parameter, 2] around every way [way, parameter] to share out what is left; ``without`` [scrambling, way, parameter]"""
    ends = interval(middle, without)
    low = np.minimum(ends[..., 0].min(axis=0), middle[0] - _RESOLVED / n)
    high = np.maximum(ends[..., 1].max(axis=0), middle[0] + _RESOLVED / n)
    return np.clip(np.stack([low, high], axis=-1), 0.0, 1.0)


def _jackknife(found: Polynomial, terms: Terms, y: Floats, draw: NDArray[np.intp], d: int) -> Floats | None:
    """The shares [scrambling, way, 3, parameter] with every scrambling left out in turn; None where there are too few."""
    columns = np.vstack([np.ones(len(y)), terms.columns(found.keys)])
    groups = [np.flatnonzero(draw % REPLICATES == k) for k in range(REPLICATES)]
    groups = [rows for rows in groups if len(rows)]
    if len(groups) < FEWEST_GROUPS or len(columns) > len(y) // 2:
        return None
    parts = [np.ascontiguousarray(columns[:, rows]) for rows in groups]
    gram = np.array([part @ part.T for part in parts])
    products = np.array([part @ y[rows] for part, rows in zip(parts, groups, strict=True)])
    power = np.array([float(y[rows] @ y[rows]) for rows in groups])
    gram, products, power = (whole.sum(axis=0) - whole for whole in (gram, products, power))
    count = len(y) - np.array([len(rows) for rows in groups])
    try:
        weights = np.linalg.solve(gram, products[:, :, None])[:, :, 0]
    except np.linalg.LinAlgError:
        return None
    left = np.maximum(power - (weights * products).sum(axis=1), 0.0) / np.maximum(count - len(columns), 1)
    shares = [_shares(found, w[1:], float(v), d) for w, v in zip(weights, left, strict=True)]
    return None if any(s is None for s in shares) else np.array(shares)


def from_draws(x: Floats, draw: NDArray[np.intp], y: Floats) -> Indices | None:
    """Indices of one column ``y`` [draw] from the draws of a run, parameters independent; see `Polynomials`."""
    return Polynomials(x, draw).indices(y)
