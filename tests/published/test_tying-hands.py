"""Public threats with a continuum of private worths of war, uniform on [-k, 0]; backing down costs a <= k.

Derivation. If resisted, those above -a fight, a share q = a/k. B resists iff a threat is meant with less than 1/(1+d).
With q < 1/(1+d) those who would back down threaten until that belief is reached, beta = q d/(1-q).
B resists with r = 1/(1+a), which leaves them at 0; the others gain. With q > 1/(1+d) all threaten and B gives way.
Also: nobody threatens, and B would resist all threats on a belief of at most 1/(1+d); war is worth at most 0 to anybody, so
nobody gains by a threat.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.solve import equilibria

SLUG = "tying-hands"


def closed_form(a, k, d):
    q, border = a / k, 1 / (1 + d)
    called = q < border
    return {
        "threat": np.where(called, q * (1 + d), 1.0),
        "bluff": np.where(called, q * d, 1 - q),
        "war": np.where(called, q / (1 + a), 0.0),
        "backs_down": np.where(called, q * d / (1 + a), 0.0),
    }


@pytest.mark.parametrize(("a", "war"), [(0.3, 0.230769230769), (0.45, 0.310344827586), (0.55, 0)])
def test_worked_numbers(play, a, war):
    """k = 1, d = 1: the border is 0.5, and the risk of war just below it 1/3."""
    assert closed_form(a, 1, 1)["war"] == pytest.approx(war, abs=1e-12)
    assert play(SLUG, a=a, k=1, d=1)["war"][0] == pytest.approx(war, abs=1e-9)


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 300)
    far = np.abs(at["a"] * (1 + at["d"]) - at["k"]) > 2e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, **at)
    for event, value in closed_form(**at).items():
        assert found[event] == pytest.approx(value, abs=1e-7), event
    called = at["a"] < at["k"] / (1 + at["d"])
    assert called.any()
    assert (~called).any()
    assert found.belief("answer")[called] == pytest.approx(1 / (1 + at["d"][called]), abs=1e-6)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
@pytest.mark.parametrize(("k", "d"), [(1, 1), (2, 1.2), (1.5, 0.8)])
def test_the_border_has_two_sides(play, k, d, step):
    border = k / (1 + d)
    found = play(SLUG, a=[border - step, border + step], k=k, d=d)
    assert found["war"] == pytest.approx([(border - step) / k / (1 + border - step), 0], abs=1e-6)


@pytest.mark.parametrize("a", [0.1, 0.3, 0.45, 0.6])
def test_a_crowd_with_a_worth_of_war_each_does_what_the_two_classes_do(play, a):
    """A hundred thousand As with their own numbers answer B's mix; those who are indifferent mix as the free class does."""
    k = d = 1
    found = play(SLUG, a=a, k=k, d=d)
    resist, mix = found.taken("answer", "resist")[0], found.taken("open free", "threaten")[0]
    worth = -k * (np.arange(100_000) + 0.5) / 100_000
    gain = (1 - resist) + resist * np.maximum(worth, -a)
    bound = worth > -a
    assert (gain[bound] > -1e-9).all()
    assert np.abs(gain[~bound] * mix * (1 - mix)).max() < 1e-9
    threats = bound + (~bound) * mix
    assert found["threat"][0] == pytest.approx(threats.mean(), abs=1e-4)
    assert found["war"][0] == pytest.approx((threats * bound).mean() * resist, abs=1e-4)
    mean_of_A = (threats * gain).mean()
    assert found.value("A")[0] == pytest.approx(mean_of_A, abs=1e-4)


@pytest.mark.parametrize("a", [0.3, 0.6])
def test_two_equilibria_are_found_one_without_threats(a):
    found = equilibria(find(SLUG).game.tree(), {"a": a, "k": 1.0, "d": 1.0})
    told = sorted((round(r["events"]["threat"], 6), bool(r["principal"])) for r in found.record())
    assert told == [(0.0, False), (0.6 if a < 0.5 else 1.0, True)]


def test_silence_needs_resistance_that_is_likely_enough():
    """War worth -0.4 to those who would fight (a = 0.8): they are silent iff B resists with at least 1/1.4 = 0.714285714286."""
    least = 1 / (1 + 0.8 / 2)
    assert least == pytest.approx(0.714285714286, abs=1e-12)
    silent = [
        r for r in equilibria(find(SLUG).game.tree(), {"a": 0.8}).record() if r["events"]["threat"] < 1e-6
    ]
    assert silent
    for row in silent:
        (answer,) = (s for s in row["information_sets"] if s["name"] == "answer")
        assert answer["probabilities"][0] >= least - 1e-6


@pytest.mark.parametrize("parameters", [{}, {"a": 0.6}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=15, **parameters)
