"""A fit as a file: what its terms are made of is what was fitted, and a scenario reads the same numbers out of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.errors import BadInput
from detente.estimate import fit
from detente.estimate.keep import fit_record, save_fit
from detente.models import find

SLUG = "strategic-probit-12"
NAMES = {"peace": "stop", "given": "go_on > give_in", "war": "go_on > resist"}


def fitted(data, **options):
    formulas = {
        "u11": "1 + distance",
        "u13": 0.0,
        "u14": "1",
        "u24": "1 + balance + C(kind) + balance:C(kind)",
    }
    return fit(find(SLUG).game, data, formulas, outcome="what", outcomes=NAMES, **options)


def test_every_term_is_told_as_it_was_fitted(played) -> None:
    data = played(400)
    data["near"] = np.exp(data.distance)
    data["odd name"] = data.balance * 2
    formulas = {
        "u11": "1 + log(near) + scale(noise)", "u13": 0.0, "u14": "0 + C(kind)",
        "u24": "1 + `odd name` + kind:distance + abs(noise)",
    }  # fmt: skip
    found = fit(find(SLUG).game, data, formulas, outcome="what", outcomes=NAMES)
    told = fit_record(found, SLUG, data, outcome="what")
    design = told["design"]
    assert design["u11: (Intercept)"] == []
    assert design["u11: log(near)"] == [{"column": "near", "function": "log"}]
    assert design["u11: scale(noise)"] is None  # needs the mean and the deviation of the data
    assert design["u14: kind[b]"] == [{"column": "kind", "level": "b"}]
    assert design["u24: odd name"] == [{"column": "odd name"}]
    assert design["u24: kind[b]:distance"] == [{"column": "kind", "level": "b"}, {"column": "distance"}]
    assert design["u24: abs(noise)"] == [{"column": "noise", "function": "abs"}]
    assert told["columns"]["kind"] == {"levels": ["a", "b", "c"]}
    assert told["columns"]["near"]["low"] == pytest.approx(data.near.min())
    assert told["held"] == {"u13": 0.0}
    assert told["precision"] == 1.0
    json.dumps(told, allow_nan=False)


def test_a_column_that_is_category_and_number(played) -> None:
    data = played(400)
    data["level"] = (data.index % 3).astype(float)
    found = fit(find(SLUG).game, data, {"u11": "1 + C(level)", "u13": 0.0, "u14": -0.5, "u24": "1 + level"},
                outcome="what", outcomes=NAMES)  # fmt: skip
    told = fit_record(found, SLUG, data, outcome="what")
    wanted = [{"column": "level", "level": "2"}]
    assert wanted in told["design"].values()
    assert told["columns"]["level"] == {"low": 0.0, "high": 2.0, "levels": ["0", "1", "2"]}


@pytest.mark.parametrize(
    "options", [{"link": "probit"}, {"link": "probit", "errors": "private"}], ids=["probit", "private"]
)
def test_other_errors_have_no_precision(played, options) -> None:
    data = played(400)
    assert fit_record(fitted(data, **options), SLUG, data, outcome="what")["precision"] is None


def test_the_same_data_give_the_same_file(played, tmp_path: Path) -> None:
    data = played(400)
    for name in ("one.json", "two.json"):
        save_fit(fitted(data), tmp_path / name, game=SLUG, data=data, outcome="what")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    with pytest.raises(BadInput, match=r"ends in \.json"):
        save_fit(fitted(data), tmp_path / "one.csv", game=SLUG, data=data, outcome="what")


def test_a_scenario_reads_the_prediction_of_the_fit_out_of_it(played, tmp_path: Path) -> None:
    """At the estimates the scenario, solved, gives the probabilities that the fit predicts at the profile."""
    from detente.scenario import Evaluator, read_scenario, scenario_path

    data = played(400)
    found = fitted(data, precision=0.8)
    save_fit(found, tmp_path / "wars.json", game=SLUG, data=data, outcome="what")
    text = scenario_path(SLUG).read_text(encoding="utf-8")
    head, rest = text.split("parameters:\n", 1)
    parameters = """parameters:
  u11: {range: {fit: wars.json, at: {distance: 0.7}}}
  u13: 0
  u14: {range: {fit: wars.json}}
  u24: {range: {fit: wars.json, at: {balance: 0.25, kind: c}}}
  lam: 0.8
"""
    rest = rest[rest.index("moves:\n") : rest.index("claims:\n")]
    head = head.replace(head[head.index("model:\n") : head.index("precision: lam\n")], "")
    (tmp_path / "scenario.yaml").write_text(head + parameters + rest, encoding="utf-8")
    scenario = read_scenario(tmp_path / "scenario.yaml")
    solved = Evaluator(scenario).evaluate({}, ["equilibrium"]).event["equilibrium"]
    wanted = found.predict({"distance": [0.7], "balance": [0.25], "kind": ["c"], "what": ["peace"]})
    assert float(solved["stops"][0]) == pytest.approx(wanted["stop"][0], abs=1e-9)
    assert float(solved["resisted"][0]) == pytest.approx(wanted["go_on > resist"][0], abs=1e-9)
