"""Claims about the game with parameters set, and about policies announced together."""

from __future__ import annotations

import numpy as np
import pytest
from offers import TEXT, accepts, draws, margins, moved, offered, quiet, value, with_claims

from detente.errors import BadInput
from detente.scenario import REASONS, Quantity


def test_a_setting_moves_what_it_names_and_nothing_else() -> None:
    d = draws()
    said = [
        "P(quiet, f = 0.9) >= P(quiet)",
        "P(accepted | trusting, p = 1/2) >= P(accepted, p = 0.5, b = 0.1)",
        "value(S | wary, c = 1) >= value(S)",
        "P(quiet | halved, f = 0.8) <= 0.3",
    ]
    found, evaluation = margins(with_claims(*said), d)
    np.testing.assert_allclose(found[0], quiet(moved(d, f=0.9)) - quiet(d), atol=1e-9)
    half = moved(d, p=0.5)
    np.testing.assert_allclose(
        found[1], offered(half) - (offered(moved(half, b=0.1)) * accepts(moved(half, b=0.1))), atol=1e-7
    )
    np.testing.assert_allclose(found[2], value(moved(d, c=1), 0.0) - value(d, accepts(d)), atol=1e-6)
    np.testing.assert_allclose(found[3], 0.3 - quiet(moved(d, f=0.4)), atol=1e-9)
    assert set(evaluation.status) == {
        "equilibrium@f=0.9", "equilibrium", "trusting@p=0.5", "equilibrium@b=0.1,p=0.5", "wary@c=1", "halved@f=0.8"
    }  # fmt: skip
    assert all((np.sum(m >= 0) > 0) and (np.sum(m < 0) > 0) for m in (found[0], found[2], found[3]))


def test_policies_of_different_players_are_announced_together() -> None:
    d = draws()
    scenario = with_claims(
        "value(S | wary + patient) > value(S | wary)", "P(struck | patient + wary, s = 2) > 0"
    )
    found, evaluation = margins(scenario, d)
    np.testing.assert_allclose(found[0], -value(d, 0.0) - 0.01, atol=1e-6)
    assert (found[0] >= 0).sum() > 5
    assert (found[1] < 0).all()
    assert list(evaluation.status) == ["wary+patient", "wary", "wary+patient@s=2"]  # in the order of the file


def test_a_claim_says_what_it_needs() -> None:
    claim = with_claims("P(quiet, f = 0.25) > P(quiet | halved + patient, f = 1, a = 0.5) + p").claims["c0"]
    assert claim.quantities == (
        Quantity("P", "quiet", "equilibrium@f=0.25"), Quantity("P", "quiet", "halved+patient@a=0.5,f=1")
    )  # fmt: skip
    assert claim.policies == ("equilibrium@f=0.25", "halved+patient@a=0.5,f=1")
    assert claim.speaks_of == ("equilibrium", "halved", "patient")
    assert claim.sets == {"f", "a"}
    assert claim.parameters == {"p"}
    assert [str(q) for q in claim.quantities] == [
        "P(quiet, f = 0.25)",
        "P(quiet | halved + patient, a = 0.5, f = 1)",
    ]
    again = with_claims(claim.holds).claims["c0"]
    assert again.formula == claim.formula
    assert again.quantities == claim.quantities


def test_the_same_setting_written_in_two_ways_is_one_quantity() -> None:
    claim = with_claims("P(quiet, f = 1/4, a = 0.5) == P(quiet | equilibrium, a = 0.5, f = 0.25)").claims[
        "c0"
    ]
    assert len(claim.quantities) == 1


def test_a_setting_that_breaks_a_constraint_leaves_the_draw_undecided() -> None:
    text = TEXT + "constraints: [b < a]\n"
    d = moved(draws(), b=0.4)
    scenario = with_claims("P(offered, a = 0.3) < 1", "P(offered, f = 0.3) < 1", text=text)
    found, evaluation = margins(scenario, d)
    claim = scenario.claims["c0"]
    assert np.isnan(found[0]).all()
    assert set(evaluation.why_undecided(claim, d).tolist()) == {
        7 if False else evaluation.why_undecided(claim, d)[0]
    }
    assert np.isfinite(found[1]).all()  # a constraint on other parameters is none of its business
    assert claim.parameters == {"b"}
    d["b"] = np.where(np.arange(len(d["b"])) < 7, 0.1, 0.4)
    found, _ = margins(scenario, d)
    assert np.isfinite(found[0]).tolist() == [k < 7 for k in range(len(d["b"]))]
    np.testing.assert_allclose(found[0][:7], (1 - offered(moved(d, a=0.3)) - 0.01)[:7], atol=1e-9)


