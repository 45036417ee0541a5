"""The Newton step and the tangent of the branch: one elimination for both, block by block along the dependency order.

Within a block the plan of factor.py is followed with pivots on the diagonal, in all lanes at once. The result is put back
into the equations; a lane in which it does not fit is solved again with pivoting.
"""

from __future__ import annotations

import math

import numpy as np

from detente.game.tree import Floats, Ints
from detente.solve.logit.jit import kernel, part
from detente.solve.logit.lanes import LANES, absolute, load, some_less, spread, store, where_less
from detente.solve.logit.layout import (
    AGAINST,
    BLOCK_COUNT,
    BLOCKS,
    BY,
    COLUMN,
    DIAGONAL,
    DIAGONALS,
    ENTRY,
    ENTRY_PUT,
    EXPECTED,
    FACTORED,
    FIRST_PUT,
    INNER,
    INNERS,
    JACOBIAN,
    LOWER,
    LOWERS,
    NEGATIVES,
    OUTER,
    OUTERS,
    PIVOT,
    PULL,
    PUT,
    RESIDUAL,
    ROOM,
    ROWS,
    START,
    STEP,
    TANGENT,
    TRIVIAL,
    UPDATE,
    UPDATES,
    UPPER,
    UPPERS,
)

LEAST = 1e-290  # a pivot below this is taken for it: the check finds out
EXACT = 1e-9  # backward error of a solution that is taken


