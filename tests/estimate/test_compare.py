"""Tests between models against direct formulas; their size under the null by Monte Carlo (slow)."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import binomtest, chi2, norm

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.errors import BadInput, DataError
from detente.estimate.compare import Indistinguishable, clarke, likelihood_ratio, vuong


@pytest.fixture(scope="module")
def data(played):
    return played(800)


def test_likelihood_ratio_is_twice_the_gain(data, studied):
    small, large = studied(data), studied(data, u14="1", u24="1 + balance + noise")
    found = likelihood_ratio(small, large)
    assert found.statistic == pytest.approx(2 * (large.fit.log_likelihood - small.fit.log_likelihood))
    assert found.freedom == 2
    assert found.p == pytest.approx(chi2.sf(found.statistic, 2))
    assert likelihood_ratio(studied(data, u11="1"), small).p < 1e-6  # distance matters


def test_nesting_is_of_spans_and_not_of_names(data, studied):
    data = data.assign(double=2 * data.distance + 3, is_b=(data.kind == "b") * 1.0)
    assert (
        likelihood_ratio(studied(data, u11="1 + double"), studied(data, u11="1 + distance + noise")).freedom
        == 1
    )
    assert likelihood_ratio(studied(data, u24="1 + is_b"), studied(data, u24="1 + C(kind)")).freedom == 1


@pytest.mark.parametrize(
    ("small", "large", "match"),
    [
        ({"u11": "1 + noise"}, {}, "index of u11"),
        ({"u14": "1"}, {"u11": "1 + distance + noise"}, "u14 varies in the first"),
        ({"u14": -0.4}, {"u24": "1 + balance + noise"}, "u14 is fixed at different"),
        ({"u14": -0.4}, {"u14": "0 + noise"}, "index of u14"),
        ({"options": {"link": "logit"}}, {"u14": "1"}, "normalisations"),
        ({}, {}, "same model"),
    ],
)
def test_what_is_not_nested_is_refused(data, studied, small, large, match):
    with pytest.raises(BadInput, match=match):
        likelihood_ratio(studied(data, **small), studied(data, **large))


def test_other_data_is_refused(data, studied):
    small = studied(data)
    with pytest.raises(DataError, match="different rows"):
        likelihood_ratio(small, studied(data[:700], u14="1"))
    swapped = data.assign(what=["war", *data.what[1:]])
    assert data.what[0] != "war"
    with pytest.raises(DataError, match="row 1"):
        likelihood_ratio(small, studied(swapped, u14="1"))
    with pytest.raises(DataError, match="a column differs"):
        likelihood_ratio(small, studied(data.assign(balance=data.balance + 0.01), u14="1"))
    with pytest.raises(BadInput, match="not independent"):
        likelihood_ratio(small, studied(data, {"clusters": "dyad"}, u14="1"))


@pytest.mark.parametrize("correction", ["none", "aic", "bic"])
def test_vuong_and_clarke_are_their_formulas(data, studied, correction):
    one, other = studied(data), studied(data, u11="1 + noise", u24="1 + balance + noise")
    gap = np.empty(len(data))
    shown = [one.fit.predict(data), other.fit.predict(data)]
    for row, what in enumerate(data.what):
        event = {"peace": "stop", "given": "go_on > give_in", "war": "go_on > resist"}[what]
        gap[row] = np.log(shown[0][event][row] / shown[1][event][row])
    charge = {"none": 0.0, "aic": -1.0, "bic": -0.5 * np.log(800)}[correction]
    ratio = one.fit.log_likelihood - other.fit.log_likelihood - charge
    z = ratio / (np.sqrt(800) * gap.std())
    found = vuong(one, other, correction)
    assert (found.ratio, found.z, found.units) == (pytest.approx(ratio), pytest.approx(z), 800)
    assert found.p == pytest.approx(2 * norm.sf(abs(z)))
    assert found.p_variance < 0.01
    back = vuong(other, one, correction)
    assert back.z == pytest.approx(-found.z)
    told = clarke(one, other, correction)
    first = int((gap - charge / 800 > 0).sum())
    assert (told.first, told.units) == (first, 800)
    assert told.p == pytest.approx(binomtest(first, 800).pvalue)


def test_clusters_are_the_units(data, studied):
    one = studied(data, {"clusters": "dyad"})
    other = studied(data, {"clusters": "dyad"}, u11="1 + noise")
    found = vuong(one, other)
    gap = [(one.by_row() - other.by_row())[data.dyad == d].sum() for d in sorted(data.dyad.unique())]
    assert found.units == len(gap) == clarke(one, other).units
    assert found.z == pytest.approx(sum(gap) / np.sqrt(len(gap)) / np.std(gap))


def test_other_clusters_are_refused(data, studied):
    one, other = studied(data, {"clusters": "dyad"}), studied(data, u11="1 + noise")
    for test in (vuong, clarke):
        for pair in ((one, other), (other, one)):
            with pytest.raises(DataError, match="different clusters"):
                test(*pair)


def test_models_that_cannot_be_told_apart_are_told(data, studied):
    data = data.assign(other=np.random.default_rng(5).normal(size=800))
    one, other = studied(data, u24="1 + noise"), studied(data, u24="1 + other")
    with pytest.warns(Indistinguishable, match="cannot be told apart"):
        found = vuong(one, other)
    assert found.p_variance > 0.05


def test_the_same_model_twice(data, studied):
    """A precision is a change of units: the same probabilities, no difference at all."""
    one, other = (
        studied(data, {"link": "logit"}),
        studied(data, {"link": "logit", "precision": 2.0}, u14=-0.25),
    )
    assert one.fit.log_likelihood == pytest.approx(other.fit.log_likelihood)
    with pytest.warns(Indistinguishable):
        assert vuong(one, other).p_variance > 0.9
    with pytest.raises(DataError, match="ties"):
        clarke(one, one)


def test_nested_models_go_to_the_likelihood_ratio(data, studied):
    with pytest.raises(BadInput, match="nested"):
        vuong(studied(data, u14="1"), studied(data))
    with pytest.raises(BadInput, match="correction"):
        vuong(studied(data), studied(data, u11="1 + noise"), "hqc")  # type: ignore[arg-type]


@pytest.mark.slow
def test_sizes_under_the_null(played, studied):
    """400 samples: noise is no part of the truth, so the ratio refuses 5 in 100, and so does the test of the variance where two
    noises are all that two models differ by. Bounds: three standard errors of a share."""
    rng, ratio, variance = np.random.default_rng(11), [], []
    for seed in range(400):
        data = played(300, seed).assign(other=rng.normal(size=300))
        small = studied(data)
        one, two = studied(data, u24="1 + balance + noise"), studied(data, u24="1 + balance + other")
        ratio.append(likelihood_ratio(small, one).p)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Indistinguishable)
            variance.append(vuong(one, two).p_variance)
    for found in (ratio, variance):
        assert np.mean(np.array(found) < 0.05) == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 400))
        assert np.mean(np.array(found) < 0.5) == pytest.approx(0.5, abs=3 * 0.5 / 20)
