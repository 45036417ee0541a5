"""Where a point lies exactly on a threshold: nothing is decided there, and what lies on either side of it is still found."""

from __future__ import annotations

import numpy as np
import pytest
from brute import roots
from planting import Card, Planted, findings_of, mapping_of, scenario_of
from test_appeasement_reputation import POLICIES
from test_crisis_signalling import CARD as CRISIS

from detente.explore import draw
from detente.explore import test as run
from detente.explore.study import study_of


def test_a_game_that_is_on_the_knife_edge_everywhere():
    """p = 1/(1 + d) at every draw: all challenge, and the target may resist with any r from 0 to 1/(1 + a).

    Where the branch has a limit that can be certified it is of this family, and the one that the branch at precision 100 000 is
    near; elsewhere the draw is undecided and says so.
    """
    mapping = mapping_of(CRISIS)
    mapping["parameters"]["p"] = {"derived": "1 / (1 + d)"}
    mapping |= {
        "claims": {"grave": mapping["claims"]["grave"]},
        "policies": {},
        "events_of_interest": ["war", "challenged"],
    }
    study = study_of(scenario_of(mapping))
    columns = draw(study, 64).draws
    limit = study.evaluate(columns, ["equilibrium"])
    good = np.asarray(limit.status["equilibrium"]) == 0
    assert 8 < good.sum() < 56
    war = limit.event["equilibrium"]["war"][good]
    most = 1 / (1 + columns["d"][good]) / (1 + columns["a"][good])
    assert ((war >= 0) & (war <= most + 1e-9)).all()
    assert limit.event["equilibrium"]["challenged"][good] == pytest.approx(np.ones(good.sum()), abs=1e-9)
    near = study_of(scenario_of({**mapping, "precision": 100_000})).evaluate(columns, ["equilibrium"])
    assert war == pytest.approx(near.event["equilibrium"]["war"][good], abs=1e-3)
    (claim,) = run(scenario_of(mapping), draws=64).claims
    assert claim.tally.n_decided == good.sum()
    assert sum(claim.tally.undecided_why.values()) == 64 - good.sum()


ROUND = Card(
    "appeasement-reputation",
    {"p": (0.05, 0.5, 0.95), "rho": (0.02, 0.6, 0.98), "b": (0.05, 0.3, 0.95), "cost": (0.05, 0.4, 1.5)},
    (
        Planted(
            "a_stand_by_rule_deters", "P(comes | always_stand) < 0.5", lambda c: c["b"] <= c["p"], "holds if"
        ),
    ),
    policies={"always_stand": POLICIES["always_stand"]},
    events=("comes",),
)


def test_a_flip_at_a_round_number_is_found():
    """Ranges and base values are round numbers, and so are thresholds between them: b = p = 0.5, in the middle of the range of b."""
    (claim,) = ROUND.claims
    (found,) = findings_of(ROUND).claims
    expected = {name: [round(at, 3) for at, _ in places] for name, places in roots(ROUND, claim).items()}
    assert set(expected) == {"p", "b"}
    assert {f.parameter for f in found.flips} == set(expected)


def test_right_beside_a_round_number_it_is_found():
    beside = Card(
        ROUND.slug,
        {**ROUND.ranges, "b": (0.05, 0.3, 0.93)},
        ROUND.claims,
        policies=ROUND.policies,
        events=ROUND.events,
    )
    (found,) = findings_of(beside).claims
    assert {f.parameter: round(f.at, 2) for f in found.flips} == {"p": 0.3, "b": 0.5}
    assert np.all([f.within <= 5e-4 for f in found.flips])
