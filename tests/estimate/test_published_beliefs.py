"""The published sanctions fits out of the general estimator: the catalogue's game, private errors, beliefs solved for."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

sys.path.insert(0, str(Path(__file__).parent))
from published_fits import CRISIS_FORMULAS, table

from detente.errors import DataError
from detente.estimate import fit
from detente.models import find

ENDS = {"status_quo": "sq", "concede": "cd", "stand_firm": "sf", "back_down": "bd"}
GIVEN = {"answer > resist": "PRhat", "last > stand_firm": "PFhat"}


def fitted(
    shared: Path, method: str, formulas: dict[str, str] = CRISIS_FORMULAS, every: int = 1, **options: object
):
    data = table(shared, "sanctionsData.csv")
    return fit(
        find("crisis-signalling-estimated").game,
        data[::every],
        {**formulas, "VB": 0.0},
        outcome=ENDS,
        link="probit",
        errors="private",
        noisy={"A": ["stand_firm", "back_down"], "B": ["stand_firm"]},
        method=method,  # type: ignore[arg-type]
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "errors"),
    [("pl", "standard_errors_first_stage_known"), ("npl", "standard_errors"), ("cmle", "standard_errors")],
)
def test_the_published_fit_from_the_catalogue(shared: Path, method: str, errors: str):
    told = json.loads((shared / "reference" / "estimation" / f"sanctions_{method}.json").read_text("utf-8"))
    first = {"first": GIVEN} if method == "pl" else {}
    found = fitted(shared, method, looks=0, **first)
    assert found.log_likelihood == pytest.approx(told["loglik"], abs=1e-6)
    named = {f"{p}: {t}": v for p, terms in told["coefficients"].items() for t, v in terms.items()}
    assert found.params == pytest.approx(named, abs=1e-5)
    if method != "pl":
        named = {f"{p}: {t}": v for p, terms in told[errors].items() for t, v in terms.items()}
        assert found.bse == pytest.approx(named, abs=1e-5, rel=1e-5)
    if method == "npl":
        assert found.record()["radius"] == pytest.approx(told["spectral_radius_of_npl_iteration"], abs=1e-5)


def test_a_part_of_it_in_two_steps(shared: Path):
    """Looked at before at random coefficients, where some equilibria cannot be followed from large errors."""
    few = {
        "SA": "0 + senderdemocracy",
        "VA": "1",
        "CB": "1 + contig",
        "WA": "1 + senderdemocracy",
        "WB": "1",
        "a": "1",
    }
    found = fitted(shared, "pl", few, every=6, looks=0, first=GIVEN)
    assert found.top.score < 1e-6
    assert (np.array(list(found.bse.values())) > 0).all()


@pytest.mark.slow
def test_what_runs_away_is_named(shared: Path):
    few = {
        "SA": "0",
        "VA": "1",
        "CB": "1 + contig + ally",
        "WA": "1",
        "WB": "1 + targetdemocracy + lncaprat",
        "a": "1",
    }
    with pytest.raises(DataError, match="rises for ever") as told:
        fitted(shared, "pl", few, every=7, looks=0, first=GIVEN)
    assert "CB" in told.value.found
