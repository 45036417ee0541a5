"""The pictures of the brief: small SVG, drawn by altair and vl-convert, coloured by the page's style sheet.

Colours here are names: the style sheet replaces each by a variable, so that one picture serves the light page, the dark
one and paper. No layout depends on the width of a text, so the same result gives the same bytes on every machine.
Shape and words carry every meaning; colour repeats it.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup, escape

from detente.brief import words

INK, MUTED, LINE, ACCENT, WASH, PAPER = "#14202b", "#54616b", "#b9c3c9", "#0b5a70", "#d6e8ed", "#ffffff"
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
POINTS = 220  # of a map: draws come evenly spread, so that the first ones show the whole
SMALL, NORMAL = 12, 13  # px
STRIP, ACROSS, UP = 240, 280, 200  # px: the strips, the maps

_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_GEOMETRY = re.compile(r'(?<= )(transform|d|x|y|x1|x2|y1|y2|width|height)="([^"]*)"')
_NOISE = re.compile(r' (?:role|aria-roledescription|aria-hidden|class|xmlns:xlink|version)="[^"]*"')


def strip(parameter: Mapping[str, Any], base: float, flips: Sequence[Mapping[str, Any]], holds_at_base: bool | None, key: str) -> Markup:
    """A parameter's range with our middle value and each value at which the claim flips; every side is named.

    ``flips``: {at, holds: "above" | "below"}, the nearest to ``base`` first; without ``holds``, the side of ``base`` decides.
    """
    low, high = _ends(parameter, base, *(each["at"] for each in flips))
    scale = _scale(parameter, low, high, (0, STRIP))
    position = _positions(scale, low, high, STRIP)
    unit = parameter.get("unit")
    base_shown, at_shown = words.numbers_apart(base, flips[0]["at"], unit)
    layers = [_segment(scale, low, high, 26, MUTED, 1.5, dash=[2, 3])]
    told = []
    for left, right, side in _stretches(low, high, base, flips, holds_at_base):
        if side == "holds":
            layers.append(_segment(scale, left, right, 26, ACCENT, 5))
        if position(right) - position(left) > 30:
            layers.append(_label((position(left) + position(right)) / 2, 11, side))
        told.append(f"{side} from {words.number(left, unit, 3)} to {words.number(right, unit, 3)}")
    layers += [_tick(scale, each["at"], 14, 36, INK, 2) for each in flips]
    layers.append(_dot(scale, base, 26))
    marks = [(each["at"], words.number(each["at"], None, 3), True) for each in flips[1:]]
    bare = at_shown.removesuffix(f" {unit}"), base_shown.removesuffix(f" {unit}")
    marks = [(flips[0]["at"], bare[0], True), (base, bare[1], False), *marks]
    layers += _below(scale, position, marks, (low, high), 49)
    title = parameter.get("title") or words.plain(parameter["name"])
    label = f"{title}, range {words.spread(low, high, unit)}: the claim {', '.join(told)}. Our middle value is {base_shown}."
    return _svg(alt.layer(*layers), STRIP, 54, label, key, left=14, right=14, top=2, bottom=2)


def _stretches(low: float, high: float, base: float, flips: Sequence[Mapping[str, Any]], holds_at_base: bool | None) -> list[tuple[float, float, str]]:
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
        found.append((left, right, ("as now" if here else "flips") if side is None else "holds" if side else "fails"))
    return found


def assumption(parameter: Mapping[str, Any], flips: Sequence[tuple[str, float]], key: str) -> Markup:
    """A parameter's range with our middle value; a mark with the claim's number where each claim flips."""
    low, high, base = parameter["low"], parameter["high"], parameter["base"]
    low, high = _ends({"low": low, "high": high}, base, *(at for _, at in flips))
    scale = _scale(parameter, low, high, (0, 190))
    position = _positions(scale, low, high, 190)
    layers = [_segment(scale, low, high, 24, ACCENT, 3), _dot(scale, base, 24)]
    layers += [_tick(scale, at, 16, 32, INK, 1.5) for _, at in flips]
    last = -100.0
    shown: list[tuple[float, str]] = []
    for number, at in sorted(flips, key=lambda flip: (position(flip[1]), flip[0])):
        if shown and position(at) - last < 16:
            shown[-1] = (shown[-1][0], f"{shown[-1][1]}, {number}")
        else:
            shown.append((at, number))
        last = position(at)
    layers += [_text(scale, at, 9, text, size=SMALL, bold=True) for at, text in shown]
    unit = parameter.get("unit")
    title = parameter.get("title") or words.plain(parameter["name"])
    told = ", ".join(f"claim {number} flips at {words.number(at, unit)}" for number, at in flips)
    label = f"{title}: range {words.spread(low, high, unit)}, our middle value {words.number(base, unit)}; {told}."
    return _svg(alt.layer(*layers), 190, 36, label, key, left=14, right=14, top=2, bottom=2)


def region(claim: Mapping[str, Any], parameters: words.Parameters, key: str) -> Markup:
    """Where a claim holds, over the two assumptions that matter most: every point is one combination tried."""
    drawn = claim["map"]
    x, y = parameters.row(drawn["x"]), parameters.row(drawn["y"])
    points = [(p[0], p[1], None if p[2] is None else bool(p[2])) for p in drawn["points"][:POINTS]]
    x_low, x_high = _ends(x, *(p[0] for p in points))
    y_low, y_high = _ends(y, *(p[1] for p in points))
    across, up = _scale(x, x_low, x_high, (0, ACROSS)), _scale(y, y_low, y_high, (UP, 0))
    bounded = claim["verdict"] == "holds if" and claim.get("rule_found") is not False
    rule = {each["parameter"]: each for each in claim.get("rule") or ()}
    box = _box(rule, drawn, (x_low, x_high), (y_low, y_high)) if bounded else None
    layers = [_frame(ACROSS, UP)]
    if box:
        layers.append(
            alt.Chart(_values([dict(zip(("a", "b", "c", "d"), box, strict=True))]))
            .mark_rect(aria=False, fill=WASH, stroke=ACCENT, strokeWidth=2, fillOpacity=1)
            .encode(x=_on(alt.X, "a", across), x2="b:Q", y=_on(alt.Y, "c", up), y2="d:Q")
        )
    for side, style in (
        (False, {"filled": False, "stroke": MUTED, "shape": "circle", "size": 22, "strokeWidth": 1.2}),
        (None, {"filled": False, "stroke": INK, "shape": "M-1,-1L1,1M-1,1L1,-1", "size": 16, "strokeWidth": 1.2}),
        (True, {"filled": True, "fill": ACCENT, "shape": "circle", "size": 26}),
    ):
        those = [{"x": p[0], "y": p[1]} for p in points if p[2] is side]
        if those:
            layers.append(
                alt.Chart(_values(those))
                .mark_point(aria=False, opacity=1, **style)
                .encode(x=_on(alt.X, "x", across), y=_on(alt.Y, "y", up))
            )
    layers += [
        _label(0, UP + 17, words.number(x_low), anchor="start", fill=MUTED),
        _label(ACROSS, UP + 17, words.number(x_high), anchor="end", fill=MUTED),
        _label(-6, UP, words.number(y_low), anchor="end", fill=MUTED),
        _label(-6, 10, words.number(y_high), anchor="end", fill=MUTED),
    ]
    sign_x, sign_y = _positions(across, x_low, x_high, ACROSS), _positions(up, y_low, y_high, UP)
    ours = None
    if x.get("base") is not None and y.get("base") is not None:
        ours = sign_x(x["base"]), sign_y(y["base"])
    for text, room in _sides(claim, box, sign_x, sign_y):
        layers += _sign(text, *_free(text, room, ours))
    if ours:
        beside = 22 if ours[0] < ACROSS - 50 else -22
        layers += [*_sign("ours", ours[0] + beside, ours[1]), *_middle(across, up, x["base"], y["base"])]
    held, failed = sum(p[2] is True for p in points), sum(p[2] is False for p in points)
    open_points = len(points) - held - failed
    undecided = f", is undecided in {open_points}" if open_points else ""
    bounds = f" The box is where {words.conditions(claim['rule'], parameters)}." if box else ""
    label = (
        f"Combinations tried, by {words.lower_first(parameters.title(drawn['x']))} across and "
        f"{words.lower_first(parameters.title(drawn['y']))} upwards. Of {len(points)} points shown, the claim holds in "
        f"{held}, fails in {failed}{undecided}.{bounds}"
    )
    return _svg(alt.layer(*layers), ACROSS, UP, label, key, left=46, right=12, top=8, bottom=24)


def _on(channel: Any, name: str, scale: alt.Scale) -> Any:
    return channel(f"{name}:Q", scale=scale, axis=None)


def outcomes(title: str, rows: Sequence[Mapping[str, Any]], key: str) -> Markup:
    """How often an event happens under each policy: the range over all combinations, and the mean. One row a policy."""
    height = 38 * len(rows)
    scale = alt.Scale(domain=[0, 1], range=[0, 220], nice=False, zero=False)
    layers = []
    for i, row in enumerate(rows):
        y = 38 * i + 26
        low, mean, high = row["low"], row.get("mean"), row["high"]
        layers.append(_segment(scale, 0, 1, y, LINE, 1))
        middle = row.get("p10"), row.get("p90")
        tenths = None not in middle
        layers.append(_segment(scale, low, high, y, ACCENT, 1.5 if tenths else 5))
        if tenths:
            layers.append(_segment(scale, *middle, y, ACCENT, 6))
        layers.append(_label(0, y - 13, words.shortened(row["title"], 40), anchor="start"))
        if mean is not None:
            layers.append(_dot(scale, mean, y))
        layers.append(_label(228, y + 4, words.spread(low, high), anchor="start", fill=MUTED))
    told = "; ".join(f"{row['title']}: {words.spread(row['low'], row['high'])}, mean {words.number(row.get('mean'))}" for row in rows)
    return _svg(alt.layer(*layers), 220, height, f"{title}. {told}.", key, left=8, right=100, top=0, bottom=4)


def _ends(parameter: Mapping[str, Any], *values: float) -> tuple[float, float]:
    """The range to draw: the parameter's own, or that of the values where it has none."""
    low, high = parameter.get("low"), parameter.get("high")
    low = min(values) if low is None else low
    high = max(values) if high is None else high
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _log(parameter: Mapping[str, Any]) -> bool:
    return parameter.get("distribution") == "loguniform" and (parameter.get("low") or 0) > 0


