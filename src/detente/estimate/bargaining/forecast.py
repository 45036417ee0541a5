"""What the ultimatum game expects of offers and answers: means over the first player's error, by quadrature."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from detente.estimate.bargaining.offers import best_offer
from detente.game.tree import Floats

_X, _W = np.polynomial.legendre.leggauss(8)
_FAR = np.arange(-38.0, 38.1, 2.0)  # a logistic error is beyond with a probability of 3e-17
_ROWS = 2_000


def forecast(r1: Floats, r2: Floats, s1: float, s2: float, least: float, most: float) -> dict[str, Floats]:
    """Each [row]: ``expected_offer`` and ``median_offer``, the probabilities ``offers_least`` and ``offers_most`` of the two bounds,
    ``accepted`` over all offers, ``accepted_at_median`` of the best offer without an error of the first player."""
    parts = [
        _part(r1[k : k + _ROWS], r2[k : k + _ROWS], s1, s2, least, most) for k in range(0, len(r1), _ROWS)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def log_odds(y: Floats, r1: Floats, r2: Floats, s1: float, s2: float, most: float) -> Floats:
    """Q(y): the log-odds that the best offer, were it without bounds, is above ``y``."""
    with np.errstate(over="ignore"):
        return (most - y - r1 - s2) / s1 - np.exp((y - r2) / s2 + np.log(s2) - np.log(s1))


def _part(r1: Floats, r2: Floats, s1: float, s2: float, least: float, most: float) -> dict[str, Floats]:
    # between these cuts neither Q nor u runs over more than 2 where they matter: eight points a piece reach rounding
    by_error = best_offer(r1[:, None], r2[:, None], s1, s2, _FAR, least, most)
    by_answer = np.clip(r2[:, None] + s2 * _FAR, least, most)
    ends = np.broadcast_to([[least, most]], (len(r1), 2))
    cuts = np.sort(np.concatenate([by_error, by_answer, ends], axis=1), axis=1)
    half = np.diff(cuts, axis=1) / 2
    y = (cuts[:, :-1] + half)[:, :, None] + half[:, :, None] * _X
    weight = half[:, :, None] * _W
    one, two = r1[:, None, None], r2[:, None, None]
    share = weight * expit(log_odds(y, one, two, s1, s2, most))
    u = (y - two) / s2
    median = best_offer(r1, r2, s1, s2, 0.0, least, most)
    return {
        "expected_offer": least + share.sum(axis=(1, 2)),
        "median_offer": median,
        "offers_least": expit(-log_odds(np.full(len(r1), least), r1, r2, s1, s2, most)),
        "offers_most": expit(log_odds(np.full(len(r1), most), r1, r2, s1, s2, most)),
        "accepted": expit((least - r2) / s2) + (share * expit(u) * expit(-u)).sum(axis=(1, 2)) / s2,
        "accepted_at_median": expit((median - r2) / s2),
    }
