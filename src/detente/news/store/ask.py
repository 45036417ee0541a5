"""Questions to a ledger file: whose words, and when."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from detente.errors import BadInput, Where
from detente.news.speakers.spellings import surname_key
from detente.news.store.back import pages
from detente.news.store.opening import Store
from detente.news.store.seats import Seat, seats
from detente.scenario.statement import Actor, Document, Ledger, Statement

_DAY = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


@dataclass(frozen=True)
class Said:
    """A statement with its document, and every file that it stands in. The words were checked against the texts."""

    statement: Statement
    document: Document
    speaker: Actor | None
    seats: tuple[Seat, ...]

    @property
    def date(self) -> str | None:
        """The first day or moment that one of its files tells, or None."""
        return min((seat.date for seat in self.seats if seat.date), default=self.document.date)

    @property
    def day(self) -> str | None:
        """YYYY-MM-DD of `date`, or None."""
        return self.date[:10] if self.date else None

    @property
    def line(self) -> int:
        """Where the content begins, counted from 1."""
        return self.document.text.count("\n", 0, self.statement.content[0][0]) + 1

    def words(self, part: str = "content") -> str:
        """The words of ``content``, ``source`` or ``cue``, pieces joined by an ellipsis."""
        return " … ".join(self.document.text[a:b] for a, b in getattr(self.statement, part))

    def record(self) -> dict[str, object]:
        """For the machine-readable face."""
        s, d, who = self.statement, self.document, self.speaker
        return {
            "id": s.id, "document": d.id, "path": d.path, "part": d.part, "title": d.title, "date": d.date,
            "publisher": d.publisher, "line": self.line, "source": [list(x) for x in s.source],
            "cue": [list(x) for x in s.cue], "content": [list(x) for x in s.content], "words": self.words(),
            "source_words": self.words("source"), "cue_words": self.words("cue"), "direct": s.direct,
            "polarity": s.polarity, "kind": s.kind, "act": s.act.name if s.act else None,
            "speaker": {"id": who.id, "name": who.name, "kind": who.kind} if who else None, "about": list(s.about),
            "first_date": self.date, "places": [seat.record() for seat in self.seats],
        }  # fmt: skip


def said_on(store: Store, page: Ledger) -> list[Said]:
    """The statements of one page (see `pages`) with their document."""
    actors = {a.id: a for a in page.actors}
    found = seats(store, page)
    return [
        Said(s, page.documents[0], actors.get(s.speaker) if s.speaker else None, found[s.id])
        for s in page.statements
    ]


def speakers(store: Store, *, keep_copies: bool = False) -> list[dict[str, Any]]:
    """Who says how much in how many documents: speaker, kind, statements, documents; who says most first."""
    if not keep_copies:
        return [dict(row) for row in store.rows("SELECT * FROM speakers")]
    return [
        dict(row)
        for row in store.rows(
            "SELECT a.name AS speaker, a.kind AS kind, count(*) AS statements, count(DISTINCT s.document) AS documents "
            "FROM statement s JOIN actor a ON a.id = s.speaker GROUP BY a.id ORDER BY statements DESC, a.id"
        )
    ]


def find_speaker(store: Store, name: str) -> str:
    """The id of the one speaker whom ``name`` means: an id, a name, a form that the texts use, or a surname.

    Small and capital letters and accents make no difference. Raises `BadInput` where nobody, or more than one, is meant.
    """
    speakers = store.rows(
        "SELECT * FROM actor WHERE id IN (SELECT speaker FROM statement) ORDER BY mentions DESC, id"
    )
    wanted = surname_key(name.strip())
    for matches in (_by_id, _by_name, _by_form, _by_surname):
        found = [row for row in speakers if matches(row, name, wanted)]
        if len(found) == 1:
            return found[0]["id"]
        if found:
            raise BadInput("this may be more than one speaker; give the id", where=Where(field="--speaker"), found=name,
                           allowed=[row["id"] for row in found])  # fmt: skip
    raise BadInput("nobody of this name says anything in the ledger", where=Where(field="--speaker"), found=name,
                   allowed=[row["name"] for row in speakers] or "nobody speaks in this ledger")  # fmt: skip


def _by_id(row: sqlite3.Row, name: str, wanted: str) -> bool:
    return row["id"] == name


def _by_name(row: sqlite3.Row, name: str, wanted: str) -> bool:
    return surname_key(row["name"]) == wanted


def _by_form(row: sqlite3.Row, name: str, wanted: str) -> bool:
    return wanted in {surname_key(form) for form in json.loads(row["names"])}


def _by_surname(row: sqlite3.Row, name: str, wanted: str) -> bool:
    return row["kind"] == "person" and surname_key(row["name"].split()[-1]) == wanted


def said(
    store: Store,
    speaker: str | None = None,
    since: str | None = None,
    until: str | None = None,
    *,
    keep_copies: bool = False,
) -> tuple[list[Said], int]:
    """Statements in order of date, then of file and place; those without a date last. A statement that copies of a dispatch
    share stands once, at the first date of its places, unless ``keep_copies``.

    ``speaker``: id of an actor, or everybody. ``since``, ``until``: YYYY, YYYY-MM or YYYY-MM-DD, both included. With one of
    these, statements of documents without a date are left out and counted in the second answer.
    """
    for field, given in (("--since", since), ("--until", until)):
        if given is not None and not _DAY.fullmatch(given):
            raise BadInput(
                "this is no date",
                where=Where(field=field),
                found=given,
                allowed="YYYY, YYYY-MM or YYYY-MM-DD",
            )
    wanted = None
    if speaker is not None:
        rows = store.rows(
            "SELECT document || ':' || number AS id FROM statement WHERE speaker = ?", (speaker,)
        )
        wanted = {row["id"] for row in rows}
    kept: list[Said] = []
    undated = 0
    for page in pages(store, wanted, keep_copies=keep_copies):
        for one in said_on(store, page):
            day = one.day or ""
            if (since or until) and not day:
                undated += 1
            elif (since is None or day[: len(since)] >= since) and (
                until is None or day[: len(until)] <= until
            ):
                kept.append(one)
    kept.sort(key=lambda s: s.date or "~")  # stable: order of file and place within a moment
    return kept, undated
