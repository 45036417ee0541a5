"""Formulas as LaTeX mathematics: what stands on paper is what the game reckons with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.game import parse
from detente.game.latex import mathematics, symbol, words


@pytest.mark.parametrize(
    ("formula", "set_as"),
    [
        ("1 - a", "1 - a"),
        ("p / (1 + a)", r"\frac{p}{1 + a}"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a - b - c", "a - b - c"),
        ("(a + b) * c", r"\left(a + b\right)\,c"),
        ("a * b + c", r"a\,b + c"),
        ("-(a + b)", r"-\left(a + b\right)"),
        ("a + -b", r"a + \left(-b\right)"),
        ("(a + b) ^ 2", r"{\left(a + b\right)}^{2}"),
        ("a ^ (n - 1)", "{a}^{n - 1}"),
        ("a * 3", r"a \cdot 3"),
        ("min(1, (k + a) / Lam)", r"\min\left(1, \frac{k + a}{\mathrm{Lam}}\right)"),
        ("sqrt(x)", r"\sqrt{x}"),
        ("clamp(x)", r"\operatorname{clamp}\left(x\right)"),
        ("a <= b < c", r"a \leq b < c"),
        ("a if p > 0.5 else b", r"\begin{cases} a & \text{if } p > 0.5 \\ b & \text{otherwise} \end{cases}"),
        ("a < b or not c == d", r"a < b \vee \neg (c = d)"),
        ("1e-7 * a", r"1 \cdot 10^{-7}\,a"),
    ],
)
def test_a_formula_is_set_with_its_brackets(formula: str, set_as: str):
    assert mathematics(parse(formula)) == set_as


@pytest.mark.parametrize(
    ("name", "set_as"),
    [
        ("a", "a"),
        ("pi", r"\pi"),
        ("w_high", r"w_{\mathrm{high}}"),
        ("c_A", "c_{A}"),
        ("p1", "p_{1}"),
        ("x_R_2", r"x_{\mathrm{R, 2}}"),
        ("loss", r"\mathrm{loss}"),
        ("Delta", r"\Delta"),
    ],
)
def test_names_are_symbols_with_an_index(name: str, set_as: str):
    assert symbol(name) == set_as


@given(st.text(max_size=40))
def test_no_text_brings_a_command_or_an_open_brace(text: str):
    safe = words(text)
    for written in (
        "textbackslash{}",
        "textasciitilde{}",
        "textasciicircum{}",
        "textless{}",
        "textgreater{}",
    ):
        safe = safe.replace("\\" + written, "")
    safe = safe.replace(r"\ensuremath{-}", "")
    for written in (r"\{", r"\}", r"\$", r"\&", r"\#", r"\_", r"\%"):
        safe = safe.replace(written, "")
    assert not set(safe) & set("\\{}$&#_%~^")
    assert all(c.isprintable() for c in safe)
