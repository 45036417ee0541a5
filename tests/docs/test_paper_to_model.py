"""The how-to from a paper to a model: each state of its file loads, its blocks run, and its file is the one that ships."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from doc_blocks import ROOT, blocks, run_python, run_shell
from ruamel.yaml import YAML

from detente.models.model import read_model
from detente.scenario import read_scenario

PAGE = ROOT / "docs" / "how-to" / "from-a-paper-to-a-model.md"
SHIPPED = ROOT / "src" / "detente" / "models" / "library" / "peace-spoilers.yaml"
FILE = "peace-spoilers.yaml"
SLOW = ("detente test", "detente brief", "--all")


def load(text: str) -> dict[str, Any]:
    return YAML(typ="safe").load(text)


def states() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each block of the page, with the file as it stands there."""
    file: dict[str, Any] = {}
    for language, text in blocks(PAGE):
        if language == "yaml":
            file = {**file, **load(text)}
        yield language, text, file


def written(file: dict[str, Any]) -> str:
    out = StringIO()
    YAML().dump(file, out)  # in the order of the page
    return out.getvalue()


def contained(part: Any, whole: Any, at: str = "") -> None:
    """Every value of ``part`` stands in ``whole`` at the same place; a list is part of one that has all its entries."""
    if isinstance(part, dict):
        for key, value in part.items():
            assert key in whole, f"{at}.{key}"
            contained(value, whole[key], f"{at}.{key}")
    elif isinstance(part, list):
        for one in part:
            if isinstance(one, dict) and one not in whole:  # an entry that says less
                assert any(_within(one, other) for other in whole), f"{at}: {one}"
            else:
                assert one in whole, f"{at}: {one}"
    else:
        assert part == whole, at


def _within(part: Any, whole: Any) -> bool:
    try:
        contained(part, whole)
    except (AssertionError, TypeError):
        return False
    return True


def test_every_state_of_the_file_loads(tmp_path: Path) -> None:
    seen = [file for language, _, file in states() if language == "yaml"]
    assert len(seen) == 5
    for file in seen:
        (tmp_path / FILE).write_text(written(file), encoding="utf-8")
        assert list(read_scenario(str(tmp_path / FILE)).game.players) == ["G", "M", "E"]
    assert read_model(written(seen[-1]), "peace-spoilers", FILE).worked


def test_the_file_is_the_one_that_ships() -> None:
    *_, (_, _, last) = states()
    shipped = load(SHIPPED.read_text(encoding="utf-8"))
    contained(last, shipped)
    for whole in ("players", "private", "parameters", "moves", "payoffs", "events", "policies"):
        assert last[whole] == shipped[whole], whole


def run(tmp_path: Path, slow: bool) -> str:
    printed = ""
    scope: dict[str, object] = {"__name__": "docs"}
    for language, text, file in states():
        if language == "yaml":
            (tmp_path / FILE).write_text(written(file), encoding="utf-8")
        elif language == "python":
            run_python(text, scope, PAGE.name)
        elif language == "sh":
            chosen = [line for line in text.splitlines() if slow or not any(word in line for word in SLOW)]
            printed += run_shell("\n".join(chosen))
    return printed


def test_its_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that test claims at length are run with the slow tests."""
    monkeypatch.chdir(tmp_path)
    assert "attempt 1.000000" in run(tmp_path, slow=False)
    assert (tmp_path / "tree.svg").stat().st_size > 1000


@pytest.mark.slow
def test_all_its_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = run(tmp_path, slow=True)
    assert "3 outcomes of sequential equilibria" in printed
    assert "holds throughout" in printed
    assert "written: page/model.html" in printed.replace("\\", "/")
