"""Following the principal branch upwards in lambda: predict, correct, and step back where the branch may have turned.

Turocy (2010) follows the branch in log-probabilities; here in log-odds, with steps that grow in proportion to lambda.
A step is refused where Newton fails, where the determinant of a block changes sign, or where solving back from the new
point does not return to the old one: then the branch may have folded below, and arclength.py takes over.
"""

from __future__ import annotations

import math

from detente.solve.compile import Shape
from detente.solve.jit import inlined, kernel
from detente.solve.kernel import differentiate, evaluate
from detente.solve.linear import newton_and_tangent
from detente.solve.work import (
    AIM,
    BEND,
    EVALUATIONS,
    EXPECTED,
    GROWTH,
    KEPT,
    LINEAR,
    PULL,
    RESIDUAL,
    SIGN,
    SPARE,
    STEP,
    TANGENT,
    Work,
    Z,
)  # fmt: skip

DONE, NO_CONVERGENCE, WRONG_SIGN = 0, 1, 2
NEWTON = 8  # corrections at one lambda
LOOSE, TIGHT = 3e-3, 1e-9  # size of the last Newton step, on the way and at the end
WIDE = 0.5  # a correction above this is checked by stepping back
RETURN = 1e-2  # how near stepping back must come
FAR, STEADY = 100.0, 2.0  # lambda from which growth is taken for steady, and the mark of such a log-odds
SMALLEST = 1e-4  # smallest relative step in lambda


@inlined
def size_of(d: float, z: float) -> float:
    """How large a change of a log-odds is: of far options only the relative change counts."""
    return abs(d) / (1.0 + 0.05 * abs(z))


@kernel
def signs_hold(t: Shape, w: Work) -> bool:
    """Whether the determinant of every block has the sign it should have."""
    same = True
    for b in range(len(t.block) - 1):
        same = same and w.flag[SIGN, b] == w.flag[EXPECTED, b]
    return same


@kernel
def correct(t: Shape, w: Work, lam: float, tolerance: float) -> int:
    """Newton at fixed lambda from ``w.z``; leaves the tangent of the last evaluation in ``w.tangent``."""
    last = math.inf
    for _ in range(NEWTON):
        evaluate(t, w)
        differentiate(t, w, lam)
        for u in range(w.unknown.shape[1]):
            w.unknown[RESIDUAL, u] = w.unknown[Z, u] - lam * w.unknown[PULL, u]
        w.tally[EVALUATIONS] += 1
        if not newton_and_tangent(t, w):
            return NO_CONVERGENCE
        size = 0.0
        for u in range(w.unknown.shape[1]):
            size = max(size, size_of(w.unknown[STEP, u], w.unknown[Z, u]))
        if not size < 10.0 or size > 0.8 * last:
            return DONE if size < 10 * tolerance and size <= 1e-6 else NO_CONVERGENCE
        for u in range(w.unknown.shape[1]):
            w.unknown[Z, u] += w.unknown[STEP, u]
        last = size
        if size <= tolerance:
            return DONE if signs_hold(t, w) else WRONG_SIGN
    return NO_CONVERGENCE


@inlined
def moved(w: Work, u: int, ratio: float) -> float:
    """Predicted change of log-odds u when lambda is multiplied by ``ratio``, from its growth here and one step earlier."""
    growth, bend = w.unknown[GROWTH, u], w.unknown[BEND, u]
    if bend == STEADY:  # a lambda + b ln lambda
        return w.unknown[LINEAR, u] * (ratio - 1.0) + (growth - w.unknown[LINEAR, u]) * math.log(ratio)
    if abs(bend) < 1e-3:
        return growth * math.log(ratio)
    return growth * (ratio**bend - 1.0) / bend


@inlined
def note_growth(w: Work, lam: float, before: float) -> None:
    """Take over the tangent at lambda; with the one at ``before`` (0: none) choose how each log-odds is predicted.

    Far up the branch a log-odds goes like a lambda + b ln lambda + c (an option that loses, or whose probability vanishes in
    proportion to 1 / lambda) or like c + d / lambda (a mix); lower down its growth is taken for a power of lambda.
    """
    for u in range(w.unknown.shape[1]):
        old, new = w.unknown[GROWTH, u], lam * w.unknown[TANGENT, u]
        w.unknown[GROWTH, u] = new
        bend = 1.0 if abs(new) > 1.0 else -1.0
        if before > 0.0:
            if lam > FAR and abs(new) > 0.3:
                bend = STEADY
                w.unknown[LINEAR, u] = (new - old) / (1.0 - before / lam)
            elif new * old > 0.0 and abs(old) > 1e-9 and abs(new) > 1e-9:
                bend = max(-1.0, min(1.0, math.log(new / old) / math.log(lam / before)))
        w.unknown[BEND, u] = bend