def _scale(parameter: Mapping[str, Any], low: float, high: float, pixels: tuple[int, int]) -> alt.Scale:
    return alt.Scale(type="log" if _log(parameter) else "linear", domain=[low, high], range=list(pixels), nice=False, zero=False)


def _positions(scale: alt.Scale, low: float, high: float, size: int) -> Any:
    """The pixel of a value; only to keep labels apart, vega draws."""
    log, flipped = scale.type == "log", scale.range[0] > scale.range[1]

    def position(value: float) -> float:
        part = math.log(value / low) / math.log(high / low) if log else (value - low) / (high - low)
        return size * (1 - part if flipped else part)

    return position


def _values(rows: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=rows)


def _segment(scale: alt.Scale, low: float, high: float, y: float, stroke: str, width: float, dash: list[int] | None = None) -> alt.Chart:
    mark = {"strokeDash": dash} if dash else {}
    return (
        alt.Chart(_values([{"a": low, "b": high}]))
        .mark_rule(aria=False, stroke=stroke, strokeWidth=width, **mark)
        .encode(x=alt.X("a:Q", scale=scale, axis=None), x2="b:Q", y=alt.value(y))
    )


def _tick(scale: alt.Scale, at: float, top: float, bottom: float, stroke: str, width: float) -> alt.Chart:
    return (
        alt.Chart(_values([{"a": at}]))
        .mark_rule(aria=False, stroke=stroke, strokeWidth=width)
        .encode(x=alt.X("a:Q", scale=scale, axis=None), y=alt.value(top), y2=alt.value(bottom))
    )


