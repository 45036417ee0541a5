"""Both steps of pseudo-likelihood, or the fixed point of the nested one, again in resamples of rows or clusters: needs no formula for
how the first stage varies. Efron 1979, Annals of Statistics 7:1-26."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.pseudo.estimators import Pseudo, nested, two_step
from detente.estimate.pseudo.first_stage import again as first_again
from detente.game.tree import Floats

MAX_RESAMPLES = 100_000


def again(found: Pseudo, weight: Floats) -> Floats:
    """The coefficients with each row counted ``weight`` [row] times: the first stage anew, then the second from the estimate; of "npl"
    the fixed point on the branch of the estimate. Raises DataError where there is none."""
    part, kept = found.played.part(weight), np.asarray(weight) > 0
    if found.method == "npl":
        return nested(part, found.beliefs[:, kept], start=found.theta).theta
    assert found.first is not None
    return two_step(part, first_again(found.first, part, kept), start=found.theta).theta


def resampled(
    found: Pseudo,
    resamples: int = 200,
    *,
    seed: int = 0,
    clusters: np.ndarray | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> tuple[Floats, int]:
    """Coefficients of each resample that has an estimate [resample, coefficient], and how many have none.

    Rows are drawn, or ``clusters`` [row] as a whole; a row that holds counts is one draw. Raises BadInput, and DataError where
    fewer than two resamples have an estimate.
    """
    if not 2 <= resamples <= MAX_RESAMPLES:
        raise BadInput("so many resamples cannot be drawn", where=Where(field="resamples"), found=resamples,
                       allowed=f"2 to {MAX_RESAMPLES}")  # fmt: skip
    rows = len(found.played.counts)
    group = np.arange(rows) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    if len(group) != rows:
        raise BadInput("every row is in a cluster", where=Where(field="clusters"), found=len(group), allowed=f"{rows}")  # fmt: skip
    units, rng, draws = int(group.max()) + 1, np.random.default_rng(seed), []
    for done in range(1, resamples + 1):
        drawn = np.bincount(rng.integers(0, units, units), minlength=units)
        with suppress(DataError, np.linalg.LinAlgError):  # separation, or a kind of row that was not drawn
            draws.append(again(found, drawn[group].astype(float)))
        if progress is not None:
            progress(done, resamples)
    if len(draws) < 2:
        raise DataError("hardly a resample has an estimate", found=f"{resamples - len(draws)} of {resamples} failed",
                        allowed="fewer terms, or more rows")  # fmt: skip
    return np.array(draws), resamples - len(draws)
