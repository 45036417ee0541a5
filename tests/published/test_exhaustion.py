"""A stand that uses up a share kappa of the strength to hold elsewhere; else as in appeasement-reputation.

Derivation. After a concession (soft for sure) a place elsewhere holds with q_c = p (1 - rho), after a stand by the firm alone with
(1 - kappa) q_t, q_t = p + rho (1 - p), after a stand by all with (1 - kappa) p. The watcher comes iff that is less than b. The soft
stand only if it keeps away a watcher whom the concession brings: b > q_c and cost < harm. Then for b <= (1 - kappa) p all stand; for
(1 - kappa) p < b <= (1 - kappa) q_t the soft stand so often that the watcher is at b: firm here with pi = (b/(1 - kappa) - q_c)/rho;
he comes with 1 - cost/harm. Otherwise the soft concede. Stand and concession deter alike where (1 - kappa) q_t = q_c: kappa = rho/q_t.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "exhaustion"


def by_hand(p, rho, b, kappa, cost, harm):
    """The soft defender's chance of standing, the watcher's of coming after a stand and after a concession, the regime."""
    q_c, q_t, left = p * (1 - rho), p + rho * (1 - p), 1 - kappa
    after_concession = float(b > q_c)
    if b <= q_c:
        return 0.0, float(b > left * q_t), after_concession, "invites" if b > left * q_t else "free"
    if b > left * q_t:
        return 0.0, 1.0, after_concession, "futile"
    if cost > harm:
        return 0.0, 0.0, after_concession, "separate"
    if b <= left * p:
        return 1.0, 0.0, after_concession, "pool"
    pi = (b / left - q_c) / rho
    return p * (1 - pi) / ((1 - p) * pi), 1 - cost / harm, after_concession, "mix"


def gap(p, rho, b, kappa, cost, harm):
    left = 1 - kappa
    return min(
        abs(b - p * (1 - rho)), abs(b - left * p), abs(b - left * (p + rho * (1 - p))), abs(cost - harm)
    )


def test_worked_numbers(play):
    """p = 0.4, rho = 0.25: q_c = 0.3, q_t = 0.55, and stand and concession deter alike at 0.454545454545."""
    q_t = 0.4 + 0.25 * 0.6
    assert q_t == pytest.approx(0.55)
    assert 0.25 / q_t == pytest.approx(0.454545454545, abs=1e-12)
    found = play(SLUG, p=0.4, rho=0.25, b=0.28, kappa=[0.3, 0.45, 0.6], cost=0.4, harm=1)
    assert found.taken("watch reply=stand", "come") == pytest.approx([0, 0, 1], abs=1e-9)
    assert found.taken("watch reply=concede", "come") == pytest.approx([0, 0, 0], abs=1e-9)


def test_all_regimes_over_the_whole_range(play, draws):
    at = draws(SLUG, 700, resolve=3)
    rows = np.column_stack([at[name] for name in ("p", "rho", "b", "kappa", "cost", "harm")])
    far = np.array([gap(*row) for row in rows]) > 2e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.99, **at)
    good = found.good
    expected = [by_hand(*row) for row in rows[far][good]]
    assert {e[3] for e in expected} == {"free", "invites", "futile", "separate", "pool", "mix"}
    soft, after_stand, after_concession = np.array([e[:3] for e in expected]).T
    assert found.taken("reply firm", "stand")[good] == pytest.approx(np.ones(good.sum()), abs=1e-8)
    assert found.taken("reply soft", "stand")[good] == pytest.approx(soft, abs=1e-6)
    assert found.taken("watch reply=stand", "come")[good] == pytest.approx(after_stand, abs=1e-6)
    assert found.taken("watch reply=concede", "come")[good] == pytest.approx(after_concession, abs=1e-6)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_a_stand_invites_where_too_little_is_left(play, step):
    """b = 0.28: a stand by the firm leaves 0.55 (1 - kappa), so he comes beyond kappa = 1 - 0.28/0.55."""
    border = 1 - 0.28 / 0.55
    found = play(SLUG, p=0.4, rho=0.25, b=0.28, kappa=[border - step, border + step])
    assert found["comes_after_stand"] == pytest.approx([0, 0.4], abs=1e-6)
    assert found["comes_after_concession"] == pytest.approx([0, 0], abs=1e-8)


def test_without_exhaustion_it_is_the_model_of_one_concession(play):
    for parameters in ({"p": 0.5, "b": 0.3, "rho": 0.6}, {"p": 0.3, "b": 0.5, "rho": 0.6}):
        here = play(SLUG, kappa=0, cost=0.4, harm=1, **parameters)
        there = play("appeasement-reputation", cost=0.4, harm=1, **parameters)
        for event in ("stand", "comes", "comes_after_stand"):
            assert here[event] == pytest.approx(there[event], abs=1e-7), event


@pytest.mark.parametrize("parameters", [{}, {"kappa": 0.1, "b": 0.4}, {"kappa": 0.3}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
