"""Events made of a scenario's events: together (and, or, not), and one among the cases of another (given)."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import ExpressionError, Where
from detente.game import node as n
from detente.game.expression import Expression, parse
from detente.game.model import Game
from detente.game.names import ANYTHING

Floats = NDArray[np.float64]
FORM = "events by name, with and, or, not"


def event_name(event: n.Node, seen: n.Node | None) -> str:
    """The one spelling of an event, or of an event among the cases of another; a plain event is its own name."""
    return event.text() if seen is None else f"{event.text()} given {seen.text()}"


def check_event(node: n.Node, events: Collection[str], call: n.Call, where: Where) -> None:
    """Refuse what is not made of events by name with and, or, not."""
    if isinstance(node, n.Name):
        if node.name not in events:
            raise ExpressionError(
                f"no such event in {call.text()}", where=where, found=node.name, allowed=events
            )
    elif isinstance(node, (n.Both, n.Either, n.Not)):
        for child in node.children():
            check_event(child, events, call, where)
    else:
        raise ExpressionError(
            f"P(...) takes {FORM}", where=where, found=call.text(), allowed=events, nearest=""
        )


@dataclass(frozen=True)
class Compound:
    """A column that is read off two others: ``event`` alone, or its probability over that of ``seen``."""

    name: str
    event: str
    seen: str | None


def compounds(game: Game, names: Iterable[str]) -> tuple[Game, tuple[Compound, ...]]:
    """The game with what these names (see `event_name`) need added to its events, and how each is read off them.

    Names of the game's own events need nothing. Raises GameError for a formula that is too large when written out.
    """
    added: dict[str, Expression] = {}
    found: list[Compound] = []

    def event(node: n.Node) -> str:
        name = node.text()
        if name not in game.events and name not in added:
            added[name] = game.scope.resolved(Expression(node), game.places.at("events"), ANYTHING)
        return name

    for name in dict.fromkeys(names):
        if name in game.events:
            continue
        call = parse(f"P({name})", calls=("P",)).node
        assert isinstance(call, n.Call)
        whole, seen = call.arguments[0], call.seen
        if seen is None:
            found.append(Compound(name, event(whole), None))
        else:
            found.append(Compound(name, event(n.Both(whole, seen)), event(seen)))
    if not added:
        return game, tuple(found)
    larger = copy.copy(game)
    larger.events = {**game.events, **added}
    return larger, tuple(found)


def read_off(
    event: Floats,
    names: Sequence[str],
    found: Sequence[Compound],
    own: int,
    least: Floats | float,
    seen: Floats | float = 1.0,
) -> Floats:
    """Probabilities [draw, event]: of the game's ``own`` events, then of each compound.

    ``event`` [draw, name]: of the game that `compounds` gave. ``least``: an event is taken to happen where its probability is above
    that; ``seen``: of what ``event`` is conditional on. A compound is nan where what it is conditional on never happens.
    """
    out = [event[:, :own]]
    for compound in found:
        column = event[:, names.index(compound.event)]
        if compound.seen is not None:
            among = event[:, names.index(compound.seen)]
            with np.errstate(all="ignore"):
                column = np.where(seen * among > least, np.clip(column / among, 0.0, 1.0), np.nan)
        out.append(column[:, None])
    return np.concatenate(out, axis=1)


def slopes(
    event: Floats, event_by: Floats, names: Sequence[str], found: Sequence[Compound], own: int, least: float
) -> tuple[Floats, Floats]:
    """As `read_off`, and how it moves [draw, event, parameter]; ``event_by`` [draw, name, parameter]."""
    by = [event_by[:, :own]]
    for compound in found:
        moved = event_by[:, names.index(compound.event)]
        if compound.seen is not None:
            a, b = (event[:, names.index(x)][:, None] for x in (compound.event, compound.seen))
            with np.errstate(all="ignore"):
                quotient = (moved - a / b * event_by[:, names.index(compound.seen)]) / b
            moved = np.where(b > least, quotient, np.nan)
        by.append(moved[:, None])
    return read_off(event, names, found, own, least), np.concatenate(by, axis=1)
