"""Following the principal branch upwards in lambda: predict, correct, and step back where the branch may have turned.

Turocy (2010) follows the branch in log-probabilities; here in log-odds, with steps that grow in proportion to lambda.
A step is refused where Newton fails, where the determinant of a block changes sign, or where solving back from the new
point does not return to the old one: then the branch may have folded below, and arclength.py takes over.

Every draw is at a point of its own; what happens to it after an evaluation is decided here, for one lane.
"""

from __future__ import annotations

import math

from detente.game.tree import Floats, Ints
from detente.solve.logit.jit import part
from detente.solve.logit.layout import (
    AHEAD,
    AIM,
    ASTRIDE,
    BEFORE,
    BEND,
    BLOCK_COUNT,
    CAREFUL,
    CAUTIOUS,
    CROSSINGS,
    DOUBT,
    DOUBT_LAM,
    ENOUGH,
    EXPECTED,
    GROWTH,
    KEPT,
    LAM,
    LAST,
    LINEAR,
    MODE,
    NEGATIVES,
    OFF,
    PLAIN,
    PULL,
    ROUNDS,
    SET_COUNT,
    SIZE,
    SPARE,
    STEP,
    STRIDE,
    TANGENT,
    TARGET,
    THERE,
    UNKNOWNS,
    Z,
)

# What a lane is doing: evaluating at lambda 0; correcting at a new lambda; solving back at the old one; evaluating the answer;
# arclength: its first tangent, correcting, solving at a crossing; playing in order where nothing depends on itself.
ORIGIN, FORWARD, BACK, FINAL, ARC_BEGIN, ARC, CROSSING, IN_ORDER = range(8)
GOING, DONE, FOLDED, GIVEN_UP = range(4)  # what comes of it

NEWTON = 8  # corrections at one lambda
LOOSE, TIGHT = 3e-3, 1e-9  # size of the last Newton step, on the way and at the end
STALLED = 1e-6  # a correction that no longer shrinks is rounding if it is below this
SURELY = 0.3  # a correction this much smaller than the one before: just beyond a fold Newton creeps
FLAT, ROUNDING = 3e-11, 4e-15  # residual of an answer, and what rounding adds to it per unit of lambda
STRAY = 0.15  # the way may differ by this from what the tangents at both ends say
WIDE = 0.5  # a correction above this is checked by stepping back
ASIDE = 0.2  # a correction above this from a point between two branches may have gone to the other one
RETURN = 1e-2  # how near stepping back must come
FAR, STEADY = 100.0, 2.0  # lambda from which growth is taken for steady, and the mark of such a log-odds
SMALLEST = 3e-3  # smallest relative step in lambda
ACCEPT, AGAIN, REFUSE = range(3)  # after a Newton correction


@part
def size_of(d: float, z: float) -> float:
    """How large a change of a log-odds is: of far options only the relative change counts."""
    return abs(d) / (1.0 + 0.05 * abs(z))


