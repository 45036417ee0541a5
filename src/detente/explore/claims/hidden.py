"""Two changes of an answer between neighbouring points of a walk: where the margin hints at them, and a look there.

An interval whose ends have the same answer may still hide a window with the other one. It is suspected where the margin would reach
zero inside it if it changed twice as fast as it does within it or in the intervals next to it (Piyavskii 1972, USSR Computational
Mathematics and Mathematical Physics 12:57-67: a bound from a rate of change): an extremum that points to zero, or a jump
nearby, as a change of regime makes one. The most suspect intervals are looked into where that bound is least, again and again, until a
number of points is spent. Intervals with a change in them say nothing of their neighbours: there the margin may just jump.

What is still missed: a window in a stretch where the margin is flat or even on both sides, narrower than the steps of the walk.
"""

from __future__ import annotations

import numpy as np

from detente.explore.claims.probe import Search
from detente.explore.ranges import Floats

NARROW = 0.002  # range units: intervals that are not divided further
_ROUNDS = 6
_FASTER = 2.0  # than it is seen to change
_INSIDE = 0.2  # how near to an end of the interval a point may lie, of its width

Walked = dict[int, tuple[Floats, Floats]]  # parameter -> ascending positions, margins there


def search_hidden(base: Floats, walked: Walked, most: int) -> Search[Walked]:
    """``walked`` with up to ``most`` more points where a pair of changes may hide; the other parameters as in ``base``."""
    walked = dict(walked)
    left = most
    for turn in range(_ROUNDS):
        share = -(-left // (_ROUNDS - turn))
        tries = sorted(t for k, (z, m) in walked.items() for t in _suspects(k, z, m))[:share]
        if not tries:
            break
        points = np.repeat(base[None], len(tries), axis=0)
        for row, (_, k, z) in zip(points, tries, strict=True):
            row[k] = z
        found = yield points
        left -= len(tries)
        for (_, k, z), m in zip(tries, found, strict=True):
            at = int(np.searchsorted(walked[k][0], z))
            walked[k] = (np.insert(walked[k][0], at, z), np.insert(walked[k][1], at, m))
    return walked


def _suspects(k: int, z: Floats, m: Floats) -> list[tuple[float, int, float]]:
    """(bound, parameter, where to look) of the intervals that may hide a pair of changes; the least bound is the most suspect.

    The bound is in units of the margins at the ends: -1 says that the margin could go as far beyond zero as it is before it.
    """
    width, size = np.diff(z), np.abs(m)
    with np.errstate(all="ignore"):
        rate = np.abs(np.diff(m)) / width
    same = np.isfinite(m[:-1]) & np.isfinite(m[1:]) & ((m[:-1] >= 0) == (m[1:] >= 0))
    rate = np.where(same, _FASTER * rate, 0.0)
    steep = np.maximum(rate, np.maximum(np.append(rate[1:], 0.0), np.append(0.0, rate[:-1])))
    out: list[tuple[float, int, float]] = []
    for i in np.flatnonzero(same & (width > NARROW) & (steep > 0)):
        ends = float(size[i] + size[i + 1])
        bound = (ends - steep[i] * width[i]) / 2
        if bound < -1e-9 * ends and ends > 0:
            middle = (z[i] + z[i + 1]) / 2 + (size[i] - size[i + 1]) / (2 * steep[i])
            inside = _INSIDE * width[i]
            out.append((float(bound / ends), k, float(np.clip(middle, z[i] + inside, z[i + 1] - inside))))
    return out
