"""Quotation marks: which stretches of a text stand in quotes.

Curly, straight and guillemet double marks, and single marks where the text uses them for whole quotations (British
style): an apostrophe is told from a mark by its neighbours. A quotation that is opened again at the head of each
paragraph without having been closed counts on, as printers do it; one that is never closed ends with its paragraph.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence

Span = tuple[int, int]

OPEN = "“„«‟"
CLOSE = "”»"
_MARK = re.compile("[“”„«»‟\"]|''|``")
_SINGLE = re.compile(
    r"(?<![\w‘])[‘'](?=[\w“(\[])((?:[^‘’'\n\"“”]|(?<=\w)[’'](?=\w))*?\s(?:[^‘’'\n\"“”]|(?<=\w)[’'](?=\w))*?)"
    r"(?<=[\w.,;!?…)])[’'](?!\w)"
)


def quotations(text: str) -> list[Span]:
    """Start and end (marks included) of every quotation, in order, none inside another, none over a paragraph end."""
    regions: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        regions += _in_line(line.group(), line.start())
    single = [m.span() for m in _SINGLE.finditer(text)]
    return sorted([*regions, *(s for s in single if not _meets(regions, *s))])


def number_at(spans: Sequence[Span], at: int) -> int | None:
    """Which of the spans, which are in order and apart, holds a place."""
    number = bisect.bisect_right(spans, at, key=lambda s: s[0]) - 1
    return number if number >= 0 and at < spans[number][1] else None


def meeting(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    """The spans, which are in order and apart, that share a place with the stretch."""
    first = bisect.bisect_right(spans, start, key=lambda s: s[1])
    last = bisect.bisect_left(spans, end, key=lambda s: s[0])
    return spans[first:last]


def _meets(spans: Sequence[Span], start: int, end: int) -> bool:
    return bool(meeting(spans, start, end))


def _in_line(line: str, base: int) -> list[Span]:
    found: list[Span] = []
    start: int | None = None
    for mark in _MARK.finditer(line):
        sign, at = mark.group(), mark.start()
        opens = (
            sign in OPEN
            or sign == "``"
            or (sign in "\"''" and _looks_open(line, at, len(sign), start is not None))
        )
        if opens and start is None:
            start = at
        elif not opens and start is not None:
            found.append((base + start, base + mark.end()))
            start = None
        # a second opening mark inside a quotation, or a stray closing one, is passed over
    if start is not None and (len(line.rstrip()) - start > 1):
        found.append((base + start, base + len(line.rstrip())))
    return found


def _looks_open(line: str, at: int, width: int, inside: bool) -> bool:
    """Whether a straight mark opens: by the space before and the letter after it, else by turns."""
    before = line[at - 1] if at else " "
    after = line[at + width] if at + width < len(line) else " "
    if before in " \t(—–-[/" and not after.isspace():
        return True
    if after in " \t.,;:!?)—–-" and not before.isspace():
        return False
    return not inside


def continues(text: str, regions: Sequence[Span]) -> dict[int, int]:
    """Regions (by number) that go on from an unclosed quotation at the end of the paragraph before: {later: earlier}."""
    onward: dict[int, int] = {}
    for number in range(1, len(regions)):
        (_, end), (start, _) = regions[number - 1], regions[number]
        gap = text[end:start]
        if gap.strip() == "" and "\n" in gap and text[end - 1] not in CLOSE + "\"'’":
            onward[number] = number - 1
    return onward
