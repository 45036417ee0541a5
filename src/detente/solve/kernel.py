"""One evaluation: from log-odds to beliefs, values, the residual of the logit equations, and its Jacobian.

McKelvey and Palfrey (1998): at information set h, option a has z_a = ln p_a / p_0 = lambda (u_a - u_0), u conditional on
being at h, beliefs by Bayes' rule: ratios of reach, or a softmax of log reach where reach underflows.
"""

from __future__ import annotations

import math

from detente.game.tree import Floats
from detente.solve.batch import Flags
from detente.solve.compile import (
    CELL,
    CELLS,
    CHANCES,
    FIRST_CHANCE,
    FIRST_KID,
    FIRST_MEMBER,
    FIRST_NEED,
    FIRST_SLOT,
    FIRST_STEP,
    KID_SLOT,
    KIDS,
    LEAF_CHANCE,
    LEAF_CHANCES,
    OWN,
    POSITION,
    ROW,
    SET,
    SHIFT,
    STEPS,
    SUM_KID,
    UP,
    Shape,
)
from detente.solve.jit import inlined, kernel
from detente.solve.work import (
    BELIEF,
    FACTOR,
    LOG_FACTOR,
    LOG_PROB,
    LOG_REACH,
    OF_BELIEF,
    OF_WORTH,
    POSSIBLE,
    PROB,
    PULL,
    REACH,
    WORTH,
    Work,
    Z,
)  # fmt: skip

VISIBLE = 1e-200  # reach above which beliefs are plain ratios
NOTHING = 1e-250  # a product of probabilities below this is taken for 0: no denormal numbers


@kernel
def load(t: Shape, w: Work, payoff: Floats, chance: Floats, excluded: Flags) -> None:
    """Put one draw's payoffs [outcome, player], chances [chance edge] and exclusions [place] into the work arrays."""
    slots = t.sets[-1, FIRST_SLOT]
    for c in range(len(chance)):
        w.slot[PROB, slots + c] = chance[c]
    for j in range(len(t.cell)):
        w.value[j] = 0.0
    for o in range(len(t.leaf)):
        weight, first = 1.0, t.leaf[o, LEAF_CHANCE]
        for c in range(first, first + t.leaf[o, LEAF_CHANCES]):
            weight *= w.slot[PROB, t.chance[c]]
        for j in range(t.leaf[o, CELL], t.leaf[o, CELL] + t.leaf[o, CELLS]):
            w.value[j] += weight * payoff[o, t.cell[j]]
    for m in range(len(t.member)):
        w.excluded[m] = excluded[m]
        factor, possible, first = 1.0, 1.0, t.member[m, FIRST_CHANCE]
        for c in range(first, first + t.member[m, CHANCES]):
            p = w.slot[PROB, t.chance[c]]
            factor *= p
            possible *= p if p > 0.0 else 1.0
        w.place[FACTOR, m] = factor
        w.place[POSSIBLE, m] = possible
        w.place[LOG_FACTOR, m] = math.log(possible)


@kernel
def evaluate(t: Shape, w: Work) -> None:
    """From the log-odds ``w.z``: probabilities, log reach, beliefs, values and the worth of every option."""
    _mix(t, w)
    _reach(t, w)
    _believe(t, w)
    _value(t, w)
    _compare(t, w)


@kernel
def _mix(t: Shape, w: Work) -> None:
    """Probabilities of options and their logs."""
    for h in range(len(t.sets) - 1):
        first, end = t.sets[h, FIRST_SLOT], t.sets[h + 1, FIRST_SLOT]
        shift = t.sets[h, SHIFT]
        top = 0.0
        for s in range(first + 1, end):
            top = max(top, w.unknown[Z, shift + s])
        w.slot[PROB, first] = math.exp(-top)
        total = w.slot[PROB, first]
        for s in range(first + 1, end):
            w.slot[PROB, s] = math.exp(w.unknown[Z, shift + s] - top)
            total += w.slot[PROB, s]
        norm = top + math.log(total)
        w.slot[LOG_PROB, first] = -norm
        w.slot[PROB, first] /= total
        for s in range(first + 1, end):
            w.slot[LOG_PROB, s] = w.unknown[Z, shift + s] - norm
            w.slot[PROB, s] /= total


