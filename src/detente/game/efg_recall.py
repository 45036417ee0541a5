"""Perfect recall of a drawn tree: at every information set the owner knows what he did and knew before.

A game written in our language has it by construction; a file can draw any sets it likes.
"""

from __future__ import annotations

from dataclasses import dataclass

from detente.game.tree import DECISION, Tree


@dataclass(frozen=True)
class Forgotten:
    """Two positions of one information set that its owner reached with different memories."""

    set_index: int
    first: int
    second: int
    absent: bool  # the second lies after the first: the owner does not even notice that he has moved


def forgotten(tree: Tree) -> Forgotten | None:
    """The first breach of perfect recall in the order of nodes, or None. Linear in nodes times players."""
    after: dict[
        tuple[int, int, int], int
    ] = {}  # (memory before, set, option) -> memory after; 0 is no memory yet
    memory: list[tuple[int, ...]] = []  # [node][player]
    for node in range(tree.n_nodes):
        up = int(tree.parent[node])
        if up < 0:
            memory.append((0,) * len(tree.players))
        elif tree.kind[up] != DECISION:
            memory.append(memory[up])
        else:
            index = int(tree.info_set[up])
            owner = tree.sets[index].player
            before = memory[up]
            key = (before[owner], index, int(tree.branch[node]))
            learnt = after.setdefault(key, len(after) + 1)
            memory.append((*before[:owner], learnt, *before[owner + 1 :]))
    for index, owned in enumerate(tree.sets):
        first = owned.nodes[0]
        for second in owned.nodes[1:]:
            if memory[second][owned.player] != memory[first][owned.player]:
                return Forgotten(index, first, second, _follows(tree, first, second))
    return None


def _follows(tree: Tree, first: int, second: int) -> bool:
    while second > first:
        second = int(tree.parent[second])
    return second == first
