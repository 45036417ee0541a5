"""What a command may be pointed at: a game file, a scenario, a Gambit file, or a name from the catalogue."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from detente.errors import BadInput, Where
from detente.game import Game, Tree, read_efg, read_game, read_nfg, unfold
from detente.models import find, slugs
from detente.scenario.evaluate import Evaluator
from detente.scenario.locate import shipped
from detente.scenario.reader import read_scenario

SUFFIXES = (".yaml", ".yml", ".efg", ".nfg")


def open_game(target: str) -> Tree:
    """The tree of a `.yaml` game or scenario, a project folder, an `.efg` or `.nfg` file, a shipped scenario or a model's slug.

    Raises BadInput when it is none of these, with the nearest name that exists.
    """
    path = Path(target)
    if path.is_dir():
        path = path / "scenario.yaml"
    if path.suffix.lower() in SUFFIXES:
        if not path.is_file():
            raise BadInput("there is no such file", where=Where(field="GAME"), found=str(path))
        if path.suffix.lower() == ".efg":
            return read_efg(path)
        if path.suffix.lower() == ".nfg":
            return read_nfg(path)
        return Evaluator(read_scenario(path)).tree() if _is_scenario(path) else unfold(read_game(path))
    if target in shipped():
        return Evaluator(read_scenario(target)).tree()
    if target in slugs():
        return unfold(find(target).game)
    raise BadInput(
        "neither a .yaml, .efg or .nfg file nor a name that is shipped",
        where=Where(field="GAME"),
        found=target,
        allowed=[*shipped(), *slugs()],
    )


def written_game(target: str) -> tuple[Game | None, tuple[str, ...]]:
    """The game that `open_game` unfolds, as it is written, and the parts that are switched off; None for a Gambit file.

    Raises BadInput as `open_game` does.
    """
    path = Path(target)
    if path.is_dir():
        path = path / "scenario.yaml"
    if path.suffix.lower() in SUFFIXES and path.is_file():
        if path.suffix.lower() in (".efg", ".nfg"):
            return None, ()
        if not _is_scenario(path):
            return read_game(path), ()
    scenario = read_scenario(target)
    return scenario.game, scenario.off


def point(tree: Tree, settings: Sequence[str]) -> dict[str, float]:
    """``NAME=VALUE`` settings as parameters of the tree; names and numbers are checked."""
    out: dict[str, float] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        name = name.strip()
        if not equals:
            raise BadInput("a setting is NAME=VALUE", where=Where(field="--set"), found=setting)
        if name not in tree.parameters:
            allowed = tree.parameters or "none: this game has no parameters"
            raise BadInput("no such parameter", where=Where(field="--set"), found=name, allowed=allowed)
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise BadInput("not a finite number", where=Where(field=f"--set {name}"), found=value)
        out[name] = number
    return out


def _is_scenario(path: Path) -> bool:
    """Whether a YAML file says `scenario:` at its left margin, which a plain game never does."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        return any(line.startswith("scenario:") for line in lines)
