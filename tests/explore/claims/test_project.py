"""The nearest flip against exact distances: half-spaces, balls, boxes and ratios in 2, 3 and 5 parameters.

Over 12 cases each (half with a smooth margin, half with one that only jumps) the share found within 2 % of the exact distance was 0.55
before projections and 0.92 with them; the rest are half-spaces and ratios in five parameters within 1.07 but for one at 1.24 to 1.3,
and balls in five parameters, up to 1.23, where the best four parameters to move are a matter of luck. Boxes: all within 1.006.
"""

from __future__ import annotations

from itertools import combinations

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import PlainClaim, Q, at_least_half, ranges
from scipy.stats import qmc

from detente.explore.claims.breaking import search_exception
from detente.explore.claims.effort import THOROUGH
from detente.explore.claims.flips import find_flips, lines, walk
from detente.explore.claims.nearest import MOVED, search_nearest
from detente.explore.claims.probe import Probe, drive
from detente.explore.claims.project import _nearest_on_plane


def to_plane(base, normal, level):
    """Exact distance to a half-space inside the box, at most `MOVED` parameters moved."""
    best = np.inf
    for kept in combinations(range(len(base)), min(MOVED, len(base))):
        there = _nearest_on_plane(base, np.where(np.isin(np.arange(len(base)), kept), normal, 0.0), level)
        best = best if there is None else min(best, float(np.linalg.norm(there - base)))
    return best


def case(kind, d, seed):
    """Base point, margin(z) and exact distance."""
    rng = np.random.default_rng([seed, d, len(kind)])
    base = rng.uniform(0.15, 0.85, d)
    if kind == "half":
        while True:
            normal, level = rng.normal(size=d) * rng.random(d), rng.uniform(0.1, 0.4)
            normal /= np.linalg.norm(normal)
            if to_plane(base, normal, level) < 0.7:
                break
        return base, lambda z: level - (z - base) @ normal, to_plane(base, normal, level)
    if kind == "ball":
        while True:
            centre, radius = rng.random(d), rng.uniform(0.15, 0.35) * (1.5 if d > 3 else 1)
            if np.linalg.norm(centre - base) - radius > 0.08:
                break
        square = (centre - base) ** 2
        exact = np.inf
        for kept in combinations(range(d), min(MOVED, d)):
            left = radius**2 - np.delete(square, kept).sum()
            if left >= 0:
                exact = min(exact, square[list(kept)].sum() ** 0.5 - left**0.5)
        return base, lambda z: np.linalg.norm(z - centre, axis=1) - radius, exact
    if kind == "box":
        index, sign = rng.permutation(d)[: min(d, 3)], rng.choice([-1, 1], min(d, 3))
        cut = rng.uniform(0.05, 0.6, len(index)) * np.where(sign > 0, 1 - base[index], base[index])
        return base, lambda z: -((z[:, index] - base[index]) * sign - cut).min(axis=1), np.linalg.norm(cut)
    w = rng.uniform(0.3, 1, d)
    most = (base[0] * w[0] + 0.1) / (base[1:] @ w[1:] + 0.2) * rng.uniform(1.3, 1.9)
    normal, level = np.append(w[0], -most * w[1:]), most * (base[1:] @ w[1:] + 0.2) - (base[0] * w[0] + 0.1)
    return (
        base, lambda z: most - (z[:, 0] * w[0] + 0.1) / (z[:, 1:] @ w[1:] + 0.2), to_plane(base, normal, level)
    )  # fmt: skip


def found_over_exact(kind, d, seed, steps):
    base, margin, exact = case(kind, d, seed)
    if not np.isfinite(exact):
        return None
    names = [f"x{k}" for k in range(d)]

    def formula(draws, policy):
        m = margin(np.column_stack([draws[n] for n in names]))
        return {"level": (m >= 0) * 1.0 if steps else m + 0.5}, {"A": 0 * m}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    spans = ranges(**{n: (0, 1, b) for n, b in zip(names, base, strict=True)})
    study = cf.study("x", spans, [claim], [], formula)
    probe, scan = Probe(study), lines(study.varying, study.base, THOROUGH.steps[1])
    walked = walk(probe, scan, {"c": range(d)})
    flips = find_flips(probe, scan, walked)["c"]
    draws = qmc.Sobol(d, seed=seed).random(512)
    margins = probe.margins([("c", draws)])[0]
    if (margins >= 0).all():  # as in a run: first a search for any exception
        broken = drive(probe, {"c": ("c", search_exception(draws, margins, True, price=d + 1))})["c"]
        draws, margins = np.vstack([draws, broken]), np.append(margins, -1.0)
    held = margins >= 0
    columns = {name: k for k, name in enumerate(names)}
    search = search_nearest(study.base, bool(walked["c"][0] >= 0), flips, columns, draws, held, 1)
    nearest = drive(probe, {"c": ("c", search)})["c"]
    if nearest is None:
        return np.inf
    point = np.array([nearest.position])
    assert margin(point)[0] < 0
    assert nearest.distance == pytest.approx(np.linalg.norm(point[0] - base))
    assert nearest.distance >= exact - 1e-9 or len(nearest.changed) > MOVED
    return nearest.distance / exact


@pytest.mark.parametrize("d", [2, 3, 5])
@pytest.mark.parametrize(("kind", "worst"), [("half", 1.09), ("ball", 1.04), ("box", 1.01), ("ratio", 1.3)])
def test_the_nearest_flip_is_within_two_percent_of_the_exact_distance_in_most_cases(kind, worst, d):
    over = np.array(
        [x for seed in range(3) if (x := found_over_exact(kind, d, seed, seed % 2 == 1)) is not None]
    )
    if kind == "ball" and d == 5:  # which four to move is a search of its own
        assert np.median(over) < 1.15
        return
    assert np.median(over) < 1.02
    assert over.max() < worst


@pytest.mark.slow
def test_nine_in_ten_are_within_two_percent():
    over = np.array(
        [
            x
            for kind in ("half", "ball", "box", "ratio")
            for d in (2, 3, 5)
            for seed in range(12)
            if (x := found_over_exact(kind, d, seed, seed % 2 == 1)) is not None
        ]
    )
    assert (over < 1.02).mean() >= 0.88
    assert np.quantile(over[np.isfinite(over)], 0.95) < 1.15