@kernel
def _reach(t: Shape, w: Work) -> None:
    """Reach of every member of a set and its log; impossible chance edges count as certain."""
    for k in range(len(t.order)):
        m = t.order[k]
        reach, log_reach = w.place[POSSIBLE, m], w.place[LOG_FACTOR, m]
        if t.member[m, STEPS] > 0:
            j = t.member[m, FIRST_STEP]
            up, s = t.step[j, UP], t.step[j, ROW]
            reach *= w.place[REACH, up] * w.slot[PROB, s]
            log_reach += w.place[LOG_REACH, up] + w.slot[LOG_PROB, s]
        w.place[REACH, m] = reach if reach > NOTHING else 0.0
        w.place[LOG_REACH, m] = log_reach


@kernel
def _value(t: Shape, w: Work) -> None:
    """Values of inner nodes for the players who have decided above."""
    for k in range(len(t.inner) - 1, -1, -1):
        cell, cells = t.inner[k, CELL], t.inner[k, CELLS]
        e = t.inner[k, SUM_KID]
        p, below = w.slot[PROB, t.kid[e, KID_SLOT]], t.kid[e, CELL]
        if t.inner[k, KIDS] == 1:
            for i in range(cells):
                w.value[cell + i] = p * w.value[below + i]
            continue
        q, beside = w.slot[PROB, t.kid[e + 1, KID_SLOT]], t.kid[e + 1, CELL]  # most nodes have two branches
        for i in range(cells):
            w.value[cell + i] = p * w.value[below + i] + q * w.value[beside + i]
        for e in range(t.inner[k, SUM_KID] + 2, t.inner[k, SUM_KID] + t.inner[k, KIDS]):
            p, below = w.slot[PROB, t.kid[e, KID_SLOT]], t.kid[e, CELL]
            for i in range(cells):
                w.value[cell + i] += p * w.value[below + i]


@kernel
def _compare(t: Shape, w: Work) -> None:
    """Worth of every option to its owner, and its difference to that of the set's first."""
    for s in range(t.sets[-1, FIRST_SLOT]):
        w.slot[WORTH, s] = 0.0
    for m in range(len(t.member)):
        h = t.member[m, SET]
        first, e, own = t.sets[h, FIRST_SLOT], t.member[m, FIRST_KID], t.member[m, OWN]
        for a in range(t.sets[h + 1, FIRST_SLOT] - first):
            w.slot[WORTH, first + a] += w.place[BELIEF, m] * w.value[t.kid[e + a, CELL] + own]
    for h in range(len(t.sets) - 1):
        first, shift = t.sets[h, FIRST_SLOT], t.sets[h, SHIFT]
        for s in range(first + 1, t.sets[h + 1, FIRST_SLOT]):
            w.unknown[PULL, shift + s] = w.slot[WORTH, s] - w.slot[WORTH, first]


@kernel
def _believe(t: Shape, w: Work) -> None:
    """Beliefs from reach."""
    for h in range(len(t.sets) - 1):
        first, end = t.sets[h, FIRST_MEMBER], t.sets[h + 1, FIRST_MEMBER]
        if end - first == 1:
            w.place[BELIEF, first] = 1.0
        else:
            _share(w, first, end)


@inlined
def _share(w: Work, first: int, end: int) -> None:
    """Beliefs at one set, from the reach of its nodes."""
    most = 0.0
    for m in range(first, end):
        if w.excluded[m] == 0:
            most = max(most, w.place[REACH, m])
    total = 0.0
    if most > VISIBLE:
        for m in range(first, end):
            w.place[BELIEF, m] = w.place[REACH, m] if w.excluded[m] == 0 else 0.0
            total += w.place[BELIEF, m]
    else:
        top = -math.inf
        for m in range(first, end):
            if w.excluded[m] == 0:
                top = max(top, w.place[LOG_REACH, m])
        for m in range(first, end):
            w.place[BELIEF, m] = math.exp(w.place[LOG_REACH, m] - top) if w.excluded[m] == 0 else 0.0
            total += w.place[BELIEF, m]
    for m in range(first, end):
        w.place[BELIEF, m] /= total


