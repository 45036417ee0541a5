"""Supports that an equilibrium may have: every information set in turn, from the end of the game backwards.

A *support* of a set is the options that are played there with positive probability; a *profile* is one support for each set.
A support is refused only where it is impossible: with the least and the most that each option can be worth, given what is
already fixed below, no belief whatever makes all of its options best. At a set of one node with everything fixed below this is
backward induction. So what is refused is in no sequential equilibrium, and what is left need not be in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import CHANCE, Floats
from detente.solve.equilibria.assessment import Bools, Point
from detente.solve.equilibria.program import best_margin

CELLS = 2_000_000  # nodes times profiles held in memory by one pass


@dataclass(frozen=True, eq=False)
class Profiles:
    """Profiles [profile, slot]: which options are played. ``whole`` is False where the bound stopped the enumeration."""

    played: Bools
    whole: bool
    most: int  # the largest number of partial profiles that was held


def profiles(point: Point, pure: bool, most: int, tolerance: float) -> Profiles:
    """Every profile of one option a set (``pure``), or of any options, that is not refused; none if there are more than ``most``.

    ``tolerance``: payoffs nearer than this share of the owner's range count as equal.
    """
    found = np.ones((1, point.n_slots), bool)
    held = 1
    for h in _order(point):
        first, end = int(point.slot_at[h]), int(point.slot_at[h + 1])
        if end == first:
            continue
        low, high = _bounds(point, h, found)
        unit = tolerance * float(point.spread[point.owner[h]])
        table, which = _distinct(low, high, unit)
        menus = [_menu(low[:, :, i], high[:, :, i], pure, unit) for i in table]
        kinds: list[int] = which.tolist()
        sizes = np.array([len(menus[w]) for w in kinds])
        held = max(held, int(sizes.sum()))
        if held > most:
            return Profiles(np.zeros((0, point.n_slots), bool), False, held)
        parts = np.repeat(np.arange(len(found)), sizes)
        found = found[parts]
        if len(found):
            found[:, first:end] = np.concatenate([menus[w] for w in kinds if len(menus[w])])
        else:
            return Profiles(np.zeros((0, point.n_slots), bool), True, held)
    return Profiles(found, True, held)


def _order(point: Point) -> list[int]:
    """Sets from the end of the game backwards: a set comes after those below it, as far as these do not go in circles."""
    tree = point.tree
    below: list[set[int]] = []
    above: list[set[int]] = [set() for _ in tree.sets]
    for h in range(len(tree.sets)):
        # a set is below h if the way to one of its nodes takes an option of h
        slots = slice(int(point.slot_at[h]), int(point.slot_at[h + 1]))
        below.append({int(g) for g in point.set_of_place[point.path[:, slots].any(axis=1)]} - {h})
        for g in below[h]:
            above[g].add(h)
    order: list[int] = []
    left = set(range(len(tree.sets)))
    waiting = [len(b) for b in below]
    while left:
        h = min(left, key=lambda g: (waiting[g], -g))
        left.remove(h)
        order.append(h)
        for g in above[h]:
            waiting[g] -= 1
    return order


def _bounds(point: Point, h: int, played: Bools) -> tuple[Floats, Floats]:
    """Least and most [node of h, option, profile] that options of ``h`` can be worth where others choose within ``played``."""
    tree = point.tree
    owned = tree.sets[h]
    kids = np.array(
        [
            [int(tree.child[int(tree.child_start[x]) + a]) for a in range(len(owned.options))]
            for x in owned.nodes
        ]
    )
    size = max(1, CELLS // tree.n_nodes)
    low, high = np.empty((*kids.shape, len(played))), np.empty((*kids.shape, len(played)))
    for start in range(0, len(played), size):
        rows = slice(start, min(start + size, len(played)))
        low[:, :, rows] = _extreme(point, owned.player, played[rows], -1.0)[kids]
        high[:, :, rows] = _extreme(point, owned.player, played[rows], 1.0)[kids]
    return low, high


def _extreme(point: Point, player: int, played: Bools, sign: float) -> Floats:
    """The most (sign 1) or the least (sign -1) that each node [node, profile] can be worth to ``player``."""
    tree, plan = point.tree, point.plan
    value = np.zeros((tree.n_nodes, len(played)))
    value[plan.leaves] = point.payoff[:, player]
    shut = np.where(played.T, 0.0, -np.inf)
    for level in reversed(plan.levels):
        by_chance = np.asarray(tree.kind)[level.parents] == CHANCE
        part = value[level.nodes]
        if by_chance.any():
            part[by_chance] *= point.chance[level.edge[by_chance] - tree.n_slots]
        chosen = ~by_chance
        part[chosen] = sign * part[chosen] + shut[level.edge[chosen]]
        at_chance = np.asarray(tree.kind)[level.parent_nodes] == CHANCE
        best = np.maximum.reduceat(np.where(by_chance[:, None], 0.0, part), level.parent_at, axis=0)
        total = np.add.reduceat(np.where(by_chance[:, None], part, 0.0), level.parent_at, axis=0)
        value[level.parent_nodes] = np.where(at_chance[:, None], total, sign * best)
    return value


def _distinct(low: Floats, high: Floats, unit: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Profiles with the same bounds are looked at once: an example of each kind, and each profile's kind."""
    flat = np.concatenate([low.reshape(-1, low.shape[-1]), high.reshape(-1, high.shape[-1])]).T
    _, table, which = np.unique(
        np.round(flat / (0.01 * unit)), axis=0, return_index=True, return_inverse=True
    )
    return table, which.reshape(-1)


def _menu(low: Floats, high: Floats, pure: bool, tolerance: float) -> Bools:
    """The supports [support, option] that some belief over the nodes may make best, from bounds [node, option]."""
    n_options = low.shape[1]
    alone = [a for a in range(n_options) if possible(low, high, (a,), tolerance)]
    out: list[tuple[int, ...]] = [(a,) for a in alone]
    if not pure:
        for size in range(2, len(alone) + 1):
            out += [some for some in combinations(alone, size) if possible(low, high, some, tolerance)]
    menu = np.zeros((len(out), n_options), bool)
    for i, some in enumerate(out):
        menu[i, list(some)] = True
    return menu


def possible(low: Floats, high: Floats, some: tuple[int, ...], tolerance: float) -> bool:
    """Whether a belief over the nodes allows every option of ``some`` to be best, from bounds [node, option] of what each is worth.

    Exact up to ``tolerance`` where the bounds are equal.
    """
    rows = [high[:, a] - low[:, b] for a in some for b in range(low.shape[1]) if b != a]
    if not rows:
        return True
    margin = np.array(rows) + tolerance  # [comparison, node] all must be at least 0 under one belief
    if (margin >= 0).all(axis=0).any():
        return True
    if (margin < 0).all(axis=1).any() or margin.shape[1] == 1:
        return False
    return best_margin(margin)[0] >= 0
