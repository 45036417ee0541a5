"""`detente brief --model`: the commands that the page shows run, and what does not go with a model is refused."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detente.brief.model.code import commands

SLUG = "crisis-signalling"
Run = Callable[..., Any]


def test_the_commands_on_the_page_run(detente: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _, command in commands(SLUG, True):
        words = shlex.split(command)[1:]
        ran = detente(*words, *(["--draws", "32"] if words[0] in ("test", "brief") else []))
        assert ran.status == 0, ran.err
    assert (tmp_path / "my-model" / "scenario.yaml").is_file()
    assert "written: model-my-model/model.html" in ran.out
    assert "to change an assumption: edit my-model/scenario.yaml" in ran.out
    page = (tmp_path / "model-my-model" / "model.html").read_text(encoding="utf-8")
    assert "detente test scenario.yaml" in page


def test_json_is_what_is_written(detente: Run, tmp_path: Path) -> None:
    ran = detente("brief", "--model", SLUG, "--draws", "32", "--out", tmp_path / "page", "--json")
    assert ran.status == 0
    assert ran.json == json.loads((tmp_path / "page" / "model.json").read_text(encoding="utf-8"))
    assert ran.json["command"] == "brief"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["report.txt", "--model", SLUG], "goes without ARTICLE"),
        (["--model", SLUG, "--scenario", "peace-talks"], "goes without --scenario"),
        (["--model", SLUG, "--text-column", "t"], "goes without --text-column"),
        (["--model", "crisis-signaling"], "Did you mean 'crisis-signalling'?"),
        (["--model", "peace.yaml"], "no such model"),
    ],
)
def test_what_does_not_go_with_a_model_is_refused(detente: Run, words: list[str], said: str) -> None:
    ran = detente("brief", *words, "--json")
    assert ran.status == 2
    assert ran.json["error"]["where"]["field"] == "--model"
    assert said in ran.json["error"]["message"]


def test_a_scenario_that_is_no_model_is_refused(
    detente: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    detente("new", "mine")
    ran = detente("brief", "--model", "mine")
    assert ran.status == 2
    assert "no key `model`" in ran.err
    assert not list(tmp_path.glob("model-*"))
