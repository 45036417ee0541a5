"""Second derivatives of crisis-signalling probabilities, game by game and in closed form.

A's ends depend on two numbers, v1 = c - W_A and v2 = c - a; B's on one, x. With E1 = phi(v1) Phi(v2), E2 = phi(v2) Phi(v1) and
K = phi((v2 - v1) / root 2) Phi(-(v1 + v2) / root 2) / root 2, the ways S to stand firm and B to back down have the slopes
dS = (-E1 - K, K) and dB = (K, -E2 - K) by v1 and v2, and those have slopes of the same three kinds and phi(v1) phi(v2).
"""

from __future__ import annotations

import numpy as np

from detente.estimate.signalling.answers import ROOT2, Answers, log_density, log_normal, mills
from detente.game.tree import Floats

_A, _B = np.array([0, 1, 3, 5, 7]), np.array([2, 4, 6, 8])  # what each one's choices depend on


def bends(u: Floats, beliefs: Floats, found: Answers, counts: Floats, weight: Floats | None = None) -> Floats:
    """Second derivatives [game, 9, 9], by payoffs, pR and pF, of each game's log-likelihood plus the best answers [2, game]
    times ``weight`` [2, game]. ``found``: the answers at ``u`` [game, 7] and ``beliefs`` [2, game]; ``counts`` [game, end]."""
    out = np.zeros((len(u), 9, 9))
    out[:, _A[:, None], _A] = _of_a(u, beliefs[0], found, counts, None if weight is None else weight[1])
    out[:, _B[:, None], _B] = _of_b(u, beliefs[1], counts, None if weight is None else weight[0])
    return out


def _of_a(u: Floats, resist: Floats, found: Answers, counts: Floats, weight: Floats | None) -> Floats:
    sa, va, wa, a = u[:, 0], u[:, 1], u[:, 3], u[:, 5]
    c = va + (sa - va) / resist
    v = np.stack([c - wa, c - a])
    stand, back = found.ways
    low, density = log_normal(v), log_density(v)
    swap = log_density((v[1] - v[0]) / ROOT2) + log_normal(-(v[0] + v[1]) / ROOT2) - np.log(ROOT2)
    one, d_one = _way(v[0], v[1], density[0] + low[1], swap, density.sum(axis=0), stand)
    two, d_two = _way(v[1], v[0], density[1] + low[0], swap, density.sum(axis=0), back)
    two, d_two = two[::-1], d_two[::-1, ::-1]
    share = np.exp(-np.logaddexp(0.0, back - stand))
    go = share * one + (1 - share) * two
    d_go = (
        share * (d_one + one[:, None] * one) + (1 - share) * (d_two + two[:, None] * two) - go[:, None] * go
    )
    ratio = mills(v)
    quiet, gave, stood, backed = counts.T
    first = quiet * ratio + gave * go + stood * one + backed * two
    second = gave * d_go + stood * d_one + backed * d_two
    second[[0, 1], [0, 1]] -= quiet * ratio * (v + ratio)
    if weight is not None:
        firm = found.belief[1]
        spread, odds = weight * firm * (1 - firm), one - two
        first = first + spread * odds
        second = second + spread * (d_one - d_two + (1 - 2 * firm) * odds[:, None] * odds)
    slope = np.zeros((2, 5, len(u)))  # of v1 and v2 by SA, VA, WA, a and pR
    slope[:, 0], slope[:, 1], slope[:, 4] = 1 / resist, 1 - 1 / resist, (va - sa) / resist**2
    slope[0, 2] = slope[1, 3] = -1.0
    along, total = slope.transpose(2, 1, 0), first.sum(axis=0)
    out = along @ second.transpose(2, 0, 1) @ along.transpose(0, 2, 1)
    out[:, 0, 4] -= total / resist**2
    out[:, 4, 0] -= total / resist**2
    out[:, 1, 4] += total / resist**2
    out[:, 4, 1] += total / resist**2
    out[:, 4, 4] += total * 2 * (sa - va) / resist**3
    return out


def _way(
    own: Floats, other: Floats, edge: Floats, swap: Floats, both: Floats, log: Floats
) -> tuple[Floats, Floats]:
    """Slopes [2, game] and second derivatives [2, 2, game] of the logarithm of one way, by its own v and the other."""
    e, k, f = np.exp(edge - log), np.exp(swap - log), np.exp(both - log) / 2
    turn = k * (other - own) / 2
    first = np.stack([-e - k, k])
    second = np.stack([np.stack([own * e - turn + f, turn - f]), np.stack([turn - f, -turn - f])])
    return first, second - first[:, None] * first


def _of_b(u: Floats, firm: Floats, counts: Floats, weight: Floats | None) -> Floats:
    cb, wb, vb = u[:, 2], u[:, 4], u[:, 6]
    x = wb - vb + (vb - cb) / firm
    gave, resisted = counts[:, 1], counts[:, 2] + counts[:, 3]
    up, down = mills(x), mills(-x)
    first = resisted * up - gave * down
    second = -resisted * up * (x + up) - gave * down * (down - x)
    if weight is not None:
        density = weight * np.exp(log_density(x))
        first = first + density
        second = second - x * density
    slope = np.stack([-1 / firm, np.ones_like(firm), 1 / firm - 1, (cb - vb) / firm**2], axis=1)
    out = second[:, None, None] * slope[:, :, None] * slope[:, None, :]
    out[:, 0, 3] += first / firm**2
    out[:, 3, 0] += first / firm**2
    out[:, 2, 3] -= first / firm**2
    out[:, 3, 2] -= first / firm**2
    out[:, 3, 3] += first * 2 * (vb - cb) / firm**3
    return out
