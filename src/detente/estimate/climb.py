"""Maximum likelihood by Newton's method on exact scores: to the top, not to a small step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detente.game.tree import Floats

# [coefficient] -> log-likelihood and the score of every row [row, coefficient]
Likelihood = Callable[[Floats], tuple[float, Floats]]
Information = Callable[[Floats], Floats]  # [coefficient] -> minus the Hessian

SETTLED = 1e-12  # square of what a step moves, in standard errors


@dataclass(frozen=True, eq=False)
class Top:
    """Where the climb ended."""

    theta: Floats  # [coefficient]
    log_likelihood: float
    scores: Floats  # [row, coefficient]
    information: Floats  # [coefficient, coefficient] minus the Hessian
    iterations: int
    reason: str  # "score" reached its bound, "step" no step leads higher, "iterations" ran out

    @property
    def score(self) -> float:
        """The largest entry of the whole score."""
        return float(np.abs(self.scores.sum(axis=0)).max(initial=0.0))


def climb(
    likelihood: Likelihood,
    information: Information,
    start: Floats,
    *,
    most: int = 200,
    bound: float | None = None,
) -> Top:
    """From ``start`` to where the score is below ``bound`` (default 1e-8 times the root of the rows), or one step beyond where it
    lies within a millionth of a standard error of 0: rows of many plays on a ridge have scores that rounding keeps above any bound.

    A direction in which the surface is not concave is taken with the curvature's absolute value; steps are halved until
    the log-likelihood rises. Regressors should be of order 1: standardise before. Finds one maximum, that above ``start``.
    """
    theta = np.array(start, float)
    value, scores = likelihood(theta)
    limit = 1e-8 * np.sqrt(len(scores)) if bound is None else bound
    reason, taken = "iterations", most
    for taken in range(most):  # noqa: B007  # told at the end
        score = scores.sum(axis=0)
        if np.abs(score).max(initial=0.0) <= limit:
            reason = "score"
            break
        curvature, axes = np.linalg.eigh(information(theta))
        size = np.maximum(np.abs(curvature), 1e-8 * np.abs(curvature).max(initial=1e-300))
        move = axes @ ((axes.T @ score) / size)
        settled = float(score @ move) < SETTLED
        length = 1.0
        for _ in range(40):
            further, there = likelihood(theta + length * move)
            if (
                np.isfinite(further)
                and further > value - 1e-12 * abs(value)
                and (further > value or np.abs(there.sum(axis=0)).max() < np.abs(score).max())
            ):
                break
            length /= 2
        else:
            reason = "step"
            break
        theta, value, scores = theta + length * move, further, there
        if settled:
            reason = "score"
            break
    return Top(theta, value, scores, information(theta), taken, reason)
