"""Three estimators of the crisis-signalling game, each climbed to where its own first-order condition holds.

two_step        pseudo-likelihood at beliefs estimated before; no equilibrium is solved
fixed_point     the end of nested pseudo-likelihood: the score at fixed beliefs is 0 and beliefs are an equilibrium
constrained     maximum likelihood in equilibrium, one branch a game

Aguirregabiria and Mira 2007, Econometrica 75:1-53; Kasahara and Shimotsu 2012, Econometrica 80:2303-2319; Su and Judd 2012,
Econometrica 80:2213-2230; Crisman-Cox and Gibilisco 2021, Political Science Research and Methods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.errors import DataError
from detente.estimate.climb import climb
from detente.estimate.signalling.equilibria import equilibria
from detente.estimate.signalling.likelihood import (
    Observed,
    Point,
    at,
    beliefs_at,
    branch_bend,
    by_coefficient,
    follow,
    held,
    score_slope,
)
from detente.estimate.signalling.radius import radius
from detente.game.tree import Floats

FARTHEST = 0.05  # pR of any game moves no more in one step
_MOST = 300


@dataclass(frozen=True, eq=False)
class Estimate:
    """Coefficients with what they were found by."""

    theta: Floats  # [coefficient]
    log_likelihood: float  # at `beliefs`; the multinomial constant left out
    covariance: Floats  # [coefficient, coefficient]
    beliefs: Floats  # [2, game] pR and pF
    score: float  # largest entry of what should be 0
    scores: Floats  # [game, coefficient] whose sum should be 0
    curvature: Floats  # [coefficient, coefficient] minus the derivative of that sum by the coefficients
    steps: int
    several: int | None  # games with more than one equilibrium there; None where none was solved
    radius: float | None = None  # nested pseudo-likelihood iterations arrive here where it is below 1

    @property
    def bse(self) -> Floats:
        return np.sqrt(np.diag(self.covariance))


def two_step(seen: Observed, beliefs: Floats, start: Floats | None = None) -> Estimate:
    """Pseudo-likelihood at ``beliefs`` [2, game]. The covariance is the inverse outer product of scores: beliefs are taken as known,
    so with a first stage estimated on the same data standard errors are too small. The log-likelihood is no equilibrium's."""
    unit = np.sqrt((seen.design**2).mean(axis=0))

    def likelihood(theta: Floats) -> tuple[float, Floats]:
        found = at(seen, theta / unit, beliefs)
        return float(found.value.sum()), found.score / unit

    def information(theta: Floats) -> Floats:
        here = at(seen, theta / unit, beliefs)
        return -by_coefficient(seen, held(seen, theta / unit, beliefs, here)[:, :7, :7]) / np.outer(
            unit, unit
        )

    first = np.zeros(len(unit)) if start is None else np.asarray(start, float) * unit
    top = climb(likelihood, information, first)
    if top.reason == "iterations":
        raise DataError("the climb did not come to an end", found=f"score {top.score:.1e}")
    theta, scores = top.theta / unit, top.scores * unit
    covariance = np.asarray(np.linalg.inv(scores.T @ scores), float)
    return Estimate(theta, top.log_likelihood, covariance, beliefs, float(np.abs(scores.sum(axis=0)).max()),
                    scores, top.information * np.outer(unit, unit), top.iterations, None)  # fmt: skip


def fixed_point(seen: Observed, start: Floats, resist: Floats) -> Estimate:
    """Newton's method on the score at equilibrium beliefs, from coefficients ``start`` and the branch near ``resist`` [game].

    Not a maximum: there may be several such points, and the likelihood in equilibrium may be higher elsewhere. Raises DataError.
    """
    theta, q, steps = _arrive(seen, start, resist, fixed=True)
    beliefs = beliefs_at(seen, theta, q)
    here = at(seen, theta, beliefs)
    free = held(seen, theta, beliefs, here)
    bread = -by_coefficient(seen, score_slope(here, free))
    return Estimate(theta, float(here.value.sum()), fixed_point_covariance(here), beliefs,
                    float(np.abs(here.score.sum(axis=0)).max()), here.score, bread, steps, several(seen, theta),
                    radius(seen, here, free))  # fmt: skip


