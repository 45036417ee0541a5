"""One draw from lambda 0 to the precision asked for, and a block of draws after one another."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.arclength import CROSSED, HANDED_BACK, arclength
from detente.solve.compile import Shape
from detente.solve.continuation import follow
from detente.solve.jit import kernel
from detente.solve.kernel import evaluate, load
from detente.solve.limit import DOUBLE_UP_TO, climb, settle
from detente.solve.work import Work

REACHED, STUCK, FOLDED, NO_LIMIT = 0, 1, 2, 3
LIMIT_AT = 1e12  # lambda, in units of the payoff range, at which the limit is read off


@kernel
def trace(t: Shape, w: Work, target: float) -> tuple[float, int]:
    """Follow the principal branch of the loaded draw to ``target`` in double precision. Returns lambda reached and a code.

    ``w.count`` holds evaluations, turning points passed, bifurcations passed and crossings of the target.
    """
    w.count[:] = 0
    w.expected[:] = 1
    w.sign[:] = 1
    lam = 0.0
    for _ in range(20):
        lam, arrived = follow(t, w, lam, target)
        if arrived:
            w.count[3] = max(w.count[3], 1)
            return lam, REACHED
        lam, code = arclength(t, w, lam, target)
        if code == CROSSED:
            return lam, REACHED
        if code != HANDED_BACK:
            break
    return lam, FOLDED if w.count[1] > 0 else STUCK


@kernel
def solve_block(
    t: Shape,
    w: Work,
    numbers: Floats,
    precision: Floats,
    wanted: NDArray[np.bool_],
    first: int,
    end: int,
    log_strategy: Floats,
    strategy: Floats,
    belief: Floats,
    reached: Floats,
    code: NDArray[np.int8],
    count: NDArray[np.int32],
) -> None:
    """Solve draws ``first : end``; ``precision`` is lambda in 1 / payoff or inf. Fills the rows of the last six arguments.

    ``reached`` gets lambda in 1 / payoff, ``count`` evaluations, turning points, bifurcations and crossings.
    """
    slots = t.slot_start[-1]
    for d in range(first, end):
        if not wanted[d]:
            continue
        unit, spread = load(t, w, numbers[d])
        limit = precision[d] == math.inf
        target = LIMIT_AT * spread if limit else precision[d] * unit
        lam, found = trace(t, w, min(target, DOUBLE_UP_TO))
        w.z_lo[:] = 0.0
        for u in range(len(w.z)):
            w.z[u] = w.kept[u]
        evaluate(t, w)
        if found == REACHED and target > DOUBLE_UP_TO:
            lam, arrived = climb(t, w, lam, target)
            if not arrived:
                found = NO_LIMIT if limit else STUCK
            elif limit and not settle(t, w):
                found = NO_LIMIT
        for s in range(slots):
            log_strategy[d, s] = w.log_prob[s]
            strategy[d, s] = w.prob[s]
        for m in range(len(t.member)):
            belief[d, m] = w.belief[m]
        reached[d] = lam / unit
        code[d] = found
        for k in range(4):
            count[d, k] = w.count[k]
