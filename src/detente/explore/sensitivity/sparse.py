"""A polynomial of few terms, chosen one after another: orthogonal least squares with a penalty for every term tried.

In each of `ROUNDS` rounds the terms that go best with what is still unexplained are put beside those already chosen, and terms
are picked among them greedily, the next being the one that lowers the squared error most once the earlier ones are
accounted for (Chen, Billings & Luo 1989, International Journal of Control 50:1873-1896). The choice minimises
n log(squared error) + `PENALTY` log(terms that are no less simple) per term, a risk-inflation or extended information criterion
(Foster & George 1994, Annals of Statistics 22:1947-1975; Chen & Chen 2008, Biometrika 95:759-771): of thousands of terms some fit
noise well, and a criterion that does not count them, leave-one-out errors among them, keeps many of those. There are few straight
lines in single parameters and many curved products, so the first are cheap and the second dear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.explore.ranges import Floats
from detente.explore.sensitivity.terms import Keys, Scan, Terms

PENALTY, ROUNDS = 2.8, 2
_MOST, _POOL = 120, 160  # terms chosen, terms tried together
_EXACT = 1e-13  # share of the variance below which nothing is left to explain
_TWINS = 1e-3  # a term of which less than this share is new is not added


@dataclass(frozen=True, eq=False)
class Polynomial:
    """``keys`` [term], ``weights`` [term], the constant, and the variance that is left (per degree of freedom)."""

    keys: Keys
    weights: Floats
    constant: float
    left: float

    def at(self, terms: Terms) -> Floats:
        """[draw]"""
        return self.constant + self.weights @ terms.columns(self.keys)


def fit(terms: Terms, y: Floats) -> Polynomial:
    """The polynomial for ``y`` [draw], none of it nan."""
    n = len(y)
    mean = float(y.mean())
    centred = y - mean
    power = float(centred @ centred)
    pool_size = int(np.clip(n // 4, 32, _POOL))
    scan = Scan(terms)
    keys, weights, constant = np.zeros((0, 6), dtype=np.int16), np.zeros(0), mean
    residual = centred
    for _ in range(ROUNDS):
        if float(residual @ residual) <= _EXACT * power:
            break
        tried, means = scan.of(residual)
        room = max(pool_size - len(keys), pool_size // 2)
        price = PENALTY * np.log(scan.rivals(tried))
        merit = n * n * means**2 / float(residual @ residual) - price
        best = np.argsort(-merit, kind="stable")[: room + len(keys)]
        pool = _joined(keys, tried[best], len(keys) + room)
        columns = terms.columns(pool)
        middles = columns.mean(axis=1)
        columns -= middles[:, None]
        gram = columns @ columns.T
        price = PENALTY * np.log(scan.rivals(pool))
        chosen = _forward(gram, columns @ centred, power, n, min(n // 4, _MOST), price)
        keys = pool[chosen]
        weights = _solved(gram[np.ix_(chosen, chosen)], columns[chosen] @ centred)
        constant = mean - float(weights @ middles[chosen])
        residual = centred - weights @ columns[chosen]
    left = float(residual @ residual) / max(n - len(keys) - 1, 1)
    return Polynomial(keys, weights, constant, left)


def _joined(first: Keys, second: Keys, most: int) -> Keys:
    """Both lists, without repeating what the first has."""
    have = {row.tobytes() for row in first}
    new = [row for row in second if row.tobytes() not in have]
    return np.array([*first, *new][:most], dtype=np.int16)


def _solved(gram: Floats, products: Floats) -> Floats:
    return np.asarray(np.linalg.solve(gram, products), dtype=np.float64) if len(gram) else np.zeros(0)


def _forward(gram: Floats, products: Floats, power: float, n: int, most: int, price: Floats) -> list[int]:
    """The columns that greedy choice keeps: a pivoted Cholesky factorisation, stopped where the criterion is least."""
    new, products = (
        np.diag(gram).copy(),
        products.copy(),
    )  # what is new in each column, and its product with the rest
    whole = np.maximum(new, 1e-300)
    factor = np.zeros((most, len(gram)))
    free = new > 1e-12 * n
    error, paid, best, kept = power, 0.0, n * np.log(power), 0
    chosen: list[int] = []
    for k in range(most):
        usable = free & (new > _TWINS * whole)
        if not usable.any():
            break
        gain = np.where(usable, products * products / np.where(usable, new, 1.0), 0.0)
        floor = _EXACT * power
        merit = -n * np.log(np.maximum(error - gain, floor) / max(error, floor)) - price
        j = int(np.where(usable, merit, -np.inf).argmax())
        if gain[j] <= floor:
            break
        root = np.sqrt(new[j])
        row = (gram[j] - factor[:k, j] @ factor[:k]) / root
        step = products[j] / root
        factor[k] = row
        products -= row * step
        new -= row * row
        error -= step * step
        free[j] = False
        chosen.append(j)
        paid += float(price[j])
        criterion = n * np.log(max(error, floor)) + paid
        if criterion < best:
            best, kept = criterion, k + 1
        elif k + 1 - kept > 15 + 0.3 * k:
            break
    return chosen[:kept]
