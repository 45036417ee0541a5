"""Parsed text as bytes and back: what the steps after parsing read of a token, as compressed JSON.

Vectors and morphology are not kept: nothing after parsing asks for them.
"""

from __future__ import annotations

import functools
import hashlib
import json
import zlib
from collections.abc import Sequence
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from typing import Any

from spacy.tokens import Doc

from detente.errors import QuoteMismatch
from detente.news.parse.model import language_model

Pieces = Sequence[tuple[Doc, int]]
#: Longest parse in bytes before compression: the longest text that is read has about half of it.
_LONGEST = 500_000_000


def to_bytes(pieces: Pieces) -> bytes:
    """``pieces``: parsed paragraphs with their offsets, as `detente.news.parse.parsing.parse` gives them."""
    paragraphs = [
        {
            "at": base,
            "words": [t.text for t in doc],
            "spaces": [int(bool(t.whitespace_)) for t in doc],
            "tags": [t.tag_ for t in doc],
            "pos": [t.pos_ for t in doc],
            "lemmas": [t.lemma_ for t in doc],
            "heads": [t.head.i for t in doc],
            "deps": [t.dep_ for t in doc],
            "starts": [int(bool(t.is_sent_start)) for t in doc],
            "ents": [[e.start, e.end, e.label_] for e in doc.ents],
        }
        for doc, base in pieces
    ]
    return zlib.compress(json.dumps(paragraphs, ensure_ascii=True, separators=(",", ":")).encode())


def from_bytes(body: bytes, document: str) -> list[tuple[Doc, int]]:
    """The parse that `to_bytes` was given. Raises `QuoteMismatch` where ``body`` holds something else."""
    try:
        unpacked = zlib.decompressobj()
        data = unpacked.decompress(body, _LONGEST)
        if not unpacked.eof:
            raise ValueError("longer than any parse")
        return [(_doc(paragraph), int(paragraph["at"])) for paragraph in json.loads(data)]
    except (zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise QuoteMismatch(f"document {document}: its stored parse is damaged ({error})") from None


def _doc(paragraph: dict[str, Any]) -> Doc:
    words = paragraph["words"]
    ents = ["O"] * len(words)
    for first, end, label in paragraph["ents"]:
        ents[first:end] = [f"B-{label}"] + [f"I-{label}"] * (end - first - 1)
    doc = Doc(
        language_model().vocab, words=words, spaces=[bool(s) for s in paragraph["spaces"]], tags=paragraph["tags"],
        pos=paragraph["pos"], lemmas=paragraph["lemmas"], heads=paragraph["heads"], deps=paragraph["deps"], ents=ents,
    )  # fmt: skip
    doc.user_data["base"] = int(paragraph["at"])
    return doc


#: What the parse of a text depends on, and what the rest of reading does.
_PARSING = ("parse", "lists", "documents/cleaning.py", "speakers/names.py")
_READING = (
    "parse",
    "lists",
    "documents/cleaning.py",
    "speakers",
    "attribution",
    "ledger.py",
    "acts",
    "train",
    "documents/copies.py",
    "store/actors.py",
    "store/copies.py",
)


@functools.cache
def parser_mark() -> str:
    """Changes with the programs and lists that parsing depends on: a stored parse with another mark is made again."""
    return _mark(_PARSING)


@functools.cache
def reader_mark() -> str:
    """Changes with the programs and lists that statements and actors depend on."""
    return _mark(_READING)


def _mark(parts: Sequence[str]) -> str:
    digest = hashlib.sha256(version("spacy").encode())
    room = resources.files("detente.news")
    for part in parts:
        for name, file in _files(room.joinpath(part), part):
            digest.update(name.encode() + b"\0" + file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def _files(at: Traversable, name: str) -> list[tuple[str, Traversable]]:
    if at.is_file():
        return [(name, at)]
    if not at.is_dir():
        return []
    found = [
        f
        for inner in at.iterdir()
        if inner.name != "__pycache__"
        for f in _files(inner, f"{name}/{inner.name}")
    ]
    return sorted(found, key=lambda f: f[0])
