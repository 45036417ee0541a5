"""The marks that the pictures are made of, as Vega-Lite layers, and the way from them to one inline SVG.

Layers are plain dictionaries, the form that altair writes too (a test has altair check them): building each mark as an
altair object took more than nine tenths of the time of a page. What a picture costs is its number of layers, not of
marks: so a mark's place is data, and layers that differ in their data alone become one (`gathered`). Colours here are
names: the style sheet replaces each by a variable, so that one picture serves the light page, the dark one and paper.
No layout depends on the width of a text, so the same result gives the same bytes on every machine.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert
from markupsafe import Markup, escape

INK, MUTED, LINE, ACCENT, WASH, PAPER = "#14202b", "#54616b", "#b9c3c9", "#0b5a70", "#d6e8ed", "#ffffff"
TEXT = 12  # px
FONT = "Arial, sans-serif"  # only while drawing; the style sheet sets the page's own

Layer = dict[str, Any]

_SILENT = re.compile(r"(<text\b[^>]*?)(?:/>|></text>)")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_GEOMETRY = re.compile(r'(?<= )(transform|d|x|y|x1|x2|y1|y2|width|height)="([^"]*)"')
_UNSHOWABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NOISE = re.compile(
    r' (?:role|aria-roledescription|aria-hidden|class|xmlns:xlink|version|font-family)="[^"]*"'
)


_DISC = re.compile(
    r'<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A[^"]*"'
)  # a circle is shorter


@dataclass(frozen=True)
class Scale:
    """From a value to a pixel: ``low`` at ``start``, ``high`` at ``end``."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The pixel of a value, to keep words apart; Vega draws the marks."""
        part = (
            math.log(value / self.low) / math.log(self.high / self.low)
            if self.log
            else (value - self.low) / (self.high - self.low)
        )
        return self.start + part * (self.end - self.start)

    def on(self, field: str) -> dict[str, Any]:
        """A field of the data along this scale."""
        scale = {
            "type": "log" if self.log else "linear",
            "domain": [self.low, self.high],
            "range": [self.start, self.end],
            "nice": False,
            "zero": False,
        }
        if self.log:
            del scale["zero"]
        return {"field": field, "type": "quantitative", "axis": None, "scale": scale}


def showable(text: str) -> str:
    """``text`` with control characters and lone surrogates, which neither HTML nor SVG can hold, as U+FFFD."""
    return _UNSHOWABLE.sub("\ufffd", text)


Row = tuple[float, float, float]  # from, to (values), and the height (px) that they are drawn at
Place = tuple[float, float]  # px, px


def _pixels(field: str) -> dict[str, Any]:
    """A field of the data that is a place in pixels already."""
    return {"field": field, "type": "quantitative", "axis": None, "scale": None}


def _layer(mark: dict[str, Any], encoding: dict[str, Any], rows: Sequence[dict[str, Any]]) -> Layer:
    return {"data": {"values": list(rows)}, "mark": {**mark, "aria": False}, "encoding": encoding}


def segments(scale: Scale, rows: Sequence[Row], stroke: str, width: float, dash: Sequence[int] = ()) -> Layer:
    """Stretches of a scale as horizontal lines."""
    mark: dict[str, Any] = {"type": "rule", "stroke": stroke, "strokeWidth": width}
    if dash:
        mark["strokeDash"] = list(dash)
    encoding = {"x": scale.on("a"), "x2": {"field": "b"}, "y": _pixels("y")}
    return _layer(mark, encoding, [{"a": a, "b": b, "y": y} for a, b, y in rows])


def ticks(scale: Scale, rows: Sequence[tuple[float, float, float]], width: float, stroke: str = INK) -> Layer:
    """Short upright lines on a scale: value, top and bottom (px)."""
    encoding = {"x": scale.on("a"), "y": _pixels("y"), "y2": {"field": "to"}}
    mark = {"type": "rule", "stroke": stroke, "strokeWidth": width}
    return _layer(mark, encoding, [{"a": a, "y": top, "to": bottom} for a, top, bottom in rows])


