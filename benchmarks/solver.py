"""The solver against pygambit, one game at a time, in one run: ``python benchmarks/solver.py FOLDER_WITH_EFG [--draws N]``.

Processor time per draw, compilation not counted, certificates included on our side. pygambit solves the base game only, again
and again, without reading it anew. Its limit stops at a regret of 1e-8 of the payoff range; ours is certified to 1e-10.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.solve import solve


def varied(tree: Tree, draws: int, spread: float = 0.05) -> Tree:
    """The game at ``draws`` draws, each payoff moved by up to ``spread`` of the range."""
    base = tree.numbers_at()[0]
    numbers = np.repeat(base[None], draws, axis=0)
    payoff = np.setdiff1d(tree.payoff_number, tree.edge_number)
    rng = np.random.default_rng(1)
    numbers[:, payoff] += (
        spread * np.ptp(base) * rng.uniform(-1, 1, (draws, len(payoff))) * (base[payoff] != 0)
    )

    class Varied(Tree):
        def numbers_at(self, draws: Mapping[str, np.ndarray] | None = None) -> np.ndarray:
            return numbers

    return Varied(**{f.name: getattr(tree, f.name) for f in dataclasses.fields(tree)})


def clock(job: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - wall, time.process_time() - cpu


def gambit(path: Path, precision: float | str) -> float:
    """Processor milliseconds of one solve, or nan without pygambit."""
    try:
        import pygambit
        from pygambit import nash, qre
    except ImportError:
        return float("nan")
    game = pygambit.read_efg(str(path))
    job = (
        (lambda: nash.logit_solve(game, maxregret=1e-8))
        if precision == "limit"
        else (lambda: qre.logit_solve_lambda(game, precision))
    )
    times = [clock(job)[1] for _ in range(15)]
    return 1e3 * float(np.median(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--draws", type=int, default=2000)
    options = parser.parse_args()
    print(
        "game           precision   draws  certified  us/draw (1 thread, cpu)  us/draw (2 threads, wall)  pygambit ms   ratio"
    )
    for path in sorted(options.folder.glob("*.efg")):
        tree = read_efg(path)
        draws = max(50, min(options.draws, 200_000 // tree.n_nodes))
        game = varied(tree, draws)
        for precision in (20.0, 100.0, "limit"):
            found = solve(game, precision=precision)  # compiles at the first call
            _, cpu = clock(lambda g=game, p=precision: solve(g, precision=p, threads=1))
            wall, _ = clock(lambda g=game, p=precision: solve(g, precision=p, threads=2))
            theirs = gambit(path, precision)
            ours = 1e6 * cpu / draws
            print(
                f"{path.stem:14s} {precision!s:9s} {draws:7d} {found.certified.mean():10.3f} {ours:24.1f} {1e6 * wall / draws:26.1f}"
                f" {theirs:12.2f} {1e3 * theirs / ours:7.0f}"
            )


if __name__ == "__main__":
    main()
