"""The search that tries to break a claim that no draw broke (or to find one place where a claim holds that never held).

Three parts, each batch of points solved at the claim's own precision:

1. from the draws nearest to an exception, steps along a linear fit of the margin to the draws, all parameters or the few
   that matter most; points that the claim's author names are tried too;
2. all corners of the box in the parameters that matter most, the others as at the worst draw;
3. descents: from the worst draws that lie apart and the best points so far, down the margin's gradient inside the box,
   with the curvature learnt on the way (BFGS, Nocedal & Wright 2006, Numerical Optimization, 2nd ed., section 6.1) and the
   components that would leave the box held (Bertsekas 1982, SIAM J. Control and Optimization 20:221-246). Steps go to where
   the margin would be 0 if it were a line, and to fractions and multiples of a radius that grows with success.
   Half of the descents are dropped every few rounds, those with the largest margin.

In the limit of the equilibrium a margin may be flat where the answer is decided by which regime applies. The gradient is then
that of the game at a finite precision, sharper round by round, and a flat step is kept if that game's margin falls.
The number of points is bounded (`effort`). It does *not* prove that there is no exception: one that no slope leads to, narrow
and away from corners, is found by luck only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from detente.explore.claims.effort import THOROUGH, Effort
from detente.explore.claims.probe import Search, Slopes
from detente.explore.ranges import Floats

SHARPER = (20.0, 20.0, 60.0, 60.0, 200.0)  # precisions that guide, round by round; the last stays
_STEPS = (0.25, 0.6, 2.0)  # range units; 2 goes to the corner
_FEW = (1, 3, 8)
_CORNERED = 5  # parameters whose corners are all tried
_TRIES = 5  # points of a descent in a round
_KEPT_FOR = 3  # rounds between prunings
_APART = 0.15  # range units a parameter, root mean square, between the starts of two descents
_FLAT = 1e-12
_NEWTON = 1.2  # how far beyond the zero of the line a step goes


def search_exception(
    positions: Floats,
    margin: Floats,
    holds: bool,
    snap: Callable[[Floats], Floats] = lambda z: z,
    effort: Effort = THOROUGH,
    guesses: Floats | None = None,
    price: int = 1,
    sharper: Sequence[float] = SHARPER,
) -> Search[tuple[float, ...] | None]:
    """A decided point whose answer is not ``holds``, as positions, or None. ``positions`` [draw, parameter], ``margin`` [draw].

    ``guesses`` [point, parameter]: points to try first. ``price``: points that a gradient costs. ``sharper``: precisions of
    the game that gradients are taken of, round by round.
    """
    signed = margin if holds else -margin
    if not len(signed) or not positions.shape[1]:
        return None
    slope = _fitted(positions, signed)
    order = np.argsort(-np.abs(slope), kind="stable")
    worst = positions[np.argsort(signed, kind="stable")]
    starts = worst[: effort.starts]
    known, values = [positions], [signed]

    def broken(points: Floats, found: Floats) -> tuple[float, ...] | None:
        hits = np.flatnonzero(np.isfinite(found) & ((found >= 0) != holds))
        known.append(points)
        values.append(found if holds else -found)
        return tuple(float(z) for z in points[hits[0]]) if len(hits) else None

    for turn in range(effort.breaks):
        tries = [
            np.clip(start + step * ray, 0.0, 1.0)
            for ray in _rays(slope, order)
            for start in starts
            for step in _STEPS
        ]
        if turn == 0 and guesses is not None:
            tries += list(guesses)
        points = np.unique(snap(np.array(tries)), axis=0)
        found = yield points
        exception = broken(points, found)
        if exception is not None:
            return exception
        answers = found if holds else -found
        usable = np.flatnonzero(np.isfinite(answers))
        if not len(usable):
            break
        starts = points[usable[np.argsort(answers[usable], kind="stable")[: effort.starts]]]
    if not effort.descents:
        return None

    points = np.unique(snap(_corners(worst[0], order[:_CORNERED])), axis=0)
    exception = broken(points, (yield points))
    if exception is not None:
        return exception

    spent, turn = 0, 0
    most = max(1, min(effort.falls, effort.descents // (4 * (price + _TRIES))))
    descents = _begin(np.concatenate(known), np.concatenate(values), most)
    while descents and spent < effort.descents:
        sharp = sharper[min(turn, len(sharper) - 1)]
        stale = [d for d in descents if d.sharp != sharp or d.moved]
        if stale:
            there, gradient = yield Slopes(np.array([d.z for d in stale]), sharp)
            spent += price * len(stale)
            sign = 1.0 if holds else -1.0
            for d, m, g in zip(stale, there, gradient, strict=True):
                d.learn(float(sign * m), sign * g, sharp)
        descents = [d for d in descents if d.alive]
        offered = [snap(d.tries()) for d in descents]
        if not descents:
            break
        points = np.concatenate(offered)
        found = yield points
        spent += len(points)
        exception = broken(points, found)
        if exception is not None:
            return exception
        parts = np.split(found if holds else -found, np.cumsum([len(o) for o in offered])[:-1])
        for d, mine, part in zip(descents, offered, parts, strict=True):
            d.take(mine, part)
        turn += 1
        if turn % _KEPT_FOR == 0 and len(descents) > 1:
            descents = sorted(descents, key=lambda d: d.worth)[: max(1, (len(descents) + 1) // 2)]
    return None


def _fitted(positions: Floats, signed: Floats) -> Floats:
    """[parameter] slope of a linear fit of the margin, drawn a little towards 0."""
    centred = positions - positions.mean(axis=0)
    d = positions.shape[1]
    normal = centred.T @ centred + 1e-3 * len(signed) * np.eye(d)
    return np.linalg.lstsq(normal, centred.T @ (signed - signed.mean()), rcond=None)[0]


def _rays(slope: Floats, order: np.ndarray) -> list[Floats]:
    """Directions to where the fit falls, in its 1, 3, 8 and all largest components, one range unit each."""
    out: list[Floats] = []
    for few in sorted({min(f, len(slope)) for f in (*_FEW, len(slope))}):
        ray = np.zeros(len(slope))
        ray[order[:few]] = -np.sign(slope[order[:few]])
        out.append(ray)
    return out


def _corners(point: Floats, columns: np.ndarray) -> Floats:
    """``point`` with these columns at all combinations of their ends: [corner, parameter]."""
    ends = np.array(np.meshgrid(*[[0.0, 1.0]] * len(columns), indexing="ij")).reshape(len(columns), -1).T
    out = np.repeat(point[None], len(ends), axis=0)
    out[:, columns] = ends
    return out


class _Descent:
    """One way down: where it is, what the margin is there, its gradient and curvature, and how far a step may go."""

    def __init__(self, z: Floats, margin: float) -> None:
        self.z, self.margin = z, margin
        self.smooth, self.gradient, self.sharp = np.inf, np.zeros(len(z)), np.nan
        self.moved, self.alive = True, True
        self.radius = 0.25
        self.curved: Floats | None = None  # inverse Hessian
        self._before: tuple[Floats, float, Floats, float] | None = (
            None  # place, smooth, gradient, margin to go back to
        )

    @property
    def worth(self) -> float:
        """Which descents are kept: the least margin, then the least of the guiding game."""
        return self.margin + 1e-3 * (self.smooth if np.isfinite(self.smooth) else 1e3)

    def learn(self, smooth: float, gradient: Floats, sharp: float) -> None:
        """Margin and gradient of the guiding game where it is now."""
        before, again = self._before, self.sharp == sharp
        self.moved, self._before = False, None
        if not np.isfinite(smooth) or not np.isfinite(gradient).all():
            if before is None or not again:
                self.alive = False
                return
            self.z, self.smooth, self.gradient, self.margin = before
            self.radius /= 4
            return
        if before is not None and again:
            z, old, g, margin = before
            if self.margin > margin - _FLAT and smooth > old + _FLAT:  # flat, and the guiding game got worse
                self.z, self.smooth, self.gradient, self.margin = z, old, g, margin
                self.radius /= 4
                return
            self._curve(self.z - z, gradient - g)
        elif not again:
            self.curved = None
        self.smooth, self.gradient, self.sharp = smooth, gradient, sharp
        self.alive = self.radius > 1e-5

    def _curve(self, step: Floats, change: Floats) -> None:
        """The inverse Hessian after a step and the change of gradient that it brought."""
        bend = float(step @ change)
        square = float(change @ change)
        if square < 1e-300 or bend <= 1e-12 * float(np.linalg.norm(step)) * square**0.5:
            return
        eye = np.eye(len(step))
        known = eye * bend / square if self.curved is None else self.curved
        left = eye - np.outer(step, change) / bend
        self.curved = left @ known @ left.T + np.outer(step, step) / bend

    def tries(self) -> Floats:
        """Points to look at next [point, parameter]."""
        g = self.gradient
        free = ~(((self.z <= 0) & (g > 0)) | ((self.z >= 1) & (g < 0))) & (g != 0)
        if not free.any():
            self.radius = 0.0
            return self.z[None]
        down = np.where(free, -g, 0.0)
        newton = None
        if self.curved is not None:
            newton = np.zeros(len(g))
            newton[free] = -self.curved[np.ix_(free, free)] @ g[free]
            newton = newton if newton @ g < 0 else None
        ways: list[Floats] = []
        main = down if newton is None else newton
        unit = main / np.abs(main).max()
        fall = float(-(g @ unit))
        sizes = [self.radius / 4, self.radius, 4 * self.radius, _NEWTON * max(self.margin, 0.0) / fall]
        if newton is not None:
            sizes[0] = float(np.abs(newton).max())
        ways += [unit * min(size, 2.0) for size in sizes]
        few = np.argsort(-np.abs(down), kind="stable")[: 1 if newton is None else 3]
        sparse = np.zeros(len(g))
        sparse[few] = np.sign(down[few])
        ways.append(sparse * (2.0 if newton is None else self.radius))
        return np.clip(self.z + np.array(ways), 0.0, 1.0)

    def take(self, points: Floats, margins: Floats) -> None:
        """Go to the best of ``points`` if it is no worse; else look nearer next time."""
        usable = np.isfinite(margins)
        best = float(margins[usable].min()) if usable.any() else np.inf
        if best > self.margin + _FLAT:
            self.radius /= 4
            self.alive = self.radius > 1e-5
            return
        tied = np.flatnonzero(usable & (margins <= best + _FLAT))
        far = np.abs(points[tied] - self.z).max(axis=1)
        pick = tied[int(far.argmax())]
        if far.max() < 1e-9:
            self.radius /= 4
            self.alive = self.radius > 1e-5
            return
        self._before = (self.z, self.smooth, self.gradient, self.margin)
        self.z, self.margin, self.moved = points[pick], best, True
        self.radius = float(np.clip(2 * far.max(), self.radius / 4, 1.0))


def _begin(points: Floats, signed: Floats, most: int) -> list[_Descent]:
    """Descents from the points [point, parameter] with the least margin that lie apart from one another."""
    out: list[_Descent] = []
    near = _APART * np.sqrt(points.shape[1])
    for k in np.argsort(signed, kind="stable"):
        if len(out) == most or not np.isfinite(signed[k]):
            break
        if all(np.linalg.norm(points[k] - d.z) >= near for d in out):
            out.append(_Descent(points[k], float(signed[k])))
    return out