def dots(scale: Scale, rows: Sequence[tuple[float, float]]) -> Layer:
    """Middle values: discs of paper with a rim; value and height (px)."""
    mark = {
        "type": "point",
        "filled": True,
        "fill": PAPER,
        "stroke": INK,
        "strokeWidth": 2,
        "size": 64,
        "opacity": 1,
    }
    return _layer(mark, {"x": scale.on("a"), "y": _pixels("y")}, [{"a": a, "y": y} for a, y in rows])


def points(across: Scale, up: Scale, rows: Sequence[tuple[float, float]], **style: Any) -> Layer:
    """Marks on a plane."""
    mark = {"type": "point", "opacity": 1, **style}
    return _layer(mark, {"x": across.on("x"), "y": up.on("y")}, [{"x": x, "y": y} for x, y in rows])


def box(across: Scale, up: Scale, ends: tuple[float, float, float, float], **style: Any) -> Layer:
    """A region of a plane: (left, right, bottom, top) in values."""
    encoding = {"x": across.on("a"), "x2": {"field": "b"}, "y": up.on("c"), "y2": {"field": "d"}}
    return _layer({"type": "rect", **style}, encoding, [dict(zip("abcd", ends, strict=True))])


def frames(rows: Sequence[tuple[float, float, float, float]], **style: Any) -> Layer:
    """Rectangles in pixels: left, right, top, bottom."""
    encoding = {"x": _pixels("a"), "x2": {"field": "b"}, "y": _pixels("c"), "y2": {"field": "d"}}
    return _layer({"type": "rect", **style}, encoding, [dict(zip("abcd", row, strict=True)) for row in rows])


def frame(left: float, right: float, top: float, bottom: float, **style: Any) -> Layer:
    """A rectangle in pixels."""
    return frames([(left, right, top, bottom)], **style)


def lines(paths: Sequence[Sequence[Place]], stroke: str, strokeWidth: float, **style: Any) -> Layer:
    """Lines from place to place in pixels, each in its own order."""
    encoding = {
        "x": _pixels("x"),
        "y": _pixels("y"),
        "detail": {"field": "line", "type": "nominal"},
        "order": {"field": "step", "type": "quantitative"},
    }
    rows = [
        {"x": round(x, 2), "y": round(y, 2), "line": n, "step": k}
        for n, path in enumerate(paths)
        for k, (x, y) in enumerate(path)
    ]
    return _layer({"type": "line", "stroke": stroke, "strokeWidth": strokeWidth, **style}, encoding, rows)


def hatching(
    rooms: Sequence[tuple[float, float, float, float]], stroke: str = MUTED, every: float = 6
) -> Layer:
    """Slanted lines over rooms (left, right, top, bottom in px); lines of neighbouring rooms meet."""
    rows = []
    for left, right, top, bottom in rooms:
        first = math.ceil((left + top) / every)
        for k in range(first, math.ceil((right + bottom) / every)):
            # along x + y = k * every, within the room
            x, x2 = max(left, k * every - bottom), min(right, k * every - top)
            if x2 > x:
                rows.append({"x": x, "y": k * every - x, "x2": x2, "y2": k * every - x2})
    encoding = {"x": _pixels("x"), "x2": {"field": "x2"}, "y": _pixels("y"), "y2": {"field": "y2"}}
    return _layer({"type": "rule", "stroke": stroke, "strokeWidth": 1}, encoding, rows)


def label(
    x: float, y: float, text: str, *, align: str = "center", fill: str = INK, bold: bool = False
) -> Layer:
    """Words at a pixel; ``y`` is their base line."""
    mark: dict[str, Any] = {
        "type": "text",
        "fill": fill,
        "fontSize": TEXT,
        "align": align,
        "baseline": "alphabetic",
    }
    if bold:
        mark["fontWeight"] = "bold"
    encoding = {"x": _pixels("x"), "y": _pixels("y"), "text": {"field": "text", "type": "nominal"}}
    return _layer(mark, encoding, [{"x": x, "y": y, "text": showable(text)}])


