"""Where a point lies exactly on a threshold: nothing is decided there, and what lies on either side of it is still found."""

from __future__ import annotations

import numpy as np
import pytest
from planting import Card, Planted, findings_of, mapping_of, roots, scenario_of
from test_appeasement_reputation import POLICIES
from test_crisis_signalling import CARD as CRISIS

from detente.explore import test as run


def test_a_game_that_is_on_the_knife_edge_everywhere_is_undecided_everywhere():
    """p = 1/(1 + d) at every draw: the target may resist with anything from 0 to 1/(1 + a). No draw is decided, no rule or flip is given."""
    mapping = mapping_of(CRISIS)
    mapping["parameters"]["p"] = {"derived": "1 / (1 + d)"}
    mapping["claims"] = {"grave": mapping["claims"]["grave"]}
    mapping["policies"] = {}
    (claim,) = run(scenario_of(mapping), draws=64).record()["claims"]
    assert claim["verdict"] == "undecided"
    assert claim["decided"] <= 3
    assert claim["rule"] == []
    assert claim["flips"] == []
    assert claim["nearest_flip"] is None


ROUND = Card(
    "appeasement-reputation",
    {"p": (0.05, 0.5, 0.95), "rho": (0.02, 0.6, 0.98), "b": (0.05, 0.3, 0.95), "cost": (0.05, 0.4, 1.5)},
    (Planted("a_stand_by_rule_deters", "P(comes | always_stand) < 0.5", lambda c: c["b"] <= c["p"], "holds if"),),
    policies={"always_stand": POLICIES["always_stand"]},
    events=("comes",),
)


@pytest.mark.xfail(
    strict=True, reason="a walk's even step lands on b = p = 0.5 exactly, is undecided there, and the change is not reported"
)
def test_a_flip_at_a_round_number_is_found():
    """Ranges and base values are round numbers, and so are thresholds between them: b = p = 0.5, in the middle of the range of b."""
    (claim,) = ROUND.claims
    (found,) = findings_of(ROUND).claims
    expected = {name: [round(at, 3) for at, _ in places] for name, places in roots(ROUND, claim).items()}
    assert set(expected) == {"p", "b"}
    assert {f.parameter for f in found.flips} == set(expected)


def test_right_beside_a_round_number_it_is_found():
    beside = Card(ROUND.slug, {**ROUND.ranges, "b": (0.05, 0.3, 0.93)}, ROUND.claims, policies=ROUND.policies, events=ROUND.events)
    (found,) = findings_of(beside).claims
    assert {f.parameter: round(f.at, 2) for f in found.flips} == {"p": 0.3, "b": 0.5}
    assert np.all([f.within <= 5e-4 for f in found.flips])
