"""An opposition as a witness: what its support tells the target, and when nobody dares to bluff.

Derivation. A rival opposition that opposes a resolved government is blamed, so it never does. It opposes a bluff: the
target then knows, resists, and the government backs down. So after opposition resist. (To be wrong about a bluff
costs it slip < blame, so an opposition that nobody expected is put down to a bluff.) After support let r be the
probability of resistance and q the belief in resolve. The target is indifferent at q = 1/(1+d). A bluffer gains -k a
+ (1-k)(1 - r (1+a)), at most 1 - k - k a: none bluffs if k > 1/(1+a). Else with a share beta of bluffers q = p/(p +
(1-p) beta (1-k)). If q > 1/(1+d) at beta = 1, all challenge and r = 0. Else beta = p d/((1-p)(1-k)) and r = (1 - k
a/(1-k))/(1+a).
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "opposition-signal"


def closed_form(p, k, a, d, **_):
    none, believed = k > 1 / (1 + a), (1 - k) * (1 - p) < p * d
    nought, r = 0 * p, (1 - k * a / (1 - k)) / (1 + a)
    bluff = np.select([none, believed], [nought, 1 - p], p * d / (1 - k))
    r = np.where(none | believed, 0, r)
    return {
        "bluff": bluff,
        "challenged": p + bluff,
        "opposed": bluff * k,
        "war": p * r,
        "backs_down": bluff * (k + (1 - k) * r),
    }


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    p, k, a, d = (at[name] for name in ("p", "k", "a", "d"))
    far = np.min([abs(k * (1 + a) - 1), abs((1 - k) * (1 - p) - p * d)], axis=0) > 5e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.98, **at)
    for event, value in closed_form(**at).items():
        assert found[event][found.good] == pytest.approx(value[found.good], abs=1e-6), event


@pytest.mark.parametrize("a", [0.4, 0.9])
def test_the_share_of_rivals_that_stops_bluffs_has_two_sides(play, a):
    at = 1 / (1 + a)
    found = play(SLUG, p=0.3, d=0.5, a=a, k=[at - 2e-3, at + 2e-3])
    assert (found["bluff"] > 0.1).tolist() == [True, False]
    assert found["war"][1] == pytest.approx(0, abs=1e-7)


def test_where_support_is_enough_has_two_sides(play):
    """a = 0.5, d = 1, k = 0.4: p = 0.6/1.6 = 0.375. War has probability p (1 - 1/3)/1.5 below and 0 above."""
    found = play(SLUG, a=0.5, d=1, k=0.4, p=[0.373, 0.377])
    assert found["war"] == pytest.approx([0.373 * (1 - 0.2 / 0.6) / 1.5, 0], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"k": 0.8}, {"p": 0.45}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=6, **parameters)
