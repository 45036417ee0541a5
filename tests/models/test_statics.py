"""Every model is a scenario too: its comparative statics, tested as claims, come to what its source predicts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from detente.explore import test as explore
from detente.explore.study import study_of
from detente.models import find, slugs
from detente.models.model import SCENARIO_KEYS
from detente.scenario import read_scenario, shipped
from detente.scenario.schema import SCENARIO_KEYS as KNOWN

DRAWS = 64


def test_keys_that_are_left_alone_are_the_scenarios():
    assert set(SCENARIO_KEYS) <= set(KNOWN)
    assert not set(slugs()) & set(shipped()), "one name, one thing"


@pytest.mark.parametrize("slug", slugs())
def test_a_model_is_a_scenario_of_its_own_name(slug: str):
    scenario, model = read_scenario(slug), find(slug)
    assert scenario.id == slug
    assert scenario.not_modelled
    assert len(scenario.claims) >= 2
    assert set(model.verdicts) == set(scenario.claims), "every claim has the verdict that the source predicts"


LONG = {"talks-without-defender", "seat-without-a-say"}  # seconds each


@pytest.mark.parametrize(
    "slug", [pytest.param(s, marks=pytest.mark.slow if s in LONG else ()) for s in slugs()]
)
def test_its_comparative_statics_come_out(slug: str):
    study = replace(
        study_of(read_scenario(slug)), selections=None
    )  # other equilibria have tests of their own
    found = explore(study, draws=DRAWS, search="quick", responses=0)
    assert {c["id"]: c["verdict"] for c in found.record()["claims"]} == dict(find(slug).verdicts)
