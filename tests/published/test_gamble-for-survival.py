"""A leader who falls with a poor settlement and may be saved by a lucky war.

Derivation. The share s is uniform on [M - w, M + w]; F = P(s < sbar) = clamp((sbar - M + w) / (2 w)). Settling for y < sbar is worth
y - J, fighting M - c - J F: the leader fights iff J (1 - F) > y - M + c. A bridge sbar + give is worth at least sbar > M - c, so it is
taken. The opponent prefers the poor offer where that is accepted, for y < sbar; where it is refused it has 1 - M - c_O by the war and
1 - sbar - give by the bridge.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.scenario import Evaluator, read_scenario
from detente.solve import equilibria

SLUG = "gamble-for-survival"
CARD = {"y": 0.4, "M": 0.35, "c": 0.1, "sbar": 0.45}


def border(y, M, c, sbar, w, **_):
    fall = np.clip((sbar - M + w) / (2 * w), 0, 1)
    return np.where(fall < 1, (y - M + c) / np.maximum(1 - fall, 1e-12), np.where(y > M - c, np.inf, -np.inf))


@pytest.mark.parametrize(("w", "at"), [(0.2, 0.6), (0.4, 0.4)])
@pytest.mark.parametrize("step", [1e-5, 1e-2])
def test_worked_thresholds_on_both_sides(play, w, at, step):
    assert border(**CARD, w=w) == pytest.approx(at, abs=1e-11)
    assert find(SLUG).thresholds[0].value(find(SLUG).at({**CARD, "w": w})) == pytest.approx(at, abs=1e-11)
    found = play(SLUG, J=[at - step, at + step], w=w, c_O=0.05, **CARD)
    assert found["fights_on"] == pytest.approx([0, 1], abs=1e-6)


def test_the_closed_form_is_the_mean_over_drawn_outcomes():
    rng = np.random.default_rng(6)
    for w in (0.15, 0.2, 0.4):
        share = rng.uniform(0.35 - w, 0.35 + w, 400_000)
        for step in (-0.05, 0.05):
            J = float(border(**CARD, w=w)) + step
            fight = share.mean() - 0.1 - J * (share < 0.45).mean()
            assert (fight > 0.4 - J) == (step > 0)


def test_over_the_whole_range(play, draws):
    at = draws(SLUG, 500)
    J_star, bridge = border(**at), at["M"] + at["c_O"] - at["sbar"] - at["give"]
    fall = np.clip((at["sbar"] - at["M"] + at["w"]) / (2 * at["w"]), 0, 1)
    gain = at["J"] * (1 - fall) - (at["y"] - at["M"] + at["c"])
    far = (np.abs(gain) > 1e-3) & (np.abs(bridge) > 1e-3)
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    refused = at["J"] > J_star
    assert found["fights_on"] == pytest.approx((refused & (bridge < 0))[far].astype(float), abs=1e-7)
    assert found["bridge"] == pytest.approx((refused & (bridge > 0))[far].astype(float), abs=1e-7)
    opponent = np.where(refused, 1 - at["M"] - at["c_O"] + np.maximum(bridge, 0), 1 - at["y"])
    assert found.value("O") == pytest.approx(opponent[far], abs=1e-6)
    assert {True, False} == set((refused & (bridge > 0))[far]) == set((refused & (bridge < 0))[far])


def test_without_a_bridge_the_threshold_is_exact(draws):
    at = draws(SLUG, 300, seed=3)
    at.pop("give")
    far = np.abs(at["J"] - border(**at)) > 1e-3
    at = {name: column[far] for name, column in at.items()}
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["no_bridge", "golden_bridge"])
    assert found.event["no_bridge"]["fights_on"] == pytest.approx((at["J"] > border(**at)) * 1.0, abs=1e-6)
    assert found.event["golden_bridge"]["fights_on"] == pytest.approx(np.zeros(far.sum()), abs=1e-9)


def test_there_is_one_equilibrium():
    found = equilibria(find(SLUG).game, {**CARD, "w": 0.2, "c_O": 0.05, "J": 0.7})
    assert found.complete
    assert len(found.found) == 1


@pytest.mark.parametrize("parameters", [{}, {"J": 0.3}, {"c_O": 0.05}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
