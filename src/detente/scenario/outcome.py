"""What the equilibrium of one game implies under a policy that does not solve anew: `deviate` and `given`.

Both are sums over the outcomes of the tree as it stands. Nothing here knows how the strategies were found.
Arrays are [node, draw] or [outcome, draw]: a row is contiguous.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from detente.game.tree import CHANCE, DECISION, TERMINAL, Tree

Floats = NDArray[np.float64]

# An option that is played less often than this was "never" seen. A limit probability below 1e-9 is rounding;
# at finite precision every option has some probability and only what a double cannot hold is lost.
NEVER_IN_LIMIT, NEVER_AT_FINITE = 1e-9, 1e-250


@dataclass(frozen=True, eq=False)
class Tally:
    """Sums over the outcomes of a tree, laid out once: which numbers each outcome adds to each event and player."""

    tree: Tree
    terminal: NDArray[np.intp]  # [outcome] its node
    event: tuple[csr_matrix, ...]  # per event: [number, outcome] 1 where the number says whether it happens
    payoff: tuple[csr_matrix, ...]  # per player: [number, outcome] how often the number is paid

    def events(self, numbers: Floats, weight: Floats) -> Floats:
        """Sum of weight x event over outcomes: [draw, event]; ``numbers`` [draw, number], ``weight`` [outcome, draw]."""
        return self._sums(self.event, numbers, weight)

    def values(self, numbers: Floats, weight: Floats) -> Floats:
        """Sum of weight x payoff over outcomes: [draw, player]."""
        return self._sums(self.payoff, numbers, weight)

    @staticmethod
    def _sums(matrices: tuple[csr_matrix, ...], numbers: Floats, weight: Floats) -> Floats:
        out = np.empty((len(numbers), len(matrices)))
        for k, matrix in enumerate(matrices):
            used = np.flatnonzero(np.diff(matrix.indptr))
            out[:, k] = np.einsum("nd,dn->d", matrix[used] @ weight, numbers[:, used])
        return out


def tally(tree: Tree) -> Tally:
    """The layout of the sums for ``tree``."""
    outcomes, size = tree.n_outcomes, len(tree.numbers)
    terminal = np.empty(outcomes, dtype=np.intp)
    ends = np.flatnonzero(tree.kind == TERMINAL)
    terminal[tree.terminal[ends]] = ends
    columns = np.arange(outcomes)
    event = tuple(
        csr_matrix((np.ones(outcomes), (row, columns)), shape=(size, outcomes)) for row in tree.event_number
    )
    payoff: list[csr_matrix] = []
    start = np.asarray(tree.payoff_start, dtype=np.intp)
    players = len(tree.players)
    for player in range(players):
        rows = [
            tree.payoff_number[start[o * players + player] : start[o * players + player + 1]]
            for o in range(outcomes)
        ]
        counts = [len(r) for r in rows]
        number = np.concatenate(rows) if rows else np.zeros(0, int)
        payoff.append(
            csr_matrix((np.ones(sum(counts)), (number, np.repeat(columns, counts))), shape=(size, outcomes))
        )
    return Tally(tree, terminal, event, tuple(payoff))


def reach(
    tree: Tree, numbers: Floats, strategy: Floats, instead: Mapping[int, Floats | float] | None = None
) -> Floats:
    """Probability of being at each node: [node, draw].

    ``numbers`` [draw, number], ``strategy`` [draw, slot]; ``instead`` gives edges another probability.
    """
    draws = max(len(numbers), len(strategy))
    out = np.empty((tree.n_nodes, draws))
    out[0] = 1.0
    instead = instead or {}
    for x in np.flatnonzero(tree.kind != TERMINAL).tolist():
        for k, edge in enumerate(edges(tree, x)):
            if edge in instead:
                chance: Floats | float = instead[edge]
            elif tree.kind[x] == CHANCE:
                chance = numbers[:, tree.edge_number[edge]]
            else:
                chance = strategy[:, int(tree.slot_start[tree.info_set[x]]) + k]
            np.multiply(out[x], chance, out=out[tree.child[edge]])
    return out


def passing(tree: Tree, edges: frozenset[int]) -> NDArray[np.bool_]:
    """Whether the way to each node [node] leads over one of the edges."""
    out = np.zeros(tree.n_nodes, dtype=bool)
    for x in range(1, tree.n_nodes):  # parents come before children
        up = int(tree.parent[x])
        out[x] = out[up] or int(tree.child_start[up]) + int(tree.branch[x]) in edges
    return out


def side_by_side(tree: Tree, variant: Tree) -> list[tuple[int, int]]:
    """Nodes of ``tree`` and of ``variant`` with the same history, where somebody decides in the first and chance moves
    in the second. ``variant`` is the same game with some moves played by chance, and may lack options."""
    fixed: list[tuple[int, int]] = []
    stack = [(0, 0)]
    while stack:
        x, v = stack.pop()
        if tree.node_label[x] != variant.node_label[v]:
            raise AssertionError("the trees are not of one game")
        if tree.kind[x] == DECISION and variant.kind[v] == CHANCE:
            fixed.append((x, v))
        ours = {tree.edge_label[e]: int(tree.child[e]) for e in edges(tree, x)}
        stack += [(ours[variant.edge_label[e]], int(variant.child[e])) for e in edges(variant, v)]
    return sorted(fixed)


def edges(tree: Tree, node: int) -> range:
    """The edges below a node, in the order of its options."""
    return range(int(tree.child_start[node]), int(tree.child_start[node + 1]))
