"""Paragraphs of a text, parsed. Datelines are left out; headlines in capitals are put into ordinary spelling first.

What is parsed is as long as what is shown, character for character, so that offsets agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.tokens import Doc

from .lexicon import VERBS
from .model import language_model

#: A paragraph longer than this is parsed in parts, so that memory stays bounded.
LONGEST_PARAGRAPH = 8_000
#: "BRUSSELS, March 3 (Reuters) - ", "ISLAMABAD (PEN) : ", "WASHINGTON — "
_DATELINE = re.compile(
    r"\s*(?:[A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+(?:[ /][A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+){0,3})"
    r"(?:,? [A-Z][\w.]+(?: [A-Z][\w.]+)?)?(?:,? \d{1,2}(?:st|nd|rd|th)?(?: [A-Z][a-z]+)?)?(?:, \d{4})?"
    r"(?:\s*\([^()\n]{2,40}\)\s*(?:[:—–-]+|--)|\s*(?:—|–|--| -))\s+(?=\S)"
)
_MARKED = re.compile(r"\(|—|–|--| - |:")


def parse(text: str) -> list[tuple[Doc, int]]:
    """Each paragraph parsed, with the offset at which it begins in ``text``."""
    nlp = language_model()
    parsed = []
    for doc, base in nlp.pipe(paragraphs(text), as_tuples=True, batch_size=64):
        doc.user_data["base"] = base
        parsed.append((doc, base))
    return parsed


def paragraphs(text: str) -> list[tuple[str, int]]:
    """What is parsed, with where it begins."""
    cut = [part for m in re.finditer(r"[^\n]*\S[^\n]*", text) for part in _parts(m.group(), m.start())]
    lower: set[str] | None = None
    prepared = []
    for piece, base in cut:
        dateline = _DATELINE.match(piece[:120])
        if dateline and _MARKED.search(dateline.group()) and len(piece) - dateline.end() > 20:
            piece, base = piece[dateline.end() :], base + dateline.end()
        if _is_headline(piece):
            if lower is None:
                lower = set(re.findall(r"(?<=[a-z,] )[a-z][a-z’']+", text))
            piece = _ordinary(piece, lower)
        prepared.append((piece, base))
    return prepared


def _is_headline(piece: str) -> bool:
    """A short line in title case: most of its longer words begin with a capital, and no full stop but at the end."""
    if not 15 <= len(piece) <= 180:
        return False
    words = [w for w in re.findall(r"[A-Za-z’']+", piece) if len(w) > 3]
    return (
        len(words) >= 4
        and sum(w[0].isupper() for w in words) >= 0.8 * len(words)
        and len(re.findall(r"[.!?] [A-Z]", piece)) == 0
    )


def _ordinary(piece: str, lower: set[str]) -> str:
    """The headline with small letters in words that the text, or the lexicon, knows as ordinary words."""

    def plain(match: re.Match[str]) -> str:
        word = match.group()
        small = word.lower()
        if match.start() == 0 or len(small) != len(word):
            return word
        return small if small in lower or _verb_form(small) else word

    return re.sub(r"[A-Z][A-Za-z’']*", plain, piece)


def _verb_form(word: str) -> bool:
    stems = {
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word.removesuffix("ed"),
        word.removesuffix("d"),
        word.removesuffix("ing"),
    }
    return any(s in VERBS for s in stems)


def _parts(piece: str, base: int) -> Iterator[tuple[str, int]]:
    """A paragraph cut at ends of sentences (or, failing that, at spaces, or anywhere) into parts of bounded length."""
    while len(piece) > LONGEST_PARAGRAPH:
        window = piece[:LONGEST_PARAGRAPH]
        ends = [m.end() for m in re.finditer(r"[.!?][\"”’')]*\s", window)] or [
            m.end() for m in re.finditer(r"\s", window)
        ]
        cut = ends[-1] if ends and ends[-1] > LONGEST_PARAGRAPH // 4 else LONGEST_PARAGRAPH
        if piece[:cut].strip():
            yield piece[:cut], base
        piece, base = piece[cut:], base + cut
    if piece.strip():
        yield piece, base
