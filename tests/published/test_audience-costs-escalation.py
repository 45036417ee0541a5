"""Audience costs in four steps: who is indifferent where, and how often each side backs down.

Derivation. Last: a resolved B fights, an unresolved one backs down (b < W). A resolved side gains by war, so a
resolved A challenges and presses, a resolved B resists. Let x, y be the beliefs that A, B are resolved once A has
challenged, B resisted; m how often A presses; R how often B resists. An unresolved A presses if (1-y) - y W > -a,
that is y < y* = (1+a)/(1+W). An unresolved B resists if m < 1/(1+b). An unresolved A that is not to gain by pressing
challenges if R < 1/(1+a). With p > 1/(1+b), m >= x >= p: unresolved B concede, y = 1, R = q. With p < 1/(1+b): q >
1/(1+a) keeps unresolved A out. Else B is indifferent. If all A challenge, m = 1/(1+b) needs pressing bluffers, so y =
y*, R = q/y*, and R < 1/(1+a) is q < 1/(1+W). Else R = 1/(1+a), y > y*, x = m = 1/(1+b).
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "audience-costs-escalation"
NAMES = ("p", "q", "a", "b", "W")


def closed_form(p, q, a, b, W):
    nought, resist = 0 * p, q * (1 + W) / (1 + a)
    known_a, known_b, timid = p > 1 / (1 + b), q > 1 / (1 + a), q > 1 / (1 + W)
    cases = [known_b, known_a, timid]
    return {
        "challenged": np.select(cases, [p, nought + 1, p * (1 + b)], 1),
        "resisted": np.select(cases, [p * q, q, p * (1 + b) / (1 + a)], resist),
        "A_backs_down": np.select(cases, [nought, (1 - p) * q, p * b / (1 + a)], resist * b / (1 + b)),
        "B_backs_down": np.select(cases, [nought, nought, p * (1 / (1 + a) - q)], (resist - q) / (1 + b)),
        "war": np.select(cases, [p * q, p * q, p * q], q / (1 + b)),
    }


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 400)
    p, q, a, b, W = (at[name] for name in NAMES)
    far = np.min([abs(q * (1 + a) - 1), abs(p * (1 + b) - 1), abs(q * (1 + W) - 1)], axis=0) > 3e-3
    at = {name: column[far] for name, column in at.items()}
    found = play(SLUG, certified=0.99, **at).certain
    kept = play(SLUG, certified=0.99, **at).good
    for event, value in closed_form(*(at[name][kept] for name in NAMES)).items():
        assert found[event] == pytest.approx(value, abs=1e-6), event


@pytest.mark.parametrize(
    ("name", "at", "event", "below", "above"),
    [
        ("q", 1 / 3, "war", (1 / 3 - 2e-3) / 2, 0.2 * (1 / 3 + 2e-3)),
        ("q", 2 / 3, "challenged", 0.4, 0.2),
        ("p", 1 / 2, "war", 0.1, 0.2 * (1 / 2 + 2e-3)),
    ],
)
def test_each_threshold_has_two_sides(play, name, at, event, below, above):
    rest = {"p": 0.2, "q": 0.2, "a": 0.5, "b": 1, "W": 2}
    found = play(SLUG, **{**rest, name: [at - 2e-3, at + 2e-3]})
    assert found[event] == pytest.approx([below, above], abs=1e-6)


def test_the_side_with_the_larger_audience_cost_backs_down_less_often(play):
    """Both sides alike but for their audiences, where both may back down: shares among the crises in which somebody does."""
    found = play(SLUG, p=0.2, q=0.2, W=2, a=[0.1, 0.9], b=[0.9, 0.1])
    share = found["A_backs_down"] / (found["A_backs_down"] + found["B_backs_down"])
    assert share[0] > 0.55
    assert share[1] < 0.25


@pytest.mark.parametrize("parameters", [{}, {"q": 0.5, "b": 1}, {"q": 0.8}, {"p": 0.8}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=8, **parameters)
