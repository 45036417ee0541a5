"""What commands print: one JSON object for machines, or lines for people; progress only on a terminal's standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from detente import __version__
from detente.errors import DetenteError

SCHEMA = 1
Tell = Callable[[str, float], None]


def head(command: str) -> dict[str, object]:
    """How every machine-readable object begins."""
    return {"detente": __version__, "schema": SCHEMA, "command": command}


def print_json(command: str, body: Mapping[str, object]) -> None:
    """Exactly one JSON object on standard output. Not-a-number is refused: a field says null and a status says why."""
    text = json.dumps({**head(command), **body}, ensure_ascii=False, allow_nan=False)
    sys.stdout.buffer.write(text.encode("utf-8") + b"\n")
    sys.stdout.flush()


def end_with_error(problem: DetenteError, command: str, as_json: bool) -> int:
    """Print one error, for machines or for people; returns the exit status."""
    if as_json:
        print_json(command, {"error": problem.record()})
    else:
        typer.echo(
            f"detente {command}: {problem}" if command != "detente" else f"detente: {problem}", err=True
        )
    return 2


def console() -> Console:
    """Where people read; width 100 where no terminal says otherwise, so that output in files and tests is the same."""
    return Console(width=None if sys.stdout.isatty() else 100, highlight=False, soft_wrap=False)


@contextmanager
def progress(quiet: bool) -> Iterator[Tell]:
    """A function to call with (what is being done, share done); shows a bar only where standard error is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda what, share: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(20), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def tell(what: str, share: float) -> None:
            bar.update(task, description=what, completed=share)

        yield tell
