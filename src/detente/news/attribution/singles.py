"""Single quotation marks, told from apostrophes.

A mark opens before a word or another mark and behind none; it closes behind a word or a stop and before none. What looks like
both - the plural's apostrophe ("the pilots' union") - closes only if nothing better follows.
"""

from __future__ import annotations

import re

#: Words that lose their head: 'em, '90s, rock 'n' roll.
_CUT = re.compile(r"['‘](?:\d0s\b|(?:em|n|til|tis|twas|bout|cause|round|cuz|ere)\b)", re.IGNORECASE)
_SIGN = re.compile("[“”„«»\"]|''|[‘’']")
_SPACE = re.compile(r"\s")
_LEADING = ("“", '"', "«", "(", "[")
#: Words that no possessive stands before.
_AFTER_CLOSE = frozenset((
    "and", "but", "or", "nor", "so", "yet", "in", "on", "at", "to", "for", "of", "with", "by", "from", "as", "than", "is", "was",
    "are", "were", "be", "has", "had", "have", "will", "would", "could", "should", "he", "she", "they", "it", "we", "i", "you",
    "who", "that", "which", "after", "before", "when", "while", "because", "if", "though", "although", "said", "says", "told",
    "wrote",
))  # fmt: skip


def opens_single(line: str, start: int) -> bool:
    """Whether the single mark at ``start`` may open a quotation."""
    before = line[start - 1] if start else " "
    return not (before.isalnum() or before in "_‘'’") and not _CUT.match(line, start)


def closing_single(line: str, start: int) -> int | None:
    """Where the quotation of several words that the single mark at ``start`` opens ends, its mark included; None if nowhere.

    Double marks inside must be in pairs. Nothing behind the next opening single mark is looked at, so that a line is read in
    time proportional to its length.
    """
    inside = False  # between double marks
    doubtful: int | None = None
    for mark in _SIGN.finditer(line, start + 1):
        at, sign = mark.start(), mark.group()
        if len(sign) == 2 or sign not in "‘’'":
            inside = not inside
            continue
        before, after = line[at - 1], line[at + 1 : at + 2]
        if inside or (before.isalnum() and after.isalnum()):
            continue
        if sign != "’" and (after.isalnum() or after in ("_", *_LEADING)) and opens_single(line, at):
            break
        if sign == "‘" or after.isalnum() or not (before.isalnum() or before in '.,;:!?…)]”"»—–-'):
            continue
        if not _SPACE.search(line, start, at):
            return None  # one word only
        if before.isalnum() and _possessive(line, at):
            doubtful = doubtful or at + 1
            continue
        return at + 1
    return doubtful


def _possessive(line: str, at: int) -> bool:
    """Whether the mark may be a plural's apostrophe: behind an s, and before a word that a possessive may stand before."""
    word = re.match(r" ([A-Za-z]+)", line[at + 1 : at + 24])
    return line[at - 1] in "sS" and word is not None and word.group(1).lower() not in _AFTER_CLOSE
