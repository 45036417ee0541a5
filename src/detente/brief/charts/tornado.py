"""What flips one claim: for each assumption how far it has to move from our middle value, the nearest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from detente.brief import sentences, words
from detente.brief.charts.axis import ends, headed, in_lines, moved
from detente.brief.marks import ACCENT, LINE, MUTED, Layer, Scale, frames, label, lines, svg, ticks

WIDTH, BESIDE = 250, 44  # px: the scale, and the room for a number on each side of it
ROWS = 6  # assumptions drawn
STEP, THICK = 15, 10  # px
LEAST = 0.25  # of a range: the scale reaches at least as far


@dataclass(frozen=True)
class _Row:
    """An assumption: how far its range reaches below and above ours, and its flips as (moved, number), the nearest first."""

    title: str
    ours: str
    reach: tuple[float, float]
    flips: tuple[tuple[float, str], ...]

    def first(self, above: bool) -> tuple[float, str] | None:
        """The nearest flip on one side of ours."""
        return next((each for each in self.flips if (each[0] >= 0) is above), None)


def widest(claims: Sequence[Mapping[str, Any]], parameters: sentences.Parameters) -> float:
    """How far the scale of all tornados of a page reaches, in widths of a range: they can be compared then."""
    found = [abs(d) for claim in claims for row in _rows(claim, parameters)[:ROWS] for d, _ in row.flips]
    return min(1.0, max([LEAST, *found]))


def tornado(
    claim: Mapping[str, Any], parameters: sentences.Parameters, limit: float, key: str
) -> Markup | None:
    """Bars from our middle value (0) to the flip, in widths of the assumption's range; None where nothing flips it alone.

    The faint bar is as far as the range goes: where it is bare no flip was found. A further flip is a tick.
    """
    rows = _rows(claim, parameters)
    shown = rows[:ROWS]
    if not shown:
        return None
    scale = Scale(-limit, limit, 0, WIDTH)
    words_at: list[Layer] = []
    heights, reaches, bars, further = [], [], [], []
    y = 0.0
    for row in shown:
        titles = in_lines(f"{row.title} (ours\u00a0{row.ours})", WIDTH + 2 * BESIDE)
        words_at += headed(titles, y + 12, STEP, -BESIDE)
        y += STEP * len(titles) + THICK
        low, high = max(-limit, row.reach[0]), min(limit, row.reach[1])
        heights.append(y)
        reaches.append((scale(low), scale(high), y - THICK / 2, y + THICK / 2))
        for above in (False, True):
            first = row.first(above)
            if first is None or abs(first[0]) > limit:
                continue
            at = scale(first[0])
            left, right = sorted(
                (scale(0), at if abs(at - scale(0)) >= 2 else scale(0) + (2 if above else -2))
            )
            bars.append((left, right, y - THICK / 2, y + THICK / 2))
            side = 5 if above else -5
            words_at.append(label(at + side, y + 4, first[1], align="left" if above else "right", bold=True))
        drawn = [row.first(above) for above in (False, True)]
        further += [
            (d, y - THICK / 2, y + THICK / 2)
            for d, _ in row.flips
            if abs(d) <= limit and all(d != (each or (None,))[0] for each in drawn)
        ]
        y += THICK + 5
    layers = [
        frames(reaches, fill=MUTED, fillOpacity=0.16),
        frames(bars, fill=ACCENT, fillOpacity=1),
        ticks(scale, further, 2),
        ticks(scale, [(0, at - THICK, at + THICK) for at in heights], 2),
        lines([[(0, y - 4), (WIDTH, y - 4)]], LINE, 1),
        label(0, y + 11, f"{words.number(limit)} lower", fill=MUTED),
        label(scale(0), y + 11, "ours", fill=MUTED),
        label(WIDTH, y + 11, f"{words.number(limit)} higher", fill=MUTED),
        *words_at,
    ]
    named = f"What flips it: {words.sentence(claim['text'])}"
    return svg(layers, WIDTH, y + 16, (BESIDE + 2, BESIDE + 2, 0, 0), named, _told(claim, rows), key)


def _rows(claim: Mapping[str, Any], parameters: sentences.Parameters) -> list[_Row]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in claim.get("flips") or ():
        found.setdefault(each["parameter"], []).append(each)
    rows = []
    for name, flips in found.items():
        given, base = parameters.row(name), flips[0]["base"]
        low, high = ends(given, base, *(each["at"] for each in flips))
        placed = [
            (moved(given, base, each["at"]), words.numbers_apart(base, each["at"])[1]) for each in flips
        ]
        placed.sort(key=lambda each: abs(each[0]))
        ours = words.numbers_apart(flips[0]["at"], base)[1]
        rows.append(
            _Row(
                sentences.title(given),
                ours,
                (moved(given, base, low), moved(given, base, high)),
                tuple(placed),
            )
        )
    return sorted(rows, key=lambda row: abs(row.flips[0][0]))


def _told(claim: Mapping[str, Any], rows: Sequence[_Row]) -> str:
    holds = claim.get("holds_at_base")
    now = "" if holds is None else f"At our middle values the claim {'holds' if holds else 'fails'}. "
    change = "It changes sides" if holds is None else "It fails" if holds else "It holds"
    each = []
    for row in rows[:ROWS]:
        ways = [
            f"{'above' if d >= 0 else 'below'} {shown}, {words.number(abs(d))} of its range away"
            for d, shown in row.flips
            if (d, shown) in (row.first(True), row.first(False))
        ]
        each.append(f"{words.lower_first(row.title)} (ours {row.ours}) goes {' or '.join(ways)}")
    left = len(rows) - len(each)
    more = f" {words.count(left, 'other assumption')} farther away." if left else ""
    return f"{now}{change} once one of these moves alone, the nearest first: {'; '.join(each)}.{more}"
