"""Fits of two unmaintained packages, at the true optimum: the games of the catalogue, the same data, the same numbers."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

sys.path.insert(0, str(Path(__file__).parent))
from published_fits import CASES, FOUR, ROOT, TWELVE, WAR, table

from detente.estimate import MissingRows, fit
from detente.models import find


@pytest.mark.parametrize(
    ("name", "slug", "file", "formulas", "outcome", "outcomes"), CASES, ids=[c[0] for c in CASES]
)
@pytest.mark.filterwarnings("ignore::detente.estimate.MissingRows")
def test_the_optimum_is_found(shared: Path, name, slug, file, formulas, outcome, outcomes):
    told = json.loads((shared / "reference" / "estimation" / f"{name}.json").read_text("utf-8"))
    link, errors = told["link"], told["errors"]
    names = outcomes or {v: v for v in ("LL", "LR", "RL", "RR")}
    found = fit(
        find(slug).game,
        table(shared, file),
        formulas,
        outcome=outcome,
        outcomes=names,
        link=link,
        errors=errors,
        precision=ROOT,
    )
    assert found.rows == told["n"]
    assert found.log_likelihood == pytest.approx(told["loglik"], abs=1e-6)
    assert found.top.score < 1e-6
    for parameter, terms in told["coefficients"].items():
        for term, value in terms.items():
            assert found.params[f"{parameter}: {term}"] == pytest.approx(value, abs=1e-5, rel=1e-5)
            error = told["standard_errors"][parameter][term]
            assert found.bse[f"{parameter}: {term}"] == pytest.approx(error, abs=1e-5, rel=1e-5)
    assert len(found.params) == sum(map(len, told["coefficients"].values()))


def test_rows_with_missing_values_are_counted(shared: Path):
    with pytest.warns(MissingRows, match="31 of 313 rows left out.*regime1 12.*regime2 20"):
        found = fit(
            find("strategic-probit-12").game,
            table(shared, "war1800.csv"),
            WAR,
            outcome="what",
            outcomes=TWELVE,
            link="probit",
        )
    assert (found.rows, found.left_out) == (282, 31)


def test_a_peer_stops_short_of_the_top(shared: Path):
    """egame122, logit: the package's default stop loses 4.7e-5 of log-likelihood; ours is above it and its score is nothing."""
    told = json.loads((shared / "reference" / "estimation" / "egame122_logit_agent.json").read_text("utf-8"))
    found = fit(find("strategic-probit-122").game, table(shared, "data_122.csv"), FOUR, outcome="y", precision=ROOT,
                outcomes={v: v for v in ("LL", "LR", "RL", "RR")})  # fmt: skip
    default = told["peer"]["loglik_default"]
    assert found.log_likelihood > default + 1e-5
