"""Annotated documents: one JSON object a line, with the text and its attributions as spans.

    {"id": "...", "text": "...", "attributions": [{"source": [[0, 8]], "cue": [[9, 13]], "content": [[14, 40]]}]}

Spans count code points of ``text``, end exclusive; a role may be empty or absent, but a cue and a content are needed for an
attribution to be learnt from. This is the form in which PolNeAR (Newell, Margolin and Ruths, LREC 2018) can be written.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.errors import DataError, Where

Span = tuple[int, int]

#: More than this, unpacked, is refused: a corpus of a thousand articles has about ten million characters.
MAX_BYTES = 400_000_000
#: Longest text of one document, in code points.
MAX_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Relation:
    """One annotated attribution; each role is a tuple of spans, possibly empty."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]


@dataclass(frozen=True)
class Annotated:
    """One annotated document."""

    id: str
    text: str
    relations: tuple[Relation, ...]


def read_corpus(path: str | Path) -> tuple[tuple[Annotated, ...], str]:
    """The documents of a ``.jsonl`` or ``.jsonl.gz`` file, and its sha256. Raises `DataError` with the line of what is wrong."""
    path = Path(path)
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as problem:
        raise DataError(
            f"the corpus cannot be read: {problem.strerror or problem}", where=Where(str(path))
        ) from None
    if raw is None:
        raise DataError("the corpus is too large", where=Where(str(path)), allowed=f"{MAX_BYTES:,} bytes")
    documents: list[Annotated] = []
    seen: set[str] = set()
    for number, line in enumerate(_lines(raw, path), 1):
        if line.strip():
            document = _document(line, Where(str(path), number))
            if document.id in seen:
                raise DataError(
                    "two documents have one id", where=Where(str(path), number, "id"), found=document.id
                )
            seen.add(document.id)
            documents.append(document)
    if not documents:
        raise DataError("the corpus holds no document", where=Where(str(path)))
    return tuple(documents), hashlib.sha256(raw).hexdigest()


def _lines(raw: bytes, path: Path) -> Iterator[str]:
    stream = gzip.GzipFile(fileobj=io.BytesIO(raw)) if raw[:2] == b"\x1f\x8b" else io.BytesIO(raw)
    taken = 0
    try:
        while line := stream.readline(MAX_BYTES - taken + 1):
            taken += len(line)
            if taken > MAX_BYTES:
                raise DataError(
                    "the corpus is too large unpacked", where=Where(str(path)), allowed=f"{MAX_BYTES:,} bytes"
                )
            yield line.decode("utf-8")
    except (OSError, EOFError, zlib.error) as problem:
        raise DataError(f"the corpus cannot be unpacked: {problem}", where=Where(str(path))) from None
    except UnicodeDecodeError:
        raise DataError("the corpus is not UTF-8", where=Where(str(path))) from None


def _document(line: str, where: Where) -> Annotated:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise DataError("a line is not JSON", where=where, found=line[:60]) from None
    if not isinstance(record, dict):
        raise DataError("a line must be a JSON object", where=where, found=line[:60])
    for field, kind, name in (
        ("id", str, "a string"),
        ("text", str, "a string"),
        ("attributions", list, "a list"),
    ):
        if not isinstance(record.get(field), kind):
            raise DataError(f"{field!r} must be {name}", where=where.at(field), found=record.get(field))
    text = record["text"]
    if len(text) > MAX_CHARACTERS:
        raise DataError(
            "a text is too long", where=where.at("text"), allowed=f"{MAX_CHARACTERS:,} characters"
        )
    relations = tuple(
        _relation(item, len(text), where, f"attributions[{n}]")
        for n, item in enumerate(record["attributions"])
    )
    return Annotated(record["id"], text, relations)


def _relation(item: Any, length: int, where: Where, field: str) -> Relation:
    if not isinstance(item, dict):
        raise DataError("an attribution must be an object", where=where.at(field), found=item)
    return Relation(
        *(
            _spans(item.get(role), length, where.at(f"{field}.{role}"))
            for role in ("source", "cue", "content")
        )
    )


def _spans(value: Any, length: int, where: Where) -> tuple[Span, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise DataError("a role must be a list of [start, end)", where=where, found=value)
    for span in value:
        if (
            not isinstance(span, list)
            or len(span) != 2
            or not all(type(x) is int for x in span)
            or not 0 <= span[0] < span[1] <= length
        ):
            raise DataError(
                "a span must be [start, end) inside the text",
                where=where,
                found=span,
                allowed=f"0 to {length}",
            )
    return tuple((a, b) for a, b in value)
