"""A fit together with the observations it was made of: what tests between models, resampling and scores need."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.climb import Top
from detente.estimate.data import MissingRows, complete, counted, frame_of
from detente.estimate.fit import fit
from detente.estimate.formulas import columns_of
from detente.estimate.likelihood import Observed
from detente.estimate.maximum import top_of
from detente.estimate.pseudo.resamples import again as pseudo_again
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
        log, _ = model.events(model.drawn(theta, [i.matrix for i in model.indices]), self.fit.ends, own=True)
        return log.T

    def part(self, weight: Floats) -> Observed:
        """The observations with each row counted ``weight`` [row] times, rows of weight 0 left out.

        Columns stay those of the whole data: categories, centres and scales are not made again.
        """
        model, kept = self.fit.model, weight > 0
        indices = [replace(i, matrix=i.matrix[kept]) for i in model.indices]
        lying = None if model.lying is None else model.lying.part(kept)
        smaller = replace(model, indices=indices, lying=lying)
        return Observed(smaller, self.seen.ends, self.seen.counts[kept] * weight[kept, None])

    def top_of(self, part: Observed) -> Top:
        """The maximum of a part, above the estimate of the whole. Raises DataError where the part has none, and BadInput for a fit
        that no likelihood was climbed for: see `again`."""
        if self.fit.pseudo is not None:
            raise BadInput("pseudo-likelihood has no maximum likelihood of a part", where=Where(field="method"),
                           found=self.fit.method, allowed=("ml", "cmle"))  # fmt: skip
        top = top_of(part, self.fit.top.theta, most=MOST)
        separated(top, part.model)
        if top.reason == "iterations":
            raise DataError("the climb did not come to an end", found=f"score {top.score:.1e}")
        return top

    def again(self, weight: Floats) -> Floats:
        """The coefficients by the fit's own method with each row counted ``weight`` [row] times; of "pl" both steps. Raises
        DataError where there are none."""
        if self.fit.pseudo is not None:
            return pseudo_again(self.fit.pseudo, weight)
        return self.top_of(self.part(weight)).theta

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
    first = options.get("first")
    used += list(first.values()) if isinstance(first, Mapping) else []
    used += columns_of(first, known, Where(field="first")) if isinstance(first, str) else []
    for index in found.model.indices:
        used += columns_of(index.formula, known, Where(field=index.parameter))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingRows)  # the fit has told of them
        whole = complete(frame, list(dict.fromkeys(used)))
    _, ends, counts = counted(whole, outcome, outcomes or {}, found.model.tree)
    return Study(found, whole.reset_index(drop=True), Observed(found.model, ends, counts))
