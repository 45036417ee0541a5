"""The marks that the pictures are made of, as Vega-Lite layers, and the way from them to one inline SVG.

Layers are plain dictionaries, the form that altair writes too (a test has altair check them): building each mark as an
altair object took more than nine tenths of the time of a page. Colours here are names: the style sheet replaces each by
a variable, so that one picture serves the light page, the dark one and paper. No layout depends on the width of a
text, so the same result gives the same bytes on every machine.
"""

from __future__ import annotations

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


def segments(
    scale: Scale,
    rows: Sequence[tuple[float, float]],
    y: float,
    stroke: str,
    width: float,
    dash: Sequence[int] = (),
) -> Layer:
    """Stretches of a scale as horizontal lines at one height."""
    mark: dict[str, Any] = {"type": "rule", "aria": False, "stroke": stroke, "strokeWidth": width}
    if dash:
        mark["strokeDash"] = list(dash)
    return {
        "data": {"values": [{"a": a, "b": b} for a, b in rows]},
        "mark": mark,
        "encoding": {"x": scale.on("a"), "x2": {"field": "b"}, "y": {"value": y}},
    }


def ticks(scale: Scale, at: Sequence[float], top: float, bottom: float, width: float) -> Layer:
    """Short upright lines on a scale."""
    return {
        "data": {"values": [{"a": a} for a in at]},
        "mark": {"type": "rule", "aria": False, "stroke": INK, "strokeWidth": width},
        "encoding": {"x": scale.on("a"), "y": {"value": top}, "y2": {"value": bottom}},
    }


def dot(scale: Scale, at: float, y: float) -> Layer:
    """A middle value: a disc of paper with a rim."""
    return {
        "data": {"values": [{"a": at}]},
        "mark": {
            "type": "point",
            "aria": False,
            "filled": True,
            "fill": PAPER,
            "stroke": INK,
            "strokeWidth": 2,
            "size": 64,
            "opacity": 1,
        },
        "encoding": {"x": scale.on("a"), "y": {"value": y}},
    }


def points(across: Scale, up: Scale, rows: Sequence[tuple[float, float]], **style: Any) -> Layer:
    """Marks on a plane."""
    return {
        "data": {"values": [{"x": x, "y": y} for x, y in rows]},
        "mark": {"type": "point", "aria": False, "opacity": 1, **style},
        "encoding": {"x": across.on("x"), "y": up.on("y")},
    }


def box(across: Scale, up: Scale, ends: tuple[float, float, float, float]) -> Layer:
    """A region of a plane: (left, right, bottom, top) in values."""
    return {
        "data": {"values": [dict(zip("abcd", ends, strict=True))]},
        "mark": {
            "type": "rect",
            "aria": False,
            "fill": WASH,
            "stroke": ACCENT,
            "strokeWidth": 2,
            "fillOpacity": 1,
        },
        "encoding": {"x": across.on("a"), "x2": {"field": "b"}, "y": up.on("c"), "y2": {"field": "d"}},
    }


def frame(left: float, right: float, top: float, bottom: float, **style: Any) -> Layer:
    """A rectangle in pixels."""
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rect", "aria": False, **style},
        "encoding": {
            "x": {"value": left},
            "x2": {"value": right},
            "y": {"value": top},
            "y2": {"value": bottom},
        },
    }


def label(
    x: float, y: float, text: str, *, align: str = "center", fill: str = INK, bold: bool = False
) -> Layer:
    """Words at a pixel; ``y`` is their base line."""
    mark = {
        "type": "text",
        "aria": False,
        "text": showable(text),
        "fill": fill,
        "fontSize": TEXT,
        "align": align,
        "baseline": "alphabetic",
    }
    if bold:
        mark["fontWeight"] = "bold"
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": {"value": x}, "y": {"value": y}}}


def sign(text: str, x: float, y: float) -> list[Layer]:
    """Words among points: on a slip of paper."""
    half = 3.6 * len(text) + 6
    return [
        frame(x - half, x + half, y - 10, y + 9, fill=PAPER, fillOpacity=1, cornerRadius=2),
        label(x, y + 4, text),
    ]


def specification(
    layers: Sequence[Layer], width: int, height: int, margins: tuple[int, int, int, int]
) -> dict[str, Any]:
    """The whole Vega-Lite chart; ``margins`` are left, right, top, bottom in pixels."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": width,
        "height": height,
        "autosize": {"type": "none"},
        "padding": dict(zip(("left", "right", "top", "bottom"), margins, strict=True)),
        "layer": list(layers),
        "config": {"background": "transparent", "font": FONT, "view": {"stroke": None}},
    }


def svg(
    layers: Sequence[Layer], width: int, height: int, margins: tuple[int, int, int, int], told: str, key: str
) -> Markup:
    """The picture, inline. ``told`` is its text alternative; ids in it begin with ``key``, so no two pictures share one."""
    drawn = vl_convert.vegalite_to_svg(specification(layers, width, height, margins))
    drawn = _GEOMETRY.sub(lambda m: f'{m[1]}="{_NUMBER.sub(_rounded, m[2])}"', drawn)
    drawn = _DISC.sub(r'<circle cx="\1" cy="\2" r="\3"', _NOISE.sub("", drawn))
    drawn = re.sub(r'(id="|url\(#)', rf"\g<1>{key}-", drawn)
    return Markup(
        drawn.replace("<svg", f'<svg class="chart" role="img" aria-label="{escape(showable(told))}"', 1)
    )


def _rounded(found: re.Match[str]) -> str:
    shown = f"{float(found[0]):.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown
