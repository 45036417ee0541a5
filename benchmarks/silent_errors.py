"""How often is the solver wrong without saying so? Random games at many precisions against the tests' own tracer of branches.

    python benchmarks/silent_errors.py [--games 1000] [--from 0] [--kind small|near|staged] [--limit] [--seconds 600]

One line for each suspicious game, with its seed, then counts: answers that are certified and right, certified and wrong (the
target is none), refused by status, and those where the tracer gave up or met a bifurcation. ``--limit`` compares limits,
beliefs included, with the branch followed in 60 digits (needs mpmath). The tracer takes short steps of arclength and can
itself jump: a game that looks wrong is traced again with steps a tenth as long.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "solve"))
from games import nearly_symmetric, random_game
from stages import build, random_staged
from tracer import follow

from detente.solve import STATUS, solve

KINDS = {"small": random_game, "near": nearly_symmetric, "staged": lambda seed: build(random_staged(seed))}
LAMBDAS = [float(x) for x in np.geomspace(0.3, 30.0, 25).round(4)]


def at_precisions(tree, seed: int, counts: Counter, lams: list[float]) -> None:
    found = solve(tree, precision=np.array(lams), threads=1)
    traced = reference(tree, lams)
    if traced is None:
        counts["tracer lost"] += len(lams)
        return
    far = [k for k, lam in enumerate(lams) if found.certified[k] and off(found, k, traced, lam) > 1e-6]
    if far:
        traced = reference(tree, lams, finer=10.0)
        if traced is None:
            counts["tracer lost"] += len(lams)
            return
    end = min(traced.branchings, default=np.inf)
    for k, lam in enumerate(lams):
        said = STATUS[found.status[k]]
        if lam >= end:
            counts[f"beyond a bifurcation: {said}"] += 1
            if said == "certified":
                print(f"seed {seed}: certified at {lam}, the tracer branches at {end:.6g}", flush=True)
        elif said != "certified":
            counts[f"refused: {said}"] += 1
            print(f"seed {seed}: {said} at {lam}", flush=True)
        elif off(found, k, traced, lam) > 1e-6:
            counts["WRONG"] += 1
            print(
                f"seed {seed}: WRONG by {off(found, k, traced, lam):.2g} at {lam}, turns {traced.turns}",
                flush=True,
            )
        else:
            counts["right"] += 1
    counts["games with folds"] += bool(traced.turns)


def off(found, k: int, traced, lam: float) -> float:
    crossings = traced.crossings[lam]
    return float(np.abs(found.strategy[k] - crossings[0]).max()) if crossings else np.inf


def reference(tree, lams: list[float], finer: float = 1.0):
    try:
        return follow(tree, lams, steps=int(20_000 * finer), finer=finer)
    except (AssertionError, np.linalg.LinAlgError):
        return None


def at_the_limit(tree, seed: int, counts: Counter) -> None:
    from exact import Lost, end_of_branch

    found = solve(tree, threads=1)
    said = STATUS[found.status[0]]
    if said != "certified":
        counts[f"refused: {said}"] += 1
        print(f"seed {seed}: {said}", flush=True)
        return
    try:
        end = end_of_branch(tree)
    except (Lost, AssertionError, np.linalg.LinAlgError) as why:
        counts["reference lost"] += 1
        print(f"seed {seed}: certified, reference lost: {why}", flush=True)
        return
    gap = float(np.abs(found.strategy[0] - end.strategy).max())
    belief = float(np.abs(found.belief[0] - np.concatenate(end.beliefs)).max())
    if gap > 1e-8 + 10 * end.speed or belief > 1e-7 + 10 * end.speed:
        counts["WRONG"] += 1
        print(
            f"seed {seed}: WRONG strategy by {gap:.2g}, belief by {belief:.2g}, speed {end.speed:.2g}",
            flush=True,
        )
    else:
        counts["right"] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=1000)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--kind", choices=sorted(KINDS), default="small")
    parser.add_argument("--limit", action="store_true")
    parser.add_argument("--seconds", type=float, default=600.0)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    started, games = time.perf_counter(), 0
    for seed in range(given.first, given.first + given.games):
        if time.perf_counter() - started > given.seconds:
            break
        tree = KINDS[given.kind](seed)
        if given.limit:
            at_the_limit(tree, seed, counts)
        else:
            at_precisions(tree, seed, counts, LAMBDAS)
        games += 1
    print(
        f"{games} games, seeds {given.first} to {given.first + games - 1}, {time.perf_counter() - started:.0f} s"
    )
    for key, n in sorted(counts.items()):
        print(f"{n:8d}  {key}")


if __name__ == "__main__":
    main()
