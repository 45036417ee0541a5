"""The dilemma with a penalty f on defecting: three regions, and which of two equilibria the principal branch has between them.

Derivation. Against a side that keeps, defecting gains t - f; against one that defects, s - f with s = t + gap. Below t both are gains:
defecting dominates. Above s keeping dominates. Between, both are equilibria, and a side is indifferent if the other keeps with
x = (s - f) / gap. The quantal equilibrium is symmetric: logit(x) = lambda (f - s + gap x). At x = 1/2 the right side is lambda times
f - (t + s) / 2; where that is above 0 the solution that starts at 1/2 rises with lambda to 1, else it falls to 0.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from detente.models import find
from detente.solve import equilibria

SLUG = "prisoners-dilemma"


def test_the_three_regions(play, draws):
    at = draws(SLUG, 400)
    middle = at["t"] + at["gap"] / 2
    far = np.abs(at["fine"] - middle) > 1e-3
    at, middle = {name: column[far] for name, column in at.items()}, middle[far]
    found = play(SLUG, **at)
    assert found["pact_kept"] == pytest.approx(np.where(at["fine"] > middle, 1, 0), abs=1e-9)
    assert found["both_defect"] == pytest.approx(np.where(at["fine"] > middle, 0, 1), abs=1e-9)


@pytest.mark.parametrize("t", [0.2, 0.9, 1.4])
def test_the_threshold_has_two_sides(play, t):
    at = t + 0.3
    found = play(SLUG, t=t, gap=0.6, fine=[at - 1e-4, at + 1e-4])
    assert found["pact_kept"] == pytest.approx([0, 1], abs=1e-9)


@pytest.mark.parametrize(("fine", "pacts", "wars"), [(0.3, 0, 1), (0.6, 1, 1), (1.2, 1, 0)])
def test_pure_equilibria_in_each_region(fine, pacts, wars):
    found = equilibria(find(SLUG).game, {"t": 0.5, "gap": 0.4, "fine": fine})
    assert found.complete
    kept = [found.events(i)["pact_kept"] for i, e in enumerate(found.found) if e.pure]
    assert (kept.count(1.0), kept.count(0.0)) == (pacts, wars)


@pytest.mark.parametrize(("fine", "precision"), [(0, 2), (0.6, 3), (0.8, 6)])
def test_the_quantal_answer_is_the_symmetric_fixed_point(play, fine, precision):
    t, gap = 0.5, 0.4
    high = fine > t + gap / 2
    x = brentq(
        lambda x: np.log(x / (1 - x)) - precision * (fine - t - gap + gap * x),
        0.5 if high else 1e-12,
        1 - 1e-12 if high else 0.5,
    )
    found = play(SLUG, precision=precision, t=t, gap=gap, fine=fine)
    assert found.taken("first", "keep")[0] == pytest.approx(x, abs=1e-9)
    assert found.taken("second", "keep")[0] == pytest.approx(x, abs=1e-9)


@pytest.mark.parametrize("parameters", [{}, {"fine": 0.6}, {"fine": 0.8}, {"fine": 2}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
