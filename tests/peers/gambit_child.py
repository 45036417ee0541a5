"""pygambit's logit tracing in a child process that is kept, with a time limit a question; it is asked one precision at a time.

A list of precisions must increase and may stall or never return, so none is sent. What comes back is the lambda reached, which is
not quite the one asked, and at a stall not at all.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import numpy as np

from detente.game.efg import write_efg
from detente.game.tree import Tree

CHILD = """
import json, sys, warnings
warnings.simplefilter("ignore")
import pygambit as gbt
from pygambit import nash, qre

def rows(profile):
    return [[list(h.actions), [float(p) for _, p in mixed]] for behaviour in profile for h, mixed in behaviour]

game = None
for line in sys.stdin:
    what, value = json.loads(line)
    try:
        if what == "read":
            game, answer = gbt.read_efg(value), True
        elif what == "lambda":
            point = qre.logit_solve_lambda(game, value)[-1]
            answer = [point.lam, rows(point.profile)]
        else:
            found = nash.logit_solve(game, maxregret=value).equilibrium
            answer = None if found is None else [None, rows(found)]
    except Exception as error:
        answer = {"error": repr(error)}
    print(json.dumps(answer), flush=True)
"""


class Answer(NamedTuple):
    lam: float
    strategy: np.ndarray  # [slot] in the order of our tree


class Peer:
    """Ask with `load`, then `at` and `limit`; None where it failed or took too long."""

    def __init__(self, seconds: float = 10.0) -> None:
        self.seconds, self.child, self.silent = seconds, None, 0
        self.folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        self.folder.cleanup()

    def stop(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.communicate()
            self.child = None

    def load(self, tree: Tree) -> None:
        self.tree = tree
        self.path = Path(self.folder.name) / "game.efg"
        self.path.write_text(write_efg(tree, tree.numbers_at()[0]), encoding="utf-8")
        self.place = {tree.path_labels(x): h for h, owned in enumerate(tree.sets) for x in owned.nodes}
        self.read = self.child is not None and self.ask("read", str(self.path)) is True

    def at(self, lam: float) -> Answer | None:
        return self._answer(self._asked("lambda", lam))

    def limit(self, regret: float = 1e-8) -> Answer | None:
        return self._answer(self._asked("limit", regret))

    def _asked(self, what: str, value: float) -> object:
        if self.child is None:
            self.child = subprocess.Popen(
                [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            self.read = False
        if not self.read:
            assert self.ask("read", str(self.path)) is True
            self.read = True
        return self.ask(what, value)

    def ask(self, what: str, value: object) -> object:
        assert self.child is not None
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(json.dumps([what, value]) + "\n")
        self.child.stdin.flush()
        seconds = self.seconds if self.read else self.seconds + 30.0  # the first time it has to start
        if not select.select([self.child.stdout], [], [], seconds)[0]:
            self.silent += 1
            self.stop()
            return None
        line = self.child.stdout.readline()
        if not line:  # it died
            self.silent += 1
            self.stop()
            return None
        return json.loads(line)

    def _answer(self, got: object) -> Answer | None:
        if not isinstance(got, list):
            return None
        lam, rows = got
        strategy = np.full(self.tree.n_slots, np.nan)
        for path, mixed in rows:
            first = int(self.tree.slot_start[self.place[tuple(str(a) for a in path)]])
            strategy[first : first + len(mixed)] = mixed
        return Answer(np.inf if lam is None else float(lam), strategy)
