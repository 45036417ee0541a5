"""What need not wait for its turn: other equilibria looked for by a second process, the drawing program started early.

The other equilibria of a scenario's games depend on nothing that testing finds, and take seconds of one processor. A second process
looks for them while the draws are solved, where there is a second processor. It runs the same code on the same scenario, so the
answer is the same; where it cannot be started, or ends, the search is made here. Both ends of its pipes are ours: nothing else
is read from them.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from detente.brief.marks import start_drawing
from detente.explore.protocol import Study
from detente.explore.study import study_of
from detente.explore.sweep.threads import allow
from detente.scenario.scenario import Scenario

# -P: what lies in the working folder is not imported; the first message says where the parent imports from
CHILD = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from detente.brief.ahead import answer; answer()"
)
Selections = Mapping[str, Mapping[str, Any]]
Search = Callable[[Sequence[str]], Selections]


class Ahead:
    """A second process, started at once and asked later. Use as a context manager; leaving it ends the process."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Ahead:
        if processors() > 1 and sys.executable and not getattr(sys, "frozen", False):
            try:
                self._child = subprocess.Popen(
                    [sys.executable, "-P", "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )  # fmt: skip
            except OSError:  # no room for another process
                return self
            self._send(list(sys.path))
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is None:
            return
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent yet
                    pipe.close()
        self._child.wait()
        self._child = None

    def study(self, scenario: Scenario) -> Study:
        """What testing needs of ``scenario``; its other equilibria are being looked for from now on."""
        study = study_of(scenario)
        here = study.selections
        if here is None or self._child is None or scenario.precision != "limit":
            return study
        asked = tuple(scenario.claims)
        self._send((scenario, asked))
        return replace(study, selections=_Later(self, here, asked))

    def _send(self, message: object) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        with suppress(OSError):  # it ended already: noticed when its answer is asked for
            pickle.dump(message, self._child.stdin)
            self._child.stdin.flush()

    def answer(self) -> Selections | None:
        """What the process found; None where it ended without an answer."""
        if self._child is None or self._child.stdout is None:
            return None
        try:
            return pickle.load(self._child.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            return None


class _Later:
    """The other equilibria as a study is asked for them: those found by the second process, or looked for here."""

    def __init__(self, ahead: Ahead, here: Search, asked: tuple[str, ...]) -> None:
        self._ahead, self._here, self._asked = ahead, here, asked

    def __call__(self, claims: Sequence[str]) -> Selections:
        found = self._ahead.answer() if tuple(claims) == self._asked else None
        return self._here(claims) if found is None else found

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy for a process that solves draws: it has no second process of its own."""
        return _itself, (self._here,)


def _itself(search: Search) -> Search:
    return search


def answer() -> None:
    """The life of the second process: one scenario and its claims in, what was found out. An error ends it without an answer."""
    allow(1)
    scenario, claims = pickle.load(sys.stdin.buffer)
    selections = study_of(scenario).selections
    found = None if selections is None else selections(claims)
    pickle.dump(found, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def processors() -> int:
    """How many processors this process may use."""
    able = getattr(os, "sched_getaffinity", None)
    return len(able(0)) if able is not None else os.cpu_count() or 1


def drawing_soon() -> threading.Thread:
    """Start the drawing program in a thread of its own: it takes half a second that nothing has to wait for."""
    thread = threading.Thread(target=start_drawing, name="drawing")
    thread.start()
    return thread


__all__ = ["Ahead", "answer", "drawing_soon", "processors"]
