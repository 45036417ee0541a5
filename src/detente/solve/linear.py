"""Linear systems of the Newton step: block by block along the dependency order, or whole for arclength."""

from __future__ import annotations

import math

from detente.game.tree import Floats
from detente.solve.compile import START, TRIVIAL, Shape
from detente.solve.jit import kernel
from detente.solve.work import PULL, RESIDUAL, SIGN, STEP, TANGENT, Work


@kernel
def eliminate(a: Floats, right: Floats, n: int) -> int:
    """Solve ``a x = right[k]`` for k = 0, 1 in place, rows scaled, partial pivoting; the sign of det a, 0 if singular."""
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
        for k in range(2):
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
            for k in range(2):
                right[k, j], right[k, best] = right[k, best], right[k, j]
        if pivot < 0.0:
            sign = -sign
        for i in range(j + 1, n):
            m = a[i, j] / pivot
            if m != 0.0:
                for k in range(j + 1, n):
                    a[i, k] -= m * a[j, k]
                for k in range(2):
                    right[k, i] -= m * right[k, j]
    for k in range(2):
        for i in range(n - 1, -1, -1):
            total = right[k, i]
            for j in range(i + 1, n):
                total -= a[i, j] * right[k, j]
            right[k, i] = total / a[i, i]
    return sign


@kernel
def newton_and_tangent(t: Shape, w: Work) -> bool:
    """Fill ``w.step`` (J step = -residual), ``w.tangent`` (J tangent = pull) and ``w.sign``; False if a block is singular."""
    for b in range(len(t.block) - 1):
        start, end = t.block[b, START], t.block[b + 1, START]
        for i in range(start, end):
            w.unknown[STEP, i] = -w.unknown[RESIDUAL, i]
            w.unknown[TANGENT, i] = w.unknown[PULL, i]
            for j in range(start):
                slope = w.jacobian[i, j]
                if slope != 0.0:
                    w.unknown[STEP, i] -= slope * w.unknown[STEP, j]
                    w.unknown[TANGENT, i] -= slope * w.unknown[TANGENT, j]
        if t.block[b, TRIVIAL] == 1:
            continue
        n = end - start
        for i in range(n):
            for j in range(n):
                w.factor[i, j] = w.jacobian[start + i, start + j]
            w.right[0, i] = w.unknown[STEP, start + i]
            w.right[1, i] = w.unknown[TANGENT, start + i]
        w.flag[SIGN, b] = eliminate(w.factor, w.right, n)
        if w.flag[SIGN, b] == 0:
            return False
        for i in range(n):
            w.unknown[STEP, start + i] = w.right[0, i]
            w.unknown[TANGENT, start + i] = w.right[1, i]
    return True
