"""One evaluation: from log-odds to beliefs, values, the residual of the logit equations, and its Jacobian.

McKelvey and Palfrey (1998): at information set h, option a has z_a = ln p_a / p_0 = lambda (u_a - u_0), u conditional on
being at h, beliefs by Bayes' rule. Beliefs are a softmax of log reach, so that nothing underflows.
"""

from __future__ import annotations

import math

from detente.game.tree import Floats
from detente.solve.compile import Shape
from detente.solve.jit import kernel
from detente.solve.work import Work


@kernel
def load(t: Shape, w: Work, numbers: Floats) -> tuple[float, float]:
    """Put one draw's payoffs and chances into the work arrays; returns the payoff unit, a power of two, and the spread.

    Payoffs are measured from each player's lowest and divided by the unit, so they lie in [0, 1]. The spread is the largest
    range of a player's payoffs over the smallest, between 1 and 1000.
    """
    outcomes, players = len(t.leaf), w.value.shape[1]
    unit, least = 0.0, math.inf
    for i in range(players):
        low, high = math.inf, -math.inf
        for o in range(outcomes):
            cell = o * players + i
            pay = 0.0
            for k in range(t.payoff_start[cell], t.payoff_start[cell + 1]):
                pay += numbers[t.payoff_number[k]]
            w.value[t.leaf[o], i] = pay
            w.value_lo[t.leaf[o], i] = 0.0
            low, high = min(low, pay), max(high, pay)
        for o in range(outcomes):
            w.value[t.leaf[o], i] -= low
        unit = max(unit, high - low)
        if high > low:
            least = min(least, high - low)
    spread = min(max(unit / least, 1.0), 1e3)
    unit = 2.0 ** math.ceil(math.log2(unit)) if unit > 0.0 else 1.0
    for o in range(outcomes):
        for i in range(players):
            w.value[t.leaf[o], i] /= unit
    slots = t.slot_start[-1]
    for c in range(len(t.chance_number)):
        p = numbers[t.chance_number[c]]
        w.prob[slots + c] = p
        w.prob_lo[slots + c] = 0.0
        w.log_prob[slots + c] = math.log(p) if p > 0.0 else 0.0
    _exclude_impossible(t, w)
    return unit, spread


@kernel
def _exclude_impossible(t: Shape, w: Work) -> None:
    """Of each set, leave in the belief the nodes that need the fewest chance edges of probability 0.

    This is the limit of the games in which every impossible edge has the same tiny probability.
    """
    w.impossible[0] = 0
    for k in range(1, len(t.inner)):
        y = t.inner[k]
        w.impossible[y] = w.impossible[t.parent[y]] + (
            1 if w.prob[t.slot[y]] == 0.0 and t.set_of[t.parent[y]] < 0 else 0
        )
    for h in range(len(t.owner)):
        fewest = w.impossible[t.member[t.member_start[h]]]
        for m in range(t.member_start[h], t.member_start[h + 1]):
            fewest = min(fewest, w.impossible[t.member[m]])
        for m in range(t.member_start[h], t.member_start[h + 1]):
            w.excluded[m] = 1 if w.impossible[t.member[m]] > fewest else 0


