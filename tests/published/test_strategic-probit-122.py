"""Two players, four outcomes, errors on every action.

Derivation. After left the second player goes right with p4 = F(u22), after right with p6 = F(u24), where F is the distribution of the
difference of two errors: logistic of precision lam as played here, normal of variance 2 in the probit. The first compares the mean
(1 - p6) u13 + p6 u14 of going right with (1 - p4) u11 + p4 u12 of going left by the same F.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, ndtr

from detente.models import find
from detente.scenario import Evaluator, read_scenario
from detente.solve import equilibria

SLUG = "strategic-probit-122"


def closed_form(u11, u12, u13, u14, u22, u24, link):
    p4, p6 = link(u22), link(u24)
    p2 = link((1 - p6) * u13 + p6 * u14 - (1 - p4) * u11 - p4 * u12)
    return {"LL": (1 - p2) * (1 - p4), "LR": (1 - p2) * p4, "RL": p2 * (1 - p6), "RR": p2 * p6}


def test_the_logit_over_the_whole_range(draws):
    at = draws(SLUG, 400)
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["equilibrium", "bound"])
    lam = at.pop("lam")
    for event, value in closed_form(**at, link=lambda d: expit(lam * d)).items():
        assert found.event["equilibrium"][event] == pytest.approx(value, abs=1e-9), event
    p6 = expit(lam * at["u24"])
    right = expit(lam * ((1 - p6) * at["u13"] + p6 * at["u14"] - at["u12"]))
    assert found.event["bound"]["goes_right"] == pytest.approx(right, abs=1e-9)
    for policy in ("equilibrium", "bound"):
        assert (found.status[policy] == 0).all()


def test_the_probit_is_within_what_is_said(draws):
    """Two choices one after the other, each off by at most 0.0095, and the first by what the second shifts its means."""
    at = draws(SLUG, 200, seed=2)
    at.pop("lam")
    logit = closed_form(**at, link=lambda d: expit(1.2033 * d))
    probit = closed_form(**at, link=lambda d: ndtr(d / np.sqrt(2)))
    for event in logit:
        assert np.abs(logit[event] - probit[event]).max() < 0.03


def test_in_the_limit_it_is_backward_induction(play, draws):
    at = draws(SLUG, 200, seed=3)
    at.pop("lam")
    left = np.where(at["u22"] > 0, at["u12"], at["u11"])
    right = np.where(at["u24"] > 0, at["u14"], at["u13"])
    far = (np.abs(at["u22"]) > 1e-3) & (np.abs(at["u24"]) > 1e-3) & (np.abs(left - right) > 1e-3)
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    assert found["goes_right"] == pytest.approx((right > left)[far] * 1.0, abs=1e-7)


def test_there_is_one_equilibrium():
    found = equilibria(find(SLUG).game, {})
    assert found.complete
    assert len(found.found) == 1


@pytest.mark.parametrize("lam", [0.7, 3])
def test_gambit_agrees(gambit_agrees, lam):
    gambit_agrees(SLUG, lam=lam, u11=0.2, u14=0.7)
