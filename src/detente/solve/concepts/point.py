"""What every solution concept is given: a tree, its numbers at the draws, and which draws can be played at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detente.errors import BadInput, Where
from detente.game.model import Game
from detente.game.tree import CHANCE, Floats, Tree
from detente.game.unfold import unfold
from detente.solve.levels import Levels, levels_of

SUM = 1e-9  # how far probabilities of chance may be from adding up to 1
MAX_NODES = 20_000  # larger trees are for `solve` alone: these concepts make many passes
MAX_DRAWS = 1_000_000


@dataclass(frozen=True, eq=False)
class Point:
    """A game at its draws."""

    tree: Tree
    plan: Levels
    numbers: Floats  # [draw, number]
    good: NDArray[np.bool_]  # [draw] payoffs finite, chances at least 0 and adding up to 1
    draws: Mapping[str, Floats]


def at_draws(game: Game | Tree, draws: Mapping[str, Floats] | None) -> Point:
    """``game`` at ``draws`` (parameter -> vector, one length). Raises BadInput beyond the sizes above."""
    tree = unfold(game) if isinstance(game, Game) else game
    within("nodes of the tree", tree.n_nodes, MAX_NODES)
    numbers = np.ascontiguousarray(tree.numbers_at(draws), np.float64)
    within("draws", len(numbers), MAX_DRAWS)
    plan = levels_of(tree)
    used = np.union1d(np.asarray(tree.payoff_number), plan.chance).astype(np.intp)
    good = np.asarray(np.isfinite(numbers[:, used]).all(axis=1))
    for x in np.flatnonzero(np.asarray(tree.kind) == CHANCE).tolist():
        edges = slice(int(tree.child_start[x]), int(tree.child_start[x + 1]))
        p = numbers[:, np.asarray(tree.edge_number[edges])]
        with np.errstate(invalid="ignore"):
            good &= (p >= 0).all(axis=1) & (np.abs(p.sum(axis=1) - 1.0) <= SUM)
    columns = {name: np.atleast_1d(np.asarray(column, np.float64)) for name, column in (draws or {}).items()}
    return Point(tree, plan, numbers, good, columns)


def within(what: str, found: int, most: int) -> None:
    """Refuse a game that is too large for a concept, by the bound that is checked."""
    if found > most:
        raise BadInput(
            f"too large for this solution concept: {what}", found=found, allowed=f"at most {most:,}"
        )


def precisions(precision: float | Floats | str, draws: int) -> Floats:
    """Lambda per draw [draw], inf for best replies. Raises BadInput for anything else than (0, 1e6] and "limit"."""
    where = Where(field="precision")
    if isinstance(precision, str):
        if precision != "limit":
            raise BadInput(
                "this is not a precision", where=where, found=precision, allowed='a number, or "limit"'
            )
        return np.full(draws, np.inf)
    lam = np.atleast_1d(np.asarray(precision, np.float64))
    if lam.ndim != 1 or lam.size not in (1, draws):
        raise BadInput("there must be one precision, or one for each draw", where=where, found=lam.shape)
    wrong = ~((lam > 0) & ((lam <= 1e6) | np.isinf(lam)))
    if wrong.any():
        raise BadInput(
            "this is not a precision",
            where=where,
            found=lam[wrong][0],
            allowed='above 0 and at most 1e6, or "limit"',
        )
    return np.array(np.broadcast_to(lam, (draws,)))


def share(value: float, name: str, low: float, high: float) -> float:
    """A number of a concept within its bounds. Raises BadInput."""
    number = float(value)
    if not low <= number <= high:
        raise BadInput("out of range", where=Where(field=name), found=value, allowed=f"{low:g} to {high:g}")
    return number
