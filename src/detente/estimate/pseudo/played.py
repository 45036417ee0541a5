"""What was observed of a game with beliefs, and how its likelihood moves, row by row, with parameters and with beliefs.

Everything is by *parameter of the row* and by belief; coefficients come in at the end, by the columns of the formulas, so the cost
does not grow with their number. First derivatives are complex steps (exact); second ones central differences of exact slopes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import logsumexp

from detente.errors import DataError, Where
from detente.estimate.formulas import Index
from detente.estimate.replies.reply import TINY, Replies
from detente.game.derivative import numbers_slope
from detente.game.tree import Floats

STEP = 6.055454452393343e-06  # the cube root of the spacing of doubles, for central differences
AT_ONCE = 8192  # rows of one call to the replies, to bound memory
_TURNS = 200


@dataclass(frozen=True, eq=False)
class Played:
    """A game with its replies, the index of each parameter that is estimated, and what each row shows."""

    replies: Replies
    indices: Sequence[Index]
    fixed: Mapping[str, float]  # parameters without an index; others keep their base values
    ends: Floats  # [outcome, end] which ends each outcome means, 0 or 1
    counts: Floats  # [row, outcome] how often each row shows it

    @property
    def names(self) -> list[str]:
        """``parameter: term`` of each coefficient."""
        return [f"{i.parameter}: {t}" for i in self.indices for t in i.terms]

    @cached_property
    def design(self) -> Floats:
        """The columns of all formulas side by side [row, coefficient]."""
        return np.hstack([i.matrix for i in self.indices])

    @cached_property
    def column(self) -> np.ndarray:
        """[coefficient] which parameter it belongs to."""
        return np.repeat(np.arange(len(self.indices)), [len(i.terms) for i in self.indices])

    @cached_property
    def unit(self) -> Floats:
        """[coefficient] the root mean square of its column; coefficients times these are of order 1."""
        found = np.sqrt((self.design**2).mean(axis=0))
        return np.where(found == 0, 1.0, found)

    def drawn(self, theta: Floats) -> Floats:
        """The parameters of each row [parameter, row]."""
        return np.stack(
            [self.design[:, self.column == k] @ theta[self.column == k] for k in range(len(self.indices))]
        )

    def numbers(self, drawn: Floats) -> tuple[Floats, Floats]:
        """The numbers of the tree [number, row] and their slopes [number, row, parameter] at parameters [parameter, row]."""
        names = [i.parameter for i in self.indices]
        draws: dict[str, Floats | float] = dict(zip(names, drawn, strict=True))
        draws |= {name: np.full(drawn.shape[1], value) for name, value in self.fixed.items()}
        tree = self.replies.tree
        return tree.numbers_at(draws).T, numbers_slope(tree, draws, names).dense().transpose(1, 0, 2)

    def by_coefficient(self, by: Floats) -> Floats:
        """Slopes by the parameters of each row [..., row, parameter] as slopes by coefficients [..., row, coefficient]."""
        return by[..., self.column] * self.design

    def part(self, weight: Floats) -> Played:
        """Each row counted ``weight`` [row] times, rows of weight 0 left out; categories and scales stay those of the whole."""
        kept = weight > 0
        indices = [replace(i, matrix=i.matrix[kept]) for i in self.indices]
        return replace(self, indices=indices, counts=self.counts[kept] * weight[kept, None])


@dataclass(frozen=True, eq=False)
class Point:
    """The likelihood of every row at coefficients and beliefs."""

    value: Floats  # [row] the multinomial constant left out
    by: Floats  # [row, parameter + belief]
    score: Floats  # [row, coefficient] beliefs held fixed
    by_belief: Floats  # [row, belief]
    reply: Floats  # [belief, row] log-odds
    d_reply: Floats  # [belief, row, parameter + belief]
    log: Floats  # [outcome, row] log-probabilities
    d_log: Floats  # [outcome, row, parameter + belief]


def at(played: Played, theta: Floats, beliefs: Floats) -> Point:
    """At coefficients and beliefs [belief, row] in log-odds, whether these are an equilibrium or not."""
    numbers, slopes = played.numbers(played.drawn(theta))
    found = _Slopes(played, numbers, slopes, beliefs, belief_too=True)
    by = _by_row(played.counts.T, found.d_log)
    count = len(played.indices)
    seen = played.counts.T > 0
    value = np.where(seen, played.counts.T * np.where(seen, found.log, 0.0), 0.0).sum(axis=0)
    return Point(value, by, played.by_coefficient(by[:, :count]), by[:, count:], found.reply, found.d_reply,
                 found.log, found.d_log)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Held:
    """The likelihood at coefficients with beliefs held fixed."""

    value: float
    score: Floats  # [row, coefficient]
    expected: Floats  # [coefficient, coefficient] the expected information of as many plays


def held_at(played: Played, theta: Floats, beliefs: Floats) -> Held:
    """Cheaper than `at`: slopes by beliefs are left out."""
    numbers, slopes = played.numbers(played.drawn(theta))
    found = _Slopes(played, numbers, slopes, beliefs, belief_too=False)
    seen = played.counts.T > 0
    value = np.where(seen, played.counts.T * np.where(seen, found.log, 0.0), 0.0).sum()
    weight = np.exp(found.log) * played.counts.sum(axis=1)
    slope = np.where(weight[:, :, None] > 0, found.d_log, 0.0)
    bend = np.einsum("or,orj,ork->rjk", weight, slope, slope)
    score = played.by_coefficient(_by_row(played.counts.T, found.d_log))
    return Held(float(value), score, chained(played, bend))


def _by_row(weights: Floats, d_log: Floats) -> Floats:
    seen = (weights > 0)[:, :, None]
    return np.where(seen, weights[:, :, None] * np.where(seen, d_log, 0.0), 0.0).sum(axis=0)


class _Slopes:
    """Log-probabilities of outcomes and replies with slopes; rows and directions stacked into few calls to the replies."""

    log: Floats  # [outcome, row]
    d_log: Floats  # [outcome, row, direction]
    reply: Floats  # [belief, row]
    d_reply: Floats  # [belief, row, direction]

    def __init__(self, played: Played, numbers: Floats, slopes: Floats, beliefs: Floats, *, belief_too: bool):
        count, rows = slopes.shape[2], numbers.shape[1]
        width = count + (len(beliefs) if belief_too else 0)
        here = played.replies(numbers, beliefs)
        d_log, d_reply = np.empty((*here.log.shape, width)), np.empty((*here.reply.shape, width))
        each = max(1, AT_ONCE // rows)
        for first in range(0, width, each):
            part = range(first, min(width, first + each))
            moved = np.concatenate(
                [numbers + 1j * TINY * slopes[:, :, k] if k < count else numbers + 0j for k in part], axis=1
            )
            believed = np.tile(beliefs.astype(complex), (1, len(part)))
            for place, k in enumerate(part):
                if k >= count:
                    believed[k - count, place * rows : (place + 1) * rows] += 1j * TINY
            there = played.replies(moved, believed)
            for told, out in ((there.log, d_log), (there.reply, d_reply)):
                out[:, :, first : first + len(part)] = (
                    (told.imag / TINY).reshape(len(out), len(part), rows).transpose(0, 2, 1)
                )
        self.log, self.d_log = _outcomes(here.log, d_log, played.ends)
        self.reply, self.d_reply = here.reply, d_reply


def _outcomes(log: Floats, d_log: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """From ends to outcomes, which may each mean several."""
    if (ends.sum(axis=1) == 1).all():
        which = ends.argmax(axis=1)
        return log[which], d_log[which]
    total, slope = np.empty((len(ends), log.shape[1])), np.empty((len(ends), *d_log.shape[1:]))
    for k, mask in enumerate(ends > 0):
        total[k] = logsumexp(log[mask], axis=0)
        share = np.exp(log[mask] - np.where(np.isfinite(total[k]), total[k], 0.0))[:, :, None]
        slope[k] = np.where(share > 0, share * np.where(share > 0, d_log[mask], 0.0), 0.0).sum(axis=0)
    return total, slope


def bends(
    played: Played,
    theta: Floats,
    beliefs: Floats,
    by_parameter: Floats,
    by_belief: Floats,
    *,
    belief_too: bool = False,
) -> Floats:
    """How the slopes of each row's likelihood move in directions [row, slope, direction]; slopes are by parameters, and by beliefs
    too if ``belief_too``. A direction is ``by_parameter`` [parameter, row, direction] with ``by_belief`` [belief, row, direction]."""
    drawn, rows = played.drawn(theta), len(played.counts)
    count = by_parameter.shape[2]
    out = np.empty((rows, len(drawn) + (len(beliefs) if belief_too else 0), count))
    base = np.maximum(1.0, np.abs(drawn).max(axis=0))
    each = max(1, AT_ONCE // (2 * rows))
    for first in range(0, count, each):
        part = range(first, min(count, first + each))
        steps, params, believed = [], [], []
        for k in part:
            size = np.maximum(
                np.abs(by_parameter[:, :, k]).max(axis=0),
                np.abs(by_belief[:, :, k]).max(axis=0, initial=0.0),
            )
            step = STEP * base / np.where(size > 0, size, 1.0)
            steps.append(step)
            for sign in (1, -1):
                params.append(drawn + sign * step * by_parameter[:, :, k])
                believed.append(beliefs + sign * step * by_belief[:, :, k])
        numbers, slopes = played.numbers(np.concatenate(params, axis=1))
        found = _Slopes(played, numbers, slopes, np.concatenate(believed, axis=1), belief_too=belief_too)
        by = _by_row(np.tile(played.counts.T, (1, 2 * len(part))), found.d_log)
        for place, k in enumerate(part):
            up, down = (by[(2 * place + s) * rows : (2 * place + s + 1) * rows] for s in (0, 1))
            out[:, :, k] = (up - down) / (2 * steps[place][:, None])
    return out


def held(played: Played, theta: Floats, beliefs: Floats) -> Floats:
    """The second derivative of the likelihood by coefficients, beliefs held fixed [coefficient, coefficient]."""
    count, rows = len(played.indices), len(played.counts)
    by_parameter = np.broadcast_to(np.eye(count)[:, None, :], (count, rows, count))
    found = bends(played, theta, beliefs, by_parameter, np.zeros((len(beliefs), rows, count)))
    out = chained(played, found)
    return (out + out.T) / 2


def followed(played: Played, theta: Floats, beliefs: Floats, along: Floats) -> Floats:
    """The derivative of the score (beliefs held fixed in the score) where beliefs follow with slopes ``along`` [belief, row,
    parameter]: [entry of the score, coefficient]. Not symmetric."""
    count, rows = len(played.indices), len(played.counts)
    by_parameter = np.broadcast_to(np.eye(count)[:, None, :], (count, rows, count))
    return chained(played, bends(played, theta, beliefs, by_parameter, along))


def crossed(played: Played, theta: Floats, beliefs: Floats) -> Floats:
    """How each row's score moves with each of its beliefs [belief, row, coefficient]."""
    count, rows = len(played.indices), len(played.counts)
    by_belief = np.broadcast_to(np.eye(len(beliefs))[:, None, :], (len(beliefs), rows, len(beliefs)))
    found = bends(played, theta, beliefs, np.zeros((count, rows, len(beliefs))), by_belief)
    return played.by_coefficient(found.transpose(2, 0, 1))


