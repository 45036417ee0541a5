"""Implicit differentiation at a finite precision: z - lambda (w_a - w_0) = 0 in log-odds z.

With dL the change of log probabilities, dw = A dL + b and z - lambda D w = 0 give (I - lambda D A C) dz = lambda D b, where
D takes differences to the first option of a set and C turns log-odds into log probabilities. Krantz & Parks 2013,
The Implicit Function Theorem. Most sets depend on others one way, so the matrix is solved stage by stage and only
inside loops as a matrix, which is singular at a fold; there no derivative exists.
"""

from __future__ import annotations

import numpy as np

from detente.game.tree import Floats
from detente.solve.derivative_parts import Point, solve_batch
from detente.solve.derivative_plan import Loop


class Finite:
    """The linear system of a block of draws; ``near`` [draw] is set by each solve, see `solve_batch`."""

    def __init__(self, at: Point, precision: Floats) -> None:
        self.at, self.plan, self.precision = at, at.plan, precision
        self.near = np.zeros(len(precision))
        self.by = at.by_slots()

    def forward(self, moved: Floats) -> Floats:
        """d log probability [slot, parameter, draw] where worths are moved directly by ``moved`` [slot, parameter, draw]."""
        plan, out = self.plan, np.zeros(moved.shape)
        for stage in plan.stages:
            pull = moved[stage.slots]
            if len(stage.entry):
                entries = self.by[stage.entry][:, None] * out[plan.col[stage.entry]]
                pull += stage.add(entries.reshape(len(entries), -1)).reshape(pull.shape)
            pull *= self.precision
            for loop in stage.loops:
                at = np.searchsorted(stage.slots, loop.slots)
                own = pull[at]
                right = own[loop.free_at] - own[loop.first_at]
                odds, near = solve_batch(self._matrix(loop), right.transpose(2, 0, 1))
                self.near = np.maximum(self.near, near)
                own[loop.set_at] = 0.0
                own[loop.free_at] = odds.transpose(1, 2, 0)
                pull[at] = own
            mean = np.add.reduceat(self.at.prob[stage.slots][:, None] * pull, stage.set_at, axis=0)
            out[stage.slots] = pull - mean[stage.set_of]
        return out

    def adjoint(self, weight: Floats) -> Floats:
        """Weights [slot, draw] on worths for weights on log probabilities [slot, draw]: sum of weight * d log probability."""
        plan = self.plan
        weight, out = weight.copy(), np.zeros(weight.shape)
        for stage in reversed(plan.stages):
            own = weight[stage.slots]
            own -= self.at.prob[stage.slots] * np.add.reduceat(own, stage.set_at, axis=0)[stage.set_of]
            for loop in stage.loops:
                at = np.searchsorted(stage.slots, loop.slots)
                matrix = np.ascontiguousarray(self._matrix(loop).transpose(0, 2, 1))
                found, near = solve_batch(matrix, own[at[loop.free_at]].T[:, :, None])
                self.near = np.maximum(self.near, near)
                part = np.zeros((len(at), weight.shape[1]))
                part[loop.free_at] = found[:, :, 0].T
                part[loop.set_at] = -np.add.reduceat(part, loop.set_at, axis=0)
                own[at] = part
            own *= self.precision
            out[stage.slots] = own
            if len(stage.entry):
                weight[stage.earlier] += stage.add_back(self.by[stage.entry] * out[plan.row[stage.entry]])
        return out

    def _matrix(self, loop: Loop) -> Floats:
        """I - lambda D A C inside a loop [draw, free, free]."""
        by = np.zeros((len(loop.slots), len(loop.slots), len(self.precision)))
        by[loop.row, loop.col] = self.by[loop.entry]
        apart = by[loop.free_at] - by[loop.first_at]
        whole = np.add.reduceat(apart, loop.set_at, axis=1)
        matrix = apart[:, loop.free_at] - self.at.prob[loop.free] * whole[:, loop.set_of]
        matrix *= -self.precision
        own = np.arange(len(loop.free))
        matrix[own, own] += 1.0
        return np.ascontiguousarray(matrix.transpose(2, 0, 1))


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
