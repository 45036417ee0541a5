"""How much estimates move when the data are drawn again from themselves: rows, or whole clusters, with replacement.

Efron 1979, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7:1-26.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import norm

from detente.errors import BadInput, DataError, Where
from detente.estimate.study import Study
from detente.game.tree import Floats

MAX_RESAMPLES = 100_000
MANY_FAILED = 0.05


class FailedResamples(UserWarning):
    """Some resamples have no maximum, so the draws speak of the others alone."""


@dataclass(frozen=True, eq=False)
class Bootstrap:
    """Estimates of every resample that has a maximum."""

    names: tuple[str, ...]
    estimate: Floats  # [coefficient] of the data themselves
    draws: Floats  # [resample, coefficient]
    failed: int  # resamples without a maximum, most often for perfect separation
    units: int  # rows or clusters that were drawn
    seed: int
    by: str  # what was drawn, "rows" or "clusters"

    @property
    def covariance(self) -> Floats:
        """Of the draws [coefficient, coefficient]."""
        return np.atleast_2d(np.cov(self.draws, rowvar=False))

    @property
    def bse(self) -> dict[str, float]:
        """Standard deviations of the draws by name."""
        return dict(zip(self.names, map(float, np.sqrt(np.diag(self.covariance))), strict=True))

    @property
    def bias(self) -> dict[str, float]:
        """Mean of the draws minus the estimate, by name."""
        return dict(zip(self.names, map(float, self.draws.mean(axis=0) - self.estimate), strict=True))

    def intervals(
        self, kind: Literal["percentile", "normal"] = "percentile", level: float = 0.95
    ) -> dict[str, tuple[float, float]]:
        """By name. "percentile": shares of the draws; "normal": estimate and so many standard deviations of the draws."""
        check_level(level)
        if kind == "percentile":
            low, high = np.quantile(self.draws, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        elif kind == "normal":
            wide = norm.ppf(0.5 + level / 2) * np.sqrt(np.diag(self.covariance))
            low, high = self.estimate - wide, self.estimate + wide
        else:
            raise BadInput("there is no such interval", where=Where(field="kind"), found=kind,
                           allowed=("percentile", "normal"))  # fmt: skip
        return {n: (float(a), float(b)) for n, a, b in zip(self.names, low, high, strict=True)}

    def summary(self, level: float = 0.95) -> str:
        """A table for reading."""
        lines = [
            f"bootstrap: {len(self.draws)} resamples of {self.units} {self.by}, {self.failed} without an estimate, seed {self.seed}",
            f"{'':34}{'std.error':>11}{'bias':>11}{'low':>11}{'high':>11}",
        ]
        errors, bias = self.bse, self.bias
        for name, (low, high) in self.intervals(level=level).items():
            lines.append(f"{name:34}{errors[name]:11.4f}{bias[name]:11.4f}{low:11.4f}{high:11.4f}")
        return "\n".join(lines) + "\n"

    def record(self, level: float = 0.95) -> dict[str, Any]:
        """The same for machines."""
        errors, bias, ends = self.bse, self.bias, self.intervals(level=level)
        return {
            "resamples": len(self.draws), "failed": self.failed, "units": self.units, "by": self.by, "seed": self.seed, "level": level,
            "coefficients": [{"name": n, "se": errors[n], "bias": bias[n], "low": ends[n][0], "high": ends[n][1]} for n in self.names],
        }  # fmt: skip


def bootstrap(
    study: Study,
    resamples: int = 1000,
    *,
    seed: int = 0,
    by: Literal["rows", "clusters"] | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Bootstrap:
    """Fits of ``resamples`` draws of the data, each climbed from the estimate. ``by``: what is drawn, by default clusters where
    the fit has them. ``progress(done, of)`` is called after each.

    A row that holds counts is drawn as a whole. Columns keep the categories, centres and scales of the whole data. Resamples
    without a maximum are counted and left out; a `FailedResamples` warning tells where they are more than one in twenty.
    Raises BadInput, and DataError where fewer than two resamples have a maximum.
    """
    if not 2 <= resamples <= MAX_RESAMPLES:
        raise BadInput("so many resamples cannot be drawn", where=Where(field="resamples"), found=resamples,
                       allowed=f"2 to {MAX_RESAMPLES}")  # fmt: skip
    group = study.groups(by)
    drawn_by = "rows" if by == "rows" or study.fit.clusters is None else "clusters"
    units = int(group.max()) + 1
    rng = np.random.default_rng(seed)
    draws: list[Floats] = []
    for done in range(1, resamples + 1):
        drawn = np.bincount(rng.integers(0, units, units), minlength=units)
        with suppress(DataError, np.linalg.LinAlgError):  # separation, or a category that was not drawn
            draws.append(study.again(drawn[group].astype(float)))
        if progress is not None:
            progress(done, resamples)
    failed = resamples - len(draws)
    if len(draws) < 2:
        raise DataError("hardly a resample has a maximum", found=f"{failed} of {resamples} failed",
                        allowed="fewer terms, or more rows")  # fmt: skip
    if failed > MANY_FAILED * resamples:
        warnings.warn(f"{failed} of {resamples} resamples have no maximum and are left out: intervals are too narrow",
                      FailedResamples, stacklevel=2)  # fmt: skip
    return Bootstrap(
        tuple(study.fit.names), study.fit.top.theta, np.array(draws), failed, units, seed, drawn_by
    )


def check_level(level: float) -> None:
    """Raises BadInput for a level that is not between 0 and 1."""
    if not 0 < level < 1:
        raise BadInput("a level is between 0 and 1", where=Where(field="level"), found=level)
