"""The scenario that most of these tests work on; makes `peace_talks` importable by its plain name."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from detente.scenario import Evaluator, Scenario, read_scenario

CRISIS = Path(__file__).with_name("crisis.yaml")


@pytest.fixture(scope="session")
def crisis() -> Scenario:
    return read_scenario(CRISIS)


@pytest.fixture(scope="session")
def crisis_text() -> str:
    return CRISIS.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def evaluator(crisis: Scenario) -> Evaluator:
    return Evaluator(crisis)
