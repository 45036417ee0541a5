"""Draws of the quantities that a claim's rule speaks of, for a picture with one axis for each (parallel coordinates).

A rule restricts up to three quantities, derived ones among them; a map over two parameters cannot show them. The first
draws of a run are spread as evenly as a shorter run, so that a prefix is a fair sample, and the same one each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.explore.ranges import Floats
from detente.explore.rules.features import Features
from detente.explore.rules.rule import Rule

SHOWN = 200  # draws
AXES = 4  # quantities, at most
FEWEST = 2  # axes: below that there is nothing to follow from one to the next


@dataclass(frozen=True, eq=False)
class Parallel:
    """Rows of draws: a value for each of ``parameters`` (parameters or derived ones), then 1 holds | 0 fails | None undecided.

    ``ends`` are the ends of each axis: of a parameter its range, of a derived one the smallest and largest of the run's draws.
    """

    parameters: tuple[str, ...]
    ends: tuple[tuple[float, float], ...]
    rows: tuple[tuple[float | int | None, ...], ...]


def parallel(
    found: Features, margin: Floats, rules: Sequence[Rule | None], others: Sequence[str]
) -> Parallel | None:
    """The first `SHOWN` draws over the quantities of ``rules``, in their order, then ``others`` until there are `FEWEST`.

    ``margin`` [draw] is nan where undecided. None where there is no rule that was found, or only one quantity to show.
    """
    named = [c.parameter for rule in rules if rule is not None and rule.found for c in rule.conditions]
    if not named:
        return None
    columns = {r.name: k for k, r in enumerate(found.ranges)}
    wanted = [name for name in dict.fromkeys(named) if name in columns][:AXES]
    wanted += [name for name in dict.fromkeys(others) if name in columns and name not in wanted][
        : max(0, FEWEST - len(wanted))
    ]
    if len(wanted) < FEWEST:
        return None
    use = [columns[name] for name in wanted]
    n = min(SHOWN, len(margin), len(found.x))
    rows = tuple(
        (*(float(f"{value:.5g}") for value in found.x[i, use]), int(margin[i] >= 0) if np.isfinite(margin[i]) else None)
        for i in range(n)
    )  # fmt: skip
    ends = tuple((float(f"{found.ranges[k].low:.5g}"), float(f"{found.ranges[k].high:.5g}")) for k in use)
    return Parallel(tuple(wanted), ends, rows)
