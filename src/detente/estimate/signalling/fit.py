"""Fitting the crisis-signalling game to a table."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any, Literal

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.data import complete, frame_of
from detente.estimate.formulas import check_parameters, columns_of, index
from detente.estimate.signalling.answers import ENDS, PAYOFFS
from detente.estimate.signalling.estimators import constrained, fixed_point, two_step
from detente.estimate.signalling.likelihood import Observed, at
from detente.estimate.signalling.result import KINDS, METHODS, Signalled, check_kind
from detente.game.tree import Floats

Method = Literal["npl", "cmle", "pl"]
_SINGULAR = 1e-10
_LENT = 10.0  # plays of all games together that each game is lent, for beliefs to start from


def fit_signalling(
    data: Any,
    formulas: Mapping[str, str],
    *,
    outcome: Mapping[str, str],
    method: Method = "npl",
    beliefs: tuple[str, str] | None = None,
    covariance: str | None = None,
    clusters: str | None = None,
) -> Signalled:
    """Estimates of the crisis-signalling game.

    ``formulas``: for each of SA, VA, CB, WA, WB, a, VB a linear index of columns; payoffs that are left out are 0. ``outcome``:
    {end: column of counts} for "status quo", "concede", "stand firm" and "back down". ``method``: "npl", the fixed point of nested
    pseudo-likelihood; "cmle", constrained maximum likelihood, from there; "pl", two-step. ``beliefs``: columns with a first stage's
    pR and pF, between 0 and 1; "pl" needs them, the others start from them, or from the shares in all the data and then in each row.
    ``covariance``: a kind that the method has, see `result.KINDS`. ``clusters``: a column; rows of one cluster are not independent.

    A column in all of SA, VA, WA and a, or in all of CB, WB and VB, is not identified. Raises BadInput and DataError; warns
    (`MissingRows`) of rows left out. One branch of equilibria a game is followed.
    """
    if method not in METHODS:
        raise BadInput(
            "there is no such method", where=Where(field="method"), found=method, allowed=list(METHODS)
        )
    if method == "pl" and beliefs is None:
        raise BadInput("two steps need the beliefs of the first", where=Where(field="beliefs"), found="nothing",
                       allowed="two columns")  # fmt: skip
    kind = covariance or (KINDS[method][0] if clusters is None else "clustered")
    check_kind(kind, method)
    check_parameters(formulas, PAYOFFS)
    if set(outcome) != set(ENDS):
        raise BadInput("each end needs its column of counts", where=Where(field="outcome"), found=list(outcome),
                       allowed=ENDS)  # fmt: skip
    frame = frame_of(data)
    frame.columns = known = list(map(str, frame.columns))
    used = [outcome[end] for end in ENDS] + list(beliefs or ()) + ([] if clusters is None else [clusters])
    for name in used:
        if name not in known:
            raise BadInput("there is no such column", where=Where(field="outcome"), found=name, allowed=known)
    for payoff, formula in formulas.items():
        used += columns_of(formula, known, Where(field=f"formulas, {payoff}"))
    whole = complete(frame, list(dict.fromkeys(used)))
    indices = [index(p, formulas[p], whole) for p in PAYOFFS if p in formulas]
    counts = np.asarray(whole[[outcome[end] for end in ENDS]], float)
    if (counts < 0).any() or (counts != np.round(counts)).any() or not counts.sum(axis=0).all():
        raise DataError("counts are whole, not below 0, and each end happens", where=Where(field="outcome"),
                        found=counts.sum(axis=0).tolist())  # fmt: skip
    seen = Observed(counts, {i.parameter: i.matrix for i in indices})
    starts = _first(whole, beliefs, counts)
    _identified(seen)
    begun = perf_counter()
    for last, first in zip([*[False] * (len(starts) - 1), True], starts, strict=True):
        try:
            found = two_step(seen, first)
            if method != "pl":
                found = fixed_point(seen, found.theta, first[0])
            if method == "cmle":
                found = constrained(seen, found.theta, found.beliefs[0])
            break
        except np.linalg.LinAlgError:
            if last:
                raise DataError(
                    "these coefficients are not identified in equilibrium", found=len(indices)
                ) from None
        except DataError:
            if last:
                raise
    group = None if clusters is None else np.asarray(whole[clusters].astype(str))
    told = Signalled(seen, indices, found, method, len(whole), int(counts.sum()), len(frame) - len(whole), kind, group,
                     perf_counter() - begun)  # fmt: skip
    told.cov_params()  # says at once where there is none
    return told


def _first(frame: Any, beliefs: tuple[str, str] | None, counts: Floats) -> list[Floats]:
    """Beliefs to start from, each [2, game], in the order in which they are tried."""
    if beliefs is None:
        pooled = np.tile(_shares(counts.sum(axis=0)[None]), len(counts))
        return [pooled, _shares(counts + counts.sum(axis=0) / counts.sum() * _LENT)]
    found = np.asarray(frame[list(beliefs)], float).T
    if not ((found > 0) & (found < 1)).all():
        raise DataError(
            "beliefs lie between 0 and 1", where=Where(field="beliefs"), found=[found.min(), found.max()]
        )
    return [found]


def _shares(counts: Floats) -> Floats:
    """How often B resists and A stands firm [2, game] by counts of ends [game, 4]."""
    _, gave, firm, back = counts.T
    return np.stack([(firm + back) / (gave + firm + back), firm / (firm + back)])


def _identified(seen: Observed) -> None:
    """Raises DataError where the expected information at a random point, beliefs fixed, has no full rank."""
    rng = np.random.default_rng(0)
    unit = np.sqrt((seen.design**2).mean(axis=0))
    if not unit.all():
        raise DataError("a column of a formula is 0 everywhere", where=Where(field="formulas"))
    theta = rng.normal(size=len(unit)) / unit / np.sqrt(len(unit))
    here = at(seen, theta, rng.uniform(0.2, 0.8, (2, len(seen.counts))))
    slopes = seen.slopes(here.answers.slope) * np.exp(here.answers.log / 2)[:, :, None] / unit
    size = np.linalg.eigvalsh(np.einsum("egk,egl->kl", slopes, slopes))
    if size[0] < _SINGULAR * size[-1]:
        raise DataError(
            "some coefficients are not identified",
            where=Where(field="formulas"),
            found=f"smallest information {size[0]:.1e}",
            allowed="no column, nor sum of columns, in all of SA, VA, WA and a, or in all of CB, WB and VB",
        )
