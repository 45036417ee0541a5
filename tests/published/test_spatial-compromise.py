"""Mean, median and Nash product on one issue, as what a drafter does who minimises or maximises.

Derivation. The derivative of sum w_i (x - x_i)^2 is 2 W (x - mu), so the sum is W (x - mu)^2 plus a constant and the best place of a
grid is the one next to the weighted mean mu. The slope of sum w_i |x - x_i| is the weight to the left less the weight to the right,
so the sum is least where neither side has more than half: at a weighted median, which is a position unless the weights split evenly.
The Nash product sum w_i log(D - (x - x_i)^2) is concave for D above every squared distance; for large D it is
constant - sum w_i (x - x_i)^2 / D up to 1/D^2, and so tends to mu.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from detente.models import find
from detente.scenario import Evaluator, read_scenario

SLUG = "spatial-compromise"
FIVE = range(1, 6)
GRID = np.linspace(0, 1, 41)
THREE = {
    "x1": 0.1,
    "c1": 0.8,
    "s1": 0.9,
    "c2": 0,
    "x3": 0.4,
    "c3": 0.5,
    "s3": 0.4,
    "c4": 0,
    "x5": 0.9,
    "c5": 0.6,
    "s5": 0.7,
}


def columns(at):
    x = np.column_stack([at[f"x{i}"] for i in FIVE])
    return x, np.column_stack([at[f"c{i}"] * at[f"s{i}"] for i in FIVE])


def nearest(at):
    """Place of the grid next to the mean, and how far the mean is from the middle between two places."""
    x, w = columns(at)
    mean = (x * w).sum(1) / w.sum(1)
    gaps = np.sort(np.abs(GRID - mean[:, None]), axis=1)
    return GRID[np.argmin(np.abs(GRID - mean[:, None]), axis=1)], gaps[:, 1] - gaps[:, 0]


def median(at):
    """Weighted median from the weights in the order of the positions, and the distance from an even split."""
    x, w = columns(at)
    share = np.cumsum(w, axis=1) / w.sum(1, keepdims=True)
    return x[np.arange(len(x)), (share > 0.5).argmax(1)], np.abs(share - 0.5).min(1)


def bargain(at):
    x, w = columns(at)
    worth = (w[:, :, None] * np.log(at["D"][:, None, None] - (GRID - x[:, :, None]) ** 2)).sum(1)
    order = np.sort(worth, axis=1)
    return GRID[worth.argmax(1)], order[:, -1] - order[:, -2]


@pytest.fixture(scope="module")
def evaluator():
    return Evaluator(read_scenario(SLUG))


def test_all_three_procedures_over_the_whole_range(draws, evaluator):
    at = draws(SLUG, 200)
    (mean, far), (middle, split), (product, clear) = nearest(at), median(at), bargain(at)
    kept = (far > 1e-3) & (split > 1e-3) & (clear > 1e-6)
    at = {name: column[kept] for name, column in at.items()}
    found = evaluator.evaluate(at, ["by_package", "by_vote", "by_bargain"])
    for policy, place in (("by_package", mean), ("by_vote", middle), ("by_bargain", product)):
        assert (found.status[policy] == 0).all()
        assert found.value[policy]["P"] == pytest.approx(place[kept], abs=1e-6), policy


def test_the_median_beats_every_other_place_in_weighted_votes(draws):
    """Black's theorem, for quadratic and for absolute losses, against the formula of the file."""
    model, at = find(SLUG), draws(SLUG, 60, seed=5)
    x, w = columns(at)
    middle, split = median(at)
    told = np.asarray(model.thresholds[1].value(at))
    assert told[split > 1e-6] == pytest.approx(middle[split > 1e-6])
    for loss in (np.abs, np.square):
        for other in np.linspace(-0.2, 1.2, 57):
            ahead = loss(x - other) - loss(x - middle[:, None])
            assert ((w * np.sign(np.where(np.abs(ahead) < 1e-12, 0, ahead))).sum(1) >= -1e-9).all()


def test_worked_numbers(play):
    model = find(SLUG)
    mean, middle = model.thresholds[0], model.thresholds[1]
    for change, mu, med in [
        ({}, 0.412154696133, 0.2),
        ({"s4": 0.95}, 0.450717703349, 0.5),
        ({"s4": 0.95, "x1": -1}, 0.192344497608, 0.5),
        (THREE, 0.39552238806, 0.1),
    ]:
        assert float(mean.value(model.at(change))) == pytest.approx(mu, abs=1e-11)
        assert float(middle.value(model.at(change))) == pytest.approx(med)
    assert float(model.thresholds[4].value(model.at())) == pytest.approx(0.6875, abs=1e-12)
    x, w = np.array([0.1, 0.4, 0.9]), np.array([0.72, 0.2, 0.42])
    best = brentq(lambda t: np.dot(w, 2 * (x - t) / (1 - (x - t) ** 2)), 0.01, 0.95)
    assert best == pytest.approx(0.420616323325, abs=1e-11)
    found = play(SLUG, **THREE, D=1)
    assert found.taken("bargain", f"{GRID[np.argmin(np.abs(GRID - best))]:g}")[0] == pytest.approx(
        1, abs=1e-9
    )


def test_the_median_jumps_on_both_sides_of_the_threshold(play):
    found = play(SLUG, s4=[0.6875 - 1e-3, 0.6875 + 1e-3])
    assert found.taken("vote", "second") == pytest.approx([1, 0], abs=1e-9)
    assert found.taken("vote", "third") == pytest.approx([0, 1], abs=1e-9)


def test_slopes_of_the_mean_are_the_formulas(draws):
    model, at, step = find(SLUG), draws(SLUG, 40, seed=8), 1e-6
    mean = model.thresholds[0]
    for threshold, name in ((model.thresholds[2], "x1"), (model.thresholds[3], "s4")):
        rise = (mean.value({**at, name: at[name] + step}) - mean.value(at)) / step
        assert np.asarray(threshold.value(at)) == pytest.approx(rise, abs=1e-5)


def test_with_distant_disagreement_the_bargain_is_the_mean(draws, evaluator):
    at = draws(SLUG, 60, seed=9, D=1000)
    mean, far = nearest(at)
    at = {name: column[far > 2e-3] for name, column in at.items()}
    found = evaluator.evaluate(at, ["by_bargain"])
    assert found.value["by_bargain"]["P"] == pytest.approx(mean[far > 2e-3], abs=1e-5)


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=10, **THREE, D=1)
    gambit_agrees(SLUG, lam=10)
