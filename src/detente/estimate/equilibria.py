"""Other equilibria than that of the principal branch: all of them where one belief settles the others, else those that are met.

Where beliefs depend on one another in no circle there is one equilibrium. Where every circle goes through one belief, an
equilibrium is a root of one equation in one unknown: it is looked at over the whole line of log-odds, and the number of roots is odd
but where two meet. In other games Newton's method starts from random beliefs, and the number told is the least that there are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.estimate.branch import AT_ONCE, reply_slopes, settle
from detente.estimate.replies.reply import Replies
from detente.game.tree import Floats

SAME = 1e-5  # log-odds, relative to 1 + their size: one equilibrium
_LINE = np.concatenate([
    -np.geomspace(600.0, 37.0, 20), np.linspace(-36, -12.4, 60), np.linspace(-12, 12, 241), np.linspace(12.4, 36, 60),
    np.geomspace(37.0, 600.0, 20),
])  # fmt: skip
_TURNS = 60
_GOLDEN = (np.sqrt(5) - 1) / 2


@dataclass(frozen=True, eq=False)
class Equilibria:
    """Of all rows."""

    row: np.ndarray  # [equilibrium]
    beliefs: Floats  # [belief, equilibrium] log-odds
    # [row] equilibria known by sign alone, beyond log-odds of 600 (in the limit, as a rule)
    beyond: np.ndarray
    # [row] whether the line was looked at (or there is no circle) and the count came out odd
    exhaustive: np.ndarray

    @property
    def count(self) -> np.ndarray:
        """[row] at least so many; all, up to pairs closer together than the points looked at, where `exhaustive`."""
        return np.bincount(self.row, minlength=len(self.beyond)) + self.beyond


def search(
    replies: Replies, numbers: Floats, starts: int = 8, seed: int = 0, known: Floats | None = None
) -> Equilibria:
    """Equilibria at ``numbers`` [number, row] of the tree.

    ``starts`` random beliefs a row where no single equation settles the matter. ``known``: equilibria [belief, row] that count in any
    case. Of the equation 401 points are looked at, changes of sign closed in on, and turning points between them. Rows with the
    same numbers are looked at once.
    """
    unlike, first, back = np.unique(numbers, axis=1, return_index=True, return_inverse=True)
    mine = None if known is None else known[:, first]
    found = _search(replies, unlike, starts, seed, mine)
    parts = [np.flatnonzero(found.row == k) for k in back]
    row = np.repeat(np.arange(numbers.shape[1]), [len(p) for p in parts])
    which = np.concatenate(parts) if parts else np.zeros(0, int)
    return Equilibria(row, found.beliefs[:, which], found.beyond[back], found.exhaustive[back])


def _search(replies: Replies, numbers: Floats, starts: int, seed: int, known: Floats | None) -> Equilibria:
    count, rows = len(replies.beliefs), numbers.shape[1]
    rng = np.random.default_rng(seed)
    need = _needs(replies, numbers, rng)
    pivot = _pivot(need)
    if pivot is None:
        points = [known] if known is not None else []
        points += [rng.normal(size=(count, rows)) * 3 for _ in range(starts)]
        found, whose = _from(replies, numbers, points)
        return Equilibria(*_unlike(whose, found), np.zeros(rows, int), np.zeros(rows, bool))
    if pivot < 0:
        beliefs = np.zeros((count, rows))
        for _ in range(count + 1):
            beliefs = replies(numbers, beliefs).reply
        return Equilibria(np.arange(rows), beliefs, np.zeros(rows, int), np.ones(rows, bool))
    return _Line(replies, numbers, pivot, _depth(need, pivot)).equilibria(known)


def _from(replies: Replies, numbers: Floats, points: list[Floats]) -> tuple[Floats, np.ndarray]:
    """Equilibria that Newton's method with short steps reaches from beliefs [belief, row]: [belief, equilibrium] and the row."""
    rows = numbers.shape[1]
    now = np.concatenate(points, axis=1) if points else np.zeros((len(replies.beliefs), 0))
    whose = np.tile(np.arange(rows), len(points))
    open_ = np.arange(now.shape[1])
    for _ in range(_TURNS):
        if not open_.size:
            break
        gap, slope = reply_slopes(replies, numbers[:, whose[open_]], now[:, open_])
        try:
            move = np.linalg.solve(slope, -gap.T[:, :, None])[:, :, 0].T
        except np.linalg.LinAlgError:
            move = gap
        move = np.where(np.isfinite(move), move, gap)
        far = np.abs(move).max(axis=0)
        now[:, open_] += move * np.minimum(1.0, 2.0 / np.maximum(far, 1e-300))
        open_ = open_[(far > 1e-6) & np.isfinite(now[:, open_]).all(axis=0)]
    kept = np.flatnonzero(np.isfinite(now).all(axis=0))
    now, good = settle(replies, numbers[:, whose[kept]], now[:, kept], 1e-2)
    return now[:, good], whose[kept][good]


def _unlike(row: np.ndarray, beliefs: Floats) -> tuple[np.ndarray, Floats]:
    """Each equilibrium of a row once, row by row."""
    kept: list[int] = []
    of: dict[int, list[int]] = {}
    for k in range(len(row)):
        mine = of.setdefault(int(row[k]), [])
        scale = SAME * (1 + np.abs(beliefs[:, k]))
        if all((np.abs(beliefs[:, k] - beliefs[:, j]) > scale).any() for j in mine):
            mine.append(k)
            kept.append(k)
    order = sorted(kept, key=lambda k: int(row[k]))
    return row[order], beliefs[:, order]


