"""The Jacobian of whole games as NumPy matrices, for checks that are rarely needed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats, Ints
from detente.solve.logit.batch import REACHED, Batch
from detente.solve.logit.compile import CompiledTree
from detente.solve.logit.kernel import enter, evaluate
from detente.solve.logit.lanes import LANES
from detente.solve.logit.layout import (
    COLUMN,
    ENTRY,
    INNER,
    INNERS,
    JACOBIAN,
    OUTER,
    OUTERS,
    ROWS,
    THERE,
    Z,
)
from detente.solve.logit.slope import differentiate

CLEARLY = 1e-6  # a real part below minus this share of the eigenvalue's size is negative


def jacobians(
    compiled: CompiledTree,
    room: tuple[Floats, Ints],
    batch: Batch,
    draws: NDArray[np.intp],
    point: Floats,
    lam: Floats,
) -> Floats:
    """The Jacobian [draw, unknown, unknown] of up to LANES draws.

    Log-odds ``point`` and ``lam`` have a row for every draw of the batch.
    """
    (w, c), t, at, n = room, compiled.table, compiled.at, compiled.unknowns
    for lane in range(LANES):
        d = int(draws[min(lane, len(draws) - 1)])
        enter(t, at, w, c, lane, batch.payoff[d], batch.chance[d], batch.excluded[d])
        w[at[Z] : at[Z] + n, lane] = point[d]
        w[THERE, lane] = lam[d]
    evaluate(t, at, w, c)
    differentiate(t, at, w, c)
    out = np.repeat(np.eye(n)[None], len(draws), axis=0)
    rows = t[at[ROWS] : at[ROWS] + n + 1]
    for section, first in ((OUTERS, OUTER), (INNERS, INNER)):
        count = int(rows[-1, first])
        entries = t[at[section] : at[section] + count]
        row = np.repeat(np.arange(n), np.diff(rows[:, first]))
        out[:, row, entries[:, COLUMN]] += w[at[JACOBIAN] + entries[:, ENTRY], : len(draws)].T
    return out


def lost_pairs(compiled: CompiledTree, room: tuple[Floats, Ints], batch: Batch) -> NDArray[np.intp]:
    """The draws whose point has lost an even number of directions, which no determinant shows. ``room`` is overwritten.

    Where players are nearly alike, two folds may lie so near each other that a step passes both and lands on another branch.
    Two negative pivots give the suspicion, two eigenvalues with negative real part confirm it. The principal branch may
    get there by itself: then it does when it is followed with every change of pivots resolved.
    """
    lost = np.zeros(len(batch.lam), bool)
    for point, lam in ((batch.doubt, batch.doubt_at), (batch.point[:, 0], batch.lam)):
        suspects = np.flatnonzero((batch.code == REACHED) & (batch.doubt_at > 0) & ~lost)
        for start in range(0, len(suspects), LANES):
            some = suspects[start : start + LANES]
            found = jacobians(compiled, room, batch, some, point, lam)
            for begin, end in compiled.blocks:
                values = np.linalg.eigvals(found[:, begin:end, begin:end])
                lost[some] |= (values.real < -CLEARLY * np.abs(values)).sum(axis=1) >= 2
    return np.flatnonzero(lost)
