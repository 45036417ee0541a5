"""Three players in a row, errors on every action.

Derivation. From the end: the third goes right with p6 = F(u36); the second goes on with p4 = F((1 - p6) u25 + p6 u26 - u23); the
first with p2 = F((1 - p4) u13 + p4 ((1 - p6) u15 + p6 u16) - u11). F is the distribution of the difference of two errors: logistic of
precision lam as played here, normal of variance 2 in the probit.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, ndtr

from detente.models import find
from detente.scenario import Evaluator, read_scenario
from detente.solve import equilibria

SLUG = "strategic-probit-123"


def closed_form(u11, u13, u15, u16, u23, u25, u26, u36, link, p6=None):
    p6 = link(u36) if p6 is None else p6
    p4 = link((1 - p6) * u25 + p6 * u26 - u23)
    p2 = link((1 - p4) * u13 + p4 * ((1 - p6) * u15 + p6 * u16) - u11)
    return {
        "goes_on": p2,
        "stopped_by_second": p2 * (1 - p4),
        "ends_left": p2 * p4 * (1 - p6),
        "ends_right": p2 * p4 * p6,
    }


def test_the_logit_over_the_whole_range(draws):
    at = draws(SLUG, 400)
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["equilibrium", "bound"])
    lam = at.pop("lam")
    for policy, p6 in (("equilibrium", None), ("bound", np.ones(400))):
        assert (found.status[policy] == 0).all()
        for event, value in closed_form(**at, link=lambda d: expit(lam * d), p6=p6).items():
            assert found.event[policy][event] == pytest.approx(value, abs=1e-9), (policy, event)


def test_the_probit_is_within_what_is_said(draws):
    at = draws(SLUG, 200, seed=2)
    at.pop("lam")
    logit = closed_form(**at, link=lambda d: expit(1.2033 * d))
    probit = closed_form(**at, link=lambda d: ndtr(d / np.sqrt(2)))
    for event in logit:
        assert np.abs(logit[event] - probit[event]).max() < 0.04


def test_in_the_limit_it_is_backward_induction(play, draws):
    at = draws(SLUG, 200, seed=3)
    at.pop("lam")
    ends = at["u36"] > 0
    on_two, on_three = np.where(ends, at["u26"], at["u25"]), np.where(ends, at["u16"], at["u15"])
    second = on_two > at["u23"]
    on_one = np.where(second, on_three, at["u13"])
    gaps = [np.abs(at["u36"]), np.abs(on_two - at["u23"]), np.abs(on_one - at["u11"])]
    far = np.min(gaps, axis=0) > 1e-3
    found = play(SLUG, **{name: column[far] for name, column in at.items()})
    first = on_one > at["u11"]
    assert found["goes_on"] == pytest.approx(first[far] * 1.0, abs=1e-7)
    assert found["ends_right"] == pytest.approx((first & second & ends)[far] * 1.0, abs=1e-7)


def test_there_is_one_equilibrium():
    found = equilibria(find(SLUG).game, {})
    assert found.complete
    assert len(found.found) == 1


@pytest.mark.parametrize("lam", [0.7, 3])
def test_gambit_agrees(gambit_agrees, lam):
    gambit_agrees(SLUG, lam=lam, u11=0.2, u26=0.7)
