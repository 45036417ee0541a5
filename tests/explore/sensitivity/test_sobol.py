"""Sobol' indices against closed forms, by both roads."""

from __future__ import annotations

from dataclasses import replace

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import ranges

from detente.errors import BadInput, DataError
from detente.explore import test as run
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


def test_a_design_has_intervals_that_hold_the_truth_and_the_same_every_time():
    one, two = (by_design(study(), "level", n=256, seed=4) for _ in range(2))
    assert (one.total_interval == two.total_interval).all()
    for truth, ends in ((FIRST, one.first_interval), (TOTAL, one.total_interval)):
        assert ((ends[:, 0] - 1e-9 <= truth) & (truth <= ends[:, 1] + 1e-9)).all()


def test_a_design_wants_a_power_of_two_and_names_that_there_are():
    with pytest.raises(BadInput, match="power of two"):
        by_design(study(), "level", n=100)
    with pytest.raises(BadInput, match="no such event"):
        by_design(study(), "levle")
    with pytest.raises(BadInput, match="no such policy"):
        by_design(study(), "level", policy="nothing")


def test_rows_of_a_design_without_a_solution_are_left_out_and_many_are_refused():
    def some_fail(d, policy):
        events, values, _ = curved(d, policy)
        return events, values, np.where(d["x4"] > 0.97, 1, 0)

    def many_fail(d, policy):
        events, values, _ = curved(d, policy)
        return events, values, np.where(d["x4"] > 0.7, 1, 0)

    made = replace(study(), evaluate=cf.Model(some_fail))
    assert by_design(made, "level", n=1024).total == pytest.approx(TOTAL, abs=0.04)
    with pytest.raises(DataError, match="certified"):
        by_design(replace(study(), evaluate=cf.Model(many_fail)), "level")


def test_findings_have_a_design_where_asked_for():
    record = run(study(), draws=64, indices_by_design=64).record()
    assert record["sensitivity_by_design"]["solved"] == 64 * 6
    rows = {row["parameter"]: row for row in record["sensitivity_by_design"]["indices"]}
    assert rows["x1"]["total"] == pytest.approx(TOTAL[0], abs=0.1)
    assert "sensitivity_by_design" not in run(study(), draws=64).record()


def test_dependent_parameters_have_shapley_effects_in_the_record():
    made = replace(study(), admissible=lambda d: d["x1"] < d["x2"])
    rows = run(made, draws=512).record()["sensitivity"]
    assert all(row["dependent"] for row in rows)
    assert sum(row["shapley"] for row in rows) == pytest.approx(1, abs=0.03)
    assert [row["shapley"] for row in rows] == sorted((row["shapley"] for row in rows), reverse=True)
    low, high = rows[0]["shapley_interval"]
    assert low <= rows[0]["shapley"] <= high
