"""Who did what on the way: each player's own last option at every node, and his information sets from last to first.

With perfect recall an information set fixes everything its owner did before (Kuhn 1953), so the plan of a whole strategy is one
number per option: the product of its owner's probabilities up to and including that option.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.game.tree import DECISION, Floats, Tree
from detente.solve.levels import Index


@dataclass(frozen=True, eq=False)
class Stage:
    """Sets of one player with equally many own moves before them; all are answered in one backward pass."""

    player: int
    entry_place: Index  # [entry] an option at a node: row of the belief
    entry_child: Index  # [entry] the node it leads to
    entry_at: Index  # [slot of this stage] where its entries begin
    slots: Index  # [slot of this stage]
    set_at: Index  # [set of this stage] where its slots begin among `slots`
    set_of_slot: Index  # [slot of this stage] set of this stage


@dataclass(frozen=True, eq=False)
class Sequences:
    """Index arrays of one tree."""

    tree: Tree
    last: Index  # [player, node] slot of the player's last option on the way, -1 for none
    before: Index  # [slot] the owner's option before, -1 for none
    depth: Index  # [slot] own options before it
    owner: Index  # [slot]
    member: Index  # [place] node
    place_at: Index  # [set] where its places begin
    set_of_place: Index  # [place]
    owner_of_place: Index  # [place]
    stages: tuple[tuple[Stage, ...], ...]  # [player] last moves first


def sequences_of(tree: Tree) -> Sequences:
    """The sequences of a tree with perfect recall."""
    slot_start = np.asarray(tree.slot_start).astype(np.intp)
    last = np.full((len(tree.players), tree.n_nodes), -1, np.intp)
    for x in range(1, tree.n_nodes):
        up = int(tree.parent[x])
        last[:, x] = last[:, up]
        if tree.kind[up] == DECISION:
            h = int(tree.info_set[up])
            last[tree.sets[h].player, x] = slot_start[h] + int(tree.branch[x])
    set_of_slot = np.repeat(np.arange(len(tree.sets)), np.diff(slot_start))
    before_set = np.array([last[h.player, h.nodes[0]] for h in tree.sets], np.intp).reshape(-1)
    depth_of_set = np.zeros(len(tree.sets), np.intp)
    for h in np.argsort([min(h.nodes) for h in tree.sets]).tolist():  # the set before has an earlier node
        if before_set[h] >= 0:
            depth_of_set[h] = depth_of_set[set_of_slot[before_set[h]]] + 1
    sizes = np.array([len(h.nodes) for h in tree.sets], np.intp)
    place_at = (np.cumsum(sizes) - sizes).astype(np.intp)
    owner_of_set = np.array([h.player for h in tree.sets], np.intp).reshape(-1)
    stages: list[tuple[Stage, ...]] = []
    for i in range(len(tree.players)):
        mine = np.flatnonzero(owner_of_set == i)
        depths = sorted({int(depth_of_set[h]) for h in mine}, reverse=True)
        stages.append(
            tuple(_stage(tree, i, [int(h) for h in mine if depth_of_set[h] == d], place_at) for d in depths)
        )
    return Sequences(
        tree=tree,
        last=last,
        before=before_set[set_of_slot],
        depth=depth_of_set[set_of_slot],
        owner=owner_of_set[set_of_slot],
        member=np.array([x for h in tree.sets for x in h.nodes], np.intp),
        place_at=place_at,
        set_of_place=np.repeat(np.arange(len(tree.sets)), sizes),
        owner_of_place=np.repeat(owner_of_set, sizes),
        stages=tuple(stages),
    )


def _stage(tree: Tree, player: int, sets: list[int], place_at: Index) -> Stage:
    place: list[int] = []
    child: list[int] = []
    entry_at: list[int] = []
    slots: list[int] = []
    set_at: list[int] = []
    for h in sets:
        owned = tree.sets[h]
        set_at.append(len(slots))
        for a in range(len(owned.options)):
            slots.append(int(tree.slot_start[h]) + a)
            entry_at.append(len(place))
            for k, x in enumerate(owned.nodes):
                place.append(int(place_at[h]) + k)
                child.append(int(tree.child[int(tree.child_start[x]) + a]))
    lengths = np.diff([*set_at, len(slots)])

    def ints(values: list[int]) -> Index:
        return np.array(values, np.intp)

    return Stage(
        player, ints(place), ints(child), ints(entry_at), ints(slots), ints(set_at),
        np.repeat(np.arange(len(sets)), lengths),
    )  # fmt: skip


def log_plan(sequences: Sequences, log_strategy: Floats) -> Floats:
    """Log of the product of the owner's own probabilities up to each option [slot, draw], from [slot, draw]."""
    plan = np.array(log_strategy)
    for d in range(1, int(sequences.depth.max(initial=0)) + 1):
        at = np.flatnonzero(sequences.depth == d)
        plan[at] += plan[sequences.before[at]]
    return plan
