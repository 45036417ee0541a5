"""Scenarios that are solved: the parts of what is said of policies must agree with each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.explore import test as run
from detente.scenario import read_scenario

CRISIS = Path(__file__).parents[2] / "scenario" / "crisis.yaml"


@pytest.mark.parametrize(
    "name", [CRISIS, pytest.param("peace-talks", marks=pytest.mark.slow)], ids=["crisis", "peace-talks"]
)
def test_what_is_said_of_policies_agrees(name):
    record = run(read_scenario(name), draws=64, responses=64).record()
    rows = {p["id"]: p for p in [*record["policies"], record["equilibrium"]]}
    alone = [r for r in record["responses"] if r["to_actor"] is None]
    assert len(alone) == len(record["menus"])
    for r in alone:  # where nobody else announces anything, answers are the menu, and the draws are the same
        assert [a["policy"] for a in r["answers"]] == record["menus"][r["actor"]]
        for a in r["answers"]:
            regrets = rows[a["policy"]]["regret"].values()
            assert {"max": a["max_regret"], "mean": a["mean_regret"]} in [
                pytest.approx(x, abs=1e-8) for x in regrets
            ]
        never = {d["policy"] for d in record["dominated"] if d["actor"] == r["actor"]}
        assert never.isdisjoint(r["always"])
    for front in record["pareto"]:
        everybody = {*front["set"], *(d["policy"] for d in front["dominated"]), *front["not_compared"]}
        if front["among"] == "all players":
            assert everybody == {p for menu in record["menus"].values() for p in menu}
        else:
            assert everybody == set(record["menus"][front["among"]])
            for policy, scores in front["scores"].items():
                regrets = [
                    x
                    for x in rows[policy]["regret"].values()
                    if x["max"] == pytest.approx(scores["max_regret"])
                ]
                assert any(x["mean"] == pytest.approx(scores["mean_regret"]) for x in regrets)
    by_reading = {f["by"]: f for f in record["pareto"] if f["among"] == "all players"}
    for d in by_reading["every draw"]["dominated"]:  # who never loses does not lose on average, nor at worst
        one, other = rows[d["policy"]], rows[d["by"]]
        if one["certified"] == other["certified"] == 64:
            for player, value in one["values"].items():
                assert other["values"][player]["mean"] >= value["mean"] - 1e-7
                assert other["values"][player]["min"] >= value["min"] - 1e-7
    for m in record["mutual"]:
        assert all(0 < p["share"] <= 1 for p in m["pairs"])
        assert sum(p["share"] for p in m["pairs"]) + m["none"] >= 1 - 1e-9  # every draw has a pair or none
    for x in record["levers"]:
        for criterion, best in x["best"].items():
            sign = -1 if criterion.endswith("regret") else 1
            assert all(sign * point[criterion] <= sign * best["value"] + 1e-7 for point in x["curve"])
            assert all(
                sign * s[criterion] <= sign * best["listed_value"] + 1e-7 for s in x["listed"].values()
            )
            assert best["already"] == (sign * best["listed_value"] >= sign * best["value"] - 1e-7)
