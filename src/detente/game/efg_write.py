"""Writing a `Tree` as a Gambit .efg file (version 2, rational numbers)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from detente.errors import GameError
from detente.game.tree import CHANCE, TERMINAL, Floats, Tree

# A double within one rounding of a ratio with a denominator up to this is written as that ratio.
MAX_DENOMINATOR = 9_999


def write_efg(tree: Tree, numbers: Floats | None = None) -> str:
    """The text of the file for one row of numbers (as `Tree.numbers_at` gives; None: the base values).

    Each number is written exactly: as a short decimal or ratio where that *is* the double, else as the ratio
    that the double is. Chances add up to 1 exactly, as Gambit wants: a rest of rounding goes to the largest.
    Raises GameError for numbers that are not finite, and for chances that do not add up to 1 within 1e-9.
    Names of sets, options and players are those of the tree; a name that one player has twice gets a number.
    """
    row = tree.numbers_at()[0] if numbers is None else np.asarray(numbers, np.float64).reshape(-1)
    if row.shape != (len(tree.numbers),):
        raise GameError(f"this game has {len(tree.numbers)} numbers", found=f"{row.size} numbers")
    if not np.isfinite(row).all():
        raise GameError(
            "a number of the game is not finite", found=tree.numbers[int(np.argmin(np.isfinite(row)))].text
        )
    exact = [_exact(float(x)) for x in row]
    players = " ".join(_quoted(name) for name in tree.players)
    lines = [f"EFG 2 R {_quoted(tree.title)} {{ {players} }}", '""', ""]
    names = _distinct((owned.player, owned.name) for owned in tree.sets)
    drawn = [node for node in range(tree.n_nodes) if tree.kind[node] == CHANCE]
    events = _distinct((-1, tree.node_label[node] if tree.node_label else "") for node in drawn)
    named = _exclusive(tree, exact)
    chance = {node: (k, name) for k, (node, name) in enumerate(zip(drawn, events, strict=True), start=1)}
    for node in range(tree.n_nodes):
        kind = int(tree.kind[node])
        if kind == TERMINAL:
            lines.append(_end(tree, exact, int(tree.terminal[node]), named))
        elif kind == CHANCE:
            number, name = chance[node]
            lines.append(f'c "" {number} {_quoted(name)} {{ {_chance_menu(tree, exact, node)} }} 0')
        else:
            index = int(tree.info_set[node])
            owned = tree.sets[index]
            head = f'p "" {owned.player + 1} {owned.number} {_quoted(names[index])}'
            lines.append(f"{head} {{ {' '.join(_quoted(option) for option in owned.options)} }} 0")
    return "\n".join(lines) + "\n"


def _distinct(names: Iterable[tuple[int, str]]) -> list[str]:
    """Names, each numbered where its owner had one like it before: Gambit wants names to differ, those of chance too."""
    taken: set[tuple[int, str]] = set()
    found: list[str] = []
    for owner, first in names:
        name, again = first, 2
        while name and (owner, name) in taken:
            name, again = f"{first} ({again})", again + 1
        taken.add((owner, name))
        found.append(name)
    return found


def _exclusive(tree: Tree, exact: list[Fraction]) -> bool:
    """Whether no end is part of two events: a file has one name for an end, which is an event when it is read again."""
    held = [sum(exact[int(k)] == 1 for k in tree.event_number[:, end]) for end in range(tree.n_outcomes)]
    return max(held, default=0) <= 1


def _end(tree: Tree, exact: list[Fraction], outcome: int, named: bool) -> str:
    payoffs: list[str] = []
    for player in range(len(tree.players)):
        place = outcome * len(tree.players) + player
        terms = tree.payoff_number[tree.payoff_start[place] : tree.payoff_start[place + 1]]
        payoffs.append(_written(sum((exact[int(k)] for k in terms), Fraction(0))))
    held = [name for row, name in enumerate(tree.events) if exact[int(tree.event_number[row, outcome])] == 1]
    label = held[0] if named and held else ""
    return f't "" {outcome + 1} {_quoted(label)} {{ {", ".join(payoffs)} }}'


def _chance_menu(tree: Tree, exact: list[Fraction], node: int) -> str:
    edges = range(int(tree.child_start[node]), int(tree.child_start[node + 1]))
    chances = [exact[int(tree.edge_number[edge])] for edge in edges]
    rest = 1 - sum(chances, Fraction(0))
    if abs(rest) > Fraction(1, 10**9) or min(chances) < 0:
        raise GameError(
            "the chances of a move are not probabilities that add up to 1",
            found=", ".join(f"{float(p):.10g}" for p in chances),
        )
    largest = max(range(len(chances)), key=chances.__getitem__)
    chances[largest] += rest
    return " ".join(
        f"{_quoted(tree.edge_label[e])} {_written(p)}" for e, p in zip(edges, chances, strict=True)
    )


def _exact(x: float) -> Fraction:
    """The decimal or short ratio whose double is ``x``, else the double itself."""
    short = Fraction(repr(x))
    if short.denominator <= 10**12:
        return short
    ratio = Fraction(x).limit_denominator(MAX_DENOMINATOR)
    return ratio if float(ratio) == x else Fraction(x)


def _written(x: Fraction) -> str:
    """A decimal where the ratio has one of reasonable length, else the ratio."""
    twos, fives, rest = 0, 0, x.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    digits = max(twos, fives)
    if rest != 1 or digits > 15:
        return f"{x.numerator}/{x.denominator}"
    if digits == 0:
        return str(x.numerator)
    whole = str(abs(x.numerator) * 10**digits // x.denominator).rjust(digits + 1, "0")
    return f"{'-' if x < 0 else ''}{whole[:-digits]}.{whole[-digits:]}"


def _quoted(text: str) -> str:
    if text.endswith("\\"):
        raise GameError("a label that ends with a backslash cannot be written in this format", found=text)
    return '"' + text.replace('"', '\\"') + '"'
