"""How well a fit predicts rows that it has not seen: scores by cross-validation.

Log score and Brier score are proper: no other probabilities than the true ones do better on average (Gneiting and Raftery 2007,
Journal of the American Statistical Association 102:359-378). Percent correct and the proportional reduction in error are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.study import Study
from detente.game.tree import Floats


@dataclass(frozen=True)
class Scores:
    """Means over plays, each predicted by a fit without its fold; ``plain_``: by the shares of outcomes in the other folds."""

    log: float  # mean log-probability of what happened: 0 at best
    brier: float  # mean of the summed squares of probability minus 0 or 1: 0 at best, 2 at worst
    correct: float  # share of plays whose outcome had the highest probability
    plain_log: float
    plain_brier: float
    plain_correct: float
    reduction: float  # (correct - plain_correct) / (1 - plain_correct); NaN where there is no error to reduce
    folds: int
    plays: int


def cross_validate(
    study: Study, folds: int = 10, *, seed: int = 0, by: Literal["rows", "clusters"] | None = None
) -> Scores:
    """Scores of ``folds``-fold cross-validation. Folds are drawn with ``seed``, equal in size to one unit; clusters stay together
    where the fit has them (``by``).

    Columns keep the categories, centres and scales of the whole data. An outcome that the fit does not name (no row shows it)
    counts in the Brier score as one more, with what probability is left. Raises BadInput, and DataError, with the fold, where the
    other folds have no maximum or lack an outcome (the log score of their shares would be without end).
    """
    group = study.groups(by)
    units = int(group.max()) + 1
    if not 2 <= folds <= units:
        raise BadInput(
            "so many folds cannot be made", where=Where(field="folds"), found=folds, allowed=f"2 to {units}"
        )
    fold = np.random.default_rng(seed).permutation(np.arange(units) % folds)[group]
    counts = study.seen.counts
    log, plain = np.empty_like(counts), np.empty_like(counts)
    for k in range(folds):
        held = fold == k
        shares = counts[~held].sum(axis=0)
        if (shares == 0).any():
            missing = study.fit.outcomes[int(shares.argmin())]
            raise DataError("an outcome is in one fold alone", where=Where(field=f"fold {k + 1}"), found=missing,
                            allowed="more folds")  # fmt: skip
        try:
            theta = study.again((~held).astype(float))
        except (DataError, np.linalg.LinAlgError) as problem:
            raise DataError("no maximum without this fold", where=Where(field=f"fold {k + 1}"), found=str(problem),
                            allowed="fewer terms, or more folds") from None  # fmt: skip
        log[held] = study.log_probabilities(theta)[held]
        plain[held] = np.log(shares / shares.sum())
    plays = counts.sum()
    correct, plain_correct = (float(_hits(table, counts).sum() / plays) for table in (log, plain))
    reduction = (correct - plain_correct) / (1 - plain_correct) if plain_correct < 1 else float("nan")
    return Scores(_log(log, counts), _brier(log, counts), correct, _log(plain, counts), _brier(plain, counts), plain_correct,
                  reduction, folds, int(plays))  # fmt: skip


def _log(log: Floats, counts: Floats) -> float:
    return float(np.where(counts > 0, counts * log, 0.0).sum() / counts.sum())


def _brier(log: Floats, counts: Floats) -> float:
    p = np.exp(log)
    rest = np.maximum(0.0, 1 - p.sum(axis=1))
    square = (p**2).sum(axis=1) + rest**2  # sum of (p - 1{o})^2 is this, less 2 p_o, and 1
    return float((counts * (square[:, None] - 2 * p + 1)).sum() / counts.sum())


def _hits(log: Floats, counts: Floats) -> Floats:
    """Plays by row whose outcome had the highest probability."""
    return counts[np.arange(len(counts)), log.argmax(axis=1)]
