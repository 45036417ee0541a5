"""`detente fit ultimatum-estimated --offer`: offers go in, coefficients come out, mistakes are one sentence."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

from detente.estimate.bargaining.offers import best_offer

SAID = ["--formula", "R1=1", "--formula", "R2=1 + z", "--offer", "offer", "--accept", "yes"]


@pytest.fixture
def offers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three hundred offers of a prize of 15: R1 = 4, R2 = 6 + z, s1 = 3, s2 = 1."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(2)
    z = rng.normal(size=300)
    y = best_offer(np.full(300, 4.0), 6 + z, 3.0, 1.0, rng.logistic(size=300), 0.0, 15.0)
    yes = y > 6 + z + rng.logistic(size=300)
    rows = [
        "offer,yes,z",
        *(f"{a!r},{int(b)},{c!r}" for a, b, c in zip(y.tolist(), yes, z.tolist(), strict=True)),
    ]
    (tmp_path / "offers.csv").write_text("\n".join(rows), encoding="utf-8")
    return tmp_path / "offers.csv"


def test_coefficients_come_out(detente, offers: Path) -> None:
    ran = detente("fit", "ultimatum-estimated", offers, *SAID, "--most", "15", "--json", "--out", "c.csv")
    assert ran.status == 0, ran.err
    assert {
        "n",
        "log_likelihood",
        "converged",
        "gradient_norm",
        "method",
        "error",
        "vcov",
        "equilibria",
        "aic",
        "bic",
        "seconds",
    } <= set(ran.json)
    told = {c["name"]: c for c in ran.json["coefficients"]}
    assert list(told) == [
        "R1: (Intercept)",
        "R2: (Intercept)",
        "R2: z",
        "log s1: (Intercept)",
        "log s2: (Intercept)",
    ]
    assert abs(told["R2: z"]["estimate"] - 1) < 3.5 * told["R2: z"]["se"]
    rows = list(csv.DictReader(Path("c.csv").read_text("utf-8").splitlines()))
    assert [float(r["estimate"]) for r in rows] == [c["estimate"] for c in ran.json["coefficients"]]


def test_a_scale_may_be_fixed(detente, offers: Path) -> None:
    ran = detente("fit", "ultimatum-estimated", offers, *SAID, "--most", "15", "--fixed", "s1=3")
    assert ran.status == 0, ran.err
    assert "s1 fixed at 3" in ran.out
    assert "log s2" in ran.out
    assert "log s1" not in ran.out


@pytest.mark.parametrize(
    ("game", "options", "words"),
    [
        ("strategic-probit-12", ["--most", "15"], "one game"),
        ("ultimatum-estimated", [], "the prize has to be told"),
        ("ultimatum-estimated", ["--most", "10"], "outside its bounds"),
        ("ultimatum-estimated", ["--most", "15", "--outcome", "yes"], "not for a fit of offers"),
        ("ultimatum-estimated", ["--most", "15", "--fixed", "s1=much"], "at a number"),
    ],
)
def test_a_mistake_is_one_sentence(detente, offers: Path, game: str, options: list[str], words: str) -> None:
    ran = detente("fit", game, offers, *SAID, *options)
    assert ran.status == 2
    assert words in ran.err
    assert ran.err.count("\n") <= 1


def test_options_of_offers_need_offers(detente, offers: Path) -> None:
    ran = detente("fit", "strategic-probit-12", offers, "--outcome", "yes", "--most", "15")
    assert ran.status == 2
    assert "goes with --offer" in ran.err
