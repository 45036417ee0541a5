"""What rules are made of: screened columns, derived parameters, and the rarer side where that says more."""

from __future__ import annotations

from dataclasses import replace

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import PlainClaim, Q, at_least_half, ranges

from detente.explore import test as run
from detente.explore.protocol import Derived
from detente.explore.rules.box import inside
from detente.explore.rules.features import Features, features
from detente.explore.rules.rule import find_rules, halves, words
from detente.explore.rules.screen import KEPT, first_order, importance

WIDE = ranges(**{f"x{k}": (0.0, 1.0) for k in range(50)})
TITLES = {r.name: r.label for r in WIDE}


def wide(n: int, seed: int = 0):
    return np.random.default_rng(seed).random((n, 50))


def plain(x):
    return Features(x, WIDE, x.shape[1])


@pytest.mark.parametrize("measure", [importance, first_order])
def test_the_columns_that_matter_come_first(measure):
    x = wide(256)
    margin = (x[:, 7] - 0.5) + 0.6 * np.maximum(x[:, 23] - 0.5, -0.2) - 0.4 * x[:, 41]
    top = np.argsort(-measure(x, margin))[:KEPT]
    assert {7, 23, 41} <= set(top.tolist())


def test_a_few_huge_margins_do_not_decide_what_matters():
    x = wide(256, seed=2)
    margin = x[:, 3] - 0.5
    margin[:6] *= 1e6
    assert np.argmax(importance(x, margin)) == 3
    assert np.argmax(first_order(x, margin)) == 3


def test_measures_of_a_margin_that_does_not_vary_are_zero():
    x = wide(64)
    assert importance(x, np.ones(64)).max() == 0
    assert first_order(x, np.ones(64)).max() == 0


@pytest.mark.parametrize("seed", range(4))
def test_a_box_among_fifty_parameters_is_found_from_256_draws(seed):
    x = wide(512, seed)
    margin = np.minimum(x[:, 11] - 0.4, 0.7 - x[:, 31])
    holds, fails = find_rules(plain(x), margin, np.arange(512))
    assert holds.found
    assert {c.parameter for c in holds.conditions} == {"x11", "x31"}
    assert holds.density > 0.9
    assert fails.density > 0.75


def test_noise_among_fifty_parameters_is_no_rule():
    called = 0
    for seed in range(12):
        rng = np.random.default_rng(100 + seed)
        x, margin = rng.random((512, 50)), rng.normal(size=512) - 0.4
        called += sum(bool(r and r.found) for r in find_rules(plain(x), margin, np.arange(512)))
    assert called <= 1


def test_the_half_that_scores_a_rule_has_no_part_in_it():
    x = wide(512, seed=5)
    margin = x[:, 4] - 0.3 - 0.5 * x[:, 9] + 0.2 * np.random.default_rng(1).normal(size=512)
    _, second = halves(np.arange(512))
    other = margin.copy()
    other[second] = np.random.default_rng(2).permutation(other[second])
    for a, b in zip(
        find_rules(plain(x), margin, np.arange(512)), find_rules(plain(x), other, np.arange(512)), strict=True
    ):
        assert [(c.parameter, c.low, c.high) for c in a.conditions] == [
            (c.parameter, c.low, c.high) for c in b.conditions
        ]
        assert a.method == b.method
        assert a.density != b.density


def test_a_claim_that_mostly_holds_is_said_by_where_it_does_not():
    x = wide(1024, seed=7)
    bad = inside({2: (0.55, np.inf), 5: (0.5, np.inf)}, x)
    margin = np.where(bad, -0.2, 0.3)
    holds, fails = find_rules(plain(x), margin, np.arange(1024))
    assert fails.found
    assert fails.outside < 0.05
    said = words(None if holds.found else holds, fails, TITLES, float((~bad).mean()))
    assert said.startswith("conditions are met that are simpler the other way round: it holds unless x")
    assert {c.parameter for c in fails.conditions} == {"x2", "x5"}


