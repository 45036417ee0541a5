"""Fitting the ultimatum game to a table: what is called, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.bargaining.likelihood import RESERVATIONS, SCALES, Model, Observed, top_of
from detente.estimate.bargaining.offers import INSIDE, Played
from detente.estimate.bargaining.result import Bargained
from detente.estimate.climb import Top
from detente.estimate.covariance import Covariance, check_covariance, default_kind
from detente.estimate.data import complete, frame_of
from detente.estimate.formulas import Index, check_parameters, columns_of, index
from detente.game.tree import Floats

_SAME = 1e-9  # relative: a smaller direction of the columns is none
_FLAT = 1e-4  # least information, coefficients in units of the errors: standard errors of 100 of them


def fit_ultimatum(
    data: Any,
    formulas: Mapping[str, str | float],
    *,
    offer: str,
    accept: str | None = None,
    most: float,
    least: float = 0.0,
    scales: Mapping[str, float] | None = None,
    covariance: Covariance | None = None,
    clusters: str | None = None,
) -> Bargained:
    """Maximum likelihood estimates of the statistical ultimatum game (Ramsay and Signorino 2009, working paper).

    ``formulas``: R1 and R2, what the first and the second player have without a deal, each a linear index of columns ("1 + x") or a
    number. ``offer``: the column of offers, from ``least`` to ``most`` (the prize, in the same unit); offers at these bounds are
    censored. ``accept``: the column of answers, 1 accepted, 0 refused; None: not observed. ``scales``: {"s1": 5.0} fixes the scale of
    an error; the logarithms of the others are estimated ("log s1: (Intercept)"). ``covariance``, ``clusters``: as in `fit`.

    Raises BadInput and DataError: offers outside their bounds and answers other than 0 and 1 (with the row), columns that add
    up to the same, no maximum. Warns (`MissingRows`) of rows with missing values. Finds one maximum, above a start from least squares.
    """
    check_covariance(covariance, "ml")
    fixed = _fixed(formulas, scales or {}, least, most)
    frame = frame_of(data)
    frame.columns = known = list(map(str, frame.columns))
    used = []
    for field, name in (("offer", offer), ("accept", accept), ("clusters", clusters)):
        if name is not None and name not in known:
            raise BadInput("there is no such column", where=Where(field=field), found=name, allowed=known)
        used += [name] if name is not None else []
    told = {p: f for p in RESERVATIONS if isinstance(f := formulas[p], str)}
    for parameter, formula in told.items():
        used += columns_of(formula, known, Where(field=f"formulas, {parameter}"))
    whole = complete(frame, list(dict.fromkeys(used)))
    played = _played(whole, offer, accept, float(least), float(most))
    indices = [index(p, f, whole) for p, f in told.items()]
    for one in indices:
        _check_columns(one)
    seen = Observed(Model(indices, fixed, float(least), float(most)), played)
    if len(whole) <= len(seen.model.names):
        raise DataError(
            "fewer rows than coefficients", found=len(whole), allowed=f"more than {len(seen.model.names)}"
        )
    begun = perf_counter()
    top = top_of(seen)
    seconds = perf_counter() - begun
    _check_top(top, seen)
    group = None if clusters is None else np.asarray(whole[clusters].astype(str))
    kind = default_kind(covariance, "ml", clusters)
    found = Bargained(seen, top, len(whole), len(frame) - len(whole), kind, group, seconds)
    found.cov_params()  # says at once where there is none
    return found


def _fixed(
    formulas: Mapping[str, str | float], scales: Mapping[str, float], least: float, most: float
) -> dict[str, float]:
    """Reservations and scales that are numbers, checked."""
    check_parameters(formulas, RESERVATIONS)
    for name in RESERVATIONS:
        if name not in formulas:
            raise BadInput("both reservations are told, by a formula or a number", where=Where(field="formulas"),
                           found=list(formulas), allowed=RESERVATIONS)  # fmt: skip
    if not any(isinstance(f, str) for f in formulas.values()):
        raise BadInput(
            "nothing to estimate: both reservations are fixed",
            where=Where(field="formulas"),
            allowed="a formula",
        )
    out = {p: _number(f, p) for p, f in formulas.items() if not isinstance(f, str)}
    for name, value in scales.items():
        if name not in SCALES:
            raise BadInput("there is no such scale", where=Where(field="scales"), found=name, allowed=SCALES)
        out[name] = _number(value, name)
        if out[name] <= 0:
            raise BadInput(
                "the scale of an error is above 0", where=Where(field=f"scales, {name}"), found=value
            )
    for field, value in (("least", least), ("most", most)):
        _number(value, field)
    if not least < most:
        raise BadInput(
            "the least offer is below the most",
            where=Where(field="least"),
            found=least,
            allowed=f"below {most:g}",
        )
    return out


def _number(value: Any, field: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not math.isfinite(value):
        raise BadInput("this is no finite number", where=Where(field=field), found=value)
    return float(value)


def _played(frame: Any, offer: str, accept: str | None, least: float, most: float) -> Played:
    """Offers and answers, checked row by row."""
    given = _numbers(frame, offer)
    _refuse(frame, offer, given, (given < least) | (given > most), "an offer is outside its bounds",
            f"{least:g} to {most:g}")  # fmt: skip
    answers = None
    if accept is not None:
        answers = _numbers(frame, accept)
        _refuse(
            frame,
            accept,
            answers,
            (answers != 0) & (answers != 1),
            "an answer is 1, accepted, or 0, refused",
            "0, 1",
        )
    played = Played(given, answers, least, most)
    inside = given[played.where == INSIDE]
    if not len(inside):
        raise DataError("every offer is at a bound: how much more the players wanted is not to be seen", where=Where(field=offer),
                        found=f"{len(given)} offers", allowed="offers between the bounds")  # fmt: skip
    if len(inside) == len(given) and np.ptp(given) == 0:
        raise DataError(
            "every offer is the same", where=Where(field=offer), found=given[0], allowed="offers that vary"
        )
    return played


def _numbers(frame: Any, name: str) -> Floats:
    try:
        return np.asarray(frame[name], float)
    except (TypeError, ValueError):
        raise DataError(
            "this column holds no numbers", where=Where(field=name), found=frame[name].iloc[0]
        ) from None


def _refuse(frame: Any, name: str, values: Floats, bad: np.ndarray, problem: str, allowed: str) -> None:
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(problem, where=Where(field=f"{name}, row {int(frame.index[row]) + 1}"), found=values[row],
                        allowed=allowed)  # fmt: skip


def _check_columns(one: Index) -> None:
    """Raises DataError that names columns of one index that add up to nothing, or one that is 0 everywhere."""
    size = np.sqrt((one.matrix**2).mean(axis=0))
    where = Where(field=f"formulas, {one.parameter}")
    if not size.all():
        raise DataError(
            "not identified: a column is 0 everywhere", where=where, found=one.terms[int(np.argmin(size))]
        )
    _, found, axes = np.linalg.svd(one.matrix / size, full_matrices=True)
    if len(found) < len(size) or found[-1] <= _SAME * found[0]:
        loose = np.abs(axes[-1])
        part = [t for t, w in zip(one.terms, loose / loose.max(), strict=True) if w > 1e-4]
        raise DataError(f"not identified: columns of {one.parameter} add up to the same in every row", where=where,
                        found=" and ".join([", ".join(part[:-1]), part[-1]]), allowed="leave one of them out")  # fmt: skip


def _check_top(top: Top, seen: Observed) -> None:
    """Raises DataError where the climb ran away or did not end."""
    model = seen.model
    _, _, t1, t2 = model.drawn(top.theta, [i.matrix for i in model.indices])
    wide = model.most - model.least
    for name, log in (("s1", t1), ("s2", t2)):
        bound = 1e-7 if top.reason != "iterations" else 1e-3  # a climb up a spike is slow
        if name not in model.fixed and log < math.log(bound * wide):
            told = f"no maximum: the likelihood rises for ever as {name} goes to 0, as when offers are predicted perfectly"
            raise DataError(
                told,
                where=Where(field="formulas"),
                found=f"{name} = {math.exp(log):.1e}",
                allowed="fewer terms, or a fixed scale",
            )
    columns = np.sqrt((seen.columns**2).mean(axis=0))
    # coefficients in units of the errors
    unit = columns / np.exp([(t1, t2, 0.0, 0.0)[k] for k in model.owners])
    information = top.information / np.outer(unit, unit)
    if not np.isfinite(information).all():
        raise DataError(
            "the likelihood has no floating point here", found=top.log_likelihood, allowed="larger scales"
        )
    size, axes = np.linalg.eigh(information)
    if size[0] < _FLAT:
        loose = np.abs(axes[:, 0])
        ran = np.flatnonzero(loose > 0.1 * loose.max())
        told = ", ".join(f"{model.names[int(k)]} at {top.theta[int(k)]:.3g}" for k in ran)
        raise DataError(
            "no maximum: the likelihood is flat or rises for ever, as when a column predicts an offer at a bound perfectly",
            where=Where(field="formulas"), found=told,
            allowed="a column or category with offers between the bounds; fewer terms; a fixed scale",
        )  # fmt: skip
    if top.reason == "iterations":
        raise DataError(
            "the climb did not come to an end",
            found=f"score {top.score:.1e}",
            allowed="fewer or scaled columns",
        )
