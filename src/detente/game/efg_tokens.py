"""The words of Gambit's .efg format: quoted text, numbers, braces, bare letters, and free space between them.

A backslash hides a quotation mark inside quoted text; before anything else it is itself.
Numbers are integers, decimals (``.5``, ``5.``), scientific (``1e-3``) and ratios of integers (``-1/3``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from detente.errors import GameError, Where

TEXT, NUMBER, OPEN, CLOSE, COMMA, WORD, END = "text", "number", "{", "}", ",", "word", "end of file"

# Longest number and text that are read: a million digits or a forgotten quotation mark is a mistake.
MAX_NUMBER, MAX_TEXT, MAX_EXPONENT = 100, 20_000, 300

_PATTERN = re.compile(
    r"""(?P<space>\s+)
      | "(?P<text>(?:[^"\\]|\\"|\\(?!"))*)"
      | (?P<number>[-+]?(?:\d+/\d+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w./]))
      | (?P<brace>[{},])
      | (?P<word>[A-Za-z]+(?![\w./]))""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the file, with the line it starts on (from 1)."""

    kind: str
    text: str
    line: int


def tokens(text: str, where: Where) -> Iterator[Token]:
    """The words of ``text`` in order, then one `END`. Raises GameError at what is no word of the format."""
    place, line = 0, 1
    while place < len(text):
        found = _PATTERN.match(text, place)
        if found is None:
            raise _unreadable(text, place, where.at(line=line))
        kind, word = found.lastgroup, found.group()
        if kind == "text":
            inner = found.group("text")
            if len(inner) > MAX_TEXT:
                raise GameError(
                    "quoted text is too long; is a closing quotation mark missing?",
                    where=where.at(line=line),
                    found=inner[:40],
                    allowed=f"at most {MAX_TEXT} characters",
                )
            yield Token(TEXT, inner.replace('\\"', '"'), line)
        elif kind == "number":
            yield Token(NUMBER, word, line)
        elif kind == "brace":
            yield Token(word, word, line)
        elif kind == "word":
            yield Token(WORD, word, line)
        line += word.count("\n")
        place = found.end()
    yield Token(END, "", line)


def _unreadable(text: str, place: int, where: Where) -> GameError:
    if text[place] == '"':
        return GameError("quoted text is never closed", where=where, found=text[place : place + 40])
    word = re.match(r"\S+", text[place:])
    return GameError(
        "this is no word of the .efg format",
        where=where,
        found=word.group()[:40] if word else text[place],
        allowed='quoted text, a number, a brace, or one of the letters "c", "p", "t"',
    )


def exact(token: Token, where: Where) -> Fraction:
    """The value of a number, as a ratio. Raises GameError for a zero denominator or one too large."""
    text = token.text
    _, _, power = text.lower().partition("e")
    if len(text) > MAX_NUMBER or (power and abs(int(power)) > MAX_EXPONENT):
        raise GameError(
            "a number is too long or too large",
            where=where.at(line=token.line),
            found=text[:40],
            allowed=f"at most {MAX_NUMBER} characters and a power of ten within {MAX_EXPONENT}",
        )
    try:
        value = Fraction(text)
    except ZeroDivisionError:
        raise GameError(
            "a ratio has the denominator 0", where=where.at(line=token.line), found=text
        ) from None
    if abs(value) > 10**MAX_EXPONENT:
        raise GameError("a number is too large", where=where.at(line=token.line), found=text)
    return value


class Cursor:
    """The words of a file taken one after the other, with one word of foresight; errors name the line."""

    def __init__(self, text: str, where: Where) -> None:
        self.where = where
        self._tokens = tokens(text, where)
        self._next = next(self._tokens)

    def _at(self, kind: str) -> bool:
        return self._next.kind == kind

    def _take(self) -> Token:
        token = self._next
        if token.kind != END:
            self._next = next(self._tokens)
        return token

    def _error(self, problem: str, token: Token, allowed: str | None = None) -> GameError:
        found = "end of file" if token.kind == END else token.text
        return GameError(problem, where=self.where.at(line=token.line), found=found, allowed=allowed)

    def _expect(self, kind: str, what: str) -> Token:
        if self._next.kind != kind:
            ended = "the file ends before" if self._next.kind == END else "expected"
            raise self._error(f"{ended} {what}", self._next)
        return self._take()

    def _number(self, what: str) -> str:
        token = self._expect(NUMBER, what)
        exact(token, self.where)
        return token.text

    def _comma(self) -> None:
        if self._at(COMMA):
            self._take()

    def _begin(self, letters: str, version: str) -> None:
        """The first three words: the format, its version, and R or D."""
        start = self._take()
        if start.kind != WORD or start.text != letters:
            form = "extensive" if letters == "EFG" else "strategic"
            raise self._error(
                f"this is not a Gambit {form}-form file",
                start,
                f"a file that begins with {letters} {version} R",
            )
        found = self._expect(NUMBER, "the version of the format")
        if found.text != version:
            raise self._error(f"unknown version of the .{letters.lower()} format", found, version)
        style = self._expect(WORD, "R or D after the version")
        if style.text not in ("R", "D"):
            raise self._error("unknown number style", style, "R or D")
