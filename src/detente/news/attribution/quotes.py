"""Quotation marks: which stretches of a text stand in quotes.

Double marks of every print shop: curly, straight and doubled single ones (''...'', ``...''), low ones („...“), guillemets
either way round, and the Windows-1252 codes of them. Single marks count where they hold several words (British style); an
apostrophe is told from a mark by its neighbours (`singles`). A quotation within another belongs to the outer one, whatever
its marks; three apostrophes in a row close both.

A quotation that is opened again at the head of each paragraph without having been closed counts on, as printers do it. One
that is never closed ends with its paragraph if it stands at its head, behind a colon or comma, or before a paragraph that
opens one; else with its sentence. A closing mark that nothing opened is passed over.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence

from detente.news.attribution.singles import closing_single, opens_single

Span = tuple[int, int]

#: Marks that are written in several ways, character for character.
_PLAIN = str.maketrans("‟＂‹›\x93\x94\x84\x91\x92\x8b\x9b", '“"«»“”„‘’«»')
_MARK = re.compile("[“”„«»\"]|'{2,}|‘‘|’’|``|,,(?=\\w)|[‘'](?=[\\w“\"«(\\[])")
#: Feet and inches: 6'2".
_FEET = re.compile(r"\d['’]\d{1,2}$")
_SENTENCE_END = re.compile(r"[.!?…]['’]?(?=\s)")
_OPENING = "“„«»\"'‘`,‹”\x91\x93\x84\x8b＂‟"
_HEADS = ("“", "„", "«", '"', "‘", "'", "``")


def quotations(text: str) -> list[Span]:
    """Start and end (marks included) of every outermost quotation, in order and apart, none over a paragraph end.

    Takes time in proportion to the length of the text.
    """
    return [(a, b) for a, b, _ in _scan(text)]


def continues(text: str, regions: Sequence[Span]) -> dict[int, int]:
    """Regions (by number) that go on from an unclosed quotation at the end of the paragraph before: {later: earlier}."""
    unclosed = {a for a, _, closed in _scan(text) if not closed}
    onward: dict[int, int] = {}
    for number in range(1, len(regions)):
        (first, end), (start, _) = regions[number - 1], regions[number]
        gap = text[end:start]
        same = text[start] == text[first] or text[start] not in _OPENING
        if same and first in unclosed and "\n" in gap and not gap.strip():
            onward[number] = number - 1
    return onward


def number_at(spans: Sequence[Span], at: int) -> int | None:
    """Which of the spans, which are in order and apart, holds a place."""
    number = bisect.bisect_right(spans, at, key=lambda s: s[0]) - 1
    return number if number >= 0 and at < spans[number][1] else None


def meeting(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    """The spans, which are in order and apart, that share a place with the stretch."""
    first = bisect.bisect_right(spans, start, key=lambda s: s[1])
    last = bisect.bisect_left(spans, end, key=lambda s: s[0])
    return spans[first:last]


# ------------------------------------------------------------------ one paragraph after another

#: Start, end, and whether it is closed.
_Region = tuple[int, int, bool]


def _scan(text: str) -> Iterator[_Region]:
    lines: list[tuple[str, int]] = []
    at = 0
    for line in text.translate(_PLAIN).split("\n"):
        if line and not line.isspace():
            lines.append((line, at))
        at += len(line) + 1
    going = False  # whether the paragraph before ended inside a quotation
    for number, (line, base) in enumerate(lines):
        following = lines[number + 1][0].lstrip()[:2] if number + 1 < len(lines) else ""
        regions = _in_line(line, following, going)
        going = bool(regions) and not regions[-1][2]
        for a, b, closed in regions:
            yield base + a, base + b, closed


def _in_line(line: str, following: str, going: bool) -> list[_Region]:
    """The outermost quotations of one paragraph. ``following``: how the next one begins."""
    openers, stray = _matched(line, following)
    end, head = len(line.rstrip()), len(line) - len(line.lstrip())
    regions: list[_Region] = []
    at = 0
    if going and stray is not None and (not openers or openers[0][0] >= stray):
        regions.append((head, stray, True))  # not opened again in this paragraph, only closed
        at = stray
    number = -1  # the next opening mark that is closed
    for n, (start, close) in enumerate(openers):
        if start < at:
            continue
        if close is None:
            number = max(number, n + 1)
            while number < len(openers) and openers[number][1] is None:
                number += 1
            later = openers[number] if number < len(openers) else None
            at, closed = _unclosed(line, start, end, later, following, head)
        else:
            at, closed = close, True
        if at - start > 1:
            regions.append((start, at, closed))
    return regions


def _unclosed(
    line: str, start: int, end: int, later: tuple[int, int | None] | None, following: str, head: int
) -> tuple[int, bool]:
    """Where a quotation ends that is never closed, and whether that counts as closed."""
    leading = start == head or line[max(0, start - 4) : start].rstrip()[-1:] in (":", ",")
    if following.startswith(_HEADS) or (later is None and leading):
        return end, False
    stop = _SENTENCE_END.search(line, start, later[0] if later else end)
    if stop:
        return stop.end(), True
    return (later[1] or end, True) if later else (end, False)


def _matched(line: str, following: str) -> tuple[list[tuple[int, int | None]], int | None]:
    """Opening marks in order with the end of what closes them (None: nothing does), and the first stray closing mark's end."""
    openers: list[tuple[int, int | None]] = []
    stack: list[tuple[int, str]] = []  # number of the opener, its sign
    stray: int | None = None
    head, at = len(line) - len(line.lstrip()), 0
    for mark in _MARK.finditer(line):
        sign, start, end = mark.group(), mark.start(), mark.end()
        if start < at:
            continue
        if sign in ("'", "‘"):
            if not stack and opens_single(line, start):
                close = closing_single(line, start)
                if close is not None:
                    openers.append((start, close))
                    at = close
                elif start == head and following[:1] == sign and following[1:2] != sign:
                    openers.append((start, None))  # opened again in the next paragraph
            continue
        opens = _opens(line, sign, start, end, stack[-1][1] if stack else "")
        if opens:
            stack.append((len(openers), sign))
            openers.append((start, None))
        elif opens is not None and stack:
            number, _ = stack.pop()
            openers[number] = (openers[number][0], end)
        elif opens is not None and stray is None:
            stray = end
    backward = {number for number, sign in stack if sign in "”»"}
    return [o for n, o in enumerate(openers) if n not in backward], stray


def _opens(line: str, sign: str, start: int, end: int, top: str) -> bool | None:
    """Whether a double mark opens; None if it is no quotation mark. ``top``: the mark that is open, or ''."""
    before = line[start - 1] if start else " "
    after = line[end] if end < len(line) else " "
    leads = before in " \t(—–-[/‘'" and not after.isspace()
    closes = not before.isspace() and (after.isspace() or after in ".,;:!?)]—–-’'”\"")
    if sign == ",,":
        return True if leads else None
    if sign == '"' and _FEET.search(line[max(0, start - 5) : start]):
        return None
    if sign in ("“", "‘‘", "``", "„"):
        return not (top and closes)  # „...“, and “...“ by a careless hand
    if sign in ("”", "’’"):
        return not top and leads
    if sign in "«»":
        return top != "»" if sign == "«" else not top and leads
    if leads:
        return True
    if closes:
        return False
    return not top  # by turns
