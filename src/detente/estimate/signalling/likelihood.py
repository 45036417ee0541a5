"""Likelihood of crisis-signalling data by coefficient: with beliefs held fixed, and along a branch of equilibria."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detente.errors import DataError, Where
from detente.estimate.signalling.answers import PAYOFFS, Answers, Numbers, answers
from detente.estimate.signalling.bends import bends
from detente.estimate.signalling.equilibria import surplus_and_slope
from detente.game.tree import Floats

_TURNS = 100


@dataclass(frozen=True, eq=False)
class Observed:
    """Counts of the four ends by game, and the linear index of each payoff."""

    counts: Floats  # [game, end] in the order of `ENDS`
    matrices: Mapping[str, Floats]  # payoff -> [game, term]; a payoff that is missing is 0

    @cached_property
    def column(self) -> np.ndarray:
        """[coefficient] the payoff it belongs to."""
        sizes = [self.matrices[p].shape[1] if p in self.matrices else 0 for p in PAYOFFS]
        return np.repeat(np.arange(len(PAYOFFS)), sizes)

    @cached_property
    def design(self) -> Floats:
        """[game, coefficient]"""
        return np.hstack([self.matrices[p] for p in PAYOFFS if p in self.matrices])

    def payoffs(self, theta: Numbers) -> Numbers:
        """[game, 7]"""
        design, column = self.design, self.column
        return np.column_stack([design[:, column == k] @ theta[column == k] for k in range(len(PAYOFFS))])

    def slopes(self, d: Numbers) -> Numbers:
        """[..., game, 9] by payoffs -> [..., game, coefficient]."""
        return d[..., self.column] * self.design


@dataclass(frozen=True, eq=False)
class Point:
    """The likelihood at coefficients and beliefs."""

    answers: Answers
    value: Numbers  # [game]
    score: Numbers  # [game, coefficient] beliefs held fixed
    by_belief: Numbers  # [game, 2]
    d_answer: Numbers  # [2, game, coefficient] slopes of best answers by coefficients
    d_belief: (
        Floats  # [2, game, coefficient] slopes of the equilibrium by coefficients; means nothing elsewhere
    )

    @property
    def branch_score(self) -> Numbers:
        """[game, coefficient] of the likelihood in equilibrium."""
        return self.score + np.einsum("gb,bgk->gk", self.by_belief, self.d_belief)


def at(seen: Observed, theta: Numbers, beliefs: Numbers) -> Point:
    """``beliefs`` [2, game]: pR and pF. Both may be complex."""
    found = answers(seen.payoffs(theta), *beliefs)
    by = np.einsum("ge,egk->gk", seen.counts, found.slope)
    d_answer = seen.slopes(found.d_belief)
    resist_by_firm, firm_by_resist = found.d_belief[0, :, 8], found.d_belief[1, :, 7]
    d_belief = solved(d_answer, resist_by_firm, firm_by_resist)
    return Point(
        found, (seen.counts.T * found.log).sum(axis=0), seen.slopes(by), by[:, 7:], d_answer, d_belief
    )


def solved(d: Numbers, resist_by_firm: Numbers, firm_by_resist: Numbers) -> Numbers:
    """(I - J)^-1 d game by game; J has the two slopes of best answers by the other's off its diagonal."""
    one = d[0] + resist_by_firm[:, None] * d[1]
    two = d[1] + firm_by_resist[:, None] * d[0]
    return np.stack([one, two]) / (1 - resist_by_firm * firm_by_resist)[:, None]


def by_coefficient(seen: Observed, bend: Floats) -> Floats:
    """[coefficient, coefficient] of second derivatives by payoffs ``bend`` [game, 7, 7], row first, summed over games."""
    design, column = seen.design, seen.column
    out = np.empty((len(column), len(column)))
    for payoff in np.unique(column):
        rows = column == payoff
        out[rows] = design[:, rows].T @ (bend[:, payoff, column] * design)
    return out


def held(seen: Observed, theta: Floats, beliefs: Floats, here: Point) -> Floats:
    """Second derivatives of each game's log-likelihood by payoffs and beliefs [game, 9, 9], beliefs free."""
    return bends(seen.payoffs(theta), beliefs, here.answers, seen.counts)


def score_slope(here: Point, free: Floats) -> Floats:
    """Slopes [game, 7, 7] of the score at fixed beliefs as payoffs change and beliefs stay in equilibrium; ``free`` of `held`."""
    return free[:, :7, :7] + free[:, :7, 7:] @ _moves(here)


def branch_bend(seen: Observed, theta: Floats, beliefs: Floats, here: Point) -> Floats:
    """Second derivatives [game, 7, 7] by payoffs of each game's log-likelihood in equilibrium: by implicit functions."""
    by, back = here.by_belief, here.answers.d_belief
    one, two = back[0, :, 8], back[1, :, 7]  # of pR by pF, of pF by pR
    weight = np.stack([by[:, 0] + two * by[:, 1], by[:, 1] + one * by[:, 0]]) / (1 - one * two)
    bend = bends(seen.payoffs(theta), beliefs, here.answers, seen.counts, weight)
    moves = _moves(here)
    cross = bend[:, :7, 7:] @ moves
    return (
        bend[:, :7, :7]
        + cross
        + cross.transpose(0, 2, 1)
        + moves.transpose(0, 2, 1) @ bend[:, 7:, 7:] @ moves
    )


def _moves(here: Point) -> Floats:
    """Slopes [game, 2, 7] of the equilibrium by payoffs."""
    back = here.answers.d_belief
    return solved(back[:, :, :7], back[0, :, 8], back[1, :, 7]).transpose(1, 0, 2)


def follow(seen: Observed, theta: Floats, q: Floats) -> Floats:
    """Equilibrium log-odds [game] that B resists, by Newton's method from ``q``. Raises DataError where a game does not arrive."""
    u = seen.payoffs(theta)
    q = np.array(q, float)
    step = np.full_like(q, np.inf)
    left = np.arange(len(q))  # games that have not arrived
    for _ in range(_TURNS):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            r, slope = surplus_and_slope(u[left], q[left])
            step[left] = np.clip(-r / slope, -1.0, 1.0)
        q[left] += step[left]
        if not np.isfinite(q[left]).all():
            break
        left = left[np.abs(step[left]) >= 1e-13 * (1 + np.abs(q[left]))]
        if not left.size:
            break
    bad = ~(np.abs(step) < 1e-9)
    if bad.any():
        raise DataError(
            "an equilibrium was lost on the way", where=Where(field=f"game {int(bad.argmax()) + 1}")
        )
    return q


def beliefs_at(seen: Observed, theta: Floats, q: Floats) -> Floats:
    """pR and pF [2, game] in the equilibria with log-odds ``q``."""
    resist = 1 / (1 + np.exp(-q))
    found = answers(seen.payoffs(theta), resist, np.full_like(resist, 0.5))
    return np.stack([resist, found.belief[1]])
