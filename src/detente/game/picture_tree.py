"""What a picture of a game tree says, whatever it is drawn with: which nodes fit, and the words at each.

Shared by the terminal and the HTML picture, so that both say the same.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import GameError
from detente.game.tree import CHANCE, DECISION, TERMINAL, Floats, Tree

# More nesting than this no reader follows, and no renderer should have to.
MAX_DEPTH = 60

# A compact view tells a longer run of numbers (offers, demands, shares) by its ends, its middle and what is played most.
LONG_RUN = 6


@dataclass(frozen=True)
class Branch:
    """An option leading out of a node, with the probability it is taken with where that is known."""

    label: str
    probability: float | None
    node: int
    skipped: int = 0  # options between the branch before and this one that a compact view leaves out


@dataclass(frozen=True)
class Hidden:
    """What is not drawn below a node."""

    positions: int
    ends: int

    def __str__(self) -> str:
        rest = self.positions - self.ends
        before = f"{counted(rest, 'more position')} and " if rest else ""
        return f"{before}{counted(self.ends, 'ending')} not drawn"


class View:
    """A tree with a row of numbers and, optionally, a solved strategy, cut to what can be shown.

    Nodes are drawn level by level until ``max_nodes``, at most ``max_depth`` levels, so what is left out is always
    what comes last in the game. ``compact``: of a move with more than `LONG_RUN` options that are all numbers, the first, the
    middle and the last are drawn, and under a strategy the one played most; each branch says how many were skipped before it.
    One play is drawn to its end before the levels are filled.
    """

    def __init__(
        self,
        tree: Tree,
        strategy: Floats | None = None,
        numbers: Floats | None = None,
        *,
        max_nodes: int = 400,
        max_depth: int = MAX_DEPTH,
        compact: bool = False,
    ) -> None:
        self.tree = tree
        self.compact = compact
        self.row = tree.numbers_at()[0] if numbers is None else np.asarray(numbers, np.float64).reshape(-1)
        self.strategy = None if strategy is None else np.asarray(strategy, np.float64).reshape(-1)
        if self.strategy is not None and self.strategy.shape != (tree.n_slots,):
            raise GameError(
                f"a strategy for this tree has {tree.n_slots} entries", found=f"{self.strategy.size} entries"
            )
        self._positions, self._ends = _sizes(tree)
        self._drawn = self._choose(max_nodes, min(max_depth, MAX_DEPTH))

    def _choose(self, max_nodes: int, max_depth: int) -> set[int]:
        """Nodes whose branches are all drawn."""
        tree, left, chosen = self.tree, max_nodes - 1, set[int]()
        for node in self._longest_play() if self.compact else ():
            children = self._edges(node)
            if len(children) > left or len(chosen) >= max_depth:
                break
            left -= len(children)
            chosen.add(node)
        waiting = deque([(0, 0)])
        while waiting:
            node, level = waiting.popleft()
            children = tree.child[self._edges(node)]
            if node not in chosen:
                if len(children) > left or level >= max_depth:
                    continue
                left -= len(children)
                chosen.add(node)
            waiting.extend((int(child), level + 1) for child in children)
        return chosen

    def _longest_play(self) -> list[int]:
        """From the first move, each time into the branch with most below it: one play that is drawn to its end."""
        node, path = 0, list[int]()
        while self.tree.kind[node] != TERMINAL:
            path.append(node)
            node = max(
                (int(self.tree.child[edge]) for edge in self._edges(node)), key=lambda c: self._positions[c]
            )
        return path

    def branches(self, node: int) -> list[Branch]:
        """Its branches in order; none where they are not drawn."""
        if node not in self._drawn:
            return []
        tree = self.tree
        start = int(tree.child_start[node])
        found: list[Branch] = []
        before = start - 1
        for edge in self._edges(node):
            chance = self._probability(node, edge, edge - start)
            found.append(Branch(tree.edge_label[edge], chance, int(tree.child[edge]), edge - before - 1))
            before = edge
        return found

    def _edges(self, node: int) -> list[int]:
        """Edges out of ``node`` that are drawn if its branches are, in order."""
        start, stop = int(self.tree.child_start[node]), int(self.tree.child_start[node + 1])
        edges = list(range(start, stop))
        if (
            not self.compact
            or len(edges) <= LONG_RUN
            or not all(map(_is_number, self.tree.edge_label[start:stop]))
        ):
            return edges
        kept = {start, (start + stop - 1) // 2, stop - 1}
        if self.strategy is not None and self.tree.kind[node] == DECISION:
            first = int(self.tree.slot_start[int(self.tree.info_set[node])])
            kept.add(start + int(np.argmax(self.strategy[first : first + len(edges)])))
        return sorted(kept)

    def _probability(self, node: int, edge: int, option: int) -> float | None:
        tree = self.tree
        if tree.kind[node] == CHANCE:
            return float(self.row[tree.edge_number[edge]])
        if self.strategy is None:
            return None
        return float(self.strategy[int(tree.slot_start[int(tree.info_set[node])]) + option])

    def hidden(self, node: int) -> Hidden | None:
        """What lies below ``node`` and is not drawn, if anything."""
        if node in self._drawn or self.tree.kind[node] == TERMINAL:
            return None
        return Hidden(int(self._positions[node]) - 1, int(self._ends[node]))

    def inside(self, node: int) -> Hidden:
        """Everything below ``node``, drawn or not."""
        return Hidden(int(self._positions[node]) - 1, int(self._ends[node]))

    def actor(self, node: int) -> str | None:
        """The player who moves, ``chance``, or None at an end."""
        if self.tree.kind[node] == TERMINAL:
            return None
        owner = self.owner(node)
        return "chance" if owner is None else self.tree.players[owner]

    def owner(self, node: int) -> int | None:
        """Index of the player who moves."""
        return (
            self.tree.sets[int(self.tree.info_set[node])].player if self.tree.kind[node] == DECISION else None
        )

    def name(self, node: int) -> str:
        """Name of the move."""
        label = self.tree.node_label[node] if self.tree.node_label else ""
        if self.tree.kind[node] != DECISION:
            return label
        owned = self.tree.sets[int(self.tree.info_set[node])]
        return owned.move or label or owned.name

    def alike(self, node: int) -> int:
        """How many other positions the mover cannot tell from this one."""
        if self.tree.kind[node] != DECISION:
            return 0
        return len(self.tree.sets[int(self.tree.info_set[node])].nodes) - 1

    def ignorance(self, node: int) -> str:
        """What the mover cannot tell apart, and what he goes by, as a clause; empty where he knows all that happened."""
        others = self.alike(node)
        if not others:
            return ""
        seen = self.tree.sets[int(self.tree.info_set[node])].seen
        known = ", ".join(f"{name} = {_shown(value)}" for name, value in seen.items())
        told = f"cannot tell this from {counted(others, 'other position')}"
        return f"{told}; knows only {known}" if known else told

    def payoffs(self, node: int) -> list[tuple[str, float]]:
        """Player and payoff at an end."""
        tree, outcome = self.tree, int(self.tree.terminal[node])
        found: list[tuple[str, float]] = []
        for player, name in enumerate(tree.players):
            place = outcome * len(tree.players) + player
            terms = tree.payoff_number[tree.payoff_start[place] : tree.payoff_start[place + 1]]
            found.append((name, float(self.row[terms].sum())))
        return found

    def events(self, node: int) -> list[str]:
        """Events that hold at an end."""
        tree, outcome = self.tree, int(self.tree.terminal[node])
        return [name for k, name in enumerate(tree.events) if self.row[tree.event_number[k, outcome]] == 1]

    def summary(self) -> str:
        """One sentence that stands for the picture where it cannot be seen."""
        tree = self.tree
        moves = int((tree.kind == DECISION).sum())
        chances = int((tree.kind == CHANCE).sum())
        told = f"Game tree of {counted(tree.n_nodes, 'position')}: {counted(moves, 'decision')}"
        told += f" of {listed(list(tree.players))} in {counted(len(tree.sets), 'information set')}"
        if chances:
            told += f", {counted(chances, 'chance move')}"
        return f"{told}, {counted(tree.n_outcomes, 'ending')}."


def _sizes(tree: Tree) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Nodes and ends at and below each node."""
    positions = np.ones(tree.n_nodes, np.int64)
    ends = (tree.kind == TERMINAL).astype(np.int64)
    for node in range(tree.n_nodes - 1, 0, -1):  # children come after their parent
        positions[tree.parent[node]] += positions[node]
        ends[tree.parent[node]] += ends[node]
    return positions, ends


def _is_number(label: str) -> bool:
    try:
        float(label)
    except ValueError:
        return False
    return True


def _shown(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value).replace("_", " ")


def number(x: float) -> str:
    """A payoff for reading: four significant digits, no tail of noughts, a true minus."""
    text = f"{x:.4g}"
    return "0" if text in ("-0", "0") else text.replace("-", "−")


def probability(p: float) -> str:
    """A probability for reading: two decimals, and no 0 or 1 that is not one."""
    if p in (0, 1):
        return str(int(p))
    return "< 0.01" if p < 0.005 else "> 0.99" if p > 0.995 else f"{p:.2f}"


def counted(n: int, thing: str) -> str:
    """``1 move``, ``3 moves``."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def listed(words: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