@kernel
def evaluate(t: Shape, w: Work) -> None:
    """From the log-odds ``w.z``: probabilities, log reach, beliefs, values and the worth of every option."""
    for h in range(len(t.owner)):
        first, end = t.slot_start[h], t.slot_start[h + 1]
        shift = t.unknown_start[h] - first - 1
        top = 0.0
        for s in range(first + 1, end):
            top = max(top, w.z[shift + s])
        w.prob[first] = math.exp(-top)
        total = w.prob[first]
        for s in range(first + 1, end):
            w.prob[s] = math.exp(w.z[shift + s] - top)
            total += w.prob[s]
        norm = top + math.log(total)
        w.log_prob[first] = -norm
        w.prob[first] /= total
        for s in range(first + 1, end):
            w.log_prob[s] = w.z[shift + s] - norm
            w.prob[s] /= total

    w.log_reach[0] = 0.0
    for k in range(1, len(t.inner)):
        y = t.inner[k]
        w.log_reach[y] = w.log_reach[t.parent[y]] + w.log_prob[t.slot[y]]
    for h in range(len(t.owner)):
        first, end = t.member_start[h], t.member_start[h + 1]
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
            p = w.prob[t.slot[y]]
            for i in range(players):
                w.value[x, i] += p * w.value[y, i]
    for h in range(len(t.owner)):
        first, i = t.slot_start[h], t.owner[h]
        for a in range(t.slot_start[h + 1] - first):
            total = 0.0
            for m in range(t.member_start[h], t.member_start[h + 1]):
                total += w.belief[m] * w.value[t.kid[t.kid_start[t.member[m]] + a], i]
            w.worth[first + a] = total
        shift = t.unknown_start[h] - first - 1
        for s in range(first + 1, t.slot_start[h + 1]):
            w.pull[shift + s] = w.worth[s] - w.worth[first]


@kernel
def differentiate(t: Shape, w: Work, lam: float) -> None:
    """The Jacobian of z - lambda (u_a - u_0) in z, from the probabilities, beliefs and values in the work arrays."""
    for h in range(len(t.owner)):
        for k in range(t.need_start[h], t.need_start[h + 1]):
            g = t.need[k]
            for r in range(t.slot_start[h], t.slot_start[h + 1]):
                for s in range(t.slot_start[g], t.slot_start[g + 1]):
                    w.effect[r, s] = 0.0
    for m in range(len(t.member)):
        x = t.member[m]
        _effect_above(t, w, x)
        h = t.set_of[x]
        if t.member_start[h + 1] - t.member_start[h] > 1 and w.belief[m] > 0.0:
            _effect_of_belief(t, w, m, x, h)
    for h in range(len(t.owner)):
        row0, rows = t.slot_start[h], t.unknown_start[h] - t.slot_start[h] - 1
        for k in range(t.need_start[h], t.need_start[h + 1]):
            g = t.need[k]
            first, end = t.slot_start[g], t.slot_start[g + 1]
            columns = t.unknown_start[g] - first - 1
            total0 = 0.0
            for s in range(first, end):
                total0 += w.effect[row0, s]
            for r in range(row0 + 1, t.slot_start[h + 1]):
                total = -total0
                for s in range(first, end):
                    total += w.effect[r, s]
                for s in range(first + 1, end):
                    own = w.effect[r, s] - w.effect[row0, s] - w.prob[s] * total
                    w.jacobian[rows + r, columns + s] = -lam * own


@kernel
def _effect_above(t: Shape, w: Work, x: int) -> None:
    """What the options at node x add to the worth of the options that lead to it, per log probability."""
    first = t.slot_start[t.set_of[x]]
    options = t.slot_start[t.set_of[x] + 1] - first
    y, weight = x, 1.0
    while y != 0 and weight > 0.0:
        up = t.parent[y]
        h = t.set_of[up]
        if h >= 0:
            share = weight * w.belief[t.place[up]]
            if share > 0.0:
                i, row = t.owner[h], t.slot[y]
                here = w.value[x, i]
                for b in range(options):
                    s = first + b
                    w.effect[row, s] += share * w.prob[s] * (w.value[t.kid[t.kid_start[x] + b], i] - here)
        weight *= w.prob[t.slot[y]]
        y = up


@kernel
def _effect_of_belief(t: Shape, w: Work, m: int, x: int, h: int) -> None:
    """What the options above node x add to the worth of its own set's options by making x more likely."""
    i, first = t.owner[h], t.slot_start[h]
    y = x
    while y != 0:
        up = t.parent[y]
        g = t.set_of[up]
        if g >= 0 and t.owner[g] != i:
            s = t.slot[y]
            for a in range(t.slot_start[h + 1] - first):
                w.effect[first + a, s] += w.belief[m] * (
                    w.value[t.kid[t.kid_start[x] + a], i] - w.worth[first + a]
                )
        y = up
