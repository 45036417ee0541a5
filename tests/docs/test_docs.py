"""The docs run: links resolve, Python blocks execute, every command and option is in the reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from detente.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
COMMANDS = typer.main.get_command(app).commands


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{name} links to {target}, which is not there"


def test_every_page_of_the_docs_is_on_a_shelf() -> None:
    listed = set(re.findall(r"\]\(([^)]+\.md)\)", (ROOT / "docs" / "README.md").read_text(encoding="utf-8")))
    pages = {str(p.relative_to(ROOT / "docs")) for p in ROOT.glob("docs/*/*.md")}
    assert pages == listed


@pytest.mark.parametrize("name", [n for n in NAMES if "how-to" in n or "tutorial" in n])
def test_python_blocks_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.S)
    if not blocks:
        pytest.skip("no Python on this page")
    scope: dict[str, object] = {"__name__": "docs"}
    for block in blocks:
        exec(compile(block, name, "exec"), scope)


def test_every_command_and_option_is_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## detente (\w+)[^\n]*\n(.*?)(?=^## |\Z)", reference, re.S | re.M))
    assert set(sections) == set(COMMANDS)
    for name, command in COMMANDS.items():
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option not in ("--json", "--help"):
                    assert option in sections[name], f"detente {name} {option} is not in the reference"


def test_no_option_of_the_reference_is_invented() -> None:
    reference = (ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    real = {o for c in COMMANDS.values() for p in c.params for o in p.opts} | {"--help", "--json"}
    assert set(re.findall(r"--[a-z][a-z-]*", reference)) <= real


def test_every_command_has_help_with_an_example() -> None:
    for name, command in COMMANDS.items():
        assert f"Example: detente {name}" in (command.help or "")
