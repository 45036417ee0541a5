"""Files, folders and standard input turned into `Document` records.

``text`` is what every offset counts in and what is shown. A plain text keeps its characters as they are (line ends become
``\\n``); a format with markup gives the text that its library finds. What is read is bounded: `MAX_CHARACTERS` of text,
and a size of file for each format; foreign parsers run in a process apart (`apart`). A file that holds several texts
(a feed, a table) gives a document for each. A folder is read with its subfolders, in order of name; links inside it are not
followed, and a file in it that cannot be read is reported and skipped.
"""

from __future__ import annotations

import functools
import hashlib
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detente.errors import DocumentError, Where
from detente.news.documents import apart, dateline, export, markdown, plain
from detente.news.documents.about import About
from detente.news.documents.found import Found, Reading
from detente.news.documents.language import english_share, require_english
from detente.scenario.statement import Document

#: Longest text that is read, in characters: about 150,000 words. A news report has five thousand characters. Reading takes
#: about 450 bytes of memory a character.
MAX_CHARACTERS = 1_000_000
#: Most characters in all documents of one file that are read with all of them in memory.
AT_ONCE = 1_500_000
_MEGABYTE = 1_000_000
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Format:
    """How one kind of file is read; ``limit`` bounds its size in bytes."""

    read: Callable[..., Reading]
    limit: int
    table: bool = False  # has a column of texts


def _rich(name: str) -> Callable[[bytes], Reading]:
    return functools.partial(apart.read, name)


FORMATS = {
    ".txt": Format(plain.read, 4 * MAX_CHARACTERS),
    ".text": Format(plain.read, 4 * MAX_CHARACTERS),
    ".md": Format(markdown.read, 4 * MAX_CHARACTERS),
    ".markdown": Format(markdown.read, 4 * MAX_CHARACTERS),
    ".html": Format(_rich("html"), 10 * _MEGABYTE),
    ".htm": Format(_rich("html"), 10 * _MEGABYTE),
    ".pdf": Format(_rich("pdf"), 50 * _MEGABYTE),
    ".docx": Format(_rich("docx"), 50 * _MEGABYTE),
    ".eml": Format(_rich("eml"), 50 * _MEGABYTE),
    ".rss": Format(_rich("feed"), 20 * _MEGABYTE),
    ".atom": Format(_rich("feed"), 20 * _MEGABYTE),
    ".xml": Format(_rich("feed"), 20 * _MEGABYTE),
    ".csv": Format(export.read, 50 * _MEGABYTE, table=True),
    ".tsv": Format(export.read, 50 * _MEGABYTE, table=True),
    ".jsonl": Format(export.read_lines, 50 * _MEGABYTE, table=True),
    ".ndjson": Format(export.read_lines, 50 * _MEGABYTE, table=True),
}


def read_documents(
    paths: Iterable[str | Path] | str | Path, text_column: str | None = None
) -> tuple[Document, ...]:
    """The documents at ``paths``: files, folders, ``-`` for standard input. Raises `DocumentError` with one sentence.

    ``text_column``: which column of a table holds the texts, where its name does not say so.
    """
    return gather(paths, text_column)[0]


def gather(
    paths: Iterable[str | Path] | str | Path, text_column: str | None = None
) -> tuple[tuple[Document, ...], tuple[tuple[str, str], ...]]:
    """Documents, and what was passed over as (path, reason): files in folders, and parts of files."""
    if isinstance(paths, (str, Path)):
        paths = [paths]
    documents: list[Document] = []
    skipped: list[tuple[str, str]] = []
    ids: set[str] = set()
    empty: list[str] = []
    for given in paths:
        if str(given) == "-":
            documents += _documents("-", _standard_input(), ".txt", ids, skipped, None)
            continue
        path = Path(given)
        try:
            is_folder = path.is_dir()
        except (OSError, ValueError):
            is_folder = False
        if not is_folder:
            documents += _file(path, ids, skipped, text_column)
            continue
        files = inside(path, skipped)
        if not files:
            empty.append(str(path))
        for file in files:
            try:
                documents += _file(file, ids, skipped, text_column)
            except DocumentError as error:
                skipped.append((str(file), error.problem))
    if not documents:
        if skipped:
            path, reason = skipped[0]
            raise DocumentError(
                f"no file in the folder could be read; the first: {reason}", where=Where(path)
            )
        where = Where(empty[0]) if empty else None
        raise DocumentError("there is nothing to read", where=where, allowed=sorted(FORMATS))
    return tuple(documents), tuple(skipped)


def require_at_once(documents: Sequence[Document]) -> None:
    """Raises `DocumentError` where one file has more text than fits into memory once it is parsed: a large table or feed."""
    sizes: Counter[str] = Counter()
    for document in documents:
        sizes[document.path] += len(document.text)
    for path, size in sizes.items():
        if size > AT_ONCE:
            raise DocumentError(
                "the file has more text than is read at once; add it to a ledger file, which takes one document after another: "
                "detente read FILE --into LEDGER.sqlite",
                where=Where("standard input" if path == "-" else path),
                found=f"{size:,} characters",
                allowed=f"at most {AT_ONCE:,} characters",
            )


