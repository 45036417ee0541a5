"""What it would be worth to an actor to know an assumption before choosing: never added up over actors.

For a menu with payoffs u(policy, draw), the expected value of perfect information is
    EVPI = E max u - max E u  =  min over policies of mean regret,
and of one parameter x alone  EVPPI(x) = E_x max E[u | x] - max E u, between 0 and EVPI.
E[u | x] is the mean in `BINS` slices of x with equally many draws. Means in slices are noisy and the maximum of noisy numbers is
too large, so the policy of a slice is chosen on one half of the scramblings and valued on the other, and the other way round
(what is left of the bias is downwards). Negative estimates are put to 0 and none may exceed EVPI. Unit: the actor's payoff.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.explore.ranges import Floats
from detente.explore.rules.rule import halves

BINS = 12
FEWEST = 8  # draws in half a slice


@dataclass(frozen=True, eq=False)
class Worth:
    """Value of information of one player: of everything, and of each parameter [parameter]."""

    everything: float
    each: Floats


def worth(values: Floats, x: Floats, draw: np.ndarray) -> Worth | None:
    """``values`` [policy, draw] payoffs of the menu, ``x`` [draw, parameter], ``draw`` [draw] indices in the run.

    None where there are too few draws or only one policy.
    """
    n = values.shape[1]
    slices = min(BINS, n // (4 * FEWEST))
    if len(values) < 2 or slices < 2:
        return None
    total = max(0.0, float(values.max(axis=0).mean() - values.mean(axis=1).max()))
    first, second = halves(draw)
    each = np.empty(x.shape[1])
    for k in range(x.shape[1]):
        which = _slices(x[:, k], slices)
        gains = [_gain(values, which, a, b, slices) for a, b in ((first, second), (second, first))]
        each[k] = min(total, max(0.0, float(np.mean(gains))))
    return Worth(total, each)


def _slices(column: Floats, count: int) -> np.ndarray:
    """[draw] the slice of each draw; equal values stay together."""
    edges = np.quantile(column, np.linspace(0, 1, count + 1)[1:-1])
    return np.searchsorted(np.unique(edges), column, side="right")


def _gain(values: Floats, which: np.ndarray, learn: np.ndarray, test: np.ndarray, count: int) -> float:
    """Mean payoff on ``test`` of what ``learn`` chose slice by slice, less that of what ``learn`` chose once."""
    sums = np.array(
        [np.bincount(which[learn], weights=row[learn], minlength=count) for row in values]
    )  # [policy, slice]
    chosen = sums.argmax(axis=0)
    once = int(values[:, learn].mean(axis=1).argmax())
    got = values[chosen[which[test]], np.flatnonzero(test)]
    return float((got - values[once, test]).mean())
