"""The limit: the branch followed to lambda 1e12 (in units of the payoff range), with log-odds in double-double numbers.

At lambda 1e12 a log-odds near 1e12 keeps four digits in doubles, too few where two such numbers nearly cancel: that is how the
belief at a set that is not reached comes about. With 31 digits every set keeps its exact place on the branch, ties
and interior beliefs included, and the distance to the limit is of the order 1 / lambda.
"""

from __future__ import annotations

import math

from detente.solve.compile import FIRST_MEMBER, FIRST_SLOT, OWNER, PARENT, SHIFT, SLOT, Shape
from detente.solve.continuation import moved, note_growth, signs_hold, size_of
from detente.solve.jit import inlined, kernel
from detente.solve.kernel import differentiate
from detente.solve.linear import newton_and_tangent
from detente.solve.twofold import add, divide, exponential, logarithm, multiply
from detente.solve.work import (
    EVALUATIONS,
    KEPT,
    KEPT_LO,
    LAST_MOVE,
    LAST_PROB,
    LOG_PROB,
    LOG_REACH_LO,
    MOVE,
    PROB,
    PROB_LO,
    PULL,
    REACH,
    REACH_LO,
    RESIDUAL,
    STEP,
    WORTH,
    WORTH_LO,
    Z_LO,
    Fine,
    Work,
    Z,
)  # fmt: skip

NEWTON = 60  # corrections at one lambda; a belief too large by a factor e costs one
FIRST_RATIO, MOST_RATIO = 100.0, 1e4  # steps in lambda
FAINT = -75.0  # log of a probability that does not show in lambda times a payoff, at lambda 1e15


@kernel
def evaluate_twofold(t: Shape, w: Work, f: Fine) -> None:
    """As `kernel.evaluate`, from ``w.z + w.z_lo``; the high parts are what `kernel.differentiate` reads."""
    for h in range(len(t.sets) - 1):
        first, end = t.sets[h, FIRST_SLOT], t.sets[h + 1, FIRST_SLOT]
        shift = t.sets[h, SHIFT]
        top, top_lo = 0.0, 0.0
        for s in range(first + 1, end):
            z, z_lo = w.unknown[Z, shift + s], f.unknown[Z_LO, shift + s]
            if z > top or (z == top and z_lo > top_lo):
                top, top_lo = z, z_lo
        total, total_lo = 0.0, 0.0
        for s in range(first, end):
            z, z_lo = (0.0, 0.0) if s == first else (w.unknown[Z, shift + s], f.unknown[Z_LO, shift + s])
            z, z_lo = add(z, z_lo, -top, -top_lo)
            w.slot[LOG_PROB, s], f.slot[WORTH_LO, s] = z, z_lo
            if z > FAINT:
                if z == 0.0 and z_lo == 0.0:
                    w.slot[PROB, s], f.slot[PROB_LO, s] = 1.0, 0.0
                else:
                    w.slot[PROB, s], f.slot[PROB_LO, s] = exponential(z, z_lo)
                total, total_lo = add(total, total_lo, w.slot[PROB, s], f.slot[PROB_LO, s])
            else:
                w.slot[PROB, s], f.slot[PROB_LO, s] = 0.0, 0.0
        if total == 1.0 and total_lo == 0.0:
            continue
        norm, norm_lo = logarithm(total, total_lo)
        for s in range(first, end):
            w.slot[PROB, s], f.slot[PROB_LO, s] = divide(w.slot[PROB, s], f.slot[PROB_LO, s], total, total_lo)
            w.slot[LOG_PROB, s], f.slot[WORTH_LO, s] = add(
                w.slot[LOG_PROB, s], f.slot[WORTH_LO, s], -norm, -norm_lo
            )

    w.log_reach[0], f.node[LOG_REACH_LO, 0], f.node[REACH, 0], f.node[REACH_LO, 0] = 0.0, 0.0, 1.0, 0.0
    slots = t.sets[-1, FIRST_SLOT]
    for k in range(1, len(t.inner)):
        y = t.inner[k]
        x, s = t.node[y, PARENT], t.node[y, SLOT]
        low = f.slot[WORTH_LO, s] if s < slots else 0.0
        w.log_reach[y], f.node[LOG_REACH_LO, y] = add(
            float(w.log_reach[x]), f.node[LOG_REACH_LO, x], w.slot[LOG_PROB, s], low
        )
        p = 1.0 if s >= slots and w.slot[PROB, s] == 0.0 else w.slot[PROB, s]
        f.node[REACH, y], f.node[REACH_LO, y] = multiply(
            f.node[REACH, x], f.node[REACH_LO, x], p, f.slot[PROB_LO, s]
        )
    for h in range(len(t.sets) - 1):
        _belief_twofold(t, w, f, h)

    players = w.value.shape[1]
    for k in range(len(t.inner) - 1, -1, -1):
        x = t.inner[k]
        for i in range(players):
            v, v_lo = 0.0, 0.0
            for e in range(t.kid_start[x], t.kid_start[x + 1]):
                y = t.kid[e]
                s = t.node[y, SLOT]
                if w.slot[PROB, s] != 0.0:
                    a, a_lo = multiply(w.slot[PROB, s], f.slot[PROB_LO, s], w.value[y, i], f.value[y, i])
                    v, v_lo = add(v, v_lo, a, a_lo)
            w.value[x, i], f.value[x, i] = v, v_lo
    for h in range(len(t.sets) - 1):
        first, i = t.sets[h, FIRST_SLOT], t.sets[h, OWNER]
        for a in range(t.sets[h + 1, FIRST_SLOT] - first):
            v, v_lo = 0.0, 0.0
            for m in range(t.sets[h, FIRST_MEMBER], t.sets[h + 1, FIRST_MEMBER]):
                if w.belief[m] != 0.0:
                    y = t.kid[t.kid_start[t.member[m]] + a]
                    b, b_lo = float(w.belief[m]), float(f.belief[m])
                    b, b_lo = multiply(b, b_lo, float(w.value[y, i]), float(f.value[y, i]))
                    v, v_lo = add(v, v_lo, b, b_lo)
            w.slot[WORTH, first + a], f.slot[WORTH_LO, first + a] = v, v_lo


@inlined
def _belief_twofold(t: Shape, w: Work, f: Fine, h: int) -> None:
    """Belief at set h: ratios of reach where they are large enough, else a softmax of log reach."""
    first, end = t.sets[h, FIRST_MEMBER], t.sets[h + 1, FIRST_MEMBER]
    if end - first == 1:
        w.belief[first], f.belief[first] = 1.0, 0.0
        return
    top, top_lo, most = -math.inf, 0.0, 0.0
    for m in range(first, end):
        x = t.member[m]
        if w.excluded[m] == 0:
            if w.log_reach[x] > top or (w.log_reach[x] == top and f.node[LOG_REACH_LO, x] > top_lo):
                top, top_lo = float(w.log_reach[x]), f.node[LOG_REACH_LO, x]
            most = max(most, f.node[REACH, x])
    total, total_lo = 0.0, 0.0
    for m in range(first, end):
        x = t.member[m]
        b, b_lo = 0.0, 0.0
        if w.excluded[m] == 0:
            if most > 1e-30:
                b, b_lo = f.node[REACH, x], f.node[REACH_LO, x]
            else:
                b, b_lo = add(float(w.log_reach[x]), f.node[LOG_REACH_LO, x], -top, -top_lo)
                if b > FAINT:
                    b, b_lo = exponential(b, b_lo)
                else:
                    b, b_lo = 0.0, 0.0
        w.belief[m], f.belief[m] = b, b_lo
        total, total_lo = add(total, total_lo, b, b_lo)
    for m in range(first, end):
        w.belief[m], f.belief[m] = divide(w.belief[m], f.belief[m], total, total_lo)


@kernel
def _correct_twofold(t: Shape, w: Work, f: Fine, lam: float) -> bool:
    """Newton at lambda from ``w.z + w.z_lo``: residual in 31 digits, Jacobian in 16."""
    last = math.inf
    for _ in range(NEWTON):
        evaluate_twofold(t, w, f)
        for h in range(len(t.sets) - 1):
            first = t.sets[h, FIRST_SLOT]
            shift = t.sets[h, SHIFT]
            for s in range(first + 1, t.sets[h + 1, FIRST_SLOT]):
                u = shift + s
                d, d_lo = add(
                    w.slot[WORTH, s], f.slot[WORTH_LO, s], -w.slot[WORTH, first], -f.slot[WORTH_LO, first]
                )
                w.unknown[PULL, u] = d
                d, d_lo = multiply(d, d_lo, lam, 0.0)
                d, d_lo = add(w.unknown[Z, u], f.unknown[Z_LO, u], -d, -d_lo)
                w.unknown[RESIDUAL, u] = d + d_lo
        differentiate(t, w, lam)
        w.tally[EVALUATIONS] += 1
        if not newton_and_tangent(t, w):
            return False
        size, plain = 0.0, 0.0
        for u in range(w.unknown.shape[1]):
            size = max(size, size_of(w.unknown[STEP, u], w.unknown[Z, u]))
            plain = max(plain, abs(w.unknown[STEP, u]))
            w.unknown[Z, u], f.unknown[Z_LO, u] = add(
                w.unknown[Z, u], f.unknown[Z_LO, u], w.unknown[STEP, u], 0.0
            )
        if not size < 20.0:
            return False
        if plain < 1e-8:
            return signs_hold(t, w)
        if plain > 0.9 * last and plain < 1e-4:
            return False
        last = plain
    return False


