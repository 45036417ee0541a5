"""The limit: the branch followed to lambda 1e12 (in units of the payoff range), with log-odds in double-double numbers.

At lambda 1e12 a log-odds near 1e12 keeps four digits in doubles, too few where two such numbers nearly cancel: that is how the
belief at a set that is not reached comes about. With 31 digits every set keeps its exact place on the branch, ties
and interior beliefs included, and the distance to the limit is of the order 1 / lambda.
"""

from __future__ import annotations

import math

from detente.solve.compile import Shape
from detente.solve.continuation import moved, note_growth, size_of
from detente.solve.jit import kernel
from detente.solve.kernel import differentiate
from detente.solve.linear import newton_and_tangent
from detente.solve.twofold import add, divide, exponential, multiply
from detente.solve.work import Work

DOUBLE_UP_TO = 1e5  # beyond this lambda (times the payoff range) double-double numbers are used
FAINT = -85.0  # log of a probability that no longer shows in 31 digits, with lambda 1e12 to spare
DRIFT = 1e-7  # largest move of a probability over the last factor of lambda that still counts as a limit


@kernel
def evaluate_twofold(t: Shape, w: Work) -> None:
    """As `kernel.evaluate`, from ``w.z + w.z_lo``; the high parts are what `kernel.differentiate` reads."""
    for h in range(len(t.owner)):
        first, end = t.slot_start[h], t.slot_start[h + 1]
        shift = t.unknown_start[h] - first - 1
        top, top_lo = 0.0, 0.0
        for s in range(first + 1, end):
            z, z_lo = w.z[shift + s], w.z_lo[shift + s]
            if z > top or (z == top and z_lo > top_lo):
                top, top_lo = z, z_lo
        total, total_lo = 0.0, 0.0
        for s in range(first, end):
            z, z_lo = (0.0, 0.0) if s == first else (w.z[shift + s], w.z_lo[shift + s])
            z, z_lo = add(z, z_lo, -top, -top_lo)
            w.log_prob[s], w.worth_lo[s] = z, z_lo
            if z > FAINT:
                w.prob[s], w.prob_lo[s] = exponential(z, z_lo)
                total, total_lo = add(total, total_lo, w.prob[s], w.prob_lo[s])
            else:
                w.prob[s], w.prob_lo[s] = 0.0, 0.0
        norm = math.log(total) + total_lo / total
        for s in range(first, end):
            w.prob[s], w.prob_lo[s] = divide(w.prob[s], w.prob_lo[s], total, total_lo)
            w.log_prob[s], w.worth_lo[s] = add(w.log_prob[s], w.worth_lo[s], -norm, 0.0)

    w.log_reach[0], w.log_reach_lo[0], w.reach[0], w.reach_lo[0] = 0.0, 0.0, 1.0, 0.0
    slots = t.slot_start[-1]
    for k in range(1, len(t.inner)):
        y = t.inner[k]
        x, s = t.parent[y], t.slot[y]
        low = w.worth_lo[s] if s < slots else 0.0
        w.log_reach[y], w.log_reach_lo[y] = add(w.log_reach[x], w.log_reach_lo[x], w.log_prob[s], low)
        p = 1.0 if s >= slots and w.prob[s] == 0.0 else w.prob[s]
        w.reach[y], w.reach_lo[y] = multiply(w.reach[x], w.reach_lo[x], p, w.prob_lo[s])
    for h in range(len(t.owner)):
        _belief_twofold(t, w, h)

    players = w.value.shape[1]
    for k in range(len(t.inner) - 1, -1, -1):
        x = t.inner[k]
        for i in range(players):
            v, v_lo = 0.0, 0.0
            for e in range(t.kid_start[x], t.kid_start[x + 1]):
                y = t.kid[e]
                s = t.slot[y]
                if w.prob[s] != 0.0:
                    a, a_lo = multiply(w.prob[s], w.prob_lo[s], w.value[y, i], w.value_lo[y, i])
                    v, v_lo = add(v, v_lo, a, a_lo)
            w.value[x, i], w.value_lo[x, i] = v, v_lo
    for h in range(len(t.owner)):
        first, i = t.slot_start[h], t.owner[h]
        for a in range(t.slot_start[h + 1] - first):
            v, v_lo = 0.0, 0.0
            for m in range(t.member_start[h], t.member_start[h + 1]):
                if w.belief[m] != 0.0:
                    y = t.kid[t.kid_start[t.member[m]] + a]
                    b, b_lo = multiply(w.belief[m], w.belief_lo[m], w.value[y, i], w.value_lo[y, i])
                    v, v_lo = add(v, v_lo, b, b_lo)
            w.worth[first + a], w.worth_lo[first + a] = v, v_lo


