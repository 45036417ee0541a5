"""`detente new`: a folder with a scenario that works, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detente.errors import GameError
from detente.scenario import Evaluator, check_claims, new_project, read_scenario, scenario_path, shipped


def test_the_scenario_to_edit_works_and_its_claims_have_their_witnesses(tmp_path: Path) -> None:
    written = new_project(tmp_path / "deep" / "mine")
    assert [p.name for p in written] == ["scenario.yaml", "README.md"]
    scenario = read_scenario(tmp_path / "deep" / "mine")
    assert [w for w in check_claims(scenario) if not w.good] == []
    kinds = {p.kind for p in scenario.policies.values()}
    assert kinds == {"commit", "deviate", "given"}
    found = Evaluator(scenario).evaluate()
    assert all((s == 0).all() for s in found.status.values())


def test_every_key_of_the_template_is_explained_by_a_remark(tmp_path: Path) -> None:
    text = (new_project(tmp_path / "x")[0]).read_text(encoding="utf-8").splitlines()
    for i, line in enumerate(text):
        key = line.split(":")[0]
        if line[:1].isalpha() and key not in ("title", "summary", "events_of_interest", "not_modelled"):
            assert "#" in line or text[i - 1].startswith("#"), line


@pytest.mark.parametrize("slug", shipped())
def test_a_shipped_scenario_is_copied_as_it_is(slug: str, tmp_path: Path) -> None:
    new_project(tmp_path, slug)  # an empty folder that is there
    assert (tmp_path / "scenario.yaml").read_bytes() == scenario_path(slug).read_bytes()
    assert read_scenario(tmp_path).id == slug


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(GameError, match="not empty"):
        new_project(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(GameError, match="there is a file"):
        new_project(tmp_path / "mine.txt")


@pytest.mark.parametrize("slug", ["peace-talk", "../peace-talks", "", "/etc"])
def test_only_shipped_scenarios_are_copied(slug: str, tmp_path: Path) -> None:
    with pytest.raises(GameError) as error:
        new_project(tmp_path / "x", slug)
    assert error.value.where.field == "--from"
    assert not (tmp_path / "x").exists()


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def full(_: int) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        new_project(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
