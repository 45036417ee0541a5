"""The largest of several normals: against arbitrary precision in the tails, closed forms, and differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtr

from detente.estimate.normal import TINY, log_beats, log_best, log_normal, log_sum, mills

NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)


def fine(mean, sd, rivals):
    """The integral on thousands of panels, put where the integrand is and where a rival turns: no mode, no Newton."""

    def log(t):
        out = -0.5 * ((t - mean) / sd) ** 2 - math.log(sd) - 0.5 * math.log(2 * math.pi)
        return out + sum(log_ndtr((t - a) / b) for a, b in rivals if b > 0)

    low = min([mean] + [a - 9 * b for a, b in rivals]) - 45 * sd
    low = max([low] + [a for a, b in rivals if b == 0])
    high = max([mean] + [a for a, _ in rivals]) + 45 * sd
    for _ in range(12):
        grid = np.linspace(low, high, 4001)
        seen = np.flatnonzero(log(grid) > log(grid).max() - 45)
        low, high = grid[max(seen[0] - 1, 0)], grid[min(seen[-1] + 1, 4000)]
    cuts = [np.linspace(low, high, 801)] + [a + b * np.linspace(-12, 12, 161) for a, b in rivals if b > 0]
    cut = np.unique(np.clip(np.concatenate(cuts), low, high))
    width = np.diff(cut)[:, None]
    value = log(cut[:-1, None] + width * (NODES + 1) / 2) + np.log(WEIGHTS / 2) + np.log(width)
    return value.max() + math.log(np.exp(value - value.max()).sum())


def cases(many):
    rng = np.random.default_rng(0)
    for i in range(many):
        spread, far = (0.1, 1.0, 2.0)[i % 3], (1.0, 4.0, 12.0)[i % 3]
        rivals = [
            (rng.normal() * far, math.exp(rng.normal() * (0.3, 1.0, 3.0)[i // 3 % 3]))
            for _ in range(rng.integers(2, 6))
        ]
        for k in range((i % 4 == 3) + (i % 16 == 3)):
            rivals[k] = (rivals[k][0], 0.0)
        yield 3 * rng.normal(), math.exp(rng.normal() * spread), rivals


def test_against_a_fine_grid():
    """Steep rivals, sure ones, tails down to e^-300 and below: the logarithm to 1e-13 of itself."""
    lowest = 0.0
    for mean, sd, rivals in cases(96):
        found = float(log_beats(mean, sd, rivals))
        assert found == pytest.approx(fine(mean, sd, rivals), rel=1e-13, abs=1e-13)
        lowest = min(lowest, found)
    assert lowest < -300


@pytest.mark.parametrize(
    ("mean", "sd", "rivals"),
    [
        (0.3, 1.0, [(0.1, 1.0), (-0.4, 1.0)]),
        (-14.0, 1.0, [(14.0, 1.0), (13.0, 0.8), (-2.0, 2.0)]),
        (-20.0, 1.0, [(5.0, 0.0), (0.0, 1.0)]),
    ],
)
def test_against_thirty_digits(mean, sd, rivals):
    mpmath = pytest.importorskip("mpmath", reason="mpmath is not installed")
    found = float(log_beats(mean, sd, rivals))

    def ratio(t):
        """The integrand over the probability found: its integral is 1, whatever the tail."""
        density = mpmath.npdf(t, mean, sd) * mpmath.exp(-found)
        return density * mpmath.fprod(mpmath.ncdf((t - a) / b) for a, b in rivals if b)

    start = max([-16.0] + [a for a, b in rivals if not b])
    with mpmath.workdps(30):
        at = [mpmath.mpf(start + k) for k in range(30)]
        assert float(mpmath.quad(ratio, at)) == pytest.approx(1.0, abs=1e-12)


def test_three_equal_ones_and_an_orthant():
    """By symmetry 1/3; of equal means but other spreads the area of a spherical triangle."""
    assert math.exp(log_best([0.0] * 3, [2.0] * 3, 1)) == pytest.approx(1 / 3, abs=1e-15)
    one, two, three = 0.5, 1.2, 3.0
    correlation = one**2 / math.sqrt((one**2 + two**2) * (one**2 + three**2))
    area = 0.25 + math.asin(correlation) / (2 * math.pi)
    assert math.exp(log_best([7.0] * 3, [one, two, three], 0)) == pytest.approx(area, abs=1e-15)


def test_two_are_in_closed_form_and_sure_ones_are_steps():
    m = np.array([0.2, -40.0, 60.0])
    assert log_best([m, 0.0], [1.0, 2.0], 0) == pytest.approx(log_ndtr(m / math.sqrt(5)), rel=1e-15)
    assert log_beats(m, 1.0, [(0.3, 0.0)]) == pytest.approx(log_ndtr(m - 0.3), rel=1e-15)
    assert log_beats(m, 0.0, [(0.3, 0.0)]).tolist() == [-np.inf, -np.inf, 0.0]
    product = log_ndtr(m) + log_ndtr((m - 1) / 2)
    assert log_beats(m, 0.0, [(0.0, 1.0), (1.0, 2.0), (-50.0, 0.0)]) == pytest.approx(product, rel=1e-15)
    assert log_beats(m, 1.0, []).tolist() == [0.0] * 3


def test_probabilities_add_up_row_by_row():
    """Four variables, a sure one among them in some rows and not in others."""
    rng = np.random.default_rng(2)
    means, sds = 2 * rng.normal(size=(4, 500)), np.exp(rng.normal(size=(4, 500)))
    sds[1, ::3] = 0.0
    sds[3, ::5] = 1e-6
    total = sum(np.exp(log_best(list(means), list(sds), k)) for k in range(4))
    assert total == pytest.approx(np.ones(500), abs=1e-13)


@pytest.mark.parametrize("far", [1.0, 8.0])
@pytest.mark.parametrize("sure", [None, 0, 1])
def test_complex_step_is_the_derivative(far, sure):
    rng = np.random.default_rng(3)
    at = np.concatenate([far * rng.normal(size=(3, 30)), np.exp(0.5 * rng.normal(size=(3, 30)))])
    if sure is not None:
        at[3 + sure] = 0.0

    def log(x):
        return log_best(list(x[:3]), list(x[3:]), 0)

    for k in range(6):
        if sure is not None and k == 3 + sure:
            continue
        there = at.astype(complex)
        there[k] += 1j * TINY
        found, step = log(there), 1e-4 * (at[k] if k > 2 else np.ones(30))

        def moved(by, k=k, step=step):
            x = at.copy()
            x[k] += by * step
            return log(x)

        central = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * step)
        assert found.real == pytest.approx(log(at), rel=1e-13, abs=1e-13)
        assert found.imag / TINY == pytest.approx(central, rel=1e-8, abs=1e-8)


def test_pieces():
    x = np.array([-38.0, -3.0, 0.0, 3.0, 50.0])
    steep = log_normal(x + 1j * TINY).imag / TINY
    assert steep == pytest.approx(mills(x), rel=1e-15)
    assert mills(x[1:4]) == pytest.approx(np.exp(-(x[1:4] ** 2) / 2) / math.sqrt(2 * math.pi) / ndtr(x[1:4]))
    assert log_sum(np.array([-1000.0, -1000.0])) == pytest.approx(-1000 + math.log(2))
    assert log_sum(np.array([-np.inf, -np.inf]) + 0j) == -np.inf
