"""Partial derivatives at a point of the strategy space: of worths by log probabilities and by numbers.

Everything is [..., draw] and is computed from the tree and the numbers by NumPy, apart from what the solver computes.
Options that are not used in a limit are counted, not multiplied, so that what lies behind them stays exact; a chance of 0
is taken as `RARE`, so that what a little of it would change is still seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.derivative_plan import Index, Plan

Bools = NDArray[np.bool_]
RARE = 1e-150  # stands for a chance of 0 in products and logs


@dataclass(frozen=True, eq=False)
class Point:
    """A strategy with beliefs, and what follows from it."""

    plan: Plan
    numbers: Floats  # [draw, number]
    prob: Floats  # [slot, draw]
    chance: Floats  # [chance edge, draw] at least RARE
    impossible: Bools  # [chance edge, draw] probability 0
    unused: Bools  # [slot, draw] options that are not used in a limit
    reach: Floats  # [node, draw] sum of log probabilities on the path, unused options left out
    steps: Floats  # [node, draw] unused options on the path
    belief: Floats  # [place, draw]
    payoff: Floats  # [outcome, player, draw]
    value: Floats  # [node * players + player, draw]
    worth: Floats  # [slot, draw]
    below: Floats  # [pair, draw] belief at the upper node times probability of getting from there to the lower one
    outcome: Floats  # [outcome, draw] probability

    @property
    def per_chance(self) -> Floats:
        """[chance edge, draw] 1 / probability."""
        return 1.0 / self.chance

    @property
    def cut_off(self) -> Bools:
        """[draw] whether some set has several nodes, all behind a chance of 0: its belief has no derivative by that chance."""
        plan = self.plan
        if not self.impossible.any() or not plan.several.any():
            return np.zeros(len(self.numbers), dtype=np.bool_)
        cut = self.behind_impossible()[plan.member]
        cut = np.minimum.reduceat(cut, plan.place_at, axis=0)[plan.set_of_place] & plan.several[:, None]
        return np.asarray(cut.any(axis=0), dtype=np.bool_)

    def behind_impossible(self) -> Bools:
        """[node, draw] whether a chance of 0 is on the path."""
        plan = self.plan
        edge = np.concatenate([np.zeros(self.prob.shape, dtype=bool), self.impossible])
        out = np.zeros(self.reach.shape, dtype=bool)
        for level in plan.levels.levels:
            out[level.nodes] = out[level.parents] | edge[level.edge]
        return out

    def by_slots(self) -> Floats:
        """d worth of ``plan.row`` / d log probability of ``plan.col`` [entry, draw]. Unused options move nothing."""
        plan = self.plan
        through = self.below[plan.value_pair] * self.value[plan.value_of[plan.value_pair]]
        belief = self._by_belief()[plan.belief_option]
        if self.unused.any():
            belief *= ~self.unused[plan.belief_column]
        return plan.by_slots(np.concatenate([through, belief]))

    def by_numbers(self) -> Floats:
        """d worth / d number, one row per entry of ``plan.number_slot`` and ``plan.number_of`` [entry, draw]."""
        plan, per = self.plan, self.per_chance
        chance = self.below[plan.chance_pair] * self.value[plan.value_of[plan.chance_pair]]
        belief = self._by_belief()[plan.belief_chance_option] * per[plan.belief_chance]
        return np.concatenate([self.below[plan.paid_pair], chance * per[plan.chance_below], belief])

    def _by_belief(self) -> Floats:
        """[option entry, draw] how the worth moves with the log of the weight of one node of the set."""
        plan = self.plan
        apart = self.value[plan.option_value] - self.worth[plan.option_slot]
        return self.belief[plan.option_place] * apart


def point(
    plan: Plan, numbers: Floats, strategy: Floats, log_strategy: Floats, belief: Floats | None, faint: float
) -> Point:
    """The point at ``strategy`` [draw, slot], whose logs are ``log_strategy``.

    ``belief`` None: Bayes' rule everywhere (a finite precision). Else a limit: options up to ``faint`` are never
    taken, and ``belief`` [draw, place] holds at sets that are then never reached.
    """
    levels, tree = plan.levels, plan.tree
    exact = numbers[:, levels.chance].T
    chance = np.maximum(exact, RARE)
    prob = strategy.T
    if belief is None:
        logs, unused = log_strategy.T, np.zeros(prob.shape, dtype=bool)
    else:
        unused = prob <= faint
        prob = np.where(unused, 0.0, prob)
        if plan.slots:
            prob = prob / np.add.reduceat(prob, plan.slot_at, axis=0)[plan.set_of_slot]
        logs = np.log(np.where(unused, 1.0, prob))
    log = np.concatenate([logs, np.log(chance)])
    reach, steps = np.zeros((2, tree.n_nodes, len(numbers)))
    for level in levels.levels:
        reach[level.nodes] = reach[level.parents] + log[level.edge]
    if unused.any():
        count = np.concatenate([unused.astype(np.float64), np.zeros(exact.shape)])
        for level in levels.levels:
            steps[level.nodes] = steps[level.parents] + count[level.edge]
    believed = _belief(plan, reach, steps, belief, faint)
    edges = np.concatenate([prob, exact])
    payoff = levels.payoffs(numbers)
    value = np.empty((tree.n_nodes, plan.players, len(numbers)))
    for i in range(plan.players):
        value[:, i] = levels.backward(edges, payoff[:, i])
    value = value.reshape(tree.n_nodes * plan.players, -1)
    worth = np.zeros((0, len(numbers)))
    if plan.slots:
        worth = np.add.reduceat(
            believed[plan.option_place] * value[plan.option_value], plan.option_at, axis=0
        )
    pairs = plan.pairs
    below = np.exp(reach[pairs.y] - reach[pairs.top])
    if unused.any():
        below *= steps[pairs.y] == steps[pairs.top]
    below *= believed[pairs.place]
    outcome = np.exp(reach[levels.leaves]) * (steps[levels.leaves] == 0)
    return Point(
        plan, numbers, prob, chance, exact <= 0, unused, reach, steps, believed, payoff, value, worth, below, outcome
    )  # fmt: skip


def _belief(plan: Plan, reach: Floats, steps: Floats, claimed: Floats | None, faint: float) -> Floats:
    """[place, draw] Bayes' rule; in a limit over the nodes that are reached, and as claimed where none is."""
    if not len(plan.member):
        return np.zeros((0, reach.shape[1]))
    by_set = plan.set_of_place

    def summed(weight: Floats) -> Floats:
        return weight / np.add.reduceat(weight, plan.place_at, axis=0)[by_set]

    place, count = reach[plan.member], steps[plan.member]
    fewest = np.minimum.reduceat(count, plan.place_at, axis=0)[by_set]
    place = np.where(count > fewest, -np.inf, place)
    top = np.maximum.reduceat(place, plan.place_at, axis=0)[by_set]
    bayes = summed(np.exp(place - top))
    if claimed is None:
        return bayes
    given = claimed.T * (faint < claimed.T)
    return np.where(fewest == 0, bayes, summed(given))


