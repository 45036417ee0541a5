"""Numbers as a record prints them: no digit that the search or the solver does not stand for."""

from __future__ import annotations

import numpy as np

from detente.explore.ranges import Range

ROUNDING = 1e-10


def tidy(x: float | None) -> float | None:
    """Nine significant digits, and nothing finer than rounding of a solution leaves; None for what is not finite."""
    if x is None or not np.isfinite(x):
        return None
    return 0.0 if abs(x) < ROUNDING else float(f"{float(x):.9g}")


def pair(ends: tuple[float, float] | None) -> list[float | None] | None:
    return None if ends is None else [tidy(ends[0]), tidy(ends[1])]


def located(x: float, r: Range) -> float:
    """A place that was found to a few ten-thousandths of the range, to thousandths."""
    width = abs(x) if r.logarithmic else r.high - r.low
    return float(round(x, 3 - int(np.floor(np.log10(width))))) + 0.0 if width > 0 else float(x)
