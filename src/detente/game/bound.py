"""A formula bound to one history after another, each combination of what it uses only once."""

from __future__ import annotations

from collections.abc import Mapping

from detente.errors import Where
from detente.game.expression import Expression
from detente.game.names import Scope
from detente.game.parts import Value

State = dict[str, Value]  # moves and types of a history; a move that was not reached has no entry


class Bound:
    """A looked-up formula with set and derived parameters written out."""

    def __init__(
        self, scope: Scope, formula: Expression, known: Mapping[str, Expression], where: Where
    ) -> None:
        self.where = where
        self.formula = formula.bind(known, where)
        self.uses = scope.history_names(self.formula)
        self.memo: dict[tuple[Value | None, ...], Expression] = {}

    def at(self, state: State) -> Expression:
        """The formula at a history: in parameters only."""
        key = tuple([state.get(name) for name in self.uses])
        found = self.memo.get(key)
        if found is None:
            found = self.memo[key] = self.formula.bind(dict(zip(self.uses, key, strict=True)), self.where)
        return found

    def holds(self, state: State) -> bool:
        """Whether a condition without parameters holds at a history."""
        return self.at(state).constant != 0
