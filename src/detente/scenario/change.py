"""Changes as they stand in a scenario file: every move, option, condition and parameter looked up in the game."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detente.errors import GameError, Where
from detente.game.choice import option
from detente.game.expression import Expression, parse
from detente.game.model import Game
from detente.game.parts import value_text
from detente.game.place import Path, Places
from detente.game.restrict import rules
from detente.scenario.model import Change
from detente.scenario.variant import restrictions

ONE = parse(1)


def read_change(
    game: Game,
    places: Places,
    path: Path,
    moves: Mapping[str, Any],
    when: Any,
    parameters: Mapping[str, Any],
    moves_key: str,
) -> Change:
    """The change written at ``path``; ``moves_key`` is the key under which its moves stand.

    ``moves``: move -> option, or option -> probability. ``when``: one condition for every move, or move -> condition.
    Raises GameError or ExpressionError for a name that the game does not have and for what is no probability.
    """
    play = {move: _mix(game, places, (*path, moves_key, move), move, mix) for move, mix in moves.items()}
    conditions: dict[str, Expression] = {}
    at = places.at(*path, "when")
    if isinstance(when, Mapping):
        for move, text in when.items():
            here = places.at(*path, "when", move)
            if move not in play:
                raise GameError("this move is not among those played", where=here, found=move, allowed=play)
            conditions[move] = parse(text, here)
    elif when is not None:
        if not play:
            raise GameError("there is no move for this condition", where=at, found=when)
        conditions = dict.fromkeys(play, parse(when, at))
    settings = {
        name: _setting(game, places.at(*path, "parameters", name), name, text)
        for name, text in parameters.items()
    }
    change = Change(play, conditions, settings, places.at(*path))
    rules(game, restrictions(change))
    return change


def _mix(game: Game, places: Places, path: Path, move: str, mix: Any) -> dict[str, Expression]:
    where = places.at(*path)
    labels = game.move(move, where).labels
    if not isinstance(mix, Mapping):
        return {_label(mix, where, move, labels): ONE}
    if not mix:
        raise GameError("no option is named here", where=where, found="nothing", allowed=labels)
    return {
        _label(name, places.at(*path, name), move, labels): parse(probability, places.at(*path, name))
        for name, probability in mix.items()
    }


def _label(given: Any, where: Where, move: str, labels: tuple[str, ...]) -> str:
    label = value_text(option(given, where))
    if label not in labels:
        raise GameError(f"{move} has no such option", where=where, found=label, allowed=labels)
    return label


def _setting(game: Game, where: Where, name: str, text: Any) -> Expression:
    if name not in game.base:
        problem = (
            "a derived parameter follows from others and cannot be set"
            if name in game.derived
            else "there is no such parameter"
        )
        raise GameError(problem, where=where, found=name, allowed=game.base)
    return game.scope.resolved(parse(text, where), where, ("parameter",)).bind(game.derived)
