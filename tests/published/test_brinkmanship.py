"""Brinkmanship in three steps: disaster between the critical risks of the two kinds alone.

Derivation. At the last step a kind with cost k goes on if (1-r) - r k > 0, r < 1/(1+k). B's escalation is worth -r k
if A is sure to go on, so below 1/(1+D), where all A do, B submits. Above 1/(1+d) even an A that gave way at once
would not make it worth the risk: B submits. Between, resolute A go on alone. With belief q in a resolute A, B's
escalation is worth -r k + (1-r)(1 - q - q r k): never above 0 for k = D, above 0 for k = d if q < q* = (1 - r
d/(1-r))/(1 + r d). With E the probability of escalation an irresolute A gains 1 - E - E r D: it challenges if E < e*
= 1/(1 + r D). A resolute A loses less by escalation than r D, so it challenges wherever the irresolute do. p > q*: h
< e* gives q = p and no escalation. h > e* too: E = 0 if all challenge. p < q*: h < e* gives E = h; h > e* gives q =
q*, E = e*.
"""

from __future__ import annotations

import numpy as np
import pytest

SLUG = "brinkmanship"


def closed_form(p, h, r, d, D):
    between = (r > 1 / (1 + D)) & (r < 1 / (1 + d))
    q, e = (1 - r * d / (1 - r)) / (1 + r * d), 1 / (1 + r * D)
    quiet, mixed = ~between | (p > q), h > e
    q = np.where(between, np.maximum(q, 1e-9), 1)
    challenged = np.select([quiet, mixed], [1 + 0 * p, p / q], 1)
    share = np.select([quiet, mixed], [0 * p, e], h)  # of challenges that are escalated
    goes_on = np.where(challenged > 0, p / challenged, 0)
    return {
        "challenged": challenged,
        "escalated": challenged * share,
        "disaster": challenged * share * (r + (1 - r) * r * goes_on),
    }


def test_the_closed_form_holds_over_the_whole_range(play, draws):
    at = draws(SLUG, 500)
    p, h, r, d, D = (at[name] for name in ("p", "h", "r", "d", "D"))
    q = (1 - r * d / (1 - r)) / (1 + r * d)
    far = np.min([abs(r - 1 / (1 + D)), abs(r - 1 / (1 + d)), abs(p - q), abs(h - 1 / (1 + r * D))], axis=0)
    at = {name: column[far > 3e-3] for name, column in at.items()}
    found = play(SLUG, certified=0.99, **at)
    told = closed_form(**at)
    assert 0.1 < (told["disaster"] > 0).mean() < 0.9
    for event, value in told.items():
        assert found[event][found.good] == pytest.approx(value[found.good], abs=1e-6), event


@pytest.mark.parametrize(
    ("at", "inside"), [(1 / 7, "above"), (1 / 2, "below")], ids=["irresolute", "resolute"]
)
def test_the_critical_risks_have_two_sides(play, at, inside):
    found = play(SLUG, p=0.001, h=0.15, d=1, D=6, r=[at - 3e-3, at + 3e-3])
    assert (found["disaster"] > 0.01).tolist() == ([False, True] if inside == "above" else [True, False])


def test_what_the_resolute_fear_has_two_sides(play):
    """r = 0.3, d = 1: q* = (1 - 3/7) / 1.3 = 0.43956043956."""
    q = 0.43956043956
    found = play(SLUG, r=0.3, d=1, D=6, h=0.2, p=[q - 2e-3, q + 2e-3])
    assert found["escalated"] == pytest.approx([0.2, 0], abs=1e-6)


@pytest.mark.parametrize("parameters", [{}, {"h": 0.2}, {"r": 0.05}, {"r": 0.6}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=5, **parameters)
