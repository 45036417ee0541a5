"""Code blocks of a page, and running them: Python as it stands, shell blocks line by line as commands of `detente`."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from typer.testing import CliRunner

from detente.cli.app import app

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.S | re.M)


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of every block that names a language, in the order of the page."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def run_python(text: str, scope: dict[str, object], where: str) -> None:
    exec(compile(text, where, "exec"), scope)


def run_shell(text: str) -> str:
    """Run every line, in this process and the present folder; what was printed. Each line must succeed."""
    printed = ""
    for line in text.strip().splitlines():
        program, *words = shlex.split(line, comments=True)
        assert program == "detente", f"only commands of detente are run: {line}"
        ran = CliRunner().invoke(app, words)
        assert ran.exit_code == 0, f"{line}\n{ran.output}\n{ran.exception}"
        printed += ran.output
    return printed
