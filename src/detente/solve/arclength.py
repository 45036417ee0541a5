"""Pseudo-arclength: following the branch in (log-odds, lambda) where it folds, and noticing where it branches.

At a fold lambda turns and the determinant of the augmented matrix keeps its sign; at a bifurcation it changes
sign (Allgower and Georg 1990, chapters 2 and 8). The answer at a precision is the first crossing along the branch.
"""

from __future__ import annotations

import math

from detente.game.tree import Floats
from detente.solve.compile import START, TRIVIAL, Shape
from detente.solve.continuation import TIGHT, correct, note_growth
from detente.solve.jit import inlined, kernel
from detente.solve.kernel import differentiate, evaluate
from detente.solve.linear import eliminate
from detente.solve.work import (
    AIM,
    BRANCHES,
    CROSSINGS,
    EVALUATIONS,
    EXPECTED,
    KEPT,
    PULL,
    RESIDUAL,
    SIGN,
    TURNS,
    Work,
    Z,
)  # fmt: skip

CROSSED, HANDED_BACK, LOST = 0, 1, 2
MOST_STEPS = 20_000
CLOSE = 1e-7  # last Newton step: point, tangent and sign are those of a point so near
COSINE = 0.985  # a larger turn of the tangent halves the step
SURE = 1e-5  # a step this short, relative to lambda, does not jump
BEYOND = 1.2  # lambda above everything seen, by this factor, before the ordinary road is taken again


@kernel
def _augmented(t: Shape, w: Work, lam: float, last: Floats) -> None:
    """Evaluate at (w.z, lam) and set up [J, -pull; last] in ``w.factor``."""
    n = w.unknown.shape[1]
    evaluate(t, w)
    differentiate(t, w, lam)
    w.tally[EVALUATIONS] += 1
    for i in range(n):
        w.unknown[RESIDUAL, i] = w.unknown[Z, i] - lam * w.unknown[PULL, i]
        for j in range(n):
            w.factor[i, j] = w.jacobian[i, j]
        w.factor[i, n] = -w.unknown[PULL, i]
    for j in range(n + 1):
        w.factor[n, j] = last[j]


@kernel
def _tangent(t: Shape, w: Work, lam: float, last: Floats, into: Floats) -> int:
    """Unit tangent of the branch at (w.z, lam) on the side of ``last``; the sign of the augmented determinant."""
    n = w.unknown.shape[1]
    _augmented(t, w, lam, last)
    for i in range(n):
        w.right[1, i] = 0.0
    w.right[1, n] = 1.0
    sign = eliminate(w.factor, w.right, n + 1)
    _unit(w, into)
    return sign


@kernel
def _unit(w: Work, into: Floats) -> None:
    """The second solution of the last system, at length 1."""
    length = 0.0
    for i in range(len(into)):
        length += w.right[1, i] ** 2
    length = math.sqrt(length)
    for i in range(len(into)):
        into[i] = w.right[1, i] / length


@inlined
def _block_signs(t: Shape, w: Work) -> bool:
    """Whether the determinants of all blocks have the expected sign, from the Jacobian in ``w``; fills ``w.sign``."""
    same = True
    for b in range(len(t.block) - 1):
        if t.block[b, TRIVIAL] == 0:
            start = t.block[b, START]
            n = t.block[b + 1, START] - start
            for i in range(n):
                for j in range(n):
                    w.factor[i, j] = w.jacobian[start + i, start + j]
            w.flag[SIGN, b] = eliminate(w.factor, w.right, n)
            same = same and w.flag[SIGN, b] == w.flag[EXPECTED, b]
    return same


