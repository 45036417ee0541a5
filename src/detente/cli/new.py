"""`detente new`: a project folder with a scenario to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import print_json


def command(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A folder that does not exist yet, or is empty.")
    ],
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="SCENARIO", help="Start from a copy of this shipped scenario."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Make a project folder with a small working scenario to edit.

    Example: detente new my-crisis --from peace-talks
    """
    from detente.scenario import new_project

    written = new_project(folder, from_)
    if json:
        print_json("new", {"folder": str(folder), "files": [str(path) for path in written]})
        return
    for path in written:
        typer.echo(f"written: {path}")
    typer.echo(f"next: edit {folder / 'scenario.yaml'}, then: detente test {folder / 'scenario.yaml'}")
