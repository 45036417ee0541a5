"""Where a statement stands: every file that holds a document, or a copy of it, that makes the statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from detente.news.store.back import document
from detente.news.store.opening import Store
from detente.news.store.schema import FIRST
from detente.scenario.statement import Ledger, Place

_FILES = f"SELECT path, part, title, date, publisher, earlier FROM place WHERE document = ? ORDER BY {FIRST}"


@dataclass(frozen=True)
class Seat:
    """One file, and the spans of the statement in its text. ``line`` of the content, counted from 1."""

    place: Place
    path: str
    part: str | None
    title: str | None
    date: str | None
    publisher: str | None
    line: int
    earlier: bool  # the file holds something else now

    def where(self) -> str:
        """File, part and line."""
        return f"{self.path}{f' {self.part}' if self.part else ''}:{self.line}"

    def record(self) -> dict[str, object]:
        """For the machine-readable face."""
        spans = {part: [list(x) for x in getattr(self.place, part)] for part in ("source", "cue", "content")}
        return {
            "document": self.place.document, "path": self.path, "part": self.part, "title": self.title, "date": self.date,
            "publisher": self.publisher, "line": self.line, "earlier": self.earlier, **spans,
        }  # fmt: skip


def seats(store: Store, page: Ledger) -> dict[str, tuple[Seat, ...]]:
    """For each statement of a page (see `pages`) its files: the first of its own document, then all others in order of path.

    A text that its file no longer holds counts only where no file holds the statement any more.
    """
    texts = {d.id: d.text for d in page.documents}
    found: dict[str, tuple[Seat, ...]] = {}
    for s in page.statements:
        here: list[Seat] = []
        for place in (Place(s.document, s.source, s.cue, s.content), *s.also):
            if place.document not in texts:
                texts[place.document] = document(store, place.document).text
            line = texts[place.document].count("\n", 0, place.content[0][0]) + 1
            here += [
                Seat(
                    place,
                    r["path"],
                    r["part"] or None,
                    r["title"],
                    r["date"],
                    r["publisher"],
                    line,
                    bool(r["earlier"]),
                )
                for r in store.rows(_FILES, (place.document,))
            ]
        now = [seat for seat in here if not seat.earlier] or here[:1]
        found[s.id] = (now[0], *sorted(now[1:], key=lambda seat: (seat.path, seat.part or "")))
    return found


def also_in(found: Sequence[Seat]) -> str:
    """The seats after the first, for a cell."""
    return "; ".join(seat.where() for seat in found[1:])
