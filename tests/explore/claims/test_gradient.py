"""Gradients of claims' margins against differences of the same game, for every kind of policy."""

from __future__ import annotations

import closed_forms as cf
import numpy as np
import pytest

from detente.explore.claims.probe import Probe, Slopes, drive
from detente.explore.study import study_of
from detente.scenario import read_scenario
from detente.scenario.evaluate import Evaluator
from detente.scenario.gradient import Gradient

H = 1e-4


@pytest.fixture(scope="module")
def talks():
    scenario = read_scenario("peace-talks")
    return study_of(scenario), Gradient(Evaluator(scenario))


def along(study, gradient, key, at, way):
    """Largest error of the derivative of everything under ``key`` along ``way``, against a central difference."""
    low, high = study.draws_at(at - H * way), study.draws_at(at + H * way)
    here = gradient(study.draws_at(at), [key], 20.0)
    below, above = (gradient(draws, [key], 20.0) for draws in (low, high))
    step = np.column_stack([(high[n] - low[n]) / (2 * H) for n in here.parameters[key]])
    worst = 0.0
    for kind in ("event", "value"):
        for name, by in getattr(here, f"{kind}_by")[key].items():
            want = (getattr(above, kind)[key][name] - getattr(below, kind)[key][name]) / (2 * H)
            worst = max(worst, float(np.abs((by * step).sum(axis=1) - want).max()))
    return worst


@pytest.mark.parametrize(
    "key",
    [
        "equilibrium", "press", "sudden_pressure", "sudden_concession", "refusal_seen", "acceptance_seen",
        "law:vclt-34:without", "equilibrium@likeness=0.4", "sudden_pressure@likeness=0.4",
    ],
)  # fmt: skip
def test_derivatives_of_every_kind_of_policy_agree_with_differences(talks, key):
    study, gradient = talks
    rng = np.random.default_rng(3)
    at = 0.1 + 0.8 * rng.random((3, len(study.varying)))
    way = rng.normal(size=len(study.varying))
    assert along(study, gradient, key, at, way / np.linalg.norm(way)) < 1e-6


def test_a_setting_does_not_move(talks):
    study, gradient = talks
    found = gradient(study.draws_at(study.base[None]), ["equilibrium@likeness=0.4", "equilibrium"], 20.0)
    assert "likeness" not in found.parameters["equilibrium@likeness=0.4"]
    assert "likeness" in found.parameters["equilibrium"]


def test_margins_move_in_range_units_as_their_own_differences_say(talks):
    study, _ = talks
    probe = Probe(study)
    rng = np.random.default_rng(5)
    at = 0.1 + 0.8 * rng.random((2, len(study.varying)))
    way = rng.normal(size=len(study.varying))
    way /= np.linalg.norm(way)
    checked = 0
    for claim in list(study.claims)[:6]:
        asked = [(claim, Slopes(z, 20.0)) for z in (at, at - H * way, at + H * way)]
        (margin, gradient), (below, _), (above, _) = probe.slopes(asked)
        if (
            np.isfinite(margin).all() and np.abs(above + below - 2 * margin).max() < 1e-5
        ):  # no kink in between
            assert gradient @ way == pytest.approx((above - below) / (2 * H), abs=1e-5)
            checked += 1
    assert checked >= 3


def test_a_closed_form_is_differenced_inside_the_ranges_and_only_where_it_depends_on_a_parameter():
    probe = Probe(cf.slope())
    ends = np.array([[1.0, 0.0, 1.0, 0.2], [0.3, 1.0, 0.0, 0.9]])

    def ask():
        return (yield Slopes(ends, 20.0))

    margin, gradient = drive(probe, {0: ("half", ask())})[0]
    assert margin == pytest.approx([0.3, 0.15])
    assert gradient == pytest.approx(np.tile([0.5, 0.3, 0.1, 0.0], (2, 1)), abs=1e-9)
    assert probe.met["half"].points <= 10
