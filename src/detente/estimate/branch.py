"""Equilibrium beliefs of all rows at once, on the principal branch: that which starts where errors drown payoffs.

Payoffs are multiplied by s. At s = 0 everybody errs alike and there is one equilibrium; the curve of equilibria that starts there
is followed to where s is 1 for the first time, through turns, in log-odds (McKelvey and Palfrey 1995, Games and Economic Behavior
10:6-38; 1998, Experimental Economics 1:9-41; how: Turocy 2005, Games and Economic Behavior 51:243-263). At a symmetric game's fork
the curve goes straight on. One equilibrium a row, as a function of its numbers alone; for others see `search`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from detente.errors import DataError, GameError, Where
from detente.estimate.replies.reply import TINY, Numbers, Replies
from detente.game import Tree
from detente.game.tree import Floats

AT_ONCE = 8192  # columns of one call to the replies, to bound memory
MOST = 4000  # steps along one branch
_ASKEW = 0.3  # log-odds, and share of the way: a first correction beyond it means a shorter step
_BENT = 0.8  # cosine between tangents, likewise
_SHORTEST = 1e-9
_LEAST = 0.02  # share of the way between two sets of numbers


class LostBranch(DataError):
    """The branch of some row could not be followed."""


@dataclass(frozen=True, eq=False)
class Branch:
    """Equilibria on the principal branch."""

    beliefs: Floats  # [belief, row] log-odds
    turned: np.ndarray  # [row] whether errors had to grow again on the way: at some smaller payoffs there are several equilibria


def apart(tree: Tree) -> Tree:
    """The same tree, in which no number is both a payoff and a probability of chance: what `principal` needs."""
    chance = {int(k) for k in tree.edge_number if k >= 0}
    shared = sorted(chance & {int(k) for k in tree.payoff_number})
    if not shared:
        return tree
    new = {k: len(tree.numbers) + place for place, k in enumerate(shared)}
    payoffs = np.array([new.get(int(k), int(k)) for k in tree.payoff_number], tree.payoff_number.dtype)
    return replace(tree, payoff_number=payoffs, numbers=(*tree.numbers, *(tree.numbers[k] for k in shared)))


def principal(replies: Replies, numbers: Floats) -> Branch:
    """At ``numbers`` [number, row] of the tree. Rows with the same numbers are followed once.

    Exact to rounding: a belief and the reply to it differ by less than 1e-9 of log-odds, mostly 1e-13. Raises `LostBranch`, a
    DataError, with the row; GameError where a number is both a payoff and a probability of chance (see `apart`).
    """
    count, rows = len(replies.beliefs), numbers.shape[1]
    if not count or not rows:
        return Branch(np.zeros((count, rows)), np.zeros(rows, bool))
    unlike, back = np.unique(numbers, axis=1, return_inverse=True)
    found = _followed(replies, unlike)
    lost = np.flatnonzero(np.asarray(np.isnan(found.beliefs).any(axis=0))[back])
    if lost.size:
        raise LostBranch("the equilibrium could not be followed from large errors to theirs", found=f"{lost.size} rows",
                         where=Where(field=f"row {int(lost[0]) + 1}"))  # fmt: skip
    return Branch(found.beliefs[:, back], found.turned[back])


def settle(
    replies: Replies, numbers: Floats, beliefs: Floats, most: float = np.inf
) -> tuple[Floats, np.ndarray]:
    """Newton's method at fixed ``numbers`` [number, row] from ``beliefs`` [belief, row], and which rows arrived [row].

    A row arrives where corrections shrink fast from the first, no larger than ``most``, to the last. No step is shortened: this is
    for points that are nearly equilibria.
    """
    now = np.array(beliefs, float)
    good = np.zeros(now.shape[1], bool)
    open_, size = np.arange(now.shape[1]), np.full(now.shape[1], most)
    for turn in range(30):
        if not open_.size:
            break
        gap, slope, _ = _gap(replies, numbers[:, open_], now[:, open_], None)
        move = _solved(slope, -gap.T[:, :, None])[:, :, 0].T
        far = np.abs(move).max(axis=0)
        scale = 1 + np.abs(now[:, open_]).max(axis=0)
        # rounding makes the last corrections alike; before that they shrink
        settled = (far < 1e-13 * scale) | ((far < 1e-9 * scale) & (far >= 0.25 * size[open_]))
        better = (far <= size[open_]) if turn == 0 else (far < 0.5 * size[open_])
        now[:, open_] += np.where(settled | better, move, 0.0)
        good[open_[settled]] = True
        size[open_] = far
        open_ = open_[~settled & better]
    return now, good


def carried(replies: Replies, numbers: Floats, beliefs: Floats, there: Floats) -> tuple[Floats, np.ndarray]:
    """Equilibria ``beliefs`` at ``numbers`` followed to ``there`` [number, row] on a straight line, and which rows arrived [row].

    On their own branch, that need not be the principal one; a row that meets a fold does not arrive.
    """
    now, went = np.array(beliefs, float), np.zeros(numbers.shape[1])
    step, way = np.ones_like(went), there - numbers
    open_ = np.flatnonzero(np.isfinite(now).all(axis=0)) if len(now) else np.zeros(0, int)
    good = np.full(len(went), not len(now))
    while open_.size:
        at, mine = went[open_], way[:, open_]
        _, slope, by = _gap(replies, numbers[:, open_] + at * mine, now[:, open_], mine)
        ahead = _solved(slope, -by.T[:, :, None])[:, :, 0].T
        reach = np.minimum(step[open_], 1 - at)
        target = np.where(reach == 1 - at, there[:, open_], numbers[:, open_] + (at + reach) * mine)
        found, fine = settle(replies, target, now[:, open_] + reach * ahead, _ASKEW)
        now[:, open_[fine]] = found[:, fine]
        went[open_[fine]] = np.where(reach == 1 - at, 1.0, at + reach)[fine]
        step[open_] = np.where(fine, 2 * reach, reach / 4)
        good[open_[fine & (went[open_] == 1)]] = True
        open_ = open_[~good[open_] & (step[open_] > _LEAST)]
    return now, good


def _followed(replies: Replies, numbers: Floats) -> Branch:
    """`principal` of rows that are unlike; NaN where a row is lost."""
    count, rows = len(replies.beliefs), numbers.shape[1]
    payoffs = _payoffs(replies.tree, numbers)
    q, s = np.zeros((count, rows)), np.zeros(rows)
    q = replies(numbers - payoffs, q).reply
    q, begun = settle(replies, numbers - payoffs, q)
    _, slope, by_s = _gap(replies, numbers - payoffs, q, payoffs)
    ahead = np.concatenate([_solved(slope, -by_s.T[:, :, None])[:, :, 0].T, np.ones((1, rows))])
    ahead /= np.linalg.norm(ahead, axis=0)
    length, turned = np.ones(rows), np.zeros(rows, bool)
    out = np.full((count, rows), np.nan)
    open_ = np.flatnonzero(begun & np.isfinite(ahead).all(axis=0))
    for _ in range(MOST):
        if not open_.size:
            break
        step = _stepped(replies, numbers[:, open_], payoffs[:, open_], q[:, open_], s[open_], ahead[:, open_],
                        length[open_])  # fmt: skip
        went = open_[step.good]
        q[:, went], s[went], ahead[:, went] = (
            step.q[:, step.good],
            step.s[step.good],
            step.ahead[:, step.good],
        )
        turned[went] |= ahead[-1, went] < 0
        length[open_] = step.length
        arrived = step.good & step.landed
        out[:, open_[arrived]] = q[:, open_[arrived]]
        open_ = open_[~arrived & (step.length > _SHORTEST)]
    ends = np.flatnonzero(np.isfinite(out).all(axis=0))
    out[:, ends], good = settle(replies, numbers[:, ends], out[:, ends])
    out[:, ends[~good]] = np.nan
    return Branch(out, turned)


@dataclass(frozen=True, eq=False)
class _Step:
    good: np.ndarray  # [row]
    landed: np.ndarray  # [row] s is 1
    q: Floats
    s: Floats
    ahead: Floats  # [belief + 1, row] tangent of length 1, in the direction of travel
    length: Floats  # [row] of the next step


def _stepped(
    replies: Replies, numbers: Floats, payoffs: Floats, q: Floats, s: Floats, ahead: Floats, length: Floats
) -> _Step:
    """One step of each row along its branch: along the tangent, then Newton across it, or at s = 1 where that is reached."""
    count, rows = q.shape
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(ahead[-1] > 0, (1 - s) / ahead[-1], np.inf)
    landing = left <= length
    reach = np.where(landing, left, length)
    across = np.where(landing, np.eye(count + 1)[:, [-1]], ahead)
    now, at = q + reach * ahead[:-1], np.where(landing, 1.0, s + reach * ahead[-1])
    alive, done = np.ones(rows, bool), np.zeros(rows, bool)
    first, before = np.full(rows, np.inf), np.full(rows, np.inf)
    further = np.full((count + 1, rows), np.nan)
    for turn in range(5):
        part = np.flatnonzero(alive & ~done)
        if not part.size:
            break
        here = numbers[:, part] - payoffs[:, part] * (1 - at[part])
        gap, slope, by_s = _gap(replies, here, now[:, part], payoffs[:, part])
        table = np.empty((part.size, count + 1, count + 1))
        table[:, :-1, :-1], table[:, :-1, -1], table[:, -1] = slope, by_s.T, across[:, part].T
        right = np.zeros((part.size, count + 1, 2))
        right[:, :-1, 0], right[:, -1, 1] = -gap.T, 1.0
        found = _solved(table, right)
        move = found[:, :, 0].T
        far = np.abs(move).max(axis=0)
        if turn == 0:
            first[part] = far
        fine = np.isfinite(far) & (far <= (_ASKEW if turn == 0 else 0.5 * before[part]))
        now[:, part] += np.where(fine, move[:-1], 0.0)
        at[part] += np.where(fine & ~landing[part], move[-1], 0.0)
        further[:, part] = found[:, :, 1].T
        before[part] = far
        alive[part] = fine
        done[part] = fine & (far < 1e-4)
    size = np.linalg.norm(further, axis=0)
    with np.errstate(invalid="ignore"):
        good = done & (landing | ((size * _BENT < 1) & (at <= 1) & (at >= 0)))
    room = np.sqrt(0.3 * _ASKEW / np.maximum(first, 1e-9))
    length = np.where(good, reach * np.clip(room, 0.5, 2.5), reach / 3)
    return _Step(good, landing, now, at, further / np.where(good, size, 1.0), length)


def _payoffs(tree: Tree, numbers: Floats) -> Floats:
    """``numbers`` that are payoffs, and 0 for the others."""
    of = np.zeros(len(numbers), bool)
    of[tree.payoff_number] = True
    if of[tree.edge_number[tree.edge_number >= 0]].any():
        raise GameError("a number of this game is both a payoff and a probability of chance")
    return np.where(of[:, None], numbers, 0.0)


def reply_slopes(replies: Replies, numbers: Floats, beliefs: Floats) -> tuple[Floats, Floats]:
    """Replies minus beliefs [belief, row] and the slope of that by beliefs [row, belief, belief]; NaN where replies cannot be told."""
    gap, slope, _ = _gap(replies, numbers, beliefs, None)
    return gap, slope


def _gap(
    replies: Replies, numbers: Floats, beliefs: Floats, direction: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Replies minus beliefs [belief, row]; the slope of that by beliefs [row, belief, belief], and by ``direction`` [number, row]
    (None: 0) [belief, row]. One complex step each, columns side by side; NaN where replies cannot be told."""
    count, rows = beliefs.shape
    gap, slope, by = np.empty((count, rows)), np.empty((rows, count, count)), np.zeros((count, rows))
    sides = count + (direction is not None)
    each = max(1, AT_ONCE // sides)
    for cut in range(0, rows, each):
        part = slice(cut, min(cut + each, rows))
        wide = part.stop - part.start
        told: Numbers = np.tile(numbers[:, part].astype(complex), (1, sides))
        believed = np.tile(beliefs[:, part].astype(complex), (1, sides))
        for k in range(count):
            believed[k, k * wide : (k + 1) * wide] += 1j * TINY
        if direction is not None:
            told[:, count * wide :] += 1j * TINY * direction[:, part]
        with np.errstate(all="ignore"):
            found = replies(told, believed).reply
        gap[:, part] = found.real[:, :wide] - beliefs[:, part]
        moved = found.imag.reshape(count, sides, wide) / TINY
        slope[part] = moved[:, :count].transpose(2, 0, 1) - np.eye(count)
        if direction is not None:
            by[:, part] = moved[:, count]
    return gap, slope, by


def _solved(table: Floats, right: Floats) -> Floats:
    """Row by row; NaN where a table is singular."""
    try:
        return np.asarray(np.linalg.solve(table, right), np.float64)
    except np.linalg.LinAlgError:
        out = np.full(right.shape, np.nan)
        for row in range(len(table)):
            try:
                out[row] = np.linalg.solve(table[row], right[row])
            except np.linalg.LinAlgError:
                continue
        return out
