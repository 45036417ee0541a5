"""`detente brief`: article to brief, the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import head, print_json, progress


def command(
    articles: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ARTICLE]...", help="Files or folders. Without one: the shipped example."),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", metavar="NAME|FILE", help="Default: the shipped scenario that fits best."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Default: brief-NAME in this folder.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option("--draws", min=32, max=1_000_000, help="Points of the ranges.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Default: the scenario's.")] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Processes; the result is the same bytes.")
    ] = 1,
    search: Annotated[
        str,
        typer.Option(
            "--search",
            metavar="quick|thorough",
            help="How hard flips, exceptions and maps are looked for; thorough takes minutes.",
        ),
    ] = "quick",
    text_column: Annotated[
        str | None,
        typer.Option("--text-column", metavar="NAME", help="The column of a table with the texts."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make one page of a report: who said what, where each claim holds, and what would flip it.

    Example: detente brief report.txt
    """
    from detente.brief import make_brief
    from detente.explore.claims.effort import effort

    with progress(quiet=json) as tell:
        made = make_brief(
            articles or [],
            scenario=scenario,
            out=out,
            draws=draws,
            seed=seed,
            workers=workers,
            search=effort(search).name,
            progress=tell,
            head=head("brief"),
            text_column=text_column,
        )
    if json:
        print_json("brief", made.result)
        return
    typer.echo(made.summary)
    for file in made.result["skipped"]:
        typer.echo(f"skipped {file['path']}: {file['reason']}")
    typer.echo(f"written: {made.page}")
    typer.echo("next: open it in a browser")
    if made.scenario:
        typer.echo(f"to change a role or a number: edit {made.scenario} and add --scenario {made.scenario}")
