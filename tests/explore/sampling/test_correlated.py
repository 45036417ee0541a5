"""Correlated draws: the rank correlation that was asked for, every distribution as before, nothing else tied."""

from __future__ import annotations

import numpy as np
import pytest
from plain import EVERY, LOG, NORMAL, TRIANGULAR, study_over, uniform, x_below_y
from scipy import stats

from detente.explore.sampling.designs import Latin, Sobol, draw, measure
from detente.game.dependence import Correlation, normal_correlation

X, Y, Z = uniform("x"), uniform("y", 2, 4), uniform("z")
DESIGNS = pytest.mark.parametrize("design", [Sobol(), Latin()], ids=["sobol", "latin"])


@DESIGNS
@pytest.mark.parametrize("rank", [-0.95, -0.4, 0.1, 0.6, 0.9])
def test_the_rank_correlation_is_achieved_within_three_standard_errors(design, rank):
    """The standard error is that of independent draws, (1 - r^2) / sqrt(n); Sobol' draws come ten times nearer."""
    study = study_over(LOG, TRIANGULAR, Z, correlated=(Correlation(("m", "t"), rank),))
    n = 4096
    got = draw(study, n, 4, design).draws
    error = (1 - rank**2) / n**0.5
    off = stats.spearmanr(got["m"], got["t"]).statistic - rank
    assert abs(off) < 3 * error
    if design == Sobol():
        assert abs(off) < 0.002
    for tied in ("m", "t"):
        assert abs(stats.spearmanr(got[tied], got["z"]).statistic) < 3 / n**0.5


@DESIGNS
def test_marginals_stay_as_they_are(design):
    pairs = (Correlation(("x", "m", "t"), 0.5), Correlation(("g", "x"), -0.3))
    got = draw(study_over(*EVERY, correlated=pairs), 4096, 2, design).draws
    laws = {
        "x": stats.uniform(0, 1), "m": stats.loguniform(0.01, 100), "t": stats.triang(0.25, 0, 4),
        "g": stats.truncnorm(-1.25, 2.5, 1, 0.8),
    }  # fmt: skip
    for name, law in laws.items():
        found = stats.kstest(got[name], law.cdf)
        assert found.pvalue > 0.1
        if design == Sobol():
            assert found.statistic < 0.008  # independent draws are 0.0136 away on average
    assert {float(v): int((got["k"] == v).sum()) for v in (1, 2, 5)} == pytest.approx(
        {1: 2048, 2: 1024, 5: 1024}, abs=24
    )


def test_what_is_not_correlated_has_the_same_bytes_as_without():
    plain = draw(study_over(X, Y, Z), 512, 3).draws
    tied = draw(study_over(X, Y, Z, correlated=(Correlation(("y", "z"), 0.7),)), 512, 3).draws
    assert plain["x"].tobytes() == tied["x"].tobytes()
    assert plain["y"] == pytest.approx(tied["y"], abs=1e-12)  # the first of a pair keeps its column
    assert not np.allclose(plain["z"], tied["z"])


def test_a_shorter_run_is_the_beginning_of_a_longer_one():
    study = study_over(X, Y, NORMAL, correlated=(Correlation(("x", "g"), 0.8),))
    short, long = draw(study, 200, 5).draws, draw(study, 2000, 5).draws
    for name in short:
        assert short[name].tobytes() == long[name][:200].tobytes()


def test_constraints_refuse_and_count_correlated_draws_too():
    """The square's lower half, at correlation r: P(x < y) = 1/2 by symmetry, and the pairs kept are more alike."""
    study = study_over(X, uniform("y"), admissible=x_below_y, correlated=(Correlation(("x", "y"), 0.7),))
    block = draw(study, 2048, 5)
    assert block.refused == pytest.approx(2048, rel=0.06)
    assert (block.draws["x"] < block.draws["y"]).all()


def test_the_volume_of_a_corner_is_that_of_the_copula():
    """Both below their medians: 1/4 + asin(rho)/(2 pi), rho the correlation of the scores (Sheppard 1899)."""
    rank = 0.6
    got = draw(study_over(X, LOG, correlated=(Correlation(("x", "m"), rank),)), 2**14, 1).draws
    share = ((got["x"] < 0.5) & (got["m"] < 1)).mean()
    assert share == pytest.approx(0.25 + np.arcsin(normal_correlation(rank)) / (2 * np.pi), abs=0.002)


def test_the_measure_names_the_pairs_and_no_longer_says_each_by_itself():
    said = measure(study_over(X, Y, Z, correlated=(Correlation(("x", "y"), 0.6),)), 64, 1, 0)
    assert "rank correlations of x and y 0.6" in said
    assert "by itself" not in said
    assert "by itself" in measure(study_over(X, Y), 64, 1, 0)
    many = study_over(
        *(uniform(f"p{k}") for k in range(5)),
        correlated=(Correlation(tuple(f"p{k}" for k in range(5)), 0.2),),
    )
    assert "and 4 pairs more" in measure(many, 64, 1, 0)


def test_a_study_says_that_it_is_dependent():
    assert study_over(X, Y, correlated=(Correlation(("x", "y"), 0.6),)).dependent
    assert study_over(X, Y, admissible=x_below_y).dependent
    assert not study_over(X, Y).dependent


def test_each_pair_of_a_group_and_pairs_across_groups_have_theirs():
    pairs = (Correlation(("x", "m", "t"), 0.5), Correlation(("g", "x"), -0.3), Correlation(("g", "z"), 0.7))
    got = draw(study_over(X, LOG, TRIANGULAR, NORMAL, Z, correlated=pairs), 4096, 2).draws
    wanted = {("x", "m"): 0.5, ("x", "t"): 0.5, ("m", "t"): 0.5, ("g", "x"): -0.3, ("g", "z"): 0.7, ("g", "m"): 0.0,
              ("x", "z"): 0.0, ("m", "z"): 0.0}  # fmt: skip
    for (a, b), rank in wanted.items():
        assert stats.spearmanr(got[a], got[b]).statistic == pytest.approx(rank, abs=0.006)
