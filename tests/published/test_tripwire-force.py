"""A tripwire: the size of a force that makes an intervention likely enough, on a grid of sizes and with eight private costs.

Derivation. Standing aside with force g costs the guarantor a_G + ell g, so it intervenes if its cost is no more: chance theta(g). An
attack pays the rival (1 - theta)(p1 - c) + theta (p0 - c - k_R); keeping pays x. It keeps iff theta >= (p1 - c - x)/(p1 - p0 + k_R).
With costs even on [kappa, kappa + E] that is g* = (kappa - a_G + theta* E)/ell. The guarantor takes the cheapest size that deters, if
peace is worth it; else the size at which being attacked costs it least.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "tripwire-force"
SIZES = np.array([0, 10, 20, 30, 40])
SLICES = (np.arange(8) + 0.5) / 8


def induction(p1, p0, c, k_R, x, a_G, ell, kappa, E, Y, k):
    """Size sent, whether the rival keeps, worth to the guarantor, and the distance to the nearest tie."""
    costs, worth, keeps, gaps = kappa + SLICES * E, [], [], []
    for size in SIZES:
        aside = a_G + ell * size
        theta = np.mean(costs <= aside)
        gain = (1 - theta) * (p1 - c) + theta * (p0 - c - k_R) - x
        attacked = -np.minimum(costs, aside).mean()
        keeps.append(gain <= 0)
        worth.append((Y if gain <= 0 else attacked) - k * size)
        gaps += [abs(gain), np.abs(costs - aside).min()]
    order = np.sort(worth)
    gaps.append(order[-1] - order[-2])
    best = int(np.argmax(worth))
    return SIZES[best], keeps[best], worth[best], min(gaps)


def test_backward_induction_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    rows = [induction(**dict(zip(at, row, strict=True))) for row in np.column_stack(list(at.values()))]
    far = np.array([gap > 1e-3 for *_, gap in rows])
    assert far.mean() > 0.6
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    kept = [row for row, keep in zip(rows, far, strict=True) if keep]
    assert found["kept"] == pytest.approx([float(row[1]) for row in kept], abs=1e-6)
    assert found.value("G") == pytest.approx([row[2] for row in kept], abs=1e-6)
    for size in SIZES:
        sent = [float(row[0] == size) for row in kept]
        assert found.taken("force", f"{size}") == pytest.approx(sent, abs=1e-6)
    assert {bool(row[1]) for row in kept} == {True, False}
    assert len({row[0] for row in kept}) >= 4


def deters(size, **at):
    """The closed form for a whole interval of costs."""
    needed = (at["p1"] - at["c"] - at["x"]) / (at["p1"] - at["p0"] + at["k_R"])
    return needed <= 0 or (needed <= 1 and size >= (at["kappa"] - at["a_G"] + needed * at["E"]) / at["ell"])


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_worked_size_that_deters(play, step):
    """theta* = 0.5 and g* = 20 at x = 0.35: a force of 20 deters just above and not just below; 30 does."""
    card = {"p1": 0.7, "p0": 0.4, "c": 0.1, "k_R": 0.2, "a_G": 0.1, "ell": 0.05, "kappa": 0.6, "E": 1}
    assert deters(20, x=0.35 + step, **card)
    assert not deters(20, x=0.35 - step, **card)
    found = play(SLUG, x=[0.35 - step, 0.35 + step], **card)
    assert found.taken("conduct force=20", "keep") == pytest.approx([0, 1], abs=1e-6)
    assert found.taken("conduct force=30", "keep") == pytest.approx([1, 1], abs=1e-6)
    assert found.taken("force", "20") == pytest.approx([0, 1], abs=1e-6)


def test_eight_costs_are_within_half_a_slice_of_an_interval(play, draws):
    """Where the closed form for an interval decides by more than 1/16, the eight costs decide the same."""
    at = draws(SLUG, 300, seed=2)
    found = play(SLUG, certified=0.95, **at)
    needed = (at["p1"] - at["c"] - at["x"]) / (at["p1"] - at["p0"] + at["k_R"])
    for size in SIZES:
        theta = np.clip((at["a_G"] + at["ell"] * size - at["kappa"]) / at["E"], 0, 1)
        clear = (np.abs(theta - needed) > 1 / 16 + 1e-3) & found.good
        keeps = found.taken(f"conduct force={size}", "keep")
        assert keeps[clear] == pytest.approx((theta > needed)[clear].astype(float), abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"x": 0.34}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=5, **parameters)
