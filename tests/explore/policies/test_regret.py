"""Regret, domination and value of information: worked numbers and identities, always one actor at a time."""

from __future__ import annotations

from dataclasses import replace

import closed_forms as cf
import numpy as np
import pytest
from closed_forms import PlainPolicy, Range, ranges
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.explore import test as run
from detente.explore.protocol import BASELINE
from detente.explore.sensitivity.information import worth
from detente.game.parameter import Parameter

TABLE = {"a": (10, 0), "b": (4, 4), "c": (0, 9), "d": (0, 20)}


def payoffs(d, policy):
    """Two states of the world, equally likely; equilibrium play is always worst."""
    rows = TABLE.get(policy, (-5, -5))
    return {"hit": d["s"]}, {"A": np.where(d["s"] < 0.5, rows[0], rows[1]), "B": d["s"]}, 0


def menu(*policies: str):
    s = Range(Parameter("s", 0, 0, 1, "discrete", (0, 1, 0.5, 0.5)))
    return cf.study("table", (s, *ranges(x=(0, 1))), [], [PlainPolicy(p, "A") for p in policies], payoffs)


def test_regrets_of_the_worked_table():
    found = run(menu("a", "b", "c"), draws=256)
    regret = {p["id"]: p["regret"]["A"]["max"] for p in found.record()["policies"]}
    assert regret == {"a": 9, "b": 6, "c": 10}
    assert run(menu("a", "b", "c"), draws=256).record()["information_total"] == {
        "actor": pytest.approx(4.5, abs=0.05)
    }


def test_a_longer_menu_turns_the_order_of_the_old_ones_round():
    found = run(menu("a", "b", "c", "d"), draws=256)
    record = found.record()
    assert {p["id"]: p["regret"]["A"]["max"] for p in record["policies"]} == {
        "a": 20,
        "b": 16,
        "c": 11,
        "d": 10,
    }
    assert record["menus"] == {"actor": [BASELINE, "a", "b", "c", "d"]}
    assert {d["policy"] for d in record["dominated"]} == {BASELINE, "c"}  # c is never better than d
    by = {d["policy"]: d for d in record["dominated"]}
    assert by["c"]["by"] == "d"
    assert by["c"]["gap"] == 11
    assert by["c"]["parameters"]["s"] == 1


def test_regret_is_over_the_actors_own_commit_policies_and_nobody_elses():
    study = menu("a", "b")
    others = {
        "x": PlainPolicy("x", "B"),
        "y": PlainPolicy("y", "A", "deviate"),
        "z": PlainPolicy("z", "A", "given"),
    }
    record = run(replace(study, policies={**study.policies, **others}), draws=64).record()
    kinds = {p["id"]: p for p in record["policies"]}
    assert set(kinds["a"]["regret"]) == {"A"}
    assert kinds["y"]["regret"] == kinds["z"]["regret"] == {}
    assert kinds["x"]["regret"] == {"B": {"max": 0, "mean": 0}}
    assert set(record["equilibrium"]["regret"]) == {"A", "B"}


def test_mean_regret_of_the_best_policy_is_the_value_of_perfect_information():
    found = run(menu("a", "b", "c"), draws=512)
    least = min(p["regret"]["A"]["mean"] for p in found.record()["policies"])
    assert found.record()["information_total"]["actor"] == pytest.approx(least, abs=1e-8)


def test_uncertified_draws_stay_out_of_values_and_regrets():
    def formula(d, policy):
        bad = (d["x"] < 0.25) & (policy == "a")
        return {"hit": d["x"]}, {"A": np.where(bad, 1e9, d["x"])}, np.where(bad, 1, 0)

    study = cf.study("u", ranges(x=(0, 1)), [], [PlainPolicy("a", "A")], formula)
    record = run(study, draws=256).record()
    a = record["policies"][0]
    assert a["certified"] == 192
    assert a["values"]["A"]["max"] < 1
    assert a["regret"]["A"] == {"max": 0, "mean": 0}
    assert record["equilibrium"]["certified"] == 256


def sample(n: int = 1024, d: int = 3, seed: int = 0):
    return np.random.default_rng(seed).random((n, d)), np.arange(n)


def test_worth_of_a_parameter_that_decides_is_its_closed_form_and_of_noise_nothing():
    x, draw = sample(4096)
    values = np.array([x[:, 0], np.full(len(x), 0.5)])
    found = worth(values, x, draw)
    assert found.everything == pytest.approx(0.125, abs=0.01)
    assert found.each[0] == pytest.approx(0.125, abs=0.01)  # E max(x, 1/2) - 1/2
    assert found.each[1] < 0.004
    assert found.each[2] < 0.004


def test_worth_of_one_of_two_that_decide_together():
    # u = x0 + x1 - 1 against 0: knowing x0 alone is worth E max(x0 - 1/2, 0) = 1/8, both E max(x0 + x1 - 1, 0) = 1/6
    x, draw = sample(8192)
    found = worth(np.array([x[:, 0] + x[:, 1] - 1, np.zeros(len(x))]), x, draw)
    assert found.everything == pytest.approx(1 / 6, abs=0.01)
    assert found.each[:2] == pytest.approx([0.125, 0.125], abs=0.012)


@settings(derandomize=True, max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), m=st.integers(1, 5), n=st.sampled_from([16, 64, 200, 512]))
def test_worth_is_never_negative_and_never_more_than_that_of_everything(seed, m, n):
    x, draw = sample(n, 4, seed)
    values = np.random.default_rng(seed + 1).normal(size=(m, n)) + x[:, :1].T
    found = worth(values, x, draw)
    if found is None:
        assert m < 2 or n < 64
    else:
        assert (found.each >= 0).all()
        assert (found.each <= found.everything + 1e-12).all()


def test_the_concession_game_values_and_events():
    record = run(cf.appeasement(), draws=2048).record()
    by = {p["id"]: p for p in record["policies"]}
    assert by["stand"]["events"]["spread"]["mean"] == pytest.approx(0.5, abs=0.02)  # P(b > p)
    assert by["concede"]["values"]["A"]["mean"] == pytest.approx(by["concede"]["events"]["spread"]["mean"])
    assert by["stand"]["values"]["D"] == {"mean": pytest.approx(-0.8, abs=0.02), "min": -1.3, "max": -0.3}
