"""Every equilibrium of crisis-signalling games: one equation in one unknown a game, so all are found, counted and certified.

In q = log(pR / (1 - pR)) an equilibrium is a fixed point of T(q), the log-odds of B's best answer to A's best answer. **T is
monotone.** The challenge's worth c moves one way with q; log(pF / (1 - pF)) moves one way with c, up where W_A > a: the best of
A's options being m, the odds that it is W_A's are phi(m - W_A) Phi(m - a) over the same with both exchanged, which rise with m,
for the log of phi / Phi is concave; and T moves one way with these odds. So:

- where (S_A - V_A)(W_A - a)(V_B - C_B) is not above 0, T does not rise and there is one equilibrium, without a search;
- elsewhere T rises, a stretch [l, h] of q holds none unless T(l) <= h and T(h) >= l, and all that it holds lie in [T(l), T(h)].
  Stretches are halved and narrowed until they are 1e-7 wide: nothing is missed but pairs that are closer.

T(q) - q falls below 0 at the right end; at the left end it is above 0, or below where never challenging and never resisting
support each other in the limit. So with that limit the number of equilibria is odd, but where two meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.signalling.answers import (
    FAR,
    PAYOFFS,
    Numbers,
    log_best,
    log_density,
    log_normal,
    log_odds,
    mills,
    ratio_of_ways,
)
from detente.game.tree import Floats

EDGE = 36.0
WIDTH = 1e-7  # of the stretches that are left: a pair of equilibria closer than that may be missed
_STEEPEST = 300.0  # log-odds beyond which x is beyond 1e130 times a payoff: the sign of r is settled
_ERROR = 1e-11  # of T, relative to it and to the payoffs, generously
_AT_ONCE = 20_000  # stretches a block, to bound memory
_ROUNDS = 60
_MOST = 2_000_000  # stretches


@dataclass(frozen=True, eq=False)
class Equilibria:
    """Roots of all games, by game, then by pR."""

    game: np.ndarray  # [root] row of the payoffs
    q: Floats  # [root] log-odds that B resists
    slope: Floats  # [root] of the best answer by pR: best answers lead there from nearby where it is within -1 and 1
    boundary: np.ndarray  # [game] whether pR = 0 is an equilibrium in the limit: no challenge, no resistance
    beyond: np.ndarray  # [game] equilibria known by sign alone, closer to 0 or 1 than exp(-36)
    rises: np.ndarray  # [game] whether the signs of payoffs allow several equilibria

    @property
    def resist(self) -> Floats:
        """[root] pR."""
        return 1 / (1 + np.exp(-self.q))

    @property
    def count(self) -> np.ndarray:
        """[game] equilibria in all, those in the limit and beyond 36 included."""
        inside = np.bincount(self.game, minlength=len(self.boundary))
        return inside + self.boundary + self.beyond


def surplus(u: Floats, q: Numbers) -> Numbers:
    """r(q) = T(q) - q: log-odds of B's best answer minus ``q``. ``u`` [..., 7] goes with ``q`` by broadcasting; complex ``q``
    allowed."""
    sa, va, cb, wa, wb, a, vb = np.moveaxis(u, -1, 0)
    c = sa + (sa - va) * np.exp(-q)
    odds = log_odds(wa + 0 * q, a + 0 * q, c)
    odds = np.where(odds.real < -_STEEPEST, -_STEEPEST, odds)
    x = wb - cb + (vb - cb) * np.exp(-odds)
    return log_normal(x) - log_normal(-x) - q


def surplus_and_slope(u: Floats, q: Floats) -> tuple[Floats, Floats]:
    """r and r' of games with payoffs ``u`` [game, 7] at ``q`` [game]."""
    sa, va, cb, wa, wb, a, vb = u.T
    gain = (sa - va) * np.exp(-q)
    c = sa + gain
    v1, v2 = c - wa, c - a
    stand, back = log_best(wa, a, c), log_best(a, wa, c)
    odds = np.maximum(ratio_of_ways(wa - a, v1, v2, stand - back), -_STEEPEST)
    far = np.minimum(v1, v2) > FAR
    edge1, edge2 = log_density(v1) + log_normal(v2) - stand, log_density(v2) + log_normal(v1) - back
    near1, near2 = (np.exp(np.where(far, 0.0, edge)) for edge in (edge1, edge2))
    by_c = np.where(far, mills(-v2) - mills(-v1), near2 - near1)
    by_c = np.where(odds > -_STEEPEST, by_c, 0.0)
    swing = (vb - cb) * np.exp(-odds)
    x = wb - cb + swing
    slope = (mills(x) + mills(-x)) * swing * by_c * gain - 1  # c falls by gain, x by swing
    return log_normal(x) - log_normal(-x) - q, slope


def slope_of(u: Floats, q: Floats) -> Floats:
    """r'(q), exact. At a root it is the slope of the best answer by pR, minus 1."""
    return surplus_and_slope(u, q)[1]


