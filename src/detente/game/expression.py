"""Formulas: read from text, bound to what is known, evaluated for one draw or for all of them at once.

A small arithmetic and logic language (its grammar heads `syntax.py`); nothing in it can call Python.
Cost of a value is one numpy operation per node. What is *not* found: a division by zero or the logarithm of a
negative number at some draw gives inf or nan there, which the solver reports as ``bad_numbers``.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping

import numpy as np

from detente.errors import ExpressionError, Where
from detente.game import syntax
from detente.game.node import ABSENT, Array, Call, Label, Name, Node, Number, Numeric

Known = float | int | str | None | Node


class Expression:
    """An immutable formula. Equal formulas (the same nodes) are equal and hash alike, however they were spelt.

    Names that are not parameters, moves, types or events are option labels; the game resolves them.
    """

    __slots__ = ("_hash", "_names", "node")

    node: Node

    def __init__(self, node: Node) -> None:
        object.__setattr__(self, "node", node)
        object.__setattr__(self, "_hash", None)
        object.__setattr__(self, "_names", None)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("an Expression does not change")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.node == other.node

    def __hash__(self) -> int:
        if self._hash is None:
            object.__setattr__(self, "_hash", hash(self.node))
        return self._hash  # pyright: ignore[reportReturnType]

    def __reduce__(self) -> tuple[type[Expression], tuple[Node]]:
        return Expression, (
            self.node,
        )  # hashes of names differ from process to process, so they do not travel

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __str__(self) -> str:
        return self.text

    _hash: int | None
    _names: frozenset[str] | None

    @property
    def text(self) -> str:
        """Text that reads back as an equal formula."""
        return self.node.text()

    @property
    def names(self) -> frozenset[str]:
        """Names that are not known yet, those inside calls of an embedding language left out."""
        if self._names is None:
            found = frozenset(node.name for node in self.node.walk() if isinstance(node, Name))
            object.__setattr__(self, "_names", found)
        return self._names  # pyright: ignore[reportReturnType]

    @property
    def calls(self) -> tuple[Call, ...]:
        """Calls of an embedding language, in order, without repetition."""
        return tuple(dict.fromkeys(node for node in self.node.walk() if isinstance(node, Call)))

    def bind(self, known: Mapping[str, Known | Expression], where: Where | None = None) -> Expression:
        """The formula with known names replaced and constants worked out.

        A number stands for itself, a word for an option label, None for a move that was not reached,
        a formula for itself. Conditions drop the branch that is not taken, so what they guard need not exist.
        """
        try:
            return Expression(self.node.bind({name: as_node(value) for name, value in known.items()}))
        except ExpressionError as error:
            if where is None:
                raise
            raise ExpressionError(
                error.problem, where=where, found=error.found, allowed=error.allowed
            ) from None

    @property
    def is_constant(self) -> bool:
        return not self.names and not self.calls

    @property
    def constant(self) -> float:
        """Its value, if it has no names; else an `ExpressionError`."""
        if isinstance(self.node, Number):
            return self.node.number
        value = self.value({})
        return float(value)

    def value(
        self, known: Mapping[str, Numeric | str], calls: Mapping[Call, Numeric] | None = None
    ) -> Numeric:
        """Its value: a float, or an array [draw] where a name is one. Words stand for option labels."""
        words = {name: Label(word) for name, word in known.items() if isinstance(word, str)}
        columns = {name: _column(number) for name, number in known.items() if not isinstance(number, str)}
        node = self.node.bind(words) if words else self.node
        with np.errstate(all="ignore"):
            value = node.value(columns, calls or {})
        return value if isinstance(value, np.ndarray) and value.ndim else float(value)


def parse(text: object, where: Where | None = None, calls: Collection[str] = ()) -> Expression:
    """The formula written in ``text`` (a number or a truth value is one too).

    ``calls``: names that an embedding language may call as ``NAME(a, b given c | d, x = 1)``; they stay as `Call` nodes.
    """
    if isinstance(text, Expression):
        return text
    if isinstance(text, str):
        return Expression(syntax.read(text, where, calls))
    if isinstance(text, (bool, int, float)):
        try:
            number = float(text)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return Expression(Number(number))
    raise ExpressionError("this is not a formula", where=where, found=text, allowed=syntax.LANGUAGE)


def _column(given: object) -> Numeric:
    """A number, or an array of numbers, in double precision."""
    if isinstance(given, float):
        return given
    column = np.asarray(given, dtype=np.float64)
    return column if column.ndim else float(column)


def as_node(value: Known | Expression) -> Node:
    """A known value as part of a formula."""
    if isinstance(value, Expression):
        return value.node
    if isinstance(value, Node):
        return value
    if value is None:
        return ABSENT
    return Label(value) if isinstance(value, str) else Number(float(value))


__all__ = ["Array", "Call", "Expression", "Numeric", "as_node", "parse"]
