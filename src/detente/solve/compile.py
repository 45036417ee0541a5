"""A tree as the solver's kernels want it: flat arrays in the order in which the kernels run through them.

The kernels see decisions only. Parts of the tree in which nobody decides any more are summed up once a draw (*ends*), chance
between two decisions becomes one factor, and the value of a node is kept for the players who have decided above it: nobody
else's is asked for. These values are *cells*; a node's players stand in the order of their first decision on the
way to it, so that a player has the same position at a node and everywhere below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detente.errors import GameError
from detente.game.tree import CHANCE, DECISION, TERMINAL, Ints, Tree
from detente.solve.dependence import dependencies, dependency_order
from detente.solve.levels import Levels, levels_of

Places = NDArray[np.uint32]  # not signed: kernels need not ask whether an index counts from the end

MOST_UNKNOWNS = 4000  # a dense Jacobian of this side takes 128 MB per thread


# Columns of the two-dimensional arrays of a Shape: few arrays, because each costs time at compilation and at every call.
OWNER, FIRST_SLOT, FIRST_MEMBER, FIRST_NEED, SHIFT = range(5)  # of sets
SET, OWN, FIRST_KID, FIRST_STEP, STEPS, FIRST_CHANCE, CHANCES = range(7)  # of member; FIRST_KID of inner too
CELL, CELLS, SUM_KID, KIDS = range(4)  # of inner; CELL of kid, CELL and CELLS of leaf
KID_SLOT = 1  # of kid
LEAF_CHANCE, LEAF_CHANCES = 2, 3  # of leaf
ROW, UP, POSITION = range(3)  # of step
START, TRIVIAL = 0, 1  # of block


class Shape(NamedTuple):
    """What every draw of one game shares. *Slots* are the options of sets, then the chance edges."""

    sets: Ints  # [set + 1, :] OWNER; FIRST_SLOT, _MEMBER, _NEED; SHIFT: the log-odds of slot s is unknown s + shift
    member: Places  # [place, :] SET; position OWN of its owner in the cells of its children; where its kids, steps, chance begin
    order: Places  # [place] parents first
    step: Places  # decisions above a member, nearest first: the slot taken (ROW), the member UP there, its owner's POSITION
    inner: Places  # [node, :] nodes with a decision at or below, parents first: first CELL, number of CELLS, first kid, KIDS
    kid: Places  # [kid, :] children of inner nodes: first CELL; slot of the edge
    leaf: Places  # [outcome, :] the CELLS it adds to; chance edges that lead to it from the last decision
    cell: Places  # [cell] player
    chance: Places  # slots of chance edges, for members and leaves
    need: Places  # sets that a set depends on, set after set
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
    n_sets = len(tree.sets)
    unknowns = tree.n_slots - n_sets
    if unknowns > MOST_UNKNOWNS:
        raise GameError(
            f"{tree.title or 'this game'} has too many options to be solved",
            found=unknowns,
            allowed=f"at most {MOST_UNKNOWNS} unknowns",
        )
    slot, chance_nodes = _slots(tree)
    needs = dependencies(tree, slot)
    order, component = dependency_order(needs)
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

    sets = np.zeros((n_sets + 1, 5), np.int32)
    sets[:-1, OWNER] = [h.player for h in tree.sets]
    sets[:, FIRST_SLOT] = tree.slot_start
    sets[:, FIRST_MEMBER] = np.cumsum([0, *(len(h.nodes) for h in tree.sets)])
    sets[:, FIRST_NEED] = np.cumsum([0, *(len(g) for g in needs)])
    sets[:-1, SHIFT] = unknown_start - np.asarray(tree.slot_start)[:-1] - 1
    shape = Shape(
        sets=sets,
        need=_table([[g] for row in needs for g in row], 1).reshape(-1),
        block=np.stack([block_start, [*trivial, 0]], axis=1).astype(np.int32),
        **_passes(tree, slot),
    )
    return CompiledTree(tree, shape, levels_of(tree), chance_nodes)


def _slots(tree: Tree) -> tuple[Ints, tuple[tuple[int, ...], ...]]:
    """The slot of the edge that leads to each node, -1 at the root; and the numbers of each chance node's edges."""
    kind, child_start = np.asarray(tree.kind), np.asarray(tree.child_start)
    slot = np.full(tree.n_nodes, -1, np.int32)
    chance_nodes: list[tuple[int, ...]] = []
    at = tree.n_slots
    for x in range(tree.n_nodes):
        edges = slice(int(child_start[x]), int(child_start[x + 1]))
        count = edges.stop - edges.start
        if kind[x] == DECISION:
            slot[tree.child[edges]] = int(tree.slot_start[tree.info_set[x]]) + np.arange(count)
        elif kind[x] == CHANCE:
            slot[tree.child[edges]] = at + np.arange(count)
            at += count
            chance_nodes.append(tuple(tree.edge_number[edges].tolist()))
    return slot, tuple(chance_nodes)


def _passes(tree: Tree, slot: Ints) -> dict[str, Places]:
    """The arrays that evaluation runs through."""
    kind, parent, nodes = _list(tree.kind), _list(tree.parent), range(tree.n_nodes)
    info_set, into = _list(tree.info_set), _list(slot)
    child_start, child = _list(tree.child_start), _list(tree.child)
    deciding = [k == DECISION for k in kind]
    for x in reversed(range(1, tree.n_nodes)):
        deciding[parent[x]] |= deciding[x]

    # forward: who has decided above, by first decision; the decision above; chance edges since then
    players: list[tuple[int, ...]] = [()] * tree.n_nodes
    above = [-1] * tree.n_nodes  # the child of the last decision node on the way, -1 if there is none
    since: list[tuple[int, ...]] = [()] * tree.n_nodes
    for x in range(1, tree.n_nodes):
        up = parent[x]
        players[x], above[x], since[x] = players[up], above[up], (*since[up], into[x])
        if kind[up] == DECISION:
            owner = tree.sets[info_set[up]].player
            players[x] = players[up] if owner in players[up] else (*players[up], owner)
            above[x], since[x] = x, ()

    cell_of, cell = [0] * tree.n_nodes, list[int]()
    inner, first_kid, kid = list[list[int]](), [0] * tree.n_nodes, list[list[int]]()
    for x in nodes:
        if x == 0 or deciding[x] or deciding[parent[x]]:
            cell_of[x] = len(cell)
            cell += players[x]
    for x in nodes:
        if deciding[x]:
            first_kid[x] = len(kid)
            kids = child[child_start[x] : child_start[x + 1]]
            inner.append([cell_of[x], len(players[x]), len(kid), len(kids)])
            kid += [[cell_of[y], into[y]] for y in kids]

    leaf, chance = [[0] * 4 for _ in range(tree.n_outcomes)], list[int]()
    for x in nodes:
        if kind[x] == TERMINAL:
            end, path = x, list[int]()
            while end != 0 and not deciding[parent[end]]:
                path.append(into[end])
                end = parent[end]
            leaf[int(tree.terminal[x])] = [cell_of[end], len(players[end]), len(chance), len(path)]
            chance += path

    members = [x for h in tree.sets for x in h.nodes]
    place = {x: m for m, x in enumerate(members)}
    member, step = list[list[int]](), list[list[int]]()
    for x in members:
        first, y = len(step), above[x]
        while y >= 0:
            up = parent[y]
            step.append([into[y], place[up], players[y].index(tree.sets[info_set[up]].player)])
            y = above[up]
        owner = tree.sets[info_set[x]].player
        own = players[x].index(owner) if owner in players[x] else len(players[x])
        member.append([info_set[x], own, first_kid[x], first, len(step) - first, len(chance), len(since[x])])
        chance += since[x]
    return {
        "member": _table(member, 7),
        "order": np.argsort(np.array(members, np.intp)).astype(np.uint32),
        "step": _table(step, 3),
        "inner": _table(inner, 4),
        "kid": _table(kid, 2),
        "leaf": _table(leaf, 4),
        "cell": np.array(cell, np.uint32),
        "chance": np.array(chance, np.uint32),
    }


def _list(values: Ints) -> list[int]:
    """Plain numbers: faster one by one."""
    return values.tolist()


def _table(rows: list[list[int]], columns: int) -> Places:
    """A fresh writable uint32 matrix: one type, so that nothing is compiled twice."""
    return np.array(rows, np.uint32).reshape(-1, columns)
