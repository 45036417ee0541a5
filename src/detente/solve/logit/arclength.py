"""Pseudo-arclength: following the branch in (log-odds, lambda) where it folds, and noticing where it branches.

At a fold lambda turns and the determinant of the augmented matrix keeps its sign; at a bifurcation it changes
sign (Allgower and Georg 1990, chapters 2 and 8). The answer at a precision is the first crossing along the branch.
The augmented system [J, -pull; direction] is solved by the two solutions that continuation asks for too: with J s = -residual and
J y = pull, a change of lambda by d moves the log-odds by s + d y, and the determinant is det J (direction . (y, 1)).
"""

from __future__ import annotations

import math

from detente.game.tree import Floats, Ints
from detente.solve.logit.continuation import (
    ARC,
    ARC_BEGIN,
    CROSSING,
    FINAL,
    GIVEN_UP,
    GOING,
    NEWTON,
    TIGHT,
    note_growth,
    predict,
    signs_hold,
    take_step,
)
from detente.solve.logit.jit import part
from detente.solve.logit.layout import (
    AIM,
    AIM_LAM,
    AUGMENTED,
    BEFORE,
    BLOCK_COUNT,
    BRANCHES,
    CAUTIOUS,
    CROSSINGS,
    EXPECTED,
    GAP,
    HERE,
    HERE_LAM,
    HIGHEST,
    KEPT,
    LAM,
    LAST,
    MODE,
    NEGATIVES,
    PLAIN,
    RETURNS,
    ROUNDS,
    SIZE,
    STEP,
    STEPS_MADE,
    STRIDE,
    TANGENT,
    TARGET,
    THERE,
    TURNED,
    TURNS,
    UNKNOWNS,
    Z,
)

MOST_STEPS = 20_000
MOST_RETURNS = 20  # times the ordinary road is taken again
CLOSE = 1e-6  # last Newton step: point, tangent and sign are those of a point so near
CORRECTIONS = 6
COSINE = 0.985  # a larger turn of the tangent halves the step
SURE = 1e-5  # a step this short, relative to lambda, does not jump
BEYOND = 1.2  # lambda above everything seen, by this factor, before the ordinary road is taken again


