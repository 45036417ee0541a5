"""Keys of what is solved: settings, policies together, and what is refused."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from detente.errors import GameError
from detente.game.unfold import unfold
from detente.scenario import Evaluator, Scenario, scenario_from_text
from detente.scenario.conduct import Conduct, Read, read_key, with_settings

DRAWS = {
    "p": np.array([0.1, 0.3, 0.5, 0.8]), "a": np.array([0.2, 0.5, 0.7, 0.4]), "d": np.array([0.4, 1.0, 2.0, 1.5])
}  # fmt: skip


def test_a_key_is_taken_apart_and_spelt_in_one_way() -> None:
    assert read_key("press") == Conduct(("press",))
    assert read_key("a+b@y=1e-3,x=2").key == "a+b@x=2,y=0.001"
    assert read_key("law:charter-2-4:with@x=-.5").base == "law:charter-2-4:with"
    large = read_key("a@x=1e+300")
    assert large.of == ("a",)
    assert read_key(large.key) == large
    assert read_key("a@x=1").but("x", 3.0).but("y", 0.1).key == "a@x=1,y=0.1"


@pytest.mark.parametrize(
    "key",
    ["", "@x=1", "a@", "a@x", "a@x=", "a@x=one", "a@x=nan", "a@x=inf", "a@x=1e999", "a@x=1,x=2", "a@x=1,", "a+", "+a",
     "a+a", "a@x=1_000", "a@x= 1", "a@x=1@y=2", "a@=1", "a" * 5000],
)  # fmt: skip
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(GameError) as error:
        read_key(key)
    assert error.value.found is not None
    assert error.value.allowed


@pytest.mark.parametrize(
    "policy", ["equilibrium", "rule", "half", "seen", "surprise", "costly", "law:charter-2-4:with"]
)
def test_settings_are_the_same_game_at_replaced_columns(evaluator: Evaluator, policy: str) -> None:
    key = f"{policy}@d=0.7,a=0.35"
    found = evaluator.evaluate(DRAWS, [key, policy])
    n = len(DRAWS["p"])
    plain = evaluator.evaluate({**DRAWS, "d": np.full(n, 0.7), "a": np.full(n, 0.35)}, [policy])
    for event, column in plain.event[policy].items():
        np.testing.assert_array_equal(found.event[key][event], column)
    for player, column in plain.value[policy].items():
        np.testing.assert_array_equal(found.value[key][player], column)
    np.testing.assert_array_equal(found.status[key], plain.status[policy])
    assert not np.array_equal(found.value[key]["B"], found.value[policy]["B"]) or policy.startswith("law")


def test_settings_work_without_draws_and_share_the_tree(evaluator: Evaluator) -> None:
    found = evaluator.evaluate(None, ["rule@p=0.6", "rule"])
    assert found.event["rule@p=0.6"]["resolved"] == pytest.approx(0.6)
    assert found.event["rule"]["resolved"] == pytest.approx(0.3)
    assert evaluator.tree("rule@p=0.6") is evaluator.tree("rule")
    assert evaluator.tree("seen@p=0.6") is evaluator.tree()


def test_a_change_reads_the_value_before_it(evaluator: Evaluator) -> None:
    """`costly` sets a to a + 0.1: with a set to 0.35 the game is played at 0.45."""
    found = evaluator.evaluate(DRAWS, ["costly@a=0.35", "equilibrium@a=0.45"])
    for event in ("war", "backs_down"):
        np.testing.assert_array_equal(
            found.event["costly@a=0.35"][event], found.event["equilibrium@a=0.45"][event]
        )


def test_derived_parameters_follow(crisis_text: str) -> None:
    text = crisis_text.replace("war: {worth: -d, when", "war: {worth: 1 - 1 / q_star, when")
    found = Evaluator(scenario_from_text(text)).evaluate(DRAWS, ["equilibrium@d=0.7"])
    plain = Evaluator(scenario_from_text(crisis_text)).evaluate(DRAWS, ["equilibrium@d=0.7"])
    np.testing.assert_allclose(
        found.value["equilibrium@d=0.7"]["B"], plain.value["equilibrium@d=0.7"]["B"], atol=1e-9
    )


def test_a_precision_can_be_set(crisis_text: str) -> None:
    text = crisis_text + "precision: lambda\n"
    evaluator = Evaluator(scenario_from_text(text))
    found = evaluator.evaluate({"lambda": np.array([5.0, 50.0])}, ["equilibrium@lambda=50", "equilibrium"])
    war = found.event["equilibrium@lambda=50"]["war"]
    assert war[0] == war[1] == found.event["equilibrium"]["war"][1] != found.event["equilibrium"]["war"][0]


def test_two_announced_policies_together_are_one_game(crisis: Scenario, evaluator: Evaluator) -> None:
    """`rule`: A challenges always; `firm`: B resists always. What is left is A's last move, solved by hand."""
    for key in ("rule+firm", "firm+rule"):
        found = evaluator.evaluate(DRAWS, [key])
        fights = (
            np.where(-DRAWS["a"] < 0.2, 1.0, 0.0) * DRAWS["p"]
        )  # resolved: war is worth 0.2; unresolved: -1
        np.testing.assert_allclose(found.event[key]["war"], fights, atol=1e-7)
        np.testing.assert_allclose(found.value[key]["B"], (1 - fights) - DRAWS["d"] * fights, atol=1e-6)
    together = evaluator.evaluate(None, ["rule+firm@p=0.9"])
    assert together.event["rule+firm@p=0.9"]["war"] == pytest.approx(0.9, abs=1e-7)
    assert evaluator.tree("rule+firm").n_nodes < evaluator.tree("rule").n_nodes < unfold(crisis.game).n_nodes


