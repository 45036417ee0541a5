"""Which coefficients the data can tell apart, looked at before fitting: directions in which nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detente.errors import DataError, Where
from detente.estimate.branch import LostBranch
from detente.estimate.likelihood import Model, Observed
from detente.game.tree import Floats

POINTS = 3
SHORTER = 4  # times that a point is brought nearer to 0
_NOTHING = 1e-11  # of the largest curvature, in units in which columns are of order 1


def unidentified(seen: Observed) -> list[Floats]:
    """Directions [coefficient] along which no probability changes, at `POINTS` random points; none where all is identified.

    Local, and of this game with these columns: a coefficient that only far away matters counts as identified. In user's units.
    """
    rng, model = np.random.default_rng(0), seen.model
    total = np.zeros((len(model.names),) * 2)
    for _ in range(POINTS):
        beta = rng.normal(size=len(model.names)) / model.unit / np.sqrt(len(model.names))
        total += _expected(seen, beta) / np.outer(model.unit, model.unit)
    size, axes = np.linalg.eigh(total)
    return [axes[:, k] / model.unit for k in np.flatnonzero(size < _NOTHING * size[-1])]


def _expected(seen: Observed, beta: Floats) -> Floats:
    """The expected information at ``beta``, or nearer to 0 where some row's equilibrium cannot be followed that far."""
    for _ in range(SHORTER):
        try:
            return seen.expected(beta)
        except LostBranch:
            beta = beta / 3
    return seen.expected(0 * beta)


def check_identified(seen: Observed) -> None:
    """Raises DataError that names the coefficients of the first direction in which nothing changes, and why that may be."""
    loose, model = unidentified(seen), seen.model
    if not loose:
        return
    direction = loose[0] * model.unit
    direction = direction / np.abs(direction).max()
    part = [n for n, d in zip(model.names, direction, strict=True) if abs(d) > 1e-4]
    raise DataError(
        f"not identified: {_told(model, part)}", where=Where(field="formulas"),
        found=" and ".join([", ".join(part[:-1]), part[-1]]) if len(part) > 1 else part[0],
        allowed="leave one of them out: only differences of a player's payoffs show in what is chosen",
    )  # fmt: skip


def _told(model: Model, part: Sequence[str]) -> str:
    of = list(dict.fromkeys(name.split(": ")[0] for name in part))
    if len(part) == 1:
        return f"no probability depends on {part[0]}"
    if len(of) == 1:
        return f"columns of {of[0]} add up to the same in every row"
    return f"the same is added to {', '.join(of[:-1])} and {of[-1]}, and no choice changes"
