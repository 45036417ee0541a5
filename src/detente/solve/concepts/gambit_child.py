"""Run as a program of its own by nash_search.py: a game in, Nash equilibria out. Imports pygambit and nothing of this package.

Standard input: {"efg": text, "solvers": [names]}. Standard output: a line for each solver that has ended, a list of profiles, each a
list of [path, probabilities], the path as option labels from the root, chance included. A process of its own can be
stopped after a time; a solver in C++ cannot.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from importlib import import_module
from typing import Any


def rows(profile: Any) -> list[list[Any]]:
    """Every information set of a profile: the path to its first node and the probabilities of its options."""
    behaviour = profile.as_behavior() if hasattr(profile, "as_behavior") else profile
    return [
        [[str(label) for label in history.actions], [float(p) for _, p in mixed]]
        for player in behaviour
        for history, mixed in player
    ]


def main() -> None:
    """Solve what standard input says."""
    warnings.simplefilter("ignore")
    pygambit: Any = import_module("pygambit")
    nash: Any = import_module("pygambit.nash")
    asked = json.loads(sys.stdin.read())
    game = pygambit.read_efg(io.StringIO(asked["efg"]))
    for name in asked["solvers"]:
        answer = getattr(nash, f"{name}_solve")(game)
        one = getattr(answer, "equilibrium", None)
        profiles = getattr(answer, "equilibria", [] if one is None else [one])
        print(json.dumps([rows(profile) for profile in profiles]), flush=True)


if __name__ == "__main__":
    main()
