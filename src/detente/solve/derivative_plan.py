"""What depends on what in a tree: the index arrays from which partial derivatives of worths are added up.

The worth of option a at set h is w = sum over nodes x of h of belief(x) * V(child of x by a). A probability further down
the tree moves V; one on the path to a node of h moves the belief. Both are sums over pairs of an edge and an edge above
it, so their number is at most nodes times depth.

A *column* is an edge probability: slots first, then chance edges, as in `Levels.edges`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from detente.game.tree import DECISION, TERMINAL, Tree
from detente.solve.levels import Levels, levels_of

Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sum:
    """Adds up entries into targets: ``rows`` targets, one entry a column."""

    matrix: Any  # scipy.sparse.csr_array [target, entry] of ones

    def __call__(self, entries: NDArray[np.float64]) -> NDArray[np.float64]:
        """[target, draw] from [entry, draw]."""
        return self.matrix @ entries


def adder(target: Index, targets: int) -> Sum:
    """The sum of entries by target."""
    entries = np.arange(len(target))
    shape = (targets, len(target))
    return Sum(sparse.csr_array((np.ones(len(target)), (target, entries)), shape=shape))


@dataclass(frozen=True, eq=False)
class Pairs:
    """A decision edge (by the node it leads to, ``top``) and a node at or below that: ``y``."""

    top: Index
    y: Index
    slot: Index  # of the edge
    place: Index  # of the node where it is chosen
    owner: Index


class Plan:
    """The index arrays of one tree; see the parts that `derivative_parts.py` computes from them."""

    def __init__(self, tree: Tree | Levels) -> None:
        levels = tree if isinstance(tree, Levels) else levels_of(tree)
        tree = levels.tree
        self.levels, self.tree = levels, tree
        self.players, self.slots, self.chances = len(tree.players), tree.n_slots, len(levels.chance)
        self._sets(tree)
        self.column = np.full(tree.n_nodes, -1, np.intp)  # [node] of the edge that leads there
        for level in levels.levels:
            self.column[level.nodes] = level.edge
        above, below = _lines(tree)  # every node and each node on its path, itself included, the root not
        self._pairs(above, below)
        self._beliefs(above, below)
        self._numbers()
        leaf_of = np.asarray(tree.terminal)
        on = np.asarray(tree.kind)[below] == TERMINAL
        # [column, outcome] how often an edge probability is a factor of the outcome's
        self.factor = sparse.csr_array(
            (np.ones(int(on.sum())), (self.column[above[on]], leaf_of[below[on]])),
            shape=(self.slots + self.chances, len(levels.leaves)),
        )

    def _sets(self, tree: Tree) -> None:
        sizes = np.array([len(h.nodes) for h in tree.sets], np.intp)
        self.member = np.array([x for h in tree.sets for x in h.nodes], np.intp)  # [place] node
        self.set_of_place = np.repeat(np.arange(len(tree.sets)), sizes)
        self.place_at = (np.cumsum(sizes) - sizes).astype(np.intp)  # [set]
        self.place_of = np.full(tree.n_nodes, -1, np.intp)
        self.place_of[self.member] = np.arange(len(self.member))
        self.several = (sizes > 1)[self.set_of_place]  # [place]
        self.owner = np.array([h.player for h in tree.sets], np.intp)  # [set]
        start = np.asarray(tree.slot_start).astype(np.intp)
        self.slot_at = start[:-1]  # [set]
        self.set_of_slot = np.repeat(np.arange(len(tree.sets)), np.diff(start))
        self.first = self.slot_at[self.set_of_slot]  # [slot] the first option of its set
        self.free = np.flatnonzero(np.arange(self.slots) != self.first)  # the unknowns: log-odds to the first
        # one entry per slot and node of its set, by slot: the node that the option leads to
        place: list[int] = []
        child: list[int] = []
        at: list[int] = []
        for h, owned in enumerate(tree.sets):
            for a in range(len(owned.options)):
                at.append(len(place))
                for j, x in enumerate(owned.nodes):
                    place.append(int(self.place_at[h]) + j)
                    child.append(int(tree.child[int(tree.child_start[x]) + a]))
        self.option_place, self.option_child = np.array(place, np.intp), np.array(child, np.intp)
        self.option_at = np.array(at, np.intp)
        self.option_slot = np.repeat(np.arange(self.slots), np.diff([*at, len(place)]))
        self.option_value = self.option_child * self.players + self.owner[self.set_of_slot[self.option_slot]]

    def _pairs(self, above: Index, below: Index) -> None:
        tree = self.tree
        kind, parent = np.asarray(tree.kind), np.asarray(tree.parent).astype(np.intp)
        keep = (kind[parent[above]] == DECISION) & ((above != below) | (kind[below] == TERMINAL))
        top, y = above[keep], below[keep]
        slot = self.column[top]
        self.pairs = Pairs(top, y, slot, self.place_of[parent[top]], self.owner[self.set_of_slot[slot]])
        # edges below an option: they move its worth through what follows
        inner = np.flatnonzero(top != y)
        to_slot = self.column[y[inner]] < self.slots
        self.value_pair = inner[to_slot]
        self.chance_pair = inner[~to_slot]
        self.value_of = self.pairs.y * self.players + self.pairs.owner  # [pair] row of the values
        self.leaf_pair = np.flatnonzero(kind[y] == TERMINAL)

    def _beliefs(self, above: Index, below: Index) -> None:
        """Edges on the path to a node of a set that has several: they move the worth of each of its options by the belief."""
        place = self.place_of[below]
        on = np.flatnonzero((place >= 0) & self.several[np.maximum(place, 0)])
        line_place, line_column = place[on], self.column[above[on]]
        # join with the options at each place
        order = np.argsort(self.option_place, kind="stable")
        begin = np.searchsorted(self.option_place[order], line_place)
        count = np.searchsorted(self.option_place[order], line_place, side="right") - begin
        line = np.repeat(np.arange(len(on)), count)
        offset = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
        option = order[begin[line] + offset]
        column = line_column[line]
        by_slot = column < self.slots
        self.belief_option, self.belief_column = option[by_slot], column[by_slot]
        self.belief_chance_option, self.belief_chance = option[~by_slot], column[~by_slot] - self.slots
        self.line_place, self.line_column = line_place, line_column
        slot = np.concatenate([self.pairs.slot[self.value_pair], self.option_slot[self.belief_option]])
        by = np.concatenate([self.column[self.pairs.y[self.value_pair]], self.belief_column])
        self.by_slots = adder(slot * self.slots + by, self.slots * self.slots)

    def _numbers(self) -> None:
        """Entries by which numbers move worths: payoffs at leaves below an option, chance below it, chance above its set."""
        tree, pairs = self.tree, self.pairs
        start = np.asarray(tree.payoff_start).astype(np.intp)
        cell = np.asarray(tree.terminal)[pairs.y[self.leaf_pair]] * self.players + pairs.owner[self.leaf_pair]
        count = start[cell + 1] - start[cell]
        entry = np.repeat(np.arange(len(cell)), count)
        offset = np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count)
        payoff = np.asarray(tree.payoff_number).astype(np.intp)
        self.paid_pair = self.leaf_pair[entry]
        self.chance_below = self.column[pairs.y[self.chance_pair]] - self.slots  # [chance pair] chance edge
        chance_number = self.levels.chance
        self.number_slot = np.concatenate(
            [pairs.slot[self.paid_pair], pairs.slot[self.chance_pair], self.option_slot[self.belief_chance_option]]
        )  # fmt: skip
        self.number_of = np.concatenate(
            [
                payoff[start[cell][entry] + offset],
                chance_number[self.chance_below],
                chance_number[self.belief_chance],
            ]
        )
        cells = np.repeat(np.arange(len(start) - 1), np.diff(start))
        # [player] matrix [number, outcome]: how often a number is a term of the player's payoff
        self.term = [
            sparse.csr_array(
                (
                    np.ones(int((cells % self.players == i).sum())),
                    (payoff[cells % self.players == i], cells[cells % self.players == i] // self.players),
                ),
                shape=(len(tree.numbers), len(self.levels.leaves)),
            )
            for i in range(self.players)
        ]
        self.add_numbers = adder(self.number_of, len(tree.numbers))
        self.add_chance = adder(chance_number, len(tree.numbers))

    @property
    def cells(self) -> int:
        """Numbers in memory for one draw, about."""
        entries = len(self.pairs.y) * 3 + len(self.belief_option) * 2 + len(self.number_of) * 2
        return entries + 4 * self.slots**2 + self.tree.n_nodes * (self.players + 3)


def _lines(tree: Tree) -> tuple[Index, Index]:
    """(above, below): every node but the root with itself and with each node on its path, the root left out."""
    parent = np.asarray(tree.parent).astype(np.intp)
    below = np.flatnonzero(parent >= 0)
    above = below
    tops: list[Index] = []
    bottoms: list[Index] = []
    while len(below):
        tops.append(above)
        bottoms.append(below)
        up = parent[above]
        keep = parent[up] >= 0
        above, below = up[keep], below[keep]
    nothing = np.zeros(0, np.intp)
    return np.concatenate([nothing, *tops]), np.concatenate([nothing, *bottoms])
