"""The parts of a formula: immutable nodes that know their value, their text and how to be bound to known names.

Truth is a number: a condition is 1 where it holds and 0 elsewhere. ``Absent`` stands for a move that was not
reached; any comparison with it is 0, arithmetic with it is an error.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from detente.errors import ExpressionError

Array = NDArray[np.float64]
Numeric = float | Array
Columns = Mapping[str, Numeric]
Calls = Mapping["Call", Numeric]

# How tightly a node holds together when printed; a child that holds less tightly gets parentheses.
CHOICE, OR, AND, NOT, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(10)


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all parts of a formula."""

    def children(self) -> tuple[Node, ...]:
        return ()

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        """The number, or one number per draw where a column is an array."""
        raise NotImplementedError

    def bind(self, known: Mapping[str, Node]) -> Node:
        """The same formula with ``known`` names replaced and what is constant worked out."""
        return self

    @property
    def tightness(self) -> int:
        return ATOM

    def text(self) -> str:
        raise NotImplementedError

    def within(self, tightness: int) -> str:
        """The text, in parentheses if this node holds less tightly than its place asks for."""
        return self.text() if self.tightness >= tightness else f"({self.text()})"

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Number(Node):
    number: float

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        return self.number

    @property
    def tightness(self) -> int:
        return SIGN if self.number < 0 or (self.number == 0 and math.copysign(1, self.number) < 0) else ATOM

    def text(self) -> str:
        return number_text(self.number)


