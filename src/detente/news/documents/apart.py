"""Rich formats are parsed in a process apart, which a hostile file can neither hang nor fill.

Their parsers were written by others and cannot be bounded from inside: a page of 9 MB kept one busy for minutes. The
process is started once and serves file after file. A file that takes more than `child.SECONDS` of processor time or
`child.MEMORY` of memory, or that breaks the process, is refused; the next file gets a new process.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import detente.news
from detente.errors import DocumentError
from detente.news.documents import child
from detente.news.documents.found import Reading

#: Seconds on the clock for one file: where the system counts processor time they only catch a process that sleeps.
PATIENCE = 30.0 if child.resource is not None else float(child.SECONDS)
STARTING = 60.0
# the room above is not run, only found: its `__init__` would load the parser of English, which takes a second
_START = (
    "import sys, json, types; sys.path[:] = json.loads(sys.argv[2]); room = types.ModuleType('detente.news'); "
    "room.__path__ = json.loads(sys.argv[1]); sys.modules['detente.news'] = room; "
    "from detente.news.documents.child import serve; serve()"
)
_lock = threading.Lock()
_worker: _Worker | None = None


class _Worker:
    """A running child and the process that started it."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        room = [str(Path(place).resolve()) for place in detente.news.__path__]
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _START,
                json.dumps(room),
                json.dumps([str(Path(p).resolve()) for p in sys.path]),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.served = 0

    def ask(self, name: str, data: bytes) -> dict[str, Any] | None:
        """The answer, or None if the child ended or was ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        patience = PATIENCE + (0 if self.served else STARTING)
        timer = threading.Timer(patience, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            self.process.stdin.write(struct.pack(">II", len(name), len(data)) + name.encode("ascii") + data)
            self.process.stdin.flush()
            head = self.process.stdout.read(4)
            size = struct.unpack(">I", head)[0] if len(head) == 4 else 0
            body = self.process.stdout.read(size)
        except (OSError, ValueError):  # the pipe is closed
            return None
        finally:
            timer.cancel()
        self.served += 1
        return json.loads(body) if size and len(body) == size else None

    def end(self) -> int | None:
        """Ends the child; its exit status."""
        with contextlib.suppress(OSError):
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        return self.process.wait()


def read(name: str, data: bytes) -> Reading:
    """What the reader ``name`` makes of ``data``. Raises `DocumentError`, also for a file that hangs or breaks its reader."""
    with _lock:
        try:
            worker = _running()
        except OSError:  # where no process may be started, the bounds of the readers are all there is
            return importlib.import_module(f"detente.news.documents.{name}").read(data)
        try:
            answer = worker.ask(name, data)
        except BaseException:
            stop()  # an answer that nobody waits for must not be taken for the next one's
            raise
        if answer is None:
            status = stop()
            raise DocumentError(_broken(status))
    if "error" in answer:
        problem, found, allowed = answer["error"]
        raise DocumentError(problem, found=found, allowed=allowed)
    return Reading.of(answer)


def _broken(status: int | None) -> str:
    timed_out = {-getattr(child.signal, name, 0) for name in ("SIGXCPU", "SIGKILL")} | {1}
    if status in timed_out:
        return f"the file takes longer than {child.SECONDS} seconds to be read"
    return "the file breaks its reader"


def _running() -> _Worker:
    global _worker
    if _worker is not None and _worker.owner == os.getpid() and _worker.process.poll() is None:
        return _worker
    if _worker is not None and _worker.owner == os.getpid():
        stop()
    _worker = _Worker()
    return _worker


def stop() -> int | None:
    """Ends the process apart, if this process started one; the next file starts another."""
    global _worker
    worker, _worker = _worker, None
    return worker.end() if worker is not None and worker.owner == os.getpid() else None


atexit.register(stop)
