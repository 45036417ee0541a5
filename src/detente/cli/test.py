"""`detente test`: claims and policies over the ranges."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from detente.cli import policies, rivals, weights
from detente.cli.draws import chosen
from detente.cli.map import show, two
from detente.cli.output import console, print_json, progress
from detente.errors import BadInput, Where

VERDICTS = ("holds throughout", "holds if", "fails throughout", "undecided")


def command(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO", help="A scenario file, a project folder, or a shipped scenario's name."
        ),
    ],
    draws: Annotated[
        str | None,
        typer.Option(
            "--draws",
            metavar="N|FILE",
            help="Points of the ranges (default 1024), or a table of them, CSV or Parquet.",
        ),
    ] = None,
    design: Annotated[
        str | None,
        typer.Option("--design", metavar="NAME", help="How points are chosen: sobol (default), latin, grid."),
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option(
            "--grid",
            metavar="NAME=COUNT",
            help="A grid over this parameter, others at their base; may be repeated; COUNT alone: over all.",
        ),
    ] = None,
    ranges: Annotated[
        list[str] | None,
        typer.Option(
            "--ranges",
            metavar="SET",
            help="Test over this range set instead; repeated, or all: side by side with the scenario's own.",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Default: the scenario's.")] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="CLAIM", help="Test this claim alone; may be repeated."),
    ] = None,
    map_over: Annotated[
        str | None,
        typer.Option(
            "--map", metavar="X,Y", help="Map the claims over these two parameters, whole and finely."
        ),
    ] = None,
    indices_by_design: Annotated[
        int | None,
        typer.Option(
            "--indices-by-design",
            metavar="N",
            help="Solve N (parameters + 2) more points for Sobol' indices; N a power of two.",
        ),
    ] = None,
    responses: Annotated[
        int | None,
        typer.Option(
            "--responses",
            min=0,
            max=16384,
            help="Draws for best responses and levels of policies (default 192); 0: none.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Processes; the result is the same bytes.")
    ] = 1,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS",
            help="Solve on a dask cluster: tcp://host:8786, a scheduler file, local or local:N; the same bytes.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Keep finished chunks and results there.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the chunks that --out has.")] = False,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            "--fail-on", metavar="VERDICT", help="Exit status 1 if a claim has this verdict; may be repeated."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> int:
    """Test every claim and policy over the ranges: verdict, rule, and the assumption that flips it.

    Example: detente test peace-talks --draws 512 --only signal
    """
    refused = [f.replace("-", " ") for f in fail_on or []]
    for word in refused:
        if word not in VERDICTS:
            raise BadInput("no such verdict", where=Where(field="--fail-on"), found=word, allowed=VERDICTS)
    number, how = chosen(draws, design, grid or [])
    over = two(map_over)

    from detente.brief.naming import spoken_throughout
    from detente.explore import test
    from detente.explore.policies.responses import RESPONSES
    from detente.models.prediction import comparison, predictions
    from detente.scenario import read_scenario

    read = read_scenario(scenario)
    with progress(quiet=json) as tell:
        findings = test(
            read,
            draws=number,
            design=how,
            ranges=None
            if not ranges
            else "all"
            if "all" in ranges
            else ranges[0]
            if len(ranges) == 1
            else ranges,
            seed=seed,
            only=only or None,
            over=over,
            responses=RESPONSES if responses is None else responses,
            indices_by_design=indices_by_design,
            workers=workers,
            cluster=cluster,
            out=out,
            resume=resume,
            progress=tell,
        )
    titles = {role.id: f"the {role.title.removeprefix('the ')}" for role in read.roles.values()}
    body = spoken_throughout(findings.record(), titles)
    expected = predictions(read.game.to_mapping().get("model", {}), body["claims"])
    if expected:
        body["predictions"] = [row.record() for row in expected]
    if json:
        print_json("test", body)
    else:
        _show(body)
        for line in comparison(expected):
            console().print(line, markup=False, soft_wrap=True)
        for claim in body["claims"] if over else ():
            show(console(), claim)
    tested = [*body["claims"], *(claim for rival in body.get("range_sets", ()) for claim in rival["claims"])]
    return int(any(claim["verdict"] in refused for claim in tested))


def _show(body: dict) -> None:  # type: ignore[type-arg]
    screen = console()
    table = Table(title=f"{body['scenario']}: {body['draws']} draws", title_justify="left", show_lines=True)
    table.add_column("claim", overflow="fold", ratio=3)
    table.add_column("verdict", overflow="fold", ratio=2)
    table.add_column("nearest flip", overflow="fold", ratio=2)
    table.add_column("undecided", justify="right")
    for claim in body["claims"]:
        verdict = claim["verdict"] + (f" {claim['rule_text']}" if claim["verdict"] == "holds if" else "")
        flip = claim["nearest_flip"]
        flips = ", ".join(f"{n} = {v:.3g}" for n, v in flip["parameters"].items()) if flip else "none found"
        table.add_row(
            *(
                str(x).replace("[", r"\[")
                for x in (f"{claim['id']}: {claim['text']}", verdict, flips, claim["undecided"])
            )
        )
    screen.print(table)
    if "range_sets" in body:
        rivals.show(screen, body)
    weights.show(screen, body)
    policies.show(screen, body)
    screen.print(_selection(body["claims"]), markup=False)
    screen.print(f"Shares are of {body['measure']}. A share of a range is not a probability.", markup=False)


def _selection(claims: list) -> str:  # type: ignore[type-arg]
    """One sentence: which claims depend, at the base point, on which equilibrium is played."""
    found = {claim["id"]: claim["selection"] for claim in claims if claim.get("selection")}
    differs = [name for name, s in found.items() if s["differs"]]
    skipped = sum(not s["searched"] for s in found.values())
    searched = len(found) - skipped
    said = f"Of {searched} claims whose games were searched for other equilibria at the base point, "
    if not searched:
        said = "Other equilibria were not searched"
    elif differs:
        said += f"{len(differs)} depend on which equilibrium is played: {', '.join(differs)}"
    else:
        said += "none depends on which equilibrium is played"
    return said + (f"; {skipped} not searched." if skipped and searched else ".")
