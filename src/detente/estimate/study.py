"""A fit together with the observations it was made of: what tests between models, resampling and scores need."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.climb import Top, climb
from detente.estimate.data import MissingRows, complete, counted, frame_of
from detente.estimate.fit import fit
from detente.estimate.formulas import columns_of
from detente.estimate.likelihood import Model, Observed
from detente.estimate.result import Fit, separated
from detente.game import Game, Tree
from detente.game.tree import Floats

MOST = 80  # steps in a part of the data: what needs more runs away


@dataclass(frozen=True, eq=False)
class Study:
    """A fit, the rows it used, and how often each row shows each outcome."""

    fit: Fit
    frame: Any  # pandas: the rows of the fit, with all their columns
    seen: Observed

    @property
    def columns(self) -> list[str]:
        """The columns of the data that the formulas speak of."""
        known = list(self.frame.columns)
        from_each = (columns_of(i.formula, known, Where(field=i.parameter)) for i in self.fit.model.indices)
        return list(dict.fromkeys(c for columns in from_each for c in columns))

    def by_row(self) -> Floats:
        """The log-likelihood of each row at the estimate [row]; they add up to that of the fit."""
        log = self.log_probabilities(self.fit.top.theta)
        return np.where(self.seen.counts > 0, self.seen.counts * log, 0.0).sum(axis=1)

    def log_probabilities(self, theta: Floats) -> Floats:
        """Log-probability of each outcome in each row [row, outcome] at coefficients in the user's units."""
        model = self.fit.model
        log, _ = model.events(model.drawn(theta, [i.matrix for i in model.indices]), self.fit.ends)
        return log.T

    def part(self, weight: Floats) -> Observed:
        """The observations with each row counted ``weight`` [row] times, rows of weight 0 left out.

        Columns stay those of the whole data: categories, centres and scales are not made again.
        """
        model, kept = self.fit.model, weight > 0
        indices = [replace(i, matrix=i.matrix[kept]) for i in model.indices]
        smaller = Model(model.tree, indices, model.fixed, model.link, model.errors, model.scale)
        return Observed(smaller, self.seen.ends, self.seen.counts[kept] * weight[kept, None])

    def top_of(self, part: Observed) -> Top:
        """The maximum of a part, above the estimate of the whole. Raises DataError where the part has none."""
        unit = part.model.unit

        def likelihood(theta: Floats) -> tuple[float, Floats]:
            value, scores = part.likelihood(theta / unit)
            return value, scores / unit

        def information(theta: Floats) -> Floats:
            return part.information(theta / unit) / np.outer(unit, unit)

        found = climb(likelihood, information, self.fit.top.theta * unit, most=MOST)
        top = Top(found.theta / unit, found.log_likelihood, found.scores * unit,
                  found.information * np.outer(unit, unit), found.iterations, found.reason)  # fmt: skip
        separated(top, part.model)
        if top.reason == "iterations":
            raise DataError("the climb did not come to an end", found=f"score {top.score:.1e}")
        return top

    def groups(self, by: str | None) -> np.ndarray:
        """What is drawn and left out together [row], numbered from 0: clusters where the fit has them (``by`` None), or "rows"
        or "clusters". Raises BadInput for another word, and for clusters of a fit without."""
        named = self.fit.clusters
        if by not in (None, "rows", "clusters"):
            raise BadInput(
                "there is no such unit", where=Where(field="by"), found=by, allowed=("rows", "clusters")
            )
        if by == "clusters" and named is None:
            raise BadInput("this fit was made without clusters", where=Where(field="by"), found=by,
                           allowed="study(..., clusters=COLUMN)")  # fmt: skip
        if by == "rows" or named is None:
            return np.arange(self.fit.rows)
        return np.unique(named, return_inverse=True)[1]


def study(
    game: Game | Tree,
    data: Any,
    formulas: Mapping[str, str | float],
    *,
    outcome: str | Mapping[str, str],
    outcomes: Mapping[Any, str] | None = None,
    **options: Any,
) -> Study:
    """`fit` with the same arguments, and its data kept beside it. Raises and warns what `fit` does."""
    frame = frame_of(data)
    found = fit(game, frame, formulas, outcome=outcome, outcomes=outcomes, **options)
    frame.columns = known = list(map(str, frame.columns))
    used = [outcome] if isinstance(outcome, str) else list(outcome.values())
    used += [options["clusters"]] if options.get("clusters") is not None else []
    for index in found.model.indices:
        used += columns_of(index.formula, known, Where(field=index.parameter))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingRows)  # the fit has told of them
        whole = complete(frame, list(dict.fromkeys(used)))
    _, ends, counts = counted(whole, outcome, outcomes or {}, found.model.tree)
    return Study(found, whole.reset_index(drop=True), Observed(found.model, ends, counts))
