"""The likelihood of offers and answers by coefficient, and the climb to its top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.estimate.bargaining.offers import R1, R2, T1, T2, Curved, Played, curved
from detente.estimate.climb import Top, climb
from detente.estimate.formulas import Index
from detente.game.tree import Floats

RESERVATIONS, SCALES = ("R1", "R2"), ("s1", "s2")
_STEPS = 200
_SCALE = 150.0  # the largest logarithm of a scale: its square has a floating point


@dataclass(frozen=True, eq=False)
class Model:
    """Indices of R1 and R2 (those without one are ``fixed``), and the scales that are fixed. Coefficients: R1, R2, log s1, log s2."""

    indices: Sequence[Index]
    fixed: Mapping[str, float]  # R1, R2, s1, s2
    least: float
    most: float

    @property
    def free(self) -> list[str]:
        """Scales that are estimated."""
        return [s for s in SCALES if s not in self.fixed]

    @property
    def names(self) -> list[str]:
        told = [f"{i.parameter}: {t}" for i in self.indices for t in i.terms]
        return told + [f"log {s}: (Intercept)" for s in self.free]

    @property
    def owners(self) -> list[int]:
        """Which of R1, R2, log s1 and log s2 each coefficient is of."""
        told = [RESERVATIONS.index(i.parameter) for i in self.indices for _ in i.terms]
        return told + [(T1, T2)[SCALES.index(s)] for s in self.free]

    def drawn(self, theta: Floats, matrices: Sequence[Floats]) -> tuple[Floats, Floats, float, float]:
        """R1 [row], R2 [row], log s1, log s2."""
        rows, at, values = len(matrices[0]), 0, {}
        for i, matrix in zip(self.indices, matrices, strict=True):
            values[i.parameter] = matrix @ theta[at : at + len(i.terms)]
            at += len(i.terms)
        for s in SCALES:
            if s in self.fixed:
                values[s] = float(np.log(self.fixed[s]))
            else:
                values[s], at = theta[at], at + 1
        for r in RESERVATIONS:
            if r in self.fixed:
                values[r] = np.full(rows, self.fixed[r])
        return values["R1"], values["R2"], values["s1"], values["s2"]


@dataclass(frozen=True, eq=False)
class Observed:
    """A model and the plays that it is fitted to."""

    model: Model
    played: Played

    @property
    def columns(self) -> Floats:
        """What each coefficient multiplies [row, coefficient]; of a scale, 1."""
        ones = np.ones((len(self.played.offer), len(self.model.free)))
        return np.hstack([*(i.matrix for i in self.model.indices), ones])

    def at(self, theta: Floats) -> Curved:
        return curved(self.played, *self.model.drawn(theta, [i.matrix for i in self.model.indices]))

    def likelihood(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and scores [row, coefficient]; minus infinity where a scale has no floating point."""
        columns, matrices = self.columns, [i.matrix for i in self.model.indices]
        r1, r2, t1, t2 = self.model.drawn(theta, matrices)
        if max(abs(t1), abs(t2)) > _SCALE:
            return -np.inf, np.zeros_like(columns)
        here = curved(self.played, r1, r2, t1, t2)
        return float(here.log.sum()), here.slope[:, self.model.owners] * columns

    def information(self, theta: Floats) -> Floats:
        """Minus the Hessian [coefficient, coefficient], exact."""
        owners, columns = self.model.owners, self.columns
        bend = self.at(theta).bend[:, owners][:, :, owners]
        return -np.einsum("rij,ri,rj->ij", bend, columns, columns)

    @property
    def unit(self) -> Floats:
        """Size of each column over the range of offers: coefficients times this are shares of the range, of order 1."""
        size = np.sqrt((self.columns**2).mean(axis=0))
        size[size == 0] = 1.0
        return size / np.where(np.isin(self.model.owners, (R1, R2)), self.model.most - self.model.least, 1.0)


def top_of(seen: Observed) -> Top:
    """The maximum above a start from least squares, in the user's units. Fixed scales that are small are come down to by halves."""
    model, played = seen.model, seen.played
    unit, wide = seen.unit, model.most - model.least
    goal = {s: model.fixed[s] for s in SCALES if s in model.fixed}
    scales = {s: max(goal.get(s, wide / 2), wide / 2) for s in SCALES}
    theta = _start(seen, scales)
    while True:
        held = {**model.fixed, **{s: scales[s] for s in goal}}
        there = Observed(Model(model.indices, held, model.least, model.most), played)

        def likelihood(x: Floats, there: Observed = there) -> tuple[float, Floats]:
            value, scores = there.likelihood(x / unit)
            return value, scores / unit

        def information(x: Floats, there: Observed = there) -> Floats:
            return there.information(x / unit) / np.outer(unit, unit)

        last = all(scales[s] == goal[s] for s in goal)
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far is halved, whatever its slope is
            found = climb(likelihood, information, theta * unit, most=_STEPS if last else 20)
        theta = found.theta / unit
        if last:
            return Top(theta, found.log_likelihood, found.scores * unit, found.information * np.outer(unit, unit),
                       found.iterations, found.reason)  # fmt: skip
        scales = {s: max(goal.get(s, 0.0), scales[s] / 2) for s in SCALES}


def _start(seen: Observed, scales: Mapping[str, float]) -> Floats:
    """R2 where offers are, R1 where the offer then is the best one without an error."""
    y, s2, model = seen.played.offer, scales["s2"], seen.model
    r2, parts = np.full(len(y), model.fixed.get("R2", 0.0)), {}
    matrices = {i.parameter: i.matrix for i in model.indices}
    if "R2" in matrices:
        parts["R2"] = np.linalg.lstsq(matrices["R2"], y, rcond=None)[0]
        r2 = matrices["R2"] @ parts["R2"]
    if "R1" in matrices:
        left = model.most - y - s2 * (1 + np.exp(np.minimum((y - r2) / s2, 3.0)))
        parts["R1"] = np.linalg.lstsq(matrices["R1"], left, rcond=None)[0]
    told = [parts[i.parameter] for i in model.indices]
    return np.concatenate([*told, [np.log(scales[s]) for s in model.free]])
