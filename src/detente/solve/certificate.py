"""The certificate: how far a claimed solution is from one, computed from the tree by NumPy alone.

Nothing of the solver is used: reach, beliefs, values and gains are computed anew, level by level, for all draws at once. At a
finite precision the *residual* certifies (McKelvey and Palfrey's equations hold); in the limit the *gains*
do, together with beliefs that agree with Bayes' rule wherever the set is reached and with the order of log reach elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats, Tree
from detente.solve.levels import Levels, levels_of, option_entries
from detente.solve.outcome import CELLS_AT_ONCE


@dataclass(frozen=True, eq=False)
class Certificate:
    """One row a draw."""

    residual: Floats  # [draw] largest |ln p_a / p_0 - lambda (u_a - u_0)|; nan in the limit
    gain: Floats  # [draw, set] largest gain of a one-shot deviation, conditional on being there
    relative_gain: Floats  # [draw] the largest of them, each divided by the range of the owner's payoffs
    belief_error: Floats  # [draw] largest difference between the beliefs claimed and Bayes' rule

    @property
    def max_gain(self) -> Floats:
        """The largest gain of each draw, in payoffs."""
        return self.gain.max(axis=1, initial=0.0)


def certify(
    tree: Tree | Levels,
    numbers: Floats,
    strategy: Floats,
    log_strategy: Floats,
    belief: Floats,
    precision: Floats,
    log_low: Floats | None = None,
) -> Certificate:
    """Check ``strategy`` [draw, slot] and ``belief`` [draw, place] at ``numbers`` [draw, number] and lambda [draw].

    ``log_strategy`` carries what probabilities cannot: logs of options too rare for a double. At infinite lambda it is
    that of the last finite lambda on the way, and only orders the nodes of a set that is never reached. ``log_low`` is what
    is left of those logs after rounding: a log-odds of 1e6 in doubles gives beliefs to 1e-10, and at lambda 1e6 that shows.
    """
    plan = tree if isinstance(tree, Levels) else levels_of(tree)
    check = _Check(plan)
    draws = len(strategy)
    numbers = np.broadcast_to(numbers, (draws, numbers.shape[1]))
    residual, relative, error = np.zeros(draws), np.zeros(draws), np.zeros(draws)
    gain = np.zeros((draws, len(plan.tree.sets)))
    low = np.zeros_like(log_strategy) if log_low is None else log_low
    size = max(1, CELLS_AT_ONCE // max(plan.tree.n_nodes, 1))
    for start in range(0, draws, size):
        rows = slice(start, min(start + size, draws))
        residual[rows], gain[rows], relative[rows], error[rows] = check.rows(
            numbers[rows], strategy[rows], log_strategy[rows], low[rows], belief[rows], precision[rows]
        )
    return Certificate(residual, gain, relative, error)


class _Check:
    """Index arrays of one tree, and the passes."""

    def __init__(self, plan: Levels) -> None:
        tree = plan.tree
        self.plan, self.tree = plan, tree
        self.member = np.array([x for h in tree.sets for x in h.nodes], np.intp)
        sizes = np.array([len(h.nodes) for h in tree.sets], np.intp)
        self.set_at = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
        self.set_of_place = np.repeat(np.arange(len(tree.sets)), sizes)
        self.owner = np.array([h.player for h in tree.sets], np.intp)
        self.slot_at = np.asarray(tree.slot_start[:-1]).astype(np.intp)
        self.set_of_slot = np.repeat(np.arange(len(tree.sets)), np.diff(tree.slot_start))
        self.option_place, self.option_child, self.option_at = option_entries(tree)
        self.option_owner = self.owner[self.set_of_place[self.option_place]]

    def rows(
        self,
        numbers: Floats,
        strategy: Floats,
        log_strategy: Floats,
        log_low: Floats,
        belief: Floats,
        precision: Floats,
    ) -> tuple[Floats, Floats, Floats, Floats]:
        plan, draws = self.plan, len(strategy)
        if not len(self.owner):
            nothing = np.zeros(draws)
            return nothing, np.zeros((draws, 0)), nothing, nothing
        limit = ~np.isfinite(precision)
        edges = plan.edges(numbers, strategy)
        bayes, sharp = self._bayes(numbers, log_strategy, log_low, plan.forward(edges), limit)
        error = np.abs(belief.T - bayes)
        # where the set is not reached in the limit, log-odds near 1e12 tell nodes apart by order only
        error = np.where(
            sharp, error, np.where(bayes < 1e-3, np.minimum(error, belief.T), np.maximum(error - 0.05, 0.0))
        )
        payoff = plan.payoffs(numbers)
        worth = self.worth(edges, payoff, np.where(limit, belief.T, bayes))
        best = np.maximum.reduceat(worth, self.slot_at, axis=0)
        gain = best - np.add.reduceat(worth * strategy.T, self.slot_at, axis=0)
        spread = (payoff.max(axis=0) - payoff.min(axis=0))[self.owner]
        relative = np.where(spread > 0, gain / np.where(spread > 0, spread, 1.0), 0.0).max(axis=0)
        first = self.slot_at[self.set_of_slot]
        log_odds = (log_strategy.T - log_strategy.T[first]) + (log_low.T - log_low.T[first])
        lam = np.where(limit, 0.0, precision)
        residual = np.abs(log_odds - lam * (worth - worth[first])).max(axis=0)
        return np.where(limit, np.nan, residual), gain.T, relative, error.max(axis=0)

    def worth(self, edges: Floats, payoff: Floats, belief: Floats) -> Floats:
        """What each option is worth to its owner at its set [slot, draw]."""
        entry = np.empty((len(self.option_place), edges.shape[1]))
        for i in range(len(self.tree.players)):
            mine = self.option_owner == i
            if mine.any():
                entry[mine] = self.plan.backward(edges, payoff[:, i])[self.option_child[mine]]
        entry *= belief[self.option_place]
        return np.add.reduceat(entry, self.option_at, axis=0)

    def _bayes(
        self,
        numbers: Floats,
        log_strategy: Floats,
        log_low: Floats,
        reach: Floats,
        limit: NDArray[np.bool_],
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """Beliefs [place, draw] by Bayes' rule, and where they are exact.

        A chance edge of probability 0 counts as one step of a common, infinitely small probability.
        """
        plan = self.plan
        chance = numbers[:, plan.chance].T
        never = chance == 0
        logs = np.concatenate([log_strategy.T, np.log(np.where(never, 1.0, chance))])
        lows = np.concatenate([log_low.T, np.zeros_like(chance)])
        depth = np.zeros((self.tree.n_nodes, logs.shape[1]))
        rest = np.zeros_like(depth)  # what the sums lose by rounding (Knuth's two-sum)
        for level in plan.levels:
            above, step = depth[level.parents], logs[level.edge]
            here = above + step
            back = here - above
            depth[level.nodes] = here
            rest[level.nodes] = (
                rest[level.parents] + lows[level.edge] + ((above - (here - back)) + (step - back))
            )
        place, rest = depth[self.member], rest[self.member]
        if never.any():
            steps = np.concatenate([np.zeros(log_strategy.T.shape), never.astype(float)])
            count = np.zeros_like(depth)
            for level in plan.levels:
                count[level.nodes] = count[level.parents] + steps[level.edge]
            count = count[self.member]
            fewest = np.minimum.reduceat(count, self.set_at, axis=0)[self.set_of_place]
            place = np.where(count > fewest, -np.inf, place)
        top = np.maximum.reduceat(place, self.set_at, axis=0)[self.set_of_place]
        lead = np.where(place == top, rest, -np.inf)
        lead = np.maximum.reduceat(lead, self.set_at, axis=0)[self.set_of_place]
        weight = np.exp((place - top) + (rest - lead))
        bayes = weight / np.add.reduceat(weight, self.set_at, axis=0)[self.set_of_place]
        # in the limit, sets that are reached take their beliefs from the limit strategy itself
        here = reach[self.member]
        total = np.add.reduceat(here, self.set_at, axis=0)[self.set_of_place]
        reached = limit & (total > 0)
        bayes = np.where(reached, here / np.where(total > 0, total, 1.0), bayes)
        single = (np.bincount(self.set_of_place)[self.set_of_place] == 1)[:, None]
        return bayes, reached | ~limit | single
