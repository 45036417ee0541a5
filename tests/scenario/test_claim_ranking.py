"""Rankings, kinds of claims, witnesses, other equilibria, and input that means harm."""

from __future__ import annotations

import time

import numpy as np
import pytest
from offers import TEXT, draws, margins, moved, quiet, value, with_claims

from detente.errors import BadInput
from detente.scenario import Evaluator, check_claims, scenario_from_text
from detente.scenario.selection import Selector

# a ranking


def test_a_ranking_is_as_good_as_its_weakest_link() -> None:
    d = draws()
    said = [
        "P(quiet, f = 0.9) > P(quiet) > P(quiet, f = 0.1)",
        "P(quiet, f = 0.1) < P(quiet) < P(quiet, f = 0.9)",
        "P(quiet, f = 0.9) >= P(quiet) > P(quiet, f = 0.1) + p",
    ]
    (down, up, mixed), _ = margins(with_claims(*said), d)
    high, mid, low = quiet(moved(d, f=0.9)), quiet(d), quiet(moved(d, f=0.1))
    np.testing.assert_allclose(down, np.minimum(high - mid, mid - low) - 0.01, atol=1e-9)
    np.testing.assert_allclose(up, down, atol=1e-12)
    np.testing.assert_allclose(mixed, np.minimum(high - mid, mid - low - d["p"] - 0.01), atol=1e-9)
    first, second = high - mid >= 0.01, mid - low >= 0.01
    assert (first & second).any()  # a ranking that fails at one link alone, and at either
    assert (first & ~second).any()
    assert (~first & second).any()
    np.testing.assert_array_equal(down >= 0, first & second)


def test_a_link_that_is_not_known_matters_only_where_the_others_hold() -> None:
    d = moved(draws(), g=0.5, l=4, a=0.5, b=0.5, c=0.01)  # accepted where p is above 0.886
    (margin,), _ = margins(with_claims("P(limited) > 0.5 > P(limited given accepted) - 1"), d)
    (plain, known), _ = margins(with_claims("P(limited) > 0.5", "P(limited given accepted) > 0"), d)
    np.testing.assert_array_equal(np.isnan(margin), np.isnan(known) & (plain >= 0))
    assert np.isnan(margin).any()
    assert (np.isnan(known) & (margin < 0)).any()


def test_a_ranking_of_policies_against_the_best_of_the_others() -> None:
    d = draws()
    (best, both), _ = margins(
        with_claims(
            "value(S | trusting) >= max(value(S | wary), value(S | wary + patient))",
            "value(S | trusting) >= value(S | wary) and value(S | trusting) >= value(S | wary + patient)",
        ),
        d,
    )
    np.testing.assert_allclose(best, both, atol=1e-12)
    np.testing.assert_allclose(best, value(d, 1.0) - np.maximum(value(d, 0.0), 0), atol=1e-6)
    assert 5 < (best >= 0).sum() < 35


@pytest.mark.parametrize(
    "holds", ["P(quiet) > 0.5 < p", "P(quiet) == p == 0.5", "p < P(quiet) in {p}", "1 > P(quiet) > "]
)
def test_a_chain_that_turns_is_no_ranking(holds: str) -> None:
    with pytest.raises(BadInput) as error:
        with_claims(holds)
    assert error.value.where.field == "claims.c0.holds"


# kinds

KINDS = {
    "P(quiet) > 0.5": "threshold",
    "p > b": "threshold",
    "P(quiet) > 0.5 and P(limited) < 0.3": "threshold",
    "0.2 < P(quiet) < 0.8": "threshold",
    "P(quiet, f = 0.9) >= P(quiet)": "comparison",
    "P(quiet) > 0.5 or value(S | wary) > value(S) + p": "comparison",
    "max(P(quiet), P(limited)) > 0.5": "comparison",
    "P(quiet | wary) > P(quiet) > P(quiet, f = 0.1)": "ranking",
    "value(S | wary) >= max(value(S), value(S | trusting))": "ranking",
    "P(limited given offered) > P(limited)": "inference",
    "P(limited | refused) < P(limited)": "inference",
    "not never_rises(P(quiet), f)": "monotonicity",
    "P(limited given offered) > 0.1 and rises(P(limited given offered), p)": "monotonicity",
}


def test_every_claim_has_a_kind() -> None:
    scenario = with_claims(*KINDS)
    assert [claim.kind for claim in scenario.claims.values()] == list(KINDS.values())


# witnesses

WITNESSED = """claims:
  rising: {text: force calms, holds: "rises(P(quiet), f)", holds_where: {dip: 0.1}, fails_where: {dip: 0.3}}
  believed: {text: an offer tells, holds: "P(limited given offered) > P(limited) + 0.1", holds_where: {},
    fails_where: {b: 0.5, a: 0.5}}
  chosen: {text: trust is justified, holds: "P(limited given accepted) > 0.5", holds_where: {p: 0.8}, fails_where: {p: 0.1}}
  ordered: {text: more is better, holds: "P(quiet, f = 1) > P(quiet, f = 0.5) > P(quiet, f = 0)", holds_where: {dip: 0},
    fails_where: {dip: 0.4}}
  forced: {text: force helps, holds: "P(quiet | patient, f = 0.9) > P(quiet)", holds_where: {f: 0.2}, fails_where: {f: 1}}
"""


def test_witnesses_of_every_kind() -> None:
    found = {(w.claim, w.side): w for w in check_claims(scenario_from_text(TEXT + WITNESSED))}
    wrong = {at: w.problem for at, w in found.items() if w.problem}
    assert wrong == {("chosen", "fails_where"): "undecided there: condition never met"}
    assert found["rising", "fails_where"].margin == pytest.approx(-0.14)
    swapped = WITNESSED.replace(
        "holds_where: {dip: 0.1}, fails_where: {dip: 0.3}", "holds_where: {dip: 0.3}, fails_where: {dip: 0.1}"
    )
    problems = [w.problem for w in check_claims(scenario_from_text(TEXT + swapped), ["rising"])]
    assert problems == ["the claim fails there, by 0.14", "the claim holds there, by 0.06"]


