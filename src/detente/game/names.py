"""What the words in a formula mean: which are parameters, moves, types and events, and which are option labels."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from detente.errors import ExpressionError, GameError, Where
from detente.game import node as n
from detente.game.expression import Expression
from detente.game.node import FUNCTIONS
from detente.game.parts import CHANCE, EVERYONE, Value, value_text
from detente.game.syntax import WORDS

Kind = Literal["parameter", "type", "move", "event"]

_NAME = re.compile(r"[^\W\d]\w*")
RESERVED = frozenset({*WORDS, *FUNCTIONS, CHANCE, EVERYONE, "absent"})


def checked_name(name: object, what: str, where: Where) -> str:
    """``name`` if it can be written in a formula."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in RESERVED or len(name) > 80:
        raise GameError(
            f"this cannot be the name of {what}", where=where, found=name,
            allowed="letters, digits and _, not beginning with a digit, and not a word of the language", nearest="",
        )  # fmt: skip
    return name


@dataclass(frozen=True)
class Meaning:
    """What a name stands for. ``values`` are the options of a move or the values of a type."""

    kind: Kind
    name: str
    values: tuple[Value, ...] = ()
    formula: Expression | None = None  # an event, its own names resolved

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(v for v in self.values if isinstance(v, str))


@dataclass
class Scope:
    """All names of a game. A private type is known as ``A.resolve``, and as ``resolve`` while that is unambiguous."""

    meanings: dict[str, Meaning] = field(default_factory=dict[str, Meaning])
    short: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def add(self, meaning: Meaning, where: Where) -> None:
        if meaning.name in self.meanings:
            other = self.meanings[meaning.name].kind
            raise GameError(
                f"this name is taken by a {other}", where=where, found=meaning.name, allowed="another name"
            )
        self.meanings[meaning.name] = meaning
        if meaning.kind == "type":
            self.short.setdefault(meaning.name.partition(".")[2], []).append(meaning.name)

    def find(self, name: str, where: Where) -> Meaning | None:
        if name in self.meanings:
            return self.meanings[name]
        full = self.short.get(name, [])
        if len(full) > 1:
            raise GameError(
                "this could be several private types", where=where, found=name, allowed=full, nearest=""
            )
        return self.meanings[full[0]] if full else None

    def names(self, kinds: Collection[Kind]) -> list[str]:
        return [name for name, meaning in self.meanings.items() if meaning.kind in kinds] + [
            short for short, full in self.short.items() if "type" in kinds and len(full) == 1
        ]

    def resolved(self, formula: Expression, where: Where, kinds: Collection[Kind]) -> Expression:
        """The formula with types by full name, events replaced by what they mean and labels known as labels."""
        return Expression(_Resolver(self, where, kinds).node(formula.node))


class _Resolver:
    def __init__(self, scope: Scope, where: Where, kinds: Collection[Kind]) -> None:
        self.scope, self.where, self.kinds = scope, where, kinds

    def node(self, node: n.Node) -> n.Node:
        if isinstance(node, n.Name):
            return self.name(node)
        if isinstance(node, n.Comparison):
            return self.comparison(node)
        if isinstance(node, n.Member):
            meaning = self.meaning(node.item)
            item = self.side(node.item)
            return n.Member(item, tuple(self.side(other, meaning, node) for other in node.among))
        if isinstance(node, n.Call):
            raise ExpressionError("a game's formulas have no such call", where=self.where, found=node.text())
        changes: dict[str, n.Node | tuple[n.Node, ...]] = {}
        for part in dataclasses.fields(node):
            value = getattr(node, part.name)
            if isinstance(value, n.Node):
                changes[part.name] = self.node(value)
            elif isinstance(value, tuple) and value and isinstance(value[0], n.Node):
                changes[part.name] = tuple(self.node(x) for x in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return dataclasses.replace(node, **changes) if changes else node

    def meaning(self, node: n.Node) -> Meaning | None:
        return self.scope.find(node.name, self.where) if isinstance(node, n.Name) else None

    def known(self, name: str) -> Meaning:
        """The meaning of a name that is not compared with labels, or an error."""
        meaning = self.scope.find(name, self.where)
        if meaning is None or meaning.kind not in self.kinds:
            problem = "nothing has this name"
            if meaning is not None:
                problem = f"this is a {meaning.kind}, which cannot be used here"
            raise GameError(problem, where=self.where, found=name, allowed=self.scope.names(self.kinds))
        return meaning

    def name(self, node: n.Name) -> n.Node:
        meaning = self.known(node.name)
        if meaning.labels:
            raise GameError(
                f"this {meaning.kind} has labels, not numbers: compare it with one", where=self.where, found=node.name,
                allowed=[f"{node.name} == {label}" for label in meaning.labels], nearest="",
            )  # fmt: skip
        return meaning.formula.node if meaning.formula is not None else n.Name(meaning.name)

    def comparison(self, node: n.Comparison) -> n.Node:
        left, right = self.meaning(node.left), self.meaning(node.right)
        if left is not None and left.labels:
            return n.Comparison(node.sign, self.side(node.left), self.side(node.right, left, node))
        if right is not None and right.labels:
            return n.Comparison(node.sign, self.side(node.left, right, node), self.side(node.right))
        return n.Comparison(node.sign, self.node(node.left), self.node(node.right))

    def side(self, node: n.Node, other: Meaning | None = None, whole: n.Node | None = None) -> n.Node:
        """One side of a comparison. ``other``: what the other side stands for, if this side may be one of its labels."""
        if not isinstance(node, n.Name):
            if other is not None and other.labels:
                raise GameError(
                    f"{other.name} has labels, not numbers",
                    where=self.where,
                    found=node.text(),
                    allowed=other.labels,
                )
            return self.node(node)
        if other is None or not other.labels:
            meaning = self.known(node.name)
            return meaning.formula.node if meaning.formula is not None else n.Name(meaning.name)
        if isinstance(whole, n.Comparison) and whole.sign not in ("==", "!="):
            raise GameError("labels have no order", where=self.where, found=whole.text(), allowed="== and !=")
        if node.name in other.labels:
            return n.Label(node.name)
        meaning = self.scope.find(node.name, self.where)
        if meaning is None or not meaning.labels:
            raise GameError(
                f"{other.name} has no such option", where=self.where, found=node.name, allowed=other.labels
            )
        return n.Name(meaning.name)


def history_names(formula: Expression, scope: Scope) -> tuple[str, ...]:
    """The moves and types that a resolved formula uses, in alphabetical order."""
    return tuple(sorted(x for x in formula.names if scope.meanings[x].kind in ("move", "type")))


def written_values(values: Mapping[object, object] | Collection[object]) -> list[str]:
    return [value_text(v) if isinstance(v, (str, float)) else str(v) for v in values]
