"""Three players in a row, fitted to simulated plays: the walk, and a likelihood written out by hand and climbed by scipy.

The specification keeps each player's level fixed: no column stands in all of u11, u13, u15 and u16, nor in all of u23, u25 and
u26. Constants are in u11 and u15 (those of u13 and u16 are 0), in u23 (those of u25 and u26 are 0) and in u36. The data also give
moves where they were not reached; these are not used.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import log_expit, log_ndtr

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

import pandas as pd

from detente.estimate import fit
from detente.models import find

FORMULAS = {"u11": "1 + x1 + x2", "u13": "0 + x3", "u15": "1", "u16": "0 + x4", "u23": "1 + x5", "u25": "0 + x6",
            "u26": "0 + x7", "u36": "1 + x8"}  # fmt: skip
OUTCOMES = {1: "stop", 3: "go_on > stop", 5: "go_on > go_on > left", 6: "go_on > go_on > right"}
COLUMNS = {"u11": ("1", "x1", "x2"), "u13": ("x3",), "u15": ("1",), "u16": ("x4",), "u23": ("1", "x5"),
           "u25": ("x6",), "u26": ("x7",), "u36": ("1", "x8")}  # fmt: skip


def by_hand(theta: np.ndarray, data: pd.DataFrame, link: str, private: bool) -> float:
    """The log-likelihood as the recursion reads: the third player's choice, then the second's, then the first's."""
    u, at = {}, 0
    for name, columns in COLUMNS.items():
        u[name] = sum(
            theta[at + k] * (1.0 if c == "1" else data[c].to_numpy()) for k, c in enumerate(columns)
        )
        at += len(columns)
    log = log_expit if link == "logit" else log_ndtr
    root = np.sqrt(2)
    right, left = log(u["u36"] / root), log(-u["u36"] / root)
    p6, p5 = np.exp(right), np.exp(left)
    x = (p5 * u["u25"] + p6 * u["u26"] - u["u23"]) / (np.sqrt(1 + p5**2 + p6**2) if private else root)
    on, stop = log(x), log(-x)
    p4, p3 = np.exp(on), np.exp(stop)
    x = p3 * u["u13"] + p4 * (p5 * u["u15"] + p6 * u["u16"]) - u["u11"]
    x = x / (np.sqrt(1 + p3**2 + p4**2 * (p5**2 + p6**2)) if private else root)
    go, quit_ = log(x), log(-x)
    y = data["y"].to_numpy()
    parts = np.select([y == 1, y == 3, y == 5], [quit_, go + stop, go + on + left], go + on + right)
    return float(parts.sum())


@pytest.mark.parametrize(("link", "errors"), [("probit", "agent"), ("probit", "private"), ("logit", "agent")])
def test_two_roads_meet(shared: Path, link: str, errors: str):
    data = pd.read_csv(shared / "data" / "data_123.csv")
    found = fit(find("strategic-probit-123").game, data, FORMULAS,
                outcome="y", outcomes=OUTCOMES, link=link, errors=errors, precision=2**-0.5)  # fmt: skip
    theta = found.top.theta
    assert (found.plays, found.top.score < 1e-6) == (1000, True)
    value = by_hand(theta, data, link, errors == "private")
    assert found.log_likelihood == pytest.approx(value, abs=1e-9)
    flat = minimize(
        lambda b: -by_hand(b, data, link, errors == "private"), np.zeros(len(theta)), method="BFGS"
    )
    assert -flat.fun == pytest.approx(found.log_likelihood, abs=1e-5)
    assert flat.x == pytest.approx(theta, abs=2e-3)
    names = [f"{p}: {'(Intercept)' if c == '1' else c}" for p, cs in COLUMNS.items() for c in cs]
    assert found.names == names


def test_moves_that_were_not_reached_do_not_matter(shared: Path):
    data = pd.read_csv(shared / "data" / "data_123.csv")
    assert (
        (data.y == 1) & (data.a1 == 0) & data.a2.notna() & data.a3.notna()
    ).sum() == 734  # filled in though not reached
    fits = [fit(find("strategic-probit-123").game, d, FORMULAS, outcome="y", outcomes=OUTCOMES, link="probit")
            for d in (data, data.assign(a2=1 - data.a2, a3=1 - data.a3))]  # fmt: skip
    assert fits[0].params == fits[1].params
