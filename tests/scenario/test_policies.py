"""Three meanings of a policy, by two roads: the closed form of the bluffing game and the solver."""

from __future__ import annotations

import numpy as np
import pytest

from detente.scenario import REASONS, Evaluator, Scenario, scenario_from_text
from detente.scenario.evaluate import evaluate


def test_worked_numbers_of_the_three_meanings(evaluator: Evaluator) -> None:
    """Event war, option challenge, p = .3, a = .5, d = 1: given 1/3, deviate 1/5, commit 3/10."""
    found = evaluator.evaluate(None, ["seen", "surprise", "rule"])
    war = {policy: float(found.event[policy]["war"][0]) for policy in found.event}
    assert war["seen"] == pytest.approx(1 / 3, abs=1e-9)
    assert war["surprise"] == pytest.approx(1 / 5, abs=1e-9)
    assert war["rule"] == pytest.approx(3 / 10, abs=1e-9)


@pytest.fixture(scope="module")
def draws() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    n = 300
    d = rng.uniform(0.2, 2.5, n)
    p = rng.uniform(0.05, 0.9, n)
    near = np.abs(p - 1 / (1 + d)) < 0.02  # at p = q* the equilibrium jumps
    p = np.where(near, p / 2, p)
    return {"p": p, "a": rng.uniform(0.1, 0.9, n), "d": d, "w_h": rng.uniform(0.01, 0.5, n)}


def test_policies_equal_the_closed_form_at_every_draw(
    evaluator: Evaluator, draws: dict[str, np.ndarray]
) -> None:
    p, a, d, w = (draws[k] for k in ("p", "a", "d", "w_h"))
    bluffed = p < 1 / (1 + d)
    r = np.where(bluffed, 1 / (1 + a), 0.0)  # P(resist)
    challenge = np.where(bluffed, p * (1 + d), 1.0)
    expected = {
        "equilibrium": (challenge, p * r),
        "surprise": (np.ones_like(p), p * r),
        "rule": (np.ones_like(p), np.where(bluffed, p, 0.0)),
        "seen": (np.ones_like(p), p * r / challenge),
        "firm": (p, p),
        "sudden_half": (challenge, p / 2),
    }
    found = evaluator.evaluate(draws, expected)
    for policy, (challenged, war) in expected.items():
        assert (found.status[policy] == 0).mean() > 0.97, policy
        good = found.status[policy] == 0
        np.testing.assert_allclose(
            found.event[policy]["challenged"][good], challenged[good], atol=2e-6, err_msg=policy
        )
        np.testing.assert_allclose(found.event[policy]["war"][good], war[good], atol=2e-6, err_msg=policy)
    good = found.status["surprise"] == 0
    # the challenger by surprise: resolved p (r w + 1 - r), unresolved (1 - p)(1 - r - r a)
    value = p * (r * w + 1 - r) + (1 - p) * (1 - r - r * a)
    np.testing.assert_allclose(found.value["surprise"]["A"][good], value[good], atol=2e-6)


def test_a_mix_of_options_is_announced(evaluator: Evaluator) -> None:
    """Resisted half the time at a = .5, d = 1: challenging pays for both types, and the resolved fight."""
    found = evaluator.evaluate(None, ["half"])
    assert found.event["half"]["challenged"][0] == pytest.approx(1)
    assert found.event["half"]["war"][0] == pytest.approx(0.15)
    assert found.value["half"]["A"][0] == pytest.approx(0.3 * (0.5 + 0.5 * 0.2) + 0.7 * (0.5 - 0.25))


def test_parameters_of_a_policy_count_in_derived_ones_and_in_the_solution(evaluator: Evaluator) -> None:
    """Audience cost .6 in place of .5: P(resist) = 1 / 1.6."""
    found = evaluator.evaluate(None, ["costly"])
    assert found.event["costly"]["war"][0] == pytest.approx(0.3 / 1.6, abs=1e-9)


def test_a_condition_limits_the_change_to_the_histories_that_meet_it(evaluator: Evaluator) -> None:
    """If the unresolved cannot back down, only resolved ones challenge where resistance is sure enough."""
    found = evaluator.evaluate(None, ["last_fight"])
    assert found.event["last_fight"]["backs_down"][0] == pytest.approx(0, abs=1e-9)
    tree = evaluator.tree("last_fight")
    deciding = [s for s in tree.sets if s.move == "last"]
    assert len(deciding) == 1
    assert "resolved" in deciding[0].seen.values()


def test_several_moves_seen_means_each_of_them(evaluator: Evaluator) -> None:
    found = evaluator.evaluate(None, ["sees_fight", "resisted"])
    assert found.event["sees_fight"]["war"][0] == pytest.approx(1)
    assert found.event["sees_fight"]["resolved"][0] == pytest.approx(1)
    # after resistance: half the challengers are resolved (belief q* = 1/2), and they alone fight
    assert found.event["resisted"]["war"][0] == pytest.approx(0.5, abs=1e-8)
    assert found.event["resisted"]["resolved"][0] == pytest.approx(0.5, abs=1e-8)