def chained(played: Played, bend: Floats) -> Floats:
    """[row, parameter, parameter] put together by the columns: [coefficient, coefficient]."""
    out = np.empty((len(played.column),) * 2)
    blocks = [np.flatnonzero(played.column == k) for k in range(len(played.indices))]
    for j, rows in enumerate(blocks):
        for k, columns in enumerate(blocks):
            out[np.ix_(rows, columns)] = played.design[:, rows].T @ (
                bend[:, j, k, None] * played.design[:, columns]
            )
    return out


def settled(played: Played, theta: Floats, beliefs: Floats) -> Floats:
    """Equilibrium beliefs [belief, row] near ``beliefs``, by Newton's method row by row, steps halved until replies come nearer.

    Finds one equilibrium of each row, no other is looked for. Raises DataError with the first row that does not arrive.
    """
    numbers, _ = played.numbers(played.drawn(theta))
    now, count = np.array(beliefs, float), len(beliefs)
    if not count:
        return now
    nothing = np.zeros((*numbers.shape, 0))
    gap = played.replies(numbers, now).reply - now
    open_ = np.flatnonzero(np.ones(now.shape[1], bool))
    for _ in range(_TURNS):
        far = np.abs(gap[:, open_]).max(axis=0, initial=0.0) > 1e-13 * (
            1 + np.abs(now[:, open_]).max(axis=0, initial=0.0)
        )
        open_ = open_[far | ~np.isfinite(gap[:, open_]).all(axis=0)]
        if not open_.size:
            return now
        here = _replied(played, numbers[:, open_], nothing[:, open_], now[:, open_])
        slope = (np.eye(count)[:, None, :] - here).transpose(1, 0, 2)
        try:
            move = np.linalg.solve(slope, gap[:, open_].T[:, :, None])[:, :, 0].T
        except np.linalg.LinAlgError:
            break
        move = move / np.maximum(1.0, np.abs(move).max(axis=0) / 3.0)
        length, size = np.ones(len(open_)), np.abs(gap[:, open_]).max(axis=0)
        waiting = np.arange(len(open_))
        for _ in range(30):
            rows = open_[waiting]
            there = now[:, rows] + length[waiting] * move[:, waiting]
            left = played.replies(numbers[:, rows], there).reply - there
            better = np.abs(left).max(axis=0) < size[waiting]
            now[:, rows[better]], gap[:, rows[better]] = there[:, better], left[:, better]
            waiting = waiting[~better]
            length[waiting] /= 2
            if not waiting.size:
                break
        stuck = open_[waiting]
        if stuck.size:
            rounding = 1e-9 * (1 + np.abs(now[:, stuck]).max(axis=0))
            if (np.abs(gap[:, stuck]).max(axis=0) > rounding).any():
                break
            open_ = np.setdiff1d(open_, stuck)
    done = np.abs(gap).max(axis=0) <= 1e-9 * (1 + np.abs(now).max(axis=0))
    if not done.all():
        raise DataError(
            "an equilibrium was lost on the way", where=Where(field=f"row {int((~done).argmax()) + 1}"),
            found="beliefs that are no replies to themselves",
        )  # fmt: skip
    return now


def _replied(played: Played, numbers: Floats, slopes: Floats, beliefs: Floats) -> Floats:
    return _Slopes(played, numbers, slopes, beliefs, belief_too=True).d_reply
