"""Formula text to nodes: a tokenizer and a precedence-climbing parser. Nothing is evaluated here.

choice      := either ["if" either "else" choice]
either      := both ("or" both)*            both := negated ("and" negated)*
negated     := "not" negated | comparison
comparison  := sum [("==" | "!=") sum | (("<" | "<=") sum)+ | ((">" | ">=") sum)+ | ["not"] "in" "{" sum ("," sum)* "}"]
sum         := product (("+" | "-") product)*
product     := signed (("*" | "/") signed)*
signed      := ("-" | "+") signed | power   power := atom [("^" | "**") signed]
atom        := NUMBER | NAME | FUNCTION "(" choice ("," choice)* ")" | "(" choice ")" | call
call        := CALL "(" choice ("," choice)* ["given" choice] ["|" choice] ("," NAME "=" choice)* ")"

A call is one of an embedding language; a game's own formulas have none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from detente.errors import ExpressionError, Where, nearest_name
from detente.game import node as n

MAX_LENGTH = 4000  # characters in one formula
MAX_DEPTH = 60  # parentheses inside one another
MAX_CHAIN = 150  # levels of the parsed formula

WORDS = frozenset({"and", "or", "not", "in", "if", "else", "true", "false"})

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)
    | (?P<sign>\*\*|==|!=|<=|>=|[-+*/^<>(){},|=])
    )""",
    re.VERBOSE,
)

LANGUAGE = (
    "numbers, names, + - * / ^, comparisons, and, or, not, x if c else y, in {a, b}, "
    f"and the functions {', '.join(sorted(n.FUNCTIONS))}"
)


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # number, name, sign or end
    text: str
    column: int  # from 1


def tokens(text: str, where: Where | None = None) -> Iterator[Token]:
    """The words and signs of a formula, then one token of kind ``end``."""
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise ExpressionError(
                f"this sign is not part of the language (column {at + 1})",
                where=where, found=text[at : at + 20], allowed=LANGUAGE,
            )  # fmt: skip
        kind = match.lastgroup or ""
        yield Token(kind, match[kind], match.start(kind) + 1)
        at = match.end()
    yield Token("end", "", end + 1)


