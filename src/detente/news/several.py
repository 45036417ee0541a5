"""Several documents parsed, here or in processes of their own. The answers do not depend on how many there are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from detente.news.documents.cleaning import clean
from detente.news.parse.parsing import parse
from detente.news.processes import in_order
from detente.scenario.statement import Document

#: Characters of text from which on two processes are sooner done than one, with their start (about 180 articles).
MUCH = 1_000_000


def processes(documents: Sequence[Document], asked: int | None) -> int:
    """How many processes parse: as many as ``asked`` for; by default two for much text where there are two cores."""
    if asked is not None:
        return max(1, min(asked, len(documents)))
    enough = sum(len(d.text) for d in documents) > MUCH and len(documents) > 2
    return min(2, os.cpu_count() or 1) if enough else 1


def pieces(documents: Sequence[Document], workers: int) -> Iterator[list[tuple[Doc, int]]]:
    """The parsed paragraphs of each document, in order, as `parse` gives them."""
    if workers <= 1:
        for document in documents:
            yield parse(clean(document.text).text)
        return
    from detente.news.store.parsed import from_bytes

    for _, document, body in in_order(_parsed, ((d.id, d) for d in documents), workers):
        yield from_bytes(body, document.id)


def _parsed(document: Document) -> bytes:
    from detente.news.store.parsed import to_bytes

    return to_bytes(parse(clean(document.text).text))
