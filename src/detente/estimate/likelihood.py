"""The likelihood of observed outcomes as a function of the coefficients, with the score of every row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import logsumexp

from detente.errors import Where
from detente.estimate.branch import LostBranch, carried, principal
from detente.estimate.formulas import Index
from detente.estimate.replies.reply import Replies, along, sloped
from detente.estimate.walk import Errors, Link, walk
from detente.game import Tree
from detente.game.derivative import numbers_slope
from detente.game.tree import Floats

_KEPT = 4  # answers of `Model.beliefs`


@dataclass(frozen=True, eq=False)
class Lying:
    """Where the equilibria of a fit's rows lie, if not on the principal branch."""

    drawn: Floats  # [parameter, row]
    beliefs: Floats  # [belief, row] log-odds, an equilibrium there

    def part(self, kept: np.ndarray) -> Lying:
        """Of some rows."""
        return Lying(self.drawn[:, kept], self.beliefs[:, kept])


@dataclass(eq=False)
class Model:
    """A game, the indices of its parameters, and how players err. Parameters without an index are fixed.

    Coefficients stand index by index, term by term. Inside, columns are divided by ``unit`` so that all are of order 1.
    With ``replies`` players have beliefs to be solved for: equilibria are those of the principal branch, and for the rows of a fit
    that ``lying`` tells of those that its own lead to. Without, the game has perfect information and is walked.
    """

    tree: Tree
    indices: Sequence[Index]
    fixed: Mapping[str, float]
    link: Link
    errors: Errors
    scale: float
    replies: Replies | None = None
    lying: Lying | None = None
    unit: Floats = field(init=False)  # [coefficient]
    _walked: dict[bytes, tuple[Floats, Floats]] = field(
        init=False, default_factory=dict
    )  # the last answer of `walk`
    # last answers of `beliefs`
    _known: dict[tuple[bytes, bool, bool], Floats] = field(init=False, default_factory=dict)

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

    def numbers(self, drawn: Floats) -> tuple[Floats, Floats]:
        """The numbers of the tree [number, row] and their slopes by parameter [number, row, parameter]."""
        names = [i.parameter for i in self.indices]
        draws: dict[str, Floats | float] = dict(zip(names, drawn, strict=True))
        draws |= {name: np.full(drawn.shape[1], value) for name, value in self.fixed.items()}
        slopes = numbers_slope(self.tree, draws, names).dense()
        return self.tree.numbers_at(draws).T, slopes.transpose(1, 0, 2)

    def events(
        self, drawn: Floats, ends: Floats, *, own: bool = False, around: Floats | None = None
    ) -> tuple[Floats, Floats]:
        """Log-probability of outcomes that each mean some ends ([outcome, end], 0 or 1): [outcome, row], and its slope by
        parameter [outcome, row, parameter].

        Where beliefs are solved for: ``own`` says that these are the rows of `lying`; ``around``, parameters nearby, that equilibria
        are those which the ones there lead to. Rows that are lost on the way are solved anew. Raises `LostBranch` with the row.
        """
        if self.replies is not None:
            return self._in_equilibrium(self.replies, drawn, ends, own, around)
        key = drawn.tobytes()
        if key not in self._walked:
            names = [i.parameter for i in self.indices]
            draws = dict(zip(names, drawn, strict=True))
            draws |= {name: np.full(drawn.shape[1], value) for name, value in self.fixed.items()}
            found = walk(self.tree, draws, names, link=self.link, errors=self.errors, scale=self.scale)
            self._walked.clear()
            self._walked[key] = found.log, found.slope
        return of_outcomes(*self._walked[key], ends)

    def beliefs(self, drawn: Floats, *, own: bool = False, around: Floats | None = None) -> Floats:
        """Equilibrium log-odds [belief, row]; see `events`."""
        assert self.replies is not None
        own = own and self.lying is not None
        key, known = (drawn.tobytes(), own, around is None), self._known
        if key not in known:
            numbers = self.numbers(drawn)[0]
            if around is None:
                found = self._solved(drawn, numbers, own, np.ones(drawn.shape[1], bool))
            else:
                base = (around.tobytes(), own, False)
                before = known[base] if base in known else self.beliefs(around, own=own)
                found, good = carried(self.replies, self.numbers(around)[0], before, numbers)
                if not good.all():
                    found[:, ~good] = self._solved(drawn, numbers, own, ~good)
                known[(around.tobytes(), own, False)] = known.pop(base, before)  # the last used stays longest
            known[key] = found
            while len(known) > _KEPT:
                del known[next(iter(known))]
        return known[key]

    def _solved(self, drawn: Floats, numbers: Floats, own: bool, rows: np.ndarray) -> Floats:
        """`beliefs` of some rows [row], without others nearby."""
        assert self.replies is not None
        if not own or self.lying is None:
            return principal(self.replies, numbers[:, rows]).beliefs
        start = self.lying.part(rows)
        found, good = carried(self.replies, self.numbers(start.drawn)[0], start.beliefs, numbers[:, rows])
        if not good.all():
            lost = int(np.flatnonzero(rows)[np.flatnonzero(~good)[0]])
            raise LostBranch("the equilibrium of this row ends before these coefficients are reached",
                             where=Where(field=f"row {lost + 1}"), found=f"{int((~good).sum())} rows")  # fmt: skip
        return found

    def _in_equilibrium(
        self, replies: Replies, drawn: Floats, ends: Floats, own: bool, around: Floats | None
    ) -> tuple[Floats, Floats]:
        beliefs = self.beliefs(drawn, own=own, around=around)
        _, first, back = np.unique(
            np.concatenate([drawn, beliefs]), axis=1, return_index=True, return_inverse=True
        )
        numbers, slopes = self.numbers(drawn[:, first])
        with np.errstate(all="ignore"):  # complex numbers whose imaginary parts are below the smallest double
            found = sloped(replies, numbers, slopes, beliefs[:, first])
        count = len(drawn)
        slope = found.d_log[:, :, :count]
        if len(beliefs):
            slope = slope + np.einsum("erb,brk->erk", found.d_log[:, :, count:], along(found, count))
        log, by = of_outcomes(found.log, slope, ends)
        return log[:, back], by[:, back]


