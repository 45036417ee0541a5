"""One assumption's range, and the claims that flip along it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import sentences, words
from detente.brief.charts.axis import ends, logarithmic
from detente.brief.marks import ACCENT, Scale, dots, label, segments, svg, ticks

RANGE = 190  # px


def assumption(parameter: Mapping[str, Any], flips: Sequence[tuple[str, float]], key: str) -> Markup:
    """A parameter's range with our middle value; a mark with the claim's number where each claim flips."""
    base, unit = parameter["base"], sentences.attached(parameter.get("unit"))
    low, high = ends(parameter, base, *(at for _, at in flips))
    scale = Scale(low, high, 0, RANGE, logarithmic(parameter))
    layers = [
        segments(scale, [(low, high, 24)], ACCENT, 3),
        dots(scale, [(base, 24)]),
        ticks(scale, [(at, 16, 32) for _, at in flips], 1.5),
    ]
    layers += [label(x, 9, text, bold=True) for x, text in _together(scale, flips)]
    told = ", ".join(f"claim {number} flips at {words.number(at, unit)}" for number, at in flips)
    range_told = f"Range {words.spread(low, high, unit)}, our middle value {words.number(base, unit)}"
    return svg(layers, RANGE, 36, (14, 14, 2, 2), sentences.title(parameter), f"{range_told}; {told}.", key)


def _together(scale: Scale, flips: Sequence[tuple[str, float]]) -> list[tuple[float, str]]:
    """Labels over the flips, (pixel, text); those that would touch become one, and more than two claims a count."""
    groups = [([scale(at)], [number]) for number, at in sorted(flips, key=lambda each: (each[1], each[0]))]

    def text(numbers: Sequence[str]) -> str:
        found = list(dict.fromkeys(numbers))
        return ", ".join(found) if len(found) < 3 else f"{len(found)} claims"

    def reach(group: tuple[list[float], list[str]]) -> tuple[float, float]:
        middle, half = sum(group[0]) / len(group[0]), 3.8 * len(text(group[1])) + 2
        return middle - half, middle + half

    k = 0
    while k + 1 < len(groups):
        if reach(groups[k])[1] > reach(groups[k + 1])[0]:
            places, numbers = groups.pop(k + 1)
            groups[k][0].extend(places)
            groups[k][1].extend(numbers)
            k = max(0, k - 1)
        else:
            k += 1
    return [(sum(places) / len(places), text(numbers)) for places, numbers in groups]