@kernel
def _belief_twofold(t: Shape, w: Work, h: int) -> None:
    """Belief at set h: ratios of reach where they are large enough, else a softmax of log reach."""
    first, end = t.member_start[h], t.member_start[h + 1]
    if end - first == 1:
        w.belief[first], w.belief_lo[first] = 1.0, 0.0
        return
    top, top_lo, most = -math.inf, 0.0, 0.0
    for m in range(first, end):
        x = t.member[m]
        if w.excluded[m] == 0:
            if w.log_reach[x] > top or (w.log_reach[x] == top and w.log_reach_lo[x] > top_lo):
                top, top_lo = w.log_reach[x], w.log_reach_lo[x]
            most = max(most, w.reach[x])
    total, total_lo = 0.0, 0.0
    for m in range(first, end):
        x = t.member[m]
        b, b_lo = 0.0, 0.0
        if w.excluded[m] == 0:
            if most > 1e-30:
                b, b_lo = w.reach[x], w.reach_lo[x]
            else:
                b, b_lo = add(w.log_reach[x], w.log_reach_lo[x], -top, -top_lo)
                if b > FAINT:
                    b, b_lo = exponential(b, b_lo)
                else:
                    b, b_lo = 0.0, 0.0
        w.belief[m], w.belief_lo[m] = b, b_lo
        total, total_lo = add(total, total_lo, b, b_lo)
    for m in range(first, end):
        w.belief[m], w.belief_lo[m] = divide(w.belief[m], w.belief_lo[m], total, total_lo)


@kernel
def _correct_twofold(t: Shape, w: Work, lam: float) -> bool:
    """Newton at lambda from ``w.z + w.z_lo``: residual in 31 digits, Jacobian in 16."""
    last = math.inf
    for _ in range(14):
        evaluate_twofold(t, w)
        for h in range(len(t.owner)):
            first = t.slot_start[h]
            shift = t.unknown_start[h] - first - 1
            for s in range(first + 1, t.slot_start[h + 1]):
                u = shift + s
                d, d_lo = add(w.worth[s], w.worth_lo[s], -w.worth[first], -w.worth_lo[first])
                w.pull[u] = d
                d, d_lo = multiply(d, d_lo, lam, 0.0)
                d, d_lo = add(w.z[u], w.z_lo[u], -d, -d_lo)
                w.residual[u] = d + d_lo
        differentiate(t, w, lam)
        w.count[0] += 1
        if not newton_and_tangent(t, w):
            return False
        size, plain = 0.0, 0.0
        for u in range(len(w.z)):
            size = max(size, size_of(w.step[u], w.z[u]))
            plain = max(plain, abs(w.step[u]))
            w.z[u], w.z_lo[u] = add(w.z[u], w.z_lo[u], w.step[u], 0.0)
        if not size < 20.0:
            return False
        if plain < 1e-8:
            for b in range(len(w.sign)):
                if w.sign[b] != w.expected[b]:
                    return False
            return True
        if plain > 0.9 * last and plain < 1e-4:
            return False
        last = plain
    return False


@kernel
def climb(t: Shape, w: Work, lam: float, target: float) -> tuple[float, bool]:
    """From the accepted point ``w.kept`` at ``lam`` to ``target`` in double-double numbers; lambda reached, and whether.

    ``w.p_last`` is the strategy at the last lambda before the target, below it by a factor of 30 or more.
    """
    n = len(w.z)
    for u in range(n):
        w.z[u], w.z_lo[u] = w.kept[u], 0.0
    if not _correct_twofold(t, w, lam):
        return lam, False
    note_growth(w, lam, 0.0)
    before = 0.0
    ratio = 100.0
    while True:
        for u in range(n):
            w.kept[u], w.kept_lo[u] = w.z[u], w.z_lo[u]
        if lam < target:
            for s in range(t.slot_start[-1]):
                w.p_last[s] = w.prob[s]
        else:
            evaluate_twofold(t, w)
            return lam, True
        there = min(lam * ratio, target)
        if there < target and there * 30.0 > target:
            there = target / 30.0 if target / 30.0 > 2.0 * lam else target
        for u in range(n):
            w.z[u], w.z_lo[u] = add(w.kept[u], w.kept_lo[u], moved(w.growth[u], w.bend[u], there / lam), 0.0)
        if _correct_twofold(t, w, there):
            note_growth(w, there, before)
            before = there
            lam = there
            ratio = min(ratio * 10.0, 1e4)
        else:
            ratio = ratio**0.4
            if ratio < 1.05:
                for u in range(n):
                    w.z[u], w.z_lo[u] = w.kept[u], w.kept_lo[u]
                evaluate_twofold(t, w)
                return lam, False


@kernel
def settle(t: Shape, w: Work) -> bool:
    """Turn the strategy at the last lambda into the limit: probabilities that vanish like 1 / lambda become 0.

    False where a probability still moves by more than DRIFT, so that there is no saying what the limit is.
    """
    for h in range(len(t.owner)):
        first, end = t.slot_start[h], t.slot_start[h + 1]
        total = 0.0
        for s in range(first, end):
            if not abs(w.prob[s] - w.p_last[s]) <= DRIFT:
                return False
            if w.prob[s] < 1e-6 and w.prob[s] < 0.5 * w.p_last[s]:
                w.prob[s] = 0.0
            total += w.prob[s]
        for s in range(first, end):
            w.prob[s] /= total
    return True
