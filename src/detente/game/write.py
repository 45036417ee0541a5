"""A game as the text of a game file."""

from __future__ import annotations

import io
from typing import Any

from ruamel.yaml import YAML

from detente.game.model import Game


def game_yaml(game: Game) -> str:
    """YAML that `read_game` reads back as an equal game. Comments of the file that it came from are not kept."""
    yaml: Any = YAML()
    yaml.default_flow_style = False
    yaml.width = 110
    out = io.StringIO()
    yaml.dump(game.to_mapping(), out)
    return out.getvalue()