@part
def signs_hold(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> bool:
    """Whether the determinant of every block has the sign it should have, and in a ``CAREFUL`` lane as many negative pivots."""
    same = True
    for b in range(at[BLOCK_COUNT]):
        here, should = c[at[NEGATIVES] + b, lane], c[at[EXPECTED] + b, lane]
        same = same and here >= 0 and (here == should or (c[CAREFUL, lane] == 0 and (here - should) % 2 == 0))
    return same


@part
def take_step(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """Move to the corrected point."""
    for u in range(at[UNKNOWNS]):
        w[at[Z] + u, lane] += w[at[STEP] + u, lane]


@part
def start(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """A lane whose draw has just entered, at lambda 0."""
    for u in range(at[UNKNOWNS]):
        w[at[Z] + u, lane] = 0.0
        w[at[KEPT] + u, lane] = 0.0
    w[LAM, lane], w[THERE, lane], w[BEFORE, lane] = 0.0, 0.0, 0.0
    c[MODE, lane], c[CAUTIOUS, lane] = ORIGIN, 0


@part
def begin(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """After the evaluation at lambda 0, where the tangent is what options are worth against uniform play."""
    largest = 0.0
    for u in range(at[UNKNOWNS]):
        w[at[TANGENT] + u, lane] = w[at[PULL] + u, lane]
        w[at[GROWTH] + u, lane] = 0.0
        largest = max(largest, abs(w[at[PULL] + u, lane]))
    w[STRIDE, lane] = 0.5 / max(largest, 0.05)
    predict(t, at, w, c, lane)


@part
def moved(t: Ints, at: Ints, w: Floats, c: Ints, u: int, lane: int, ratio: float) -> float:
    """Predicted change of log-odds u when lambda is multiplied by ``ratio``, from its growth here and one step earlier."""
    growth, bend = w[at[GROWTH] + u, lane], w[at[BEND] + u, lane]
    if bend == STEADY:  # a lambda + b ln lambda
        linear = w[at[LINEAR] + u, lane]
        return linear * (ratio - 1.0) + (growth - linear) * math.log(ratio)
    if abs(bend) < 1e-3:
        return growth * math.log(ratio)
    if bend == 1.0:
        return growth * (ratio - 1.0)
    if bend == -1.0:
        return growth * (1.0 - 1.0 / ratio)
    return growth * (ratio**bend - 1.0) / bend


@part
def note_growth(t: Ints, at: Ints, w: Floats, c: Ints, lane: int, lam: float, before: float) -> None:
    """Take over the tangent at lambda; with the one at ``before`` (0: none) choose how each log-odds is predicted.

    Far up the branch a log-odds goes like a lambda + b ln lambda + c (an option that loses, or whose probability vanishes in
    proportion to 1 / lambda) or like c + d / lambda (a mix); lower down its growth is taken for a power of lambda.
    """
    for u in range(at[UNKNOWNS]):
        old, new = w[at[GROWTH] + u, lane], lam * w[at[TANGENT] + u, lane]
        w[at[GROWTH] + u, lane] = new
        bend = 1.0 if abs(new) > 1.0 else -1.0
        if before > 0.0:
            if lam > FAR and abs(new) > 0.3:
                bend = STEADY
                w[at[LINEAR] + u, lane] = (new - old) / (1.0 - before / lam)
            elif new * old > 0.0 and abs(old) > 1e-9 and abs(new) > 1e-9:
                bend = max(-1.0, min(1.0, math.log(new / old) / math.log(lam / before)))
        w[at[BEND] + u, lane] = bend


@part
def predict(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """Aim at the next lambda from the accepted point."""
    lam, stride, target = w[LAM, lane], w[STRIDE, lane], w[TARGET, lane]
    if lam == 0.0:
        there = min(target, stride)
        for u in range(at[UNKNOWNS]):
            w[at[AIM] + u, lane] = there * w[at[TANGENT] + u, lane]
    else:
        there = lam * (1.0 + stride)
        if there * 1.05 > target:
            there = target
        ratio = there / lam
        for u in range(at[UNKNOWNS]):
            w[at[AIM] + u, lane] = w[at[KEPT] + u, lane] + moved(t, at, w, c, u, lane, ratio)
    for u in range(at[UNKNOWNS]):
        w[at[Z] + u, lane] = w[at[AIM] + u, lane]
    w[THERE, lane], w[LAST, lane] = there, math.inf
    c[MODE, lane], c[ROUNDS, lane] = FORWARD, 0


@part
def corrected(t: Ints, at: Ints, w: Floats, c: Ints, lane: int, exact: bool) -> int:
    """What a Newton correction has come to: ACCEPT, AGAIN or REFUSE. An ``exact`` point is accepted where it was evaluated."""
    c[ROUNDS, lane] += 1
    size, last = w[SIZE, lane], w[LAST, lane]
    if not size < 10.0 or w[PLAIN, lane] == math.inf:
        return REFUSE
    slow = size > 0.8 * last
    if exact:
        if w[PLAIN, lane] <= FLAT + ROUNDING * w[THERE, lane] or (slow and size < 1e-8):
            return ACCEPT if signs_hold(t, at, w, c, lane) else REFUSE
    elif slow:
        return ACCEPT if size < STALLED and signs_hold(t, at, w, c, lane) else REFUSE
    if slow or c[ROUNDS, lane] > NEWTON:
        return REFUSE
    take_step(t, at, w, c, lane)
    w[LAST, lane] = size
    if not exact and size <= LOOSE and (last == math.inf or size < SURELY * last):
        return ACCEPT if signs_hold(t, at, w, c, lane) else REFUSE
    return AGAIN


@part
def forward(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """After an evaluation on the way up."""
    at_end = w[THERE, lane] == w[TARGET, lane]
    if c[ROUNDS, lane] == 0:
        c[ASTRIDE, lane] = 0 if signs_hold(t, at, w, c, lane) else 1
    what = corrected(t, at, w, c, lane, at_end)
    if what == AGAIN:
        return GOING
    if what == ACCEPT:
        off = 0.0
        for u in range(at[UNKNOWNS]):
            z = w[at[Z] + u, lane]
            off = max(off, size_of(z - w[at[AIM] + u, lane], z))
        w[OFF, lane] = off
        stray = _stray(t, at, w, c, lane)
        if off > 2.0:
            what = REFUSE
        elif c[ASTRIDE, lane] == 1 and off > ASIDE:
            return _refuse(t, at, w, c, lane, 0.4, 1)
        elif stray > STRAY:
            return _refuse(t, at, w, c, lane, max(0.2, 0.7 * math.sqrt(STRAY / stray)), c[CAUTIOUS, lane])
        elif (c[CAUTIOUS, lane] == 1 or off > WIDE) and w[LAM, lane] > 0.0:
            _turn_back(t, at, w, c, lane)
            return GOING
    if what == REFUSE:
        return _refuse(t, at, w, c, lane, 0.3, 1)
    return _accept(t, at, w, c, lane, True)


@part
def _stray(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> float:
    """How far the way from the accepted point to the new one is from what the tangents at both ends say.

    Past a place where branches come near each other a long step may land on the other one, from which stepping back can lead to
    the old point all the same. The growth of a log-odds between both ends is taken for a power of lambda or, where its
    sign changes, for linear in ln lambda.
    """
    lam, there = w[LAM, lane], w[THERE, lane]
    if lam == 0.0:
        return 0.0
    most, ratio = 0.0, math.log(there / lam)
    for u in range(at[UNKNOWNS]):
        old, new = w[at[GROWTH] + u, lane], there * w[at[TANGENT] + u, lane]
        mean = 0.5 * (old + new)
        if old * new > 0.0 and abs(new - old) > 1e-3 * abs(mean):
            mean = (new - old) / math.log(new / old)
        z = w[at[Z] + u, lane]
        most = max(most, size_of(z - w[at[KEPT] + u, lane] - mean * ratio, z))
    return most


@part
def _turn_back(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """Solve at the old lambda, from the new point; at lambda 0 there is one solution, and nothing to check."""
    there = w[THERE, lane]
    ratio = w[LAM, lane] / there
    shrink = math.log(ratio)
    for u in range(at[UNKNOWNS]):
        z, tangent = w[at[Z] + u, lane], w[at[TANGENT] + u, lane]
        w[at[AIM] + u, lane], w[at[SPARE] + u, lane] = z, tangent
        growth = there * tangent
        w[at[Z] + u, lane] = z + growth * (ratio - 1.0 if abs(growth) > 1.0 else shrink)
    w[AHEAD, lane] = there
    w[THERE, lane], w[LAST, lane] = w[LAM, lane], math.inf
    c[MODE, lane], c[ROUNDS, lane] = BACK, 0


@part
def back(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """After an evaluation at the old lambda: the new point counts if it leads back to the old one."""
    what = corrected(t, at, w, c, lane, False)
    if what == AGAIN:
        return GOING
    for u in range(at[UNKNOWNS]):
        kept = w[at[KEPT] + u, lane]
        if size_of(w[at[Z] + u, lane] - kept, kept) > RETURN:
            what = REFUSE
        w[at[Z] + u, lane] = w[at[AIM] + u, lane]
        w[at[TANGENT] + u, lane] = w[at[SPARE] + u, lane]
    w[THERE, lane] = w[AHEAD, lane]
    return _accept(t, at, w, c, lane, False) if what == ACCEPT else _refuse(t, at, w, c, lane, 0.3, 1)


@part
def _refuse(t: Ints, at: Ints, w: Floats, c: Ints, lane: int, shorter: float, cautious: int) -> int:
    """A shorter step, to be checked by stepping back if ``cautious``; or the end of this road."""
    w[STRIDE, lane] *= shorter
    c[CAUTIOUS, lane] = cautious
    if w[STRIDE, lane] < SMALLEST:
        return FOLDED
    predict(t, at, w, c, lane)
    return GOING


@part
def _accept(t: Ints, at: Ints, w: Floats, c: Ints, lane: int, evaluated: bool) -> int:
    """Take over the point, at which the game was ``evaluated`` last or not, and aim at the next or end."""
    there, stride, off = w[THERE, lane], w[STRIDE, lane], w[OFF, lane]
    most = 30.0 if there > 50.0 else 3.0
    if w[LAM, lane] == 0.0:
        stride = 0.5
    elif off < 0.02:
        stride = min(stride * 3.0, most)
    elif off < 0.15:
        stride = min(stride * 1.7, most)
    elif off > 0.5:
        stride *= 0.6
    w[STRIDE, lane] = stride
    c[CAUTIOUS, lane] = 0
    note_growth(t, at, w, c, lane, there, w[BEFORE, lane])
    w[BEFORE, lane], w[LAM, lane] = there, there
    doubt = w[DOUBT_LAM, lane] == 0.0 and _has_lost_two(t, at, w, c, lane)
    for u in range(at[UNKNOWNS]):
        w[at[KEPT] + u, lane] = w[at[Z] + u, lane]
        if doubt:
            w[at[DOUBT] + u, lane] = w[at[Z] + u, lane]
    if doubt:
        w[DOUBT_LAM, lane] = there
    if there == w[TARGET, lane]:
        c[CROSSINGS, lane] = max(c[CROSSINGS, lane], 1)
        if evaluated:
            return DONE
        c[MODE, lane] = FINAL
        return GOING
    if there >= w[ENOUGH, lane]:
        c[CROSSINGS, lane] = max(c[CROSSINGS, lane], 1)
        return DONE
    predict(t, at, w, c, lane)
    return GOING


@part
def _has_lost_two(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> bool:
    """Whether some block has two negative pivots or more."""
    most = 0
    for b in range(at[BLOCK_COUNT]):
        most = max(most, c[at[NEGATIVES] + b, lane])
    return most >= 2


@part
def play_in_order(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """After an evaluation, where no set depends on itself: each pass settles the sets that depend on settled ones only."""
    c[ROUNDS, lane] += 1
    there = w[THERE, lane]
    settled = w[PLAIN, lane] == 0.0  # a pass that changes nothing changes no digit
    if settled or (c[ROUNDS, lane] > at[SET_COUNT] + 1 and w[PLAIN, lane] <= FLAT + ROUNDING * there):
        for u in range(at[UNKNOWNS]):
            w[at[KEPT] + u, lane] = w[at[Z] + u, lane]
        w[LAM, lane], c[CROSSINGS, lane] = there, 1
        return DONE
    if c[ROUNDS, lane] > at[SET_COUNT] + 2:
        return GIVEN_UP
    for u in range(at[UNKNOWNS]):
        w[at[Z] + u, lane] = there * w[at[PULL] + u, lane]
    return GOING
