"""`detente brief`: article to brief, the main job."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.output import head, print_json, progress
from detente.errors import BadInput, Where

if TYPE_CHECKING:
    from detente.explore.claims.effort import Search


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
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Default: brief-NAME in this folder; of a model, model-SLUG."
        ),
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
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="SLUG|FILE",
            help="Instead of articles: the teaching page of a model of the catalogue, or of a changed copy.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make one page of a report: who said what, where each claim holds, and what would flip it.

    Example: detente brief report.txt
    """
    from detente.explore.claims.effort import effort

    if model is not None:
        _alone(articles, scenario, text_column)
        _model(model, out, draws, seed, workers, effort(search).name, json)
        return
    from detente.brief import make_brief

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


def _alone(articles: list[str] | None, scenario: str | None, text_column: str | None) -> None:
    """The page of a model takes no article, and a model is its own scenario."""
    given = {"ARTICLE": ", ".join(articles or []), "--scenario": scenario, "--text-column": text_column}
    for option, found in given.items():
        if found:
            raise BadInput(
                f"the page of a model goes without {option}",
                where=Where(field="--model"),
                found=found,
                allowed="either articles, or --model SLUG",
            )


def _model(
    name: str, out: Path | None, draws: int | None, seed: int | None, workers: int, search: Search, json: bool
) -> None:
    from detente.brief.model import make_model_page

    with progress(quiet=json) as tell:
        made = make_model_page(
            name,
            out=out,
            draws=draws,
            seed=seed,
            workers=workers,
            search=search,
            progress=tell,
            head=head("brief"),
        )
    if json:
        print_json("brief", made.result)
        return
    typer.echo(made.summary)
    typer.echo(f"written: {made.page}")
    typer.echo("next: open it in a browser")
    first = made.result["commands"][0]["command"] if made.result["model"]["catalogued"] else f"edit {name}"
    typer.echo(f"to change an assumption: {first}")
