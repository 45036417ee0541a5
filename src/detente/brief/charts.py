"""The pictures of the brief: small, drawn by Vega-Lite, each with its meaning in words as well.

Shape, place and words carry every meaning; colour repeats it. A boundary is drawn where it lies, with the side named on
each side of it, and a range is drawn as a range.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import sentences, words
from detente.brief.marks import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    PAPER,
    Layer,
    Scale,
    box,
    dot,
    frame,
    label,
    points,
    segments,
    sign,
    svg,
    ticks,
)

POINTS = 220  # of a map: draws come evenly spread, so that the first ones show the whole
STRIP, RANGE, ACROSS, UP, EVENT = 240, 190, 280, 200, 220  # px: widths, and the height of a map
CROSS, SALTIRE = "M-1,0L1,0M0,-1L0,1", "M-1,-1L1,1M-1,1L1,-1"

Flips = Sequence[Mapping[str, Any]]


def strip(
    parameter: Mapping[str, Any], base: float, flips: Flips, holds_at_base: bool | None, key: str
) -> Markup:
    """A parameter's range with our middle value and each value at which the claim flips; every side is named.

    ``flips``: {at, holds: "above" | "below"}, the nearest to ``base`` first; without ``holds``, the side of ``base`` decides.
    """
    low, high = _ends(parameter, base, *(each["at"] for each in flips))
    scale = Scale(low, high, 0, STRIP, _log(parameter))
    unit = sentences.attached(parameter.get("unit"))
    shown_base, shown_at = words.numbers_apart(base, flips[0]["at"])
    layers = [segments(scale, [(low, high)], 26, MUTED, 1.5, dash=(2, 3))]
    stretches = _stretches(low, high, base, flips, holds_at_base)
    held = [(a, b) for a, b, side in stretches if side == "holds"]
    if held:
        layers.append(segments(scale, held, 26, ACCENT, 5))
    layers += [
        label((scale(a) + scale(b)) / 2, 11, side) for a, b, side in stretches if scale(b) - scale(a) > 30
    ]
    layers += [ticks(scale, [each["at"] for each in flips], 14, 36, 2), dot(scale, base, 26)]
    numbers = [(flips[0]["at"], shown_at, True), (base, shown_base, False)]
    numbers += [(each["at"], words.number(each["at"], digits=3), True) for each in flips[1:]]
    numbers += [(low, words.number(low), False), (high, words.number(high), False)]
    layers += _apart(scale, numbers, 49)
    sides = ", ".join(
        f"{side} from {words.number(a, unit, 3)} to {words.number(b, unit, 3)}" for a, b, side in stretches
    )
    told = (
        f"{sentences.title(parameter)}, range {words.spread(low, high, unit)}: the claim {sides}. "
        f"Our middle value is {words.with_unit(shown_base, unit)}."
    )
    return svg(layers, STRIP, 54, (14, 14, 2, 2), told, key)


def _stretches(
    low: float, high: float, base: float, flips: Flips, holds_at_base: bool | None
) -> list[tuple[float, float, str]]:
    """The range cut at the flips: (from, to, holds | fails | as now | flips)."""
    cuts = sorted({each["at"] for each in flips})
    above = {each["at"]: each["holds"] == "above" for each in flips if each.get("holds")}
    found = []
    for left, right in itertools.pairwise([low, *cuts, high]):
        here = left <= base <= right
        if left in above or right in above:
            side = above[left] if left in above else not above[right]
        else:
            side = None if holds_at_base is None else holds_at_base if here else not holds_at_base
        found.append(
            (left, right, ("as now" if here else "flips") if side is None else "holds" if side else "fails")
        )
    return found


def _apart(scale: Scale, numbers: Sequence[tuple[float, str, bool]], y: float) -> list[Layer]:
    """Numbers under a line, the first the most wanted; one that would touch another is left out."""
    layers, taken = [], []
    for at, text, bold in numbers:
        half, centre = 3.8 * len(text) + 3, scale(at)
        if all(abs(centre - other) >= half + wide for other, wide in taken):
            taken.append((centre, half))
            layers.append(label(centre, y, text, bold=bold, fill=INK if bold else MUTED))
    return layers


def assumption(parameter: Mapping[str, Any], flips: Sequence[tuple[str, float]], key: str) -> Markup:
    """A parameter's range with our middle value; a mark with the claim's number where each claim flips."""
    base, unit = parameter["base"], sentences.attached(parameter.get("unit"))
    low, high = _ends(parameter, base, *(at for _, at in flips))
    scale = Scale(low, high, 0, RANGE, _log(parameter))
    layers = [
        segments(scale, [(low, high)], 24, ACCENT, 3),
        dot(scale, base, 24),
        ticks(scale, [at for _, at in flips], 16, 32, 1.5),
    ]
    layers += [label(x, 9, text, bold=True) for x, text in _gathered(scale, flips)]
    told = ", ".join(f"claim {number} flips at {words.number(at, unit)}" for number, at in flips)
    range_told = f"range {words.spread(low, high, unit)}, our middle value {words.number(base, unit)}"
    return svg(layers, RANGE, 36, (14, 14, 2, 2), f"{sentences.title(parameter)}: {range_told}; {told}.", key)


def _gathered(scale: Scale, flips: Sequence[tuple[str, float]]) -> list[tuple[float, str]]:
    """Labels over the flips, (pixel, text); those that would touch become one, and more than two claims a count."""
    groups = [([scale(at)], [number]) for number, at in sorted(flips, key=lambda each: (each[1], each[0]))]

    def text(numbers: Sequence[str]) -> str:
        found = list(dict.fromkeys(numbers))
        return ", ".join(found) if len(found) < 3 else f"{len(found)} claims"

    def ends(group: tuple[list[float], list[str]]) -> tuple[float, float]:
        middle, half = sum(group[0]) / len(group[0]), 3.8 * len(text(group[1])) + 2
        return middle - half, middle + half

    k = 0
    while k + 1 < len(groups):
        if ends(groups[k])[1] > ends(groups[k + 1])[0]:
            places, numbers = groups.pop(k + 1)
            groups[k][0].extend(places)
            groups[k][1].extend(numbers)
            k = max(0, k - 1)
        else:
            k += 1
    return [(sum(places) / len(places), text(numbers)) for places, numbers in groups]


def outcomes(title: str, rows: Sequence[Mapping[str, Any]], key: str) -> Markup:
    """How often an event happens under each policy: the range over all combinations, its middle, the mean. One row a policy."""
    scale = Scale(0, 1, 0, EVENT)
    layers = []
    for i, row in enumerate(rows):
        y = 38 * i + 26
        tenths = row.get("p10") is not None and row.get("p90") is not None
        layers += [
            segments(scale, [(0, 1)], y, LINE, 1),
            segments(scale, [(row["low"], row["high"])], y, ACCENT, 1.5 if tenths else 5),
        ]
        if tenths:
            layers.append(segments(scale, [(row["p10"], row["p90"])], y, ACCENT, 6))
        if row.get("mean") is not None:
            layers.append(dot(scale, row["mean"], y))
        layers.append(label(0, y - 13, words.shortened(row["title"], 46), align="left"))
        layers.append(
            label(EVENT + 8, y + 4, words.spread(row["low"], row["high"]), align="left", fill=MUTED)
        )
    told = "; ".join(
        f"{row['title']}: {words.spread(row['low'], row['high'])}, mean {words.number(row.get('mean'))}"
        for row in rows
    )
    return svg(layers, EVENT, 38 * len(rows), (8, 100, 0, 4), f"{title}. {told}.", key)


def region(
    claim: Mapping[str, Any], parameters: sentences.Parameters, key: str, shown: int = POINTS
) -> Markup:
    """Where a claim holds, over the two assumptions that matter most: every point is one combination tried."""
    drawn = claim["map"]
    x, y = parameters.row(drawn["x"]), parameters.row(drawn["y"])
    tried = [(p[0], p[1], None if p[2] is None else bool(p[2])) for p in drawn["points"][:shown]]
    across = Scale(*_ends(x, *(p[0] for p in tried)), 0, ACROSS, _log(x))
    up = Scale(*_ends(y, *(p[1] for p in tried)), UP, 0, _log(y))
    ends = _box(claim, across, up)
    layers = [frame(0, ACROSS, 0, UP, fill="transparent", stroke=LINE, strokeWidth=1)]
    if ends:
        layers.append(box(across, up, ends))
    for side, style in (
        (False, {"filled": False, "stroke": MUTED, "shape": "circle", "size": 22, "strokeWidth": 1.2}),
        (None, {"filled": False, "stroke": INK, "shape": SALTIRE, "size": 16, "strokeWidth": 1.2}),
        (True, {"filled": True, "fill": ACCENT, "shape": "circle", "size": 26}),
    ):
        those = [p[:2] for p in tried if p[2] is side]
        if those:
            layers.append(points(across, up, those, **style))
    layers += [
        label(0, UP + 17, words.number(across.low), align="left", fill=MUTED),
        label(ACROSS, UP + 17, words.number(across.high), align="right", fill=MUTED),
        label(-6, UP, words.number(up.low), align="right", fill=MUTED),
        label(-6, 10, words.number(up.high), align="right", fill=MUTED),
    ]
    has_base = x.get("base") is not None and y.get("base") is not None
    ours = (across(x["base"]), up(y["base"])) if has_base else None
    for text, room in _sides(claim, ends, across, up):
        layers += sign(text, *_free(text, room, ours))
    if ours:
        layers += sign("ours", ours[0] + (22 if ours[0] < ACROSS - 50 else -22), ours[1])
        middle = [(x["base"], y["base"])]
        layers.append(
            points(across, up, middle, shape=CROSS, stroke=PAPER, strokeWidth=7, size=260, filled=False)
        )
        layers.append(
            points(across, up, middle, shape=CROSS, stroke=INK, strokeWidth=2.5, size=200, filled=False)
        )
    return svg(layers, ACROSS, UP, (46, 12, 8, 24), _told(claim, tried, ends is not None, parameters), key)


def _told(
    claim: Mapping[str, Any],
    tried: Sequence[tuple[float, float, bool | None]],
    boxed: bool,
    parameters: sentences.Parameters,
) -> str:
    x, y = (words.lower_first(parameters.title(claim["map"][axis])) for axis in "xy")
    held, failed = (sum(p[2] is side for p in tried) for side in (True, False))
    undecided = f", is undecided in {len(tried) - held - failed}" if held + failed < len(tried) else ""
    bounds = f" The box is where {sentences.conditions(claim['rule'], parameters)}." if boxed else ""
    return (
        f"Combinations tried, by {x} across and {y} upwards. Of {len(tried)} points shown, the claim holds in {held}, "
        f"fails in {failed}{undecided}.{bounds}"
    )


def _ends(parameter: Mapping[str, Any], *values: float) -> tuple[float, float]:
    """The range to draw: the parameter's own, or that of the values where it has none or they lie beyond it."""
    low, high = parameter.get("low"), parameter.get("high")
    low = min(values if low is None else (low, *values), default=0.0)
    high = max(values if high is None else (high, *values), default=1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _log(parameter: Mapping[str, Any]) -> bool:
    logarithmic = parameter.get("distribution") == "loguniform" or "logarithm" in (
        parameter.get("measure") or ""
    )
    return logarithmic and (parameter.get("low") or 0) > 0


def _box(claim: Mapping[str, Any], across: Scale, up: Scale) -> tuple[float, float, float, float] | None:
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


def _sides(
    claim: Mapping[str, Any], ends: tuple[float, ...] | None, across: Scale, up: Scale
) -> list[tuple[str, tuple[float, ...]]]:
    """The names of the sides and the room (left, right, top, bottom in px) for each: in the box, and in the widest strip outside."""
    if ends is None:
        everywhere = {"holds throughout": "holds everywhere", "fails throughout": "fails everywhere"}
        return [(everywhere[claim["verdict"]], (0, ACROSS, 0, UP))] if claim["verdict"] in everywhere else []
    left, right, bottom, top = across(ends[0]), across(ends[1]), up(ends[2]), up(ends[3])
    strips = ((0, left, 0, UP), (right, ACROSS, 0, UP), (0, ACROSS, 0, top), (0, ACROSS, bottom, UP))
    outside = max(strips, key=lambda room: (round(min(room[1] - room[0], 2.5 * (room[3] - room[2]))), room))
    return [("holds", (left, right, top, bottom)), ("fails", outside)]


def _free(text: str, room: tuple[float, ...], ours: tuple[float, float] | None) -> tuple[float, float]:
    """Where in a room a word stands: in the middle, or beside it when our middle values are there."""
    left, right, top, bottom = room
    half = 3.6 * len(text) + 8
    for part_x, part_y in (
        (0.5, 0.5),
        (0.5, 0.25),
        (0.5, 0.75),
        (0.25, 0.25),
        (0.75, 0.75),
        (0.5, 0.1),
        (0.5, 0.9),
    ):
        x, y = left + part_x * (right - left), top + part_y * (bottom - top)
        x, y = min(max(x, half), ACROSS - half), min(max(y, 11), UP - 11)
        if ours is None or abs(x - ours[0]) > half + 44 or abs(y - ours[1]) > 22:
            return x, y
    return (left + right) / 2, (top + bottom) / 2
