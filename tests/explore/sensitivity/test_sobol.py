"""Sobol' indices against closed forms, by both roads."""

from __future__ import annotations

from dataclasses import replace

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import ranges

from detente.errors import DataError
from detente.explore.sampling.designs import draw
from detente.explore.sensitivity.design import by_design
from detente.explore.sensitivity.sobol import from_draws


def curved(d, policy):
    """0.2 + 0.5 x1 + 0.3 x2^2 + 0.4 x1 x3: variances by hand in the test."""
    return {"level": 0.2 + 0.5 * d["x1"] + 0.3 * d["x2"] ** 2 + 0.4 * d["x1"] * d["x3"]}, {"A": d["x1"]}, 0


def study():
    return cf.study("curved", ranges(x1=(0, 1), x2=(0, 1), x3=(0, 1), x4=(0, 1)), [], [], curved)


# E over x3: slope of x1 is 0.5 + 0.2 = 0.7; E over x1: slope of x3 is 0.2; product of centred parts 0.4/12 squared
V1, V2, V3 = 0.7**2 / 12, 0.3**2 * (1 / 5 - 1 / 9), 0.2**2 / 12
V13 = 0.4**2 / 144
V = V1 + V2 + V3 + V13
FIRST = np.array([V1, V2, V3, 0]) / V
TOTAL = np.array([V1 + V13, V2, V3 + V13, 0]) / V


def test_indices_from_the_draws_of_a_run():
    d = draw(study(), 1024).draws
    x = np.column_stack([d[k] for k in d])
    found = from_draws(x, np.arange(1024), curved(d, "")[0]["level"])
    assert found.first == pytest.approx(FIRST, abs=0.01)
    assert found.total == pytest.approx(TOTAL, abs=0.01)
    assert found.explained > 0.99


def test_indices_from_a_design():
    found = by_design(study(), "level", n=1024)
    assert found.first == pytest.approx(FIRST, abs=0.03)
    assert found.total == pytest.approx(TOTAL, abs=0.03)


def test_noise_is_not_explained_and_a_constant_has_no_indices():
    rng = np.random.default_rng(0)
    x = rng.random((1024, 5))
    found = from_draws(x, np.arange(1024), rng.random(1024))
    assert found.explained < 0.05
    assert from_draws(x, np.arange(1024), np.full(1024, 0.3)) is None
    assert from_draws(x[:40], np.arange(40), x[:40, 0]) is None


def test_undecided_draws_are_left_out():
    d = draw(study(), 1024).draws
    x = np.column_stack([d[k] for k in d])
    y = curved(d, "")[0]["level"].copy()
    y[::7] = np.nan
    assert from_draws(x, np.arange(1024), y).first == pytest.approx(FIRST, abs=0.02)


def test_a_design_is_refused_where_constraints_make_parameters_dependent():
    with pytest.raises(DataError, match="independent"):
        by_design(replace(study(), admissible=lambda d: d["x1"] < d["x2"]), "level")
