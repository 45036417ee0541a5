"""Rival range sets on the terminal: verdicts side by side, and what the analysts disagree about."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table


def show(screen: Console, body: dict[str, Any]) -> None:
    """A column for each set beside the scenario's own ranges, then a sentence for each claim that they disagree about."""
    sets = body["range_sets"]
    table = Table(title="Range sets side by side", title_justify="left", show_lines=True)
    for head in ("claim", "own ranges", *(s["title"] for s in sets)):
        table.add_column(_plain(head), overflow="fold")
    told = [{c["id"]: c for c in s["claims"]} for s in sets]
    for claim in body["claims"]:
        cells = [claim, *(by_id[claim["id"]] for by_id in told if claim["id"] in by_id)]
        table.add_row(_plain(claim["id"]), *(_plain(_said(c)) for c in cells))
    screen.print(table)
    apart = body["disagreements"]
    if not apart:
        screen.print("The sets disagree about no claim.", markup=False)
    for d in apart:
        which = "They disagree about" if d["kind"] == "verdict" else "They differ in degree about"
        how = f" ({d['draws']} draws a swap, one range at a time)" if d["swaps"] else ""
        screen.print(f"{which} {d['claim']}: {d['text']}{how}.", markup=False)


def _said(claim: dict[str, Any]) -> str:
    """Verdict, share and its interval."""
    if claim["share"] is None:
        return str(claim["verdict"])
    ends = claim["share_interval"]
    between = f" ({ends[0]:.2f} to {ends[1]:.2f})" if ends else ""
    return f"{claim['verdict']}, share {claim['share']:.2f}{between}"


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
