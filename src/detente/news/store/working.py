"""Texts parsed for the ledger's file, here or in processes of their own (`detente.news.processes`), in the order given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from detente.news import processes
from detente.news.attribution.document import attributions
from detente.news.documents.cleaning import clean
from detente.news.ledger import unattributed
from detente.news.parse.parsing import parse
from detente.news.store.parsed import to_bytes
from detente.scenario.statement import Document, Statement

Key = TypeVar("Key")

#: What a rule that is wrong about one text raises. Nothing else is passed over: a full disk ends the run.
FAILURES = (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Parsed:
    """What one document says by itself, speakers open, and its parse for later."""

    statements: list[Statement]
    body: bytes


def parsed(document: Document) -> Parsed | str:
    """One document read, or why it cannot be: one bad text must not end a run over many."""
    try:
        cleaned = clean(document.text)
        pieces = parse(cleaned.text)
        body = to_bytes(pieces)
        return Parsed(unattributed(document, cleaned, attributions(cleaned.text, pieces)), body)
    except FAILURES as error:
        return failed(error)


def failed(error: BaseException) -> str:
    """Why a text could not be read, for the list of what was passed over."""
    return f"the reader failed on this text ({type(error).__name__}: {error})"[:300]


def in_order(
    jobs: Iterator[tuple[Key, Document]], workers: int
) -> Iterator[tuple[Key, Document, Parsed | str]]:
    """Each job with its answer. ``workers`` processes; 1 stays in this one."""
    return processes.in_order(parsed, jobs, workers)