# other equilibria

TWO = """scenario: two
title: Both or neither
players: {A: one, B: other}
parameters: {x: {range: [0, 1], base: 0.2, because: a test}, p: {range: [0.1, 0.9], base: 0.5, because: a test}}
private: {A.mood: {good: p, bad: 1 - p}}
moves:
  - {move: first, by: A, options: [go, stay], hidden_from: [B]}
  - {move: second, by: B, options: [go, stay]}
payoffs:
  A: {both: {worth: 1, when: first == go and second == go}, alone: {worth: -1, when: first == go and second == stay},
    rest: {worth: x, when: first == stay}}
  B: {both: {worth: 1, when: first == go and second == go}, rest: {worth: 0.5, when: second == stay}}
events: {meet: first == go and second == go, good: mood == good}
margin: 0.01
policies: {lead: {actor: A, kind: commit, title: go, play: {first: go}}}
claims:
  alone: {text: t, holds: P(meet) > 0.5, because: t}
  set: {text: t, holds: "P(meet, x = 0.9) > 0.5", because: t}
  led: {text: t, holds: "P(meet | lead, x = 0.9) > 0.5", because: t}
  trend: {text: t, holds: "never_rises(P(meet), x, 3)", because: t}
  told: {text: t, holds: "P(good given meet) == P(good)", because: t}
  many: {text: t, holds: "never_rises(P(meet), x, 13)", because: t}
  chain: {text: t, holds: "P(meet | lead) >= P(meet) >= P(meet, x = 0.5)", because: t}
"""


def test_other_equilibria_of_games_with_settings_and_of_conditional_events() -> None:
    found = Selector(Evaluator(scenario_from_text(TWO))).selections()
    assert found["alone"].differs is True
    assert found["set"].differs is True
    assert found["led"].differs is False
    assert found["led"].holds == found["led"].equilibria == 1
    assert found["trend"].differs is True
    assert found["told"].searched
    # where they never meet no mood can be told from it; where only one mood goes, and the other side mixes, all can
    assert "not defined in 1" in found["told"].text
    assert found["told"].differs is True
    assert not found["many"].searched
    assert "13 games" in found["many"].text
    assert found["chain"].differs is True


def test_a_setting_moves_the_point_at_which_equilibria_are_searched() -> None:
    """B's rest is worth 3 x: above 1 going is dominated, and only one equilibrium is left."""
    text = TWO.replace("rest: {worth: 0.5,", "rest: {worth: 3 * x,")
    text = text[: text.index("claims:")] + (
        'claims: {a: {text: t, holds: "P(meet) > 0.5", because: t}, b: {text: t, holds: "P(meet, x = 0.9) > 0.5", because: t}}\n'
    )
    found = Selector(Evaluator(scenario_from_text(text))).selections()
    assert found["a"].differs is True
    assert found["b"].differs is False
    assert found["b"].equilibria == 1
    assert found["b"].holds == 0


# input that means harm


@pytest.mark.parametrize(
    "holds",
    [
        "P(quiet) > " * 330 + "0",
        " and ".join(["P(quiet) > 0"] * 250),
        "P(" + "not " * 900 + "quiet) > 0",
        "P(" + "(" * 500 + "quiet" + ")" * 500 + ") > 0",
        "P(quiet | " + " + ".join(["wary"] * 500) + ") > 0",
        "P(quiet" + "".join(f", x{k} = {k}" for k in range(400)) + ") > 0",
        "rises(" * 300 + "P(quiet)" + ", f)" * 300,
        "P(quiet, f = 1e999) > 0",
        "P(quiet, f = " + "9" * 400 + ") > 0",
        "P(quiet | wary@f=0.2) > 0",
        "P(quiet given " * 200 + "quiet" + ")" * 200 + " > 0",
        "P(quiet, __class__ = 1) > 0",
        "rises(P(quiet), f, 1e18)",
        "rises(P(quiet), f, -5)",
        "P(quiet, f = P(quiet)) > 0",
        "P(quiet, f = rises(P(quiet), f)) > 0",
    ],
)
def test_hostile_claims_are_refused_or_read_at_once(holds: str) -> None:
    begin = time.perf_counter()
    refused, made = None, None
    try:
        made = with_claims(holds)
    except BadInput as error:
        refused = error
    assert time.perf_counter() - begin < 3
    if refused is None:
        assert len(made.claims["c0"].policies) <= 60
    else:
        assert refused.where.field == "claims.c0.holds"
        assert refused.found is not None


def test_a_long_ranking_is_read_and_its_margin_is_that_of_its_weakest_link() -> None:
    d = draws(5)
    said = " > ".join(f"P(quiet, f = {k / 40:g})" for k in range(39, -1, -1))
    (margin,), evaluation = margins(with_claims(said), d)
    rows = np.array([quiet(moved(d, f=k / 40)) for k in range(40)])
    np.testing.assert_allclose(margin, np.diff(rows, axis=0).min(axis=0) - 0.01, atol=1e-9)
    assert len(evaluation.status) == 40


def test_names_with_an_at_sign_are_no_names() -> None:
    for old, new in (
        ("  wary: {actor", '  "wary@f=1": {actor'),
        ("  dip: {range", '  "dip@f": {range'),
        ("  quiet: mood", '  "quiet+offered": mood'),
    ):
        with pytest.raises(BadInput):
            scenario_from_text(TEXT.replace(old, new))
