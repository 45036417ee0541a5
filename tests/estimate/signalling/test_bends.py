"""Second derivatives in closed form, the radius without its matrix, and what the search for equilibria rests on."""

from __future__ import annotations

import importlib
import math

import numpy as np
import pytest

from detente.estimate.signalling import Observed, equilibria
from detente.estimate.signalling.answers import answers, log_best, log_odds
from detente.estimate.signalling.bends import bends
from detente.estimate.signalling.equilibria import slope_of, surplus
from detente.estimate.signalling.likelihood import at, beliefs_at, branch_bend, by_coefficient, follow, held

radius = importlib.import_module("detente.estimate.signalling.radius")
CENTRES = [(0, 1), (0.5, 1), (-0.5, 1), (-1, 1), (-1, 1.5), (-1.2, 1), (1, 1)]


def drawn(games: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.normal(m, s, games) for m, s in CENTRES])


def test_second_derivatives_are_those_of_the_complex_step():
    u, rng = 1.5 * drawn(80, 2), np.random.default_rng(3)
    p, counts, weight = (
        rng.uniform(0.05, 0.95, (2, 80)),
        rng.integers(0, 9, (80, 4)).astype(float),
        rng.normal(size=(2, 80)),
    )
    found = bends(u, p, answers(u, *p), counts, weight)
    assert found == pytest.approx(found.transpose(0, 2, 1), abs=1e-12 * np.abs(found).max())
    for k in range(9):
        stepped, beliefs = u.astype(complex), p.astype(complex)
        if k < 7:
            stepped[:, k] += 1e-30j
        else:
            beliefs[k - 7] += 1e-30j
        there = answers(stepped, *beliefs)
        slope = np.einsum("ge,egk->gk", counts, there.slope) + np.einsum("bg,bgk->gk", weight, there.d_belief)
        assert slope.imag / 1e-30 == pytest.approx(found[:, :, k], rel=1e-9, abs=1e-8)


