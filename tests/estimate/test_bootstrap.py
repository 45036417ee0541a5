"""The bootstrap: weights are rows written out again, spread agrees with the covariance, failures are counted."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.errors import BadInput, DataError
from detente.estimate.bootstrap import FailedResamples, bootstrap


@pytest.fixture(scope="module")
def data(played):
    return played(300)


def test_a_resample_is_a_fit_of_rows_written_out(data, studied):
    whole = studied(data)
    drawn = np.random.default_rng(3).integers(0, 300, 300)
    top = whole.top_of(whole.part(np.bincount(drawn, minlength=300).astype(float)))
    again = studied(data.iloc[drawn].reset_index(drop=True))
    assert top.theta == pytest.approx(again.fit.top.theta, abs=1e-7)
    assert top.log_likelihood == pytest.approx(again.fit.log_likelihood)


def test_spread_is_that_of_the_sandwich(data, studied):
    whole, done = studied(data), []
    found = bootstrap(whole, 300, seed=1, progress=lambda k, of: done.append((k, of)))
    assert (done[0], done[-1], len(done)) == ((1, 300), (300, 300), 300)
    assert found.failed == 0
    assert found.draws.shape == (300, 4)
    robust = np.sqrt(np.diag(whole.fit.cov_params("sandwich")))
    assert np.array(list(found.bse.values())) == pytest.approx(robust, rel=0.2)
    assert np.abs(list(found.bias.values())).max() < 0.5 * robust.max()
    share = found.intervals("percentile", 0.9)["u11: distance"]
    assert share == pytest.approx(np.quantile(found.draws[:, 1], [0.05, 0.95]))
    low, high = found.intervals("normal")["u11: distance"]
    assert (low + high) / 2 == pytest.approx(whole.fit.params["u11: distance"])
    assert (high - low) / 2 == pytest.approx(1.959964 * found.bse["u11: distance"])


def test_the_seed_decides(data, studied):
    whole = studied(data)
    one, same, other = (bootstrap(whole, 10, seed=s).draws for s in (4, 4, 5))
    assert (one == same).all()
    assert not np.allclose(one, other)


def test_clusters_are_drawn_whole(data, studied):
    """Every row twice, each pair a cluster: by clusters the spread is that of the single rows, by rows it is too small."""
    double = data.loc[np.repeat(np.arange(300), 2)].reset_index(drop=True)
    double["pair"] = [f"{k:03}" for k in np.repeat(np.arange(300), 2)]  # in the order of the rows
    single, paired = studied(data), studied(double, {"clusters": "pair"})
    by_pair = bootstrap(paired, 40, seed=2)
    assert by_pair.units == 300
    assert by_pair.draws == pytest.approx(bootstrap(single, 40, seed=2).draws, abs=1e-6)
    by_row = bootstrap(paired, 40, seed=2, by="rows")
    assert by_row.units == 600
    assert by_row.bse["u11: distance"] < 0.85 * by_pair.bse["u11: distance"]


def test_failures_are_counted_and_told(data, studied):
    """A category of three rows is not drawn in one resample of twenty, or drawn with one outcome alone."""
    rare = data.assign(rare=0.0)
    rare.loc[[*rare.index[rare.what == "peace"][:1], *rare.index[rare.what == "war"][:2]], "rare"] = 1.0
    with pytest.warns(FailedResamples, match="no maximum"):
        found = bootstrap(studied(rare, u11="1 + distance + rare"), 60, seed=3)
    assert found.failed + len(found.draws) == 60
    assert found.failed > 3


def test_bad_input_is_named(data, studied):
    whole = studied(data)
    with pytest.raises(BadInput, match="resamples"):
        bootstrap(whole, 1)
    with pytest.raises(BadInput, match="without clusters"):
        bootstrap(whole, 5, by="clusters")
    with pytest.raises(BadInput, match="unit"):
        bootstrap(whole, 5, by="dyad")  # type: ignore[arg-type]
    found = bootstrap(whole, 3)
    with pytest.raises(BadInput, match="interval"):
        found.intervals("bca")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="level"):
        found.intervals(level=95)


def test_nothing_to_draw_from(data, studied, monkeypatch):
    whole = studied(data)
    monkeypatch.setattr(importlib.import_module("detente.estimate.study"), "MOST", 0)
    with pytest.raises(DataError, match="hardly a resample"):
        bootstrap(whole, 4)
