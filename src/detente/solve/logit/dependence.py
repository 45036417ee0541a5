"""Which information sets depend on which, and the order that makes the Jacobian block lower triangular.

The log-odds of set h depend on those of set g if g is played below a node of h (it shapes what h's options are worth) or
above several nodes of h in different ways (it shapes the belief there). The strongly connected components of this graph,
dependencies first, make the Jacobian block lower triangular; a component of one set has the identity as its block.
"""

from __future__ import annotations

import numpy as np

from detente.game.tree import Ints, Tree


def dependencies(tree: Tree, slot: Ints) -> list[list[int]]:
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


def dependency_order(needs: list[list[int]]) -> tuple[list[int], list[int]]:
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