ZERO, ONE = Number(0.0), Number(1.0)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A parameter, a move, a private type or an event; or an option label that nobody has resolved yet."""

    name: str

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        try:
            return columns[self.name]
        except KeyError:
            raise ExpressionError("this name has no value", found=self.name, allowed=list(columns)) from None

    def bind(self, known: Mapping[str, Node]) -> Node:
        return known.get(self.name, self)

    def text(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Label(Node):
    """An option label or the label of a private type."""

    label: str

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        raise ExpressionError("an option label is not a number", found=self.label)

    def text(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Absent(Node):
    """A move that was not reached."""

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        raise ExpressionError("a move that was not reached has no number", allowed="guard it with `when`")

    def text(self) -> str:
        return "absent"


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Negative(Node):
    of: Node

    def children(self) -> tuple[Node, ...]:
        return (self.of,)

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        return -self.of.value(columns, calls)

    def bind(self, known: Mapping[str, Node]) -> Node:
        return folded(Negative(self.of.bind(known)))

    @property
    def tightness(self) -> int:
        return SIGN

    def text(self) -> str:
        return f"-{self.of.within(POWER)}"


ARITHMETIC: dict[str, tuple[int, Callable[..., Numeric]]] = {
    "+": (SUM, np.add),
    "-": (SUM, np.subtract),
    "*": (PRODUCT, np.multiply),
    "/": (PRODUCT, np.true_divide),
    "^": (POWER, np.float_power),
}


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    sign: str  # a key of ARITHMETIC
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        return ARITHMETIC[self.sign][1](self.left.value(columns, calls), self.right.value(columns, calls))

    def bind(self, known: Mapping[str, Node]) -> Node:
        left, right = self.left.bind(known), self.right.bind(known)
        if self.sign == "*" and ZERO in (left, right):
            return ZERO  # also where the other factor would not be finite
        if self.sign in "+-" and right == ZERO:
            return left
        if self.sign == "+" and left == ZERO:
            return right
        if self.sign in "*/" and right == ONE:
            return left
        if self.sign == "*" and left == ONE:
            return right
        return folded(Arithmetic(self.sign, left, right))

    @property
    def tightness(self) -> int:
        return ARITHMETIC[self.sign][0]

    def text(self) -> str:
        if self.sign == "^":  # groups to the right, and takes a sign in its exponent
            return f"{self.left.within(ATOM)} ^ {self.right.within(SIGN)}"
        return f"{self.left.within(self.tightness)} {self.sign} {self.right.within(self.tightness + 1)}"


COMPARISONS: dict[str, Callable[[Numeric, Numeric], Numeric]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    sign: str  # a key of COMPARISONS
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        left, right = self.left.value(columns, calls), self.right.value(columns, calls)
        return as_truth(COMPARISONS[self.sign](left, right))

    def bind(self, known: Mapping[str, Node]) -> Node:
        return compared(self.sign, self.left.bind(known), self.right.bind(known))

    @property
    def tightness(self) -> int:
        return COMPARISON

    def text(self) -> str:
        return f"{self.left.within(SUM)} {self.sign} {self.right.within(SUM)}"


def compared(sign: str, left: Node, right: Node) -> Node:
    """The comparison of two sides that are bound: 0 or 1 where that is known."""
    whole = Comparison(sign, left, right)
    if ABSENT in (left, right):
        return ZERO
    if isinstance(left, Label) or isinstance(right, Label):
        if not isinstance(left, (Label, Number)) or not isinstance(right, (Label, Number)):
            return whole
        if sign not in ("==", "!="):
            raise ExpressionError(
                "labels have no order", found=whole.text(), allowed="== and != between labels"
            )
        return ONE if (left == right) == (sign == "==") else ZERO
    return folded(whole)


ASCENDING, DESCENDING = ("<", "<="), (">", ">=")  # a chain goes one way


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """``a > b >= c``: every comparison of neighbours holds. All signs point one way."""

    signs: tuple[str, ...]
    operands: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.operands

    def links(self) -> tuple[Comparison, ...]:
        """The comparisons of neighbours, in order."""
        pairs = zip(self.signs, self.operands, self.operands[1:], strict=False)
        return tuple(Comparison(sign, left, right) for sign, left, right in pairs)

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        values = [operand.value(columns, calls) for operand in self.operands]
        held = [COMPARISONS[sign](a, b) for sign, a, b in zip(self.signs, values, values[1:], strict=False)]
        return as_truth(reduce(np.logical_and, held))

    def bind(self, known: Mapping[str, Node]) -> Node:
        operands = tuple(operand.bind(known) for operand in self.operands)
        found = [compared(*link) for link in zip(self.signs, operands, operands[1:], strict=False)]
        if ZERO in found:
            return ZERO
        return ONE if all(link == ONE for link in found) else Chain(self.signs, operands)

    @property
    def tightness(self) -> int:
        return COMPARISON

    def text(self) -> str:
        first, *others = (operand.within(SUM) for operand in self.operands)
        return first + "".join(f" {sign} {x}" for sign, x in zip(self.signs, others, strict=True))


@dataclass(frozen=True, slots=True)
class Member(Node):
    """``item in {a, b}``."""

    item: Node
    among: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return (self.item, *self.among)

    def spelt_out(self) -> Node:
        parts: list[Node] = [Comparison("==", self.item, other) for other in self.among]
        whole = parts[0]
        for part in parts[1:]:
            whole = Either(whole, part)
        return whole

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        item = self.item.value(columns, calls)  # once, however many it is compared with
        return as_truth(reduce(np.logical_or, [item == other.value(columns, calls) for other in self.among]))

    def bind(self, known: Mapping[str, Node]) -> Node:
        bound = Member(self.item.bind(known), tuple(other.bind(known) for other in self.among))
        found = [compared("==", bound.item, other) for other in bound.among]
        if ONE in found:
            return ONE
        return ZERO if all(link == ZERO for link in found) else bound

    @property
    def tightness(self) -> int:
        return COMPARISON

    def text(self) -> str:
        return f"{self.item.within(SUM)} in {{{', '.join(other.within(SUM) for other in self.among)}}}"


@dataclass(frozen=True, slots=True)
class Not(Node):
    of: Node

    def children(self) -> tuple[Node, ...]:
        return (self.of,)

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        return as_truth(np.logical_not(self.of.value(columns, calls)))

    def bind(self, known: Mapping[str, Node]) -> Node:
        return folded(Not(self.of.bind(known)))

    @property
    def tightness(self) -> int:
        return NOT

    def text(self) -> str:
        return f"not {self.of.within(NOT)}"


@dataclass(frozen=True, slots=True)
class Both(Node):
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        return as_truth(np.logical_and(self.left.value(columns, calls), self.right.value(columns, calls)))

    def bind(self, known: Mapping[str, Node]) -> Node:
        left = self.left.bind(known)
        if isinstance(left, Number):  # the right side may be guarded by the left one
            return as_condition(self.right.bind(known)) if left.number else ZERO
        right = self.right.bind(known)
        if isinstance(right, Number):
            return as_condition(left) if right.number else ZERO
        return Both(left, right)

    @property
    def tightness(self) -> int:
        return AND

    def text(self) -> str:
        return f"{self.left.within(AND)} and {self.right.within(NOT)}"


@dataclass(frozen=True, slots=True)
class Either(Node):
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        return as_truth(np.logical_or(self.left.value(columns, calls), self.right.value(columns, calls)))

    def bind(self, known: Mapping[str, Node]) -> Node:
        left = self.left.bind(known)
        if isinstance(left, Number):
            return ONE if left.number else as_condition(self.right.bind(known))
        right = self.right.bind(known)
        if isinstance(right, Number):
            return ONE if right.number else as_condition(left)
        return Either(left, right)

    @property
    def tightness(self) -> int:
        return OR

    def text(self) -> str:
        return f"{self.left.within(OR)} or {self.right.within(AND)}"


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """``yes if condition else no``."""

    yes: Node
    condition: Node
    no: Node

    def children(self) -> tuple[Node, ...]:
        return (self.yes, self.condition, self.no)

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        condition = self.condition.value(columns, calls)
        if isinstance(condition, float):
            return (self.yes if condition else self.no).value(columns, calls)
        return np.where(condition != 0, self.yes.value(columns, calls), self.no.value(columns, calls))

    def bind(self, known: Mapping[str, Node]) -> Node:
        condition = self.condition.bind(known)
        if isinstance(condition, Number):
            return (self.yes if condition.number else self.no).bind(known)
        yes, no = self.yes.bind(known), self.no.bind(known)
        return yes if yes == no else Choice(yes, condition, no)

    @property
    def tightness(self) -> int:
        return CHOICE

    def text(self) -> str:
        return f"{self.yes.within(OR)} if {self.condition.within(OR)} else {self.no.within(CHOICE)}"


def _clamp(x: Numeric, low: Numeric = 0.0, high: Numeric = 1.0) -> Numeric:
    return np.minimum(np.maximum(x, low), high)


def _least(*numbers: Numeric) -> Numeric:
    least = numbers[0]
    for number in numbers[1:]:
        least = np.minimum(least, number)
    return least


def _most(*numbers: Numeric) -> Numeric:
    most = numbers[0]
    for number in numbers[1:]:
        most = np.maximum(most, number)
    return most


# name: (how many arguments it may have, what it does); clamp(x) holds x between 0 and 1
FUNCTIONS: dict[str, tuple[range | tuple[int, ...], Callable[..., Numeric]]] = {
    "min": (range(1, 51), _least),
    "max": (range(1, 51), _most),
    "abs": ((1,), np.abs),
    "exp": ((1,), np.exp),
    "log": ((1,), np.log),
    "sqrt": ((1,), np.sqrt),
    "clamp": ((1, 3), _clamp),
}


@dataclass(frozen=True, slots=True)
class Function(Node):
    name: str  # a key of FUNCTIONS
    arguments: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.arguments

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        return FUNCTIONS[self.name][1](*[a.value(columns, calls) for a in self.arguments])

    def bind(self, known: Mapping[str, Node]) -> Node:
        return folded(Function(self.name, tuple(a.bind(known) for a in self.arguments)))

    def text(self) -> str:
        return f"{self.name}({', '.join(a.text() for a in self.arguments)})"


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``NAME(arguments given seen | given, name = value)`` of a language that embeds this one; names inside it are that
    language's."""

    name: str
    arguments: tuple[Node, ...]
    given: Node | None = None
    seen: Node | None = None
    settings: tuple[tuple[str, Node], ...] = ()

    def parts(self) -> tuple[Node, ...]:
        """Every formula that stands in it."""
        others = (self.seen, self.given, *(value for _, value in self.settings))
        return (*self.arguments, *(part for part in others if part is not None))

    def value(self, columns: Columns, calls: Calls) -> Numeric:
        try:
            return calls[self]
        except KeyError:
            raise ExpressionError("this has no value here", found=self.text()) from None

    def text(self) -> str:
        seen = f" given {self.seen.text()}" if self.seen is not None else ""
        given = f" | {self.given.text()}" if self.given is not None else ""
        settings = "".join(f", {name} = {value.text()}" for name, value in self.settings)
        return f"{self.name}({', '.join(a.text() for a in self.arguments)}{seen}{given}{settings})"


