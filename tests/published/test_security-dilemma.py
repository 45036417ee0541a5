"""The security dilemma: the least trust, and two bounds between which the principal branch chooses.

Derivation. The greedy arm: it is worth 1 + e against 1, or 0 against -s. If the other side holds back with
probability c over both of its kinds, a seeker gains c (1 - T + s) - s by holding back, so it does if c > m = s/(1 - T
+ s). c is t at most: m < t is needed. Arming on both sides is always an equilibrium. On the principal branch both
sides play alike; c = t x + (1-t) y with seekers at x and greedy at y <= 1/2. If t/2 > m the gain at x = 1/2 is above
0 whatever y is, so x cannot fall through 1/2 and ends at 1. If m > 1/2 then at x = 1/2 c <= 1/2 < m, so x cannot rise
through it and ends at 0. Between these bounds precision decides: there is no formula here.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "security-dilemma"


def test_outside_the_bounds_the_answer_is_known_and_inside_it_is_one_of_two(play, draws):
    at = draws(SLUG, 500)
    least = at["s"] / (1 - at["T"] + at["s"])
    far = np.min([abs(at["t"] - 2 * least), abs(least - 0.5), abs(at["t"] - least)], axis=0) > 1e-3
    at, least = {name: column[far] for name, column in at.items()}, least[far]
    found = play(SLUG, certified=0.98, **at)
    good, t = found.good, at["t"]
    surely, never = good & (t > 2 * least), good & ((t < least) | (least > 0.5))
    assert min(surely.sum(), never.sum()) > 50
    assert found["both_hold"][surely] == pytest.approx(t[surely] ** 2, abs=1e-8)
    assert found["both_hold"][never] == pytest.approx(np.zeros(never.sum()), abs=1e-8)
    near = np.minimum(abs(found["both_hold"] - t**2), abs(found["both_hold"]))
    assert near[good] == pytest.approx(np.zeros(good.sum()), abs=1e-8)


@pytest.mark.parametrize(("t", "count"), [(0.8, 3), (0.62, 1)])
def test_equilibria_on_both_sides_of_the_least_trust(t, count):
    """s = 1, T = 0.4: the least trust is 0.625. Above it a third equilibrium lies between holding back and arming."""
    found = equilibria(find(SLUG).game, {"t": t, "s": 1, "T": 0.4})
    kept = sorted(round(found.events(i)["both_hold"], 9) for i in range(len(found.found)))
    assert kept == pytest.approx([0, 0.625**2, t * t][:count] if count == 3 else [0], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"s": 1.2}, {"t": 0.2}, {"t": 0.45}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)
