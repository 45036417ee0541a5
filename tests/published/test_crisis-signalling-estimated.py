"""The crisis game that is fitted: errors at every move as played, private errors as a fit has them.

Derivation. Played with errors at every move each information set has one node and the odds of an option are exp(lam times the
difference of its worths): p_F = L(lam (WA - a)), p_R = L(lam (p_F WB + (1 - p_F) VB - CB)), p_C = L(lam ((1 - p_R) VA +
p_R (p_F WA + (1 - p_F) a) - SA)). With private errors A challenges iff max(WA + e1, a + e2) > c = VA + (SA - VA) / p_R, and B resists
iff p_F (WB + e3) + (1 - p_F) VB > CB; p_F is the share of those with WA + e1 > a + e2 among the A that challenge. An equilibrium is a
root of one equation in p_R, here found once more on a grid with the bivariate normal distribution of scipy.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, ndtr
from scipy.stats import multivariate_normal

from detente.models import find
from detente.scenario import Evaluator, read_scenario
from detente.solve import solve

SLUG = "crisis-signalling-estimated"


def recursion(SA, VA, CB, WA, WB, a, VB, link):
    firm = link(WA - a)
    resist = link(firm * WB + (1 - firm) * VB - CB)
    challenge = link((1 - resist) * VA + resist * (firm * WA + (1 - firm) * a) - SA)
    return challenge, resist, firm


def test_the_recursion_holds_over_the_whole_range(draws):
    at = draws(SLUG, 400)
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["equilibrium"])
    assert (found.status["equilibrium"] == 0).all()
    lam = at.pop("lam")
    challenge, resist, firm = recursion(**at, link=lambda d: expit(lam * d))
    events = found.event["equilibrium"]
    assert events["status_quo"] == pytest.approx(1 - challenge, abs=1e-9)
    assert events["concede"] == pytest.approx(challenge * (1 - resist), abs=1e-9)
    assert events["stand_firm"] == pytest.approx(challenge * resist * firm, abs=1e-9)
    assert events["back_down"] == pytest.approx(challenge * resist * (1 - firm), abs=1e-9)


def test_worked_numbers_of_the_probit():
    at = {"SA": 0.3, "VA": 0.8, "CB": -0.5, "WA": -0.4, "WB": -0.9, "a": -1.0, "VB": 0.6}
    told = recursion(**at, link=lambda d: ndtr(d / np.sqrt(2)))
    assert told == pytest.approx((0.432177, 0.529179, 0.664313), abs=5e-7)


def test_in_the_limit_it_is_backward_induction(play, draws):
    at = draws(SLUG, 300, seed=2)
    at.pop("lam")
    last = np.where(at["WA"] > at["a"], at["WA"], at["a"])
    answer = np.where(at["WA"] > at["a"], at["WB"], at["VB"]) - at["CB"]
    first = np.where(answer > 0, last, at["VA"]) - at["SA"]
    far = np.abs(np.stack([at["WA"] - at["a"], answer, first])).min(axis=0) > 1e-3
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    assert found["challenged"] == pytest.approx((first > 0)[far] * 1.0, abs=1e-7)
    assert found["stand_firm"] == pytest.approx(
        ((first > 0) & (answer > 0) & (at["WA"] > at["a"]))[far] * 1.0, abs=1e-7
    )


def test_with_prizes_of_one_it_is_the_sister():
    """With SA = CB = 0 and VA = VB = 1 it is the game of crisis-signalling-agent-error."""
    rng = np.random.default_rng(3)
    ranges = {"lam": (0.5, 4), "WA": (-2.5, 1), "WB": (-3, 0.9), "a": (-2.5, 0.5)}
    at = {name: rng.uniform(*ends, 60) for name, ends in ranges.items()}
    ones = {"SA": np.zeros(60), "CB": np.zeros(60), "VA": np.ones(60), "VB": np.ones(60)}
    tree, sister = find(SLUG).game.tree(), find("crisis-signalling-agent-error").game.tree()
    mine = solve(tree, {**at, **ones}, precision=at["lam"], threads=1)
    hers = solve(
        sister,
        {"lam": at["lam"], "W_A": at["WA"], "W_B": at["WB"], "a": at["a"]},
        precision=at["lam"],
        threads=1,
    )
    for one, other in (("challenged", "challenged"), ("stand_firm", "war"), ("back_down", "backs_down")):
        assert mine.event[:, tree.events.index(one)] == pytest.approx(
            hers.event[:, sister.events.index(other)], abs=1e-9
        )


def test_three_equilibria_with_private_errors():
    """The roots told as missed, by brute force: best answers on a grid of p_R."""
    WA, WB, a = -1.9, -2.9, -1.2
    missed = [w for w in find(SLUG).worked if w.reached == "missed"]
    told = [float(w.told[0][2].value(dict(w.at))) for w in missed]
    pair = multivariate_normal(cov=[[1, np.sqrt(0.5)], [np.sqrt(0.5), 1]])

    def surplus(resist):
        c = 1 - 1 / resist
        firm = pair.cdf([(WA - a) / np.sqrt(2), WA - c])
        back = pair.cdf([(a - WA) / np.sqrt(2), a - c])
        share = firm / (firm + back)
        return ndtr(WB - 1 + 1 / share) - resist

    grid = np.linspace(0.02, 0.98, 97)
    values = np.array([surplus(r) for r in grid])
    roots = [brentq(surplus, *grid[i : i + 2]) for i in np.flatnonzero(values[:-1] * values[1:] < 0)]
    assert roots == pytest.approx(told, abs=2e-6)


@pytest.mark.parametrize("parameters", [{}, {"WA": 0.5, "a": -2, "SA": 0.4, "CB": -0.6}])
@pytest.mark.parametrize("lam", [1, 3])
def test_gambit_agrees(gambit_agrees, lam, parameters):
    gambit_agrees(SLUG, lam=lam, **parameters)
