"""Two-step pseudo-likelihood and nested pseudo-likelihood for any game whose replies to beliefs are known (`Replies`).

How it is used, beliefs being log-odds [belief, row]:

    played = Played(replies, indices, fixed, ends, counts)           # detente.estimate.pseudo.played
    first = first_stage(played, formula=None, frame=None)            # detente.estimate.pseudo.first_stage, or
    first = given(played, {"answer > resist": column}, covariance=None)
    two = two_step(played, first)                                    # PL
    end = nested(played, first.beliefs, following=None)              # NPL: its fixed point, by Newton's method
    ends = search(played, [beliefs, ...], following=None)            # several, that of the highest pseudo-likelihood first
    two.covariance("expected"); two.covariance("clustered", clusters)    # detente.estimate.pseudo.covariance lists the kinds
    two.influence                                                    # [row, coefficient], what the robust kinds are made of
    end.radius, two.in_equilibrium()                                 # of the rounds; log-likelihood in equilibrium, or None
    path = iterate(played, beliefs)                                  # detente.estimate.pseudo.iteration: the classical rounds
    draws, failed = resampled(two, 200, seed=1)                      # detente.estimate.pseudo.resamples: both steps again
    theta = again(two, weight)                                       # one of them, rows counted ``weight`` [row] times

``following`` is `lambda numbers: principal(replies, numbers).beliefs` of detente.estimate.branch. "expected" is the kind to take
where the model is believed, "sandwich" where it is not and rows are many. Everything is in the user's units.

two_step        max over coefficients of the likelihood at beliefs estimated before; no equilibrium is solved
nested          the score at fixed beliefs is 0 and beliefs are an equilibrium. The rounds of nested pseudo-likelihood end there
                where they end at all (`radius` below 1); Newton's method needs no such thing

Hotz and Miller 1993, Review of Economic Studies 60:497-529; Aguirregabiria and Mira 2007, Econometrica 75:1-53; Kasahara and
Shimotsu 2012, Econometrica 80:2303-2319; Crisman-Cox and Gibilisco 2021, Political Science Research and Methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.special import expit

from detente.errors import DataError, Where
from detente.estimate.climb import climb
from detente.estimate.pseudo.covariance import (
    Kind,
    nested_covariance,
    nested_influence,
    two_step_covariance,
    two_step_influence,
)
from detente.estimate.pseudo.first_stage import FirstStage
from detente.estimate.pseudo.iteration import spectral_radius
from detente.estimate.pseudo.played import (
    Held,
    Played,
    Point,
    at,
    crossed,
    followed,
    held,
    held_at,
    settled,
)
from detente.estimate.replies.reply import Following
from detente.game.tree import Floats

FARTHEST = 0.1  # no belief's probability moves more in one step
_MOST = 200
_FLAT = 1e-8  # smallest curvature relative to the largest
_AWAY = 200.0  # size of a coefficient, columns being of order 1
_LOOSE = (
    1e-5  # largest score, by the root of the rows, at which a climb that finds no higher step has arrived
)
_QUICK = 0.03  # share of a step that the next one is, at which the second derivatives will do for it too
_NEAR = 1.0  # expected gain of log-likelihood below which the exact Hessian replaces the expected information


@dataclass(frozen=True, eq=False)
class Pseudo:
    """Coefficients where a first-order condition holds, with all that their covariance needs."""

    played: Played
    method: Literal["pl", "npl"]
    theta: Floats  # [coefficient]
    beliefs: Floats  # [belief, row]
    first: FirstStage | None  # of "pl"
    point: Point
    steps: int

    @property
    def log_likelihood(self) -> float:
        """At `beliefs`, the multinomial constant left out. Of "pl" it is no equilibrium's."""
        return float(self.point.value.sum())

    @property
    def score(self) -> float:
        """The largest entry of the summed score, in units in which columns are of order 1."""
        return float(np.abs(self.point.score.sum(axis=0) / self.played.unit).max())

    @cached_property
    def information(self) -> Floats:
        """Minus the Hessian with beliefs held fixed."""
        return -held(self.played, self.theta, self.beliefs)

    @cached_property
    def crossed(self) -> Floats:
        """How each row's score moves with its beliefs [belief, row, coefficient]."""
        return crossed(self.played, self.theta, self.beliefs)

    @cached_property
    def bread(self) -> Floats:
        """Minus the derivative of the score as beliefs follow their equilibrium; not symmetric. Of "npl"."""
        return -followed(self.played, self.theta, self.beliefs, along(self.point, len(self.played.indices)))

    @cached_property
    def radius(self) -> float:
        """Of the rounds of nested pseudo-likelihood at these beliefs; they come back here from nearby where it is below 1."""
        return spectral_radius(self.played, self.point, self.information, self.crossed)

    @cached_property
    def influence(self) -> Floats:
        """How much each row moves the coefficients [row, coefficient]: the derivative of the estimate by the row's weight. Raises
        BadInput for beliefs given with a covariance, for how rows move these is not known."""
        if self.method == "npl":
            return nested_influence(self.point, self.bread)
        assert self.first is not None
        return two_step_influence(self.point, self.first, self.information, lambda: self.crossed)

    def covariance(self, kind: Kind, clusters: np.ndarray | None = None) -> Floats:
        """[coefficient, coefficient] of a kind that `detente.estimate.pseudo.covariance` tells of. Raises BadInput."""
        if self.method == "pl":
            assert self.first is not None
            return two_step_covariance(
                self.played, self.point, self.first, lambda: self.information, lambda: self.crossed, kind, clusters
            )  # fmt: skip
        return nested_covariance(self.played, self.point, lambda: self.bread, kind, clusters)

    def in_equilibrium(self) -> float | None:
        """The log-likelihood of the equilibrium near `beliefs` at these coefficients; None where none is found from there."""
        try:
            beliefs = settled(self.played, self.theta, self.beliefs)
        except DataError:
            return None
        return float(at(self.played, self.theta, beliefs).value.sum())


