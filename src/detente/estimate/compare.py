"""Tests between two fits of the same data: nested models by the likelihood ratio, others by Vuong's and Clarke's tests.

Wilks 1938, Annals of Mathematical Statistics 9:60-62; Vuong 1989, Econometrica 57:307-333; Clarke 2007, "A simple
distribution-free test for nonnested model selection", Political Analysis 15:347-363.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import binom, chi2, norm

from detente.errors import BadInput, DataError, Where
from detente.estimate.study import Study
from detente.game.tree import Floats

Correction = Literal["none", "aic", "bic"]
CORRECTIONS = ("none", "aic", "bic")
_DRAWS = 20_000  # of the weighted sum of chi-squares
_SAME = 1e-9  # relative distance of a column to a span


class Indistinguishable(UserWarning):
    """Two models may well be equivalent in the population, so that a test of which is nearer has no ground."""


@dataclass(frozen=True)
class Ratio:
    """The likelihood-ratio test of a small model in a large one."""

    statistic: float
    freedom: int
    p: float  # that chi-square is larger


@dataclass(frozen=True)
class Vuong:
    """Which of two models is nearer to the truth: above 0 the first, below 0 the second."""

    z: float  # NaN where both models give every row the same probability
    p: float  # two-sided
    ratio: float  # log-likelihood of the first minus that of the second, corrected
    correction: Correction
    variance: float  # of the difference by unit
    p_variance: float  # of the hypothesis that this variance is 0: if large, the models cannot be told apart
    units: int  # rows or clusters


@dataclass(frozen=True)
class Clarke:
    """In how many units the first of two models gives the observed outcome the higher, corrected, log-probability."""

    first: int
    units: int  # those without a tie
    p: float  # two-sided binomial, at one half
    correction: Correction


def likelihood_ratio(small: Study, large: Study) -> Ratio:
    """Twice the gain in log-likelihood against chi-square. Raises DataError for other data, BadInput where ``small`` is not nested.

    Nested: same game and normalisation, and every index of ``small`` is a linear combination of the columns that the same
    parameter has in ``large``; so renamed or recoded columns nest. Raises BadInput for clustered fits too: their ratio is not
    chi-square.
    """
    _same_data(small, large)
    for study in (small, large):
        if study.fit.clusters is not None:
            raise BadInput("rows of a cluster are not independent, so the ratio is not chi-square", where=Where(field="clusters"),
                           found=study.fit.kind, allowed="fits without clusters")  # fmt: skip
    reason = _not_nested(small, large)
    if reason is not None:
        raise BadInput(f"the first fit is not nested in the second: {reason}", where=Where(field="small"),
                       allowed="vuong for models that are not nested")  # fmt: skip
    freedom = len(large.fit.names) - len(small.fit.names)
    if freedom < 1:
        raise BadInput("these are the same model", where=Where(field="large"),
                       found=f"{len(large.fit.names)} coefficients both")  # fmt: skip
    statistic = 2 * (large.fit.log_likelihood - small.fit.log_likelihood)
    if statistic < -1e-6:
        raise DataError("the large model has the lower log-likelihood: its fit ended in a lower maximum",
                        found=f"{statistic:.3g}")  # fmt: skip
    statistic = max(0.0, float(statistic))
    return Ratio(statistic, freedom, float(chi2.sf(statistic, freedom)))


def vuong(one: Study, other: Study, correction: Correction = "bic", *, seed: int = 0) -> Vuong:
    """Vuong's test of non-nested models, by row, or by cluster where the fits have them (both the same).

    ``correction`` takes the difference in the number of coefficients off the ratio ("aic"), or times half the logarithm of the
    number of plays ("bic"). The first step is whether the variance of the difference is 0, against a weighted sum of
    chi-squares (drawn with ``seed``): where that is not refused at 0.05 an `Indistinguishable` warning says so, and z has no
    ground. Raises DataError for other data, BadInput where one model is nested in the other.
    """
    _same_data(one, other)
    _same_units(one, other)
    for small, large in ((one, other), (other, one)):
        if _compatible(small, large) and _not_nested(small, large) is None:
            raise BadInput(
                "one model is nested in the other", where=Where(field="one"), allowed="likelihood_ratio"
            )
    gap = _differences(one, other)
    n = len(gap)
    ratio = float(gap.sum()) - _charge(one, other, correction)
    variance = float(gap.var())
    p_variance = _p_variance(one, other, n * variance, seed)
    if p_variance > 0.05:
        warnings.warn(f"the models cannot be told apart by these data (variance {variance:.2g} by unit, p {p_variance:.2g} that "
                      "it is 0): they may be equivalent", Indistinguishable, stacklevel=2)  # fmt: skip
    z = ratio / np.sqrt(n * variance) if variance > 0 else float("nan")
    return Vuong(float(z), float(2 * norm.sf(abs(z))), ratio, correction, variance, p_variance, n)


def clarke(one: Study, other: Study, correction: Correction = "bic") -> Clarke:
    """Clarke's sign test of the differences by row (or cluster), the correction of `vuong` spread evenly over them.

    Raises DataError for other data or where every difference is a tie.
    """
    _same_data(one, other)
    _same_units(one, other)
    gap = _differences(one, other)
    gap = gap - _charge(one, other, correction) / len(gap)
    size = 1e-12 * max(1.0, float(np.abs(gap).max(initial=0.0)))
    first, units = int((gap > size).sum()), int((np.abs(gap) > size).sum())
    if not units:
        raise DataError("both models give every row the same probability", found=f"{len(gap)} ties")
    p = min(1.0, 2 * float(binom.cdf(min(first, units - first), units, 0.5)))
    return Clarke(first, units, p, correction)


def _differences(one: Study, other: Study) -> Floats:
    """Log-likelihood of the first minus the second by row, or added up within clusters."""
    summed = np.bincount(one.groups(None), weights=one.by_row() - other.by_row())
    return np.asarray(summed, np.float64)


def _charge(one: Study, other: Study, correction: str) -> float:
    more = len(one.fit.names) - len(other.fit.names)
    if correction not in CORRECTIONS:
        raise BadInput("there is no such correction", where=Where(field="correction"), found=correction,
                       allowed=CORRECTIONS)  # fmt: skip
    return {"none": 0.0, "aic": float(more), "bic": 0.5 * more * float(np.log(one.fit.plays))}[correction]


def _p_variance(one: Study, other: Study, statistic: float, seed: int) -> float:
    """How often the weighted sum of chi-squares, weights the squared eigenvalues of Vuong's W, is above n times the variance."""
    group = one.groups(None)
    scores = np.hstack([one.fit.top.scores, other.fit.top.scores])
    summed = np.zeros((int(group.max()) + 1, scores.shape[1]))
    np.add.at(summed, group, scores)
    cut = len(one.fit.names)
    outer = summed.T @ summed
    bread = np.zeros_like(outer)  # inverses of minus the Hessians, with the signs of the two models
    bread[:cut, :cut] = np.linalg.inv(one.fit.top.information)
    bread[cut:, cut:] = -np.linalg.inv(other.fit.top.information)
    weights = np.linalg.eigvals(outer @ bread).real ** 2
    drawn = np.random.default_rng(seed).chisquare(1, (_DRAWS, len(weights))) @ weights
    return float((drawn >= statistic).mean())


