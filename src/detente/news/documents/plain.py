"""Plain text: bytes decoded; the characters stay as they are."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from detente.errors import DocumentError
from detente.news.documents.found import Reading, one

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"\x1f\x8b",
    b"MZ\x90",
    b"\xd0\xcf\x11\xe0",
)


def read(data: bytes) -> Reading:
    return one(*decode(data))


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """Text and the name of its encoding: a byte order mark, then what is declared, UTF-8, Windows-1252, a guess.

    Raises `DocumentError` when the bytes are no text. Line ends become ``\\n``.
    """
    if data.startswith(_MAGIC):
        raise DocumentError("the file is not text (its first bytes are those of another format)")
    text, encoding = _decoded(data, declared)
    text = (
        text.removeprefix("\ufeff")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
    )
    strange = sum(
        1 for c in text if (ord(c) < 32 and c not in "\n\t\f\v") or 0xD800 <= ord(c) < 0xE000 or c == "\x7f"
    )
    if strange > max(2, len(text) // 200):
        raise DocumentError("the file is not text (it is full of control characters)")
    mended = _mend(text)
    return (mended, f"{encoding}, decoded twice") if mended is not None else (text, encoding)


def _decoded(data: bytes, declared: str | None) -> tuple[str, str]:
    for mark, name in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(name), name
            except UnicodeDecodeError:
                raise DocumentError(f"the file says it is {name}, but its bytes are not") from None
    for name in [declared] if declared else []:
        try:
            return data.decode(name), codecs.lookup(name).name
        except (LookupError, UnicodeDecodeError, UnicodeError):
            pass
    nul = data.count(0)
    if nul:
        for name, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[0::2])):
            if zeros and zeros.count(0) > 0.6 * len(zeros) and len(data) % 2 == 0:
                try:
                    return data.decode(name), name
                except UnicodeDecodeError:
                    pass
        raise DocumentError("the file is not text (it holds zero bytes)")
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    # English prose in a Western code page has few bytes above 127, most of them quotation marks and dashes
    high = sum(b > 127 for b in data)
    if high <= 0.05 * len(data):
        try:
            return data.decode("cp1252"), "windows-1252"
        except UnicodeDecodeError:
            pass
    best = from_bytes(data[:200_000]).best()
    if best is not None:
        try:
            return data.decode(best.encoding), best.encoding
        except (LookupError, UnicodeDecodeError):
            pass
    raise DocumentError("the encoding of the text is not known; save it as UTF-8")


def _mend(text: str) -> str | None:
    """UTF-8 that was once read as Windows-1252 (``â€œ`` for a quotation mark), put right; None where that is not so."""
    if not re.search("â€[œ\x9d™˜“”\u201d]|Ã[©¨¼¶¤]", text):
        return None
    try:
        raw = b"".join(
            c.encode("cp1252") if c not in "\x81\x8d\x8f\x90\x9d" else bytes([ord(c)]) for c in text
        )
        return raw.decode("utf-8")
    except UnicodeError:
        return None
