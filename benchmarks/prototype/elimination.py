"""Elimination in an order fixed beforehand: what is needed to use the zeros of a Jacobian.

The order is Markowitz's (1957): the next pivot is the unknown whose elimination touches fewest entries. It is found once, from the
pattern; the numbers then run through a list. No rows are exchanged: every unknown has 1 on its diagonal before elimination.
"""

from __future__ import annotations

import heapq
from typing import NamedTuple

import numpy as np
from numba import njit

from prototype.tape import Arrays


class Plan(NamedTuple):
    """The list. Entries of the factors are numbered; those of the matrix come first."""

    order: np.ndarray  # [unknown] pivots, block after block
    row: np.ndarray  # [entry] where it stands in the matrix
    column: np.ndarray  # [entry]
    entries: int  # entries of the matrix in diagonal blocks
    below: np.ndarray  # [unknown + 1] per pivot: rows below it
    below_at: np.ndarray  # their entries
    right: np.ndarray  # [unknown + 1] per pivot: columns right of it
    right_at: np.ndarray
    target: np.ndarray  # [update] entry that is changed, row after row
    diagonal: np.ndarray  # [unknown] entry of each pivot
    outside: np.ndarray  # [unknown + 1] per unknown: columns in earlier blocks
    outside_column: np.ndarray
    block: np.ndarray  # [block + 1]


def pattern(t: Arrays) -> list[set[int]]:
    """[unknown] columns of the Jacobian that can differ from 0, the diagonal included."""
    n = len(t.unknown)
    rows: list[set[int]] = [{i} for i in range(n)]
    for k in np.flatnonzero(t.kind == 2):
        found = t.right[t.term[k]]
        columns = t.column[t.grad[found] : t.grad[found + 1]].tolist()
        rows[int(t.out[k])] |= {c for c in columns if c < n}
    return rows


def plan(t: Arrays) -> Plan:
    """The order, and the list of what is changed by what."""
    rows = pattern(t)
    n = len(rows)
    number: dict[tuple[int, int], int] = {}
    block_of = np.repeat(np.arange(len(t.block) - 1), np.diff(t.block))
    for i, columns in enumerate(rows):
        for j in sorted(columns):
            if block_of[i] == block_of[j]:
                number[i, j] = len(number)
    entries = len(number)
    order: list[int] = []
    below, below_at, right, right_at, target = [0], [], [0], [], []
    for first, end in zip(t.block[:-1].tolist(), t.block[1:].tolist(), strict=True):
        inside = set(range(first, end))
        of_row = {i: rows[i] & inside for i in inside}
        of_column = {j: {i for i in inside if j in rows[i]} for j in inside}
        heap = [((len(of_row[i]) - 1) * (len(of_column[i]) - 1), i) for i in inside]
        heapq.heapify(heap)
        while heap:
            cost, k = heapq.heappop(heap)
            if k not in inside or cost != (len(of_row[k]) - 1) * (len(of_column[k]) - 1):
                continue  # done already, or counted anew since
            inside.discard(k)
            order.append(k)
            down, over = sorted(of_column[k] - {k}), sorted(of_row[k] - {k})
            below_at += [number[i, k] for i in down]
            right_at += [number[k, j] for j in over]
            below.append(len(below_at)), right.append(len(right_at))
            for i in down:
                for j in over:
                    target.append(number.setdefault((i, j), len(number)))
                    of_row[i].add(j), of_column[j].add(i)
                of_row[i].discard(k)
            for j in over:
                of_column[j].discard(k)
            for i in {*down, *over}:
                heapq.heappush(heap, ((len(of_row[i]) - 1) * (len(of_column[i]) - 1), i))
    outside, outside_column = [0], []
    for i, columns in enumerate(rows):
        outside_column += sorted(j for j in columns if block_of[j] != block_of[i])
        outside.append(len(outside_column))
    ints = {
        "order": order, "row": [i for i, _ in number], "column": [j for _, j in number], "below": below,
        "below_at": below_at, "right": right, "right_at": right_at, "target": target,
        "diagonal": [number[i, i] for i in range(n)], "outside": outside, "outside_column": outside_column,
        "block": t.block.tolist(),
    }  # fmt: skip
    return Plan(entries=entries, **{k: np.array(v, np.int64) for k, v in ints.items()})


def operations_of(p: Plan) -> int:
    """Floating-point operations of the factorisation and of two right-hand sides."""
    return (
        2 * len(p.target) + len(p.below_at) + 4 * (len(p.below_at) + len(p.right_at) + len(p.outside_column))
    )


@njit(nogil=True)
def sparse_factor(p, a, entry, sign):  # type: ignore[no-untyped-def]
    """The factors of the matrix ``a`` into ``entry``; the sign of each block's determinant. False at a pivot of 0."""
    for e in range(p.entries):
        entry[e] = a[p.row[e], p.column[e]]
    for e in range(p.entries, len(p.row)):
        entry[e] = 0.0
    at = 0
    for b in range(len(p.block) - 1):
        sign[b] = 1.0
        for q in range(p.block[b], p.block[b + 1]):
            pivot = entry[p.diagonal[p.order[q]]]
            if not abs(pivot) > 0.0:
                return False
            if pivot < 0.0:
                sign[b] = -sign[b]
            for i in range(p.below[q], p.below[q + 1]):
                factor = entry[p.below_at[i]] / pivot
                entry[p.below_at[i]] = factor
                for j in range(p.right[q], p.right[q + 1]):
                    entry[p.target[at]] -= factor * entry[p.right_at[j]]
                    at += 1
    return True


@njit(nogil=True)
def sparse_solve(p, a, entry, x):  # type: ignore[no-untyped-def]
    """x becomes the solution, block after block."""
    for b in range(len(p.block) - 1):
        first, end = p.block[b], p.block[b + 1]
        for i in range(first, end):
            for j in range(p.outside[i], p.outside[i + 1]):
                x[i] -= a[i, p.outside_column[j]] * x[p.outside_column[j]]
        for q in range(first, end):
            k = p.order[q]
            for i in range(p.below[q], p.below[q + 1]):
                x[p.row[p.below_at[i]]] -= entry[p.below_at[i]] * x[k]
        for q in range(end - 1, first - 1, -1):
            k = p.order[q]
            for j in range(p.right[q], p.right[q + 1]):
                x[k] -= entry[p.right_at[j]] * x[p.column[p.right_at[j]]]
            x[k] /= entry[p.diagonal[k]]