def _compatible(one: Study, other: Study) -> bool:
    return one.fit.model.tree is other.fit.model.tree or _payoffs(one) == _payoffs(other)


def _payoffs(study: Study) -> tuple[object, ...]:
    tree = study.fit.model.tree
    return (tree.parameters, tree.parent.tolist(), tree.info_set.tolist(), [n.text for n in tree.numbers],
            tree.payoff_number.tolist(), tree.payoff_start.tolist())  # fmt: skip


def _same_data(one: Study, other: Study) -> None:
    """Raises DataError where rows or outcomes differ, BadInput for fits that are no maximum of a likelihood."""
    for study in (one, other):
        if study.fit.method not in ("ml", "cmle"):
            raise BadInput("tests between models compare maxima of likelihoods", where=Where(field="method"),
                           found=study.fit.method, allowed=("ml", "cmle"))  # fmt: skip
    if one.fit.rows != other.fit.rows:
        raise DataError("these fits are of different rows (missing values in a column of one?)",
                        found=f"{one.fit.rows} and {other.fit.rows} rows")  # fmt: skip
    if set(one.fit.outcomes) != set(other.fit.outcomes):
        raise DataError(
            "these fits have different outcomes",
            found=", ".join(other.fit.outcomes),
            allowed=one.fit.outcomes,
        )
    order = [other.fit.outcomes.index(name) for name in one.fit.outcomes]
    differ = (one.seen.counts != other.seen.counts[:, order]).any(axis=1)
    if differ.any():
        raise DataError(
            "these fits have different outcomes in the same row", found=f"row {int(differ.argmax()) + 1}"
        )
    for column in sorted(set(one.columns) & set(other.columns)):
        if not one.frame[column].equals(other.frame[column]):
            raise DataError("a column differs between the data of these fits", found=column)


def _same_units(one: Study, other: Study) -> None:
    """Raises DataError where clusters differ, or one fit has them and the other not."""
    first, second = one.groups(None), other.groups(None)
    if not np.array_equal(first, second):
        raise DataError("these fits have different clusters", where=Where(field="clusters"), found=second.max() + 1,
                        allowed=f"the {first.max() + 1} clusters or rows of the first")  # fmt: skip


def _not_nested(small: Study, large: Study) -> str | None:
    """Why not, or None."""
    if not _compatible(small, large):
        return "the games differ"
    if small.fit.normalisation != large.fit.normalisation:
        return "the normalisations differ"
    one, other = _spans(small), _spans(large)
    base = small.fit.model.tree.base
    rows = small.fit.rows
    for name in {**one, **other}:
        inside = one.get(name, np.full((rows, 1), _fixed(small, name, base)))
        if name in other:
            span = other[name]
            near = span @ np.linalg.lstsq(span, inside, rcond=None)[0]
        elif name in one:
            return f"{name} varies in the first and is fixed in the second"
        else:
            continue
        scale = np.maximum(1e-300, np.abs(inside).max(axis=0))
        if (np.abs(near - inside).max(axis=0) > _SAME * scale).any():
            return f"the index of {name} in the second cannot be that of the first"
    for name in small.fit.model.tree.parameters:
        if name not in one and name not in other and _fixed(small, name, base) != _fixed(large, name, base):
            return f"{name} is fixed at different numbers"
    return None


def _fixed(study: Study, name: str, base: object) -> float:
    return float(study.fit.model.fixed.get(name, base[name]))  # type: ignore[index]


def _spans(study: Study) -> dict[str, Floats]:
    return {
        i.parameter: i.matrix / np.maximum(1e-300, np.abs(i.matrix).max(axis=0))
        for i in study.fit.model.indices
    }
