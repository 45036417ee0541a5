"""The public entry: a table and formulas in, the published fit out; bad input is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

import pandas as pd

from detente.errors import BadInput, DataError
from detente.estimate.signalling import fit_signalling

OUTCOME = {"status quo": "sq", "concede": "cd", "stand firm": "sf", "back down": "bd"}
FORMULAS = {
    "SA": "0 + sqrt(senderecondep) + senderdemocracy + contig + ally",
    "VA": "1 + anticipatedsendercosts",
    "CB": "1 + sqrt(targetecondep) + anticipatedtargetcosts + contig + ally",
    "WA": "1 + sqrt(senderecondep) + senderdemocracy + lncaprat",
    "WB": "1 + targetdemocracy + lncaprat",
    "a": "1 + senderdemocracy",
}


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
