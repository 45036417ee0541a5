"""Other branches of the agent logit equilibrium, entered at a high precision and followed upwards.

From strategies drawn at random, Newton's method looks for points of the logit equations (McKelvey & Palfrey 1998) at a precision at
which branches other than the principal one exist; each point is followed upwards, and where it has nearly settled its support and
trembles are read off, for `mixed.roots` to finish. What is found this way is the limit of some branch; what is not found may exist.
"""

from __future__ import annotations

import numpy as np

from detente.game.tree import Floats
from detente.solve.equilibria.assessment import Bools, Point

CELLS = 1_500_000  # nodes times evaluations held in memory by one pass
ENTRY = (4.0, 12.0, 40.0)  # precisions (in 1 / payoff range) at which branches are entered
LAST = 2e4  # precision at which supports are read off
GROWTH = 1.6  # of the precision from step to step
NEWTON = 40  # steps of Newton's method when a branch is entered
PUSH = 1e-6


def limits(point: Point, tries: int, seed: int) -> tuple[Bools, Floats]:
    """Supports [row, slot] and starts (log odds, log trembles) [row, slot] near the limits of branches that were found."""
    rng = np.random.default_rng(seed)
    n = point.n_slots
    unit = point.slot_spread
    start: list[Floats] = []
    at: list[Floats] = []
    for precision in ENTRY:
        # best replies, at this precision, to strategies drawn at random: near pure for one half, spread out for the other
        drawn = rng.normal(0.0, 1.0, (tries, n)) * np.where(np.arange(tries) % 2, 6.0, 1.0)[:, None]
        start.append(_normal(point, drawn))
        at.append(np.full(tries, precision))
    logs, precision = np.concatenate(start), np.concatenate(at)
    logs, good = _newton(point, logs, precision, unit, NEWTON)
    logs, precision = _distinct(logs[good], precision[good])
    while len(logs) and precision.min() < LAST:
        higher = np.minimum(precision * GROWTH, LAST)
        # what is hardly played falls with the precision, the rest stays
        guess = _normal(point, np.where(logs < -3.0, logs * (higher / precision)[:, None], logs))
        new, good = _newton(point, guess, higher, unit, 15)
        again = ~good
        if again.any():
            other, fine = _newton(point, logs[again], higher[again], unit, 25)
            rows = np.flatnonzero(again)[fine]
            new[rows], good[rows] = other[fine], True
        logs, precision = _distinct(new[good], higher[good])
    support = logs > np.log(2e-2)
    return support, np.where(support, logs, np.clip(logs, -60.0, 0.0))


def _normal(point: Point, logs: Floats) -> Floats:
    """Logs [row, slot] of probabilities that add up to one at every set."""
    top = np.maximum.reduceat(logs, point.slot_at[:-1], axis=1)[:, point.set_of_slot]
    total = np.add.reduceat(np.exp(logs - top), point.slot_at[:-1], axis=1)[:, point.set_of_slot]
    return logs - top - np.log(total)


def _reply(point: Point, logs: Floats, precision: Floats, unit: Floats) -> Floats:
    """Logs of the logit reply [row, slot] to logs of a strategy."""
    belief = point.softmax(point.log_reach(logs))
    worth = point.worth(point.entries(np.exp(logs)), belief).T / unit
    return _normal(point, precision[:, None] * worth)


def _newton(point: Point, logs: Floats, precision: Floats, unit: Floats, steps: int) -> tuple[Floats, Bools]:
    """Newton's method with steps that shrink until the residual falls; logs and whether each row converged."""
    size = max(1, CELLS // (point.tree.n_nodes * (2 * point.n_slots + 1)))
    if len(logs) > size:
        parts = [
            _newton(point, logs[k : k + size], precision[k : k + size], unit, steps)
            for k in range(0, len(logs), size)
        ]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    logs = _normal(point, logs)
    count, n = logs.shape
    error = logs - _reply(point, logs, precision, unit)
    norm = np.abs(error).max(axis=1, initial=0.0)
    length = np.ones(count)
    needed = 1e-9 * np.maximum(1.0, precision)
    push = PUSH * np.eye(n)
    for _ in range(steps):
        rows = np.flatnonzero((norm > needed) & (length > 1e-3))
        if not len(rows):
            break
        here, lam = logs[rows], precision[rows]
        both = np.concatenate([here[:, None] + push, here[:, None] - push], axis=1).reshape(-1, n)
        value = _reply(point, _normal(point, both), np.repeat(lam, 2 * n), unit).reshape(len(rows), 2, n, n)
        slope = np.eye(n) - (value[:, 0] - value[:, 1]).transpose(0, 2, 1) / (2 * PUSH)
        try:
            step = np.linalg.solve(slope, -error[rows][..., None])[..., 0]
        except np.linalg.LinAlgError:
            break
        step = np.nan_to_num(
            step * np.minimum(1.0, 20.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
        )
        there = _normal(point, here + length[rows, None] * step)
        new = there - _reply(point, there, lam, unit)
        size_new = np.abs(new).max(axis=1, initial=0.0)
        better = size_new < (1 - 0.1 * length[rows]) * norm[rows]
        length[rows] = np.where(better, np.minimum(1.0, 2.0 * length[rows]), 0.4 * length[rows])
        taken = rows[better]
        logs[taken], error[taken], norm[taken] = there[better], new[better], size_new[better]
    return logs, norm <= 1e3 * needed


def _distinct(logs: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """Rows that are not the same strategy at the same precision."""
    kept: list[int] = []
    play = np.exp(logs)
    for k in range(len(logs)):
        if not any(
            precision[k] == precision[j] and np.abs(play[k] - play[j]).max(initial=0.0) < 1e-6 for j in kept
        ):
            kept.append(k)
    return logs[kept], precision[kept]