def read(text: str, where: Where | None = None, calls: Collection[str] = ()) -> n.Node:
    """The formula as nodes. ``calls`` are names that may be called as ``NAME(a, b given c | d, x = 1)`` and are kept as `Call`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(
            "this formula is too long",
            where=where,
            found=f"{len(text)} characters",
            allowed=f"at most {MAX_LENGTH}",
        )
    return _Parser(text, where, calls).whole()


class _Parser:
    def __init__(self, text: str, where: Where | None, calls: Collection[str]) -> None:
        self.text, self.where, self.calls = text, where, calls
        self.tokens = list(tokens(text, where))
        self.at = 0
        self.depth = 0

    # reading on

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self, *texts: str) -> Token | None:
        token = self.next
        if token.kind in ("sign", "name") and token.text in texts:
            self.at += 1
            return token
        return None

    def need(self, text: str) -> None:
        if not self.take(text):
            self.no_setting()
            raise self.error(f"{text!r} is missing here")

    def no_setting(self) -> None:
        if self.next.text == "=":
            raise self.error("`=` does not compare", allowed="== compares")

    def error(
        self, problem: str, token: Token | None = None, allowed: str | list[str] = LANGUAGE
    ) -> ExpressionError:
        token = token or self.next
        nearest = nearest_name(token.text, allowed) if isinstance(allowed, list) else None
        found = token.text or f"the end of {self.text!r}"
        if len(self.text) < 120 and token.text:
            problem = f"in `{self.text.strip()}`, column {token.column}: {problem}"
        else:
            problem = f"column {token.column}: {problem}"
        return ExpressionError(problem, where=self.where, found=found, allowed=allowed, nearest=nearest)

    def whole(self) -> n.Node:
        if self.next.kind == "end":
            raise ExpressionError(
                "there is no formula here", where=self.where, found=self.text, allowed=LANGUAGE
            )
        node = self.choice()
        if self.next.kind != "end":
            self.no_setting()
            if self.next.text == "(":
                raise self.error("only the listed functions can be called")
            raise self.error("the formula should have ended, or a sign is missing, before this")
        if _levels(node) > MAX_CHAIN:
            raise ExpressionError(
                "this formula has too many levels", where=self.where, found=self.text[:60],
                allowed=f"at most {MAX_CHAIN}; name parts of it as derived parameters",
            )  # fmt: skip
        return node

    # the grammar, loosest first

    def choice(self) -> n.Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("too many parentheses inside one another", allowed=f"at most {MAX_DEPTH}")
        node = self.climb(n.OR)
        if self.take("if"):
            condition = self.climb(n.OR)
            self.need("else")
            node = n.Choice(node, condition, self.choice())
        self.depth -= 1
        return node

    def climb(self, tightness: int) -> n.Node:
        """Everything that holds at least as tightly as ``tightness``."""
        node = self.operand(tightness)
        while True:
            token = self.next
            text = {"**": "^"}.get(token.text, token.text) if token.kind in ("sign", "name") else ""
            if text == "or" and tightness <= n.OR:
                self.at += 1
                node = n.Either(node, self.climb(n.AND))
            elif text == "and" and tightness <= n.AND:
                self.at += 1
                node = n.Both(node, self.climb(n.NOT))
            elif text in n.COMPARISONS and tightness <= n.COMPARISON:
                node = self.compared(node)
            elif text in ("in", "not") and tightness <= n.COMPARISON:
                self.at += 1
                if text == "not":
                    self.need("in")
                member = n.Member(node, self.among())
                node = n.Not(member) if text == "not" else member
                self.no_chain()
                if text == "not":
                    tightness = n.AND  # what follows may join, but nothing that holds more tightly than `not`
            elif text in ("+", "-") and tightness <= n.SUM:
                self.at += 1
                node = n.Arithmetic(text, node, self.climb(n.PRODUCT))
            elif text in ("*", "/") and tightness <= n.PRODUCT:
                self.at += 1
                node = n.Arithmetic(text, node, self.climb(n.SIGN))
            elif text == "^" and tightness <= n.POWER:
                self.at += 1
                node = n.Arithmetic("^", node, self.climb(n.SIGN))  # groups to the right
            else:
                return node

    def compared(self, first: n.Node) -> n.Node:
        """A comparison whose left side is read, or a chain of them that goes one way."""
        signs: list[str] = []
        operands = [first]
        while self.next.kind == "sign" and self.next.text in n.COMPARISONS:
            way = n.ASCENDING if signs and signs[0] in n.ASCENDING else n.DESCENDING
            if signs and (signs[0] not in way or self.next.text not in way):
                break
            signs.append(self.next.text)
            self.at += 1
            operands.append(self.climb(n.SUM))
        self.no_chain()
        if len(signs) == 1:
            return n.Comparison(signs[0], operands[0], operands[1])
        return n.Chain(tuple(signs), tuple(operands))

    def no_chain(self) -> None:
        if self.next.text in n.COMPARISONS or self.next.text == "in":
            raise self.error(
                "a chain of comparisons goes one way", allowed="a < b <= c or a > b >= c; else `and`"
            )

    def operand(self, tightness: int) -> n.Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error("too many parts inside one another", allowed=f"at most {MAX_DEPTH}")
        try:
            if self.next.text == "not" and self.next.kind == "name":
                if tightness > n.NOT:
                    raise self.error("put `not ...` in parentheses here")
                self.at += 1
                return n.Not(self.climb(n.NOT))
            if self.take("-"):
                of = self.climb(n.POWER) if self.next.text not in ("-", "+") else self.operand(n.SIGN)
                return n.Number(-of.number) if isinstance(of, n.Number) else n.Negative(of)
            if self.take("+"):
                return self.climb(n.POWER) if self.next.text not in ("-", "+") else self.operand(n.SIGN)
            return self.atom()
        finally:
            self.depth -= 1

    def atom(self) -> n.Node:
        token = self.next
        self.at += 1
        if token.kind == "number":
            number = float(token.text)
            if not math.isfinite(number):
                raise self.error("this number is too large", token)
            return n.Number(number)
        if token.kind == "name":
            return self.word(token)
        if token.text == "(":
            node = self.choice()
            self.need(")")
            return node
        self.at -= 1
        raise self.error("a number, a name or a parenthesis should stand here")

    def word(self, token: Token) -> n.Node:
        if token.text in ("true", "false"):
            return n.ONE if token.text == "true" else n.ZERO
        if token.text in WORDS:
            self.at -= 1
            raise self.error("a number, a name or a parenthesis should stand here")
        if self.next.text != "(":
            if token.text in n.FUNCTIONS:
                raise self.error("this is a function and needs its arguments in parentheses", token)
            return n.Name(token.text)
        if token.text in self.calls:
            return self.call(token)
        if token.text not in n.FUNCTIONS:
            raise self.error("only the listed functions can be called", token, [*n.FUNCTIONS, *self.calls])
        self.need("(")
        arguments = self.arguments()
        self.need(")")
        counts = n.FUNCTIONS[token.text][0]
        if len(arguments) not in counts:
            allowed = (
                "1 to 50 arguments"
                if isinstance(counts, range)
                else f"{' or '.join(map(str, counts))} arguments"
            )
            raise self.error(f"{token.text} does not take {len(arguments)} arguments", token, allowed)
        return n.Function(token.text, arguments)

    def call(self, token: Token) -> n.Node:
        self.need("(")
        arguments = [self.choice()]
        while self.next.text == "," and not self.setting_follows():
            self.at += 1
            arguments.append(self.choice())
        seen = self.choice() if self.take("given") else None
        given = self.choice() if self.take("|") else None
        settings: list[tuple[str, n.Node]] = []
        while self.next.text == "," and self.setting_follows():
            settings.append((self.tokens[self.at + 1].text, self.setting()))
        self.need(")")
        return n.Call(token.text, tuple(arguments), given, seen, tuple(settings))

    def setting_follows(self) -> bool:
        """Whether ``, NAME =`` stands here."""
        ahead = self.tokens[self.at + 1 : self.at + 3]
        return len(ahead) == 2 and ahead[0].kind == "name" and ahead[1].text == "="

    def setting(self) -> n.Node:
        self.at += 3
        return self.choice()

    def arguments(self) -> tuple[n.Node, ...]:
        arguments = [self.choice()]
        while self.take(","):
            arguments.append(self.choice())
        return tuple(arguments)

    def among(self) -> tuple[n.Node, ...]:
        self.need("{")
        members = [self.climb(n.SUM)]
        while self.take(","):
            members.append(self.climb(n.SUM))
        self.need("}")
        return tuple(members)


def _levels(node: n.Node) -> int:
    """How deep the formula is, without recursion (a long sum is a deep tree)."""
    deepest, stack = 0, [(node, 1)]
    while stack:
        at, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in at.children())
        if isinstance(at, n.Call):
            stack.extend((child, level + 1) for child in at.parts())
    return deepest
