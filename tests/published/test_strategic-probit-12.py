"""Two players, three outcomes, errors on every action: logit as played, probit by types.

Derivation. The second player's utilities are 0 + e and u24 + e' with errors of its own; it resists iff u24 > e - e'. With errors of
the type-I extreme value kind e - e' is logistic, so p4 = 1 / (1 + exp(-lam u24)); with normal errors of variance 1 it is normal with
variance 2, p4 = Phi(u24 / sqrt 2). The first player compares u11 with (1 - p4) u13 + p4 u14 by the same rule. Its own errors tell
nothing of the second's, so P(resisted | goes on) = p4.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, ndtr, ndtri

from detente.game import Game
from detente.models import find
from detente.scenario import Evaluator, read_scenario
from detente.solve import equilibria, solve

SLUG = "strategic-probit-12"


def closed_form(u11, u13, u14, u24, link):
    p4 = link(u24)
    p2 = link((1 - p4) * u13 + p4 * u14 - u11)
    return {"stops": 1 - p2, "goes_on": p2, "given_way": p2 * (1 - p4), "resisted": p2 * p4}


def test_the_logit_over_the_whole_range(draws):
    at = draws(SLUG, 400)
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["equilibrium"])
    assert (found.status["equilibrium"] == 0).all()
    lam = at.pop("lam")
    for event, value in closed_form(**at, link=lambda d: expit(lam * d)).items():
        assert found.event["equilibrium"][event] == pytest.approx(value, abs=1e-9), event


def test_in_the_limit_it_is_backward_induction(play, draws):
    at = draws(SLUG, 200, seed=2)
    at.pop("lam")
    on = np.where(at["u24"] > 0, at["u14"], at["u13"])
    far = (np.abs(at["u24"]) > 1e-3) & (np.abs(on - at["u11"]) > 1e-3)
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    assert found["goes_on"] == pytest.approx((on > at["u11"])[far] * 1.0, abs=1e-7)


def test_agent_errors_as_types_give_the_probit():
    """Each mover's error difference, variance 2, as 16 equally likely values: the limit is the probit up to 1/32 a choice."""
    k = 16
    values = np.sqrt(2) * ndtri((np.arange(k) + 0.5) / k)
    types = {f"{v:.6f}": f"1/{k}" for v in values}
    mapping = find(SLUG).game.to_mapping()
    mapping["private"] = {"one.e1": types, "two.e2": types}
    mapping["payoffs"]["one"]["error"] = {"worth": "e1", "when": "open == go_on"}
    mapping["payoffs"]["two"]["error"] = {"worth": "e2", "when": "answer == resist"}
    tree = Game(**mapping).tree()
    at = {"u11": np.array([0.0, -0.7]), "u13": np.array([1.0, 0.6]), "u14": np.array([-1.0, -2.0])}
    at["u24"] = np.array([0.5, -0.6])
    found = solve(tree, at, threads=1)
    assert found.certified.all()
    told = closed_form(**at, link=lambda d: ndtr(d / np.sqrt(2)))
    for event, value in told.items():
        assert found.event[:, tree.events.index(event)] == pytest.approx(value, abs=0.035), event
    assert told["goes_on"][0] == pytest.approx(0.4225429360452833, abs=1e-12)
    assert told["resisted"][0] == pytest.approx(0.2696513501268823, abs=1e-12)


def test_the_precision_that_is_next_to_the_probit():
    d = np.linspace(-10, 10, 20001)
    assert np.abs(expit(1.7017 * d) - ndtr(d)).max() < 0.0095


def test_resistance_that_deters_is_seen_most_in_the_middle(play):
    """With much to fear, resistance is seen less for high u24 than for middle: no monotone model of conflict has that."""
    u24 = np.array([-2.5, 0.0, 2.5])
    seen = play(SLUG, precision=2, u24=u24, u11=0.5, u13=2, u14=-2)["resisted"]
    assert seen[1] > seen[0] + 0.05
    assert seen[1] > seen[2] + 0.05


def test_announced_resistance(draws):
    at = draws(SLUG, 100, seed=4)
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["announced"])
    assert found.event["announced"]["goes_on"] == pytest.approx(
        expit(at["lam"] * (at["u14"] - at["u11"])), abs=1e-9
    )


def test_there_is_one_equilibrium():
    found = equilibria(find(SLUG).game, {"u24": -0.5})
    assert found.complete
    assert len(found.found) == 1


@pytest.mark.parametrize("lam", [0.7, 3])
def test_gambit_agrees(gambit_agrees, lam):
    gambit_agrees(SLUG, lam=lam, u11=0.2, u13=1, u14=-1, u24=0.5)
