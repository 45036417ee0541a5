"""Three members, two needed, four costs each: the branch plays one of the symmetric equilibria of the discrete game.

Derivation. With z the chance that another member keeps, a member is pivotal with probability 2 z (1 - z) and keeps iff
C s < 2 z (1 - z) B. With a continuum of costs: z = 0, or z = 1 - C / (2 B) where that is positive. Not found here: the other
symmetric and the asymmetric equilibria.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "coalition-unity"
SHARES = (np.arange(4) + 0.5) / 4


def equilibria(C, B=1.0):
    """Every symmetric equilibrium as the probability of keeping by cost, lowest cost first."""
    found = [np.zeros(4)]
    for keepers in range(5):
        z = keepers / 4
        pivotal = 2 * z * (1 - z) * B
        if np.all(C * SHARES[:keepers] <= pivotal) and np.all(C * SHARES[keepers:] >= pivotal):
            found.append(np.repeat([1.0, 0.0], [keepers, 4 - keepers]))
    for marginal in range(4):  # the marginal cost is indifferent: 2 z (1 - z) B = C s
        root = 1 - 2 * C * SHARES[marginal] / B
        for z in [] if root < 0 else [(1 - root**0.5) / 2, (1 + root**0.5) / 2]:
            mixed = 4 * z - marginal
            if 0 < mixed < 1:
                found.append(np.concatenate([np.ones(marginal), [mixed], np.zeros(3 - marginal)]))
    return found


def test_the_branch_plays_a_symmetric_equilibrium_of_the_discrete_game(play):
    C = np.linspace(0.11, 2.99, 60)
    found = play(SLUG, certified=0.9, C=C)
    zs = set()
    for i in np.flatnonzero(found.good):
        played = [
            np.array([found.taken(f"{move} M{number}.share={s:g}", "keep")[i] for s in SHARES])
            for number, move in enumerate(("first", "second", "third"), start=1)
        ]
        assert played[1] == pytest.approx(played[0], abs=1e-7)
        assert played[2] == pytest.approx(played[0], abs=1e-7)
        assert any(np.allclose(played[0], e, atol=1e-6) for e in equilibria(C[i])), (
            C[i],
            played[0],
            equilibria(C[i]),
        )
        zs.add(round(float(played[0].mean()), 3))
        z = played[0].mean()
        assert found["works"][i] == pytest.approx(3 * z**2 - 2 * z**3, abs=1e-7)
    assert min(zs) == 0
    assert max(zs) > 0.9


def test_nobody_keeps_it_up_where_unity_cannot_pay(play):
    """Beyond C = 2 B no symmetric equilibrium but nobody keeping survives with a continuum; the branch agrees well above."""
    found = play(SLUG, C=[2.2, 2.6, 3])
    assert found["nobody"] == pytest.approx(np.ones(3), abs=1e-9)


def test_the_continuum_is_near_at_low_costs(play):
    """z = 1 - C/2: 0.8 at C = 0.4; four costs are within one slice of it."""
    found = play(SLUG, C=0.4)
    z = np.mean([found.taken(f"first M1.share={s:g}", "keep")[0] for s in SHARES])
    assert abs(z - 0.8) < 0.25


def test_unity_is_a_matter_of_all_who_are_needed(play):
    found = play(SLUG, C=0.6)
    assert found["works"][0] == pytest.approx(
        0.84375, abs=1e-8
    )  # three of four costs keep: 3 z^2 - 2 z^3 at z = 3/4


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=5)
