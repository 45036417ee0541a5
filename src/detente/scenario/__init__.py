"""Scenarios: a game with roles, parts, policies, claims and law; read, written, and solved over draws.

Names are loaded when they are first used, so that reading a report does not load the solver.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from detente.scenario.claim import Claim, Quantity
    from detente.scenario.evaluate import REASONS, Evaluation, Evaluator
    from detente.scenario.locate import scenario_path, shipped
    from detente.scenario.model import (
        BASELINE,
        Binding,
        Change,
        Law,
        Match,
        MatchRule,
        Part,
        Policy,
        Role,
        Source,
    )  # fmt: skip
    from detente.scenario.origin import assumptions
    from detente.scenario.project import new_project
    from detente.scenario.reader import read_scenario, scenario_from_text
    from detente.scenario.scenario import Scenario
    from detente.scenario.target import open_game, point
    from detente.scenario.witness import Witness, check_claims
    from detente.scenario.write import scenario_text, write_scenario

_HOME = {
    "claim": ("Claim", "Quantity"),
    "evaluate": ("REASONS", "Evaluation", "Evaluator"),  # the function evaluate has the name of its module
    "model": (
        "BASELINE", "Binding", "Change", "Law", "Match", "MatchRule", "Part", "Policy", "Role", "Source",
    ),
    "origin": ("assumptions",),
    "project": ("new_project",),
    "reader": ("read_scenario", "scenario_from_text"),
    "scenario": ("Scenario",),
    "locate": ("scenario_path", "shipped"),
    "target": ("open_game", "point"),
    "witness": ("Witness", "check_claims"),
    "write": ("scenario_text", "write_scenario"),
}  # fmt: skip

_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "BASELINE",
    "REASONS",
    "Binding",
    "Change",
    "Claim",
    "Evaluation",
    "Evaluator",
    "Law",
    "Match",
    "MatchRule",
    "Part",
    "Policy",
    "Quantity",
    "Role",
    "Scenario",
    "Source",
    "Witness",
    "assumptions",
    "check_claims",
    "new_project",
    "open_game",
    "point",
    "read_scenario",
    "scenario_from_text",
    "scenario_path",
    "scenario_text",
    "shipped",
    "write_scenario",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    globals()[name] = value
    return value
