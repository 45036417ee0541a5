"""Processes that solve blocks of draws. Each builds its model once; results come back in the order that they were asked.

Started afresh (``spawn``) on every system, so nothing is shared by accident and Windows does as Linux does.
A worker that dies is replaced and its block solved again; a worker whose parent dies ends by itself.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from detente.errors import BadInput, DetenteError
from detente.explore.protocol import Block, Study
from detente.explore.ranges import Floats
from detente.explore.sweep.chunk import Columns, solved
from detente.explore.sweep.threads import allow

DEATHS = 3  # of one block, before it is given up


class WorkerLost(DetenteError):
    """A worker process died again and again on the same draws (killed, or out of memory)."""

    kind = "worker_lost"


def answered(study: Study, draws: Mapping[str, Floats], policies: Sequence[str]) -> tuple[bool, Any]:
    """(True, columns), or (False, the problem): what was wrong with the input, or a model's failure as text."""
    try:
        return True, solved(study, draws, policies)
    except BadInput as problem:
        return False, problem
    except Exception as problem:  # told to the parent, which raises it
        return False, RuntimeError(f"{type(problem).__name__}: {problem}")


def _serve(
    connection: Connection, build: Callable[[], Study], policies: Sequence[str], most_threads: int
) -> None:
    """The life of a worker: build the model, then answer blocks until the parent is gone."""
    allow(most_threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    study: Study | None = None
    try:
        while True:
            task = connection.recv()
            if task is None:
                return
            try:
                study = study or build()
                answer = answered(study, task, policies)
            except BadInput as problem:
                answer = (False, problem)
            except Exception as problem:  # the model could not be made
                answer = (False, RuntimeError(f"{type(problem).__name__}: {problem}"))
            try:
                connection.send(answer)
            except (TypeError, AttributeError, ValueError):
                connection.send((False, RuntimeError(str(answer[1]))))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


@dataclass(eq=False)
class _Worker:
    process: Any
    connection: Connection
    block: Block | None = None


class Pool:
    """``n`` workers that solve blocks. Use as a context manager; leaving it ends the workers."""

    def __init__(self, build: Callable[[], Study], policies: Sequence[str], n: int) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._build, self._policies = build, list(policies)
        self._workers: list[_Worker] = []
        self._threads = max(1, (os.cpu_count() or 1) // n)
        self._n = n

    def __enter__(self) -> Pool:
        for _ in range(self._n):
            self._workers.append(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.connection.close()
        for worker in self._workers:
            worker.process.join(timeout=0.2)
            if worker.process.is_alive():
                worker.process.terminate()
                worker.process.join()

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        before = {name: os.environ.get(name) for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS")}
        os.environ.update(dict.fromkeys(before, str(self._threads)))  # inherited: k workers share the cores
        try:
            process = self._context.Process(
                target=_serve, args=(theirs, self._build, self._policies, self._threads), daemon=True
            )
            process.start()
        finally:
            for name, value in before.items():
                os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
        theirs.close()
        return _Worker(process, ours)

    def map(self, blocks: Iterator[tuple[Block, Columns | None]]) -> Iterator[tuple[Block, Columns, bool]]:
        """Blocks in their order, solved; those that come with columns are passed on. The flag: solved now.

        At most twice as many blocks as workers are held at a time.
        """
        order: deque[Block] = deque()
        ready: dict[int, tuple[Columns, bool]] = {}
        todo: deque[Block] = deque()
        deaths: dict[int, int] = {}
        exhausted = False
        while True:
            while not exhausted and len(order) < 2 * self._n:
                item = next(blocks, None)
                if item is None:
                    exhausted = True
                    break
                order.append(item[0])
                if item[1] is None:
                    todo.append(item[0])
                else:
                    ready[item[0].start] = (item[1], False)
            while order and order[0].start in ready:
                block = order.popleft()
                yield block, *ready.pop(block.start)
            if exhausted and not order:
                return
            for k, worker in enumerate(self._workers):
                if worker.block is None and todo:
                    worker.block = todo.popleft()
                    try:
                        worker.connection.send(dict(worker.block.draws))
                    except (BrokenPipeError, ConnectionResetError):
                        self._replace(k, todo, deaths)
            busy = {w.connection: k for k, w in enumerate(self._workers) if w.block is not None}
            if not busy:
                continue
            for connection in wait(list(busy)):
                k = busy[connection]  # type: ignore[index]
                worker = self._workers[k]
                try:
                    good, answer = worker.connection.recv()
                except (EOFError, ConnectionResetError):
                    self._replace(k, todo, deaths)
                    continue
                if not good:
                    raise answer
                assert worker.block is not None
                ready[worker.block.start] = (answer, True)
                worker.block = None

    def _replace(self, k: int, todo: deque[Block], deaths: dict[int, int]) -> None:
        """Start a new worker in the place of one that died and put its block back."""
        lost = self._workers[k]
        lost.connection.close()
        lost.process.join(timeout=1)
        if lost.block is not None:
            deaths[lost.block.start] = deaths.get(lost.block.start, 0) + 1
            if deaths[lost.block.start] >= DEATHS:
                why = (
                    'could it start? A script that uses workers needs `if __name__ == "__main__":` around its calls'
                    if lost.process.exitcode == 1
                    else "too little memory? Try fewer workers"
                )
                raise WorkerLost(
                    f"a worker died {DEATHS} times on draws {lost.block.start} to {lost.block.start + len(lost.block)} "
                    f"(exit status {lost.process.exitcode}): {why}"
                )
            todo.appendleft(lost.block)
        self._workers[k] = self._start()
