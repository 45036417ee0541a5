"""A costly gesture: several equilibria; the one on the principal branch must be one of those that the closed form allows.

Derivation. Let x be how much more often B cooperates after the gesture. A seeker makes it if x >= k_s m / R_s, the greedy if
x >= k_g m / T_g. B cooperates where its belief is at least q*. Going through who is indifferent leaves six kinds: both make it
(pooling), seekers alone (separating), the greedy in part and B in part (semi), nobody (guarded or trusting), and - where t > q*
and seekers are the readier - seekers in part, so that silence leaves B at q* and x = k_s m / R_s (half-hearted).
At one point there are up to four; the search finds them.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "reassurance"
CARD = {"R_s": 1, "T_g": 0.8, "k_s": 0.5, "k_g": 1, "R_B": 0.6, "S_B": 0.9, "t": 0.4}


def kind(played, t, m, R_s, T_g, k_s, k_g, R_B, S_B, near=1e-6):
    """The equilibrium that a profile is, or None: (seeker makes it, greedy makes it, B cooperates after it, without it)."""
    q = S_B / (R_B + S_B)
    seeker, greedy, trusts, anyway = played
    good = {
        # on the path: what the types do and what B answers there. Off the path B may answer anything that deters.
        "separating": T_g / k_g <= m <= R_s / k_s and _near(played, (1, 0, 1, 0), near),
        "semi": t < q
        and m <= T_g / k_g <= R_s / k_s
        and _near(played, (1, t * (1 - q) / ((1 - t) * q), k_g * m / T_g, 0), near),
        "pooling": t >= q
        and m <= min(R_s / k_s, T_g / k_g)
        and _near((seeker, greedy, trusts), (1, 1, 1), near)
        and 1 - anyway >= m * max(k_s / R_s, k_g / T_g) - near,
        "guarded": t < q
        and _near((seeker, greedy, anyway), (0, 0, 0), near)
        and trusts <= m * min(k_s / R_s, k_g / T_g) + near,
        "half-hearted": t > q
        and m < R_s / k_s
        and k_s / R_s <= k_g / T_g
        and _near(played, (1 - (1 - t) * q / (t * (1 - q)), 0, 1, 1 - k_s * m / R_s), near),
        "trusting": t >= q and _near((seeker, greedy, anyway), (0, 0, 1), near),
    }
    found = [name for name, fits in good.items() if fits]
    return found[0] if len(found) == 1 else None


def _near(a, b, tolerance):
    return all(abs(x - y) < tolerance for x, y in zip(a, b, strict=True))


def test_the_principal_branch_plays_one_of_the_known_equilibria(play, draws):
    at = draws(SLUG, 500, seed=3)
    q = at["S_B"] / (at["R_B"] + at["S_B"])
    low, high = at["T_g"] / at["k_g"], at["R_s"] / at["k_s"]
    far = np.min([abs(at["t"] - q), abs(at["m"] - low), abs(at["m"] - high), abs(low - high)], axis=0) > 5e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.97, **at)
    played = np.column_stack(
        [
            found.taken("gesture seeker", "make"),
            found.taken("gesture greedy", "make"),
            found.taken("reply gesture=make", "cooperate"),
            found.taken("reply gesture=omit", "cooperate"),
        ]
    )
    seen = {}
    for i in np.flatnonzero(found.good):
        which = kind(played[i], **{name: float(column[i]) for name, column in at.items()})
        assert which is not None, (i, played[i])
        seen[which] = seen.get(which, 0) + 1
    assert {"separating", "guarded", "trusting", "pooling"} <= set(seen)


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_the_interval_in_which_a_gesture_proves_good_will(play, step):
    """Worked: [0.8, 2]. Inside the greedy do not make it and B cooperates; above, not even a seeker pays for it."""
    found = play(SLUG, m=[0.8 + step, 2 - step, 2 + step], **CARD)
    assert found.taken("gesture seeker", "make") == pytest.approx([1, 1, 0], abs=1e-6)
    assert found.taken("gesture greedy", "make") == pytest.approx([0, 0, 0], abs=1e-6)
    assert found["cooperation"] == pytest.approx([0.4, 0.4, 0], abs=1e-6)


def test_below_the_interval_a_gesture_is_believed_only_sometimes(play):
    """Worked at m = 0.5: the greedy make it with probability 0.444444444444, B cooperates with 0.625 - if the branch ends there."""
    found = play(SLUG, m=0.5, **CARD)
    greedy, trusts = (
        found.taken("gesture greedy", "make")[0],
        found.taken("reply gesture=make", "cooperate")[0],
    )
    semi = greedy == pytest.approx(0.444444444444, abs=1e-8) and trusts == pytest.approx(0.625, abs=1e-8)
    guarded = greedy == pytest.approx(0, abs=1e-8) and found["cooperation"][0] == pytest.approx(0, abs=1e-8)
    assert semi or guarded


@pytest.mark.parametrize("parameters", [{}, {"m": 0.5}, {"m": 2.5}, {"t": 0.8, "m": 0.3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)


@pytest.mark.parametrize(
    ("parameters", "kinds"),
    [
        ({}, {"separating", "guarded"}),
        ({"m": 0.5}, {"semi", "guarded"}),
        ({"m": 2.5}, {"guarded"}),
        ({"t": 0.8, "m": 0.3}, {"pooling", "trusting", "half-hearted"}),
        ({"t": 0.8, "m": 1.2}, {"separating", "trusting", "half-hearted"}),
        ({"t": 0.8, "m": 0.3, "T_g": 1.0, "k_g": 0.4}, {"pooling", "trusting"}),
    ],
)
def test_the_search_finds_every_kind_that_there_is(parameters, kinds):
    """All of them, and nothing that the derivation does not know."""
    game = find(SLUG).game
    at = {
        n: v
        for n, v in {**game.base, **parameters}.items()
        if n in ("t", "m", "R_s", "T_g", "k_s", "k_g", "R_B", "S_B")
    }
    seen = set()
    for one in equilibria(game.tree(), parameters).record():
        first = {s["name"]: s["probabilities"][0] for s in one["information_sets"]}
        names = ("gesture seeker", "gesture greedy", "reply gesture=make", "reply gesture=omit")
        which = kind([first[name] for name in names], **at, near=1e-5)
        assert which is not None, first
        seen.add(which)
    assert seen == kinds
