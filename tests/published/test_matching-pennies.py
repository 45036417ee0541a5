"""Matching pennies with one larger prize: exact equilibrium by indifference, quantal answer by bisection on one equation.

Derivation. The raider gains prize u - (1 - u) by going to the rich place, if that is unwatched with u; the guard gains 1 - 2
p by watching the poor one, if the raid is at the rich place with p. So u = 1/(1 + prize) and p = 1/2 in the exact
equilibrium: a prize moves the other side alone. In the logit equilibrium p = s(L (prize u - 1 + u)) with u = s(L (1 - 2 p)):
the right side falls in p, so there is one solution at every L, and at p = 1/2 it is s(L (prize - 1) / 2), so p is above 1/2
iff the prize is above 1.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from detente.models import find
from detente.solve import equilibria

SLUG = "matching-pennies"


def quantal(prize, precision):
    """Probability of a raid at the rich place, and of its being unwatched."""

    def unwatched(p):
        return expit(precision * (1 - 2 * p))

    p = brentq(lambda p: p - expit(precision * ((prize + 1) * unwatched(p) - 1)), 0, 1, xtol=1e-15)
    return p, unwatched(p)


def test_the_exact_equilibrium(play):
    prize = np.array([0.1, 0.5, 1, 2, 4, 7, 9])
    found = play(SLUG, prize=prize)
    assert found["at_rich"] == pytest.approx(np.full(7, 0.5), abs=1e-9)
    assert found["unwatched"] == pytest.approx(1 / (1 + prize), abs=1e-9)
    assert found.value("raider") == pytest.approx(prize / (1 + prize), abs=1e-9)


@pytest.mark.parametrize("precision", [0.5, 3, 20])
def test_the_quantal_answer(play, precision):
    prize = np.array([0.1, 0.9, 1.1, 4, 9])
    found = play(SLUG, precision=precision, prize=prize)
    expected = np.array([quantal(x, precision) for x in prize])
    assert found["at_rich"] == pytest.approx(expected[:, 0], abs=1e-9)
    assert found["unwatched"] == pytest.approx(expected[:, 1], abs=1e-9)
    assert np.array_equal(found["at_rich"] > 0.5, prize > 1)


def test_the_direction_of_goeree_and_holt(play):
    """320 for 80: 96 per cent, unwatched 16; 44 for 80: 8 per cent, 80. The exact equilibrium says 50 for both raiders."""
    found = play(SLUG, precision=3, prize=[7, 0.1])
    observed = np.array([[0.96, 0.16], [0.08, 0.80]])
    ours = np.column_stack([found["at_rich"], found["unwatched"]])
    assert np.array_equal(ours > 0.5, observed > 0.5)
    exact = np.array([[0.5, 1 / 8], [0.5, 1 / 1.1]])
    assert (np.abs(ours - observed)[:, 0] < np.abs(exact - observed)[:, 0]).all()


def test_there_is_one_equilibrium():
    found = equilibria(find(SLUG).game, {"prize": 7})
    assert found.complete
    assert len(found) == 1
    assert not found.found[0].pure


@pytest.mark.parametrize("parameters", [{}, {"prize": 1.3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=5, **parameters)
