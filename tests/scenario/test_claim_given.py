"""Events together, and one event among the cases of another: Bayes' rule within one equilibrium."""

from __future__ import annotations

import numpy as np
import pytest
from offers import TEXT, accepts, draws, margins, moved, offered, plain, posterior, quiet, with_claims

from detente.errors import BadInput
from detente.game.unfold import unfold
from detente.scenario import REASONS, Evaluator, Quantity
from detente.scenario.gradient import Gradient


def test_a_conditional_probability_is_bayes_rule() -> None:
    d = draws()
    said = [
        "P(limited given offered) >= P(limited)",
        "P(limited given not offered) < P(limited)",
        "P(offered given limited) >= a",
        "P(limited and offered) >= P(limited given offered) * P(offered)",
        "P(limited or offered) <= P(limited) + P(offered) - P(limited and offered)",
        "P(quiet given offered and limited or not offered) == P(quiet)",
        "P(limited given offered, p = 0.2) >= 0.5",
    ]
    found, evaluation = margins(with_claims(*said), d)
    q = posterior(d)
    np.testing.assert_allclose(found[0], q - d["p"], atol=1e-9)
    assert (found[0] >= 0).all()  # a >= b in these ranges: an offer is good news
    silent = d["p"] * (1 - d["a"]) / (1 - offered(d))
    np.testing.assert_allclose(found[1], d["p"] - silent - 0.01, atol=1e-9)
    for k in (2, 3, 4):
        np.testing.assert_allclose(found[k], 0, atol=1e-12)
    np.testing.assert_allclose(found[5], 0.01, atol=1e-9)
    np.testing.assert_allclose(found[6], posterior(moved(d, p=0.2)) - 0.5, atol=1e-9)
    np.testing.assert_allclose(
        evaluation.event["equilibrium"]["limited and offered"], d["p"] * d["a"], atol=1e-12
    )


def test_the_mirrored_claim_gives_the_mirrored_result() -> None:
    d = draws()
    up, down = "P(limited given offered) > P(limited) + 0.2", "P(limited) + 0.2 > P(limited given offered)"
    (first, second), _ = margins(with_claims(up, down), d)
    np.testing.assert_allclose(first + second, -0.02, atol=1e-12)
    other = "P(not limited given offered) < P(not limited) - 0.2"
    (mirrored,), _ = margins(with_claims(other), d)
    np.testing.assert_allclose(mirrored, first, atol=1e-12)


def test_what_is_chosen_may_be_the_condition_and_is_undecided_where_it_never_happens() -> None:
    d = draws()
    (margin, joint), evaluation = margins(
        with_claims("P(limited given accepted) > 0.5", "P(limited and accepted) > 0.5"), d
    )
    yes = accepts(d) > 0
    assert 5 < yes.sum() < len(yes)
    np.testing.assert_array_equal(np.isfinite(margin), yes)
    np.testing.assert_allclose(margin[yes], posterior(d)[yes] - 0.51, atol=1e-7)
    assert np.isfinite(joint).all()
    claim = with_claims("P(limited given accepted) > 0.5").claims["c0"]
    why = [REASONS[k] for k in evaluation.why_undecided(claim, d)]
    assert why == ["certified" if one else "condition never met" for one in yes]
    assert (evaluation.status["equilibrium"] == 0).all()  # other claims on the same solution are decided


def test_under_policies_of_every_kind() -> None:
    d = draws()
    said = [
        "P(limited given struck | wary) >= P(limited)",
        "P(limited given struck | sudden) >= 0",
        "P(limited given accepted | wary) >= 0",
        "P(limited given quiet | refused) >= P(limited | refused)",
        "P(accepted given limited | trusting + patient) >= a",
    ]
    found, _ = margins(with_claims(*said), d)
    strikes = d["s"] > 0
    np.testing.assert_allclose(found[0][strikes], (posterior(d) - d["p"])[strikes], atol=1e-7)
    assert np.isnan(found[0][~strikes]).all()
    np.testing.assert_allclose(found[1][strikes], posterior(d)[strikes], atol=1e-7)
    assert np.isnan(found[2]).all()  # who is wary never accepts
    refuses = accepts(d) < 1
    np.testing.assert_allclose(found[3][refuses], 0, atol=1e-9)
    assert np.isnan(found[3][~refuses]).all()
    np.testing.assert_allclose(found[4], 0, atol=1e-9)


