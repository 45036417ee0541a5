"""`detente fit`: a table goes in, coefficients come out, mistakes are one sentence."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")


@pytest.fixture
def wars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two hundred disputes in which the second player resists more the weaker it is."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(5)
    rows = ["ally,what"]
    for _ in range(200):
        ally = int(rng.integers(0, 2))
        goes = rng.uniform() < (0.3 if ally else 0.6)
        rows.append(f"{ally},{'war' if goes and rng.uniform() < 0.4 else 'won' if goes else 'quiet'}")
    (tmp_path / "wars.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path / "wars.csv"


ASKED = [
    "--outcome",
    "what",
    "--event",
    "quiet=stop",
    "--event",
    "won=go_on > give_in",
    "--event",
    "war=go_on > resist",
]
SAID = ["--formula", "u11=1 + ally", "--formula", "u13=0", "--formula", "u14=-1", "--formula", "u24=1"]


def test_coefficients_come_out(detente, wars: Path) -> None:
    ran = detente(
        "fit", "strategic-probit-12", wars, *ASKED, *SAID, "--link", "probit", "--json", "--out", "c.csv"
    )
    assert ran.status == 0, ran.err
    assert {"n", "log_likelihood", "converged", "gradient_norm", "method", "error", "coefficients"} <= set(
        ran.json
    )
    assert {"vcov", "equilibria", "aic", "bic", "seconds"} <= set(ran.json)
    assert (ran.json["n"], ran.json["error"], ran.json["converged"]) == (200, "agent_probit", True)
    told = ran.json["equilibria"]
    assert told == {"games": 200, "more_than_one": 0, "exhaustive": True, "off_principal": 0}
    told = {c["name"]: c for c in ran.json["coefficients"]}
    assert list(told) == ["u11: (Intercept)", "u11: ally", "u24: (Intercept)"]
    assert told["u11: ally"]["estimate"] > 2 * told["u11: ally"]["se"]  # allies are left alone
    rows = list(csv.DictReader(Path("c.csv").read_text("utf-8").splitlines()))
    assert [float(r["estimate"]) for r in rows] == [c["estimate"] for c in ran.json["coefficients"]]


@pytest.mark.parametrize("method", ["ml", "pl", "npl", "cmle"])
def test_methods_of_private_information(detente, wars: Path, method: str) -> None:
    ran = detente("fit", "strategic-probit-12", wars, *ASKED, *SAID, "--link", "probit", "--errors", "private",
                  "--noisy", "one=stop,go_on > resist", "--noisy", "two=resisted", "--method", method, "--starts", "2",
                  "--looks", "2", "--json")  # fmt: skip
    assert ran.status == 0, ran.err
    assert (ran.json["method"], ran.json["error"]) == (method, "private")
    assert "one: stop, go_on > resist" in ran.json["normalisation"]
    assert ran.json["equilibria"]["more_than_one"] == 0
    assert ran.json["vcov"]["kind"] == ("corrected" if method in ("pl", "npl") else "observed")
    assert (ran.json["radius"] is None) == (method != "npl")
    told = {c["name"]: c for c in ran.json["coefficients"]}
    assert told["u11: ally"]["estimate"] > 2 * told["u11: ally"]["se"]


def test_beliefs_from_columns_and_a_first_stage(detente, wars: Path, tmp_path: Path) -> None:
    rows = list(csv.DictReader(wars.read_text("utf-8").splitlines()))
    table = tmp_path / "believed.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*rows[0], "p"])
        writer.writeheader()
        writer.writerows([{**row, "p": 0.5} for row in rows])
    private = ["--link", "probit", "--errors", "private", "--method", "pl", "--json"]
    given = detente(
        "fit", "strategic-probit-12", table, *ASKED, *SAID, *private, "--belief", "answer > resist=p"
    )
    assert given.status == 0, given.err
    assert "given" in given.json["first_stage"]
    logit = detente("fit", "strategic-probit-12", table, *ASKED, *SAID, *private, "--first", "1 + ally")
    assert logit.status == 0, logit.err
    assert logit.json["first_stage"] != given.json["first_stage"]
    assert (
        logit.json["coefficients"][0] != given.json["coefficients"][0]
    )  # the constant of u11 holds what 1 expects


def test_resamples_and_what_is_held(detente, wars: Path) -> None:
    said = [*SAID[:2], "--fixed", "u13=0", "--fixed", "u14=-1", *SAID[-2:]]
    plain = detente("fit", "strategic-probit-12", wars, *ASKED, *SAID, "--json")
    drawn = detente("fit", "strategic-probit-12", wars, *ASKED, *said, "--bootstrap", "20", "--json")
    assert drawn.status == 0, drawn.err
    assert drawn.json["coefficients"] == plain.json["coefficients"]
    assert plain.json["bootstrap"] is None
    told = drawn.json["bootstrap"]
    assert (told["resamples"] + told["failed"], told["by"], told["units"]) == (20, "rows", 200)
    assert all(c["low"] < c["high"] and c["se"] > 0 for c in told["coefficients"])
    again = detente("fit", "strategic-probit-12", wars, *ASKED, *said, "--bootstrap", "20")
    assert "20 resamples of 200 rows" in again.out


def test_a_table_for_reading(detente, wars: Path) -> None:
    ran = detente("fit", "strategic-probit-12", wars, *ASKED, *SAID)
    assert ran.status == 0
    assert "200 rows, 200 plays" in ran.out
    assert "logistic at precision 1" in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*SAID], "one of them"),
        ([*ASKED, "--formula", "u11"], "NAME=VALUE"),
        ([*ASKED, "--formula", "u11=1 + aly"], "no such column"),
        ([*ASKED, "--formula", "u1=1"], "no such parameter"),
        ([*ASKED[:6], *SAID], "cannot produce"),
        ([*ASKED, *SAID, "--fixed", "u24=1"], "fixed or has a formula"),
        ([*ASKED, *SAID, "--fixed", "lam=x"], "held at a number"),
        ([*ASKED, *SAID, "--method", "mle"], "no such choice"),
        ([*ASKED, *SAID, "--method", "pl", "--first", "1", "--belief", "resist=ally"], "--first"),
        ([*ASKED, *SAID, "--noisy", "one=stop"], "private information alone"),
        ([*ASKED, *SAID, "--bootstrap", "1"], "resamples"),
    ],
)
def test_a_mistake_is_one_sentence(detente, wars: Path, arguments: list[str], words: str) -> None:
    ran = detente("fit", "strategic-probit-12", wars, *arguments)
    assert ran.status == 2
    assert words in ran.err
    assert ran.err.count("\n") <= 1
