"""Payoffs as sums of named terms, and events as named conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from detente.errors import GameError
from detente.game.expression import Expression, parse
from detente.game.names import ANYTHING, Scope, checked_name
from detente.game.parts import Term
from detente.game.place import Places
from detente.game.spec import GameSpec, TermSpec, shaped


def add_events(spec: GameSpec, scope: Scope, places: Places) -> None:
    """Make the events known; each is looked up when it is first used, for one may use another."""
    for name, formula in spec.events.items():
        where = places.at("events", name)
        scope.add_event(checked_name(name, "an event", where), parse(formula, where), where)


def read_events(spec: GameSpec, scope: Scope) -> dict[str, Expression]:
    """Every event as a condition on moves, types and parameters."""
    return {name: scope.event(name) for name in spec.events}


def read_payoffs(
    spec: GameSpec, players: Mapping[str, str], scope: Scope, places: Places
) -> dict[str, dict[str, Term]]:
    """The terms of every player. A number or formula in place of a term is its worth, paid always."""
    done: dict[str, dict[str, Term]] = {player: {} for player in players}
    for player, terms in spec.payoffs.items():
        where = places.at("payoffs", player)
        if player not in players:
            raise GameError("nobody has this name", where=where, found=player, allowed=players)
        if not isinstance(terms, Mapping):
            raise GameError(
                "a player's payoff is a list of terms",
                where=where,
                found=terms,
                allowed="{name: {worth: ..., when: ...}}",
            )
        for name, given in cast(Mapping[Any, Any], terms).items():
            done[player][str(name)] = _term(player, str(name), given, scope, places)
    missing = [player for player in players if player not in spec.payoffs]
    if missing:
        raise GameError(
            "this player has no payoffs",
            where=places.at("payoffs"),
            found=missing[0],
            allowed=f"`{missing[0]}: {{}}` if nothing matters to it",
        )
    return done


def _term(player: str, name: str, given: Any, scope: Scope, places: Places) -> Term:
    path = ("payoffs", player, name)
    whole = cast(Mapping[Any, Any], given) if isinstance(given, Mapping) else {"worth": given}
    spec = shaped(TermSpec, whole, places, path)
    where = places.at(*path, "worth")
    worth = scope.resolved(parse(spec.worth, where), where, ANYTHING)
    when = None
    if spec.when is not None:
        where = places.at(*path, "when")
        when = scope.resolved(parse(spec.when, where), where, ANYTHING)
    return Term(name, worth, when, spec.title, spec.text, places.at(*path))
