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
from detente.solve.compile import FIRST_SLOT, SHIFT, START, TRIVIAL, CompiledTree
from detente.solve.work import BRANCHES

ALIKE = 1e-9  # strategies nearer than this count as the same
TIE = 1e-3  # ties to others that differ by 1e-6 of their size do not


def note_hidden_branches(compiled: CompiledTree, batch: Batch) -> None:
    """Count a branching for the draws of ``batch`` that have passed a hidden one."""
    suspects = _alike(compiled, batch) & (batch.code == REACHED) & (batch.tally[:, BRANCHES] == 0)
    for d in np.flatnonzero(suspects):
        if _lost_directions(compiled, batch.jacobian[d]):
            batch.tally[d, BRANCHES] += 1


def _alike(compiled: CompiledTree, batch: Batch) -> NDArray[np.bool_]:
    """Draws in which two sets that depend on others, and others on them, mix alike up to the order of their options.

    Sets of two options must also be tied alike to the other such sets: the squares of their rows and columns of
    the Jacobian add up to the same, whichever option comes first. (Sets may mix alike because they want the same.)
    """
    shape, tree, strategy = compiled.shape, compiled.tree, batch.strategy
    coupled: list[tuple[int, int]] = []  # set and its first unknown
    for h, owned in enumerate(tree.sets):
        unknown = int(shape.sets[h, SHIFT] + shape.sets[h, FIRST_SLOT] + 1)
        block = int(np.searchsorted(shape.block[:, START], unknown, side="right")) - 1
        if len(owned.options) >= 2 and not shape.block[block, TRIVIAL]:
            coupled.append((h, unknown))
    pairs = np.array([u for h, u in coupled if len(tree.sets[h].options) == 2], np.intp)
    ties = batch.jacobian[:, pairs[:, None], pairs] ** 2 * (1.0 - np.eye(len(pairs)))
    with np.errstate(divide="ignore"):
        tied = np.log(ties.sum(axis=1)) + np.sqrt(2.0) * np.log(ties.sum(axis=2))  # -inf: tied to nothing
    tie = dict(zip(pairs.tolist(), tied.T, strict=True))
    marks: dict[int, list[Floats]] = {}
    for h, unknown in coupled:
        own: Floats = np.sort(strategy[:, int(tree.slot_start[h]) : int(tree.slot_start[h + 1])], axis=1)
        mark = own @ np.sqrt(
            2.0 + np.arange(own.shape[1], dtype=np.float64)
        )  # equal marks: equal strategies, but for chance
        mark = np.where(own[:, -1] < 1 - 1e-6, mark, np.nan)
        marks.setdefault(own.shape[1], []).append(mark if unknown not in tie else mark + TIE * tie[unknown])
    found = np.zeros(len(strategy), bool)
    for alike in marks.values():
        rows = np.sort(np.where(np.isfinite(alike), alike, np.nan).T, axis=1)
        with np.errstate(invalid="ignore"):
            found |= (np.diff(rows, axis=1) < ALIKE).any(axis=1)
    return found


def _lost_directions(compiled: CompiledTree, jacobian: Floats) -> bool:
    """Whether some block of the Jacobian has a positive even number of negative eigenvalues."""
    block = compiled.shape.block
    for start, end, trivial in zip(block[:-1, START], block[1:, START], block[:-1, TRIVIAL], strict=True):
        if trivial:
            continue
        own = jacobian[start:end, start:end]
        # options that nobody takes have unit columns, and with them eigenvalues 1
        alive = np.abs(own - np.eye(len(own))).max(axis=0) > 1e-6
        values = np.linalg.eigvals(own[np.ix_(alive, alive)])
        if int(((values.real < -1e-3) & (np.abs(values.imag) < 1e-6 * np.abs(values))).sum()) >= 2:
            return True
    return False
