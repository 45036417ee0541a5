"""What depends on what in a tree: the index arrays from which partial derivatives of worths are added up.

The worth of option a at set h is w = sum over nodes x of h of belief(x) * V(child of x by a). A probability further down
the tree moves V; one on the path to a node of h moves the belief. Both are sums over pairs of an edge and an edge above
it, so their number is at most nodes times depth.

A *column* is an edge probability: slots first, then chance edges, as in `Levels.edges`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.game.tree import DECISION, TERMINAL, Tree
from detente.solve.derivative_sparse import Index, Sum, adder, circles, summing
from detente.solve.levels import Levels, levels_of, option_entries


@dataclass(frozen=True, eq=False)
class Pairs:
    """A decision edge (by the node it leads to, ``top``) and a node at or below that: ``y``."""

    top: Index
    y: Index
    slot: Index  # of the edge
    place: Index  # of the node where it is chosen
    owner: Index


@dataclass(frozen=True, eq=False)
class Loop:
    """Sets whose strategies depend on one another: their unknowns are solved for together."""

    slots: Index
    free: Index  # without the first option of each set
    first: Index  # [free] the first option of its set
    entry: Index  # entries from slots of the loop to slots of the loop
    row: Index  # [entry] place among ``slots``
    col: Index  # [entry] place among ``slots``
    set_at: Index  # where each set begins among ``slots``
    set_of: Index  # [free] its set's place in ``set_at``
    free_at: Index  # [free] place among ``slots``
    first_at: Index  # [free] place of its first option among ``slots``


@dataclass(frozen=True, eq=False)
class Stage:
    """Sets that depend on earlier stages, and on one another only inside loops."""

    slots: Index
    set_at: Index  # where each set begins among ``slots``
    set_of: Index  # [slot] its set's place in ``set_at``
    entry: Index  # entries from slots of this stage to slots of earlier ones
    add: Sum  # adds them up, by place among ``slots``
    earlier: Index  # the slots of earlier stages that they come from
    add_back: Sum  # adds them up by place among ``earlier``, for the adjoint
    loops: tuple[Loop, ...]


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
        self.stages = stages(self.set_of_slot, self.slot_at, self.row, self.col)
        leaf_of = np.asarray(tree.terminal)
        on = np.asarray(tree.kind)[below] == TERMINAL
        # [column, outcome] how often an edge probability is a factor of the outcome's
        self.factor = summing(
            self.column[above[on]],
            leaf_of[below[on]].astype(np.intp),
            (self.slots + self.chances, len(levels.leaves)),
        )
        # [outcome, column] the same, to go from changes of logs to changes of log outcomes
        self.made_of = summing(
            leaf_of[below[on]].astype(np.intp),
            self.column[above[on]],
            (len(levels.leaves), self.slots + self.chances),
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
        self.option_place, self.option_child, self.option_at = option_entries(tree)
        self.option_slot = np.repeat(
            np.arange(self.slots), np.diff([*self.option_at, len(self.option_place)])
        )
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
        on = np.flatnonzero(place >= 0)
        on = on[self.several[place[on]]]
        line_place, line_column = place[on], self.column[above[on]]
        self.line_place, self.line_column = line_place, line_column
        # what is on the path to every node of a set, as its owner's own moves are, does not tell them apart
        columns = self.slots + self.chances
        _, which, often = np.unique(
            self.set_of_place[line_place] * columns + line_column, return_inverse=True, return_counts=True
        )
        size = np.bincount(self.set_of_place, minlength=1)[self.set_of_place[line_place]]
        telling = often[which.reshape(-1)] < size
        line_place, line_column = line_place[telling], line_column[telling]
        # join with the options at each place
        order = np.argsort(self.option_place, kind="stable")
        begin = np.searchsorted(self.option_place[order], line_place)
        count = np.searchsorted(self.option_place[order], line_place, side="right") - begin
        line = np.repeat(np.arange(len(line_place)), count)
        offset = np.arange(len(line)) - np.repeat(np.cumsum(count) - count, count)
        option = order[begin[line] + offset]
        column = line_column[line]
        by_slot = column < self.slots
        self.belief_option, self.belief_column = option[by_slot], column[by_slot]
        self.belief_chance_option, self.belief_chance = option[~by_slot], column[~by_slot] - self.slots
        slot = np.concatenate([self.pairs.slot[self.value_pair], self.option_slot[self.belief_option]])
        by = np.concatenate([self.column[self.pairs.y[self.value_pair]], self.belief_column])
        key, target = np.unique(slot * max(self.slots, 1) + by, return_inverse=True)
        self.row, self.col = np.divmod(
            key, max(self.slots, 1)
        )  # [entry] worth of slot `row` by log probability of `col`
        self.by_slots = adder(target.reshape(-1), len(key))

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
            summing(
                payoff[cells % self.players == i],
                cells[cells % self.players == i] // self.players,
                (len(tree.numbers), len(self.levels.leaves)),
            )
            for i in range(self.players)
        ]
        self.add_numbers = adder(self.number_of, len(tree.numbers))
        self.add_chance = adder(chance_number, len(tree.numbers))

    @property
    def cells(self) -> int:
        """Numbers in memory for one draw, about."""
        entries = len(self.pairs.y) * 3 + len(self.belief_option) * 2 + len(self.number_of) * 2
        cycles = sum(len(loop.free) ** 2 for stage in self.stages for loop in stage.loops)
        return entries + 2 * len(self.row) + 2 * cycles + self.tree.n_nodes * (self.players + 3)


def stages(set_of_slot: Index, slot_at: Index, row: Index, col: Index) -> tuple[Stage, ...]:
    """The order in which strategies can be solved for: strongly connected sets together, what they depend on first."""
    sets = len(slot_at)
    if not sets:
        return ()
    count, loop_of = circles(set_of_slot[row], set_of_slot[col], sets)
    ends = np.array([*slot_at[1:], len(set_of_slot)])
    mine, theirs = loop_of[set_of_slot[row]], loop_of[set_of_slot[col]]
    outer = np.unique(np.stack([mine, theirs])[:, mine != theirs], axis=1)
    level = np.zeros(count, np.intp)
    while True:  # longest chain of dependence; ends after as many rounds as the chain is long
        deeper = level.copy()
        np.maximum.at(deeper, outer[0], level[outer[1]] + 1)
        if (deeper == level).all():
            break
        level = deeper
    inner = mine == theirs
    circular = np.unique(mine[inner])
    out: list[Stage] = []
    for k in range(int(level.max(initial=-1)) + 1):
        here = np.flatnonzero(level[loop_of] == k)
        slots, set_at, set_of = _slots_of(here, slot_at, ends)
        place = np.full(len(set_of_slot), -1, np.intp)
        place[slots] = np.arange(len(slots))
        entry = np.flatnonzero((level[mine] == k) & (mine != theirs))
        loops = [
            _loop(np.flatnonzero(loop_of == c), slot_at, ends, np.flatnonzero(inner & (mine == c)), row, col)
            for c in np.intersect1d(circular, loop_of[here])
        ]
        earlier, back = np.unique(col[entry], return_inverse=True)
        add, add_back = adder(place[row[entry]], len(slots)), adder(back.reshape(-1), len(earlier))
        out.append(Stage(slots, set_at, set_of, entry, add, earlier, add_back, tuple(loops)))
    return tuple(out)


def _loop(sets: Index, slot_at: Index, ends: Index, entry: Index, row: Index, col: Index) -> Loop:
    slots, set_at, set_of = _slots_of(sets, slot_at, ends)
    first_at = set_at[set_of]
    free_at = np.flatnonzero(first_at != np.arange(len(slots)))
    first_at = first_at[free_at]
    return Loop(
        slots, slots[free_at], slots[first_at], entry, np.searchsorted(slots, row[entry]),
        np.searchsorted(slots, col[entry]), set_at, set_of[free_at], free_at, first_at,
    )  # fmt: skip


def _slots_of(sets: Index, slot_at: Index, ends: Index) -> tuple[Index, Index, Index]:
    """The slots of some sets, in order; where each set begins among them; [slot] whose it is."""
    sizes = ends[sets] - slot_at[sets]
    set_of = np.repeat(np.arange(len(sets)), sizes)
    set_at = np.cumsum(sizes) - sizes
    slots = slot_at[sets][set_of] + np.arange(len(set_of)) - set_at[set_of]
    return slots, set_at, set_of


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
