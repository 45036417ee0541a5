"""`detente ledger`, and `detente read --into`: many documents in one SQLite file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from detente.cli.output import console, print_json, progress
from detente.errors import BadInput, Where

if TYPE_CHECKING:
    from detente.news.store import Contradiction, Said

#: Rows shown on a screen; --json, --out and the file itself hold all.
_SHOWN = 200
#: Other places of a statement that a screen names.
_OTHERS = 4


def add_to_ledger(
    files: Sequence[str],
    into: Path,
    out: Path | None,
    reader: Path | None,
    workers: int,
    text_column: str | None,
    keep_copies: bool,
    json: bool,
) -> None:
    """`detente read FILE... --into`: what is not there yet is added."""
    from detente.news.store import add, export, open_store

    if keep_copies and out is None:
        raise BadInput(
            "a ledger file holds every copy, and they are counted when it is asked; give the option to detente ledger, "
            "or say --out DIR to write them",
            where=Where(field="--keep-copies"),
        )
    with open_store(into) as store:
        with progress(json) as tell:
            done = add(store, list(files), workers=workers, text_column=text_column, reader=reader, tell=tell)
        count = {t: store.rows(f"SELECT count(*) FROM {t}")[0][0] for t in ("document", "statement", "again")}
        written = export(store, out, keep_copies=keep_copies) if out is not None else None
        path = store.path
    if json:
        body: dict[str, object] = {
            "ledger": str(path), "files": done.files, "added": done.added, "known": done.known, "read_again": done.again,
            "skipped": [{"path": p, "reason": reason} for p, reason in done.skipped],
            "documents": count["document"], "statements": count["statement"] - count["again"],
            "met_again_in_copies": count["again"],
        }  # fmt: skip
        print_json("read", {**body, **({"files_written": written} if written else {})})
        return
    screen = console()
    for p, reason in done.skipped:
        screen.print(f"skipped {p}: {reason}", markup=False)
    again = f", {done.again} read again by newer rules" if done.again else ""
    screen.print(
        f"{done.added} document(s) added, {done.known} known before{again}, {len(done.skipped)} skipped",
        markup=False,
    )
    met = f", {count['again']} of them again in copies" if count["again"] else ""
    total = count["statement"] - count["again"]
    screen.print(f"{path}: {count['document']} documents, {total} statements{met}", markup=False)
    if written is not None:
        screen.print(f"written: {', '.join(written.values())}", markup=False)
    screen.print(f"next: detente ledger {into} --speaker NAME, or --contradictions", markup=False)


def command(
    project: Annotated[
        Path,
        typer.Argument(metavar="PROJECT|FILE.sqlite", help="A project folder with a ledger, or its file."),
    ],
    speaker: Annotated[
        str | None, typer.Option("--speaker", metavar="NAME", help="This speaker's statements over time.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="DATE", help="From this day on: YYYY, YYYY-MM or YYYY-MM-DD."),
    ] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Up to this day.")] = None,
    contradictions: Annotated[
        bool, typer.Option("--contradictions", help="Reports that differ on who said what.")
    ] = False,
    keep_copies: Annotated[
        bool,
        typer.Option("--keep-copies", help="Count the copies of one dispatch as statements of their own."),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Write ledger.csv and ledger.jsonl of what was asked for there."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask the ledger of many documents that `detente read --into` keeps.

    Example: detente ledger PROJECT --speaker Lindgren --since 2025-03
    """
    from detente.news import store as room

    if contradictions and (speaker or since or until or keep_copies):
        raise BadInput(
            "ask for one thing at a time: --contradictions, or a speaker, days and copies",
            where=Where(field="--contradictions"),
        )
    with room.open_store(project, make=False) as store:
        if not room.is_resolved(store):
            with progress(json) as tell:
                room.resolve(store, tell)
        if contradictions:
            found = room.contradictions(store)
            wanted = {s.statement.id for c in found for s in (c.one, c.other)}
            written = room.export(store, out, wanted) if out is not None else None
            _tell_contradictions(str(store.path), found, written, json)
            return
        if speaker or since or until:
            who = room.find_speaker(store, speaker) if speaker else None
            said, undated = room.said(store, who, since, until, keep_copies=keep_copies)
            wanted = {s.statement.id for s in said}
            written = room.export(store, out, wanted, keep_copies=keep_copies) if out is not None else None
            _tell_said(str(store.path), said, undated, written, json)
            return
        speakers = room.speakers(store, keep_copies=keep_copies)
        documents = [dict(row) for row in store.rows("SELECT * FROM documents")]
        skipped = [dict(row) for row in store.rows("SELECT * FROM skipped ORDER BY path")]
        (total,) = store.rows(f"SELECT count(*) FROM {'statement' if keep_copies else 'statements'}")[0]
        copies = [
            {"documents": list(c.documents), "same": c.same, "shared": c.shared}
            for c in room.dispatches(store)
        ]
        written = room.export(store, out, keep_copies=keep_copies) if out is not None else None
        path = str(store.path)
    if json:
        body = {
            "ledger": path, "statements": total, "documents": documents, "speakers": speakers, "copies": copies,
            "skipped": skipped,
        }  # fmt: skip
        print_json("ledger", {**body, "files_written": written})
        return
    screen = console()
    table = Table(
        title=f"{total} statements in {len(documents)} document(s); who speaks most", title_justify="left"
    )
    for column in ("speaker", "kind", "statements", "documents"):
        table.add_column(column)
    for row in speakers[:20]:
        table.add_row(_plain(row["speaker"]), row["kind"], str(row["statements"]), str(row["documents"]))
    screen.print(table)
    if copies:
        held = sum(len(c["documents"]) for c in copies)
        screen.print(f"{held} documents carry {len(copies)} dispatch(es) between them", markup=False)
    for row in skipped:
        screen.print(f"skipped {row['path']}: {row['reason']}", markup=False)
    _next(written, "next: --speaker NAME, --since DATE, --contradictions, or --out DIR")


