"""A rule of punishment, and a court that would rather be mild once the crime is done.

Derivation. After the crime a leader with surplus s has -min(z, s): it settles and is punished with z, or fights on and loses s. So it
commits the crime iff its gain h > min(z, s), and fights on iff it did and z > s. The court moves when nothing can be deterred any
more: being severe costs W times the chance that the guilty fight on, and that chance is above 0 for every z above the least
surplus, since gains reach beyond surpluses. Being mild, z = S0, costs no peace. So a free court is mild, and all h > S0 commit it.
Without slices, s uniform on [S0, S1] and h on [0, H], a rule z in [S0, S1]: not committed with E min(z, s) / H, which is
[(z^2 - S0^2) / 2 + z (S1 - z)] / ((S1 - S0) H); the war goes on with the integral over s < z of (1 - s/H) / (S1 - S0). The loss
A P(crime) + W P(war) has the slope [-A (S1 - z) + W (H - z)] / ((S1 - S0) H), so it is least at z* = (A S1 - W H) / (A - W).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from detente.models import find
from detente.scenario import Evaluator, read_scenario

SLUG = "deterrence-by-prosecution"
MIDDLES = (np.arange(8) + 0.5) / 8
CARD = {"S0": 0.1, "width": 0.5, "slack": 0.2, "A": 4, "W": 1}


def under_rule(z, S0, width, slack):
    """Probability of the crime and of a war that goes on, over the slices."""
    s, h = np.meshgrid(S0 + MIDDLES * width, MIDDLES * (S0 + width + slack))
    crime = h > np.minimum(z, s)
    return crime.mean(), (crime & (z > s)).mean()


def without_slices(z, S0, S1, H):
    crime = 1 - ((z * z - S0 * S0) / 2 + z * (S1 - z)) / ((S1 - S0) * H)
    return crime, ((z - S0) - (z * z - S0 * S0) / (2 * H)) / (S1 - S0)


def clear(at):
    """Draws with no near-tie between what neighbouring slices do."""
    s = at["S0"][:, None] + MIDDLES * at["width"][:, None]
    h = MIDDLES * (at["S0"] + at["width"] + at["slack"])[:, None]
    z = (at["S0"] + at["x"] * at["width"])[:, None]
    gaps = [np.abs(s - z).min(1), np.abs(h - z).min(1), np.abs(h - at["S0"][:, None]).min(1)]
    gaps.append(np.abs(h[:, :, None] - s[:, None, :]).min((1, 2)))
    return np.min(gaps, axis=0) > 5e-4


def test_a_free_court_is_mild_and_everybody_reckons_with_it(play, draws):
    at = draws(SLUG, 150, zeal=0.001)
    at = {name: column[clear(at)] for name, column in at.items()}
    assert len(at["x"]) > 40
    found = play(SLUG, **at)
    H = at["S0"] + at["width"] + at["slack"]
    assert found["severe"] == pytest.approx(np.zeros(len(H)), abs=1e-7)
    assert found["fights_on"] == pytest.approx(np.zeros(len(H)), abs=1e-7)
    assert found["crime"] == pytest.approx((MIDDLES * H[:, None] > at["S0"][:, None]).mean(1), abs=1e-7)


def test_the_announced_rule_over_the_whole_range(draws):
    at = draws(SLUG, 150, seed=2, zeal=0.001)
    at = {name: column[clear(at)] for name, column in at.items()}
    at.pop("zeal")
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["rule", "independent_court"])
    columns = (at[name] for name in ("S0", "x", "width", "slack"))
    told = np.array([under_rule(s + x * w, s, w, k) for s, x, w, k in zip(*columns, strict=True)])
    for policy in ("rule", "independent_court"):
        assert (found.status[policy] == 0).all()
        assert found.event[policy]["crime"] == pytest.approx(told[:, 0], abs=1e-7)
        assert found.event[policy]["fights_on"] == pytest.approx(told[:, 1], abs=1e-7)


def test_the_best_rule_of_the_worked_case():
    """z* = 0.5333, with 0.568056 and 0.523611; slices are coarse by 0.03 there."""
    S1, H = 0.6, 0.8
    best = minimize_scalar(
        lambda z: np.dot([4, 1], without_slices(z, 0.1, S1, H)), bounds=(0.1, S1), method="bounded"
    )
    assert best.x == pytest.approx(0.533333333333, abs=1e-5)
    assert without_slices(8 / 15, 0.1, S1, H) == pytest.approx((0.568055555556, 0.523611111111), abs=1e-11)
    assert without_slices(0.1, 0.1, S1, H) == pytest.approx((0.875, 0), abs=1e-12)
    assert without_slices(0.6, 0.1, S1, H)[1] == pytest.approx(0.5625, abs=1e-12)
    assert under_rule(8 / 15, 0.1, 0.5, 0.2) == pytest.approx((0.568055555556, 0.523611111111), abs=0.03)
    formula = find(SLUG).thresholds[0]
    assert formula.value(find(SLUG).at(CARD)) == pytest.approx(8 / 15, abs=1e-12)
    assert formula.value(find(SLUG).at({**CARD, "A": 1.2})) == pytest.approx(0.1), "below the ratio 1.4"


def test_the_formula_is_where_the_continuum_has_its_least_loss():
    rng = np.random.default_rng(4)
    formula = find(SLUG).thresholds[0]
    for _ in range(60):
        at = {"S0": rng.uniform(0.05, 0.3), "width": rng.uniform(0.2, 0.7), "slack": rng.uniform(0.05, 0.8)}
        at |= {"A": rng.uniform(1, 6), "W": rng.uniform(0.5, 2)}
        S1, H = at["S0"] + at["width"], at["S0"] + at["width"] + at["slack"]
        z = np.linspace(at["S0"], S1, 4001)
        crime, war = without_slices(z, at["S0"], S1, H)
        best = z[np.argmin(at["A"] * crime + at["W"] * war)]
        assert float(formula.value(find(SLUG).at(at))) == pytest.approx(best, abs=2e-3)


def test_severity_by_surprise_selects_nobody():
    found = Evaluator(read_scenario(SLUG)).evaluate({}, ["equilibrium", "rule", "surprise"])
    crime = {p: float(found.event[p]["crime"][0]) for p in ("equilibrium", "rule", "surprise")}
    war = {p: float(found.event[p]["fights_on"][0]) for p in ("equilibrium", "rule", "surprise")}
    assert crime["surprise"] == pytest.approx(crime["equilibrium"], abs=1e-9)
    assert crime["rule"] < crime["equilibrium"] - 0.1
    assert war["equilibrium"] < 1e-9 < war["rule"] < war["surprise"]


@pytest.mark.parametrize("x", [1 / 16 - 1e-3, 1 / 16 + 1e-3])
def test_a_court_is_severe_only_where_nobody_would_fight(play, x):
    """The least surplus of a slice is S0 + width / 16: below it severity costs no peace."""
    found = play(SLUG, x=x, **CARD)
    assert (found["severe"][0] > 0.5) == (x < 1 / 16)
    assert found["fights_on"][0] < 1e-7


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=5, **CARD)
    gambit_agrees(SLUG, lam=5, **CARD, zeal=1.5)
