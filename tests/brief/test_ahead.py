"""What is looked for ahead of its turn: the same answer from the second process as from the search made here."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from detente.brief import ahead
from detente.brief.ahead import Ahead
from detente.explore.study import study_of
from detente.scenario import new_project, read_scenario
from detente.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("ahead") / "mine"
    new_project(folder, None)
    return read_scenario(folder)


def selections_here(scenario: Scenario) -> object:
    search = study_of(scenario).selections
    assert search is not None
    return search(list(scenario.claims))


def test_the_second_process_finds_what_is_found_here(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "processors", lambda: 2)
    with Ahead() as second:
        study = second.study(scenario)
        assert second.answer() == selections_here(scenario)  # asked of the process itself, so it did answer
        assert second.answer() is None  # once
    assert study.selections is not None
    assert study.selections(list(scenario.claims)) == selections_here(scenario)  # it has ended: searched here


def test_a_process_that_cannot_start_or_dies_changes_nothing(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ahead, "processors", lambda: 2)
    monkeypatch.setattr(ahead, "CHILD", "import sys; sys.exit(3)")
    with Ahead() as second:
        study = second.study(scenario)
        assert study.selections is not None
        assert study.selections(list(scenario.claims)) == selections_here(scenario)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-program"))
    with Ahead() as second:
        assert second.answer() is None
        assert second.study(scenario).selections is not None


def test_other_claims_are_searched_for_here(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "processors", lambda: 2)
    one = list(scenario.claims)[:1]
    with Ahead() as second:
        search = second.study(scenario).selections
        assert search is not None
        assert list(search(one)) == one


def test_one_processor_needs_no_second_process(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "processors", lambda: 1)
    with Ahead() as second:
        assert second.answer() is None


def test_a_study_goes_to_processes_that_solve_draws(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "processors", lambda: 2)
    with Ahead() as second:
        copy = pickle.loads(pickle.dumps(second.study(scenario).selections))
    assert copy(list(scenario.claims)) == selections_here(scenario)
