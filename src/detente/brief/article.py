"""A document's whole text in pieces: every statement marked, numbered and reachable by its anchor."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

SHOWN = 400_000  # code points of text that one brief shows; beyond it, only the lines that hold a mark
PARTS = ("content", "cue", "source", "support")  # what a stretch is shown as when several parts cover it

Span = tuple[int, int]


@dataclass(frozen=True)
class Mark:
    """Something to be found in the text. ``spans``: (start, end, part). ``anchor``: id of its place; ``number``: of a statement."""

    anchor: str
    spans: tuple[tuple[int, int, str], ...]
    number: int | None = None

    @property
    def begins(self) -> int:
        """Where the anchor stands: at what is said, if the mark has that part."""
        return min((a for a, _, part in self.spans if part == "content"), default=self.spans[0][0])


@dataclass(frozen=True)
class Piece:
    """A stretch of text with one marking: ``part`` is content, cue, source, support, or None for what has none.

    ``anchors``: of the marks that begin here. ``closes``: numbers of the statements whose last character is here.
    """

    text: str
    part: str | None
    anchors: tuple[str, ...]
    closes: tuple[int, ...]


@dataclass(frozen=True)
class Paragraph:
    """A line of the document; ``skipped`` is the number of characters left out just before it."""

    pieces: tuple[Piece, ...]
    skipped: int = 0


def statement_mark(number: int, statement: Mapping[str, Any], anchor: str | None = None) -> Mark | None:
    """The mark of a statement's record, or of one of its places in a copy; None for one without any place in the text."""
    spans = tuple((a, b, part) for part in PARTS[:3] for a, b in statement[part])
    return Mark(anchor or f"place-{number}", spans, number) if spans else None


def paragraphs(text: str, marks: Sequence[Mark], shown: int = SHOWN) -> list[Paragraph]:
    """The text cut at every border of a mark and at every line end, blank lines left out.

    Joined, the pieces give back the text without line ends and blank lines. When the text is longer than ``shown``
    code points, only lines that hold a part of a mark are kept, and the size of each gap is told.
    """
    spans = sorted(span for mark in marks for span in mark.spans)
    begins = sorted((mark.begins, mark.anchor) for mark in marks)
    ends = sorted(
        (max(b for _, b, _ in mark.spans), mark.number) for mark in marks if mark.number is not None
    )
    whole = len(text) <= shown
    found: list[Paragraph] = []
    active: list[tuple[int, int, str]] = []
    skipped = position = following = 0
    for line in text.splitlines(keepends=True):
        begin, end = position, position + len(line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
        position += len(line)
        active = [span for span in active if span[1] > begin]
        while following < len(spans) and spans[following][0] < end:
            if spans[following][1] > begin:
                active.append(spans[following])
            following += 1
        if not line.strip():
            continue
        if not whole and not active:
            skipped += end - begin
            continue
        found.append(Paragraph(tuple(_pieces(text, begin, end, active, begins, ends)), skipped))
        skipped = 0
    return [*found, Paragraph((), skipped)] if skipped else found


def _pieces(
    text: str,
    begin: int,
    end: int,
    active: Sequence[tuple[int, int, str]],
    begins: Sequence[tuple[int, str]],
    ends: Sequence[tuple[int, int]],
) -> list[Piece]:
    cuts = sorted({begin, end, *(point for a, b, _ in active for point in (a, b) if begin < point < end)})
    pieces = []
    for a, b in pairwise(cuts):
        parts = {part for x, y, part in active if x <= a and b <= y}
        part = next((name for name in PARTS if name in parts), None)
        anchors = tuple(anchor for _, anchor in begins[_first(begins, a) : _first(begins, b)])
        closes = tuple(number for _, number in ends[_first(ends, a + 1) : _first(ends, b + 1)])
        pieces.append(Piece(text[a:b], part, anchors if part else (), closes if part else ()))
    return pieces


def _first(points: Sequence[tuple[int, Any]], at: int) -> int:
    """The first of the sorted points that is not before ``at``."""
    return bisect_left(points, at, key=lambda point: point[0])
