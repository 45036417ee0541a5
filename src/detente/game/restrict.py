"""Moves taken out of their owner's hands: policies, switched-off parts, what law forbids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detente.errors import GameError, Where
from detente.game.check import check_constants, option
from detente.game.expression import Expression, Known, parse
from detente.game.parts import Value

if TYPE_CHECKING:
    from detente.game.model import Game


@dataclass(frozen=True)
class Restriction:
    """The move is played by announced chance, at the histories where ``when`` holds.

    ``play`` gives the options' probabilities; those that are not named have probability 0, and an option whose
    probability is the constant 0 is cut off. Everybody knows the rule; who sees which option was drawn is as in the
    move itself. Both may use parameters, earlier moves and private types (``when``: what the owner knows there, no
    parameters). Where several restrictions of one move hold, the first counts.
    """

    move: str
    play: Mapping[str, Expression | float | str]
    when: Expression | str | None = None
    where: Where = field(default_factory=Where, compare=False)


@dataclass(frozen=True)
class Rule:
    """A restriction looked up in its game."""

    probabilities: tuple[Expression, ...]  # one for each option of the move
    when: Expression | None
    where: Where


def rules(game: Game, restrictions: Mapping[str, object] | object) -> dict[str, list[Rule]]:
    """The restrictions by move, every name looked up."""
    found: dict[str, list[Rule]] = {}
    for restriction in restrictions:  # type: ignore[attr-defined]
        rule = _rule(game, restriction)
        found.setdefault(restriction.move, []).append(rule)
    return found


def _rule(game: Game, restriction: Restriction) -> Rule:
    where = restriction.where
    move = game.move(restriction.move, where)
    order = {m.name: i for i, m in enumerate(game.moves)}
    play: dict[Value, Expression] = {}
    for name, probability in restriction.play.items():
        chosen = option(name, where)
        if chosen not in move.options:
            raise GameError(f"{move.name} has no such option", where=where, found=name, allowed=move.labels)
        play[chosen] = game.scope.resolved(
            parse(probability, where), where, ("parameter", "move", "type", "event")
        )
    when = None
    if restriction.when is not None:
        when = game.scope.resolved(parse(restriction.when, where), where, ("move", "type", "event"))
    for formula in (*play.values(), *((when,) if when else ())):
        late = [name for name in sorted(formula.names) if order.get(name, -1) >= order[move.name]]
        if late:
            earlier = [m.name for m in game.moves[: order[move.name]]]
            raise GameError(
                "this move comes later", where=where, found=late[0], allowed=earlier or "no move yet"
            )
    zero = parse(0)
    probabilities = tuple(play.get(o, zero) for o in move.options)
    check_constants(probabilities, where)
    return Rule(probabilities, when, where)


__all__ = ["Known", "Restriction", "Rule", "rules"]
