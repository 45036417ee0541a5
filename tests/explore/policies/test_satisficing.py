"""Who has enough: exact shares of a game whose payoffs are its parameters."""

from __future__ import annotations

import numpy as np
import policy_forms as pf
import pytest

from detente.explore import test as run
from detente.explore.policies.satisficing import what_is_enough
from detente.game.expression import parse


def shares(record, player):
    rows = [*record["policies"], record["equilibrium"]]
    return {row["id"]: row["satisficing"][player] for row in rows}


def test_shares_are_those_of_the_closed_form():
    record = run(pf.enough(enough={"A": parse(0.25), "B": parse(0.5)}), draws=1024).record()
    # every scrambling is a net: of its 128 points as many lie in each quarter, so the shares are exact
    assert {p: row["share"] for p, row in shares(record, "A").items()} == dict.fromkeys(
        ("gift", "toll", "equilibrium"), 0.75
    )
    b = shares(record, "B")
    assert {p: row["share"] for p, row in b.items()} == {"gift": 0.75, "toll": 0.25, "equilibrium": 0.5}
    low, high = b["gift"]["interval"]  # all scramblings agree, which they may by rounding alike
    assert low < 0.75 < high
    assert high - low < 0.01
    assert b["gift"]["enough"] == 0.5
    assert b["gift"]["draws"] == 1024
    assert record["enough"]["B"] == {"value": 0.5, "stated": True, "formula": "0.5"}


def test_enough_may_be_a_formula_in_parameters():
    record = run(pf.enough(enough={"A": parse("y / 2")}), draws=1024).record()
    told = shares(record, "A")["equilibrium"]  # x >= y/2 in three quarters of the square
    assert told["share"] == pytest.approx(0.75, abs=0.01)
    low, high = told["interval"]
    assert low < 0.75 < high < low + 0.03
    assert record["enough"]["A"] == {"value": 0.25, "stated": True, "formula": "y / 2"}


def test_where_nothing_is_stated_enough_is_what_a_player_has_in_equilibrium_at_the_base_point():
    record = run(pf.enough(), draws=1024).record()
    assert record["enough"]["A"] == {"value": 0.5, "stated": False, "formula": None}
    assert {p: row["share"] for p, row in shares(record, "B").items()} == {
        "gift": 0.75,
        "toll": 0.25,
        "equilibrium": 0.5,
    }


def test_a_base_point_without_a_certificate_leaves_a_player_without_a_share():
    def formula(d, policy):
        return {"hit": d["x"]}, {"A": d["x"], "B": d["x"]}, np.where(d["x"] == 0.5, 1, 0)

    import closed_forms as cf

    study = cf.study("open", pf.ranges(x=(0, 1, 0.5), y=(0, 1)), [], [pf.PlainPolicy("a", "A")], formula)
    assert what_is_enough(study) == {}
    record = run(study, draws=64).record()
    assert record["policies"][0]["satisficing"] == {}
    assert "satisficing" not in record["pareto"][-1]["scores"]["a"]


def test_uncertified_draws_count_neither_way():
    def formula(d, policy):
        return {"hit": d["x"]}, {"A": d["x"]}, np.where((d["x"] < 0.5) & (policy == "a"), 1, 0)

    import closed_forms as cf

    study = cf.study("half", pf.ranges(x=(0, 1, 0.75), y=(0, 1)), [], [pf.PlainPolicy("a", "A")], formula)
    told = shares(run(study, draws=512).record(), "A")
    assert (told["a"]["share"], told["a"]["draws"]) == (0.5, 256)
    assert (told["equilibrium"]["share"], told["equilibrium"]["draws"]) == (0.25, 512)
