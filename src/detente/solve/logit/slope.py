"""The derivative of the logit equations z - lambda (u_a - u_0) in the log-odds, from what an evaluation has left.

Options of set g change what options above are worth (OF_WORTH: the difference that the option makes there, times the
probability and belief of getting to g) and how likely nodes below are (OF_BELIEF: the node's share in the difference that the
option below makes). Only entries that may differ from zero are computed.
"""

from __future__ import annotations

from detente.game.tree import Floats, Ints
from detente.solve.logit.jit import kernel, part
from detente.solve.logit.kernel import NOTHING
from detente.solve.logit.lanes import load, spread, store, where_less
from detente.solve.logit.layout import (
    ABOVE,
    ABOVE_COUNT,
    ABOVES,
    BELIEF,
    BELOW,
    CELL,
    FACTOR,
    FIRST_ABOVE,
    FIRST_ENTRY,
    FIRST_KID,
    FIRST_NEED,
    FIRST_PLACE,
    FIRST_SLOT,
    JACOBIAN,
    KIDS,
    NEEDS,
    OF_BELIEF,
    OF_WORTH,
    OTHER,
    OWN,
    PAIR,
    PAIRS,
    PLACE,
    PLACES,
    POSITION,
    PROB,
    PULL,
    SET_COUNT,
    SETS,
    SHIFT,
    SLOT,
    THERE,
    VALUE,
)


@kernel
def differentiate(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """Fill JACOBIAN at lambda THERE, without the ones on the diagonal."""
    _effects(t, at, w, c)
    _entries(t, at, w, c)


@part
def _effects(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """OF_WORTH and OF_BELIEF of every pair."""
    worth, likely = at[OF_WORTH], at[OF_BELIEF]
    belief, factor, prob, value, pull = at[BELIEF], at[FACTOR], at[PROB], at[VALUE], at[PULL]
    for p in range(at[PAIRS]):
        store(w, worth + p, 0.0)
        store(w, likely + p, 0.0)
    for h in range(at[SET_COUNT]):
        first, shift = t[at[SETS] + h, FIRST_SLOT], t[at[SETS] + h, SHIFT]
        begin, end = t[at[SETS] + h, FIRST_PLACE], t[at[SETS] + h + 1, FIRST_PLACE]
        for m in range(begin, end):
            kid, own = t[at[PLACES] + m, FIRST_KID], t[at[PLACES] + m, OWN]
            step, base = t[at[PLACES] + m, FIRST_ABOVE], t[at[KIDS] + kid, CELL]
            for a in range(1, t[at[SETS] + h + 1, FIRST_SLOT] - first):
                cell = t[at[KIDS] + kid + a, CELL]
                made = load(w, value + cell + own) - load(w, value + base + own)
                share = load(w, belief + m) * (made - load(w, pull + shift + first + a))
                weight = load(w, factor + m)
                for k in range(step, step + t[at[PLACES] + m, ABOVE_COUNT]):
                    s, up, i = t[at[ABOVES] + k, SLOT], t[at[ABOVES] + k, PLACE], t[at[ABOVES] + k, POSITION]
                    p = t[at[ABOVES] + k, PAIR] + a - 1
                    made = load(w, value + cell + i) - load(w, value + base + i)
                    store(w, worth + p, load(w, worth + p) + weight * load(w, belief + up) * made)
                    if end - begin > 1:
                        store(w, likely + p, load(w, likely + p) + share)
                    weight = weight * load(w, prob + s) * load(w, factor + up)
                    weight = where_less(weight, NOTHING, 0.0, weight)


@part
def _entries(t: Ints, at: Ints, w: Floats, c: Ints) -> None:
    """The derivative of each option's equation in each log-odds of the sets it depends on."""
    worth, likely, prob = at[OF_WORTH], at[OF_BELIEF], at[PROB]
    jacobian, minus = at[JACOBIAN], 0.0 - load(w, THERE)
    for h in range(at[SET_COUNT]):
        rows = t[at[SETS] + h + 1, FIRST_SLOT] - t[at[SETS] + h, FIRST_SLOT] - 1
        for k in range(t[at[SETS] + h, FIRST_NEED], t[at[SETS] + h + 1, FIRST_NEED]):
            g, e = t[at[NEEDS] + k, OTHER], t[at[NEEDS] + k, FIRST_ENTRY]
            first, end = t[at[SETS] + g, FIRST_SLOT], t[at[SETS] + g + 1, FIRST_SLOT]
            columns = end - first - 1
            below, above = t[at[NEEDS] + k, BELOW], t[at[NEEDS] + k, ABOVE]
            for r in range(rows):
                mean = spread(0.0)
                if above >= 0:
                    for b in range(columns + 1):
                        mean = mean + load(w, likely + above + b * rows + r)
                if below >= 0:
                    for b in range(columns):
                        made = load(w, worth + below + (r + 1) * columns + b) - load(w, worth + below + b)
                        mean = mean + load(w, prob + first + 1 + b) * made
                for b in range(columns):
                    p = load(w, prob + first + 1 + b)
                    change = 0.0 - p * mean
                    if above >= 0:
                        change = change + load(w, likely + above + (b + 1) * rows + r)
                    if below >= 0:
                        made = load(w, worth + below + (r + 1) * columns + b) - load(w, worth + below + b)
                        change = change + p * made
                    store(w, jacobian + e + r * columns + b, minus * change)
