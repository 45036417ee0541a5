"""Many assessments (strategies with beliefs) of one game at one point: reach, beliefs, what options are worth, gains.

Independent of the solver and of the certificate: it reads the tree level by level. Beliefs where a set is not reached come
from *trembles*: a log weight for every option that is not played.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats, Tree
from detente.solve.levels import levels_of, option_entries

Bools = NDArray[np.bool_]


class Point:
    """One game at one point of its parameters, with the index arrays of its passes. Axes as in `Tree`; draws are assessments."""

    def __init__(self, tree: Tree, numbers: Floats) -> None:
        self.tree, self.numbers = tree, np.atleast_2d(numbers)
        self.plan = levels_of(tree)
        sets = tree.sets
        sizes = np.array([len(h.nodes) for h in sets], np.intp)
        self.set_at = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)  # [set + 1] into places
        self.slot_at = np.asarray(tree.slot_start).astype(np.intp)  # [set + 1] into slots
        self.member = np.array([x for h in sets for x in h.nodes], np.intp)  # [place] node
        self.set_of_place = np.repeat(np.arange(len(sets)), sizes)
        self.set_of_slot = np.repeat(np.arange(len(sets)), np.diff(self.slot_at))
        self.owner = np.array([h.player for h in sets], np.intp)
        # one entry per (slot, node of its set), by slot
        self.entry_place, self.entry_child, self.entry_at = option_entries(tree)
        self.entry_owner = self.owner[self.set_of_place[self.entry_place]]
        self.payoff = self.plan.payoffs(self.numbers)  # [outcome, player, 1]
        spread = (self.payoff.max(axis=0) - self.payoff.min(axis=0))[:, 0]
        self.spread = np.where(spread > 0, spread, 1.0)  # [player]
        self.slot_spread = self.spread[self.owner[self.set_of_slot]]
        self.chance = self.numbers[:, self.plan.chance].T  # [chance edge, 1]
        self.possible = self._possible()  # [place] not ruled out by chances of zero
        self.path = self._paths()  # [place, slot] whether the way to the node takes the option

    @property
    def n_slots(self) -> int:
        return self.tree.n_slots

    def entries(self, strategy: Floats) -> Floats:
        """What the node that an option leads to is worth to its owner: [entry, draw] at ``strategy`` [draw, slot]."""
        edges = self._edges(strategy)
        out = np.empty((len(self.entry_child), edges.shape[1]))
        for i in range(len(self.tree.players)):
            mine = self.entry_owner == i
            if mine.any():
                out[mine] = self.plan.backward(edges, self.payoff[:, i])[self.entry_child[mine]]
        return out

    def worth(self, entries: Floats, belief: Floats) -> Floats:
        """What each option is worth at its set [slot, draw] with ``belief`` [place, draw]."""
        return np.add.reduceat(entries * belief[self.entry_place], self.entry_at, axis=0)

    def gains(self, worth: Floats, strategy: Floats) -> Floats:
        """Gain of the best one-shot deviation [set, draw], in shares of the owner's payoff range."""
        best = np.maximum.reduceat(worth, self.slot_at[:-1], axis=0)
        now = np.add.reduceat(worth * strategy.T, self.slot_at[:-1], axis=0)
        return (best - now) / self.spread[self.owner][:, None]

    def reach(self, strategy: Floats) -> Floats:
        """Probability of being at each place [place, draw]; 0 where a chance of zero rules it out."""
        return self.plan.forward(self._edges(strategy))[self.member]

    def reached(self, reach: Floats) -> Bools:
        """Which sets [set, draw] are reached."""
        return np.add.reduceat(reach, self.set_at[:-1], axis=0) > 0

    def beliefs(self, strategy: Floats, weight: Floats) -> Floats:
        """Beliefs [place, draw]: Bayes' rule where the set is reached, elsewhere by trembles ``weight`` [draw, slot] (logs).

        At a set that is not reached, a node's odds are the product of what is played and of the weights of what is not.
        """
        reach = self.reach(strategy)
        total = np.add.reduceat(reach, self.set_at[:-1], axis=0)[self.set_of_place]
        logs = self.log_reach(np.where(strategy > 0, np.log(np.where(strategy > 0, strategy, 1.0)), weight))
        return np.where(total > 0, reach / np.where(total > 0, total, 1.0), self.softmax(logs))

    def softmax(self, log_reach: Floats) -> Floats:
        """Beliefs [place, draw] in proportion to reach; nodes that need more chances of zero than others have none."""
        logs = np.where(self.possible[:, None], log_reach, -np.inf)
        top = np.maximum.reduceat(logs, self.set_at[:-1], axis=0)[self.set_of_place]
        odds = np.exp(logs - top)
        return odds / np.add.reduceat(odds, self.set_at[:-1], axis=0)[self.set_of_place]

    def log_reach(self, logs: Floats) -> Floats:
        """Sum of logs on the way to each place [place, draw]: options ``logs`` [draw, slot], and chances that are not zero."""
        chance = np.log(np.where(self.chance > 0, self.chance, 1.0))
        rows = np.concatenate([logs.T, np.broadcast_to(chance, (len(chance), len(logs)))])
        depth = np.zeros((self.tree.n_nodes, rows.shape[1]))
        for level in self.plan.levels:
            depth[level.nodes] = depth[level.parents] + rows[level.edge]
        return depth[self.member]

    def outcomes(self, strategy: Floats) -> Floats:
        """Probability of each outcome [draw, outcome]."""
        return self.plan.forward(self._edges(strategy))[self.plan.leaves].T

    def _edges(self, strategy: Floats) -> Floats:
        return self.plan.edges(
            np.broadcast_to(self.numbers, (len(strategy), self.numbers.shape[1])), strategy
        )

    def _possible(self) -> Bools:
        """Nodes of a set that need more chances of zero than another node of it have no belief."""
        never = np.concatenate([np.zeros((self.n_slots, 1)), (self.chance == 0).astype(float)])
        count = np.zeros((self.tree.n_nodes, 1))
        for level in self.plan.levels:
            count[level.nodes] = count[level.parents] + never[level.edge]
        place = count[self.member, 0]
        fewest = np.minimum.reduceat(place, self.set_at[:-1])[self.set_of_place]
        return place == fewest

    def _paths(self) -> Bools:
        taken = np.zeros((self.tree.n_nodes, self.n_slots), bool)
        for level in self.plan.levels:
            taken[level.nodes] = taken[level.parents]
            chosen = level.edge < self.n_slots
            taken[level.nodes[chosen], level.edge[chosen]] = True
        return taken[self.member]
