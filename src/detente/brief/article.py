"""A document's whole text as HTML pieces: every statement marked, numbered and reachable by its anchor."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 400_000  # code points of text that one brief shows; beyond it, only the paragraphs with statements
PART_ORDER = ("content", "cue", "source")  # what a stretch is shown as when several parts cover it


@dataclass(frozen=True)
class Piece:
    """A stretch of text with one marking. ``anchors``: numbers of the statements that begin here."""

    text: str
    part: str | None  # content, cue, source, or None for the reporter's own words
    anchors: tuple[int, ...]
    closes: tuple[int, ...]  # numbers of the statements whose last marked character is here


@dataclass(frozen=True)
class Paragraph:
    """A line of the document; ``skipped`` is the number of characters left out just before it."""

    pieces: tuple[Piece, ...]
    skipped: int = 0


def paragraphs(text: str, statements: Sequence[tuple[int, Mapping[str, Any]]], shown: int = SHOWN) -> list[Paragraph]:
    """The text cut at every border of a span and at every line end. ``statements``: (number, record) of this document.

    Joined, the pieces give back the text without its line ends. When the text is longer than ``shown`` code points,
    only lines that hold a part of a statement are kept, and the size of each gap is told.
    """
    spans = [(a, b, part, n) for n, s in statements for part in PART_ORDER for a, b in s[part]]
    starts: list[tuple[int, int]] = []
    ends: list[tuple[int, int]] = []
    for number, statement in statements:
        places = [span for part in PART_ORDER for span in statement[part]]
        if not places:
            continue
        shown_first = statement["content"] or places
        starts.append((min(a for a, _ in shown_first), number))
        ends.append((max(b for _, b in places), number))
    spans.sort()
    starts.sort()
    ends.sort()
    whole = len(text) <= shown
    found: list[Paragraph] = []
    skipped = position = following = 0
    active: list[tuple[int, int, str, int]] = []
    for line in text.splitlines(keepends=True):
        begin, end = position, position + len(line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
        position += len(line)
        active = [span for span in active if span[1] > begin]
        while following < len(spans) and spans[following][0] < end:
            if spans[following][1] > begin:
                active.append(spans[following])
            following += 1
        if begin == end or not line.strip():
            continue
        if not whole and not active:
            skipped += end - begin
            continue
        found.append(Paragraph(tuple(_pieces(text, begin, end, active, starts, ends)), skipped))
        skipped = 0
    if skipped:
        found.append(Paragraph((), skipped))
    return found


def _pieces(
    text: str,
    begin: int,
    end: int,
    active: Sequence[tuple[int, int, str, int]],
    starts: Sequence[tuple[int, int]],
    ends: Sequence[tuple[int, int]],
) -> list[Piece]:
    borders = {begin, end}
    for a, b, _, _ in active:
        borders.update(point for point in (a, b) if begin < point < end)
    cuts = sorted(borders)
    pieces = []
    for a, b in zip(cuts, cuts[1:], strict=False):
        parts = {part for x, y, part, _ in active if x <= a and b <= y}
        part = next((name for name in PART_ORDER if name in parts), None)
        anchors = _numbers(starts, a, b) if part else ()
        closes = _numbers(ends, a + 1, b + 1) if part else ()
        pieces.append(Piece(text[a:b], part, anchors, closes))
    return pieces


def _numbers(points: Sequence[tuple[int, int]], begin: int, end: int) -> tuple[int, ...]:
    """The statements whose point lies in [begin, end)."""
    return tuple(number for _, number in points[bisect_left(points, (begin, 0)) : bisect_left(points, (end, 0))])
