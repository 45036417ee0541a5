"""One game at many draws, solved by us and by the peer: the same numbers, the same lambda, answers compared draw by draw."""

from __future__ import annotations

import dataclasses
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from detente.game.efg import write_efg
from detente.game.tree import Tree
from detente.solve import Solutions, compile_tree, solve
from detente.solve.certificate import certify

SMALLEST = 1e-300  # a probability below this has lost its logarithm


def numbers_of(tree: Tree, draws: int, spread: float = 0.05) -> np.ndarray:
    """The game's numbers at ``draws`` draws [draw, number]: payoffs other than 0 moved by up to ``spread`` of the range, to six
    decimals, so that both sides read the same numbers."""
    base = tree.numbers_at()[0]
    numbers = np.repeat(base[None], draws, axis=0)
    payoff = np.setdiff1d(tree.payoff_number, tree.edge_number)
    rng = np.random.default_rng(1)
    moved = spread * np.ptp(base[tree.payoff_number]) * rng.uniform(-1, 1, (draws, len(payoff)))
    numbers[:, payoff] = np.round(numbers[:, payoff] + moved * (base[payoff] != 0), 6)
    return numbers


def at(tree: Tree, numbers: np.ndarray) -> Tree:
    """The tree whose draws are these rows of numbers."""

    class Given(Tree):
        def numbers_at(self, draws: Mapping[str, Any] | None = None) -> np.ndarray:
            return numbers

    return Given(**{f.name: getattr(tree, f.name) for f in dataclasses.fields(tree)})


@dataclasses.dataclass
class Theirs:
    """pygambit on the first draws of a sweep."""

    version: str | None
    seconds: list[float]  # processor seconds a draw
    precision: np.ndarray  # [draw] lambda that was returned; nan in the limit
    strategy: np.ndarray  # [draw, slot]; nan where nothing was found
    why_not: str | None = None


