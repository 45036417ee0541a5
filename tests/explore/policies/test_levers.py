"""Levels of policies: mixes and levers whose best levels are known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import policy_forms as pf
import pytest

from detente.explore import draw
from detente.explore import test as run
from detente.explore.policies.first import First
from detente.explore.policies.levers import MOST_LEVELS, leverages
from detente.explore.policies.regret import menu_of
from detente.explore.policies.satisficing import what_is_enough
from detente.explore.protocol import BASELINE, Lever
from detente.explore.sweep.chunk import chunk_of, solved


def search(study, n=64, precision=2**-11):
    """What a search at ``n`` draws finds, to ``precision``."""
    block = draw(study, n)
    policies = [BASELINE, *study.policies]
    menus = {"A": menu_of("A", study.policies)}
    first = First(np.arange(n), ("A",))
    first.add(chunk_of(block, solved(study, block.draws, policies)))
    (found,) = leverages(study, menus, what_is_enough(study), first, precision)
    return found, {b.criterion: b for b in found.best}


@pytest.mark.parametrize("high", [1.0, 2.0, 3.0])
def test_a_mix_that_is_better_than_both_policies_is_found(high):
    found, best = search(pf.lottery(high))
    least = high / (1 + high)
    regret = best["max_regret"]
    assert regret.level["q"] == pytest.approx(high / (1 + high), abs=1e-3)
    assert regret.score == pytest.approx(least, abs=high * 1e-3)
    assert not regret.already
    assert regret.own_score == 1  # a is wrong in state 1 by 1, b in state 0 by high
    assert (regret.own, regret.listed) == ("a", "a")
    worst = best["worst_value"]
    assert worst.level["q"] == pytest.approx(1 / (1 + high), abs=1e-3)
    assert worst.score == pytest.approx(least, abs=high * 1e-3)
    assert (worst.own_score, worst.listed_score, worst.already) == (0, 0, False)
    assert len(found.curve) <= MOST_LEVELS


def test_where_a_listed_policy_is_best_it_says_so():
    found, best = search(pf.lottery(2.0))
    mean = best["mean_regret"]  # (2 (1 - q) + q)/2 falls in q
    assert mean.level == {"q": 1.0}
    assert (mean.score, mean.own, mean.listed, mean.already) == (0.5, "a", "a", True)
    # the ends of a mix are its two policies, and are not solved again
    ends = {level["q"]: scores for level, scores in found.curve if level["q"] in (0, 1)}
    assert ends[1.0] == found.listed["a"]
    assert ends[0.0] == found.listed["b"]
    assert found.solved == 64 * (len(found.curve) - 2)


def test_regret_is_against_every_level_that_was_searched():
    # one lever with a peak that moves with x: no level is best everywhere, and the menu has the level 0 alone
    def peak(d, policy):
        return {"hit": d["x"]}, {"A": -np.abs(d["q"] - d["x"]) - (policy == BASELINE)}, 0

    import closed_forms as cf

    study = cf.study(
        "peak", (*pf.ranges(x=(0, 1), y=(0, 1)), pf.fixed("q", 0.0)), [], [pf.PlainPolicy("set", "A")], peak
    )
    study = replace(study, levers=(Lever("set", "A", {"q": (0.0, 1.0)}),))
    found, best = search(study, n=256)
    # against all levels the regret of q is |q - x| less what the nearest level misses: largest max(q, 1 - q), least at 1/2
    assert best["max_regret"].level["q"] == pytest.approx(0.5, abs=0.01)
    assert best["max_regret"].score == pytest.approx(0.5, abs=0.01)
    assert best["max_regret"].own == "set"
    assert best["max_regret"].own_score == pytest.approx(1, abs=0.01)
    # the mean is 1/4 against all levels; levels an eighth apart miss the best by 1/32 on average, and less where it was refined
    assert 0.25 - 1 / 32 <= best["mean_regret"].score <= 0.25
    assert 0.5 - 1 / 32 - 0.001 <= found.listed["set"].criteria["mean_regret"] <= 0.5


def test_two_levers_at_once():
    found, best = search(pf.two_levers(), precision=1e-3)
    for criterion in ("max_regret", "mean_regret", "worst_value"):
        level = best[criterion].level
        assert level["size"] == pytest.approx(0.3, abs=2e-3)
        assert level["speed"] == pytest.approx(6, abs=2e-2)
        assert not best[criterion].already
    assert best["max_regret"].score < 0.01
    assert len(found.curve) <= MOST_LEVELS


def test_levels_without_certificates_are_left_out_and_named():
    def broken(d, policy):
        events, values, _ = pf.Lottery(2.0)(d, policy)
        return events, values, np.where((policy == "mix") & (np.abs(d["q"] - 0.5) < 0.1), 1, 0)

    base = pf.lottery(2.0)
    import closed_forms as cf

    study = cf.study("broken", base.ranges, [], list(base.policies.values()), broken)
    found, best = search(replace(study, levers=base.levers))
    assert {"q": 0.5} in found.left_out
    assert all(abs(level["q"] - 0.5) < 0.1 for level in found.left_out)
    assert all(abs(level["q"] - 0.5) >= 0.1 for level, _ in found.curve)
    assert best["max_regret"].level["q"] == pytest.approx(2 / 3, abs=1e-3)


def test_levels_that_a_constraint_refuses_cannot_be_chosen():
    base = replace(pf.lottery(2.0), admissible=lambda d: d["q"] <= 0.5)
    found, best = search(base)
    assert best["max_regret"].level["q"] in (0.5, 1.0)  # 1 is a listed policy and needs no share
    assert all(level["q"] <= 0.5 or level["q"] == 1 for level, _ in found.curve)


def test_the_record_has_the_curve_and_is_the_same_each_time():
    study = pf.lottery(2.0)
    record = run(study, draws=256).record()
    (row,) = record["levers"]
    assert row["between"] == ["a", "b"]
    assert row["policy"] is None
    assert row["lever"] == {"share": {"low": 0, "high": 1}}
    assert row["draws"] == 192
    assert row["reason"] is None
    shares = [point["share"] if "share" in point else point["level"]["share"] for point in row["curve"]]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert row["best"]["max_regret"]["level"]["share"] == pytest.approx(2 / 3, abs=0.04)
    assert row["best"]["mean_regret"]["interval"] == [0.5, 0.5]
    assert row["best"]["worst_value"]["interval"] is None  # an extreme has none
    again = run(study, draws=256).record()
    assert json.dumps(again) == json.dumps(record)


def test_a_lever_that_the_game_does_not_have_is_not_searched():
    study = replace(
        pf.lottery(), levers=(Lever("a", "A", {"q": (0.0, 1.0)}),), relevant=lambda policy: frozenset({"s"})
    )
    found, best = search(study)
    assert best == {}
    assert "does not depend on q" in found.reason