def along(point: Point, count: int) -> Floats:
    """How equilibrium beliefs move with parameters [belief, row, parameter]: (I - J)^-1 of the replies' own slopes.
    Raises DataError at a fold."""
    own, by = (point.d_reply[:, :, part].transpose(1, 0, 2) for part in (slice(count, None), slice(0, count)))
    try:
        return np.asarray(np.linalg.solve(np.eye(own.shape[1]) - own, by), np.float64).transpose(1, 0, 2)
    except np.linalg.LinAlgError:
        raise DataError("two equilibria meet here, so beliefs have no slope") from None


def two_step(played: Played, first: FirstStage, start: Floats | None = None) -> Pseudo:
    """Pseudo-likelihood at the beliefs of a first stage, climbed from ``start`` (zeros). Raises DataError."""
    theta, steps = climbed(played, first.beliefs, start)
    found = Pseudo(played, "pl", theta, first.beliefs, first, at(played, theta, first.beliefs), steps)
    _bounded(played, theta, found.information / np.outer(played.unit, played.unit))
    return found


def climbed(played: Played, beliefs: Floats, start: Floats | None = None) -> tuple[Floats, int]:
    """The coefficients of the highest likelihood at fixed beliefs above ``start``, and the steps to there. Raises DataError."""
    unit, last = played.unit, {}

    def look(theta: Floats) -> Held:
        key = theta.tobytes()
        if key not in last:
            last.clear()
            last[key] = held_at(played, theta / unit, beliefs)
        return last[key]

    def likelihood(theta: Floats) -> tuple[float, Floats]:
        found = look(theta)
        return found.value, found.score / unit

    def information(theta: Floats) -> Floats:
        found = look(theta)
        expected, score = found.expected / np.outer(unit, unit), found.score.sum(axis=0) / unit
        if score @ np.linalg.lstsq(expected, score, rcond=1e-10)[0] > _NEAR:
            return expected  # never indefinite, and needs no second derivatives
        return -held(played, theta / unit, beliefs) / np.outer(unit, unit)

    first = np.zeros(len(unit)) if start is None else np.asarray(start, float) * unit
    top = climb(likelihood, information, first)
    if top.reason == "iterations" or top.score > _LOOSE * np.sqrt(len(played.counts)):
        _bounded(played, top.theta / unit, top.information)
        raise DataError("the climb did not come to an end", found=f"score {top.score:.1e}")
    return top.theta / unit, top.iterations


