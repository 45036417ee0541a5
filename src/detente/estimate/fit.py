"""Fitting a game to data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, GameError, Where
from detente.estimate.branch import apart
from detente.estimate.covariance import Covariance, check_covariance, default_kind
from detente.estimate.data import complete, counted, frame_of
from detente.estimate.estimated import METHODS, Method, estimated
from detente.estimate.formulas import check_parameters, columns_of, index
from detente.estimate.identification import check_identified
from detente.estimate.likelihood import Model, Observed
from detente.estimate.replies.agent import AgentReplies
from detente.estimate.replies.private import PrivateReplies
from detente.estimate.replies.reply import Replies
from detente.estimate.result import Fit, separated
from detente.estimate.walk import Errors, Link, check_walkable
from detente.game import Game, Tree

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
    noisy: Mapping[str, Sequence[str | int]] | None = None,
    method: Method | None = None,
    first: str | Mapping[str, str] | None = None,
    covariance: Covariance | None = None,
    clusters: str | None = None,
    starts: int = 1,
    looks: int = 8,
    seed: int = 0,
) -> Fit:
    """Estimates of the parameters of a finite game.

    ``formulas``: for each parameter a linear index of columns in Wilkinson's notation ("1 + balance + C(regime)"; "1": one
    free number), or a number that it is fixed at; others have their base values. ``data``: a file (.csv, .parquet, .dta), a
    pandas, polars or pyarrow table, or a mapping of columns. ``outcome``: the column that says what happened, or {event: column
    of counts}. ``outcomes``: what its values mean, each an event of the game or options from the start ("go > resist").

    Games of perfect information are walked; in others, and where a player with private errors moves twice, beliefs are solved for.
    ``noisy``: with private errors, {player: the ends on which its payoff has one}; by default all that it has a say in.

    ``method``: "ml" (default), maximum likelihood, beliefs in the equilibrium of the principal branch (errors grown from large to
    their size); "cmle", maximum over coefficients and equilibria, from the fixed point of "npl" and the maximum of "ml"; "pl", two
    steps; "npl", the fixed point of nested pseudo-likelihood. ``first``: the first stage of "pl" and start of the others, a formula
    for what players do, or columns with probabilities by option ("answer > resist"); by default shares or a logit on all columns used.
    ``starts``: climbs; one from the two-step estimate, or zeros where there is none, the second from zeros, others from random
    coefficients (``seed``). ``looks``: random beliefs a row from which other equilibria are sought at the estimate, where one equation
    does not settle their number; 0: none is sought.

    Normalisation. "probit": every option, or with ``errors="private"`` every noisy payoff, has a normal error of variance 1. "logit":
    P(option) is the logistic function of ``precision`` times the difference; a peer that divides by sqrt 2 has precision 1/sqrt 2.
    Coefficients are payoffs in units of these errors: their scale and a player's level are not identified.

    Raises BadInput and DataError: names that there are not, outcomes that the game cannot produce (with the row), coefficients that
    are not identified, perfect separation; GameError where these errors cannot be brought into this game. Warns (`MissingRows`) of
    rows with missing values. That there is no higher maximum is not shown.
    """
    _installed()
    method = "ml" if method is None else method
    for word, known, where in (
        (link, LINKS, "link"),
        (errors, ERRORS, "errors"),
        (method, METHODS, "method"),
    ):
        if word not in known:
            raise BadInput("there is no such choice", where=Where(field=where), found=word, allowed=known)
    check_covariance(covariance, method)
    if not (math.isfinite(precision) and precision > 0):
        raise BadInput("a precision is above 0", where=Where(field="precision"), found=precision)
    for number, least, where in ((starts, 1, "starts"), (looks, 0, "looks")):
        if not least <= number <= 10_000:
            raise BadInput("so many there cannot be", where=Where(field=where), found=number, allowed=f"{least} to 10000")  # fmt: skip
    scale = math.sqrt(2) if link == "probit" else 1 / precision
    tree = apart(game.tree() if isinstance(game, Game) else game)
    replies = _replies(tree, link, errors, scale, noisy, method)
    check_parameters(formulas, tree.parameters)
    frame = frame_of(data)
    columns = list(map(str, frame.columns))
    frame.columns = columns
    used = [outcome] if isinstance(outcome, str) else list(outcome.values())
    used += [clusters] if clusters is not None else []
    used += list(first.values()) if isinstance(first, Mapping) else []
    for name in used:
        if name not in columns:
            raise BadInput(
                "there is no such column", where=Where(field="outcome"), found=name, allowed=columns
            )
    told = {p: f for p, f in formulas.items() if isinstance(f, str)}
    for parameter, formula in told.items():
        used += columns_of(formula, columns, Where(field=f"formulas, {parameter}"))
    if isinstance(first, str):
        used += columns_of(first, columns, Where(field="first"))
    if not told:
        raise BadInput(
            "nothing to estimate: every parameter is fixed",
            where=Where(field="formulas"),
            allowed="a formula",
        )
    whole = complete(frame, list(dict.fromkeys(used)))
    indices = [index(p, f, whole) for p, f in told.items()]
    fixed = {p: float(f) for p, f in formulas.items() if not isinstance(f, str)}
    model = Model(tree, indices, fixed, link, errors, scale, replies)
    names, ends, counts = counted(whole, outcome, outcomes or {}, tree)
    seen = Observed(model, ends, counts)
    check_identified(seen)
    begun = perf_counter()
    found = estimated(seen, whole, method, first, starts, looks, seed)
    seconds = perf_counter() - begun
    separated(found.top, found.seen.model)
    if found.top.reason == "iterations":
        raise DataError(
            "the climb did not come to an end",
            found=f"score {found.top.score:.1e}",
            allowed="fewer or scaled columns",
        )
    group = None if clusters is None else np.asarray(whole[clusters].astype(str))
    return Fit(found.seen.model, tuple(names), ends, found.top, len(whole), int(counts.sum()), len(frame) - len(whole),
               default_kind(covariance, method, clusters), group, _normalisation(link, errors, precision, noisy), seconds,
               method, found.equilibria, found.starts, found.pseudo)  # fmt: skip


def _replies(
    tree: Tree,
    link: Link,
    errors: Errors,
    scale: float,
    noisy: Mapping[str, Sequence[str | int]] | None,
    method: Method,
) -> Replies | None:
    """What players would do given beliefs; None where the game is walked. Raises GameError, and BadInput for ``noisy``."""
    if noisy is not None and errors != "private":
        raise BadInput("payoffs have errors of their own under private information alone", where=Where(field="noisy"),
                       found=errors, allowed='errors="private"')  # fmt: skip
    if errors == "private" and link == "logit":
        raise GameError("private information has normal errors", found="logit", allowed="probit")
    if noisy is None and method in ("ml", "cmle"):
        with suppress(GameError):
            check_walkable(tree, link, errors)
            return None
    return PrivateReplies(tree, noisy) if errors == "private" else AgentReplies(tree, link, scale)


def _normalisation(
    link: Link, errors: Errors, precision: float, noisy: Mapping[str, Sequence[str | int]] | None
) -> str:
    if link == "logit":
        return f"agent error, logistic at precision {precision:g}"
    what = "every option" if errors == "agent" else "every payoff, known to its owner"
    if noisy is not None:
        ends = "; ".join(f"{player}: {', '.join(map(str, of))}" for player, of in noisy.items())
        what = f"payoffs known to their owner ({ends})"
    return f"{errors} error, normal of variance 1 on {what}"


def _installed() -> None:
    for name in ("formulaic", "pandas"):
        if find_spec(name) is None:
            raise BadInput(
                f"estimating needs {name}", found="not installed", allowed='pip install "detente[estimate]"'
            )
