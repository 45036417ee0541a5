"""Best answers in the crisis-signalling game with private values, and the probabilities of its four ends, with derivatives.

A keeps the status quo (S_A, 0) or challenges. B concedes (V_A, C_B) or resists. A stands firm (W_A + e1, W_B + e3) or backs
down (a + e2, V_B). e1, e2 are known to A from the start, e3 to B: independent standard normal. What each believes of the
other: pR, that B resists a challenge; pF, that A stands firm once resisted.

Everything is in logarithms and nothing is floored. Arguments may be complex with tiny imaginary parts (complex step).
Lewis and Schultz 2003, "Revealing preferences", Political Analysis 11:345-367.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import erfcx, log_ndtr

Numbers = Any  # arrays of floats, or complex with tiny imaginary parts (numpy has no type for both)

PAYOFFS = ("SA", "VA", "CB", "WA", "WB", "a", "VB")  # columns of every payoff matrix here
ENDS = ("status quo", "concede", "stand firm", "back down")
ROOT2 = math.sqrt(2.0)
FAR = 8.0  # beyond it both of A's options beating c at once has a relative probability below 1e-15
SURE, MODEST = 12.0, 5.0  # so far below, c counts for less than 1e-25 between options that differ modestly
_HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)  # relative error 5e-14 within 10
_ANGLE = (_NODES + 1) * math.pi / 8  # from 0 to arcsin(1 / root 2)
_POWER = np.stack([-0.5 / np.cos(_ANGLE) ** 2, np.sin(_ANGLE) / np.cos(_ANGLE) ** 2])
_SHARE = _WEIGHTS / 16


@dataclass(frozen=True, eq=False)
class Answers:
    """What the beliefs imply in each game. Slopes are by the seven payoffs, then by pR and pF."""

    log: Numbers  # [end, game]
    slope: Numbers  # [end, game, 9]
    belief: Numbers  # [2, game] pR and pF as best answers
    d_belief: Numbers  # [2, game, 9]
    ways: Numbers  # [2, game] log P(challenge and stand firm if resisted), log P(challenge and back down)


def log_normal(x: Numbers) -> Numbers:
    """log of the normal distribution function, to first order in an imaginary part."""
    if not np.iscomplexobj(x):
        return log_ndtr(x)
    return log_ndtr(x.real) + 1j * x.imag * mills(x.real)


def mills(x: Numbers) -> Numbers:
    """Density over distribution function: the slope of `log_normal`, to first order in an imaginary part."""
    ratio = math.sqrt(2 / math.pi) / erfcx(-x.real / ROOT2)
    return ratio - 1j * x.imag * ratio * (x.real + ratio) if np.iscomplexobj(x) else ratio


def log_density(x: Numbers) -> Numbers:
    return -0.5 * x * x - _HALF_LOG_2PI


def log_sum(one: Numbers, other: Numbers) -> Numbers:
    """log(exp(one) + exp(other)), complex arguments allowed."""
    top = np.maximum(one.real, other.real)
    return top + np.log(np.exp(one - top) + np.exp(other - top))


def _log_binormal(h: Numbers, k: Numbers) -> Numbers:
    """log P(Z1 < h, Z2 < k) at correlation 1 / root 2: a product and an integral, both positive."""
    power = np.stack([h * h + k * k, h * k], axis=-1) @ _POWER
    top = power.real.max(axis=-1)
    power -= top[..., None]
    integral = top + np.log(np.exp(power, out=power) @ _SHARE)
    return log_sum(log_normal(h) + log_normal(k), integral)


def log_best(one: Numbers, other: Numbers, c: Numbers) -> Numbers:
    """log P(one + e beats both other + e' and c)."""
    one, other, c = np.broadcast_arrays(one, other, c)
    v1, v2, d = c - one, c - other, (one - other) / ROOT2
    far = np.minimum(v1.real, v2.real) > FAR
    low = (np.maximum(v1.real, v2.real) < -SURE) & (np.abs(d.real) < MODEST)
    found = log_normal(np.where(far, -v1, d))
    near = ~(far | low)
    found[near] = _log_binormal(d[near], -v1[near])
    return found


def log_odds(w: Numbers, a: Numbers, c: Numbers) -> Numbers:
    """log of pF / (1 - pF): of standing firm against backing down, A having challenged."""
    return ratio_of_ways(w - a, c - w, c - a, log_best(w, a, c) - log_best(a, w, c))


def ratio_of_ways(gap: Numbers, v1: Numbers, v2: Numbers, near: Numbers) -> Numbers:
    """`log_odds` of options ``gap`` apart and ``v1``, ``v2`` below c: from the ratio of their tails where c is far above both,
    elsewhere ``near``, the difference of two logarithms."""
    far = np.minimum(v1.real, v2.real) > FAR
    if not far.any():
        return near
    tail1, tail2 = (erfcx(np.where(far, v, FAR) / ROOT2) for v in (v1, v2))
    beyond = gap * np.where(far, v1 + v2, 0.0) / 2 + np.log(tail1) - np.log(tail2)
    return np.where(far, beyond, near)


def answers(u: Numbers, resist: Numbers, firm: Numbers) -> Answers:
    """Of games with payoffs ``u`` [game, 7] where A believes ``resist`` and B believes ``firm`` [game], both above 0."""
    sa, va, cb, wa, wb, a, vb = u.T
    c = va + (sa - va) / resist
    x = wb - vb + (vb - cb) / firm
    kind = np.result_type(u, resist, firm)
    d_c, d_x = np.zeros((2, len(u), 9), kind)
    d_c[:, 0], d_c[:, 1], d_c[:, 7] = 1 / resist, 1 - 1 / resist, (va - sa) / resist**2
    d_x[:, 2], d_x[:, 4], d_x[:, 6], d_x[:, 8] = -1 / firm, 1.0, 1 / firm - 1, (cb - vb) / firm**2
    v1, v2 = c - wa, c - a
    low1, low2 = log_normal(v1), log_normal(v2)
    mills1, mills2 = mills(v1), mills(v2)
    d_no = (mills1 + mills2)[:, None] * d_c
    d_no[:, 3] -= mills1
    d_no[:, 5] -= mills2
    stand, d_stand = _way(wa, a, c, d_c, 3, 5)
    back, d_back = _way(a, wa, c, d_c, 5, 3)
    go = log_sum(stand, back)
    d_go = np.exp(stand - go)[:, None] * d_stand + np.exp(back - go)[:, None] * d_back
    yes, no = log_normal(x), log_normal(-x)
    d_yes = mills(x)[:, None] * d_x
    d_give = -mills(-x)[:, None] * d_x
    odds = ratio_of_ways(wa - a, v1, v2, stand - back)
    share = np.exp(-log_sum(np.zeros_like(odds), -odds))
    rest = np.exp(-log_sum(np.zeros_like(odds), odds))
    return Answers(
        np.stack([low1 + low2, go + no, stand + yes, back + yes]),
        np.stack([d_no, d_go + d_give, d_stand + d_yes, d_back + d_yes]),
        np.stack([np.exp(yes), share]),
        np.stack([np.exp(log_density(x))[:, None] * d_x, (share * rest)[:, None] * (d_stand - d_back)]),
        np.stack([stand, back]),
    )


def _way(
    one: Numbers, other: Numbers, c: Numbers, d_c: Numbers, own: int, rival: int
) -> tuple[Numbers, Numbers]:
    """log P(challenge and end it this way) and its slopes; ``own``, ``rival``: the columns of the two payoffs."""
    log = log_best(one, other, c)
    d, v1, v2 = (one - other) / ROOT2, c - one, c - other
    swap = np.exp(log_density(d) + log_normal(-ROOT2 * v1 - d) - log) / ROOT2
    edge = np.exp(log_density(v1) + log_normal(v2) - log)
    slope = -edge[:, None] * d_c
    slope[:, own] += swap + edge
    slope[:, rival] -= swap
    return log, slope
