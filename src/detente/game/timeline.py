"""The moves in time order: who moves, what he can choose, when, and who does not see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from detente.errors import GameError, Where
from detente.game.choice import grid, options
from detente.game.cycle import find_cycle
from detente.game.expression import Expression, parse
from detente.game.names import Kind, Meaning, Scope, checked_name
from detente.game.parts import CHANCE, EVERYONE, Move
from detente.game.place import Path, Places
from detente.game.probability import check_constants
from detente.game.spec import GameSpec, MoveSpec, shaped

MAX_MOVES = 200


def read_moves(spec: GameSpec, players: Mapping[str, str], places: Places) -> list[Move]:
    """The moves with formulas parsed, names in them not yet looked up."""
    where = places.at("moves")
    if not spec.moves:
        raise GameError("there are no moves", where=where, found="nothing", allowed="at least one")
    if len(spec.moves) > MAX_MOVES:
        raise GameError("too many moves", where=where, found=len(spec.moves), allowed=f"at most {MAX_MOVES}")
    return [_read(given, ("moves", i), players, places) for i, given in enumerate(spec.moves)]


def _read(given: object, path: Path, players: Mapping[str, str], places: Places) -> Move:
    spec = shaped(MoveSpec, given, places, path)
    name = checked_name(spec.move, "a move", places.at(*path, "move"))
    if spec.by != CHANCE and spec.by not in players:
        raise GameError(
            "nobody has this name", where=places.at(*path, "by"), found=spec.by, allowed=[*players, CHANCE]
        )
    at = places.at(*path, "options")
    given_options: object = spec.options
    probabilities: tuple[Expression, ...] | None = None
    if isinstance(given_options, Mapping):
        table = cast(Mapping[object, object], given_options)
        if spec.by != CHANCE:
            raise GameError(
                "only chance has probabilities", where=at, found=table, allowed="a list, or `by: chance`"
            )
        probabilities = tuple(parse(p, places.at(*path, "options", k)) for k, p in table.items())
    elif spec.by == CHANCE:
        raise GameError(
            "chance needs probabilities",
            where=at,
            found=given_options,
            allowed="{option: probability}",
        )
    text = given_options if isinstance(given_options, str) else None
    choices = options(cast(Iterable[object], given_options), at) if text is None else grid(text, at)
    hidden = _hidden(name, spec, players, places.at(*path, "hidden_from"))
    when = None if spec.when is None else parse(spec.when, places.at(*path, "when"))
    return Move(
        name=name,
        by=spec.by,
        options=choices,
        probabilities=probabilities,
        when=when,
        hidden_from=hidden,
        reveals_when=spec.reveals_when,
        title=spec.title,
        text=spec.text,
        where=places.at(*path),
    )


def _hidden(name: str, spec: MoveSpec, players: Mapping[str, str], where: Where) -> tuple[str, ...]:
    given: tuple[str, ...] = spec.hidden_from
    for player in given:
        if player not in (*players, EVERYONE):
            raise GameError("nobody has this name", where=where, found=player, allowed=[*players, EVERYONE])
    if spec.by in given:
        raise GameError(
            f"{spec.by} would forget its own move {name}, and players have perfect recall",
            where=where,
            found=spec.by,
            allowed=[p for p in players if p != spec.by],
            nearest="",
        )
    if EVERYONE in given:  # everyone else, where a player moves
        return tuple(p for p in players if p != spec.by)
    return tuple(dict.fromkeys(given))


def look_up_moves(moves: list[Move], scope: Scope, places: Places) -> tuple[Move, ...]:
    """The moves with the names in their formulas looked up. Their own names must be in the scope already."""
    order = {move.name: i for i, move in enumerate(moves)}
    whens: list[Expression | None] = []
    for i, move in enumerate(moves):
        where = places.at("moves", i, "when")
        whens.append(
            None if move.when is None else scope.resolved(move.when, where, ("move", "type", "event"))
        )
    waits = {
        m.name: [x for x in sorted(w.names if w else ()) if x in order]
        for m, w in zip(moves, whens, strict=True)
    }
    cycle = find_cycle(waits)
    if cycle:
        raise GameError(
            "these moves wait for one another",
            where=places.at("moves", order[cycle[0]], "when"),
            found=" -> ".join(cycle),
            allowed="a `when` that uses earlier moves",
        )
    done: list[Move] = []
    for i, (move, when) in enumerate(zip(moves, whens, strict=True)):
        if when is not None:
            where = places.at("moves", i, "when")
            check_earlier(when, move.name, scope, where)
            _check_own(when, move, moves[:i], scope, where)
        probabilities = move.probabilities
        if probabilities is not None:
            where = places.at("moves", i, "options")
            kinds: tuple[Kind, ...] = ("parameter", "type", "move", "event")
            probabilities = tuple(scope.resolved(p, where, kinds) for p in probabilities)
            for formula in probabilities:
                check_earlier(formula, move.name, scope, where)
            check_constants(probabilities, where)
        done.append(replace(move, when=when, probabilities=probabilities))
    return tuple(done)


def check_earlier(formula: Expression, move: str, scope: Scope, where: Where) -> None:
    """Refuse a formula about ``move`` that uses it, or a move that comes later."""
    moves = [name for name, meaning in scope.meanings.items() if meaning.kind == "move"]  # in time order
    earlier = moves[: moves.index(move)]
    for name in sorted(formula.names):
        if name in moves and name not in earlier:
            raise GameError(
                f"{move} cannot wait for a move that does not come before it",
                where=where,
                found=name,
                allowed=earlier or "no move: this is the first",
            )


def _check_own(when: Expression, move: Move, before: list[Move], scope: Scope, where: Where) -> None:
    """Refuse a ``when`` about somebody else's private type. (What the owner has seen is checked on the tree.)"""
    if move.by == CHANCE:
        return
    for name in sorted(when.names):
        if scope.meanings[name].kind == "type" and name.partition(".")[0] != move.by:
            own = [x for x, m in scope.meanings.items() if m.kind == "type" and x.startswith(f"{move.by}.")]
            raise GameError(
                f"{move.by} does not know this private type",
                where=where,
                found=name,
                allowed=[*own, *(m.name for m in before)],
                nearest="",
            )


def add_moves(moves: list[Move], scope: Scope, places: Places) -> None:
    """Make the moves known, in time order."""
    for i, move in enumerate(moves):
        scope.add(Meaning("move", move.name, move.options), places.at("moves", i, "move"))
