"""What should be unknown: all log-odds, beliefs, or as little as can be? One prototype, four choices, counted and timed.

    python benchmarks/unknowns.py [FOLDER_WITH_EFG] [--quick] [--json] [--only GAME]

- *log-odds*: the strategies of every set that depends on itself in a circle; full elimination, block by block;
- *log-odds, sparse*: the same unknowns, elimination in an order fixed beforehand;
- *beliefs*: only beliefs are guessed, strategies follow by backward induction;
- *fewest*: a smallest set of strategies and beliefs that breaks every circle (by an integer programme, or marked as not proved).

All run the same code (`prototype/`): what differs is the list of what is guessed. Answers are compared with `detente.solve`.
Games: the shared ones, if their folder is given, the scenario peace-talks, and the small sizes of the families.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from families import FAMILIES
from machine import machine
from prototype.bordered import bordered
from prototype.continuation import FOUND, run
from prototype.elimination import operations_of, plan
from prototype.structure import Needs, components, elimination, feedback, needs_of
from prototype.tape import Tape, constants, operations, write
from sweeps import at, numbers_of

from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.scenario import open_game
from detente.solve import solve
from detente.solve.levels import levels_of

AGREE = 1e-9
PRECISIONS = (20.0, 100.0, 1e4)
LARGEST = {"chain store": 4, "signals": 6, "offers": 20, "bargaining": 4}  # of each family, solved here
LARGEST_COUNTED = {
    "chain store": 6,
    "signals": 6,
    "offers": 100,
    "bargaining": 10,
}  # of each family, only looked at


def choices(tree: Tree, needs: Needs, seconds: float) -> tuple[dict[str, frozenset[int]], bool]:
    """What is guessed under each name; and whether the smallest is proved to be."""
    n = len(tree.sets)
    edges, weight = needs.with_beliefs()
    strategies = {h for part in components(needs.log_odds()) if len(part) > 1 for h in part}
    beliefs: set[int] = set()
    fewest: set[int] = set()
    proved = True
    for part in components(edges):
        if len(part) > 1:
            only = {v for v in part if v >= n}
            alone = all(len(c) == 1 for c in components(edges, set(part) - only))
            beliefs |= (
                only if alone else set(part)
            )  # nobody knows who moves first: beliefs do not break the circle
            found, sure = feedback(edges, weight, part, seconds)
            fewest |= set(found)
            proved &= sure
    guess = {"log-odds": strategies, "log-odds, sparse": strategies, "beliefs": beliefs, "fewest": fewest}
    return {name: frozenset(v) for name, v in guess.items()}, proved


def strategy_of(tape: Tape, value: np.ndarray) -> np.ndarray:
    """Strategy [draw, slot] from the quantities of a programme."""
    tree = tape.tree
    out = np.zeros((len(value), tree.n_slots))
    for h, owned in enumerate(tree.sets):
        first = int(tree.slot_start[h])
        for a in range(len(owned.options)):
            out[:, first + a] = value[:, tape.slot(h, a)]
    return out


def compare(name: str, tree: Tree, draws: int, runs: int, seconds: float) -> list[dict[str, Any]]:
    """One row a precision and choice."""
    needs = needs_of(tree)
    guesses, proved = choices(tree, needs, seconds)
    numbers = numbers_of(tree, draws)
    payoff = levels_of(tree).payoffs(numbers)
    scale = (payoff.max(axis=0) - payoff.min(axis=0)).max(axis=0)
    blocks = sorted(
        (sum(needs.unknowns[h] for h in c) for c in components(needs.log_odds()) if len(c) > 1), reverse=True
    )
    rows: list[dict[str, Any]] = []
    made = {}
    for choice, guess in guesses.items():
        tape, arrays = write(tree, guess, needs)
        made[choice] = (tape, arrays, plan(arrays), constants(tape, numbers))
    for precision in PRECISIONS:
        right = solve(at(tree, numbers), precision=precision)
        spent: dict[str, list[float]] = {choice: [] for choice in made}
        told = {}
        for _ in range(runs):
            for choice, (_, arrays, order, fixed) in made.items():
                sparse = choice.endswith("sparse")
                run(arrays, order, fixed[:1], scale, precision, sparse)
                begin = time.process_time()
                told[choice] = run(arrays, order, fixed, scale, precision, sparse)
                spent[choice].append(1e6 * (time.process_time() - begin) / draws)
        base = float(np.median(spent["log-odds"]))
        for choice, (tape, arrays, order, _) in made.items():
            answer, sparse = told[choice], choice.endswith("sparse")
            good = answer["code"] == FOUND
            both = good & right.certified
            away = np.abs(strategy_of(tape, answer["value"]) - right.strategy)[both].max(axis=1, initial=0.0)
            counted = operations(arrays)
            counted["elimination"] = operations_of(order) if sparse else counted["elimination"]
            evaluations = float(answer["evaluations"].mean())
            micro = float(np.median(spent[choice]))
            rows.append({
                "work": f"{name}, lambda {precision:g}, {choice}", "game": name, "precision": precision, "choice": choice,
                "nodes": tree.n_nodes, "sets": len(tree.sets), "log_odds": sum(needs.unknowns), "blocks": blocks,
                "belief_dimensions": sum(needs.dimensions), "unknowns": len(arrays.unknown), "proved": proved,
                "draws": draws, "found": float(good.mean()), "refused": float(answer["refused"].mean()),
                "evaluations": evaluations, "operations": counted,
                "operations_per_draw": evaluations * sum(counted.values()),
                "agree": int((away < AGREE).sum()), "compared": int(both.sum()), "largest_difference": float(away.max(initial=0.0)),
                "peer": "log-odds (the same prototype)", "peer_version": None, "ours": micro, "theirs": base,
                "unit": "us a draw", "ratio": base / micro, "equal": "residual 1e-10 in log-odds, the same continuation",
                "verified": bool((away < AGREE).all()),
            })  # fmt: skip
    return rows


def structure(name: str, tree: Tree, seconds: float) -> dict[str, Any]:
    """What can be counted without solving: unknowns of each choice, and operations of one elimination and two right-hand sides."""
    needs = needs_of(tree)
    guesses, proved = choices(tree, needs, seconds)
    n, cost = len(tree.sets), elimination(tree, needs)
    _, weight = needs.with_beliefs()
    return {
        "game": name, "nodes": tree.n_nodes, "sets": n, "log_odds": sum(needs.unknowns),
        "blocks": sorted((sum(needs.unknowns[h] for h in c) for c in components(needs.log_odds()) if len(c) > 1), reverse=True),
        "in_blocks": sum(weight[v] for v in guesses["log-odds"]), "beliefs": sum(weight[v] for v in guesses["beliefs"]),
        "fewest": sum(weight[v] for v in guesses["fewest"]), "proved": proved,
        "fewest_beliefs": sum(weight[v] for v in guesses["fewest"] if v >= n),
        "dense": cost.dense, "sparse": cost.sparse, "bordered": bordered(tree, needs),
    }  # fmt: skip


def games(folder: Path | None, quick: bool, largest: dict[str, int]) -> Iterator[tuple[str, Tree]]:
    for path in sorted(folder.glob("*.efg")) if folder else ():
        yield path.stem, read_efg(path)
    yield "peace-talks", open_game("peace-talks")
    for family in FAMILIES:
        for size in family.quick if quick else family.sizes:
            if size <= largest[family.name]:
                yield f"{family.name}, {size} {family.counted}", family.tree(size)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--only", help="one game")
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine(), "quick": options.quick, "structure": [], "rows": []}
    for name, tree in games(options.folder, options.quick, LARGEST_COUNTED):
        if options.only in (None, name):
            result["structure"].append(structure(name, tree, 3.0 if options.quick else 20.0))
    for name, tree in games(options.folder, options.quick, LARGEST):
        if options.only in (None, name):
            draws = max(4, min(8 if options.quick else 40, 20_000 // tree.n_nodes))
            result["rows"] += compare(
                name, tree, draws, 1 if options.quick else 3, 3.0 if options.quick else 20.0
            )
            print(name, file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for r in result["rows"]:
        flops = "+".join(str(v) for v in r["operations"].values())
        differs = "" if r["verified"] else f"DIFFERS at {r['compared'] - r['agree']}"
        print(
            f"{r['work']:56s} {r['unknowns']:4d} unknowns, {r['evaluations']:6.1f} evaluations of {flops:>20s} flops,"
            f" found {r['found']:4.0%}, {r['ours']:9.1f} us ({r['ratio']:.2f}x) {differs}"
        )


if __name__ == "__main__":
    main()
