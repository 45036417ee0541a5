"""The quantities that a claim's rule speaks of, an axis for each, and the combinations that the rule parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import sentences, words
from detente.brief.charts.axis import DIGIT, headed, in_lines, logarithmic
from detente.brief.marks import ACCENT, INK, MUTED, PAPER, Layer, Scale, frames, hatching, label, lines, svg

WIDTH, HIGH, BESIDE = 262, 160, 40  # px: from the first axis to the last, an axis, and the room beside them
LINES = 60  # combinations drawn
THICK, STEP = 14, 15  # px
SIDES = (  # how a line is drawn where the claim fails, is undecided, holds
    (0, MUTED, {"strokeDash": [4, 3], "opacity": 0.75, "strokeWidth": 1}),
    (None, INK, {"strokeDash": [1, 3], "opacity": 1, "strokeWidth": 1}),
    (1, ACCENT, {"opacity": 0.8, "strokeWidth": 1.25}),
)

Bounds = Mapping[str, tuple[float | None, float | None]]


def parallel(claim: Mapping[str, Any], parameters: sentences.Parameters, key: str) -> Markup | None:
    """A line a combination, from axis to axis; the rule's bounds are boxes on the axes. None where there is no rule.

    The first combinations are drawn: they are spread as evenly as all of them.
    """
    given = claim.get("parallel") or {}
    names, rows = given.get("parameters") or (), (given.get("rows") or ())[:LINES]
    rule, holds = _rule(claim)
    if len(names) < 2 or not rows or not rule:
        return None
    bounds = {each["parameter"]: (each.get("low"), each.get("high")) for each in rule}
    given_ends = given.get("ends") or [None] * len(names)
    scales = [
        _scale(parameters.row(name), ends, [row[k] for row in rows])
        for k, (name, ends) in enumerate(zip(names, given_ends, strict=True))
    ]
    places = [WIDTH * k / (len(names) - 1) for k in range(len(names))]
    words_at, top = _heads([parameters.title(name) for name in names], places)
    drawn = []
    for side, stroke, style in SIDES:
        paths = [
            [(x, top + scale(row[k])) for k, (x, scale) in enumerate(zip(places, scales, strict=True))]
            for row in rows
            if row[-1] == side
        ]
        drawn.append(lines(paths, stroke, **style))
    slips, boxes = [], []
    for name, scale, x in zip(names, scales, places, strict=True):
        words_at += [
            label(x, top - 7, words.number(scale.high), fill=MUTED),
            label(x, top + HIGH + 16, words.number(scale.low), fill=MUTED),
        ]
        if name not in bounds:
            continue
        ends = [
            (end, scale(edge if end is None else min(max(end, scale.low), scale.high)))
            for end, edge in zip(bounds[name], (scale.low, scale.high), strict=True)
        ]
        boxes.append((x - THICK / 2, x + THICK / 2, top + ends[1][1], top + ends[0][1]))
        for end, at in ends:
            if end is not None and 4 < at < HIGH - 4:
                shown = words.number(end, None, 3)
                wide, left = DIGIT * len(shown) + 4, x == places[-1]
                start = x - THICK / 2 - 2 - wide if left else x + THICK / 2 + 2
                slips.append((start, start + wide, top + at - 8, top + at + 8))
                words_at.append(label(start + wide / 2, top + at + 4, shown, bold=True))
    shade = (
        {"fill": ACCENT, "fillOpacity": 0.25, "stroke": ACCENT}
        if holds
        else {"fill": "transparent", "stroke": INK}
    )
    layers = [
        *drawn,
        frames(slips, fill=PAPER, fillOpacity=0.9),
        lines([[(x, top), (x, top + HIGH)] for x in places], INK, 1.25),
        *([] if holds else [hatching(boxes, INK, 5)]),
        frames(boxes, strokeWidth=2, **shade),
        *words_at,
    ]
    named = f"The rule, and what it parts: {words.sentence(claim['text'])}"
    told = _told(names, rows, rule, bounds, holds, parameters)
    return svg(layers, WIDTH, top + HIGH + 22, (BESIDE, BESIDE, 0, 0), named, told, key)


def _heads(titles: Sequence[str], places: Sequence[float]) -> tuple[list[Layer], float]:
    """The names of the axes, each over its own and standing on one line; and where the axes begin."""
    room = (WIDTH + 2 * BESIDE) / len(titles) - 8
    broken = [in_lines(title, room, most=2 + len(titles)) for title in titles]
    tall = max(map(len, broken))
    layers: list[Layer] = []
    for k, (told, x) in enumerate(zip(broken, places, strict=True)):
        first, last = k == 0, k == len(titles) - 1
        at = 2 - BESIDE if first else WIDTH + BESIDE - 2 if last else x
        align = "left" if first else "right" if last else "center"
        layers += headed(told, 12 + STEP * (tall - len(told)), STEP, at, align)
    return layers, float(STEP * tall + 24)


def _rule(claim: Mapping[str, Any]) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """The rule that is drawn, and whether the claim holds inside it."""
    if claim.get("rule") and claim.get("rule_found") is not False:
        return claim["rule"], True
    fails = claim.get("fails_rule") or {}
    return (fails["rule"], False) if fails.get("rule") and fails.get("rule_found") else ((), True)


def _scale(row: Mapping[str, Any], ends: Sequence[float] | None, values: Sequence[float]) -> Scale:
    low, high = ends if ends else (row.get("low", min(values)), row.get("high", max(values)))
    low, high = min(low, *values), max(high, *values)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    return Scale(low, high, HIGH, 0, logarithmic(row) and low > 0)


def _told(
    names: Sequence[str],
    rows: Sequence[Sequence[float | None]],
    rule: Sequence[Mapping[str, Any]],
    bounds: Bounds,
    holds: bool,
    parameters: sentences.Parameters,
) -> str:
    def met(row: Sequence[Any]) -> bool:
        within = (
            (bounds[name][0] is None or row[k] >= bounds[name][0])
            and (bounds[name][1] is None or row[k] <= bounds[name][1])
            for k, name in enumerate(names)
            if name in bounds
        )
        return all(within)

    counted = [
        (sum(met(row) is inside and row[-1] == side for row in rows))
        for inside in (True, False)
        for side in (1, 0)
    ]
    open_ = sum(row[-1] is None for row in rows)
    told = (
        f"The rule: it {'holds' if holds else 'fails'} if {sentences.conditions(rule, parameters)}. "
        f"Of {len(rows)} combinations drawn, {counted[0]} inside the rule hold and {counted[1]} fail; "
        f"outside it {counted[2]} hold and {counted[3]} fail."
    )
    return f"{told} {words.count(open_, 'combination is', 'combinations are')} undecided." if open_ else told
