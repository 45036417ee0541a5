"""Selection by the threat: who is left to be sanctioned once those who can be moved have given way.

Derivation. A target that knows its cost c loses iota min(phi c + v, c) by resisting. Sure imposition: it gives way iff c >= v. If
c < v, then (1 - phi) c < v too, and it holds out: imposed sanctions never work. With iota < 1 a target with (1 - phi) c >= v, which
gives in late, resists iff iota (phi c + v) < v. One that does not know resists iff iota L1 < v, which
is h < (v/iota - c_L)/(phi c_H + v - c_L).
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "sanctions-known-cost"


def induction(v_S, k, a, iota, blind, h, v, phi, over, under):
    """Probabilities by backward induction, and the distance to the nearest tie."""
    c = {"hard": over * v / (1 - phi), "weak": under * v / (1 - phi)}
    share = {"hard": h, "weak": 1 - h}
    late = {e: (1 - phi) * c[e] >= v for e in c}
    loss = {e: iota * min(phi * c[e] + v, c[e]) for e in c}
    total = dict.fromkeys(("threatened", "works_at_once", "imposed", "imposed_and_works"), 0.0)
    gaps = []
    for weight, losses, works in [
        ((1 - blind) * h, loss["hard"], float(late["hard"])),
        ((1 - blind) * (1 - h), loss["weak"], float(late["weak"])),
        (blind, sum(share[e] * loss[e] for e in c), sum(share[e] * late[e] for e in c)),
    ]:
        gaps.append(abs(losses - v))
        if losses > v:
            total["threatened"] += weight
            total["works_at_once"] += weight
            continue
        worth = iota * (works * v_S - k) - (1 - iota) * a
        gaps.append(abs(worth))
        if worth > 0:
            total["threatened"] += weight
            total["imposed"] += weight * iota
            total["imposed_and_works"] += weight * iota * works
    return total, min(gaps)


def test_backward_induction_over_the_whole_range(play, draws):
    at = draws(SLUG, 500)
    rows = [induction(**dict(zip(at, row, strict=True))) for row in np.column_stack(list(at.values()))]
    far = np.array([gap > 1e-3 for _, gap in rows])
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    kept = [events for (events, _), keep in zip(rows, far, strict=True) if keep]
    for event in kept[0]:
        assert found[event] == pytest.approx([e[event] for e in kept], abs=1e-7), event
    assert sum(e["imposed_and_works"] > 0 for e in kept) > 20
    assert sum(e["works_at_once"] > 0 for e in kept) > 20


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_determination_underestimated(play, step):
    """Worked: c = 2, v = 0.6, phi = 0.4: iota* = 0.428571428571."""
    found = play(SLUG, iota=[3 / 7 - step, 3 / 7 + step])
    answer = found.taken("answer intelligence=known, forecast=hard", "resist")
    assert answer == pytest.approx([1, 0], abs=1e-6)
    assert found.taken("second intelligence=known, forecast=hard", "give_in") == pytest.approx(
        [1, 1], abs=1e-6
    )


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_impact_underestimated(play, step):
    """Worked: iota = 0.6, c_H = 2, c_L = 0.5: h* = 0.555555555556."""
    found = play(SLUG, iota=0.6, h=[5 / 9 - step, 5 / 9 + step])
    assert found.taken("answer intelligence=unknown", "resist") == pytest.approx([1, 0], abs=1e-6)


def test_no_imposed_sanction_succeeds_where_all_is_known_and_sure(play, draws):
    """iota = 1: with and without the sender's choice of whom to threaten."""
    at = draws(SLUG, 200, seed=4, iota=1.0)
    found = play(SLUG, **{**at, "blind": np.zeros(200)})
    assert found["imposed"] == pytest.approx(np.zeros(200), abs=1e-9)
    weak = found.taken("answer intelligence=known, forecast=weak", "give_way")
    c_L = at["under"] * at["v"] / (1 - at["phi"])
    far = np.abs(c_L - at["v"]) > 1e-3
    assert weak[far] == pytest.approx((c_L > at["v"])[far].astype(float), abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"iota": 0.4}, {"h": 0.4, "k": 0.3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)