@part
def arc_start(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """Evaluate at the last accepted point, for the direction of the branch there."""
    for u in range(at[UNKNOWNS]):
        w[at[Z] + u, lane] = w[at[KEPT] + u, lane]
    w[THERE, lane] = w[LAM, lane]
    c[MODE, lane] = ARC_BEGIN


@part
def arc_begin(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """After that evaluation."""
    sign = _sign(t, at, w, c, lane)
    if sign == 0:
        return GIVEN_UP
    lam = w[LAM, lane]
    _take_direction(t, at, w, c, lane, 1.0)
    c[AUGMENTED, lane] = sign
    c[TURNED, lane] = 0
    w[HIGHEST, lane] = lam
    w[STRIDE, lane] = 0.01 * (1.0 + lam)
    _aim(t, at, w, c, lane)
    return GOING


@part
def arc(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """After an evaluation on the way along the branch: correct in log-odds and lambda together."""
    n = at[UNKNOWNS]
    lam, new, stride = w[LAM, lane], w[THERE, lane], w[STRIDE, lane]
    c[ROUNDS, lane] += 1
    direction = w[HERE_LAM, lane]
    across, back = direction, direction * (new - w[AIM_LAM, lane])
    for u in range(n):
        here = w[at[HERE] + u, lane]
        across += here * w[at[TANGENT] + u, lane]
        back += here * (w[at[Z] + u, lane] - w[at[AIM] + u, lane] + w[at[STEP] + u, lane])
    sign = _sign(t, at, w, c, lane) * (1 if across > 0.0 else -1)
    good = False
    if sign != 0 and across != 0.0:
        change = -back / across
        size = abs(change) / (1.0 + new)
        for u in range(n):
            step = w[at[STEP] + u, lane] + change * w[at[TANGENT] + u, lane]
            size = max(size, abs(step))
            w[at[Z] + u, lane] += step
        new += change
        good = size < CLOSE
        if not good and size < 1.0 and c[ROUNDS, lane] < CORRECTIONS:
            w[THERE, lane] = new
            return GOING
    cosine, distance = -1.0, (new - w[AIM_LAM, lane]) ** 2
    if good:
        length = 1.0
        for u in range(n):
            tangent = w[at[TANGENT] + u, lane]
            length += tangent * tangent
            distance += (w[at[Z] + u, lane] - w[at[AIM] + u, lane]) ** 2
        cosine = abs(across) / math.sqrt(length)
    # a sign that changes at a short step too is a bifurcation; at a long one the step may have jumped to another branch
    turned = direction * across < 0.0
    same = sign == c[AUGMENTED, lane] and (turned or signs_hold(t, at, w, c, lane))
    jumped = not same and stride > SURE * (1.0 + lam)
    if not good or cosine < COSINE or math.sqrt(distance) > 0.3 * stride or jumped:
        w[STRIDE, lane] = 0.5 * stride
        if not stride > 2e-9 * (1.0 + lam):
            return GIVEN_UP
        _aim(t, at, w, c, lane)
        return GOING
    return _arrive(t, at, w, c, lane, new, sign, 1.0 if across > 0.0 else -1.0, cosine)


@part
def _arrive(
    t: Ints, at: Ints, w: Floats, c: Ints, lane: int, new: float, sign: int, side: float, cosine: float
) -> int:
    """Take over the corrected point at lambda ``new``."""
    lam, target, before = w[LAM, lane], w[TARGET, lane], w[HERE_LAM, lane]
    c[STEPS_MADE, lane] += 1
    if new < 0.0 or c[STEPS_MADE, lane] > MOST_STEPS:
        return GIVEN_UP
    changed = 0
    for b in range(at[BLOCK_COUNT]):
        changed += (c[at[NEGATIVES] + b, lane] - c[at[EXPECTED] + b, lane]) % 2
        c[at[EXPECTED] + b, lane] = c[at[NEGATIVES] + b, lane]
    if sign != c[AUGMENTED, lane] or changed > 1:  # more than one at once: the sign of the whole may stay
        c[BRANCHES, lane] += 1
        c[AUGMENTED, lane] = sign
    if before * side < 0.0:
        c[TURNS, lane] += 1
        c[TURNED, lane] = 1
    if lam < target <= new:
        _cross(t, at, w, c, lane, new)
        return GOING
    for u in range(at[UNKNOWNS]):
        w[at[KEPT] + u, lane] = w[at[Z] + u, lane]
    _take_direction(t, at, w, c, lane, side)
    w[LAM, lane] = new
    highest = w[HIGHEST, lane]
    if side > 0.0 and new > BEYOND * highest and new > highest + 1e-3:
        return _hand_back(t, at, w, c, lane)
    if side < 0.0 or c[TURNED, lane] == 1:
        w[HIGHEST, lane] = max(highest, new)
    if c[ROUNDS, lane] <= 4 and cosine > 0.996:
        w[STRIDE, lane] *= 1.35
    _aim(t, at, w, c, lane)
    return GOING


@part
def _hand_back(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """Go on by continuation."""
    c[RETURNS, lane] += 1
    if c[RETURNS, lane] > MOST_RETURNS:
        return GIVEN_UP
    note_growth(t, at, w, c, lane, w[LAM, lane], 0.0)
    w[BEFORE, lane], w[STRIDE, lane] = w[LAM, lane], 0.1
    c[CAUTIOUS, lane] = 0
    predict(t, at, w, c, lane)
    return GOING


@part
def _cross(t: Ints, at: Ints, w: Floats, c: Ints, lane: int, new: float) -> None:
    """Solve at the target, between the accepted point and the new one at lambda ``new``."""
    lam, target = w[LAM, lane], w[TARGET, lane]
    share, gap = (target - lam) / (new - lam), 0.0
    for u in range(at[UNKNOWNS]):
        kept, z = w[at[KEPT] + u, lane], w[at[Z] + u, lane]
        gap = max(gap, abs(z - kept))
        w[at[Z] + u, lane] = kept + share * (z - kept)
        w[at[AIM] + u, lane] = w[at[Z] + u, lane]
    w[GAP, lane], w[THERE, lane], w[LAST, lane] = gap, target, math.inf
    c[MODE, lane], c[ROUNDS, lane] = CROSSING, 0


@part
def crossing(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """After an evaluation at the target, whatever the signs: the crossing is told apart by its place."""
    c[ROUNDS, lane] += 1
    size = w[SIZE, lane]
    if not size < 10.0:
        return GIVEN_UP
    if c[ROUNDS, lane] <= NEWTON and size > TIGHT and size < 0.8 * w[LAST, lane]:
        take_step(t, at, w, c, lane)
        w[LAST, lane] = size
        return GOING
    off, target = 0.0, w[TARGET, lane]
    for u in range(at[UNKNOWNS]):
        off = max(off, abs(w[at[Z] + u, lane] - w[at[AIM] + u, lane]))
    if off > w[GAP, lane] + 1e-6 or w[PLAIN, lane] > 1e-7 * (1.0 + target):
        return GIVEN_UP
    take_step(t, at, w, c, lane)
    for u in range(at[UNKNOWNS]):
        w[at[KEPT] + u, lane] = w[at[Z] + u, lane]
    for b in range(at[BLOCK_COUNT]):
        c[at[EXPECTED] + b, lane] = c[at[NEGATIVES] + b, lane]
    note_growth(t, at, w, c, lane, target, 0.0)
    w[LAM, lane] = target
    c[CROSSINGS, lane] += 1
    c[MODE, lane] = FINAL
    return GOING


@part
def _sign(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """The sign of the determinant of J, 0 if it is singular."""
    sign = 1
    for b in range(at[BLOCK_COUNT]):
        negatives = c[at[NEGATIVES] + b, lane]
        sign *= 0 if negatives < 0 else 1 - 2 * (negatives % 2)
    return sign


@part
def _take_direction(t: Ints, at: Ints, w: Floats, c: Ints, lane: int, side: float) -> None:
    """The branch's direction at the last evaluation, at length 1."""
    length = 1.0
    for u in range(at[UNKNOWNS]):
        length += w[at[TANGENT] + u, lane] ** 2
    length = side / math.sqrt(length)
    for u in range(at[UNKNOWNS]):
        w[at[HERE] + u, lane] = length * w[at[TANGENT] + u, lane]
    w[HERE_LAM, lane] = length


@part
def _aim(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """Predict along the direction."""
    stride = w[STRIDE, lane]
    for u in range(at[UNKNOWNS]):
        aim = w[at[KEPT] + u, lane] + stride * w[at[HERE] + u, lane]
        w[at[AIM] + u, lane], w[at[Z] + u, lane] = aim, aim
    aim = w[LAM, lane] + stride * w[HERE_LAM, lane]
    w[AIM_LAM, lane], w[THERE, lane] = aim, aim
    c[MODE, lane], c[ROUNDS, lane] = ARC, 0
