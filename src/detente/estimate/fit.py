"""Fitting a game to data by maximum likelihood."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.climb import Top, climb
from detente.estimate.data import complete, counted, frame_of
from detente.estimate.formulas import check_parameters, columns_of, index
from detente.estimate.identification import check_identified
from detente.estimate.likelihood import Model, Observed
from detente.estimate.result import COVARIANCES, Covariance, Fit, separated
from detente.estimate.walk import Errors, Link, check_walkable
from detente.game import Game, Tree
from detente.game.tree import Floats

LINKS, ERRORS = ("logit", "probit"), ("agent", "private")


def fit(
    game: Game | Tree,
    data: Any,
    formulas: Mapping[str, str | float],
    *,
    outcome: str | Mapping[str, str],
    outcomes: Mapping[Any, str] | None = None,
    link: Link = "logit",
    errors: Errors = "agent",
    precision: float = 1.0,
    covariance: Covariance = "observed",
    clusters: str | None = None,
) -> Fit:
    """Maximum likelihood estimates of the parameters of a game of perfect information.

    ``formulas``: for each parameter a linear index of columns in Wilkinson's notation ("1 + balance + C(regime)"; "1": one
    free number), or a number that it is fixed at; others have their base values. ``data``: a file (.csv, .parquet, .dta), a
    pandas, polars or pyarrow table, or a mapping of columns. ``outcome``: the column that says what happened, or {event: column
    of counts}. ``outcomes``: what its values mean, each an event of the game or options from the start ("go > resist").

    Normalisation. "probit": every option, or with ``errors="private"`` every payoff, has a normal error of variance 1. "logit":
    P(option) is the logistic function of ``precision`` times the difference; a peer that divides by sqrt 2 has precision 1/sqrt 2.
    Coefficients are payoffs in units of these errors: their scale and a player's level are not identified.

    Raises BadInput and DataError: names that there are not, outcomes that the game cannot produce (with the row), coefficients that
    are not identified, perfect separation. Warns (`MissingRows`) of rows with missing values. Finds one maximum, from zeros.
    """
    _installed()
    for word, known, where in (
        (link, LINKS, "link"),
        (errors, ERRORS, "errors"),
        (covariance, COVARIANCES, "covariance"),
    ):
        if word not in known:
            raise BadInput("there is no such choice", where=Where(field=where), found=word, allowed=known)
    if not (math.isfinite(precision) and precision > 0):
        raise BadInput("a precision is above 0", where=Where(field="precision"), found=precision)
    tree = game.tree() if isinstance(game, Game) else game
    check_walkable(tree, link, errors)
    check_parameters(formulas, tree.parameters)
    frame = frame_of(data)
    columns = list(map(str, frame.columns))
    frame.columns = columns
    used = [outcome] if isinstance(outcome, str) else list(outcome.values())
    used += [clusters] if clusters is not None else []
    for name in used:
        if name not in columns:
            raise BadInput(
                "there is no such column", where=Where(field="outcome"), found=name, allowed=columns
            )
    told = {p: f for p, f in formulas.items() if isinstance(f, str)}
    for parameter, formula in told.items():
        used += columns_of(formula, columns, Where(field=f"formulas, {parameter}"))
    if not told:
        raise BadInput(
            "nothing to estimate: every parameter is fixed",
            where=Where(field="formulas"),
            allowed="a formula",
        )
    whole = complete(frame, list(dict.fromkeys(used)))
    indices = [index(p, f, whole) for p, f in told.items()]
    fixed = {p: float(f) for p, f in formulas.items() if not isinstance(f, str)}
    scale = math.sqrt(2) if link == "probit" else 1 / precision
    model = Model(tree, indices, fixed, link, errors, scale)
    names, ends, counts = counted(whole, outcome, outcomes or {}, tree)
    seen = Observed(model, ends, counts)
    check_identified(seen)
    begun = perf_counter()
    top = _top(seen)
    seconds = perf_counter() - begun
    separated(top, model)
    if top.reason == "iterations":
        raise DataError(
            "the climb did not come to an end",
            found=f"score {top.score:.1e}",
            allowed="fewer or scaled columns",
        )
    group = None if clusters is None else np.asarray(whole[clusters].astype(str))
    return Fit(model, tuple(names), ends, top, len(whole), int(counts.sum()), len(frame) - len(whole),
               "clustered" if clusters is not None and covariance == "observed" else covariance, group,
               _normalisation(link, errors, precision), seconds)  # fmt: skip


def _top(seen: Observed) -> Top:
    """The maximum above zeros, climbed in units in which columns are of order 1, told in the user's."""
    unit = seen.model.unit

    def likelihood(theta: Floats) -> tuple[float, Floats]:
        value, scores = seen.likelihood(theta / unit)
        return value, scores / unit

    def information(theta: Floats) -> Floats:
        return seen.information(theta / unit) / np.outer(unit, unit)

    found = climb(likelihood, information, np.zeros(len(unit)))
    return Top(found.theta / unit, found.log_likelihood, found.scores * unit, found.information * np.outer(unit, unit),
               found.iterations, found.reason)  # fmt: skip


def _normalisation(link: Link, errors: Errors, precision: float) -> str:
    if link == "logit":
        return f"agent error, logistic at precision {precision:g}"
    what = "every option" if errors == "agent" else "every payoff, known to its owner"
    return f"{errors} error, normal of variance 1 on {what}"


def _installed() -> None:
    for name in ("formulaic", "pandas"):
        if find_spec(name) is None:
            raise BadInput(
                f"estimating needs {name}", found="not installed", allowed='pip install "detente[estimate]"'
            )