def of_outcomes(log: Floats, slope: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """From ends [end, row] and their slopes [end, row, k] to outcomes that each mean some ends ([outcome, end], 0 or 1)."""
    if (ends.sum(axis=1) == 1).all():
        which = ends.argmax(axis=1)
        return log[which], slope[which]
    with np.errstate(divide="ignore"):
        told = np.log(ends)[:, :, None] + log[None]  # -inf where an end is none of the outcome's
    total = logsumexp(told, axis=1)
    share = np.asarray(np.exp(told - np.where(np.isfinite(total), total, 0.0)[:, None]), np.float64)
    return total, np.einsum("oer,erk->ork", share, slope)


@dataclass(frozen=True, eq=False)
class Observed:
    """What was observed, and the likelihood that a model gives it."""

    model: Model
    ends: Floats  # [outcome, end] which ends each outcome means
    counts: Floats  # [row, outcome] how often each row shows it

    def by_parameter(self, drawn: Floats, around: Floats | None = None) -> tuple[float, Floats]:
        """Log-likelihood (the multinomial constant left out) and its slopes by the parameters of each row [row, parameter]."""
        log, slope = self.model.events(drawn, self.ends, own=True, around=around)
        weights = self.counts.T
        value = float(np.where(weights > 0, weights * log, 0.0).sum())
        return value, np.einsum("or,ork->rk", weights, slope)

    def likelihood(self, beta: Floats, around: Floats | None = None) -> tuple[float, Floats]:
        """Log-likelihood and scores [row, coefficient]. ``around``: coefficients nearby; see `Model.events`."""
        matrices = [i.matrix for i in self.model.indices]
        near = None if around is None else self.model.drawn(around, matrices)
        value, slopes = self.by_parameter(self.model.drawn(beta, matrices), near)
        return value, np.hstack([slopes[:, [k]] * m for k, m in enumerate(matrices)])

    def information(self, beta: Floats, around: Floats | None = None) -> Floats:
        """Minus the Hessian [coefficient, coefficient]: second derivatives by the parameters of each row, by central
        differences of exact slopes, put together by the columns. Two looks a parameter, however many coefficients."""
        matrices = [i.matrix for i in self.model.indices]
        drawn, cuts = self.model.drawn(beta, matrices), self.model.cuts
        if around is not None and self.model.replies is not None:
            self.model.beliefs(drawn, own=True, around=self.model.drawn(around, matrices))
        out = np.zeros((cuts[-1], cuts[-1]))
        for k in range(len(matrices)):
            step = _STEP * np.maximum(1.0, np.abs(drawn[k]))
            above, below = (self.by_parameter(_moved(drawn, k, sign * step), drawn)[1] for sign in (1, -1))
            bend = (below - above) / (2 * step[:, None])  # [row, parameter]
            for j, matrix in enumerate(matrices):
                out[cuts[k] : cuts[k + 1], cuts[j] : cuts[j + 1]] = matrices[k].T @ (bend[:, [j]] * matrix)
        return (out + out.T) / 2

    def expected(self, beta: Floats, around: Floats | None = None) -> Floats:
        """The expected (Fisher) information at ``beta`` [coefficient, coefficient], of as many plays as each row has."""
        matrices = [i.matrix for i in self.model.indices]
        near = None if around is None else self.model.drawn(around, matrices)
        log, slope = self.model.events(self.model.drawn(beta, matrices), self.ends, own=True, around=near)
        weighted = np.sqrt(np.exp(log) * self.counts.sum(axis=1))[:, :, None] * slope
        by_row = np.einsum("ork,orl->klr", weighted, weighted)
        cuts = self.model.cuts
        out = np.empty((cuts[-1], cuts[-1]))
        for k, one in enumerate(matrices):
            for j, other in enumerate(matrices[: k + 1]):
                block = one.T @ (by_row[k, j][:, None] * other)
                out[cuts[k] : cuts[k + 1], cuts[j] : cuts[j + 1]] = block
                out[cuts[j] : cuts[j + 1], cuts[k] : cuts[k + 1]] = block.T
        return out


_STEP = (
    6.055454452393343e-06  # the cube root of the spacing of doubles, for central differences of exact slopes
)


def _moved(drawn: Floats, k: int, step: Floats) -> Floats:
    out = drawn.copy()
    out[k] += step
    return out
