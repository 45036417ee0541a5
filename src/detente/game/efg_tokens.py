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
