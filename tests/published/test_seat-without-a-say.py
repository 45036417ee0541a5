"""A seat without a say: the rival who only has to ask risks more refusals than one whose deal must be carried out.

Derivation. With minimums r uniform on [r0, r1] and a share y, the deal holds with F(y) = (y - r0)/(r1 - r0). The rival has 1 - y
then, and else w_R - C where a signed deal collapses, w_R where the defender says no at the table. F(y)(1 - y) + (1 - F(y))(w_R - C)
is largest at y = (r0 + 1 - w_R + C)/2; at the table put C = 0: a lower share and more failures, by C / (2 (r1 - r0)). With the pen
the defender asks for 1 - w_R, twice as far above r0 as what it would be asked to take. Eight minimums and nine shares: enumeration
of the menu.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find

SLUG = "seat-without-a-say"
LEAST = (np.arange(8) + 0.5) / 8
MENU = np.arange(9) / 8
CHANCE = {"asked": 0.4, "pen": 0.3}


def enumerated(r0, span, w_R, C):
    """Failures left out, asked and with the pen; the distance to the nearest tie; the defender's worth in each."""
    held = (MENU[:, None] > LEAST).mean(axis=1)
    fails, worth, gap = [], [], 1.0
    for cost in (C, 0.0):
        rival = held * (1 - r0 - span * MENU) + (1 - held) * (w_R - cost)
        order = np.sort(rival)
        gap = min(gap, order[-1] - order[-2])
        best = int(rival.argmax())
        fails.append(1 - held[best])
        worth.append(r0 + span * np.maximum(MENU[best], LEAST).mean())
    room = 1 - w_R - r0 - span * MENU
    gap = min(gap, np.abs(room).min())
    most = MENU[room > 0].max() if (room > 0).any() else -1.0
    fails.append((most < LEAST).mean())
    worth.append(r0 + span * np.maximum(most, LEAST).mean())
    return np.array(fails), np.array(worth), gap


def test_the_formulas_give_the_worked_numbers():
    """r0 = 0.3, r1 = 0.7, w_R = 0.45, C = 0.05: asked it refuses 0.6875, left out 0.625 fail, with the pen 0.375."""
    model = find(SLUG)
    at = model.at({"r0": 0.3, "span": 0.4, "w_R": 0.45, "C": 0.05})
    share, refuses, without, pen, more = (t.value(at) for t in model.thresholds)
    assert float(share) == pytest.approx(0.425)
    assert float(refuses) == pytest.approx(0.6875)
    assert float(without) == pytest.approx(0.625)
    assert float(pen) == pytest.approx(0.375)
    assert bool(more)
    y = np.linspace(0.3, 0.7, 40001)
    held = (y - 0.3) / 0.4
    assert y[(held * (1 - y) + (1 - held) * 0.45).argmax()] == pytest.approx(0.425, abs=2e-5)


def test_failures_and_worth_are_those_of_the_enumerated_menu(play, draws):
    at = draws(SLUG, 100, seed=6, **CHANCE)
    rows = [enumerated(*row) for row in np.column_stack([at[n] for n in ("r0", "span", "w_R", "C")])]
    far = np.array([gap > 2e-3 for *_, gap in rows])
    assert far.sum() > 30
    found = play(SLUG, certified=0.97, **{name: column[far] for name, column in at.items()})
    good = found.good
    fails = np.array([f for f, _, _ in rows])[far][good]
    chance = {"without_fails": 0.3, "asked_fails": 0.4, "pen_fails": 0.3}
    for i, (event, weight) in enumerate(chance.items()):
        assert found[event][good] / weight == pytest.approx(fails[:, i], abs=1e-6), event
    worth = np.array([w for _, w, _ in rows])[far][good]
    assert found.value("D")[good] == pytest.approx(worth @ np.array(list(chance.values())), abs=1e-6)
    assert (fails[:, 1] >= fails[:, 0]).all()
    assert (fails[:, 1] > fails[:, 0]).any()
    assert (worth[:, 1] <= worth[:, 0] + 1e-12).all()


@pytest.mark.parametrize(("C", "more"), [(0.01, False), (0.028, False), (0.032, True), (0.06, True)])
def test_two_sides_of_the_step(play, C, more):
    """w_R = 0.48: asked, the best point of the continuum is 0.22 / 0.8 = 0.275 of the span, 2/8 of the menu. Left out it is
    0.275 + C / 0.8, which is nearer to 3/8 from 5/16 on, that is from C = 0.03."""
    found = play(SLUG, r0=0.3, span=0.4, w_R=0.48, C=C, **CHANCE)
    assert (found["without_fails"][0] / 0.3 < found["asked_fails"][0] / 0.4 - 1e-6) == more


def test_nothing_that_is_refused_is_signed(play, draws):
    """The three ways of holding talks do not touch one another: each has its number whatever the chance of the others."""
    at = draws(SLUG, 12, seed=9)
    at = {name: at[name] for name in ("r0", "span", "w_R", "C")}
    one, two = (play(SLUG, certified=0.9, asked=a, pen=p, **at) for a, p in ((0.4, 0.3), (0.2, 0.6)))
    good = one.good & two.good
    assert (one["asked_fails"] / 0.4)[good] == pytest.approx((two["asked_fails"] / 0.2)[good], abs=1e-6)
    assert (one["pen_fails"] / 0.3)[good] == pytest.approx((two["pen_fails"] / 0.6)[good], abs=1e-6)


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=4)
