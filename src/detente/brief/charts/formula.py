"""What is known in closed form over the parameters that it names: a region, a stretch of a range, a curve."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import sentences, words
from detente.brief.charts.axis import DIGIT, apart, ends, logarithmic
from detente.brief.charts.room import Room, widest_room
from detente.brief.marks import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    PAPER,
    Layer,
    Place,
    Scale,
    dots,
    frame,
    frames,
    hatching,
    label,
    lines,
    points,
    segments,
    sign,
    svg,
    ticks,
)

ACROSS, UP = 280, 200  # px
CROSS = "M-1,0L1,0M0,-1L0,1"
APART = 15  # px between words at the ends of lines
SIDES = {True: "holds", False: "fails", None: "not admitted"}
Picture = Mapping[str, Any]


def formula(picture: Picture, text: str, parameters: sentences.Parameters, key: str) -> Markup:
    """The picture of one threshold (`detente.brief.model.known.thresholds` says what it holds); ``text`` is its sentence."""
    draw = {"region": _region, "stretch": _stretch, "curve": _curve}[picture["kind"]]
    return draw(picture, text, parameters, key)


def _region(picture: Picture, text: str, parameters: sentences.Parameters, key: str) -> Markup:
    x, y = parameters.row(picture["x"]), parameters.row(picture["y"])
    across = Scale(*ends(x), 0, ACROSS, logarithmic(x))
    up = Scale(*ends(y), UP, 0, logarithmic(y))
    cells = _cells(picture["grid"], across, up)
    ours = across(x["base"]), up(y["base"])
    layers = [frame(0, ACROSS, 0, UP, fill="transparent", stroke=LINE, strokeWidth=1)]
    layers.append(frames([room for room, side in cells if side], fill=ACCENT, fillOpacity=0.24))
    layers.append(hatching([room for room, side in cells if side is None]))
    layers.append(lines([[_within(p, across, up) for p in path] for path in picture["boundary"]], INK, 2))
    layers += _corners(across, up)
    present = [side for side in SIDES if any(s is side for _, s in cells)]
    for side in present:
        said = f"{SIDES[side]} everywhere" if len(present) == 1 else SIDES[side]
        mine, others = [r for r, s in cells if s is side], [r for r, s in cells if s is not side]
        at = widest_room(said, mine, others, ours, (ACROSS, UP))
        if at is not None:
            layers += sign(said, *at)
    layers += sign("base", ours[0] + (24 if ours[0] < ACROSS - 54 else -24), ours[1])
    middle = [(x["base"], y["base"])]
    mark = {"shape": CROSS, "filled": False}
    layers.append(points(across, up, middle, stroke=PAPER, strokeWidth=7, size=260, **mark))
    layers.append(points(across, up, middle, stroke=INK, strokeWidth=2.5, size=200, **mark))
    answers = [side for row in picture["grid"]["holds"] for side in row]
    held, refused = sum(side == 1 for side in answers), sum(side is None for side in answers)
    told = f"By {_lower(parameters, picture['x'])} across and {_lower(parameters, picture['y'])} upwards, others at their base: "
    told += (
        f"holds at {held:,} of {len(answers):,} places of a grid, fails at {len(answers) - held - refused:,}"
    )
    told += f", {refused:,} are not admitted." if refused else "."
    return svg(layers, ACROSS, UP, (46, 12, 8, 24), f"Where it holds: {words.sentence(text)}", told, key)


def _cells(grid: Picture, across: Scale, up: Scale) -> list[tuple[Room, bool | None]]:
    """The grid as rooms in pixels; neighbours in a row with one answer are one room."""
    lefts, heights = _edges(grid["x"], across), _edges(grid["y"], up)
    found: list[tuple[Room, bool | None]] = []
    for j, row in enumerate(grid["holds"]):
        k = 0
        for side, run in itertools.groupby(row):
            n = len(list(run))
            room = (lefts[k], lefts[k + n], min(heights[j : j + 2]), max(heights[j : j + 2]))
            found.append((room, None if side is None else bool(side)))
            k += n
    return found


def _edges(at: Sequence[float], scale: Scale) -> list[float]:
    pixels = [scale(value) for value in at]
    return [scale.start, *((a + b) / 2 for a, b in itertools.pairwise(pixels)), scale.end]


def _within(place: Sequence[float], across: Scale, up: Scale) -> Place:
    return (
        across(min(max(place[0], across.low), across.high)),
        up(min(max(place[1], up.low), up.high)),
    )


def _corners(across: Scale, up: Scale) -> list[Layer]:
    return [
        label(0, UP + 17, words.number(across.low), align="left", fill=MUTED),
        label(ACROSS, UP + 17, words.number(across.high), align="right", fill=MUTED),
        label(-6, UP, words.number(up.low), align="right", fill=MUTED),
        label(-6, 10, words.number(up.high), align="right", fill=MUTED),
    ]


def _stretch(picture: Picture, text: str, parameters: sentences.Parameters, key: str) -> Markup:
    row = parameters.row(picture["x"])
    low, high = ends(row)
    scale = Scale(low, high, 0, ACROSS, logarithmic(row))
    pieces = [(p["low"], p["high"], SIDES[p["holds"]]) for p in picture["pieces"]]
    layers = [segments(scale, [(low, high, 26)], MUTED, 1.5, dash=(2, 3))]
    layers.append(segments(scale, [(a, b, 26) for a, b, side in pieces if side == "holds"], ACCENT, 5))
    layers += [
        label((scale(a) + scale(b)) / 2, 11, side)
        for a, b, side in pieces
        if scale(b) - scale(a) > DIGIT * len(side)
    ]
    cuts = [b for _, b, _ in pieces[:-1]]
    layers += [ticks(scale, [(at, 14, 36) for at in cuts], 2), dots(scale, [(row["base"], 26)])]
    numbers = [(at, words.number(at, digits=3), True) for at in cuts]
    layers += apart(scale, [*numbers, *((v, words.number(v), False) for v in (row["base"], low, high))], 49)
    told = "; ".join(
        f"{side} from {words.number(a, digits=3)} to {words.number(b, digits=3)}" for a, b, side in pieces
    )
    named = f"{words.sentence(text)} Over {_lower(parameters, picture['x'])}"
    return svg(
        layers,
        ACROSS,
        54,
        (14, 14, 2, 2),
        named,
        f"It {told}. The base value is {words.number(row['base'])}.",
        key,
    )


def _curve(picture: Picture, text: str, parameters: sentences.Parameters, key: str) -> Markup:
    """A line for each value of the second parameter, or one line; broken where the number jumps."""
    row = parameters.row(picture["x"])
    known = [v for line in picture["lines"] for _, v in line["points"] if v is not None]
    known += [picture["base"][1]] if picture["base"] else []
    across = Scale(*ends(row), 0, ACROSS, logarithmic(row))
    up = Scale(*_height(known), UP, 0)
    layers: list[Layer] = [frame(0, ACROSS, 0, UP, fill="transparent", stroke=LINE, strokeWidth=1)]
    other = parameters.row(picture["y"]) if picture["y"] else {}
    names: list[tuple[float, str]] = []
    said: list[str] = []
    for line in picture["lines"]:
        ours = line["at"] is None or line["at"] == other.get("base")
        parts = _parts(line["points"])
        paths = [[(across(a), up(v)) for a, v in part] for part in parts]
        layers.append(lines(paths, ACCENT if ours else MUTED, 2.4 if ours else 1.4))
        if not parts:
            continue
        (_, first), (_, last) = parts[0][0], parts[-1][-1]
        if line["at"] is not None:
            names.append((up(last), f"{picture['y']} = {words.number(line['at'])}"))
        which = (
            "" if line["at"] is None else f" at {_lower(parameters, picture['y'])} {words.number(line['at'])}"
        )
        jumps = f", with {words.count(len(parts) - 1, 'break')}" if len(parts) > 1 else ""
        said.append(f"from {words.number(first, digits=3)} to {words.number(last, digits=3)}{which}{jumps}")
    if picture["base"]:
        ring = {"filled": True, "fill": PAPER, "stroke": INK, "strokeWidth": 2, "size": 64}
        layers.append(points(across, up, [tuple(picture["base"])], **ring))
        said.append(f"{words.number(picture['base'][1], digits=3)} at the base values")
    layers += [label(ACROSS + 6, y + 4, name, align="left") for y, name in _spread(names)]
    layers += _corners(across, up)
    right = 12 + int(max((6.6 * len(name) for _, name in names), default=0))
    told = f"Over {_lower(parameters, picture['x'])} from {words.spread(across.low, across.high)}, others at their base: "
    told += f"{'; '.join(said)}." if said else "it has 0 values in the range."
    return svg(layers, ACROSS, UP, (46, right, 8, 24), words.sentence(text), told, key)


def _height(known: Sequence[float]) -> tuple[float, float]:
    """The scale of values: from nothing where that is near, else from the lowest; never without height."""
    low, high = min(known, default=0.0), max(known, default=1.0)
    low = 0.0 if 0 <= low <= 0.4 * high else low
    high = 0.0 if 0 >= high >= 0.4 * low else high
    if high - low <= 1e-9 * max(abs(low), abs(high), 1):
        return (low - 0.5, high + 0.5)
    return low, high


def _parts(given: Sequence[Sequence[float | None]]) -> list[list[tuple[float, float]]]:
    """The stretches of a line between its gaps."""
    parts: list[list[tuple[float, float]]] = []
    for known, run in itertools.groupby(given, lambda p: p[1] is not None):
        if known:
            parts.append([(a, v) for a, v in run if a is not None and v is not None])
    return parts


def _spread(names: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Words at the ends of lines, moved apart where they would touch, within the picture."""
    placed: list[tuple[float, str]] = []
    for y, name in sorted(names):
        placed.append((max(y, placed[-1][0] + APART) if placed else y, name))
    over = max(0.0, placed[-1][0] - UP) if placed else 0.0
    return [(y - over, name) for y, name in placed]


def _lower(parameters: sentences.Parameters, name: str) -> str:
    return parameters.spoken(name)


__all__ = ["formula"]
