"""Pairs of assumptions that are worth more together than apart: neither by itself changes what is best, both do.

The worth of a pair is that of knowing both before choosing, by a regression on polynomials of both and their products; where
the choices that it makes are worth more on scramblings it was not fitted on than it says, as at jumps, it is what they are worth
there. All pairs are looked at once, roughly; the `_LOOKED` that promise most are regressed in earnest, and a pair is told
of where the jackknife interval of
    worth(a, b) - worth(a) - worth(b)
lies above 0 at a level divided by the number looked at, as the best of many is best by luck too. A pair of whose joint
effects nothing shows in products of degree two is missed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.explore.ranges import Floats
from detente.explore.sensitivity.information import Payoffs, Worth
from detente.explore.sensitivity.jackknife import FEWEST_GROUPS, LEVEL, reach
from detente.explore.sensitivity.terms import Terms

TOLD = 3
_LOOKED = 12
_ALONE, _MIXED = 4, 2  # degree in one parameter, and of each factor of a product
_FEWEST = 256  # draws


@dataclass(frozen=True)
class Pair:
    """Parameters ``a`` and ``b``: worth together with its interval, and ``apart``, the sum of what each is worth alone."""

    a: int
    b: int
    worth: float
    interval: tuple[float, float]
    apart: float


def pairs(payoffs: Payoffs, known: Worth, terms: Terms) -> tuple[Pair, ...]:
    """At most `TOLD` pairs, the largest gain from knowing both first."""
    d, n = len(terms.table), payoffs.n
    if d < 2 or n < _FEWEST or len(payoffs.groups) < FEWEST_GROUPS or not payoffs.moving.any():
        return ()
    found: list[tuple[float, Pair]] = []
    for a, b in _promising(payoffs, terms):
        both, one, other = (_basis(terms, which) for which in ((a, b), (a,), (b,)))
        together, surely = payoffs.gain(both), payoffs.gain_of_choices(both)
        jumps = surely is not None and surely[0] - surely[1] > together
        apart = payoffs.gain(one) + payoffs.gain(other)
        without = [payoffs.gains_without(basis) for basis in (both, one, other)]
        if without[0] is None or without[1] is None or without[2] is None:
            continue
        beyond = together - apart
        strict = 1 - (1 - LEVEL) / _LOOKED
        if beyond > reach(without[0] - without[1] - without[2], strict):
            half = float(reach(without[0]))
            if jumps and surely is not None:
                together, half = surely
            together = min(together, known.everything)
            singly = float(known.each[a] + known.each[b])
            found.append((beyond, Pair(a, b, together, (max(0.0, together - half), together + half), singly)))
    found.sort(key=lambda item: (-item[0], item[1].a, item[1].b))
    return tuple(pair for _, pair in found[:TOLD])


def _promising(payoffs: Payoffs, terms: Terms) -> list[tuple[int, int]]:
    """Pairs whose parts, added up, are worth most beyond the parts, and pairs with the strongest products; half and half."""
    table, n = terms.table, payoffs.n
    d, low = len(table), min(_MIXED, terms.degree)
    gaps = payoffs.gaps[payoffs.moving]
    middle = gaps.mean(axis=1, keepdims=True)
    centred = gaps - middle
    block = np.ascontiguousarray(table[:, 1 : low + 1])  # [parameter, degree, draw]
    weights = np.einsum("kin,pn->kip", block, centred, optimize=True) / n
    curves = np.einsum("kip,kin->kpn", weights, block, optimize=True)  # [parameter, policy, draw]
    best = float(max(middle.max(), 0.0))  # the policy chosen without knowing has gap 0
    alone = np.maximum(curves + middle, 0.0).max(axis=1).mean(axis=1) - best
    left = centred - curves.sum(axis=0)
    flat = block.reshape(d * low, n)
    joint = np.zeros((d, d))
    for row, whole in zip(left, centred, strict=True):
        squares = ((flat * row) @ flat.T / n).reshape(d, low, d, low) ** 2
        joint = np.maximum(joint, squares.sum(axis=(1, 3)) / float(whole.var()))
    rows, columns = np.triu_indices(d, 1)
    added = np.array(
        [
            float(np.maximum(curves[a] + curves[b] + middle, 0.0).max(axis=0).mean())
            - best
            - alone[a]
            - alone[b]
            for a, b in zip(rows, columns, strict=True)
        ]
    )
    by_sum, by_product = (np.argsort(-v, kind="stable") for v in (added, joint[rows, columns]))
    chosen = dict.fromkeys([*by_sum[: _LOOKED // 2].tolist(), *by_product[:_LOOKED].tolist()])
    return [(int(rows[k]), int(columns[k])) for k in list(chosen)[:_LOOKED]]


def _basis(terms: Terms, which: tuple[int, ...]) -> Floats:
    """Constant, polynomials of each parameter, products of two: [term, draw]."""
    table, degree = terms.table, min(_ALONE, terms.degree)
    rows = [np.ones(table.shape[2])]
    rows += [table[k, i] for k in which for i in range(1, degree + 1)]
    if len(which) == 2:
        a, b = which
        low = min(_MIXED, degree)
        rows += [table[a, i] * table[b, j] for i in range(1, low + 1) for j in range(1, low + 1)]
    return np.array([row for row in rows if (row != 0).any()])
