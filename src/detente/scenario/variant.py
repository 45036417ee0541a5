"""The game as a policy, a switched-off part or a rule of law leaves it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from detente.game.expression import Expression, parse
from detente.game.model import Game
from detente.game.restrict import Restriction
from detente.game.tree import Tree
from detente.game.unfold import unfold
from detente.scenario.model import Change

Key = tuple[object, ...]
Floats = NDArray[np.float64]


def restrictions(change: Change) -> tuple[Restriction, ...]:
    """The moves of ``change`` as the game takes them out of their owners' hands, in alphabetical order."""
    return tuple(
        Restriction(move, dict(mix), change.when.get(move), change.where)
        for move, mix in sorted(change.play.items())
    )


def variant(game: Game, change: Change) -> Tree:
    """The tree of the game under ``change``: its moves played by announced chance, its parameters set."""
    return unfold(game, restrictions(change), dict(change.parameters))


def marked(game: Game, standing: Change, move: str, when: Expression | None) -> Tree:
    """The tree in which ``move`` is taken over by chance where ``when`` holds, no option left out: the same shape as
    the tree under ``standing`` alone, so that it shows at which nodes the move is meant."""
    labels = game.move(move).labels
    mark = Restriction(move, {label: parse(f"1/{len(labels)}") for label in labels}, when)
    return unfold(game, (*restrictions(standing), mark), dict(standing.parameters))


def key(change: Change) -> Key:
    """Equal for two changes exactly when they make the same game (spelling of formulas aside)."""
    play = tuple(
        (move, tuple(sorted((label, p.text) for label, p in mix.items())), str(change.when.get(move)))
        for move, mix in sorted(change.play.items())
    )
    return play, tuple(sorted((name, formula.text) for name, formula in change.parameters.items()))


def settled(change: Change, columns: Mapping[str, Floats | float]) -> dict[str, Floats | float]:
    """Columns of parameters with those that the change sets in the place of what was drawn."""
    return {**columns, **{name: formula.value(columns) for name, formula in change.parameters.items()}}
