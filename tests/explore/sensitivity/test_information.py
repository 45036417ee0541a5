"""Value of information against closed forms: two actions, a step, many actions, pairs."""

from __future__ import annotations

import known
import numpy as np
import pytest

from detente.explore.sensitivity.information import Payoffs, worth
from detente.explore.sensitivity.pairs import pairs
from detente.explore.sensitivity.terms import Terms


def of(values, x):
    return worth(values, x, np.arange(len(x)))


@pytest.mark.parametrize(("n", "within"), [(256, 0.035), (1024, 0.02)])
def test_two_actions_and_normals(n, within):
    errors, held = [], []
    for seed in range(6):
        values, z, each, everything = known.two_actions(n, seed)
        got = of(values, z)
        errors.append(got.each - each)
        assert got.everything == pytest.approx(everything, abs=0.04)
        held.append(got.everything_interval[0] <= everything <= got.everything_interval[1])
    assert sum(held) >= 5
    assert np.abs(np.mean(errors, axis=0)).max() < within


def test_a_step_is_worth_what_the_step_is_worth():
    """Do nothing, or 1 where x > 0.7 less 0.2: knowing x is worth 0.3 * 0.8 - 0.1."""
    for n, within in ((256, 0.008), (1024, 0.004)):
        x = known.points(n, 6, 1)
        values = np.array([np.zeros(n), (x[:, 0] > 0.7) - 0.2 + 0.5 * (x[:, 1] - 0.5)])
        got = of(values, x)
        assert got.each[0] == pytest.approx(0.14, abs=within)
        assert got.each[2:] == pytest.approx(0, abs=1e-12)


def test_eight_policies_aimed_at_different_values():
    """Policy k gets -(x - t_k)^2 plus noise from other parameters: the worth by a fine grid."""
    x, targets = known.points(512, 12, 3), np.linspace(0, 1, 8)
    values = -((x[:, 0] - targets[:, None]) ** 2) + 0.5 * (x[:, 1:9].T - 0.5)
    g = (np.arange(10_000) + 0.5) / 10_000
    exact = -((g - targets[:, None]) ** 2)
    assert of(values, x).each[0] == pytest.approx(
        exact.max(axis=0).mean() - exact.mean(axis=1).max(), abs=0.002
    )


def test_noise_is_worth_nothing_on_average():
    """Parameters that payoffs do not depend on: the mean worth over 12 runs of 20 parameters, in standard deviations of the payoff."""
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        found.append(
            of(np.array([np.zeros(256), 0.1 + rng.standard_normal(256)]), rng.random((256, 20))).each
        )
    assert np.mean(found) < 0.004


def test_worth_is_never_more_than_that_of_everything_and_intervals_hold_it():
    values, z, _, _ = known.two_actions(512, 5)
    got = of(values, z)
    assert (got.each <= got.everything).all()
    shown = got.each > 0
    assert (got.each_interval[shown, 0] <= got.each[shown]).all()
    assert (got.each[shown] <= got.each_interval[shown, 1]).all()


def test_one_policy_or_few_draws_have_no_worth():
    x = known.points(256, 3, 0)
    assert of(x[:, :1].T, x) is None
    assert of(x[:40, :2].T, x[:40]) is None


def together(values, x):
    terms = Terms.of(x)
    known_ = worth(values, x, np.arange(len(x)), terms=terms)
    return known_, pairs(Payoffs(values, np.arange(len(x))), known_, terms)


def test_two_that_are_worth_nothing_alone_and_half_a_unit_together():
    """1 where both lie on the same side of a half, else -1: E max(0, u) = 1/2 with both known, 0 with one."""
    x = known.points(1024, 8, 2)
    values = np.array([np.zeros(1024), np.sign((x[:, 3] - 0.5) * (x[:, 5] - 0.5)) + 0.1 * (x[:, 2] - 0.5)])
    one, found = together(values, x)
    assert one.each[[3, 5]] == pytest.approx(0, abs=0.01)
    assert [(p.a, p.b) for p in found] == [(3, 5)]
    assert found[0].worth == pytest.approx(0.5, abs=0.03)


def test_two_that_only_together_pass_a_threshold():
    """x0 + x1 - 1.55 against nothing: 0.45^3 / 6 together, and neither alone turns the choice."""
    x = known.points(512, 6, 2)
    one, found = together(np.array([np.zeros(512), x[:, 0] + x[:, 1] - 1.55]), x)
    assert one.each.max() < 0.002
    assert [(p.a, p.b) for p in found] == [(0, 1)]
    assert found[0].worth == pytest.approx(0.45**3 / 6, abs=0.003)
    assert found[0].interval[0] <= 0.45**3 / 6 + 0.002


def test_noise_makes_no_pairs():
    for seed in range(4):
        rng = np.random.default_rng(seed)
        values = np.array([np.zeros(512), rng.standard_normal(512)])
        assert together(values, rng.random((512, 20)))[1] == ()
