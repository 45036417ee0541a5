"""The record is the contract's, in JSON values, the same bytes for the same input; wrong input is one clear error."""

from __future__ import annotations

import json
from dataclasses import replace

import closed_forms as cf
import pytest
from closed_forms import PlainClaim, Q, ranges

from detente.errors import BadInput
from detente.explore import Range
from detente.explore import test as run
from detente.game.parameter import Parameter

CLAIM = {
    "id", "text", "said_by", "verdict", "rule", "rule_text", "coverage", "density", "share", "decided", "undecided",
    "undecided_why", "flips", "nearest_flip", "swapped",
}  # fmt: skip
TOP = {
    "scenario",
    "draws",
    "seed",
    "measure",
    "selection",
    "claims",
    "policies",
    "sensitivity",
    "information",
}
POLICY = {"id", "actor", "kind", "values", "regret", "events"}


@pytest.mark.parametrize("make", [cf.appeasement, cf.guarantee, cf.slope, cf.box])
def test_the_record_has_the_fields_of_the_contract_and_is_json(make):
    record = run(make(), draws=512).record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert set(record) >= TOP
    for claim in record["claims"]:
        assert set(claim) >= CLAIM
        assert claim["verdict"] in {"holds throughout", "holds if", "fails throughout", "undecided"}
        assert claim["decided"] + claim["undecided"] == 512
        assert sum(claim["undecided_why"].values()) == claim["undecided"]
        assert claim["rule"] == [] or claim["verdict"] == "holds if"
        assert all({"parameter", "low", "high"} <= set(c) for c in claim["rule"])
        assert all({"parameter", "base", "at"} <= set(f) for f in claim["flips"])
        assert claim["nearest_flip"] is None or set(claim["nearest_flip"]) == {
            "distance",
            "few",
            "parameters",
        }
        assert claim["map"] is None or len(claim["map"]["points"]) <= 600
    for policy in record["policies"]:
        assert set(policy) >= POLICY
        assert all(set(v) == {"mean", "min", "max"} for v in policy["values"].values())
        assert all(set(e) >= {"mean", "low", "high"} for e in policy["events"].values())
    assert all(set(s) >= {"event", "policy", "parameter", "first", "total"} for s in record["sensitivity"])
    assert all(set(i) == {"actor", "parameter", "worth"} for i in record["information"])


def test_same_seed_same_bytes_another_seed_other_bytes():
    one, two = (json.dumps(run(cf.guarantee(), draws=512, seed=3).record()) for _ in range(2))
    assert one == two
    assert one != json.dumps(run(cf.guarantee(), draws=512, seed=4).record())


def test_no_probability_word_for_a_share():
    text = json.dumps(run(cf.appeasement(), draws=256).record())
    for word in ("probabil", "likely", "chance"):
        assert word not in text


def test_binding_is_the_nearest_flip_along_one_parameter():
    claim = run(cf.appeasement(), draws=256).record()["claims"][0]
    assert claim["binding"]["parameter"] == claim["flips"][0]["parameter"] == "b"
    assert claim["binding"]["distance"] == pytest.approx(0.125, abs=1e-3)
    assert claim["binding"]["assumption"] is True
    assert claim["holds_at_base"] is True
    assert claim["map"]["x"] == "b"


def test_the_map_shows_undecided_draws_as_null():
    claim = run(cf.slope(), draws=256).record()["claims"][0]
    marks = [p[2] for p in claim["map"]["points"]]
    assert {0, 1, None} == set(marks)
    assert marks.count(None) == claim["undecided"]


def test_only_the_claims_asked_for():
    record = run(cf.appeasement(), draws=64, only=["never_less"]).record()
    assert [c["id"] for c in record["claims"]] == ["never_less"]


def test_a_claim_that_there_is_not_names_the_nearest():
    with pytest.raises(BadInput, match="Did you mean 'signals'"):
        run(cf.appeasement(), draws=64, only="signal")


@pytest.mark.parametrize(("field", "given"), [("draws", 3), ("draws", 10**9), ("workers", 0)])
def test_numbers_out_of_range_are_one_clear_error(field, given):
    with pytest.raises(BadInput, match=field):
        run(cf.appeasement(), **{"draws": 64, field: given})


def tug(d, policy):
    """Two players in the same place: whoever has the larger stake wins."""
    return (
        {"first": (d["x1"] > d["x2"]) * 1.0, "second": (d["x2"] > d["x1"]) * 1.0},
        {"A": d["x1"], "B": d["x2"]},
        0,
    )


def test_the_same_claim_with_the_sides_swapped_gives_the_mirrored_result():
    claims = [
        PlainClaim("a", "first wins", (Q("P", "first"),), cf.at_least_half),
        PlainClaim("b", "second wins", (Q("P", "second"),), cf.at_least_half),
    ]
    study = cf.study(
        "tug", ranges(x1=(0, 1, 0.4), x2=(0, 1, 0.4)), claims, [], tug, mirrors={"a": "b", "b": "a"}
    )
    a, b = run(study, draws=2048).record()["claims"]
    assert a["swapped"] == "b"
    assert b["swapped"] == "a"
    assert a["share"] + b["share"] == pytest.approx(1)
    assert a["verdict"] == b["verdict"] == "holds if"
    flips = {(f["parameter"], f["holds"]) for f in a["flips"]}
    swap = {"x1": "x2", "x2": "x1"}
    assert flips == {(swap[f["parameter"]], f["holds"]) for f in b["flips"]}


def test_a_claim_without_any_range_has_a_verdict():
    claim = PlainClaim("c", "c", (Q("P", "hit"),), cf.at_least_half)
    fixed = tuple(Range(Parameter(k, v, v, v)) for k, v in (("x1", 0.9), ("x4", 0.1)))
    study = cf.study("fixed", fixed, [claim], [], cf.planted)
    found = run(study, draws=64).claims[0]
    assert found.verdict == "holds throughout"
    assert found.flips == ()
    assert found.map is None


def test_said_by_comes_from_the_matches():
    study = replace(cf.box(), said_by={"box": ("s1", "s4")})
    assert run(study, draws=64).record()["claims"][0]["said_by"] == ["s1", "s4"]