def inside(folder: Path, skipped: list[tuple[str, str]]) -> Sequence[Path]:
    """The readable files of a folder in order of name; hidden ones, links and other formats are left out."""
    files = []
    for path in sorted(folder.rglob("*")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts) or path.is_dir():
            continue
        if path.is_symlink():
            skipped.append((str(path), "a link inside a folder is not followed"))
        elif path.suffix.lower() in FORMATS and path.is_file():
            files.append(path)
    return files


def _file(
    path: Path, ids: set[str], skipped: list[tuple[str, str]], text_column: str | None
) -> list[Document]:
    where = Where(str(path))
    suffix = path.suffix.lower()
    try:
        if not path.exists():
            raise DocumentError("there is no such file", where=where)
        if not path.is_file():
            raise DocumentError("this is neither a file nor a folder", where=where)
        if suffix not in FORMATS:
            raise DocumentError(
                "this format is not read", where=where, found=suffix or "no ending", allowed=sorted(FORMATS)
            )
        limit = FORMATS[suffix].limit
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError(f"the file cannot be opened ({reason})", where=where) from None
    return _documents(str(path), data, suffix, ids, skipped, text_column)


def _standard_input() -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    limit = FORMATS[".txt"].limit + 1
    return stream.read(limit) if stream is not None else sys.stdin.read(limit).encode()


def _documents(
    path: str,
    data: bytes,
    suffix: str,
    ids: set[str],
    skipped: list[tuple[str, str]],
    text_column: str | None,
) -> list[Document]:
    """The documents of one file. A part that cannot be read is skipped, unless nothing else is there."""
    where = Where("standard input" if path == "-" else path)
    form = FORMATS[suffix]
    if len(data) > form.limit:
        raise DocumentError(
            f"the file is larger than {form.limit // _MEGABYTE} MB, the most that is read of {suffix}",
            where=where,
        )
    if not data.strip():
        raise DocumentError("the file is empty", where=where)
    try:
        reading = form.read(data, text_column) if form.table else form.read(data)
    except DocumentError as error:
        raise DocumentError(error.problem, where=where, found=error.found, allowed=error.allowed) from None
    sha256 = hashlib.sha256(data).hexdigest()
    good: list[Found] = []
    refused: list[DocumentError] = []
    unread = [(f"{where.file}, {part}", reason) for part, reason in reading.unread]
    for each in reading.found:
        # half of a pair, which escapes can write and no file can hold, is shown as what it is: not a character
        found = replace(each, text=_HALF.sub("\ufffd", each.text))
        try:
            _require_text(found, where)
            good.append(found)
        except DocumentError as error:
            refused.append(error)
            unread.append((f"{where.file}, {found.part}", error.problem))
    if not good:
        raise refused[0] if refused else DocumentError("no text was found in the file", where=where)
    skipped += unread
    names = _names(path, [found.part for found in good], ids)
    return [_document(name, path, sha256, found) for name, found in zip(names, good, strict=True)]


def _require_text(found: Found, where: Where) -> None:
    if found.part is not None:
        where = where.at(field=found.part)
    if not found.text.strip():
        raise DocumentError("no text was found in the file", where=where)
    if len(found.text) > MAX_CHARACTERS:
        size = f"{len(found.text):,} characters"
        raise DocumentError(
            "the text is too long", where=where, found=size, allowed=f"at most {MAX_CHARACTERS:,} characters"
        )
    require_english(found.text, where)


def _document(id: str, path: str, sha256: str, found: Found) -> Document:
    about: About = found.about.filled(dateline.from_text(found.text))
    return Document(
        id, path, sha256, found.encoding, found.text, about.title, about.publisher, about.date, about.author,
        about.dateline, about.url, found.part, tuple(sorted(about.origin.items())),
    )  # fmt: skip


def _names(path: str, parts: Sequence[str | None], ids: set[str]) -> list[str]:
    """Short names from the file name, letters and digits alone, never one that is taken.

    Parts go by the file's name and their number: the fourth row of ``wires.csv`` is ``wires-4``.
    """
    stem = "standard-input" if path == "-" else Path(path).stem
    plain_name = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain_name).strip("-")[:60].strip("-") or "document"
    number, unique = 1, slug
    while True:
        names = [f"{unique}-{part.split()[-1]}" if part is not None else unique for part in parts]
        if not ids.intersection((unique, *names)):
            ids.update((unique, *names))
            return names
        number += 1
        unique = f"{slug}-{number}"


__all__ = ["FORMATS", "MAX_CHARACTERS", "english_share", "gather", "read_documents", "require_at_once"]
