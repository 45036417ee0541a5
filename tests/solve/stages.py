"""Games made of stages: types, chance, hidden and simultaneous moves, moves that only sometimes happen.

A stage has an owner, options, those who see what was chosen, and perhaps an earlier choice without which it does not happen.
What a player knows is the list of what it has seen, in order, its own choices among it; being asked tells it no
less than that it is asked. So nobody forgets (perfect recall by
construction), and one information set may hold nodes of different depth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detente.game.efg import read_efg
from detente.game.tree import Tree

CHANCE = -1
LEAVES = 64


@dataclass(frozen=True)
class Stage:
    by: int  # player, or CHANCE
    options: int
    seen_by: tuple[int, ...]
    when: tuple[int, int] | None = None  # stage, option: happens only if that was chosen
    shares: tuple[float, ...] = ()  # of chance


@dataclass(frozen=True)
class Staged:
    """All there is to a game: print it, and the game can be made again."""

    players: int
    stages: tuple[Stage, ...]
    payoffs: str  # a key of PAYOFFS
    seed: int


PAYOFFS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "any": lambda rng, n: rng.uniform(-1, 1, n).round(6),
    "integers": lambda rng, n: rng.integers(0, 8, n),
    "ties": lambda rng, n: rng.integers(0, 3, n),
}


def draw_game(choose: Callable[[int, int], int]) -> Staged:
    """A game by whoever chooses: ``choose(low, high)`` gives an integer, both ends included."""
    players = choose(2, 3)
    everyone = range(players)
    stages: list[Stage] = []
    leaves = 1

    def some() -> tuple[int, ...]:
        which = choose(0, 2**players - 1)
        return tuple(i for i in everyone if which >> i & 1)

    for k in range(choose(2, 5)):
        options = choose(2, 3) if leaves * 3 <= LEAVES else 2
        if leaves * options > LEAVES:
            break
        chance = choose(0, 2) == 0 if k == 0 else choose(0, 5) == 0
        when = None
        if k and choose(0, 1) == 0:
            at = choose(0, k - 1)
            when = (at, choose(0, stages[at].options - 1))
        shares: tuple[float, ...] = ()
        if chance:
            first = choose(1, 9 if options == 2 else 8)
            second = 10 - first if options == 2 else choose(1, 9 - first)
            shares = tuple(tenths / 10 for tenths in (first, second, 10 - first - second)[:options])
        stages.append(Stage(CHANCE if chance else choose(0, players - 1), options, some(), when, shares))
        leaves *= options
    if all(stage.by == CHANCE for stage in stages):
        stages.append(Stage(choose(0, players - 1), 2, some()))
    return Staged(players, tuple(stages), ("any", "integers", "ties")[choose(0, 2)], choose(0, 2**31 - 1))


def random_staged(seed: int) -> Staged:
    rng = np.random.default_rng(seed)
    return draw_game(lambda low, high: int(rng.integers(low, high + 1)))


def build(game: Staged) -> Tree:
    """The game as a tree, by way of an .efg text."""
    rng = np.random.default_rng(game.seed)
    names = " ".join(f'"p{i}"' for i in range(game.players))
    lines = [f'EFG 2 R "stages {game.seed}" {{ {names} }}', '""', ""]
    numbers: dict[tuple, int] = {}
    counts = [0, 0]  # outcomes, chance moves
    per_player = [0] * game.players

    def below(k: int, taken: dict[int, int], seen: tuple[tuple, ...]) -> None:
        while k < len(game.stages):
            when = game.stages[k].when
            if when is None or taken.get(when[0]) == when[1]:
                break
            k += 1
        if k == len(game.stages):
            counts[0] += 1
            pay = PAYOFFS[game.payoffs](rng, game.players)
            lines.append(f't "" {counts[0]} "" {{ {", ".join(str(v) for v in pay.tolist())} }}')
            return
        stage = game.stages[k]
        if stage.by == CHANCE:
            counts[1] += 1
            edges = " ".join(f'"c{k}{a}" {stage.shares[a]!r}' for a in range(stage.options))
            lines.append(f'c "" {counts[1]} "" {{ {edges} }} 0')
        else:
            key = (k, seen[stage.by])
            if key not in numbers:
                per_player[stage.by] += 1
                numbers[key] = per_player[stage.by]
            options = " ".join(f'"o{k}{a}"' for a in range(stage.options))
            lines.append(f'p "" {stage.by + 1} {numbers[key]} "s{numbers[key]}" {{ {options} }} 0')
        for a in range(stage.options):
            told = tuple(
                (*seen[i], (k, a)) if i == stage.by or i in stage.seen_by else seen[i]
                for i in range(game.players)
            )
            below(k + 1, {**taken, k: a}, told)

    below(0, {}, tuple(() for _ in range(game.players)))
    return read_efg("\n".join(lines) + "\n")
