"""Documents worked on here or in processes of their own; the answers come in the order in which they were given.

A process takes about two seconds to load the language model and holds about 200 MB. At most twice as many documents as
processes are held at a time. Processes are begun afresh ("spawn") on every system, so a program that asks for more than one
must guard its own start with ``if __name__ == "__main__"``.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Generic, TypeVar

from detente.errors import DocumentError
from detente.scenario.statement import Document

Key = TypeVar("Key")
Answer = TypeVar("Answer")


def in_order(
    work: Callable[[Document], Answer], jobs: Iterable[tuple[Key, Document]], workers: int
) -> Iterator[tuple[Key, Document, Answer]]:
    """Each job with its answer. ``work``: a function of a module. ``workers``: processes; 1 stays in this one.

    Raises `DocumentError` where a process was ended from outside.
    """
    if workers <= 1:
        for key, document in jobs:
            yield key, document, work(document)
        return
    with _Pool[Key, Answer](work, workers) as pool:
        yield from pool.map(jobs)


class _Pool(Generic[Key, Answer]):
    def __init__(self, work: Callable[[Document], Answer], workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.work, self.workers = work, workers
        self.executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin)
        self.held: deque[tuple[Key, Document, Future[Answer]]] = deque()

    def __enter__(self) -> _Pool[Key, Answer]:
        return self

    def __exit__(self, *_: object) -> None:
        self.executor.shutdown(wait=True, cancel_futures=True)

    def map(self, jobs: Iterable[tuple[Key, Document]]) -> Iterator[tuple[Key, Document, Answer]]:
        for key, document in jobs:
            try:
                self.held.append((key, document, self.executor.submit(self.work, document)))
            except BrokenProcessPool:
                raise _ended() from None
            while len(self.held) > 2 * self.workers:
                yield self._first()
        while self.held:
            yield self._first()

    def _first(self) -> tuple[Key, Document, Answer]:
        key, document, future = self.held.popleft()
        try:
            return key, document, future.result()
        except BrokenProcessPool:
            raise _ended() from None


def _ended() -> DocumentError:
    return DocumentError(
        "a process that reads was ended from outside (is there enough memory?); what was kept in a ledger file stays, "
        "run the same command again, with fewer --workers"
    )


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
