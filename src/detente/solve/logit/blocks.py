"""The kernels that are called: a block of draws through the lanes. A lane whose draw is done takes the next one."""

from __future__ import annotations

import math

from detente.game.tree import Floats, Ints
from detente.solve.logit.arclength import arc, arc_begin, arc_start, crossing
from detente.solve.logit.batch import LOST, REACHED, UNTRACED, Batch
from detente.solve.logit.climb import climb, climb_in_order, start_climb
from detente.solve.logit.continuation import (
    ARC,
    ARC_BEGIN,
    BACK,
    CROSSING,
    DONE,
    FOLDED,
    FORWARD,
    GOING,
    IN_ORDER,
    ORIGIN,
    back,
    begin,
    forward,
    play_in_order,
    start,
)
from detente.solve.logit.jit import kernel, part
from detente.solve.logit.kernel import enter, evaluate
from detente.solve.logit.lanes import LANES, absolute, load, spread, store, where_less
from detente.solve.logit.layout import (
    BELIEF,
    BEND,
    BLOCK_COUNT,
    CAREFUL,
    CROSSINGS,
    DOUBT,
    DOUBT_LAM,
    DRAW,
    EARLIER,
    ENDLESS,
    ENOUGH,
    EVALUATIONS,
    EXPECTED,
    FIRST_SLOT,
    GROWTH,
    IN_SEQUENCE,
    KEPT,
    LAM,
    LAST_PROB,
    LINEAR,
    MODE,
    PLACE_COUNT,
    PLAIN,
    PROB,
    PULL,
    RESIDUAL,
    ROUNDS,
    SET_COUNT,
    SETS,
    SHIFT,
    SIZE,
    SLOTS,
    STEP,
    STEPS_MADE,
    TARGET,
    THERE,
    UNKNOWNS,
    Z_LO,
    Z,
)
from detente.solve.logit.limit import enter_twofold, evaluate_twofold
from detente.solve.logit.linear import newton_and_tangent
from detente.solve.logit.slope import differentiate
from detente.solve.logit.twofold import add

ENOUGH_SHARE = 0.2  # on the way to the limit, a lambda this near to where double precision ends will do


@kernel
def follow_block(t: Ints, at: Ints, w: Floats, c: Ints, b: Batch, most: float) -> None:
    """From lambda 0 to the target of every draw that is UNTRACED or, if that is above ``most``, to a lambda near ``most``."""
    ordered = at[IN_SEQUENCE] == 1
    some = _untraced(b, 0)
    waiting, active = some, 0
    if some == len(b.lam):
        return
    for lane in range(LANES):
        if waiting < len(b.lam):
            _take(t, at, w, c, b, lane, waiting, most, ordered)
            waiting, active = _untraced(b, waiting + 1), active + 1
        else:  # numbers to calculate with, of no interest
            _take(t, at, w, c, b, lane, some, most, ordered)
            c[DRAW, lane] = -1
    while active > 0:
        evaluate(t, at, w, c)
        _residual(t, at, w, c)
        if not ordered:
            differentiate(t, at, w, c)
            newton_and_tangent(t, at, w, c)
        _sizes(t, at, w, c)
        for lane in range(LANES):
            if c[DRAW, lane] < 0:
                continue
            c[EVALUATIONS, lane] += 1
            what = _proceed(t, at, w, c, lane)
            if what == FOLDED:
                arc_start(t, at, w, c, lane)
                what = GOING
            if what == GOING:
                continue
            b.doubt_at[c[DRAW, lane]] = w[DOUBT_LAM, lane]
            for u in range(at[UNKNOWNS]):
                b.doubt[c[DRAW, lane], u] = w[at[DOUBT] + u, lane]
            _leave(t, at, w, c, b, lane, REACHED if what == DONE else LOST)
            if waiting < len(b.lam):
                _take(t, at, w, c, b, lane, waiting, most, ordered)
                waiting = _untraced(b, waiting + 1)
            else:
                c[DRAW, lane] = -1
                active -= 1


@part
def _untraced(b: Batch, d: int) -> int:
    """The first draw from ``d`` on that is to be followed."""
    while d < len(b.lam) and b.code[d] != UNTRACED:
        d += 1
    return d


