"""Crisis signalling in which the agents err: a quantal response equilibrium that is a recursion.

Derivation. Each information set has one node; the odds of an option are exp(lambda times the difference of its worths). From the end:
p_F = L(lambda (W_A - a)), p_R = L(lambda (p_F W_B + 1 - p_F)), p_C = L(lambda (1 - p_R + p_R (p_F W_A + (1 - p_F) a))).
Nothing has to be solved for, so the answer is always unique.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

SLUG = "crisis-signalling-agent-error"


def recursion(lam, W_A, W_B, a):
    fight = expit(lam * (W_A - a))
    resist = expit(lam * (fight * W_B + 1 - fight))
    challenge = expit(lam * (1 - resist + resist * (fight * W_A + (1 - fight) * a)))
    return challenge, resist, fight


def test_worked_numbers(play):
    found = play(SLUG, precision=1.0, W_A=-1.9, W_B=-2.8, a=-1.2)
    assert found["challenged"][0] == pytest.approx(0.48540627952, abs=1e-10)
    assert found.taken("answer", "resist")[0] == pytest.approx(0.435145807777, abs=1e-10)
    assert found.taken("last", "fight")[0] == pytest.approx(0.331812227832, abs=1e-10)


def test_the_recursion_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    challenge, resist, fight = recursion(**at)
    found = play(SLUG, precision=at["lam"], **at)
    assert found["challenged"] == pytest.approx(challenge, abs=1e-9)
    assert found["war"] == pytest.approx(challenge * resist * fight, abs=1e-9)
    assert found.taken("answer", "resist") == pytest.approx(resist, abs=1e-9)


def test_a_million_players_with_errors_of_the_extreme_value_kind():
    """Logit choice is choice with independent errors whose difference is logistic."""
    rng = np.random.default_rng(5)
    lam, W_A, W_B, a = 1.5, -0.6, -1.2, -1.0
    challenge, resist, fight = recursion(lam, W_A, W_B, a)

    def chosen(first, second):
        errors = rng.gumbel(size=(2, 1_000_000)) / lam
        return np.mean(first + errors[0] > second + errors[1])

    assert chosen(W_A, a) == pytest.approx(fight, abs=3e-3)
    assert chosen(fight * W_B + 1 - fight, 0) == pytest.approx(resist, abs=3e-3)
    assert chosen(1 - resist + resist * (fight * W_A + (1 - fight) * a), 0) == pytest.approx(
        challenge, abs=3e-3
    )


def test_payoffs_times_precision_are_all_that_matters():
    one, two = recursion(1, -1.9, -2.8, -1.2), recursion(2, -0.95, -1.4, -0.6)
    assert one[2] == pytest.approx(two[2])
    assert one[1] != pytest.approx(two[1], abs=1e-3), "but the prizes of 1 are payoffs too"


@pytest.mark.parametrize("step", [1e-3, 0.1])
def test_without_errors_the_turn_is_where_war_is_as_good_as_backing_down(play, step):
    found = play(SLUG, W_A=[-1 - step, -1 + step], W_B=-1, a=-1)
    assert found.taken("last", "fight") == pytest.approx([0, 1], abs=1e-6)
    assert found["gives_way"] == pytest.approx([0, 1], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"W_A": 0.5, "a": -2}])
@pytest.mark.parametrize("lam", [1, 3])
def test_gambit_agrees(gambit_agrees, lam, parameters):
    gambit_agrees(SLUG, lam=lam, **parameters)
