"""Implicit differentiation at a finite precision: z - lambda (w_a - w_0) = 0 in log-odds z, one linear system a draw.

With dL the change of log probabilities, dw = A dL + b and z - lambda D w = 0 give (I - lambda D A C) dz = lambda D b, where
D takes differences to the first option of a set and C turns log-odds into log probabilities. Krantz & Parks 2013,
The Implicit Function Theorem. The matrix is singular at a fold, where no derivative exists.
"""

from __future__ import annotations

import numpy as np

from detente.game.tree import Floats
from detente.solve.derivative_parts import Point, solve_batch


class Finite:
    """The linear system of a block of draws; ``near`` [draw] is set by each solve, see `solve_batch`."""

    def __init__(self, at: Point, precision: Floats) -> None:
        plan = at.plan
        self.at, self.plan, self.precision = at, plan, precision
        free, first, of = plan.free, plan.first[plan.free], plan.set_of_slot[plan.free]
        self.near = np.zeros(len(precision))
        matrix = np.zeros((0, 0, len(precision)))
        if len(free):
            by = at.by_slots()
            apart = by[free] - by[first]
            whole = np.add.reduceat(apart, plan.slot_at, axis=1)
            matrix = apart[:, free] - at.prob[free] * whole[:, of]
            matrix *= -precision
            matrix[np.arange(len(free)), np.arange(len(free))] += 1.0
        self.matrix = np.ascontiguousarray(matrix.transpose(2, 0, 1))

    def forward(self, moved: Floats) -> Floats:
        """d log probability [slot, parameter, draw] where worths are moved directly by ``moved`` [slot, parameter, draw]."""
        plan = self.plan
        right = self.precision * (moved[plan.free] - moved[plan.first[plan.free]])
        odds, self.near = solve_batch(self.matrix, right.transpose(2, 0, 1))
        out = np.zeros(moved.shape)
        out[plan.free] = odds.transpose(1, 2, 0)
        return centred(self.at, out)

    def adjoint(self, weight: Floats) -> Floats:
        """Weights [slot, draw] on worths for weights on log probabilities [slot, draw]: sum of weight * d log probability."""
        plan = self.plan
        right = spread(self.at, weight)[plan.free]
        found, self.near = solve_batch(
            np.ascontiguousarray(self.matrix.transpose(0, 2, 1)), right.T[:, :, None]
        )
        return apart_transposed(self.at, self.precision * found[:, :, 0].T)


def centred(at: Point, odds: Floats) -> Floats:
    """Changes of log probabilities [slot, ..., draw] from changes of log-odds: what is common to a set is taken off."""
    plan = at.plan
    if not plan.slots:
        return odds
    prob = at.prob if odds.ndim == 2 else at.prob[:, None]
    mean = np.add.reduceat(prob * odds, plan.slot_at, axis=0)
    return odds - mean[plan.set_of_slot]


def spread(at: Point, weight: Floats) -> Floats:
    """The transpose of `centred`: weights on log-odds [slot, draw] from weights on log probabilities."""
    plan = at.plan
    if not plan.slots:
        return weight
    return weight - at.prob * np.add.reduceat(weight, plan.slot_at, axis=0)[plan.set_of_slot]


def apart_transposed(at: Point, weight: Floats) -> Floats:
    """Weights on worths [slot, draw] from weights on differences to the first option [free slot, draw]."""
    plan = at.plan
    out = np.zeros((plan.slots, weight.shape[1]))
    out[plan.free] = weight
    if plan.slots:
        out[plan.slot_at] = -np.add.reduceat(out, plan.slot_at, axis=0)
    return out
