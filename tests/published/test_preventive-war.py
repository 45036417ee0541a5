"""Preventive war: A demands in every period, cannot bind itself, and grows stronger; averages per period, weights 1 - delta and delta.

Derivation. A leaves B no more than what war is worth to B, 1 - p_t - (1-delta) c_B as an average, as long as a demand of at most all
achieves that. In period t the most that B can be given is the whole pie now and its worth of war later:
(1-delta) + delta (1 - p_{t+1} - (1-delta) c_B). War iff that is less than war now: delta p_{t+1} - p_t > (1-delta)^2 c_B.
With equal steps s the left side is delta s - (1-delta) p_t, which falls as p_t rises: war comes in the first period or never.
A prefers peace whenever it can be had, for it gets all that the war would destroy, (1-delta)(c_A + c_B), less a step of the grid.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "preventive-war"
BASE = {"delta": 0.9, "c_A": 1, "c_B": 2, "p_1": 0.3}


def first_war(path, delta, c_B, horizon=400):
    """First period with war, or None, by backward induction over a long horizon: power stays at the end of the path.

    B's worth of a period (an average): what war gives it, unless A cannot hold it down to that even by demanding everything.
    """

    def power(t):
        return path[min(t, len(path) - 1)]

    worth, found = 1 - power(horizon) - (1 - delta) * c_B, None
    for t in reversed(range(horizon)):
        war = 1 - power(t) - (1 - delta) * c_B
        if (1 - delta) + delta * worth < war:
            worth, found = war, t
        else:
            worth = max(war, delta * worth)
    return found


def path(p_1, shift, steps):
    return p_1 + shift * np.arange(int(steps) + 1) / steps


def test_worked_numbers(play):
    """delta = 0.9, c_B = 2, p_1 = 0.3: war iff p_2 > 0.3555...; at p_2 = 0.34 the demands are 0.14 and 0.54."""
    border = (0.3 + 0.01 * 2) / 0.9
    assert border == pytest.approx(0.355555555556, abs=1e-12)
    first = (0.3 - 0.9 * 0.34) / 0.1 + 0.2
    assert first == pytest.approx(0.14)
    found = play(SLUG, shift=[0.04, 0.1, 0.1], steps=[1, 1, 5], **BASE)
    assert found["war"] == pytest.approx([0, 1, 0], abs=1e-8)
    assert found.taken("demand", "0.1")[0] == pytest.approx(1, abs=1e-8)
    assert found.taken("answer demand=0.1", "accept")[0] == pytest.approx(1, abs=1e-8)
    assert found.taken("answer demand=0.15", "accept")[0] == pytest.approx(0, abs=1e-8)


@pytest.mark.parametrize("step", [1e-5, 1e-3])
def test_the_threshold_has_two_sides(play, step):
    """The grid does not move it, for a demand of nothing is on it."""
    border = (0.3 + 0.01 * 2) / 0.9 - 0.3
    found = play(SLUG, shift=[border - step, border + step], steps=1, **BASE)
    assert found["war"] == pytest.approx([0, 1], abs=1e-6)
    assert found["gives_up_today"] == pytest.approx([1, 0], abs=1e-6)


def test_war_comes_where_backward_induction_over_hundreds_of_periods_has_it(play, draws):
    at = draws(SLUG, 150)
    at["steps"] = np.random.default_rng(3).choice([1.0, 2, 3, 5, 10], 150)
    excess = (
        at["delta"] * (at["p_1"] + at["shift"] / at["steps"]) - at["p_1"] - (1 - at["delta"]) ** 2 * at["c_B"]
    )
    at = {name: column[np.abs(excess) > 1e-4] for name, column in at.items()}
    dates = [
        first_war(path(*row[:3]), *row[3:])
        for row in zip(at["p_1"], at["shift"], at["steps"], at["delta"], at["c_B"], strict=True)
    ]
    assert {0, None} == set(dates), "in the first period or never"
    found = play(SLUG, **at)
    assert found["war"] == pytest.approx([float(d == 0) for d in dates], abs=1e-6)
    war = 1 - at["p_1"] - (1 - at["delta"]) * at["c_B"]
    assert (found.value("B") >= war - 1e-7).all()
    assert (found.value("B") <= war + 0.05 * (1 - at["delta"]) + 1e-7).all()


def test_one_jump_against_small_steps():
    """0.3 to 0.4 at once is war, in steps of 0.02 it is peace; a path that quickens has its war later."""
    assert first_war([0.3, 0.4], 0.9, 2) == 0
    assert first_war([0.3, 0.32, 0.34, 0.36, 0.38, 0.4], 0.9, 2) is None
    assert first_war([0.3, 0.32, 0.34, 0.44], 0.9, 2) == 2


def test_what_war_costs_the_rising_side_does_not_matter(play):
    for shift, war in [(0.04, 0), (0.1, 1)]:
        found = play(SLUG, **{**BASE, "c_A": np.linspace(0.2, 2.5, 5)}, shift=shift, steps=1)
        assert found["war"] == pytest.approx(np.full(5, war), abs=1e-8)


@pytest.mark.parametrize("parameters", [{}, {"shift": 0.04}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
