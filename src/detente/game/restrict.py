"""Moves taken out of their owner's hands: policies, switched-off parts, what law forbids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from detente.errors import GameError, Where
from detente.game.choice import option
from detente.game.expression import Expression, parse
from detente.game.names import ANYTHING
from detente.game.parts import Value
from detente.game.probability import check_constants
from detente.game.timeline import check_earlier

if TYPE_CHECKING:
    from detente.game.model import Game


@dataclass(frozen=True)
class Restriction:
    """The move is played by announced chance, at the histories where ``when`` holds.

    ``play`` gives the probabilities of the options; options that are not named have probability 0, and an option
    whose probability is the constant 0 is cut off. Everybody knows the rule. Who sees which option was drawn is as
    in the move itself. The probabilities may use parameters, earlier moves and private types; ``when`` may use
    earlier moves and private types, as far as the move's owner knows them.
    Where several restrictions of one move hold, the first counts.
    """

    move: str
    play: Mapping[str, Expression | float | str]
    when: Expression | str | None = None
    where: Where = field(default_factory=Where, compare=False)


@dataclass(frozen=True)
class Rule:
    """A restriction with its names looked up."""

    probabilities: tuple[Expression, ...]  # one for each option of the move
    when: Expression | None
    where: Where


def rules(game: Game, restrictions: Iterable[Restriction]) -> dict[str, list[Rule]]:
    """The restrictions by move, every name looked up."""
    found: dict[str, list[Rule]] = {}
    for restriction in restrictions:
        found.setdefault(restriction.move, []).append(_rule(game, restriction))
    return found


def _rule(game: Game, restriction: Restriction) -> Rule:
    where = restriction.where
    move = game.move(restriction.move, where)
    play: dict[Value, Expression] = {}
    for name, probability in restriction.play.items():
        chosen = option(name, where)
        if chosen not in move.options:
            raise GameError(f"{move.name} has no such option", where=where, found=name, allowed=move.labels)
        play[chosen] = game.scope.resolved(parse(probability, where), where, ANYTHING)
        check_earlier(play[chosen], move.name, game.scope, where)
    when = None
    if restriction.when is not None:
        when = game.scope.resolved(parse(restriction.when, where), where, ("move", "type", "event"))
        check_earlier(when, move.name, game.scope, where)
    zero = parse(0)
    probabilities = tuple(play.get(chosen, zero) for chosen in move.options)
    check_constants(probabilities, where)
    return Rule(probabilities, when, where)
