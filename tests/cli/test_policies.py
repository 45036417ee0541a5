"""Policies on the terminal."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from detente.cli.policies import lines, show
from detente.explore import test as run
from detente.scenario import read_scenario

CRISIS = Path(__file__).parents[1] / "scenario" / "crisis.yaml"


def test_a_row_for_each_policy_of_each_actor_and_a_sentence_for_each_finding():
    body = run(read_scenario(CRISIS), draws=64).record()
    out = io.StringIO()
    show(Console(file=out, width=160), body)
    text = out.getvalue()
    for actor, menu in body["menus"].items():
        assert actor in text
        for policy in menu:
            assert (policy if policy != "equilibrium" else "announce nothing") in text
    assert "never better than last_fight" in text
    told = list(lines(body))
    assert any("No player is ever worse off with costly than with announce nothing" in line for line in told)
    assert any("best against each other" in line and "as often: 3 other pairs" in line for line in told)


def test_nothing_is_shown_where_nobody_has_a_menu():
    out = io.StringIO()
    show(Console(file=out), {"pareto": [], "mutual": [], "levers": []})
    assert out.getvalue() == ""


def test_a_level_that_is_better_than_all_that_is_listed_is_said():
    best = {"level": {"share": 0.6666}, "value": 0.6667, "already": False, "listed": "a", "listed_value": 1.0}
    row = {"actor": "A", "between": ["a", "b"], "policy": None, "reason": None, "best": {"max_regret": best}}
    (line,) = lines({"levers": [row]})
    assert (
        line
        == "A: a mix of a and b at share 0.667 has the best largest regret, 0.667; of what is listed, a has 1."
    )
    (line,) = lines({"levers": [{**row, "best": {"max_regret": {**best, "already": True}}}]})
    assert line == "A: by no criterion is a mix of a and b better than what is listed."


def test_the_number_of_draws_for_answers_is_an_option(detente):
    ran = detente("test", str(CRISIS), "--draws", "64", "--responses", "0", "--json")
    assert ran.status == 0
    assert ran.json["responses"] == []
    assert detente("test", str(CRISIS), "--responses", "-1").status == 2
