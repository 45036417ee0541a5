"""Branches that no determinant shows: where players are alike, an even number of directions may branch off at once.

Three alike volunteers are an example: the symmetric branch loses two directions at one precision, the determinant keeps its
sign, and following it would pass in silence. Such a point needs sets that play alike, so it is looked for only there: an even
number of negative eigenvalues of the Jacobian, where the branch began with none, means that something was passed. (A pair may
also arise without a bifurcation, out of complex eigenvalues; then the draw is called a bifurcation without need.)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats, Ints
from detente.solve.logit.batch import REACHED, Batch
from detente.solve.logit.compile import CompiledTree
from detente.solve.logit.jacobian import jacobians
from detente.solve.logit.lanes import LANES
from detente.solve.logit.layout import BRANCHES, EVALUATIONS

ALIKE = 1e-9  # strategies nearer than this count as the same
TIE = 1e-3  # ties to others that differ by 1e-6 of their size do not


def note_hidden_branches(compiled: CompiledTree, room: tuple[Floats, Ints], batch: Batch) -> None:
    """Count a branching for the draws of ``batch`` that have passed a hidden one. ``room`` is overwritten."""
    coupled = _coupled(compiled)
    if len(coupled) < 2:
        return
    open_ = (batch.code == REACHED) & (batch.tally[:, BRANCHES - EVALUATIONS] == 0)
    suspects = np.flatnonzero(open_ & _alike(compiled, batch.strategy, coupled, {}))
    for start in range(0, len(suspects), LANES):
        some = suspects[start : start + LANES]
        jacobian = jacobians(compiled, room, batch, some, batch.point[:, 0], batch.lam)
        tied = _alike(compiled, batch.strategy[some], coupled, _ties(compiled, coupled, jacobian))
        for k in np.flatnonzero(tied):
            if _lost_directions(compiled, jacobian[k]):
                batch.tally[some[k], BRANCHES - EVALUATIONS] += 1


def _coupled(compiled: CompiledTree) -> list[tuple[int, int]]:
    """The sets with a choice that depend on others, and others on them, each with its first unknown."""
    out = list[tuple[int, int]]()
    for h, owned in enumerate(compiled.tree.sets):
        unknown = int(compiled.first_unknown[h])
        if len(owned.options) >= 2 and any(start <= unknown < end for start, end in compiled.blocks):
            out.append((h, unknown))
    return out


def _ties(compiled: CompiledTree, coupled: list[tuple[int, int]], jacobian: Floats) -> dict[int, Floats]:
    """How sets of two options are tied to the other such sets: a mark [draw] for each, by its unknown.

    The squares of their rows and columns of the Jacobian, added up, whichever option comes first.
    """
    pairs = np.array([u for h, u in coupled if len(compiled.tree.sets[h].options) == 2], np.intp)
    ties = jacobian[:, pairs[:, None], pairs] ** 2 * (1.0 - np.eye(len(pairs)))
    with np.errstate(divide="ignore"):
        tied = np.log(ties.sum(axis=1)) + np.sqrt(2.0) * np.log(ties.sum(axis=2))  # -inf: tied to nothing
    return dict(zip(pairs.tolist(), tied.T, strict=True))


def _alike(
    compiled: CompiledTree, strategy: Floats, coupled: list[tuple[int, int]], tie: dict[int, Floats]
) -> NDArray[np.bool_]:
    """Draws in which two coupled sets mix alike up to the order of their options and, where known, are tied alike."""
    slot_start = compiled.tree.slot_start
    marks: dict[int, list[Floats]] = {}
    for h, unknown in coupled:
        own: Floats = np.sort(strategy[:, int(slot_start[h]) : int(slot_start[h + 1])], axis=1)
        # equal marks: equal strategies, but for chance
        mark = own @ np.sqrt(2.0 + np.arange(own.shape[1], dtype=np.float64))
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
    for start, end in compiled.blocks:
        own = jacobian[start:end, start:end]
        # options that nobody takes have unit columns, and with them eigenvalues 1
        alive = np.abs(own - np.eye(len(own))).max(axis=0) > 1e-6
        values = np.linalg.eigvals(own[np.ix_(alive, alive)])
        if int(((values.real < -1e-3) & (np.abs(values.imag) < 1e-6 * np.abs(values))).sum()) >= 2:
            return True
    return False
