"""What moves an event most: the share of its variance that an assumption accounts for, alone and with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import sentences, words
from detente.brief.charts.axis import headed, in_lines
from detente.brief.marks import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    PAPER,
    Layer,
    Scale,
    frames,
    label,
    lines,
    points,
    segments,
    svg,
    ticks,
)

WIDTH, BESIDE = 250, 92  # px
STEP, THICK = 15, 11
DIAMOND = "M0,-1L1,0L0,1L-1,0Z"

Row = Mapping[str, Any]


def widest(rows: Sequence[Row]) -> float:
    """Where the scale of all these pictures of a page ends: the next quarter above the largest index or interval."""
    found = [0.25]
    for row in rows:
        found += [row[name] for name in ("first", "total", "shapley") if row.get(name) is not None]
        found += [
            row[name][1]
            for name in ("first_interval", "total_interval", "shapley_interval")
            if _whole(row.get(name))
        ]
    return min(1.0, -(-min(max(found), 1.0) // 0.25) * 0.25)


def influence(
    event: str, rows: Sequence[Row], parameters: sentences.Parameters, limit: float, key: str
) -> Markup:
    """A bar for an assumption alone (solid) and together with others (outlined), whiskers for their intervals.

    ``rows`` are those of the result: {parameter, first, total}; intervals and Shapley effects, drawn as a diamond, where given.
    """
    scale = Scale(0, limit, 0, WIDTH)
    layers: list[Layer] = []
    heights, totals, firsts, whiskers, diamonds = [], [], [], [], []
    y = 0.0
    for row in rows:
        titles = in_lines(parameters.title(row["parameter"]), WIDTH + BESIDE)
        layers += headed(titles, y + 12, STEP)
        y += STEP * len(titles) + THICK / 2 + 4
        heights.append(y)
        first, total = (_within(row.get(name), limit) for name in ("first", "total"))
        if total is not None:
            totals.append((0, max(scale(total), 1), y - THICK / 2, y + THICK / 2))
        if first is not None:
            firsts.append((0, max(scale(first), 1), y - THICK / 2, y + THICK / 2))
        for name, at in (("first_interval", -3), ("total_interval", 3)):
            if _whole(row.get(name)):
                low, high = (_within(value, limit) or 0.0 for value in row[name])
                whiskers.append((low, high, y + at))
        if row.get("shapley") is not None:
            diamonds.append((_within(row["shapley"], limit) or 0.0, y))
            if _whole(row.get("shapley_interval")):
                low, high = (_within(value, limit) or 0.0 for value in row["shapley_interval"])
                whiskers.append((low, high, y))
        shown = [words.number(row[name]) for name in ("first", "total") if row.get(name) is not None]
        layers.append(label(WIDTH + 8, y + 4, " / ".join(shown), align="left", bold=True))
        y += THICK / 2 + 8
    plane = Scale(0, y, 0, y)
    drawn = [
        frames(totals, fill=ACCENT, fillOpacity=0.18, stroke=ACCENT, strokeWidth=1.25),
        frames(firsts, fill=ACCENT, fillOpacity=1),
        segments(scale, whiskers, PAPER, 3.5),
        segments(scale, whiskers, INK, 1.5),
        points(
            scale, plane, diamonds, shape=DIAMOND, filled=True, fill=PAPER, stroke=INK, strokeWidth=2, size=80
        ),
        lines([[(0, at - THICK), (0, at + THICK)] for at in heights], INK, 1.5),
        lines([[(0, y - 3), (WIDTH, y - 3)]], LINE, 1),
        ticks(scale, [(limit / 2, y - 3, y + 1), (limit, y - 3, y + 1)], 1, LINE),
        *layers,
        label(0, y + 11, "0", align="left", fill=MUTED),
        label(scale(limit / 2), y + 11, words.number(limit / 2, digits=3), fill=MUTED),
        label(WIDTH, y + 11, words.number(limit), align="right", fill=MUTED),
        label(WIDTH + 8, y + 11, "alone / in all", align="left", fill=MUTED),
    ]
    return svg(
        drawn,
        WIDTH,
        y + 16,
        (6, BESIDE, 0, 0),
        f"What moves it: {event}",
        _told(event, rows, parameters),
        key,
    )


def _whole(interval: object) -> bool:
    return (
        isinstance(interval, Sequence) and len(interval) == 2 and all(value is not None for value in interval)
    )


def _within(value: float | None, limit: float) -> float | None:
    return None if value is None else min(max(value, 0.0), limit)


def _told(event: str, rows: Sequence[Row], parameters: sentences.Parameters) -> str:
    first = rows[0]
    alone, with_others = (words.number(first.get(name)) for name in ("first", "total"))
    told = [
        f"{event} varies most with {parameters.spoken(first['parameter'])}: alone it accounts for {alone} of the variance, "
        f"with others for {with_others}."
    ]
    each = []
    for row in rows:
        parts = [
            f"{name} {words.number(row[index])}"
            + (
                f" ({words.spread(*row[f'{index}_interval'])})"
                if _whole(row.get(f"{index}_interval"))
                else ""
            )
            for name, index in (("alone", "first"), ("in all", "total"), ("Shapley effect", "shapley"))
            if row.get(index) is not None
        ]
        each.append(f"{parameters.title(row['parameter'])}: {', '.join(parts)}")
    told.append("; ".join(each) + ".")
    return " ".join(told)
