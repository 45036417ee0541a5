"""Formulas: parsing, printing, binding, values."""

from __future__ import annotations

import ast
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import BadInput, ExpressionError, Where
from detente.game import node as n
from detente.game.expression import Expression, parse
from detente.game.model import Game

NAMES = ("a", "b", "A.resolve", "élan")


def leaves() -> st.SearchStrategy[n.Node]:
    numbers = st.floats(-100, 100, allow_nan=False).map(lambda x: n.Number(x + 0.0))
    return numbers | st.sampled_from(NAMES).map(n.Name)


def negative(of: n.Node) -> n.Node:
    return n.Number(-of.number + 0.0) if isinstance(of, n.Number) else n.Negative(of)


def larger(inner: st.SearchStrategy[n.Node]) -> st.SearchStrategy[n.Node]:
    return st.one_of(
        st.builds(n.Arithmetic, st.sampled_from("+-*/^"), inner, inner),
        st.builds(n.Comparison, st.sampled_from(sorted(n.COMPARISONS)), inner, inner),
        st.builds(n.Member, inner, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(negative, inner),
        st.builds(n.Not, inner),
        st.builds(n.Both, inner, inner),
        st.builds(n.Either, inner, inner),
        st.builds(n.Choice, inner, inner, inner),
        st.builds(lambda a, b: n.Function("max", (a, b)), inner, inner),
        st.builds(lambda a: n.Function("sqrt", (a,)), inner),
    )


nodes = st.recursive(leaves(), larger, max_leaves=12)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(nodes)
def test_printing_and_parsing_a_formula_gives_the_same_formula(node: n.Node) -> None:
    formula = Expression(node)
    again = parse(formula.text)
    assert again == formula
    assert hash(again) == hash(formula)
    assert again.text == formula.text


ARITHMETIC = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.float_power,
}
COMPARED = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


def by_python(at: ast.expr, known: dict[str, float]) -> float:
    """The value of what Python's own parser makes of the text: another road to structure and value."""
    match at:
        case ast.Constant(value):
            return np.float64(value)
        case ast.Name(name):
            return np.float64(known[name])
        case ast.Attribute(ast.Name(owner), name):
            return np.float64(known[f"{owner}.{name}"])
        case ast.UnaryOp(ast.USub(), of):
            return -by_python(of, known)
        case ast.UnaryOp(ast.Not(), of):
            return float(not by_python(of, known))
        case ast.BinOp(left, sign, right):
            return ARITHMETIC[type(sign)](by_python(left, known), by_python(right, known))
        case ast.BoolOp(ast.And(), parts):
            return float(all(by_python(x, known) for x in parts))
        case ast.BoolOp(ast.Or(), parts):
            return float(any(by_python(x, known) for x in parts))
        case ast.Compare(left, [ast.In()], [ast.Set(members)]):
            return float(any(by_python(left, known) == by_python(x, known) for x in members))
        case ast.Compare(left, [sign], [right]):
            return float(n.COMPARISONS[COMPARED[type(sign)]](by_python(left, known), by_python(right, known)))
        case ast.IfExp(condition, yes, no):
            return by_python(yes if by_python(condition, known) else no, known)
        case ast.Call(ast.Name("max"), [a, b]):
            return np.maximum(by_python(a, known), by_python(b, known))
        case ast.Call(ast.Name("sqrt"), [a]):
            return np.sqrt(by_python(a, known))
        case _:
            raise AssertionError(ast.dump(at))


@settings(derandomize=True, max_examples=400, deadline=None)
@given(nodes, st.lists(st.floats(-5, 5), min_size=4, max_size=4))
def test_a_formula_has_the_value_that_python_gives_it(node: n.Node, values: list[float]) -> None:
    formula = Expression(node)
    known = dict(zip(NAMES, values, strict=True))
    read = ast.parse(formula.text.replace("^", "**"), mode="eval").body
    with np.errstate(all="ignore"):
        expected = by_python(read, known)
    found = formula.value(known)
    assert found == expected or (math.isnan(found) and math.isnan(expected))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(nodes, st.lists(st.floats(0.1, 3), min_size=8, max_size=8))
def test_the_value_over_draws_is_the_value_at_each_draw(node: n.Node, values: list[float]) -> None:
    formula = Expression(node)
    columns = {name: np.array(values[2 * i : 2 * i + 2]) for i, name in enumerate(NAMES)}
    together = np.broadcast_to(formula.value(columns), (2,))
    for k in range(2):
        alone = formula.value({name: float(column[k]) for name, column in columns.items()})
        assert together[k] == alone or (np.isnan(together[k]) and np.isnan(alone))


