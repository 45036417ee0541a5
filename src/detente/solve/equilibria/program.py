"""Linear programs, with an answer in our own words. scipy's HiGHS does the work; its tolerance for constraints is 1e-7."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np

from detente.game.tree import Floats


def _optimize() -> Any:
    """scipy.optimize, which takes a while to load and has no types."""
    return import_module("scipy.optimize")


@dataclass(frozen=True, eq=False)
class Answer:
    """``point`` and ``least`` (the least cost) where there is one; "none": the constraints contradict each other."""

    status: Literal["found", "none", "unsure"]
    point: Floats
    least: float


def program(
    cost: Floats,
    at_least: tuple[Floats, Floats] | None = None,
    equal: tuple[Floats, Floats] | None = None,
    low: Floats | float | None = 0.0,
) -> Answer:
    """Minimise ``cost`` [unknown] with rows @ unknowns >= bounds, rows @ unknowns == values, unknowns >= ``low`` (None: free)."""
    count = len(cost)
    lows = [low] * count if low is None or np.isscalar(low) else np.asarray(low).tolist()
    rows, bounds = at_least if at_least is not None and len(at_least[0]) else (None, None)
    same, values = equal if equal is not None and len(equal[0]) else (None, None)
    answer: Any = _optimize().linprog(
        cost,
        A_ub=None if rows is None else -rows,
        b_ub=None if bounds is None else -bounds,
        A_eq=same,
        b_eq=values,
        bounds=[(None if v is None or v == -np.inf else v, None) for v in lows],
        method="highs",
    )
    if answer.status == 0:
        return Answer("found", np.asarray(answer.x, float), float(answer.fun))
    return Answer("none" if answer.status == 2 else "unsure", np.zeros(count), np.nan)


def inner_point(lines: Floats) -> tuple[float, Floats]:
    """Shares [unknown] that add up to one with ``lines`` @ shares >= 0, the least share as large as can be, and that least.

    The least is 0 or below where there are none, or only with a share of nothing.
    """
    count = int(lines.shape[1])
    above: Floats = np.vstack(
        [
            np.hstack([lines, np.zeros((len(lines), 1))]),
            np.hstack([np.eye(count), -np.ones((count, 1))]),
        ]
    )
    answer = program(
        np.append(np.zeros(count), -1.0),
        (above, np.zeros(len(above))),
        (np.append(np.ones(count), 0.0)[None], np.ones(1)),
        np.append(np.zeros(count), -np.inf),
    )
    return (-answer.least, answer.point[:-1]) if answer.status == "found" else (0.0, np.zeros(count))


def best_margin(margin: Floats) -> tuple[float, Floats]:
    """The belief [node] that makes the least of several expectations largest, and that least; ``margin`` [comparison, node]."""
    scale = float(np.abs(margin).max()) or 1.0
    rows, nodes = len(margin), int(margin.shape[1])
    if nodes <= 2:
        return _along_a_line(margin)
    answer = program(
        np.append(np.zeros(nodes), -1.0),
        (np.hstack([margin / scale, -np.ones((rows, 1))]), np.zeros(rows)),
        (np.append(np.ones(nodes), 0.0)[None], np.ones(1)),
        np.append(np.zeros(nodes), -np.inf),
    )
    belief = np.maximum(answer.point[:-1], 0.0)
    belief /= belief.sum()
    return float((margin @ belief).min()), belief


def _along_a_line(margin: Floats) -> tuple[float, Floats]:
    """`best_margin` with one or two nodes: the best is at an end or where two expectations cross."""
    first, last = margin[:, 0], margin[:, -1]
    slope = last - first
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = (first[:, None] - first) / (slope - slope[:, None])
    share = np.concatenate([[0.0, 1.0], cross[np.isfinite(cross)]])
    share = share[(share >= 0) & (share <= 1)]
    least = (first[:, None] + slope[:, None] * share).min(axis=0)
    best = int(np.argmax(least))
    belief = np.array([1 - share[best], share[best]])[: margin.shape[1]]
    return float(least[best]), belief if margin.shape[1] == 2 else np.ones(1)


def least_squares(residual: Callable[[Floats], Floats], start: Floats) -> Floats:
    """Where a descent from ``start`` leaves the least sum of squares."""
    return np.asarray(
        _optimize().least_squares(residual, start, xtol=1e-15, ftol=1e-15, gtol=1e-15, max_nfev=200).x, float
    )
