"""Two-type crisis signalling: the bluffer makes the target indifferent, the target makes the bluffer indifferent.

Derivation. A challenge is believed to be meant with probability q. Resisting is worth 1 - q (1 + d) to the target, conceding 0, so the
target is indifferent at q* = 1/(1+d). An unresolved challenger gains (1 - r) - r a, so it is indifferent at r = 1/(1+a).
With few resolved (p < q*) bluffers challenge until q = q*: beta = p d/(1-p). With many, everybody challenges and none is resisted.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "crisis-signalling"


def closed_form(p, a, d):
    low = p < 1 / (1 + d)
    return {
        "challenged": np.where(low, p * (1 + d), 1.0),
        "bluff": np.where(low, p * d, 1 - p),
        "war": np.where(low, p / (1 + a), 0.0),
        "backs_down": np.where(low, p * d / (1 + a), 0.0),
    }


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"p": 0.3, "a": 0.5, "d": 1}, {"challenged": 0.6, "war": 0.2, "backs_down": 0.2}),
        ({"p": 0.2, "a": 1, "d": 2}, {"challenged": 0.6, "war": 0.1, "backs_down": 0.2}),
        ({"p": 0.6, "a": 0.5, "d": 1}, {"challenged": 1, "war": 0, "gives_way": 1}),
    ],
)
def test_worked_numbers(play, parameters, expected):
    found = play(SLUG, **parameters)
    for event, value in expected.items():
        assert found[event][0] == pytest.approx(value, abs=1e-9), event


def test_worked_strategies(play):
    found = play(SLUG, p=0.3, a=0.5, d=1)
    assert found.taken("answer", "resist")[0] == pytest.approx(2 / 3, abs=1e-9)
    assert found.taken("open unresolved", "challenge")[0] == pytest.approx(3 / 7, abs=1e-9)
    assert found.belief("answer")[0] == pytest.approx(1 / 2, abs=1e-9)


@pytest.mark.parametrize(
    ("precision", "resist", "bluff", "belief"),
    [
        (5, 0.623989646397, 0.550264850215, 0.417386857567),
        (50, 0.66983493054, 0.440872998995, 0.492925614295),
        (500, 0.667043750768, 0.429764248288, 0.499305155461),
    ],
)
def test_quantal_numbers_at_finite_precision(play, precision, resist, bluff, belief):
    found = play(SLUG, precision=precision, p=0.3, a=0.5, d=1, w_high=0.2, loss=0.5)
    assert found.taken("answer", "resist")[0] == pytest.approx(resist, abs=1e-9)
    assert found.taken("open unresolved", "challenge")[0] == pytest.approx(bluff, abs=1e-9)
    assert found.belief("answer")[0] == pytest.approx(belief, abs=1e-9)


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    far = np.abs(at["p"] * (1 + at["d"]) - 1) > 1e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, **at)
    for event, value in closed_form(at["p"], at["a"], at["d"]).items():
        assert found[event] == pytest.approx(value, abs=1e-7), event


@pytest.mark.parametrize("d", [0.4, 1.0, 2.5])
def test_the_threshold_has_two_sides(play, d):
    """Bluffs are called below p = 1/(1+d) and believed above it."""
    at, step = 1 / (1 + d), 1e-4
    found = play(SLUG, p=[at - step, at + step], a=0.5, d=d)
    assert found["war"] == pytest.approx([(at - step) / 1.5, 0], abs=1e-6)
    assert found["challenged"] == pytest.approx([(at - step) * (1 + d), 1], abs=1e-6)


def test_war_does_not_depend_on_how_bad_it_is_for_the_bluffer(play):
    found = play(SLUG, p=0.3, a=0.5, d=1, loss=np.linspace(0.1, 2, 9))
    assert found["war"] == pytest.approx(np.full(9, 0.2), abs=1e-9)


@pytest.mark.parametrize("parameters", [{"p": 0.3}, {"p": 0.7, "a": 0.2}, {"p": 0.2, "a": 1, "d": 2}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=20, **parameters)
    gambit_agrees(SLUG, lam=3, **parameters)
