"""Where, along each parameter by itself, a claim's answer changes while all others stay at the base point.

Every parameter is scanned over its whole range at `SCAN` + 1 even positions (a discrete one at its values), all parameters in one
batch; between neighbours with different answers the change is located by bracketing to `PRECISION` range units.
Margins may jump (regimes change in the limit of the equilibrium), so the sign is followed, not a zero.
It does *not* find two changes between neighbours of the scan, nor a change across undecided or refused points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.explore.probe import Probe, Search, drive
from detente.explore.ranges import Floats, Range

SCAN = 16
PRECISION = 2.5e-4  # range units
_ROUNDS = 40


@dataclass(frozen=True)
class Flip:
    """The answer changes at ``at`` as ``parameter`` moves away from its base value; ``distance`` in range units."""

    parameter: str
    base: float
    at: float
    distance: float
    above: bool  # whether the claim holds just above ``at``
    located: bool = True  # by bracketing; False for a discrete range, where ``at`` is the first value beyond


@dataclass(frozen=True, eq=False)
class Scan:
    """The claims along every parameter: positions [point, parameter], and which points belong to which parameter."""

    positions: Floats
    lines: tuple[np.ndarray, ...]  # [parameter] rows of `positions`, by ascending position; the base point is in each


def lines(ranges: Sequence[Range], base: Floats, steps: int = SCAN) -> Scan:
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


def find_flips(probe: Probe, scan: Scan, margins: dict[str, Floats]) -> dict[str, tuple[Flip, ...]]:
    """All flips of each claim, nearest first, from the margins [point] of the claims on the scan's points."""
    varying, base = probe.study.varying, scan.positions[0]
    searches = {}
    known: dict[str, list[Flip]] = {claim: [] for claim in margins}
    for claim, margin in margins.items():
        if not np.isfinite(margin[0]):
            continue
        for k, rows in enumerate(scan.lines):
            z, m = scan.positions[rows, k], margin[rows]
            for i in np.flatnonzero(np.isfinite(m[:-1]) & np.isfinite(m[1:]) & ((m[:-1] >= 0) != (m[1:] >= 0))):
                if varying[k].values is not None:  # the first allowed value with the other answer, seen from the base
                    far = z[i + 1] if z[i] >= base[k] else z[i]
                    known[claim].append(_flip(varying[k], base[k], float(far), bool(m[i + 1] >= 0), located=False))
                    continue
                bracket = (float(z[i]), float(z[i + 1]), float(m[i]), float(m[i + 1]))
                searches[claim, k, int(i)] = (claim, locate(base, k, *bracket))
    for (claim, k, _), (at, above) in drive(probe, searches).items():
        known[claim].append(_flip(varying[k], base[k], at, above))
    return {c: tuple(sorted(flips, key=lambda f: (f.distance, f.parameter, f.at))) for c, flips in known.items()}


def _flip(r: Range, base: float, at: float, above: bool, located: bool = True) -> Flip:
    return Flip(r.name, r.base, float(r.at(at)), abs(at - base), above, located)


def locate(base: Floats, k: int, a: float, b: float, fa: float, fb: float) -> Search[tuple[float, bool]]:
    """The change of sign of the margin between positions ``a < b`` of parameter ``k``, and whether it holds above.

    Regula falsi (Illinois) while it halves the bracket, bisection when it does not, as it does not at a jump.
    Where a point inside is undecided the search stops with what it has.
    """
    above = fb >= 0
    wa, wb = fa, fb  # weights, halved when an end stays
    bisect = False
    for _ in range(_ROUNDS):
        if b - a <= PRECISION:
            break
        z = (a + b) / 2 if bisect or wa == wb else (a * wb - b * wa) / (wb - wa)
        margin = 0.45 * PRECISION  # so that the far end moves too, once a smooth root is all but found
        z = min(max(z, a + margin), b - margin)
        point = base.copy()
        point[k] = z
        (f,) = yield point[None, :]
        if not np.isfinite(f):
            break
        before = b - a
        if (f >= 0) == (fa >= 0):
            a, fa, wa = z, f, f
            wb = wb / 2
        else:
            b, fb, wb = z, f, f
            wa = wa / 2
        bisect = not bisect and (b - a) > before / 2
    return (a + b) / 2, above
