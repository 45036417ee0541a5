"""Blocks of draws solved on a `dask.distributed` cluster: one that exists, or one started here and closed at the end.

The study travels once to each worker and is built once in each worker process; a worker that joins later asks for it.
A block whose worker dies is solved again elsewhere; results come back in the order of the
draws, so the findings and the files are those of one process. Workers load what is sent to them with pickle: connect
only to a scheduler that you trust (TLS: dask's own settings, ``tls://`` addresses).
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from detente.errors import BadInput, DetenteError, Where
from detente.explore.protocol import Block, Study
from detente.explore.sweep import interrupts, threads
from detente.explore.sweep.chunk import Columns
from detente.explore.sweep.identity import differences, identity
from detente.explore.sweep.workers import DEATHS, WorkerLost, answered

CONNECT = 15.0  # seconds for the scheduler to answer
PATIENCE = 300.0  # seconds that a run waits for a worker when the cluster has none
ALLOWED = (
    "an address such as tcp://host:8786, a scheduler file (JSON), local, or local:N with N from 1 to 256"
)
_FIELD = Where(field="--cluster")
_SCHEMES = ("tcp", "tls", "ws", "wss", "ucx")
_LARGEST_FILE = 1_000_000  # bytes of a scheduler file
_LOOK = 2.0  # seconds between two looks at which workers there are
_FEWEST = 8  # blocks under way, so that a cluster that grows with its work does grow


class ClusterLost(DetenteError):
    """The scheduler, or every worker, is gone. Chunks that were written are whole, and ``resume`` goes on from them."""

    kind = "cluster_lost"


# What runs on a worker.

_busy = threading.Lock()
_held: dict[str, bytes] = {}  # the study of a run, as it was sent
_ready: dict[str, tuple[Study, Sequence[str]]] = {}  # the same, built


def receive(name: str, content: bytes) -> Mapping[str, str]:
    """On a worker: keep a run's study until it is asked for; returns what the worker is (`identity`)."""
    with _busy:
        _held.clear()  # one study at a time: a worker may live for months
        _held[name] = content
    return dict(identity())


def solve_block(
    name: str, wanted: Mapping[str, str], draws: Any, content: bytes | None = None
) -> tuple[str, Any]:
    """On a worker: ("solved", columns), ("refused", a BadInput), ("failed", text), ("differs", identity), or
    ("unknown", None) where the worker came after the study was sent: to be asked again with its ``content``.

    One block at a time in a process, with as many threads as the worker was given.
    """
    if dict(identity()) != dict(wanted):
        return "differs", dict(identity())
    with _busy:
        try:
            if name not in _ready:
                content = content if content is not None else _held.get(name)
                if content is None:
                    return "unknown", None
                threads.allow(_given())
                _ready.clear()
                _ready[name] = _unpacked(content)
                _held.clear()
        except BadInput as problem:
            return "refused", problem
        except Exception as problem:  # told to the client, which raises it
            return "failed", f"the study cannot be made ready: {type(problem).__name__}: {problem}"
        study, policies = _ready[name]
        good, answer = answered(study, draws, policies)
    if good:
        return "solved", answer
    return ("refused", answer) if isinstance(answer, BadInput) else ("failed", str(answer))


def _unpacked(content: bytes) -> tuple[Study, Sequence[str]]:
    import cloudpickle

    build, policies = cloudpickle.loads(content)
    return build(), policies


def _given() -> int:
    from distributed import get_worker

    return int(get_worker().state.nthreads)


# What runs here.