def nested(
    played: Played, beliefs: Floats, start: Floats | None = None, following: Following | None = None
) -> Pseudo:
    """The fixed point of nested pseudo-likelihood that Newton's method reaches from ``beliefs`` [belief, row] and coefficients
    ``start`` (by default those of two steps at ``beliefs``).

    ``following``: equilibrium beliefs from the numbers of the tree, where the branch near ``beliefs`` is lost at the start. Not a
    maximum, nor the only such point: see `search`. Raises DataError.
    """
    theta = climbed(played, beliefs, start)[0] if start is None else np.asarray(start, float)
    now = _equilibrium(played, theta, beliefs, following)
    unit, count = played.unit, len(played.indices)
    limit, last = 1e-8 * np.sqrt(len(played.counts)), False
    slope: Floats | None = None
    for steps in range(_MOST):
        here = at(played, theta, now)
        moves = along(here, count)
        total = here.score.sum(axis=0) / unit
        if slope is None:
            slope = followed(played, theta, now, moves) / np.outer(unit, unit)
        try:
            move = np.linalg.solve(-slope, total)
        except np.linalg.LinAlgError:
            raise DataError("these coefficients are not identified in equilibrium") from None
        arrived = np.abs(total).max() <= limit
        if arrived and (last or np.abs(move).max() < 1e-9):
            _bounded(played, theta, -slope)
            return Pseudo(played, "npl", theta, now, None, here, steps)
        last = bool(arrived)  # one more step beyond the bound: ridges make the score alone blind
        by_row = np.stack(
            [played.design[:, played.column == k] @ (move / unit)[played.column == k] for k in range(count)]
        )
        drift = np.einsum("brk,kr->br", moves, by_row)
        steep = expit(now) * expit(-now)  # the slope of a probability by its log-odds
        length = min(1.0, FARTHEST / max(float((np.abs(drift) * steep).max(initial=0.0)), 1e-300))
        best: tuple[float, Floats, Floats] | None = None
        for _ in range(12):
            further = theta + length * move / unit
            with suppress(DataError):
                there = settled(played, further, now + length * drift)
                left = at(played, further, there).score.sum(axis=0) / unit
                ratio = float(np.linalg.norm(np.linalg.solve(slope, left)) / np.linalg.norm(move))
                if best is None or ratio < best[0]:
                    best = ratio, further, there
                if ratio < 1 - length / 4 or last:
                    break
            length /= 2
        if best is None:
            raise DataError("no step leads on", found=f"score {np.abs(total).max():.1e}")
        ratio, theta, now = best
        if ratio > _QUICK:
            slope = None
    raise DataError("the score did not come to 0", found=f"after {_MOST} steps")


def _bounded(played: Played, theta: Floats, information: Floats) -> None:
    """Raises DataError where a coefficient ran away or nothing holds it; ``information`` in units in which columns are of order 1."""
    far, size = np.abs(theta * played.unit), np.linalg.svd(information, compute_uv=False)
    if size[-1] > _FLAT * size[0] and far.max() < _AWAY:
        return
    _, _, axes = np.linalg.svd(information)
    loose = np.abs(axes[-1]) if size[-1] <= _FLAT * size[0] else far
    named = [
        f"{n} at {t:.3g}" for n, t, w in zip(played.names, theta, loose, strict=True) if w > loose.max() / 10
    ]
    raise DataError("no maximum: the likelihood is flat, or rises for ever as when a column predicts an outcome perfectly",
                    where=Where(field="formulas"), found=", ".join(named), allowed="fewer terms")  # fmt: skip


def _equilibrium(played: Played, theta: Floats, beliefs: Floats, following: Following | None) -> Floats:
    """Near ``beliefs``; else after damped rounds of replies; else where ``following`` leads."""
    with suppress(DataError):
        return settled(played, theta, beliefs)
    numbers, _ = played.numbers(played.drawn(theta))
    now = beliefs
    for _ in range(60):
        now = (now + played.replies(numbers, now).reply) / 2
    try:
        return settled(played, theta, now)
    except DataError:
        if following is None:
            raise
    return settled(played, theta, following(numbers))


def search(
    played: Played, starts: Sequence[Floats], following: Following | None = None, same: float = 1e-5
) -> list[Pseudo]:
    """The fixed points reached from several beliefs [belief, row], that of the highest pseudo-likelihood first: the estimator as
    Aguirregabiria and Mira define it, as far as these starts tell.

    Each is told once: coefficients within ``same``, in units in which columns are of order 1. Raises DataError where none is reached.
    """
    found: list[Pseudo] = []
    problems: list[str] = []
    for beliefs in starts:
        try:
            one = nested(played, beliefs, following=following)
        except (DataError, np.linalg.LinAlgError) as problem:
            problems.append(str(problem))
            continue
        if all(np.abs((one.theta - other.theta) * played.unit).max() > same for other in found):
            found.append(one)
    if not found:
        raise DataError(
            "no fixed point of nested pseudo-likelihood is reached",
            found=f"{len(starts)} starts; from the first: {(problems or ['no start'])[0]}",
        )
    return sorted(found, key=lambda one: -one.log_likelihood)
