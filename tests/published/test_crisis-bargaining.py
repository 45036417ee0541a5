"""One demand under private war costs.

Derivation. Weak and strong accept up to p + c_high and p + c_low; the demands stop `give` short of that.
Safe: p + c_low - give for sure.
Risky: (1 - pi)(p + c_high - give) + pi (p - c_A). Equal where pi = (c_high - c_low) / (c_high - give + c_A).
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "crisis-bargaining"


def border(c_A, c_low, c_high, give):
    return (c_high - c_low) / (c_high - give + c_A)


def test_the_textbook_threshold_is_the_limit_of_small_concessions(play):
    """c_A = 0.1, c_low = 0.05, c_high = 0.25: 0.571428571429."""
    assert border(0.1, 0.05, 0.25, 0) == pytest.approx(0.571428571429, abs=1e-12)
    found = play(SLUG, pi=[0.5714 - 2e-3, 0.5714 + 4e-3], p=0.5, c_A=0.1, c_low=0.05, c_high=0.25, give=1e-3)
    assert found["war"] == pytest.approx([0.5714 - 2e-3, 0], abs=1e-7)


def test_war_is_the_share_of_the_strong_or_nothing(play, draws):
    at = draws(SLUG, 300)
    limit = border(at["c_A"], at["c_low"], at["c_high"], at["give"])
    far = (np.abs(at["pi"] - limit) > 1e-3) & (at["c_low"] > at["give"] + 2e-3)
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, **at)
    risky = at["pi"] < limit[far]
    assert risky.any()
    assert (~risky).any()
    assert found["risk_taken"] == pytest.approx(risky.astype(float), abs=1e-8)
    assert found["war"] == pytest.approx(np.where(risky, at["pi"], 0), abs=1e-8)
    safe = at["p"] + at["c_low"] - at["give"]
    gamble = (1 - at["pi"]) * (at["p"] + at["c_high"] - at["give"]) + at["pi"] * (at["p"] - at["c_A"])
    assert found.value("A") == pytest.approx(np.maximum(safe, gamble), abs=1e-8)


def test_a_grid_of_demands_moves_the_threshold(play):
    """In steps of d the demands are d floor((p + c)/d), here 0.5 and 0.7: the threshold is 0.2/0.3 in place of 0.2/0.35."""
    c_A, c_low, c_high, p = 0.1, 0.05, 0.25, 0.5
    safe, risky = (np.floor((p + c) * 10 + 1e-9) / 10 for c in (c_low, c_high))
    assert (risky - safe) / (risky - p + c_A) == pytest.approx(0.666666666667, abs=1e-12)
    assert border(c_A, c_low, c_high, 0.05) == pytest.approx(0.666666666667, abs=1e-12)
    found = play(SLUG, pi=[0.666, 0.6675], p=p, c_A=c_A, c_low=c_low, c_high=c_high, give=0.05)
    assert found["war"] == pytest.approx([0.666, 0], abs=1e-6)


@pytest.mark.parametrize("step", [1e-5, 1e-3])
def test_the_threshold_has_two_sides(play, step):
    at = border(0.1, 0.05, 0.25, 0.01)
    found = play(SLUG, pi=[at - step, at + step], p=0.5, c_A=0.1, c_low=0.05, c_high=0.25, give=0.01)
    assert found["risk_taken"] == pytest.approx([1, 0], abs=1e-6)


def test_a_shift_in_known_power_moves_the_deal_and_not_the_risk(play):
    found = play(SLUG, pi=0.3, p=[0.3, 0.4, 0.5, 0.6])
    assert found["war"] == pytest.approx(np.full(4, 0.3), abs=1e-9)
    assert np.diff(found.value("A")) == pytest.approx(np.full(3, 0.1), abs=1e-9)


@pytest.mark.parametrize("parameters", [{}, {"pi": 0.8}, {"p": 0.3, "c_A": 0.3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=20, **parameters)
