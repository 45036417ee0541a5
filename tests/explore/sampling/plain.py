"""Studies without claims, to draw from."""

from __future__ import annotations

from typing import Any

import numpy as np
from closed_forms import Model, planted

from detente.explore import Range, Study
from detente.game.dependence import Correlation, score_correlations
from detente.game.parameter import Parameter


def uniform(name: str, low: float = 0.0, high: float = 1.0, base: float | None = None) -> Parameter:
    return Parameter(name, (low + high) / 2 if base is None else base, low, high, "uniform")


def study_over(*parameters: Parameter, correlated: tuple[Correlation, ...] = (), **more: Any) -> Study:
    ranges = tuple(Range(p) for p in parameters)
    return Study(
        name="plain", ranges=ranges, claims={}, policies={}, players=("A",), events=("hit",), evaluate=Model(planted),
        correlation=score_correlations(correlated, [r.name for r in ranges if r.varies]), **more,
    )  # fmt: skip


def x_below_y(d: Any) -> Any:
    return d["x"] < d["y"]


def nothing(d: Any) -> Any:
    return np.zeros(len(d["x"]), dtype=bool)


DISCRETE = Parameter("k", 2, 1, 5, "discrete", (1, 2, 5, 0.5, 0.25, 0.25))
LOG = Parameter("m", 1, 0.01, 100, "loguniform")
TRIANGULAR = Parameter("t", 1, 0, 4, "triangular", (1,))
NORMAL = Parameter("g", 1, 0, 3, "normal", (1, 0.8))
EVERY = (uniform("x"), LOG, TRIANGULAR, NORMAL, DISCRETE)
