"""`detente models`: the catalogue of published models."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from detente.cli.output import console, print_json


def command(
    slug: Annotated[str | None, typer.Argument(metavar="SLUG", help="Show this model alone.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the published models, or show one: tree, timeline, thresholds, source.

    Example: detente models crisis-signalling
    """
    from detente.models import catalogue, find

    chosen = [find(slug)] if slug else list(catalogue())
    if json:
        print_json("models", {"models": [model.record() for model in chosen]})
        return
    screen = console()
    if slug:
        screen.print(chosen[0].card())
        screen.print(f"next: detente solve {slug}", markup=False)
        return
    table = Table(title="published models", title_justify="left")
    for column in ("slug", "title", "source", "players"):
        table.add_column(column, overflow="fold")
    for model in chosen:
        source = model.record()["source"]
        table.add_row(
            model.slug,
            model.title,
            f"{source['authors']} {source['year']}",
            ", ".join(model.record()["players"]),
        )
    screen.print(table)
    screen.print("next: detente models SLUG", markup=False)
