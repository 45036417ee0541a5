"""How a claim's margin moves with each parameter: the chain rule over what its quantities do, or differences.

The margin is a formula in a few quantities (probabilities, payoffs) and parameters. How the quantities move comes from the
solver's exact derivatives; how the margin moves with them is differenced, which costs no solution. At a kink of the margin
(the least of two, the sign of a difference) that is the mean of both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from detente.explore.ranges import Floats

STEP = 1e-4  # range units: of a differenced margin
_NUDGE = 1e-6  # of a quantity, in its own units


class Slopes(Protocol):
    """Per policy: how events and values move with parameters, ``*_by`` [draw, parameter] in ``parameters``' order, their own units."""

    @property
    def parameters(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def event(self) -> Mapping[str, Mapping[str, Floats]]: ...
    @property
    def value(self) -> Mapping[str, Mapping[str, Floats]]: ...
    @property
    def event_by(self) -> Mapping[str, Mapping[str, Floats]]: ...
    @property
    def value_by(self) -> Mapping[str, Mapping[str, Floats]]: ...


def margin_slope(
    study: Any, claim: str, draws: Mapping[str, Floats], tables: Mapping[str, tuple[np.ndarray, Slopes]]
) -> tuple[Floats, Floats]:
    """Margin [draw] and gradient [draw, varying parameter] in range units; nan where a quantity has none.

    ``tables``: policy -> which row of a table each draw is [draw], and the table.
    """
    asked = study.claims[claim]
    n = len(next(iter(draws.values())))
    column = {r.name: k for k, r in enumerate(study.varying)}
    values: dict[Any, Floats] = {}
    moves: dict[Any, Floats] = {}  # quantity -> [draw, varying parameter]
    for quantity in asked.quantities:
        policy = quantity.policy or "equilibrium"
        row, table = tables[policy]
        known, by = (table.event, table.event_by) if quantity.kind == "P" else (table.value, table.value_by)
        values[quantity] = known[policy][quantity.name][row]
        moves[quantity] = np.zeros((n, len(column)))
        for k, name in enumerate(table.parameters[policy]):
            if name in column:
                moves[quantity][:, column[name]] = by[policy][quantity.name][row, k]

    def margin(values: Mapping[Any, Floats], draws: Mapping[str, Floats]) -> Floats:
        with np.errstate(all="ignore"):
            return np.array(np.broadcast_to(np.asarray(asked.margin(values, draws), dtype=float), (n,)))

    at = margin(values, draws)
    gradient = np.zeros((n, len(column)))
    for quantity, x in values.items():
        up, down = ({**values, quantity: x + side * _NUDGE} for side in (1, -1))
        by = (margin(up, draws) - margin(down, draws)) / (2 * _NUDGE)
        gradient += by[:, None] * moves[quantity]
    own = getattr(asked, "parameters", frozenset())
    for r in study.varying:
        if r.name in own:
            h = _NUDGE * (r.high - r.low)
            up, down = ({**draws, r.name: draws[r.name] + side * h} for side in (1, -1))
            gradient[:, column[r.name]] += (margin(values, up) - margin(values, down)) / (2 * h)
    for r in study.varying:
        wide = draws[r.name] * np.log(r.high / r.low) if r.logarithmic else r.high - r.low
        gradient[:, column[r.name]] *= wide
    gradient[~np.isfinite(at)] = np.nan
    return at, gradient


@dataclass(frozen=True, eq=False)
class Steps:
    """Points to solve for differences: each of ``n`` positions, then one step along each column of ``moved``."""

    points: Floats  # [position and its steps, parameter]
    n: int
    moved: tuple[int, ...]
    step: Floats  # [position, moved] signed, range units


def difference_points(study: Any, relevant: frozenset[str] | None, positions: Floats) -> Steps:
    """Where to solve for the gradient at ``positions``: steps of `STEP` inwards; of a discrete range, to a neighbouring value."""
    moved = tuple(k for k, r in enumerate(study.varying) if relevant is None or r.name in relevant)
    step = np.zeros((len(positions), len(moved)))
    rows = [positions]
    for j, k in enumerate(moved):
        z, values = positions[:, k], study.varying[k].values
        if values is None:
            step[:, j] = np.where(z + STEP > 1, -STEP, STEP)
        else:
            grid = np.asarray(study.varying[k].position(values))
            here = np.abs(z[:, None] - grid).argmin(axis=1)
            step[:, j] = grid[np.where(here + 1 < len(grid), here + 1, here - 1)] - z
        there = positions.copy()
        there[:, k] += step[:, j]
        rows.append(there)
    return Steps(np.concatenate(rows), len(positions), moved, step)


def differenced(steps: Steps, margin: Floats) -> tuple[Floats, Floats]:
    """Margins [position] and gradients [position, parameter] from margins at the points of `difference_points`.

    A step into an undecided or refused point leaves that component 0; nan where the position itself is undecided.
    """
    n = steps.n
    at = margin[:n]
    gradient = np.zeros((n, steps.points.shape[1]))
    for j, k in enumerate(steps.moved):
        with np.errstate(all="ignore"):
            by = (margin[(j + 1) * n : (j + 2) * n] - at) / steps.step[:, j]
        gradient[:, k] = np.where(np.isfinite(by), by, 0.0)
    gradient[~np.isfinite(at)] = np.nan
    return at, gradient
