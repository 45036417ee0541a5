"""A claim of every kind put through the whole of testing, on a small game with a closed form."""

from __future__ import annotations

import json

import numpy as np
import pytest
from offers import TEXT, accepts, moved, offered, posterior, quiet

from detente.explore import draw
from detente.explore import test as run
from detente.explore.study import study_of
from detente.scenario import Scenario, scenario_from_text

CLAIMS = """claims:
  often: {text: often quiet, holds: P(quiet) > 0.5, because: t}
  forced: {text: force helps, holds: "P(quiet | patient, f = 0.9) > P(quiet)", because: t}
  halves: {text: half as much is less, holds: "P(quiet | halved + patient) < P(quiet)", because: t}
  told: {text: an offer tells, holds: "P(limited given offered) > P(limited) + 0.1", because: t}
  trusted: {text: trust is justified, holds: "P(limited given accepted) > 0.5", because: t}
  seen: {text: who is refused is rarely limited, holds: P(limited | refused) < P(limited), because: t}
  rising: {text: force calms, holds: "rises(P(quiet), f)", because: t}
  never: {text: better odds never fall, holds: "never_falls(P(limited given offered), p)", because: t, mirror: always}
  always: {text: better odds are worse, holds: "falls(P(limited given offered), p)", because: t, in_article: false}
  ordered: {text: more is better, holds: "P(quiet, f = 1) > P(quiet, f = 0.5) > P(quiet, f = 0.25)", because: t}
"""
KINDS = {
    "often": "threshold", "forced": "comparison", "halves": "comparison", "told": "inference", "trusted": "inference",
    "seen": "inference", "rising": "monotonicity", "never": "monotonicity", "always": "monotonicity", "ordered": "ranking",
}  # fmt: skip
N = 128


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return scenario_from_text(TEXT + CLAIMS)


@pytest.fixture(scope="module")
def record(scenario: Scenario) -> dict:
    return run(scenario, draws=N).record()


def held_by_hand(d: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """1 where a claim holds, 0 where it fails, nan where it is undecided [draw]."""
    q, m = posterior(d), 0.01
    yes, no = accepts(d) > 0, accepts(d) < 1

    def at(f: float) -> np.ndarray:
        return quiet(moved(d, f=f))

    return {
        "often": quiet(d) - 0.5 >= m,
        "forced": at(0.9) - quiet(d) >= m,
        "halves": quiet(d) - quiet({**d, "f": d["f"] / 2}) >= m,
        "told": q - d["p"] - 0.1 >= m,
        "trusted": np.where(yes, q - 0.5 >= m, np.nan),
        "seen": np.where(no, d["p"] - q >= m, np.nan),
        "rising": np.diff([at(x) for x in (0, 0.25, 0.5, 0.75, 1)], axis=0).min(axis=0) + m >= 0,
        "never": np.ones(len(q)),
        "always": np.zeros(len(q)),
        "ordered": (at(1) - at(0.5) >= m) & (at(0.5) - at(0.25) >= m),
    }


def test_the_draws_of_every_kind_are_counted_as_the_closed_form_has_them(
    scenario: Scenario, record: dict
) -> None:
    study = study_of(scenario)
    d = {name: np.asarray(column) for name, column in draw(study, N).draws.items()}
    assert {c["id"]: c["kind"] for c in record["claims"]} == KINDS
    for claim in record["claims"]:
        by_hand = held_by_hand(d)[claim["id"]].astype(float)
        decided = np.isfinite(by_hand)
        assert claim["decided"] == decided.sum(), claim["id"]
        assert claim["share"] == pytest.approx(by_hand[decided].mean(), abs=1e-4), claim["id"]
        left = claim["undecided_why"]
        assert left == ({} if decided.all() else {"condition never met": int((~decided).sum())}), claim["id"]


def test_verdicts_flips_and_mirrors(record: dict) -> None:
    claims = {c["id"]: c for c in record["claims"]}
    assert claims["never"]["verdict"] == "holds throughout"
    assert claims["always"]["verdict"] == "fails throughout"
    assert claims["never"]["swapped"] == "always"
    assert claims["rising"]["verdict"] == "holds if"
    assert [f["parameter"] for f in claims["rising"]["flips"]] == [
        "dip"
    ]  # what f is at the draw does not matter to it
    assert claims["rising"]["binding"]["at"] == pytest.approx(0.16, abs=0.002)
    assert {f["parameter"] for f in claims["ordered"]["flips"]} == {"dip"}
    assert claims["ordered"]["binding"]["at"] == pytest.approx(0.14, abs=0.002)
    assert claims["told"]["flips"]
    for flip in claims["told"]["flips"]:
        x = {"p": 0.4, "a": 0.8, "b": 0.2, flip["parameter"]: flip["at"]}
        assert posterior({k: np.array([v]) for k, v in x.items()})[0] - x["p"] == pytest.approx(
            0.11, abs=0.005
        )
    for claim in record["claims"]:
        assert claim["selection"]["searched"], claim["id"]
        assert claim["selection"]["differs"] is False, claim["id"]


def test_what_claims_set_is_in_no_table_of_policies(scenario: Scenario, record: dict) -> None:
    assert {p["id"] for p in record["policies"]} == set(scenario.policies)
    text = json.dumps(record, sort_keys=True, default=str)
    assert "@" not in text
    assert set(record["policies"][0]["events"]) <= set(scenario.game.events)
    assert "limited given offered" not in {
        e for s in record["sensitivity"] for e in s.values() if isinstance(e, str)
    }


def test_one_claim_alone_says_the_same(scenario: Scenario, record: dict) -> None:
    whole = {c["id"]: c for c in record["claims"]}
    for found in run(scenario, draws=N, only=["rising", "trusted", "halves"], search="quick").record()[
        "claims"
    ]:
        for field in ("share", "decided", "undecided_why", "margin_at_base", "kind"):
            assert found[field] == whole[found["id"]][field], (found["id"], field)


@pytest.mark.slow
def test_two_workers_say_the_same(scenario: Scenario) -> None:
    one, two = (run(scenario, draws=512, search="quick", workers=n).record() for n in (1, 2))
    assert json.dumps(one, sort_keys=True, default=str) == json.dumps(two, sort_keys=True, default=str)


def test_only_what_a_key_leaves_open_is_varied(scenario: Scenario) -> None:
    study = study_of(scenario)
    assert study.policies_of(["rising"]) == [f"equilibrium@f={x}" for x in ("0", "0.25", "0.5", "0.75", "1")]
    assert study.policies_of(["halves", "forced"]) == ["equilibrium", "halved+patient", "patient@f=0.9"]
    whole = study.relevant_to("often")
    assert whole is not None
    assert "f" in whole
    assert study.relevant_to("rising") == whole - {"f"}
    assert study.depends_on("halved+patient") == study.depends_on("halved+patient@f=1") | {"f"}
    assert study.game_of("refused@f=0.5") == "equilibrium@f=0.5"
    d = {name: np.asarray(column) for name, column in draw(study, 16).draws.items()}
    assert (offered(d) > 0).all()
