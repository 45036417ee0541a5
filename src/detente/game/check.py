"""Perfect recall: whether every player remembers what he did and what he knew."""

from __future__ import annotations

from detente.errors import GameError
from detente.game.tree import DECISION, Tree


def check_recall(tree: Tree) -> None:
    """Refuse a tree in which a player forgets an own move, or which information set he was at.

    Nodes that a player cannot tell apart must have the same own past: the same own information sets, and the same
    option taken at each. Cost grows with the number of nodes. Raises `GameError` that names the set and what is forgotten.
    """
    pasts: list[dict[int, int]] = [
        {} for _ in tree.players
    ]  # by player: node -> place of its own past in `known`
    known: list[tuple[int, int, int]] = [(-1, -1, -1)]  # own past: (the past before, set, option)
    index: dict[tuple[int, int, int], int] = {known[0]: 0}
    for player in range(len(tree.players)):
        past = pasts[player]
        for node in range(tree.n_nodes):
            up = int(tree.parent[node])
            if up < 0:
                past[node] = 0
            elif int(tree.kind[up]) == DECISION and tree.sets[int(tree.info_set[up])].player == player:
                step = (past[up], int(tree.info_set[up]), int(tree.branch[node]))
                if step not in index:
                    index[step] = len(known)
                    known.append(step)
                past[node] = index[step]
            else:
                past[node] = past[up]
    for one in tree.sets:
        past = pasts[one.player]
        first = past[one.nodes[0]]
        for node in one.nodes[1:]:
            if past[node] != first:
                name = tree.players[one.player]
                raise GameError(
                    f"{name} forgets what it did or knew before (set {one.number}{f', {one.name}' if one.name else ''})",
                    found=f"{_told(tree, known, first)} | {_told(tree, known, past[node])}",
                    allowed="perfect recall: one own past at each information set",
                )


def _told(tree: Tree, known: list[tuple[int, int, int]], past: int) -> str:
    """An own past in words."""
    steps: list[str] = []
    while past > 0:
        past, at, option = known[past]
        one = tree.sets[at]
        steps.append(f"{one.name or one.number}: {one.options[option]}")
    return ", ".join(reversed(steps)) or "no own move yet"
