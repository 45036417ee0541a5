"""Small games as .efg text, drawn at random from a seed; what tests of the solver solve."""

from __future__ import annotations

from itertools import product

import numpy as np

from detente.game.efg import read_efg
from detente.game.tree import Tree


def _leaf(number: int, payoffs: np.ndarray) -> str:
    return f't "" {number} "" {{ {", ".join(str(v) for v in payoffs)} }}'


def simultaneous(payoffs: np.ndarray, title: str = "simultaneous") -> Tree:
    """A game in which everybody moves at once; ``payoffs`` [option of 1, option of 2, ..., player]."""
    *sizes, players = payoffs.shape
    lines = [
        f'EFG 2 R "{title}" {{ {" ".join(chr(34) + "p" + str(i) + chr(34) for i in range(players))} }}',
        '""',
        "",
    ]
    count = 0

    def below(chosen: tuple[int, ...]) -> None:
        nonlocal count
        i = len(chosen)
        if i == players:
            count += 1
            lines.append(_leaf(count, payoffs[chosen]))
            return
        options = " ".join(f'"o{a}"' for a in range(sizes[i]))
        lines.append(f'p "" {i + 1} 1 "set{i}" {{ {options} }} 0')
        for a in range(sizes[i]):
            below((*chosen, a))

    below(())
    return read_efg("\n".join(lines) + "\n")


def crisis(rng: np.random.Generator, integer: bool = False, prior: float | None = None) -> Tree:
    """Two private types a side; A opens or not, B answers or not, A ends it; payoffs at random."""
    share = [prior if prior is not None else float(rng.uniform(0.1, 0.9)) for _ in range(2)]
    lines = ['EFG 2 R "random crisis" { "A" "B" }', '""', ""]
    chance = [
        (a, b, (share[0] if a == 0 else 1 - share[0]) * (share[1] if b == 0 else 1 - share[1]))
        for a, b in product(range(2), range(2))
    ]
    lines.append('c "" 1 "types" { ' + " ".join(f'"{a}{b}" {p!r}' for a, b, p in chance) + " } 0")
    count = 0

    def leaf() -> None:
        nonlocal count
        count += 1
        pay = rng.integers(0, 8, 2) if integer else rng.uniform(-1, 1, 2).round(6)
        lines.append(_leaf(count, pay))

    for a, b, _ in chance:
        lines.append(f'p "" 1 {1 + a} "open{a}" {{ "go" "stay" }} 0')
        lines.append(f'p "" 2 {1 + b} "answer{b}" {{ "resist" "yield" }} 0')
        lines.append(f'p "" 1 {3 + a} "last{a}" {{ "fight" "back" }} 0')
        for _ in range(4):
            leaf()
    return read_efg("\n".join(lines) + "\n")


def signalling(rng: np.random.Generator, messages: int = 2, answers: int = 2, integer: bool = False) -> Tree:
    """A sender of two types, messages that are seen, answers."""
    p = float(rng.uniform(0.1, 0.9))
    lines = [
        'EFG 2 R "random signals" { "S" "R" }',
        '""',
        "",
        f'c "" 1 "type" {{ "a" {p!r} "b" {1 - p!r} }} 0',
    ]
    count = 0
    for t in range(2):
        options = " ".join(f'"m{k}"' for k in range(messages))
        lines.append(f'p "" 1 {1 + t} "sender{t}" {{ {options} }} 0')
        for m in range(messages):
            options = " ".join(f'"a{k}"' for k in range(answers))
            lines.append(f'p "" 2 {1 + m} "heard{m}" {{ {options} }} 0')
            for _ in range(answers):
                count += 1
                lines.append(
                    _leaf(count, rng.integers(0, 8, 2) if integer else rng.uniform(-1, 1, 2).round(6))
                )
    return read_efg("\n".join(lines) + "\n")


def random_game(seed: int) -> Tree:
    """One of several shapes, by the seed."""
    rng = np.random.default_rng(seed)
    kind = seed % 6
    if kind == 0:
        return simultaneous(rng.integers(0, 8, (3, 3, 2)))
    if kind == 1:
        return simultaneous(rng.integers(0, 8, (2, 2, 2, 3)))
    if kind == 2:
        return crisis(rng)
    if kind == 3:
        return crisis(rng, integer=True, prior=0.5)
    if kind == 4:
        return signalling(rng, 3, 2)
    return signalling(rng, 2, 3, integer=True)