@kernel
def newton_and_tangent(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Fill STEP (J step = -RESIDUAL), TANGENT (J tangent = PULL) and each block's NEGATIVES, -1 if it is singular.

    The number of negative pivots gives the sign of the determinant, and sees a pair of directions lost that the sign does not.
    """
    step, tangent = at[STEP], at[TANGENT]
    for b in range(at[BLOCK_COUNT]):
        for i in range(t[at[BLOCKS] + b, START], t[at[BLOCKS] + b + 1, START]):
            x, y = 0.0 - load(w, at[RESIDUAL] + i), load(w, at[PULL] + i)
            for k in range(t[at[ROWS] + i, OUTER], t[at[ROWS] + i + 1, OUTER]):
                slope, j = load(w, at[JACOBIAN] + t[at[OUTERS] + k, ENTRY]), t[at[OUTERS] + k, COLUMN]
                x = x - slope * load(w, step + j)
                y = y - slope * load(w, tangent + j)
            store(w, step + i, x)
            store(w, tangent + i, y)
        if t[at[BLOCKS] + b, TRIVIAL] == 0:
            _eliminate(t, at, w, c, b)
            _check(t, at, w, c, b)


@part
def _eliminate(t: Ints, at: Ints, w: Floats, c: Ints, b: int) -> None:
    """Solve block ``b`` in place in STEP and TANGENT."""
    factor = at[FACTORED]
    step, tangent, pivot = at[STEP], at[TANGENT], at[PIVOT]
    start, end = t[at[BLOCKS] + b, START], t[at[BLOCKS] + b + 1, START]
    for p in range(t[at[DIAGONALS] + start, FIRST_PUT], t[at[DIAGONALS] + end, FIRST_PUT]):
        store(w, factor + p, 0.0)
    for k in range(t[at[ROWS] + start, INNER], t[at[ROWS] + end, INNER]):
        store(w, factor + t[at[INNERS] + k, ENTRY_PUT], load(w, at[JACOBIAN] + t[at[INNERS] + k, ENTRY]))
    negatives = spread(0.0)
    for i in range(start, end):
        diagonal = t[at[DIAGONALS] + i, DIAGONAL]
        store(w, factor + diagonal, 1.0 + load(w, factor + diagonal))
        x, y = load(w, step + i), load(w, tangent + i)
        for k in range(t[at[ROWS] + i, LOWER], t[at[ROWS] + i + 1, LOWER]):
            j = t[at[LOWERS] + k, AGAINST]
            m = load(w, factor + t[at[LOWERS] + k, PUT]) * load(w, pivot + j)
            x = x - m * load(w, step + j)
            y = y - m * load(w, tangent + j)
            for u in range(t[at[LOWERS] + k, UPDATE], t[at[LOWERS] + k + 1, UPDATE]):
                to = t[at[UPDATES] + u, PUT]
                store(w, factor + to, load(w, factor + to) - m * load(w, factor + t[at[UPDATES] + u, BY]))
        store(w, step + i, x)
        store(w, tangent + i, y)
        here = load(w, factor + diagonal)
        here = where_less(absolute(here), LEAST, LEAST, here)
        negatives = where_less(here, 0.0, negatives + 1.0, negatives)
        store(w, pivot + i, 1.0 / here)
    for i in range(end - 1, start - 1, -1):
        x, y = load(w, step + i), load(w, tangent + i)
        for k in range(t[at[ROWS] + i, UPPER], t[at[ROWS] + i + 1, UPPER]):
            u, j = load(w, factor + t[at[UPPERS] + k, PUT]), t[at[UPPERS] + k, COLUMN]
            x = x - u * load(w, step + j)
            y = y - u * load(w, tangent + j)
        over = load(w, pivot + i)
        store(w, step + i, x * over)
        store(w, tangent + i, y * over)
    store(w, ROOM, negatives)
    for lane in range(LANES):
        c[at[NEGATIVES] + b, lane] = int(w[ROOM, lane])


@part
def _check(t: Ints, at: Ints, w: Floats, c: Ints, b: int) -> None:
    """Put the solution of block ``b`` back into its equations, and where it does not fit solve with pivoting."""
    start, end = t[at[BLOCKS] + b, START], t[at[BLOCKS] + b + 1, START]
    step, tangent, residual, pull = at[STEP], at[TANGENT], at[RESIDUAL], at[PULL]
    wrong = spread(-1.0)
    for i in range(start, end):
        x, y = load(w, step + i), load(w, tangent + i)
        f, g = load(w, residual + i), load(w, pull + i)
        much, more = absolute(x) + absolute(f), absolute(y) + absolute(g)
        x, y = x + f, y - g
        for k in range(t[at[ROWS] + i, OUTER], t[at[ROWS] + i + 1, OUTER]):
            slope, j = load(w, at[JACOBIAN] + t[at[OUTERS] + k, ENTRY]), t[at[OUTERS] + k, COLUMN]
            dx, dy = slope * load(w, step + j), slope * load(w, tangent + j)
            x, y, much, more = x + dx, y + dy, much + absolute(dx), more + absolute(dy)
        for k in range(t[at[ROWS] + i, INNER], t[at[ROWS] + i + 1, INNER]):
            slope, j = load(w, at[JACOBIAN] + t[at[INNERS] + k, ENTRY]), t[at[INNERS] + k, COLUMN]
            dx, dy = slope * load(w, step + j), slope * load(w, tangent + j)
            x, y, much, more = x + dx, y + dy, much + absolute(dx), more + absolute(dy)
        off = absolute(x) - EXACT * much
        wrong = where_less(wrong, off, off, wrong)
        off = absolute(y) - EXACT * more
        wrong = where_less(wrong, off, off, wrong)
    if some_less(0.0, wrong):
        store(w, ROOM, wrong)
        for lane in range(LANES):
            if w[ROOM, lane] > 0.0:
                sign, expected = _pivoting(t, at, w, c, b, lane), c[at[EXPECTED] + b, lane]
                # rows have changed places, so that only the sign can be compared
                like = sign == 1 - 2 * (expected % 2)
                c[at[NEGATIVES] + b, lane] = -1 if sign == 0 else expected if like else expected + 1


@part
def _pivoting(t: Ints, at: Ints, w: Floats, c: Ints, b: int, lane: int) -> int:
    """Solve block ``b`` in one lane, rows scaled, with partial pivoting; the sign of the determinant, 0 if it is singular."""
    start = t[at[BLOCKS] + b, START]
    n = t[at[BLOCKS] + b + 1, START] - start
    a = np.empty((n, n + 2))  # rare enough to allocate
    sign = 1
    for i in range(n):
        for j in range(n):
            a[i, j] = 0.0
        a[i, i] = 1.0
        row = start + i
        a[i, n], a[i, n + 1] = -w[at[RESIDUAL] + row, lane], w[at[PULL] + row, lane]
        for k in range(t[at[ROWS] + row, OUTER], t[at[ROWS] + row + 1, OUTER]):
            slope, j = w[at[JACOBIAN] + t[at[OUTERS] + k, ENTRY], lane], t[at[OUTERS] + k, COLUMN]
            a[i, n] -= slope * w[at[STEP] + j, lane]
            a[i, n + 1] -= slope * w[at[TANGENT] + j, lane]
        for k in range(t[at[ROWS] + row, INNER], t[at[ROWS] + row + 1, INNER]):
            a[i, t[at[INNERS] + k, COLUMN] - start] += w[at[JACOBIAN] + t[at[INNERS] + k, ENTRY], lane]
        largest = 0.0
        for j in range(n):
            largest = max(largest, abs(a[i, j]))
        if not largest < math.inf:
            return 0
        for j in range(n + 2):
            a[i, j] /= largest
    for j in range(n):
        best = j
        for i in range(j + 1, n):
            if abs(a[i, j]) > abs(a[best, j]):
                best = i
        pivot = a[best, j]
        if abs(pivot) < LEAST:
            return 0
        if best != j:
            sign = -sign
            for k in range(j, n + 2):
                a[j, k], a[best, k] = a[best, k], a[j, k]
        if pivot < 0.0:
            sign = -sign
        for i in range(j + 1, n):
            m = a[i, j] / pivot
            if m != 0.0:
                for k in range(j + 1, n + 2):
                    a[i, k] -= m * a[j, k]
    for i in range(n - 1, -1, -1):
        x, y = a[i, n], a[i, n + 1]
        for j in range(i + 1, n):
            x -= a[i, j] * w[at[STEP] + start + j, lane]
            y -= a[i, j] * w[at[TANGENT] + start + j, lane]
        w[at[STEP] + start + i, lane] = x / a[i, i]
        w[at[TANGENT] + start + i, lane] = y / a[i, i]
    return sign
