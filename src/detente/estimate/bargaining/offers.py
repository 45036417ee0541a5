"""The statistical ultimatum game, row by row: log-probabilities of offers and answers with their first two derivatives.

The first player offers y between m and M; the second accepts, for M - y and y, or refuses, for R1 + e1 and R2 + e2. The errors are
logistic with scales s1 and s2, each known to its owner (Ramsay and Signorino 2009, "A statistical model of the ultimatum game",
working paper). With u = (y - R2) / s2 and

    Q(y) = (M - y - R1 - s2 (1 + e^u)) / s1,

y is accepted with probability L(u), L the logistic function, and the best offer is above y if and only if e1 < s1 Q(y). So an
offer inside has the density L(Q) L(-Q) (1 + e^u) / s1, the lowest offer the probability L(-Q(m)), the highest L(Q(M)).

e^u overflows long before probabilities stop to matter: wherever it multiplies one, both are added as logarithms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, wrightomega

from detente.game.tree import Floats

INSIDE, LOWEST, HIGHEST = 0, 1, 2
R1, R2, T1, T2 = range(4)  # the four indices of a row: R1, R2, log s1, log s2


@dataclass(frozen=True, eq=False)
class Played:
    """Offers and answers."""

    offer: Floats  # [row]
    accepted: Floats | None  # [row] 0 or 1; None: not observed
    least: float
    most: float

    @property
    def where(self) -> np.ndarray:
        """INSIDE, LOWEST or HIGHEST [row]."""
        return np.where(self.offer <= self.least, LOWEST, np.where(self.offer >= self.most, HIGHEST, INSIDE))


def log_probability(played: Played, r1: Floats, r2: Floats, t1: float, t2: float) -> Floats:
    """Of what each row shows [row], densities of offers inside; minus infinity only where the number itself is below -1e308.

    ``t1``, ``t2``: log s1, log s2. Analytic: a complex step may be taken in any of the four.
    """
    s1, s2, y, where = np.exp(t1), np.exp(t2), played.offer, played.where
    u = (y - r2) / s2
    with np.errstate(over="ignore", invalid="ignore"):
        q = (played.most - y - r1 - s2) / s1 - np.exp(u + t2 - t1)
    low, high = _log_logistic(-q), _log_logistic(q)
    log = np.where(
        where == LOWEST, low, np.where(where == HIGHEST, high, low + high - _log_logistic(-u) - t1)
    )
    if played.accepted is not None:
        log = log + np.where(played.accepted == 1, _log_logistic(u), _log_logistic(-u))
    return log


def _log_logistic(x: Floats) -> Floats:
    """log L(x); of a complex argument by its first derivative, which is all that a complex step needs."""
    if not np.iscomplexobj(x):
        return log_expit(x)
    return log_expit(x.real) + 1j * expit(-x.real) * x.imag


@dataclass(frozen=True, eq=False)
class Curved:
    """Log-probability with its derivatives by R1, R2, log s1 and log s2."""

    log: Floats  # [row]
    slope: Floats  # [row, 4]
    bend: Floats  # [row, 4, 4]


def curved(played: Played, r1: Floats, r2: Floats, t1: float, t2: float) -> Curved:
    """`log_probability` with exact derivatives. Q and its derivatives are ``p + e^u r``; e^u alone is never formed."""
    s1, s2, y, where = np.exp(t1), np.exp(t2), played.offer, played.where
    rows, one = len(y), np.ones(len(y))
    u = (y - r2) / s2
    plain = (played.most - y - r1 - s2) / s1  # Q without its part in e^u
    ratio = s2 / s1
    with np.errstate(over="ignore"):
        q = plain - np.exp(u + t2 - t1)
    p, r = np.zeros((rows, 4)), np.zeros((rows, 4))
    p[:, R1], p[:, T1], p[:, T2] = -1 / s1, -plain, -ratio
    r[:, R2], r[:, T1], r[:, T2] = 1 / s1, ratio, -ratio * (1 - u)
    pp, rr = np.zeros((rows, 4, 4)), np.zeros((rows, 4, 4))
    pp[:, R1, T1], pp[:, T1, T1], pp[:, T1, T2], pp[:, T2, T2] = 1 / s1, plain, ratio, -ratio
    rr[:, R2, R2], rr[:, R2, T1], rr[:, R2, T2] = -1 / (s1 * s2), -1 / s1, -u / s1
    rr[:, T1, T1], rr[:, T1, T2], rr[:, T2, T2] = -ratio, ratio * (1 - u), -ratio * (1 - u + u * u)
    for i, j in ((R1, T1), (T1, T2), (R2, T1), (R2, T2)):
        pp[:, j, i], rr[:, j, i] = pp[:, i, j], rr[:, i, j]
    low, high = log_expit(-q), log_expit(q)
    # first derivative of the log-probability by Q, alone and times e^u; the second, alone, times e^u and e^2u
    weight = {LOWEST: (-1.0, high), HIGHEST: (1.0, low)}
    first, first_e = np.empty(rows), np.empty(rows)
    with np.errstate(over="ignore", invalid="ignore"):
        inside = where == INSIDE
        first[inside] = -np.tanh(q[inside] / 2)
        first_e[inside] = first[inside] * np.exp(u[inside])
        for kind, (sign, log) in weight.items():
            here = where == kind
            first[here], first_e[here] = sign * np.exp(log[here]), sign * np.exp(log[here] + u[here])
        twice = np.where(inside, 2.0, 1.0)
        second, second_e, second_ee = (-twice * np.exp(low + high + k * u) for k in range(3))
        slope = first[:, None] * p + first_e[:, None] * r
        bend = first[:, None, None] * pp + first_e[:, None, None] * rr
        cross = p[:, :, None] * r[:, None, :]
        bend += second[:, None, None] * p[:, :, None] * p[:, None, :]
        bend += second_e[:, None, None] * (cross + cross.transpose(0, 2, 1))
        bend += second_ee[:, None, None] * r[:, :, None] * r[:, None, :]
    log = np.where(where == LOWEST, low, np.where(where == HIGHEST, high, low + high - log_expit(-u) - t1))
    slope[:, T1] -= inside
    of_u = np.where(inside, expit(u), 0.0)  # derivatives by u of the rest: log(1 + e^u) and the answer
    of_uu = np.where(inside, expit(u) * expit(-u), 0.0)
    if played.accepted is not None:
        sign = np.where(played.accepted == 1, 1.0, -1.0)
        log = log + log_expit(sign * u)
        of_u = of_u + sign * expit(-sign * u)
        of_uu = of_uu - expit(u) * expit(-u)
    step = np.zeros((rows, 4))
    step[:, R2], step[:, T2] = -one / s2, -u
    slope += of_u[:, None] * step
    bend += of_uu[:, None, None] * step[:, :, None] * step[:, None, :]
    bend[:, R2, T2] += of_u / s2
    bend[:, T2, R2] += of_u / s2
    bend[:, T2, T2] += of_u * u
    return Curved(log, slope, bend)


def best_offer(r1: Floats, r2: Floats, s1: float, s2: float, error: Floats | float, least: float, most: float) -> Floats:  # fmt: skip
    """The first player's best offer where its error is ``error`` (in units of s1), between ``least`` and ``most``.

    M - R1 - e1 - s2 (1 + W(exp((M - R1 - e1 - s2 - R2) / s2))), W Lambert's function, through Wright's omega: nothing overflows.
    It falls with the error, so the offer's quantile at p is that at the error -log(p / (1 - p)).
    """
    left = most - r1 - s1 * np.asarray(error, float) - s2
    return np.clip(left - s2 * wrightomega((left - r2) / s2), least, most)
