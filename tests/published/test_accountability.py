"""Settling under the threat of prosecution.

Derivation. Settling is worth b - psi_s J, fighting on p V - (1 - p)(F0 + psi_L J) - c. Equal at
psi_s = psi* = (b - p V + (1 - p) F0 + c + (1 - p) psi_L J) / J.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "accountability"
CARD = {"b": 0.3, "p": 0.35, "V": 1, "F0": 0.6, "J": 1.2, "c": 0.1}


def border(b, p, V, F0, c, J, psi_L, **_):
    return (b - p * V + (1 - p) * F0 + c + (1 - p) * psi_L * J) / J


@pytest.mark.parametrize(("psi_L", "at"), [(0, 0.366666666667), (0.5, 0.691666666667)])
@pytest.mark.parametrize("step", [1e-5, 1e-2])
def test_worked_thresholds_on_both_sides(play, psi_L, at, step):
    assert border(**CARD, psi_L=psi_L) == pytest.approx(at, abs=1e-11)
    found = play(SLUG, psi_s=[at - step, at + step], psi_L=psi_L, **CARD)
    assert found["settles"] == pytest.approx([1, 0], abs=1e-6)


def test_the_same_rule_after_settlement_and_defeat_blocks_less(play):
    """Worked: psi_u = 1.0476 > 1, so a court that reaches the defeated too never blocks this settlement."""
    psi = np.linspace(0, 1, 21)
    assert play(SLUG, psi_s=psi, psi_L=psi, **CARD)["settles"] == pytest.approx(np.ones(21), abs=1e-6)
    assert border(**CARD, psi_L=0) < 1
    assert play(SLUG, psi_s=1, psi_L=0, **CARD)["settles"][0] < 1e-6


def test_over_the_whole_range(play, draws):
    at = draws(SLUG, 500)
    gap = at["psi_s"] - border(**at)
    far = np.abs(gap) * at["J"] > 1e-3
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    assert found["settles"] == pytest.approx((gap[far] < 0).astype(float), abs=1e-7)
    settle = at["b"] - at["psi_s"] * at["J"]
    fight = at["p"] * at["V"] - (1 - at["p"]) * (at["F0"] + at["psi_L"] * at["J"]) - at["c"]
    assert found.value("L") == pytest.approx(np.maximum(settle, fight)[far], abs=1e-7)


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=8, psi_L=0.4)
