"""Who depends on whom in a game, counted in two ways: over log-odds alone, and over strategies and beliefs.

Over *log-odds*, set h depends on set g if g is played below h, or above several nodes of h in different ways.
Over *strategies and beliefs*, the strategy at h depends on the belief at h and on the strategies below; the belief at h on the
strategies that tell its nodes apart. Guess what breaks all cycles of that graph (a feedback vertex set) and everything else
follows in order. Cycles stay within strongly connected components, which are solved one after the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from detente.game.tree import Tree


@dataclass(frozen=True)
class Needs:
    """The edges of both graphs; a *group* is the nodes of a set that the strategies of others do not tell apart."""

    below: tuple[frozenset[int], ...]  # [set] sets played below it
    telling: tuple[frozenset[int], ...]  # [set] sets whose strategies make its belief
    groups: tuple[tuple[tuple[int, ...], ...], ...]  # [set] positions of its nodes, group by group
    unknowns: tuple[int, ...]  # [set] options - 1

    @property
    def dimensions(self) -> tuple[int, ...]:
        """[set] dimensions of its belief; 0 where chance alone makes it."""
        return tuple(len(g) - 1 for g in self.groups)

    def log_odds(self) -> list[set[int]]:
        """[set] the sets that its log-odds depend on."""
        return [
            (set(b) | set(t)) - {h} for h, (b, t) in enumerate(zip(self.below, self.telling, strict=True))
        ]

    def with_beliefs(self) -> tuple[list[set[int]], list[int]]:
        """Vertices: strategies of the sets, then their beliefs. What each depends on, and its number of unknowns."""
        n = len(self.below)
        edges = [set(b) - {h} | ({n + h} if self.dimensions[h] else set()) for h, b in enumerate(self.below)]
        edges += [set(t) if self.dimensions[h] else set() for h, t in enumerate(self.telling)]
        return edges, [*self.unknowns, *self.dimensions]


def needs_of(tree: Tree) -> Needs:
    """Both graphs of a tree."""
    n = len(tree.sets)
    above: list[frozenset[tuple[int, int]]] = [frozenset()] * tree.n_nodes  # (set, option) on the way
    below: list[set[int]] = [set() for _ in range(n)]
    parent, branch, info_set = tree.parent.tolist(), tree.branch.tolist(), tree.info_set.tolist()
    for x in range(1, tree.n_nodes):
        up = parent[x]
        above[x] = above[up] | {(info_set[up], branch[x])} if info_set[up] >= 0 else above[up]
        if info_set[x] >= 0:
            for g, _ in above[x]:
                below[g].add(info_set[x])
    telling: list[frozenset[int]] = []
    groups: list[tuple[tuple[int, ...], ...]] = []
    for owned in tree.sets:
        slots = [
            frozenset((g, a) for g, a in above[x] if tree.sets[g].player != owned.player) for x in owned.nodes
        ]
        common = frozenset.intersection(*slots)
        kinds: dict[frozenset[tuple[int, int]], list[int]] = {}
        for k, s in enumerate(slots):
            kinds.setdefault(s - common, []).append(k)
        telling.append(frozenset(g for s in kinds for g, _ in s))
        groups.append(tuple(tuple(k) for k in kinds.values()))
    sizes = (np.diff(tree.slot_start) - 1).tolist()
    return Needs(tuple(frozenset(b) for b in below), tuple(telling), tuple(groups), tuple(sizes))


def components(edges: list[set[int]], among: Iterable[int] | None = None) -> list[list[int]]:
    """Strongly connected components, of the vertices ``among`` if given."""
    keep = sorted(range(len(edges)) if among is None else set(among))
    place = {v: k for k, v in enumerate(keep)}
    pairs = [(place[v], place[w]) for v in keep for w in edges[v] if w in place]
    if not keep:
        return []
    row, column = (np.array([p[i] for p in pairs], int) for i in (0, 1))
    graph = coo_array((np.ones(len(pairs)), (row, column)), shape=(len(keep), len(keep)))
    _, label = connected_components(graph, directed=True, connection="strong")
    out: dict[int, list[int]] = {}
    for v, k in zip(keep, label.tolist(), strict=True):
        out.setdefault(k, []).append(v)
    return list(out.values())


def short_cycle(edges: list[set[int]], start: int, inside: set[int]) -> list[int]:
    """A shortest cycle through ``start``, or nothing."""
    came = {start: -1}
    queue = [start]
    for v in queue:
        for w in edges[v]:
            if w == start:
                cycle = [v]
                while came[cycle[-1]] >= 0:
                    cycle.append(came[cycle[-1]])
                return cycle
            if w in inside and w not in came:
                came[w] = v
                queue.append(w)
    return []


def feedback(
    edges: list[set[int]], weight: list[int], component: list[int], seconds: float = 10.0
) -> tuple[list[int], bool]:
    """Vertices of a component that break all its cycles, of least weight; and whether that is proved.

    Cycles are collected until a cheapest cover of them (integer programme) covers all. Where time ends, the cover found by taking
    the vertex with the most short cycles per weight again and again, then leaving out what is not needed.
    """
    import time

    begin = time.perf_counter()
    cycles: set[frozenset[int]] = set()
    proved = False
    chosen: set[int] = set()
    while time.perf_counter() - begin < seconds:
        left = set(component) - chosen
        found = 0
        for part in components(edges, left):
            inside = set(part)
            for v in part if len(part) > 1 else ():
                cycle = short_cycle(edges, v, inside)
                if cycle and frozenset(cycle) not in cycles:
                    cycles.add(frozenset(cycle))
                    found += 1
        if not found:
            proved = True
            break
        place = {v: k for k, v in enumerate(component)}
        rows = [(i, place[v]) for i, c in enumerate(cycles) for v in c]
        cover = coo_array(
            (np.ones(len(rows)), ([r for r, _ in rows], [c for _, c in rows])),
            shape=(len(cycles), len(component)),
        ).tocsr()
        answer = milp(
            np.array([weight[v] for v in component], float),
            constraints=LinearConstraint(cover, lb=1),
            integrality=np.ones(len(component)),
            bounds=Bounds(0, 1),
            options={"time_limit": max(0.1, seconds - (time.perf_counter() - begin))},
        )
        if answer.x is None or answer.status != 0:
            break
        chosen = {component[k] for k in np.flatnonzero(answer.x > 0.5)}
    return (sorted(chosen), True) if proved else (greedy(edges, weight, component), False)


def greedy(edges: list[set[int]], weight: list[int], component: list[int]) -> list[int]:
    """A feedback vertex set that is not proved to be cheapest: the best of beliefs alone and of a greedy choice."""
    n = len(edges) // 2
    beliefs = {v for v in component if v >= n}
    options = (
        [beliefs]
        if all(len(c) == 1 for c in components(edges, set(component) - beliefs))
        else [set(component)]
    )
    best = min(options, key=lambda s: sum(weight[v] for v in s))
    for v in sorted(best, key=lambda v: -weight[v]):
        tried = best - {v}
        if all(len(c) == 1 for c in components(edges, set(component) - tried)):
            best = tried
    return sorted(best)


@dataclass(frozen=True)
class Elimination:
    """Multiplications and additions of one LU factorisation and two right-hand sides, in a fixed order of sets."""

    dense: int  # every component as a full matrix
    sparse: int  # the fill of the best order tried
    order: str
    entries: int  # of both factors


def elimination(tree: Tree, needs: Needs) -> Elimination:
    """Structural cost of elimination over log-odds: full blocks against a fixed sparse order."""
    edges = needs.log_odds()
    depth = np.zeros(tree.n_nodes, int)
    for x in range(1, tree.n_nodes):
        depth[x] = depth[tree.parent[x]] + 1
    level = [max(depth[x] for x in h.nodes) for h in tree.sets]
    dense = sparse_deep = sparse_shallow = 0
    filled = [0, 0]
    for part in components(edges):
        n = sum(needs.unknowns[h] for h in part)
        if len(part) > 1:
            dense += 2 * n**3 // 3 + 4 * n**2
            for k, order in enumerate(
                (sorted(part, key=lambda h: -level[h]), sorted(part, key=lambda h: level[h]))
            ):
                cost, entries = fill(edges, needs.unknowns, order)
                filled[k] += entries
                if k == 0:
                    sparse_deep += cost
                else:
                    sparse_shallow += cost
    if sparse_deep <= sparse_shallow:
        return Elimination(dense, sparse_deep, "deepest first", filled[0])
    return Elimination(dense, sparse_shallow, "deepest last", filled[1])


def fill(edges: list[set[int]], unknowns: tuple[int, ...], order: list[int]) -> tuple[int, int]:
    """Operations and entries of the factors when sets are eliminated one after the other (a set's own block is full)."""
    inside = set(order)
    needs = {h: edges[h] & inside for h in order}
    needed: dict[int, set[int]] = {h: set() for h in order}
    for h in order:
        for g in needs[h]:
            needed[g].add(h)
    cost = entries = 0
    for h in order:
        rows, columns = needed[h] - {h}, needs[h] - {h}
        r, c, k = sum(unknowns[g] for g in rows), sum(unknowns[g] for g in columns), unknowns[h]
        cost += 2 * k**3 // 3 + 2 * r * k * k + 2 * r * c * k + 4 * k * (r + c)
        entries += k * k + k * (r + c)
        for g in rows:
            needs[g] |= columns
            needs[g].discard(h)
        for g in columns:
            needed[g] |= rows
            needed[g].discard(h)
    return cost, entries