@settings(derandomize=True, max_examples=200, deadline=None)
@given(nodes, st.lists(st.floats(0.1, 3), min_size=4, max_size=4))
def test_binding_in_two_steps_is_binding_at_once(node: n.Node, values: list[float]) -> None:
    formula = Expression(node)
    known = dict(zip(NAMES, values, strict=True))
    try:
        step = formula.bind({"a": known["a"]}).bind(known)
    except (
        ExpressionError
    ):  # something in it is not finite; then the value is not either, or its branch is not taken
        return
    expected = formula.value(known)
    if step.is_constant and np.isfinite(expected):
        assert step.constant == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2^2", -4),
        ("2^-1", 0.5),
        ("2^3^2", 512),
        ("2**3", 8),
        ("8/4/2", 1),
        ("1 - 2 - 3", -4),
        ("1 if 0 else 2 if 0 else 3", 3),
        ("not 1 == 2", 1),
        ("1 in {2, 3} or 3 in {2, 3}", 1),
        ("1 not in {2, 3}", 1),
        ("clamp(1.5) + clamp(-1) + clamp(5, 2, 3)", 4),
        ("min(3, 1, 2) + max(3, 1, 2)", 4),
        ("exp(0) + log(1) + sqrt(4) + abs(-1)", 4),
        ("true and not false", 1),
        (".5 + 1. + 1e-1", 1.6),
    ],
)
def test_precedence_and_functions(text: str, value: float) -> None:
    assert parse(text).constant == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "column", "nearest"),
    [
        ("__import__('os')", 1, None),
        ("a + f(1)", 5, None),
        ("1 + mx(1, 2)", 5, "max"),
        ("a.b(1)", 1, None),
        ("x[0]", 2, None),
        ("'text'", 1, None),
        ("lambda: 1", 7, None),
        ("a < b > c", 7, None),
        ("a == b == c", 8, None),
        ("a < b in {c}", 7, None),
        ("a b", 3, None),
        ("a +", 4, None),
        ("(a", 3, None),
        ("a = b", 3, None),
        ("a == not b", 6, None),
        ("sqrt(1, 2)", 1, None),
        ("min", 1, None),
        ("a if b", 7, None),
        ("1(2)", 2, None),
        ("a; b", 2, None),
        ("1e999", 1, None),
        ("a in b", 6, None),
    ],
)
def test_anything_else_is_one_error_with_its_column(text: str, column: int, nearest: str | None) -> None:
    with pytest.raises(ExpressionError) as error:
        parse(text, Where("f.yaml", 3, "x"))
    assert f"column {column}" in error.value.problem
    assert error.value.where == Where("f.yaml", 3, "x")
    if nearest is not None:
        assert error.value.nearest == nearest


@pytest.mark.parametrize("text", ["", "   ", None, [1], {"a": 1}, float("nan"), float("inf"), 10**400])
def test_what_is_no_formula_is_refused(text: object) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["(" * 500 + "1" + ")" * 500, "-" * 3000 + "1", "1" + "+1" * 1500, "1+" * 3000 + "1", "not " * 900 + "1"],
)
def test_hostile_length_and_depth_are_one_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_labels_and_moves_that_were_not_reached() -> None:
    formula = parse("offer > 0.3 and answer == yes")
    assert formula.names == {"offer", "answer", "yes"}
    assert formula.bind({"offer": 0.5, "answer": "yes", "yes": "yes"}).constant == 1
    assert formula.bind({"offer": 0.5, "answer": None, "yes": "yes"}).constant == 0
    assert parse("answer != yes").bind({"answer": None, "yes": "yes"}).constant == 0
    assert parse("not answer == yes").bind({"answer": None, "yes": "yes"}).constant == 1
    with pytest.raises(ExpressionError, match="not reached"):
        parse("2 * offer").bind({"offer": None})
    with pytest.raises(ExpressionError, match="no order"):
        parse("answer < yes").bind({"answer": "no", "yes": "yes"})
    assert parse("offer / 0 if answer == yes else 2").bind({"answer": "no", "yes": "yes"}).constant == 2


def test_binding_works_out_what_is_constant() -> None:
    assert parse("a * (1 - p) + 0 * b").bind({"p": 1}).text == "0"
    assert parse("a * p + b").bind({"p": 1}).text == "a + b"
    assert parse("x and y > 1").bind({"x": 1}).text == "y > 1"
    assert parse("x and y").bind({"x": 1}).text == "y != 0"
    assert parse("d * 2").bind({"d": parse("a + b")}).text == "(a + b) * 2"
    with pytest.raises(ExpressionError, match="finite"):
        parse("1 / x").bind({"x": 0})


