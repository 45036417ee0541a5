"""Is a text English? By the share of its words that are English function words.

English prose of any kind stands between 0.35 and 0.55; French, Spanish, Dutch or German prose stays under 0.15, because
only a few short words look alike. The line is drawn at 0.22, and only for texts of at least 30 words.
"""

from __future__ import annotations

import re

from detente.errors import DocumentError, Where
from detente.news.lists.words import words

LEAST_SHARE = 0.22
LEAST_WORDS = 30

FUNCTION_WORDS = words("function words")
_WORD = re.compile(r"[^\W\d_]+")


def english_share(text: str) -> tuple[float, int]:
    """Share of function words among the first 5,000 words, and how many words that were."""
    words = [m.group().lower() for _, m in zip(range(5000), _WORD.finditer(text), strict=False)]
    return (sum(w in FUNCTION_WORDS for w in words) / len(words) if words else 0.0), len(words)


def require_english(text: str, where: Where) -> None:
    """Raises `DocumentError` for a text in another language: the reader knows English alone."""
    share, count = english_share(text)
    if count >= LEAST_WORDS and share < LEAST_SHARE:
        raise DocumentError(
            "the text does not look like English, the only language that is read: "
            f"{share:.0%} of its words are English function words, {LEAST_SHARE:.0%} expected",
            where=where,
        )
    letters = [c for c in text[:20000] if c.isalpha()]
    if letters and sum(c.isascii() for c in letters) < 0.5 * len(letters):
        raise DocumentError(
            "the text is not in the Latin alphabet; English is the only language that is read", where=where
        )
