"""Shapley effects of dependent parameters against closed forms."""

from __future__ import annotations

import known
import numpy as np
import pytest

from detente.explore.sensitivity.dependence import correlated
from detente.explore.sensitivity.shapley import dependent_indices
from detente.explore.sensitivity.sobol import Polynomials


def found(x, y, intervals=True):
    return dependent_indices(Polynomials(x, np.arange(len(y))), y, intervals)


@pytest.mark.parametrize("case", [known.linear_normal, known.triangle])
@pytest.mark.parametrize(("n", "within"), [(256, 0.025), (1024, 0.008)])
def test_effects_are_those_of_the_closed_form(case, n, within):
    for seed in range(3):
        x, y, truth = case(n, seed)
        got = found(x, y)
        assert got.dependent
        assert got.shapley == pytest.approx(truth, abs=within)
        assert got.shapley.sum() == pytest.approx(1, abs=1e-9)


def test_intervals_hold_the_closed_form():
    held = []
    for seed in range(12):
        x, y, truth = known.linear_normal(512, seed)
        ends = found(x, y).shapley_interval
        held.append(((ends[:, 0] <= truth) & (truth <= ends[:, 1]))[:3])
    assert np.mean(held) > 0.8


def test_what_goes_if_known_and_what_stays_are_those_of_correlated_normals():
    """Known: the squared correlation with y. Stays: the squared coefficient times the variance given all others."""
    x, y, _ = known.linear_normal(1024, 7)
    k, b = known.CORRELATION, known.BETA
    v = b @ k @ b
    got = found(x, y, intervals=False)
    assert got.first == pytest.approx((k @ b) ** 2 / v, abs=0.03)
    assert got.total == pytest.approx(b**2 / np.diag(np.linalg.inv(k)) / v, abs=0.03)
    assert got.first[1] > got.total[1]  # not a decomposition


def test_a_parameter_that_the_model_does_not_use_has_an_effect_through_another():
    z = np.random.default_rng(0).standard_normal((1024, 2))
    x = np.column_stack([z[:, 0], z[:, 0] + 0.1 * z[:, 1]])
    got = found(x, x[:, 0])
    assert got.shapley[1] == pytest.approx(0.5, abs=0.02)


def test_those_that_matter_little_are_lumped_together_and_all_adds_up():
    x = known.points(1024, 12, 4)
    y = x[:, :3] @ [1.0, 2.0, 3.0] + 0.2 * x[:, 3:].sum(axis=1)
    got = found(x, y)
    v = np.array([1, 4, 9, *[0.04] * 9])
    assert np.isfinite(got.shapley).sum() == 6
    assert np.nansum(got.shapley) + got.others == pytest.approx(1, abs=1e-9)
    assert got.shapley[:3] == pytest.approx(v[:3] / v.sum(), abs=0.01)


def test_independent_parameters_have_the_same_effects_by_both_roads():
    x = known.points(1024, 3, 9)
    y = np.sin(6 * x[:, 0]) + x[:, 1] * x[:, 2]
    both = found(x, y), Polynomials(x, np.arange(1024)).indices(y)
    assert both[0].shapley == pytest.approx(both[1].shapley, abs=0.02)


def test_correlation_shows_in_the_draws():
    assert not correlated(known.points(1024, 30, 0))
    assert not correlated(np.random.default_rng(1).random((500, 40)))
    assert correlated(known.linear_normal(512, 0)[0])
    assert not correlated(np.ones((100, 3)))
