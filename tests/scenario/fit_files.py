"""Files of fits made by hand, so that ranges from fits are tested without estimating anything."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np

from detente.scenario.fitted.structure import structure_digest
from detente.scenario.reader import read_scenario

GAME = """
scenario: stop-or-go
title: Stop or go on
precision: 1
players: [one, two]
parameters:
  u11: {range: [-1, 1], because: a guess}
  u13: 0
  u14: {range: [-3, 1], because: a guess}
  u24: {range: [-2, 2], because: a guess}
moves:
  - {move: open, by: one, options: [go_on, stop]}
  - {move: answer, by: two, options: [resist, give_in], when: open == go_on}
payoffs:
  one:
    stop: {worth: u11, when: open == stop}
    given: {worth: u13, when: answer == give_in}
    resisted: {worth: u14, when: answer == resist}
  two:
    resisted: {worth: u24, when: answer == resist}
events: {goes_on: open == go_on, resisted: answer == resist}
claims:
  more_than_half: {text: It goes on more often than not., holds: P(goes_on) > 0.5}
"""
U11 = "{range: [-1, 1], because: a guess}"
U14 = "{range: [-3, 1], because: a guess}"
U24 = "{range: [-2, 2], because: a guess}"

NAMES = [
    "u11: (Intercept)", "u11: x", "u14: (Intercept)", "u14: k[dem]", "u24: (Intercept)", "u24: x:k[dem]", "u24: log(x)",
]  # fmt: skip
ESTIMATES = [0.2, 0.5, -0.5, -1.0, 0.3, 0.4, -0.2]
_ROOT = np.random.default_rng(5).normal(size=(7, 9)) * 0.12
COVARIANCE = _ROOT @ _ROOT.T
DESIGN: dict[str, Any] = dict(
    zip(
        NAMES,
        (
            [], [{"column": "x"}], [], [{"column": "k", "level": "dem"}], [],
            [{"column": "x"}, {"column": "k", "level": "dem"}], [{"column": "x", "function": "log"}],
        ),
        strict=True,
    )
)  # fmt: skip
_DIGEST: list[str] = []


def digest(folder: Path) -> str:
    """Of the game above."""
    if not _DIGEST:
        (folder / "plain.yaml").write_text(GAME, encoding="utf-8")
        _DIGEST.append(structure_digest(read_scenario(folder / "plain.yaml").game))
    return _DIGEST[0]


def record(folder: Path, **changes: Any) -> dict[str, Any]:
    told = {
        "detente": "0", "schema": 1, "command": "fit", "game": "stop-or-go", "game_digest": digest(folder), "data": "wars.csv",
        "data_sha256": "ab" * 32, "n": 300, "rows": 300, "method": "ml", "error": "agent_logit", "converged": True,
        "normalisation": "agent error, logistic at precision 1", "precision": 1.0, "held": {"u13": 0.0},
        "coefficients": [
            {"name": n, "parameter": n.split(": ")[0], "term": n.split(": ", 1)[1], "estimate": e, "se": 0.1}
            for n, e in zip(NAMES, ESTIMATES, strict=True)
        ],
        "design": DESIGN,
        "columns": {"x": {"low": 0.1, "high": 0.9}, "k": {"levels": ["auto", "dem"]}},
        "vcov": {"kind": "observed", "names": NAMES, "matrix": COVARIANCE.tolist()},
    }  # fmt: skip
    return copy.deepcopy({**told, **changes})


def written(folder: Path, text: str, fit: Any = None, name: str = "wars.json") -> Path:
    """A scenario and a fit beside it; the path of the scenario."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = record(folder) if fit is None else fit
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return folder / "scenario.yaml"


def fitted(u11: str = "x: 0.4", u14: str = "k: dem", u24: str = "x: 0.4, k: dem", more: str = "") -> str:
    """The game with all three parameters from the fit."""
    text = GAME
    for old, at in ((U11, u11), (U14, u14), (U24, u24)):
        text = text.replace(old, f"{{range: {{fit: wars.json, at: {{{at}}}{more}}}}}")
    return text
