"""`detente models`: the catalogue of published models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from detente.cli.output import console, print_json
from detente.cli.uncompiled import spare_compiling
from detente.errors import BadInput, Where

if TYPE_CHECKING:
    from detente.models import Model


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
        screen.print(
            f"next: detente brief --model {slug} (a page to teach it with), detente test {slug}, "
            f"or detente new my-model --from {slug}",
            markup=False,
        )
        return
    _list(chosen)
    screen.print("next: detente models SLUG", markup=False)


def _list(chosen: list[Model]) -> None:
    """A table for each topic; all have the same columns."""
    from detente.models import TOPICS

    screen = console()
    longest = max((len(model.slug) for model in chosen), default=0)
    for topic, words in TOPICS.items():
        rows = [model for model in chosen if model.topic == topic]
        if not rows:
            continue
        table = Table(
            title=Text(words, style="bold"), title_justify="left", box=None, expand=True, pad_edge=False
        )
        table.add_column("slug", no_wrap=True, width=longest)
        table.add_column("title", overflow="fold", ratio=5)
        table.add_column("source", overflow="fold", ratio=4)
        for column in ("formulas", "points", "claims"):
            table.add_column(column, justify="right", width=8)
        for model in rows:
            counts = (len(model.thresholds), len(model.worked), len(model.verdicts))
            source = Text(f"{model.source['authors']} {model.source['year']}")
            table.add_row(model.slug, Text(model.title), source, *(str(n) if n else "–" for n in counts))
        screen.print(table)
        screen.print()
    screen.print(
        "formulas: known in closed form; points: worked by hand; claims: tested, with the verdict that the source predicts",
        markup=False,
    )
