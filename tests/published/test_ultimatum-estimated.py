"""The statistical ultimatum game: a logit answer, and the best offer against it for every error of the first player.

Derivation. An offer y is accepted with a(y) = 1 / (1 + exp(-(y - R2) / s2)). With the worth r of no deal to the first player,
r = R1 + s1 e, its payoff is r + (1 - y - r) a(y), and a' = a (1 - a) / s2; so the best y has
1 - y - r = s2 / (1 - a) = s2 (1 + exp((y - R2) / s2)). The left side falls in y and the right one rises: one solution. With
v = exp((y - R2) / s2) it reads s2 v + s2 log v = 1 - r - s2 - R2, so v = W(exp((1 - r - s2 - R2) / s2)) and y = 1 - r - s2 (1 + v).
Offers are above y with the chance that e is below the one that makes y best: the logistic distribution at
(1 - y - R1 - s2 (1 + exp((y - R2) / s2))) / s1.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, lambertw

from detente.models import find

SLUG = "ultimatum-estimated"
ERRORS = np.log((np.arange(8) + 0.5) / (7.5 - np.arange(8)))
GRID = np.linspace(0, 1, 41)


def best(r, R2, s2):
    """The best offer without a grid, kept between nothing and the whole prize."""
    return np.clip(1 - r - s2 * (1 + lambertw(np.exp((1 - r - s2 - R2) / s2)).real), 0, 1)


def on_the_grid(at):
    """Best offer of the grid for every error [draw, error], and the least gap to the next best."""
    r = (at["R1"][:, None] + at["s1"][:, None] * ERRORS)[:, :, None]
    accepted = expit((GRID - at["R2"][:, None]) / at["s2"][:, None])[:, None, :]
    worth = r + (1 - GRID - r) * accepted
    order = np.sort(worth, axis=2)
    return GRID[worth.argmax(2)], (order[:, :, -1] - order[:, :, -2]).min(1)


def test_the_first_order_condition_is_the_best_offer():
    rng = np.random.default_rng(3)
    y = np.linspace(0, 1, 20001)
    for _ in range(40):
        r, R2, s2 = rng.uniform(-0.5, 1.5), rng.uniform(0.05, 0.6), rng.uniform(0.03, 0.15)
        worth = r + (1 - y - r) * expit((y - R2) / s2)
        assert worth.max() - np.interp(best(r, R2, s2), y, worth) < 1e-8


def test_offers_and_answers_over_the_whole_range(play, draws):
    at = draws(SLUG, 250)
    offers, gap = on_the_grid(at)
    far = gap > 1e-6
    assert far.mean() > 0.8
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    accepted = expit((offers - at["R2"][:, None]) / at["s2"][:, None]).mean(1)
    assert found.value("Y") == pytest.approx(offers.mean(1)[far], abs=1e-6)
    assert found["accepted"] == pytest.approx(accepted[far], abs=1e-6)
    exact = best(at["R1"][:, None] + at["s1"][:, None] * ERRORS, at["R2"][:, None], at["s2"][:, None])
    assert np.abs(offers - exact).max() < 0.025, "the grid's best offer is a neighbour of the best"


def test_worked_numbers(play):
    """The mean over the whole logistic error, and what eight slices and the grid make of it."""
    shares = (np.arange(20000) + 0.5) / 20000
    y = best(0.3 + 0.1 * np.log(shares / (1 - shares)), 0.41, 0.05)
    assert y.mean() == pytest.approx(0.457648, abs=1e-5)
    assert expit((y - 0.41) / 0.05).mean() == pytest.approx(0.709454, abs=1e-5)
    found = play(SLUG, R1=0.3, R2=0.41, s1=0.1, s2=0.05)
    assert found.value("Y")[0] == pytest.approx(0.4576, abs=0.01)


def test_the_share_of_high_offers_is_the_formula():
    """Pr(offer > y) as the likelihood of the source has it, against the best offers of many drawn errors."""
    model, rng = find(SLUG), np.random.default_rng(5)
    error = rng.logistic(size=100_000)
    for _ in range(10):
        at = {
            "R1": rng.uniform(0, 0.5),
            "R2": rng.uniform(0.05, 0.6),
            "s1": rng.uniform(0.03, 0.3),
            "s2": 0.08,
        }
        share = (best(at["R1"] + at["s1"] * error, at["R2"], at["s2"]) > 0.5125).mean()
        assert float(model.thresholds[2].value(model.at(at))) == pytest.approx(share, abs=0.006)


@pytest.mark.parametrize("R2", [0.4, 0.45])
def test_without_error_the_formula_is_where_half_is_passed(R2):
    model, R1 = find(SLUG), np.linspace(0, 0.5, 101)
    told = np.array([float(model.thresholds[1].value(model.at({"R1": r, "R2": R2, "s2": 0.05}))) for r in R1])
    y = best(R1, R2, 0.05)
    assert (told == (y > 0.5)).all()
    assert 0 < told.mean() < 1


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=10)
