"""Coefficients by each method, and how many equilibria there are at them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from detente.errors import BadInput, DataError
from detente.estimate.branch import principal
from detente.estimate.climb import Top
from detente.estimate.equilibria import Equilibria, search
from detente.estimate.likelihood import Observed
from detente.estimate.maximum import constrained, highest, random_starts
from detente.estimate.pseudo.estimators import Pseudo, two_step
from detente.estimate.pseudo.estimators import search as fixed_points
from detente.estimate.pseudo.first_stage import FirstStage, first_stage, given
from detente.estimate.pseudo.played import Played
from detente.game.tree import Floats

Method = Literal["ml", "cmle", "pl", "npl"]
METHODS = ("ml", "cmle", "pl", "npl")
First = str | Mapping[str, str] | None


@dataclass(frozen=True, eq=False)
class Estimated:
    """What a method found."""

    seen: Observed  # of "cmle" with the equilibrium of each row
    top: Top
    equilibria: Equilibria | None  # None where none was sought
    starts: tuple[float, ...]  # log-likelihood reached from each, NaN where none was
    pseudo: Pseudo | None  # of "pl" and "npl"


def estimated(
    seen: Observed, frame: Any, method: Method, first: First, starts: int, looks: int, seed: int
) -> Estimated:
    """By ``method`` from ``starts`` places; see `fit`. Raises DataError."""
    model = seen.model
    if model.replies is None:
        begin = [np.zeros(len(model.names)), *random_starts(model, starts - 1, seed)]
        top, told = highest(seen, begin)
        return Estimated(seen, top, None, told, None)
    played = Played(model.replies, model.indices, model.fixed, seen.ends, seen.counts)
    if method in ("pl", "npl"):
        return _by_pseudo(seen, played, frame, method, first, starts, looks, seed)
    begin = [
        *_two_step(played, frame, first),
        np.zeros(len(model.names)),
        *random_starts(model, starts, seed),
    ]
    top, told = highest(seen, begin[:starts])
    if method == "ml":
        return Estimated(seen, top, _others(seen, top.theta, looks, seed), told, None)
    found = constrained(seen, top.theta, _beliefs(seen, top.theta), looks, seed)
    reached = [*told, found[0].log_likelihood]
    for one in _nested(seen, played, frame, first, starts, seed):
        try:
            other = constrained(seen, one.theta, one.beliefs, looks, seed)
        except (DataError, np.linalg.LinAlgError):
            reached.append(float("nan"))
            continue
        reached.append(other[0].log_likelihood)
        if other[0].log_likelihood > found[0].log_likelihood + 1e-9:
            found = other
    return Estimated(found[1], found[0], found[2] if looks else None, tuple(reached), None)


def _by_pseudo(
    seen: Observed,
    played: Played,
    frame: Any,
    method: Method,
    first: First,
    starts: int,
    looks: int,
    seed: int,
) -> Estimated:
    if method == "pl":
        found, told = two_step(played, _first(played, frame, first)), ()
    else:
        begin = _begin(seen, played, frame, first)
        places = [begin, *_random_beliefs(begin, starts - 1, seed)]
        ends = fixed_points(played, places, following=_following(played))
        found, told = ends[0], tuple(one.log_likelihood for one in ends)
    top = Top(found.theta, found.log_likelihood, found.point.score, found.information, found.steps, "score")
    return Estimated(seen, top, _others(seen, top.theta, looks, seed), told, found)


def _first(played: Played, frame: Any, first: First) -> FirstStage:
    if isinstance(first, Mapping):
        return given(played, {name: np.asarray(frame[column], float) for name, column in first.items()})
    return first_stage(played, formula=first, frame=frame)


def _begin(seen: Observed, played: Played, frame: Any, first: First) -> Floats:
    """Beliefs to start the nested estimator from: of the first stage, or equilibrium at coefficients of 0 where outcomes do not tell
    who did what."""
    if first is None:
        with suppress(DataError):
            return _first(played, frame, None).beliefs
        return _beliefs(seen, np.zeros(len(seen.model.names)))
    return _first(played, frame, first).beliefs


def _two_step(played: Played, frame: Any, first: First) -> list[Floats]:
    """The two-step estimate, where there is one."""
    with suppress(DataError, BadInput, np.linalg.LinAlgError):
        return [two_step(played, _first(played, frame, first)).theta]
    return []


def _nested(seen: Observed, played: Played, frame: Any, first: First, starts: int, seed: int) -> list[Pseudo]:
    """The fixed points of nested pseudo-likelihood that are reached."""
    with suppress(DataError, BadInput, np.linalg.LinAlgError):
        begin = _begin(seen, played, frame, first)
        return fixed_points(
            played, [begin, *_random_beliefs(begin, starts - 1, seed)], following=_following(played)
        )
    return []


def _random_beliefs(like: Floats, count: int, seed: int) -> list[Floats]:
    rng = np.random.default_rng(seed)
    return [like + rng.normal(size=(len(like), 1)) for _ in range(count)]


def _following(played: Played):
    return lambda numbers: principal(played.replies, numbers).beliefs


def _beliefs(seen: Observed, theta: Floats) -> Floats:
    return seen.model.beliefs(seen.model.drawn(theta, [i.matrix for i in seen.model.indices]))


def _others(seen: Observed, theta: Floats, looks: int, seed: int) -> Equilibria | None:
    """All equilibria found at an estimate."""
    model = seen.model
    if not looks or model.replies is None:
        return None
    drawn = model.drawn(theta, [i.matrix for i in model.indices])
    return search(model.replies, model.numbers(drawn)[0], looks, seed, model.beliefs(drawn))
