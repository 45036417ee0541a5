"""Verdicts say what decided draws and a search for exceptions allow, and shares agree with closed forms."""

from __future__ import annotations

from dataclasses import replace

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import Model, PlainClaim, Q, at_least_half, ranges
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

from detente.explore import draw
from detente.explore import test as run
from detente.explore.claims.verdict import Tally, wilson
from detente.explore.protocol import REASONS, Block, Judged, judge
from detente.explore.sweep.chunk import chunk_of, solved


def only_claim(study, **more):
    return run(study, **more).claims[0]


def test_share_of_the_concession_game_is_its_integral():
    # holds iff p (1 - rho) < b <= p: over b uniform on [0.1, 0.9] that is (p - max(p (1 - rho), 0.1)) / 0.8
    exact = dblquad(lambda rho, p: (p - max(p * (1 - rho), 0.1)) / 0.8, 0.1, 0.9, 0, 1, epsabs=1e-6)[0] / 0.8
    found = only_claim(cf.appeasement(), draws=4096)
    low, high = found.tally.interval
    assert found.verdict == "holds if"
    assert low <= exact <= high
    assert high - low < 0.03


def truth(name: str, d):
    """The closed thresholds, written anew."""
    if name == "patron":
        return (d["w_s"] - d["y"]) <= np.minimum(1, (d["k"] + d["a"]) / d["Lam"]) * (d["w_s"] - d["w_a"])
    if name == "guarantee":
        signs = d["delta"] * (d["y"] - d["w"] + d["lam"]) >= d["lam"]
        after = np.where(signs, np.maximum(0.9 * d["delta"] - d["C"] * (1 - d["delta"]), 0), 0)
        return d["alpha"] >= (0.9 - after) / (1 + d["E_G"])
    m = np.minimum(1, (d["a"] + d["h"]) / d["K"])
    return m * (d["h"] * (0.3 * d["c_H"] + d["v"]) + (1 - d["h"]) * d["c_L"]) >= d["v"]


@pytest.mark.parametrize("make", [cf.patron, cf.guarantee, cf.sanctions])
def test_shares_agree_with_plain_random_draws_from_the_closed_thresholds(make):
    study = make()
    rng = np.random.default_rng(11)
    n = 400_000
    exact = truth(study.name, {r.name: rng.uniform(r.low, r.high, n) for r in study.ranges}).mean()
    found = only_claim(study, draws=2048)
    low, high = found.tally.interval
    assert found.verdict == "holds if"
    assert low - 3 * (exact / n) ** 0.5 <= exact <= high + 3 * (exact / n) ** 0.5


@pytest.mark.parametrize("make", [cf.appeasement, cf.patron, cf.guarantee, cf.sanctions])
def test_every_draw_is_judged_as_the_closed_threshold_says(make):
    study = make()
    d = draw(study, 512).draws
    claim = next(iter(study.claims.values()))
    got = Tally()
    policies = study.policies_of([claim.id])
    judged = judge(claim, chunk_of(Block(0, d, 0), solved(study, d, policies)), d)
    want = (
        (d["p"] * (1 - d["rho"]) < d["b"]) & (d["b"] <= d["p"])
        if study.name == "appeasement"
        else truth(study.name, d)
    )
    assert ((judged.margin >= 0) == want).all()
    got.add(0, judged)
    assert int(got.held.sum()) == int(want.sum())


def test_holds_throughout_names_the_bound_it_was_tested_to():
    found = {c.id: c for c in run(cf.appeasement(), draws=1000).claims}["never_less"]
    assert found.verdict == "holds throughout"
    assert found.tally.exceptions_below == pytest.approx(0.0029912495451)
    assert found.rule is None
    assert found.flips == ()


def test_fails_throughout_is_the_mirror_of_holds_throughout():
    study = cf.appeasement()
    claim = PlainClaim(
        "deters", "conceding deters", (Q("P", "spread", "stand"), Q("P", "spread", "concede")), cf.more_than
    )
    found = only_claim(replace(study, claims={"deters": claim}))
    assert found.verdict == "fails throughout"
    assert found.tally.share == 0


def corner(d, policy):
    """Below a half only in a corner that holds three in a hundred thousand of the ranges."""
    level = 0.5 + 0.97 * 3 - d["x1"] - d["x2"] - d["x3"] + 0.0 * d["x4"]
    return {"level": level / 3}, {"A": level}, 0


