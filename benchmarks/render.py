"""Results to the page that shows them: tables and the chart of ``docs/explanation/speed.md`` from ``benchmarks/results/*.json``.

    python benchmarks/solver.py FOLDER_WITH_EFG --json > benchmarks/results/solver.json
    python benchmarks/families.py --json > benchmarks/results/families.json
    python benchmarks/unknowns.py FOLDER_WITH_EFG --json > benchmarks/results/unknowns.json
    python benchmarks/render.py

What stands between the marks ``<!-- NAME -->`` and ``<!-- end NAME -->`` of the page is written anew; the prose stays.
"""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "explanation" / "speed.md"
CHART = PAGE.with_name("speed-families.svg")
Result = dict[str, Any]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def number(value: float | None, digits: int = 3) -> str:
    """``digits`` significant digits, thousands apart; a dash for nothing."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    if abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    return f"{value:.{digits}g}" if abs(value) >= 1e-3 else f"{value:.0e}"


def times(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}x" if value >= 10 else f"{value:.1f}x"


def where(result: Result) -> str:
    """The machine, in one sentence."""
    m = result["machine"]
    busy = m.get("load") is not None and m["load"] > 0.5
    warning = (
        f" Other work ran on the machine (load {m['load']}): ratios of processor time can be read, times and ratios of wall time (two"
        " threads) cannot."
        if busy
        else ""
    )
    if result.get("quick"):
        warning += " **A quick run**: fewer draws, runs and sizes than a full one."
    warning += "".join(f" {note}" for note in result.get("notes", ()))
    memory = f", {m['memory_mb'] / 1024:.0f} GB" if m.get("memory_mb") else ""
    return (
        f"Measured on {m['processor']}, {m['cores']} cores{memory}, {m['system']}, Python {m['python']}, NumPy {m['numpy']}, "
        f"Numba {m['numba']}.{warning}"
    )


def sweeps(result: Result) -> list[Result]:
    return [r for r in result["rows"] if "threads" in r]


def summary(solver: Result) -> str:
    """What a busy reader takes away: ratios with two threads, and of how many answers both sides agree on."""
    lines: list[str] = []
    rows = sweeps(solver)
    for name in dict.fromkeys(r["precision"] for r in rows):
        here = [r for r in rows if r["precision"] == name and r["threads"] == 2 and r["ratio"] is not None]
        if here:
            least = min(here, key=lambda r: r["ratio"])
            crisis = next((r for r in here if r["game"] == "crisis"), None)
            own = f"crisis {times(crisis['ratio'])}, " if crisis else ""
            middle = statistics.median(r["ratio"] for r in here)
            lines.append(
                f"- {name}: {own}median of {len(here)} games {times(middle)}, least {times(least['ratio'])} ({least['game']})"
            )
    one = [r for r in rows if r["threads"] == 1]
    bad = sorted({r["game"] for r in one if not r["verified"]})
    lines.append(
        f"- {sum(r['verified'] for r in one)} of {len(one)} sweeps verified"
        + (f"; not: {', '.join(bad)}, see the table." if bad else ".")
    )
    return where(solver) + "\n\nWith two threads, draws per second against pygambit's:\n\n" + "\n".join(lines)


def speed(solver: Result) -> str:
    rows: list[list[str]] = []
    both = {(r["game"], r["precision"], r["threads"]): r for r in sweeps(solver)}
    for (game, name, threads), one in both.items():
        two = both.get((game, name, 2))
        if threads != 1 or two is None:
            continue
        proof = (
            f"residual {number(one['residual'], 1)}"
            if one["residual"] is not None
            else f"gain {number(one['gain'], 1)}"
        )
        agree = f"{one['agree']} of {one['compared']}" if one["compared"] else "-"
        failed = f", {one['peer_failed']} not found" if one["peer_failed"] else ""
        rows.append([
            game, name, number(one["theirs"]), number(one["ours"]), times(one["ratio"]), number(two["ours"]), times(two["ratio"]),
            f"{one['certified']:.1%}", proof, agree + failed, "yes" if one["verified"] else "**no**",
        ])  # fmt: skip
    head = (
        "game", "precision", "pygambit draws/s", "ours, 1 thread", "ratio", "ours, 2 threads", "ratio", "certified", "worst",
        "same answer", "verified",
    )  # fmt: skip
    return table(head, rows)


def rest(solver: Result) -> str:
    rows = [
        [r["work"], number(r["ours"]), number(r["theirs"]), r["unit"], times(r["ratio"]), r["equal"]]
        for r in solver["rows"]
        if "threads" not in r
    ]
    return table(("work", "ours", "pygambit", "unit", "ratio", "what"), rows)


def roofline(solver: Result) -> str:
    peak = solver["roofline"]["peak_gflops"]
    rows: list[list[str]] = []
    for game, parts in solver["roofline"]["games"].items():
        for p in parts:
            micro, flops = p["microseconds"], p["flops_per_evaluation"]
            share = [f"{micro[k] / micro['all']:.0%}" for k in ("solver", "certificate", "outcome")]
            name = "limit" if p["precision"] == "limit" else f"lambda {p['precision']:g}"
            rows.append([
                game, name, number(micro["all"]), *share, number(p["evaluations"]), number(sum(flops.values()), 4),
                f"{flops['mix'] / sum(flops.values()):.0%}", f"{flops['slopes'] / sum(flops.values()):.0%}",
                f"{flops['elimination'] / sum(flops.values()):.0%}", number(p["nanoseconds_per_evaluation"]), number(p["gflops"], 2),
            ])  # fmt: skip
    head = (
        "game", "precision", "us a draw", "solver", "certificate", "outcome", "evaluations", "flops each", "mix", "slopes",
        "elimination", "ns each", "GFLOP/s",
    )  # fmt: skip
    told = (
        f"This machine, one thread: {number(peak['independent'])} GFLOP/s of independent multiply-adds, "
        f"{number(peak['chained'], 2)} of a chain in which each waits for the one before."
    )
    return told + "\n\n" + table(head, rows)


def families(result: Result) -> str:
    rows: list[list[str]] = []
    pairs: dict[tuple[str, int], dict[str, Result]] = {}
    for r in result["rows"]:
        pairs.setdefault((r["family"], r["size"]), {})[r["precision"]] = r
    for (family, size), here in pairs.items():
        any_row = next(iter(here.values()))
        cells = [
            family,
            f"{size} {any_row['counted']}",
            *(number(any_row[k], 6) for k in ("nodes", "sets", "unknowns")),
        ]
        for name in ("lambda 20", "limit"):
            r = here[name]
            share = "" if r["certified"] in (None, 1.0) else f" ({r['certified']:.0%})"
            cells += [number(r["ours"]) + share, number(r["theirs"]), times(r["ratio"])]
        rows.append(cells)
    head = (
        "family", "size", "nodes", "sets", "unknowns", "ours, lambda 20", "pygambit", "ratio", "ours, limit", "pygambit", "ratio",
    )  # fmt: skip
    missing = {f"{r['family']} {r['size']}: {r['ours_why_not']}" for r in result["rows"] if r["ours_why_not"]}
    told = "".join(f"\n\nNot solved: {m}" for m in sorted(missing))
    return where(result) + " Milliseconds a draw, one thread.\n\n" + table(head, rows) + told


def unknowns(result: Result) -> str:
    rows: list[list[str]] = []
    pairs: dict[tuple[str, float], dict[str, Result]] = {}
    for r in result["rows"]:
        pairs.setdefault((r["game"], r["precision"]), {})[r["choice"]] = r
    for (game, precision), here in pairs.items():
        full = here["log-odds"]
        cells = [
            game,
            f"{precision:g}",
            " ".join(map(str, full["blocks"])) or "none",
            str(full["belief_dimensions"]),
        ]
        for choice in ("log-odds", "log-odds, sparse", "beliefs", "fewest"):
            r = here[choice]
            cells.append(
                f"{r['unknowns']} / {number(r['evaluations'])} / {number(r['operations']['elimination'], 4)} / {number(r['ours'])}"
                + (f" / **{r['found']:.0%}**" if r["found"] < 1 else "")
                + ("" if r["verified"] else " / **differs**")
            )
        rows.append(cells)
    same = [[r["ours"] for r in here.values()] for here in pairs.values() if not here["log-odds"]["unknowns"]]
    worst = max((max(spent) / min(spent) for spent in same), default=None)
    noise = (
        f" In games without a circle all four are one and the same programme: there their times differ by up to {worst:.1f} times,"
        " which is noise; smaller differences elsewhere say nothing."
        if worst
        else ""
    )
    head = (
        "game",
        "lambda",
        "blocks",
        "belief dimensions",
        "log-odds",
        "log-odds, sparse",
        "beliefs",
        "fewest",
    )
    return (
        where(result)
        + noise
        + " In each cell: unknowns / evaluations a draw / operations of one elimination / microseconds a draw / share of draws found,"
        + " where it is not all.\n\n"
        + table(head, rows)
    )


def structure(result: Result) -> str:
    rows = [
        [
            r["game"], *(number(r[k], 6) for k in ("nodes", "sets", "log_odds")), " ".join(map(str, r["blocks"])) or "none",
            number(r["beliefs"], 6),
            f"{number(r['fewest'], 6)} ({number(r['fewest_beliefs'], 6)})" + ("" if r["proved"] else " or fewer"),
            *(number(r[k], 9) for k in ("dense", "sparse", "bordered")),
        ]
        for r in result["structure"]
    ]  # fmt: skip
    head = (
        "game", "nodes", "sets", "log-odds", "blocks of log-odds", "beliefs", "fewest (of it beliefs)", "full", "fixed order",
        "with normalisers",
    )  # fmt: skip
    return table(head, rows)


BLOCKS: dict[str, tuple[str, Callable[[Result], str]]] = {
    "summary": ("solver", summary),
    "speed": ("solver", speed),
    "rest": ("solver", rest),
    "roofline": ("solver", roofline),
    "families": ("families", families),
    "structure": ("unknowns", structure),
    "unknowns": ("unknowns", unknowns),
}


def page(text: str, results: dict[str, Result]) -> str:
    """The page with every block written anew; a block whose result is not there stays."""
    for name, (source, write) in BLOCKS.items():
        if source in results:
            mark = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)", re.S)
            if len(mark.findall(text)) != 1:
                raise SystemExit(f"the page needs one pair of marks <!-- {name} --> and <!-- end {name} -->")
            text = mark.sub(lambda m, w=write, s=source: f"{m[1]}{w(results[s])}\n{m[2]}", text)
    return text


def load() -> dict[str, Result]:
    return {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(RESULTS.glob("*.json"))}


def points(result: Result) -> list[Result]:
    """What the chart draws: one point a family, size, precision and side."""
    return [
        {"family": r["family"], "nodes": r["nodes"], "ms": r[side], "who": f"{who}, {r['precision']}"}
        for r in result["rows"]
        for side, who in (("ours", "detente"), ("theirs", "pygambit"))
        if r[side] is not None
    ]


def chart(result: Result) -> Any:
    """Milliseconds a draw against nodes, both on scales of powers of ten, a panel a family."""
    import altair as alt

    order = ["pygambit, limit", "pygambit, lambda 20", "detente, limit", "detente, lambda 20"]
    base = alt.Chart(alt.Data(values=points(result))).encode(
        x=alt.X("nodes:Q", scale=alt.Scale(type="log"), title="nodes"),
        y=alt.Y("ms:Q", scale=alt.Scale(type="log"), title="ms a draw", axis=alt.Axis(format="~g")),
        color=alt.Color(
            "who:N", sort=order, title=None,
            scale=alt.Scale(domain=order, range=["#8a8a8a", "#8a8a8a", "#1d5fa8", "#1d5fa8"]),
        ),
        strokeDash=alt.StrokeDash(
            "who:N", sort=order, title=None, scale=alt.Scale(domain=order, range=[[4, 3], [1, 0], [4, 3], [1, 0]])
        ),
    )  # fmt: skip
    lines = base.mark_line(point=alt.OverlayMarkDef(size=18, filled=True)).properties(width=250, height=190)
    return lines.facet(facet=alt.Facet("family:N", title=None), columns=2).resolve_scale(x="independent")


def main() -> None:
    results = load()
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    if "families" in results:
        import vl_convert

        CHART.write_text(vl_convert.vegalite_to_svg(chart(results["families"]).to_json()), encoding="utf-8")


if __name__ == "__main__":
    main()