def gradients(at: Point) -> Floats:
    """d (events, then expected payoffs) / d log probability [row, column, draw]."""
    plan, tree = at.plan, at.plan.tree
    out = np.empty((len(tree.events) + plan.players, plan.slots + plan.chances, len(at.numbers)))
    for k in range(len(tree.events)):
        out[k] = plan.factor(at.outcome * at.numbers[:, tree.event_number[k]].T)
    for i in range(plan.players):
        out[len(tree.events) + i] = plan.factor(at.outcome * at.payoff[:, i])
    return out


def solve_batch(matrix: Floats, right: Floats) -> tuple[Floats, Floats]:
    """x [draw, unknown, column] of ``matrix`` [draw, unknown, unknown] x = ``right``, and how near to singular [draw].

    Rows and columns are scaled first. The second number is the size of the solution for a right side of signs in the
    scaled system: about 1 / (smallest singular value); inf where there is no solution.
    """
    draws, m = len(matrix), int(matrix.shape[1])
    if not m:
        return np.zeros((draws, 0, int(right.shape[2]))), np.zeros(draws)
    row: Floats = np.abs(matrix).max(axis=2, keepdims=True)
    row = np.where(row > 0, row, 1.0)
    scaled: Floats = matrix / row
    column: Floats = np.abs(scaled).max(axis=1, keepdims=True)
    column = np.where(column > 0, column, 1.0)
    scaled /= column
    signs = np.where(np.random.default_rng(0).random(m) < 0.5, -1.0, 1.0)
    asked = np.concatenate([right / row, np.broadcast_to(signs[:, None], (draws, m, 1))], axis=2)
    try:
        x = np.linalg.solve(scaled, asked)
    except np.linalg.LinAlgError:
        x = np.full(asked.shape, np.inf)
        for i in range(draws):
            try:
                x[i] = np.linalg.solve(scaled[i], asked[i])
            except np.linalg.LinAlgError:
                continue
    near: Floats = np.abs(x[:, :, -1]).max(axis=1)
    return x[:, :, :-1] / column.transpose(0, 2, 1), near


__all__ = ["Index", "Point", "gradients", "point", "solve_batch"]
