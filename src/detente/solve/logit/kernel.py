"""One evaluation: from log-odds to beliefs, values, and what every option is worth to its owner.

McKelvey and Palfrey (1998): at information set h, option a has z_a = ln p_a / p_0 = lambda (u_a - u_0), u conditional on
being at h, beliefs by Bayes' rule: ratios of reach, or a softmax of log reach where reach underflows.
"""

from __future__ import annotations

import math
from typing import Any

from detente.game.tree import Floats, Ints
from detente.solve.logit.batch import Flags
from detente.solve.logit.jit import kernel, part
from detente.solve.logit.lanes import (
    LANES,
    exponential,
    load,
    some_less,
    spread,
    store,
    where_less,
)
from detente.solve.logit.layout import (
    ABOVE_COUNT,
    ABOVES,
    ALLOWED,
    BELIEF,
    CELL,
    CELL_COUNT,
    CELL_PLAYERS,
    CELL_TOTAL,
    CHANCE_COUNT,
    CHANCES,
    FACTOR,
    FIRST_ABOVE,
    FIRST_CHANCE,
    FIRST_KID,
    FIRST_PLACE,
    FIRST_SLOT,
    KID_COUNT,
    KID_SLOT,
    KIDS,
    LEAF_CHANCE,
    LEAF_CHANCE_COUNT,
    LEAF_COUNT,
    LEAVES,
    LOG_FACTOR,
    LOG_PROB,
    LOG_REACH,
    NODE_COUNT,
    NODE_KID,
    NODES,
    ORDER,
    OWN,
    PLACE,
    PLACE_CHANCES,
    PLACE_COUNT,
    PLACES,
    POSSIBLE,
    PROB,
    PULL,
    REACH,
    SET_COUNT,
    SETS,
    SHIFT,
    SLOT,
    SLOTS,
    VALUE,
    WORTH,
    Z,
)

VISIBLE = 1e-200  # reach above which beliefs are plain ratios
NOTHING = 1e-250  # a product of probabilities below this is taken for 0: no denormal numbers
NEVER = -1e300  # log reach of a node that does not count in the belief


@kernel
def enter(
    t: Ints, at: Ints, w: Floats, c: Ints, lane: int, payoff: Floats, chance: Floats, excluded: Flags
) -> None:
    """Put one draw's payoffs [outcome, player], chances [chance edge] and exclusions [place] into a lane."""
    slots = at[SLOTS]
    for e in range(len(chance)):
        w[at[PROB] + slots + e, lane] = chance[e]
    for j in range(at[CELL_TOTAL]):
        w[at[VALUE] + j, lane] = 0.0
    for o in range(at[LEAF_COUNT]):
        weight, first = 1.0, t[at[LEAVES] + o, LEAF_CHANCE]
        for e in range(first, first + t[at[LEAVES] + o, LEAF_CHANCE_COUNT]):
            weight *= w[at[PROB] + t[at[CHANCES] + e, 0], lane]
        for j in range(t[at[LEAVES] + o, CELL], t[at[LEAVES] + o, CELL] + t[at[LEAVES] + o, CELL_COUNT]):
            w[at[VALUE] + j, lane] += weight * payoff[o, t[at[CELL_PLAYERS] + j, 0]]
    for m in range(at[PLACE_COUNT]):
        w[at[ALLOWED] + m, lane] = 1.0 - excluded[m]
        factor, possible, first = 1.0, 1.0, t[at[PLACE_CHANCES] + m, FIRST_CHANCE]
        for e in range(first, first + t[at[PLACE_CHANCES] + m, CHANCE_COUNT]):
            p = w[at[PROB] + t[at[CHANCES] + e, 0], lane]
            factor *= p
            possible *= p if p > 0.0 else 1.0
        w[at[FACTOR] + m, lane] = factor
        w[at[POSSIBLE] + m, lane] = possible
        w[at[LOG_FACTOR] + m, lane] = math.log(possible)