def as_truth(held: object) -> Numeric:
    """1.0 where a condition holds and 0.0 where it does not."""
    if isinstance(held, np.ndarray):
        return np.asarray(held, dtype=np.float64)
    return 1.0 if held else 0.0


def as_condition(node: Node) -> Node:
    """A number seen as a condition: 1 unless it is 0."""
    if isinstance(node, Number):
        return ONE if node.number else ZERO
    if isinstance(node, (Comparison, Chain, Member, Not, Both, Either)):
        return node
    return Comparison("!=", node, ZERO)


def folded(node: Node) -> Node:
    """The number that ``node`` comes to if all its children are numbers, else ``node``."""
    if any(isinstance(child, Absent) for child in node.children()):
        raise ExpressionError(
            "this reckons with a move that was not reached", found=node.text(), allowed="guard it with `when`"
        )
    if any(not isinstance(child, Number) for child in node.children()):
        return node
    with np.errstate(all="ignore"):
        number = float(node.value({}, {}))
    if not math.isfinite(number):
        raise ExpressionError("this does not come to a finite number", found=node.text())
    return Number(number)


def number_text(number: float) -> str:
    """The shortest text that reads back as the same number."""
    return (
        str(int(number))
        if number == int(number) and abs(number) < 1e15 and not _minus_zero(number)
        else repr(number)
    )


def _minus_zero(number: float) -> bool:
    return number == 0 and math.copysign(1, number) < 0
