"""Disputes of the nineteenth century, from the table to the brief: the catalogue's model with ranges from its own fit."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.cli.app import app

FORMULAS = ("u11=1 + s_wt_re1 + revis1", "u13=0", "u14=1 + C(regime1)", "u24=1 + balanc + C(regime2)")
EVENTS = ("stopped=stop", "gave in=go_on > give_in", "resisted=go_on > resist")
RANGES = """parameters:
  u11: {range: {fit: wars.json, at: {s_wt_re1: 0, revis1: 0}}, title: worth of stopping to the first player}
  u13: 0
  u14: {range: {fit: wars.json, at: {regime1: dem}}, title: worth to the first player of being resisted}
  u24: {range: {fit: wars.json, at: {balanc: 0.5, regime2: dem}}, title: worth of resisting to the second player}
  lam: 0.7071067811865476
"""


def run(*words: str) -> str:
    ran = CliRunner().invoke(app, list(words))
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.mark.filterwarnings("ignore::detente.estimate.MissingRows")
def test_published_disputes_from_table_to_brief(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd

    monkeypatch.chdir(tmp_path)
    table = pd.read_csv(shared / "data" / "war1800.csv")
    table["what"] = np.select([table.esc == 0, table.war == 0], ["stopped", "gave in"], "resisted")
    table.to_csv("war1800.csv", index=False)
    run("new", "wars", "--from", "strategic-probit-12")
    told = [word for f in FORMULAS for word in ("--formula", f)] + [
        word for e in EVENTS for word in ("--event", e)
    ]
    run("fit", "strategic-probit-12", "war1800.csv", "--outcome", "what", *told, "--precision", "0.7071067811865476",
        "--save", "wars/wars.json")  # fmt: skip
    reference = json.loads((shared / "reference/estimation/war1800_logit_agent.json").read_text("utf-8"))
    file = Path("wars/scenario.yaml")
    text = re.sub(r"parameters:\n.*?(?=moves:\n)", RANGES, file.read_text("utf-8"), count=1, flags=re.S)
    text = re.sub(r"  better_outcome_more_often_sought:\n.*?(?=  dearer)", "", text, count=1, flags=re.S)
    text = re.sub(r"    better_outcome_more_often_sought: .*\n", "", text)
    file.write_text(text, encoding="utf-8")

    found = json.loads(run("test", "wars", "--draws", "512", "--json"))
    b, error = reference["coefficients"], reference["standard_errors"]
    rows = {row["name"]: row for row in found["parameters"]} if "parameters" in found else {}
    from detente.scenario import read_scenario

    parameters = read_scenario("wars").parameters
    assert parameters["u11"].shape == pytest.approx(
        (b["u11"]["(Intercept)"], error["u11"]["(Intercept)"]), abs=1e-5
    )
    assert parameters["u14"].base == pytest.approx(
        b["u14"]["(Intercept)"] + b["u14"]["regime1[dem]"], abs=1e-4
    )
    u24 = b["u24"]["(Intercept)"] + 0.5 * b["u24"]["balanc"] + b["u24"]["regime2[dem]"]
    assert parameters["u24"].base == pytest.approx(u24, abs=1e-4)
    claims = {c["id"]: c for c in found["claims"]}
    mean, sd = parameters["u14"].shape
    assert claims["announced_resistance_deters"]["share"] == pytest.approx(stats.norm.cdf(-mean / sd), abs=0.01)  # fmt: skip
    assert claims["dearer_resistance_rarer"]["verdict"] == "holds throughout"
    assert not rows or rows["u14"]["origin"] == "measured"

    run("brief", "--scenario", "wars", "--out", "brief", "--draws", "64")
    assumed = Path("brief/assumptions.csv").read_text("utf-8-sig")
    assert "at regime1 dem: -2.83, standard error 2.03" in assumed
    assert "fit of strategic-probit-12 to war1800.csv (n = 282, ml, agent_logit" in assumed
    with zipfile.ZipFile("brief/replication.zip") as bundle:
        assert bundle.read("wars.json") == Path("wars/wars.json").read_bytes()
        assert not [name for name in bundle.namelist() if "war1800" in name]
