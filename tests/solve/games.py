"""Small games as .efg text, drawn at random from a seed; what tests of the solver solve."""

from __future__ import annotations

import dataclasses
from itertools import product

import numpy as np

from detente.game.efg import read_efg
from detente.game.expression import parse
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


FOLD = np.array([[[0, 1], [1, 7], [4, 2]], [[2, 7], [4, 7], [4, 0]], [[3, 0], [3, 0], [6, 4]]], float)
"""The branch turns near lambda 1.2125 and 1.035."""


def messages(prior: float, payoffs: np.ndarray) -> Tree:
    """A sender of two types, two messages, two answers; ``payoffs`` [type, message, answer, player]."""
    lines = [
        'EFG 2 R "messages" { "S" "R" }',
        '""',
        "",
        f'c "" 1 "type" {{ "a" {prior!r} "b" {1 - prior!r} }} 0',
    ]
    for t, m in product(range(2), range(2)):
        if m == 0:
            lines.append(f'p "" 1 {1 + t} "sender{t}" {{ "m0" "m1" }} 0')
        lines.append(f'p "" 2 {1 + m} "heard{m}" {{ "a0" "a1" }} 0')
        lines += [_leaf(1 + 4 * t + 2 * m + a, payoffs[t, m, a]) for a in range(2)]
    return read_efg("\n".join(lines) + "\n")


def rare_message() -> Tree:
    """Both types send m0. Who sends m1 is surely type b, who loses less by it: 2 against 3, so a0 follows m1.

    Were both types as likely to have sent it, the receiver would not care.
    """
    pay = np.zeros((2, 2, 2, 2))
    pay[0, 0, :, 0], pay[1, 0, :, 0] = 3.0, 2.0
    pay[0, 1, :, 0], pay[1, 1, :, 0] = (0.0, 1.0), (0.0, 1.5)
    pay[0, 1, :, 1], pay[1, 1, :, 1] = (0.0, 1.0), (1.0, 0.0)
    return messages(0.5, pay)


def horse() -> Tree:
    """Selten's horse, with nodes of different depth in one set. Limit: two and three are not reached, three believes (2/3, 1/3)."""
    return read_efg(
        """EFG 2 R "horse" { "one" "two" "three" }
""

p "" 1 1 "one" { "across" "down" } 0
p "" 2 1 "two" { "across" "down" } 0
t "" 1 "" { 1, 1, 1 }
p "" 3 1 "three" { "L" "R" } 0
t "" 2 "" { 4, 4, 0 }
t "" 3 "" { 0, 0, 1 }
p "" 3 1 "three" { "L" "R" } 0
t "" 4 "" { 3, 3, 2 }
t "" 5 "" { 0, 0, 0 }
"""
    )


def rescaled(tree: Tree, scale: float, shift: np.ndarray | None = None) -> Tree:
    """Payoffs times ``scale`` plus ``shift`` [player]: one number per outcome and player."""
    players, n = len(tree.players), tree.n_outcomes
    row = tree.numbers_at()[0]
    pay = np.array(
        [
            row[tree.payoff_number[a:b]].sum()
            for a, b in zip(tree.payoff_start, tree.payoff_start[1:], strict=False)
        ]
    ).reshape(n, players)
    pay = pay * scale + (0.0 if shift is None else shift)
    kept = len(tree.numbers)
    values = np.concatenate([row, pay.ravel()])
    return dataclasses.replace(
        tree,
        numbers=tuple(parse(repr(float(v))) for v in values),
        payoff_start=np.arange(n * players + 1, dtype=np.int32),
        payoff_number=np.arange(kept, kept + n * players, dtype=np.int32),
    )


def nearly_symmetric(seed: int) -> Tree:
    """Players who are alike but for 1e-4 to 0.3 of their payoffs: bifurcations, missed by a hair or by a hand."""
    rng = np.random.default_rng(seed)
    players = int(rng.integers(2, 4))
    options = 2 if players == 3 else int(rng.integers(2, 4))
    first = rng.integers(0, 6, (options,) * players).astype(float)
    if players == 3:
        first = (first + first.transpose(0, 2, 1)) / 2  # the others count alike
    payoff = np.stack([np.moveaxis(first, 0, i) for i in range(players)], axis=-1)
    size = float(10 ** rng.uniform(-4, -0.5))
    return simultaneous((payoff + size * rng.uniform(-1, 1, payoff.shape)).round(8))


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
