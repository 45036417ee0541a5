"""Which plan is best for a player that knows its own errors: log-probabilities of plans, as integrals in one dimension.

A player moves at a first set, and after some of its options once more. An option is worth a *base*, what it brings where the
player does not move again, plus the best of what the options of its later set are worth. All of these are independent normals, for
they add up payoffs of different ends; where no payoff of theirs has an error they are sure. An option without a later set is a
base that is sure and 0, and one later choice.

The worth of a plan (option o, later choice k) is base_o + A_k. It is played where A_k is the best of its later set and the sum
beats the worth of every other option. That is one integral over t of a normal density times a product of Phi((t - m) / s) where

- every base is sure: t is A_k, rivals are the other A and, moved by the bases, all that other options lead to;
- two options compete: their bases count through the difference D alone. If there is one later choice on the other side, t is A_k,
  and (the worth there - D) is one rival more; if there is one on this side, t is D + A_k; if there are two on either side, t is
  S = D + A_k too: given S, A_k beats its neighbour with the probability Phi of a line that rises in S, one more factor of that kind.

Everything else takes two dimensions or more and is refused (`unfit`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.estimate.normal import HALF_LOG_2PI, log_beats, log_normal, log_sum, mills

Numbers = Any  # arrays of floats, or complex with tiny imaginary parts (numpy has no type for both)
FAR = 8.0  # standard deviations from where on a tail is taken by itself
_NARROW = 1e-14  # own standard deviations
_GENTLE = 0.2  # other rivals may get that much nearer, in their standard deviations, where the tail drops by a factor e
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_LENGTH = 42.0  # e^-42 of the edge: below a rounding of the integral
_AT, _LOG_SHARE = (_NODES + 1) / 2, np.log(_WEIGHTS / 2)


@dataclass(frozen=True)
class Worth:
    """A normal: mean and standard deviation, each [row] or a number. ``sure``: no row has an error in it."""

    mean: Numbers
    sd: Numbers
    sure: bool

    def __sub__(self, other: Worth) -> Worth:
        """The difference of two that are independent."""
        return Worth(self.mean - other.mean, root_of_squares(self.sd, other.sd), self.sure and other.sure)

    def __add__(self, other: Worth) -> Worth:
        return self - Worth(-other.mean, other.sd, other.sure)


@dataclass(frozen=True)
class Option:
    """What an option of a first set is worth: ``base``, and the best of ``later``, one at least."""

    base: Worth
    later: tuple[Worth, ...]


def root_of_squares(*sds: Numbers) -> Numbers:
    """Root of the sum of squares, which may be smaller than the smallest double; 0 where all are 0."""
    top = np.max([np.real(s) for s in np.broadcast_arrays(*sds)], axis=0)
    unit = np.where(top > 0, top, 1.0)
    return unit * np.sqrt(sum((s / unit) ** 2 for s in sds))


def unfit(noisy: Sequence[tuple[bool, Sequence[bool]]]) -> str | None:
    """Why the plans of a first set cannot be told, or None. ``noisy``: of each option, whether its base and each later choice have
    errors."""
    for _, later in noisy:
        if list(later).count(False) > 1:
            return "two of the options there have no error, so nothing is random between them"
    if not any(base for base, _ in noisy):
        if sum(list(later).count(False) for _, later in noisy) > 1:
            return "two plans from there have no error, so nothing is random between them"
        return None
    if len(noisy) == 1:
        return None
    if len(noisy) > 2:
        return (
            "among three options or more, one that its player moves after again has errors on payoffs without that move, too: "
            "an integral of two dimensions"
        )
    counts = sorted(len(later) for _, later in noisy)
    if counts[0] > 1 and counts[1] > 2:
        return (
            "more than two options at a later move, another later move beside it, and errors on payoffs without them: "
            "an integral of two dimensions"
        )
    return None


def log_plans(options: Sequence[Option]) -> list[list[Numbers]]:
    """log-probability of each plan, [option][later choice][row]; over all of them probabilities add up to 1.

    What `unfit` refuses must not come here. The player's errors are known to it; 0 is the only worth that need not be told.
    """
    if len(options) == 1:
        later = options[0].later
        return [[_beats(w, [v for j, v in enumerate(later) if j != k]) for k, w in enumerate(later)]]
    if all(option.base.sure for option in options):
        return [
            [_among_sure(options, o, k) for k in range(len(option.later))] for o, option in enumerate(options)
        ]
    one, other = options
    return [
        [_of_two(mine, yours, k) for k in range(len(mine.later))]
        for mine, yours in ((one, other), (other, one))
    ]


def _beats(own: Worth, rivals: Sequence[Worth]) -> Numbers:
    """log P(own beats all rivals) [row]."""
    rivals = [_narrowed(r, own) for r in rivals]
    beyond = _beyond(own, rivals)
    if beyond is None:
        return log_beats(own.mean, own.sd, [(r.mean, r.sd) for r in rivals])
    near = [Worth(np.where(beyond.far, own.mean, r.mean), r.sd, True) if r.sure else r for r in rivals]
    found = log_beats(own.mean, own.sd, [(r.mean, r.sd) for r in near])
    return np.where(beyond.far, beyond.rest - beyond.distance**2 / 2, found)


def _narrowed(rival: Worth, own: Worth) -> Worth:
    """A rival that is narrower than a rounding of the own worth, in some rows, is as good as sure there."""
    if own.sure or rival.sure:
        return rival
    return Worth(rival.mean, np.where(np.real(rival.sd) < _NARROW * np.real(own.sd), 0.0, rival.sd), False)


@dataclass(frozen=True)
class _Beyond:
    """Where a sure rival lies far above: log P(own beats all) = rest - distance^2 / 2 in the rows ``far``."""

    far: np.ndarray  # [row]
    distance: Numbers  # [row] of the sure rival, in own standard deviations; FAR in other rows
    rest: Numbers  # [row]


def _beyond(own: Worth, rivals: Sequence[Worth]) -> _Beyond | None:
    """The tail beyond the one sure rival, v own standard deviations up, in y / v of them; None where no row is so far.

    log of the integral over y > 0 of exp(-y - y^2 / (2 v^2)) times the product of what other rivals are beaten with there, less log v.
    Taken in y, it has all its digits for a v of 1e150: a belief that is nearly 0 makes v its inverse.
    """
    sure = [r for r in rivals if r.sure]
    if len(sure) != 1 or own.sure:
        return None
    mean, sd, edge = np.broadcast_arrays(own.mean, own.sd, sure[0].mean)
    others = [r for r in rivals if not r.sure]
    live = np.real(sd) > 0
    v = (edge - mean) / np.where(live, sd, 1.0)
    far = live & (np.real(v) > FAR)
    if not far.any():
        return None
    v = np.where(far, v, FAR)
    rise, starts, steps = np.zeros(v.shape), [], []
    for r in others:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            start, step = (edge - r.mean) / r.sd, sd / (v * r.sd)
        far = far & (np.real(step) < _GENTLE)
        starts.append(np.where(far, start, 0.0))
        steps.append(np.where(far, step, 0.0))
        rise = rise + np.real(steps[-1]) * mills(np.real(starts[-1]))
    far = far & (rise < 0.5)  # it falls from the edge on, for good: it is log-concave
    y = _AT.reshape(-1, *(1,) * v.ndim) * (_LENGTH / (1 - np.where(far, rise, 0.0)))
    log = -y - (y / v) ** 2 / 2
    for start, step in zip(starts, steps, strict=True):
        log = log + log_normal(np.where(far, start, 0.0) + np.where(far, step, 0.0) * y)
    length = np.log(_LENGTH / (1 - np.where(far, rise, 0.0)))
    weights = _LOG_SHARE.reshape(-1, *(1,) * v.ndim)
    return _Beyond(far, v, log_sum(log + weights) + length - np.log(v) - HALF_LOG_2PI)


def _among_sure(options: Sequence[Option], o: int, k: int) -> Numbers:
    """Every base is sure: they move what the later choices of one option are worth against those of another."""
    mine = options[o]
    return _beats(mine.later[k], _beside(mine.later, k) + _elsewhere(options, o))


def _beside(later: Sequence[Worth], k: int) -> list[Worth]:
    return [w for j, w in enumerate(later) if j != k]


def _elsewhere(options: Sequence[Option], o: int) -> list[Worth]:
    """What other options lead to, less the base of this one; bases are sure."""
    base = options[o].base
    return [
        Worth(w.mean + (other.base.mean - base.mean), w.sd, w.sure)
        for p, other in enumerate(options)
        if p != o
        for w in other.later
    ]


def _of_two(mine: Option, yours: Option, k: int) -> Numbers:
    """Two options whose bases have errors: as the module says."""
    ahead, own, rest = mine.base - yours.base, mine.later[k], _beside(mine.later, k)
    if len(yours.later) == 1:
        return _beats(own, [*rest, yours.later[0] - ahead])
    total = ahead + own
    if not rest:
        return _beats(total, yours.later)
    if own.sure:
        return _beats(own, rest) + _beats(total, yours.later)
    (rival,) = rest
    share = (own.sd / total.sd) ** 2  # how much of a rise of the total is a rise of this choice
    left = root_of_squares(own.sd * (ahead.sd / total.sd), rival.sd)
    line = Worth(total.mean - (own.mean - rival.mean) / share, left / share, False)
    return _beats(total, [*yours.later, line])


def log_odds(options: Sequence[Option], logs: Sequence[Sequence[Numbers]], o: int, k: int) -> Numbers:
    """log P(option o and later choice k) - log P(option o and its first later choice) [row], ``logs`` from `log_plans`.

    Where a sure rival lies far above all the later choices both logarithms go off as the square of its distance v. Their
    difference is taken apart then: (v_0 - v_k)(v_0 + v_k) / 2, and the difference of what is left of them.
    """
    mine = options[o]
    own, first = mine.later[k], mine.later[0]
    with np.errstate(invalid="ignore"):
        plain = logs[o][k] - logs[o][0]
    if k == 0 or not all(p.base.sure for p in options):
        return plain
    elsewhere = _elsewhere(options, o)
    tails = [_beyond(mine.later[j], _beside(mine.later, j) + elsewhere) for j in (k, 0)]
    if tails[0] is None or tails[1] is None or not (both := tails[0].far & tails[1].far).any():
        return plain
    (edge,) = (r.mean for r in elsewhere if r.sure)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        # v_0 - v_k
        nearer = own.mean / own.sd - first.mean / first.sd - edge / own.sd * (1 - own.sd / first.sd)
    apart = np.where(both, nearer, 0.0) * (tails[0].distance + tails[1].distance) / 2
    return np.where(both, apart + tails[0].rest - tails[1].rest, plain)