@part
def _proceed(t: Ints, at: Ints, w: Floats, c: Ints, lane: int) -> int:
    """What an evaluation means for the draw in a lane."""
    mode = c[MODE, lane]
    if mode == FORWARD:
        return forward(t, at, w, c, lane)
    if mode == BACK:
        return back(t, at, w, c, lane)
    if mode == ARC:
        return arc(t, at, w, c, lane)
    if mode == IN_ORDER:
        return play_in_order(t, at, w, c, lane)
    if mode == ORIGIN:
        begin(t, at, w, c, lane)
        return GOING
    if mode == ARC_BEGIN:
        return arc_begin(t, at, w, c, lane)
    if mode == CROSSING:
        return crossing(t, at, w, c, lane)
    return DONE


@part
def _take(
    t: Ints, at: Ints, w: Floats, c: Ints, b: Batch, lane: int, d: int, most: float, ordered: bool
) -> None:
    """Let draw ``d`` into a lane."""
    enter(t, at, w, c, lane, b.payoff[d], b.chance[d], b.excluded[d])
    target = b.target[d]
    w[TARGET, lane], w[DOUBT_LAM, lane] = min(target, most), 0.0
    w[ENOUGH, lane] = target if target <= most else ENOUGH_SHARE * most
    c[DRAW, lane], c[CAREFUL, lane] = d, b.careful[d]
    for k in range(STEPS_MADE, CROSSINGS + 1):
        c[k, lane] = 0
    for k in range(at[BLOCK_COUNT]):
        c[at[EXPECTED] + k, lane] = 0
    start(t, at, w, c, lane)
    for u in range(at[UNKNOWNS]):
        w[at[Z_LO] + u, lane] = 0.0
    if ordered:
        w[THERE, lane] = w[TARGET, lane]
        c[MODE, lane], c[ROUNDS, lane] = IN_ORDER, 0


