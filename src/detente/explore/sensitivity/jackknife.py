"""How far a number found from the draws of a run is off: by leaving out each of the independent scramblings in turn.

With g groups and values t(1) .. t(g) found without each, the squared standard error is (g - 1)/g times the sum of squared
deviations of the t(i) from their mean (Efron & Stein 1981, Annals of Statistics 9:586-596), and the interval takes
Student's *t* with g - 1 degrees of freedom. It covers what other scramblings would have changed, and no bias.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from detente.explore.ranges import Floats

FEWEST_GROUPS = 4
LEVEL = 0.95


def reach(without: Floats, level: float = LEVEL) -> Floats:
    """Half the width of the interval [...], from values with one group left out [group, ...]."""
    groups = len(without)
    error = np.sqrt((groups - 1) / groups * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    return float(student.ppf(0.5 + level / 2, groups - 1)) * error


def shares(middle: Floats, without: Floats) -> Floats:
    """Intervals [..., 2] around shares ``middle`` [...], within [0, 1]."""
    half = reach(without)
    return np.clip(np.stack([middle - half, middle + half], axis=-1), 0.0, 1.0)
