"""Exports of news databases: a table (CSV, TSV) or JSON lines with a column of texts; each row is a document.

Columns are known by their names ("Full text", "Headline", "Publication date"); the column of texts may be named by the caller.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from detente.errors import DocumentError
from detente.news.documents.about import About
from detente.news.documents.found import Found, Reading
from detente.news.documents.html import visible
from detente.news.documents.plain import decode

MAX_ROWS = 20_000
MAX_COLUMNS = 500
MAX_CELL = 2_000_000  # characters
#: Names of columns, the better known first; letters and digits alone are compared.
TEXTS = ("text", "fulltext", "body", "bodytext", "articletext", "articlebody", "articlefulltext", "content", "article",
         "storytext", "story", "maintext", "plaintext", "documenttext", "transcript")  # fmt: skip
_FIELDS = {
    "title": ("title", "headline", "documenttitle", "articletitle", "subject"),
    "publisher": ("publisher", "publication", "publicationtitle", "publicationname", "pubtitle", "source", "sourcename",
                  "newspaper", "outlet", "medianame", "media", "journal", "site", "sitename", "domain"),
    "date": ("date", "publicationdate", "publisheddate", "datepublished", "published", "publishedat", "pubdate", "publishdate",
             "startdate", "loaddate", "datetime", "seendate"),
    "author": ("author", "authors", "byline", "creator", "writer", "journalist"),
    "dateline": ("dateline",),
    "url": ("url", "link", "articleurl", "documenturl", "weburl", "permalink"),
}  # fmt: skip
_DELIMITERS = ",;\t|"


def read(data: bytes, text_column: str | None = None) -> Reading:
    """Every row of a CSV or TSV file whose cell of text is not empty ("row 1" is the first under the head).

    Raises `DocumentError` if there is no column of texts, if two could be it, or beyond a bound.
    """
    text, encoding = decode(data)
    head, rows = _table(text)
    return _documents(head, rows, encoding, text_column)


def read_lines(data: bytes, text_column: str | None = None) -> Reading:
    """The same of JSON lines: one object a line."""
    text, encoding = decode(data)
    objects: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if len(objects) >= MAX_ROWS:
            raise DocumentError("the file has too many rows", allowed=f"at most {MAX_ROWS:,}")
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise DocumentError(f"line {number} is not JSON", allowed="one JSON object a line") from None
        if not isinstance(row, dict):
            raise DocumentError(f"line {number} is not a JSON object", allowed="one JSON object a line")
        objects.append((number, row))
    head = list(dict.fromkeys(key for _, row in objects for key in row))
    if len(head) > MAX_COLUMNS:
        raise DocumentError(
            "the file has too many columns", found=len(head), allowed=f"at most {MAX_COLUMNS}"
        )
    rows = ((f"line {n}", [_cell(row.get(key)) for key in head]) for n, row in objects)
    return _documents(head, rows, encoding, text_column)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(v for v in value[:20] if isinstance(v, str))
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _table(text: str) -> tuple[list[str], Iterator[tuple[str, list[str]]]]:
    text = re.sub(
        r"\A(?:sep=(.)\n)?\n*", "", text, count=1
    )  # the mark of a spreadsheet, and blank lines above the head
    first = text.split("\n", 1)[0][:100_000]
    # the sign that gives the most known names to the head; else the one that gives the most columns
    delimiter = max(_DELIMITERS, key=lambda sign: (_known_names(first, sign), first.count(sign)))
    rows = _rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    head = next(rows, ("", []))[1]
    if len(head) > MAX_COLUMNS:
        raise DocumentError(
            "the table has too many columns", found=len(head), allowed=f"at most {MAX_COLUMNS}"
        )
    return head, rows


def _known_names(line: str, sign: str) -> int:
    names = {name for known in (TEXTS, *_FIELDS.values()) for name in known}
    return sum(_key(cell) in names for cell in line.split(sign))


def _rows(reader: Any) -> Iterator[tuple[str, list[str]]]:
    # the bound is the csv module's, for all readers: it is set for each step and put back
    number = blank = 0
    while True:
        old = csv.field_size_limit(MAX_CELL)
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise DocumentError(f"row {number} cannot be read ({error})") from None
        finally:
            csv.field_size_limit(old)
        if row is None:
            return
        if number > MAX_ROWS:
            raise DocumentError("the table has too many rows", allowed=f"at most {MAX_ROWS:,}")
        if row:
            yield f"row {number}", row
            number += 1
        elif (blank := blank + 1) > 10 * MAX_ROWS:
            raise DocumentError("the table has too many blank lines", allowed=f"at most {10 * MAX_ROWS:,}")


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name[:200].lower())


def _documents(
    head: Sequence[str], rows: Iterator[tuple[str, list[str]]], encoding: str, text_column: str | None
) -> Reading:
    keys = [_key(name) for name in head]
    column = _text_column(head, keys, text_column)
    places = {
        field: [keys.index(name) for name in names if name in keys and keys.index(name) != column]
        for field, names in _FIELDS.items()
    }
    found: list[Found] = []
    unread: list[tuple[str, str]] = []
    for part, row in rows:
        text = row[column] if column < len(row) else ""
        if re.search(r"</?(?:p|div|br|span|a|b|i|h\d)\b[^<>]{0,300}>", text, re.I):
            text = visible(text)
        if not text.strip():
            unread.append((part, "the cell of text is empty"))
            continue
        about = About()
        for field, indices in places.items():
            for index in indices:
                if index < len(row):
                    about = about.told(field, row[index], f"column {head[index].strip()[:80]}")
        found.append(Found(text, f"table, {encoding}", about, part))
    if not found:
        raise DocumentError("the table has no rows with text")
    return Reading(tuple(found), tuple(unread))


def _text_column(head: Sequence[str], keys: list[str], given: str | None) -> int:
    names = [name.strip()[:80] for name in head]
    if given is not None:
        match: list[Callable[[int], bool]] = [
            lambda i: names[i] == given.strip(),
            lambda i: keys[i] == _key(given),
        ]
        for test in match:
            hits = [i for i in range(len(names)) if test(i)]
            if len(hits) == 1:
                return hits[0]
            if hits:
                raise DocumentError("several columns have the name of the column of text", found=given)
        raise DocumentError(
            "the table has no column of that name", found=given, allowed=names[:40] or "a head row"
        )
    for name in TEXTS:
        if keys.count(name) == 1:
            return keys.index(name)
        if name in keys:
            raise DocumentError(
                "several columns could be the column of text",
                found=name,
                allowed="name it with --text-column",
            )
    shown = ", ".join(names[:12])
    raise DocumentError(
        "no column of text was found in the table: its head should name one, or name it with --text-column",
        found=shown[:180],
        allowed="text, body, content, article, full text",
    )
