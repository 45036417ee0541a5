"""A probabilistic threat: the effectiveness condition from below, the acceptability condition from above.

Derivation. Defied, a threat of risk r is worth (1-r) gain - r war to a leadership, a withdrawal -yield. The soft
withdraw if r > (gain + yield)/(gain + war), a number below 1. The hard have yield > war: they defy at every r. If it
works, the threat gives (1-h) prize - h (r war_US + (1-r) loss), silence -loss: it is made if (1-h)(prize + loss) > h
r (war_US - loss). If it does not work, it gives -loss - r (war_US - loss) < -loss. Both can be met if h is below the
h at which the two bounds are the same number.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.scenario import Evaluator, read_scenario

SLUG = "cuban-missiles-brinkmanship"


def bounds(at):
    low = (at["gain"] + at["yield_soft"]) / (at["gain"] + at["war_soft"])
    high = (1 - at["h"]) * (at["prize"] + at["loss"]) / (at["h"] * (at["war_US"] - at["loss"]))
    return low, high


def test_the_threat_is_made_between_the_bounds(play, draws):
    at = draws(SLUG, 500)
    low, high = bounds(at)
    far = np.min([abs(at["risk"] - low), abs(at["risk"] - high)], axis=0) > 1e-3
    at = {name: column[far] for name, column in at.items()}
    low, high = bounds(at)
    found = play(SLUG, **at)
    made = (at["risk"] > low) & (at["risk"] < high)
    assert 0.05 < made.mean() < 0.95
    assert found["threat"] == pytest.approx(made.astype(float), abs=1e-9)
    assert found["war"] == pytest.approx(made * at["h"] * at["risk"], abs=1e-9)
    assert found["withdrawal"] == pytest.approx(made * (1 - at["h"]), abs=1e-9)


def test_both_bounds_have_two_sides(play):
    """Base numbers with h = 0.35: from (2 + 4)/(2 + 8) = 0.6 to 0.65 * 3 / (0.35 * 8) = 0.696428571429."""
    step = 1e-3
    found = play(SLUG, h=0.35, risk=[0.6 - step, 0.6 + step, 0.696428571429 - step, 0.696428571429 + step])
    assert found["threat"] == pytest.approx([0, 1, 1, 0], abs=1e-9)


def test_above_a_share_of_the_hard_no_risk_will_do(play):
    """The bounds meet where h = 3 / (3 + 8 * 0.6) = 0.384615384615."""
    threshold = find(SLUG).thresholds[3]
    limit = float(threshold.value(find(SLUG).at()))
    assert limit == pytest.approx(0.384615384615, abs=1e-12)
    risks = np.linspace(0.0205, 0.9805, 97)  # 0.6 itself is a tie
    assert play(SLUG, h=limit - 0.01, risk=risks)["threat"].max() == pytest.approx(1, abs=1e-9)
    assert play(SLUG, h=limit + 0.01, risk=risks)["threat"].max() == pytest.approx(0, abs=1e-9)


def test_the_best_risk_is_the_least_that_works():
    """Of threats that are made in any case, value(US) jumps up at the effectiveness bound and falls on both sides of it."""
    evaluator = Evaluator(read_scenario(SLUG))
    risks = np.array([0.5, 0.59, 0.61, 0.7, 0.9])
    found = evaluator.evaluate({"risk": risks}, ["chosen_threat"])
    us = found.value["chosen_threat"]["US"]
    told = np.where(risks < 0.6, -2 - 8 * risks, 0.8 - 0.2 * (2 + 8 * risks))
    assert us == pytest.approx(told, abs=1e-9)
    assert us.argmax() == 2


@pytest.mark.parametrize("parameters", [{}, {"risk": 0.5}, {"h": 0.35, "risk": 0.9}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=2, **parameters)
