"""Pairs of changes between neighbouring points of a walk: found where the margin hints at them, at a bounded cost."""

from __future__ import annotations

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import PlainClaim, Q, at_least_half, ranges

from detente.explore import test as run
from detente.explore.claims.effort import QUICK, THOROUGH
from detente.explore.claims.hidden import search_hidden

WALK = np.unique(np.append(np.linspace(0, 1, 17), 0.47))


def parabola(u, w):
    return np.minimum(0.75 * (u * u - 1) * w * w, 1)


def wedge(u, w):
    return np.minimum((np.abs(u) - 1) * w / 2, 0.3)


def bell(u, w):
    return 0.3 - 0.6 * np.exp(-np.log(2) * u * u)


def box(u, w):
    return np.where(np.abs(u) < 1, -0.3, 0.3)


def seen(shape, width, middle):
    """Whether the walk alone meets a window of this width, whether the search does, and at how many points."""

    def margin(x):
        return shape((x - middle) / (width / 2), width)

    search, points = search_hidden(np.zeros(1), {0: (WALK, margin(WALK))}, THOROUGH.hidden), 0
    try:
        asked = next(search)
        while True:
            points += len(asked)
            asked = search.send(margin(asked[:, 0]))
    except StopIteration as end:
        m = end.value[0][1]
    return (margin(WALK) < 0).any(), (m < 0).any(), points


@pytest.mark.parametrize(
    ("shape", "width", "share"),
    [(parabola, 0.03, 1.0), (parabola, 0.01, 0.95), (wedge, 0.01, 1.0), (bell, 0.06, 1.0), (bell, 0.03, 0.55), (box, 0.03, 0.4)],
)  # fmt: skip
def test_windows_narrower_than_the_steps_are_found_where_the_margin_hints_at_them(shape, width, share):
    middles = np.random.default_rng(0).uniform(0.05, 0.95, 60)
    walked, found, points = np.mean([seen(shape, width, c) for c in middles], axis=0)
    assert found >= share
    assert found >= walked
    assert points <= THOROUGH.hidden
    if shape is box:  # flat on both sides: nothing hints at it
        assert found == walked


def test_a_line_costs_nothing():
    assert seen(lambda u, w: u + 40, 0.1, 0.3) == (False, False, 0)


def test_both_ends_of_a_hidden_window_are_located():
    def dip(d, policy):
        return {"level": 0.5 + 3 * ((d["x1"] - 0.34375) ** 2 - 0.01**2)}, {"A": d["x2"]}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    study = cf.study("dip", ranges(x1=(0, 1, 0.9), x2=(0, 1)), [claim], [], dip)
    found = run(study, draws=64).claims[0]
    assert [f.at for f in found.flips] == pytest.approx([0.35375, 0.33375], abs=THOROUGH.precision)
    assert [f.above for f in found.flips] == [True, False]
    assert run(study, draws=64, search="quick").claims[0].flips == ()
    assert QUICK.hidden == 0
