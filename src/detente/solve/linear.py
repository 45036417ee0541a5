"""Linear systems of the Newton step: block by block along the dependency order, or whole for arclength."""

from __future__ import annotations

import math

from detente.game.tree import Floats
from detente.solve.compile import Shape
from detente.solve.jit import kernel
from detente.solve.work import Work


@kernel
def eliminate(a: Floats, right: Floats, n: int, columns: int) -> int:
    """Solve ``a x = right[k]`` for k < columns in place, rows scaled, partial pivoting; the sign of det a, 0 if singular."""
    sign = 1
    for i in range(n):
        largest = 0.0
        for j in range(n):
            largest = max(largest, abs(a[i, j]))
        if not (largest > 0.0 and largest < math.inf):
            return 0
        scale = 1.0 / largest
        for j in range(n):
            a[i, j] *= scale
        for k in range(columns):
            right[k, i] *= scale
    for j in range(n):
        best = j
        for i in range(j + 1, n):
            if abs(a[i, j]) > abs(a[best, j]):
                best = i
        pivot = a[best, j]
        if abs(pivot) < 1e-300:
            return 0
        if best != j:
            sign = -sign
            for k in range(j, n):
                a[j, k], a[best, k] = a[best, k], a[j, k]
            for k in range(columns):
                right[k, j], right[k, best] = right[k, best], right[k, j]
        if pivot < 0.0:
            sign = -sign
        for i in range(j + 1, n):
            m = a[i, j] / pivot
            if m != 0.0:
                for k in range(j + 1, n):
                    a[i, k] -= m * a[j, k]
                for k in range(columns):
                    right[k, i] -= m * right[k, j]
    for k in range(columns):
        for i in range(n - 1, -1, -1):
            total = right[k, i]
            for j in range(i + 1, n):
                total -= a[i, j] * right[k, j]
            right[k, i] = total / a[i, i]
    return sign


@kernel
def newton_and_tangent(t: Shape, w: Work) -> bool:
    """Fill ``w.step`` (J step = -residual), ``w.tangent`` (J tangent = pull) and ``w.sign``; False if a block is singular."""
    for b in range(len(t.block_trivial)):
        start, end = t.block_start[b], t.block_start[b + 1]
        for i in range(start, end):
            w.step[i] = -w.residual[i]
            w.tangent[i] = w.pull[i]
            for j in range(start):
                slope = w.jacobian[i, j]
                if slope != 0.0:
                    w.step[i] -= slope * w.step[j]
                    w.tangent[i] -= slope * w.tangent[j]
        if t.block_trivial[b] == 1:
            continue
        n = end - start
        for i in range(n):
            for j in range(n):
                w.factor[i, j] = w.jacobian[start + i, start + j]
            w.right[0, i] = w.step[start + i]
            w.right[1, i] = w.tangent[start + i]
        w.sign[b] = eliminate(w.factor, w.right, n, 2)
        if w.sign[b] == 0:
            return False
        for i in range(n):
            w.step[start + i] = w.right[0, i]
            w.tangent[start + i] = w.right[1, i]
    return True