def test_at_finite_precision_everything_happens() -> None:
    d = draws(8)
    scenario = with_claims(
        "P(limited given accepted) >= P(limited given offered)", text=TEXT + "precision: 30\n"
    )
    (margin,), _ = margins(scenario, d)
    np.testing.assert_allclose(margin, 0, atol=1e-9)  # S knows nothing of the aims but the offer


def test_the_tree_has_more_events_and_is_otherwise_the_same() -> None:
    evaluator = Evaluator(with_claims("P(limited given offered and not struck) > 0.1"))
    tree, own = evaluator.tree(), unfold(plain().game)
    assert tree.n_nodes == own.n_nodes
    assert tree.events[: len(own.events)] == own.events
    assert evaluator.events == (*own.events, "limited given offered and not struck")
    found = evaluator.evaluate(draws(5), ["equilibrium", "wary"])
    assert "limited given offered and not struck" in found.event["equilibrium"]
    assert set(found.event["wary"]) == set(own.events)  # nobody asks there
    asked = Quantity("P", "limited given offered and not struck", "wary")
    assert set(evaluator.evaluate(draws(5), quantities=[asked]).event["wary"]) == {asked.name}


def test_slopes_follow_the_quotient_rule() -> None:
    scenario = with_claims("P(limited given offered) > 0.5", "P(quiet and offered) > 0.5")
    evaluator = Evaluator(scenario)
    d = draws(6)
    found = Gradient(evaluator)(d, ["equilibrium"], 20.0)
    names = found.parameters["equilibrium"]
    exact = {
        "limited given offered": (posterior, ("p", "a", "b")),
        "quiet and offered": (lambda x: quiet(x) * offered(x), ("p", "a", "f", "dip")),
    }
    for event, (formula, moving) in exact.items():
        np.testing.assert_allclose(found.event["equilibrium"][event], formula(d), atol=1e-9)
        for name in moving:
            h = 1e-6
            by = (formula({**d, name: d[name] + h}) - formula({**d, name: d[name] - h})) / (2 * h)
            got = found.event_by["equilibrium"][event][:, names.index(name)]
            np.testing.assert_allclose(got, by, atol=1e-5)


def test_spelling_is_read_back() -> None:
    claim = with_claims(
        "P((limited or quiet) and not offered given offered or struck | wary, f = 0.2) > 0"
    ).claims["c0"]
    quantity = claim.quantities[0]
    assert quantity.name == "(limited or quiet) and not offered given offered or struck"
    assert str(quantity) == "P((limited or quiet) and not offered given offered or struck | wary, f = 0.2)"
    assert with_claims(f"{quantity} > 0").claims["c0"].quantities == (quantity,)


@pytest.mark.parametrize(
    ("holds", "found", "nearest"),
    [
        ("P(limited given ofered) > 0", "ofered", "offered"),
        ("P(limted given offered) > 0", "limted", "limited"),
        ("P(limited given p) > 0", "p", None),
        ("P(limited given offered > 0) > 0", "P(limited given offered > 0)", None),
        ("P(limited given 1) > 0", "P(limited given 1)", None),
        ("P(limited given aims) > 0", "aims", None),
        ("value(S given offered) > 0", "value(S given offered)", None),
        ("P(limited | wary given offered) > 0", "given", None),
        ("P(limited given offered given struck) > 0", "given", None),
        ("P(limited, offered) > 0", "P(limited, offered)", None),
    ],
)
def test_what_is_no_event_is_one_error(holds: str, found: str, nearest: str | None) -> None:
    with pytest.raises(BadInput) as error:
        with_claims(holds)
    assert error.value.found == found
    assert error.value.where.field == "claims.c0.holds"
    assert (error.value.nearest or None) == nearest
    assert error.value.allowed


def test_the_word_given_is_no_reserved_name() -> None:
    text = TEXT.replace("  quiet: mood", "  given: mood")
    (margin,), _ = margins(with_claims("P(given given given) >= 1", text=text), draws(3))
    assert margin == pytest.approx(0)