def _dot(scale: alt.Scale, at: float, y: float) -> alt.Chart:
    return (
        alt.Chart(_values([{"a": at}]))
        .mark_point(aria=False, filled=True, fill=PAPER, stroke=INK, strokeWidth=2, size=64, opacity=1)
        .encode(x=alt.X("a:Q", scale=scale, axis=None), y=alt.value(y))
    )


def _text(scale: alt.Scale, at: float, y: float, text: str, *, size: int = NORMAL, bold: bool = False, fill: str = INK, align: str = "center") -> alt.Chart:
    return (
        alt.Chart(_values([{"a": at}]))
        .mark_text(aria=False, text=text, fill=fill, fontSize=size, fontWeight="bold" if bold else "normal", align=align, baseline="alphabetic")
        .encode(x=alt.X("a:Q", scale=scale, axis=None), y=alt.value(y))
    )


def _label(x: float, y: float, text: str, *, anchor: str = "middle", fill: str = INK) -> alt.Chart:
    align = {"start": "left", "middle": "center", "end": "right"}[anchor]
    return (
        alt.Chart(_values([{}]))
        .mark_text(aria=False, text=text, fill=fill, fontSize=SMALL, align=align, baseline="alphabetic")
        .encode(x=alt.value(x), y=alt.value(y))
    )


