"""Unilateral deterrence with private nerve on both sides: four regions in the shares of the hard.

Derivation. At the last move the hard fight (c < a) and the soft back down. A hard defender resists (d_hard < 1). A
soft one compares -q d with -1, q the belief that the challenger is hard: resists while q < 1/d. A challenge that is
resisted with probability R is worth (1 - R) - R c to the hard and (1 - R) - R a to the soft: they challenge below R =
1/(1+c) and R = 1/(1+a). R is h at least. h > 1/(1+c): none challenges. 1/(1+a) < h < 1/(1+c): only the hard can; q =
1, the soft defender concedes, R = h. h < 1/(1+a): with p > 1/d all challenge and R = h; with p < 1/d that would be
resisted by all, so q = 1/d and R = 1/(1+a).
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "unilateral-deterrence"


def closed_form(p, h, c, a, d):
    none, only_hard, all_in = h > 1 / (1 + c), h > 1 / (1 + a), p > 1 / d
    choose = [none, only_hard, all_in]
    return {
        "challenged": np.select(choose, [0 * p, p, 1 + 0 * p], p * d),
        "bluff": np.select(choose, [0 * p, 0 * p, 1 - p], p * (d - 1)),
        "war": np.select(choose, [0 * p, p * h, p * h], p / (1 + a)),
        "concedes": np.select(choose, [0 * p, p * (1 - h), 1 - h], p * d * a / (1 + a)),
        "backs_down": np.select(choose, [0 * p, 0 * p, (1 - p) * h], p * (d - 1) / (1 + a)),
    }


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    p, h, c, a, d = (at[name] for name in ("p", "h", "c", "a", "d"))
    far = np.min([abs(h * (1 + c) - 1), abs(h * (1 + a) - 1), abs(p * d - 1)], axis=0) > 2e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, **at)
    for event, value in closed_form(*(at[name] for name in ("p", "h", "c", "a", "d"))).items():
        assert found[event] == pytest.approx(value, abs=1e-7), event


@pytest.mark.parametrize("c", [0.1, 0.4])
def test_certain_deterrence_has_two_sides(play, c):
    at, step = 1 / (1 + c), 1e-3
    found = play(SLUG, c=c, a=1, p=0.4, h=[at - step, at + step])
    assert found["challenged"] == pytest.approx([0.4, 0], abs=1e-6)


@pytest.mark.parametrize("a", [0.7, 1.8])
def test_the_soft_are_deterred_earlier_than_the_hard(play, a):
    at, step = 1 / (1 + a), 1e-3
    found = play(SLUG, a=a, p=0.3, d=2, h=[at - step, at + step])
    assert found["bluff"] == pytest.approx([0.3, 0], abs=1e-6)


def test_what_a_soft_defender_fears_has_two_sides(play):
    found = play(SLUG, a=1, h=0.2, d=2, p=[0.5 - 1e-3, 0.5 + 1e-3])
    assert found["war"] == pytest.approx([0.499 / 2, 0.501 * 0.2], abs=1e-6)


@pytest.mark.parametrize(("h", "count"), [(0.6, 2), (0.2, 2), (0.9, 1)])
def test_deterrence_by_a_belief_is_an_equilibrium_too(h, count):
    """None challenges where a challenge would be put down to the soft: beside the closed form's answer, or the same outcome as it."""
    found = equilibria(find(SLUG).game, {"h": h, "c": 0.3, "a": 1, "p": 0.3, "d": 2})
    outcomes = {round(found.events(i)["challenged"], 6) for i in range(len(found.found))}
    assert 0 in outcomes
    assert len(outcomes) == count


@pytest.mark.parametrize("parameters", [{}, {"h": 0.6}, {"h": 0.9}, {"p": 0.7}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
