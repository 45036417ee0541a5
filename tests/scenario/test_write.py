"""A scenario written back: remarks kept, bindings and matches put in, the same scenario when read again."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import GameError
from detente.scenario import Binding, Evaluator, Match, Scenario, read_scenario, scenario_text, write_scenario
from detente.scenario.saved import save

BINDINGS = (
    Binding("threatener", "Ruritania", ("s1", "s4"), "proposed"),
    Binding("threatened", None, (), "open"),
)
MATCHES = (Match("s1", "bluff", 0.8, "denies", "rule", ("bluff", "threat")), Match("s2", "meant"))


def test_nothing_to_put_in_leaves_every_byte(crisis: Scenario) -> None:
    assert scenario_text(crisis) == crisis.text


def test_what_is_put_in_stands_at_the_end_and_all_else_as_it_was(crisis: Scenario) -> None:
    text = scenario_text(crisis, BINDINGS, MATCHES)
    assert text.startswith(crisis.text)
    assert "threatener: {actor: Ruritania, status: proposed, because: [s1, s4]}" in text
    assert text.count("# Who plays which role") == 1


def test_it_reads_back_and_runs_the_same(crisis: Scenario, tmp_path: Path) -> None:
    path = write_scenario(crisis, tmp_path / "scenario.yaml", {b.role: b for b in BINDINGS}, MATCHES)
    again = read_scenario(path)
    assert tuple(again.bindings.values()) == BINDINGS
    assert again.matches == MATCHES
    assert again.game == crisis.game
    draws = {"p": np.array([0.2, 0.6])}
    one, two = (Evaluator(s).evaluate(draws) for s in (crisis, again))
    for policy, table in one.event.items():
        for event, column in table.items():
            np.testing.assert_array_equal(column, two.event[policy][event])


def test_a_second_writing_replaces_the_first_and_keeps_remarks(crisis: Scenario, tmp_path: Path) -> None:
    path = write_scenario(crisis, tmp_path / "scenario.yaml", BINDINGS, MATCHES)
    text = path.read_text(encoding="utf-8") + "\n# my remark at the end\n"
    path.write_text(text, encoding="utf-8")
    scenario = read_scenario(path)
    assert scenario_text(scenario) == text
    changed = scenario_text(scenario, [Binding("threatener", "Elbonia", ("me",), "bound")])
    assert "Elbonia" in changed
    assert "Ruritania" not in changed
    assert changed.endswith("# my remark at the end\n")
    assert changed.count("bindings:") == changed.count("matches:") == 1
    bare = scenario_text(scenario, [], [])
    assert (
        bare
        == crisis.text
        + "\n"
        + "\n" * (bare.count("\n") - crisis.text.count("\n") - 2)
        + "# my remark at the end\n"
    )


def test_a_part_switched_off_is_written(crisis: Scenario, tmp_path: Path) -> None:
    again = read_scenario(write_scenario(crisis.without(["audience"]), tmp_path / "s.yaml"))
    assert again.off == ("audience",)
    assert "a" not in again.parameters


def test_another_seed_is_written(crisis: Scenario) -> None:
    text = scenario_text(replace(crisis, seed=11))
    assert text == crisis.text.replace("seed: 7\n", "seed: 11\n")


def test_bindings_to_a_role_that_there_is_not_are_refused_and_nothing_is_written(
    crisis: Scenario, tmp_path: Path
) -> None:
    with pytest.raises(GameError, match="no such role"):
        write_scenario(crisis, tmp_path / "s.yaml", [Binding("bystander", "X")])
    with pytest.raises(GameError, match="no such claim"):
        write_scenario(crisis, tmp_path / "s.yaml", [], [Match("s1", "nothing")])
    assert list(tmp_path.iterdir()) == []


@settings(derandomize=True, max_examples=30, deadline=None)
@given(
    name=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30).filter(
        lambda x: all(c.isprintable() for c in x)
    ),
    words=st.lists(
        st.sampled_from(
            [
                "a: b",
                "- x",
                "# no",
                "'s",
                '"',
                "{",
                "null",
                "1.5",
                "yes",
                "é",
                "",
                " pad ",
                "*x",
                "&y",
                "!z",
                "%",
            ]
        ),
        max_size=4,
    ),
)
def test_any_name_and_any_words_read_back(crisis: Scenario, name: str, words: list[str]) -> None:
    """The words of a report are data: nothing in them is YAML."""
    bindings = [Binding("threatener", name, tuple(words), "bound")]
    text = scenario_text(crisis, bindings, [Match("s1", "bluff", 0.5, "makes", "rule", tuple(words))])
    assert name.strip() in text or name.strip().replace("'", "''") in text or '"' in text


def test_a_cut_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.yaml"
    save(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["s.yaml"]
