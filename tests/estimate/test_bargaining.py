"""The statistical ultimatum game: the published optimum, derivatives, tails, planted coefficients, bad data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

import pandas as pd

from detente.errors import BadInput, DataError
from detente.estimate import MissingRows
from detente.estimate.bargaining import fit_ultimatum
from detente.estimate.bargaining.offers import Played, best_offer, curved, log_probability

MOST = 15.0
FORMULAS = {"R1": "1 + x1 + x2 + x3 + x4 + w1 + w2", "R2": "1 + z1 + z2 + z3 + z4 + w1 + w2"}
SHORT = {"R1": "1 + x", "R2": "1 + z"}
TRUTH = {"R1: (Intercept)": 4.0, "R1: x": -1.5, "R2: (Intercept)": 6.0, "R2: z": 1.2,
         "log s1: (Intercept)": np.log(3.0), "log s2: (Intercept)": 0.1}  # fmt: skip


def played(rows: int, seed: int, **other: float) -> pd.DataFrame:
    """Best offers of first players with logistic errors, and the answers of second players with theirs."""
    rng = np.random.default_rng(seed)
    b = {**TRUTH, **other}
    x, z = rng.normal(size=(2, rows))
    r1, r2 = b["R1: (Intercept)"] + b["R1: x"] * x, b["R2: (Intercept)"] + b["R2: z"] * z
    s1, s2 = np.exp(b["log s1: (Intercept)"]), np.exp(b["log s2: (Intercept)"])
    y = best_offer(r1, r2, s1, s2, rng.logistic(size=rows), 0.0, MOST)
    accept = (y > r2 + s2 * rng.logistic(size=rows)).astype(int)
    return pd.DataFrame({"offer": y, "accept": accept, "x": x, "z": z, "group": np.arange(rows) // 4})


def fitted(data: object, formulas: dict | None = None, **options: object):
    given = {"offer": "offer", "accept": "accept", "most": MOST, **options}
    return fit_ultimatum(data, formulas or SHORT, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "accept", "scales"),
    [("both", "accept", None), ("offer", None, None), ("fixed_scales", "accept", {"s1": 5, "s2": 1})],
)
def test_the_published_optimum_is_found(shared: Path, name, accept, scales):
    told = json.loads((shared / "reference" / "estimation" / f"ultimatum_{name}.json").read_text("utf-8"))
    table = shared / "data" / "data_ult.csv"
    found = fit_ultimatum(table, FORMULAS, offer="offer", accept=accept, most=15, scales=scales)
    assert found.rows == told["n"]
    assert found.log_likelihood == pytest.approx(told["loglik"], abs=1e-6)
    assert found.top.score < 1e-6
    for of, ours in (("coefficients", found.params), ("standard_errors", found.bse)):
        flat = {f"{p}: {t}": v for p in ("R1", "R2") for t, v in told[of][p].items()}
        flat |= {
            f"{p.replace('_', ' ')}: (Intercept)": v for p, v in told[of].items() if p.startswith("log_")
        }
        assert set(flat) == set(ours)
        assert [ours[k] for k in flat] == pytest.approx(list(flat.values()), abs=1e-5)


def _some(answers: bool, rows: int = 60) -> tuple[Played, tuple]:
    rng = np.random.default_rng(3)
    y = rng.uniform(0, MOST, rows)
    y[:15], y[15:30] = 0.0, MOST
    accepted = (rng.uniform(size=rows) < 0.5).astype(float) if answers else None
    return Played(y, accepted, 0.0, MOST), (rng.normal(4, 3, rows), rng.normal(7, 4, rows), 0.9, -0.4)


@pytest.mark.parametrize("answers", [True, False])
def test_slopes_are_those_of_the_complex_step(answers: bool):
    seen, at = _some(answers)
    here = curved(seen, *at)
    assert here.log == pytest.approx(log_probability(seen, *at), rel=1e-14)
    for k in range(4):
        moved = [value + (1e-30j if k == j else 0) for j, value in enumerate(at)]
        step = log_probability(seen, *moved).imag / 1e-30
        assert here.slope[:, k] == pytest.approx(step, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("answers", [True, False])
def test_bends_are_those_of_the_slopes(answers: bool):
    seen, (r1, r2, t1, t2) = _some(answers)
    at = (r1, 9 + r2 / 4, t1, t2 + 0.8)  # not so far out that differences are all rounding
    bend = curved(seen, *at).bend
    for k in range(4):
        ahead, behind = (
            curved(seen, *[v + (h if k == j else 0) for j, v in enumerate(at)]).slope for h in (1e-5, -1e-5)
        )
        assert bend[:, k] == pytest.approx((ahead - behind) / 2e-5, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("q", [-1e6, -1e3, 700.0, 1e6])
def test_tails_are_logarithms_not_floors(q: float):
    """Where a probability is exp(-1e6) its logarithm is -1e6, and its slope that of the tail."""
    r2, t1, t2 = np.array([40.0]), 0.0, 0.0  # nobody refuses for e^u: Q is almost M - y - R1 - s2
    r1 = np.array([MOST - 5.0 - 1.0 - q])
    for y, log in ((5.0, -abs(q)), (0.0, -np.logaddexp(0, q + 5)), (MOST, -np.logaddexp(0, -(q - 10)))):
        here = curved(Played(np.array([y]), None, 0.0, MOST), r1, r2, t1, t2)
        assert here.log[0] == pytest.approx(log, rel=1e-9, abs=1e-9)
        assert np.isfinite(here.slope).all()
        assert np.isfinite(here.bend).all()


def test_a_power_that_overflows_is_no_obstacle():
    """e^u with u = 5000: the lowest offer is certain and nothing can change that."""
    here = curved(Played(np.array([0.0]), None, 0.0, MOST), np.array([1.0]), np.array([-5000.0]), 0.0, 0.0)
    assert here.log[0] == 0
    assert not here.slope.any()
    assert not here.bend.any()


def test_an_offer_is_best_and_its_distribution_whole():
    """Against what it comes from: the first player's expected payoff on a grid, the density's integral, a million errors."""
    rng = np.random.default_rng(4)
    grid = np.linspace(0, MOST, 200_001)
    for _ in range(5):
        r1, r2, s1, s2, error = *rng.uniform(0, 12, 2), *rng.uniform(0.2, 3, 2), rng.logistic()
        yes = expit((grid - r2) / s2)
        worth = yes * (MOST - grid) + (1 - yes) * (r1 + s1 * error)
        best = float(best_offer(np.array([r1]), np.array([r2]), s1, s2, error, 0.0, MOST)[0])
        assert best == pytest.approx(grid[int(worth.argmax())], abs=2 * MOST / 200_000)
        told = np.log([s1, s2])

        def p(y: float, r1: float = r1, r2: float = r2, told: np.ndarray = told) -> float:
            seen = Played(np.array([y]), None, 0.0, MOST)
            return float(np.exp(log_probability(seen, np.array([r1]), np.array([r2]), *told)[0]))

        inside = quad(p, 1e-12, MOST - 1e-12, limit=500, points=[best] if 0 < best < MOST else None)[0]
        assert inside + p(0.0) + p(MOST) == pytest.approx(1, abs=1e-6)


def test_forecasts_are_what_simulated_players_do():
    found = fitted(played(600, 1))
    at = pd.DataFrame({"x": [0.0, 1.5, -2.0], "z": [0.0, -1.0, 2.0]})
    told, quantiles = found.predict(at), found.offers(at, (0.1, 0.5, 0.9))
    r1, r2, t1, t2 = found._drawn(at)
    e1, e2 = np.random.default_rng(2).logistic(size=(2, 3, 300_000))
    y = best_offer(r1[:, None], r2[:, None], float(np.exp(t1)), float(np.exp(t2)), e1, 0.0, MOST)
    yes = y > r2[:, None] + np.exp(t2) * e2
    assert told["expected_offer"] == pytest.approx(y.mean(axis=1), abs=0.03)
    assert told["offers_least"] == pytest.approx((y == 0).mean(axis=1), abs=0.004)
    assert told["offers_most"] == pytest.approx((y == MOST).mean(axis=1), abs=0.004)
    assert told["accepted"] == pytest.approx(yes.mean(axis=1), abs=0.004)
    assert told["median_offer"] == pytest.approx(quantiles[:, 1])
    assert quantiles == pytest.approx(np.quantile(y, (0.1, 0.5, 0.9), axis=1).T, abs=0.05)


@pytest.mark.parametrize("accept", ["accept", None])
def test_planted_coefficients_come_back(accept: str | None):
    found = fitted(played(4000, 7), accept=accept)
    z = [(found.params[k] - v) / found.bse[k] for k, v in TRUTH.items()]
    assert np.abs(z).max() < 3.5
    for name, (value, low, high) in found.scales().items():
        assert low < value < high
        assert value == pytest.approx(np.exp(found.params[f"log {name}: (Intercept)"]))


def test_units_and_levels_do_not_matter():
    """Offers in cents, columns in millions, and a scale fixed where the free fit has it: the same fit."""
    data = played(300, 5)
    first = fitted(data)
    cents = data.assign(offer=data.offer * 100, x=data.x * 1e6)
    other = fitted(cents, most=1500)
    assert other.params["R1: x"] == pytest.approx(first.params["R1: x"] * 1e-4, rel=1e-7)
    assert other.bse["R2: z"] == pytest.approx(first.bse["R2: z"] * 100, rel=1e-7)
    held = fitted(data, scales={s: v for s, (v, _, _) in first.scales().items()})
    assert held.log_likelihood == pytest.approx(first.log_likelihood, abs=1e-8)
    assert held.params["R1: x"] == pytest.approx(first.params["R1: x"], abs=1e-6)
    higher = fitted(data.assign(offer=data.offer + 1e4), most=MOST + 1e4, least=1e4)  # only R2 moves
    assert higher.params["R2: (Intercept)"] == pytest.approx(first.params["R2: (Intercept)"] + 1e4, abs=1e-5)
    assert higher.params["R1: (Intercept)"] == pytest.approx(first.params["R1: (Intercept)"], abs=1e-5)


def test_small_fixed_scales_are_reached():
    """s2 = 0.02: e^((15 - R2) / s2) has no floating point, the fit has."""
    data = played(300, 6, **{"log s2: (Intercept)": np.log(0.02)})
    found = fitted(data, scales={"s2": 0.02})
    assert found.params["R2: z"] == pytest.approx(TRUTH["R2: z"], abs=0.05)
    assert found.top.score < 1e-3


def test_covariances_and_tables():
    found = fitted(played(400, 8), clusters="group")
    assert found.kind == "clustered"
    kinds = {kind: found.cov_params(kind) for kind in ("observed", "outer", "sandwich", "clustered")}
    for cov in kinds.values():
        assert np.sqrt(np.diag(cov)) == pytest.approx(np.sqrt(np.diag(kinds["observed"])), rel=0.5)
    scores = np.add.reduceat(found.top.scores, np.arange(0, 400, 4))
    by_hand = kinds["observed"] @ (scores.T @ scores) @ kinds["observed"] * 100 / 99
    assert kinds["clustered"] == pytest.approx(by_hand, rel=1e-9)
    assert list(found.frame()["term"])[:2] == ["(Intercept)", "x"]
    assert found.csv().splitlines()[0].startswith("parameter,term,estimate")
    assert r"\begin{tabular}" in found.latex()
    assert "400 offers" in found.summary()
    record = found.record()
    assert (record["n"], record["method"], record["equilibria"]["more_than_one"]) == (400, "ml", 0)
    assert np.shape(record["vcov"]["matrix"]) == (6, 6)
    assert found.aic == 12 - 2 * found.log_likelihood
    json.dumps(record)
    with pytest.raises(BadInput, match="clusters=COLUMN"):
        fitted(played(100, 8), covariance="clustered")


def test_missing_values_are_left_out_and_counted():
    data = played(300, 9)
    data.loc[3, "accept"], data.loc[[4, 5], "z"] = np.nan, np.nan
    with pytest.warns(MissingRows, match="3 of 300"):
        found = fitted(data)
    assert (found.rows, found.left_out) == (297, 3)


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"offer": {7: 15.5}}, {}, "row 8.*outside.*15.5"),
        ({"offer": {7: -0.1}}, {}, "row 8.*outside"),
        ({"accept": {2: 3}}, {}, "row 3"),
        ({}, {"most": -1.0}, "below the most"),
        ({}, {"scales": {"s3": 1.0}}, "no such scale"),
        ({}, {"scales": {"s1": 0.0}}, "above 0"),
        ({}, {"offer": "offr"}, "no such column"),
        ({}, {"covariance": "robust"}, "no such choice"),
        ({}, {"formulas": {"R1": "1"}}, "both reservations"),
        ({}, {"formulas": {"R1": 1.0, "R2": 2.0}}, "nothing to estimate"),
        ({}, {"formulas": {"R1": "1 + x + double", "R2": "1"}}, "add up.*x and double"),
        ({}, {"formulas": {"R1": "1 + nothing", "R2": "1"}}, "not identified"),
        ({}, {"formulas": {"R3": "1", "R1": "1", "R2": "1"}}, "no such parameter"),
    ],
)
def test_bad_input_is_named(change: dict, options: dict, words: str):
    data = played(50, 10).assign(double=lambda d: 2 * d.x, nothing=0.0)
    for column, cells in change.items():
        for row, value in cells.items():
            data.loc[row, column] = value
    with pytest.raises(BadInput, match=words):
        fitted(data, **options)


def test_no_maximum_is_named():
    data = played(300, 11)
    with pytest.raises(DataError, match="every offer is at a bound"):
        fitted(data.assign(offer=np.where(data.offer > 7, 15.0, 0.0)))
    with pytest.raises(DataError, match="every offer is the same"):
        fitted(data.assign(offer=7.0))
    stingy = data.assign(odd=(np.arange(300) % 10 == 0) * 1.0)
    stingy.loc[stingy.odd == 1, "offer"] = 0.0  # all that are odd offer nothing: its coefficient has no end
    with pytest.raises(DataError, match=r"no maximum.*R1: odd"):
        fitted(stingy, {"R1": "1 + x + odd", "R2": "1 + z"})
    exact = data.assign(offer=5 + data.x)
    with pytest.raises(DataError, match="no maximum"):
        fitted(exact, accept=None)


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["accept", None])
def test_intervals_cover(accept: str | None):
    """400 replications of n = 300: how often 95% intervals hold the planted coefficients, averaged over them."""
    held = []
    for seed in range(400):
        found = fitted(played(300, 1000 + seed), accept=accept)
        held.append([abs(found.params[k] - v) < 1.96 * found.bse[k] for k, v in TRUTH.items()])
    share = np.mean(held, axis=0)
    print(dict(zip(TRUTH, share.round(3), strict=True)), share.mean())
    assert 0.93 < share.mean() < 0.97
    assert (share > 0.91).all()
