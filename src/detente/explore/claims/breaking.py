"""The search that tries to break a claim that no draw broke (or to find one place where a claim holds that never held).

It starts from the draws whose margin is nearest to zero and moves them to where a linear fit of the margin says it
falls, by steps of growing length, all parameters or only the few that matter; then again from the best of those.
It does *not* prove that there is no exception.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detente.explore.claims.effort import THOROUGH, Effort
from detente.explore.claims.probe import Search
from detente.explore.ranges import Floats

_STEPS = (0.25, 0.6, 2.0)  # range units; 2 goes to the corner
_FEW = (1, 3, 8)


def search_exception(
    positions: Floats,
    margin: Floats,
    holds: bool,
    snap: Callable[[Floats], Floats] = lambda z: z,
    effort: Effort = THOROUGH,
) -> Search[tuple[float, ...] | None]:
    """A decided point whose answer is not ``holds``, as positions, or None. ``positions`` [draw, parameter], ``margin`` [draw]."""
    signed = margin if holds else -margin
    if not len(signed) or not positions.shape[1]:
        return None
    centred = positions - positions.mean(axis=0)
    d = positions.shape[1]
    slope = np.linalg.lstsq(
        centred.T @ centred + 1e-3 * len(signed) * np.eye(d), centred.T @ (signed - signed.mean()), rcond=None
    )[0]
    order = np.argsort(-np.abs(slope), kind="stable")
    starts = positions[np.argsort(signed, kind="stable")[: effort.starts]]
    for _ in range(effort.breaks):
        tries: list[Floats] = []
        for few in sorted({min(f, d) for f in (*_FEW, d)}):
            ray = np.zeros(d)
            ray[order[:few]] = -np.sign(slope[order[:few]])
            tries += [np.clip(start + step * ray, 0.0, 1.0) for start in starts for step in _STEPS]
        points = np.unique(snap(np.array(tries)), axis=0)
        found = yield points
        answers = found if holds else -found
        broken = np.isfinite(found) & ((found >= 0) != holds)
        if broken.any():
            return tuple(float(z) for z in points[int(np.flatnonzero(broken)[0])])
        usable = np.flatnonzero(np.isfinite(answers))
        if not len(usable):
            return None
        starts = points[usable[np.argsort(answers[usable], kind="stable")[: effort.starts]]]
    return None
