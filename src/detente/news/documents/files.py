"""Files, folders and standard input turned into `Document` records.

``text`` is what every offset counts in and what is shown. A plain text keeps its characters as they are (line ends become
``\\n``); a format with markup gives the text that its library finds. What is read is bounded: `MAX_CHARACTERS` of text,
and a size of file for each format. A folder is read with its subfolders, in order of name; links inside it are not
followed, and a file in it that cannot be read is reported and skipped.
"""

from __future__ import annotations

import hashlib
import re
import sys
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from detente.errors import DocumentError, Where
from detente.news.documents import docx, html, markdown, pdf, plain
from detente.news.documents.language import english_share, require_english
from detente.scenario.statement import Document

#: Longest text that is read, in characters: about 300,000 words. A news report has five thousand characters.
MAX_CHARACTERS = 2_000_000
_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Format:
    """How one kind of file is read; ``limit`` bounds its size in bytes."""

    read: Callable[[bytes], tuple[str, str, str | None]]  # text, encoding, title
    limit: int


FORMATS = {
    ".txt": Format(plain.read, 2 * MAX_CHARACTERS),
    ".text": Format(plain.read, 2 * MAX_CHARACTERS),
    ".md": Format(markdown.read, 2 * MAX_CHARACTERS),
    ".markdown": Format(markdown.read, 2 * MAX_CHARACTERS),
    ".html": Format(html.read, 10 * _MEGABYTE),
    ".htm": Format(html.read, 10 * _MEGABYTE),
    ".pdf": Format(pdf.read, 50 * _MEGABYTE),
    ".docx": Format(docx.read, 50 * _MEGABYTE),
}


def read_documents(paths: Iterable[str | Path] | str | Path) -> tuple[Document, ...]:
    """The documents at ``paths``: files, folders, ``-`` for standard input. Raises `DocumentError` with one sentence."""
    return gather(paths)[0]


def gather(
    paths: Iterable[str | Path] | str | Path,
) -> tuple[tuple[Document, ...], tuple[tuple[str, str], ...]]:
    """Documents, and what was passed over in folders as (path, reason)."""
    if isinstance(paths, (str, Path)):
        paths = [paths]
    documents: list[Document] = []
    skipped: list[tuple[str, str]] = []
    ids: set[str] = set()
    empty: list[str] = []
    for given in paths:
        if str(given) == "-":
            documents.append(_document("-", _standard_input(), ".txt", ids))
            continue
        path = Path(given)
        try:
            is_folder = path.is_dir()
        except (OSError, ValueError):
            is_folder = False
        if not is_folder:
            documents.append(_file(path, ids))
            continue
        files = inside(path, skipped)
        if not files:
            empty.append(str(path))
        for file in files:
            try:
                documents.append(_file(file, ids))
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


def _file(path: Path, ids: set[str]) -> Document:
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
    return _document(str(path), data, suffix, ids)


def _standard_input() -> bytes:
    stream = getattr(sys.stdin, "buffer", None)
    limit = FORMATS[".txt"].limit + 1
    return stream.read(limit) if stream is not None else sys.stdin.read(limit).encode()


def _document(path: str, data: bytes, suffix: str, ids: set[str]) -> Document:
    where = Where("standard input" if path == "-" else path)
    limit = FORMATS[suffix].limit
    if len(data) > limit:
        raise DocumentError(
            f"the file is larger than {limit // _MEGABYTE} MB, the most that is read of {suffix}", where=where
        )
    if not data.strip():
        raise DocumentError("the file is empty", where=where)
    try:
        text, encoding, title = FORMATS[suffix].read(data)
    except DocumentError as error:
        raise DocumentError(error.problem, where=where, found=error.found, allowed=error.allowed) from None
    if not text.strip():
        raise DocumentError("no text was found in the file", where=where)
    if len(text) > MAX_CHARACTERS:
        found = f"{len(text):,} characters"
        raise DocumentError(
            "the text is too long", where=where, found=found, allowed=f"at most {MAX_CHARACTERS:,} characters"
        )
    require_english(text, where)
    return Document(_slug(path, ids), path, hashlib.sha256(data).hexdigest(), encoding, text, title)


def _slug(path: str, ids: set[str]) -> str:
    """A short name from the file name, letters and digits alone, never one that is taken."""
    stem = "standard-input" if path == "-" else Path(path).stem
    plain_name = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain_name).strip("-")[:60].strip("-") or "document"
    number, unique = 1, slug
    while unique in ids:
        number += 1
        unique = f"{slug}-{number}"
    ids.add(unique)
    return unique


__all__ = ["FORMATS", "MAX_CHARACTERS", "english_share", "gather", "read_documents"]
