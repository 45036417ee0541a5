"""A game's parameter as testing sees it: where it may lie, and how far apart two of its values are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.game.parameter import Parameter

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Draws = Mapping[str, Floats]  # parameter -> [draw]


@dataclass(frozen=True)
class Range:
    """A parameter that is not derived. Distances along it are in *range units*: its width is 1."""

    parameter: Parameter

    @property
    def name(self) -> str:
        return self.parameter.name

    @property
    def low(self) -> float:
        return self.parameter.low

    @property
    def high(self) -> float:
        return self.parameter.high

    @property
    def base(self) -> float:
        return self.parameter.base

    @property
    def label(self) -> str:
        """What it is called in a sentence."""
        return self.parameter.title or self.name.replace("_", " ")

    @property
    def varies(self) -> bool:
        return self.parameter.free and self.high > self.low

    @property
    def logarithmic(self) -> bool:
        return self.parameter.distribution == "loguniform"

    @property
    def values(self) -> Floats | None:
        """The allowed values in ascending order where there are only some; else None."""
        shape = self.parameter.shape
        return (
            np.sort(np.asarray(shape[: len(shape) // 2]))
            if self.parameter.distribution == "discrete"
            else None
        )

    def position(self, x: Floats | float) -> Floats:
        """Where ``x`` lies: 0 at the low end, 1 at the high end; on the log scale for a log-uniform range."""
        x = np.asarray(x, dtype=np.float64)
        if not self.varies:
            return np.zeros(x.shape)
        if self.logarithmic:
            return np.log(x / self.low) / np.log(self.high / self.low)
        return (x - self.low) / (self.high - self.low)

    def at(self, z: Floats | float) -> Floats:
        """The value at position ``z``, cut off at the ends; of a discrete range the allowed value that is nearest."""
        z = np.clip(np.asarray(z, dtype=np.float64), 0.0, 1.0)
        if not self.varies:
            return np.full(z.shape, self.base)
        if self.logarithmic:
            return np.clip(self.low * np.exp(z * np.log(self.high / self.low)), self.low, self.high)
        x = np.clip(self.low + z * (self.high - self.low), self.low, self.high)
        values = self.values
        return x if values is None else values[np.abs(x[..., None] - values).argmin(axis=-1)]

    def rounded(self, x: float) -> float:
        """``x`` to two significant digits, more or fewer where that would be coarser than 5 % or finer than 1 % of the range."""
        width = abs(x) if self.logarithmic else self.high - self.low
        if width <= 0 or not np.isfinite(x):
            return float(x)
        coarse, fine = (int(np.ceil(-np.log10(share * width))) for share in (0.05, 0.01))
        digits = 1 - int(np.floor(np.log10(abs(x)))) if x else coarse
        return float(round(x, min(max(digits, coarse), fine))) + 0.0
