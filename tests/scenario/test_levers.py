"""Levers, what is enough, and mixes between listed policies: as they stand in a file, and as games that are solved."""

from __future__ import annotations

import numpy as np
import pytest

from detente.errors import GameError
from detente.explore import draw
from detente.explore import test as run
from detente.explore.study import study_of
from detente.scenario import Evaluator, scenario_from_text
from detente.scenario.mixture import with_mixtures

# The inspector announces how often it inspects. Who cheats unseen gains `gain`, who is caught loses 1.
TEXT = """
scenario: inspection
players: {I: inspector, C: cheat}
parameters:
  gain: {range: [0.1, 0.9], base: 0.5, because: unknown}
  cost: {range: [0.05, 0.2], base: 0.1, because: unknown}
  often: {value: 0.7, because: a choice}
  harm: {value: 1, because: the unit}
moves:
  - {move: look, by: I, options: [inspect, rest], hidden_from: [C]}
  - {move: act, by: C, options: [cheat, keep]}
payoffs:
  I:
    effort: {worth: -cost, when: look == inspect}
    harm: {worth: -harm, when: act == cheat and look == rest}
  C:
    gain: {worth: gain, when: act == cheat and look == rest}
    caught: {worth: -1, when: act == cheat and look == inspect}
events:
  cheated: act == cheat
roles:
  guard: {title: the guard, player: I}
enough: {guard: -cost - 0.05, C: 0.1}
policies:
  always: {actor: guard, kind: commit, title: always inspect, play: {look: inspect}}
  never: {actor: guard, kind: commit, title: never inspect, play: {look: rest}}
  some:
    {actor: guard, kind: commit, title: now and then, play: {look: {inspect: often, rest: 1 - often}}, levers: {often: [0, 1]}}
  fixed: {actor: guard, kind: commit, title: one time in four, play: {look: {inspect: 0.25, rest: 0.75}}}
  tired: {actor: guard, kind: commit, title: never inspect and pay nothing, play: {look: rest}, parameters: {cost: 0.05}}
  surprise: {actor: guard, kind: deviate, title: inspect by surprise, play: {look: inspect}}
events_of_interest: [cheated]
"""


@pytest.fixture(scope="module")
def scenario():
    return scenario_from_text(TEXT)


def test_levers_and_what_is_enough_are_read(scenario):
    assert scenario.policies["some"].levers == {"often": (0.0, 1.0)}
    assert scenario.policies["always"].levers == {}
    assert {p: f.text for p, f in scenario.enough.items()} == {"I": "-cost - 0.05", "C": "0.1"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "levers: {often: [0, 1]}",
            "levers: {oftn: [0, 1]}",
            "no such parameter to choose.*Did you mean 'often'",
        ),
        ("levers: {often: [0, 1]}", "levers: {often: [1, 0]}", "from a lower to a higher number"),
        ("levers: {often: [0, 1]}", "levers: {often: [0, 1, 2]}", "from a lower to a higher number"),
        ("levers: {often: [0, 1]}", "levers: {often: [0]}", "from a lower to a higher number"),
        ("levers: {often: [0, 1]}", "levers: {often: [0, .inf]}", "a number"),
        (
            "levers: {often: [0, 1]}",
            "levers: [often]",
            "from a lower to a higher number",
        ),  # it has no range of its own
        ("levers: {often: [0, 1]}", "lever: {often: [0, 1]}", "no such key"),
        ("levers: {often: [0, 1]}", "levers: often", "another kind is expected"),
        ("parameters: {cost: 0.05}", "parameters: {cost: 0.05}, levers: [cost]", "sets the parameter itself"),
        ("title: inspect by surprise,", "title: inspect by surprise, levers: [cost],", "has no levers"),
        (
            "enough: {guard: -cost - 0.05, C: 0.1}",
            "enough: {guards: 1}",
            "nobody in the game.*Did you mean 'guard'",
        ),
        ("enough: {guard: -cost - 0.05, C: 0.1}", "enough: {guard: 1, I: 2}", "said twice"),
        ("enough: {guard: -cost - 0.05, C: 0.1}", "enough: {guard: cots}", "cots"),
        ("enough: {guard: -cost - 0.05, C: 0.1}", "enough: {guard: look}", "look"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old, new, problem):
    assert old in TEXT
    with pytest.raises(GameError, match=problem) as told:
        scenario_from_text(TEXT.replace(old, new))
    assert told.value.where.line is not None


def test_a_lever_without_ends_has_those_of_the_parameters_range():
    one, two = (TEXT.replace("levers: {often: [0, 1]}", f"levers: {new}") for new in ("[cost]", "{cost: }"))
    assert scenario_from_text(one).policies["some"].levers == {"cost": (0.05, 0.2)}
    assert scenario_from_text(two).policies["some"].levers == {"cost": (0.05, 0.2)}


