"""Three members, two needed, four costs each: whatever the branch plays must be an equilibrium of the discrete game.

Derivation. With z_j, z_k the chances that the others keep, a member is pivotal with probability z_j (1 - z_k) + z_k (1 - z_j) and
keeps iff its cost C s is below B_i times that. With equal gains B and a continuum of costs: z = 0, or z = 1 - C / (2 B) where that is
positive. Not found here: the other equilibria, of which nobody keeping is always one.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find

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