@kernel
def differentiate(t: Shape, w: Work, lam: float) -> None:
    """The Jacobian of z - lambda (u_a - u_0) in z, from the probabilities, beliefs and values in the work arrays.

    Options of set g change what options above are worth (OF_WORTH [unknown of g, slot above]: the difference that the option
    makes there, times the probability and belief of getting to g) and how likely nodes below are (OF_BELIEF [unknown
    below, slot of g]: the node's share in the difference that the option below makes).
    """
    n, slots = w.unknown.shape[1], t.sets[-1, FIRST_SLOT]
    for u in range(n):
        for s in range(slots):
            w.effect[OF_WORTH, u, s] = 0.0
            w.effect[OF_BELIEF, u, s] = 0.0
    for m in range(len(t.member)):
        h, e, own = t.member[m, SET], t.member[m, FIRST_KID], t.member[m, OWN]
        first, shift = t.sets[h, FIRST_SLOT], t.sets[h, SHIFT]
        step, base = t.member[m, FIRST_STEP], t.kid[e, CELL]
        for a in range(1, t.sets[h + 1, FIRST_SLOT] - first):
            u, cell = shift + first + a, t.kid[e + a, CELL]
            share = w.place[BELIEF, m] * (w.value[cell + own] - w.value[base + own] - w.unknown[PULL, u])
            weight = w.place[FACTOR, m]
            for k in range(step, step + t.member[m, STEPS]):
                s, up, i = t.step[k, ROW], t.step[k, UP], t.step[k, POSITION]
                w.effect[OF_WORTH, u, s] += (
                    weight * w.place[BELIEF, up] * (w.value[cell + i] - w.value[base + i])
                )
                w.effect[OF_BELIEF, u, s] += share
                weight *= w.slot[PROB, s] * w.place[FACTOR, up]
                weight = weight if weight > NOTHING else 0.0
    for h in range(len(t.sets) - 1):
        row0, rows = t.sets[h, FIRST_SLOT], t.sets[h, SHIFT]
        for k in range(t.sets[h, FIRST_NEED], t.sets[h + 1, FIRST_NEED]):
            g = t.need[k]
            first, end, columns = t.sets[g, FIRST_SLOT], t.sets[g + 1, FIRST_SLOT], t.sets[g, SHIFT]
            if end - first == 2:  # the same for two options
                p, q, c = w.slot[PROB, first + 1], w.slot[PROB, first], columns + first + 1
                for r in range(row0 + 1, t.sets[h + 1, FIRST_SLOT]):
                    made = w.effect[OF_WORTH, c, r] - w.effect[OF_WORTH, c, row0]
                    likely = (
                        q * w.effect[OF_BELIEF, rows + r, first + 1]
                        - p * w.effect[OF_BELIEF, rows + r, first]
                    )
                    w.jacobian[rows + r, c] = -lam * (p * q * made + likely)
                continue
            for r in range(row0 + 1, t.sets[h + 1, FIRST_SLOT]):
                mean = w.effect[OF_BELIEF, rows + r, first]
                for s in range(first + 1, end):
                    mean += w.slot[PROB, s] * (
                        w.effect[OF_WORTH, columns + s, r] - w.effect[OF_WORTH, columns + s, row0]
                    )
                    mean += w.effect[OF_BELIEF, rows + r, s]
                for s in range(first + 1, end):
                    own_effect = w.effect[OF_WORTH, columns + s, r] - w.effect[OF_WORTH, columns + s, row0]
                    w.jacobian[rows + r, columns + s] = -lam * (
                        w.slot[PROB, s] * (own_effect - mean) + w.effect[OF_BELIEF, rows + r, s]
                    )
