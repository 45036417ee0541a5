"""Where the zeros of the Jacobian stay zero: the plan of its elimination, made once for a game.

The sets of a strongly connected block are ordered so that elimination fills in little (Markowitz 1957: next the set with the
fewest ties in and out). Sets that lie on no cycle with the rest come out as a triangle, so what is left to eliminate are
the few sets that close the cycles: the work grows with them and not with the tree. Pivots are those of the
diagonal; linear.py checks the result and falls back to pivoting.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Factor(NamedTuple):
    """Row after row of the Jacobian, unknowns in the order of elimination; the tables of layout.py."""

    rows: list[list[int]]
    diagonals: list[list[int]]
    outers: list[list[int]]
    inners: list[list[int]]
    lowers: list[list[int]]
    uppers: list[list[int]]
    updates: list[list[int]]
    puts: int  # places in the factored Jacobian


def elimination_order(sets: list[int], needs: list[list[int]], sizes: list[int]) -> list[int]:
    """The sets of one block in an order of little fill."""
    own = set(sets)
    into = {h: own.intersection(needs[h]) for h in sets}  # columns of a row
    out: dict[int, set[int]] = {h: set() for h in sets}  # rows of a column
    for h, columns in into.items():
        for g in columns:
            out[g].add(h)
    order, left = list[int](), own
    while left:
        h = min(
            left,
            key=lambda x: (sum(sizes[g] for g in into[x]) * sum(sizes[g] for g in out[x]) * sizes[x], x),
        )
        left.discard(h)
        order.append(h)
        for g in out[h]:
            into[g].discard(h)
            new = into[h] - {g}
            into[g] |= new
            for k in new:
                out[k].add(g)
        for g in into[h]:
            out[g].discard(h)
    return order


def plan_factor(starts: list[int], entries: list[tuple[int, int]]) -> Factor:
    """The plan for blocks that begin at ``starts`` (the last: the number of unknowns) and entries (row, column) off the diagonal."""
    n = starts[-1]
    block = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    within: list[dict[int, int]] = [{} for _ in range(n)]  # column -> entry
    across: list[list[list[int]]] = [[] for _ in range(n)]
    for e, (i, j) in enumerate(entries):
        if block[i] == block[j]:
            within[i][j] = e
        else:
            across[i].append([e, j])
    put: list[dict[int, int]] = [{} for _ in range(n)]
    puts = 0
    rows, diagonals, outers, inners, lowers, uppers, updates = (list[list[int]]() for _ in range(7))
    for i in range(n):
        columns = {*within[i], i}
        waiting = sorted(j for j in columns if j < i)
        against = list[int]()
        while waiting:
            k = waiting.pop(0)
            against.append(k)
            new = {j for j in put[k] if j > k} - columns
            columns |= new
            waiting = sorted({*waiting, *(j for j in new if j < i)})
        rows.append([len(outers), len(inners), len(lowers), len(uppers)])
        first = puts
        for j in sorted(columns):
            put[i][j] = puts
            puts += 1
        diagonals.append([first, put[i][i]])
        outers += across[i]
        inners += [[e, j, put[i][j]] for j, e in within[i].items()]
        for k in against:
            lowers.append([put[i][k], k, len(updates)])
            updates += [[put[i][j], put[k][j]] for j in sorted(put[k]) if j > k]
        uppers += [[put[i][j], j] for j in sorted(columns) if j > i]
    rows.append([len(outers), len(inners), len(lowers), len(uppers)])
    diagonals.append([puts, 0])
    lowers.append([0, 0, len(updates)])
    return Factor(rows, diagonals, outers, inners, lowers, uppers, updates, puts)