def equilibria(u: Floats) -> Equilibria:
    """All equilibria of games with payoffs ``u`` [game, 7], columns as in `PAYOFFS`, q between -36 and 36 to 1e-13.

    A pair of equilibria closer than 1e-7 in q may be missed. Raises BadInput for payoffs that are not finite, DataError where a
    count comes out even (a fold: two equilibria that meet), or where T follows the diagonal so closely that millions of
    stretches cannot be told apart.
    """
    u = np.asarray(u, float)
    if u.ndim != 2 or u.shape[1] != len(PAYOFFS) or not np.isfinite(u).all():
        raise BadInput("payoffs are a finite table with seven columns", where=Where(field="u"), found=list(u.shape),
                       allowed=PAYOFFS)  # fmt: skip
    signs = np.sign(np.stack([u[:, 0] - u[:, 1], u[:, 3] - u[:, 5], u[:, 6] - u[:, 2]]))
    rises = signs.prod(axis=0) > 0
    left, right = (surplus(u, np.full(len(u), end)) for end in (-EDGE, EDGE))
    game, low, high = _stretches(u, np.flatnonzero(rises), left, right)
    falls = np.flatnonzero(~rises & (left > 0) & (right <= 0))
    game = np.concatenate([game, falls])
    low = np.concatenate([low, np.full(len(falls), -EDGE)])
    high = np.concatenate([high, np.full(len(falls), EDGE)])
    q = _close_in(u[game], low, high)
    order = np.lexsort((q, game))
    game, q = game[order], q[order]
    boundary = (signs[0] > 0) & (signs[1] < 0) & (signs[2] < 0)
    beyond = ((left <= 0) != boundary).astype(int) + (right > 0)
    found = Equilibria(game, q, 1 + slope_of(u[game], q), boundary, beyond, rises)
    even = np.flatnonzero(found.count % 2 == 0)
    if even.size:
        raise DataError("an even number of equilibria: two of them meet, or one was missed",
                        where=Where(field=f"game {even[0] + 1}"), found=int(found.count[even[0]]))  # fmt: skip
    return found


def _stretches(u: Floats, game: np.ndarray, left: Floats, right: Floats) -> tuple[np.ndarray, Floats, Floats]:
    """Games and ends of short stretches over which r changes its sign, one for each equilibrium of games whose T rises.

    ``left``, ``right`` [game]: r at both edges. Values of r at a cut are shared by both sides, so that no sign is read twice.
    """
    size = 1 + np.abs(u).max(axis=1, initial=0.0)
    low, high = np.full(len(game), -EDGE), np.full(len(game), EDGE)
    r_low, r_high = left[game], right[game]
    games, lows, highs = [], [], []
    for _ in range(_ROUNDS):
        t_low, t_high = r_low + low, r_high + high
        slack = _ERROR * size[game]
        open_ = (t_low <= high + slack * (1 + np.abs(t_low))) & (t_high >= low - slack * (1 + np.abs(t_high)))
        short = high - low <= WIDTH * (1 + np.abs(low))
        here = open_ & short & ((r_low > 0) != (r_high > 0))
        games.append(game[here])
        lows.append(low[here])
        highs.append(high[here])
        go = open_ & ~short
        game, low, high, r_low, r_high, t_low, t_high, slack = (
            a[go] for a in (game, low, high, r_low, r_high, t_low, t_high, slack)
        )
        if not game.size:
            break
        if game.size > _MOST:
            raise DataError("equilibria cannot be told apart: best answers follow the diagonal",
                            where=Where(field=f"game {int(game[0]) + 1}"))  # fmt: skip
        new_low = np.clip(t_low - slack * (1 + np.abs(t_low)), low, high)
        new_high = np.clip(t_high + slack * (1 + np.abs(t_high)), new_low, high)
        middle = new_low + 0.4871 * (new_high - new_low)  # off the middle: symmetric games have roots there
        r = _in_blocks(u, np.concatenate([game] * 3), np.concatenate([new_low, middle, new_high]))
        at_low, at_middle, at_high = np.split(r, 3)
        r_low = np.where(new_low > low, at_low, r_low)
        r_high = np.where(new_high < high, at_high, r_high)
        game = np.concatenate([game, game])
        low, high = np.concatenate([new_low, middle]), np.concatenate([middle, new_high])
        r_low, r_high = np.concatenate([r_low, at_middle]), np.concatenate([at_middle, r_high])
    return np.concatenate(games or [game]), np.concatenate(lows or [low]), np.concatenate(highs or [high])


def _in_blocks(u: Floats, game: np.ndarray, q: Floats) -> Floats:
    starts = range(0, len(q), _AT_ONCE)
    return np.concatenate([surplus(u[game[k : k + _AT_ONCE]], q[k : k + _AT_ONCE]) for k in starts])


def _close_in(u: Floats, low: Floats, high: Floats) -> Floats:
    """Roots to 1e-13 by Newton's method kept inside the bracket, by halving where it would leave; every bracket at once."""
    q = (low + high) / 2
    if not len(q):
        return q
    low, high = low.copy(), high.copy()
    falls = surplus(u, low) > 0
    left = np.arange(len(q))
    for _ in range(200):
        mine, at = u[left], q[left]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            r, slope = surplus_and_slope(mine, at)
            step = -r / slope
        same = (r > 0) == falls[left]
        low[left], high[left] = np.where(same, at, low[left]), np.where(same, high[left], at)
        inside = (at + step > low[left]) & (at + step < high[left]) & (np.abs(step) < (high - low)[left])
        settled = inside & (np.abs(step) < 1e-13 * (1 + np.abs(at))) | (r == 0)
        narrow = high[left] - low[left] < 1e-13 * (1 + np.abs(at))
        middle = (low[left] + high[left]) / 2
        q[left] = np.where(r == 0, at, np.where(inside, at + step, middle))
        left = left[~(settled | narrow)]
        if not left.size:
            break
    return q
