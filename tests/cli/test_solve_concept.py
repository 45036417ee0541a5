"""`detente solve --concept`: the same record under every concept, options that go together, and what people read."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import polars as pl
import pytest

FIELDS = {
    "game", "parameters", "lambda", "status", "residual", "max_gain", "iterations", "method", "seconds",
    "information_sets", "events", "values", "concept",
}  # fmt: skip


@pytest.mark.parametrize(
    ("options", "extra"),
    [
        ((), set()),
        (("--concept", "level-k", "--levels", "3"), {"levels"}),
        (("--concept", "cognitive-hierarchy", "--tau", "2", "--levels", "4", "--lambda", "5"), {"levels"}),
        (("--concept", "cursed", "--chi", "0.7", "--lambda", "5"), {"chi"}),
    ],
)
def test_the_record_is_the_same(detente, options: tuple[str, ...], extra: set[str]) -> None:
    ran = detente("solve", "crisis-signalling", "--set", "p=0.4", *options, "--json")
    assert ran.status == 0
    answer = json.loads(ran.out)
    assert set(answer) - {"detente", "schema", "command"} >= FIELDS | extra
    assert answer["concept"] == (options[1] if options else "quantal")
    assert answer["status"] == "certified"
    assert answer["parameters"]["p"] == 0.4


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        (("level-k",), ["levels: A 2, B 2", "back_down"]),
        (("cognitive-hierarchy",), ["Poisson tau 1.5, levels 0 to 10", "what each level plays", "level 1"]),
        (("cursed", "--chi", "1"), ["chi 1;", "in the limit"]),
    ],
)
def test_people_read_what_was_solved(detente, options: tuple[str, ...], shown: list[str]) -> None:
    ran = detente("solve", "crisis-signalling", "--concept", *options)
    assert ran.status == 0
    for text in (*shown, "certified", "values: A"):
        assert text in ran.out


@pytest.mark.parametrize(
    "options", [("level-k", "--levels", "2"), ("cursed", "--chi", "0.7", "--lambda", "5")]
)
def test_a_table_of_draws_is_the_same_as_its_points(
    detente, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (tmp_path / "draws.csv").write_text("p,note\n0.2,a\n0.6,b\n", encoding="utf-8")
    ran = detente(
        "solve", "crisis-signalling", "--concept", *options, "--draws", tmp_path / "draws.csv", "--out", tmp_path / "out.csv"
    )  # fmt: skip
    assert ran.status == 0
    assert "2 draws, 2 certified" in ran.out
    table = pl.read_csv(tmp_path / "out.csv")
    assert table["note"].to_list() == ["a", "b"]
    for p, war in zip(table["p"], table["event.war"], strict=True):
        point = detente("solve", "crisis-signalling", "--set", f"p={p}", "--concept", *options, "--json").json
        assert point["events"]["war"] == pytest.approx(war, abs=1e-10)


@pytest.mark.skipif(find_spec("pygambit") is None, reason="pygambit is not installed")
def test_nash_lists_every_equilibrium_and_its_threats(detente) -> None:
    ran = detente("solve", "crisis-signalling", "--concept", "nash")
    assert ran.status == 0
    assert "6 Nash equilibria" in ran.out
    assert "Rests on what its owner would not carry out: A, last unresolved" in ran.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--concept", "nahs"), "Did you mean 'nash'?"),
        (("--concept", "nash", "--lambda", "3"), "--lambda does not go with --concept nash"),
        (("--levels", "3"), "with --concept level-k or cognitive-hierarchy"),
        (("--concept", "nash", "--draws", "x.csv"), "--draws does not go with --concept nash"),
        (("--concept", "level-k", "--all"), "--all does not go with --concept level-k"),
        (("--concept", "level-k", "--levels", "-1"), "not a level"),
        (("--concept", "cursed", "--chi", "2"), "0 to 1"),
        (("--concept", "cognitive-hierarchy", "--tau", "0"), "not a mean level"),
    ],
)
def test_what_does_not_go_together_is_said(detente, options: tuple[str, ...], said: str) -> None:
    ran = detente("solve", "crisis-signalling", *options)
    assert ran.status == 2
    assert said in ran.err
