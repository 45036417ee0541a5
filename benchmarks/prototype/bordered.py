"""What elimination costs if sets with many options bring their normaliser as an unknown of its own.

In log-odds every option of a set carries the sum over all options of the set, so a set with k options that many others depend on
fills k columns. With ln p_a = lambda u_a - V as equations, V an unknown and the sum of the probabilities its equation, an option
depends on what is below it and on V alone: a grid of offers becomes an arrow, whose elimination costs k and not k^2 or more.
Only counted here: structure, not numbers.
"""

from __future__ import annotations

import heapq

from detente.game.tree import Tree
from prototype.structure import Needs, components

MANY = 3  # options from which on a set brings its normaliser


def graph(tree: Tree, needs: Needs) -> tuple[list[set[int]], list[int], dict[int, set[int]]]:
    """[unknown] what it depends on; its set; and, for each normaliser, its options: it is eliminated after them."""
    above: list[frozenset[tuple[int, int]]] = [frozenset()] * tree.n_nodes
    below: dict[tuple[int, int], set[int]] = {}
    parent, branch, info_set = tree.parent.tolist(), tree.branch.tolist(), tree.info_set.tolist()
    for x in range(1, tree.n_nodes):
        up = parent[x]
        above[x] = above[up] | {(info_set[up], branch[x])} if info_set[up] >= 0 else above[up]
        if info_set[x] >= 0:
            for slot in above[x]:
                below.setdefault(slot, set()).add(info_set[x])
    options = [len(owned.options) for owned in tree.sets]
    number: dict[tuple[int, int], int] = {}
    owner: list[int] = []
    for h, k in enumerate(options):
        for a in range(k + 1) if k >= MANY else (1,):  # the normaliser is the last of k + 1
            number[h, a] = len(owner)
            owner.append(h)
    edges: list[set[int]] = [set() for _ in owner]
    after: dict[int, set[int]] = {}

    def column(g: int, b: int) -> int:
        return number[g, b] if options[g] >= MANY else number[g, 1]

    for h, owned in enumerate(tree.sets):
        kinds = [
            frozenset(s for s in above[x] if tree.sets[s[0]].player != owned.player) for x in owned.nodes
        ]
        telling = {column(g, b) for g, b in frozenset().union(*kinds) - frozenset.intersection(*kinds)}

        def worth(a: int, h: int = h) -> set[int]:
            return {column(g, b) for g in below.get((h, a), ()) for b in range(options[g])}

        if options[h] < MANY:
            edges[number[h, 1]] = (telling | worth(0) | worth(1)) - {number[h, 1]}
            continue
        normaliser = number[h, options[h]]
        after[normaliser] = {number[h, a] for a in range(options[h])}
        for a in range(options[h]):
            edges[number[h, a]] = telling | worth(a) | {normaliser}
            edges[normaliser].add(number[h, a])
    return edges, owner, after


def bordered(tree: Tree, needs: Needs) -> int:
    """Operations of one elimination in Markowitz's order and of two right-hand sides."""
    edges, owner, after = graph(tree, needs)
    members: dict[int, list[int]] = {}
    for i, h in enumerate(owner):
        members.setdefault(h, []).append(i)
    total = 0
    for part in components(needs.log_odds()):
        if len(part) == 1:
            continue
        inside = {i for h in part for i in members[h]}
        row = {i: edges[i] & inside for i in inside}
        column: dict[int, set[int]] = {i: set() for i in inside}
        for i, needed in row.items():
            for j in needed:
                column[j].add(i)
        waiting = {v: set(options) for v, options in after.items() if v in inside}
        heap = [(len(row[i]) * len(column[i]), i) for i in inside if i not in waiting]
        heapq.heapify(heap)
        while heap:
            cost, k = heapq.heappop(heap)
            if k not in inside or cost != len(row[k]) * len(column[k]):
                continue
            inside.discard(k)
            down, over = column[k] - {k}, row[k] - {k}
            total += 2 * len(down) * len(over) + len(down) + 4 * (len(down) + len(over))
            for i in down:
                row[i] |= over - {i}
                row[i].discard(k)
            for j in over:
                column[j] |= down - {j}
                column[j].discard(k)
            touched = down | over
            for v in [v for v, options in waiting.items() if k in options]:
                waiting[v].discard(k)
                if not waiting[v]:
                    del waiting[v]
                    touched.add(v)
            for i in touched - waiting.keys():
                heapq.heappush(heap, (len(row[i]) * len(column[i]), i))
    return total