def constrained(seen: Observed, start: Floats, resist: Floats) -> Estimate:
    """Maximum likelihood with beliefs in equilibrium, on the branch near ``resist`` [game], from coefficients ``start``.

    Follows one branch a game; no other is tried. The covariance is the inverse of minus the Hessian. Raises DataError.
    """
    theta, q, steps = _arrive(seen, start, resist, fixed=False)
    beliefs = beliefs_at(seen, theta, q)
    here = at(seen, theta, beliefs)
    bread = -by_coefficient(seen, branch_bend(seen, theta, beliefs, here))
    if np.linalg.eigvalsh(bread)[0] <= 0:
        raise DataError("the climb ended at no maximum: the likelihood is flat or a saddle there")
    return Estimate(theta, float(here.value.sum()), np.asarray(np.linalg.inv(bread), float), beliefs,
                    float(np.abs(here.branch_score.sum(axis=0)).max()), here.branch_score, bread, steps,
                    several(seen, theta))  # fmt: skip


def fixed_point_covariance(here: Point) -> Floats:
    """M^-1 O M^-1' with M = O + O_b (I - J)^-1 J_theta: dP/dtheta = (I - J)^-1 J_theta along the branch."""
    middle = here.score.T @ here.score
    # sum over games and beliefs of (score) (slope of the game's likelihood by the belief) (slope of the belief)'
    moved = np.einsum("gb,bgk->gk", here.by_belief, here.d_belief)
    inverse = np.linalg.inv(middle + here.score.T @ moved)
    return inverse @ middle @ inverse.T


def several(seen: Observed, theta: Floats) -> int:
    """Games with more than one equilibrium."""
    return int((equilibria(seen.payoffs(theta)).count > 1).sum())


def _arrive(seen: Observed, start: Floats, resist: Floats, *, fixed: bool) -> tuple[Floats, Floats, int]:
    """Coefficients and log-odds where the score is 0. ``fixed``: the score at fixed beliefs, otherwise along the branch."""
    unit = np.sqrt((seen.design**2).mean(axis=0))
    theta = np.asarray(start, float)
    q = follow(seen, theta, np.log(resist) - np.log1p(-np.asarray(resist, float)))
    limit = 1e-8 * np.sqrt(len(seen.counts))
    last = False
    for steps in range(_MOST):
        beliefs = beliefs_at(seen, theta, q)
        here = at(seen, theta, beliefs)
        total = (here.score if fixed else here.branch_score).sum(axis=0) / unit
        free = held(seen, theta, beliefs, here) if fixed else None
        bend = branch_bend(seen, theta, beliefs, here) if free is None else score_slope(here, free)
        slope = by_coefficient(seen, bend) / np.outer(unit, unit)
        if fixed:
            move = np.linalg.solve(-slope, total) / unit
        else:
            size, axes = np.linalg.eigh(-slope)
            size = np.maximum(np.abs(size), 1e-8 * np.abs(size).max())
            move = axes @ ((axes.T @ total) / size) / unit
        if np.abs(total).max() <= limit and (last or np.abs(move * unit).max() < 1e-9):
            return theta, q, steps
        # one more step beyond the bound: ridges make the score alone blind
        last = np.abs(total).max() <= limit
        length = min(1.0, FARTHEST / max(float(np.abs(here.d_belief[0] @ move).max()), 1e-300))
        before = float(here.value.sum())
        for _ in range(40):
            further = theta + length * move
            try:
                there = follow(
                    seen, further, q + length * (here.d_belief[0] @ move) / (beliefs[0] * (1 - beliefs[0]))
                )
                value = -np.inf if fixed else at(seen, further, beliefs_at(seen, further, there)).value.sum()
            except DataError:
                length /= 2
                continue
            if last or fixed or value > before - 1e-10 * abs(before):
                theta, q = further, there
                break
            length /= 2
        else:
            raise DataError("no step leads on", found=f"score {np.abs(total).max():.1e}")
    raise DataError("the score did not come to 0", found=f"after {_MOST} steps")