@inlined
def _ahead(w: Work, f: Fine, u: int, last: float, ratio: float, step: float) -> float:
    """Predicted change of log-odds u when lambda is multiplied by ``step``, after steps by ``last`` and ``ratio`` (0: none yet).

    From the moves over the last two steps, as a lambda + b ln lambda, or d / lambda for a mix: unlike the tangent, whose
    Jacobian is in doubles, moves are exact enough to keep differences of huge log-odds in place.
    """
    if last == 0.0:
        return moved(w, u, step)
    move, before = f.unknown[MOVE, u], f.unknown[LAST_MOVE, u]
    if abs(move) < 0.1 * math.log(ratio):
        return move * (1.0 / step - 1.0) / (1.0 - ratio)
    if abs(move) < 100.0:  # nothing in proportion to lambda, which is above 1e5
        return move * math.log(step) / math.log(ratio)
    # before = linear (1 - 1 / last) / ratio + b ln last, move = linear (1 - 1 / ratio) + b ln ratio
    p, q, r, s = (1.0 - 1.0 / last) / ratio, math.log(last), 1.0 - 1.0 / ratio, math.log(ratio)
    d = p * s - q * r
    linear, b = (before * s - move * q) / d, (move * p - before * r) / d
    return linear * (step - 1.0) + b * math.log(step)


@inlined
def climb(t: Shape, w: Work, f: Fine, lam: float, target: float) -> tuple[float, float]:
    """From the accepted point ``w.kept`` at ``lam`` to ``target`` in double-double numbers; lambda reached, and the last before it.

    The tangent there must be noted. ``LAST_PROB`` is the strategy at the last lambda before, lower by a factor of 30 or more
    if the target was reached.
    """
    n = w.unknown.shape[1]
    for u in range(n):
        f.unknown[KEPT_LO, u] = 0.0
    last, ratio, step, earlier = 0.0, 0.0, FIRST_RATIO, lam
    while lam < target:
        there = min(lam * step, target)
        if there < target and there * 30.0 > target:
            there = target / 30.0 if target > 60.0 * lam else target
        for u in range(n):
            change = _ahead(w, f, u, last, ratio, there / lam)
            w.unknown[Z, u], f.unknown[Z_LO, u] = add(w.unknown[KEPT, u], f.unknown[KEPT_LO, u], change, 0.0)
        if _correct_twofold(t, w, f, there):
            for u in range(n):
                f.unknown[LAST_MOVE, u] = f.unknown[MOVE, u]
                move, low = add(
                    w.unknown[Z, u], f.unknown[Z_LO, u], -w.unknown[KEPT, u], -f.unknown[KEPT_LO, u]
                )
                f.unknown[MOVE, u] = move + low
            note_growth(w, there, lam)
            last, ratio = ratio, there / lam
            lam = there
            step = MOST_RATIO if ratio > 30.0 else min(ratio**2.5, MOST_RATIO)
            if lam < target:
                earlier = lam
                _keep(t, w, f)
        else:
            step = step**0.4
            if step < 1.001:
                break
    if lam < target:
        for u in range(n):
            w.unknown[Z, u], f.unknown[Z_LO, u] = w.unknown[KEPT, u], f.unknown[KEPT_LO, u]
    evaluate_twofold(t, w, f)
    return lam, earlier


@inlined
def _keep(t: Shape, w: Work, f: Fine) -> None:
    """Accept the point, and its strategy as the last before the target."""
    for u in range(w.unknown.shape[1]):
        w.unknown[KEPT, u], f.unknown[KEPT_LO, u] = w.unknown[Z, u], f.unknown[Z_LO, u]
    for s in range(t.sets[-1, FIRST_SLOT]):
        f.slot[LAST_PROB, s] = w.slot[PROB, s]
