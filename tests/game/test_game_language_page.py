"""The reference page of the game language is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from detente.game import Game, parse_yaml
from detente.game.node import FUNCTIONS
from detente.game.parameter import FORMS
from detente.game.spec import EvidenceSpec, GameSpec, JointSpec, MoveSpec, ParameterSpec, TermSpec

PAGE = (Path(__file__).parents[2] / "docs/reference/game-language.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", blocks("yaml"))
def test_every_game_on_the_page_can_be_unfolded(text: str) -> None:
    mapping, places = parse_yaml(text, "page")
    assert Game.from_mapping(mapping, places).tree().n_nodes > 3


@pytest.mark.parametrize("text", blocks("python"))
def test_the_python_on_the_page_runs(text: str) -> None:
    exec(compile(text, "page", "exec"), {})


def test_every_key_form_and_function_is_on_the_page() -> None:
    keys = {
        key
        for spec in (GameSpec, MoveSpec, TermSpec, JointSpec, ParameterSpec, EvidenceSpec)
        for key in spec.model_fields
    }
    missing = sorted(
        word for word in {*keys, *FORMS, *FUNCTIONS} if not re.search(rf"(?<![a-z]){word}(?![a-z])", PAGE)
    )
    assert missing == []
