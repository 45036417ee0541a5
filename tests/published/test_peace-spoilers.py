"""Extremists who attack so that the government doubts its partner.

Derivation. An untrustworthy M never cracks down: it costs w and changes the process with probability s at most, worth s x < w. So
calm comes at least as often from a trustworthy M as from the other, and a G who trusts M with t > tbar = L / (1 + L) goes on in
calm. (Were calm never reached, attacks would be certain and policed by nobody; G would go on after them, and E would rather hold.)
Then a trustworthy M cracks down: s (h + what calm adds) > e. After an attack the trust is t (1 - s) / (1 - t s), and G stops iff t
(1 - s) < (1 - t) L. An attack comes off with probability 1 - t s, so E attacks iff G would stop and 1 - t s > k. That is the one
equilibrium for t > tbar.

For t < tbar: (1) E holds and G stops, always. With 1 - t s > k also (2) E attacks, calm is proof of a crackdown, and G goes on in
calm; (3) E attacks with probability q, where t (1 - q + q s) = L (1 - t) (1 - q), and G goes on in calm with probability r, where r
(1 - t s) = k.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.models import find
from detente.scenario import Evaluator, read_scenario
from detente.scenario.variant import variant
from detente.solve import equilibria

SLUG = "peace-spoilers"
BASE = {"t": 0.7, "s": 0.8, "L": 0.6, "k": 0.2}


def stops(t, s, L, **_):
    """G's loss by going on after an attack, per case: above 0 it stops."""
    return (1 - t) * L - t * (1 - s)


def attacks(t, s, L, k, **_):
    return (stops(t, s, L) > 0) & (1 - t * s > k)


def test_over_the_range_where_calm_carries_the_process(play, draws):
    at = draws(SLUG, 800)
    far = np.min([np.abs(stops(**at)), np.abs(1 - at["t"] * at["s"] - at["k"])], axis=0) > 5e-3
    far &= at["t"] > at["L"] / (1 + at["L"]) + 5e-3
    at = {name: column[far] for name, column in at.items()}
    attack, foiled = attacks(**at), at["t"] * at["s"]
    assert {True, False} == set(attack)
    found = play(SLUG, **at)
    assert found["attempt"] == pytest.approx(attack * 1.0, abs=1e-7)
    assert found["violence"] == pytest.approx(np.where(attack, 1 - foiled, 0), abs=1e-7)
    assert found["goes_on"] == pytest.approx(np.where(attack, foiled, 1), abs=1e-7)
    calm = at["t"] - (1 - at["t"]) * at["L"]
    assert found.value("G") == pytest.approx(
        np.where(attack, foiled - at["H"] * (1 - foiled), calm), abs=1e-6
    )
    assert found.value("E") == pytest.approx(np.where(attack, 1 - foiled - at["k"], 0), abs=1e-6)
    assert found.taken("police trustworthy", "crack_down") == pytest.approx(np.ones(len(attack)), abs=1e-7)
    assert found.taken("police untrustworthy", "crack_down") == pytest.approx(np.zeros(len(attack)), abs=1e-7)


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_both_sides_of_each_threshold(play, step):
    border = 1 - 0.3 * 0.6 / 0.7
    assert find(SLUG).thresholds[1].value(find(SLUG).at(BASE)) == pytest.approx(border, abs=1e-12)
    found = play(SLUG, **{**BASE, "s": [border - step, border + step]})
    assert found["attempt"] == pytest.approx([0, 1], abs=1e-7)
    found = play(SLUG, **{**BASE, "k": [0.44 - step, 0.44 + step]})
    assert found["attempt"] == pytest.approx([1, 0], abs=1e-7)


def test_strength_turns_attacks_on_and_certainty_of_failure_turns_them_off(play):
    """With t = 0.8, L = 1 and k = 0.35 nothing is planned below s = 0.75, attacks until 0.8125, and nothing beyond."""
    found = play(SLUG, t=0.8, L=1, k=0.35, s=[0.3, 0.74, 0.76, 0.8, 0.82, 0.9])
    assert found["attempt"] == pytest.approx([0, 0, 1, 1, 0, 0], abs=1e-7)


def test_relentless_attacks_are_read_as_bayes_would(draws):
    at = draws(SLUG, 300, seed=2)
    at = {name: column[np.abs(stops(**at)) > 5e-3] for name, column in at.items()}
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["relentless", "carry_on", "equilibrium"])
    violence, on = found.event["relentless"]["violence"], found.event["relentless"]["goes_on"]
    assert violence == pytest.approx(1 - at["t"] * at["s"], abs=1e-7)
    assert on == pytest.approx(at["t"] * at["s"] + np.where(stops(**at) > 0, 0, violence), abs=1e-6)
    assert found.event["carry_on"]["attempt"] == pytest.approx(np.zeros(len(on)), abs=1e-7)


def test_carrying_on_pays_by_the_closed_form(draws):
    at = draws(SLUG, 500, seed=3)
    t, s, L, H = (at[name] for name in ("t", "s", "L", "H"))
    gain = np.where(attacks(**at), t - (1 - t) * L - (t * s - H * (1 - t * s)), 0)
    clear = (t > L / (1 + L) + 5e-3) & (np.abs(stops(**at)) > 5e-3) & (np.abs(1 - t * s - at["k"]) > 5e-3)
    at = {name: column[clear] for name, column in at.items()}
    found = Evaluator(read_scenario(SLUG)).evaluate(at, ["carry_on", "equilibrium"])
    found_gain = found.value["carry_on"]["G"] - found.value["equilibrium"]["G"]
    assert found_gain == pytest.approx(gain[clear], abs=1e-6)
    assert (gain[clear] > 0.01).any()
    assert (gain[clear] < -0.01).any()


@pytest.mark.parametrize(
    ("at", "attempts"),
    [
        (BASE, [1]),
        ({**BASE, "s": 0.5}, [0]),
        ({"t": 0.5, "s": 0.6, "L": 1.5, "k": 0.2}, [0, 1 - 0.3 / 0.55, 1]),
        ({"t": 0.5, "s": 0.6, "L": 1.5, "k": 0.69}, [0, 1 - 0.3 / 0.55, 1]),
        ({"t": 0.6, "s": 0.9, "L": 1.9, "k": 0.6}, [0]),
    ],
)
def test_every_equilibrium_is_found(at, attempts):
    found = equilibria(find(SLUG).game, at)
    seen = sorted({round(found.events(i)["attempt"], 6) for i in range(len(found.found))})
    assert seen == pytest.approx(attempts, abs=1e-5)


def test_a_partner_who_would_rather_be_attacked_is_an_equilibrium_of_relentless_attacks():
    """Nobody polices, and calm, which never comes, would be put down to an untrustworthy M: sequential, but not reasonable.

    Cracking down never pays an untrustworthy M, so the intuitive criterion forbids that belief. It is there for h below 1 + e / s.
    """
    scenario = read_scenario(SLUG)
    tree = variant(scenario.game, scenario.policies["relentless"].change)
    for h, expected in [(0.5, 2), (1.5, 1)]:
        found = equilibria(tree, {**BASE, "h": h})
        answers = {round(found.events(i)["goes_on"], 6) for i in range(len(found.found))}
        assert len(answers) == expected, (h, answers)


@pytest.mark.parametrize("parameters", [{}, {"s": 0.5}, {"t": 0.5, "s": 0.6, "L": 1.5}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=10, **parameters)
