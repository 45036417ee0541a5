"""A tree level by level, for NumPy passes over all draws at once: forward for reach, backward for values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import CHANCE, DECISION, TERMINAL, Floats, Tree

Index = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Level:
    """The nodes of one depth, children of one parent side by side."""

    nodes: Index
    parents: Index  # [node]
    edge: Index  # [node] row of the edge probabilities: slots, then chance edges
    parent_nodes: Index  # each parent once
    parent_at: Index  # where its children begin among `nodes`


@dataclass(frozen=True, eq=False)
class Levels:
    """The passes' index arrays; depends on the tree alone."""

    tree: Tree
    levels: tuple[Level, ...]
    chance: Index  # [chance edge] index into numbers
    leaves: Index  # [outcome] node
    payoff_at: (
        Index  # where the numbers of each cell (outcome * players + player) begin, of cells that have any
    )
    payoff_cell: Index  # those cells

    def edges(self, numbers: Floats, strategy: Floats) -> Floats:
        """Probabilities [slot + chance edge, draw] from numbers [draw, number] and strategy [draw, slot]."""
        return np.concatenate([strategy.T, numbers[:, self.chance].T])

    def forward(self, edges: Floats) -> Floats:
        """Probability of reaching each node [node, draw]."""
        reach = np.ones((self.tree.n_nodes, edges.shape[1]))
        for level in self.levels:
            reach[level.nodes] = reach[level.parents] * edges[level.edge]
        return reach

    def backward(self, edges: Floats, at_leaves: Floats) -> Floats:
        """Expected payoff at each node [node, draw] from that of each outcome [outcome, draw]."""
        value = np.zeros((self.tree.n_nodes, edges.shape[1]))
        value[self.leaves] = at_leaves
        for level in reversed(self.levels):
            value[level.parent_nodes] = np.add.reduceat(
                value[level.nodes] * edges[level.edge], level.parent_at, axis=0
            )
        return value

    def payoffs(self, numbers: Floats) -> Floats:
        """Payoff of every player at every outcome [outcome, player, draw]."""
        players = len(self.tree.players)
        flat = np.zeros((len(self.leaves) * players, len(numbers)))
        if len(self.payoff_cell):
            flat[self.payoff_cell] = np.add.reduceat(
                numbers.T[self.tree.payoff_number], self.payoff_at, axis=0
            )
        return flat.reshape(len(self.leaves), players, len(numbers))


def levels_of(tree: Tree) -> Levels:
    """The levels of a tree."""
    kind, parent, branch = np.asarray(tree.kind), np.asarray(tree.parent), np.asarray(tree.branch)
    n = tree.n_nodes
    info_set, slot_start = np.asarray(tree.info_set), np.asarray(tree.slot_start)
    owner_of_edge = np.repeat(np.arange(n), np.diff(tree.child_start))
    is_chance = kind[owner_of_edge] == CHANCE
    edge_row = np.zeros(len(tree.child), np.intp)
    edge_row[is_chance] = tree.n_slots + np.arange(int(is_chance.sum()))
    decides = kind[owner_of_edge] == DECISION
    kids = np.asarray(tree.child)
    edge_row[decides] = slot_start[info_set[owner_of_edge[decides]]] + branch[kids[decides]]
    row = np.zeros(n, np.intp)
    row[kids] = edge_row
    depth = np.zeros(n, np.intp)
    levels: list[Level] = []
    for x in range(1, n):
        depth[x] = depth[parent[x]] + 1
    for d in range(1, int(depth.max(initial=0)) + 1):
        nodes = np.flatnonzero(depth == d)
        parents = parent[nodes].astype(np.intp)
        nodes, parents = nodes[np.argsort(parents, kind="stable")], np.sort(parents)
        once, at = np.unique(parents, return_index=True)
        levels.append(Level(nodes, parents, row[nodes], once, at))
    leaves = np.zeros(tree.n_outcomes, np.intp)
    leaves[np.asarray(tree.terminal)[kind == TERMINAL]] = np.flatnonzero(kind == TERMINAL)
    payoff_start = np.asarray(tree.payoff_start).astype(np.intp)
    cell = np.flatnonzero(np.diff(payoff_start))
    chance = np.asarray(tree.edge_number)[is_chance].astype(np.intp)
    return Levels(tree, tuple(levels), chance, leaves, payoff_start[cell], cell)


def option_entries(tree: Tree) -> tuple[Index, Index, Index]:
    """What the options of all sets lead to, one entry per slot and node of its set, slot after slot.

    The place of the node [entry], the node that the option leads to from there [entry], and where each slot begins [slot].
    """
    place, child, at = list[int](), list[int](), list[int]()
    first = 0
    for owned in tree.sets:
        for a in range(len(owned.options)):
            at.append(len(place))
            place += range(first, first + len(owned.nodes))
            child += [int(tree.child[int(tree.child_start[x]) + a]) for x in owned.nodes]
        first += len(owned.nodes)
    return np.array(place, np.intp), np.array(child, np.intp), np.array(at, np.intp)
