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
    assert ran.json["equilibria"] == {"games": 200, "more_than_one": 0}
    told = {c["name"]: c for c in ran.json["coefficients"]}
    assert list(told) == ["u11: (Intercept)", "u11: ally", "u24: (Intercept)"]
    assert told["u11: ally"]["estimate"] > 2 * told["u11: ally"]["se"]  # allies are left alone
    rows = list(csv.DictReader(Path("c.csv").read_text("utf-8").splitlines()))
    assert [float(r["estimate"]) for r in rows] == [c["estimate"] for c in ran.json["coefficients"]]


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
    ],
)
def test_a_mistake_is_one_sentence(detente, wars: Path, arguments: list[str], words: str) -> None:
    ran = detente("fit", "strategic-probit-12", wars, *arguments)
    assert ran.status == 2
    assert words in ran.err
    assert ran.err.count("\n") <= 1