@inlined
def arclength(t: Shape, w: Work, lam: float, target: float) -> tuple[float, int]:
    """From the accepted point ``w.kept`` at ``lam`` along the branch until it crosses ``target`` or runs upwards again.

    Returns lambda and CROSSED (``w.kept`` is the answer), HANDED_BACK (go on with continuation from ``w.kept``) or LOST.
    """
    n = w.unknown.shape[1]
    here, there, aim = w.direction[0], w.direction[1], w.direction[2]
    for u in range(n):
        w.unknown[Z, u] = w.unknown[KEPT, u]
        here[u] = 0.0
    here[n] = 1.0
    sign = _tangent(t, w, lam, here, there)
    if sign == 0:
        return lam, LOST
    for j in range(n + 1):
        here[j] = there[j]
    highest, turned, branched = lam, False, False
    stride = 0.01 * (1.0 + lam)
    for _ in range(MOST_STEPS):
        for u in range(n):
            aim[u] = w.unknown[KEPT, u] + stride * here[u]
            w.unknown[Z, u] = aim[u]
        aim[n] = lam + stride * here[n]
        new = aim[n]
        good, rounds, new_sign = False, 0, 0
        for _ in range(6):
            rounds += 1
            _augmented(t, w, new, here)
            off = here[n] * (new - aim[n])
            for u in range(n):
                w.right[0, u] = -w.unknown[RESIDUAL, u]
                off += here[u] * (w.unknown[Z, u] - aim[u])
                w.right[1, u] = 0.0
            w.right[0, n], w.right[1, n] = -off, 1.0  # the second solution is the tangent
            new_sign = eliminate(w.factor, w.right, n + 1)
            if new_sign == 0:
                break
            size = abs(w.right[0, n]) / (1.0 + new)
            for u in range(n):
                size = max(size, abs(w.right[0, u]))
                w.unknown[Z, u] += w.right[0, u]
            new += w.right[0, n]
            if not size < 1.0:
                break
            if size < CLOSE:
                good = True
                break
        cosine, distance = -1.0, (new - aim[n]) ** 2
        if good:
            _unit(w, there)
            cosine = 0.0
            for j in range(n + 1):
                cosine += here[j] * there[j]
            for u in range(n):
                distance += (w.unknown[Z, u] - aim[u]) ** 2
        # a sign that changes at a short step too is a bifurcation; at a long one the step may have jumped to another branch
        jumped = new_sign != sign and stride > SURE * (1.0 + lam)
        if not good or cosine < COSINE or math.sqrt(distance) > 0.3 * stride or new_sign == 0 or jumped:
            stride *= 0.5
            if stride < 1e-9 * (1.0 + lam):
                return lam, LOST
            continue
        if new < 0.0:
            return lam, LOST
        if new_sign != sign:
            w.tally[BRANCHES] += 1
            branched = True
            sign = new_sign
        if here[n] * there[n] < 0.0:
            w.tally[TURNS] += 1
            turned = True
        if lam < target <= new:
            return _cross(t, w, lam, new, target)
        for u in range(n):
            w.unknown[KEPT, u] = w.unknown[Z, u]
        for j in range(n + 1):
            here[j] = there[j]
        lam = new
        if here[n] > 0.0 and lam > BEYOND * highest and lam > highest + 1e-3:
            same = _block_signs(t, w)
            if not same and not branched and not turned:
                w.tally[BRANCHES] += 1  # an even number of branches at once: no sign of the whole changes
                branched = True
            if same or branched:
                for b in range(len(t.block) - 1):
                    w.flag[EXPECTED, b] = w.flag[SIGN, b]
                return lam, HANDED_BACK
        highest = max(highest, lam) if here[n] <= 0.0 or turned else highest
        if rounds <= 4 and cosine > 0.996:
            stride *= 1.35
    return lam, LOST


@inlined
def _cross(t: Shape, w: Work, lam: float, new: float, target: float) -> tuple[float, int]:
    """Between the accepted point at ``lam`` and ``w.z`` at ``new``: solve at ``target``."""
    n = w.unknown.shape[1]
    share = (target - lam) / (new - lam)
    gap = 0.0
    for u in range(n):
        gap = max(gap, abs(w.unknown[Z, u] - w.unknown[KEPT, u]))
        w.unknown[Z, u] = w.unknown[KEPT, u] + share * (w.unknown[Z, u] - w.unknown[KEPT, u])
        w.unknown[AIM, u] = w.unknown[Z, u]
    correct(t, w, target, TIGHT)  # whatever the signs: the crossing is told apart by its place
    note_growth(w, target, 0.0)
    for b in range(len(t.block) - 1):
        w.flag[EXPECTED, b] = w.flag[SIGN, b]
    off, left = 0.0, 0.0
    evaluate(t, w)
    for u in range(n):
        off = max(off, abs(w.unknown[Z, u] - w.unknown[AIM, u]))
        left = max(left, abs(w.unknown[Z, u] - target * w.unknown[PULL, u]))
        w.unknown[KEPT, u] = w.unknown[Z, u]
    w.tally[CROSSINGS] += 1
    return target, CROSSED if off <= gap + 1e-6 and left <= 1e-7 * (1.0 + target) else LOST