def test_mixes_are_those_of_policies_that_fix_the_same_moves_and_set_the_same(scenario):
    extended, mixes = with_mixtures(scenario)
    assert [(m.first, m.second) for m in mixes] == [("always", "never")]
    assert set(extended.policies) - set(scenario.policies) == {mixes[0].policy.id}
    assert "mix_share" in extended.game.base
    assert "mix_share" not in scenario.game.base


def test_a_mix_is_the_game_with_that_lottery_written_out(scenario):
    extended, (mix,) = with_mixtures(scenario)
    draws = draw(study_of(scenario), 32).draws
    ours = Evaluator(extended).evaluate({**draws, mix.share: np.full(32, 0.25)}, [mix.policy.id])
    written = Evaluator(scenario).evaluate(draws, ["fixed"])
    for player in "IC":
        assert ours.value[mix.policy.id][player] == pytest.approx(written.value["fixed"][player], abs=1e-9)


def test_the_names_of_a_mix_give_way_to_those_of_the_scenario():
    text = TEXT.replace("  harm: {value: 1", "  mix_share: {value: 1, because: x}\n  harm: {value: 1")
    text = text.replace("  fixed:", "  mix_always_never:")
    extended, mixes = with_mixtures(scenario_from_text(text))
    assert [(m.share, m.policy.id) for m in mixes] == [("mix_share_", "mix_always_never_")]
    assert extended.policies["mix_always_never"].title == "one time in four"


def test_how_often_to_inspect_is_found(scenario):
    # C cheats where gain (1 - q) > q. At the share q >= 1/(1 + 1/gain) it keeps, and I has -cost q: so the least q that
    # deters the highest gain, 0.9/1.9 = 0.474, has the best worst payoff, -0.2 x 0.474; below it I has near -(1 - q)
    record = run(scenario, draws=128).record()
    mix, some = sorted(record["levers"], key=lambda x: x["policy"] or "")
    assert mix["between"] == ["always", "never"]
    assert some["policy"] == "some"
    assert some["actor"] == "guard"
    for row in (mix, some):
        best = row["best"]["worst_value"]
        (q,) = best["level"].values()
        assert 0.9 / 1.9 - 0.03 <= q <= 0.9 / 1.9 + 0.04
        assert best["value"] == pytest.approx(-0.2 * q, abs=0.005)
        assert not best["already"]
        # enough is -cost - 0.05: always inspecting gives it in every draw, and so does whatever deters
        assert row["best"]["satisficing"]["value"] == 1
    assert [p["level"] for p in some["curve"]] != []
    for a, b in zip(mix["curve"], some["curve"], strict=False):
        if list(a["level"].values()) == list(b["level"].values()) and 0 < a["level"]["share"] < 1:
            assert a["mean"] == pytest.approx(b["mean"], abs=1e-8)  # the same lottery, written in two ways


def test_a_part_that_is_off_is_known_to_what_is_enough():
    text = TEXT + "parts:\n  pay: {title: pay, off: {parameters: {cost: 0}}}\n"
    off = scenario_from_text(text).without(["pay"])
    assert off.enough["I"].value({}) == pytest.approx(-0.05)


TWO = TEXT.replace(
    "events_of_interest",
    """  stern: {actor: C, kind: commit, title: never cheat, play: {act: keep}}
  dear: {actor: C, kind: commit, title: make inspection dear, parameters: {cost: 0.2}}
events_of_interest""",
)


def test_answers_in_a_solved_game():
    record = run(scenario_from_text(TWO), draws=64).record()
    rows = {(r["actor"], r["to"]): r for r in record["responses"]}
    stern = rows["guard", "stern"]  # where C keeps anyway, to inspect costs and brings nothing
    answers = {a["policy"]: a for a in stern["answers"]}
    assert stern["to_actor"] == "C"
    assert stern["always"] == ["equilibrium", "never", "tired"]
    assert answers["always"]["best"] == 0
    assert answers["always"]["mean_regret"] == pytest.approx(-answers["always"]["mean"])
    assert answers["fixed"]["mean"] == pytest.approx(answers["always"]["mean"] / 4, abs=1e-8)
    dear = rows["guard", "dear"]
    assert list(dear["skipped"]) == ["tired"]
    assert "both set the parameter cost" in dear["skipped"]["tired"]
    assert {a["policy"] for a in dear["answers"]} == {"equilibrium", "always", "never", "some", "fixed"}
    always = rows["C", "always"]  # who is sure to be caught keeps
    assert {a["policy"]: a["best"] for a in always["answers"]} == {"equilibrium": 1, "stern": 1, "dear": 1}
    (table,) = record["mutual"]
    shares = {tuple(p["policies"]): p["share"] for p in table["pairs"]}
    # the announced mix of equilibrium play is no answer that C can better, nor can it be bettered by a sure inspection
    assert ("never", "stern") not in shares  # to never inspecting, C's answer is to cheat
    assert ("always", "stern") not in shares