def sign(text: str, x: float, y: float) -> list[Layer]:
    """Words among points: on a slip of paper."""
    half = 3.6 * len(text) + 6
    return [
        frame(x - half, x + half, y - 10, y + 9, fill=PAPER, fillOpacity=1, cornerRadius=2),
        label(x, y + 4, text),
    ]


def gathered(layers: Sequence[Layer]) -> list[Layer]:
    """The same picture in fewer layers: neighbours that differ in their data alone are one, and all words lie on top."""
    marks: list[tuple[str, Layer]] = []
    texts: dict[str, Layer] = {}
    for layer in layers:
        if not layer["data"]["values"]:
            continue
        look = json.dumps((layer["mark"], layer["encoding"]))
        said = layer["mark"]["type"] == "text"
        same = texts.get(look) if said else marks[-1][1] if marks and marks[-1][0] == look else None
        if same is not None:
            same["data"] = {"values": [*same["data"]["values"], *layer["data"]["values"]]}
        elif said:
            texts[look] = dict(layer)
        else:
            marks.append((look, dict(layer)))
    return [*(layer for _, layer in marks), *texts.values()]


def specification(
    layers: Sequence[Layer], width: float, height: float, margins: tuple[int, int, int, int]
) -> dict[str, Any]:
    """The whole Vega-Lite chart; ``margins`` are left, right, top, bottom in pixels."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "autosize": {"type": "none"},
        "padding": dict(zip(("left", "right", "top", "bottom"), margins, strict=True)),
        "layer": gathered(layers),
        "config": {"background": "transparent", "font": FONT, "view": {"stroke": None}},
    }


def svg(
    layers: Sequence[Layer],
    width: float,
    height: float,
    margins: tuple[int, int, int, int],
    named: str,
    told: str,
    key: str,
) -> Markup:
    """The picture, inline, for readers who see it and, in words, for those who do not.

    ``named`` says what it is of, ``told`` what it shows, with its numbers: the text alternative is both. Ids in the picture
    begin with ``key``, so no two pictures share one.
    """
    silent, said = _silenced(specification(layers, width, height, margins))
    drawn = vl_convert.vegalite_to_svg(silent)
    drawn = _GEOMETRY.sub(lambda m: f'{m[1]}="{_NUMBER.sub(_rounded, m[2])}"', drawn)
    drawn = _DISC.sub(r'<circle cx="\1" cy="\2" r="\3"', _NOISE.sub("", drawn))
    drawn = re.sub(r'(id="|url\(#)', rf"\g<1>{key}-", drawn)
    words = iter(said)
    drawn = _SILENT.sub(lambda m: f"{m[1]}>{escape(next(words))}</text>", drawn)
    assert next(words, None) is None, "a word of the picture was not drawn"
    opened, rest = drawn.split(">", 1)
    opened = opened.replace(
        "<svg", f'<svg class="chart" role="img" aria-labelledby="{key}-named {key}-told"', 1
    )
    alternative = Markup('<title id="{0}-named">{1}</title><desc id="{0}-told">{2}</desc>').format(
        key, showable(named), showable(told)
    )
    return Markup(f"{opened}>") + alternative + Markup(rest)


def start_drawing() -> None:
    """Draw nothing, so that the drawing program has started when the first picture is asked for."""
    nothing = specification([frame(0, 1, 0, 1)], 1, 1, (0, 0, 0, 0))
    vl_convert.vegalite_to_svg(nothing)


def _silenced(specification: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The chart without its words, and these in the order in which they are drawn.

    They go in afterwards: nothing here depends on how wide they are, and to measure them would take two thirds of the time.
    """
    said: list[str] = []
    layers: list[Layer] = []
    for layer in specification["layer"]:
        if layer["mark"]["type"] == "text":
            rows = layer["data"]["values"]
            said += [row["text"] for row in rows]
            layer = {**layer, "data": {"values": [{**row, "text": ""} for row in rows]}}
        layers.append(layer)
    return {**specification, "layer": layers}, said


def _rounded(found: re.Match[str]) -> str:
    shown = f"{float(found[0]):.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown
