"""Three members, two needed, four costs each: whatever the branch plays must be an equilibrium of the discrete game.

Derivation. With z_j, z_k the chances that the others keep, a member is pivotal with probability z_j (1 - z_k) + z_k (1 - z_j) and
keeps iff its cost C s is below B_i times that. With equal gains B and a continuum of costs: z = 0, or z = 1 - C / (2 B) where that is
positive. The branch names one equilibrium; the search finds others, of which nobody keeping is always one.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "coalition-unity"
SHARES = (np.arange(4) + 0.5) / 4
MOVES = ("first", "second", "third")


def played(found, draw):
    """Chance of keeping by member and cost, lowest cost first."""
    return np.array(
        [
            [found.taken(f"{move} M{k}.share={s:g}", "keep")[draw] for s in SHARES]
            for k, move in enumerate(MOVES, start=1)
        ]
    )


def largest_gain(keeps, C, gains):
    """What the member with the worst conduct would gain by doing better, given the others'."""
    z = keeps.mean(axis=1)
    worst = 0.0
    for i, B in enumerate(gains):
        j, k = (m for m in range(3) if m != i)
        gain = B * (z[j] * (1 - z[k]) + z[k] * (1 - z[j])) - C * SHARES  # of keeping over dropping out
        worst = max(worst, float(np.max(np.maximum(gain, 0) - keeps[i] * gain)))
    return worst


def test_the_branch_plays_an_equilibrium_of_the_discrete_game(play):
    C = np.linspace(0.11, 2.99, 60)
    found = play(SLUG, certified=0.9, C=C)
    works = []
    for i in np.flatnonzero(found.good):
        keeps = played(found, i)
        assert largest_gain(keeps, C[i], (1, 0.9, 0.8)) < 1e-8
        assert (np.diff(keeps, axis=1) <= 1e-9).all()  # who pays more keeps less
        a, b, c = keeps.mean(axis=1)
        assert found["works"][i] == pytest.approx(a * b + b * c + a * c - 2 * a * b * c, abs=1e-8)
        works.append(found["works"][i])
    assert max(works) == pytest.approx(1, abs=1e-8)
    assert min(works) == pytest.approx(0, abs=1e-9)


def test_nobody_keeps_it_up_where_unity_cannot_pay(play):
    found = play(SLUG, C=[2.2, 2.6, 3])
    assert found["nobody"] == pytest.approx(np.ones(3), abs=1e-9)
    assert not find(SLUG).thresholds[0].value(find(SLUG).at({"C": 2.2}))


def test_the_one_who_gains_least_rides_free_where_costs_are_low(play):
    """Known costs below the gain: every set of exactly two keepers is an equilibrium; the branch picks the two who gain most."""
    found = play(SLUG, C=[0.2, 0.4], B3=[0.5, 0.8])
    for i in (0, 1):
        assert played(found, i).mean(axis=1) == pytest.approx([1, 1, 0], abs=1e-8)
    assert found["works"] == pytest.approx([1, 1], abs=1e-8)
    assert found["united"] == pytest.approx([0, 0], abs=1e-8)


def test_equal_members_may_split_and_then_the_draw_says_so(play):
    """With equal gains the equal branch can split into unequal ones: such a draw carries no claim, or it is the equal equilibrium."""
    found = play(SLUG, certified=0.0, B2=1, B3=1, C=[0.3, 0.6, 1.0, 2.5])
    for i in np.flatnonzero(found.good):
        keeps = played(found, i)
        assert keeps[1] == pytest.approx(keeps[0], abs=1e-7)
        assert keeps[2] == pytest.approx(keeps[0], abs=1e-7)


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=5)


def test_over_the_whole_range_it_is_an_equilibrium_and_fails_above_the_bound(play, draws):
    at = draws(SLUG, 120, seed=4, B1=1)
    found = play(SLUG, certified=0.97, **at)
    for i in np.flatnonzero(found.good):
        assert largest_gain(played(found, i), at["C"][i], (1, at["B2"][i], at["B3"][i])) < 1e-8
    bound = np.asarray(find(SLUG).thresholds[0].value(at), bool)
    assert 30 < bound.sum() < 90
    assert found["nobody"][found.good & ~bound] == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("C", "there"), [(0.56, True), (0.58, False)])
def test_the_two_who_gain_least_hold_it_up_while_no_cost_exceeds_a_gain(C, there):
    """7/8 C = 0.5, the third member's gain, at C = 0.5714: one profile, both sides, and the search agrees."""
    profile = np.array([[0.0] * 4, [1.0] * 4, [1.0] * 4])
    assert (largest_gain(profile, C, (1, 0.9, 0.5)) < 1e-12) == there
    found = equilibria(find(SLUG).game, {"C": C, "B2": 0.9, "B3": 0.5}, mixed=False)
    assert found.complete
    pairs = [
        i
        for i in range(len(found))
        if found.events(i)["works"] > 1 - 1e-9 and found.events(i)["second_keeps"] > 1 - 1e-9
    ]
    assert any(found.events(i)["third_keeps"] > 1 - 1e-9 for i in pairs) == there
    assert any(found.events(i)["nobody"] > 1 - 1e-9 for i in range(len(found)))


@pytest.mark.parametrize(("kappa", "z"), [(0.4, 0.8), (1.2, 0.4), (1.99, 0.005), (2.01, 0.0)])
def test_the_share_for_uniform_costs_solves_its_equation(kappa, z):
    """Equal gains: kappa z = 2 z (1 - z), so z = 1 - kappa / 2 up to 2; and it works with 3 z^2 - 2 z^3."""
    _, share, works, _, _ = find(SLUG).thresholds
    at = find(SLUG).at({"B2": 1.0, "B3": 1.0, "C": kappa})
    assert float(share.value(at)) == pytest.approx(z, abs=1e-12)
    assert float(works.value(at)) == pytest.approx(3 * z**2 - 2 * z**3, abs=1e-12)
