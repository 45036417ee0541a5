"""Chicken in October 1962: the two pure equilibria, the mixed one, and who fears war less on the principal branch.

Derivation. Against a withdrawal a strike gains 4 - 3 = 1; against missiles maintained it loses 2 - w_US. The United
States are indifferent at x = (2 - w_US)/(3 - w_US) withdrawals, and the Soviet Union at y = (2 - w_SU)/(3 - w_SU)
blockades; war is (1-x)(1-y). The branch: swapping the players with their numbers swaps the answers, so the choice
between the pure equilibria turns at w_US = w_SU; with w_US > w_SU the strike is the better reply to an even mix for
more, so the United States' standing firm is risk-dominant: the product of losses from leaving (strike, withdraw) is 1
* (2 - w_SU), above 1 * (2 - w_US). Near a tie the principal branch almost forks; draws keep 0.3 away from it, for the
solver's steps may pass to the other arm there.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "cuban-missiles-chicken"


def test_who_fears_war_less_stands_firm(play, draws):
    at = draws(SLUG, 400)
    far = np.abs(at["w_US"] - at["w_SU"]) > 0.3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, **at)
    assert found["US_wins"] == pytest.approx(np.where(at["w_US"] > at["w_SU"], 1, 0), abs=1e-9)
    assert found["SU_wins"] == pytest.approx(np.where(at["w_US"] > at["w_SU"], 0, 1), abs=1e-9)


@pytest.mark.parametrize("w", [-2, 0, 0.6])
def test_the_threshold_has_two_sides(play, w):
    found = play(SLUG, w_US=w, w_SU=[w - 0.3, w + 0.3])
    assert found["US_wins"] == pytest.approx([1, 0], abs=1e-9)


@pytest.mark.parametrize(("w_us", "w_su"), [(1, 1), (0.5, 0), (-2, 1), (-3, -3)])
def test_there_are_three_equilibria_and_the_compromise_is_none_of_them(w_us, w_su):
    found = equilibria(find(SLUG).game, {"w_US": w_us, "w_SU": w_su})
    assert found.complete
    events = [found.events(i) for i in range(len(found.found))]
    pure = [e for e, f in zip(events, found.found, strict=True) if f.pure]
    mixed = [e for e, f in zip(events, found.found, strict=True) if not f.pure]
    assert sorted(e["US_wins"] for e in pure) == pytest.approx([0, 1])
    assert sorted(e["SU_wins"] for e in pure) == pytest.approx([0, 1])
    assert [e["war"] for e in mixed] == pytest.approx([1 / ((3 - w_us) * (3 - w_su))], abs=1e-9)


@pytest.mark.parametrize("parameters", [{}, {"w_US": -2, "w_SU": 1}, {"w_US": 1, "w_SU": -3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)
