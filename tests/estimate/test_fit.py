"""Fitting: planted coefficients come back, bad data is named, and a fit predicts, tells and is told in every way it should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

import pandas as pd

from detente.errors import BadInput, DataError
from detente.estimate import MissingRows, fit
from detente.estimate.walk import walk
from detente.models import find

GAME = find("strategic-probit-12").game
FORMULAS = {"u11": "1 + distance", "u13": 0.0, "u14": "1 + C(regime)", "u24": "1 + balance"}
NAMES = {"peace": "stop", "given": "go_on > give_in", "war": "go_on > resist"}
TRUTH = [-0.4, 0.5, 0.3, -1.1, 0.4, 0.2, -0.7]


def played(rows: int, seed: int = 0) -> pd.DataFrame:
    """Disputes of our own making, played with agent errors at known coefficients."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({
        "distance": rng.normal(size=rows), "balance": rng.uniform(size=rows),
        "regime": rng.choice(["autocracy", "democracy", "mixed"], rows), "dyad": rng.integers(0, rows // 5, rows),
    })  # fmt: skip
    u14 = TRUTH[2] + TRUTH[3] * (data.regime == "democracy") + TRUTH[4] * (data.regime == "mixed")
    at = {
        "u11": TRUTH[0] + TRUTH[1] * data.distance,
        "u13": np.zeros(rows),
        "u14": u14,
        "u24": TRUTH[5] + TRUTH[6] * data.balance,
    }
    tree = GAME.tree()
    log = walk(tree, {k: np.asarray(v, float) for k, v in at.items()}, (), link="probit", scale=2**0.5).log
    ends = [" > ".join(tree.path_labels(int(n))) for n in np.flatnonzero(tree.kind == 0)]
    back = {v: k for k, v in NAMES.items()}
    chosen = (np.exp(log).cumsum(axis=0) < rng.uniform(size=rows)).sum(axis=0)
    data["what"] = [back[ends[c]] for c in chosen]
    return data


DATA = played(3000)


def fitted(data: object = DATA, formulas: dict | None = None, **options: object):
    given = {"outcome": "what", "outcomes": NAMES, "link": "probit", **options}
    return fit(GAME, data, formulas or FORMULAS, **given)  # type: ignore[arg-type]


def test_planted_coefficients_come_back():
    found = fitted()
    z = (np.array(list(found.params.values())) - TRUTH) / np.array(list(found.bse.values()))
    assert np.abs(z).max() < 3.5
    assert found.names == ["u11: (Intercept)", "u11: distance", "u14: (Intercept)", "u14: regime[democracy]",
                           "u14: regime[mixed]", "u24: (Intercept)", "u24: balance"]  # fmt: skip
    assert found.top.score < 1e-6


def test_the_information_is_the_derivative_of_the_score():
    found = fitted(DATA.head(200))
    from detente.estimate.likelihood import Observed

    counts = np.stack([(DATA.head(200).what == v).to_numpy(float) for v in ("peace", "given", "war")], axis=1)
    order = [list(found.outcomes).index(NAMES[v]) for v in ("peace", "given", "war")]
    seen = Observed(found.model, found.ends[order], counts)
    beta = found.top.theta + 0.1
    for k in range(len(beta)):
        step = np.zeros_like(beta)
        step[k] = 1e-5
        slope = (
            seen.likelihood(beta + step)[1].sum(axis=0) - seen.likelihood(beta - step)[1].sum(axis=0)
        ) / 2e-5
        assert -seen.information(beta)[k] == pytest.approx(slope, rel=1e-5, abs=1e-4)
        rise = (seen.likelihood(beta + step)[0] - seen.likelihood(beta - step)[0]) / 2e-5
        assert rise == pytest.approx(seen.likelihood(beta)[1].sum(axis=0)[k], rel=1e-6, abs=1e-6)


def test_every_kind_of_table_gives_the_same(tmp_path: Path):
    want = fitted().params
    DATA.to_csv(tmp_path / "d.csv", index=False)
    pl.DataFrame(DATA.to_dict("list")).write_parquet(tmp_path / "d.parquet")
    DATA.to_stata(tmp_path / "d.dta", write_index=False)
    for form in (
        pl.DataFrame(DATA.to_dict("list")),
        DATA.to_dict("list"),
        tmp_path / "d.csv",
        str(tmp_path / "d.parquet"),
        tmp_path / "d.dta",
    ):
        assert fitted(form).params == pytest.approx(want, abs=1e-7)


def test_counts_of_outcomes_are_rows_repeated():
    cells = DATA.assign(distance=DATA.distance.round(), balance=(DATA.balance > 0.5) * 1.0)
    wide = (
        cells.groupby(["distance", "balance", "regime"])["what"]
        .value_counts()
        .unstack(fill_value=0)
        .reset_index()
    )
    counts = {NAMES[v]: v for v in ("peace", "given", "war")}
    long, short = fitted(cells), fitted(wide, outcome=counts, outcomes=None)
    assert short.params == pytest.approx(long.params, abs=1e-6)
    assert short.bse == pytest.approx(long.bse, rel=1e-5)
    assert (short.plays, short.rows) == (3000, len(wide))


