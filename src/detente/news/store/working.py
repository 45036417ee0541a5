"""Texts parsed, here or in processes of their own, in the order in which they were given.

A process takes about a second to load the language model and holds about 200 MB. At most twice as many texts as
processes are held at a time.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Generic, TypeVar

from detente.errors import DocumentError
from detente.news.attribution.document import attributions
from detente.news.documents.cleaning import clean
from detente.news.ledger import unattributed
from detente.news.parse.parsing import parse
from detente.news.store.parsed import to_bytes
from detente.scenario.statement import Document, Statement

Key = TypeVar("Key")


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
    except (
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        MemoryError,
    ) as error:
        return f"the reader failed on this text ({type(error).__name__}: {error})"[:300]


def in_order(
    jobs: Iterator[tuple[Key, Document]], workers: int
) -> Iterator[tuple[Key, Document, Parsed | str]]:
    """Each job with its answer. ``workers`` processes; 1 stays in this one."""
    if workers <= 1:
        for key, document in jobs:
            yield key, document, parsed(document)
        return
    with _Pool[Key](workers) as pool:
        yield from pool.map(jobs)


class _Pool(Generic[Key]):
    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.workers = workers
        self.executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
        self.held: deque[tuple[Key, Document, Future[Parsed | str]]] = deque()

    def __enter__(self) -> _Pool[Key]:
        return self

    def __exit__(self, *_: object) -> None:
        self.executor.shutdown(wait=True, cancel_futures=True)

    def map(self, jobs: Iterator[tuple[Key, Document]]) -> Iterator[tuple[Key, Document, Parsed | str]]:
        for key, document in jobs:
            self.held.append((key, document, self.executor.submit(parsed, document)))
            while len(self.held) > 2 * self.workers:
                yield self._first()
        while self.held:
            yield self._first()

    def _first(self) -> tuple[Key, Document, Parsed | str]:
        key, document, future = self.held.popleft()
        try:
            return key, document, future.result()
        except BrokenProcessPool:
            raise DocumentError(
                "a process that reads was ended from outside (is there enough memory?); what was finished is kept, "
                "run the same command again, with fewer --workers"
            ) from None


def _begin() -> None:
    """Ctrl-C is the first process's business; and nobody reads on when that process is gone."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
