"""From lambda 0 to the precision asked for: three kernels over a block of draws, and the order in which they are called.

They are separate so that what is rarely needed (folds) is compiled only when it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.arclength import CROSSED, HANDED_BACK, arclength
from detente.solve.batch import LOST, REACHED, STUCK, UNTRACED, Batch, make_batch
from detente.solve.compile import FIRST_SLOT, CompiledTree, Shape
from detente.solve.continuation import follow
from detente.solve.jit import inlined, kernel
from detente.solve.kernel import evaluate, load
from detente.solve.limit import climb, load_twofold
from detente.solve.symmetry import note_hidden_branches
from detente.solve.work import (
    BELIEF,
    BEND,
    CROSSINGS,
    EXPECTED,
    GROWTH,
    KEPT,
    LAST_PROB,
    LINEAR,
    LOG_PROB,
    PROB,
    Fine,
    Work,
    Z,
)  # fmt: skip

DOUBLE_UP_TO = 1e5  # beyond this lambda (in units of payoff) log-odds are double-double numbers
DRIFT = 200.0  # a probability may move by this over lambda on the way to the limit: room for ln lambda, not for its root
LAST_DIGITS = 1e-7  # and by this in any case
ROUNDS = 20  # folds that are followed


def trace(
    compiled: CompiledTree, room: tuple[Work, Fine], numbers: Floats, precision: Floats
) -> tuple[Batch, Floats]:
    """Follow every draw to its lambda (inf: the limit). Returns the batch, and lambda reached in 1 / payoff.

    In the limit, probabilities that vanish in proportion to 1 / lambda or faster are set to 0; the code is LOST
    where one of them still moves.
    """
    batch, unit = make_batch(compiled, numbers, precision)
    work, fine = room
    shape = compiled.shape
    for _ in range(ROUNDS):
        follow_block(shape, work, batch, DOUBLE_UP_TO)
        if not (batch.code == STUCK).any():
            break
        arclength_block(shape, work, batch, DOUBLE_UP_TO)
        if not (batch.code == UNTRACED).any():
            break
    batch.code[batch.code == UNTRACED] = LOST
    note_hidden_branches(compiled, batch)
    if (batch.target > DOUBLE_UP_TO).any():
        climb_block(shape, work, fine, batch, DOUBLE_UP_TO)
        _settle(compiled, batch, ~np.isfinite(precision) & (batch.code == REACHED))
    return batch, batch.lam / unit


def _settle(compiled: CompiledTree, batch: Batch, limit: NDArray[np.bool_]) -> None:
    """Turn strategies at the last lambda into limits."""
    p, last = batch.strategy, batch.previous
    with np.errstate(invalid="ignore", divide="ignore"):
        vanishing = limit[:, None] & (p < 1e-6) & (p < 0.5 * last)
        # what vanishes more slowly than 1 / lambda moves the others of its set by as much
        slow = np.where(vanishing & (last < 1e-5), last, 0.0).sum(axis=1)
        batch.code[
            limit
            & ~(
                np.abs(p - last).max(axis=1, initial=0.0)
                <= np.maximum(DRIFT / batch.earlier, LAST_DIGITS) + slow
            )
        ] = LOST
    vanishing &= p < 1e-9  # a larger one, set to 0, would show in the gains of others
    p[vanishing] = 0.0
    for h in np.flatnonzero(np.add.reduceat(vanishing.any(axis=0), compiled.tree.slot_start[:-1])):
        own = slice(int(compiled.tree.slot_start[h]), int(compiled.tree.slot_start[h + 1]))
        p[:, own] /= p[:, own].sum(axis=1, keepdims=True)


@inlined
def _enter(t: Shape, w: Work, b: Batch, d: int) -> None:
    """Take over draw ``d``."""
    load(t, w, b.payoff[d], b.chance[d], b.excluded[d])
    for u in range(w.unknown.shape[1]):
        w.unknown[Z, u] = b.point[d, 0, u]
        w.unknown[KEPT, u] = b.point[d, 0, u]
        w.unknown[GROWTH, u] = b.point[d, 1, u]
        w.unknown[BEND, u] = b.point[d, 2, u]
        w.unknown[LINEAR, u] = b.point[d, 3, u]
    for k in range(len(t.block) - 1):
        w.flag[EXPECTED, k] = b.expected[d, k]
    for k in range(4):
        w.tally[k] = b.tally[d, k]


@inlined
def _leave(t: Shape, w: Work, b: Batch, d: int, lam: float) -> None:
    """Write back draw ``d``, its point being the last accepted one, its strategy and beliefs those last evaluated."""
    for u in range(w.unknown.shape[1]):
        b.point[d, 0, u] = w.unknown[KEPT, u]
        b.point[d, 1, u] = w.unknown[GROWTH, u]
        b.point[d, 2, u] = w.unknown[BEND, u]
        b.point[d, 3, u] = w.unknown[LINEAR, u]
    for k in range(len(t.block) - 1):
        b.expected[d, k] = w.flag[EXPECTED, k]
    for k in range(4):
        b.tally[d, k] = w.tally[k]
    for s in range(t.sets[-1, FIRST_SLOT]):
        b.strategy[d, s] = w.slot[PROB, s]
        b.log_strategy[d, s] = w.slot[LOG_PROB, s]
    for m in range(len(t.member)):
        b.belief[d, m] = w.place[BELIEF, m]
    b.lam[d] = lam


@kernel
def follow_block(t: Shape, w: Work, b: Batch, most: float) -> None:
    """Continuation of the draws that are UNTRACED, to their target or, if that is above ``most``, to a lambda near ``most``."""
    for d in range(len(b.lam)):
        if b.code[d] != UNTRACED:
            continue
        _enter(t, w, b, d)
        lam, arrived = follow(
            t, w, b.lam[d], min(b.target[d], most), b.target[d] if b.target[d] <= most else 0.2 * most
        )
        for u in range(w.unknown.shape[1]):
            w.unknown[Z, u] = w.unknown[KEPT, u]
        evaluate(t, w)
        if arrived:
            w.tally[CROSSINGS] = max(w.tally[CROSSINGS], 1)
        b.code[d] = REACHED if arrived else STUCK
        b.jacobian[d] = w.jacobian
        _leave(t, w, b, d, lam)


@kernel
def arclength_block(t: Shape, w: Work, b: Batch, most: float) -> None:
    """Arclength for the draws that are STUCK; those that run upwards again become UNTRACED."""
    for d in range(len(b.lam)):
        if b.code[d] != STUCK:
            continue
        _enter(t, w, b, d)
        lam, found = arclength(t, w, b.lam[d], min(b.target[d], most))
        for u in range(w.unknown.shape[1]):
            w.unknown[Z, u] = w.unknown[KEPT, u]
        evaluate(t, w)
        b.jacobian[d] = w.jacobian
        b.code[d] = REACHED if found == CROSSED else UNTRACED if found == HANDED_BACK else LOST
        _leave(t, w, b, d, lam)


@kernel
def climb_block(t: Shape, w: Work, f: Fine, b: Batch, least: float) -> None:
    """From lambda ``least`` to the target for the draws that have REACHED the first and want more."""
    for d in range(len(b.lam)):
        if b.code[d] != REACHED or b.target[d] <= least:
            continue
        _enter(t, w, b, d)
        load_twofold(t, w, f, b.payoff[d])
        lam, b.earlier[d] = climb(t, w, f, b.lam[d], b.target[d])
        b.code[d] = REACHED if lam >= b.target[d] else LOST
        for s in range(t.sets[-1, FIRST_SLOT]):
            b.previous[d, s] = f.slot[LAST_PROB, s]
        _leave(t, w, b, d, lam)
