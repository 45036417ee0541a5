"""Where the nodes of a drawn game tree stand: ends side by side, every other node in the middle of its branches."""

from __future__ import annotations

from dataclasses import dataclass

from detente.game.picture_tree import View


@dataclass(frozen=True)
class Layout:
    """Places without a unit: ``across`` counts ends from 0, ``level`` moves from the start."""

    across: dict[int, float]  # node -> place among its generation
    level: dict[int, int]
    order: tuple[int, ...]  # nodes that are drawn, from the start, depth first
    sets: tuple[
        tuple[int, tuple[int, ...]], ...
    ]  # information set, its drawn nodes side by side; two at least

    @property
    def breadth(self) -> float:
        """The place of the last end."""
        return max(self.across.values())

    @property
    def depth(self) -> int:
        """The level of the last end."""
        return max(self.level.values())


def layout(view: View) -> Layout:
    """Places for every node that ``view`` draws; a node whose branches are not drawn counts as an end. Cost is linear."""
    order: list[int] = []
    level = {0: 0}
    waiting = [0]
    while waiting:
        node = waiting.pop()
        order.append(node)
        branches = view.branches(node)
        for branch in reversed(branches):
            level[branch.node] = level[node] + 1
            waiting.append(branch.node)
    across: dict[int, float] = {}
    ends = 0
    for node in order:
        if not view.branches(node):
            across[node] = float(ends)
            ends += 1
    for node in reversed(order):
        branches = view.branches(node)
        if branches:
            across[node] = (across[branches[0].node] + across[branches[-1].node]) / 2
    members: dict[int, list[int]] = {}
    for node in order:
        owned = int(view.tree.info_set[node])
        if owned >= 0:
            members.setdefault(owned, []).append(node)
    sets = tuple(
        (owned, tuple(sorted(nodes, key=lambda n: (across[n], level[n]))))
        for owned, nodes in members.items()
        if len(nodes) > 1
    )
    return Layout(across, level, tuple(order), sets)
