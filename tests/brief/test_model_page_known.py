"""Pictures of closed forms lie where the formulas put them; formulas are set as they are written; exercises and code are right."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from detente.brief.charts.formula import formula as picture_of
from detente.brief.model.code import python
from detente.brief.model.exercises import exercises
from detente.brief.model.known import thresholds, turns
from detente.brief.model.mathml import mathml, symbol
from detente.brief.sentences import Parameters
from detente.cli.app import app
from detente.errors import ExpressionError
from detente.models import Model, catalogue, find, library_file
from detente.models.model import read_model
from detente.scenario import assumptions, read_scenario

SLUG = "crisis-signalling"


@pytest.fixture(scope="module")
def model() -> Model:
    return find(SLUG)


def with_lines(before: str, after: str) -> Model:
    text = library_file(SLUG).read_text(encoding="utf-8")
    assert before in text
    return read_model(text.replace(before, after, 1), "changed", "changed.yaml")


def test_the_boundary_of_a_region_is_the_formula(model: Model) -> None:
    """p < 1 / (1 + d): every point of the line has p (1 + d) = 1, and each side of it is where it should be."""
    first = thresholds(model)[0]
    assert first["at_base"] is True
    picture = first["picture"]
    assert (picture["kind"], picture["x"], picture["y"]) == ("region", "p", "d")
    (line,) = picture["boundary"]
    assert len(line) > 50
    for p, d in line:
        assert p * (1 + d) == pytest.approx(1, abs=1e-9)
    grid = picture["grid"]
    for d, row in zip(grid["y"], grid["holds"], strict=True):
        assert row == [int(p < 1 / (1 + d)) for p in grid["x"]]


def test_boundaries_that_cross_are_found_whole() -> None:
    """Two straight lines through (p, d) = (0.5, 1.5), each with its whole length and nothing else."""
    changed = with_lines("formula: p < 1 / (1 + d)", "formula: (p - 0.5) * (d - 1.5) > 0")
    picture = thresholds(changed)[0]["picture"]
    points = [point for line in picture["boundary"] for point in line]
    upright = [d for p, d in points if p == pytest.approx(0.5, abs=1e-9)]
    level = [p for p, d in points if d == pytest.approx(1.5, abs=1e-9)]
    assert len(upright) + len(level) == len(points)
    assert (min(upright), max(upright)) == (pytest.approx(0.1), pytest.approx(3))
    assert (min(level), max(level)) == (pytest.approx(0.05), pytest.approx(0.95))


def test_a_curve_is_the_formula_and_is_cut_where_it_jumps(model: Model) -> None:
    war = thresholds(model)[2]
    assert war["at_base"] == pytest.approx(0.2)
    assert war["picture"]["base"] == [0.3, pytest.approx(0.2)]
    (line,) = war["picture"]["lines"]
    gaps = [x for x, value in line["points"] if value is None]
    assert gaps == [pytest.approx(0.5, abs=1e-9)]
    for x, value in line["points"]:
        if value is not None and abs(x - 0.5) > 1e-9:
            assert value == pytest.approx(x / 1.5 if x < 0.5 else 0)
    share = thresholds(model)[1]["picture"]["lines"][0]["points"]
    assert all(value is not None for _, value in share)  # a kink is no jump


def test_a_number_over_two_parameters_has_a_line_for_three_values_of_the_second() -> None:
    changed = with_lines("over: [p]", "over: [p, d]")
    picture = thresholds(changed)[1]["picture"]
    assert [line["at"] for line in picture["lines"]] == [0.1, 1.0, 3.0]
    for line in picture["lines"]:
        for p, value in line["points"]:
            assert value == pytest.approx(1 - max(p, 1 / (1 + line["at"])))


def test_a_comparison_over_one_parameter_is_a_stretch() -> None:
    changed = with_lines("over: [p, d]", "over: [d]")
    picture = thresholds(changed)[0]["picture"]
    turn = 1 / 0.3 - 1
    assert picture["pieces"] == [
        {"low": 0.1, "high": pytest.approx(turn), "holds": True},
        {"low": pytest.approx(turn), "high": 3.0, "holds": False},
    ]
    assert turns(changed, changed.thresholds[0], "d") == [(pytest.approx(turn), False)]


def test_what_the_model_does_not_admit_is_neither_side() -> None:
    changed = with_lines("parameters:\n", "constraints: [p + d < 2]\nparameters:\n")
    region = thresholds(changed)[0]["picture"]["grid"]
    for d, row in zip(region["y"], region["holds"], strict=True):
        assert row == [int(p < 1 / (1 + d)) if p + d < 2 else None for p in region["x"]]
    assert turns(changed, changed.thresholds[0], "d") == []


def test_a_formula_without_a_value_is_told_so() -> None:
    changed = with_lines("formula: 1 - max(p, 1 / (1 + d))", "formula: sqrt(p - 0.5)")
    row = thresholds(changed)[1]
    assert row["at_base"] is None
    (line,) = row["picture"]["lines"]
    assert all((value is None) == (x < 0.5) for x, value in line["points"])
    assert row["picture"]["base"] is None


def test_pictures_say_what_they_show_and_escape_it(model: Model) -> None:
    rows = Parameters(assumptions(read_scenario(SLUG)))
    for n, row in enumerate(thresholds(model)):
        drawn = str(picture_of(row["picture"], "<b>x</b> & y", rows, f"k{n}"))
        ElementTree.fromstring(drawn)
        assert "<b>" not in drawn
        assert "others at their base" in drawn
    stretch = thresholds(with_lines("over: [p, d]", "over: [d]"))[0]["picture"]
    drawn = str(picture_of(stretch, "When", rows, "s"))
    assert "holds from 0.1 to 2.33; fails from 2.33 to 3" in drawn


@pytest.mark.slow
def test_every_threshold_of_the_catalogue_is_drawn() -> None:
    for each in catalogue():
        for row in thresholds(each):
            ElementTree.fromstring(mathml(row["formula"]))
            assert json.loads(json.dumps(row, allow_nan=False)) == row
            if row["picture"] and row["picture"]["kind"] == "region":
                held = [side for line in row["picture"]["grid"]["holds"] for side in line]
                lines = row["picture"]["boundary"]
                assert bool(lines) == (0 in held and 1 in held) or None in held


@pytest.mark.parametrize(
    ("formula", "parts"),
    [
        ("p / (1 + a)", ["<mfrac>", "<mi>p</mi>", "<mn>1</mn>"]),
        ("w_high < -2", ["<msub><mi>w</mi><mtext>high</mtext></msub>", "&lt;", "<mo>−</mo>"]),
        ("x ^ 2 if x > 0 else 1e-6", ["<msup>", 'class="cases"', "otherwise", "<msup><mn>10</mn>"]),
        ("sqrt(pi) >= abs(rho1)", ["<msqrt>", "π", "≥", "<mo>|</mo>", "<msub><mi>ρ</mi><mn>1</mn></msub>"]),
        ("a < b and (c < d or not e > f)", ["<mtext>and</mtext>", "<mtext>or</mtext>", "<mtext>not</mtext>"]),
        ("a * (b - (c - d))", ["<mo>(</mo>"]),
        ("cost * loss", ["<mo>·</mo>"]),
    ],
)
def test_formulas_are_set_as_mathematics(formula: str, parts: list[str]) -> None:
    shown = mathml(formula)
    ElementTree.fromstring(shown)
    for part in parts:
        assert part in shown


def test_brackets_stay_where_they_change_the_number() -> None:
    assert mathml("a - (b - c)").count("<mo>(</mo>") == 1
    assert "<mo>(</mo>" not in mathml("a - b - c")
    assert mathml("(a + b) * c").count("<mo>(</mo>") == 1
    assert mathml("(a < b or c < d) and e < f").count("<mo>(</mo>") == 1
    with pytest.raises(ExpressionError):
        mathml("a +")
    assert symbol("F0") == "<msub><mi>F</mi><mn>0</mn></msub>"


def test_exercises_ask_what_was_computed(model: Model) -> None:
    """At p = 0.5 the threshold turns; war is p / (1 + a) below and 0 above."""
    numbers = [{"what": "P(war)", "told": 0.2, "found": 0.2, "agrees": True}]
    point = {
        "at": {"p": 0.3},
        "by": "closed form",
        "reached": "principal",
        "precision": "limit",
        "numbers": numbers,
    }
    wrong = {**point, "numbers": [{**numbers[0], "agrees": False}]}
    found = exercises(model, SLUG, model.game.tree(), [wrong, point], [], {"equilibria": []})
    asked = [each for each in found if each["kind"] == "point"]
    assert len(asked) == 1
    assert asked[0]["commands"] == [f"detente solve {SLUG} --set p=0.3"]
    turn = next(each for each in found if each["kind"] == "threshold")
    assert "At p = 0.5: it holds below and fails above" in turn["answer"]
    assert f"P(war) is {0.455 / 1.5:.4g} and 0" in turn["answer"]
    assert turn["commands"] == [f"detente solve {SLUG} --set p={p}" for p in (0.455, 0.545)]
    for command, war in zip(turn["commands"], (0.455 / 1.5, 0), strict=True):
        ran = CliRunner().invoke(app, [*shlex.split(command)[1:], "--json"])
        assert json.loads(ran.stdout)["events"]["war"] == pytest.approx(war, abs=1e-8)


def test_an_answer_tells_in_how_many_points_a_claim_held(model: Model) -> None:
    claim = {
        "id": "c", "text": "It pays.", "verdict": "holds if", "decided": 200, "undecided": 56, "share": 0.25, "rule": [{}],
        "rule_found": True, "rule_text": "p is above 0.5", "binding": {"parameter": "p", "at": 0.5}, "holds_at_base": False,
        "because": "",
    }  # fmt: skip
    (told,) = [
        e
        for e in exercises(model, SLUG, model.game.tree(), [], [claim], {"equilibria": []})
        if e["kind"] == "claim"
    ]
    assert "held at 50 of 200 points of the ranges that could be decided" in told["answer"]
    assert "it fails, it turns at p = 0.5" in told["answer"]
    assert told["commands"] == [f"detente test {SLUG} --only c"]


def test_the_code_on_the_page_runs(model: Model) -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(python(model, SLUG, True), "page", "exec"), {"__name__": "page"})
    assert "('more_resolve_more_war', 'fails throughout')" in said.getvalue()
    assert re.search(r"There is no pure sequential equilibrium", said.getvalue())
