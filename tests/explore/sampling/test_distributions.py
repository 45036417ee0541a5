"""Every distribution against scipy's, quantile by quantile and as draws of each design that samples."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from plain import DISCRETE, study_over
from scipy import stats

from detente.explore import draw
from detente.explore.sampling.designs import Latin, Sobol
from detente.game.parameter import Parameter

LAWS = {
    "uniform": (Parameter("x", 1, -1, 3, "uniform"), stats.uniform(-1, 4)),
    "loguniform": (Parameter("x", 1, 1e-3, 50, "loguniform"), stats.loguniform(1e-3, 50)),
    "triangular": (Parameter("x", 1, 0, 4, "triangular", (1,)), stats.triang(0.25, 0, 4)),
    "mode at the low end": (Parameter("x", 0, 0, 2, "triangular", (0,)), stats.triang(0, 0, 2)),
    "mode at the high end": (Parameter("x", 2, 0, 2, "triangular", (2,)), stats.triang(1, 0, 2)),
    "normal": (Parameter("x", 1, 0, 3, "normal", (1, 0.8)), stats.truncnorm(-1.25, 2.5, 1, 0.8)),
    "upper tail": (Parameter("x", 4, 4, 6, "normal", (0, 1)), stats.truncnorm(4, 6)),
    "lower tail": (Parameter("x", -4, -6, -4, "normal", (0, 1)), stats.truncnorm(-6, -4)),
}
U = np.concatenate([[0.0, 1e-9, 1e-4], np.linspace(0.001, 0.999, 999), [1 - 1e-4, 1 - 1e-9, 1.0]])


@pytest.mark.parametrize("name", LAWS)
def test_quantiles_are_scipys(name):
    parameter, law = LAWS[name]
    assert parameter.quantile(U) == pytest.approx(law.ppf(U), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("design", [Sobol(), Latin()], ids=["sobol", "latin"])
@pytest.mark.parametrize("name", LAWS)
def test_draws_pass_a_kolmogorov_smirnov_test(name, design):
    parameter, law = LAWS[name]
    column = draw(study_over(parameter), 1024, 11, design).draws["x"]
    found = stats.kstest(column, law.cdf)
    assert found.pvalue > 0.5
    # both designs are far more even than independent draws, whose distance is about 0.027 here
    assert found.statistic < 0.02
    assert parameter.low <= column.min()
    assert column.max() <= parameter.high


def test_the_shares_of_a_discrete_parameter_are_exact():
    """The values' shares of [0, 1) are their weights: counted on all multiples of 1/64, the weights being quarters."""
    u = np.arange(64) / 64
    values, counts = np.unique(DISCRETE.quantile(u), return_counts=True)
    assert dict(zip(values.tolist(), (Fraction(int(c), 64) for c in counts), strict=True)) == {
        1: Fraction(1, 2), 2: Fraction(1, 4), 5: Fraction(1, 4),
    }  # fmt: skip
    assert DISCRETE.quantile(np.array([1.0])).tolist() == [5]
    # each hypercube of 64 points has one in each of 64 slices, so its shares are exact too
    column = draw(study_over(DISCRETE), 8 * 64, 3, Latin()).draws["k"]
    for k in range(8):
        found = column[k::8]
        assert [(found == v).sum() for v in (1, 2, 5)] == [32, 16, 16]
