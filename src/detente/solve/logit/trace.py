"""From lambda 0 to the precision asked for: the kernels over a block of draws, in the order in which they are called."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats, Ints
from detente.solve.logit.batch import LOST, REACHED, UNTRACED, Batch, make_batch
from detente.solve.logit.blocks import climb_block, follow_block
from detente.solve.logit.compile import CompiledTree
from detente.solve.logit.jacobian import lost_pairs
from detente.solve.logit.symmetry import note_hidden_branches

DOUBLE_UP_TO = 1e5  # beyond this lambda (in units of payoff) log-odds are double-double numbers
EXACT_UP_TO = (
    1e3  # beyond this one, the answer is corrected in double-double: rounding is multiplied by lambda twice
)
DRIFT = 200.0  # a probability may move by this over lambda on the way to the limit: room for ln lambda, not for its root
LAST_DIGITS = 1e-7  # and by this in any case


def trace(
    compiled: CompiledTree, room: tuple[Floats, Ints], numbers: Floats, precision: Floats
) -> tuple[Batch, Floats]:
    """Follow every draw to its lambda (inf: the limit). Returns the batch, and lambda reached in 1 / payoff.

    In the limit, probabilities that vanish in proportion to 1 / lambda or faster are set to 0; the code is LOST
    where one of them still moves.
    """
    batch, unit = make_batch(compiled, numbers, precision)
    t, at, (w, c) = compiled.table, compiled.at, room
    follow_block(t, at, w, c, batch, DOUBLE_UP_TO)
    again = lost_pairs(compiled, room, batch)
    if len(again):
        batch.code[again], batch.careful[again] = UNTRACED, 1
        follow_block(t, at, w, c, batch, DOUBLE_UP_TO)
    note_hidden_branches(compiled, room, batch)
    if (batch.target > EXACT_UP_TO).any():
        climb_block(t, at, w, c, batch, EXACT_UP_TO)
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
