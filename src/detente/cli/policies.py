"""Policies on the terminal, actor by actor: regret, who has enough, what is dominated, what answers what, which level is best."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

NOTHING = "announce nothing"
_SAID = {
    "max_regret": "largest regret",
    "mean_regret": "mean regret",
    "worst_value": "worst payoff",
    "satisficing": "share with enough",
}


def show(screen: Console, body: dict[str, Any]) -> None:
    """A table with a row for each policy that an actor may announce, then a sentence for each finding about several."""
    own = [f for f in body.get("pareto", ()) if f["among"] != "all players"]
    if not own:
        return
    table = Table(title="Policies, actor by actor (never added up)", title_justify="left")
    table.add_column("actor", overflow="fold")
    table.add_column("policy", overflow="fold", ratio=2)
    for head in ("regret: max", "mean", "payoff: worst", "enough"):
        table.add_column(head, justify="right")
    table.add_column("", overflow="fold", ratio=3)
    for front in own:
        for k, (policy, scores) in enumerate(front["scores"].items()):
            share = scores.get("satisficing")
            table.add_row(
                plain(front["among"]) if k == 0 else "",
                plain(name(policy)),
                *(number(scores[c]) for c in ("max_regret", "mean_regret", "worst_value")),
                "-" if share is None else f"{100 * share:.0f}%",
                plain(_remark(body, front, policy)),
                end_section=k == len(front["scores"]) - 1,
            )
    screen.print(table)
    for line in lines(body):
        screen.print(line, markup=False)


def lines(body: dict[str, Any]) -> Iterator[str]:
    """What the table does not show, a sentence each."""
    for front in body.get("pareto", ()):
        if front["among"] == "all players" and front["by"] == "every draw":
            for d in front["dominated"]:
                yield (
                    f"No player is ever worse off with {name(d['by'])} than with {name(d['policy'])}; {d['player']} gains up to "
                    f"{number(d['gap'])} (draw {d['draw']})."
                )
    for m in body.get("mutual", ()):
        if m["pairs"]:
            top = m["pairs"][0]
            ties = sum(p["share"] == top["share"] for p in m["pairs"]) - 1
            also = f" (as often: {ties} other pair{'s' if ties > 1 else ''})" if ties else ""
            yield (
                f"{' and '.join(m['actors'])}: most often best against each other are {name(top['policies'][0])} and "
                f"{name(top['policies'][1])}, in {100 * top['share']:.0f}% of {m['draws']} draws{also}."
            )
    for x in body.get("levers", ()):
        better = [c for c, b in x["best"].items() if not b["already"]]
        what = (
            f"a mix of {x['between'][0]} and {x['between'][1]}"
            if x["between"]
            else f"a level of {x['policy']}"
        )
        if x["reason"]:
            yield f"{x['actor']}, {what}: {x['reason']}."
        elif not better:
            yield f"{x['actor']}: by no criterion is {what} better than what is listed."
        for criterion in better:
            b = x["best"][criterion]
            level = ", ".join(f"{n} {number(v)}" for n, v in b["level"].items())
            yield (
                f"{x['actor']}: {what} at {level} has the best {_SAID[criterion]}, {number(b['value'])}; of what is listed, "
                f"{name(b['listed'])} has {number(b['listed_value'])}."
            )


def name(policy: str) -> str:
    """What a policy is called in a row."""
    return NOTHING if policy == "equilibrium" else policy


def number(x: float | None) -> str:
    """Three significant digits."""
    return "-" if x is None else f"{x:.3g}"


def plain(text: str) -> str:
    """The text with nothing in it that the terminal would take for a style."""
    return text.replace("[", r"\[")


def _remark(body: dict[str, Any], front: dict[str, Any], policy: str) -> str:
    for d in body.get("dominated", ()):
        if d["actor"] == front["among"] and d["policy"] == policy:
            return f"{'always worse' if d['strict'] else 'never better'} than {name(d['by'])}"
    for d in front["dominated"]:
        if d["policy"] == policy:
            return f"no better than {name(d['by'])} by any column"
    return "not dominated"
