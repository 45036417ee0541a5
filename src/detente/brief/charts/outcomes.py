"""How often an event happens under each policy of a side: a fan for each policy, one over the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import words
from detente.brief.charts.axis import headed, in_lines
from detente.brief.marks import (
    ACCENT,
    LINE,
    MUTED,
    PAPER,
    Layer,
    Scale,
    dots,
    frames,
    label,
    lines,
    svg,
    ticks,
)

EVENT, BESIDE = 280, 62  # px: the scale, and the room for a mean beside it
THICK, STEP = 9, 15  # px


def outcomes(event: str, rows: Sequence[Mapping[str, Any]], key: str) -> Markup:
    """An event's frequency from never to always: over all combinations, over the middle eight tenths, on average.

    ``rows``: {title, low, high, mean, p10, p90}, one a policy; ``as_now`` true marks play without any policy, whose mean is a tick in
    every row, to compare with.
    """
    scale = Scale(0, 1, 0, EVENT)
    layers: list[Layer] = []
    heights, tracks, whole, middle, means = [], [], [], [], []
    y = 0.0
    for row in rows:
        titles = in_lines(row["title"], EVENT + BESIDE)
        layers += headed(titles, y + 12, STEP)
        y += STEP * len(titles) + 9
        heights.append(y)
        tracks += [[(0, y), (scale(row["low"]), y)], [(scale(row["high"]), y), (EVENT, y)]]
        whole.append((*_at_least(scale, row["low"], row["high"]), y - THICK / 2, y + THICK / 2))
        if row.get("p10") is not None and row.get("p90") is not None:
            middle.append((*_at_least(scale, row["p10"], row["p90"]), y - THICK / 2, y + THICK / 2))
        if row.get("mean") is not None:
            means.append((row["mean"], y))
            layers.append(label(EVENT + 10, y + 4, words.number(row["mean"]), align="left", bold=True))
        y += 15
    bottom = y - 3
    now = next((row["mean"] for row in rows if row.get("as_now") and row.get("mean") is not None), None)
    drawn = [lines([t for t in tracks if t[1][0] > t[0][0]], LINE, 1)]
    drawn.append(frames(whole, fill=ACCENT, fillOpacity=0.3, stroke=ACCENT, strokeWidth=1))
    drawn.append(frames(middle, fill=ACCENT, fillOpacity=1))
    if now is not None and len(rows) > 1:
        marks = [(now, at - THICK, at + THICK) for at in heights]
        drawn += [ticks(scale, marks, 5, PAPER), ticks(scale, marks, 2)]
    drawn += [dots(scale, means), *layers]
    drawn += [
        label(0, bottom + 13, "never", align="left", fill=MUTED),
        label(EVENT, bottom + 13, "always", align="right", fill=MUTED),
        label(EVENT + 10, bottom + 13, "mean", align="left", fill=MUTED),
    ]
    return svg(drawn, EVENT, bottom + 18, (6, BESIDE - 8, 0, 0), event, _told(rows), key)


def _at_least(scale: Scale, low: float, high: float) -> tuple[float, float]:
    """The ends of a bar in pixels; one of no width is widened so that it can be seen."""
    a, b = scale(low), scale(high)
    return (a, b) if b - a >= 2 else (max(0.0, (a + b) / 2 - 1), max(0.0, (a + b) / 2 - 1) + 2)


def _told(rows: Sequence[Mapping[str, Any]]) -> str:
    """The policies with the largest and the smallest mean, then every row."""
    known = [row for row in rows if row.get("mean") is not None]
    lead = ""
    if len(known) > 1:
        most, least = max(known, key=lambda row: row["mean"]), min(known, key=lambda row: row["mean"])
        if words.number(most["mean"]) != words.number(least["mean"]):
            a, b = words.numbers_apart(most["mean"], least["mean"])
            lead = (
                f"On average most often under “{most['title']}” ({a}), least under “{least['title']}” ({b}). "
            )
        else:
            lead = f"On average {words.number(most['mean'])} under every policy. "
    each = []
    for row in rows:
        tenths = (
            f", eight tenths of the combinations {words.spread(row['p10'], row['p90'])}"
            if row.get("p10") is not None and row.get("p90") is not None
            else ""
        )
        each.append(
            f"{row['title']}: mean {words.number(row.get('mean'))}{tenths}, all {words.spread(row['low'], row['high'])}"
        )
    return f"{lead}{'; '.join(each)}."
