"""Rival range sets: read, checked, put in place, written back."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from detente.errors import BadInput, GameError
from detente.scenario import (
    Scenario,
    assumptions,
    check_claims,
    read_scenario,
    scenario_from_text,
    scenario_text,
    write_scenario,
)
from detente.scenario.range_sets import crossed, witnesses

SETS = """
range_sets:
  hawk:
    title: Analyst A
    because: threats are mostly meant
    parameters:
      p: {range: [0.6, 0.9]}
      d: {triangular: [1, 2, 2.5], because: costs are high}
  dove:
    title: Analyst B
    parameters:
      p: {range: [0.05, 0.3], because: few want war}
      a: {value: 0.5, evidence: {source: survey, says: "0.5"}}
      w_l: {range: [-2, -1], because: war is worse}
"""


@pytest.fixture(scope="module")
def rivals(crisis_text: str) -> Scenario:
    return scenario_from_text(crisis_text + SETS)


def test_a_set_replaces_its_ranges_and_leaves_the_rest(rivals: Scenario) -> None:
    hawk, dove = rivals.with_ranges("hawk"), rivals.with_ranges("dove")
    assert (rivals.ranges, hawk.ranges, dove.ranges) == (None, "hawk", "dove")
    p, d = hawk.parameters["p"], hawk.parameters["d"]
    assert (p.low, p.base, p.high) == (0.6, 0.75, 0.9)
    assert p.because == "threats are mostly meant"
    assert (d.distribution, d.shape, d.because) == ("triangular", (2,), "costs are high")
    assert hawk.parameters["w_h"] == rivals.parameters["w_h"]
    a = dove.parameters["a"]
    assert (a.free, a.base, a.title, a.unit) == (
        False,
        0.5,
        "audience cost",
        "prize",
    )  # what it is called stays
    assert dove.parameters["w_l"].free  # a fixed number may get a range
    assert rivals.parameters["p"].low == 0.05
    rows = {row["name"]: row for row in assumptions(dove)}
    assert rows["a"]["origin"] == "citation"
    assert rows["p"]["because"] == "few want war"


def test_sets_replace_the_scenarios_own_ranges_not_one_anothers(rivals: Scenario) -> None:
    there = rivals.with_ranges("hawk").with_ranges("dove")
    assert there.game == rivals.with_ranges("dove").game
    assert there.parameters["d"].low == 0.2
    assert there.with_ranges(None).game == rivals.game
    assert rivals.with_ranges(None) is rivals


def test_parts_that_are_off_stay_off_in_either_order(rivals: Scenario) -> None:
    one, two = (
        rivals.without(["audience"]).with_ranges("hawk"),
        rivals.with_ranges("hawk").without(["audience"]),
    )
    for made in (one, two):
        assert made.off == ("audience",)
        assert "a" not in made.parameters
        assert made.parameters["p"].low == 0.6
    assert one.claims.keys() == two.claims.keys()


def test_witnesses_outside_the_new_ranges_are_left_out(rivals: Scenario) -> None:
    holds, fails = {"d": 2, "p": 0.1}, {"d": 0.5}
    assert witnesses(rivals)["bluff"] == (holds, fails)
    assert witnesses(rivals.with_ranges("hawk"))["bluff"] == ()
    assert witnesses(rivals.with_ranges("dove"))["bluff"] == (holds, fails)
    # they are put to the test with the scenario's own base values, for which they were written
    assert check_claims(rivals.with_ranges("hawk"), ["bluff"]) == check_claims(rivals, ["bluff"])


def test_one_range_of_another_set(rivals: Scenario) -> None:
    made = crossed(rivals, "hawk", "dove", ["p"])
    assert made.parameters["p"] == rivals.with_ranges("dove").parameters["p"]
    assert made.parameters["d"] == rivals.with_ranges("hawk").parameters["d"]
    assert made.parameters["a"] == rivals.parameters["a"]
    back = crossed(rivals, "hawk", "dove", ["d"])  # which the dove leaves as the scenario has it
    assert back.parameters["d"] == rivals.parameters["d"]
    assert crossed(rivals, None, "dove", ["a", "p", "w_l"]).game == rivals.with_ranges("dove").game


def test_it_pickles_and_compares(rivals: Scenario) -> None:
    again = pickle.loads(pickle.dumps(rivals.with_ranges("hawk")))
    assert again.parameters["p"].low == 0.6
    assert again.with_ranges("dove").parameters["p"].high == 0.3


def test_the_set_in_use_is_written_and_read_back(rivals: Scenario, tmp_path: Path) -> None:
    text = scenario_text(rivals.with_ranges("hawk"))
    assert text.startswith(rivals.text)
    assert "use_ranges: hawk" in text
    again = read_scenario(write_scenario(rivals.with_ranges("hawk"), tmp_path / "s.yaml"))
    assert again.ranges == "hawk"
    assert again.game == rivals.with_ranges("hawk").game
    assert "use_ranges" not in scenario_text(again.with_ranges(None))
    assert "use_ranges: dove" in scenario_text(again.with_ranges("dove"))
    assert scenario_text(rivals) == rivals.text


def test_a_correlation_with_a_parameter_that_a_set_fixes_goes_with_it(crisis_text: str) -> None:
    text = crisis_text + SETS + "correlated:\n  - {between: [p, a, d], rank: 0.4, because: one story}\n"
    scenario = scenario_from_text(text)
    assert len(scenario.game.correlated[0].pairs) == 3
    assert scenario.with_ranges("dove").game.correlated[0].between == ("p", "d")
    assert scenario.with_ranges("hawk").game.correlated[0].between == ("p", "a", "d")


@pytest.mark.parametrize(
    ("instead", "said", "line"),
    [
        (("      p: {range: [0.6, 0.9]}", "      pp: {range: [0.6, 0.9]}"), "no such parameter", "pp:"),
        (("      p: {range: [0.6, 0.9]}", "      q_star: 0.5"), "derived parameter follows", "q_star: 0.5"),
        (("      p: {range: [0.6, 0.9]}", "      p: {derived: a}"), "a range or a number", "p: {derived"),
        (("      p: {range: [0.6, 0.9]}", "      p: {range: [0.9, 0.6]}"), "upside down", "p: {range: [0.9"),
        (("      p: {range: [0.6, 0.9]}", "      p: {range: [0.6, 0.9], bse: 1}"), "no such key", "bse"),
        (("few want war}", "''}"), "nothing says why 'p'", "p: {range: [0.05, 0.3]"),
        (("{source: survey, says", "{source: survy, says"), "not listed under", "survy"),
        (("  hawk:", "  own:"), "cannot have this name", "  own:"),
        (("  hawk:", "  all:"), "cannot have this name", "  all:"),
        (("title: Analyst A", "titel: Analyst A"), "no such key", "titel"),
        (("[0.6, 0.9]", "[-0.6, -0.5]"), "with these ranges", "  hawk:"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    crisis_text: str, instead: tuple[str, str], said: str, line: str
) -> None:
    text = crisis_text + SETS.replace(*instead, 1)
    assert text != crisis_text + SETS
    with pytest.raises(BadInput, match=said) as told:
        scenario_from_text(text)
    assert line in text.splitlines()[(told.value.where.line or 0) - 1]


def test_a_precision_stays_above_0(crisis_text: str) -> None:
    text = (
        crisis_text
        + "precision: lambda\n"
        + SETS.replace("p: {range: [0.6, 0.9]}", "lambda: {range: [0, 1]}")
    )
    with pytest.raises(GameError, match="a precision is above 0"):
        scenario_from_text(text)


def test_a_set_that_breaks_a_constraint_at_its_base_is_told(crisis_text: str) -> None:
    with pytest.raises(GameError, match="with these ranges: the base values break this constraint"):
        scenario_from_text(crisis_text + "constraints: [p < 0.7]\n" + SETS)


def test_names_that_there_are_not(rivals: Scenario, crisis_text: str) -> None:
    with pytest.raises(GameError, match=r"no such range set.*Did you mean 'hawk'"):
        rivals.with_ranges("hawks")
    with pytest.raises(GameError, match="no such range set"):
        scenario_from_text(crisis_text + SETS + "use_ranges: hawks\n")


def test_a_correlation_in_a_scenario_says_where_it_comes_from(crisis_text: str) -> None:
    with pytest.raises(GameError, match="correlation of p and a says nothing of its origin"):
        scenario_from_text(crisis_text + "correlated:\n  - {between: [p, a], rank: 0.4}\n")
    with pytest.raises(GameError, match="no such source"):
        scenario_from_text(
            crisis_text + "correlated:\n  - {between: [p, a], rank: 0.4, evidence: {source: x, says: y}}\n"
        )