def test_an_exception_that_no_draw_met_is_found_by_the_search():
    claim = PlainClaim("c", "c", (Q("P", "level"),), lambda first, draws: first - 0.5 / 3)
    study = cf.study("corner", ranges(**{f"x{k}": (0, 1) for k in range(1, 5)}), [claim], [], corner)
    found = only_claim(study)
    assert found.tally.share == 1
    assert found.verdict == "holds if"
    assert found.exception is not None
    x = np.array(found.exception)
    assert x[:3].sum() > 2.91
    record = run(study).record()["claims"][0]
    assert "search found an exception" in record["rule_text"]
    assert record["exception"]["x1"] > 0.9


def uncertified(d, policy):
    status = np.where(d["x2"] < 0.3, 3, np.where(d["x2"] < 0.4, 1, 0))
    return (
        {"hit": np.where(d["x1"] > 0.5, 1.0, np.where(d["x2"] > 0.95, np.nan, 0.0))},
        {"A": d["x1"]},
        status,
    )


def test_only_certified_and_defined_draws_count_and_the_rest_is_counted_by_reason():
    claim = PlainClaim("c", "c", (Q("P", "hit"),), at_least_half)
    study = cf.study("u", ranges(x1=(0, 1), x2=(0, 1)), [claim], [], uncertified)
    found = only_claim(study).tally
    why = found.undecided_why
    assert why["bifurcation"] == pytest.approx(0.3 * 1024, abs=12)
    assert why["not_converged"] == pytest.approx(0.1 * 1024, abs=12)
    assert why["condition never met"] == pytest.approx(0.025 * 1024, abs=8)
    assert found.n_decided + sum(why.values()) == 1024


@pytest.mark.parametrize(
    ("bad", "verdict"), [(0.03, "holds throughout"), (0.2, "undecided"), (0.8, "undecided")]
)
def test_throughout_is_not_said_when_many_draws_are_undecided(bad, verdict):
    def formula(d, policy):
        return {"hit": np.ones_like(d["x1"])}, {"A": d["x1"]}, np.where(d["x1"] < bad, 1, 0)

    claim = PlainClaim("c", "c", (Q("P", "hit"),), at_least_half)
    found = only_claim(cf.study("u", ranges(x1=(0, 1, 0.9), x2=(0, 1)), [claim], [], formula))
    assert found.verdict == verdict


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    margins=st.lists(st.sampled_from([-1.0, -1e-300, 0.0, 1.0, np.nan]), min_size=1, max_size=80),
    cut=st.integers(0, 80),
)
def test_counting_in_pieces_is_counting_at_once(margins, cut):
    m = np.array(margins)
    why = np.where(np.isnan(m), 2, 0).astype(np.int8)
    whole, parts = Tally(), Tally()
    whole.add(0, Judged(m, why))
    cut = min(cut, len(m))
    parts.add(0, Judged(m[:cut], why[:cut]))
    parts.add(cut, Judged(m[cut:], why[cut:]))
    assert (whole.held == parts.held).all()
    assert whole.undecided_why == parts.undecided_why
    assert whole.n_decided == int(np.isfinite(m).sum())
    assert whole.verdict() == parts.verdict()
    assert set(whole.undecided_why) <= set(REASONS)


def test_wilson_ends_for_180_of_1000():
    assert wilson(180, 1000) == pytest.approx((0.157426892529, 0.205022232902), abs=1e-10)
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_interval_over_scramblings_covers_the_truth_about_as_often_as_it_says():
    study = cf.patron()
    rng = np.random.default_rng(2)
    exact = truth("patron", {r.name: rng.uniform(r.low, r.high, 400_000) for r in study.ranges}).mean()
    covered = 0
    for seed in range(60):
        d = draw(study, 256, seed).draws
        tally = Tally()
        held = truth("patron", d)
        tally.add(0, Judged(np.where(held, 1.0, -1.0), np.zeros(256, dtype=np.int8)))
        low, high = tally.interval
        covered += low <= exact <= high
    assert covered >= 51  # 57 expected; fewer than 51 of 60 has a chance below 1 % at 95 %


def test_a_model_that_answers_by_policy_is_asked_only_for_the_policies_of_the_claim():
    asked: list[str] = []
    study = cf.appeasement()

    def spy(d, policy):
        asked.append(policy)
        return cf.watched(d, policy)

    run(replace(study, evaluate=Model(spy)), draws=64, only="signals")
    assert set(asked) == {"concede", "stand", "equilibrium"}
