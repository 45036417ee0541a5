"""The command `detente` and what all its commands share: version, and errors as one sentence."""

from __future__ import annotations

import io
import os
import sys

import typer

from detente import __version__
from detente.cli import brief, export, fit, ledger, models, new, read, solve, test, train
from detente.cli.output import end_with_error
from detente.errors import BadInput, DetenteError, Where

# Typer carries its own copy of click in newer releases: its classes are reached through the public one
UsageProblem: type[Exception] = typer.BadParameter.__mro__[2]

app = typer.Typer(
    name="detente",
    help="From crisis reporting to tested policy: an article goes in; who said what, the situation as a game with every "
    "number a range, and where each claim holds comes out.",
    epilog="Start here: detente brief (the shipped example), then detente brief YOUR-ARTICLE.txt",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("brief")(brief.command)
app.command("read")(read.command)
app.command("ledger")(ledger.command)
app.command("train")(train.command)
app.command("new")(new.command)
app.command("solve")(solve.command)
app.command("test")(test.command)
app.command("fit")(fit.command)
app.command("models")(models.command)
app.command("export")(export.command)


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"detente {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


def _said(problem: Exception) -> str:
    return getattr(problem, "format_message", problem.__str__)()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave the process with its exit status: 0, 1 a check failed, 2 bad input, 130 interrupted."""
    given = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):  # a Windows console may not speak UTF-8
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    as_json = "--json" in given
    name = next((word for word in given if not word.startswith("-")), "detente")
    try:
        status = app(given, standalone_mode=False)
    except typer.Exit as stop:
        status = stop.exit_code
    except typer.Abort:
        sys.exit(130)
    except KeyboardInterrupt:
        if not as_json:
            typer.echo("\nStopped. What was finished is kept; nothing is half-written.", err=True)
        sys.exit(130)
    except UsageProblem as problem:
        status = end_with_error(BadInput(_said(problem)), name, as_json)
    except DetenteError as problem:
        status = end_with_error(problem, name, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader of a pipe went away
        status = 0
    except OSError as problem:  # a full disk, no permission, a folder that is a file
        place = Where(file=str(problem.filename) if problem.filename else None)
        status = end_with_error(
            BadInput(f"cannot be read or written: {problem.strerror or problem}", where=place), name, as_json
        )
    sys.exit(status or 0)