@inlined
def follow(t: Shape, w: Work, lam: float, target: float, enough: float) -> tuple[float, bool]:
    """From the accepted point ``w.kept`` at ``lam`` to ``target``, or beyond ``enough``; lambda reached, and whether it is that.

    On return ``w.kept`` is the last accepted point; at lambda 0 it is the origin.
    """
    n = w.unknown.shape[1]
    before = 0.0
    if lam == 0.0:
        for u in range(n):
            w.unknown[Z, u] = 0.0
            w.unknown[KEPT, u] = 0.0
        evaluate(t, w)
        largest = 0.0
        for u in range(n):
            w.unknown[TANGENT, u] = w.unknown[PULL, u]
            w.unknown[GROWTH, u] = 0.0
            largest = max(largest, abs(w.unknown[PULL, u]))
        stride = 0.5 / max(largest, 0.05)
    else:
        for u in range(n):
            w.unknown[Z, u] = w.unknown[KEPT, u]
        correct(t, w, lam, LOOSE)
        note_growth(w, lam, 0.0)
        stride = 0.1
    cautious = False
    while lam < min(target, enough):
        if lam == 0.0:
            there = min(target, stride)
            for u in range(n):
                w.unknown[AIM, u] = there * w.unknown[TANGENT, u]
        else:
            there = lam * (1.0 + stride)
            if there * 1.05 > target:
                there = target
            for u in range(n):
                w.unknown[AIM, u] = w.unknown[KEPT, u] + moved(w, u, there / lam)
        for u in range(n):
            w.unknown[Z, u] = w.unknown[AIM, u]
        tolerance = TIGHT if there == target else LOOSE
        code = correct(t, w, there, tolerance)
        correction = 0.0
        if code == DONE:
            for u in range(n):
                correction = max(correction, size_of(w.unknown[Z, u] - w.unknown[AIM, u], w.unknown[Z, u]))
            if correction > 2.0:
                code = NO_CONVERGENCE
            elif (cautious or correction > WIDE) and not _returns(t, w, lam, there):
                code = WRONG_SIGN
        if code != DONE:
            stride *= 0.3
            cautious = True
            if stride < SMALLEST:
                return lam, False
            continue
        if lam == 0.0:
            stride = 0.5
        elif correction < 0.02:
            stride = min(stride * 3.0, 30.0 if there > 50.0 else 3.0)
        elif correction < 0.15:
            stride = min(stride * 1.7, 30.0 if there > 50.0 else 3.0)
        elif correction > 0.5:
            stride *= 0.6
        cautious = False
        note_growth(w, there, before)
        before = there
        lam = there
        for u in range(n):
            w.unknown[KEPT, u] = w.unknown[Z, u]
    return lam, True


@inlined
def _returns(t: Shape, w: Work, lam: float, there: float) -> bool:
    """Whether solving back at the old lambda returns to the old point; leaves the new point in place."""
    n = w.unknown.shape[1]
    if lam == 0.0:  # at lambda 0 there is one solution, so a tangent that leads back is all that can be asked
        return True
    for u in range(n):
        w.unknown[AIM, u] = w.unknown[Z, u]
        w.unknown[SPARE, u] = w.unknown[
            TANGENT, u
        ]  # kept here while the tangent is overwritten; note_growth sets it anew
        growth = there * w.unknown[TANGENT, u]
        ratio = lam / there
        w.unknown[Z, u] += growth * (ratio - 1.0 if abs(growth) > 1.0 else math.log(ratio))
    code = correct(t, w, lam, LOOSE)
    near = code == DONE
    for u in range(n):
        near = near and size_of(w.unknown[Z, u] - w.unknown[KEPT, u], w.unknown[KEPT, u]) <= RETURN
        w.unknown[Z, u] = w.unknown[AIM, u]
        w.unknown[TANGENT, u] = w.unknown[SPARE, u]
    return near
