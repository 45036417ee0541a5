"""Chicken: the side that bears the larger risk of collision prevails; at exact symmetry the branch parts and says so.

Derivation. Standing gains (1 - q)(1 - y - b) - q y over giving way when the other stands with q, that is (1 - b)(m - q) with
the critical risk m = (1 - y - b) / (1 - b). The mixed equilibrium has each stand with the other's m. In logit p = L (1 -
b)(m1 - q), logit q = L (1 - b)(m2 - p): p = q would give m1 = m2, so the branch, which starts at p = q = 1/2, stays where p >
q if m1 > m2. There the only strict equilibrium is that the first stands; the mixed one (p = m2 < m1 = q) is on the other
side. At m1 = m2 = m the branch keeps p = q = x with logit x = L (1 - b)(m - x) and parts where the antisymmetric direction is
free: L (1 - b) x (1 - x) = 1.

Not tested: sides whose worths of giving way differ by less than 0.05, where the numerical path may take the other arm.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from detente.models import find
from detente.solve import STATUS, equilibria, solve

SLUG = "chicken"


def test_the_greater_critical_risk_prevails(play, draws):
    at = draws(SLUG, 500)
    apart = at["yield_2"] - at["yield_1"]
    at, apart = {n: column[np.abs(apart) > 0.05] for n, column in at.items()}, apart[np.abs(apart) > 0.05]
    found = play(SLUG, **at)
    assert found["first_prevails"] == pytest.approx(np.where(apart > 0, 1, 0), abs=1e-9)
    assert found["second_prevails"] == pytest.approx(np.where(apart > 0, 0, 1), abs=1e-9)


@pytest.mark.parametrize(("y", "tie"), [(0.2, 0.0), (0.4, 0.2), (0.6, 0.1)])
def test_the_threshold_has_two_sides(play, y, tie):
    found = play(SLUG, yield_1=[y - 0.06, y + 0.06], yield_2=y, tie=tie)
    assert found["first_prevails"] == pytest.approx([1, 0], abs=1e-9)


def test_the_quantal_answer_is_a_fixed_point_on_the_right_side(play, draws):
    at = draws(SLUG, 200, seed=5)
    at = {n: column[np.abs(at["yield_1"] - at["yield_2"]) > 0.05] for n, column in at.items()}
    found = play(SLUG, precision=9, **at)
    p, q = found.taken("first", "stand"), found.taken("second", "stand")
    k = 9 * (1 - at["tie"])
    m1, m2 = ((1 - at[y] - at["tie"]) / (1 - at["tie"]) for y in ("yield_1", "yield_2"))
    assert np.log(p / (1 - p)) == pytest.approx(k * (m1 - q), abs=1e-8)
    assert np.log(q / (1 - q)) == pytest.approx(k * (m2 - p), abs=1e-8)
    assert np.array_equal(p > q, m1 > m2)


@pytest.mark.parametrize(("y", "tie"), [(0.4, 0.0), (0.3, 0.1)])
def test_at_symmetry_the_branch_parts_where_the_derivation_says(y, tie):
    m = (1 - y - tie) / (1 - tie)

    def x(k):  # the symmetric quantal answer at precision k / (1 - tie)
        return brentq(lambda x: np.log(x / (1 - x)) - k * (m - x), 1e-9, 1 - 1e-9)

    parts = brentq(lambda k: k * x(k) * (1 - x(k)) - 1, 1, 30) / (1 - tie)
    point = {name: np.array([value]) for name, value in {"yield_1": y, "yield_2": y, "tie": tie}.items()}
    tree = find(SLUG).game.tree()
    before = solve(tree, point, precision=0.98 * parts, threads=1)
    assert before.certified.all()
    assert before.strategy[0, [0, 2]] == pytest.approx([x(0.98 * parts * (1 - tie))] * 2, abs=1e-8)
    for precision in (1.02 * parts, "limit"):
        after = solve(tree, point, precision=precision, threads=1)
        assert STATUS[int(after.status[0])] == "bifurcation"
    found = equilibria(tree, {name: float(value[0]) for name, value in point.items()})
    assert found.complete
    assert len(found) == 3
    collisions = sorted(found.events(i)["collision"] for i in range(3))
    assert collisions == pytest.approx([0, 0, m * m], abs=1e-7)


@pytest.mark.parametrize("parameters", [{}, {"yield_1": 0.6, "yield_2": 0.2}, {"tie": 0.25, "yield_1": 0.4}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)
