"""What one evaluation must compute, what the machine could do in that time, and where a draw's time goes."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numba import njit
from prototype.structure import elimination, needs_of
from sweeps import at, numbers_of

from detente.game.tree import CHANCE, DECISION, Tree
from detente.solve import compile_tree, solve
from detente.solve.certificate import certify
from detente.solve.levels import levels_of
from detente.solve.outcome import events_and_values

EXP = 20  # operations that an exponential or a logarithm counts for


def operations(tree: Tree) -> dict[str, int]:
    """Floating-point operations of one evaluation over log-odds, counted from the tree: what any code for it must do.

    *Mix*: an exponential an option, a logarithm a set. *Reach*: one product a decision node. *Beliefs*: two a node of a set with
    several. *Values*: a product and a sum an edge, for every player who has decided above. *Worth*: a product and a sum an
    option of a node. *Slopes*: per option but the first and decision above, five. *Elimination*: of the blocks of sets
    that depend on each other, in the best fixed order found, with two right-hand sides.
    """
    kind, parent = tree.kind.tolist(), tree.parent.tolist()
    above: list[frozenset[int]] = [frozenset()] * tree.n_nodes
    decisions = [0] * tree.n_nodes
    below = [k == DECISION for k in kind]
    for x in range(tree.n_nodes - 1, 0, -1):
        below[parent[x]] |= below[x]
    values = 0
    for x in range(1, tree.n_nodes):
        up = parent[x]
        owner = {tree.sets[int(tree.info_set[up])].player} if kind[up] == DECISION else set()
        above[x] = above[up] | owner
        decisions[x] = decisions[up] + (kind[up] == DECISION)
        if below[up]:
            values += 2 * len(above[up])
    options = [len(owned.options) for owned in tree.sets]
    nodes = [len(owned.nodes) for owned in tree.sets]
    needs = needs_of(tree)
    return {
        "mix": sum((EXP + 2) * k + EXP for k in options),
        "reach": int((tree.kind == DECISION).sum()),
        "beliefs": sum(2 * n for n in nodes if n > 1),
        "values": values,
        "worth": sum(2 * n * k for n, k in zip(nodes, options, strict=True)),
        "slopes": sum(
            5 * (len(owned.options) - 1) * decisions[x] for owned in tree.sets for x in owned.nodes
        ),
        "elimination": elimination(tree, needs).sparse,
    }


@njit(nogil=True, fastmath=True)
def _streams(a, b, n):  # type: ignore[no-untyped-def]
    for _ in range(n):
        for i in range(len(a)):
            a[i] = a[i] * b[i] + 1e-9
    return a[0]


@njit(nogil=True)
def _chain(x, y, n):  # type: ignore[no-untyped-def]
    for _ in range(n):
        x = x * y + 1e-9
    return x


def peak() -> dict[str, float]:
    """GFLOP/s on one thread: independent multiply-adds in the first cache, and a chain in which each waits for the last."""
    a, b = np.full(1024, 0.5), np.full(1024, 0.999)
    _streams(a, b, 1), _chain(0.5, 0.999, 1)

    def rate(job: Any, flops: float) -> float:
        best = np.inf
        for _ in range(5):
            begin = time.perf_counter()
            job()
            best = min(best, time.perf_counter() - begin)
        return flops / best / 1e9

    return {
        "independent": rate(lambda: _streams(a, b, 20_000), 2.0 * 1024 * 20_000),
        "chained": rate(lambda: _chain(0.5, 0.999, 5_000_000), 2.0 * 5_000_000),
    }


def shares(tree: Tree, draws: int, precision: float | None, runs: int) -> dict[str, Any]:
    """One thread, processor time of a draw by part: certificate and outcome are called again by themselves, the rest is the solver."""
    numbers = numbers_of(tree, draws)
    what: Any = "limit" if precision is None else precision
    compiled, levels = compile_tree(at(tree, numbers)), levels_of(tree)
    found = solve(compiled, precision=what, threads=1)
    jobs = {
        "all": lambda: solve(compiled, precision=what, threads=1),
        "certificate": lambda: certify(
            levels, numbers, found.strategy, found.log_strategy, found.belief, found.precision
        ),
        "outcome": lambda: events_and_values(levels, numbers, found.strategy),
    }
    micro: dict[str, float] = {}
    for name, job in jobs.items():
        times = []
        for _ in range(runs):
            begin = time.process_time()
            job()
            times.append(time.process_time() - begin)
        micro[name] = 1e6 * float(np.median(times)) / draws
    evaluations = float(found.iterations.mean())
    solver = micro["all"] - micro["certificate"] - micro["outcome"]
    flops = operations(tree)
    return {
        "precision": "limit" if precision is None else precision,
        "microseconds": {**micro, "solver": solver},
        "evaluations": evaluations,
        "flops_per_evaluation": flops,
        "nanoseconds_per_evaluation": 1e3 * solver / evaluations if evaluations else None,
        "gflops": evaluations * sum(flops.values()) / (1e3 * solver) if solver > 0 else None,
        "chance_nodes": int((tree.kind == CHANCE).sum()),
    }
