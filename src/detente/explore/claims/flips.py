"""Where, along each parameter by itself, a claim's answer changes while all others stay at the base point.

Every parameter is scanned over its whole range at even positions (a discrete one at its values), all parameters in one
batch; between neighbours with different answers the change is located by bracketing: the ``fine`` nearest of a claim to
``precision`` range units, up to the ``rough``-th to ``coarse`` (`effort`); the others stay where the scan saw them.
Margins may jump (regimes change in the limit of the equilibrium), so the sign is followed, not a zero.
Between neighbours with the same answer a pair of changes is looked for where the margin hints at one (`hidden`), no other.
A threshold at a round number falls on a step of the walk, where the game may be undecided: across one such point the change is
looked for on both sides of it. It does *not* find a change across wider stretches of undecided or refused points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.explore.claims.effort import THOROUGH, Effort
from detente.explore.claims.hidden import Walked, search_hidden
from detente.explore.claims.probe import Probe, Search, drive
from detente.explore.ranges import Floats, Range

_ROUNDS = 40


@dataclass(frozen=True)
class Flip:
    """The answer changes at ``at`` as ``parameter`` moves away from its base value; ``distance`` in range units."""

    parameter: str
    base: float
    at: float
    distance: float
    above: bool  # whether the claim holds just above ``at``
    within: float  # range units to either side in which it lies; 0 for a discrete range
    beyond: float  # position of a solved point just past the change, seen from the base


@dataclass(frozen=True, eq=False)
class Scan:
    """The claims along every parameter: positions [point, parameter], and which points belong to which parameter."""

    positions: Floats
    lines: tuple[
        np.ndarray, ...
    ]  # [parameter] rows of `positions`, by ascending position; the base point is in each


def lines(ranges: Sequence[Range], base: Floats, steps: int) -> Scan:
    """The points of a scan around ``base`` [parameter]; the base is the first row."""
    rows, own = [base], []
    for k, r in enumerate(ranges):
        values = r.values
        grid = np.linspace(0.0, 1.0, steps + 1) if values is None else r.position(values)
        grid = grid[np.abs(grid - base[k]) > 1e-12]
        first = len(rows)
        for z in grid:
            row = base.copy()
            row[k] = z
            rows.append(row)
        index = np.concatenate([[0], np.arange(first, len(rows))]).astype(int)
        own.append(index[np.argsort(np.concatenate([[base[k]], grid]), kind="stable")])
    return Scan(np.array(rows), tuple(own))


def walk(probe: Probe, scan: Scan, walked: Mapping[str, Sequence[int]]) -> dict[str, Floats]:
    """The margins [point] of each claim on the scan's points along its own parameters (columns); nan elsewhere."""
    rows = {
        c: np.unique(np.concatenate([[0], *(scan.lines[k] for k in ks)])).astype(int)
        for c, ks in walked.items()
    }
    found = probe.margins([(c, scan.positions[mine]) for c, mine in rows.items()])
    out: dict[str, Floats] = {}
    for (claim, mine), margin in zip(rows.items(), found, strict=True):
        out[claim] = np.full(len(scan.positions), np.nan)
        out[claim][mine] = margin
    return out


def find_flips(
    probe: Probe, scan: Scan, margins: dict[str, Floats], effort: Effort = THOROUGH
) -> dict[str, tuple[Flip, ...]]:
    """All flips of each claim, nearest first, from the margins [point] of the claims on the scan's points (see `walk`)."""
    varying, base = probe.study.varying, scan.positions[0]
    known: dict[str, list[Flip]] = {claim: [] for claim in margins}
    searches: dict[tuple[str, int, int], tuple[str, Search[tuple[float, float, bool] | None]]] = {}
    seen: dict[tuple[str, int, int], tuple[float, float, bool]] = {}
    for claim, walked in _walked(probe, scan, margins, effort).items():
        brackets: list[tuple[float, int, int, tuple[float, float, float, float]]] = []
        for k, (z, m) in walked.items():
            for i in np.flatnonzero(
                np.isfinite(m[:-1]) & np.isfinite(m[1:]) & ((m[:-1] >= 0) != (m[1:] >= 0))
            ):
                if (
                    varying[k].values is not None
                ):  # the first allowed value with the other answer, seen from the base
                    far = float(z[i + 1] if z[i] >= base[k] else z[i])
                    known[claim].append(_flip(varying[k], base[k], far, bool(m[i + 1] >= 0), 0.0, far))
                    continue
                near = min(abs(z[i] - base[k]), abs(z[i + 1] - base[k]))
                brackets.append(
                    (float(near), k, int(i), (float(z[i]), float(z[i + 1]), float(m[i]), float(m[i + 1])))
                )
            for i in _bridged(m) if varying[k].values is None else ():
                ends = (float(z[i - 1]), float(z[i + 1]), float(m[i - 1]), float(m[i + 1]))
                near = min(abs(ends[0] - base[k]), abs(ends[1] - base[k]))
                brackets.append((float(near), k, -int(i), ends))
        for order, (_, k, i, ends) in enumerate(sorted(brackets)):
            if i < 0:
                at = float(walked[k][0][-i])
                searches[claim, k, i] = (claim, across(base, k, at, *ends, effort.precision))
            elif order < effort.rough:
                precision = effort.precision if order < effort.fine else effort.coarse
                searches[claim, k, i] = (claim, locate(base, k, *ends, precision))
            else:
                seen[claim, k, i] = (ends[0], ends[1], ends[3] >= 0)
    for (claim, k, _), place in (drive(probe, searches) | seen).items():
        if place is None:
            continue
        low, high, above = place
        far = high if low >= base[k] - 1e-12 else low
        known[claim].append(_flip(varying[k], base[k], (low + high) / 2, above, (high - low) / 2, far))
    return {
        c: tuple(sorted(flips, key=lambda f: (f.distance, f.parameter, f.at))) for c, flips in known.items()
    }


