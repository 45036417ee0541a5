"""Families of games that grow, written by us as ``.efg`` text: what a draw costs as they do, on our side and on pygambit's.

    python benchmarks/families.py [--quick] [--json]

- *chain store*: an incumbent who may be tough, entrants one after the other who have seen everything before (Kreps and Wilson 1982);
- *types*: a sender with private information, three messages, a receiver who answers (Spence 1973 in its finite form);
- *offers*: a proposer with private information names one of many offers, the other accepts or not, a fight may follow;
- *rounds*: an uninformed seller names a price in each round, a buyer of two types takes it or waits (Fudenberg and Tirole 1983).

Payoffs are chosen so that no two options tie; all have perfect recall. A side leaves a family where it has become too slow.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from machine import machine

from detente.errors import GameError
from detente.game.efg import read_efg
from detente.game.tree import Tree


@dataclass
class Text:
    """A file under way: nodes are written in depth-first order, information sets are numbered as they appear."""

    title: str
    players: Sequence[str]
    lines: list[str] = field(default_factory=list)
    numbers: dict[tuple[int, str], int] = field(default_factory=dict)
    outcomes: int = 0
    chances: int = 0

    def chance(self, name: str, shares: Sequence[tuple[str, float]]) -> None:
        self.chances += 1
        menu = " ".join(f'"{label}" {share!r}' for label, share in shares)
        self.lines.append(f'c "" {self.chances} "{name}" {{ {menu} }} 0')

    def move(self, player: int, name: str, options: Sequence[str]) -> None:
        own = sum(owner == player for owner, _ in self.numbers)
        number = self.numbers.setdefault((player, name), own + 1)
        menu = " ".join(f'"{option}"' for option in options)
        self.lines.append(f'p "" {player + 1} {number} "{name}" {{ {menu} }} 0')

    def end(self, *payoffs: float) -> None:
        self.outcomes += 1
        self.lines.append(f't "" {self.outcomes} "" {{ {", ".join(repr(round(v, 12)) for v in payoffs)} }}')

    def text(self) -> str:
        names = " ".join(f'"{name}"' for name in self.players)
        return "\n".join([f'EFG 2 R "{self.title}" {{ {names} }}', '""', "", *self.lines]) + "\n"


def chain_store(entrants: int) -> str:
    """Reputation: one incumbent, tough with probability 0.3, against ``entrants`` who come one by one."""
    out = Text(
        f"chain store, {entrants} entrants", ["incumbent", *(f"entrant {k + 1}" for k in range(entrants))]
    )
    weak = {"out": 2.0, "share": 0.0, "fight": -1.0}
    tough = {"out": 2.0, "share": -1.0, "fight": 0.0}
    gain = {"out": 0.0, "share": 0.6, "fight": -0.4}

    def after(kind: str, past: tuple[str, ...]) -> None:
        if len(past) == entrants:
            stage = tough if kind == "tough" else weak
            out.end(sum(stage[x] for x in past), *(gain[x] for x in past))
            return
        seen = " ".join(past) or "start"
        out.move(len(past) + 1, seen, ["in", "out"])
        out.move(0, f"{kind} {seen} in", ["share", "fight"])
        after(kind, (*past, "share"))
        after(kind, (*past, "fight"))
        after(kind, (*past, "out"))

    out.chance("incumbent", [("tough", 0.3), ("weak", 0.7)])
    after("tough", ())
    after("weak", ())
    return out.text()


def signals(types: int, messages: int = 3) -> str:
    """A sender of ``types`` types, three messages that cost less the higher the type, a receiver with as many answers as messages."""
    out = Text(f"signals, {types} types", ["sender", "receiver"])
    shares = [1.0 + 0.1 * t for t in range(types)]
    probabilities = [share / sum(shares) for share in shares]
    probabilities[-1] = 1.0 - sum(probabilities[:-1])
    out.chance("type", [(f"type {t}", p) for t, p in enumerate(probabilities)])
    for t in range(types):
        worth = (t + 0.5) / types
        out.move(0, f"type {t}", [f"message {m}" for m in range(messages)])
        for m in range(messages):
            out.move(1, f"after message {m}", [f"answer {a}" for a in range(messages)])
            for a in range(messages):
                wage = (a + 0.3) / messages
                out.end(wage - 0.45 * m / messages / (worth + 0.4), -((wage - worth) ** 2) + 0.05 * m * worth)
    return out.text()


def offers(count: int) -> str:
    """A proposer, strong or weak, offers a share of a pie; the other accepts, or rejects and the proposer fights or gives in."""
    out = Text(f"offers, {count}", ["proposer", "responder"])
    grid = [k / (count - 1) for k in range(count)]
    out.chance("proposer", [("strong", 0.4), ("weak", 0.6)])
    for kind, war, answer in (("strong", 0.35, -0.1), ("weak", -0.15, 0.3)):
        out.move(0, kind, [f"offer {x:.4f}" for x in grid])
        for x in grid:
            out.move(1, f"offered {x:.4f}", ["accept", "reject"])
            out.end(1.0 - x, x)
            out.move(0, f"{kind} rejected {x:.4f}", ["fight", "give in"])
            out.end(war, answer)
            out.end(0.05, 0.8 + 0.01 * x)
    return out.text()


def rounds(number: int, prices: Sequence[float] = (0.35, 0.55, 0.75)) -> str:
    """Bargaining: the seller asks a price a round, never a higher one; the buyer, keen or cool, takes it or waits; the pie shrinks."""
    out = Text(f"bargaining, {number} rounds", ["seller", "buyer"])
    out.chance("buyer", [("keen", 0.5), ("cool", 0.5)])

    def at(kind: str, k: int, past: tuple[int, ...]) -> None:
        worth, left = (1.0 if kind == "keen" else 0.6), 0.9**k
        if k == number:
            out.end(0.05 * left, 0.02 * left)
            return
        seen = " ".join(str(j) for j in past) or "start"
        choices = [j for j in range(len(prices)) if not past or j <= past[-1]]
        out.move(
            0, f"ask {seen}", [f"{prices[j]}" for j in choices] + (["stop"] if len(choices) == 1 else [])
        )
        for j in choices:
            out.move(1, f"{kind} {seen} asked {j}", ["take", "wait"])
            out.end(left * prices[j], left * (worth - prices[j]))
            at(kind, k + 1, (*past, j))
        if len(choices) == 1:
            out.end(0.1 * left, 0.01 * left)

    at("keen", 0, ())
    at("cool", 0, ())
    return out.text()


@dataclass(frozen=True)
class Family:
    """One way to grow: what is counted, and the sizes that are measured."""

    name: str
    counted: str
    write: Callable[[int], str]
    sizes: tuple[int, ...]
    quick: tuple[int, ...]

    def tree(self, size: int) -> Tree:
        return read_efg(self.write(size))


FAMILIES = (
    Family("chain store", "entrants", chain_store, (2, 3, 4, 5), (2, 3)),
    Family("signals", "types", signals, (2, 3, 4, 5, 6), (2, 4)),
    Family("offers", "offers", offers, (5, 10, 20, 50), (5, 20)),
    Family("bargaining", "rounds", rounds, (1, 2, 3, 4, 6, 8), (1, 3)),
)


def ours(tree: Tree, numbers: Any, precision: Any) -> dict[str, Any]:
    """Milliseconds of processor time a draw, one thread; the share certified; the second call counts."""
    from sweeps import at

    from detente.solve import compile_tree, solve

    try:
        compiled = compile_tree(at(tree, numbers))
    except GameError as problem:
        return {"ms": None, "why_not": str(problem)}
    begin = time.process_time()
    found = solve(compiled, precision=precision, threads=1)
    spent = time.process_time() - begin
    if spent < 20.0:
        begin = time.process_time()
        found = solve(compiled, precision=precision, threads=1)
        spent = time.process_time() - begin
    return {
        "ms": 1e3 * spent / len(found),
        "certified": float(found.certified.mean()),
        "evaluations": float(found.iterations.mean()),
        "why_not": None,
    }


def curve(family: Family, sizes: Sequence[int], budget: int) -> list[dict[str, Any]]:
    """One row a size and precision."""
    from sweeps import Peer, numbers_of

    rows: list[dict[str, Any]] = []
    tired: dict[str, str] = {}  # where a side has become too slow, and since what size
    for size in sizes:
        tree = family.tree(size)
        draws = max(2, min(200, budget // tree.n_nodes))
        numbers = numbers_of(tree, draws)
        with tempfile.TemporaryDirectory() as folder:
            few = max(1, min(draws, 3 if tree.n_nodes < 1000 else 1))
            peer = Peer(tree, numbers[:few], Path(folder), limit_seconds=60.0)
            for name, precision in (("lambda 20", 20.0), ("limit", None)):
                us, them = f"ours {name}", f"theirs {name}"
                mine: dict[str, Any] = {"ms": None, "why_not": tired.get(us)}
                if us not in tired:
                    mine = ours(tree, numbers, "limit" if precision is None else precision)
                if mine["ms"] is not None and mine["ms"] * draws > 60_000:
                    tired[us] = f"more than {mine['ms'] / 1e3:.0f} s a draw at {family.counted} {size}"
                other = None
                if them not in tired:
                    other = peer.ask(range(few), precision, None if precision else 1e-8)
                    if other.why_not or sum(other.seconds) > 30 * few:
                        tired[them] = other.why_not or f"slow at {size} {family.counted}"
                seconds = other.seconds if other else []
                theirs = 1e3 * sum(seconds) / len(seconds) if seconds else None
                row = {
                    "work": f"{family.name}, {size} {family.counted}, {name}",
                    "family": family.name, "size": size, "counted": family.counted, "precision": name,
                    "nodes": tree.n_nodes, "sets": len(tree.sets), "unknowns": tree.n_slots - len(tree.sets),
                    "draws": draws, "peer": "pygambit", "peer_version": other.version if other else None,
                    "ours": mine["ms"], "theirs": theirs, "unit": "ms a draw",
                    "ratio": theirs / mine["ms"] if theirs and mine["ms"] else None,
                    "equal": "one thread, processor time, the same draws",
                    "verified": mine.get("certified") == 1.0, "certified": mine.get("certified"),
                    "evaluations": mine.get("evaluations"), "ours_why_not": mine["why_not"],
                    "why_not": tired.get(them) if theirs is None else None,
                }  # fmt: skip
                rows.append(row)
                print(row["work"], row["ours"], row["theirs"], row["certified"], file=sys.stderr, flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="two sizes a family")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    result: dict[str, Any] = {"machine": machine(), "quick": options.quick, "rows": []}
    for family in FAMILIES:
        sizes = family.quick if options.quick else family.sizes
        result["rows"] += curve(family, sizes, 2_000 if options.quick else 20_000)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    for r in result["rows"]:
        mine, theirs = ("-" if v is None else f"{v:.3f}" for v in (r["ours"], r["theirs"]))
        print(
            f"{r['work']:36s} {r['nodes']:6d} nodes {r['sets']:5d} sets {r['unknowns']:5d} unknowns {mine:>10s} {theirs:>10s} ms"
        )


if __name__ == "__main__":
    main()