def _needs(replies: Replies, numbers: Floats, rng: np.random.Generator) -> np.ndarray:
    """Whether a reply depends on a belief [reply, belief], in any row at two random points."""
    count, rows = len(replies.beliefs), numbers.shape[1]
    need = np.zeros((count, count), bool)
    for _ in range(2):
        _, slope = reply_slopes(replies, numbers, rng.normal(size=(count, rows)))
        need |= (np.abs(slope + np.eye(count)) > 1e-13).any(axis=0)
    return need


def _pivot(need: np.ndarray) -> int | None:
    """A belief without which no circle is left; -1 where there is none anyway, None where one is not enough."""
    if _depth(need, -1) >= 0:
        return -1
    return next((k for k in range(len(need)) if _depth(need, k) >= 0), None)


def _depth(need: np.ndarray, pivot: int) -> int:
    """Rounds of replies after which all beliefs but the pivot's are settled by it; -1 where a circle never settles."""
    settled = np.zeros(len(need), bool)
    if pivot >= 0:
        settled[pivot] = True
    for rounds in range(len(need) + 1):
        if settled.all():
            return rounds
        ready = ~need[:, ~settled].any(axis=1)
        if not (ready & ~settled).any():
            return -1
        settled |= ready
    return -1


class _Line:
    """Log-odds of one belief, on which all others follow."""

    def __init__(self, replies: Replies, numbers: Floats, pivot: int, depth: int) -> None:
        self.replies, self.numbers, self.pivot, self.depth = replies, numbers, pivot, depth

    def followed(self, row: np.ndarray, q: Floats) -> Floats:
        """All beliefs [belief, point] where the pivot's is ``q`` [point], but the pivot's own reply in its place."""
        out = np.empty((len(self.replies.beliefs), len(q)))
        for cut in range(0, len(q), AT_ONCE):
            part = slice(cut, cut + AT_ONCE)
            numbers = self.numbers[:, row[part]]
            now = np.zeros((len(out), numbers.shape[1]))
            for _ in range(self.depth + 1):
                now[self.pivot] = q[part]
                with np.errstate(all="ignore"):
                    now = self.replies(numbers, now).reply
            out[:, part] = now
        return out

    def surplus(self, row: np.ndarray, q: Floats) -> Floats:
        """The reply minus ``q`` [point]."""
        return self.followed(row, q)[self.pivot] - q

    def equilibria(self, known: Floats | None) -> Equilibria:
        rows, points = self.numbers.shape[1], len(_LINE)
        r = self.surplus(np.repeat(np.arange(rows), points), np.tile(_LINE, rows)).reshape(rows, points)
        told = np.isfinite(r).all(axis=1) | (np.isinf(r) | np.isfinite(r)).all(axis=1)
        r = np.where(r == 0, np.finfo(float).tiny, r)
        row, cell = np.nonzero((r[:, :-1] > 0) != (r[:, 1:] > 0))
        low, high = _LINE[cell], _LINE[cell + 1]
        hidden, left, turn, right = self._hidden(r)
        row = np.concatenate([row, hidden, hidden])
        low, high = np.concatenate([low, left, turn]), np.concatenate([high, turn, right])
        q = self._close_in(row, low, high)
        beliefs = self.followed(row, q)
        beliefs[self.pivot] = q
        sharp, good = settle(self.replies, self.numbers[:, row], beliefs, 1e-2)
        beliefs = np.where(good, sharp, beliefs)
        if known is not None:
            row, beliefs = np.concatenate([np.arange(rows), row]), np.concatenate([known, beliefs], axis=1)
        beyond = (r[:, 0] < 0).astype(int) + (r[:, -1] > 0)
        row, beliefs = _unlike(row, beliefs)
        count = np.bincount(row, minlength=rows) + beyond
        return Equilibria(row, beliefs, beyond, told & (count % 2 == 1))

    def _close_in(self, row: np.ndarray, low: Floats, high: Floats) -> Floats:
        """Roots by halving, every bracket at once."""
        side = self.surplus(row, low) > 0
        for _ in range(44):
            middle = (low + high) / 2
            same = (self.surplus(row, middle) > 0) == side
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        return (low + high) / 2

    def _hidden(self, r: Floats) -> tuple[np.ndarray, Floats, Floats, Floats]:
        """Where the surplus turns between points of one sign and reaches the other: the row, and three points around the pair."""
        size, sign = np.abs(r), r > 0
        alike = (sign[:, 1:-1] == sign[:, :-2]) & (sign[:, 1:-1] == sign[:, 2:])
        row, at = np.nonzero(alike & (size[:, 1:-1] <= size[:, :-2]) & (size[:, 1:-1] <= size[:, 2:]))
        low, high = _LINE[at], _LINE[at + 2]
        left, right, way = low.copy(), high.copy(), np.where(sign[row, at + 1], 1.0, -1.0)
        for _ in range(40 if len(row) else 0):
            one, two = right - _GOLDEN * (right - left), left + _GOLDEN * (right - left)
            lower = way * self.surplus(row, one) < way * self.surplus(row, two)
            left, right = np.where(lower, left, one), np.where(lower, two, right)
        turn = (left + right) / 2
        crossed = way * self.surplus(row, turn) < 0 if len(row) else np.zeros(0, bool)
        return row[crossed], low[crossed], turn[crossed], high[crossed]
