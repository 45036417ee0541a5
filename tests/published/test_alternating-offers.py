"""Three rounds of alternating offers by backward induction, between the answers for two rounds and for rounds without end.

Derivation. Round three: A leaves B a slice g and has 1 - g. Round two: A would wait for u (1 - g), so B leaves it
that and g more, and has 1 - u (1 - g) - g = (1 - g)(1 - u). Round one: B would wait for v (1 - g)(1 - u), so A has 1
- g - v (1 - g)(1 - u), which tends to 1 - v + u v. With x = u v it is above Rubinstein's (1 - v)/(1 - x) by x v (1 -
u)/(1 - x): the last word is A's.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "alternating-offers"
G = 0.005


def share(u, v, g=G):
    return 1 - g - v * (1 - g) * (1 - u)


def test_shares_over_the_whole_range(play, draws):
    at = draws(SLUG, 200)
    found = play(SLUG, **at)
    assert found["deal_at_once"] == pytest.approx(np.ones(200), abs=1e-9)
    assert found.value("A") == pytest.approx(share(at["u"], at["v"]), abs=1e-9)
    assert found.value("A") + found.value("B") == pytest.approx(np.ones(200), abs=1e-9)


def test_what_is_played_off_the_path(play):
    found = play(SLUG, u=0.8, v=0.7)
    assert found.taken("answer first=tough", "refuse")[0] == pytest.approx(1, abs=1e-9)
    assert found.taken("answer first=soft", "accept")[0] == pytest.approx(1, abs=1e-9)
    assert found.taken("second first=tough", "fitting")[0] == pytest.approx(1, abs=1e-9)
    assert found.taken("reply first=tough, second=tough", "refuse")[0] == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("u", "v"), [(0.5, 0.5), (0.9, 0.6), (0.6, 0.9), (0.95, 0.95)])
def test_the_distance_from_rubinsteins_share(u, v):
    x = u * v
    assert share(u, v, 0) - (1 - v) / (1 - x) == pytest.approx(x * v * (1 - u) / (1 - x), abs=1e-12)


def test_half_of_it_has_two_sides(play):
    """u = 0.3: A has half where v = (0.5 - g)/((1 - g) 0.7)."""
    v = (0.5 - G) / ((1 - G) * 0.7)
    found = play(SLUG, u=0.3, v=[v - 1e-3, v + 1e-3])
    assert (found.value("A") > 0.5).tolist() == [True, False]


@pytest.mark.parametrize("parameters", [{}, {"u": 0.5}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
