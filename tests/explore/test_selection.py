"""What testing says about other equilibria."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.explore import test as run
from detente.scenario import read_scenario

CRISIS = Path(__file__).parents[1] / "scenario" / "crisis.yaml"


@pytest.fixture(scope="module")
def scenario():
    return read_scenario(CRISIS)


def test_each_claim_says_whether_its_games_were_searched_and_what_was_found(scenario) -> None:
    body = run(scenario, draws=8, only=["bluff", "rules-provoke"]).record()
    for claim in body["claims"]:
        found = claim["selection"]
        assert set(found) == {"searched", "equilibria", "differs", "holds", "text"}
        assert found["searched"]
        # one equilibrium of the game as it stands, and one of the game in which every challenger challenges
        assert found["equilibria"] == 1
        assert found["differs"] is False
        assert (found["holds"] == 1) == claim["holds_at_base"]
    json.dumps(body, allow_nan=False)


def test_a_quick_search_looks_too(scenario) -> None:
    """What a reader in haste is told of the equilibrium is what a patient one is told."""
    quick, thorough = (run(scenario, draws=8, only="bluff", search=s).record() for s in ("quick", "thorough"))
    assert quick["claims"][0]["selection"] == thorough["claims"][0]["selection"]
