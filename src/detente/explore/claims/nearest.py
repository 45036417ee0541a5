"""The nearest flip: the smallest joint change of the parameters, in range units, that changes a claim's answer.

Distance is the Euclidean length of the change, each parameter divided by the width of its range; between two about
equally near the one that changes fewer parameters is taken. A heuristic: it starts from the nearest flip along one
parameter, from rays in the directions that a linear fit to the run points to, and from the nearest draws with the other
answer cut down to the parameters that matter; then it draws the best point in towards the base, dropping parameters
and turning, a bounded number of times (`effort`). A change of more than `MOVED` parameters tells a reader little: then
parameters are put back to the base, the others moved further if need be, until `MOVED` are left or no try has the other
answer. At last a thorough search draws the point onto the boundary by projection (`project`). What it returns was solved and has
the other answer; a nearer one may exist (tests compare it with exact distances).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detente.explore.claims.effort import THOROUGH, Effort
from detente.explore.claims.flips import Flip
from detente.explore.claims.probe import Search
from detente.explore.claims.project import drawn_onto
from detente.explore.ranges import Bools, Floats

MOVED = 4  # parameters that a nearest flip should change at most
ALONG = (0.35, 0.65, 0.97)  # shares of the best distance so far at which a ray is looked at
FURTHER = (1.0, 1.25, 1.6)  # times the change that is left when parameters are put back
SIMPLER = 0.01  # a further parameter must bring the flip nearer by this share
_ACTIVE = 4  # parameters that a neighbour keeps


@dataclass(frozen=True)
class Nearest:
    """A certified point with the other answer: positions [parameter], and how far it is from the base."""

    position: tuple[float, ...]
    distance: float
    changed: tuple[int, ...]  # columns that differ from the base

    @property
    def cost(self) -> float:
        """What is made small: the distance, and a little for every further parameter that must change."""
        return self.distance * (1 + SIMPLER * (len(self.changed) - 1))


def search_nearest(
    base: Floats,
    holds: bool,
    flips: tuple[Flip, ...],
    columns: dict[str, int],
    positions: Floats,
    held: Bools,
    seed: int,
    snap: Callable[[Floats], Floats] = lambda z: z,
    effort: Effort = THOROUGH,
    guesses: Floats | None = None,
) -> Search[Nearest | None]:
    """Find the nearest flip of a claim that at ``base`` [parameter] ``holds`` or not.

    ``positions`` [draw, parameter] and ``held`` [draw]: the decided draws of the run. ``snap`` moves positions [point,
    parameter] to allowed ones (discrete ranges). ``guesses`` [point, parameter]: points that may have the other answer.
    """
    best = _from_flips(base, flips, columns)
    if best is not None and best.distance < effort.enough:
        return best
    other = positions[held != holds]
    limit = best.distance if best else np.inf
    rng = np.random.default_rng(seed)
    offered = _rays(base, holds, positions, held, limit)[: effort.rays * len(ALONG)]
    offered += _neighbours(base, other, positions, held, limit)[: effort.neighbours]
    if guesses is not None:
        offered += list(guesses)
    if offered:
        tries = snap(np.array(offered))
        best = _better(base, tries, (yield tries), holds, best)
    if best is None and len(other):  # a draw itself has the other answer, wherever it lies
        far = np.linalg.norm(other - base, axis=1)
        best = _nearest(base, other[int(far.argmin())])
    if best is None:
        return None
    best = yield from _drawn_in(base, holds, best, effort.rounds, effort, rng, snap)
    many, apart = len(best.changed), _apart(positions, held)
    while len(best.changed) > MOVED:
        tries = snap(_sparser(base, best, apart))
        margins = yield tries
        flipped = np.flatnonzero(np.isfinite(margins) & ((margins >= 0) != holds))
        fewer = [p for p in (_nearest(base, tries[i]) for i in flipped) if len(p.changed) < len(best.changed)]
        if not fewer:
            break
        best = min(fewer, key=lambda p: (max(len(p.changed), MOVED), p.distance))
    if len(best.changed) < many:
        best = yield from _drawn_in(base, holds, best, 2, effort, rng, snap)
    if effort.projections:
        also = np.array([k for k in np.argsort(-apart, kind="stable") if apart[k] > 0], dtype=int)
        found = _nearest(
            base,
            (
                yield from drawn_onto(
                    base, holds, np.array(best.position), effort.projections, MOVED, also, snap
                )
            ),
        )
        if found.cost < best.cost and (
            len(found.changed) <= MOVED or len(found.changed) <= len(best.changed)
        ):
            best = found
    return best


def _drawn_in(
    base: Floats,
    holds: bool,
    best: Nearest,
    rounds: int,
    effort: Effort,
    rng: np.random.Generator,
    snap: Callable[[Floats], Floats],
) -> Search[Nearest]:
    """``best`` or a nearer point with the other answer, after so many rounds."""
    shrink = 0.12
    for _ in range(rounds):
        tries = snap(_closer(base, best, shrink, rng, effort.turns))
        found = _better(base, tries, (yield tries), holds, None)
        if found is not None and found.cost < best.cost - 1e-9:
            best = found
        else:
            shrink /= 3
    return best


def _apart(positions: Floats, held: Bools) -> Floats:
    """[parameter] how far the means of draws that hold and draws that fail are from each other; 0 where there is one kind only."""
    if not 0 < held.sum() < len(held):
        return np.zeros(positions.shape[1])
    return np.abs(positions[held].mean(axis=0) - positions[~held].mean(axis=0))


def _sparser(base: Floats, best: Nearest, apart: Floats) -> Floats:
    """Points with groups of moved parameters put back: the half that matters least, every other one, quarters, at last singles.

    Delta debugging (Zeller & Hildebrandt 2002, IEEE Transactions on Software Engineering 28:183-200) with a guess, ``apart``
    [parameter], at what matters; the half that matters most is also moved on by `FURTHER`.
    """
    step = np.array(best.position) - base
    order = np.array(sorted(best.changed, key=lambda k: (abs(step[k]) * (apart[k] + 1e-6), k)))
    half = len(order) // 2
    groups = [order[:half], order[::2], order[1::2], *np.array_split(order, 4), order[: len(order) - MOVED]]
    groups += [order[k : k + 1] for k in range(len(order))] if len(order) <= 2 * MOVED else []
    tries: list[Floats] = []
    for n, group in enumerate(groups):
        left = step.copy()
        left[group] = 0.0
        tries += [base + left * more for more in (FURTHER if n == 0 else FURTHER[:1])]
    return np.clip(np.array(tries), 0.0, 1.0)


def _closer(base: Floats, best: Nearest, shrink: float, rng: np.random.Generator, turns: int) -> Floats:
    """Points nearer to the base than ``best``: straight in, without one parameter, and turned."""
    step = np.array(best.position) - base
    size = np.linalg.norm(step)
    tries = [base + step * s for s in (0.5, 1 - 3 * shrink, 1 - shrink, 1 - shrink / 4)]
    active = sorted(best.changed, key=lambda k: abs(step[k]))
    if len(active) > 1:
        for k in active[:3]:
            less = step.copy()
            less[k] = 0.0
            tries.append(base + less)
        if len(active) > 4:  # many small changes at once
            less = step.copy()
            less[active[: len(active) // 2]] = 0.0
            tries.append(base + less)
        for _ in range(turns):
            turned = step.copy()
            turned[active] += rng.normal(size=len(active)) * size * 0.6 * np.sqrt(shrink)
            turned *= size * (1 - shrink / 2) / np.linalg.norm(turned)
            tries.append(base + turned)
    return np.clip(np.array(tries), 0.0, 1.0)


def _better(
    base: Floats, tries: Floats, margins: Floats, holds: bool, best: Nearest | None
) -> Nearest | None:
    """The nearest of ``tries`` with the other answer, or ``best`` if that is nearer."""
    flipped = np.isfinite(margins) & ((margins >= 0) != holds)
    for i in np.flatnonzero(flipped):
        found = _nearest(base, tries[i])
        if best is None or found.cost < best.cost:
            best = found
    return best


def _nearest(base: Floats, point: Floats) -> Nearest:
    step = point - base
    changed = tuple(int(k) for k in np.flatnonzero(np.abs(step) > 1e-9))
    return Nearest(tuple(float(z) for z in point), float(np.linalg.norm(step)), changed)


def _from_flips(base: Floats, flips: tuple[Flip, ...], columns: dict[str, int]) -> Nearest | None:
    """The nearest flip along one parameter, put just beyond the change."""
    if not flips:
        return None
    flip = flips[0]
    k = columns[flip.parameter]
    step = np.zeros(len(base))
    step[k] = flip.beyond - base[k]
    return _nearest(base, base + step)


def _rays(base: Floats, holds: bool, positions: Floats, held: Bools, limit: float) -> list[Floats]:
    """Points on rays along a linear fit of the answer, restricted to its 2, 3, ... largest components."""
    if held.all() or not held.any() or len(held) < 2:
        return []
    centred = positions - positions.mean(axis=0)
    slope = np.linalg.lstsq(
        centred.T @ centred + 1e-3 * len(held) * np.eye(len(base)),
        centred.T @ (held - held.mean()),
        rcond=None,
    )[0]
    slope = -slope if holds else slope
    slope[((slope > 0) & (base >= 1)) | ((slope < 0) & (base <= 0))] = 0.0
    order = np.argsort(-np.abs(slope), kind="stable")
    longest = min(limit, float(np.sqrt(len(base))))
    out: list[Floats] = []
    for k in sorted({2, 3, min(5, len(base)), len(base)}):
        ray = np.zeros(len(base))
        ray[order[:k]] = slope[order[:k]]
        size = np.linalg.norm(ray)
        if size > 0:
            out += [np.clip(base + ray / size * longest * s, 0.0, 1.0) for s in ALONG]
    return out


def _neighbours(base: Floats, other: Floats, positions: Floats, held: Bools, limit: float) -> list[Floats]:
    """The draws with the other answer that are nearest in the parameters that matter most, the rest put back to base."""
    if not len(other) or not 0 < held.sum() < len(held):
        return []
    active = np.argsort(-_apart(positions, held), kind="stable")[:_ACTIVE]
    far = np.linalg.norm((other - base)[:, active], axis=1)
    out: list[Floats] = []
    for i in np.argsort(far, kind="stable"):
        point = base.copy()
        point[active] = other[i, active]
        size = np.linalg.norm(point - base)
        out.append(base + (point - base) * min(1.0, 0.97 * limit / size) if size > 0 else point)
    return out
