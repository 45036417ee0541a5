"""One demand when the opponent's cost of war is uniform on [l, h]: the continuum beside ten equally likely kinds.

Continuum. A demand p + z is refused by costs below z, a share F(z) = (z - l)/(h - l). A's worth (1 - F)(p + z) + F (p - c_A) has
the slope (h - c_A - 2z)/(h - l) in z, so the best z is (h - c_A)/2, held between l and 1 - p (the whole pie).
Ten kinds at the middles c_k = l + (k + 1/2) s, s = (h - l)/10. The demand that kind k just accepts is worth
(1 - k/10)(p + c_k - give) + (k/10)(p - c_A). From k to k + 1 it rises iff s (10 - k - 1) > c_k - give + c_A, so k kinds fight, where
k is the least whole number
with k >= 4.25 - 10 (c_A + l - give)/(2 (h - l)): from 0.75 below to 0.25 above ten times the continuum's share.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "bargaining-uniform"
GIVE = 0.001
RANKS = np.arange(0.05, 1, 0.1)


def continuum(p, c_A, l, width):  # noqa: E741
    z = np.maximum(l, np.minimum((l + width - c_A) / 2, 1 - p))
    return np.minimum(1, p + z), np.clip((z - l) / width, 0, 1)


def by_hand(p, c_A, l, width):  # noqa: E741
    """Best demand of the ten by trying all: share that fights, A's worth, and how much worse the next best outcome is."""
    costs = l + width * RANKS
    demand = np.minimum(1, p + costs - GIVE)
    fights = np.mean(costs[None, :] < (demand - p)[:, None], axis=1)
    worth = (1 - fights) * demand + fights * (p - c_A)
    best = worth.argmax()
    others = np.abs(fights - fights[best]) > 1e-9
    return fights[best], worth[best], worth[best] - worth[others].max(initial=0)


@pytest.mark.parametrize(
    ("at", "demand", "war", "worth"),
    [
        ((0.5, 0.1, 0, 0.3), 0.6, 0.333333333333, 0.533333333333),
        ((0.6, 0.05, 0.1, 0.4), 0.825, 0.3125, 0.7390625),
        ((0.85, 0.05, 0.1, 0.4), 1, 0.125, 0.975),
    ],
)
def test_the_continuum_beside_the_ten(play, at, demand, war, worth):
    x, share = continuum(*at)
    assert (x, share) == pytest.approx((demand, war), abs=1e-12)
    assert (1 - share) * x + share * (at[0] - at[1]) == pytest.approx(worth, abs=1e-10)
    found = play(SLUG, **dict(zip(("p", "c_A", "l", "width"), at, strict=True)))
    assert found["war"][0] == pytest.approx(war, abs=0.075)
    assert found["war"][0] == pytest.approx(by_hand(*at)[0], abs=1e-9)
    assert found.value("A")[0] == pytest.approx(worth, abs=0.02)


def test_the_demand_of_the_ten_kinds(play):
    """p = 0.5, c_A = 0.1, costs on [0, 0.3]: the demand 0.5 + 0.3 * 0.35 = 0.605, which three of ten refuse."""
    found = play(SLUG, p=0.5, c_A=0.1, l=0, width=0.3)
    assert found.taken("demand", "0.35")[0] == pytest.approx(1, abs=1e-9)
    assert found["war"][0] == pytest.approx(0.3, abs=1e-9)


def test_the_best_demand_over_the_whole_range(play, draws):
    at = draws(SLUG, 200)
    rows = np.column_stack([at[name] for name in ("p", "c_A", "l", "width")])
    war, worth, gap = np.array([by_hand(*row) for row in rows]).T
    far = gap > 2e-4
    assert far.sum() > 150
    found = play(SLUG, certified=0.98, **{name: column[far] for name, column in at.items()})
    assert found["war"][found.good] == pytest.approx(war[far][found.good], abs=1e-6)
    assert found.value("A")[found.good] == pytest.approx(worth[far][found.good], abs=1e-6)
    assert (found["whole_pie"] > 0.5).any()
    assert np.abs(war - continuum(*rows.T)[1]).max() < 0.14
    room = rows[:, 0] + rows[:, 2] + rows[:, 3] < 1
    assert np.abs(war - continuum(*rows.T)[1])[room].max() < 0.085


def test_where_the_pie_has_room_the_count_follows_from_the_slopes(draws):
    at = draws(SLUG, 400, p=0.2)
    rows = np.column_stack([at[name] for name in ("p", "c_A", "l", "width")])
    turn = 4.25 - 10 * (at["c_A"] + at["l"] - GIVE) / (2 * at["width"])
    assert [by_hand(*row)[0] for row in rows] == pytest.approx(np.ceil(np.maximum(turn, 0)) / 10)


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_war_begins_where_the_doubt_is_wide_enough(play, step):
    """Ten kinds: 0.85 width > c_A + l - give; a continuum: width > c_A + l."""
    border = (0.1 + 0.02 - GIVE) / 0.85
    found = play(SLUG, p=0.4, c_A=0.1, l=0.02, width=[border - step, border + step])
    assert found["war"] == pytest.approx([0, 0.1], abs=1e-6)


def test_a_strong_enough_demander_gets_all_without_war(play):
    """No war for 1 - p <= l: even the strongest opponent gives the whole pie."""
    found = play(SLUG, p=[0.89, 0.94], c_A=0.05, l=0.1, width=0.4)
    assert found["war"] == pytest.approx([0, 0], abs=1e-9)
    found = play(SLUG, p=0.845, c_A=0.05, l=0.1, width=0.4)
    assert found["war"][0] == pytest.approx(0.1, abs=1e-9)


@pytest.mark.parametrize("parameters", [{}, {"p": 0.85, "l": 0.1, "width": 0.4}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
