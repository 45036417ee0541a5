"""Talks with and without the defender, eight minimums and nine shares: enumeration of the menu, and the closed form between."""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find

SLUG = "talks-without-defender"
LEAST = (np.arange(8) + 0.5) / 8
MENU = np.arange(9) / 8


def enumerated(r0, span, w_R, C):
    """Chance of failure without and with the defender, and the distance to the nearest tie."""
    carried = np.array([(MENU[j] > LEAST).mean() for j in range(9)])
    worth = carried * (1 - r0 - span * MENU) + (1 - carried) * (w_R - C)
    order = np.sort(worth)
    room = 1 - w_R - r0 - span * MENU  # what the rival keeps above no deal
    can = MENU[room > 0]
    most = can.max() if len(can) else -1.0
    gap = min(order[-1] - order[-2], np.abs(room).min(), abs(span) / 32)
    return 1 - carried[worth.argmax()], (most < LEAST).mean(), gap


def test_worked_numbers(play):
    """r0 = 0.3, r1 = 0.7, C = 0.05: the rival writes 0.45; failure 0.625 without the defender, 0.375 with him.

    w_R is a little below 0.45, at which the menu would have an exact tie."""
    found = play(SLUG, r0=0.3, span=0.4, w_R=0.449, C=0.05)
    assert found["fails_without"][0] / 0.5 == pytest.approx(0.625, abs=1e-8)
    assert found["fails_with"][0] / 0.5 == pytest.approx(0.375, abs=1e-8)
    assert found.taken("share", "0.375")[0] == pytest.approx(1, abs=1e-8)  # 0.3 + 0.4 * 0.375 = 0.45


def test_failures_are_those_of_the_enumerated_menu(play, draws):
    at = draws(SLUG, 120, seed=2, seat=0.5)
    rows = [enumerated(*row) for row in np.column_stack([at[n] for n in ("r0", "span", "w_R", "C")])]
    far = np.array([gap > 2e-3 for _, _, gap in rows])
    assert far.sum() > 30
    found = play(SLUG, certified=0.97, **{name: column[far] for name, column in at.items()})
    good = found.good
    kept = [row for row, keep in zip(rows, far, strict=True) if keep]
    assert found["fails_without"][good] * 2 == pytest.approx(np.array([r[0] for r in kept])[good], abs=1e-6)
    assert found["fails_with"][good] * 2 == pytest.approx(np.array([r[1] for r in kept])[good], abs=1e-6)


@pytest.mark.parametrize(("C", "worse_without"), [(0.05, True), (0.15, True), (0.35, False), (0.45, False)])
def test_exclusion_fails_more_often_while_a_failed_deal_costs_the_rival_little(play, C, worse_without):
    """C* = 1 - w_R - r0 = 0.251. The step of the menu blurs the border itself by up to one slice."""
    found = play(SLUG, r0=0.3, span=0.4, w_R=0.449, C=C)
    assert (found["fails_without"][0] > found["fails_with"][0] + 1e-6) == worse_without


def test_a_seat_for_certain_leaves_the_other_table_unreached(play):
    found = play(SLUG, r0=0.3, span=0.4, w_R=0.449, C=0.05, seat=0.9)
    assert found["fails_with"][0] / 0.9 == pytest.approx(0.375, abs=1e-8)


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=5)


def test_the_formulas_give_the_worked_numbers():
    """r0 = 0.3, r1 = 0.7, w_R = 0.45, C = 0.05: y^ = 0.45, failure 0.625 and 0.375, C* = 0.25; a fine grid says so too."""
    model = find(SLUG)
    at = model.at({"r0": 0.3, "span": 0.4, "w_R": 0.45, "C": 0.05})
    more, share, without, present = model.thresholds
    y = np.linspace(0.3, 0.7, 40001)
    worth = 0.45 - 0.05 + (y - 0.3) / 0.4 * (1 - y - 0.45 + 0.05)
    assert y[worth.argmax()] == pytest.approx(0.45, abs=2e-5)
    assert float(share.value(at)) == pytest.approx(0.45)
    assert float(without.value(at)) == pytest.approx(0.625)
    assert float(present.value(at)) == pytest.approx(0.375)
    assert [bool(more.value({**at, "C": C})) for C in (0.2499, 0.2501)] == [True, False]


def test_the_border_is_where_the_two_failures_of_the_continuum_cross(draws):
    """In the interior the difference is (C* - C) / (2 (r1 - r0))."""
    at = draws(SLUG, 400, seed=5)
    more, _, without, present = (np.asarray(t.value(at)) for t in find(SLUG).thresholds)
    inside = (without > 0) & (without < 1) & (present > 0) & (present < 1)
    assert inside.sum() > 40
    star = 1 - at["w_R"] - at["r0"]
    assert (without - present)[inside] == pytest.approx(
        ((star - at["C"]) / (2 * at["span"]))[inside], abs=1e-12
    )
    assert np.array_equal((without > present)[inside], more.astype(bool)[inside])