def _sign(text: str, x: float, y: float) -> list[alt.Chart]:
    """Words on the map itself, on a slip of paper."""
    half = 3.6 * len(text) + 6
    slip = (
        alt.Chart(_values([{}]))
        .mark_rect(aria=False, fill=PAPER, fillOpacity=1, cornerRadius=2)
        .encode(x=alt.value(x - half), x2=alt.value(x + half), y=alt.value(y - 10), y2=alt.value(y + 9))
    )
    return [slip, _label(x, y + 4, text)]


def _below(scale: alt.Scale, position: Any, marks: Sequence[tuple[float, str, bool]], ends: tuple[float, float], y: float) -> list[alt.Chart]:
    """Numbers under the line: the flip, the middle value and the ends, dropped where one would touch another."""
    layers, taken = [], []
    ordered = [*marks, (ends[0], words.number(ends[0]), False), (ends[1], words.number(ends[1]), False)]
    for at, text, bold in ordered:
        half = 3.8 * len(text) + 3
        centre = position(at)
        if any(abs(centre - other) < half + wide for other, wide in taken):
            continue
        taken.append((centre, half))
        layers.append(_text(scale, at, y, text, size=SMALL, bold=bold, fill=INK if bold else MUTED))
    return layers


def _frame(width: int, height: int) -> alt.Chart:
    return (
        alt.Chart(_values([{}]))
        .mark_rect(aria=False, fill="transparent", stroke=LINE, strokeWidth=1)
        .encode(x=alt.value(0), x2=alt.value(width), y=alt.value(0), y2=alt.value(height))
    )


def _middle(across: alt.Scale, up: alt.Scale, x: float, y: float) -> list[alt.Chart]:
    """Our middle values: a cross on a halo."""
    cross = "M-1,0L1,0M0,-1L0,1"
    return [
        alt.Chart(_values([{"x": x, "y": y}]))
        .mark_point(aria=False, shape=cross, stroke=stroke, strokeWidth=width, size=size, filled=False, opacity=1)
        .encode(x=alt.X("x:Q", scale=across, axis=None), y=alt.Y("y:Q", scale=up, axis=None))
        for stroke, width, size in ((PAPER, 7, 260), (INK, 2.5, 200))
    ]


