"""How far every claim is from its nearest flip: the whole page's tornado, a bar a claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import words
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
    svg,
)

WIDTH, BESIDE = 300, 40  # px
STEP, THICK = 15, 9
DIAMOND = "M0,-1L1,0L0,1L-1,0Z"


def distances(rows: Sequence[Mapping[str, Any]], limit: float, named: str, change: str, key: str) -> Markup:
    """Bars from our middle values (0) to the nearest flip, the nearest first.

    ``rows``: {number, text, alone, together, parameter}: ``alone`` is how far one assumption has to move, in widths of its range,
    ``together`` the length of a shorter joint change of several (a diamond); None where none was found. ``change``: what a
    flip is here.
    """
    ranked = sorted(rows, key=_nearest)
    scale = Scale(0, limit, 0, WIDTH)
    layers: list[Layer] = []
    heights, tracks, bars, joint = [], [], [], []
    y = 0.0
    for row in ranked:
        titles = in_lines(f"{row['number']}.\u00a0{row['text']}", WIDTH + BESIDE, most=3)
        layers += headed(titles, y + 12, STEP)
        y += STEP * len(titles) + THICK / 2 + 4
        heights.append(y)
        alone, together = row.get("alone"), row.get("together")
        if alone is not None:
            at = scale(min(alone, limit))
            bars.append((0, max(at, 2), y - THICK / 2, y + THICK / 2))
            layers.append(label(max(at, 2) + 5, y + 4, words.number(alone), align="left", bold=True))
        if together is not None:
            joint.append((min(together, limit), y))
        if alone is None and together is not None:
            at = scale(min(together, limit)) + 10
            layers.append(label(at, y + 4, words.number(together), align="left", bold=True))
        elif alone is None:
            layers.append(label(4, y + 4, "none found", align="left", fill=MUTED))
        reached = together if alone is None else alone
        clear = (
            76.0 if reached is None else scale(min(reached, limit)) + 42
        )  # a word on a line is hard to read
        if clear < WIDTH:
            tracks.append([(clear, y), (WIDTH, y)])
        y += THICK / 2 + 9
    height = Scale(0, y, 0, y)
    drawn = [
        lines(tracks, LINE, 1),
        lines([[(0, at - THICK), (0, at + THICK)] for at in heights], INK, 1.5),
        frames(bars, fill=ACCENT, fillOpacity=1),
        points(
            scale,
            height,
            joint,
            shape=DIAMOND,
            filled=True,
            fill=PAPER,
            stroke=ACCENT,
            strokeWidth=2,
            size=70,
        ),
        *layers,
        label(0, y + 11, "0", align="left", fill=MUTED),
        label(WIDTH, y + 11, f"{words.number(limit)} of a range", align="right", fill=MUTED),
    ]
    return svg(drawn, WIDTH, y + 16, (8, BESIDE, 0, 0), named, _told(ranked, change), key)


def _nearest(row: Mapping[str, Any]) -> tuple[float, int]:
    found = [row[name] for name in ("alone", "together") if row.get(name) is not None]
    return min(found, default=float("inf")), row["number"]


def _told(ranked: Sequence[Mapping[str, Any]], change: str) -> str:
    alone = [row for row in ranked if row.get("alone") is not None]
    joint = [row for row in ranked if row.get("together") is not None]
    lead = f"{len(alone)} of {words.count(len(ranked), 'claim')} {change} when one assumption moves alone."
    if alone:
        first = min(alone, key=lambda row: row["alone"])
        lead += (
            f" The nearest is claim {first['number']}: {words.number(first['alone'])} of its range"
            f"{', ' + first['parameter'] if first.get('parameter') else ''}."
        )
    each = [f"claim {row['number']} {words.number(row['alone'])}" for row in alone]
    more = [f"claim {row['number']} {words.number(row['together'])}" for row in joint]
    none = [
        f"claim {row['number']}" for row in ranked if row.get("alone") is None and row.get("together") is None
    ]
    told = [lead]
    if each:
        told.append(f"In widths of a range: {', '.join(each)}.")
    if more:
        told.append(f"By several assumptions together, in the length of the joint change: {', '.join(more)}.")
    if none:
        told.append(f"No flip was found for {words.listed(none)}.")
    return " ".join(told)