def test_calls_of_an_embedding_language_are_kept() -> None:
    formula = parse("P(spread and not war | concede) > value(A) + a", calls={"P", "value"})
    assert [call.text() for call in formula.calls] == ["P(spread and not war | concede)", "value(A)"]
    assert formula.names == {"a"}
    assert not formula.is_constant
    assert parse(formula.text, calls={"P", "value"}) == formula
    first, second = formula.calls
    held = formula.value({"a": np.array([0.1, 0.5])}, {first: np.array([0.5, 0.5]), second: 0.2})
    np.testing.assert_array_equal(held, [1, 0])
    with pytest.raises(ExpressionError, match="only the listed functions"):
        parse("P(war)")


def test_formulas_travel_between_processes_and_do_not_change() -> None:
    formula = parse("a + b * 2")
    assert hash(formula) == hash(pickle.loads(pickle.dumps(formula)))
    assert formula == pickle.loads(pickle.dumps(formula))
    with pytest.raises(AttributeError):
        formula.node = n.ONE  # type: ignore[misc]


@pytest.mark.parametrize("signs", [("<", "<"), ("<", "<="), (">", ">"), (">=", ">"), ("<", "<=", "<")])
def test_a_chain_is_the_conjunction_of_its_links(signs: tuple[str, ...]) -> None:
    names = "abcd"[: len(signs) + 1]
    chain = parse(names[0] + "".join(f" {s} {x} + 0" for s, x in zip(signs, names[1:], strict=True)))
    links = parse(" and ".join(f"{x} {s} {y}" for x, s, y in zip(names, signs, names[1:], strict=False)))
    rng = np.random.default_rng(3)
    columns = {x: rng.integers(0, 3, 300).astype(float) for x in "abcd"}
    assert np.array_equal(chain.value(columns), links.value(columns))
    assert 0 < np.sum(chain.value(columns)) < 300
    assert parse(chain.text) == chain
    for i in range(100):
        known = {x: column[i] for x, column in columns.items()}
        assert chain.bind(known).constant == links.bind(known).constant
        some = {x: known[x] for x in "ab"}
        assert chain.bind(some).value(known) == links.value(known)


def test_chains_inside_one_another_are_read_once_each() -> None:
    """Every operand of a chain is a part of two comparisons; fifty inside one another must not be 2^50 parts."""
    text = "x"
    for _ in range(25):
        text = f"(0 < {text} < 2)"
    formula = parse(text)
    assert formula.value({"x": 1.0}) == 1.0
    assert formula.bind({"x": 1.0}).constant == 1.0
    assert len(list(formula.node.walk())) < 200


def test_memberships_inside_one_another_are_read_once_each() -> None:
    text = "x"
    for _ in range(25):
        text = f"({text} in {{1, 2}})"
    formula = parse(text)
    assert formula.value({"x": 2.0}) == 1.0
    assert formula.value({"x": np.array([0.0, 1.0])}).tolist() == [0.0, 1.0]
    assert formula.bind({"x": 3.0}).constant == 0.0
    assert formula.bind({}) == formula


def test_a_call_may_have_a_condition_and_settings() -> None:
    formula = parse("P(a and b given c | p, x = 1/2, y = -1) > P(a, x = 2)", calls=("P",))
    first, second = formula.calls
    assert first.seen is not None
    assert first.seen.text() == "c"
    assert first.given is not None
    assert [(name, value.text()) for name, value in first.settings] == [("x", "1 / 2"), ("y", "-1")]
    assert second.settings[0][0] == "x"
    assert formula.names == frozenset()
    assert parse(formula.text, calls=("P",)) == formula
    assert parse("given + 1").value({"given": 2.0}) == 3.0  # a word of calls alone


@pytest.mark.parametrize(
    "text", ["P(x = 1)", "P(a, x = 1, b)", "P(a, x = 1 | p)", "P(a given)", "P(a | p given c)", "P(a, x == 1, y =)", "a = 1"]
)  # fmt: skip
def test_a_call_has_one_order_of_its_parts(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, calls=("P",))


def test_a_single_equals_sign_is_told_what_compares() -> None:
    for text in ("a = 1", "max(a, b = 1)", "P(x = 1)"):
        with pytest.raises(ExpressionError, match="== compares"):
            parse(text, calls=("P",))


def test_chains_in_a_game_order_numbers_and_not_labels() -> None:
    def game(constraint: str) -> Game:
        return Game(
            players={"A": "one"}, parameters={"x": 0.2, "y": 0.4}, constraints=[constraint], payoffs={"A": {}},
            moves=[{"move": "go", "by": "A", "options": ["yes", "no"]}],
        )  # fmt: skip

    made = game("0 < x <= y < 1")
    x, y = np.array([0.1, 0.5, 0.3, 0.2]), np.array([0.2, 0.4, 0.3, 1.2])
    assert made.admissible({"x": x, "y": y}).tolist() == [True, False, True, False]
    with pytest.raises(BadInput, match="break"):
        game("0 < y < x")
    with pytest.raises(BadInput, match="labels have no order"):
        game("0 < go < x")
