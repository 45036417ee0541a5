"""What is known in closed form: each threshold at the base point, and its picture over the parameters that it names.

A picture is computed from the formula alone, all other parameters at their base values; no game is solved for it. Where a constraint
of the model refuses a point, or the formula has no value there, the picture says so.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from detente.explore.claims.contour import Edge, chained, segments
from detente.game.parameter import Parameter
from detente.models import Model, Threshold

CELLS = (60, 44)  # places of a region, across and up
PLACES = 161  # of a curve
HALVINGS = 32  # of an interval, to find where a comparison changes or a number jumps
JUMP = 0.02  # of the whole height: a step that stays this high however narrow the interval is a jump
STEEP = 0.04  # of the whole height: a step worth looking into

Floats = np.ndarray


def thresholds(model: Model) -> list[dict[str, Any]]:
    """Each threshold: ``text, formula, over, compares, at_base`` (true, false, a number; null: no value) and ``picture``.

    ``picture`` is null, or by ``kind``: "region" `{x, y, grid: {x, y, holds}, boundary}`;
    "stretch" `{x, pieces: [{low, high, holds}]}`;
    "curve" `{x, y, lines: [{at, points: [[x, value], ...]}], base: [x, value]}`,
    ``y`` null where there is one line. ``holds`` and values are null where the model admits no such point. Lines are cut where the
    number jumps.
    """
    return [_one(model, threshold) for threshold in model.thresholds]


def _one(model: Model, threshold: Threshold) -> dict[str, Any]:
    value = _at(model, threshold, {})
    known = math.isfinite(float(value))
    return {
        "text": threshold.text,
        "formula": threshold.formula,
        "over": list(threshold.over),
        "compares": threshold.compares,
        "at_base": None if not known else bool(value) if threshold.compares else float(value),
        "picture": _picture(model, threshold),
    }


def _at(model: Model, threshold: Threshold, moved: Mapping[str, Any]) -> Floats:
    """The formula's value, others at their base; nan where a constraint refuses the point or there is no value."""
    point = {**model.game.base, **moved}
    shape = np.broadcast_shapes(*(np.shape(v) for v in moved.values()))
    with np.errstate(all="ignore"):
        value = np.array(np.broadcast_to(threshold.value(point), shape), dtype=np.float64)
        for constraint in model.game.constraints:
            value[np.broadcast_to(constraint.value(point), shape) == 0] = np.nan
    value[~np.isfinite(value)] = np.nan
    return value


def _picture(model: Model, threshold: Threshold) -> dict[str, Any] | None:
    if not threshold.over:
        return None
    axes = [model.game.parameters[name] for name in threshold.over]
    if threshold.compares:
        return _region(model, threshold, *axes) if len(axes) == 2 else _stretch(model, threshold, axes[0])
    return _curves(model, threshold, *axes)


