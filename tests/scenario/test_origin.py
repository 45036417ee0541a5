"""Where the numbers come from, and the witnesses of the claims."""

from __future__ import annotations

import math

import pytest

from detente.scenario import Scenario, assumptions, check_claims, scenario_from_text
from detente.scenario.origin import COLUMNS
from detente.scenario.witness import describe


def test_every_number_is_a_citation_or_an_assumption(crisis: Scenario) -> None:
    rows = {row["name"]: row for row in assumptions(crisis)}
    assert all(tuple(row) == COLUMNS for row in rows.values())
    assert set(rows) == {"p", "a", "d", "w_h", "w_l", "lambda"}  # a derived number is nobody's assumption
    assert rows["p"]["origin"] == "assumption"
    assert rows["p"]["because"] == "nobody sees it"
    assert rows["p"]["checked"] == ""
    assert (rows["p"]["base"], rows["p"]["low"], rows["p"]["high"]) == (0.3, 0.05, 0.9)
    assert rows["a"]["origin"] == "citation"
    assert rows["a"]["source"] == "0.1 to 0.9 (An invented survey, for tests, table 2)"
    assert (rows["a"]["title"], rows["a"]["unit"], rows["a"]["checked"]) == ("audience cost", "prize", "no")
    assert rows["w_l"]["low"] == rows["w_l"]["high"] == -1


def test_a_number_is_checked_when_its_evidence_and_its_source_are(crisis_text: str) -> None:
    text = crisis_text.replace("checked: false", "checked: true")
    assert next(r for r in assumptions(scenario_from_text(text)) if r["name"] == "a")["checked"] == "yes"
    text = text.replace("where: table 2", "where: table 2, checked: false")
    assert next(r for r in assumptions(scenario_from_text(text)) if r["name"] == "a")["checked"] == "no"


def test_claims_hold_and_fail_at_their_witnesses(crisis: Scenario) -> None:
    found = {(w.claim, w.side): w for w in check_claims(crisis)}
    assert len(found) == 2 * len(crisis.claims)
    assert describe(found.values()) == ""
    assert found["bluff", "holds_where"].margin == pytest.approx(0.1 * 2 / 1.5 - 0.1 / 1.5 - 0.01)
    assert found["rules-provoke", "holds_where"].margin == pytest.approx(0.3 - 0.2 - 0.01)
    assert math.isnan(found["half-better", "fails_where"].margin)


@pytest.mark.parametrize(
    ("old", "new", "side", "problem"),
    [
        ("holds_where: {d: 2, p: 0.1}", "holds_where: {d: 0.5}", "holds_where", "the claim fails there, by"),
        ("fails_where: {d: 0.5}", "fails_where: {d: 2, p: 0.1}", "fails_where", "the claim holds there, by"),
        ("    fails_where: {d: 0.5}\n", "", "fails_where", "there is no such point"),
        ("P(backs_down) > P(war)\n", "P(war | resisted) < 0.9\n", "fails_where", None),
    ],
)
def test_a_witness_that_does_not_do_its_work_is_named(
    crisis_text: str, old: str, new: str, side: str, problem: str | None
) -> None:
    text = crisis_text.replace(old, new, 1)
    if problem is None:  # never resisted at this point
        text = text.replace("fails_where: {d: 0.5}", "fails_where: {d: 2, p: 0.85}", 1)
        problem = "undecided there: condition never met"
    bad = [w for w in check_claims(scenario_from_text(text), ["bluff"]) if not w.good]
    assert [w.side for w in bad] == [side]
    assert bad[0].problem is not None
    assert bad[0].problem.startswith(problem)


def test_a_witness_that_breaks_a_constraint_is_named(crisis_text: str) -> None:
    text = crisis_text.replace("moves:\n", "constraints: [p < d]\nmoves:\n", 1).replace(
        "{d: 0.5}", "{d: 0.5, p: 0.8}", 1
    )
    bad = [w for w in check_claims(scenario_from_text(text), ["bluff"]) if not w.good]
    assert [w.problem for w in bad] == ["the point breaks a constraint of the game"]
