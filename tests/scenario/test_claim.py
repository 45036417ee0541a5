"""The language of claims: a margin that is at least 0 exactly where the claim holds, at every draw at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import ExpressionError, Where
from detente.game.parameter import Parameter
from detente.scenario import Change, Claim, Policy, Quantity
from detente.scenario.claim import Vocabulary, read_condition

PARAMETERS = {name: Parameter(name, 0.5, 0.0, 1.0, "uniform") for name in ("p", "q")}
POLICIES = {"stand": Policy("stand", "A", "A", "commit", "Stand", "", Change())}
KNOWN = Vocabulary(frozenset({"war", "deal"}), frozenset({"A", "B"}), POLICIES, PARAMETERS)


def claim(text: object, tolerance: float = 0.0) -> Claim:
    said = read_condition(text, Where("x"), KNOWN)
    return Claim("c", "a claim", said.formula, said.calls, tolerance, trends=said.trends)


QUANTITIES = {
    "P(war)": Quantity("P", "war"),
    "P(deal | stand)": Quantity("P", "deal", "stand"),
    "value(A)": Quantity("value", "A"),
    "value(B | stand)": Quantity("value", "B", "stand"),
}


def margin(text: str, numbers: dict[str, list[float]], tolerance: float = 0.0) -> list[float]:
    """The margin, with ``numbers`` for the quantities and parameters by their text."""
    values = {QUANTITIES[name]: np.array(x) for name, x in numbers.items() if name in QUANTITIES}
    draws = {name: np.array(x) for name, x in numbers.items() if name not in QUANTITIES}
    return claim(text, tolerance).margin(values, draws).tolist()


def test_quantities_are_what_the_claim_reads_in_order() -> None:
    c = claim("P(deal | stand) > P(war) and value(A) > p or P(war) > P(war | equilibrium)")
    assert c.quantities == (Quantity("P", "deal", "stand"), Quantity("P", "war"), Quantity("value", "A"))
    assert c.policies == ("stand", "equilibrium")
    assert c.parameters == {"p"}
    assert str(c.quantities[0]) == "P(deal | stand)"


def test_the_margin_is_the_difference_of_the_sides() -> None:
    numbers = {"P(war)": [0.5, 0.2], "P(deal | stand)": [0.25, 0.7]}
    assert margin("P(war) >= P(deal | stand)", numbers) == pytest.approx([0.25, -0.5])
    assert margin("P(war) <= P(deal | stand)", numbers) == pytest.approx([-0.25, 0.5])
    assert margin("P(war) > P(deal | stand) + 0.05", numbers, 0.01) == pytest.approx([0.19, -0.56])
    assert margin("P(war) < P(deal | stand)", numbers, 0.01) == pytest.approx([-0.26, 0.49])
    assert margin("2 * P(war) - P(deal | stand) ^ 2 > 0", numbers) == pytest.approx([0.9375, -0.09])


def test_a_strict_comparison_fails_where_the_sides_tie_and_a_weak_one_holds() -> None:
    tie = {"P(war)": [0.25], "P(deal | stand)": [0.25]}
    assert margin("P(war) > P(deal | stand)", tie)[0] < 0
    assert margin("P(war) >= P(deal | stand)", tie)[0] == 0
    assert margin("not (P(war) >= P(deal | stand))", tie)[0] < 0
    assert margin("not (P(war) > P(deal | stand))", tie)[0] > 0


def test_a_difference_smaller_than_the_margin_does_not_count() -> None:
    numbers = {"P(war)": [0.5, 0.5, 0.5], "P(deal | stand)": [0.495, 0.4375, 0.505]}
    assert [m >= 0 for m in margin("P(war) > P(deal | stand)", numbers, 0.0625)] == [False, True, False]
    assert [m >= 0 for m in margin("P(war) == P(deal | stand)", numbers, 0.0625)] == [True, True, True]
    assert [m >= 0 for m in margin("P(war) != P(deal | stand)", numbers, 0.01)] == [False, True, False]
    # numbers that are given are compared as they are
    assert [m >= 0 for m in margin("p > q", {"p": [0.5, 0.5], "q": [0.4999, 0.5]}, 0.0625)] == [True, False]


def test_what_is_unknown_matters_only_where_the_rest_leaves_it_open() -> None:
    nan = math.nan
    numbers = {"P(war)": [nan, nan, 0.5], "p": [0.9, 0.1, 0.9]}
    both = margin("P(war) > 0.2 and p > 0.5", numbers)
    assert math.isnan(both[0])
    assert both[1] < 0 < both[2]
    either = margin("P(war) > 0.2 or p > 0.5", numbers)
    assert either[0] > 0
    assert math.isnan(either[1])
    assert math.isnan(margin("not (P(war) > 0.2)", numbers)[0])


def test_an_unknown_number_never_becomes_a_definite_answer_inside_arithmetic() -> None:
    numbers = {"P(war)": [math.nan, 0.9], "p": [0.5, 0.5]}
    assert math.isnan(margin("(1 if P(war) > 0.2 else 0) < 0.5", numbers)[0])
    assert margin("(1 if P(war) > 0.2 else 0) < 0.5", numbers)[1] < 0
    assert math.isnan(margin("p > 0.2 if P(war) > 0.2 else p > 0.7", numbers)[0])


def test_a_quotient_that_is_nothing_by_nothing_is_unknown() -> None:
    numbers = {"P(war)": [0.0, 0.1], "P(deal | stand)": [0.0, 0.2]}
    got = margin("P(war) / P(deal | stand) > 0.4", numbers)
    assert math.isnan(got[0])
    assert got[1] == pytest.approx(0.1)


def test_a_claim_over_parameters_alone_has_a_margin_at_every_draw() -> None:
    assert margin("p + 0.1 > q", {"p": [0.1, 0.5], "q": [0.3, 0.3]}) == pytest.approx([-0.1, 0.3])


@pytest.mark.parametrize(
    "text",
    [
        "P(war)", "p", "1", "", "P(war) > ", "P(war) > 0.2 +", "P(war) and p", "P(peace) > 0", "P(war | sit) > 0",
        "value(C) > 0", "P(A) > 0", "value(war) > 0", "P(war, deal) > 0", "P() > 0", "P(p + 1) > 0", "P(0.3) > 0",
        "P(war | stand and stand) > 0", "P(war | stand + stand) > 0", "P > 0", "Q(war) > 0", "r > 0", "P(P(war)) > 0", "exec(war) > 0",
        "p.real > 0", "P(war) > 0 < p", "P(war) == 0 == p", "'war' == 1", "lambda: 1", "p[0] > 1", "P(war) > 1 if p", "not P(war)",
        None, [1], 0.5, True,
    ],
)  # fmt: skip
def test_what_is_no_claim_is_refused_with_one_error(text: object) -> None:
    with pytest.raises(ExpressionError) as error:
        claim(text)
    assert error.value.where.file == "x"


def test_a_name_near_to_one_that_exists_is_proposed() -> None:
    for text, nearest in (
        ("P(wra) > 0", "war"),
        ("P(war | stnd) > 0", "stand"),
        ("P(war | equilibrum) > 0", "equilibrium"),
    ):
        with pytest.raises(ExpressionError) as error:
            claim(text)
        assert error.value.nearest == nearest


# random claims against a plain reading of the same text by Python, on numbers without ties

NUMBERS = st.sampled_from([*QUANTITIES, "p", "q", "0.25", "0.7"])
SUMS = st.recursive(
    NUMBERS, lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner), max_leaves=4
)
COMPARISONS = st.builds("{} {} {}".format, SUMS, st.sampled_from(["<", ">", "<=", ">=", "==", "!="]), SUMS)
CLAIMS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
    ),
    max_leaves=6,
)


def plainly(text: str, numbers: dict[str, float]) -> bool:
    for k, name in enumerate(QUANTITIES):
        text = text.replace(name, f"x{k}")
    scope = {f"x{k}": numbers[name] for k, name in enumerate(QUANTITIES)}
    return bool(eval(text, {"__builtins__": {}}, {**scope, "p": numbers["p"], "q": numbers["q"]}))


@settings(derandomize=True, max_examples=300, deadline=None)
@given(text=CLAIMS, seed=st.integers(0, 10_000))
def test_the_sign_of_the_margin_is_the_truth_of_the_claim(text: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = {name: rng.uniform(0, 1, 20) for name in (*QUANTITIES, "p", "q")}
    values = {QUANTITIES[name]: numbers[name] for name in QUANTITIES}
    got = claim(text).margin(values, {"p": numbers["p"], "q": numbers["q"]})
    assert got.shape == (20,)
    for i in range(20):
        assert (got[i] >= 0) == plainly(text, {name: float(x[i]) for name, x in numbers.items()}), text


@settings(derandomize=True, max_examples=200, deadline=None)
@given(text=CLAIMS, seed=st.integers(0, 10_000), tolerance=st.sampled_from([0.0, 0.1]))
def test_exactly_one_of_a_claim_and_its_negation_holds(text: str, seed: int, tolerance: float) -> None:
    rng = np.random.default_rng(seed)
    numbers = {
        name: np.round(rng.uniform(0, 1, 20), 1) for name in (*QUANTITIES, "p", "q")
    }  # ties are common
    values = {QUANTITIES[name]: numbers[name] for name in QUANTITIES}
    draws = {"p": numbers["p"], "q": numbers["q"]}
    yes, no = (claim(t, tolerance).margin(values, draws) >= 0 for t in (text, f"not ({text})"))
    assert (yes != no).all()


@settings(derandomize=True, max_examples=200, deadline=None)
@given(text=CLAIMS, seed=st.integers(0, 10_000))
def test_making_one_quantity_unknown_never_turns_a_yes_into_a_no(text: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    numbers = {name: rng.uniform(0, 1, 20) for name in (*QUANTITIES, "p", "q")}
    values = {QUANTITIES[name]: numbers[name] for name in QUANTITIES}
    draws = {"p": numbers["p"], "q": numbers["q"]}
    known = claim(text).margin(values, draws)
    less = claim(text).margin({**values, Quantity("P", "war"): np.full(20, np.nan)}, draws)
    decided = ~np.isnan(less)
    assert ((known >= 0) == (less >= 0))[decided].all()
    if "P(war)" not in text:
        assert decided.all()


@settings(derandomize=True, max_examples=200, deadline=None)
@given(text=CLAIMS)
def test_the_text_of_a_claim_reads_back_as_the_same_claim(text: str) -> None:
    first = claim(text)
    again = claim(first.holds)
    assert again.formula == first.formula
    assert again.quantities == first.quantities


@settings(derandomize=True, max_examples=300, deadline=None)
@given(text=st.text(alphabet="PQpq().|<>=! +-*/^0.25andorwelsif_,{}'[]\\\n", max_size=40))
def test_any_text_is_a_claim_or_one_error(text: str) -> None:
    try:
        made = claim(text)
    except ExpressionError:
        return
    assert made.holds
