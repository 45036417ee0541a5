"""Boxes in the space of parameters: at most a few parameters restricted to an interval, and how well that says a thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.explore.ranges import Bools, Floats

DENSE = 0.9  # density below which a rule loses merit
LEAST_COVERAGE = 0.25

Limits = dict[int, tuple[float, float]]  # column -> (low, high); an open side is -inf or inf


@dataclass(frozen=True)
class Score:
    """A box against cases: ``inside`` draws in the box, ``hits`` cases in it, ``cases`` of ``n`` in all."""

    inside: int
    hits: int
    cases: int
    n: int

    @property
    def coverage(self) -> float:
        return self.hits / self.cases if self.cases else 0.0

    @property
    def density(self) -> float:
        return self.hits / self.inside if self.inside else 0.0

    @property
    def agreement(self) -> float:
        """Matthews' correlation of "in the box" with "is a case": 1 exactly right, 0 no better than chance."""
        a, b, c = float(self.hits), float(self.inside - self.hits), float(self.cases - self.hits)
        d = self.n - a - b - c
        below = (a + b) * (a + c) * (d + b) * (d + c)
        return (a * d - b * c) / below**0.5 if below > 0 else 0.0

    @property
    def merit(self) -> float:
        """What a rule is chosen by: agreement, less what its density lacks of `DENSE`; a box with few of the cases is out.

        A reader takes "holds if RULE" to mean that it holds there, so a rule that is often wrong is worth less than one
        that leaves out some places where the claim holds too.
        """
        return self.agreement - max(0.0, DENSE - self.density) - (self.coverage < LEAST_COVERAGE)


def inside(limits: Limits, x: Floats) -> Bools:
    """[draw] which rows of ``x`` [draw, column] lie in the box; its ends belong to it."""
    keep = np.ones(len(x), dtype=bool)
    for column, (low, high) in limits.items():
        keep &= (x[:, column] >= low) & (x[:, column] <= high)
    return keep


def score(limits: Limits, x: Floats, y: Bools) -> Score:
    """Count a box on draws ``x`` [draw, column] with cases ``y`` [draw]."""
    kept = inside(limits, x)
    return Score(int(kept.sum()), int((kept & y).sum()), int(y.sum()), len(y))


def polished(limits: Limits, x: Floats, y: Bools, rounds: int = 4) -> Limits:
    """Move every end of the box, one parameter at a time, to where its merit is largest.

    All pairs (low, high) of one parameter that cut the draws differently are considered at once, through the identity
    that, with the other limits held, hits and draws in an interval are differences of cumulative counts.
    """
    best = dict(limits)
    for _ in range(rounds):
        before = dict(best)
        for column in limits:
            others = {k: v for k, v in best.items() if k != column}
            best[column] = _best_interval(x[:, column], y, inside(others, x))
        if best == before:
            break
    return {k: v for k, v in best.items() if v != (-np.inf, np.inf)}


def _best_interval(values: Floats, y: Bools, kept: Bools, most: int = 160) -> tuple[float, float]:
    """The interval of one parameter with the largest merit, the other limits held (``kept``)."""
    order = np.argsort(values[kept], kind="stable")
    v, h = values[kept][order], y[kept][order]
    if len(v) < 2:
        return -np.inf, np.inf
    places = np.flatnonzero(np.diff(v) > 0) + 1  # cuts between different values
    # only cuts where the answer changes can be best; thin them when there are many
    answers = np.flatnonzero(h[1:] != h[:-1]) + 1
    places = np.intersect1d(places, answers)
    if len(places) > most:
        places = places[np.unique(np.linspace(0, len(places) - 1, most).astype(int))]
    cuts = np.concatenate([[0], places, [len(v)]])
    hits = np.concatenate([[0], np.cumsum(h)])[cuts]
    a = hits[None, :] - hits[:, None]  # [low cut, high cut]
    m = (cuts[None, :] - cuts[:, None]).astype(float)
    cases, n = float(y.sum()), float(len(y))
    below = m * (n - m) * cases * (n - cases)
    with np.errstate(divide="ignore", invalid="ignore"):
        agreement = np.where(below > 0, (a * n - m * cases) / np.sqrt(below), 0.0)
        value = agreement - np.maximum(0.0, DENSE - a / m) - (a < LEAST_COVERAGE * cases)
    value[m <= 0] = -np.inf
    i, j = np.unravel_index(int(np.argmax(value)), value.shape)
    if not np.isfinite(value[i, j]):
        return -np.inf, np.inf
    low = -np.inf if i == 0 else float((v[cuts[i] - 1] + v[cuts[i]]) / 2)
    high = np.inf if j == len(cuts) - 1 else float((v[cuts[j] - 1] + v[cuts[j]]) / 2)
    return low, high