def _box(rule: Mapping[str, Any], drawn: Mapping[str, Any], x: tuple[float, float], y: tuple[float, float]) -> tuple[float, ...] | None:
    """The rule's bounds on the two axes, as far as it has any; None when it has none on either."""
    if drawn["x"] not in rule and drawn["y"] not in rule:
        return None
    found: list[float] = []
    for name, (low, high) in ((drawn["x"], x), (drawn["y"], y)):
        bounds = rule.get(name, {})
        a, b = bounds.get("low"), bounds.get("high")
        found += [low if a is None else max(low, a), high if b is None else min(high, b)]
    return tuple(found)


def _sides(claim: Mapping[str, Any], box: tuple[float, ...] | None, x: Any, y: Any) -> list[tuple[str, tuple[float, ...]]]:
    """The names of the sides and the room (left, right, top, bottom in px) for each: inside the box, and the widest strip outside."""
    if box is None:
        everywhere = {"holds throughout": "holds everywhere", "fails throughout": "fails everywhere"}
        return [(everywhere[claim["verdict"]], (0, ACROSS, 0, UP))] if claim["verdict"] in everywhere else []
    left, right, bottom, top = x(box[0]), x(box[1]), y(box[2]), y(box[3])
    strips = ((0, left, 0, UP), (right, ACROSS, 0, UP), (0, ACROSS, 0, top), (0, ACROSS, bottom, UP))
    outside = max(strips, key=lambda room: (round(min(room[1] - room[0], 2.5 * (room[3] - room[2]))), room))
    return [("holds", (left, right, top, bottom)), ("fails", outside)]


def _free(text: str, room: tuple[float, ...], ours: tuple[float, float] | None) -> tuple[float, float]:
    """Where in a room a word stands: in the middle, or beside it when our middle values are there."""
    left, right, top, bottom = room
    half = 3.6 * len(text) + 8
    for part_x, part_y in ((0.5, 0.5), (0.5, 0.25), (0.5, 0.75), (0.25, 0.25), (0.75, 0.75), (0.5, 0.1), (0.5, 0.9)):
        x, y = left + part_x * (right - left), top + part_y * (bottom - top)
        x, y = min(max(x, half), ACROSS - half), min(max(y, 11), UP - 11)
        if ours is None or abs(x - ours[0]) > half + 44 or abs(y - ours[1]) > 22:
            return x, y
    return (left + right) / 2, (top + bottom) / 2


def _svg(chart: alt.LayerChart, width: int, height: int, label: str, key: str, *, left: int, right: int, top: int, bottom: int) -> Markup:
    """The chart as one inline picture with a text alternative; ids get ``key`` so that no two pictures share one."""
    sized = chart.properties(width=width, height=height, autosize=alt.AutoSizeParams(type="none"), padding={"left": left, "right": right, "top": top, "bottom": bottom})
    styled = sized.configure(background="transparent", font=FONT).configure_view(stroke=None)
    drawn = vl_convert.vegalite_to_svg(styled.to_dict(validate=False))
    drawn = _GEOMETRY.sub(lambda m: f'{m[1]}="{_NUMBER.sub(_rounded, m[2])}"', drawn)
    drawn = _NOISE.sub("", drawn)
    drawn = re.sub(r'(id="|url\(#)', rf"\g<1>{key}-", drawn)
    drawn = re.sub(r' font-family="[^"]*"', "", drawn)
    head = f'<svg class="chart" role="img" aria-label="{escape(label)}"'
    return Markup(drawn.replace("<svg", head, 1))


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.1f}".removesuffix(".0").replace("-0", "0") if abs(float(found[0])) < 0.05 else f"{float(found[0]):.1f}".removesuffix(".0")
