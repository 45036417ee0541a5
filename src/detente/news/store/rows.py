"""Statements as rows of the store and back, and the check that a row's words stand in the stored text."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from dataclasses import asdict
from pathlib import Path

from detente.errors import QuoteMismatch
from detente.scenario.statement import Act, Document, Span, Statement, Unclear

_FORM = {True: "direct", False: "indirect", "mixed": "mixed"}
_DIRECT = {form: direct for direct, form in _FORM.items()}
#: Columns of `statement` in the order of `statement_row`.
COLUMNS = (
    "document", "number", "source", "cue", "content", "direct", "polarity", "kind", "speaker",
    "words", "source_words", "cue_words", "line", "act", "act_because", "act_condition", "unclear",
)  # fmt: skip


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def spoken(text: str, spans: tuple[Span, ...]) -> str:
    """The words of the spans, pieces joined by an ellipsis, as `Ledger.words` gives them."""
    return " … ".join(text[a:b] for a, b in spans)


def statement_row(statement: Statement, text: str) -> tuple[object, ...]:
    """The row of one statement under `COLUMNS`."""
    act = statement.act
    return (
        statement.document, int(statement.id.rpartition(":")[2]),
        *(_stored(spans) for spans in (statement.source, statement.cue, statement.content)),
        _FORM[statement.direct], statement.polarity, statement.kind, statement.speaker,
        *(spoken(text, spans) for spans in (statement.content, statement.source, statement.cue)),
        text.count("\n", 0, statement.content[0][0]) + 1,
        *((act.name, _stored(act.because), _stored(act.condition)) if act else (None, None, None)),
        json.dumps(asdict(statement.unclear), ensure_ascii=False) if statement.unclear else None,
    )  # fmt: skip


def _stored(spans: tuple[Span, ...]) -> str:
    return json.dumps(spans, separators=(",", ":"))


def statement_of(row: sqlite3.Row, text: str, about: tuple[str, ...]) -> Statement:
    """The statement of a row. Raises `QuoteMismatch` where its words are not those of its places in ``text``."""
    id = f"{row['document']}:{row['number']}"
    source, cue, content = (_spans(row[part], text, id) for part in ("source", "cue", "content"))
    for spans, part in ((content, "words"), (source, "source_words"), (cue, "cue_words")):
        if spoken(text, spans) != row[part]:
            raise QuoteMismatch(f"statement {id}: its words are not those of the stored document")
    if not content:
        raise QuoteMismatch(f"statement {id}: it has no words")
    act = None
    if row["act"] is not None:
        act = Act(row["act"], *(_spans(row[part], text, id) for part in ("act_because", "act_condition")))
    return Statement(
        id, row["document"], source, cue, content, _DIRECT.get(row["direct"], False), row["polarity"], row["kind"],
        row["speaker"], about, act, unclear=_unclear(row["unclear"]),
    )  # fmt: skip


def _unclear(stored: str | None) -> Unclear | None:
    if stored is None:
        return None
    kept = json.loads(stored)
    return Unclear(tuple((str(id), str(name)) for id, name in kept["candidates"]), str(kept["why"]))


def _spans(stored: str, text: str, id: str) -> tuple[Span, ...]:
    last = 0
    try:
        spans = tuple((int(a), int(b)) for a, b in json.loads(stored))
    except (TypeError, ValueError):
        raise QuoteMismatch(f"statement {id}: its places cannot be read") from None
    for a, b in spans:
        if not last <= a < b <= len(text):
            raise QuoteMismatch(f"statement {id}: its span {a}-{b} is not in the stored document")
        last = b
    return spans


#: What a file says about a document: fields of `Document` that are columns of `place` under the same name.
_TOLD = ("sha256", "encoding", "title", "publisher", "date", "author", "dateline", "url")


def storable(text: str | None) -> str | None:
    """Without half characters, which names of files may hold and a database cannot."""
    return None if text is None else text.encode("utf-8", "backslashreplace").decode()


def stored_path(path: str, ledger: Path) -> str:
    """``path`` as seen from the folder of the ledger, so that both may move together; "-" is standard input."""
    if path == "-":
        return path
    try:
        seen = os.path.relpath(os.path.abspath(path), os.path.dirname(os.path.abspath(ledger)))
    except ValueError:  # on another drive
        seen = os.path.abspath(path)
    return storable(seen.replace(os.sep, "/")) or ""


def place_values(id: str, document: Document, path: str) -> dict[str, object]:
    """The columns of `place` for one document."""
    told = {name: storable(getattr(document, name)) for name in _TOLD}
    origin = json.dumps([[storable(part) for part in pair] for pair in document.origin], ensure_ascii=False)
    return {"document": id, "path": path, "part": storable(document.part) or "", **told, "origin": origin}


def document_of(row: sqlite3.Row) -> Document:
    """The document of a row that joins `document` with a place. Raises `QuoteMismatch` where its text was changed."""
    if text_digest(row["text"]) != row["text_sha256"]:
        raise QuoteMismatch(f"document {row['id']}: its text is not the text that was stored")
    origin = tuple((str(field), str(where)) for field, where in json.loads(row["origin"]))
    told = {name: row[name] for name in _TOLD}
    return Document(row["id"], row["path"], text=row["text"], part=row["part"] or None, origin=origin, **told)
