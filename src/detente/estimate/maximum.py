"""The highest likelihood from several starts; where beliefs are solved for, on the principal branch or over all equilibria.

ml      every row's equilibrium is that of the principal branch: the likelihood is a function of the coefficients
cmle    maximum over coefficients *and* equilibria, which may differ from row to row (Su and Judd 2012, Econometrica 80:2213-2230):
        climbed on the branches that a start lies on, then each row takes the equilibrium that explains it best, until none changes
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from detente.errors import DataError
from detente.estimate.branch import LostBranch, principal
from detente.estimate.climb import Top, climb
from detente.estimate.equilibria import SAME, Equilibria, search
from detente.estimate.likelihood import Lying, Model, Observed
from detente.game.tree import Floats

_NEAR = 1.0  # gain of log-likelihood expected of a step, below which the exact Hessian replaces the expected information
_FALL = 0.1  # of the largest score, from one step to the next, above which the Hessian is taken anew
_ROUNDS = 10


def top_of(seen: Observed, start: Floats, most: int = 200) -> Top:
    """The maximum above ``start`` [coefficient], climbed in units in which columns are of order 1, told in the user's.

    Beliefs are followed from step to step, which is quick; at the top they are solved for anew from large errors, and where that leads
    elsewhere the climb is made again with beliefs solved anew at every step. Raises `LostBranch`.
    """
    if seen.model.replies is None:
        return _climbed(seen, start, most, follow=False)
    top = _climbed(seen, start, most, follow=True)
    anew, _ = seen.likelihood(top.theta)
    if abs(anew - top.log_likelihood) <= 1e-9 * (1 + abs(anew)):
        return top
    return _climbed(seen, start, most, follow=False)


def _climbed(seen: Observed, start: Floats, most: int, follow: bool) -> Top:
    unit = seen.model.unit
    near: list[Floats | None] = [None]
    hessian: list[Floats] = []  # the last that was taken, and the largest score when one was last used
    before = [np.inf]

    def likelihood(theta: Floats) -> tuple[float, Floats]:
        try:
            value, scores = seen.likelihood(theta / unit, near[0])
        except LostBranch:
            if near[0] is None and follow:
                raise
            return -np.inf, np.zeros((len(seen.counts), len(unit)))
        if follow:
            near[0] = theta / unit
        return value, scores / unit

    def information(theta: Floats) -> Floats:
        beta, scale = theta / unit, np.outer(unit, unit)
        _, scores = seen.likelihood(beta, near[0])
        expected, score = seen.expected(beta, near[0]) / scale, scores.sum(axis=0) / unit
        if score @ np.linalg.lstsq(expected, score, rcond=1e-10)[0] > _NEAR:
            return expected  # never indefinite, and needs no second derivatives
        steep = float(np.abs(score).max())
        if hessian and steep < _FALL * before[0]:
            before[0] = steep
            return hessian[0]  # so near the top the last one still leads there
        before[0] = steep
        hessian[:] = [seen.information(beta, near[0]) / scale]
        return hessian[0]

    found = climb(likelihood, information, start * unit, most=most)
    theta = found.theta / unit
    return Top(theta, found.log_likelihood, found.scores * unit, seen.information(theta, near[0]), found.iterations,
               found.reason)  # fmt: skip


def highest(seen: Observed, starts: Sequence[Floats]) -> tuple[Top, tuple[float, ...]]:
    """The best of the maxima above several starts, and the log-likelihood reached from each (NaN: none). Raises DataError where
    there is none."""
    tops: list[Top] = []
    told: list[float] = []
    problem: DataError | None = None
    for start in starts:
        try:
            top = top_of(seen, start)
        except DataError as found:
            problem = found
            told.append(float("nan"))
            continue
        ended = top.reason != "iterations"
        told.append(top.log_likelihood if ended or len(starts) == 1 else float("nan"))
        tops.append(top)
    if not tops:
        raise problem or DataError("no start leads to a maximum")
    return max(tops, key=lambda top: (top.reason != "iterations", top.log_likelihood)), tuple(told)


def random_starts(model: Model, count: int, seed: int) -> list[Floats]:
    """Coefficients that make payoffs of about the size of the errors."""
    rng = np.random.default_rng(seed)
    each = np.concatenate([np.full(len(i.terms), len(i.terms)) for i in model.indices])
    return [rng.normal(size=len(each)) / np.sqrt(each) / model.unit for _ in range(count)]


def constrained(
    seen: Observed, start: Floats, beliefs: Floats, looks: int, seed: int
) -> tuple[Top, Observed, Equilibria]:
    """The maximum over coefficients and equilibria that is reached from ``start`` and equilibrium ``beliefs`` there [belief, row], the
    observations with each row's equilibrium kept, and all the equilibria found at the maximum."""
    assert seen.model.replies is not None
    theta, at = np.asarray(start, float), beliefs
    for _ in range(_ROUNDS):
        model = replace(seen.model, lying=Lying(_drawn(seen, theta), at))
        mine = Observed(model, seen.ends, seen.counts)
        top = _climbed(mine, theta, 300, follow=True)
        theta, drawn = top.theta, _drawn(seen, top.theta)
        at = model.beliefs(drawn, own=True, around=drawn)
        others = search(seen.model.replies, model.numbers(drawn)[0], looks, seed, at)
        better = _best(seen, theta, at, others)
        if better is None:
            break
        at = better
    straight = principal(seen.model.replies, seen.model.numbers(drawn)[0]).beliefs
    if not (np.abs(straight - at) > SAME * (1 + np.abs(at))).any():
        return top, seen, others
    return top, Observed(replace(seen.model, lying=Lying(drawn, at)), seen.ends, seen.counts), others


def off_principal(model: Model, theta: Floats) -> int:
    """Rows whose equilibrium is not that of the principal branch."""
    if model.replies is None or model.lying is None:
        return 0
    drawn = model.drawn(theta, [i.matrix for i in model.indices])
    straight, at = model.beliefs(drawn), model.beliefs(drawn, own=True)
    return int((np.abs(straight - at) > SAME * (1 + np.abs(at))).any(axis=0).sum())


def _drawn(seen: Observed, theta: Floats) -> Floats:
    return seen.model.drawn(theta, [i.matrix for i in seen.model.indices])


def _best(seen: Observed, theta: Floats, at: Floats, found: Equilibria) -> Floats | None:
    """For each row the equilibrium in which its outcomes are likeliest; None where these are the present ones."""
    replies = seen.model.replies
    assert replies is not None
    several = np.flatnonzero(np.bincount(found.row, minlength=at.shape[1]) > 1)
    if not several.size:
        return None
    numbers = seen.model.numbers(_drawn(seen, theta))[0]

    def value(rows: np.ndarray, beliefs: Floats) -> Floats:
        with np.errstate(all="ignore"):
            log = replies(numbers[:, rows], beliefs).log
        told = np.stack(
            [np.logaddexp.reduce(np.where(e[:, None] > 0, log, -np.inf), axis=0) for e in seen.ends]
        )
        counts = seen.counts[rows].T
        return np.where(counts > 0, counts * np.where(counts > 0, told, 0.0), 0.0).sum(axis=0)

    now, out, changed = value(np.arange(at.shape[1]), at), at.copy(), False
    for k in np.flatnonzero(np.isin(found.row, several)):
        row = int(found.row[k])
        there = float(value(np.array([row]), found.beliefs[:, [k]])[0])
        if there > now[row] + 1e-7:
            out[:, row], now[row], changed = found.beliefs[:, k], there, True
    return out if changed else None
