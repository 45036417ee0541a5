"""What each policy of a side gives up: a table of numbers whose cells are the stronger in colour the more is given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from detente.brief import words
from detente.brief.charts.axis import headed, in_lines
from detente.brief.marks import ACCENT, INK, LINE, MUTED, Layer, frames, hatching, label, lines, svg

NAMES, CELL = 160, 64  # px: the room for a policy's name, and a cell's width
STEP, HEAD = 15, 36
SHADES = (0.04, 0.14, 0.25, 0.36, 0.48)  # of the accent: ink stays readable on the darkest, in both schemes

Row = Mapping[str, Any]


def regrets(side: str, rows: Sequence[Row], key: str) -> Markup | None:
    """A row a policy: its largest and its mean regret and, where given, in how many combinations it is good enough.

    ``rows``: {title, max, mean, share, dominated}; ``dominated`` names what is never worse. A value that is not known is
    hatched. Both columns of regret have one scale, from 0 to the largest regret here. None where no regret is known.
    """
    most = max((row["max"] for row in rows if row.get("max") is not None), default=None)
    if most is None:
        return None
    columns = [("max", ("largest", "regret")), ("mean", ("mean", "regret"))]
    if any(row.get("share") is not None for row in rows):
        columns.append(("share", ("good", "enough in")))
    width = NAMES + CELL * len(columns)
    layers: list[Layer] = []
    for k, (_, head) in enumerate(columns):
        layers += [
            label(NAMES + CELL * (k + 0.5), 13 + STEP * line, word, fill=MUTED)
            for line, word in enumerate(head)
        ]
    shaded: dict[int, list[tuple[float, float, float, float]]] = {}
    least, unknown, rules, bars = [], [], [], []
    best = {name: _best([row.get(name) for row in rows], name == "share") for name, _ in columns}
    y = float(HEAD)
    for row in rows:
        titles = in_lines(row["title"], NAMES - 10, most=3)
        remark = (
            in_lines(f"never better than “{row['dominated']}”", NAMES - 10) if row.get("dominated") else []
        )
        tall = max(2, len(titles) + len(remark)) * STEP + 8
        layers += headed(titles, y + 15, STEP)
        layers += [
            label(0, y + 15 + STEP * (len(titles) + k), line, align="left", fill=MUTED)
            for k, line in enumerate(remark)
        ]
        for k, (name, _) in enumerate(columns):
            room = (NAMES + CELL * k + 1, NAMES + CELL * (k + 1) - 1, y + 1, y + tall - 1)
            value = row.get(name)
            if value is None:
                unknown.append(room)
                continue
            is_best = best[name] is not None and value == best[name] and len(rows) > 1
            if name == "share":
                bars.append((room[0], room[0] + (room[1] - room[0]) * value, room[2], room[3]))
            else:
                shaded.setdefault(_shade(value, most), []).append(room)
            if is_best:
                least.append(room)
            shown = words.per_hundred(value) if name == "share" else words.number(value)
            parts = shown.split(" in ") if len(shown) > 9 else [shown]
            for line, part in enumerate(parts):
                text = part if line == 0 else f"in {part}"
                layers.append(
                    label(
                        NAMES + CELL * (k + 0.5),
                        y + tall / 2 + 4 + STEP * (line - (len(parts) - 1) / 2),
                        text,
                        bold=is_best,
                    )
                )
        rules.append([(0, y), (width, y)])
        y += tall
    rules.append([(0, y), (width, y)])
    drawn = [
        *(frames(shaded[k], fill=ACCENT, fillOpacity=SHADES[k]) for k in sorted(shaded)),
        frames(bars, fill=ACCENT, fillOpacity=SHADES[2]),
        hatching(unknown),
        frames(least, fill="transparent", stroke=INK, strokeWidth=2),
        lines(rules, LINE, 1),
        *layers,
    ]
    return svg(drawn, width, y + 2, (2, 2, 0, 0), f"Regret of the policies of {side}", _told(side, rows), key)


def _shade(value: float, most: float) -> int:
    return 0 if most <= 0 else min(len(SHADES) - 1, int(len(SHADES) * max(0.0, value) / most))


def _best(values: Sequence[float | None], high: bool) -> float | None:
    known = [value for value in values if value is not None]
    return (max(known) if high else min(known)) if known else None


def _told(side: str, rows: Sequence[Row]) -> str:
    known = [row for row in rows if row.get("max") is not None]
    least = min(known, key=lambda row: row["max"])
    most = max(known, key=lambda row: row["max"])
    told = [
        f"For {side} “{least['title']}” has the smallest largest regret, {words.number(least['max'])}; "
        f"“{most['title']}” the largest, {words.number(most['max'])}."
        if len(known) > 1
        else f"For {side} the largest regret of “{least['title']}” is {words.number(least['max'])}."
    ]
    for row in rows:
        share = (
            f", good enough in {words.per_hundred(row['share'])} combinations"
            if row.get("share") is not None
            else ""
        )
        never = f", never better than “{row['dominated']}”" if row.get("dominated") else ""
        regret = (
            f"largest {words.number(row['max'])}, mean {words.number(row.get('mean'))}"
            if row.get("max") is not None
            else "not counted on this menu"
        )
        told.append(f"{row['title']}: {regret}{share}{never}.")
    return " ".join(told)