def test_where_failing_is_only_half_the_story_the_words_do_not_say_unless():
    x = wide(1024, seed=8)
    coin = np.random.default_rng(3).random(1024) < 0.4
    margin = np.where((x[:, 6] < 0.6) | coin, -0.2, 0.3)  # fails below 0.6 for sure, above it in four of ten
    holds, fails = find_rules(plain(x), margin, np.arange(1024))
    assert not holds.found
    assert fails.found
    said = words(holds, fails, TITLES, float((margin >= 0).mean()))
    assert said.startswith("conditions are met that no short rule captures; it fails if x6 is below 0.6")


# The claim holds where a product of two parameters is large: a hyperbola, which a box fits badly.
def product(d, policy):
    return {"level": d["a"] * d["b"] + 0.1}, {"A": d["c"]}, 0


def hyperbola(**more):
    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    spans = ranges(a=(0, 1), b=(0, 1), **dict.fromkeys("cdefgh", (0, 1)))
    return cf.study(
        "hyperbola", spans, [claim], [], product, derive=lambda d: {"both": d["a"] * d["b"], "still": 1.0, "copy": d["a"] * 1.0},
        derived=(
            Derived("both", "the two together", frozenset({"a", "b"})),
            Derived("still", "what does not vary", frozenset({"a", "c"})),
            Derived("copy", "another name", frozenset({"a"})),
        ), **more,
    )  # fmt: skip


def test_a_threshold_on_a_derived_parameter_is_found_and_called_by_its_title():
    record = run(hyperbola(), draws=512).record()["claims"][0]
    assert [c["parameter"] for c in record["rule"]] == ["both"]
    assert record["rule"][0]["low"] == pytest.approx(0.4, abs=0.03)
    assert record["rule_text"] == f"the two together is above {record['rule'][0]['low']:g}"
    assert record["density"] > 0.95
    bare = run(replace(hyperbola(), derive=None, derived=()), draws=512).record()["claims"][0]
    assert {c["parameter"] for c in bare["rule"]} == {"a", "b"}
    assert bare["coverage"] < record["coverage"]


def test_derived_parameters_that_add_nothing_are_left_out():
    study = hyperbola()
    found = features(study, np.random.default_rng(0).random((40, 8)))
    assert [r.name for r in found.ranges] == [*"abcdefgh", "both"]
    assert found.plain == 8


def test_what_the_games_of_a_claim_do_not_contain_is_not_looked_at():
    study = hyperbola(relevant=lambda policy: frozenset({"a", "c"}))
    assert study.relevant_to("c") == {"a", "c"}
    made = {d.name: d.ingredients for d in study.derived}
    found = features(study, np.random.default_rng(0).random((40, 8))).of(study.relevant_to("c"), made)
    assert [r.name for r in found.ranges] == ["a", "c"]


def test_a_plain_parameter_is_preferred_where_it_says_as_much():
    def first(d, policy):
        return {"level": d["a"] + 0.0 * d["b"]}, {"A": d["b"]}, 0

    claim = PlainClaim("c", "c", (Q("P", "level"),), at_least_half)
    study = cf.study(
        "plain", ranges(a=(0, 1), b=(0, 1)), [claim], [], first, derive=lambda d: {"nearly": d["a"] + 1e-6 * d["b"]},
        derived=(Derived("nearly", "nearly a", frozenset({"a", "b"})),),
    )  # fmt: skip
    assert run(study, draws=256).record()["claims"][0]["rule_text"] == "a is above 0.5"


@pytest.mark.parametrize(
    ("low", "high", "x", "told"),
    [
        (0, 1, 0.6214, 0.62),
        (1, 1.6, 1.3149, 1.31),
        (0.005, 0.05, 0.02149, 0.021),
        (-0.5, 0.5, 0.0031, 0.0),
        (0, 40, 12.34, 12.0),
    ],
)
def test_ends_are_told_to_two_digits_as_far_as_the_range_allows(low, high, x, told):
    (r,) = ranges(x=(low, high))
    assert r.rounded(x) == pytest.approx(told, abs=1e-12)
