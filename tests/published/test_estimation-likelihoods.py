"""Published fits of the estimated games: their log-likelihoods, from the outcome probabilities that the solver finds.

Every row of the data is one game whose utilities are regressors times the fitted coefficients. The fits are logits with the scale
sqrt(2), which is the precision 1 / sqrt(2). Data: war1800 (Jones, Bremer and Singer 1996), Leblang 2003, and the simulated set of
four outcomes that comes with the R package `games`.
"""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from detente.models import find
from detente.solve import solve

FITS = {
    "war1800_logit_agent": ("strategic-probit-12", ("stops", "given_way", "resisted")),
    "leblang2003_logit_agent": ("strategic-probit-12", ("stops", "given_way", "resisted")),
    "egame122_logit_agent": ("strategic-probit-122", ("LL", "LR", "RL", "RR")),
}


def regressor(rows: list[dict[str, str]], term: str) -> np.ndarray:
    """One column: a constant, a number, its square root, or 1 where a factor has a level; nan where it is missing."""
    if term == "(Intercept)":
        return np.ones(len(rows))
    if term.startswith("sqrt("):
        return np.sqrt(regressor(rows, term[5:-1]))
    name, _, level = term.rstrip("]").partition("[")
    words = [row[name] for row in rows]
    if level:
        return np.array([math.nan if w == "NA" else float(w == level) for w in words])
    return np.array([math.nan if w == "NA" else float(w) for w in words])


def outcomes(rows: list[dict[str, str]], told: dict[str, list[str]]) -> np.ndarray:
    if told["columns"] == ["esc", "war"]:
        return np.array([0 if row["esc"] == "0" else 1 + int(row["war"]) for row in rows])
    return np.array([told["order"].index(row[told["columns"][0]]) for row in rows])


@pytest.mark.parametrize("fit", FITS)
def test_the_log_likelihood_of_a_published_fit(shared: Path, fit: str):
    slug, events = FITS[fit]
    told = json.loads((shared / "reference" / "estimation" / f"{fit}.json").read_text("utf-8"))
    with (shared / "data" / told["data"]).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    utilities = {
        name: sum(
            (told["coefficients"][name][t] * regressor(rows, t) for t in terms), start=np.zeros(len(rows))
        )
        for name, terms in told["utilities"].items()
    }
    whole = ~np.isnan(np.column_stack(list(utilities.values()))).any(axis=1)
    assert whole.sum() == told["n"]
    tree = find(slug).game.tree()
    found = solve(tree, {n: u[whole] for n, u in utilities.items()}, precision=1 / math.sqrt(2), threads=1)
    assert found.certified.all()
    chances = found.event[:, [tree.events.index(event) for event in events]]
    assert chances.sum(axis=1) == pytest.approx(np.ones(told["n"]), abs=1e-12)
    happened = outcomes(rows, told["outcome"])[whole]
    assert np.log(chances[np.arange(told["n"]), happened]).sum() == pytest.approx(told["loglik"], abs=1e-6)
