"""The limit: the branch followed to lambda 1e12 (in units of the payoff range), with log-odds in double-double numbers.

At lambda 1e12 a log-odds near 1e12 keeps four digits in doubles, too few where two such numbers nearly cancel: that is how the
belief at a set that is not reached comes about. With 31 digits every set keeps its exact place on the branch, ties
and interior beliefs included, and the distance to the limit is of the order 1 / lambda.
"""

from __future__ import annotations

from typing import Any

from detente.game.tree import Floats, Ints
from detente.solve.logit.jit import kernel, part
from detente.solve.logit.kernel import NEVER, NOTHING
from detente.solve.logit.lanes import load, some_less, spread, store, where_less
from detente.solve.logit.layout import (
    ABOVE_COUNT,
    ABOVES,
    ALLOWED,
    BELIEF,
    BELIEF_LO,
    CELL,
    CELL_COUNT,
    CELL_PLAYERS,
    CELL_TOTAL,
    CHANCE_COUNT,
    CHANCES,
    FACTOR,
    FACTOR_LO,
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
    LOG_REACH_LO,
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
    POSSIBLE_LO,
    PROB,
    PROB_LO,
    PULL,
    PULL_LO,
    REACH,
    REACH_LO,
    RESIDUAL,
    ROOM,
    SET_COUNT,
    SETS,
    SHIFT,
    SLOT,
    THERE,
    VALUE,
    VALUE_LO,
    WORTH,
    WORTH_LO,
    Z_LO,
    Z,
)
from detente.solve.logit.twofold import add, divide, exponential, logarithm, multiply, times

FAINT = -230.0  # log of a probability that is taken for 0
SEEN = 1e-50  # reach above which beliefs are plain ratios: far above what is taken for 0
SHOWS = 1e-40  # a probability below this does not show in lambda times a payoff, at lambda 1e15


@kernel
def enter_twofold(t: Ints, at: Ints, w: Floats, c: Ints, lane: int, payoff: Floats) -> None:
    """What `kernel.enter` sums and multiplies, once more with all digits; the draw must have entered."""
    for j in range(at[CELL_TOTAL]):
        w[at[VALUE] + j, lane], w[at[VALUE_LO] + j, lane] = 0.0, 0.0
    for o in range(at[LEAF_COUNT]):
        first = t[at[LEAVES] + o, LEAF_CHANCE]
        p, p_lo = _chance(t, at, w, c, lane, first, first + t[at[LEAVES] + o, LEAF_CHANCE_COUNT], 0.0)
        for j in range(t[at[LEAVES] + o, CELL], t[at[LEAVES] + o, CELL] + t[at[LEAVES] + o, CELL_COUNT]):
            v, v_lo = times(p, p_lo, payoff[o, t[at[CELL_PLAYERS] + j, 0]])
            w[at[VALUE] + j, lane], w[at[VALUE_LO] + j, lane] = add(
                w[at[VALUE] + j, lane], w[at[VALUE_LO] + j, lane], v, v_lo
            )
    for m in range(at[PLACE_COUNT]):
        first = t[at[PLACE_CHANCES] + m, FIRST_CHANCE]
        end = first + t[at[PLACE_CHANCES] + m, CHANCE_COUNT]
        w[at[FACTOR] + m, lane], w[at[FACTOR_LO] + m, lane] = _chance(t, at, w, c, lane, first, end, 0.0)
        w[at[POSSIBLE] + m, lane], w[at[POSSIBLE_LO] + m, lane] = _chance(t, at, w, c, lane, first, end, 1.0)


@part
def _chance(
    t: Ints, at: Ints, w: Floats, c: Ints, lane: int, first: int, end: int, impossible: float
) -> tuple[float, float]:
    """The product of some chance edges, with ``impossible`` for edges of probability 0."""
    p, p_lo = 1.0, 0.0
    for e in range(first, end):
        q = w[at[PROB] + t[at[CHANCES] + e, 0], lane]
        p, p_lo = times(p, p_lo, q if q > 0.0 else impossible)
    return p, p_lo