def places(parameter: Parameter, n: int) -> Floats:
    """``n`` places from end to end, even on the axis that the parameter is drawn on; a discrete one's own values."""
    if parameter.distribution == "discrete":
        return np.unique(parameter.shape[: len(parameter.shape) // 2])
    if parameter.distribution == "loguniform":
        return np.geomspace(parameter.low, parameter.high, n)
    return np.linspace(parameter.low, parameter.high, n)


def _region(model: Model, threshold: Threshold, x: Parameter, y: Parameter) -> dict[str, Any]:
    xs, ys = places(x, CELLS[0]), places(y, CELLS[1])

    def formula(a: Floats, b: Floats) -> Floats:
        return _at(model, threshold, {x.name: a, y.name: b})

    across, up = np.meshgrid(xs, ys)
    value = formula(across, up)
    answer = np.where(np.isnan(value), -1, value != 0).astype(int)
    return {
        "kind": "region",
        "x": x.name,
        "y": y.name,
        "grid": {
            "x": [float(v) for v in xs],
            "y": [float(v) for v in ys],
            "holds": [[None if v < 0 else int(v) for v in row] for row in answer],
        },
        "boundary": _boundary(xs, ys, answer, formula),
    }


def _boundary(
    xs: Floats, ys: Floats, answer: Floats, formula: Callable[[Floats, Floats], Floats]
) -> list[list[list[float]]]:
    """Lines between the side that holds and the one that fails, each point found on an edge of the grid by halving."""
    edges: list[Edge] = [
        ("h", int(j), int(i)) for j, i in np.argwhere(_changes(answer[:, :-1], answer[:, 1:]))
    ]
    edges += [("v", int(j), int(i)) for j, i in np.argwhere(_changes(answer[:-1], answer[1:]))]
    if not edges:
        return []
    start = np.array([(xs[i], ys[j]) for _, j, i in edges]).T
    end = np.array([(xs[i + (k == "h")], ys[j + (k == "v")]) for k, j, i in edges]).T
    first = np.array([answer[j, i] for _, j, i in edges])
    for _ in range(HALVINGS):
        middle = (start + end) / 2
        same = formula(middle[0], middle[1]) == first
        start, end = np.where(same, middle, start), np.where(same, end, middle)
    at = {edge: [float(end[0, n]), float(end[1, n])] for n, edge in enumerate(edges)}
    low_left, low_right, up_left, up_right = (
        answer[:-1, :-1],
        answer[:-1, 1:],
        answer[1:, :-1],
        answer[1:, 1:],
    )
    alternate = _changes(low_left, low_right) & _changes(up_left, up_right) & (low_left == up_right)
    joined: dict[tuple[int, int], bool] = {}
    for j, i in np.argwhere(alternate):
        centre = formula((xs[i : i + 1] + xs[i + 1]) / 2, (ys[j : j + 1] + ys[j + 1]) / 2)
        joined[int(j), int(i)] = bool(centre[0] == 1)
    return [[at[edge] for edge in line] for line in chained(segments(answer, at, joined))]


def _changes(one: Floats, other: Floats) -> Floats:
    """Where both are known and differ."""
    return (one >= 0) & (other >= 0) & (one != other)


def _stretch(model: Model, threshold: Threshold, x: Parameter) -> dict[str, Any]:
    xs = places(x, PLACES)
    value = _at(model, threshold, {x.name: xs})
    answer = [None if np.isnan(v) else bool(v) for v in value]
    cuts: list[float] = [float(xs[0])]
    sides: list[bool | None] = [answer[0]]
    for k in range(1, len(xs)):
        if answer[k] is not answer[k - 1]:
            a, b = float(xs[k - 1]), float(xs[k])
            for _ in range(HALVINGS):
                middle = (a + b) / 2
                here = float(_at(model, threshold, {x.name: np.array([middle])})[0])
                side = None if math.isnan(here) else bool(here)
                a, b = (middle, b) if side is answer[k - 1] else (a, middle)
            cuts.append(b)
            sides.append(answer[k])
    cuts.append(float(xs[-1]))
    pieces = [
        {"low": a, "high": b, "holds": side}
        for (a, b), side in zip(itertools.pairwise(cuts), sides, strict=True)
    ]
    return {"kind": "stretch", "x": x.name, "pieces": pieces}


def turns(model: Model, threshold: Threshold, name: str) -> list[tuple[float, bool]]:
    """Where a comparison changes sides along one parameter, others at their base: the value, and whether it holds above.

    Empty where the range holds points that the model does not admit, and for a parameter that takes single values only.
    """
    parameter = model.game.parameters[name]
    if parameter.distribution == "discrete":
        return []
    pieces = _stretch(model, threshold, parameter)["pieces"]
    if any(piece["holds"] is None for piece in pieces):
        return []
    return [(piece["low"], piece["holds"]) for piece in pieces[1:]]


def _curves(model: Model, threshold: Threshold, x: Parameter, y: Parameter | None = None) -> dict[str, Any]:
    xs = places(x, PLACES)
    levels = [None] if y is None else _levels(y)
    values = [
        _at(model, threshold, {x.name: xs, **({} if y is None else {y.name: np.float64(level or 0.0)})})
        for level in levels
    ]
    shown = np.concatenate(values)
    shown = shown[np.isfinite(shown)]
    height = float(np.ptp(shown)) if shown.size else 0.0
    lines = []
    for level, value in zip(levels, values, strict=True):
        fixed = {} if y is None else {y.name: np.float64(level or 0.0)}

        def formula(at: float, fixed: Mapping[str, Any] = fixed) -> float:
            return float(_at(model, threshold, {x.name: np.array([at]), **fixed})[0])

        lines.append({"at": level, "points": _cut(xs, value, formula, height)})
    here = float(_at(model, threshold, {}))
    return {
        "kind": "curve",
        "x": x.name,
        "y": None if y is None else y.name,
        "lines": lines,
        "base": None if math.isnan(here) else [x.base, here],
    }


def _levels(y: Parameter) -> list[float]:
    """The values of a second parameter that get a line each: a discrete one's own, else both ends and the base value."""
    if y.distribution == "discrete":
        own = sorted({float(v) for v in y.shape[: len(y.shape) // 2]})
        if len(own) <= 5:
            return own
    return sorted({y.low, y.base, y.high})


def _cut(
    xs: Floats, value: Floats, formula: Callable[[float], float], height: float
) -> list[list[float | None]]:
    """The line's points; where the number jumps, a point on each side and a gap [x, null] between them."""
    points: list[list[float | None]] = []
    for k in range(len(xs)):
        if (
            k
            and np.isfinite(value[k - 1 : k + 1]).all()
            and abs(value[k] - value[k - 1]) > STEEP * height > 0
        ):
            (a, left), (b, right) = _narrowed(
                (float(xs[k - 1]), float(value[k - 1])), (float(xs[k]), float(value[k])), formula
            )
            if abs(right - left) > JUMP * height:
                points += [[a, left], [b, None], [b, right]]
        points.append([float(xs[k]), None if np.isnan(value[k]) else float(value[k])])
    return points


def _narrowed(
    left: tuple[float, float], right: tuple[float, float], formula: Callable[[float], float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The half with the larger step, again and again."""
    for _ in range(HALVINGS):
        at = (left[0] + right[0]) / 2
        middle = formula(at)
        if math.isnan(middle):
            return left, right
        if abs(middle - left[1]) >= abs(right[1] - middle):
            right = at, middle
        else:
            left = at, middle
    return left, right


__all__ = ["thresholds", "turns"]
