"""What the words in a formula mean: which are parameters, moves, types and events, and which are option labels."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from detente.errors import ExpressionError, GameError, Where
from detente.game import node as n
from detente.game.expression import Expression
from detente.game.parts import CHANCE, EVERYONE, Value, value_text
from detente.game.syntax import WORDS

Kind = Literal["parameter", "type", "move", "event"]

ANYTHING: tuple[Kind, ...] = ("parameter", "type", "move", "event")

MAX_SIZE = 20_000  # nodes of a formula with its events and derived parameters written out
MAX_LEVELS = 200
MAX_CHAIN = 50  # events that are each defined by the next

_NAME = re.compile(r"[^\W\d]\w*")
RESERVED = frozenset({*WORDS, *n.FUNCTIONS, CHANCE, EVERYONE, "absent", "grid"})


def checked_name(name: object, what: str, where: Where) -> str:
    """``name`` if it can be written in a formula."""
    if isinstance(name, str) and _NAME.fullmatch(name) and name not in RESERVED and len(name) <= 80:
        return name
    allowed = "letters, digits and _, not beginning with a digit"
    if isinstance(name, str) and name in RESERVED:
        allowed = "a word that the language does not use itself"
    raise GameError(f"this cannot be the name of {what}", where=where, found=name, allowed=allowed)


@dataclass(frozen=True)
class Meaning:
    """What a name stands for. ``values`` are the options of a move or the values of a type."""

    kind: Kind
    name: str
    values: tuple[Value, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(v for v in self.values if isinstance(v, str))


@dataclass
class Scope:
    """All names of a game. A private type is known as ``A.resolve``, and as ``resolve`` while that is unambiguous."""

    meanings: dict[str, Meaning] = field(default_factory=dict[str, Meaning])
    _short: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    _written: dict[str, tuple[Expression, Where]] = field(default_factory=dict[str, tuple[Expression, Where]])
    _events: dict[str, Expression] = field(default_factory=dict[str, Expression])
    _resolving: list[str] = field(default_factory=list[str])
    sizes: dict[str, tuple[int, int]] = field(
        default_factory=dict[str, tuple[int, int]]
    )  # nodes, levels written out

    def add(self, meaning: Meaning, where: Where) -> None:
        """Make a name known; it may be taken only once."""
        if meaning.name in self.meanings:
            other = self.meanings[meaning.name].kind
            raise GameError(
                f"a {other} has this name already", where=where, found=meaning.name, allowed="another name"
            )
        self.meanings[meaning.name] = meaning
        if meaning.kind == "type":
            self._short.setdefault(meaning.name.partition(".")[2], []).append(meaning.name)

    def add_event(self, name: str, formula: Expression, where: Where) -> None:
        """Make an event known; it is looked up when it is first used."""
        self.add(Meaning("event", name), where)
        self._written[name] = (formula, where)

    def event(self, name: str) -> Expression:
        """What an event means: a condition without other events in it."""
        if name not in self._events:
            formula, where = self._written[name]
            if name in self._resolving:
                chain = [*self._resolving[self._resolving.index(name) :], name]
                raise GameError(
                    "these events are defined by one another", where=where, found=" -> ".join(chain)
                )
            if len(self._resolving) >= MAX_CHAIN:
                raise GameError(
                    "too many events are defined by one another", where=where, found=f"more than {MAX_CHAIN}"
                )
            self._resolving.append(name)
            self._events[name] = self.resolved(formula, where, ANYTHING)
            self.sizes[name] = size(self._events[name], self.sizes)
            self._resolving.pop()
        return self._events[name]

    def find(self, name: str, where: Where) -> Meaning | None:
        """What a name stands for, if anything."""
        if name in self.meanings:
            return self.meanings[name]
        full = self._short.get(name, [])
        if len(full) > 1:
            raise GameError(
                "this could be several private types", where=where, found=name, allowed=full, nearest=""
            )
        return self.meanings[full[0]] if full else None

    def names(self, kinds: Collection[Kind]) -> list[str]:
        """Every name of these kinds that a formula may use."""
        names = [name for name, meaning in self.meanings.items() if meaning.kind in kinds]
        if "type" in kinds:
            names += [
                short for short, full in self._short.items() if len(full) == 1 and short not in self.meanings
            ]
        return names

    def history_names(self, formula: Expression) -> tuple[str, ...]:
        """The moves and types that a looked-up formula uses, in alphabetical order."""
        return tuple(sorted(x for x in formula.names if self.meanings[x].kind in ("move", "type")))

    def resolved(self, formula: Expression, where: Where, kinds: Collection[Kind]) -> Expression:
        """The formula with types by full name, events written out and labels known as labels.

        Only names of ``kinds`` may be used; what an allowed event uses must be of these kinds too.
        """
        found = Expression(_Resolver(self, where, kinds).node(formula.node))
        for name in sorted(found.names):
            if self.meanings[name].kind not in kinds:
                kind = self.meanings[name].kind
                allowed = self.names(kinds)
                raise GameError(
                    f"a {kind} cannot be used here",
                    where=where,
                    found=name,
                    allowed=allowed or "no names",
                    nearest="",
                )
        nodes, levels = size(found, self.sizes)
        if nodes > MAX_SIZE or levels > MAX_LEVELS:
            raise GameError(
                "this formula is too large when everything in it is written out",
                where=where,
                found=f"{nodes} parts, {levels} levels",
                allowed=f"at most {MAX_SIZE} parts and {MAX_LEVELS} levels",
            )
        return found


class _Resolver:
    """Looks up the names of one formula."""

    def __init__(self, scope: Scope, where: Where, kinds: Collection[Kind]) -> None:
        self.scope, self.where, self.kinds = scope, where, kinds

    def node(self, node: n.Node) -> n.Node:
        if isinstance(node, n.Name):
            return self.number(node)
        if isinstance(node, n.Comparison):
            left, right = self.choosable(node.left), self.choosable(node.right)
            if left is None and right is None:
                return n.Comparison(node.sign, self.node(node.left), self.node(node.right))
            sides = self.side(node.left, right, node), self.side(node.right, left, node)
            if left is not None and all(isinstance(side, n.Label) for side in sides):
                sides = n.Name(self.same(left, right, node).name), sides[1]
            return n.Comparison(node.sign, *sides)
        if isinstance(node, n.Member):
            meaning = self.choosable(node.item)
            item = self.node(node.item) if meaning is None else n.Name(meaning.name)
            return n.Member(item, tuple(self.side(other, meaning, node) for other in node.among))
        if isinstance(node, n.Chain):
            return n.Chain(node.signs, tuple(self.ordered(operand, node) for operand in node.operands))
        if isinstance(node, n.Call):
            raise ExpressionError("a game's formulas have no such call", where=self.where, found=node.text())
        changes: dict[str, Any] = {}
        for part in dataclasses.fields(node):
            value = getattr(node, part.name)
            if isinstance(value, n.Node):
                changes[part.name] = self.node(value)
            elif part.name == "arguments":
                changes[part.name] = tuple(self.node(x) for x in cast(tuple[n.Node, ...], value))
        return dataclasses.replace(node, **changes) if changes else node

    def ordered(self, node: n.Node, whole: n.Chain) -> n.Node:
        """One part of a chain: a number, or a move or type that has numbers."""
        own = self.choosable(node)
        if own is None:
            return self.node(node)
        if own.labels:
            raise GameError(
                "labels have no order", where=self.where, found=whole.text(), allowed="== and != and in"
            )
        return n.Name(self.known(own.name).name)

    def choosable(self, node: n.Node) -> Meaning | None:
        """The move or type that ``node`` names, if it does."""
        meaning = self.scope.find(node.name, self.where) if isinstance(node, n.Name) else None
        return meaning if meaning is not None and meaning.values else None

    def known(self, name: str) -> Meaning:
        """The meaning of a name that cannot be a label."""
        meaning = self.scope.find(name, self.where)
        if meaning is None or meaning.kind not in self.kinds:
            problem = "nothing has this name" if meaning is None else f"a {meaning.kind} cannot be used here"
            allowed = self.scope.names(self.kinds)
            raise GameError(
                problem, where=self.where, found=name, allowed=allowed or "no names", nearest=None
            )
        return meaning

    def number(self, node: n.Name) -> n.Node:
        """A name that stands for a number or a condition."""
        meaning = self.known(node.name)
        if meaning.labels:
            raise GameError(
                f"this {meaning.kind} has labels, not numbers: compare it with one",
                where=self.where,
                found=node.name,
                allowed=[f"{node.name} == {label}" for label in meaning.labels],
                nearest="",
            )
        return self.scope.event(meaning.name).node if meaning.kind == "event" else n.Name(meaning.name)

    def side(self, node: n.Node, other: Meaning | None, whole: n.Node) -> n.Node:
        """One side of a comparison whose other side names the move or type ``other`` (None: another formula)."""
        own = self.choosable(node)
        equality = not isinstance(whole, n.Comparison) or whole.sign in ("==", "!=")
        if other is None:  # the other side is judged by what this one is
            return n.Name(self.known(own.name).name) if own is not None else self.node(node)
        if not other.labels:
            if isinstance(node, n.Number) and equality and node.number not in other.values:
                raise self.no_such_option(n.number_text(node.number), other)
            return self.node(node)
        if not equality:
            raise GameError(
                "labels have no order", where=self.where, found=whole.text(), allowed="== and != and in"
            )
        if isinstance(node, n.Name) and node.name in other.labels:
            return n.Label(node.name)
        if own is not None and own.labels:
            return n.Name(self.known(own.name).name)
        raise self.no_such_option(node.text(), other)

    def same(self, left: Meaning, right: Meaning | None, whole: n.Node) -> Meaning:
        """The one move that both sides name, where an option of it is spelt like itself: "attack == attack" is the move, then
        the option. Raises GameError where two moves have options spelt like one another."""
        if right is not None and right.name == left.name:
            return self.known(left.name)
        raise GameError("this can be read two ways: each side is an option of the other", where=self.where,
                        found=whole.text(), allowed="other names for the options", nearest="")  # fmt: skip

    def no_such_option(self, found: str, other: Meaning) -> GameError:
        what = "option" if other.kind == "move" else "value"
        return GameError(
            f"{other.name} has no such {what}",
            where=self.where,
            found=found,
            allowed=[value_text(v) for v in other.values],
        )


def size(formula: Expression, sizes: dict[str, tuple[int, int]]) -> tuple[int, int]:
    """Nodes and levels of a formula once the names in ``sizes`` are written out."""

    def walk(node: n.Node) -> tuple[int, int]:
        if isinstance(node, n.Name) and node.name in sizes:
            return sizes[node.name]
        below = [walk(child) for child in node.children()]
        return 1 + sum(nodes for nodes, _ in below), 1 + max((levels for _, levels in below), default=0)

    return walk(formula.node)
