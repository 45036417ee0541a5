"""One assumption's range, and where a claim flips along it."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import sentences, words
from detente.brief.charts.axis import apart, ends, logarithmic
from detente.brief.marks import ACCENT, MUTED, Scale, dots, label, segments, svg, ticks

STRIP = 240  # px

Flips = Sequence[Mapping[str, Any]]


def strip(
    parameter: Mapping[str, Any], base: float, flips: Flips, holds_at_base: bool | None, key: str
) -> Markup:
    """A parameter's range with our middle value and each value at which the claim flips; every side is named.

    ``flips``: {at, holds: "above" | "below"}, the nearest to ``base`` first; without ``holds``, the side of ``base`` decides.
    """
    low, high = ends(parameter, base, *(each["at"] for each in flips))
    scale = Scale(low, high, 0, STRIP, logarithmic(parameter))
    unit = sentences.attached(parameter.get("unit"))
    shown_base, shown_at = words.numbers_apart(base, flips[0]["at"])
    layers = [segments(scale, [(low, high, 26)], MUTED, 1.5, dash=(2, 3))]
    stretches = _stretches(low, high, base, flips, holds_at_base)
    held = [(a, b, 26) for a, b, side in stretches if side == "holds"]
    layers.append(segments(scale, held, ACCENT, 5))
    layers += [
        label((scale(a) + scale(b)) / 2, 11, side) for a, b, side in stretches if scale(b) - scale(a) > 30
    ]
    layers += [ticks(scale, [(each["at"], 14, 36) for each in flips], 2), dots(scale, [(base, 26)])]
    numbers = [(flips[0]["at"], shown_at, True), (base, shown_base, False)]
    numbers += [(each["at"], words.number(each["at"], digits=3), True) for each in flips[1:]]
    numbers += [(low, words.number(low), False), (high, words.number(high), False)]
    layers += apart(scale, numbers, 49)
    sides = ", ".join(
        f"{side} from {words.number(a, unit, 3)} to {words.number(b, unit, 3)}" for a, b, side in stretches
    )
    named = f"{sentences.title(parameter)}, range {words.spread(low, high, unit)}"
    told = f"The claim {sides}. Our middle value is {words.with_unit(shown_base, unit)}."
    return svg(layers, STRIP, 54, (14, 14, 2, 2), named, told, key)


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