@pytest.mark.parametrize(
    ("key", "words", "nearest"),
    [
        ("rules@p=0.5", "no such policy", "rule"),
        ("rule@pp=0.5", "no such parameter", None),
        ("rule@q_star=0.5", "derived parameter", None),
        ("rule@lamda=5", "no such parameter", "lambda"),
        ("rule+surprise", "kind commit", None),
        ("firm+seen", "kind commit", None),
        ("rule+last_fight", "both policies of A", None),
        ("firm+half", "both policies of B", None),
        ("equilibrium+firm", "only commit policies", None),
        ("law:charter-2-4:with+firm", "only commit policies", None),
        ("rule+nobody", "no such policy", None),
    ],
)
def test_a_key_that_cannot_be_solved_is_one_error(
    evaluator: Evaluator, key: str, words: str, nearest: str | None
) -> None:
    with pytest.raises(GameError, match=words) as error:
        evaluator.evaluate(DRAWS, [key])
    assert error.value.where.field
    assert error.value.found
    assert error.value.allowed
    if nearest:
        assert error.value.nearest == nearest


def test_policies_that_change_the_same_thing_do_not_hold_together(crisis_text: str) -> None:
    text = crisis_text.replace(
        "  last_fight:",
        "  dear: {actor: threatened, kind: commit, title: t, parameters: {a: 0.9}}\n"
        "  told: {actor: B, kind: commit, title: t, play: {nature: rain}}\n"
        "  said: {actor: A, kind: commit, title: t, play: {nature: rain}}\n"
        "  last_fight:",
    ).replace("moves:\n", "moves:\n  - {move: nature, by: chance, options: {rain: 0.5, sun: 0.5}}\n", 1)
    evaluator = Evaluator(scenario_from_text(text))
    for key, words in (
        ("costly+dear", "both set the parameter a"),
        ("told+said", "both fix the move nature"),
    ):
        with pytest.raises(GameError, match=words) as error:
            evaluator.evaluate(None, [key])
        assert error.value.found == key
        assert error.value.where.file is None


def test_keys_among_quantities_are_solved(evaluator: Evaluator) -> None:
    from detente.scenario import Quantity

    asked = [Quantity("P", "war", "rule@p=0.6"), Quantity("value", "B", "rule+firm")]
    found = evaluator.evaluate(DRAWS, quantities=asked)
    assert set(found.status) == {"rule@p=0.6", "rule+firm"}
    assert set(found.event["rule@p=0.6"]) == {"war"}
    assert set(found.event["rule+firm"]) == set()


def linear(draws: dict[str, np.ndarray], policies: list[str]) -> Read:
    out = Read()
    for policy in policies:
        y = draws["x"] + (draws["z"] if policy == "push" else 0)
        out.event[policy], out.value[policy] = {"hit": y}, {"A": -y}
        out.status[policy] = np.zeros(len(y), np.int8)
    return out


def test_a_closed_form_can_be_made_to_understand_settings() -> None:
    evaluate = pickle.loads(pickle.dumps(with_settings(linear)))
    draws = {"x": np.array([0.1, 0.2]), "z": np.array([1.0, 2.0])}
    found = evaluate(draws, ["push", "push@z=5", "equilibrium@x=0,z=9"])
    assert found.event["push"]["hit"] == pytest.approx([1.1, 2.2])
    assert found.event["push@z=5"]["hit"] == pytest.approx([5.1, 5.2])
    assert found.value["equilibrium@x=0,z=9"]["A"] == pytest.approx([0, 0])
    assert draws["x"] == pytest.approx([0.1, 0.2])
    with pytest.raises(GameError, match="no such parameter"):
        evaluate(draws, ["push@w=1"])
