"""The set of deals: its two ends, the threat that moves one of them, and Article 52 as a third.

Derivation. Without a deal the defender has theta w_a + (1 - theta) w_s, its least share, and the rival w_R, so both consent to
shares from the least to 1 - w_R. Whoever writes takes the end that suits it: the rival the first step above the least, the defender
the last below 1 - w_R, if there is one. With the article nothing below n_D counts: the set is [max(least, n_D), 1 - w_R], and
n_D >= w_s >= least.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.scenario import Evaluator, read_scenario

SLUG = "deal-set"
STEPS = np.linspace(-0.5, 0.4, 19)
RULE = "law:vclt-52:with"


def signed(w_s, w_a, theta, w_R, n_D, lawful=False, **_):
    """What either writer gets the other to sign (nan: nothing), the defender's worth, and the distance to the nearest tie."""
    least, most = theta * w_a + (1 - theta) * w_s, 1 - w_R
    shares = n_D + STEPS
    far = min(np.abs(shares - least).min(), np.abs(shares - most).min())
    inside = shares[(shares > least) & (shares < most) & ((STEPS > -0.01) | (not lawful))]
    ends = (inside.min(), inside.max()) if len(inside) else (np.nan, np.nan)
    return ends, np.mean(np.nan_to_num(ends, nan=least)), far


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator(read_scenario(SLUG))


def test_the_formulas_give_the_worked_numbers():
    """w_s = 0.4, w_a = 0.1, w_R = 0.45, theta = 0.5: [0.25, 0.55]; with n_D = 0.5 [0.5, 0.55], with 0.6 empty.

    The share 0.25 is admitted from theta = 0.5 on.
    """
    model = find(SLUG)
    at = model.at({"w_s": 0.4, "w_a": 0.1, "w_R": 0.45, "theta": 0.5, "n_D": 0.5})
    least, most, some, lawful, gap, admits = model.thresholds
    assert float(least.value(at)) == pytest.approx(0.25)
    assert float(most.value(at)) == pytest.approx(0.55)
    assert bool(some.value(at))
    assert bool(lawful.value(at))
    assert not lawful.value({**at, "n_D": 0.6})
    assert float(gap.value(at)) == pytest.approx(0.25)
    assert float(admits.value(at)) == pytest.approx(0.5)  # the share 0.5 - 0.25


def test_ends_of_the_set_with_and_without_the_article(draws, evaluator):
    at = draws(SLUG, 250, seed=3, pen=0.5)
    points = [dict(zip(at, row, strict=True)) for row in np.column_stack(list(at.values()))]
    found = evaluator.evaluate(at, ["equilibrium", RULE])
    for policy, lawful in (("equilibrium", False), (RULE, True)):
        told = [signed(**point, lawful=lawful) for point in points]
        far = np.array([distance for *_, distance in told]) > 1e-3
        kept = far & (found.status[policy] == 0)
        assert kept.sum() > 0.9 * far.sum()
        deal = np.array([np.isfinite(ends[0]) for ends, *_ in told])
        assert 0.1 < deal[kept].mean() < 0.99
        assert found.event[policy]["deal"][kept] == pytest.approx(deal[kept].astype(float), abs=1e-6)
        worth = np.array([w for _, w, _ in told])
        assert found.value[policy]["D"][kept] == pytest.approx(worth[kept], abs=1e-6)
        short = np.array(
            [np.mean(np.array(ends) < p["n_D"] - 0.01) for (ends, *_), p in zip(told, points, strict=True)]
        )
        assert found.event[policy]["short"][kept] == pytest.approx(short[kept], abs=1e-6)
    assert found.event[RULE]["short"][found.status[RULE] == 0].max() < 1e-9


def test_the_rule_of_law_and_the_two_policies_are_the_same_change(draws, evaluator):
    at = draws(SLUG, 40, seed=8)
    both = "no_consent_below+no_deal_below"
    found = evaluator.evaluate(at, [RULE, both])
    assert found.event[both]["deal"] == pytest.approx(found.event[RULE]["deal"], abs=1e-9)
    assert found.value[both]["D"] == pytest.approx(found.value[RULE]["D"], abs=1e-9)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
@pytest.mark.parametrize("n_D", [0.55, 0.57])
def test_two_sides_of_the_room_that_the_article_needs(evaluator, n_D, step):
    """A deal iff 1 - w_R > n_D: both consent to what would be had without force, and to nothing less by law."""
    at = {"n_D": np.full(2, n_D), "w_R": np.array([1 - n_D - step, 1 - n_D + step])}
    found = evaluator.evaluate({**at, "theta": np.full(2, 0.52)}, [RULE, "equilibrium"])
    assert found.event[RULE]["deal"] == pytest.approx([1, 0], abs=1e-7)
    assert found.event["equilibrium"]["deal"] == pytest.approx([1, 1], abs=1e-7)


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_two_sides_of_the_threat(play, step):
    """The first step that is enough: 0.25 while the least share is below it, that is from theta = 0.5 on; 0.3 before."""
    found = play(SLUG, theta=[0.5 - step, 0.5 + step], w_s=0.4, w_a=0.1, w_R=0.44, n_D=0.5)
    assert found.taken("draft", "-0.25") == pytest.approx([0, 1], abs=1e-7)
    assert found.taken("draft", "-0.2") == pytest.approx([1, 0], abs=1e-7)
    assert found.taken("asks", "0.05") == pytest.approx([1, 1], abs=1e-7)


def test_without_consent_the_defender_gets_the_least_that_can_be_written(evaluator):
    key = "law:vclt-34:without"
    found = evaluator.evaluate({"pen": np.array([0.9, 0.5])}, [key, "equilibrium"])
    assert found.value[key]["D"] == pytest.approx([0.9 * 0 + 0.1 * 0.55, 0.5 * 0.55], abs=1e-9)
    assert (found.value["equilibrium"]["D"] > found.value[key]["D"]).all()


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=10)
