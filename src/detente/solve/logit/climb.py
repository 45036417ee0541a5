"""Climbing from lambda about 1e5 to the limit: predict, correct, every number in double-double (limit.py)."""

from __future__ import annotations

import math

from detente.game.tree import Floats, Ints
from detente.solve.logit.continuation import (
    DONE,
    FINAL,
    FORWARD,
    GIVEN_UP,
    GOING,
    IN_ORDER,
    NEWTON,
    moved,
    note_growth,
    signs_hold,
)
from detente.solve.logit.jit import part
from detente.solve.logit.layout import (
    EARLIER,
    ENDLESS,
    KEPT,
    KEPT_LO,
    LAM,
    LAST,
    LAST_MOVE,
    LAST_PROB,
    LAST_RATIO,
    MODE,
    MOVE,
    NEXT_RATIO,
    PLAIN,
    PROB,
    PULL,
    PULL_LO,
    RATIO,
    ROUNDS,
    SET_COUNT,
    SIZE,
    SLOTS,
    STEP,
    TARGET,
    THERE,
    UNKNOWNS,
    Z_LO,
    Z,
)
from detente.solve.logit.twofold import add, times

FIRST_RATIO, MOST_RATIO = 100.0, 1e4  # steps in lambda
LAST_FACTOR = 30.0  # the strategy at the end is compared with one at a lambda lower by this, so that what still moves shows
SETTLED = 1e-8  # last Newton step
FITS = 1e-12  # residual of sets that are played in order


@part
def start_climb(t: Ints, at: Ints, w: Floats, c: Ints, lane: int, in_order: bool) -> None:
    """A lane that has entered at the accepted point KEPT at LAM, the tangent there noted."""
    w[LAST_RATIO, lane], w[RATIO, lane], w[NEXT_RATIO, lane] = 0.0, 0.0, FIRST_RATIO
    w[EARLIER, lane] = w[LAM, lane]
    for u in range(at[UNKNOWNS]):
        w[at[KEPT_LO] + u, lane] = 0.0
    if in_order:
        for u in range(at[UNKNOWNS]):
            w[at[Z] + u, lane], w[at[Z_LO] + u, lane] = w[at[KEPT] + u, lane], 0.0
        w[THERE, lane] = w[TARGET, lane] / LAST_FACTOR
        c[MODE, lane], c[ROUNDS, lane] = IN_ORDER, 0
    else:
        _aim(t, at, w, c, lane)


