"""Which columns a claim's answer depends on, before a rule is looked for: few draws cannot tell one box among all of many.

An ensemble of extremely randomised trees (Geurts, Ernst & Wehenkel 2006, Machine Learning 63:3-42) is fitted to the
answer and to the rank of the margin together: the rank says by how much, and is not moved by a few large margins. The
columns with the largest shares of explained variance are kept. It does *not* say that a column left out has no effect.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from detente.explore.ranges import Floats

KEPT = 6  # columns among which a rule is looked for
_FIRST = 24  # columns that the trees see: those with the largest `first_order`, which costs a hundredth
_TREES, _LEAF, _TRIED, _LARGEST = 32, 5, 0.4, 2048


def importance(x: Floats, margin: Floats) -> Floats:
    """[column] share of the variance of answer and margin's rank that splits on the column explain; adds up to 1 or is 0.

    ``x`` [draw, column], ``margin`` [draw]. Deterministic; 0 for columns beyond the first `_FIRST` by `first_order`.
    """
    from sklearn.ensemble import ExtraTreesRegressor

    x, margin = x[:_LARGEST], margin[:_LARGEST]
    target = (margin >= 0) + rankdata(margin) / len(margin)
    able = np.sort(np.argsort(-first_order(x, margin), kind="stable")[:_FIRST])
    forest = ExtraTreesRegressor(_TREES, min_samples_leaf=_LEAF, max_features=_TRIED, random_state=0)
    out = np.zeros(x.shape[1])
    out[able] = forest.fit(x[:, able], target).feature_importances_
    return out


def first_order(x: Floats, margin: Floats, slices: int = 6) -> Floats:
    """[column] share of the variance of the margin's rank, and of the answer, between slices of the column: the larger.

    Much cheaper than `importance`, and blind to what only two columns together do.
    """
    n = len(margin)
    place = (
        np.minimum(((rankdata(x, axis=0) - 0.5) / n * slices).astype(int), slices - 1)
        if n
        else np.zeros(x.shape, int)
    )
    best = np.zeros(x.shape[1])
    for target in (rankdata(margin), (margin >= 0).astype(float)):
        spread = float(target.var()) if n else 0.0
        if spread <= 0:
            continue
        centred = target - target.mean()
        between = np.zeros(x.shape[1])
        for s in range(slices):
            here = place == s
            between += (here * centred[:, None]).sum(axis=0) ** 2 / np.maximum(here.sum(axis=0), 1)
        best = np.maximum(best, between / (n * spread))
    return best
