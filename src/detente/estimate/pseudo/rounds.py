"""The classical rounds of nested pseudo-likelihood, for comparison with Newton's method on their fixed point.

Aguirregabiria and Mira 2007, "Sequential estimation of dynamic discrete games", Econometrica 75:1-53.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from detente.estimate.pseudo.estimators import climbed
from detente.estimate.pseudo.played import Played
from detente.game.tree import Floats

LONGEST = 12  # rounds of a cycle that is noticed
_BACK = 1e-4  # how near, relative to a step, a cycle comes back


@dataclass(frozen=True, eq=False)
class Rounds:
    """The path of the rounds."""

    theta: Floats  # [round, coefficient]
    change: Floats  # [round] the largest of belief's probabilities and coefficients (columns of order 1) against the round before
    log_likelihood: Floats  # [round] at the beliefs that the round began with
    beliefs: Floats  # [belief, row] after the last, log-odds
    reason: Literal["converged", "cycling", "rounds"]
    period: int | None  # rounds after which a cycle repeats


def iterate(
    played: Played,
    beliefs: Floats,
    *,
    rounds: int = 200,
    tolerance: float = 1e-8,
    start: Floats | None = None,
) -> Rounds:
    """Coefficients of the highest likelihood at the beliefs, replies as the next beliefs, and again.

    Ends where nothing changes by ``tolerance``, where the rounds come back to an earlier one without settling, or after ``rounds``.
    What it ends at other than by "converged" is no estimate. Raises DataError where a round has no maximum.
    """
    thetas: list[Floats] = []
    changes: list[float] = []
    values: list[float] = []
    theta, now = start, np.asarray(beliefs, float)
    reason, period = "rounds", None
    for _ in range(rounds):
        before = theta
        theta, _steps = climbed(played, now, before)
        numbers, _ = played.numbers(played.drawn(theta))
        replied = played.replies(numbers, now)
        values.append(_value(played, numbers, now))
        change = float(np.abs(expit(replied.reply) - expit(now)).max())
        if before is not None:
            change = max(change, float(np.abs((theta - before) * played.unit).max()))
        thetas.append(theta)
        changes.append(change)
        now = replied.reply
        if change < tolerance:
            reason = "converged"
            break
        period = _period(np.array(thetas) * played.unit)
        if period is not None:
            reason = "cycling"
            break
    return Rounds(np.array(thetas), np.array(changes), np.array(values), now, reason, period)


def _value(played: Played, numbers: Floats, beliefs: Floats) -> float:
    log = played.replies(numbers, beliefs).log
    seen = played.counts.T > 0
    with np.errstate(divide="ignore"):
        told = np.stack([np.logaddexp.reduce(log[mask], axis=0) for mask in played.ends > 0])
    return float(np.where(seen, played.counts.T * np.where(seen, told, 0.0), 0.0).sum())


def _period(path: Floats) -> int | None:
    """Whether the last two turns of a cycle agree though its steps do not shrink."""
    for period in range(2, LONGEST + 1):
        if len(path) < 2 * period + 1:
            return None
        back = np.abs(path[-period:] - path[-2 * period : -period]).max()
        step = np.abs(np.diff(path[-period - 1 :], axis=0)).max(axis=1).min()
        if step > 0 and back < _BACK * step:
            return period
    return None
