"""Predicted probabilities of outcomes and what a change of a column does to them, with intervals.

Delta method: exact slopes of the probabilities and the covariance of the coefficients. Simulation: coefficients drawn from their
asymptotic normal (King, Tomz and Wittenberg 2000, American Journal of Political Science 44:347-361). Averages over the rows as
observed instead of one made-up row: Hanmer and Kalkan 2013, American Journal of Political Science 57:263-277.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import norm

from detente.errors import BadInput, DataError, Where
from detente.estimate.bootstrap import check_level
from detente.estimate.formulas import again
from detente.estimate.study import Study
from detente.game.tree import Floats

MAX_DRAWS = 100_000
_CHUNK = 50_000  # rows walked at a time
_CATEGORY = re.compile(r"\bC\(\s*(`[^`]+`|\w+)")


@dataclass(frozen=True)
class Interval:
    """A number with its standard error and interval."""

    estimate: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Effects:
    """Probabilities by outcome, and with a change those after it and the differences."""

    at: Mapping[str, Any]  # the values that columns were set to, before the change
    over: str
    probability: Mapping[str, Interval]
    changed: Mapping[str, Interval] | None
    difference: Mapping[str, Interval] | None
    method: str
    level: float


def effects(
    study: Study,
    at: Mapping[str, Any] | None = None,
    change: Mapping[str, tuple[Any, Any]] | None = None,
    *,
    over: Literal["profile", "rows"] = "profile",
    method: Literal["delta", "simulation"] = "delta",
    level: float = 0.95,
    draws: int = 2000,
    seed: int = 0,
) -> Effects:
    """Probabilities where columns have the values ``at``, and first differences as columns go ``from`` one value ``to`` another.

    ``over`` "profile": one row, columns that are not named at their mean, or, where they are categories or 0 and 1, at the most
    frequent value (the first of several). "rows": every row of the data with the columns that are named set, averaged. Rows that
    hold counts weigh as many times as they hold plays, so that they say what their plays one by one would.
    ``method`` "delta": symmetric normal intervals, which may leave 0 to 1; "simulation": shares of ``draws`` draws from the
    asymptotic normal, around the estimate of the fit. Both take the covariance that the fit has, and columns as given.

    Raises BadInput for columns of which no formula speaks, words and sizes; DataError for categories that the data do not have.
    """
    at, change = dict(at or {}), dict(change or {})
    check_level(level)
    _check(study, at, change, over, method, draws)
    start = {**at, **{name: pair[0] for name, pair in change.items()}}
    frame, told = _rows(study, start, over)
    frames = [frame]
    if change:
        frames.append(frame.assign(**{name: pair[1] for name, pair in change.items()}))
    matrices = [_matrices(study, f) for f in frames]
    if method == "delta":
        points, errors = _delta(study, matrices)
        wide = norm.ppf(0.5 + level / 2) * errors
        low, high = points - wide, points + wide
    else:
        points = _with_difference(np.stack([_slopes(study, study.fit.top.theta, m)[0] for m in matrices]))
        drawn = _simulated(study, matrices, draws, seed)
        errors = drawn.std(axis=0, ddof=1)
        low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    found = [
        {name: Interval(*map(float, (points[k, o], errors[k, o], low[k, o], high[k, o])))
         for o, name in enumerate(study.fit.outcomes)}
        for k in range(len(points))
    ]  # fmt: skip
    after, difference = (found[1], found[2]) if change else (None, None)
    return Effects(told, over, found[0], after, difference, method, level)


def _check(
    study: Study, at: Mapping[str, Any], change: Mapping[str, Any], over: str, method: str, draws: int
) -> None:
    for word, known, field in (
        (over, ("profile", "rows"), "over"),
        (method, ("delta", "simulation"), "method"),
    ):
        if word not in known:
            raise BadInput("there is no such choice", where=Where(field=field), found=word, allowed=known)
    if not 2 <= draws <= MAX_DRAWS:
        raise BadInput(
            "so many draws cannot be made",
            where=Where(field="draws"),
            found=draws,
            allowed=f"2 to {MAX_DRAWS}",
        )
    for field, given in (("at", at), ("change", change)):
        for name in given:
            if name not in study.columns:
                raise BadInput(
                    "no formula speaks of this column",
                    where=Where(field=field),
                    found=name,
                    allowed=study.columns,
                )
    for name, pair in change.items():
        if name in at:
            raise BadInput("a column is either set or changed", where=Where(field="change"), found=name)
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
            raise BadInput(
                "a change is a pair, from and to", where=Where(field=f"change, {name}"), found=pair
            )
    values = [*at.items(), *((name, value) for name, pair in change.items() for value in pair)]
    categories = _categories(study)
    for name, value in values:
        known = study.frame[name]
        if known.dtype.kind in "iufb" and name not in categories:
            if isinstance(value, str) or not np.isfinite(value):
                raise BadInput("this column holds numbers", where=Where(field=name), found=value)
        elif value not in set(known):
            raise DataError("the data do not have this category", where=Where(field=name), found=value,
                            allowed=sorted(map(str, set(known))))  # fmt: skip


def _categories(study: Study) -> set[str]:
    """Columns that a formula takes as categories, numbers as they may be."""
    found = (m for i in study.fit.model.indices for m in _CATEGORY.findall(i.formula))
    return {name.strip("`") for name in found}


def _rows(study: Study, given: Mapping[str, Any], over: str) -> tuple[Any, Mapping[str, Any]]:
    frame = study.frame[study.columns]
    if over == "rows":
        return frame.assign(**given), given
    categories = _categories(study)
    told = {
        name: given[name] if name in given else _typical(frame[name], name in categories, _weights(study))
        for name in study.columns
    }
    return frame.iloc[:1].assign(**told), told


def _weights(study: Study) -> Floats:
    """The share of each row in all plays [row]."""
    plays = study.seen.counts.sum(axis=1)
    return plays / plays.sum()


def _typical(column: Any, category: bool, weights: Floats) -> Any:
    """The mean of numbers; the most frequent of categories and of 0 and 1, the first in order of several."""
    if not category and column.dtype.kind in "iuf" and not set(column.unique()) <= {0, 1}:
        return float(np.asarray(column, float) @ weights)
    values = sorted(set(column))
    return values[int(np.argmax([weights[np.asarray(column == value, bool)].sum() for value in values]))]


def _matrices(study: Study, frame: Any) -> list[Floats]:
    return [again(i, frame) for i in study.fit.model.indices]


def _slopes(study: Study, theta: Floats, matrices: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Mean probabilities [outcome] and their slopes by coefficient [outcome, coefficient]."""
    model = study.fit.model
    log, slope = model.events(model.drawn(theta, matrices), study.fit.ends)
    p = np.exp(log)
    weights = _weights(study) if p.shape[1] == study.fit.rows else np.full(p.shape[1], 1 / p.shape[1])
    by = [np.einsum("r,or,or,rt->ot", weights, p, slope[:, :, k], m) for k, m in enumerate(matrices)]
    return p @ weights, np.hstack(by)


