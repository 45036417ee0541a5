"""Draws of parameters from a fit: moments, correlations and shares of the estimator's own normal distribution."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

sys.path.insert(0, str(Path(__file__).parents[2] / "scenario"))

from fit_files import COVARIANCE, ESTIMATES, fitted, written

from detente.explore import test as run
from detente.explore.sampling.designs import draw, planned
from detente.explore.study import study_of
from detente.scenario import read_scenario

ROWS = np.array([[1, 0.4, 0, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 1, 0.4, np.log(0.4)]])


@pytest.mark.parametrize("design", ["sobol", "latin"])
def test_draws_have_the_moments_of_the_fit(tmp_path: Path, design: str) -> None:
    study = study_of(read_scenario(written(tmp_path, fitted())))
    block = draw(study, 8192, 3, planned(study, 8192, 3, design))
    drawn = np.array([block.draws[name] for name in ("u11", "u14", "u24")])
    covariance = ROWS @ COVARIANCE @ ROWS.T
    sd = np.sqrt(np.diag(covariance))
    assert drawn.mean(axis=1) == pytest.approx(ROWS @ ESTIMATES, abs=0.01 * sd.min())
    assert drawn.std(axis=1) == pytest.approx(sd, rel=0.01)  # cut off at 99.9 per cent: 0.6 per cent less
    correlation = covariance / np.outer(sd, sd)
    assert np.abs(correlation - np.eye(3)).max() > 0.2  # so that independent draws would not pass
    assert np.corrcoef(drawn) == pytest.approx(correlation, abs=0.02)
    gap = drawn[0] - drawn[1]  # a share that needs the two together
    mean, spread = np.array([1, -1, 0]) @ ROWS @ ESTIMATES, np.sqrt([1, -1, 0] @ covariance @ [1, -1, 0])
    assert (gap > 1.6).mean() == pytest.approx(stats.norm.sf((1.6 - mean) / spread), abs=0.01)


def test_the_ends_cut_each_parameter_where_it_is_told(tmp_path: Path) -> None:
    study = study_of(read_scenario(written(tmp_path, fitted(more=", coverage: 0.9"))))
    block = draw(study, 4096, 3, planned(study, 4096, 3, "sobol"))
    for r in study.varying:
        assert block.draws[r.name].min() >= r.low
        assert block.draws[r.name].max() <= r.high
        cut = stats.truncnorm(-1.644854, 1.644854, loc=r.base, scale=r.parameter.shape[1])
        assert block.draws[r.name].std() == pytest.approx(cut.std(), rel=0.01)


def test_the_study_knows_its_fit(tmp_path: Path) -> None:
    path = written(tmp_path, fitted())
    first = study_of(read_scenario(path)).digest
    text = (tmp_path / "wars.json").read_text(encoding="utf-8")
    (tmp_path / "wars.json").write_text(text.replace('"estimate": 0.2', '"estimate": 0.21'), encoding="utf-8")
    assert study_of(read_scenario(path)).digest != first


def test_a_claim_is_tested_over_it(tmp_path: Path) -> None:
    """At precision 1 it goes on more often than not where going on is worth more: a share in closed form, to the draw."""
    scenario = read_scenario(written(tmp_path, fitted()))
    found = run(scenario, draws=256, search="quick")
    study = study_of(scenario)
    d = draw(study, 256, scenario.seed).draws
    wanted = (d["u14"] / (1 + np.exp(-d["u24"])) > d["u11"]).mean()
    assert found.claims[0].tally.share == wanted
    assert "with rank correlations of u11 and u14" in found.measure
    assert "3 normal cut off at the ends" in found.measure
