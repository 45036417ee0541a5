"""`detente test`: how draws are chosen, and range sets side by side."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detente.cli.draws import chosen
from detente.errors import BadInput
from detente.explore.sampling.designs import FromFile, Grid

SCENARIO = """
scenario: threshold
title: A threshold
players: {A: an actor}
parameters:
  x: {range: [0, 1], because: nobody knows}
  c: {range: [0, 1], base: 0.3, because: nobody knows}
moves:
  - {move: act, by: A, options: [go, stay]}
payoffs:
  A:
    prize: {worth: x, when: act == go}
    rest: {worth: c, when: act == stay}
events: {goes: act == go}
events_of_interest: [goes]
claims:
  goes: {text: A goes., holds: P(goes) > 0.9, because: x above c}
range_sets:
  first: {title: "Analyst [A]", because: a hawk, parameters: {x: {range: [0.2, 0.6]}, c: {range: [0, 0.4]}}}
  second: {title: Analyst B, because: a dove, parameters: {x: {range: [0.5, 1]}, c: {range: [0, 0.4]}}}
"""


@pytest.mark.parametrize(
    ("draws", "design", "grid", "found"),
    [
        (None, None, [], (1024, "sobol")),
        ("64", None, [], (64, "sobol")),
        ("1_000", "latin", [], (1000, "latin")),
        ("-5", None, [], (-5, "sobol")),  # refused by `test`, with what is allowed
        (None, "grid", ["x=5", "c = 4"], (1024, Grid({"x": 5, "c": 4}))),
        (None, None, ["7"], (1024, Grid(7))),
        ("rows.csv", None, [], (1024, FromFile(Path("rows.csv")))),
        ("a/b.Parquet", None, [], (1024, FromFile(Path("a/b.Parquet")))),
    ],
)
def test_what_the_options_ask_for(draws: Any, design: Any, grid: list[str], found: Any) -> None:
    assert chosen(draws, design, grid) == found


@pytest.mark.parametrize(
    ("draws", "design", "grid", "said"),
    [
        ("rows.xls", None, [], "neither a number of draws nor a table"),
        ("1e3", None, [], "neither a number of draws nor a table"),
        ("9" * 30, None, [], "neither a number"),
        ("", None, [], "neither a number"),
        (None, "grod", [], "Did you mean 'grid'"),
        (None, "grid", [], "how many values"),
        (None, "latin", ["x=5"], "--grid does not go with --design latin"),
        ("64", None, ["x=5"], "brings its own number"),
        ("rows.csv", "latin", [], "does not go with --design latin"),
        (None, None, ["x="], "how many values"),
        (None, None, ["x=five"], "how many values"),
        (None, None, ["x=-5"], "how many values"),
        (None, None, ["x=5=6"], "how many values"),
        (None, None, ["x=5", "x=6"], "given twice"),
        (None, None, ["x=5", "6"], "stands alone"),
    ],
)
def test_what_does_not_go_together(draws: Any, design: Any, grid: list[str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        chosen(draws, design, grid)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "threshold.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def test_range_sets_side_by_side(here: Path, detente: Callable[..., Any]) -> None:
    shown = detente("test", "threshold.yaml", "--draws", "128", "--ranges", "all")
    assert shown.status == 0
    text = " ".join(shown.out.split())
    for said in ("own ranges", "Analyst [A]", "Analyst B", "holds throughout, share 1.00"):
        assert said in text
    assert (
        "They disagree about goes: the range of x alone turns the verdict of Analyst [A] into that of Analyst B"
        in text
    )
    told = detente(
        "test", "threshold.yaml", "--draws", "128", "--ranges", "first", "--ranges", "second", "--json",
        "--fail-on", "holds-throughout",
    )  # fmt: skip
    assert told.status == 1  # the second set's
    body = json.loads(told.out)
    assert [s["id"] for s in body["range_sets"]] == ["first", "second"]
    assert body["ranges"] is None
    assert body["disagreements"][0]["swaps"][0]["turns"] is True


def test_one_set_alone_a_grid_and_a_file(here: Path, detente: Callable[..., Any]) -> None:
    body = json.loads(detente("test", "threshold.yaml", "--draws", "64", "--ranges", "second", "--json").out)
    assert body["ranges"] == "second"
    assert "range_sets" not in body
    assert body["claims"][0]["share"] == 1
    body = json.loads(detente("test", "threshold.yaml", "--grid", "x=4", "--grid", "c=3", "--json").out)
    assert (body["draws"], body["design"]["points"]) == (12, {"x": 4, "c": 3})
    (here / "rows.csv").write_text("id,x\n1,0.2\n2,0.4\n3,0.8\n")
    body = json.loads(detente("test", "threshold.yaml", "--draws", "rows.csv", "--json").out)
    assert (body["draws"], body["claims"][0]["share"]) == (3, pytest.approx(2 / 3))  # c stays at 0.3
    (here / "rows.csv").write_text("id,x\n1,0.2\n2,nan\n")
    told = detente("test", "threshold.yaml", "--draws", "rows.csv", "--json")
    assert told.status == 2
    assert json.loads(told.out)["error"]["where"] == {"file": "rows.csv", "line": 3, "field": "x"}