def _tell_said(
    path: str, said: Sequence[Said], undated: int, written: dict[str, str] | None, json: bool
) -> None:
    if json:
        body = {"ledger": path, "statements": [s.record() for s in said], "undated_left_out": undated}
        print_json("ledger", {**body, "files_written": written})
        return
    table = Table(title=f"{len(said)} statements in order of date", title_justify="left")
    for column in ("date", "who", "what", "how", "where"):
        table.add_column(column, overflow="fold")
    for s in said[:_SHOWN]:
        table.add_row(
            *(
                _plain(cell)
                for cell in (
                    s.day or "no date",
                    s.speaker.name if s.speaker else "not said",
                    s.words(),
                    _how(s),
                    _places(s),
                )
            )
        )
    screen = console()
    screen.print(table)
    if len(said) > _SHOWN:
        screen.print(f"the first {_SHOWN} are shown; --out DIR writes all", markup=False)
    if undated:
        screen.print(
            f"{undated} statement(s) stand in documents without a date and were left out", markup=False
        )
    _next(written, "next: --out DIR to keep these statements")


def _tell_contradictions(
    path: str, found: Sequence[Contradiction], written: dict[str, str] | None, json: bool
) -> None:
    if json:
        print_json(
            "ledger",
            {"ledger": path, "contradictions": [c.record() for c in found], "files_written": written},
        )
        return
    screen = console()
    title = {"speaker": "One quotation, two speakers", "stand": "Asserted in one report, denied in another"}
    for n, c in enumerate(found[:_SHOWN], 1):
        apart = (
            ""
            if not c.days
            else f" ({c.days} days apart: may be a change of mind)"
            if c.kind == "stand"
            else f" ({c.days} days apart)"
        )
        screen.print(f"{n}. {title[c.kind]}{apart}", markup=False)
        for s in (c.one, c.other):
            who = s.speaker.name if s.speaker else "not said"
            screen.print(
                f"   {who}, {s.words('cue')}, {_how(s)}: {' '.join(s.words().split())}", markup=False
            )
            screen.print(f"   {_places(s)}, {s.day or 'no date'}", markup=False)
    if len(found) > _SHOWN:
        screen.print(f"the first {_SHOWN} of {len(found)} are shown; --json prints all", markup=False)
    if not found:
        screen.print(
            "No contradiction was found. Contradictions in other words are not looked for.", markup=False
        )
    if found or written:
        _next(written, "next: look at both places; --out DIR keeps these statements")


def _next(written: dict[str, str] | None, else_: str) -> None:
    console().print(f"written: {', '.join(written.values())}" if written else else_, markup=False)


def _how(s: Said) -> str:
    how = {True: "direct", False: "indirect", "mixed": "mixed"}[s.statement.direct]
    return how if s.statement.polarity == "asserted" else f"{how}, {s.statement.polarity}"


def _places(s: Said) -> str:
    """The first place, and how many more there are."""
    first = s.seats[0].where() + (" (an earlier version)" if s.seats[0].earlier else "")
    if len(s.seats) == 1:
        return first
    others = ", ".join(seat.where() for seat in s.seats[1 : 1 + _OTHERS])
    left = len(s.seats) - 1 - _OTHERS
    return f"{first}; {len(s.seats)} places: also {others}{f' and {left} more' if left > 0 else ''}"


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("[", r"\[")
