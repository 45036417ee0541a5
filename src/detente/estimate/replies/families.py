"""The first sets of players, what follows them, and which payoffs there have errors: the structure of `private`.

A *family* is a first set of a player - one before which it has not moved - with all ends below. Families of one player lie on
different ways through the game.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.errors import BadInput, GameError, Where
from detente.estimate.data import ends_of
from detente.estimate.replies.plans import unfit
from detente.game import Tree
from detente.game.tree import CHANCE, DECISION, TERMINAL

Factor = tuple[int, int]  # (information set, option), or (-1, number): a move of a player, or of chance


@dataclass(frozen=True)
class Part:
    """Ends of a plan that belong to one move: their places in the family, and of those the ones with an error."""

    ends: tuple[int, ...]
    noisy: tuple[int, ...]


@dataclass(frozen=True)
class Branch:
    """An option of a first set: ends without a further move of the player, its later set and what belongs to its options."""

    base: Part
    set: int | None
    later: tuple[Part, ...]  # where there is no later set, one: all the ends below


@dataclass(frozen=True)
class Family:
    """A first set of a player and all that follows."""

    player: int
    set: int
    ends: tuple[int, ...]  # in the order of `Tree.terminal`
    factors: tuple[tuple[Factor, ...], ...]  # [end] those that not all ends here share
    branches: tuple[Branch, ...]


def ways_of(tree: Tree) -> dict[int, tuple[Factor, ...]]:
    """What happened on the way to each end, by its number in `Tree.terminal`."""
    return {int(tree.terminal[n]): way_to(tree, int(n)) for n in np.flatnonzero(tree.kind == TERMINAL)}


def way_to(tree: Tree, node: int) -> tuple[Factor, ...]:
    """What was chosen from the start to a node: (information set, option), or (-1, number) of a chance move. Sets with one option
    are left out."""
    steps: list[Factor] = []
    while (up := int(tree.parent[node])) >= 0:
        branch = int(tree.branch[node])
        if tree.kind[up] == CHANCE:
            steps.append((-1, int(tree.edge_number[int(tree.child_start[up]) + branch])))
        elif tree.kind[up] == DECISION and len(tree.sets[int(tree.info_set[up])].options) > 1:
            steps.append((int(tree.info_set[up]), branch))
        node = up
    return tuple(reversed(steps))


def marked_ends(tree: Tree, noisy: Mapping[str, Sequence[str | int]]) -> list[frozenset[int] | None]:
    """By player, the ends on which its payoff has an error; None: all that matter."""
    out: list[frozenset[int] | None] = [None] * len(tree.players)
    for player, told in noisy.items():
        if player not in tree.players:
            raise BadInput(
                "there is no such player", where=Where(field="noisy"), found=player, allowed=tree.players
            )
        ends: set[int] = set()
        for name in [told] if isinstance(told, str) else told:
            if isinstance(name, str):
                ends |= set(map(int, np.flatnonzero(ends_of(tree, name))))
            elif 0 <= int(name) < tree.n_outcomes:
                ends.add(int(name))
            else:
                raise BadInput("there is no such end", where=Where(field="noisy"), found=name,
                               allowed=f"0 to {tree.n_outcomes - 1}")  # fmt: skip
        out[tree.players.index(player)] = frozenset(ends)
    return out


def families_of(tree: Tree, noisy: Mapping[str, Sequence[str | int]]) -> list[Family]:
    """Every first set with what follows it; ``noisy`` as in `PrivateReplies`. Raises GameError for what is out of reach."""
    ways, marked = ways_of(tree), marked_ends(tree, noisy)
    below: dict[int, dict[int, tuple[Factor, ...]]] = {}  # first set -> end -> the player's own moves
    for end, way in sorted(ways.items()):
        own: dict[int, list[Factor]] = {}
        for h, k in way:
            if h >= 0:
                own.setdefault(tree.sets[h].player, []).append((h, k))
        for player, moves in own.items():
            if len(moves) > 2:
                raise GameError(
                    f"at {tree.sets[moves[2][0]].name!r} a player with private information moves for the third time",
                    found=tree.players[player], allowed="two moves on a path, or agent errors",
                )  # fmt: skip
            below.setdefault(moves[0][0], {})[end] = tuple(moves)
    return [_family(tree, h, below[h], ways, marked[tree.sets[h].player]) for h in sorted(below)]


def _family(
    tree: Tree,
    first: int,
    below: Mapping[int, tuple[Factor, ...]],
    ways: Mapping[int, tuple[Factor, ...]],
    marked: frozenset[int] | None,
) -> Family:
    owned, ends = tree.sets[first], tuple(below)
    noisy = {p for p, end in enumerate(ends) if marked is None or end in marked}

    def part(places: Sequence[int]) -> Part:
        return Part(tuple(places), tuple(p for p in places if p in noisy))

    branches: list[Branch] = []
    for o in range(len(owned.options)):
        here = [p for p, end in enumerate(ends) if below[end][0] == (first, o)]
        later = sorted({below[ends[p]][1][0] for p in here if len(below[ends[p]]) == 2})
        if len(later) > 1:
            raise GameError(
                f"after {owned.options[o]!r} at {owned.name!r} its player moves again at more than one set: "
                "what it would do at each is one plan, an integral of more dimensions",
                found=[tree.sets[h].name for h in later], allowed="one later set after an option, or agent errors",
            )  # fmt: skip
        if not later:
            branches.append(Branch(part([]), None, (part(here),)))
            continue
        base = part([p for p in here if len(below[ends[p]]) == 1])
        choices = range(len(tree.sets[later[0]].options))
        moves = [part([p for p in here if below[ends[p]][1:] == ((later[0], k),)]) for k in choices]
        branches.append(Branch(base, later[0], tuple(moves)))
    why = unfit([(bool(b.base.noisy), [bool(m.noisy) for m in b.later]) for b in branches])
    if why:
        raise GameError(f"private information at {owned.name!r}: {why}", found=tree.players[owned.player],
                        allowed="other payoffs with errors, or agent errors")  # fmt: skip
    others = [[f for f in ways[end] if f[0] < 0 or tree.sets[f[0]].player != owned.player] for end in ends]
    common = [f for f in others[0] if all(rest.count(f) == others[0].count(f) for rest in others)]
    factors = tuple(tuple(f for f in way if f not in common) for way in others)
    return Family(owned.player, first, ends, factors, tuple(branches))