def test_units_of_columns_do_not_matter():
    want = fitted()
    other = fitted(DATA.assign(distance=DATA.distance * 1e6))
    assert other.log_likelihood == pytest.approx(want.log_likelihood, abs=1e-7)
    assert other.params["u11: distance"] * 1e6 == pytest.approx(want.params["u11: distance"], rel=1e-6)
    assert other.bse["u11: distance"] * 1e6 == pytest.approx(want.bse["u11: distance"], rel=1e-6)


def test_covariances_agree_where_the_model_is_true():
    found = fitted(clusters="dyad")
    kinds = {k: np.sqrt(np.diag(found.cov_params(k))) for k in ("observed", "outer", "sandwich", "clustered")}
    for other in kinds.values():
        assert other == pytest.approx(kinds["observed"], rel=0.15)
    assert found.kind == "clustered"
    assert list(found.bse.values()) == pytest.approx(kinds["clustered"])


def test_predictions_are_the_shares_where_constants_are_free():
    found = fitted(formulas={"u11": "1", "u13": 0.0, "u14": -1.0, "u24": "1"})
    shares = found.predict(DATA.head(3))
    for value, name in NAMES.items():
        assert shares[name] == pytest.approx(np.full(3, (DATA.what == value).mean()), abs=1e-6)


def test_predicting_other_rows_keeps_the_categories():
    found = fitted()
    alone = found.predict(DATA[DATA.regime == "mixed"].head(2))
    whole = found.predict(DATA)
    places = np.flatnonzero(DATA.regime == "mixed")[:2]
    for name in alone:
        assert alone[name] == pytest.approx(whole[name][places])


def test_the_summary_says_what_is_normalised_and_why_it_stopped():
    text = fitted(DATA.head(400)).summary()
    assert "normal of variance 1 on every option" in text
    assert "stopped by score" in text
    assert "u14: regime[democracy]" in text


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"formulas": {"u99": "1"}}, BadInput, "no such parameter"),
        ({"formulas": {"u11": "1 + distanc"}}, BadInput, "no such column"),
        ({"formulas": {"u11": "__import__('os').system('x')"}}, BadInput, "no such function|made of columns"),
        ({"formulas": {"u11": "{distance}"}}, BadInput, "made of columns"),
        ({"formulas": {"u11": "distance.abs()"}}, BadInput, "made of columns"),
        ({"formulas": {"u11": "log(distance)"}}, DataError, "not finite|cannot be read"),
        ({"formulas": {"u11": 1.0}}, BadInput, "nothing to estimate"),
        ({"outcome": "whatever"}, BadInput, "no such column"),
        ({"outcomes": {"peace": "stop", "war": "go_on > resist"}}, DataError, "cannot produce.*"),
        ({"outcomes": {**NAMES, "war": "go_on"}}, BadInput, "exclude each other"),
        ({"outcomes": {**NAMES, "war": "fight"}}, BadInput, "no event and no way"),
        ({"link": "cauchit"}, BadInput, "no such choice"),
        ({"precision": -1.0}, BadInput, "above 0"),
        (
            {"formulas": {"u11": "1", "u13": "1", "u14": "1", "u24": "1"}},
            DataError,
            "not identified.*u11, u13 and u14",
        ),
        (
            {"formulas": {"u11": "1 + distance + I(2 * distance)", "u24": "1"}},
            DataError,
            "not identified.*columns of u11",
        ),
    ],
)
def test_a_mistake_is_one_clear_error(change: dict, error: type, words: str):
    with pytest.raises(error, match=words):
        fitted(**change)


def test_the_row_of_an_impossible_outcome_is_named():
    bad = DATA.head(50).copy()
    bad.loc[17, "what"] = "alien landing"
    with pytest.raises(DataError, match=r"row 18.*alien landing"):
        fitted(bad)


def test_missing_values_are_counted_and_told():
    bad = DATA.head(500).copy()
    bad.loc[[3, 8, 9], "balance"] = np.nan
    bad.loc[[9, 20], "regime"] = None
    with pytest.warns(MissingRows, match=r"4 of 500 rows left out.*regime 2.*balance 3"):
        found = fitted(bad)
    assert (found.rows, found.left_out) == (496, 4)
    with pytest.raises(DataError, match="every row lacks"):
        fitted(bad.assign(distance=np.nan))


def test_perfect_separation_is_named():
    data = DATA.head(600).copy()
    data["fated"] = (data.what == "peace") * 1.0
    with pytest.raises(DataError, match=r"no maximum.*fated"):
        fitted(data, formulas={"u11": "1 + fated", "u13": 0.0, "u14": "1", "u24": "1"})