@part
def climb_in_order(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """After an evaluation, where nothing depends on itself: each pass settles the sets that depend on settled ones only."""
    c[ROUNDS, lane] += 1
    there = w[THERE, lane]
    if w[PLAIN, lane] <= FITS:
        if there == w[TARGET, lane]:
            w[LAM, lane] = there
            return DONE
        w[EARLIER, lane] = there
        _remember(t, at, w, c, lane)
        w[THERE, lane], c[ROUNDS, lane] = w[TARGET, lane], 0
        return GOING
    if c[ROUNDS, lane] > at[SET_COUNT] + 2:
        return GIVEN_UP
    for u in range(at[UNKNOWNS]):
        w[at[Z] + u, lane], w[at[Z_LO] + u, lane] = times(
            w[at[PULL] + u, lane], w[at[PULL_LO] + u, lane], there
        )
    return GOING


@part
def climb(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """After an evaluation on the way to the limit."""
    if c[MODE, lane] == FINAL:
        return DONE
    c[ROUNDS, lane] += 1
    plain, size = 0.0, w[SIZE, lane]
    good = size < 20.0
    if good:
        for u in range(at[UNKNOWNS]):
            step = w[at[STEP] + u, lane]
            plain = max(plain, abs(step))
            w[at[Z] + u, lane], w[at[Z_LO] + u, lane] = add(
                w[at[Z] + u, lane], w[at[Z_LO] + u, lane], step, 0.0
            )
        slow = plain > 0.9 * w[LAST, lane] and plain < 1e-4
        if not plain < SETTLED and not slow and c[ROUNDS, lane] < NEWTON:
            w[LAST, lane] = plain
            return GOING
        good = plain < SETTLED and signs_hold(t, at, w, c, lane)
    if good:
        return _accept(t, at, w, c, lane)
    w[NEXT_RATIO, lane] **= 0.4
    if w[NEXT_RATIO, lane] < 1.001:
        return GIVEN_UP
    _aim(t, at, w, c, lane)
    return GOING


@part
def _accept(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """Take over the point and aim at the next."""
    lam, there, target = w[LAM, lane], w[THERE, lane], w[TARGET, lane]
    for u in range(at[UNKNOWNS]):
        w[at[LAST_MOVE] + u, lane] = w[at[MOVE] + u, lane]
        move, low = add(
            w[at[Z] + u, lane],
            w[at[Z_LO] + u, lane],
            -w[at[KEPT] + u, lane],
            -w[at[KEPT_LO] + u, lane],
        )
        w[at[MOVE] + u, lane] = move + low
    note_growth(t, at, w, c, lane, there, lam)
    ratio = there / lam
    w[LAST_RATIO, lane], w[RATIO, lane] = w[RATIO, lane], ratio
    w[NEXT_RATIO, lane] = MOST_RATIO if ratio > LAST_FACTOR else min(ratio**2.5, MOST_RATIO)
    w[LAM, lane] = there
    if there >= target:
        c[MODE, lane] = FINAL
        return GOING
    if there <= target / LAST_FACTOR:
        w[EARLIER, lane] = there
        _remember(t, at, w, c, lane)
    for u in range(at[UNKNOWNS]):
        w[at[KEPT] + u, lane], w[at[KEPT_LO] + u, lane] = (
            w[at[Z] + u, lane],
            w[at[Z_LO] + u, lane],
        )
    _aim(t, at, w, c, lane)
    return GOING


@part
def _remember(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """The strategy as the last before the target."""
    for s in range(at[SLOTS]):
        w[at[LAST_PROB] + s, lane] = w[at[PROB] + s, lane]


@part
def _aim(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> None:
    """Predict at the next lambda."""
    lam, target = w[LAM, lane], w[TARGET, lane]
    there, stop = min(lam * w[NEXT_RATIO, lane], target), target / LAST_FACTOR
    if c[ENDLESS, lane] == 1 and lam < stop < there < target:
        there = stop
    for u in range(at[UNKNOWNS]):
        change = _ahead(t, at, w, c, u, lane, there / lam)
        w[at[Z] + u, lane], w[at[Z_LO] + u, lane] = add(
            w[at[KEPT] + u, lane], w[at[KEPT_LO] + u, lane], change, 0.0
        )
    w[THERE, lane], w[LAST, lane] = there, math.inf
    c[MODE, lane], c[ROUNDS, lane] = FORWARD, 0


@part
def _ahead(t: Ints, at: Ints, w: Floats, c: Ints, u: int, lane: int, step: float) -> float:
    """Predicted change of log-odds u when lambda is multiplied by ``step``.

    From the moves over the last two steps, as a lambda + b ln lambda, or d / lambda for a mix: unlike the tangent, whose
    Jacobian is in doubles, moves are exact enough to keep differences of huge log-odds in place.
    """
    last, ratio = w[LAST_RATIO, lane], w[RATIO, lane]
    if last == 0.0:
        return moved(t, at, w, c, u, lane, step)
    move, before = w[at[MOVE] + u, lane], w[at[LAST_MOVE] + u, lane]
    if abs(move) < 0.1 * math.log(ratio):
        return move * (1.0 / step - 1.0) / (1.0 - ratio)
    if abs(move) < 100.0:  # nothing in proportion to lambda, which is above 1e5
        return move * math.log(step) / math.log(ratio)
    # before = linear (1 - 1 / last) / ratio + b ln last, move = linear (1 - 1 / ratio) + b ln ratio
    p, q, r, s = (1.0 - 1.0 / last) / ratio, math.log(last), 1.0 - 1.0 / ratio, math.log(ratio)
    d = p * s - q * r
    linear, b = (before * s - move * q) / d, (move * p - before * r) / d
    return linear * (step - 1.0) + b * math.log(step)
