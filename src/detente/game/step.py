"""One step in time as unfolding sees it: a block of private types, or a move with its restrictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from detente.errors import Where
from detente.game.bound import Bound, State
from detente.game.expression import Expression
from detente.game.parts import CHANCE, Move, TypeBlock, Value, value_text
from detente.game.restrict import Rule

Seen = tuple[tuple[str, Value], ...]  # what a player has seen, in time order
Bind = Callable[[Expression, Where], Bound]


@dataclass
class Announced:
    """A restriction: probabilities that everybody knows, where ``when`` holds."""

    probabilities: tuple[Bound, ...]
    when: Bound | None
    where: Where


@dataclass(eq=False)
class Step:
    """A step. ``owner`` is -1 for chance; ``watchers`` are (player, which of the names he sees)."""

    name: str
    names: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]  # [option][name]
    labels: tuple[str, ...]  # [option]
    owner: int
    watchers: tuple[tuple[int, tuple[int, ...]], ...]
    probabilities: tuple[Bound, ...]
    when: Bound | None
    announced: tuple[Announced, ...]
    where: Where
    reveals_when: bool = False
    asked: dict[Seen, tuple[bool, State]] = field(default_factory=dict[Seen, tuple[bool, State]])
    ruled: dict[Seen, tuple[bool, State]] = field(default_factory=dict[Seen, tuple[bool, State]])

    def rule(self, state: State) -> Announced | None:
        """The restriction that holds at a history, if any."""
        for rule in self.announced:
            if rule.when is None or rule.when.holds(state):
                return rule
        return None


def block_step(block: TypeBlock, players: tuple[str, ...], bind: Bind) -> Step:
    """Private types that are drawn together, each seen by its owner."""
    owners = [full.partition(".")[0] for full in block.of]
    watchers = tuple(
        (i, tuple(k for k, owner in enumerate(owners) if owner == player))
        for i, player in enumerate(players)
        if player in owners
    )
    return Step(
        name=", ".join(block.of),
        names=block.of,
        values=tuple(row for row, _ in block.rows),
        labels=tuple("-".join(value_text(v) for v in row) for row, _ in block.rows),
        owner=-1,
        watchers=watchers,
        probabilities=tuple(bind(p, block.where) for _, p in block.rows),
        when=None,
        announced=(),
        where=block.where,
    )


def move_step(move: Move, when_where: Where, rules: list[Rule], players: tuple[str, ...], bind: Bind) -> Step:
    """A move, seen by everybody from whom it is not hidden."""
    return Step(
        name=move.name,
        names=(move.name,),
        values=tuple((o,) for o in move.options),
        labels=move.labels,
        owner=-1 if move.by == CHANCE else players.index(move.by),
        watchers=tuple((i, (0,)) for i, player in enumerate(players) if player not in move.hidden_from),
        probabilities=tuple(bind(p, move.where) for p in move.probabilities or ()),
        when=None if move.when is None else bind(move.when, when_where),
        announced=tuple(
            Announced(
                tuple(bind(p, rule.where) for p in rule.probabilities),
                None if rule.when is None else bind(rule.when, rule.where),
                rule.where,
            )
            for rule in rules
        ),
        where=move.where,
        reveals_when=move.reveals_when,
    )
