"""Every equilibrium of crisis-signalling games: one equation in one unknown a game, so all are found, counted and certified.

In q = log(pR / (1 - pR)) an equilibrium is a root of r(q) = log-odds of B's best answer, minus q. r falls below 0 at the right
end; at the left end it is above 0, or below where never challenging and never resisting support each other in the limit.
So with that limit the number of equilibria is odd, but where two meet.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detente.errors import BadInput, DataError, Where
from detente.estimate.signalling.answers import PAYOFFS, Numbers, log_normal, log_odds
from detente.game.tree import Floats

EDGE = 36.0
POINTS = 4000
_AT_ONCE = 16  # games a block, to bound memory
_STEEPEST = 300.0  # log-odds beyond which x is beyond 1e130 times a payoff: the sign of r is settled


@dataclass(frozen=True, eq=False)
class Equilibria:
    """Roots of all games, by game, then by pR."""

    game: np.ndarray  # [root] row of the payoffs
    q: Floats  # [root] log-odds that B resists
    slope: Floats  # [root] of the best answer by pR: best answers lead there from nearby where it is within -1 and 1
    boundary: np.ndarray  # [game] whether pR = 0 is an equilibrium in the limit: no challenge, no resistance
    beyond: np.ndarray  # [game] equilibria known by sign alone, closer to 0 or 1 than exp(-36)

    @property
    def resist(self) -> Floats:
        """[root] pR."""
        return 1 / (1 + np.exp(-self.q))

    @property
    def count(self) -> np.ndarray:
        """[game] equilibria in all, those in the limit and beyond the grid included."""
        inside = np.bincount(self.game, minlength=len(self.boundary))
        return inside + self.boundary + self.beyond


def surplus(u: Floats, q: Numbers) -> Numbers:
    """r(q): log-odds of B's best answer minus ``q``. ``u`` [..., 7] goes with ``q`` by broadcasting; complex ``q`` allowed."""
    sa, va, cb, wa, wb, a, vb = np.moveaxis(u, -1, 0)
    c = sa + (sa - va) * np.exp(-q)
    odds = log_odds(wa + 0 * q, a + 0 * q, c)
    odds = np.where(odds.real < -_STEEPEST, -_STEEPEST, odds)
    x = wb - cb + (vb - cb) * np.exp(-odds)
    return log_normal(x) - log_normal(-x) - q


def equilibria(u: Floats, points: int = POINTS) -> Equilibria:
    """All equilibria of games with payoffs ``u`` [game, 7], columns as in `PAYOFFS`.

    ``points`` of q on -36 to 36 are looked at; every change of sign is closed in to 1e-13, and where r comes near 0 and turns
    it is followed to its turning point, for a close pair of roots hides there. A pair that opens and closes inside one cell of
    the grid without r turning on the grid would be missed. Raises BadInput for payoffs that are not finite, DataError where
    a count comes out even (a fold: two equilibria that meet).
    """
    u = np.asarray(u, float)
    if u.ndim != 2 or u.shape[1] != len(PAYOFFS) or not np.isfinite(u).all():
        raise BadInput("payoffs are a finite table with seven columns", where=Where(field="u"), found=list(u.shape),
                       allowed=PAYOFFS)  # fmt: skip
    grid = np.linspace(-EDGE, EDGE, points)
    games, lows, highs = [], [], []
    ends = np.empty((len(u), 2))
    for first in range(0, len(u), _AT_ONCE):
        block = u[first : first + _AT_ONCE]
        r = surplus(block[:, None, :], grid[None, :])
        r[r == 0] = np.finfo(float).tiny  # a root on the grid counts as just left of it
        ends[first : first + len(block)] = r[:, [0, -1]]
        row, cell = np.nonzero((r[:, :-1] > 0) != (r[:, 1:] > 0))
        games.append(row + first)
        lows.append(grid[cell])
        highs.append(grid[cell + 1])
        game, low, turn, high = _hidden(block, grid, r)
        for left, right in ((low, turn), (turn, high)):
            games.append(game + first)
            lows.append(left)
            highs.append(right)
    game = np.concatenate(games) if games else np.zeros(0, int)
    q = _close_in(u[game], np.concatenate(lows or [np.zeros(0)]), np.concatenate(highs or [np.zeros(0)]))
    order = np.lexsort((q, game))
    game, q = game[order], q[order]
    boundary = (u[:, 0] > u[:, 1]) & (u[:, 3] < u[:, 5]) & (u[:, 6] < u[:, 2])
    beyond = ((ends[:, 0] < 0) != boundary).astype(int) + (ends[:, 1] > 0)
    found = Equilibria(game, q, 1 + slope_of(u[game], q), boundary, beyond)
    even = np.flatnonzero(found.count % 2 == 0)
    if even.size:
        raise DataError("an even number of equilibria: two of them meet, or one was missed",
                        where=Where(field=f"game {even[0] + 1}"), found=int(found.count[even[0]]))  # fmt: skip
    return found


def slope_of(u: Floats, q: Floats) -> Floats:
    """r'(q), exact. At a root it is the slope of the best answer by pR, minus 1."""
    return surplus(u, q + 1e-30j).imag / 1e-30


def _close_in(u: Floats, low: Floats, high: Floats) -> Floats:
    """Roots by halving, every bracket at once."""
    side = surplus(u, low) > 0
    for _ in range(48):
        middle = (low + high) / 2
        same = (surplus(u, middle) > 0) == side
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return (low + high) / 2


def _hidden(u: Floats, grid: Floats, r: Floats) -> tuple[np.ndarray, Floats, Floats, Floats]:
    """Where |r| turns between points of one sign and reaches the other: the game, and three points around the pair."""
    size, sign = np.abs(r), r > 0
    one_sign = (sign[:, 1:-1] == sign[:, :-2]) & (sign[:, 1:-1] == sign[:, 2:])
    row, at = np.nonzero(one_sign & (size[:, 1:-1] <= size[:, :-2]) & (size[:, 1:-1] <= size[:, 2:]))
    low, high = grid[at], grid[at + 2]
    left, right = low.copy(), high.copy()
    which, way = u[row], np.where(sign[row, at + 1], 1.0, -1.0)
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(50):
        one, two = right - golden * (right - left), left + golden * (right - left)
        lower = way * surplus(which, one) < way * surplus(which, two)
        left, right = np.where(lower, left, one), np.where(lower, two, right)
    turn = (left + right) / 2
    crossed = way * surplus(which, turn) < 0
    return row[crossed], low[crossed], turn[crossed], high[crossed]
