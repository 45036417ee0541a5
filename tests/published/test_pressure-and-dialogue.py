"""Pressure and dialogue on one budget: a concave curve whose ends both fail and whose middle works.

Derivation. With share e in pressure sanctions cost c(e) = c0 + g e and stay after yielding with mu(e) = mu0 (1 - eta (1 - e)).
Giving way is better by N(e) = (iota - mu(e)) c(e) - v, a parabola: N'' = -2 mu0 eta g < 0, with its top at
e* = (g (iota - mu0 (1 - eta)) - mu0 eta c0) / (2 mu0 eta g), held from 0 to 1. On a grid of tenths the nearest e is at
most 0.05 from e*, which costs mu0 eta g 0.05^2. The sender pays r e, so that it takes the smallest e that works.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find

SLUG = "pressure-and-dialogue"
GRID = np.linspace(0, 1, 11)
CARD = {"iota": 0.8, "mu0": 0.6, "eta": 0.9, "c0": 0.5, "g": 1.2, "v": 0.5}


def net(e, iota, mu0, eta, c0, g, v, **_):
    return (iota - mu0 * (1 - eta * (1 - e))) * (c0 + g * e) - v


def test_the_smallest_effort_that_works_over_the_whole_range(play, draws):
    at = draws(SLUG, 500)
    over = np.array([net(e, **at) for e in GRID])
    far = np.abs(over).min(axis=0) > 1e-3
    at, works = {name: column[far] for name, column in at.items()}, over[:, far] > 0
    found = play(SLUG, **at)
    some = works.any(axis=0)
    chosen = np.where(some, works.argmax(axis=0), 0)
    assert found["yields"] == pytest.approx(some.astype(float), abs=1e-6)
    taken = [found.taken("effort", f"{e:.1g}") for e in GRID]
    assert np.array(taken).argmax(axis=0) == pytest.approx(chosen)
    assert found.value("S") == pytest.approx(np.where(some, 1 - at["r"] * GRID[chosen], 0), abs=1e-6)
    only_mixed = some & ~works[0] & ~works[-1]
    assert only_mixed.sum() > 5


def test_the_best_share_is_the_top_of_the_curve(draws):
    at = draws(SLUG, 200)
    best, top, *_ = (t.value(at) for t in find(SLUG).thresholds)
    fine = np.array([net(e, **at) for e in np.linspace(0, 1, 2001)])
    assert top == pytest.approx(fine.max(axis=0), abs=1e-6)
    assert net(best, **at) == pytest.approx(top)
    assert {float(b) for b in best} >= {1.0}, "corners are among the draws"


def test_worked_numbers():
    """Worked: e* = 0.476851851852, N(e*) = 0.0173472222222; all pressure -0.16, all dialogue -0.13."""
    best, top, *_ = (float(t.value({**find(SLUG).game.base, **CARD})) for t in find(SLUG).thresholds)
    assert (best, top) == pytest.approx((0.476851851852, 0.0173472222222), abs=1e-11)
    assert (net(1, **CARD), net(0, **CARD)) == pytest.approx((-0.16, -0.13))


@pytest.mark.parametrize("step", [1e-4, 1e-2])
@pytest.mark.parametrize(("effort", "bound"), [("1", 0.34), ("0", 0.37), ("0.5", 0.517)])
def test_each_way_works_up_to_its_own_bound(play, effort, bound, step):
    """In the cost of yielding: all pressure up to 0.34, all dialogue up to 0.37, half and half up to 0.517."""
    found = play(SLUG, **{**CARD, "v": [bound - step, bound + step]})
    assert found.taken(f"answer effort={effort}", "give_way") == pytest.approx([1, 0], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"v": 0.3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=5, **parameters)
