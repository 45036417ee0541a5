"""A pledge that ties hands: bluffed while breaking it costs less than war, believed by all when it costs more.

Derivation. The committed fight (1 - K > 0), the uncommitted fight after a pledge if c > W. Then both kinds fight
after it and nobody attacks: all pledge. If c < W, the uncommitted abandon. The challenger is indifferent at the
belief q = 1/(1+d), above every p in range. Silence is the uncommitted's: it is attacked. A pledge that is attacked
with probability r is worth V (1 - r) - r c to the uncommitted, silence 0: r = V/(V + c). q = p/(p + (1-p) beta) gives
beta = p d/(1-p). The committed have 1 - r K by a pledge, 1 - K by silence.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "signalling-deterrence"


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    far = np.abs(at["c"] - at["W"]) > 5e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.98, **at)
    good, tied = found.good, at["c"] > at["W"]
    p, d, r = at["p"], at["d"], at["V"] / (at["V"] + at["c"])
    assert 0.2 < tied.mean() < 0.8
    told = {
        "pledged": np.where(tied, 1, p * (1 + d)),
        "war": np.where(tied, 0, p * r),
        "broken": np.where(tied, 0, p * d * r),
        "attacked": np.where(tied, 0, p * (1 + d) * r + 1 - p * (1 + d)),
    }
    for event, value in told.items():
        assert found[event][good] == pytest.approx(value[good], abs=1e-6), event


@pytest.mark.parametrize("W", [0.5, 1.3])
def test_tied_hands_have_two_sides(play, W):
    found = play(SLUG, W=W, c=[W - 2e-3, W + 2e-3])
    assert found["war"] == pytest.approx([0.3 * 0.3 / (0.3 + W - 2e-3), 0], abs=1e-6)
    assert found["pledged"] == pytest.approx([0.48, 1], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"c": 1.5}, {"p": 0.1, "d": 1}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
