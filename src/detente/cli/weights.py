"""Which assumptions matter, and which are worth finding out, as short tables on the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

_EACH = 3  # parameters of an event or an actor
_NOTHING = 0.1  # and below which they say nothing
_LITTLE = 0.5  # explained variance below which the indices are a rough order


def show(screen: Console, body: Mapping[str, Any]) -> None:
    """Both tables, each where there is something in it."""
    designed = body.get("sensitivity_by_design")
    rows = designed["indices"] if designed else body["sensitivity"]
    plain = [row for row in rows if row["policy"] is None]
    if plain:
        _matter(screen, plain, designed)
    if body["information"] or body.get("information_pairs"):
        _worth(screen, body)


def _matter(screen: Console, rows: Sequence[Mapping[str, Any]], designed: Mapping[str, Any] | None) -> None:
    dependent = any(row["dependent"] for row in rows)
    table = Table(title="Which assumptions matter, in equilibrium play", title_justify="left")
    table.add_column("event", overflow="fold")
    table.add_column("assumption", overflow="fold")
    for name in ("Shapley effect",) if dependent else ("first", "total"):
        table.add_column(name, justify="right")
    table.add_column("explained", justify="right")
    for event, own in _grouped(rows, "event"):
        explained = own[0]["explained"]
        if explained is not None and explained < _NOTHING:
            table.add_row(
                _plain(event),
                "cannot be told from these draws",
                *[""] * (1 if dependent else 2),
                f"{explained:.2f}",
            )
            continue
        for k, row in enumerate(own):
            shown = ("shapley",) if dependent else ("first", "total")
            table.add_row(
                _plain(event) if not k else "",
                _plain(row["parameter"]),
                *(_number(row[name], row[f"{name}_interval"]) for name in shown),
                "" if k or row["explained"] is None else f"{row['explained']:.2f}",
            )
    screen.print(table)
    notes = ["Shares of the variance over the ranges, with 95% intervals."]
    if dependent:
        notes.append(
            "The parameters are not independent, so first and total indices do not add up; Shapley effects do."
        )
    if designed:
        notes.append(
            f"From a design of their own: {designed['rows']} rows, {designed['solved']:,} points solved."
        )
    elif any(row["explained"] is not None and row["explained"] < _LITTLE for row in rows):
        notes.append(
            "Where explained is below 0.5 they are a rough order"
            + ("." if dependent else "; --indices-by-design 256 solves a design for them.")
        )
    screen.print(" ".join(notes), markup=False)


def _worth(screen: Console, body: Mapping[str, Any]) -> None:
    totals = body["information_total"]
    table = Table(title="Worth finding out first, for each actor", title_justify="left")
    table.add_column("actor", overflow="fold")
    table.add_column("assumption", overflow="fold")
    table.add_column("worth", justify="right")
    table.add_column("of knowing all", justify="right")
    for actor, total in totals.items():
        own = [row for row in body["information"] if row["actor"] == actor][:_EACH]
        joint = [row for row in body.get("information_pairs", ()) if row["actor"] == actor]
        lines = [(row["parameter"], row) for row in own]
        lines += [(" and ".join(row["parameters"]) + " together", row) for row in joint]
        for k, (name, row) in enumerate(lines):
            table.add_row(
                _plain(actor) if not k else "",
                _plain(name),
                _number(row["worth"], row["interval"]),
                "" if k else _number(total, (body.get("information_total_interval") or {}).get(actor)),
            )
    screen.print(table)
    screen.print(
        "In each actor's own payoff: what it would gain by knowing before it chooses. Never to be added up over actors.",
        markup=False,
    )


def _grouped(rows: Sequence[Mapping[str, Any]], key: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
    names = dict.fromkeys(row[key] for row in rows)
    return [(name, [row for row in rows if row[key] == name][:_EACH]) for name in names]


def _number(value: float | None, ends: Sequence[float] | None) -> str:
    if value is None:
        return "in the rest"
    return f"{value:.2g}" + (f" ({ends[0]:.2g} to {ends[1]:.2g})" if ends else "")


def _plain(text: object) -> str:
    return str(text).replace("[", r"\[")