def small(games: int) -> tuple[Observed, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    x, one = rng.normal(size=(3, games)), np.ones(games)
    names = {"SA": x[:1].T, "VA": one[:, None], "CB": np.column_stack([one, x[1]]), "WA": np.column_stack([one, x[2]]),
             "WB": one[:, None], "a": one[:, None]}  # fmt: skip
    seen = Observed(rng.integers(0, 6, (games, 4)).astype(float), names)
    theta = np.array([0.2, 1.0, -0.4, 0.3, -0.8, 0.4, -0.6, -1.0])
    return seen, theta, equilibria(seen.payoffs(theta)).q


def test_the_hessian_along_a_branch_is_the_slope_of_its_score():
    seen, theta, q = small(50)
    here = at(seen, theta, beliefs_at(seen, theta, q))
    found = by_coefficient(seen, branch_bend(seen, theta, beliefs_at(seen, theta, q), here))
    for k in range(len(theta)):
        step = 1e-5 * np.eye(len(theta))[k]
        up, down = (
            at(seen, t, beliefs_at(seen, t, follow(seen, t, q))).branch_score.sum(axis=0)
            for t in (theta + step, theta - step)
        )
        assert (up - down) / 2e-5 == pytest.approx(found[:, k], rel=1e-6, abs=1e-6)


def test_the_radius_is_that_of_the_whole_matrix(monkeypatch):
    seen, theta, q = small(120)
    beliefs = beliefs_at(seen, theta, q)
    here = at(seen, theta, beliefs)
    found = radius.radius(seen, here, held(seen, theta, beliefs, here))
    monkeypatch.setattr(radius, "DENSE", 10**6)
    assert found == pytest.approx(radius.radius(seen, here, held(seen, theta, beliefs, here)), rel=1e-9)
    # the whole matrix once more, from derivatives by complex step
    columns = []
    for b in range(2):
        step = beliefs.astype(complex)
        step[b] += 1e-30j
        columns.append(at(seen, theta, step).score.imag / 1e-30)
    still = np.column_stack(
        [at(seen, theta + 1e-30j * e, beliefs).score.sum(axis=0).imag / 1e-30 for e in np.eye(len(theta))]
    )
    whole = here.d_answer.reshape(240, -1) @ np.linalg.solve(-still, np.vstack(columns).T)
    k = np.arange(120)
    whole[k, 120 + k] += here.answers.d_belief[0, :, 8]
    whole[120 + k, k] += here.answers.d_belief[1, :, 7]
    assert found == pytest.approx(np.abs(np.linalg.eigvals(whole)).max(), rel=1e-8)


def test_the_best_answer_to_the_best_answer_is_monotone():
    u = drawn(300, 4)
    grid = np.linspace(-36, 36, 400)
    t = surplus(u[:, None, :], grid[None, :]) + grid
    sign = np.sign((u[:, 0] - u[:, 1]) * (u[:, 3] - u[:, 5]) * (u[:, 6] - u[:, 2]))
    rise = np.diff(t, axis=1) * sign[:, None]
    assert (rise >= -1e-9 * (1 + np.abs(t[:, 1:]))).all()
    assert (np.abs(rise).max(axis=1) > 1e-3).mean() > 0.8


def test_the_slope_is_that_of_the_complex_step():
    u = drawn(200, 5)
    q = np.random.default_rng(6).uniform(-4, 6, 200)
    told = surplus(u, q + 1e-30j).imag / 1e-30
    assert slope_of(u, q) == pytest.approx(told, rel=1e-8, abs=1e-8)


def test_counts_are_those_of_a_fine_grid():
    """Every game against changes of sign on 4000 points; three equilibria in 0.5% of such games, some closer than a cell."""
    u = drawn(1200, 0)
    found = equilibria(u)
    count = found.count
    assert (count % 2 == 1).all()
    assert set(count) == {1, 3}
    grid = np.linspace(-36, 36, 4000)
    for k in np.flatnonzero(count == 3).tolist() + list(range(0, 1200, 40)):
        r = surplus(u[None, k], grid)
        assert count[k] == (np.diff(r > 0) != 0).sum() + found.boundary[k] + found.beyond[k]


def test_a_root_in_the_middle_of_a_symmetric_game_is_counted_once():
    """B is indifferent on average where A stands firm with probability one half: q = 0, at the middle of the range."""
    u = np.array([[0.0, 1.0, 0.0, -1.0, -1.0, -1.0, 1.0], [1.0, 0.0, 0.0, -1.0, -1.0, -1.0, 1.0]])
    found = equilibria(u)
    assert list(found.count) == [1, 1]
    assert found.q == pytest.approx([0.0, 0.0], abs=1e-12)


def test_the_tails_are_right_to_the_last_digits():
    mp = pytest.importorskip("mpmath", reason="mpmath is not installed")
    for v1, v2 in ((1.0, -0.5), (4.0, 6.5), (-3.0, 2.0), (6.9, 6.0), (-6.5, 6.9)):

        def density(e, v1=v1, v2=v2):
            return mp.npdf(e) * mp.ncdf(e - v1 + v2)

        with mp.workdps(30):
            top = max(mp.mpf(v1), mp.mpf(v1 - v2) / 2)
            steps = (-4, -2, -1, 0, 0.1, 0.3, 0.7, 1.5, 3, 6, 12, 24)
            points = [v1, *(top + k for k in steps if top + k > v1)]
            told = mp.log(mp.quad(density, points))
        found = float(log_best(np.array([-v1]), np.array([-v2]), np.zeros(1))[0])
        assert abs(math.expm1(found - told)) < 5e-14
    near, far = (float(log_odds(*(np.array([x]) for x in (-1.0, -1.4, c)))[0]) for c in (6.9999, 7.0001))
    assert far - near == pytest.approx(0.0002 * 0.4, rel=0.2)
