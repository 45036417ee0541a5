"""Derivatives of formulas: against central differences, at kinks, and for a whole tree."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from detente.errors import BadInput, ExpressionError
from detente.game.derivative import numbers_slope, slope
from detente.game.expression import parse
from detente.game.unfold import unfold
from detente.models.catalogue import find

NAMES = ("x", "y", "z")

SMOOTH = st.recursive(
    st.sampled_from([*NAMES, "2", "0.5", "1.25"]),
    lambda part: st.one_of(
        st.tuples(part, st.sampled_from(["+", "-", "*", "/", "^"]), part).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
        part.map(lambda p: f"-({p})"),
        st.tuples(st.sampled_from(["exp", "log", "sqrt", "abs"]), part).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(st.sampled_from(["min", "max"]), part, part).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(part, part, part).map(lambda t: f"clamp({t[0]}, {t[1]}, {t[2]})"),
        st.tuples(part, part, part, part).map(lambda t: f"({t[0]}) if ({t[1]}) < ({t[2]}) else ({t[3]})"),
        st.tuples(part, part, part).map(lambda t: f"({t[0]}) * (({t[1]}) > 1 and not ({t[2]}) >= 2 or ({t[1]}) == 3)"),
        st.tuples(part, part).map(lambda t: f"({t[0]}) if ({t[1]}) in {{1, 2}} else 1"),
    ),
    max_leaves=7,
)  # fmt: skip


@given(text=SMOOTH, seed=st.integers(0, 2**31))
@settings(max_examples=300, derandomize=True, deadline=None)
def test_agrees_with_central_differences(text: str, seed: int) -> None:
    try:
        formula = parse(text)
    except ExpressionError:
        assume(False)
        raise
    point = dict(zip(NAMES, np.random.default_rng(seed).uniform(0.3, 2.0, (3, 6)), strict=True))
    found = slope(formula, point)
    value = np.broadcast_to(formula.value(point), (6,))
    np.testing.assert_array_equal(np.broadcast_to(found.value, (6,)), value)
    for name in NAMES:
        by = np.broadcast_to(found.gradient.get(name, 0.0), (6,))
        sides = []
        for step in (1e-5, 1e-6):
            up = formula.value({**point, name: point[name] + step})
            down = formula.value({**point, name: point[name] - step})
            with np.errstate(invalid="ignore", over="ignore"):
                sides.append(np.broadcast_to((np.asarray(up) - down) / (2 * step), (6,)))
        # where differences of two lengths disagree they straddle a kink or have lost their digits
        with np.errstate(invalid="ignore", over="ignore"):
            size = 1 + np.abs(sides[0]) + np.abs(value)
            trusted = np.isfinite(sides[0] + sides[1] + value) & (np.abs(sides[0] - sides[1]) < 1e-6 * size)
        trusted &= size < 1e4
        np.testing.assert_allclose(
            by[trusted], sides[0][trusted], rtol=1e-5, atol=1e-5 * size.max(where=trusted, initial=1)
        )


@pytest.mark.parametrize(
    ("text", "at", "by", "tied"),
    [
        ("min(x, 2)", 1.0, 1.0, False),
        ("min(x, 2)", 3.0, 0.0, False),
        ("min(x, 2)", 2.0, 1.0, True),
        ("max(x, x)", 2.0, 1.0, False),
        ("max(2 * x, x ^ 2)", 2.0, 2.0, True),
        ("clamp(x)", 0.5, 1.0, False),
        ("clamp(x)", 1.5, 0.0, False),
        ("clamp(x)", 1.0, 1.0, True),
        ("clamp(x)", -1.0, 0.0, False),
        ("abs(x)", -2.0, -1.0, False),
        ("abs(x)", 0.0, 0.0, True),
        ("x > 1", 2.0, 0.0, False),
        ("x > 1", 1.0, 0.0, True),
        ("x ^ 2 if x < 1 else 3 * x", 1.0, 3.0, True),
        ("x ^ 2 if x < 1 else 3 * x", 0.5, 1.0, False),
        ("4 if x else 5", 0.0, 0.0, True),
        ("x > 1 and x > 0", 0.0, 0.0, False),
        ("x > 1 and x < 3", 1.0, 0.0, True),
        ("x > 1 or x < 3", 1.0, 0.0, False),
        ("x in {1, 2}", 2.0, 0.0, True),
        ("not x > 1", 1.0, 0.0, True),
        ("0 ^ x", 2.0, 0.0, False),
        ("x ^ 0", 0.0, 0.0, False),
        ("(x - 2) ^ 3", 0.0, 12.0, False),
        ("x * log(x) if x > 0 else 0", 0.0, 0.0, True),
    ],
)  # fmt: skip
def test_kinks_take_the_branch_and_say_so(text: str, at: float, by: float, tied: bool) -> None:
    one = slope(parse(text), {"x": at})
    many = slope(parse(text), {"x": np.array([at, 0.77])})
    assert one.gradient.get("x", 0.0) == by
    assert bool(one.tied) is tied
    assert np.broadcast_to(many.gradient.get("x", 0.0), (2,))[0] == by
    assert bool(np.broadcast_to(many.tied, (2,))[0]) is tied


def test_the_branch_not_taken_does_not_show() -> None:
    found = slope(parse("1 / x if x > 0 else x"), {"x": np.array([-2.0, 0.0, 2.0])})
    np.testing.assert_array_equal(found.gradient["x"], [1.0, 1.0, -0.25])


def test_a_kink_that_the_parameters_asked_for_do_not_move_is_no_kink() -> None:
    known = {"x": np.array([1.0, 2.0]), "y": 3.0}
    assert not np.any(slope(parse("y if x == 1 else 2 * y"), known, ["y"]).tied)
    assert np.array_equal(slope(parse("y if x == 1 else 2 * y"), known, ["x"]).tied, [True, False])


def test_a_chain_ties_where_its_conjunction_does() -> None:
    known = {"x": np.array([0.0, 1.0, 2.0, 3.0, 1.0, 4.0]), "y": np.array([1.0, 1.0, 2.0, 3.0, 3.0, 4.0])}
    chain, links = (
        parse("y if 0 < x <= y < 3 else 2 * y"),
        parse("y if 0 < x and x <= y and y < 3 else 2 * y"),
    )
    found, wanted = slope(chain, known), slope(links, known)
    np.testing.assert_array_equal(found.value, wanted.value)
    np.testing.assert_array_equal(found.tied, wanted.tied)
    np.testing.assert_array_equal(found.gradient["y"], wanted.gradient["y"])
    assert 0 < np.sum(found.tied) < 6


def test_all_numbers_of_a_game() -> None:
    tree = unfold(find("crisis-signalling").game)
    rng = np.random.default_rng(5)
    draws = {name: tree.base[name] * rng.uniform(0.9, 1.1, 4) for name in tree.parameters}
    found = numbers_slope(tree, draws).dense()
    assert found.shape == (4, len(tree.numbers), len(tree.parameters))
    for k, name in enumerate(tree.parameters):
        step = 1e-6
        up = tree.numbers_at({**draws, name: draws[name] + step})
        down = tree.numbers_at({**draws, name: draws[name] - step})
        np.testing.assert_allclose(found[:, :, k], (up - down) / (2 * step), atol=1e-8)
    one = tree.parameters[1]
    np.testing.assert_array_equal(numbers_slope(tree, draws, [one]).dense()[:, :, 0], found[:, :, 1])


def test_a_wrong_parameter_is_named() -> None:
    tree = unfold(find("crisis-signalling").game)
    with pytest.raises(BadInput, match="parameter"):
        numbers_slope(tree, None, [tree.parameters[0] + "x"])
    with pytest.raises(BadInput, match="twice"):
        numbers_slope(tree, None, [tree.parameters[0]] * 2)
