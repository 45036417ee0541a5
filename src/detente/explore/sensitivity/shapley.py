"""Shapley effects where parameters are dependent: constrained, correlated, or read from a file of draws.

Then the variance has no parts that belong to single parameters, and Sobol' indices add up to anything. Shapley effects share it
out all the same: with c(u) the variance of the best prediction from the parameters u, a parameter gets the mean over all orders
of what c gains when its turn comes (Owen 2014; Song, Nelson & Staum 2016, SIAM/ASA Journal on Uncertainty Quantification
4:1060-1083; Owen & Prieur 2017, ibid. 5:986-1002). They are at least 0, add up to 1, and a parameter that the model does not use
may have one: it tells of those that it goes with.

c(u) is worked out from the draws of the run: the values are regressed on the terms of u alone. That needs no draws from
conditional distributions and holds for every kind of dependence. It was chosen by measurement against nearest neighbours (Broto,
Bachoc & Depecker 2020, ibid. 8:693-716) on cases with closed forms; `benchmarks/sensitivity.py` has both.

All 2^m sets are solved for the `PLAYERS` parameters that matter most, by themselves or in the fit, and **the others lumped
together as one player**, whose effect is ``others``. Effects are shares of the variance that all terms together explain;
what polynomials of this degree miss is shared out in proportion.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from detente.explore.ranges import Floats
from detente.explore.sampling.designs import REPLICATES
from detente.explore.sensitivity.jackknife import FEWEST_GROUPS
from detente.explore.sensitivity.jackknife import shares as interval
from detente.explore.sensitivity.sobol import Indices, Polynomials
from detente.explore.sensitivity.sparse import Polynomial, fit
from detente.explore.sensitivity.terms import Keys, Terms

PLAYERS = 6  # besides the one that stands for all others
_RIDGE = 1e-9
_MARGINAL = 3  # degree of a parameter's own polynomial when it is looked at by itself


def dependent_indices(polynomials: Polynomials, y: Floats, intervals: bool = True) -> Indices | None:
    """First, total and Shapley of ``y`` [draw] (nan: undecided) with dependent parameters; None as for `Polynomials.indices`."""
    known = polynomials.known(y)
    plain = polynomials.indices(y, intervals=False)
    if known is None or plain is None:
        return None
    terms = polynomials.terms if known.all() else polynomials.terms.at(known)
    y, draw = y[known], polynomials.draw[known]
    game = _Game(terms, y, draw, fit(terms, y), plain.total)
    middle = game.effects(game.whole)
    if middle is None:
        return None
    spread = game.without() if intervals and polynomials.replicated else None
    ends = [None if spread is None else interval(middle[k], spread[:, k]) for k in range(3)]
    others = float(middle[2, -1]) if game.others else None
    first, total, shapley = (row[:-1] for row in middle)
    a, b, c = (None if e is None else e[:-1] for e in ends)
    return replace(
        plain, first=first, total=total, first_interval=a, total_interval=b, shapley=shapley, shapley_interval=c,
        dependent=True, others=others,
    )  # fmt: skip


class _Game:
    """The regressions of ``y`` on the terms of every set of players.

    ``players``: parameters that are one each; ``others``: those lumped together. ``whole`` is what regressions need of the
    draws: Gram matrix, products with y, square of y, number of draws.
    """

    def __init__(
        self, terms: Terms, y: Floats, draw: NDArray[np.intp], found: Polynomial, total: Floats
    ) -> None:
        self.d, n = len(terms.table), len(y)
        centred = y - y.mean()
        alone = _alone(terms, centred)
        order = np.argsort(-np.maximum(alone, total), kind="stable")
        self.players = sorted(int(k) for k in order[:PLAYERS])
        self.others = sorted(int(k) for k in order[PLAYERS:])
        self.keys = _dictionary(self.players, self.others, found.keys, n, terms.degree)
        used = np.zeros((len(self.keys), self.d), dtype=bool)
        for at in range(3):
            rows = np.flatnonzero(self.keys[:, 2 * at + 1] > 0)
            used[rows, self.keys[rows, 2 * at]] = True
        self.used = used  # [term, parameter]
        columns = np.vstack([np.ones(n), terms.columns(self.keys)])
        groups = [np.flatnonzero(draw % REPLICATES == k) for k in range(REPLICATES)]
        parts = []
        for rows in (g for g in groups if len(g)):
            part = np.ascontiguousarray(columns[:, rows])
            parts.append(
                (part @ part.T, part @ centred[rows], float(centred[rows] @ centred[rows]), float(len(rows)))
            )
        self.parts = [np.array([p[k] for p in parts]) for k in range(4)]
        self.whole = [p.sum(axis=0, keepdims=True) for p in self.parts]

    def without(self) -> Floats | None:
        """Effects [group, 3, parameter and others] with every group of draws left out; None where there are too few groups."""
        if len(self.parts[3]) < FEWEST_GROUPS:
            return None
        made = self.effects([w - p for w, p in zip(self.whole, self.parts, strict=True)], several=True)
        return made

    def effects(self, data: list[Floats], several: bool = False) -> Floats | None:
        """First, total and Shapley [3, parameter and others], of every data set where ``several``; nan for Shapley of a lumped one."""
        m = len(self.players)
        masks = [*(self.used[:, [k]].any(axis=1) for k in self.players)]
        if self.others:
            masks.append(self.used[:, self.others].any(axis=1))
        member = np.array(masks)  # [player, term]
        count = len(member)
        c = np.zeros((1 << count, len(data[3])))
        for u in range(1, 1 << count):
            absent = [i for i in range(count) if not u >> i & 1]
            c[u] = _explained(data, np.logical_not(member[absent].any(axis=0)))
        whole = c[-1]
        if (whole <= 0).any():
            return None
        out = np.full((len(whole), 3, self.d + 1), np.nan)
        shapley = _shapley(c, count) / whole
        full = (1 << count) - 1
        for i, k in enumerate(self.players):
            out[:, 0, k], out[:, 1, k], out[:, 2, k] = (
                c[1 << i] / whole,
                1 - c[full ^ 1 << i] / whole,
                shapley[i],
            )
        for k in self.others:
            alone = np.logical_not(np.delete(self.used, k, axis=1).any(axis=1))
            out[:, 0, k] = _explained(data, alone) / whole
            out[:, 1, k] = 1 - _explained(data, ~self.used[:, k]) / whole
        if self.others:
            out[:, 2, -1] = shapley[m]
        out[:, :2] = np.clip(out[:, :2], 0.0, 1.0)
        return out if several else out[0]


def _alone(terms: Terms, centred: Floats) -> Floats:
    """Share of the variance that each parameter explains by itself [parameter], degrees of freedom taken off."""
    n, power = len(centred), float(centred @ centred)
    degree = min(_MARGINAL, terms.degree)
    block = terms.table[:, 1 : degree + 1]
    block = block - block.mean(axis=2, keepdims=True)
    gram = block @ block.transpose(0, 2, 1) + _RIDGE * n * np.eye(degree)
    products = block @ centred
    explained = (products * np.linalg.solve(gram, products[:, :, None])[:, :, 0]).sum(axis=1)
    return (explained - degree * (power - explained) / (n - degree - 1)) / power


def _dictionary(players: list[int], others: list[int], chosen: Keys, n: int, degree: int) -> Keys:
    """Terms of the players by rule, and of the others what the sparse fit chose and straight lines; fewer where draws are few."""
    room = n // 6
    rows: list[tuple[int, ...]] = []
    levels: list[list[tuple[int, ...]]] = [
        [(k, i) for i in (1, 2) for k in players],
        [(a, 1, b, 1) for a, b in combinations(players, 2)],
        [(k, 3) for k in players],
        [(a, i, b, j) for a, b in combinations(players, 2) for i, j in ((2, 1), (1, 2))],
        [(k, i) for i in (4, 5) for k in players],
        [(a, 1, b, 1, c, 1) for a, b, c in combinations(players, 3)],
    ]
    lumped = [
        tuple(int(v) for v in key)
        for key in chosen
        if {int(p) for p, g in zip(key[0::2], key[1::2], strict=True) if g} & set(others)
    ]
    rows += lumped[: room // 3]
    have = {row[:2] for row in rows if not any(row[3::2])}
    rows += [(k, 1) for k in others if (k, 1) not in have][: max(0, room // 3 - len(rows))]
    for level in levels:
        wanted = [row for row in level if max(row[1::2]) <= degree]
        if len(rows) + len(wanted) <= room or level is levels[0]:
            rows += wanted
    out = np.zeros((len(rows), 6), dtype=np.int16)
    for at, row in enumerate(rows):
        out[at, : len(row)] = row
    return out


def _explained(data: list[Floats], which: NDArray[np.bool_]) -> Floats:
    """Variance that the terms ``which`` [term] explain [data set], less what as many terms of pure noise would."""
    gram, products, power, n = data
    at = np.concatenate([[0], np.flatnonzero(which) + 1])
    size = len(at) - 1
    if not size:
        return np.zeros(len(n))
    inner = gram[:, at[:, None], at] + _RIDGE * n[:, None, None] * np.eye(len(at))
    right = products[:, at]
    reached = (right * np.linalg.solve(inner, right[:, :, None])[:, :, 0]).sum(axis=1)
    mean = products[:, 0] ** 2 / n
    left = np.maximum(power - reached, 0.0) / np.maximum(n - size - 1, 1)
    return np.maximum((reached - mean - size * left) / n, 0.0)


def _shapley(c: Floats, count: int) -> Floats:
    """Shapley values [player, data set] of the game c [set as bits, data set]."""
    out = np.zeros((count, c.shape[1]))
    sizes = [bin(u).count("1") for u in range(1 << count)]
    for u, size in enumerate(sizes):
        for i in range(count):
            if not u >> i & 1:
                out[i] += (c[u | 1 << i] - c[u]) / (count * comb(count - 1, size))
    return out
