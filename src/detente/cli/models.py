"""`detente models`: the catalogue of published models."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from detente.cli.output import console, print_json
from detente.cli.uncompiled import spare_compiling
from detente.errors import BadInput, Where


def command(
    slug: Annotated[str | None, typer.Argument(metavar="SLUG", help="Show this model alone.")] = None,
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="TOPIC", help="List the models of this topic alone.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List the published models, or show one: tree, timeline, thresholds, source.

    Example: detente models crisis-signalling
    """
    from detente.models import TOPICS, card, catalogue, find

    if topic is not None and topic not in TOPICS:
        raise BadInput("there is no such topic", where=Where(field="--topic"), found=topic, allowed=TOPICS)
    chosen = [find(slug)] if slug else [m for m in catalogue() if topic in (None, m.topic)]
    if json:
        print_json("models", {"models": [model.record() for model in chosen]})
        return
    screen = console()
    if slug:
        spare_compiling()
        screen.print(card(chosen[0]))
        screen.print(f"next: detente test {slug}, or detente new my-model --from {slug}", markup=False)
        return
    table = Table(title="published models", title_justify="left")
    for column in ("slug", "title", "source"):
        table.add_column(column, overflow="fold")
    for name, words in TOPICS.items():
        rows = [model for model in chosen if model.topic == name]
        if rows:
            table.add_section()
            table.add_row("", Text(words, style="bold"), "")
        for model in rows:
            table.add_row(model.slug, model.title, f"{model.source['authors']} {model.source['year']}")
    screen.print(table)
    screen.print("next: detente models SLUG", markup=False)