@kernel
def evaluate(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """From the log-odds: probabilities, reach, beliefs, values and the worth of every option, in all lanes."""
    _mix(t, at, w, c)
    _reach(t, at, w, c)
    _believe(t, at, w, c)
    _value(t, at, w, c)
    _compare(t, at, w, c)


@part
def _mix(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Probabilities of options."""
    prob, z = at[PROB], at[Z]
    for h in range(at[SET_COUNT]):
        first, end, shift = (
            t[at[SETS] + h, FIRST_SLOT],
            t[at[SETS] + h + 1, FIRST_SLOT],
            t[at[SETS] + h, SHIFT],
        )
        if end - first == 2:
            odds = load(w, z + shift + first + 1)
            small = exponential(where_less(odds, 0.0, odds, 0.0 - odds))  # exp(-|z|)
            likely = 1.0 / (1.0 + small)
            rare = small * likely
            store(w, prob + first, where_less(odds, 0.0, likely, rare))
            store(w, prob + first + 1, where_less(odds, 0.0, rare, likely))
            continue
        top = spread(0.0)
        for s in range(first + 1, end):
            odds = load(w, z + shift + s)
            top = where_less(top, odds, odds, top)
        total = exponential(0.0 - top)
        store(w, prob + first, total)
        for s in range(first + 1, end):
            share = exponential(load(w, z + shift + s) - top)
            store(w, prob + s, share)
            total = total + share
        for s in range(first, end):
            store(w, prob + s, load(w, prob + s) / total)


@part
def _reach(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Reach of every member of a set; impossible chance edges count as certain."""
    prob, reach, possible = at[PROB], at[REACH], at[POSSIBLE]
    for k in range(at[PLACE_COUNT]):
        m = t[at[ORDER] + k, 0]
        here = load(w, possible + m)
        if t[at[PLACES] + m, ABOVE_COUNT] > 0:
            j = t[at[PLACES] + m, FIRST_ABOVE]
            here = here * load(w, reach + t[at[ABOVES] + j, PLACE]) * load(w, prob + t[at[ABOVES] + j, SLOT])
        store(w, reach + m, where_less(here, NOTHING, 0.0, here))


@part
def _believe(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Beliefs from reach."""
    reach, allowed, belief = at[REACH], at[ALLOWED], at[BELIEF]
    logs = False
    for h in range(at[SET_COUNT]):
        first, end = t[at[SETS] + h, FIRST_PLACE], t[at[SETS] + h + 1, FIRST_PLACE]
        if end - first == 1:
            store(w, belief + first, 1.0)
            continue
        most, total = spread(0.0), spread(0.0)
        for m in range(first, end):
            counted = load(w, reach + m) * load(w, allowed + m)
            most = where_less(most, counted, counted, most)
            total = total + counted
        if some_less(most, VISIBLE):
            if not logs:
                log_reach(t, at, w, c)
                logs = True
            _believe_logs(t, at, w, c, first, end, most)
            continue
        for m in range(first, end):
            store(w, belief + m, load(w, reach + m) * load(w, allowed + m) / total)


@part
def _believe_logs(t: Ints, at: Ints, w: Floats, c: Ints, first: int, end: int, most: Any) -> None:
    """Beliefs at one set, in some lanes too rarely reached for ratios of reach: there by logs."""
    reach, allowed, belief, logs = at[REACH], at[ALLOWED], at[BELIEF], at[LOG_REACH]
    top, total = spread(NEVER), spread(0.0)
    for m in range(first, end):
        log = where_less(load(w, allowed + m), 0.5, NEVER, load(w, logs + m))
        top = where_less(top, log, log, top)
    for m in range(first, end):
        log = where_less(load(w, allowed + m), 0.5, NEVER, load(w, logs + m) - top)
        share = where_less(log, -690.0, 0.0, exponential(log))
        share = where_less(most, VISIBLE, share, load(w, reach + m) * load(w, allowed + m))
        store(w, belief + m, share)
        total = total + share
    for m in range(first, end):
        store(w, belief + m, load(w, belief + m) / total)


@part
def log_reach(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Logs of the probabilities of options, and of reach."""
    for h in range(at[SET_COUNT]):
        first, end, shift = (
            t[at[SETS] + h, FIRST_SLOT],
            t[at[SETS] + h + 1, FIRST_SLOT],
            t[at[SETS] + h, SHIFT],
        )
        for lane in range(LANES):
            top = 0.0
            for s in range(first + 1, end):
                top = max(top, w[at[Z] + shift + s, lane])
            total = math.exp(-top)
            for s in range(first + 1, end):
                total += math.exp(w[at[Z] + shift + s, lane] - top)
            norm = top + math.log(total)
            w[at[LOG_PROB] + first, lane] = -norm
            for s in range(first + 1, end):
                w[at[LOG_PROB] + s, lane] = w[at[Z] + shift + s, lane] - norm
    log_prob, log, factor = at[LOG_PROB], at[LOG_REACH], at[LOG_FACTOR]
    for k in range(at[PLACE_COUNT]):
        m = t[at[ORDER] + k, 0]
        here = load(w, factor + m)
        if t[at[PLACES] + m, ABOVE_COUNT] > 0:
            j = t[at[PLACES] + m, FIRST_ABOVE]
            here = (
                here + load(w, log + t[at[ABOVES] + j, PLACE]) + load(w, log_prob + t[at[ABOVES] + j, SLOT])
            )
        store(w, log + m, here)


@part
def _value(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Values of inner nodes for the players who have decided above."""
    prob, value = at[PROB], at[VALUE]
    for k in range(at[NODE_COUNT] - 1, -1, -1):
        cell, e = t[at[NODES] + k, CELL], t[at[NODES] + k, NODE_KID]
        for i in range(t[at[NODES] + k, CELL_COUNT]):
            total = load(w, prob + t[at[KIDS] + e, KID_SLOT]) * load(w, value + t[at[KIDS] + e, CELL] + i)
            for other in range(e + 1, e + t[at[NODES] + k, KID_COUNT]):
                total = total + load(w, prob + t[at[KIDS] + other, KID_SLOT]) * load(
                    w, value + t[at[KIDS] + other, CELL] + i
                )
            store(w, value + cell + i, total)


@part
def _compare(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Worth of every option to its owner, and its difference to that of the set's first."""
    worth, belief, value, pull = at[WORTH], at[BELIEF], at[VALUE], at[PULL]
    for h in range(at[SET_COUNT]):
        first, shift = t[at[SETS] + h, FIRST_SLOT], t[at[SETS] + h, SHIFT]
        for s in range(first, t[at[SETS] + h + 1, FIRST_SLOT]):
            total = spread(0.0)
            for m in range(t[at[SETS] + h, FIRST_PLACE], t[at[SETS] + h + 1, FIRST_PLACE]):
                child = t[at[KIDS] + t[at[PLACES] + m, FIRST_KID] + s - first, CELL]
                total = total + load(w, belief + m) * load(w, value + child + t[at[PLACES] + m, OWN])
            store(w, worth + s, total)
        for s in range(first + 1, t[at[SETS] + h + 1, FIRST_SLOT]):
            store(w, pull + shift + s, load(w, worth + s) - load(w, worth + first))
