"""What a game is made of: moves, private types, payoff terms."""

from __future__ import annotations

from dataclasses import dataclass, field

from detente.errors import Where
from detente.game.expression import Expression
from detente.game.node import number_text

Value = str | float  # an option or a type: a label or a number

CHANCE = "chance"
EVERYONE = "everyone"


def value_text(value: Value) -> str:
    """An option or type as it is written."""
    return value if isinstance(value, str) else number_text(value)


@dataclass(frozen=True)
class PrivateType:
    """Something that its owner alone knows from the start."""

    owner: str
    name: str
    values: tuple[Value, ...]

    @property
    def full(self) -> str:
        return f"{self.owner}.{self.name}"


@dataclass(frozen=True)
class TypeBlock:
    """Private types that are drawn together. Rows that are not written have probability 0.

    A probability may use parameters and types of earlier blocks.
    """

    of: tuple[str, ...]  # full names
    rows: tuple[tuple[tuple[Value, ...], Expression], ...]
    where: Where = field(default_factory=Where, compare=False)


@dataclass(frozen=True)
class Move:
    """Somebody's choice, or a move of chance, at its place in time. It is absent where ``when`` does not hold."""

    name: str
    by: str  # a player, or "chance"
    options: tuple[Value, ...]
    probabilities: tuple[Expression, ...] | None = None  # chance alone
    when: Expression | None = None
    hidden_from: tuple[
        str, ...
    ] = ()  # players who do not see which option is taken, nor that the move took place
    reveals_when: bool = False  # whether being asked may tell the owner something that it has not seen
    title: str | None = None
    text: str | None = None
    where: Where = field(default_factory=Where, compare=False)

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(value_text(option) for option in self.options)


@dataclass(frozen=True)
class Term:
    """One named part of a player's payoff, paid where ``when`` holds."""

    name: str
    worth: Expression
    when: Expression | None = None
    title: str | None = None
    text: str | None = None
    where: Where = field(default_factory=Where, compare=False)
