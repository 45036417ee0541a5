"""Random games of unlike shapes, with hidden moves and sets of nodes at different depths, as .efg text read back."""

from __future__ import annotations

import numpy as np

from detente.game.efg import read_efg
from detente.game.tree import Tree


def random_tree(seed: int, integer: bool = False) -> Tree:
    """Three players in a random order, chance now and then; who moves often does not see all of what was done before.

    Perfect recall holds because nobody moves twice on a path, except the first, who remembers.
    """
    rng = np.random.default_rng(seed)
    shape = seed % 4
    players = 3
    count = 0
    lines = [f'EFG 2 R "random {seed}" {{ "one" "two" "three" }}', '""', ""]
    numbers: dict[tuple[int, tuple[object, ...]], int] = {}
    sizes: dict[tuple[int, tuple[object, ...]], int] = {}
    share = round(float(rng.uniform(0.2, 0.8)), 3)
    hides = rng.random((players, 5)) < 0.6  # whether a player does not see the step of that depth
    ends = rng.random(64) < 0.25

    def leaf() -> None:
        nonlocal count
        count += 1
        pay = rng.integers(0, 6, players) if integer else rng.uniform(-1, 1, players).round(4)
        lines.append(f't "" {count} "" {{ {", ".join(str(v) for v in pay)} }}')

    def set_of(player: int, seen: tuple[object, ...]) -> tuple[int, int]:
        key = (player, seen)
        if key not in numbers:
            numbers[key] = 1 + sum(k[0] == player for k in numbers)
            sizes[key] = int(rng.integers(2, 4)) if shape == 3 else 2
        return numbers[key], sizes[key]

    def below(history: tuple[tuple[int, int], ...], order: tuple[int, ...]) -> None:
        """``history``: (who, what) of the steps so far; -1 is chance."""
        depth = len(history)
        if not order or (depth > 0 and history[-1][0] >= 0 and ends[hash(history) % 64] and depth > 1):
            leaf()
            return
        who = order[0]
        if who < 0:
            lines.append(f'c "" 1 "" {{ "x" {share} "y" {round(1 - share, 3)} }} 0')
            for a in range(2):
                below((*history, (-1, a)), order[1:])
            return
        seen: list[object] = []
        for k, (by, a) in enumerate(history):
            hidden = by != who and hides[who][k]
            seen.append("?" if hidden else a)
        if shape == 1 and who == 2:  # does not even know how many moves were made, as in the horse
            seen = []
        number, size = set_of(who, tuple(seen))
        options = " ".join(f'"o{a}"' for a in range(size))
        lines.append(f'p "" {who + 1} {number} "" {{ {options} }} 0')
        for a in range(size):
            jump = shape == 1 and who == 0 and a == size - 1
            below((*history, (who, a)), order[2:] if jump else order[1:])

    orders: dict[int, tuple[int, ...]] = {0: (-1, 0, 1, 2), 1: (0, 1, 2), 2: (0, 1, 2, 0), 3: (-1, 0, 1)}
    below((), orders[shape])
    return read_efg("\n".join(lines) + "\n")
