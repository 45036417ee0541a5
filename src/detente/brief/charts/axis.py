"""The axes that several pictures share: a parameter's range in pixels, places along it, names in lines."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from detente.brief import words
from detente.brief.marks import INK, MUTED, Layer, Scale, label

WIDE = 6.0  # px, a letter of ordinary words
DIGIT = 7.6  # px, the widest of the letters and digits that stand alone


def ends(parameter: Mapping[str, Any], *values: float) -> tuple[float, float]:
    """The range to draw: the parameter's own, or that of the values where it has none or they lie beyond it."""
    low, high = parameter.get("low"), parameter.get("high")
    low = min(values if low is None else (low, *values), default=0.0)
    high = max(values if high is None else (high, *values), default=1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def logarithmic(parameter: Mapping[str, Any]) -> bool:
    """Whether the parameter's logarithm is what is drawn evenly."""
    told = parameter.get("distribution") == "loguniform" or "logarithm" in (parameter.get("measure") or "")
    return told and (parameter.get("low") or 0) > 0


def moved(parameter: Mapping[str, Any], base: float, at: float) -> float:
    """How far ``at`` lies from ``base``, in widths of the range; negative below it."""
    low, high = ends(parameter, base, at)
    if logarithmic(parameter):
        return math.log(at / base) / math.log(high / low)
    return (at - base) / (high - low)


def apart(scale: Scale, numbers: Sequence[tuple[float, str, bool]], y: float) -> list[Layer]:
    """Numbers under a line, the first the most wanted; one that would touch another is left out."""
    layers, taken = [], []
    for at, text, bold in numbers:
        half, centre = DIGIT / 2 * len(text) + 3, scale(at)
        if all(abs(centre - other) >= half + wide for other, wide in taken):
            taken.append((centre, half))
            layers.append(label(centre, y, text, bold=bold, fill=INK if bold else MUTED))
    return layers


def in_lines(text: str, width: float, most: int = 2) -> list[str]:
    """``text`` in at most ``most`` lines of about ``width`` pixels; what is left over is cut off with an ellipsis."""
    room = max(8, int(width / WIDE))
    lines: list[str] = [""]
    pieces = [w[i : i + room] for w in re.split(r"[ \t\r\n]+", text) for i in range(0, len(w), room)]
    for k, piece in enumerate(pieces):
        longer = f"{lines[-1]} {piece}".strip()
        if len(longer) <= room:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(piece)
        else:
            rest = " ".join([lines[-1], *pieces[k:]])
            lines[-1] = words.shortened(rest, room - 2)
            break
    return lines


def headed(
    lines: Sequence[str], y: float, step: float = 15, x: float = 0, align: str = "left"
) -> list[Layer]:
    """Lines of words, the first with its base line at ``y``."""
    return [label(x, y + step * k, line, align=align) for k, line in enumerate(lines)]
