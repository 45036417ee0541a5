"""A tree as the solver's kernels want it: flat arrays in the order in which the kernels run through them.

The kernels see decisions only. Parts of the tree in which nobody decides any more are summed up once a draw (*ends*), chance
between two decisions becomes one factor, and the value of a node is kept for the players who have decided above it: nobody
else's is asked for. These values are *cells*; a node's players stand in the order of their first decision on the
way to it, so that a player has the same position at a node and everywhere below it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.errors import GameError
from detente.game.tree import CHANCE, DECISION, TERMINAL, Floats, Ints, Tree
from detente.solve.levels import Levels, levels_of
from detente.solve.logit import layout as of
from detente.solve.logit.dependence import dependencies, dependency_order
from detente.solve.logit.factor import Factor, elimination_order, plan_factor
from detente.solve.logit.lanes import LANES

MOST_UNKNOWNS = 4000  # a dense Jacobian of this side, for pivoting, takes 128 MB per thread
Table = list[list[int]]


@dataclass(frozen=True, eq=False)
class CompiledTree:
    """A tree as the kernels run through it; make it once when a game is solved many times."""

    tree: Tree
    levels: Levels  # for the passes in NumPy: certificate and outcome
    chance_nodes: tuple[tuple[int, ...], ...]  # per chance node, the numbers of its edges
    table: Ints  # [row, 4] see layout.py
    at: Ints  # [section]
    first_unknown: Ints  # [set]
    blocks: tuple[
        tuple[int, int], ...
    ]  # unknowns [from, to) of each strongly connected block of more than one set
    rows: int  # of the work array

    @property
    def unknowns(self) -> int:
        return int(self.at[of.UNKNOWNS])

    @property
    def places(self) -> int:
        return int(self.at[of.PLACE_COUNT])

    @property
    def largest_block(self) -> int:
        return max((end - start for start, end in self.blocks), default=0)

    def room(self) -> tuple[Floats, Ints]:
        """Fresh scratch arrays for one thread: numbers [row, lane] and counts [row, lane]."""
        counts = int(self.at[of.EXPECTED] + self.at[of.BLOCK_COUNT])
        return np.zeros((self.rows, LANES)), np.zeros((counts, LANES), np.int32)


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
    options = np.diff(tree.slot_start)
    sizes = [int(k) - 1 for k in options]
    unknown_start, starts, trivial = [0] * n_sets, [0], list[int]()
    for block in _blocks(needs, sizes):
        at = starts[-1]
        for h in block:
            unknown_start[h] = at
            at += sizes[h]
        starts.append(at)
        trivial.append(int(len(block) == 1))

    tables, pair_of, pairs = _passes(tree, slot)
    needs_table, first_need, entries = Table(), [0], list[tuple[int, int]]()
    for h in range(n_sets):
        for g in needs[h]:
            below, above = pair_of.get((g, h), of.NONE), pair_of.get((h, g), of.NONE)
            needs_table.append([g, below, above, len(entries)])
            entries += [
                (unknown_start[h] + a, unknown_start[g] + b) for a in range(sizes[h]) for b in range(sizes[g])
            ]
        first_need.append(len(needs_table))
    first_place = np.cumsum([0, *(len(h.nodes) for h in tree.sets)])
    shift = [u - int(s) - 1 for u, s in zip(unknown_start, tree.slot_start, strict=False)]
    factor = plan_factor(starts, entries)
    tables |= {
        of.SETS: [
            [int(tree.slot_start[h]), int(first_place[h]), first_need[h], shift[h] if h < n_sets else 0]
            for h in range(n_sets + 1)
        ],
        of.NEEDS: needs_table,
        of.BLOCKS: [list(row) for row in zip(starts, [*trivial, 0], strict=True)],
        of.ROWS: factor.rows,
        of.DIAGONALS: factor.diagonals,
        of.OUTERS: factor.outers,
        of.INNERS: factor.inners,
        of.LOWERS: factor.lowers,
        of.UPPERS: factor.uppers,
        of.UPDATES: factor.updates,
    }
    table, at, rows = _lay_out(tables, tree, starts[-1], pairs, len(entries), factor)
    return CompiledTree(
        tree=tree,
        levels=levels_of(tree),
        chance_nodes=chance_nodes,
        table=table,
        at=at,
        first_unknown=np.array(unknown_start, np.int32),
        blocks=tuple(
            (start, end) for start, end, alone in zip(starts, starts[1:], trivial, strict=False) if not alone
        ),
        rows=rows,
    )


def _lay_out(
    tables: dict[int, Table], tree: Tree, unknowns: int, pairs: int, entries: int, factor: Factor
) -> tuple[Ints, Ints, int]:
    """All tables in one, where each section begins, and the number of rows of the work array."""
    at = np.zeros(of.SECTION_END, np.int32)
    table = np.zeros((sum(len(rows) for rows in tables.values()), 4), np.int32)
    begin = 0
    for section in range(of.TABLES):
        rows = tables[section]
        at[section] = begin
        if rows:
            table[begin : begin + len(rows), : len(rows[0])] = rows
        begin += len(rows)
    at[of.SET_COUNT], at[of.BLOCK_COUNT] = len(tree.sets), len(tables[of.BLOCKS]) - 1
    at[of.PLACE_COUNT], at[of.NODE_COUNT] = len(tables[of.PLACES]), len(tables[of.NODES])
    at[of.LEAF_COUNT], at[of.CELL_TOTAL] = len(tables[of.LEAVES]), len(tables[of.CELL_PLAYERS])
    at[of.UNKNOWNS], at[of.SLOTS], at[of.PAIRS] = unknowns, tree.n_slots, pairs
    at[of.CHANCE_EDGES] = int((np.asarray(tree.edge_number) >= 0).sum())
    at[of.IN_SEQUENCE] = int(all(row[of.TRIVIAL] == 1 for row in tables[of.BLOCKS][:-1]))
    sizes = {
        range(of.Z, of.PROB): unknowns,
        range(of.PROB, of.BELIEF): int(at[of.SLOTS] + at[of.CHANCE_EDGES]),
        range(of.BELIEF, of.VALUE): int(at[of.PLACE_COUNT]),
        range(of.VALUE, of.OF_WORTH): int(at[of.CELL_TOTAL]),
        range(of.OF_WORTH, of.JACOBIAN): pairs,
        range(of.JACOBIAN, of.FACTORED): entries,
        range(of.FACTORED, of.NEGATIVES): factor.puts,
    }
    begin = of.SCALARS
    for sections, size in sizes.items():
        for section in sections:
            at[section] = begin
            begin += size
    at[of.NEGATIVES], at[of.EXPECTED] = of.COUNTS, of.COUNTS + int(at[of.BLOCK_COUNT])
    return table, at, begin


def _blocks(needs: list[list[int]], sizes: list[int]) -> list[list[int]]:
    """Strongly connected components, each after all that it depends on, its sets in the order of elimination."""
    order, component = dependency_order(needs)
    blocks: dict[int, list[int]] = {}
    for h in order:
        blocks.setdefault(component[h], []).append(h)
    return [elimination_order(block, needs, sizes) for block in blocks.values()]


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


def _passes(tree: Tree, slot: Ints) -> tuple[dict[int, Table], dict[tuple[int, int], int], int]:
    """The arrays that evaluation runs through; the first pair of each (lower set, upper set); the number of pairs.

    Pairs of two sets stand together, those of one upper option side by side.
    """
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
    inner, first_kid, kid = Table(), [0] * tree.n_nodes, Table()
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
    member, edges, step = Table(), Table(), Table()
    pair_of, pairs = dict[tuple[int, int], int](), 0
    for x in members:
        lower = info_set[x]
        first, y = len(step), above[x]
        while y >= 0:
            up = parent[y]
            upper = info_set[up]
            rows = len(tree.sets[lower].options) - 1
            if (lower, upper) not in pair_of:
                pair_of[lower, upper] = pairs
                pairs += rows * len(tree.sets[upper].options)
            pair = pair_of[lower, upper] + rows * (into[y] - int(tree.slot_start[upper]))
            step.append([into[y], place[up], players[y].index(tree.sets[upper].player), pair])
            y = above[up]
        owner = tree.sets[lower].player
        own = players[x].index(owner) if owner in players[x] else len(players[x])
        member.append([own, first_kid[x], first, len(step) - first])
        edges.append([len(chance), len(since[x])])
        chance += since[x]
    tables: dict[int, Table] = {
        of.PLACES: member,
        of.PLACE_CHANCES: edges,
        of.ORDER: [[int(m)] for m in np.argsort(np.array(members, np.intp))],
        of.ABOVES: step,
        of.NODES: inner,
        of.KIDS: kid,
        of.LEAVES: leaf,
        of.CELL_PLAYERS: [[i] for i in cell],
        of.CHANCES: [[c] for c in chance],
    }
    return tables, pair_of, pairs


def _list(values: Ints) -> list[int]:
    """Plain numbers: faster one by one."""
    return values.tolist()
