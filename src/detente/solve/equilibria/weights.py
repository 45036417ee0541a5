"""Weights of trembles whose products meet linear comparisons: the second half of the decision about consistent beliefs.

A *product* is a variable: the weight of a node over that of the first node of its set. Comparisons are linear in the products of
their set. Products that can be chosen freely make this one linear program. Where they hang together (one is the product of two
others, say) there are three answers: refused, since not even free products would do; decided by a second linear program, in logs,
if no set has more than two nodes that carry belief, for then each comparison bounds one product; else searched for numerically.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detente.game.tree import Floats
from detente.solve.equilibria.program import inner_point, least_squares, program

POSITIVE = 1e-8  # a linear program whose largest least share is below this found none that is positive


@dataclass(frozen=True, eq=False)
class Comparisons:
    """One set: ``margin`` [comparison, node], to be at least 0 in expectation; ``variable`` of each node, -1: the constant one."""

    margin: Floats
    variable: list[int]


def log_weights(rows: list[Comparisons], table: Floats, tolerance: float) -> Floats | Literal["none", "open"]:
    """Log weights [option] with products exp(``table`` [variable, option] @ weights) that meet every comparison."""
    products = _free(rows, len(table), tolerance)
    if products is None:
        return "none"
    if not len(table):
        return np.zeros(int(table.shape[1]))
    if np.linalg.matrix_rank(table) == len(table):
        return _solution(table, np.log(products))
    if all(len(r.variable) <= 2 for r in rows):
        return _in_logs(rows, table, tolerance)
    found = _searched(rows, table, np.log(products), tolerance)
    return "open" if found is None else found


def _solution(table: Floats, logs: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(table, logs, rcond=None)[0], np.float64)


def _free(rows: list[Comparisons], count: int, tolerance: float) -> Floats | None:
    """Positive products [variable] that meet every comparison if each can be chosen by itself; None if there are none."""
    if not count:
        fixed = [(r.margin.sum(axis=1), np.abs(r.margin).sum(axis=1)) for r in rows]
        return np.zeros(0) if all((total >= -tolerance * size).all() for total, size in fixed) else None
    lines: list[Floats] = []
    for r in rows:
        line = np.zeros((len(r.margin), count + 1))
        for j, v in enumerate(r.variable):
            line[:, count if v < 0 else v] += r.margin[:, j]
        lines.append(line / np.maximum(np.abs(line).max(axis=1, keepdims=True), 1e-300))
    # in the projective form: the products and the constant one are shares of a whole, the least as large as can be
    least, shares = inner_point(np.vstack(lines) + tolerance)
    return shares[:count] / shares[count] if least > POSITIVE else None


def _in_logs(rows: list[Comparisons], table: Floats, tolerance: float) -> Floats | Literal["none", "open"]:
    """Where every set has at most two nodes: bounds on the log of each product, met by one choice of log weights or by none."""
    low, high = np.full(len(table), -np.inf), np.full(len(table), np.inf)
    for r in rows:
        for line in r.margin:
            slack = tolerance * float(np.abs(line).max(initial=0.0))
            fixed = float(sum(m for m, v in zip(line, r.variable, strict=True) if v < 0)) + slack
            moving = [(v, float(m)) for m, v in zip(line, r.variable, strict=True) if v >= 0]
            if not moving:
                if fixed < 0:
                    return "none"
                continue
            v, slope = moving[0]
            if slope > 0 and fixed < 0:
                low[v] = max(low[v], np.log(-fixed / slope))
            elif slope < 0 and fixed > 0:
                high[v] = min(high[v], np.log(-fixed / slope))
            elif slope <= 0 and fixed <= 0 and (slope < -slack or fixed < 0):
                return "none"
    count = int(table.shape[1])
    below, above = np.isfinite(low), np.isfinite(high)
    bounds = np.concatenate([low[below], -high[above]])
    lines = np.vstack([table[below], -table[above]])
    if not len(lines):
        return np.zeros(count)
    # the largest common distance from the bounds, at most one
    room = np.hstack([lines, -np.ones((len(lines), 1))])
    limit = np.append(np.zeros(count), -1.0)[None]
    answer = program(
        np.append(np.zeros(count), -1.0),
        (np.vstack([room, limit]), np.append(bounds, -1.0)),
        low=np.full(count + 1, -np.inf),
    )
    if answer.status != "found":
        return "open"
    return answer.point[:-1] if answer.point[-1] >= -1e-9 else "none"


def _searched(rows: list[Comparisons], table: Floats, start: Floats, tolerance: float) -> Floats | None:
    """Log weights found by descent from several starts, or None, which proves nothing."""
    rng = np.random.default_rng(2)

    def short(weights: Floats) -> Floats:
        products = np.append(np.exp(np.clip(table @ weights, -60, 60)), 1.0)
        out: list[Floats] = []
        for r in rows:
            part: NDArray[np.float64] = r.margin * products[r.variable]
            size = np.abs(part).sum(axis=1).clip(1e-300)
            out.append(np.minimum(part.sum(axis=1) / size + tolerance, 0.0))
        return np.concatenate(out)

    near = _solution(table, start)
    for scale in (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0):
        weights = near + rng.normal(0, scale, near.shape) if scale else near
        end = least_squares(short, np.asarray(weights, np.float64))
        if not np.any(short(end)):
            return end
    return None
