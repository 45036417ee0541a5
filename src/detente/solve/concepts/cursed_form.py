"""The games for which cursed sequential equilibrium is defined, read off a tree: types drawn at the start, actions seen by all.

Fong, Lin and Palfrey 2025 take multi-stage games with observed actions (Fudenberg and Tirole 1991): chance draws
everybody's types once; then, stage by stage, some players move at the same time, and before the next stage everybody sees
what was done. Which moves there are depends on what was done, not on the types. Here a *state* is an outcome of the
opening chance moves; a player's *type* is what he is told of it. Two harmless additions: a chance move that everybody sees and
whose probabilities do not depend on the state is a stage of its own; chance moves after the last decision are lotteries
over payoffs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.errors import BadInput
from detente.game.tree import CHANCE, DECISION, Tree
from detente.solve.levels import Index

END, NATURE = -2, -1  # who moves at a public history, where nobody with a name does


@dataclass(frozen=True, eq=False)
class Public:
    """A public history: the same moves after every state."""

    nodes: Index  # [state]
    parent: int  # -1 at the start
    branch: int
    mover: int  # player, NATURE or END
    stage: int  # the public history at which its stage begins: what everybody has seen


@dataclass(frozen=True, eq=False)
class CursedForm:
    """A tree of the class."""

    tree: Tree
    publics: tuple[Public, ...]  # parents before children
    types: (
        Index  # [player, state] number of the type, from 0 in the order of states; all 0 for who never moves
    )


def cursed_form(tree: Tree) -> CursedForm:
    """Read a tree as a multi-stage game with observed actions. Raises BadInput that says what stands in the way, and where."""
    decides = _decides_below(tree)
    states = _states(tree)
    if not decides[0]:
        raise _refusal(tree, "nobody decides anything", 0)
    publics: list[Public] = []
    todo: list[tuple[Index, int, int]] = [(states, -1, 0)]
    where: dict[int, tuple[int, int]] = {}  # node -> public history, state
    for nodes, parent, branch in todo:
        mover = _mover(tree, nodes, decides)
        pid = len(publics)
        publics.append(Public(nodes, parent, branch, mover, pid))
        if mover == END:
            continue
        for s, x in enumerate(nodes.tolist()):
            where[x] = pid, s
        first = np.array([tree.child_start[x] for x in nodes], np.intp)
        for a in range(int(tree.child_start[nodes[0] + 1] - tree.child_start[nodes[0]])):
            todo.append((np.asarray(tree.child)[first + a].astype(np.intp), pid, a))
    types = _types(tree, publics, len(states))
    _stages(tree, publics, types, where)
    return CursedForm(tree, tuple(publics), types)


def _refusal(tree: Tree, why: str, node: int) -> BadInput:
    place = " > ".join(tree.path_labels(node)) or "the start"
    return BadInput(
        f"cursed equilibrium is not defined for this game: {why}",
        found=f"after: {place}",
        allowed="games in which chance draws private types once, at the start, and every move is seen by all before the next stage",
    )


def _decides_below(tree: Tree) -> list[bool]:
    """Whether somebody decides at a node or below it."""
    out = [bool(kind == DECISION) for kind in tree.kind]
    for x in range(tree.n_nodes - 1, 0, -1):
        if out[x]:
            out[int(tree.parent[x])] = True
    return out


def _states(tree: Tree) -> Index:
    """The nodes that the opening chance moves lead to."""
    found: list[int] = []
    for x in range(tree.n_nodes):
        up = int(tree.parent[x])
        opening = up < 0 or (tree.kind[up] == CHANCE and _only_chance_above(tree, up))
        if opening and tree.kind[x] != CHANCE:
            found.append(x)
    return np.array(found, np.intp)


def _only_chance_above(tree: Tree, x: int) -> bool:
    while x >= 0:
        if tree.kind[x] != CHANCE:
            return False
        x = int(tree.parent[x])
    return True


def _mover(tree: Tree, nodes: Index, decides: list[bool]) -> int:
    """Who moves at a public history, the same in every state."""
    x = int(nodes[0])
    for y in nodes.tolist():
        if decides[y] != decides[x]:
            raise _refusal(tree, "it goes on in some states of the world and has ended in others", y)
        if not decides[x]:
            continue
        if tree.kind[y] != tree.kind[x]:
            raise _refusal(tree, "whether chance or a player moves depends on the types", y)
        if _labels(tree, y) != _labels(tree, x):
            raise _refusal(tree, "which options there are depends on the types", y)
        if tree.kind[x] == DECISION and _owner(tree, y) != _owner(tree, x):
            raise _refusal(tree, "who moves depends on the types", y)
        if tree.kind[x] == CHANCE and _chances(tree, y) != _chances(tree, x):
            raise _refusal(tree, "chance moves again, with probabilities that depend on the types", y)
    if not decides[x]:
        return END
    return _owner(tree, x) if tree.kind[x] == DECISION else NATURE


def _owner(tree: Tree, x: int) -> int:
    return tree.sets[int(tree.info_set[x])].player


def _labels(tree: Tree, x: int) -> tuple[str, ...]:
    if tree.kind[x] == DECISION:
        return tree.sets[int(tree.info_set[x])].options
    return tree.edge_label[int(tree.child_start[x]) : int(tree.child_start[x + 1])]


def _chances(tree: Tree, x: int) -> list[int]:
    return tree.edge_number[int(tree.child_start[x]) : int(tree.child_start[x + 1])].tolist()


def _types(tree: Tree, publics: list[Public], states: int) -> Index:
    """What each player is told of the state, the same at all his moves."""
    types = np.zeros((len(tree.players), states), np.intp)
    known: dict[int, tuple[int, ...]] = {}
    for public in publics:
        if public.mover < 0:
            continue
        seen: dict[int, int] = {}
        kind = tuple(seen.setdefault(int(tree.info_set[x]), len(seen)) for x in public.nodes)
        if known.setdefault(public.mover, kind) != kind:
            name = tree.players[public.mover]
            raise _refusal(
                tree,
                f"{name} learns more about the types during the game, or other than at first",
                int(public.nodes[0]),
            )
    for player, kind in known.items():
        types[player] = kind
    return types


def _stages(tree: Tree, publics: list[Public], types: Index, where: dict[int, tuple[int, int]]) -> None:
    """Find where the stage of each move begins; refuse moves that stay hidden beyond their stage."""
    depth: list[int] = []
    for p in publics:
        depth.append(0 if p.parent < 0 else depth[p.parent] + 1)
    below: dict[tuple[int, int], set[int]] = {}  # (start of stage, depth) -> public histories below it
    for pid in range(len(publics)):
        up = pid
        while up >= 0:
            below.setdefault((up, depth[pid]), set()).add(pid)
            up = publics[up].parent
    for pid, public in enumerate(publics):
        if public.mover < 0:
            continue
        player, start = public.mover, -1
        for s, x in enumerate(public.nodes.tolist()):
            members = {where[y] for y in tree.sets[int(tree.info_set[x])].nodes}
            histories = {h for h, _ in members}
            alike = np.flatnonzero(types[player] == types[player, s]).tolist()
            if members != {(h, t) for h in histories for t in alike}:
                raise _refusal(tree, f"what {tree.players[player]} has seen depends on the types", x)
            common = _common(publics, depth, histories)
            if start not in (-1, common):
                raise _refusal(tree, f"what {tree.players[player]} has seen depends on the types", x)
            start = common
            ahead: list[int] = []
            up = publics[pid].parent if pid != start else -1
            while up >= 0 and up != start:
                ahead.append(up)
                up = publics[up].parent
            movers = [publics[q].mover for q in (pid, *ahead, *([start] if start != pid else []))]
            hidden = (
                histories != below[start, depth[pid]]
                or any(publics[q].stage != start for q in (start, *ahead) if q != pid)
                or len(set(movers)) < len(movers)
                or NATURE in movers
            )
            if hidden:
                raise _refusal(tree, f"a move stays hidden from {tree.players[player]} beyond its stage", x)
        publics[pid] = Public(public.nodes, public.parent, public.branch, public.mover, start)


def _common(publics: list[Public], depth: list[int], histories: set[int]) -> int:
    """The longest public history that all of these continue."""
    found = sorted(histories)
    common = found[0]
    for h in found[1:]:
        a, b = common, h
        while a != b:
            if depth[a] >= depth[b]:
                a = publics[a].parent
            else:
                b = publics[b].parent
        common = a
    return common
