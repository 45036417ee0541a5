"""The likelihood of observed outcomes as a function of the coefficients, with the score of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import logsumexp

from detente.estimate.formulas import Index
from detente.estimate.walk import Errors, Link, walk
from detente.game import Tree
from detente.game.tree import Floats


@dataclass(eq=False)
class Model:
    """A game, the indices of its parameters, and how players err. Parameters without an index are fixed.

    Coefficients stand index by index, term by term. Inside, columns are divided by ``unit`` so that all are of order 1.
    """

    tree: Tree
    indices: Sequence[Index]
    fixed: Mapping[str, float]
    link: Link
    errors: Errors
    scale: float
    unit: Floats = field(init=False)  # [coefficient]

    def __post_init__(self) -> None:
        self.unit = np.concatenate([np.sqrt((i.matrix**2).mean(axis=0)) for i in self.indices])
        self.unit[self.unit == 0] = 1.0

    @property
    def names(self) -> list[str]:
        """``parameter: term`` of each coefficient."""
        return [f"{i.parameter}: {t}" for i in self.indices for t in i.terms]

    @property
    def cuts(self) -> list[int]:
        """Where the coefficients of one index end and those of the next begin."""
        return np.cumsum([0, *(len(i.terms) for i in self.indices)]).tolist()

    def drawn(self, beta: Floats, matrices: Sequence[Floats]) -> Floats:
        """The parameters that have an index [parameter, row]."""
        cuts = self.cuts
        return np.stack([m @ beta[a:b] for m, a, b in zip(matrices, cuts, cuts[1:], strict=False)])

    def events(self, drawn: Floats, ends: Floats) -> tuple[Floats, Floats]:
        """Log-probability of outcomes that each mean some ends ([outcome, end], 0 or 1): [outcome, row], and its slope by
        parameter [outcome, row, parameter]."""
        names = [i.parameter for i in self.indices]
        draws = dict(zip(names, drawn, strict=True))
        draws |= {name: np.full(drawn.shape[1], value) for name, value in self.fixed.items()}
        found = walk(self.tree, draws, names, link=self.link, errors=self.errors, scale=self.scale)
        if (ends.sum(axis=1) == 1).all():
            which = ends.argmax(axis=1)
            return found.log[which], found.slope[which]
        with np.errstate(divide="ignore"):
            told = np.log(ends)[:, :, None] + found.log[None]  # -inf where an end is none of the outcome's
        total = logsumexp(told, axis=1)
        share = np.exp(told - np.where(np.isfinite(total), total, 0.0)[:, None])
        return total, np.einsum("oer,erk->ork", share, found.slope)


@dataclass(frozen=True, eq=False)
class Observed:
    """What was observed, and the likelihood that a model gives it."""

    model: Model
    ends: Floats  # [outcome, end] which ends each outcome means
    counts: Floats  # [row, outcome] how often each row shows it

    def by_parameter(self, drawn: Floats) -> tuple[float, Floats]:
        """Log-likelihood (the multinomial constant left out) and its slopes by the parameters of each row [row, parameter]."""
        log, slope = self.model.events(drawn, self.ends)
        weights = self.counts.T
        value = float(np.where(weights > 0, weights * log, 0.0).sum())
        return value, np.einsum("or,ork->rk", weights, slope)

    def likelihood(self, beta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and scores [row, coefficient]."""
        matrices = [i.matrix for i in self.model.indices]
        value, slopes = self.by_parameter(self.model.drawn(beta, matrices))
        return value, np.hstack([slopes[:, [k]] * m for k, m in enumerate(matrices)])

    def information(self, beta: Floats) -> Floats:
        """Minus the Hessian [coefficient, coefficient]: second derivatives by the parameters of each row, by central
        differences of exact slopes, put together by the columns. Two walks a parameter, however many coefficients."""
        matrices = [i.matrix for i in self.model.indices]
        drawn, cuts = self.model.drawn(beta, matrices), self.model.cuts
        out = np.zeros((cuts[-1], cuts[-1]))
        for k in range(len(matrices)):
            step = _STEP * np.maximum(1.0, np.abs(drawn[k]))
            above, below = (self.by_parameter(_moved(drawn, k, sign * step))[1] for sign in (1, -1))
            bend = (below - above) / (2 * step[:, None])  # [row, parameter]
            for j, matrix in enumerate(matrices):
                out[cuts[k] : cuts[k + 1], cuts[j] : cuts[j + 1]] = matrices[k].T @ (bend[:, [j]] * matrix)
        return (out + out.T) / 2

    def expected(self, beta: Floats) -> Floats:
        """The expected (Fisher) information at ``beta`` [coefficient, coefficient], of as many plays as each row has."""
        matrices = [i.matrix for i in self.model.indices]
        log, slope = self.model.events(self.model.drawn(beta, matrices), self.ends)
        weight = np.sqrt(np.exp(log) * self.counts.sum(axis=1))[:, :, None]
        flat = np.concatenate([weight * slope[:, :, [k]] * m for k, m in enumerate(matrices)], axis=2)
        flat = flat.reshape(-1, flat.shape[2])
        return flat.T @ flat


_STEP = (
    6.055454452393343e-06  # the cube root of the spacing of doubles, for central differences of exact slopes
)


def _moved(drawn: Floats, k: int, step: Floats) -> Floats:
    out = drawn.copy()
    out[k] += step
    return out
