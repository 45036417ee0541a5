"""Branches that no determinant shows: where players are alike, an even number of directions may branch off at once.

Three alike volunteers are an example: the symmetric branch loses two directions at one precision, the determinant keeps its
sign, and following it would pass in silence. Such a point needs sets that play alike, so it is looked for only there: an even
number of negative eigenvalues of the Jacobian, where the branch began with none, means that something was passed. (A pair may
also arise without a bifurcation, out of complex eigenvalues; then the draw is called a bifurcation without need.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.batch import REACHED, Batch
from detente.solve.certificate import Check
from detente.solve.compile import FIRST_SLOT, SHIFT, START, TRIVIAL, CompiledTree
from detente.solve.work import BRANCHES

ALIKE = 1e-9  # strategies nearer than this count as the same
STEP = 1e-4  # in log-odds, for differences


def note_hidden_branches(compiled: CompiledTree, batch: Batch, numbers: Floats, lam: Floats) -> None:
    """Count a branching for the draws of ``batch`` (numbers [draw, number], lambda [draw]) that have passed a hidden one."""
    suspects = np.flatnonzero(
        _alike(compiled, batch.strategy) & (batch.code == REACHED) & (batch.tally[:, BRANCHES] == 0)
    )
    if not len(suspects):
        return
    check = Check(compiled.levels)
    for d in suspects:
        if _lost_directions(compiled, check, numbers[d], batch.point[d, 0], float(lam[d])):
            batch.tally[d, BRANCHES] += 1


def _alike(compiled: CompiledTree, strategy: Floats) -> NDArray[np.bool_]:
    """Draws in which two sets that depend on others mix alike, up to the order of their options."""
    shape, tree = compiled.shape, compiled.tree
    found = np.zeros(len(strategy), bool)
    marks: dict[int, list[Floats]] = {}
    for h, owned in enumerate(tree.sets):
        unknown = int(shape.sets[h, SHIFT] + shape.sets[h, FIRST_SLOT] + 1)
        block = int(np.searchsorted(shape.block[:, START], unknown, side="right")) - 1
        if len(owned.options) < 2 or shape.block[block, TRIVIAL]:
            continue
        own: Floats = np.sort(strategy[:, int(tree.slot_start[h]) : int(tree.slot_start[h + 1])], axis=1)
        mark = own @ np.sqrt(
            2.0 + np.arange(own.shape[1], dtype=np.float64)
        )  # equal marks: equal strategies, but for chance
        marks.setdefault(own.shape[1], []).append(np.where(own[:, -1] < 1 - 1e-6, mark, np.nan))
    for alike in marks.values():
        rows = np.sort(np.stack(alike, axis=1), axis=1)
        with np.errstate(invalid="ignore"):
            found |= (np.diff(rows, axis=1) < ALIKE).any(axis=1)
    return found


def _lost_directions(compiled: CompiledTree, check: Check, numbers: Floats, z: Floats, lam: float) -> bool:
    """Whether some block's Jacobian at log-odds ``z`` has a positive even number of negative eigenvalues."""
    shape, tree = compiled.shape, compiled.tree
    n = len(z)
    slots = np.concatenate(
        [
            np.arange(int(a) + 1, int(b))
            for a, b in zip(tree.slot_start[:-1], tree.slot_start[1:], strict=True)
        ]
    )
    unknown = np.empty(n, np.intp)  # the unknown of each of these slots
    set_of = np.repeat(np.arange(len(tree.sets)), np.diff(tree.slot_start))
    unknown[:] = slots + shape.sets[set_of[slots], SHIFT]
    points = z + STEP * np.concatenate([np.eye(n), -np.eye(n)])
    log_odds = np.zeros((2 * n, tree.n_slots))
    log_odds[:, slots] = points[:, unknown]
    at = np.asarray(tree.slot_start[:-1]).astype(np.intp)
    top = np.maximum.reduceat(log_odds, at, axis=1)[:, set_of]
    log_strategy = log_odds - top - np.log(np.add.reduceat(np.exp(log_odds - top), at, axis=1))[:, set_of]
    pull = check.pull(np.broadcast_to(numbers, (2 * n, len(numbers))), log_strategy)[:, slots]
    slopes = np.empty((n, n))
    slopes[unknown] = ((pull[:n] - pull[n:]) / (2 * STEP)).T
    jacobian = np.eye(n) - lam * slopes
    for start, end, trivial in zip(
        shape.block[:-1, START], shape.block[1:, START], shape.block[:-1, TRIVIAL], strict=True
    ):
        if not trivial:
            values = np.linalg.eigvals(jacobian[start:end, start:end])
            if int(((values.real < -1e-3) & (np.abs(values.imag) < 1e-6 * np.abs(values))).sum()) >= 2:
                return True
    return False
