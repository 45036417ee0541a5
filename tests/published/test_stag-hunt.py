"""The stag hunt: at even stakes the principal branch ends at the risk-dominant equilibrium; at uneven stakes it need not.

Derivation. The first side gains q - h1 by joining when the other joins with q, the second stake (p - h2). Both joining and
both safe are strict, and each is indifferent at q = h1, p = h2. Risk dominance compares (1 - h1)(1 - h2) with h1 h2: h1 + h2
< 1. At stake 1 the logit equations are logit p = L (q - h1), logit q = L (p - h2). On the line p + q = 1 they would give
logit p + logit q = 0 and so 1 - h1 - h2 = 0: off the tie the branch, which leaves L = 0 to the side of the sign of 1 - h1 -
h2, can never cross that line, and the strict equilibrium on its side is the risk-dominant one. (The mixed one, p + q = h1 +
h2, lies on the other side.)

Not tested: draws within 0.05 of the tie, where the two arms of the branch are so close that the numerical path may take the
other one.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "stag-hunt"


def test_even_stakes_select_risk_dominance(play, draws):
    at = draws(SLUG, 500, stake=1)
    short = 1 - at["safe_1"] - at["safe_2"]
    at = {name: column[np.abs(short) > 0.05] for name, column in at.items()}
    found = play(SLUG, **at)
    wins = (1 - at["safe_1"]) * (1 - at["safe_2"]) > at["safe_1"] * at["safe_2"]
    assert 0.2 < wins.mean() < 0.8
    assert found["joint"] == pytest.approx(np.where(wins, 1, 0), abs=1e-9)
    assert found["both_safe"] == pytest.approx(np.where(wins, 0, 1), abs=1e-9)


@pytest.mark.parametrize("h", [0.2, 0.5, 0.8])
def test_the_threshold_has_two_sides(play, h):
    found = play(SLUG, stake=1, safe_1=h, safe_2=[1 - h - 0.06, 1 - h + 0.06])
    assert found["joint"] == pytest.approx([1, 0], abs=1e-9)


@pytest.mark.parametrize("precision", [1, 4, 10])
def test_the_quantal_answer_stays_on_its_side_of_the_line(play, draws, precision):
    at = draws(SLUG, 200, seed=4, stake=1)
    found = play(SLUG, precision=precision, **at)
    p, q = found.taken("first", "join"), found.taken("second", "join")
    assert np.log(p / (1 - p)) == pytest.approx(precision * (q - at["safe_1"]), abs=1e-8)
    assert np.log(q / (1 - q)) == pytest.approx(precision * (p - at["safe_2"]), abs=1e-8)
    short = 1 - at["safe_1"] - at["safe_2"]
    far = np.abs(short) > 0.05
    assert np.array_equal(np.sign(p + q - 1)[far], np.sign(short)[far])


def test_the_side_with_the_high_stakes_leads(play):
    """Both points are a pair of mirrors in who is wary; only the unit of the second side's payoff tells them apart."""
    found = play(SLUG, safe_1=[0.7, 0.2], safe_2=[0.2, 0.7], stake=[4, 4])
    assert found["joint"] == pytest.approx([1, 0], abs=1e-9)
    even = play(SLUG, safe_1=[0.7, 0.2], safe_2=[0.2, 0.7], stake=[1, 1])
    assert even["joint"] == pytest.approx([1, 1], abs=1e-9)


def test_three_equilibria_and_the_mixed_one_is_where_each_is_indifferent():
    found = equilibria(find(SLUG).game, {"safe_1": 0.4, "safe_2": 0.3, "stake": 2})
    assert found.complete
    assert sorted(e.pure for e in found.found) == [False, True, True]
    mixed = next(i for i, e in enumerate(found.found) if not e.pure)
    assert found.strategy(mixed) == pytest.approx([0.3, 0.7, 0.4, 0.6], abs=1e-7)


@pytest.mark.parametrize(
    "parameters", [{}, {"safe_1": 0.7, "safe_2": 0.6}, {"safe_1": 0.2, "safe_2": 0.7, "stake": 4}]
)
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)