class Cluster:
    """Solves blocks on a cluster. Use as a context manager; leaving it drops the work under way, and a cluster started here.

    ``where``: an address, a scheduler file, "local" or "local:N" (processes on this machine), or a `distributed.Client`,
    which stays open. Raises BadInput where it cannot be understood or reached, where dask is not installed, and where
    workers are not the same program as this one.
    """

    def __init__(
        self,
        where: Any,
        build: Callable[[], Study],
        policies: Sequence[str],
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._where = where
        self._content = packed(build, policies)
        self._tell = tell or (lambda what: None)
        self._closing = ExitStack()
        self._run = uuid.uuid4().hex[
            :12
        ]  # keys of two runs on one scheduler never meet; nothing else depends on it
        self._asked = 0
        self._client: Any = None

    def __enter__(self) -> Cluster:
        with ExitStack() as stack:
            self._client = self._connected(stack)
            self._await_workers()
            self._send()
            self._closing = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def map(self, blocks: Iterator[tuple[Block, Columns | None]]) -> Iterator[tuple[Block, Columns, bool]]:
        """Blocks in their order, solved; those that come with columns are passed on. The flag: solved now.

        At most twice as many blocks as the cluster has workers (or `_FEWEST`) are held at a time.
        """
        order: deque[tuple[Block, Any]] = deque()
        room, looked, exhausted = self._room(), time.monotonic(), False
        try:
            while True:
                while not exhausted and len(order) < room:
                    item = next(blocks, None)
                    if item is None:
                        exhausted = True
                        break
                    order.append((item[0], item[1] if item[1] is not None else self._submitted(item[0])))
                if not order:
                    return
                block, asked = order.popleft()
                if isinstance(asked, dict):
                    yield block, asked, False
                else:
                    columns = self._answer(block, asked)
                    del asked  # the scheduler forgets what nobody holds
                    yield block, columns, True
                if time.monotonic() - looked > _LOOK:
                    room, looked = self._room(), time.monotonic()
        finally:
            waiting = [asked for _, asked in order if not isinstance(asked, dict)]
            if waiting and self._client.status == "running":
                with suppress(Exception):
                    self._client.cancel(waiting, force=True)

    def _submitted(self, block: Block, content: bytes | None = None) -> Any:
        self._asked += 1
        try:
            return self._client.submit(
                solve_block, self._run, dict(identity()), dict(block.draws), content,
                key=f"detente-block-{self._run}-{self._asked}", priority=-block.start,
            )  # fmt: skip
        except Exception as problem:
            raise self._lost(problem) from problem

    def _answer(self, block: Block, asked: Any) -> Columns:
        """What the block's task came to, however long that takes while there are workers."""
        from distributed import KilledWorker

        alone: float | None = None
        while True:
            try:
                kind, answer = asked.result(timeout=_LOOK)
                break
            except KilledWorker as problem:
                raise WorkerLost(
                    f"workers died again and again on draws {block.start} to {block.start + len(block)} or on what they "
                    "were given beside them: too little memory? Try more memory for each worker; its log says more"
                ) from problem
            except Exception as problem:
                if asked.status == "error":  # raised there, before or after our own part
                    raise WorkerLost(
                        f"a worker could not do its task: {type(problem).__name__}: {problem}"
                    ) from problem
                if not isinstance(problem, TimeoutError) or self._client.status != "running":
                    raise self._lost(problem) from problem
            alone = None if self._workers() else alone or time.monotonic()
            if alone is not None and time.monotonic() - alone > PATIENCE:
                raise ClusterLost(f"the cluster has had no worker for {PATIENCE:.0f} s; {_GO_ON}")
        if kind == "solved":
            return answer
        if kind == "unknown":
            return self._answer(block, self._submitted(block, self._content))
        if kind == "refused":
            raise answer
        if kind == "differs":
            raise _not_the_same({"a worker that joined later": answer})
        raise RuntimeError(answer)

    # the connection

    def _connected(self, stack: ExitStack) -> Any:
        if hasattr(self._where, "submit") and hasattr(self._where, "scheduler_info"):
            return self._where  # a client of the caller's, who closes it
        kind, value = understood(self._where)
        stack.enter_context(_quiet())
        try:
            from distributed import Client
        except ImportError as problem:
            raise BadInput(
                "running on a cluster needs dask.distributed, which is not installed",
                where=_FIELD, found=self._where, allowed='pip install "detente[cluster]"; --workers needs no dask',
            ) from problem  # fmt: skip
        options: dict[str, Any] = {"timeout": CONNECT, "set_as_default": False}
        if kind == "local":
            return stack.enter_context(Client(stack.enter_context(_started(int(value))), **options))
        self._tell(f"connecting to {value}")
        try:
            client = Client(value, **options)
        except Exception as problem:
            raise BadInput(
                "the scheduler does not answer",
                where=_FIELD,
                found=value,
                allowed=f"a running scheduler's address ({type(problem).__name__}: {str(problem)[:120]})",
            ) from problem
        stack.callback(_closed, client)
        return client

    def _workers(self) -> int:
        try:
            return len(self._client.nthreads())
        except Exception as problem:
            raise self._lost(problem) from problem

    def _room(self) -> int:
        return max(_FEWEST, 2 * self._workers())

    def _await_workers(self) -> None:
        begin = time.monotonic()
        while not self._workers():
            self._tell("waiting for the cluster's first worker")
            if time.monotonic() - begin > PATIENCE:
                raise ClusterLost(
                    f"no worker has joined the cluster within {PATIENCE:.0f} s: start workers first"
                )
            time.sleep(0.2)

    def _send(self) -> None:
        """Send the study to the workers there are, and refuse those whose numbers could differ; later ones are asked
        with each block."""
        try:
            found = self._client.run(receive, self._run, self._content, on_error="return")
        except Exception as problem:
            raise self._lost(problem) from problem
        wrong = {
            worker: theirs
            for worker, theirs in found.items()
            if theirs != dict(identity())
            and not isinstance(theirs, OSError)  # OSError: it died when it was asked
        }
        if wrong:
            raise _not_the_same(wrong)

    def _lost(self, problem: Exception) -> ClusterLost:
        return ClusterLost(f"the connection to the cluster is lost ({type(problem).__name__}); {_GO_ON}")


_GO_ON = "chunks that --out has are whole, and --resume goes on from them"


def packed(build: Callable[[], Study], policies: Sequence[str]) -> bytes:
    """What makes the study in another process, as bytes. Raises BadInput where it cannot be sent."""
    try:
        import cloudpickle
    except ImportError:  # the same message as for dask itself, which brings it
        return b""
    try:
        return cloudpickle.dumps((build, list(policies)))
    except Exception as problem:  # whatever an object raises when asked for its state
        raise BadInput(
            "the study cannot be sent to other processes: something in it does not pickle",
            where=_FIELD, found=f"{type(problem).__name__}: {problem}", allowed="functions and data that pickle",
        ) from problem  # fmt: skip


def understood(where: object) -> tuple[str, str]:
    """("local", processes) or ("address", address) of what ``--cluster`` was given. Raises BadInput."""
    text = str(where).strip()
    local = re.fullmatch(r"local(?::(\d{1,4}))?", text)
    if local:
        number = int(local[1]) if local[1] else os.cpu_count() or 1
        if 1 <= number <= 256:
            return "local", str(number)
        raise BadInput("not a number of processes", where=_FIELD, found=text, allowed=ALLOWED)
    if re.fullmatch(rf"(?:{'|'.join(_SCHEMES)})://\S+", text) or re.fullmatch(r"[\w.-]+:\d{1,5}", text):
        return "address", text
    file = Path(text)
    if not file.is_file():
        raise BadInput("no such cluster", where=_FIELD, found=text, allowed=ALLOWED)
    try:
        with file.open("rb") as handle:
            address = json.loads(handle.read(_LARGEST_FILE))["address"]
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise BadInput(
            "not a scheduler file", where=Where(file=text, field="--cluster"), found=type(problem).__name__,
            allowed="the file that `dask scheduler --scheduler-file` writes",
        ) from problem  # fmt: skip
    if not re.fullmatch(rf"(?:{'|'.join(_SCHEMES)})://\S+", str(address)):
        raise BadInput(
            "not a scheduler file", where=Where(file=text, field="address"), found=address, allowed=ALLOWED
        )
    return "address", str(address)


def _not_the_same(wrong: Mapping[str, Any]) -> BadInput:
    worker, theirs = next(iter(wrong.items()))
    known = isinstance(theirs, Mapping)
    why = "; ".join(differences(identity(), theirs)) if known else f"{type(theirs).__name__}: {theirs}"
    return BadInput(
        "the cluster's workers are not the same program as this one, so their numbers could differ",
        where=_FIELD,
        found=f"{len(wrong)} of them, first {worker}: {why}",
        allowed="the same detente, Python, numpy, scipy and numba on every machine",
    )


@contextmanager
def _started(number: int) -> Iterator[Any]:
    """A cluster of ``number`` processes on this machine, without a dashboard, that shares the processors out."""
    from dask import config
    from distributed import LocalCluster

    settings = {"distributed.scheduler.allowed-failures": DEATHS - 1}
    no_page: Any = None  # no dashboard, though the signature says text
    with config.set(settings):
        try:
            cluster = LocalCluster(
                n_workers=number,
                threads_per_worker=max(1, (os.cpu_count() or 1) // number),
                processes=True,
                dashboard_address=no_page,
                host="127.0.0.1",
                silence_logs=logging.CRITICAL + 1,
                preload=[interrupts.__name__],
            )
        except RuntimeError as problem:
            raise WorkerLost(
                "dask's processes could not start: a script that uses them needs "
                '`if __name__ == "__main__":` around its calls'
            ) from problem
        try:
            yield cluster
        finally:
            cluster.close(timeout=10)


def _closed(client: Any) -> None:
    """Close a client soon, also one that is trying to reach a scheduler which is gone."""
    with suppress(Exception):
        client.close(timeout=2)


@contextmanager
def _quiet() -> Iterator[None]:
    """Standard error is for progress and errors of ours: dask's loggers are silent while a run lasts."""
    loggers = [
        logging.getLogger(n)
        for n in ("distributed", "distributed.client", "distributed.gc", "tornado.application")
    ]
    with suppress(ImportError):
        import distributed  # noqa: F401 - sets its loggers up when it is imported

    before = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for one, level in zip(loggers, before, strict=True):
            one.setLevel(level)
