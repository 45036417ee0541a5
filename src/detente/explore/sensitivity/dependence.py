"""Whether the parameters of a file of draws are independent; of other designs the study knows (`Study.dependent`)."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from detente.explore.ranges import Floats

_SURPRISE = (
    5.0  # standard errors of a rank correlation that independent draws do not reach among thousands of pairs
)


def correlated(x: Floats) -> bool:
    """Draws ``x`` [draw, parameter] show it: some rank correlation is far from 0."""
    n, d = x.shape
    if d < 2 or n < 8:
        return False
    ranks = np.array([rankdata(x[:, k]) for k in range(d)])
    ranks -= ranks.mean(axis=1, keepdims=True)
    size = np.sqrt((ranks**2).sum(axis=1))
    ranks = ranks[size > 0] / size[size > 0, None]
    found = np.abs(np.triu(ranks @ ranks.T, 1))
    return bool((found > _SURPRISE / np.sqrt(n - 1)).any())
