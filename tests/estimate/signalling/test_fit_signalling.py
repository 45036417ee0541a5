"""The public entry: a table and formulas in, the published fit out; bad input is named."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))
from published_fits import CRISIS_ENDS as OUTCOME
from published_fits import CRISIS_FORMULAS as FORMULAS

from detente.errors import BadInput, DataError
from detente.estimate.signalling import SeveralEquilibria, equilibria, fit_signalling
from detente.estimate.signalling.answers import answers


@pytest.fixture(scope="module")
def data(shared: Path) -> pd.DataFrame:
    return pd.read_csv(shared / "data" / "sanctionsData.csv", dtype={"gameID": str})


@pytest.mark.parametrize("method", ["pl", "npl"])
def test_the_published_fit_from_formulas(shared: Path, data, method):
    told = json.loads((shared / "reference" / "estimation" / f"sanctions_{method}.json").read_text("utf-8"))
    found = fit_signalling(data, FORMULAS, outcome=OUTCOME, method=method, beliefs=("PRhat", "PFhat"))
    assert found.log_likelihood == pytest.approx(told["loglik"], abs=1e-6)
    named = {f"{p}: {t}": v for p, terms in told["coefficients"].items() for t, v in terms.items()}
    assert found.params == pytest.approx(named, abs=1e-5)
    assert (found.rows, found.plays, found.left_out) == (418, 49704, 0)
    assert found.aic == pytest.approx(40 - 2 * told["loglik"])


def test_the_fixed_point_needs_no_first_stage(shared: Path, data):
    told = json.loads((shared / "reference" / "estimation" / "sanctions_npl.json").read_text("utf-8"))
    assert fit_signalling(data, FORMULAS, outcome=OUTCOME).log_likelihood == pytest.approx(
        told["loglik"], abs=1e-6
    )


def test_what_is_not_identified_is_refused(data):
    with pytest.raises(DataError, match="not identified"):
        fit_signalling(data, {**FORMULAS, "SA": "1 + contig"}, outcome=OUTCOME)
    with pytest.raises(DataError, match="not identified"):
        fit_signalling(data, {**FORMULAS, "VB": "1"}, outcome=OUTCOME)


TABLE = {"sq": [3, 4], "cd": [1, 0], "sf": [0, 1], "bd": [1, 1], "x": [0.1, 0.9]}


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"formulas": {"QQ": "1"}}, "no such parameter"),
        ({"method": "tml"}, "no such method"),
        ({"method": "pl"}, "two steps"),
        ({"outcome": {"concede": "cd"}}, "each end"),
        ({"formulas": {"WA": "1 + nothing"}}, "no such column"),
        ({"data": {**TABLE, "cd": [-1, 2]}}, "counts are whole"),
        ({"beliefs": ("x", "sq")}, "between 0 and 1"),
    ],
)
def test_bad_input_is_named(changes, word):
    given = {"data": TABLE, "formulas": {"WA": "1"}, "outcome": OUTCOME, **changes}
    with pytest.raises(BadInput, match=word):
        fit_signalling(given.pop("data"), given.pop("formulas"), **given)


# ---------------------------------------------------------------- what comes back


def played(games: int = 120, plays: int = 60, seed: int = 3) -> dict[str, np.ndarray]:
    """Counts in equilibrium at SA = .3 x, VA = 1, CB = -.8, WA = -.6 + .4 z, WB = -1 + .5 w, a = -.8."""
    rng = np.random.default_rng(seed)
    x, z, w = rng.uniform(-2, 2, (3, games))
    one = np.ones(games)
    u = np.column_stack([0.3 * x, one, -0.8 * one, -0.6 + 0.4 * z, -1 + 0.5 * w, -0.8 * one, 0 * one])
    found = equilibria(u)
    assert (found.count == 1).all()
    firm = answers(u, found.resist, 0.5 * one).belief[1]
    p = np.exp(answers(u, found.resist, firm).log).T
    counts = rng.multinomial(plays, p / p.sum(axis=1, keepdims=True))
    ends = {name: counts[:, k].astype(float) for k, name in enumerate(("sq", "cd", "sf", "bd"))}
    return {"x": x, "z": z, "w": w, "dyad": np.arange(games) // 4, **ends, "p": p}


SMALL = {"SA": "0 + x", "VA": "1", "CB": "1", "WA": "1 + z", "WB": "1 + w", "a": "1"}


@pytest.mark.parametrize("method", ["npl", "cmle"])
def test_kinds_of_standard_errors(method):
    data = played()
    del data["p"]
    plain = fit_signalling(data, SMALL, outcome=OUTCOME, method=method)
    assert plain.kind == ("corrected" if method == "npl" else "observed")
    robust = np.sqrt(np.diag(plain.cov_params("sandwich")))
    assert robust == pytest.approx(
        list(plain.bse.values()), rel=0.6
    )  # the model is right, so both estimate the same
    grouped = fit_signalling(data, SMALL, outcome=OUTCOME, method=method, clusters="dyad")
    assert grouped.params == plain.params
    assert grouped.kind == "clustered"
    estimate, group = grouped.estimate, data["dyad"]
    scores = np.array([estimate.scores[group == g].sum(axis=0) for g in range(30)])
    bread = np.linalg.inv(estimate.curvature)
    told = bread @ (scores.T @ scores) @ bread.T * 30 / 29
    assert grouped.cov_params() == pytest.approx(told, rel=1e-9)
    with pytest.raises(BadInput, match="without clusters"):
        plain.cov_params("clustered")
    with pytest.raises(BadInput, match="no such covariance"):
        fit_signalling(data, SMALL, outcome=OUTCOME, method=method, covariance="robust")


def test_predictions_are_those_of_the_equilibrium():
    data = played(plays=4000)
    told = data.pop("p")
    found = fit_signalling(data, SMALL, outcome=OUTCOME, method="cmle")
    predicted = found.predict({name: data[name] for name in ("x", "z", "w")})
    p = np.column_stack([predicted[end] for end in OUTCOME])
    assert p.sum(axis=1) == pytest.approx(np.ones(len(p)), abs=1e-12)
    assert np.abs(p - told).max() < 0.03
    counts = np.column_stack([data[column] for column in OUTCOME.values()])
    assert (counts * np.log(p)).sum() == pytest.approx(found.log_likelihood, abs=1e-6)


def test_several_equilibria_are_not_predicted_but_told():
    data = played()
    del data["p"]
    found = fit_signalling(data, SMALL, outcome=OUTCOME)
    three = np.array(
        [0.0, 1.0, -1.0, -1.9, 0.0, -3.9, 2.0, -1.2]
    )  # of the known game with three, where w is 0
    forced = replace(found, estimate=replace(found.estimate, theta=three))
    with pytest.warns(SeveralEquilibria, match="1 rows"):
        told = forced.predict({"x": [0.0, 0.0], "z": [0.0, 0.0], "w": [0.0, 3.0]})
    p = np.array(list(told.values()))
    assert np.isnan(p[:, 0]).all()
    assert p[:, 1].sum() == pytest.approx(1, abs=1e-12)


def test_what_is_printed():
    data = played()
    del data["p"]
    found = fit_signalling(data, SMALL, outcome=OUTCOME)
    assert len(repr(found)) < 120
    assert "more than one equilibrium in 0 of 120 rows" in found.summary()
    record = json.loads(json.dumps(found.record(), allow_nan=False))
    assert record["vcov"]["kind"] == "corrected"
    assert [c["name"] for c in record["coefficients"]] == found.names
    assert found.csv().count("\n") == 9
    assert "standard errors" in found.latex()