class Peer:
    """Asks pygambit in child processes; the games are written once."""

    def __init__(self, tree: Tree, numbers: np.ndarray, folder: Path, limit_seconds: float) -> None:
        self.tree, self.seconds = tree, limit_seconds
        self.there = find_spec("pygambit") is not None
        self.paths: list[str] = []
        for k, row in enumerate(numbers if self.there else ()):
            path = folder / f"{k}.efg"
            path.write_text(write_efg(tree, row), encoding="utf-8")
            self.paths.append(str(path))
        self.place = {tree.path_labels(x): h for h, owned in enumerate(tree.sets) for x in owned.nodes}

    def ask(self, rows: range, precision: float | None, regret: float | None) -> Theirs:
        """The draws ``rows``; what is missing says why in ``why_not``."""
        if not self.there:
            return self._nothing(len(rows), "pygambit is not installed")
        request = {"paths": [self.paths[k] for k in rows], "precision": precision, "maxregret": regret}
        try:
            ran = subprocess.run(
                [sys.executable, str(Path(__file__).with_name("peer.py"))],
                input=json.dumps(request), capture_output=True, text=True, timeout=self.seconds, check=True,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return self._nothing(len(rows), f"no answer within {self.seconds:.0f} s")
        except subprocess.CalledProcessError as problem:
            return self._nothing(len(rows), (problem.stderr.strip().splitlines() or ["it failed"])[-1][:200])
        answer = json.loads(ran.stdout)
        strategy = np.full((len(rows), self.tree.n_slots), np.nan)
        for i, one in enumerate(answer["answers"]):
            for path, mixed in one["strategy"]:
                first = int(self.tree.slot_start[self.place[tuple(path)]])
                strategy[i, first : first + len(mixed)] = mixed
        lam = np.array([np.nan if one["lambda"] is None else one["lambda"] for one in answer["answers"]])
        return Theirs(answer["version"], [one["seconds"] for one in answer["answers"]], lam, strategy)

    def _nothing(self, n: int, why: str) -> Theirs:
        return Theirs(None, [], np.full(n, np.nan), np.full((n, self.tree.n_slots), np.nan), why)


@dataclasses.dataclass
class Sweep:
    """Medians over alternating runs, and how the answers compare."""

    ours: dict[int, float]  # threads -> seconds a draw
    theirs: float | None  # seconds a draw
    peer_version: str | None
    why_not: str | None
    found: Solutions
    agree: int  # draws of the sample at which both give the same strategy
    compared: int
    sample: int
    peer_failed: int
    peer_residual: float | None  # median over the sample
    largest: float | None  # largest difference where both agree


def sweep(
    tree: Tree,
    numbers: np.ndarray,
    peer: Peer,
    precision: float | None,
    regret: float | None,
    sample: int,
    runs: int,
) -> Sweep:
    """Ours with one thread and with two, theirs on a slice of the sample, in turns. ``precision`` None is the limit.

    Ours with one thread in processor time, as the peer; with two threads in wall time, because that is what they are for.
    """
    what: Any = "limit" if precision is None else precision
    compiled = compile_tree(at(tree, numbers))
    found = solve(compiled, precision=what)  # compiles what is not compiled yet
    draws = len(numbers)
    spent: dict[int, list[float]] = {1: [], 2: []}
    slices = [range(k * sample // runs, (k + 1) * sample // runs) for k in range(runs)]
    asked: list[Theirs] = []
    for k in range(runs):
        begin = time.process_time()
        solve(compiled, precision=what, threads=1)
        spent[1].append((time.process_time() - begin) / draws)
        begin = time.perf_counter()
        solve(compiled, precision=what, threads=2)
        spent[2].append((time.perf_counter() - begin) / draws)
        if slices[k]:
            asked.append(peer.ask(slices[k], precision, regret))
    seconds = [s for one in asked for s in one.seconds]
    strategy = np.concatenate([one.strategy for one in asked])
    lam = np.concatenate([one.precision for one in asked])
    agree, compared, largest, residual = _compare(tree, numbers, found, strategy, lam, precision)
    return Sweep(
        ours={k: statistics.median(v) for k, v in spent.items()},
        theirs=statistics.fmean(seconds) if seconds else None,
        peer_version=next((one.version for one in asked if one.version), None),
        why_not=next((one.why_not for one in asked if one.why_not), None),
        found=found, agree=agree, compared=compared, sample=len(strategy),
        peer_failed=int(np.isnan(strategy).any(axis=1).sum()), peer_residual=residual, largest=largest,
    )  # fmt: skip


def _compare(
    tree: Tree,
    numbers: np.ndarray,
    found: Solutions,
    strategy: np.ndarray,
    lam: np.ndarray,
    precision: float | None,
) -> tuple[int, int, float | None, float | None]:
    """Draws that agree, draws compared, the largest difference among those that agree, and the peer's median residual."""
    there = np.flatnonzero(~np.isnan(strategy).any(axis=1))
    if not len(there):
        return 0, 0, None, None
    if (
        precision is None
    ):  # theirs stops where regret is small: off the path it may be elsewhere, so values are compared
        away = np.abs(values(tree, numbers[there], strategy[there]) - found.value[there]).max(axis=1)
        close = away < 1e-4 * np.ptp(tree.numbers_at()[0])
        return int(close.sum()), len(there), float(away[close].max(initial=0.0)), None
    same = solve(
        at(tree, numbers[there]), precision=lam[there]
    )  # at the lambda that it returned, a little off
    away = np.abs(same.strategy - strategy[there]).max(axis=1)
    close = away < 1e-6
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(strategy[there], SMALLEST))
    proof = certify(tree, numbers[there], strategy[there], logs, same.belief, lam[there])
    exact = (strategy[there] > SMALLEST).all(axis=1)
    residual = float(np.median(proof.residual[exact])) if exact.any() else None
    return int(close.sum()), len(there), float(away[close].max(initial=0.0)), residual


def values(tree: Tree, numbers: np.ndarray, strategy: np.ndarray) -> np.ndarray:
    """Expected payoffs [draw, player] of a strategy."""
    from detente.solve import outcome

    return outcome(tree, numbers, strategy)[1]
