"""A mean over draws and how far it is off: by the spread of the scramblings' means."""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from detente.explore.claims.verdict import FEWEST_A_SCRAMBLING
from detente.explore.ranges import Floats
from detente.explore.sampling.designs import REPLICATES


def mean_interval(column: Floats, draw: np.ndarray) -> tuple[float, float] | None:
    """95 % t interval for the mean of ``column`` [k] over the scramblings; ``draw`` [k]: indices in the run.

    None where a scrambling has too few draws. Draws within a scrambling are not independent, so the means of the
    scramblings are what is compared (Owen 1997).
    """
    which = np.asarray(draw) % REPLICATES
    count = np.bincount(which, minlength=REPLICATES)
    if count.min() < FEWEST_A_SCRAMBLING:
        return None
    means = np.bincount(which, weights=column, minlength=REPLICATES) / count
    half = float(student.ppf(0.975, REPLICATES - 1)) * float(means.std(ddof=1)) / REPLICATES**0.5
    middle = float(np.mean(column))
    return middle - half, middle + half
