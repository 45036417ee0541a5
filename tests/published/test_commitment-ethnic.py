"""A minority before a shift of power: it fights now unless what a free majority will grant later is enough.

Derivation. Later the minority can have l = max(p_now - drop - c, exit) without the majority's consent, so it accepts
l + give. The majority grants just that (the promise is larger, war or exit costs it c + c and more). So letting the
state form is worth k promise + (1-k)(l + give), a war now p_now - c. Without guarantee and with exit below: war now
if and only if drop > give; the cost c drops out, for it is paid in either war.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find

SLUG = "commitment-ethnic"


def test_the_minority_fights_where_the_formula_says(play, draws):
    at = draws(SLUG, 500)
    later = np.maximum(at["p_now"] - at["drop"] - at["c"], at["exit"]) + at["give"]
    promise = np.maximum(at["p_now"] - at["c"], at["exit"]) + 0.1
    gap = at["p_now"] - at["c"] - at["k"] * promise - (1 - at["k"]) * later
    far = np.abs(gap) > 1e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, **at)
    assert found["war_now"] == pytest.approx(np.where(gap[far] > 0, 1, 0), abs=1e-9)
    assert 0.1 < (gap > 0).mean() < 0.9
    assert found["kept_freely"] == pytest.approx(np.zeros(far.sum()), abs=1e-9)
    assert found["war"] == pytest.approx(found["war_now"], abs=1e-9)


@pytest.mark.parametrize("c", [0.02, 0.1, 0.25])
def test_any_fall_above_what_is_left_brings_war_whatever_war_costs(play, c):
    found = play(SLUG, k=0, exit=0, c=c, drop=[0.009, 0.011])
    assert found["war_now"] == pytest.approx([0, 1], abs=1e-9)


@pytest.mark.parametrize("drop", [0.1, 0.25])
def test_the_guarantee_that_is_needed_has_two_sides(play, drop):
    at = find(SLUG).at({"drop": drop})
    needed = float(find(SLUG).thresholds[2].value(at))
    assert needed == pytest.approx((drop - 0.01) / (0.1 + drop - 0.01), abs=1e-12)
    found = play(SLUG, drop=drop, k=[needed - 1e-3, needed + 1e-3])
    assert found["war"] == pytest.approx([1, 0], abs=1e-9)


def test_the_exit_that_is_needed_has_two_sides(play):
    """Base numbers: a war now is worth 0.4, so an exit of 0.39 and the hundredth that is left keep the peace."""
    found = play(SLUG, exit=[0.388, 0.392])
    assert found["war"] == pytest.approx([1, 0], abs=1e-9)


@pytest.mark.parametrize("parameters", [{}, {"k": 0.8}, {"exit": 0.5}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=20, **parameters)
