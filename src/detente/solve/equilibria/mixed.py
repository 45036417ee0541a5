"""Equilibria in which somebody mixes: the indifferences of a support, solved by least squares from many starts.

For one profile of supports the unknowns are log odds within each support and log trembles of what is not played; the equations say
that what is played is worth the same, and inequalities (kept as one-sided residuals) that nothing else is worth more. Levenberg and
Marquardt's method runs over all supports and starts at once. What converges is an equilibrium to be checked (`consistency.decide`);
what does not proves nothing: this search is not exhaustive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.game.tree import Floats
from detente.solve.equilibria.assessment import Bools, Point

CELLS = 1_500_000  # nodes times evaluations held in memory by one pass
STEPS = 50  # of Levenberg and Marquardt's method
DONE = 1e-13  # largest residual, in shares of the payoff range, of a solution
PUSH = 1e-7  # difference in log odds for derivatives
FAR = 60.0  # largest log odds


@dataclass(frozen=True, eq=False)
class Roots:
    """What converged: one row a solution."""

    strategy: Floats  # [root, slot] zeros exact
    weight: Floats  # [root, slot] log trembles of what is not played
    residual: Floats  # [root]
    support: Bools  # [root, slot]


def roots(point: Point, support: Bools, start: Floats) -> Roots:
    """Solve for the supports [row, slot] from ``start`` [row, slot]: log odds in the support, log trembles outside."""
    found = [
        _levenberg(point, support[k : k + _block(point)], start[k : k + _block(point)])
        for k in range(0, len(start), _block(point))
    ]
    if not found:
        nothing = np.zeros((0, point.n_slots))
        return Roots(nothing, nothing, np.zeros(0), support[:0])
    y = np.concatenate([f[0] for f in found])
    size = np.concatenate([f[1] for f in found])
    good = size <= 100 * DONE
    y, kept = y[good], support[good]
    strategy = _strategy(point, y, kept)
    # what vanishes belongs to a smaller support
    inside = np.where(kept, strategy, 1.0).min(axis=1, initial=1.0) > 1e-7
    return Roots(strategy[inside], np.where(kept, 0.0, y)[inside], size[good][inside], kept[inside])


def starts(point: Point, support: Bools, each: int, seed: int) -> tuple[Bools, Floats]:
    """``each`` starts for every support: even mixes with even trembles first, then drawn at random."""
    rng = np.random.default_rng(seed)
    rows = np.repeat(support, each, axis=0)
    drawn = rng.normal(0.0, 1.5, (len(support), each, point.n_slots))
    drawn[:, 0] = 0.0
    drawn[:, each // 2 :] *= 2.0
    return rows, drawn.reshape(len(rows), point.n_slots)


def free_directions(point: Point, strategy: Floats, weight: Floats) -> tuple[bool, bool]:
    """Whether the indifferences leave the strategy, or the trembles, of a solution [slot] free to move at first order."""
    support = (strategy > 0)[None]
    y = np.where(support, np.log(np.where(support, strategy, 1.0)), weight)
    derivative = _jacobian(point, y, support, _residual(point, y, support))[0]
    kept = derivative[_equations(point, support)[0]]
    _, sizes, rows = np.linalg.svd(kept, full_matrices=True)
    # the whole right side: directions without a size of their own are free
    largest = sizes[0] if len(sizes) else 0.0
    free = rows[int((sizes > 1e-6 * max(largest, 1e-3)).sum()) :]
    moved = np.zeros(len(free))
    for k, direction in enumerate(free):
        step = np.where(support[0], direction, 0.0)
        mean = np.add.reduceat(step * strategy, point.slot_at[:-1])[point.set_of_slot]
        moved[k] = np.abs(np.where(support[0], strategy * (step - mean), 0.0)).max(initial=0.0)
    others = np.abs(np.where(support[0], 0.0, free)).max(axis=1, initial=0.0)
    return bool((moved > 1e-6).any()), bool((others > 1e-6).any())


def _block(point: Point) -> int:
    return max(1, CELLS // (point.tree.n_nodes * (point.n_slots + 1)))


def _levenberg(point: Point, support: Bools, y: Floats) -> tuple[Floats, Floats]:
    """Levenberg and Marquardt's method on every row; the last points and their largest residuals."""
    y = y.copy()
    value = _residual(point, y, support)
    size = np.abs(value).max(axis=1, initial=0.0)
    damping = np.full(len(y), 1e-2)
    best = size.copy()
    since = np.zeros(len(y), int)
    for _ in range(STEPS):
        rows = np.flatnonzero((size > DONE) & (since < 8))
        if not len(rows):
            break
        here, within = y[rows], support[rows]
        slope = _jacobian(point, here, within, value[rows])
        normal: Floats = slope.transpose(0, 2, 1) @ slope
        toward: Floats = -(slope.transpose(0, 2, 1) @ value[rows][..., None])[..., 0]
        scale = np.maximum(np.diagonal(normal, axis1=1, axis2=2), 1e-10)
        normal[:, np.arange(point.n_slots), np.arange(point.n_slots)] += damping[rows, None] * scale + 1e-18
        right: Floats = toward[..., None].astype(float)
        step = np.asarray(np.linalg.solve(normal, right)[..., 0], np.float64)
        step *= np.minimum(1.0, 4.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
        there = np.clip(here + step, -FAR, FAR)
        new = _residual(point, there, within)
        better = (new**2).sum(axis=1) < (value[rows] ** 2).sum(axis=1)
        damping[rows] = np.clip(np.where(better, damping[rows] * 0.1, damping[rows] * 6.0), 1e-15, 1e8)
        y[rows[better]], value[rows[better]] = there[better], new[better]
        size = np.abs(value).max(axis=1, initial=0.0)
        progress = size[rows] < 0.7 * best[rows]
        best[rows] = np.minimum(best[rows], size[rows])
        since[rows] = np.where(progress, 0, since[rows] + 1)
    return y, size


def _strategy(point: Point, y: Floats, support: Bools) -> Floats:
    logs = np.where(support, y, -np.inf)
    top = np.maximum.reduceat(logs, point.slot_at[:-1], axis=1)[:, point.set_of_slot]
    odds = np.exp(logs - top)
    return odds / np.add.reduceat(odds, point.slot_at[:-1], axis=1)[:, point.set_of_slot]


def _equations(point: Point, support: Bools) -> Bools:
    """Which slots [row, slot] stand for an indifference: played, and not the first that is played at the set."""
    return support & ~_first(point, support)


def _first(point: Point, support: Bools) -> Bools:
    order = np.cumsum(support, axis=1)
    before = order[:, point.slot_at[:-1]] - support[:, point.slot_at[:-1]]
    return support & (order == before[:, point.set_of_slot] + 1)


def _residual(point: Point, y: Floats, support: Bools) -> Floats:
    """[row, slot]: differences of worth within the support; what an option outside it is worth more, else 0."""
    strategy = _strategy(point, y, support)
    belief = point.beliefs(strategy, np.where(support, 0.0, y))
    worth = point.worth(point.entries(strategy), belief).T / point.slot_spread
    reference = np.add.reduceat(np.where(_first(point, support), worth, 0.0), point.slot_at[:-1], axis=1)
    apart = worth - reference[:, point.set_of_slot]
    return np.where(support, apart, np.maximum(apart, 0.0))


def _jacobian(point: Point, y: Floats, support: Bools, value: Floats) -> Floats:
    """Derivatives [row, slot of the residual, slot of the unknown] by forward differences from the residual ``value`` at ``y``."""
    count, n = y.shape
    pushed = (y[:, None] + PUSH * np.eye(n)).reshape(-1, n)
    ahead = _residual(point, pushed, np.repeat(support, n, axis=0)).reshape(count, n, n)
    return (ahead - value[:, None]).transpose(0, 2, 1) / PUSH