def _with_difference(points: Floats) -> Floats:
    """[scenario, ...] with the second minus the first as a third."""
    return np.concatenate([points, points[1:] - points[:1]]) if len(points) == 2 else points


def _delta(study: Study, matrices: Sequence[Sequence[Floats]]) -> tuple[Floats, Floats]:
    both = [_slopes(study, study.fit.top.theta, m) for m in matrices]
    points = _with_difference(np.stack([p for p, _ in both]))
    slopes = _with_difference(np.stack([s for _, s in both]))
    variance = np.einsum("koc,cd,kod->ko", slopes, study.fit.cov_params(), slopes)
    return points, np.sqrt(np.maximum(0.0, variance))


def _simulated(study: Study, matrices: Sequence[Sequence[Floats]], draws: int, seed: int) -> Floats:
    """[draw, scenario, outcome], many draws in one walk."""
    rng, model = np.random.default_rng(seed), study.fit.model
    size, axes = np.linalg.eigh(study.fit.cov_params())
    spread = axes * np.sqrt(np.maximum(0.0, size))
    thetas = study.fit.top.theta + rng.normal(size=(draws, len(size))) @ spread.T
    rows, cuts = len(matrices[0][0]), model.cuts
    weights = _weights(study) if rows == study.fit.rows else np.full(rows, 1 / rows)
    step = max(1, _CHUNK // rows)
    out: list[Floats] = []
    for first in range(0, draws, step):
        part = thetas[first : first + step]
        means = []
        for scenario in matrices:
            drawn = np.stack(
                [(part[:, a:b] @ m.T).ravel() for m, a, b in zip(scenario, cuts, cuts[1:], strict=False)]
            )
            log, _ = model.events(drawn, study.fit.ends)
            means.append(np.exp(log).reshape(len(log), len(part), rows) @ weights)
        out.append(_with_difference(np.stack(means)).transpose(2, 0, 1))
    return np.concatenate(out)
