"""Multinomial logit of counts, with how each row moves it, and an exact test of whether a maximum exists.

Albert and Anderson 1984, Biometrika 71:1-10 (separation); Konis 2007, D.Phil. thesis, Oxford (by linear programming).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog
from scipy.special import logsumexp

from detente.estimate.climb import climb
from detente.game.tree import Floats

_MOST = 60
_FLAT = 1e-6  # smallest curvature relative to the largest below which separation is looked for
_FAR = 12.0  # log-odds beyond which it is


@dataclass(frozen=True, eq=False)
class Logit:
    """Log-odds of each option against the first are columns times a line of ``theta``."""

    theta: Floats  # [option - 1, column]
    covariance: Floats  # [number, number] inverse information; numbers stand option by option
    shares: Floats  # [row, option] fitted

    def influence(self, matrix: Floats, counts: Floats) -> Floats:
        """[row, number] inverse information times the score of each row of these columns that shows these options so often."""
        left = (counts - counts.sum(axis=1, keepdims=True) * self.shares)[:, 1:]
        return (left[:, :, None] * matrix[:, None, :]).reshape(len(matrix), -1) @ self.covariance


def logit(matrix: Floats, counts: Floats) -> Logit | None:
    """Maximum likelihood from ``counts`` [row, option] on ``matrix`` [row, column] of full rank; None where no maximum exists."""
    unit = np.sqrt((matrix**2).mean(axis=0))
    x, plays, others = matrix / unit, counts.sum(axis=1), counts.shape[1] - 1

    def shares(theta: Floats) -> Floats:
        eta = np.column_stack([np.zeros(len(x)), x @ theta.reshape(others, -1).T])
        return eta - logsumexp(eta, axis=1, keepdims=True)

    def likelihood(theta: Floats) -> tuple[float, Floats]:
        log = shares(theta)
        left = (counts - plays[:, None] * np.exp(log))[:, 1:]
        return float((counts * log).sum()), (left[:, :, None] * x[:, None, :]).reshape(len(x), -1)

    def information(theta: Floats) -> Floats:
        p = np.exp(shares(theta))[:, 1:]
        out = np.empty((others, x.shape[1], others, x.shape[1]))
        for j in range(others):
            for k in range(others):
                weight = plays * (p[:, j] * (j == k) - p[:, j] * p[:, k])
                out[j, :, k, :] = x.T @ (weight[:, None] * x)
        return out.reshape(others * x.shape[1], -1)

    top = climb(likelihood, information, np.zeros(others * x.shape[1]), most=_MOST)
    size = np.linalg.eigvalsh(top.information)
    reached = plays > 0
    far = np.abs(x[reached] @ top.theta.reshape(others, -1).T).max(initial=0.0) > _FAR
    strained = size[0] <= _FLAT * size[-1] or top.reason == "iterations" or far
    if strained and separation(x, counts) is not None:
        return None
    if size[0] <= 0 or top.reason == "iterations":
        return None
    inverse = np.asarray(np.linalg.inv(top.information), np.float64)
    scale = np.tile(unit, others)
    return Logit(
        top.theta.reshape(others, -1) / unit, inverse / np.outer(scale, scale), np.exp(shares(top.theta))
    )


def separation(matrix: Floats, counts: Floats) -> Floats | None:
    """A direction [option, column] in which the likelihood never falls and somewhere rises for ever; None where there is none."""
    options, width = counts.shape[1], matrix.shape[1]
    lines = []
    for taken in range(options):
        rows = matrix[counts[:, taken] > 0]
        for other in range(options):
            if other != taken:
                line = np.zeros((len(rows), options, width))
                line[:, taken], line[:, other] = rows, -rows
                lines.append(line.reshape(len(rows), -1))
    above = np.unique(np.vstack(lines), axis=0)
    bounds = [(0.0, 0.0)] * width + [(-1.0, 1.0)] * ((options - 1) * width)
    found = linprog(-above.sum(axis=0), A_ub=-above, b_ub=np.zeros(len(above)), bounds=bounds, method="highs")
    if found.x is None or -found.fun <= 1e-7 * (1 + np.abs(above).sum(axis=0).max()):
        return None
    return np.asarray(found.x, np.float64).reshape(options, width)


def separating(matrix: Floats, counts: Floats, terms: Sequence[str]) -> list[str]:
    """The columns that take part in a separation, by name."""
    found = separation(matrix / np.sqrt((matrix**2).mean(axis=0)), counts)
    if found is None:
        return []
    return [t for t, far in zip(terms, np.abs(found).max(axis=0) > 1e-6, strict=True) if far]
