"""Before, after or never: backward induction on the drawn tree, written out below."""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "guarantee-sequencing"
CARD = {"y": 0.6, "w": 0.3, "lam": 0.2, "Y": 1, "k": 0.1, "C": 0.5, "E_G": 1.5}


def by_induction(alpha, delta, y, w, lam, x_R, w_R, gain_R, psi, Y, k, C, E_G, **_):
    """Who signs, the guarantor's worth of each order, and the distance to the nearest border."""
    attack = x_R + gain_R
    d_after, r_after = delta * y + (1 - delta) * (w - lam) - w, delta * x_R + (1 - delta) * attack - w_R
    r_before = x_R - (w_R - psi)
    after = delta * (Y - k) - (1 - delta) * C if d_after >= 0 and r_after >= 0 else 0.0
    before = (1 - alpha) * ((Y - k) if r_before >= 0 else -k) + alpha * (-E_G - k)
    gap = min(
        abs(d_after), abs(r_after), abs(r_before), abs(before - max(after, 0)), abs(after) if after else 1
    )
    best = max(before, after, 0)
    signed_after = d_after >= 0 and r_after >= 0
    if best == before:
        holds = (1 - alpha) * (r_before >= 0)
        return {"sent_before": 1.0, "holds": holds, "collapses": 0.0, "G": before}, gap
    if best == after and signed_after and after > 0:
        return {"sent_before": 0.0, "holds": delta, "collapses": 1 - delta, "G": after}, gap
    return {"sent_before": 0.0, "holds": 0.0, "collapses": 0.0, "G": 0.0}, gap


def test_backward_induction_over_the_whole_range(play, draws):
    at = draws(SLUG, 600)
    names = list(at)
    rows = [dict(zip(names, row, strict=True)) for row in np.column_stack(list(at.values()))]
    expected = [by_induction(**row) for row in rows]
    far = np.array([gap > 2e-3 for _, gap in expected])
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    kept = [e for (e, _), keep in zip(expected, far, strict=True) if keep]
    for event in ("sent_before", "holds", "collapses"):
        assert found[event] == pytest.approx([e[event] for e in kept], abs=1e-7), event
    assert found.value("G") == pytest.approx([e["G"] for e in kept], abs=1e-7)
    kinds = {(e["sent_before"], e["holds"] > 0) for e in kept}
    assert kinds == {(1.0, True), (0.0, True), (0.0, False)}


@pytest.mark.parametrize(
    ("delta", "border"),
    [(0.35, 0.36), (0.7, 0.168), (0.4 + 1e-3, (0.9 - (0.401 * 0.9 - 0.599 * 0.5)) / 2.5)],
)
@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_premature_above_alpha_star(play, delta, border, step):
    """Worked: 0.36 where the promise is not believed, 0.336 just where it begins to be, 0.168 at delta = 0.7.

    The rival signs either way here (w_R is low)."""
    found = play(
        SLUG,
        alpha=[border - step, border + step],
        delta=delta,
        x_R=0.35,
        w_R=0.3,
        gain_R=0.25,
        psi=0.04,
        **CARD,
    )
    assert found["sent_before"] == pytest.approx([1, 0], abs=1e-6)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_no_ceasefire_without_guarantees_first(play, step):
    """The defender signs on a promise iff delta >= lam / (y - w + lam) = 0.4. Alpha is too high for BEFORE here."""
    found = play(
        SLUG, alpha=0.9, delta=[0.4 - step, 0.4 + step], x_R=0.35, w_R=0.3, gain_R=0.25, psi=0.04, **CARD
    )
    assert found["signed"] == pytest.approx([0, 1], abs=1e-6)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_the_window_of_bad_faith(play, step):
    """x_R = 0.35 < w_R = 0.45: the rival signs on promises up to delta = 0.6, because the force may not come."""
    found = play(
        SLUG, alpha=0.9, delta=[0.6 - step, 0.6 + step], x_R=0.35, w_R=0.45, gain_R=0.25, psi=0.04, **CARD
    )
    assert found["signed"] == pytest.approx([1, 0], abs=1e-6)
    assert found["collapses"] == pytest.approx([0.4 + step, 0], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"alpha": 0.05}, {"w_R": 0.5}, {"delta": 0.2}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)


def test_nobody_signs_because_nobody_else_does():
    """The second equilibrium of the simultaneous signing: found by the search, as a whole profile without a gain."""
    found = equilibria(find(SLUG).game.tree(), {"delta": 0.7, "alpha": 0.9}).record()
    assert {round(one["events"]["signed"], 6) for one in found} == {0.0, 1.0}
    assert all(one["max_gain"] < 1e-9 for one in found)
