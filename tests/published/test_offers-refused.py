"""Refusals as evidence: Bayes' rule by counting, against the solver.

Derivation. A party that knows the three offers takes the best of them if it is above its reservation value, and refuses every other.
So all three are refused iff the value is above the best: one event, of chance n_G/8 among the greedy and n_S/8 among the peaceful.
The observer's worth of trusting is tau - q, q the belief in greed: it stops trusting iff pi n_G (1 - tau) > (1 - pi) n_S tau.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "offers-refused"
SLICES = (np.arange(8) + 0.5) / 8


def counted(pi, tau, s, w, gap, x1, x2, x3):
    """Events by going through the sixteen kinds of party, and the distance to the nearest tie."""
    offers = np.array([x1, x2, x3])
    total = {"refused_first": 0.0, "refused_all": 0.0, "refused_all_and_greedy": 0.0}
    gaps = [np.diff(np.sort(offers)).min()]
    for share, low, greedy in ((pi, s + gap * w / 8, True), (1 - pi, s, False)):
        for value in low + SLICES * w:
            gaps.append(np.abs(offers - value).min())
            all_refused = value > offers.max()
            total["refused_all"] += share / 8 * all_refused
            total["refused_all_and_greedy"] += share / 8 * (all_refused and greedy)
            total["refused_first"] += share / 8 * (all_refused or offers.argmax() > 0)
    belief = total["refused_all_and_greedy"] / total["refused_all"] if total["refused_all"] else np.nan
    total["distrusted"] = total["refused_all"] if belief > tau else 0.0
    if total["refused_all"]:
        gaps.append(abs(belief - tau))
    return total, min(gaps)


def test_counting_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    at["gap"] = np.random.default_rng(3).integers(1, 5, 400).astype(float)
    rows = [counted(**dict(zip(at, row, strict=True))) for row in np.column_stack(list(at.values()))]
    far = np.array([gap > 1e-3 for _, gap in rows])
    assert far.mean() > 0.8
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    kept = [events for (events, _), keep in zip(rows, far, strict=True) if keep]
    for event in kept[0]:
        assert found[event] == pytest.approx([e[event] for e in kept], abs=1e-6), event
    assert 20 < sum(e["distrusted"] > 0 for e in kept) < len(kept) - 20


@pytest.mark.parametrize(
    ("offers", "posterior"),
    [
        ((0.25, 0.2, 0.1), 0.25),
        ((0.451, 0.2, 0.1), 0.347826086957),
        ((0.601, 0.2, 0.1), 0.454545454545),
        ((0.401, 0.451, 0.421), 0.347826086957),
    ],
)
def test_worked_posteriors(play, offers, posterior):
    """s = 0.3, g = 0.45, w = 0.4, prior 0.25. Three refusals are one: 0.3478, and not 0.503937007874."""
    found = play(SLUG, pi=0.25, s=0.3, w=0.4, gap=3, **dict(zip(("x1", "x2", "x3"), offers, strict=True)))
    assert found["refused_all_and_greedy"][0] / found["refused_all"][0] == pytest.approx(posterior, abs=1e-9)


def test_the_ratio_of_the_intervals_at_the_ends_of_slices():
    """LR(x) = 1, w/(s + w - x), (g + w - x)/(s + w - x), as counts of eight: equal wherever x is the end of a slice."""
    s, w = 0.3, 0.4
    for gap in (1, 2, 3, 4):
        g = s + gap * w / 8
        for cut in range(8):
            x = s + cut * w / 8
            n = [int((low + SLICES * w > x).sum()) for low in (g, s)]
            interval = 1 if x <= s else (min(w, g + w - x)) / (s + w - x)
            assert n[0] / n[1] == pytest.approx(interval)


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_distrust_has_two_sides(play, step):
    """After 0.6 is refused the belief in greed is 5/11: the observer stops trusting below that bound of its own."""
    at = {"pi": 0.25, "s": 0.3, "w": 0.4, "gap": 3, "x1": 0.601, "x2": 0.2, "x3": 0.1}
    found = play(SLUG, tau=[5 / 11 - step, 5 / 11 + step], **at)
    assert found["distrusted"] == pytest.approx([0.34375, 0], abs=1e-6)


def test_a_better_offer_to_come_excuses_the_first_refusal(play):
    """Everybody waits for 0.47: refusing 0.451 first tells nothing; without it, the belief is 0.3478."""
    found = play(SLUG, pi=0.25, s=0.3, w=0.4, gap=3, x1=0.451, x2=[0.2, 0.47], x3=0.1)
    assert found["refused_first"] == pytest.approx([0.25 + 0.75 * 5 / 8, 1], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"tau": 0.2, "x2": 0.5}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