def test_an_option_never_seen_leaves_the_draw_undecided_with_its_reason(crisis: Scenario) -> None:
    """For p > q* the target always concedes, so resistance is never seen in the limit."""
    found = evaluate(crisis, {"p": np.array([0.3, 0.85])}, ["resisted", "equilibrium"])
    assert [REASONS[s] for s in found.status["resisted"]] == ["certified", "condition never met"]
    assert np.isnan(found.event["resisted"]["war"]).tolist() == [False, True]
    assert np.isnan(found.value["resisted"]["B"]).tolist() == [False, True]
    assert not np.isnan(found.event["equilibrium"]["war"]).any()


def test_probabilities_given_what_is_seen_are_a_quotient_of_the_equilibrium(
    evaluator: Evaluator, draws: dict[str, np.ndarray]
) -> None:
    """P(war | resistance seen) = P(war) / P(resistance), since war follows resistance alone."""
    found = evaluator.evaluate(draws, ["resisted", "equilibrium"])
    base = found.event["equilibrium"]
    good = found.status["resisted"] == 0
    assert good.sum() > 50
    quotient = base["war"][good] / (base["war"][good] + base["backs_down"][good])
    np.testing.assert_allclose(found.event["resisted"]["war"][good], quotient, atol=1e-9)


def test_a_surprise_that_is_what_would_be_done_anyway_changes_nothing(crisis_text: str) -> None:
    """Above q* both types challenge: the surprise challenge is no surprise."""
    scenario = scenario_from_text(crisis_text)
    found = evaluate(
        scenario, {"p": np.array([0.85, 0.7]), "d": np.array([1.5, 2.0])}, ["equilibrium", "surprise", "seen"]
    )
    for policy in ("surprise", "seen"):
        for table, base in (
            (found.event[policy], found.event["equilibrium"]),
            (found.value[policy], found.value["equilibrium"]),
        ):
            for name in table:
                np.testing.assert_allclose(table[name], base[name], atol=1e-9)


def test_a_part_that_is_off_fixes_its_moves_and_sets_its_parameters(crisis: Scenario) -> None:
    fought = crisis.without(["retreat"])
    assert fought.off == ("retreat",)
    found = evaluate(fought, None, ["equilibrium"])
    assert found.event["equilibrium"]["backs_down"][0] == 0
    assert {"sees_fight", "last_fight"} <= set(fought.dropped)
    assert "rule" in fought.policies
    quiet = crisis.without(["audience"])
    assert "a" not in quiet.parameters
    # a column for `a` then changes nothing
    by_hand = evaluate(crisis, {"a": np.array([0.0])}, ["equilibrium"])
    switched = evaluate(quiet, {"a": np.array([0.7])}, ["equilibrium"])
    assert switched.event["equilibrium"]["challenged"][0] == pytest.approx(
        by_hand.event["equilibrium"]["challenged"][0], abs=1e-6
    )


def test_claims_that_need_a_policy_of_a_part_that_is_off_are_dropped(crisis_text: str) -> None:
    text = crisis_text.replace(
        "  bluff:\n", "  needs:\n    text: x\n    holds: P(war | sees_fight) > 0.5\n  bluff:\n", 1
    )
    scenario = scenario_from_text(text).without(["retreat"])
    assert "needs" not in scenario.claims
    assert scenario.dropped["needs"] == "retreat"
    assert "bluff" in scenario.claims


def test_law_is_shown_with_and_without(evaluator: Evaluator) -> None:
    found = evaluator.evaluate(None, ["law:charter-2-4:with", "law:charter-2-4:without", "equilibrium"])
    assert found.event["law:charter-2-4:with"]["challenged"][0] == 0
    for name, p in found.event["law:charter-2-4:without"].items():
        assert p[0] == found.event["equilibrium"][name][0]


def test_menus_hold_the_baseline_and_what_an_actor_may_choose(crisis: Scenario) -> None:
    assert crisis.menu("threatener") == ("equilibrium", "rule", "surprise", "costly")
    assert crisis.menu("threatened") == ("equilibrium", "firm", "half", "sudden_half")
    assert crisis.actors == ("threatener", "threatened", "A")


def test_a_claim_knows_the_parameters_that_a_part_sets(crisis_text: str) -> None:
    text = crisis_text.replace("holds: P(backs_down) > P(war)\n", "holds: a > 0.2 or P(war) > 2\n", 1)
    scenario = scenario_from_text(text).without(["audience"])
    claim = scenario.claims["bluff"]
    draws = {"p": np.array([0.3])}
    found = evaluate(scenario, draws, claim.policies)
    assert (found.margin(claim, draws) < 0).all()


def test_a_derived_parameter_may_stand_in_a_claim(crisis_text: str) -> None:
    """q_star = 1 / (1 + d), the belief at which the target is indifferent."""
    scenario = scenario_from_text(
        crisis_text.replace("holds: P(backs_down) > P(war)\n", "holds: p < q_star\n", 1)
    )
    claim = scenario.claims["bluff"]
    draws = {"p": np.array([0.3, 0.3]), "d": np.array([1.0, 2.5])}
    assert claim.margin({}, draws).tolist() == pytest.approx([0.2, 1 / 3.5 - 0.3])
    assert claim.holds == "p < q_star"