@part
def _residual(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """z - lambda (u_a - u_0)."""
    lam = load(w, THERE)
    for u in range(at[UNKNOWNS]):
        store(w, at[RESIDUAL] + u, load(w, at[Z] + u) - lam * load(w, at[PULL] + u))


@part
def _sizes(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """The largest Newton step, far options by relative change, and the largest residual; infinite where either is no number."""
    size, plain = spread(0.0), spread(0.0)
    sound = spread(0.0)
    for u in range(at[UNKNOWNS]):
        step, z, residual = load(w, at[STEP] + u), load(w, at[Z] + u), absolute(load(w, at[RESIDUAL] + u))
        relative = absolute(step) / (1.0 + 0.05 * absolute(z))
        size = where_less(size, relative, relative, size)
        plain = where_less(plain, residual, residual, plain)
        sound = sound + relative * 0.0 + residual * 0.0
    store(w, SIZE, where_less(absolute(sound), 1.0, size, math.inf))
    store(w, PLAIN, where_less(absolute(sound), 1.0, plain, math.inf))


@part
def _leave(t: Ints, at: Ints, w: Floats, c: Ints, b: Batch, lane: int, code: int) -> None:
    """Write a draw back: the last accepted point, strategy and beliefs as last evaluated."""
    d = c[DRAW, lane]
    for u in range(at[UNKNOWNS]):
        b.point[d, 0, u] = w[at[KEPT] + u, lane]
        b.point[d, 1, u] = w[at[GROWTH] + u, lane]
        b.point[d, 2, u] = w[at[BEND] + u, lane]
        b.point[d, 3, u] = w[at[LINEAR] + u, lane]
    for k in range(at[BLOCK_COUNT]):
        b.expected[d, k] = c[at[EXPECTED] + k, lane]
    for k in range(4):
        b.tally[d, k] += c[EVALUATIONS + k, lane]
    for h in range(at[SET_COUNT]):
        first, end, shift = (
            t[at[SETS] + h, FIRST_SLOT],
            t[at[SETS] + h + 1, FIRST_SLOT],
            t[at[SETS] + h, SHIFT],
        )
        top, top_lo = 0.0, 0.0
        for s in range(first + 1, end):
            if w[at[Z] + shift + s, lane] > top:
                top, top_lo = w[at[Z] + shift + s, lane], w[at[Z_LO] + shift + s, lane]
        total = math.exp(-top)
        for s in range(first + 1, end):
            total += math.exp(w[at[Z] + shift + s, lane] - top)
        norm = math.log(total)
        for s in range(first, end):
            z, z_lo = 0.0, 0.0
            if s > first:
                z, z_lo = w[at[Z] + shift + s, lane], w[at[Z_LO] + shift + s, lane]
            z, z_lo = add(z, z_lo, -top, -top_lo)
            b.log_strategy[d, s], b.log_low[d, s] = add(z, z_lo, -norm, 0.0)
            b.strategy[d, s] = w[at[PROB] + s, lane]
    for m in range(at[PLACE_COUNT]):
        b.belief[d, m] = w[at[BELIEF] + m, lane]
    b.lam[d], b.code[d] = w[LAM, lane], code


@kernel
def climb_block(t: Ints, at: Ints, w: Floats, c: Ints, b: Batch, least: float) -> None:
    """From the point reached near lambda ``least`` to the target, for the draws that want more."""
    ordered = at[IN_SEQUENCE] == 1
    waiting, active, some = _next(b, 0, least), 0, _next(b, 0, least)
    if waiting == len(b.lam):
        return
    for lane in range(LANES):
        if waiting < len(b.lam):
            _take_up(t, at, w, c, b, lane, waiting, ordered)
            waiting, active = _next(b, waiting + 1, least), active + 1
        else:
            _take_up(t, at, w, c, b, lane, some, ordered)
            c[DRAW, lane] = -1
    while active > 0:
        evaluate_twofold(t, at, w, c)
        if not ordered:
            differentiate(t, at, w, c)
            newton_and_tangent(t, at, w, c)
        _sizes(t, at, w, c)
        for lane in range(LANES):
            if c[DRAW, lane] < 0:
                continue
            c[EVALUATIONS, lane] += 1
            what = climb_in_order(t, at, w, c, lane) if ordered else climb(t, at, w, c, lane)
            if what == GOING:
                continue
            d = c[DRAW, lane]
            b.earlier[d] = w[EARLIER, lane]
            for s in range(at[SLOTS]):
                b.previous[d, s] = w[at[LAST_PROB] + s, lane]
            _leave(t, at, w, c, b, lane, REACHED if what == DONE else LOST)
            if waiting < len(b.lam):
                _take_up(t, at, w, c, b, lane, waiting, ordered)
                waiting = _next(b, waiting + 1, least)
            else:
                c[DRAW, lane] = -1
                active -= 1


@part
def _next(b: Batch, d: int, least: float) -> int:
    """The first draw from ``d`` on that is to climb."""
    while d < len(b.lam) and (b.code[d] != REACHED or b.target[d] <= least):
        d += 1
    return d


@part
def _take_up(t: Ints, at: Ints, w: Floats, c: Ints, b: Batch, lane: int, d: int, ordered: bool) -> None:
    """Let draw ``d`` into a lane, at the point that it has reached."""
    enter(t, at, w, c, lane, b.payoff[d], b.chance[d], b.excluded[d])
    enter_twofold(t, at, w, c, lane, b.payoff[d])
    for u in range(at[UNKNOWNS]):
        w[at[KEPT] + u, lane] = b.point[d, 0, u]
        w[at[GROWTH] + u, lane] = b.point[d, 1, u]
        w[at[BEND] + u, lane] = b.point[d, 2, u]
        w[at[LINEAR] + u, lane] = b.point[d, 3, u]
    for k in range(at[BLOCK_COUNT]):
        c[at[EXPECTED] + k, lane] = b.expected[d, k]
    for k in range(STEPS_MADE, CROSSINGS + 1):
        c[k, lane] = 0
    c[DRAW, lane] = d
    w[LAM, lane], w[TARGET, lane], c[ENDLESS, lane] = b.lam[d], b.target[d], b.endless[d]
    c[CAREFUL, lane] = 0
    start_climb(t, at, w, c, lane, ordered)