def test_a_setting_that_is_no_game_is_undecided_for_that_reason() -> None:
    d = draws(4)
    scenario = with_claims("P(quiet, f = 3) > 0.5 or P(quiet) > 2")
    found, evaluation = margins(scenario, d)
    assert np.isnan(found[0]).all()
    assert {REASONS[k] for k in evaluation.why_undecided(scenario.claims["c0"], d)} == {"bad_numbers"}


@pytest.mark.parametrize(
    ("holds", "found", "nearest"),
    [
        ("P(quiet | halved, ff = 0.2) > 0", "ff", "f"),
        ("P(quiet, likley = 0.2) > 0", "likley", None),
        ("P(quiet, likely = 0.2) > 0", "likely", None),
        ("P(quiet | capped, f = 0.2) > 0", "P(quiet | capped, f = 0.2)", None),
        ("P(quiet, f = p) > 0", "p", None),
        ("P(quiet, f = 1/0) > 0", "1 / 0", None),
        ("P(quiet, f = 0.1, f = 0.2) > 0", "f", None),
        ("P(quiet | trusting + wary) > 0", "trusting+wary", None),
        ("P(quiet | halved + capped) > 0", "halved+capped", None),
        ("P(quiet | patient + sudden) > 0", "sudden (deviate)", None),
        ("P(quiet | patient + refused) > 0", "refused (given)", None),
        ("P(quiet | patient + equilibrium) > 0", "P(quiet | patient + equilibrium)", None),
        ("P(quiet | patient + patient) > 0", "P(quiet | patient + patient)", None),
        ("P(quiet | patient - wary) > 0", "P(quiet | patient - wary)", None),
        ("P(quiet | pateint + wary) > 0", "pateint", "patient"),
        ("P(quiet | halved@f=0.2) > 0", "@f=0.2) > 0", None),
        ("P(quiet@f) > 0", "@f) > 0", None),
        ("P(f = 0.2) > 0", "=", None),
        ("value(S | wary, cc = 1) > 0", "cc", "c"),
    ],
)
def test_what_cannot_be_set_is_one_error_with_its_place(holds: str, found: str, nearest: str | None) -> None:
    with pytest.raises(BadInput) as error:
        with_claims(holds)
    assert error.value.found == found
    assert error.value.where.field == "claims.c0.holds"
    assert error.value.where.line
    assert error.value.allowed
    assert (error.value.nearest or None) == nearest


def test_a_policy_that_reads_what_it_sets_may_be_moved_and_one_that_replaces_it_may_not() -> None:
    with_claims("P(quiet | halved, f = 0.2) > 0", "rises(P(quiet | halved), f)")
    for holds in (
        "P(quiet | capped, f = 0.2) > 0",
        "rises(P(quiet | capped), f)",
        "rises(P(quiet | capped + patient), f)",
    ):
        with pytest.raises(BadInput, match="capped sets f itself"):
            with_claims(holds)
    with_claims("rises(P(quiet | capped), dip)")


def test_a_claim_that_sets_what_a_part_fixes_goes_with_the_part() -> None:
    scenario = with_claims(
        "P(quiet, f = 0.2) > 0",
        "rises(P(quiet), f)",
        "P(quiet) > 0",
        "P(struck | wary + patient) == 0",
        "rises(f * P(quiet), p)",
    )
    off = scenario.without(["lever"])
    assert set(off.claims) == {"c2", "c3", "c4"}
    assert off.dropped["c0"] == off.dropped["c1"] == "lever"
    d = {k: v for k, v in draws(6).items() if k != "f"}
    found, _ = margins(off, d)
    assert found[2] == pytest.approx(-0.01)  # f is 0 there: 0 at every level of p
    off = scenario.without(["blows"])
    assert off.dropped["patient"] == off.dropped["c3"] == "blows"
    assert set(off.claims) == {"c0", "c1", "c2", "c4"}