@kernel
def evaluate_twofold(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """As `kernel.evaluate`; the high parts are what `slope.differentiate` reads. Fills RESIDUAL at lambda THERE too."""
    _mix(t, at, w, c)
    _reach(t, at, w, c)
    _believe(t, at, w, c)
    _value(t, at, w, c)
    _compare(t, at, w, c)


@part
def _mix(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Probabilities of options; until `_logs` is called, LOG_PROB is the log-odds against the likeliest."""
    prob, prob_lo, log, log_lo = at[PROB], at[PROB_LO], at[LOG_PROB], at[WORTH_LO]
    for h in range(at[SET_COUNT]):
        first, end, shift = (
            t[at[SETS] + h, FIRST_SLOT],
            t[at[SETS] + h + 1, FIRST_SLOT],
            t[at[SETS] + h, SHIFT],
        )
        top, top_lo = spread(0.0), spread(0.0)
        for s in range(first + 1, end):
            z, z_lo = load(w, at[Z] + shift + s), load(w, at[Z_LO] + shift + s)
            d, _ = add(z, z_lo, 0.0 - top, 0.0 - top_lo)
            top, top_lo = where_less(0.0, d, z, top), where_less(0.0, d, z_lo, top_lo)
        total, total_lo = spread(0.0), spread(0.0)
        for s in range(first, end):
            if s == first:
                z, z_lo = 0.0 - top, 0.0 - top_lo
            else:
                z, z_lo = load(w, at[Z] + shift + s), load(w, at[Z_LO] + shift + s)
                z, z_lo = add(z, z_lo, 0.0 - top, 0.0 - top_lo)
            store(w, log + s, z)
            store(w, log_lo + s, z_lo)
            p, p_lo = exponential(where_less(z, FAINT, FAINT, z), where_less(z, FAINT, 0.0, z_lo))
            p, p_lo = where_less(z, FAINT, 0.0, p), where_less(z, FAINT, 0.0, p_lo)
            store(w, prob + s, p)
            store(w, prob_lo + s, p_lo)
            total, total_lo = add(total, total_lo, p, p_lo)
        for s in range(first, end):
            p, p_lo = divide(load(w, prob + s), load(w, prob_lo + s), total, total_lo)
            store(w, prob + s, p)
            store(w, prob_lo + s, p_lo)


@part
def _reach(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Reach of every member of a set; impossible chance edges count as certain."""
    for k in range(at[PLACE_COUNT]):
        m = t[at[ORDER] + k, 0]
        here, low = load(w, at[POSSIBLE] + m), load(w, at[POSSIBLE_LO] + m)
        if t[at[PLACES] + m, ABOVE_COUNT] > 0:
            j = t[at[PLACES] + m, FIRST_ABOVE]
            up, s = t[at[ABOVES] + j, PLACE], t[at[ABOVES] + j, SLOT]
            here, low = multiply(here, low, load(w, at[REACH] + up), load(w, at[REACH_LO] + up))
            here, low = multiply(here, low, load(w, at[PROB] + s), load(w, at[PROB_LO] + s))
        store(w, at[REACH] + m, where_less(here, NOTHING, 0.0, here))
        store(w, at[REACH_LO] + m, where_less(here, NOTHING, 0.0, low))


@part
def _logs(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Logs of the probabilities of options, and of reach."""
    log, log_lo = at[LOG_PROB], at[WORTH_LO]
    for h in range(at[SET_COUNT]):
        first, end = t[at[SETS] + h, FIRST_SLOT], t[at[SETS] + h + 1, FIRST_SLOT]
        total, total_lo = spread(0.0), spread(0.0)  # of odds against the likeliest option
        for s in range(first, end):
            z, z_lo = load(w, log + s), load(w, log_lo + s)
            p, p_lo = exponential(where_less(z, FAINT, FAINT, z), where_less(z, FAINT, 0.0, z_lo))
            p, p_lo = where_less(z, FAINT, 0.0, p), where_less(z, FAINT, 0.0, p_lo)
            total, total_lo = add(total, total_lo, p, p_lo)
        norm, norm_lo = logarithm(total, total_lo, w, ROOM)
        for s in range(first, end):
            z, z_lo = add(load(w, log + s), load(w, log_lo + s), 0.0 - norm, 0.0 - norm_lo)
            store(w, log + s, z)
            store(w, log_lo + s, z_lo)
    reach, reach_lo = at[LOG_REACH], at[LOG_REACH_LO]
    for k in range(at[PLACE_COUNT]):
        m = t[at[ORDER] + k, 0]
        here, low = load(w, at[LOG_FACTOR] + m), spread(0.0)
        if t[at[PLACES] + m, ABOVE_COUNT] > 0:
            j = t[at[PLACES] + m, FIRST_ABOVE]
            up, s = t[at[ABOVES] + j, PLACE], t[at[ABOVES] + j, SLOT]
            here, low = add(here, low, load(w, reach + up), load(w, reach_lo + up))
            here, low = add(here, low, load(w, log + s), load(w, log_lo + s))
        store(w, reach + m, here)
        store(w, reach_lo + m, low)


@part
def _believe(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Beliefs from reach."""
    reach, reach_lo, belief, belief_lo = at[REACH], at[REACH_LO], at[BELIEF], at[BELIEF_LO]
    allowed = at[ALLOWED]
    logs = False
    for h in range(at[SET_COUNT]):
        first, end = t[at[SETS] + h, FIRST_PLACE], t[at[SETS] + h + 1, FIRST_PLACE]
        if end - first == 1:
            store(w, belief + first, 1.0)
            store(w, belief_lo + first, 0.0)
            continue
        most = spread(0.0)
        for m in range(first, end):
            counts = load(w, allowed + m)
            here, low = load(w, reach + m) * counts, load(w, reach_lo + m) * counts
            store(w, belief + m, here)
            store(w, belief_lo + m, low)
            most = where_less(most, here, here, most)
        if some_less(most, SEEN):
            if not logs:
                _logs(t, at, w, c)
                logs = True
            _believe_logs(t, at, w, c, first, end, most)
        total, total_lo = spread(0.0), spread(0.0)
        for m in range(first, end):
            total, total_lo = add(total, total_lo, load(w, belief + m), load(w, belief_lo + m))
        for m in range(first, end):
            b, b_lo = divide(load(w, belief + m), load(w, belief_lo + m), total, total_lo)
            store(w, belief + m, b)
            store(w, belief_lo + m, b_lo)


@part
def _believe_logs(t: Ints, at: Ints, w: Floats, c: Ints, first: int, end: int, most: Any) -> None:
    """Odds of the nodes of one set by logs, in the lanes in which it is too rarely reached for ratios of reach."""
    belief, belief_lo = at[BELIEF], at[BELIEF_LO]
    logs, logs_lo, allowed = at[LOG_REACH], at[LOG_REACH_LO], at[ALLOWED]
    top, top_lo = spread(NEVER), spread(0.0)
    for m in range(first, end):
        z, z_lo = load(w, logs + m), load(w, logs_lo + m)
        z, z_lo = (
            where_less(load(w, allowed + m), 0.5, NEVER, z),
            where_less(load(w, allowed + m), 0.5, 0.0, z_lo),
        )
        d, _ = add(z, z_lo, 0.0 - top, 0.0 - top_lo)
        top, top_lo = where_less(0.0, d, z, top), where_less(0.0, d, z_lo, top_lo)
    for m in range(first, end):
        z, z_lo = add(load(w, logs + m), load(w, logs_lo + m), 0.0 - top, 0.0 - top_lo)
        z = where_less(load(w, allowed + m), 0.5, NEVER, z)
        p, p_lo = exponential(where_less(z, FAINT, FAINT, z), where_less(z, FAINT, 0.0, z_lo))
        p, p_lo = where_less(z, FAINT, 0.0, p), where_less(z, FAINT, 0.0, p_lo)
        store(w, belief + m, where_less(most, SEEN, p, load(w, belief + m)))
        store(w, belief_lo + m, where_less(most, SEEN, p_lo, load(w, belief_lo + m)))


@part
def _value(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Values of inner nodes for the players who have decided above."""
    prob, prob_lo, value, value_lo = at[PROB], at[PROB_LO], at[VALUE], at[VALUE_LO]
    for k in range(at[NODE_COUNT] - 1, -1, -1):
        cell, first = t[at[NODES] + k, CELL], t[at[NODES] + k, NODE_KID]
        for i in range(t[at[NODES] + k, CELL_COUNT]):
            total, total_lo = spread(0.0), spread(0.0)
            for e in range(first, first + t[at[NODES] + k, KID_COUNT]):
                s, below = t[at[KIDS] + e, KID_SLOT], t[at[KIDS] + e, CELL] + i
                p = load(w, prob + s)
                if some_less(SHOWS, p):
                    v, v_lo = multiply(
                        p, load(w, prob_lo + s), load(w, value + below), load(w, value_lo + below)
                    )
                    total, total_lo = add(total, total_lo, v, v_lo)
            store(w, value + cell + i, total)
            store(w, value_lo + cell + i, total_lo)


@part
def _compare(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Worth of every option, its difference to that of the set's first, and z less lambda times that."""
    worth, worth_lo, belief, belief_lo = at[WORTH], at[WORTH_LO], at[BELIEF], at[BELIEF_LO]
    value, value_lo = at[VALUE], at[VALUE_LO]
    lam = load(w, THERE)
    for h in range(at[SET_COUNT]):
        first, end, shift = (
            t[at[SETS] + h, FIRST_SLOT],
            t[at[SETS] + h + 1, FIRST_SLOT],
            t[at[SETS] + h, SHIFT],
        )
        for s in range(first, end):
            total, total_lo = spread(0.0), spread(0.0)
            for m in range(t[at[SETS] + h, FIRST_PLACE], t[at[SETS] + h + 1, FIRST_PLACE]):
                b = load(w, belief + m)
                if some_less(SHOWS, b):
                    kid = t[at[PLACES] + m, FIRST_KID] + s - first
                    below = t[at[KIDS] + kid, CELL] + t[at[PLACES] + m, OWN]
                    v, v_lo = multiply(
                        b, load(w, belief_lo + m), load(w, value + below), load(w, value_lo + below)
                    )
                    total, total_lo = add(total, total_lo, v, v_lo)
            store(w, worth + s, total)
            store(w, worth_lo + s, total_lo)
        for s in range(first + 1, end):
            u = shift + s
            d, d_lo = add(
                load(w, worth + s),
                load(w, worth_lo + s),
                0.0 - load(w, worth + first),
                0.0 - load(w, worth_lo + first),
            )
            store(w, at[PULL] + u, d)
            store(w, at[PULL_LO] + u, d_lo)
            d, d_lo = multiply(d, d_lo, lam, lam * 0.0)
            d, d_lo = add(load(w, at[Z] + u), load(w, at[Z_LO] + u), 0.0 - d, 0.0 - d_lo)
            store(w, at[RESIDUAL] + u, d + d_lo)
