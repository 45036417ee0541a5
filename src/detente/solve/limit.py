"""The limit: the branch followed to lambda 1e12 (in units of the payoff range), with log-odds in double-double numbers.

At lambda 1e12 a log-odds near 1e12 keeps four digits in doubles, too few where two such numbers nearly cancel: that is how the
belief at a set that is not reached comes about. With 31 digits every set keeps its exact place on the branch, ties
and interior beliefs included, and the distance to the limit is of the order 1 / lambda.
"""

from __future__ import annotations

import math

from detente.game.tree import Floats
from detente.solve.compile import (
    CELL,
    CELLS,
    CHANCES,
    FIRST_CHANCE,
    FIRST_KID,
    FIRST_MEMBER,
    FIRST_SLOT,
    FIRST_STEP,
    KID_SLOT,
    KIDS,
    LEAF_CHANCE,
    LEAF_CHANCES,
    OWN,
    ROW,
    SET,
    SHIFT,
    STEPS,
    SUM_KID,
    UP,
    Shape,
)
from detente.solve.continuation import moved, note_growth, signs_hold, size_of
from detente.solve.jit import inlined, kernel
from detente.solve.kernel import NOTHING, differentiate
from detente.solve.linear import newton_and_tangent
from detente.solve.twofold import add, divide, exponential, logarithm, multiply
from detente.solve.work import (
    BELIEF,
    EVALUATIONS,
    FACTOR,
    KEPT,
    KEPT_LO,
    LAST_MOVE,
    LAST_PROB,
    LOG_FACTOR,
    LOG_PROB,
    LOG_REACH,
    MOVE,
    POSSIBLE,
    PROB,
    PROB_LO,
    PULL,
    REACH,
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
def load_twofold(t: Shape, w: Work, f: Fine, payoff: Floats) -> None:
    """What `kernel.load` sums and multiplies, once more with all digits; the draw must be loaded."""
    for j in range(len(t.cell)):
        w.value[j], f.value[j] = 0.0, 0.0
    for o in range(len(t.leaf)):
        first = t.leaf[o, LEAF_CHANCE]
        p, p_lo = _chance(t, w, first, first + t.leaf[o, LEAF_CHANCES], 0.0)
        for j in range(t.leaf[o, CELL], t.leaf[o, CELL] + t.leaf[o, CELLS]):
            v, v_lo = multiply(p, p_lo, payoff[o, t.cell[j]], 0.0)
            w.value[j], f.value[j] = add(w.value[j], f.value[j], v, v_lo)
    for m in range(len(t.member)):
        first = t.member[m, FIRST_CHANCE]
        end = first + t.member[m, CHANCES]
        w.place[FACTOR, m], f.place[FACTOR, m] = _chance(t, w, first, end, 0.0)
        w.place[POSSIBLE, m], f.place[POSSIBLE, m] = _chance(t, w, first, end, 1.0)


@kernel
def _chance(t: Shape, w: Work, first: int, end: int, impossible: float) -> tuple[float, float]:
    """The product of some chance edges, with ``impossible`` for edges of probability 0."""
    p, p_lo = 1.0, 0.0
    for c in range(first, end):
        q = w.slot[PROB, t.chance[c]]
        p, p_lo = multiply(p, p_lo, q if q > 0.0 else impossible, 0.0)
    return p, p_lo


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

    for k in range(len(t.order)):
        m = t.order[k]
        reach, reach_lo = w.place[POSSIBLE, m], f.place[POSSIBLE, m]
        log_reach, log_reach_lo = w.place[LOG_FACTOR, m], 0.0
        if t.member[m, STEPS] > 0:
            j = t.member[m, FIRST_STEP]
            up, s = t.step[j, UP], t.step[j, ROW]
            reach, reach_lo = multiply(reach, reach_lo, float(w.place[REACH, up]), float(f.place[REACH, up]))
            reach, reach_lo = multiply(reach, reach_lo, float(w.slot[PROB, s]), float(f.slot[PROB_LO, s]))
            log_reach, log_reach_lo = add(
                log_reach, log_reach_lo, w.place[LOG_REACH, up], f.place[LOG_REACH, up]
            )
            log_reach, log_reach_lo = add(log_reach, log_reach_lo, w.slot[LOG_PROB, s], f.slot[WORTH_LO, s])
        if reach < NOTHING:
            reach, reach_lo = 0.0, 0.0
        w.place[REACH, m], f.place[REACH, m] = reach, reach_lo
        w.place[LOG_REACH, m], f.place[LOG_REACH, m] = log_reach, log_reach_lo
    for h in range(len(t.sets) - 1):
        _believe_twofold(t, w, f, h)

    for k in range(len(t.inner) - 1, -1, -1):
        cell, cells = t.inner[k, CELL], t.inner[k, CELLS]
        for i in range(cells):
            w.value[cell + i], f.value[cell + i] = 0.0, 0.0
        for e in range(t.inner[k, SUM_KID], t.inner[k, SUM_KID] + t.inner[k, KIDS]):
            s, below = t.kid[e, KID_SLOT], t.kid[e, CELL]
            if w.slot[PROB, s] != 0.0:
                _add_product(w, f, cell, cells, w.slot[PROB, s], f.slot[PROB_LO, s], below)
    for s in range(t.sets[-1, FIRST_SLOT]):
        w.slot[WORTH, s], f.slot[WORTH_LO, s] = 0.0, 0.0
    for m in range(len(t.member)):
        h = t.member[m, SET]
        first, e, own = t.sets[h, FIRST_SLOT], t.member[m, FIRST_KID], t.member[m, OWN]
        b, b_lo = w.place[BELIEF, m], f.place[BELIEF, m]
        if b != 0.0:
            for a in range(t.sets[h + 1, FIRST_SLOT] - first):
                s, cell = first + a, t.kid[e + a, CELL] + own
                v, v_lo = multiply(b, b_lo, float(w.value[cell]), float(f.value[cell]))
                w.slot[WORTH, s], f.slot[WORTH_LO, s] = add(w.slot[WORTH, s], f.slot[WORTH_LO, s], v, v_lo)


@inlined
def _add_product(w: Work, f: Fine, cell: int, cells: int, p: float, p_lo: float, below: int) -> None:
    """Add p times the values of a child to those of a node."""
    for i in range(cells):
        v, v_lo = multiply(p, p_lo, w.value[below + i], f.value[below + i])
        w.value[cell + i], f.value[cell + i] = add(w.value[cell + i], f.value[cell + i], v, v_lo)


@inlined
def _believe_twofold(t: Shape, w: Work, f: Fine, h: int) -> None:
    """Belief at set h: ratios of reach where they are large enough, else a softmax of log reach."""
    first, end = t.sets[h, FIRST_MEMBER], t.sets[h + 1, FIRST_MEMBER]
    if end - first == 1:
        w.place[BELIEF, first], f.place[BELIEF, first] = 1.0, 0.0
        return
    top, top_lo, most = -math.inf, 0.0, 0.0
    for m in range(first, end):
        if w.excluded[m] == 0:
            z, z_lo = w.place[LOG_REACH, m], f.place[LOG_REACH, m]
            if z > top or (z == top and z_lo > top_lo):
                top, top_lo = z, z_lo
            most = max(most, w.place[REACH, m])
    total, total_lo = 0.0, 0.0
    for m in range(first, end):
        b, b_lo = 0.0, 0.0
        if w.excluded[m] == 0:
            if most > 1e-30:
                b, b_lo = w.place[REACH, m], f.place[REACH, m]
            else:
                b, b_lo = add(w.place[LOG_REACH, m], f.place[LOG_REACH, m], -top, -top_lo)
                if b > FAINT:
                    b, b_lo = exponential(b, b_lo)
                else:
                    b, b_lo = 0.0, 0.0
        w.place[BELIEF, m], f.place[BELIEF, m] = b, b_lo
        total, total_lo = add(total, total_lo, b, b_lo)
    for m in range(first, end):
        w.place[BELIEF, m], f.place[BELIEF, m] = divide(
            w.place[BELIEF, m], f.place[BELIEF, m], total, total_lo
        )


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
