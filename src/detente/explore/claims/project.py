"""A joint change drawn onto the nearest point of the boundary: project, find the boundary again, project again.

The boundary is met on the ray from the base by bisection; near there it is taken for a plane; the point of that plane nearest
to the base, inside the box of the ranges, gives the next ray (the iteration of structural reliability: Hasofer & Lind 1974,
Journal of the Engineering Mechanics Division ASCE 100:111-121; Rackwitz & Fiessler 1978, Computers & Structures 9:489-494).
The plane's direction is taken from the margin's gradient; where it has none, or that brought nothing, from where the boundary
lies after a small step along each parameter, which needs the answer alone and serves margins that jump. Every parameter is also
moved back towards the base as far as the answer stays, which finds the corners of boxes. It converges to a *local* nearest point.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detente.explore.claims.probe import Search, Slopes
from detente.explore.ranges import Bools, Floats

Snap = Callable[[Floats], Floats]

GUIDE = 60.0  # precision of the game whose gradient is taken
_HALVINGS = 7
_SHARES = (0.5, 0.75, 0.88, 0.95, 0.98)
_STEP = 0.03  # of the change's length: how far the boundary is felt for to the side
_REACH = 0.1  # of the change's length: how far in and out it is then looked for
_BEYOND = (0.985, 1.0, 1.015, 1.06, 1.2)  # of the way to a projected point: where the answer is tried
_PARTWAY = (
    (0.5, 1.0),
    (0.5, 1.02),
    (0.25, 1.0),
    (0.25, 1.005),
)  # of the way there, where the boundary bends away
_WIDEST = 6  # parameters along which the boundary is felt for


def drawn_onto(
    base: Floats,
    holds: bool,
    point: Floats,
    rounds: int,
    most: int,
    also: np.ndarray,
    snap: Snap = lambda z: z,
) -> Search[Floats]:
    """A point [parameter] with the answer that is not ``holds``, as near to ``base`` as ``rounds`` of this find; ``point`` has it.

    No more than ``most`` parameters are moved, or as many as in ``point`` if these are more. ``also``: columns that
    may be worth moving, the best first. ``snap`` moves positions [point, parameter] to allowed ones (discrete ranges).
    """
    best, stuck = point, False
    for turn in range(rounds):
        before = np.linalg.norm(best - base)
        best = yield from _in(base, best, holds, snap)
        step = best - base
        moved = np.flatnonzero(np.abs(step) > 1e-9)
        offered: list[Floats] = []
        if turn == 0 and len(moved) > 1:
            pulled = yield from _pulled(base, best, moved, holds, snap)
            together = base.copy()
            together[moved] = pulled[np.arange(len(moved)), moved]
            offered.append(together)
            offered += list(pulled)
        _, slope = yield Slopes(best[None], GUIDE)
        normals: list[Floats] = []
        if np.isfinite(slope).all() and slope.any():
            normals = [*_parts(slope[0], max(most, len(moved))), np.where(np.abs(step) > 1e-9, slope[0], 0.0)]
        if len(moved) <= _WIDEST and (stuck or not normals):
            sides = [*moved, *(k for k in also if k not in moved)][:_WIDEST]
            felt = yield from _felt(base, best, np.array(sides), holds, snap)
            normals = [] if felt is None else _parts(felt, max(most, len(moved)))
        for normal in normals:
            there = _nearest_on_plane(base, normal, float(normal @ step))
            if there is not None:
                way = there - base
                offered += [base + share * way for share in _BEYOND]
                offered += [base + share * (step + part * (way - step)) for part, share in _PARTWAY]
        if not offered:
            break
        tries = snap(np.clip(np.array(offered), 0.0, 1.0))
        margin = yield tries
        flipped = tries[_flipped(margin, holds)]
        if len(flipped):
            far = np.linalg.norm(flipped - base, axis=1)
            if far.min() < np.linalg.norm(best - base):
                best = flipped[int(far.argmin())]
        slow = np.linalg.norm(best - base) > 0.99 * before
        if slow and stuck and turn:
            break
        stuck = bool(slow)
    return (yield from _in(base, best, holds, snap))


def _flipped(margin: Floats, holds: bool) -> Bools:
    return np.isfinite(margin) & ((margin >= 0) != holds)


def _parts(normal: Floats, most: int) -> list[Floats]:
    """A normal with its ``most`` largest components, and with one fewer."""
    order = np.argsort(-np.abs(normal), kind="stable")
    sizes = sorted({min(most, int((normal != 0).sum())), max(1, min(most, int((normal != 0).sum())) - 1)})
    return [np.where(np.isin(np.arange(len(normal)), order[:n]), normal, 0.0) for n in reversed(sizes)]


def _in(base: Floats, point: Floats, holds: bool, snap: Snap) -> Search[Floats]:
    """The point on the way from ``base`` to ``point`` where the answer changes: first at a few shares, then by halving."""
    tries = snap(base + np.array(_SHARES)[:, None] * (point - base))
    first = [*np.flatnonzero(_flipped((yield tries), holds)), len(_SHARES)][0]
    ends = [base, *tries, point]
    (found,) = yield from _bisected(ends[first][None], ends[first + 1][None], holds, snap, 4)
    return found


def _bisected(
    inner: Floats, outer: Floats, holds: bool, snap: Snap, halvings: int = _HALVINGS
) -> Search[Floats]:
    """[point, parameter] on the way from ``inner`` to ``outer``, whose answer is the other one, near where it changes; all at once."""
    inner, outer = inner.copy(), outer.copy()
    for _ in range(halvings):
        middle = snap((inner + outer) / 2)
        other = _flipped((yield middle), holds)
        outer[other], inner[~other] = middle[other], middle[~other]
    return outer


def _pulled(base: Floats, best: Floats, moved: np.ndarray, holds: bool, snap: Snap) -> Search[Floats]:
    """[moved, parameter] ``best`` with one parameter moved back towards the base as far as the answer stays."""
    back = np.repeat(best[None], len(moved), axis=0)
    back[np.arange(len(moved)), moved] = base[moved]
    whole = _flipped((yield back), holds)
    out = yield from _bisected(back, np.repeat(best[None], len(moved), axis=0), holds, snap)
    out[whole] = back[whole]
    return out


def _felt(base: Floats, best: Floats, sides: np.ndarray, holds: bool, snap: Snap) -> Search[Floats | None]:
    """The boundary's normal [parameter] in the columns ``sides``, from where it lies beside ``best``; None if not met there."""
    step = best - base
    size = float(np.linalg.norm(step))
    ray = step / size
    aside = np.zeros((len(sides), len(base)))
    push = np.where(best[sides] + _STEP * size > 1.0, -1.0, 1.0) * _STEP * size
    aside[np.arange(len(sides)), sides] = push
    inner, outer = (best + aside + side * _REACH * size * ray for side in (-1, 1))
    margin = yield snap(np.clip(np.concatenate([inner, outer]), 0.0, 1.0))
    other = _flipped(margin, holds)
    if other[: len(sides)].any() or not other[len(sides) :].all():
        return None
    met = yield from _bisected(inner, outer, holds, snap)
    along = (met - best - aside) @ ray
    normal = np.zeros(len(base))
    normal[sides] = -along / push
    return normal if float(normal @ ray) > 0 else None


def _nearest_on_plane(base: Floats, normal: Floats, level: float) -> Floats | None:
    """The point of the box nearest to ``base`` where normal @ (point - base) = level; None where the box does not reach it.

    It is base + t normal, cut off at the ends of the box, for the t at which that meets the plane: found by bisection, since the
    product grows with t.
    """
    normal, level = (normal, level) if level >= 0 else (-normal, -level)

    def at(t: float) -> Floats:
        return np.clip(base + t * normal, 0.0, 1.0)

    high = 1.0 / float(np.abs(normal[normal != 0]).min()) if normal.any() else 0.0
    if not high or float(normal @ (at(high) - base)) < level:
        return None
    low = 0.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if float(normal @ (at(middle) - base)) < level else (low, middle)
    return at(high)
