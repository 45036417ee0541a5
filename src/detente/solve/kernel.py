"""One evaluation: from log-odds to beliefs, values, the residual of the logit equations, and its Jacobian.

McKelvey and Palfrey (1998): at information set h, option a has z_a = ln p_a / p_0 = lambda (u_a - u_0), u conditional on
being at h, beliefs by Bayes' rule. Beliefs are a softmax of log reach, so that nothing underflows.
"""

from __future__ import annotations

import math

from detente.game.tree import Floats
from detente.solve.batch import Flags
from detente.solve.compile import (
    FIRST_MEMBER,
    FIRST_NEED,
    FIRST_SLOT,
    OWNER,
    PARENT,
    PLACE,
    SET,
    SHIFT,
    SLOT,
    Shape,
)
from detente.solve.jit import inlined, kernel
from detente.solve.work import LOG_PROB, PROB, PULL, WORTH, Work, Z


@inlined
def load(t: Shape, w: Work, payoff: Floats, chance: Floats, excluded: Flags) -> None:
    """Put one draw's payoffs [outcome, player], chances [chance edge] and exclusions [place] into the work arrays."""
    for o in range(len(t.leaf)):
        for i in range(w.value.shape[1]):
            w.value[t.leaf[o], i] = payoff[o, i]
    slots = t.sets[-1, FIRST_SLOT]
    for c in range(len(chance)):
        w.slot[PROB, slots + c] = chance[c]
        w.slot[LOG_PROB, slots + c] = math.log(chance[c]) if chance[c] > 0.0 else 0.0
    for m in range(len(t.member)):
        w.excluded[m] = excluded[m]


@kernel
def evaluate(t: Shape, w: Work) -> None:
    """From the log-odds ``w.z``: probabilities, log reach, beliefs, values and the worth of every option."""
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

    w.log_reach[0] = 0.0
    for k in range(1, len(t.inner)):
        y = t.inner[k]
        w.log_reach[y] = w.log_reach[t.node[y, PARENT]] + w.slot[LOG_PROB, t.node[y, SLOT]]
    for h in range(len(t.sets) - 1):
        first, end = t.sets[h, FIRST_MEMBER], t.sets[h + 1, FIRST_MEMBER]
        if end - first == 1:
            w.belief[first] = 1.0
            continue
        top = -math.inf
        for m in range(first, end):
            if w.excluded[m] == 0:
                top = max(top, w.log_reach[t.member[m]])
        total = 0.0
        for m in range(first, end):
            w.belief[m] = math.exp(w.log_reach[t.member[m]] - top) if w.excluded[m] == 0 else 0.0
            total += w.belief[m]
        for m in range(first, end):
            w.belief[m] /= total

    players = w.value.shape[1]
    for k in range(len(t.inner) - 1, -1, -1):
        x = t.inner[k]
        for i in range(players):
            w.value[x, i] = 0.0
        for e in range(t.kid_start[x], t.kid_start[x + 1]):
            y = t.kid[e]
            p = w.slot[PROB, t.node[y, SLOT]]
            for i in range(players):
                w.value[x, i] += p * w.value[y, i]
    for h in range(len(t.sets) - 1):
        first, i = t.sets[h, FIRST_SLOT], t.sets[h, OWNER]
        for a in range(t.sets[h + 1, FIRST_SLOT] - first):
            total = 0.0
            for m in range(t.sets[h, FIRST_MEMBER], t.sets[h + 1, FIRST_MEMBER]):
                total += w.belief[m] * w.value[t.kid[t.kid_start[t.member[m]] + a], i]
            w.slot[WORTH, first + a] = total
        shift = t.sets[h, SHIFT]
        for s in range(first + 1, t.sets[h + 1, FIRST_SLOT]):
            w.unknown[PULL, shift + s] = w.slot[WORTH, s] - w.slot[WORTH, first]


@kernel
def differentiate(t: Shape, w: Work, lam: float) -> None:
    """The Jacobian of z - lambda (u_a - u_0) in z, from the probabilities, beliefs and values in the work arrays."""
    for h in range(len(t.sets) - 1):
        for k in range(t.sets[h, FIRST_NEED], t.sets[h + 1, FIRST_NEED]):
            g = t.need[k]
            for r in range(t.sets[h, FIRST_SLOT], t.sets[h + 1, FIRST_SLOT]):
                for s in range(t.sets[g, FIRST_SLOT], t.sets[g + 1, FIRST_SLOT]):
                    w.effect[r, s] = 0.0
    for m in range(len(t.member)):
        x = t.member[m]
        _effect_above(t, w, x)
        h = t.node[x, SET]
        if t.sets[h + 1, FIRST_MEMBER] - t.sets[h, FIRST_MEMBER] > 1 and w.belief[m] > 0.0:
            _effect_of_belief(t, w, m, x, h)
    for h in range(len(t.sets) - 1):
        row0, rows = t.sets[h, FIRST_SLOT], t.sets[h, SHIFT]
        for k in range(t.sets[h, FIRST_NEED], t.sets[h + 1, FIRST_NEED]):
            g = t.need[k]
            first, end = t.sets[g, FIRST_SLOT], t.sets[g + 1, FIRST_SLOT]
            columns = t.sets[g, SHIFT]
            total0 = 0.0
            for s in range(first, end):
                total0 += w.effect[row0, s]
            for r in range(row0 + 1, t.sets[h + 1, FIRST_SLOT]):
                total = -total0
                for s in range(first, end):
                    total += w.effect[r, s]
                for s in range(first + 1, end):
                    own = w.effect[r, s] - w.effect[row0, s] - w.slot[PROB, s] * total
                    w.jacobian[rows + r, columns + s] = -lam * own


@inlined
def _effect_above(t: Shape, w: Work, x: int) -> None:
    """What the options at node x add to the worth of the options that lead to it, per log probability."""
    first = t.sets[t.node[x, SET], FIRST_SLOT]
    options = t.sets[t.node[x, SET] + 1, FIRST_SLOT] - first
    y, weight = x, 1.0
    while y != 0 and weight > 0.0:
        up = t.node[y, PARENT]
        h = t.node[up, SET]
        if h >= 0:
            share = weight * w.belief[t.node[up, PLACE]]
            if share > 0.0:
                i, row = t.sets[h, OWNER], t.node[y, SLOT]
                here = w.value[x, i]
                for b in range(options):
                    s = first + b
                    w.effect[row, s] += (
                        share * w.slot[PROB, s] * (w.value[t.kid[t.kid_start[x] + b], i] - here)
                    )
        weight *= w.slot[PROB, t.node[y, SLOT]]
        y = up


@inlined
def _effect_of_belief(t: Shape, w: Work, m: int, x: int, h: int) -> None:
    """What the options above node x add to the worth of its own set's options by making x more likely."""
    i, first = t.sets[h, OWNER], t.sets[h, FIRST_SLOT]
    y = x
    while y != 0:
        up = t.node[y, PARENT]
        g = t.node[up, SET]
        if g >= 0 and t.sets[g, OWNER] != i:
            s = t.node[y, SLOT]
            for a in range(t.sets[h + 1, FIRST_SLOT] - first):
                w.effect[first + a, s] += w.belief[m] * (
                    w.value[t.kid[t.kid_start[x] + a], i] - w.slot[WORTH, first + a]
                )
        y = up
