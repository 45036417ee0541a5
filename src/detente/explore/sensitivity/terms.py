"""The terms of a polynomial in the parameters' ranks, at the draws of a run.

Every parameter has orthonormal polynomials of its rank (Legendre's; where values are tied, as of a discrete parameter, made
orthonormal again over the draws). A term is a product of those of at most three parameters. There are far too many to fit,
so `Scan` lists the ones worth trying: single parameters to the full degree, every pair of parameters to degree `LOW`,
and among the parameters that seem to matter most pairs to a degree that falls as the terms grow mixed (Blatman & Sudret
2011, Journal of Computational Physics 230:2345-2367, hyperbolic index sets) and triples of low degree.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from detente.explore.ranges import Floats

HIGHEST = 10  # degree of a polynomial in one parameter
LOW = 2
_HYPERBOLA = 0.7  # i^q + j^q <= HIGHEST^q for a product of degrees i and j
_TRIPLES = ((1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2), (2, 2, 1), (2, 1, 2), (1, 2, 2))
_NOISE = 6.0  # a pair counts for its parameters where its square is this many times what chance gives

Keys = NDArray[np.int16]  # [term, 6]: up to three times (parameter, degree); (0, 0) is the constant


@dataclass(frozen=True, eq=False)
class Terms:
    """``table`` [parameter, degree, draw]: the polynomials of each parameter, that of degree 0 being 1; ``u`` [parameter, draw]: its
    ranks as shares of 1."""

    table: Floats
    u: Floats

    @classmethod
    def of(cls, x: Floats) -> Terms:
        """Of parameters ``x`` [draw, parameter]; the fewer draws to a parameter, the lower the degree."""
        n, d = x.shape
        degree = int(np.clip(n // (3 * max(d, 1)), LOW, HIGHEST))
        table, u = np.empty((d, degree + 1, n)), np.empty((d, n))
        for k in range(d):
            ranks = rankdata(x[:, k])
            u[k] = (ranks - 0.5) / n
            table[k] = legendre(u[k], degree)
            distinct = len(np.unique(ranks))
            if distinct < n:
                table[k] = _orthonormal(table[k], distinct)
        return cls(table, u)

    def at(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> Terms:
        """The same terms at some of the draws."""
        return Terms(np.ascontiguousarray(self.table[:, :, rows]), self.u[:, rows])

    @property
    def degree(self) -> int:
        return self.table.shape[1] - 1

    def columns(self, keys: Keys) -> Floats:
        """[term, draw]"""
        k = keys.astype(np.intp)
        out = self.table[k[:, 0], k[:, 1]]
        for at in (2, 4):
            mixed = k[:, at + 1] > 0
            out[mixed] *= self.table[k[mixed, at], k[mixed, at + 1]]
        return out


def legendre(u: Floats, degree: int) -> Floats:
    """Orthonormal Legendre polynomials 0..degree of ``u`` in [0, 1]: [degree + 1, draw]."""
    t = 2 * u - 1
    out = [np.ones_like(t), t]
    for k in range(1, degree):
        out.append(((2 * k + 1) * t * out[k] - k * out[k - 1]) / (k + 1))
    return np.array([np.sqrt(2 * k + 1) * out[k] for k in range(degree + 1)])


def _orthonormal(block: Floats, distinct: int) -> Floats:
    """The block [degree, draw] orthonormal over the draws; degrees that ``distinct`` values cannot carry become 0."""
    kept = min(len(block), distinct)
    q, r = np.linalg.qr(block[:kept].T)
    out = np.zeros_like(block)
    out[:kept] = (q * np.sign(np.diag(r))).T * np.sqrt(block.shape[1])
    return out


class Scan:
    """Which terms a residual [draw] goes with. The parameters tried in high degree are those of the first residual."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        d, p = len(terms.table), terms.degree
        self.low = min(LOW, p)
        self.a, self.b = (i.astype(np.int16) for i in np.triu_indices(d, 1))
        single = np.zeros((d * p, 6), dtype=np.int16)
        single[:, 0], single[:, 1] = np.repeat(np.arange(d), p), np.tile(np.arange(1, p + 1), d)
        i, j = (g.ravel() for g in np.mgrid[1 : self.low + 1, 1 : self.low + 1])
        pairs = np.zeros((len(self.a), len(i), 6), dtype=np.int16)
        pairs[:, :, 0], pairs[:, :, 1], pairs[:, :, 2], pairs[:, :, 3] = (
            self.a[:, None],
            i,
            self.b[:, None],
            j,
        )
        self.always = np.concatenate([single, pairs.reshape(-1, 6)])
        i, j = (g.ravel() for g in np.mgrid[1 : p + 1, 1 : p + 1])
        mixed = (i**_HYPERBOLA + j**_HYPERBOLA <= HIGHEST**_HYPERBOLA + 1e-9) & (np.maximum(i, j) > self.low)
        self.high = (i[mixed], j[mixed])
        self.top: list[int] = []

    def rivals(self, keys: Keys) -> Floats:
        """How many terms are no less simple than each [term]: of as many parameters and of no higher degrees."""
        d = len(self.terms.table)
        degrees = keys[:, 1::2].astype(np.float64)
        size = (degrees > 0).sum(axis=1)
        sets = np.array([1.0, d, d * (d - 1) / 2, d * (d - 1) * max(self._leading, 3) / 6])[size]
        return 1.0 + sets * np.maximum(degrees, 1.0).prod(axis=1)

    @property
    def _leading(self) -> int:
        """How many parameters are tried in high degree: more where there are more draws."""
        n = self.terms.table.shape[2]
        return min(len(self.terms.table), 8 if n >= 1024 else 6 if n >= 512 else 5)

    def of(self, residual: Floats) -> tuple[Keys, Floats]:
        """Keys [term] and mean products [term] with the residual."""
        table = self.terms.table
        d, p, n = table.shape[0], self.terms.degree, table.shape[2]
        single = table[:, 1:].reshape(d * p, n) @ residual / n
        low = np.ascontiguousarray(table[:, 1 : self.low + 1]).reshape(-1, n)
        products = (low * residual) @ low.T / n
        pairs = products.reshape(d, self.low, d, self.low)[self.a, :, self.b, :].reshape(-1, self.low**2)
        if not self.top:
            self.top = self._choose(single, pairs, float(residual @ residual) / n**2)
        keys, means = [self.always], [single, pairs.ravel()]
        if len(self.top) > 1:
            i, j = self.high
            high = table[self.top, 1:].reshape(-1, n)
            found = ((high * residual) @ high.T / n).reshape(len(self.top), p, len(self.top), p)
            for s, t in combinations(range(len(self.top)), 2):
                keys.append(_keys((self.top[s], i), (self.top[t], j)))
                means.append(found[s, i - 1, t, j - 1])
        triples = [
            key for a, b, c in combinations(self.top, 3) for i, j, k in _TRIPLES
            if max(i, j, k) <= p for key in [(a, i, b, j, c, k)]
        ]  # fmt: skip
        if triples:
            keys.append(np.array(triples, dtype=np.int16))
            means.append(self.terms.columns(keys[-1]) @ residual / n)
        return np.concatenate(keys), np.concatenate(means)

    def _choose(self, single: Floats, pairs: Floats, chance: float) -> list[int]:
        d = len(self.terms.table)
        strength = np.maximum(single**2 - chance, 0.0).reshape(d, -1).sum(axis=1)
        joint = np.maximum(pairs**2 - _NOISE * chance, 0.0).sum(axis=1)
        np.add.at(strength, self.a, joint)
        np.add.at(strength, self.b, joint)
        return sorted(int(k) for k in np.argsort(-strength, kind="stable")[: self._leading])


def _keys(*factors: tuple[int, NDArray[np.int_]]) -> Keys:
    out = np.zeros((len(factors[0][1]), 6), dtype=np.int16)
    for at, (parameter, degree) in enumerate(factors):
        out[:, 2 * at], out[:, 2 * at + 1] = parameter, degree
    return out