def _walked(probe: Probe, scan: Scan, margins: dict[str, Floats], effort: Effort) -> dict[str, Walked]:
    """Positions and margins along every parameter of the claims that are decided at the base, with a look at hidden pairs."""
    known = {
        c: {k: (scan.positions[rows, k], m[rows]) for k, rows in enumerate(scan.lines)}
        for c, m in margins.items()
        if np.isfinite(m[0])
    }
    if not effort.hidden:
        return known
    varying, base = probe.study.varying, scan.positions[0]
    able = {
        c: {k: line for k, line in lines.items() if varying[k].values is None} for c, lines in known.items()
    }
    more = drive(probe, {c: (c, search_hidden(base, lines, effort.hidden)) for c, lines in able.items()})
    return {c: known[c] | more[c] for c in known}


def _flip(r: Range, base: float, at: float, above: bool, within: float, beyond: float) -> Flip:
    return Flip(r.name, r.base, float(r.at(at)), float(abs(at - base)), above, float(within), beyond)


def _bridged(m: Floats) -> list[int]:
    """Points that are undecided by themselves, between decided ones with different answers."""
    if len(m) < 3:
        return []
    alone = ~np.isfinite(m[1:-1]) & np.isfinite(m[:-2]) & np.isfinite(m[2:])
    return [int(i) + 1 for i in np.flatnonzero(alone & ((m[:-2] >= 0) != (m[2:] >= 0)))]


def across(
    base: Floats, k: int, at: float, a: float, b: float, fa: float, fb: float, precision: float
) -> Search[tuple[float, float, bool] | None]:
    """As `locate`, where ``at`` between ``a`` and ``b`` is undecided. None where it is so beside ``at`` too."""
    points = np.repeat(base[None], 2, axis=0)
    points[:, k] = at - precision / 2, at + precision / 2
    below, beyond = yield points
    if not (np.isfinite(below) and np.isfinite(beyond)):
        return None
    low, high = float(points[0, k]), float(points[1, k])
    if (below >= 0) != (beyond >= 0):
        return low, high, bool(beyond >= 0)
    if (below >= 0) != (fa >= 0):
        return (yield from locate(base, k, a, low, fa, float(below), precision))
    return (yield from locate(base, k, high, b, float(beyond), fb, precision))


def locate(
    base: Floats, k: int, a: float, b: float, fa: float, fb: float, precision: float
) -> Search[tuple[float, float, bool]]:
    """A bracket of at most ``precision`` around the change of sign between ``a < b``, and whether it holds above.

    Bisection, which all claims that jump at one place share; where the middle lies on the line between the ends the next
    points are put on either side of the zero of that line. Where a point is undecided the search stops with what it has.
    """
    above = fb >= 0
    straight = False
    for _ in range(_ROUNDS):
        if b - a <= precision:
            break
        z = (a + b) / 2
        if straight and fa != fb:
            zero = (a * fb - b * fa) / (fb - fa)
            z = zero + 0.45 * precision * (
                1 if b - zero > zero - a else -1
            )  # towards the end that is to move
            z = min(max(z, a + 0.1 * precision), b - 0.1 * precision)
        point = base.copy()
        point[k] = z
        (f,) = yield point[None, :]
        if not np.isfinite(f):
            break
        before = b - a
        on_the_line = abs(f - (fa + (fb - fa) * (z - a) / (b - a))) <= 0.2 * abs(fb - fa)
        if (f >= 0) == (fa >= 0):
            a, fa = z, float(f)
        else:
            b, fb = z, float(f)
        straight = on_the_line and not (straight and b - a > 0.6 * before)
    return a, b, above
