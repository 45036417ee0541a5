"""The sparse polynomial: indices of hard functions, and how often their intervals hold the truth."""

from __future__ import annotations

import known
import numpy as np
import pytest

from detente.explore.sensitivity.sobol import Polynomials, from_draws
from detente.explore.sensitivity.sparse import fit
from detente.explore.sensitivity.terms import Terms

# error of all first and total indices together, largest allowed with 1024 draws; what the fit of degree four had is beside it
ALLOWED = {"Ishigami": 0.006, "g-function": 0.02, "jump at a corner": 0.1, "jump along a slope": 0.4}
BEFORE = {"Ishigami": 0.295, "g-function": 0.035, "jump at a corner": 0.229, "jump along a slope": 0.838}
CASES = [known.ishigami(), known.g_function(), known.corner(), known.slant()]


def found(case: known.Known, n: int, seed: int):
    x = known.points(n, len(case.first), seed)
    return Polynomials(x, np.arange(n)).indices(case.function(x))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_indices_are_nearer_the_truth_than_with_a_polynomial_of_fixed_degree(case):
    errors = []
    for seed in range(3):
        got = found(case, 1024, seed)
        errors.append(np.abs(got.first - case.first).sum() + np.abs(got.total - case.total).sum())
    assert np.mean(errors) < ALLOWED[case.name] < BEFORE[case.name]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_intervals_hold_the_truth_about_as_often_as_they_say(case):
    """Measured over 40 runs: see docs/explanation/verdicts.md. Here 10, at the number of draws that a brief uses."""
    held = []
    moving = case.total > 0.02
    for seed in range(100, 110):
        got = found(case, 256, seed)
        for truth, ends in ((case.first, got.first_interval), (case.total, got.total_interval)):
            held.append(((ends[:, 0] <= truth) & (truth <= ends[:, 1]))[moving])
    assert np.concatenate(held).mean() > 0.75


def test_shapley_of_independent_parameters_lies_between_first_and_total_and_adds_up_to_one():
    case = known.ishigami()
    got = found(case, 1024, 1)
    assert got.shapley.sum() == pytest.approx(1, abs=1e-12)
    assert got.shapley == pytest.approx(
        (case.first + case.total) / 2, abs=0.003
    )  # joint effects are of pairs alone
    assert (got.shapley_interval[:, 0] <= got.shapley).all()


def test_terms_of_tied_values_are_orthonormal():
    x = np.column_stack([np.repeat([0.0, 1.0, 5.0], 100), np.arange(300.0)])
    table = Terms.of(x).table[0]
    kept = table[(table != 0).any(axis=1)]
    assert len(kept) == 3
    assert kept @ kept.T / 300 == pytest.approx(np.eye(3), abs=1e-12)


def test_a_parameter_of_two_values_has_the_variance_of_its_two_means():
    x = known.points(512, 3, 5)
    x[:, 0] = x[:, 0] > 0.25
    got = from_draws(x, np.arange(512), 2 * x[:, 0] + x[:, 1])
    v0, v1 = 4 * 0.25 * 0.75, 1 / 12
    assert got.first == pytest.approx(np.array([v0, v1, 0]) / (v0 + v1), abs=0.01)


def test_a_polynomial_is_found_exactly():
    x = known.points(256, 5, 0)
    terms = Terms.of(x)
    y = 0.3 + 2 * terms.table[1, 2] - terms.table[0, 1] * terms.table[3, 1]
    got = fit(terms, y)
    assert got.at(terms) == pytest.approx(y, abs=1e-8)
    assert len(got.keys) == 2


def test_noise_has_few_terms():
    rng = np.random.default_rng(3)
    terms = Terms.of(rng.random((512, 20)))
    assert len(fit(terms, rng.random(512)).keys) <= 4


def test_draws_that_are_no_scramblings_have_no_intervals():
    case = known.ishigami()
    x = known.points(512, 3, 2)
    got = Polynomials(x, np.arange(512), replicated=False).indices(case.function(x))
    assert got.first_interval is None
    assert got.shapley_interval is None


def test_one_parameter_alone_has_all_the_variance():
    x = known.points(128, 1, 0)
    got = from_draws(x, np.arange(128), np.sin(3 * x[:, 0]))
    assert got.first == pytest.approx([1], abs=1e-6)
    assert got.total == pytest.approx([1], abs=1e-6)
