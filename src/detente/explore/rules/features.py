"""What a rule may speak of: the parameters that a claim's games contain, and the scenario's derived parameters.

A threshold is often a combination of parameters (what the war is worth less what peace is worth); where the scenario
names that combination a rule on it is short and sharp, where a box on its ingredients would be neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.explore.protocol import Study
from detente.explore.ranges import Draws, Floats, Range
from detente.game.parameter import Parameter


@dataclass(frozen=True, eq=False)
class Features:
    """Columns [draw, feature]: parameters that vary, then derived ones. Their `Range` carries title and width."""

    x: Floats
    ranges: tuple[Range, ...]
    plain: int  # how many of the first are parameters themselves

    def of(self, names: frozenset[str] | None, ingredients: Mapping[str, frozenset[str]]) -> Features:
        """Only what depends on parameters in ``names`` and on nothing else; None: everything."""
        if names is None:
            return self
        moving = {r.name for r in self.ranges[: self.plain]}
        use = [
            k
            for k, r in enumerate(self.ranges)
            if ingredients.get(r.name, frozenset({r.name})) & moving <= names
        ]
        plain = sum(k < self.plain for k in use)
        return Features(self.x[:, use], tuple(self.ranges[k] for k in use), plain)


def features(study: Study, x: Floats) -> Features:
    """The features at draws ``x`` [draw, varying parameter]. Derived ones that do not vary or stand for one parameter are left out."""
    varying = study.varying
    if study.derive is None or not len(x):
        return Features(x, varying, len(varying))
    n = len(x)
    draws: Draws = {r.name: np.full(n, r.base) for r in study.ranges if not r.varies}
    draws = {**draws, **{r.name: x[:, k] for k, r in enumerate(varying)}}
    found = study.derive(draws)
    columns, ranges = [x], list(varying)
    moving = {r.name for r in varying}
    for d in study.derived:
        column = np.array(np.broadcast_to(np.asarray(found[d.name], dtype=np.float64), (n,)))
        low, high = float(column.min()), float(column.max())
        if (
            not np.isfinite(column).all()
            or high - low <= 1e-9 * max(1.0, abs(low))
            or len(d.ingredients & moving) < 2
        ):
            continue
        columns.append(column[:, None])
        ranges.append(Range(Parameter(d.name, (low + high) / 2, low, high, "uniform", title=d.title)))
    return Features(np.hstack(columns), tuple(ranges), len(varying))
