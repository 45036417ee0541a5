"""From files to the ledger: who said what, with its place in the text; and the ledger as records, CSV and JSON lines."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from detente.errors import DocumentError, QuoteMismatch, Where
from detente.news import several
from detente.news.acts import with_acts
from detente.news.attribution.document import Attribution, Chooser, attributions
from detente.news.documents.cleaning import Cleaned, clean
from detente.news.documents.copies import groups, merged
from detente.news.documents.files import gather, require_at_once
from detente.news.speakers.registry import Registry
from detente.news.speakers.resolve import Reader
from detente.news.speakers.unfamiliar import Unfamiliar
from detente.scenario.statement import Document, Ledger, Span, Statement


def read(
    paths: Iterable[str | Path] | str | Path,
    chooser: Chooser | None = None,
    *,
    text_column: str | None = None,
    keep_copies: bool = False,
    workers: int | None = 1,
) -> Ledger:
    """The ledger of the documents at ``paths``. Raises `DocumentError` for input that cannot be read.

    ``chooser``: a trained reader (`detente.news.train.load_reader`) in the place of the rules alone. ``text_column``: the
    column of a table that holds the texts. ``keep_copies``: a statement of each copy of a dispatch, not one with its places.
    ``workers``: processes that parse; None takes two for much text (see `detente.news.several`). The ledger is the same.
    """
    documents, skipped = gather(paths, text_column)
    require_at_once(documents)
    return read_ledger(documents, skipped, chooser, keep_copies=keep_copies, workers=workers)


def read_ledger(
    documents: Sequence[Document],
    skipped: tuple[tuple[str, str], ...] = (),
    chooser: Chooser | None = None,
    *,
    keep_copies: bool = False,
    workers: int | None = 1,
) -> Ledger:
    """The ledger of documents already read. Same documents, same ledger. The other arguments: see `read`."""
    registry = Registry()
    unfamiliar = Unfamiliar(registry)
    work: list[tuple[Document, Cleaned, Reader, list[Attribution]]] = []
    for document, pieces in zip(
        documents, several.pieces(documents, several.processes(documents, workers)), strict=True
    ):
        cleaned = clean(document.text)
        reader = Reader(document.id, cleaned.text, pieces, registry)
        reader.listed(unfamiliar)
        work.append((document, cleaned, reader, attributions(cleaned.text, pieces, chooser)))
    for _, _, reader, _ in work:
        reader.persons(unfamiliar)
    unfamiliar.decide()
    for _, _, reader, _ in work:
        reader.names(unfamiliar)
    statements: list[Statement] = []
    for document, cleaned, reader, found in work:
        spoken = with_speakers(unattributed(document, cleaned, found), reader, found)
        statements += with_acts(spoken, cleaned, reader, found)
        for actor, start, end, _ in reader.chars():
            registry[actor].spans[(document.id, *cleaned.back(start, end))] = None
    ledger = Ledger(tuple(documents), tuple(statements), registry.actors(), skipped, groups(documents))
    if not keep_copies:
        ledger = merged(ledger)
    verify(ledger)
    return ledger


def unattributed(document: Document, cleaned: Cleaned, found: Sequence[Attribution]) -> list[Statement]:
    """What one document says by itself: its statements, numbered from 1, before anybody is known by name."""
    return [
        Statement(
            f"{document.id}:{number}", document.id,
            _back(cleaned, attribution.source), _back(cleaned, attribution.cue), _back(cleaned, attribution.content),
            attribution.direct, attribution.polarity, attribution.kind, None,
        )
        for number, attribution in enumerate(found, 1)
    ]  # fmt: skip


def with_speakers(
    statements: Sequence[Statement], reader: Reader, found: Sequence[Attribution]
) -> list[Statement]:
    """The same statements with speakers and those spoken of. The last step of ``reader``, see `Reader`."""
    reader.others(found)
    speakers = [reader.speaker(attribution.speaker) for attribution in found]
    return [
        replace(
            statement,
            speaker=speaker,
            about=reader.about(attribution.content, speaker),
            unclear=reader.unclear(attribution.speaker),
        )
        for statement, attribution, speaker in zip(statements, found, speakers, strict=True)
    ]


def _back(cleaned: Cleaned, spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(cleaned.back(a, b) for a, b in spans)


def verify(ledger: Ledger) -> None:
    """Every span lies in its document, in order, and holds a word or a mark. Raises `QuoteMismatch` otherwise."""
    texts = {d.id: d.text for d in ledger.documents}
    for s in ledger.statements:
        of_act = (s.act.because, s.act.condition) if s.act else ()
        for spans in (s.source, s.cue, s.content, *of_act):
            last = 0
            for a, b in spans:
                if not (last <= a < b <= len(texts[s.document])) or not texts[s.document][a:b].strip():
                    raise QuoteMismatch(f"statement {s.id}: its span {a}-{b} is not in the stored document")
                last = b
    for s in ledger.statements:
        for place in s.also:
            if place.document not in texts or place.document == s.document:
                raise QuoteMismatch(f"statement {s.id}: one of its places is in no other document")
            for a, b in (*place.source, *place.cue, *place.content):
                if not 0 <= a < b <= len(texts[place.document]):
                    raise QuoteMismatch(f"statement {s.id}: its place at {a}-{b} is not in {place.document}")
    for actor in ledger.actors:
        for document, a, b in actor.spans:
            if not 0 <= a < b <= len(texts[document]):
                raise QuoteMismatch(f"actor {actor.id}: a mention at {a}-{b} is not in the stored document")


def ledger_record(ledger: Ledger) -> dict[str, object]:
    """The ledger in the shape of the machine-readable face: documents, statements, actors."""
    return {
        "documents": [
            {
                "id": d.id, "path": d.path, "part": d.part, "sha256": d.sha256, "encoding": d.encoding, "title": d.title,
                "publisher": d.publisher, "date": d.date, "author": d.author, "dateline": d.dateline, "url": d.url,
                "origin": dict(d.origin), "text": d.text,
            }
            for d in ledger.documents
        ],
        "statements": statement_records(ledger),
        "actors": [
            {
                "id": a.id, "name": a.name, "kind": a.kind, "mentions": a.mentions, "names": list(a.names),
                "member_of": list(a.member_of), "roles": list(a.roles), "spans": [list(s) for s in a.spans],
            }
            for a in ledger.actors
        ],
        "skipped": [{"path": path, "reason": reason} for path, reason in ledger.skipped],
        "copies": [{"documents": list(c.documents), "same": c.same, "shared": c.shared} for c in ledger.copies],
    }  # fmt: skip


def statement_records(ledger: Ledger) -> list[dict[str, object]]:
    actors = {a.id: a for a in ledger.actors}
    records = []
    for s in ledger.statements:
        speaker = actors.get(s.speaker) if s.speaker else None
        records.append(
            {
                "id": s.id,
                "document": s.document,
                "source": [list(x) for x in s.source],
                "cue": [list(x) for x in s.cue],
                "content": [list(x) for x in s.content],
                "direct": s.direct,
                "polarity": s.polarity,
                "kind": s.kind,
                "speaker": {"id": speaker.id, "name": speaker.name, "kind": speaker.kind}
                if speaker
                else None,
                "about": list(s.about),
                "also": [
                    {
                        "document": place.document,
                        "source": [list(x) for x in place.source],
                        "cue": [list(x) for x in place.cue],
                        "content": [list(x) for x in place.content],
                    }
                    for place in s.also
                ],
                "act": {
                    "name": s.act.name,
                    "because": [list(x) for x in s.act.because],
                    "condition": [list(x) for x in s.act.condition],
                }
                if s.act
                else None,
                "speaker_unclear": {
                    "candidates": [{"id": id, "name": name} for id, name in s.unclear.candidates],
                    "why": s.unclear.why,
                }
                if s.unclear
                else None,
            }
        )
    return records


COLUMNS = (
    "Statement", "Speaker", "Speaker is", "Statement words", "Source words", "Cue", "Quotation", "Polarity", "Kind", "About",
    "Document", "File", "Line", "Start", "End", "Source spans", "Cue spans", "Content spans", "Act", "Act words", "Condition",
    "Speaker may be", "Why unclear",
    "Title", "Publisher", "Date", "Author", "Dateline", "Part of file", "Places", "Also in",
)  # fmt: skip
_FORM = {True: "direct", False: "indirect", "mixed": "mixed"}


def ledger_rows(ledger: Ledger) -> list[tuple[str, ...]]:
    """One row a statement under `COLUMNS`. Start and end bound the content; the line counts from 1."""
    actors = {a.id: a for a in ledger.actors}
    documents = {d.id: d for d in ledger.documents}
    rows = []
    for s in ledger.statements:
        document = documents[s.document]
        speaker = actors.get(s.speaker) if s.speaker else None
        start, end = s.content[0][0], s.content[-1][1]
        rows.append(
            (
                s.id, speaker.name if speaker else "", speaker.kind if speaker else "",
                *(_one_line(ledger.words(s.document, spans)) for spans in (s.content, s.source, s.cue)),
                _FORM[s.direct], s.polarity, s.kind, "; ".join(actors[a].name for a in s.about),
                document.id, document.path, str(document.text.count("\n", 0, start) + 1), str(start), str(end),
                *("; ".join(f"{a}-{b}" for a, b in spans) for spans in (s.source, s.cue, s.content)),
                s.act.name if s.act else "",
                *(_one_line(ledger.words(s.document, spans)) for spans in ((s.act.because, s.act.condition) if s.act else ((), ()))),
                "; ".join(name for _, name in s.unclear.candidates) if s.unclear else "",
                s.unclear.why if s.unclear else "",
                *(told or "" for told in (document.title, document.publisher, document.date, document.author, document.dateline)),
                document.part or "", str(1 + len(s.also)),
                "; ".join(f"{p.document}:{p.content[0][0]}-{p.content[-1][1]}" for p in s.also),
            )
        )  # fmt: skip
    return rows


def _one_line(words: str) -> str:
    return re.sub(r"\s+", " ", words)


def safe_cell(value: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    return "'" + value if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def write_ledger(ledger: Ledger, directory: str | Path) -> dict[str, str]:
    """Writes ``ledger.csv`` (UTF-8 with a mark, for spreadsheets) and ``ledger.jsonl``; each appears whole or not at all.

    Returns {name: path}. Raises `DocumentError` when the folder cannot be written.
    """
    folder = Path(directory)
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(cell) for cell in row] for row in ledger_rows(ledger))
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in statement_records(ledger))
    files = {"ledger.csv": "\ufeff" + table.getvalue(), "ledger.jsonl": lines}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _write_whole(folder / name, content.encode("utf-8", "surrogatepass"))
    except OSError as error:
        raise DocumentError(
            f"the ledger cannot be written ({error.strerror})", where=Where(str(folder))
        ) from None
    return {name: str(folder / name) for name in files}


def _write_whole(path: Path, data: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
