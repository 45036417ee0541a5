"""Parameters: ranges and distributions, where numbers come from, what follows from others, constraints."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from detente.errors import BadInput, GameError
from detente.game import Game, Parameter
from detente.game.parameter import parameter
from detente.game.place import Places


def game(**parts: Any) -> Game:
    return Game(
        players=["A"], moves=[{"move": "m", "by": "A", "options": ["a", "b"]}], payoffs={"A": {}}, **parts
    )


def read(given: Any) -> Parameter:
    return parameter("x", given, Places())


@pytest.mark.parametrize(
    ("given", "distribution", "low", "base", "high"),
    [
        (0.3, "fixed", 0.3, 0.3, 0.3),
        ("1/3", "fixed", 1 / 3, 1 / 3, 1 / 3),
        ({"value": 2, "because": "known"}, "fixed", 2, 2, 2),
        ({"range": [0.1, 0.9]}, "uniform", 0.1, 0.5, 0.9),
        ({"uniform": [0.1, "2/3"], "base": 0.2}, "uniform", 0.1, 0.2, 2 / 3),
        ({"loguniform": [1, 100]}, "loguniform", 1, 10, 100),
        ({"triangular": [0, 1, 4]}, "triangular", 0, 1, 4),
        ({"normal": [0, 1], "range": [-1, 3]}, "normal", -1, 0, 3),
        ({"normal": [0, 1], "range": [1, 3]}, "normal", 1, 1, 3),
        ({"discrete": [3, 1, 2]}, "discrete", 1, 2, 3),
        ({"discrete": {0: 0.2, 5: 0.8}}, "discrete", 0, 5, 5),
    ],
)
def test_each_form_has_ends_and_a_middle(
    given: Any, distribution: str, low: float, base: float, high: float
) -> None:
    found = read(given)
    assert found.distribution == distribution
    assert (found.low, found.base, found.high) == pytest.approx((low, base, high))
    assert found.assumption
    assert found.free == (distribution != "fixed")


@pytest.mark.parametrize(
    ("given", "reference"),
    [
        ({"range": [-2, 3]}, stats.uniform(-2, 5)),
        ({"loguniform": [0.5, 40]}, stats.loguniform(0.5, 40)),
        ({"triangular": [-1, 0, 4]}, stats.triang(0.2, -1, 5)),
        ({"triangular": [0, 0, 1]}, stats.triang(0, 0, 1)),
        ({"triangular": [0, 1, 1]}, stats.triang(1, 0, 1)),
        ({"normal": [1, 2], "range": [0, 4]}, stats.truncnorm(-0.5, 1.5, 1, 2)),
        ({"normal": [0, 1], "range": [6, 9]}, stats.truncnorm(6, 9)),
        ({"normal": [0, 1], "range": [-9, -6]}, stats.truncnorm(-9, -6)),
    ],
)
def test_quantiles_are_those_of_scipy(given: Any, reference: Any) -> None:
    u = np.array([0, 1e-6, 0.1, 0.25, 0.5, 0.8, 0.999, 1])
    np.testing.assert_allclose(read(given).quantile(u), reference.ppf(u), rtol=1e-9, atol=1e-9)


def test_quantiles_of_a_discrete_distribution() -> None:
    found = read({"discrete": {5: 0.5, -1: 0.2, 2: 0.3}})
    np.testing.assert_array_equal(
        found.quantile(np.array([0, 0.19, 0.21, 0.49, 0.51, 1])), [-1, -1, 2, 2, 5, 5]
    )
    assert found.measure == "one of -1 (0.2), 2 (0.3), 5 (0.5)"


@settings(derandomize=True, max_examples=100, deadline=None)
@given(
    st.floats(-1e3, 1e3), st.floats(0.01, 1e3), st.floats(0, 1), st.floats(0, 1),
    st.sampled_from(["range", "triangular", "normal"]),
)  # fmt: skip
def test_quantiles_rise_and_stay_inside(low: float, width: float, place: float, u: float, form: str) -> None:
    high = low + width
    middle = min(max(low + place * width, low), high)
    given: dict[str, Any] = {
        "range": {"range": [low, high]},
        "triangular": {"triangular": [low, middle, high]},
        "normal": {"normal": [middle, width / 3], "range": [low, high]},
    }[form]
    found = read(given).quantile(np.array([u / 2, u]))
    assert low <= found[0] <= found[1] <= high


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "one of these forms"),
        ({"because": "x"}, "one of these forms"),
        ({"range": [0, 1], "uniform": [0, 1]}, "one of these forms"),
        ({"range": [1, 0]}, "upside down"),
        ({"range": [1, 1]}, "upside down"),
        ({"range": [0, 1, 2]}, "takes 2 numbers"),
        ({"range": [0, "x"]}, "a number should stand here"),
        ({"range": [0, 1], "base": 2}, "outside the range"),
        ({"range": 3}, "wrong kind"),
        ({"loguniform": [0, 1]}, "above 0"),
        ({"triangular": [0, 2, 1]}, "mode lies outside"),
        ({"normal": [0, 1]}, "cut off"),
        ({"normal": [0, 0], "range": [0, 1]}, "above 0"),
        ({"normal": [0, 1], "range": [1, 0]}, "upside down"),
        ({"normal": [0, 1], "range": [50, 60]}, "nothing of the normal"),
        ({"discrete": []}, "add up to 1"),
        ({"discrete": {1: 0.5, 2: 0.6}}, "add up to 1"),
        ({"discrete": {1: 1.5, 2: -0.5}}, "add up to 1"),
        ({"discrete": [1, 1]}, "twice"),
        ({"value": 1, "base": 1}, "no base"),
        ({"derived": "1 + 1", "base": 1}, "no base"),
        ({"range": [0, 1], "evidence": "a book"}, "wrong kind"),
        ({"range": [0, 1], "evidence": {"source": "x"}}, "`says` is missing"),
        ("x + 1", "a number should stand here"),
        ("1/0", "finite"),
        (None, "key: value"),
        ([1, 2], "key: value"),
        (float("nan"), "not a formula"),
    ],
)
def test_what_is_no_parameter_is_refused(given: Any, problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        read(given)


def test_evidence_is_kept_and_its_source_must_exist() -> None:
    evidence = {"source": "fearon-1995", "says": "costs of 0.1 to 0.3", "where": "p. 401", "checked": False}
    parts: dict[str, Any] = {"parameters": {"c": {"range": [0.1, 0.3], "evidence": evidence}}}
    found = game(**parts, sources={"fearon-1995": {"cite": "Fearon 1995"}}).parameters["c"]
    assert not found.assumption
    assert (found.evidence[0].says, found.evidence[0].where, found.evidence[0].checked) == (
        "costs of 0.1 to 0.3",
        "p. 401",
        False,
    )
    with pytest.raises(GameError, match="no such source") as caught:
        game(**parts, sources={"fearon-1994": {"cite": "Fearon 1994"}})
    assert caught.value.nearest == "fearon-1994"


def test_derived_parameters_are_written_out_and_follow_the_draws() -> None:
    found = game(parameters={"b": {"derived": "2 * a"}, "a": {"derived": "x + 1"}, "x": {"range": [0, 1]}})
    assert found.derived["b"].text == "2 * (x + 1)"
    assert found.base == {"x": 0.5}
    np.testing.assert_array_equal(found.derived_values({"x": np.array([0.0, 1.0])})["b"], [2, 4])
    assert not found.parameters["b"].assumption
    with pytest.raises(GameError, match="defined by one another"):
        game(parameters={"a": {"derived": "b"}, "b": {"derived": "a"}})
    with pytest.raises(GameError, match="nothing has this name"):
        game(parameters={"a": {"derived": "m"}})


def test_derived_parameters_that_double_at_every_step_are_refused() -> None:
    doubling: dict[str, Any] = {"d0": {"range": [0, 1]}}
    doubling |= {f"d{k}": {"derived": f"d{k - 1} + d{k - 1}"} for k in range(1, 60)}
    with pytest.raises(GameError, match="too large"):
        game(parameters=doubling)
    chain: dict[str, Any] = {"d0": {"range": [0, 1]}} | {
        f"d{k}": {"derived": f"1 + d{k - 1}"} for k in range(1, 3000)
    }
    with pytest.raises(GameError, match="too large"):
        game(parameters=chain)
    events = {f"e{k}": f"e{k + 1} or m == a" for k in range(500)} | {"e500": "m == b"}
    with pytest.raises(GameError, match="too many events"):
        game(events=events)


def test_draws_that_break_a_constraint_are_not_admissible() -> None:
    found = game(
        parameters={
            "low": {"range": [0, 1], "base": 0.2},
            "high": {"range": [0, 1]},
            "mid": {"derived": "(low + high) / 2"},
        },
        constraints=["low < high", "mid > 0.3"],
    )
    draws = {"low": np.array([0.1, 0.6, 0.05]), "high": np.array([0.9, 0.5, 0.1])}
    np.testing.assert_array_equal(found.admissible(draws), [True, False, False])
    np.testing.assert_array_equal(found.admissible({"low": np.array([0.4, 0.7])}), [True, False])
    assert found.admissible({}).tolist() == [True]
    with pytest.raises(GameError, match="no such parameter to draw"):
        found.admissible({"lwo": np.array([1.0])})
    with pytest.raises(GameError, match="base values break"):
        game(parameters={"low": 2, "high": 1}, constraints="low < high")
