"""The whole of testing on a scenario file: solved games against the closed form of the bluffing game."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from detente.explore import draw
from detente.explore import test as run
from detente.explore.study import study_of
from detente.scenario import read_scenario

CRISIS = Path(__file__).parents[1] / "scenario" / "crisis.yaml"


@pytest.fixture(scope="module")
def findings():
    return run(read_scenario(CRISIS), draws=512)


def closed_form(d):
    """War and backing down without a policy: p < q* = 1/(1 + d) bluffing and calling, p > q* nobody resists."""
    bluffing = d["p"] < 1 / (1 + d["d"])
    war = np.where(bluffing, d["p"] / (1 + d["a"]), 0)
    return war, war * d["d"]


def test_shares_are_those_of_the_closed_form(findings):
    study = study_of(read_scenario(CRISIS))
    d = draw(study, 512).draws
    war, down = closed_form(d)
    by = {c.id: c for c in findings.claims}
    for name, margin in (("bluff", down - war - 0.01), ("meant", war - down - 0.01)):
        assert (
            np.abs(margin[np.abs(margin) < 1e-6]).size == 0
        )  # no draw on the border, so every draw must agree
        assert by[name].tally.n_decided == 512
        assert int(by[name].tally.held.sum()) == int((margin >= 0).sum())


def test_flips_are_those_of_the_closed_form(findings):
    # base p = 0.3, a = 0.5: p (d - 1)/(1 + a) = 0.01 at d = 1.05; p = 1/(1 + d) at d = 7/3
    by = {c.id: c for c in findings.claims}
    assert [(f.parameter, round(f.at, 2)) for f in by["bluff"].flips] == [("d", 1.05), ("d", 2.33)]
    assert [(f.parameter, round(f.at, 2)) for f in by["meant"].flips] == [("d", 0.95)]


def test_mirrored_claims_are_linked_and_never_hold_together(findings):
    by = {c["id"]: c for c in findings.record()["claims"]}
    assert by["bluff"]["swapped"] == "meant"
    assert by["bluff"]["share"] + by["meant"]["share"] <= 1


def test_law_is_shown_with_and_without(findings):
    (rule,) = findings.record()["law"]
    assert rule["id"] == "charter-2-4"
    assert rule["with"]["events"]["war"]["high"] == 0
    assert rule["without"]["events"]["war"]["mean"] > 0.05


def test_the_selection_names_the_equilibrium(findings):
    assert "principal branch" in findings.record()["selection"]


@pytest.mark.slow  # the brief has the same test
def test_two_workers_give_the_bytes_of_one(findings, tmp_path):
    other = run(read_scenario(CRISIS), draws=512, workers=2, out=tmp_path)
    assert json.dumps(other.record(), allow_nan=False) == json.dumps(findings.record(), allow_nan=False)
    again = run(read_scenario(CRISIS), draws=512, out=tmp_path, resume=True)
    assert json.dumps(again.record()) == json.dumps(other.record())


def test_a_study_pickles_without_what_was_compiled():
    study = study_of(read_scenario(CRISIS))
    before = len(pickle.dumps(study))
    study.evaluate(study.draws_at(study.base[None]), ["equilibrium"])
    assert len(pickle.dumps(study)) == before


def test_the_digest_changes_with_the_ranges_and_with_parts_switched_off():
    scenario = read_scenario(CRISIS)
    assert study_of(scenario).digest == study_of(read_scenario(CRISIS)).digest
    assert study_of(scenario).digest != study_of(scenario.without(["retreat"])).digest


def test_with_a_part_switched_off_testing_still_works():
    record = run(read_scenario(CRISIS).without(["audience"]), draws=64).record()
    assert all(c["verdict"] for c in record["claims"])
    assert all(f["parameter"] != "a" for c in record["claims"] for f in c["flips"])
