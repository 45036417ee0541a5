"""Makes `fixture` and `markup` importable by their plain names, and the pages that several tests read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import fixture

from detente.brief.page import render


@pytest.fixture(scope="session")
def one() -> str:
    """The page of one report."""
    return render(fixture.result())


@pytest.fixture(scope="session")
def two() -> str:
    """The page of two reports that contradict one another."""
    return render(fixture.result(two=True))


@pytest.fixture(scope="session")
def none() -> str:
    """The page of a report that fits no scenario."""
    return render(fixture.without_scenario())
