"""A mediator's word on the branch that babbles: decided draws are right, and what is undecided is said to be.

Derivation. Nobody heeds the message, so the game is that of one demand: risky iff
pi < (c_high - c_low)/(c_high - give + c_1), and then P(war) = pi.
Costless messages make the branch pitch: there draws are undecided ("bifurcation"), and not at random, for
heeded messages are near. So the share of the *decided* draws is not the share of the ranges.
"""

from __future__ import annotations

import numpy as np
from planting import Card, Planted, findings_of, share_of, study_for

from detente.explore import draw

C_LOW, C_HIGH, GIVE = 0.05, 0.25, 0.01


def risky(c):
    return c["pi"] < (C_HIGH - C_LOW) / (C_HIGH - GIVE + c["c_1"])


CARD = Card(
    "mediation",
    {"pi": (0.05, 0.4, 0.95), "acc": (0.55, 0.85, 0.99), "bias": (-1, 0.2, 1), "c_1": (0.02, 0.1, 0.4)},
    (
        Planted("war", "P(war) > 0.01", risky, "holds if"),
        Planted("grave", "P(war) > 0.3", lambda c: risky(c) & (c["pi"] > 0.3), "holds if"),
        Planted("never_more", "P(war) < pi + 0.01", lambda c: c["pi"] > 0, "undecided"),
    ),
    events=("war",),
    draws=256,
)


def test_decided_draws_are_right_and_the_rest_has_a_reason():
    columns = draw(study_for(CARD), CARD.draws).draws
    status = np.asarray(study_for(CARD).evaluate(columns, ["equilibrium"]).status["equilibrium"])
    for claim in CARD.claims:
        (found,) = (c for c in findings_of(CARD).claims if c.id == claim.id)
        assert found.verdict == claim.verdict, claim.id
        assert set(found.tally.undecided_why) == {"bifurcation"}
        assert found.tally.n_decided == (status == 0).sum()
        assert found.tally.held.sum() == (np.asarray(claim.truth(columns)) & (status == 0)).sum()


def test_the_share_of_the_ranges_lies_between_all_undecided_fail_and_all_hold():
    for claim in CARD.claims:
        (found,) = (c for c in findings_of(CARD).claims if c.id == claim.id)
        exact, _ = share_of(CARD, claim)
        low = found.tally.held.sum() / CARD.draws
        high = low + (CARD.draws - found.tally.n_decided) / CARD.draws
        assert low - 0.01 <= exact <= high + 0.01
    war = findings_of(CARD).claims[0].tally
    assert war.interval[1] < share_of(CARD, CARD.claims[0])[0], "undecided draws are not like the others"


def test_the_bias_of_one_who_is_not_heeded_flips_nothing():
    for found in findings_of(CARD).claims:
        assert {f.parameter for f in found.flips} <= {"pi", "c_1"}
        assert found.rule is None or {c.parameter for c in found.rule.conditions} <= {"pi", "c_1"}
