"""Where a claim holds, over the two assumptions that decide it most: combinations tried, the region, its boundary."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import sentences, words
from detente.brief.charts.axis import ends, logarithmic
from detente.brief.charts.room import Room, free, widest_room
from detente.brief.marks import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    PAPER,
    WASH,
    Layer,
    Scale,
    box,
    frame,
    frames,
    hatching,
    label,
    lines,
    points,
    sign,
    svg,
)

POINTS, ON_GRID = 220, 90  # of a map: draws come evenly spread, so that the first ones show the whole
ACROSS, UP = 280, 200  # px
CROSS, SALTIRE = "M-1,0L1,0M0,-1L0,1", "M-1,-1L1,1M-1,1L1,-1"

Tried = Sequence[tuple[float, float, bool | None]]
Claim = Mapping[str, Any]


def drawable(claim: Claim) -> bool:
    """Whether there is anything to draw on a map."""
    drawn = claim.get("map") or {}
    return bool(drawn.get("points") or _grid(drawn))


def region(claim: Claim, parameters: sentences.Parameters, key: str, shown: int = POINTS) -> Markup:
    """The claim over two assumptions.

    ``map.points``: combinations in which all other assumptions vary too, a mark each. ``map.grid`` {x, y, holds}: the region with
    all others at our middle values, shaded where it holds and hatched where undecided; ``map.boundary``: lines between the two.
    Each may be absent.
    """
    drawn = claim["map"]
    grid = _grid(drawn)
    x, y = parameters.row(drawn["x"]), parameters.row(drawn["y"])
    shown = min(shown, ON_GRID) if grid else shown
    tried = [(p[0], p[1], None if p[2] is None else bool(p[2])) for p in (drawn.get("points") or ())[:shown]]
    places = ([p[0] for p in tried], [p[1] for p in tried])
    xs, ys = (grid["x"], grid["y"]) if grid else ([], [])
    across = Scale(*ends(x, *places[0], *xs), 0, ACROSS, logarithmic(x))
    up = Scale(*ends(y, *places[1], *ys), UP, 0, logarithmic(y))
    bounds = _box(claim, across, up)
    cells = _cells(grid, across, up) if grid else []
    layers = [frame(0, ACROSS, 0, UP, fill="transparent", stroke=LINE, strokeWidth=1)]
    if grid:
        layers.append(frames([room for room, side in cells if side], fill=ACCENT, fillOpacity=0.24))
        layers.append(hatching([room for room, side in cells if side is None]))
    if bounds and grid:
        layers.append(box(across, up, bounds, fill="transparent", stroke=ACCENT, strokeWidth=2))
    elif bounds:
        layers.append(box(across, up, bounds, fill=WASH, stroke=ACCENT, strokeWidth=2, fillOpacity=1))
    layers += _marks(tried, across, up, 0.6 if grid else 1.0)
    layers.append(_boundary(drawn.get("boundary") or (), across, up))
    layers += [
        label(0, UP + 17, words.number(across.low), align="left", fill=MUTED),
        label(ACROSS, UP + 17, words.number(across.high), align="right", fill=MUTED),
        label(-6, UP, words.number(up.low), align="right", fill=MUTED),
        label(-6, 10, words.number(up.high), align="right", fill=MUTED),
    ]
    has_base = x.get("base") is not None and y.get("base") is not None
    ours = (across(x["base"]), up(y["base"])) if has_base else None
    if grid:
        sides = _sides_of(cells, ours)
    else:
        rooms = _sides(claim, bounds, across, up)
        sides = [(text, free(text, room, ours, (ACROSS, UP))) for text, room in rooms]
    for text, at in sides:
        layers += sign(text, *at)
    if ours:
        layers += sign("ours", ours[0] + (22 if ours[0] < ACROSS - 50 else -22), ours[1])
        middle = [(x["base"], y["base"])]
        cross = {"shape": CROSS, "filled": False}
        layers.append(points(across, up, middle, stroke=PAPER, strokeWidth=7, size=260, **cross))
        layers.append(points(across, up, middle, stroke=INK, strokeWidth=2.5, size=200, **cross))
    told = _told(claim, tried, grid, bounds is not None, parameters)
    return svg(
        layers, ACROSS, UP, (46, 12, 8, 24), f"Where it holds: {words.sentence(claim['text'])}", told, key
    )


def _grid(drawn: Mapping[str, Any]) -> Mapping[str, Any] | None:
    grid = drawn.get("grid")
    return grid if grid and grid.get("x") and grid.get("y") and grid.get("holds") else None


def _marks(tried: Tried, across: Scale, up: Scale, size: float) -> list[Layer]:
    """A ring where the claim fails, a small cross where it is undecided, a filled dot where it holds."""
    styles = (
        (False, {"filled": False, "stroke": MUTED, "shape": "circle", "size": 22 * size, "strokeWidth": 1.2}),
        (None, {"filled": False, "stroke": INK, "shape": SALTIRE, "size": 16 * size, "strokeWidth": 1.2}),
        (True, {"filled": True, "fill": ACCENT, "shape": "circle", "size": 26 * size}),
    )
    return [points(across, up, [p[:2] for p in tried if p[2] is side], **style) for side, style in styles]


def _edges(at: Sequence[float], scale: Scale) -> list[float]:
    """The pixels between the places of a grid; the outer ones at the ends of the scale."""
    pixels = [scale(value) for value in at]
    return [scale.start, *((a + b) / 2 for a, b in itertools.pairwise(pixels)), scale.end]


def _cells(grid: Mapping[str, Any], across: Scale, up: Scale) -> list[tuple[Room, bool | None]]:
    """The grid as rooms in pixels; neighbours in a row with one answer are one room, rows have one height each."""
    lefts, heights = _edges(grid["x"], across), _edges(grid["y"], up)
    found: list[tuple[Room, bool | None]] = []
    for j, row in enumerate(grid["holds"]):
        k = 0
        for value, run in itertools.groupby(row[: len(lefts) - 1]):
            n = len(list(run))
            room = (lefts[k], lefts[k + n], min(heights[j : j + 2]), max(heights[j : j + 2]))
            found.append((room, None if value is None else bool(value)))
            k += n
    return found


def _boundary(paths: Sequence[Sequence[Sequence[float]]], across: Scale, up: Scale) -> Layer:
    """The line between the sides, kept within the picture."""

    def at(place: Sequence[float]) -> tuple[float, float]:
        a = min(max(place[0], across.low), across.high)
        b = min(max(place[1], up.low), up.high)
        return across(a), up(b)

    return lines([[at(place) for place in path] for path in paths if len(path) > 1], INK, 2)


def _sides_of(
    cells: Sequence[tuple[Room, bool | None]], ours: tuple[float, float] | None
) -> list[tuple[str, tuple[float, float]]]:
    """The names of the sides of a region, each where it has most room."""
    names = {True: "holds", False: "fails", None: "undecided"}
    present = [side for side in (True, False, None) if any(s is side for _, s in cells)]
    found = []
    for side in present:
        text = f"{names[side]} everywhere" if len(present) == 1 else names[side]
        mine, others = [r for r, s in cells if s is side], [r for r, s in cells if s is not side]
        at = widest_room(text, mine, others, ours, (ACROSS, UP))
        if at is not None:
            found.append((text, at))
    return found


def _sides(
    claim: Claim, bounds: tuple[float, ...] | None, across: Scale, up: Scale
) -> list[tuple[str, Room]]:
    """The names of the sides and the room for each: in the box, and in the widest strip outside."""
    if bounds is None:
        everywhere = {"holds throughout": "holds everywhere", "fails throughout": "fails everywhere"}
        return [(everywhere[claim["verdict"]], (0, ACROSS, 0, UP))] if claim["verdict"] in everywhere else []
    left, right, bottom, top = across(bounds[0]), across(bounds[1]), up(bounds[2]), up(bounds[3])
    strips = ((0, left, 0, UP), (right, ACROSS, 0, UP), (0, ACROSS, 0, top), (0, ACROSS, bottom, UP))
    outside = max(strips, key=lambda room: (round(min(room[1] - room[0], 2.5 * (room[3] - room[2]))), room))
    return [("holds", (left, right, top, bottom)), ("fails", outside)]


def _box(claim: Claim, across: Scale, up: Scale) -> tuple[float, float, float, float] | None:
    """The rule's bounds on the two axes, as far as it has any; None when it has none on either, or none was found."""
    rule = {each["parameter"]: each for each in claim.get("rule") or ()}
    axes = (claim["map"]["x"], across), (claim["map"]["y"], up)
    if (
        claim["verdict"] != "holds if"
        or claim.get("rule_found") is False
        or not any(name in rule for name, _ in axes)
    ):
        return None
    (left, right), (bottom, top) = (
        (
            scale.low if rule.get(name, {}).get("low") is None else max(scale.low, rule[name]["low"]),
            scale.high if rule.get(name, {}).get("high") is None else min(scale.high, rule[name]["high"]),
        )
        for name, scale in axes
    )
    return left, right, bottom, top


def _told(
    claim: Claim,
    tried: Tried,
    grid: Mapping[str, Any] | None,
    boxed: bool,
    parameters: sentences.Parameters,
) -> str:
    x, y = (words.lower_first(parameters.title(claim["map"][axis])) for axis in "xy")
    told = [f"By {x} across and {y} upwards."]
    if grid:
        answers = [value for row in grid["holds"] for value in row]
        told.append(
            f"With every other assumption at our middle value, the claim {_counted(answers)} of {len(answers)} places of a grid."
        )
    if tried:
        told.append(
            f"Of {len(tried)} combinations shown, in which all others vary too, the claim {_counted([p[2] for p in tried])}."
        )
    if boxed:
        told.append(f"The box is where {sentences.conditions(claim['rule'], parameters)}.")
    return " ".join(told)


def _counted(answers: Sequence[object]) -> str:
    """ "holds in 3, fails in 4, is undecided in 2"."""
    undecided = sum(value is None for value in answers)
    held = sum(bool(value) for value in answers)
    told = f"holds in {held}, fails in {len(answers) - held - undecided}"
    return f"{told}, is undecided in {undecided}" if undecided else told
