"""The copy of a text that is parsed, with the way back to the text that is shown.

Entities are resolved, soft hyphens and zero-width signs dropped, odd spaces made plain, tags blanked, and lines that were
broken at a fixed width are joined (a word cut by a hyphen as well). Nothing of this changes the text that is shown:
`Cleaned.back` turns a span of the copy into the span of the original.
"""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass

Span = tuple[int, int]

_CHANGE = re.compile(
    "&(?:#\\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});"
    "|[\u00ad\u200b\u200c\u200d\u2060\ufeff]"
    "|[\u00a0\u2000-\u200a\u202f\u205f\u3000\t\f\v\x00-\x08\x0e-\x1f\x7f]"
    "|</?[A-Za-z][^<>\\n]{0,400}>"
)


@dataclass(frozen=True)
class Cleaned:
    """``text`` to parse; ``places[i]`` is where its character ``i`` begins in the original, ``ends[i]`` where it ends."""

    text: str
    places: list[int]
    ends: list[int]

    def back(self, start: int, end: int) -> Span:
        return self.places[start], self.ends[end - 1]


def clean(original: str) -> Cleaned:
    if not _CHANGE.search(original):
        return _join_lines(original, list(range(len(original))), list(range(1, len(original) + 1)))
    out: list[str] = []
    places: list[int] = []
    ends: list[int] = []

    def put(piece: str, start: int, end: int) -> None:
        for character in piece:
            out.append(character)
            places.append(start)
            ends.append(end)

    def keep(start: int, end: int) -> None:
        out.append(original[start:end])
        places.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    at = 0
    for match in _CHANGE.finditer(original):
        keep(at, match.start())
        found = match.group()
        if found[0] == "&":
            put(html.unescape(found).replace("\u00a0", " "), match.start(), match.end())
        elif found[0] == "<":
            for i in range(match.start(), match.end()):  # a tag is as long as before, in blanks
                put(" ", i, i + 1)
        elif found in "\u00ad\u200b\u200c\u200d\u2060\ufeff":
            pass
        else:
            put(" ", match.start(), match.end())
        at = match.end()
    keep(at, len(original))
    return _join_lines("".join(out), places, ends)


def _join_lines(text: str, places: list[int], ends: list[int]) -> Cleaned:
    """Lines of a block that was wrapped at a fixed width become one line."""
    drop: set[int] = set()
    space: set[int] = set()
    at = 0
    for block in re.split(r"(\n\s*\n)", text):
        lines = block.strip("\n").split("\n")
        start, at = at + len(block) - len(block.lstrip("\n")), at + len(block)
        if len(lines) < 2 or not _wrapped(lines):
            continue
        for line, following in itertools.pairwise(lines):
            newline = start + len(line)
            if re.search(r"[A-Za-z]{2}-$", line[-3:]) and following[:1].islower():
                drop |= {newline - 1, newline}
            else:
                space.add(newline)
            start = newline + 1
    if not drop and not space:
        return Cleaned(text, places, ends)
    keep = [i for i in range(len(text)) if i not in drop]
    return Cleaned(
        "".join(" " if i in space else text[i] for i in keep),
        [places[i] for i in keep],
        [ends[i] for i in keep],
    )


def _wrapped(lines: list[str]) -> bool:
    """Lines of prose cut at a width: alike in length, none long, and most of them ending in the middle of a sentence."""
    body = [line.rstrip() for line in lines[:-1]]
    longest = max(len(line) for line in body)
    if longest > 110 or min(len(line) for line in body) < 0.6 * longest or longest < 30:
        return False
    broken = sum(1 for line in body if line[-1:].isalpha() or line[-1:] in ",;-")
    return broken >= 0.6 * len(body)
