"""A tree as the solver's kernels want it: flat arrays, and the order in which information sets depend on one another.

The log-odds of set h depend on those of set g if g is played below a node of h (it shapes what h's options are worth) or
above several nodes of h in different ways (it shapes the belief there). The strongly connected components of this graph,
dependencies first, make the Jacobian block lower triangular; a component of one set has the identity as its block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from detente.errors import GameError
from detente.game.tree import CHANCE, DECISION, TERMINAL, Ints, Tree
from detente.solve.levels import Levels, levels_of

MOST_UNKNOWNS = 4000  # a dense Jacobian of this side takes 128 MB per thread


# Columns of the two-dimensional arrays of a Shape: few arrays, because each costs time at compilation and at every call.
PARENT, SLOT, SET, PLACE = 0, 1, 2, 3
OWNER, FIRST_SLOT, FIRST_MEMBER, FIRST_NEED, SHIFT = 0, 1, 2, 3, 4
START, TRIVIAL = 0, 1


class Shape(NamedTuple):
    """What every draw of one game shares. *Slots* are the options of sets, then the chance edges."""

    node: Ints  # [node, :] PARENT; SLOT of the edge that leads here, -1 at the root; SET or -1; PLACE in `member` or -1
    kid_start: Ints  # [node + 1]
    kid: Ints  # [edge]
    inner: Ints  # nodes that are not terminal, parents first
    leaf: Ints  # [outcome] its node
    sets: Ints  # [set + 1, :] OWNER; FIRST_SLOT, _MEMBER, _NEED; SHIFT: the log-odds of slot s is unknown s + shift
    member: Ints  # [place] nodes, sets in order
    need: Ints  # sets that a set depends on, set after set
    block: Ints  # [block + 1, :] START: first unknown; TRIVIAL: 1 if the block is the identity


@dataclass(frozen=True, eq=False)
class CompiledTree:
    """A tree and its shape; make it once when a game is solved many times."""

    tree: Tree
    shape: Shape
    levels: Levels  # for the passes in NumPy: certificate and outcome
    chance_nodes: tuple[tuple[int, ...], ...]  # per chance node, the numbers of its edges

    @property
    def unknowns(self) -> int:
        return int(self.shape.block[-1, START])

    @property
    def largest_block(self) -> int:
        sizes = np.diff(self.shape.block[:, START])
        return int(sizes[self.shape.block[:-1, TRIVIAL] == 0].max(initial=0))


def compile_tree(tree: Tree) -> CompiledTree:
    """The arrays of ``tree`` for the solver. Raises GameError where it is too large to be solved."""
    n, n_sets, n_slots = tree.n_nodes, len(tree.sets), tree.n_slots
    unknowns = n_slots - n_sets
    if unknowns > MOST_UNKNOWNS:
        raise GameError(
            f"{tree.title or 'this game'} has too many options to be solved",
            found=unknowns,
            allowed=f"at most {MOST_UNKNOWNS} unknowns",
        )
    kind, parent = np.asarray(tree.kind), np.asarray(tree.parent)
    child_start = np.asarray(tree.child_start)

    slot = np.full(n, -1, np.int32)
    chance_edges = 0
    chance_nodes: list[tuple[int, ...]] = []
    for x in range(n):
        edges = range(int(child_start[x]), int(child_start[x + 1]))
        if kind[x] == DECISION:
            first = int(tree.slot_start[tree.info_set[x]])
            for step, edge in enumerate(edges):
                slot[tree.child[edge]] = first + step
        elif kind[x] == CHANCE:
            for edge in edges:
                slot[tree.child[edge]] = n_slots + chance_edges
                chance_edges += 1
            chance_nodes.append(tuple(int(tree.edge_number[edge]) for edge in edges))

    member = np.array([x for h in tree.sets for x in h.nodes], np.int32)
    member_start = np.cumsum([0, *(len(h.nodes) for h in tree.sets)]).astype(np.int32)
    place = np.full(n, -1, np.int32)
    place[member] = np.arange(len(member))

    needs = _dependencies(tree, slot)
    order, component = _dependency_order(needs)
    unknown_start = np.zeros(n_sets, np.int32)
    block_start, trivial, at = [0], list[int](), 0
    sizes = np.diff(tree.slot_start) - 1
    for k, h in enumerate(order):
        unknown_start[h] = at
        at += int(sizes[h])
        alone = (k == 0 or component[order[k - 1]] != component[h]) and (
            k + 1 == n_sets or component[order[k + 1]] != component[h]
        )
        if k + 1 == n_sets or component[order[k + 1]] != component[h]:
            block_start.append(at)
            trivial.append(int(alone))

    leaf = np.zeros(tree.n_outcomes, np.int32)
    leaf[np.asarray(tree.terminal)[kind == TERMINAL]] = np.flatnonzero(kind == TERMINAL)
    sets = np.zeros((n_sets + 1, 5), np.int32)
    sets[:-1, OWNER] = [h.player for h in tree.sets]
    sets[:, FIRST_SLOT] = tree.slot_start
    sets[:, FIRST_MEMBER] = member_start
    sets[:, FIRST_NEED] = np.cumsum([0, *(len(g) for g in needs)])
    sets[:-1, SHIFT] = unknown_start - np.asarray(tree.slot_start)[:-1] - 1
    shape = Shape(
        node=np.stack([parent, slot, np.asarray(tree.info_set), place], axis=1).astype(np.int32),
        kid_start=_ints(child_start),
        kid=_ints(tree.child),
        inner=_ints(np.flatnonzero(kind != TERMINAL)),
        leaf=leaf,
        sets=sets,
        member=member,
        need=_ints([g for row in needs for g in row]),
        block=np.stack([block_start, [*trivial, 0]], axis=1).astype(np.int32),
    )
    return CompiledTree(tree, shape, levels_of(tree), tuple(chance_nodes))


def _ints(values: object) -> Ints:
    """A fresh writable int32 vector: one type, so that nothing is compiled twice."""
    return np.array(values, np.int32).reshape(-1)


def _dependencies(tree: Tree, slot: Ints) -> list[list[int]]:
    """For each set, the sets that its log-odds depend on."""
    n_sets = len(tree.sets)
    info_set, parent = np.asarray(tree.info_set), np.asarray(tree.parent)
    owner = np.array([h.player for h in tree.sets], np.int64)
    nodes = np.flatnonzero(info_set >= 0)
    needs = np.zeros((n_sets, n_sets), bool)
    # for the part through beliefs: which slots of g lie above how many nodes of h
    seen: dict[tuple[int, int], int] = {}
    here, child = nodes, nodes
    while len(here):
        up = parent[child]
        keep = up >= 0
        here, child, up = here[keep], child[keep], up[keep]
        decides = info_set[up] >= 0
        below, above = info_set[here[decides]], info_set[up[decides]]
        needs[above, below] = True
        code, count = np.unique(
            below.astype(np.int64) * tree.n_slots + slot[child[decides]], return_counts=True
        )
        for c, k in zip(code.tolist(), count.tolist(), strict=True):
            pair = divmod(c, tree.n_slots)
            seen[pair] = seen.get(pair, 0) + k
        child = up
    slot_set = np.repeat(np.arange(n_sets), np.diff(tree.slot_start))
    for (h, s), count in seen.items():
        g = int(slot_set[s])
        if owner[g] != owner[h] and count < len(tree.sets[h].nodes):
            needs[h, g] = True
    np.fill_diagonal(needs, False)
    return [np.flatnonzero(row).tolist() for row in needs]


def _dependency_order(needs: list[list[int]]) -> tuple[list[int], list[int]]:
    """Sets with those they depend on first, members of a component together; and the component of each set.

    Tarjan (1972), without recursion: a component is complete only after all that it depends on.
    """
    n = len(needs)
    number, low, component = [-1] * n, [0] * n, [-1] * n
    order: list[int] = []
    waiting: list[int] = []
    visited = components = 0
    for start in range(n):
        path: list[tuple[int, int]] = [(start, 0)] if number[start] < 0 else []
        while path:
            h, k = path.pop()
            if k == 0:
                number[h] = low[h] = visited
                visited += 1
                waiting.append(h)
            else:
                low[h] = min(low[h], low[needs[h][k - 1]])
            while k < len(needs[h]) and number[needs[h][k]] >= 0:
                if component[needs[h][k]] < 0:
                    low[h] = min(low[h], number[needs[h][k]])
                k += 1
            if k < len(needs[h]):
                path += [(h, k + 1), (needs[h][k], 0)]
            elif low[h] == number[h]:
                while component[h] < 0:
                    g = waiting.pop()
                    component[g] = components
                    order.append(g)
                components += 1
    return order, component
