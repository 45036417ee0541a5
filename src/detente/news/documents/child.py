"""The process apart in which files of rich formats are parsed: one request after another, each within its bounds.

A request is two lengths (4 bytes each, big-endian), the name of a reader and the bytes of a file; the answer is a length and
JSON: a reading, or the parts of a `DocumentError`. See `apart` for the other side.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import struct
import time
from typing import Any, BinaryIO

from detente.errors import DocumentError

try:
    import resource
except (
    ImportError
):  # Windows has none: there, time is bounded from outside, and memory by the bounds of each reader
    resource = None

READERS = ("docx", "eml", "feed", "html", "pdf")
SECONDS = 5  # of processor time a file; the system counts whole seconds, so that the last may be cut short
MEMORY = 1 << 30  # bytes of address space


def serve() -> None:
    """Answers requests from standard input until it ends."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)  # a library that prints does not garble an answer
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this process
    if resource is not None:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    while (request := _request(requests)) is not None:
        answer = json.dumps(_answer(*request)).encode("ascii")
        answers.write(struct.pack(">I", len(answer)) + answer)
        answers.flush()


def _request(stream: BinaryIO) -> tuple[str, bytes] | None:
    head = stream.read(8)
    if len(head) < 8:
        return None
    name, size = struct.unpack(">II", head)
    return stream.read(name).decode("ascii"), stream.read(size)


def _answer(name: str, data: bytes) -> dict[str, Any]:
    if name not in READERS:
        return {"error": ["there is no such reader", name, None]}
    module = importlib.import_module(f"detente.news.documents.{name}")
    getattr(module, "load", lambda: None)()
    _seconds(SECONDS)
    try:
        return module.read(data).record()
    except DocumentError as error:
        return {"error": [error.problem, error.found, error.allowed]}
    except MemoryError:
        return {"error": [f"the file needs more than {MEMORY >> 30} GB of memory to be read", None, None]}
    except Exception as error:  # a foreign file may make its parser raise anything
        return {"error": [f"the file is damaged or cannot be read ({type(error).__name__})", None, None]}
    finally:
        _seconds(None)


def _seconds(allowed: int | None) -> None:
    """Processor time from now on; beyond it the system ends this process."""
    if resource is None:
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = hard if allowed is None else int(time.process_time()) + allowed
    if hard != resource.RLIM_INFINITY:
        soft = hard if allowed is None else min(soft, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
