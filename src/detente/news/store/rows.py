"""Statements as rows of the store and back, and the check that a row's words stand in the stored text."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import fields

from detente.errors import QuoteMismatch
from detente.scenario.statement import Document, Span, Statement

_FORM = {True: "direct", False: "indirect", "mixed": "mixed"}
_DIRECT = {form: direct for direct, form in _FORM.items()}
#: Columns of `statement` in the order of `statement_row`.
COLUMNS = (
    "document", "number", "source", "cue", "content", "direct", "polarity", "kind", "speaker",
    "words", "source_words", "cue_words", "line",
)  # fmt: skip


def text_digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def spoken(text: str, spans: tuple[Span, ...]) -> str:
    """The words of the spans, pieces joined by an ellipsis, as `Ledger.words` gives them."""
    return " … ".join(text[a:b] for a, b in spans)


def statement_row(statement: Statement, text: str) -> tuple[object, ...]:
    """The row of one statement under `COLUMNS`."""
    return (
        statement.document, int(statement.id.rpartition(":")[2]),
        *(json.dumps(spans, separators=(",", ":")) for spans in (statement.source, statement.cue, statement.content)),
        _FORM[statement.direct], statement.polarity, statement.kind, statement.speaker,
        *(spoken(text, spans) for spans in (statement.content, statement.source, statement.cue)),
        text.count("\n", 0, statement.content[0][0]) + 1,
    )  # fmt: skip


def statement_of(row: sqlite3.Row, text: str, about: tuple[str, ...]) -> Statement:
    """The statement of a row. Raises `QuoteMismatch` where its words are not those of its places in ``text``."""
    id = f"{row['document']}:{row['number']}"
    source, cue, content = (_spans(row[part], text, id) for part in ("source", "cue", "content"))
    for spans, part in ((content, "words"), (source, "source_words"), (cue, "cue_words")):
        if spoken(text, spans) != row[part]:
            raise QuoteMismatch(f"statement {id}: its words are not those of the stored document")
    if not content:
        raise QuoteMismatch(f"statement {id}: it has no words")
    return Statement(
        id, row["document"], source, cue, content, _DIRECT.get(row["direct"], False), row["polarity"], row["kind"],
        row["speaker"], about,
    )  # fmt: skip


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


def document_of(row: sqlite3.Row) -> Document:
    """The document of a row that joins `document` with a place. Raises `QuoteMismatch` where its text was changed."""
    if text_digest(row["text"]) != row["text_sha256"]:
        raise QuoteMismatch(f"document {row['id']}: its text is not the text that was stored")
    known = set(row.keys())
    values = {f.name: row[f.name] for f in fields(Document) if f.name in known}
    return Document(**values)
