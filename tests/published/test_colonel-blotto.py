"""Colonel Blotto, four units against three in two places: the solver against a linear programme and a closed form.

Derivation. By symmetry of the places count three divisions of the stronger (4-0, 3-1, 2-2) and two of the weaker (3-0, 2-1).
With c the worth of a beaten unit, the stronger has on average (1 + 3c)/2 and 3c/2 from 4-0, (1 - c)/2 and 1/2 + c from 3-1,
-2c and 1 + c from 2-2. If the weaker masses with b, 4-0 rises in b, the others fall. So the weaker side's best b is where 4-0
meets the higher of the others: 2-2 iff c > 1/3 (there b = 1/3 makes all three 2/3), else 3-1. This gives b = (1 - c/2)/(3/2 +
3c) or (1 - c)/(1 + 3c), and with c = 1 the value 14/9.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

SLUG = "colonel-blotto"


def worth(ours: int, theirs: int, spoils: float) -> float:
    """What the stronger side has from one pair of divisions, place by place."""
    total = 0.0
    for mine, yours in ((ours, theirs), (4 - ours, 3 - theirs)):
        if mine > yours:
            total += 1 + spoils * yours
        elif mine < yours:
            total -= 1 + spoils * mine
    return total


def programme(spoils: float) -> float:
    """Value of the zero-sum game: the most that a mixture of the stronger side guarantees."""
    table = np.array([[worth(i, j, spoils) for j in range(4)] for i in range(5)])
    found = linprog(
        [0] * 5 + [-1],
        A_ub=np.column_stack([-table.T, np.ones(4)]),
        b_ub=np.zeros(4),
        A_eq=[[1] * 5 + [0]],
        b_eq=[1],
        bounds=[(0, 1)] * 5 + [(None, None)],
    )
    return -found.fun


def closed_form(c):
    return np.where(
        c > 1 / 3,
        ((1 + 3 * c) * (1 + c) / 2 + 3 * c**2) / (1.5 + 3 * c),
        (1 - c) / 2 + 6 * c**2 / (1 + 3 * c),
    )


def test_the_value_three_ways(play):
    spoils = np.linspace(0.03, 1.89, 40)
    found = play(SLUG, spoils=spoils)
    assert found.value("blotto") == pytest.approx([programme(c) for c in spoils], abs=1e-7)
    assert found.value("blotto") == pytest.approx(closed_form(spoils), abs=1e-7)
    assert found.value("other") == pytest.approx(-found.value("blotto"), abs=1e-12)


def test_the_textbook_value(play):
    found = play(SLUG, spoils=1)
    assert found.value("blotto")[0] == pytest.approx(14 / 9, abs=1e-9)
    assert [found[e][0] for e in ("massed", "three_one", "even")] == pytest.approx(
        [8 / 9, 0, 1 / 9], abs=1e-7
    )


@pytest.mark.parametrize("step", [1e-2, 5e-2])
def test_the_threshold_has_two_sides(play, step):
    found = play(SLUG, spoils=[1 / 3 - step, 1 / 3 + step])
    assert np.array_equal(found["even"] > 1e-6, [False, True])
    assert np.array_equal(found["three_one"] > 1e-6, [True, False])


def test_neither_side_can_be_beaten(play):
    """Against the mixture found, no division of the other does better than the value, and the other way round."""
    for spoils in (0.1, 0.7, 1.5):
        found = play(SLUG, spoils=spoils)
        ours = np.array([found.taken("ours", str(k))[0] for k in range(5)])
        theirs = np.array([found.taken("theirs", str(k))[0] for k in range(4)])
        table = np.array([[worth(i, j, spoils) for j in range(4)] for i in range(5)])
        value = closed_form(spoils)
        assert (table @ theirs).max() == pytest.approx(value, abs=1e-6)
        assert (ours @ table).min() == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"spoils": 0.2}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=3, **parameters)
