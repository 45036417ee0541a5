"""Coordination with a quarrel: the side that minds the other's terms more gets its own.

Derivation. With p and q the chances that the sides choose the first one's terms, that choice gains (1 + w1) q - w1 for the
first and (1 + w2) p - 1 for the second. On the line p + q = 1 the logit equations add up to p (w2 - w1) = 0, so off w1 = w2
the branch never crosses it; it leaves even odds in the direction of w2 - w1. The mixed equilibrium p = 1/(1 + w2), q = w1/(1
+ w1) has p + q - 1 of the sign of w1 - w2, on the other side. So the branch ends at the first side's terms iff w1 < w2. The
mixed one fails to agree with p (1 - q) + q (1 - p) = (1 + w1 w2) / ((1 + w1)(1 + w2)).

Not tested: worths within 0.05 of one another, where the numerical path may take the other arm.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import STATUS, equilibria, solve

SLUG = "battle-of-sexes"


def test_who_minds_less_gives_in(play, draws):
    at = draws(SLUG, 500)
    apart = at["other_2"] - at["other_1"]
    at, apart = {n: c[np.abs(apart) > 0.05] for n, c in at.items()}, apart[np.abs(apart) > 0.05]
    found = play(SLUG, **at)
    assert found["on_first"] == pytest.approx(np.where(apart > 0, 1, 0), abs=1e-9)
    assert found["on_second"] == pytest.approx(np.where(apart > 0, 0, 1), abs=1e-9)


@pytest.mark.parametrize("other", [0.2, 0.5, 0.8])
def test_the_threshold_has_two_sides(play, other):
    found = play(SLUG, other_1=[other - 0.06, other + 0.06], other_2=other)
    assert found["on_first"] == pytest.approx([1, 0], abs=1e-9)


@pytest.mark.parametrize("precision", [1, 4, 12])
def test_the_quantal_answer_stays_on_its_side_of_the_line(play, draws, precision):
    at = draws(SLUG, 200, seed=6)
    w1, w2 = at["other_1"], at["other_2"]
    found = play(SLUG, precision=precision, **at)
    p, q = found.taken("first", "terms_1"), found.taken("second", "terms_1")
    assert np.log(p / (1 - p)) == pytest.approx(precision * ((1 + w1) * q - w1), abs=1e-7)
    assert np.log(q / (1 - q)) == pytest.approx(precision * ((1 + w2) * p - 1), abs=1e-7)
    far = np.abs(w1 - w2) > 0.05
    assert np.array_equal(np.sign(p + q - 1)[far], np.sign(w2 - w1)[far])


def test_three_equilibria():
    w1, w2 = 0.3, 0.6
    found = equilibria(find(SLUG).game, {"other_1": w1, "other_2": w2})
    assert found.complete
    assert sorted(e.pure for e in found.found) == [False, True, True]
    mixed = next(i for i, e in enumerate(found.found) if not e.pure)
    assert found.events(mixed)["no_agreement"] == pytest.approx(
        (1 + w1 * w2) / ((1 + w1) * (1 + w2)), abs=1e-8
    )
    assert (found.solutions.value[mixed] < np.array([w1, w2])).all()


def test_at_symmetry_the_branch_parts():
    point = {"other_1": np.array([0.4]), "other_2": np.array([0.4])}
    tree = find(SLUG).game.tree()
    assert STATUS[int(solve(tree, point, threads=1).status[0])] == "bifurcation"
    assert len(equilibria(tree, {"other_1": 0.4, "other_2": 0.4})) == 3


@pytest.mark.parametrize("parameters", [{}, {"other_1": 0.8, "other_2": 0.3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=5, **parameters)
