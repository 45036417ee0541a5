"""Best responses: a table worked by hand, and what must hold whatever the payoffs are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import policy_forms as pf
import pytest

from detente.errors import BadInput
from detente.explore import draw
from detente.explore import test as run
from detente.explore.policies.responses import conflict, together
from detente.explore.protocol import BASELINE


@pytest.fixture(scope="module")
def record():
    return run(pf.announcements(), draws=512, responses=256).record()


def answers(record, actor, to):
    (row,) = [r for r in record["responses"] if r["actor"] == actor and r["to"] == to]
    return row, {a["policy"]: a for a in row["answers"]}


def test_answers_of_the_table_worked_by_hand(record):
    row, to_l = answers(record, "I", "L")
    assert row["to_actor"] == "J"
    assert row["draws"] == 256
    # to L: T has 3 and 2, B has 5 and 0, in the two states; announcing nothing always has -9
    assert (to_l["T"]["best"], to_l["B"]["best"], to_l[BASELINE]["best"]) == (0.5, 0.5, 0)
    assert (to_l["T"]["alone"], to_l["B"]["alone"]) == (0.5, 0.5)
    assert (to_l["T"]["mean"], to_l["B"]["mean"]) == (2.5, 2.5)
    assert (to_l["T"]["advantage"], to_l[BASELINE]["advantage"]) == (11.5, 0)
    assert (to_l["T"]["max_regret"], to_l["B"]["max_regret"]) == (2, 2)
    assert to_l["T"]["best_interval"] == [0.5, 0.5]  # each scrambling has as many draws of either state
    assert row["always"] == []
    row, to_r = answers(record, "I", "R")
    assert row["always"] == ["B"]
    assert (to_r["B"]["best"], to_r["B"]["alone"], to_r["T"]["best"]) == (1, 1, 0)
    row, _ = answers(record, "J", "B")
    assert row["always"] == ["R"]
    row, to_t = answers(record, "J", "T")  # R has 5 and 0, L has 3 and 1
    assert (to_t["L"]["best"], to_t["R"]["best"]) == (0.5, 0.5)


def test_where_nobody_else_announces_anything_stands_once(record):
    for actor in "IJ":
        (row,) = [r for r in record["responses"] if r["actor"] == actor and r["to"] == BASELINE]
        assert row["to_actor"] is None
        assert row["always"] == [
            BASELINE,
            *("TB" if actor == "I" else "LR"),
        ]  # all have -9: ties are best all
        assert all(a["alone"] == 0 for a in row["answers"])


def test_mutual_best_responses_are_the_pure_equilibria_of_the_announcements(record):
    (table,) = record["mutual"]
    assert table["actors"] == ["I", "J"]
    shares = {tuple(p["policies"]): p["share"] for p in table["pairs"]}
    # nothing against nothing too: one that announces alone gains nothing, whatever it announces
    assert shares == {(BASELINE, BASELINE): 1, ("B", "R"): 1, ("T", "L"): 0.5}
    assert table["none"] == 0


def brute(study, n):
    """Best answers of every player to every policy of another at every draw, one game after the other."""
    d = draw(study, n).draws
    menus = {p: [BASELINE, *(i for i, x in study.policies.items() if x.player == p)] for p in study.players}
    value = lambda key: study.evaluate(d, [key]).value[key]  # noqa: E731
    out = {}
    for me in study.players:
        for other in study.players:
            for to in menus[other][1:] if other != me else ():
                table = np.array([value(together(study.policies, a, to))[me] for a in menus[me]])
                best = table >= table.max(axis=0) - 1e-7
                out[me, to] = dict(zip(menus[me], best.mean(axis=1), strict=True))
    return out


def test_against_one_game_after_the_other():
    study = pf.three_players()
    record = run(study, draws=64, responses=64).record()
    wanted = brute(study, 64)
    got = {
        (r["actor"], r["to"]): {a["policy"]: a["best"] for a in r["answers"]}
        for r in record["responses"]
        if r["to_actor"]
    }
    assert got.keys() == wanted.keys()
    assert len(got) == 12  # two policies of each of two others, for three players
    for key, shares in wanted.items():
        assert got[key] == pytest.approx(shares, abs=1e-9)


PLACES = ("responses", "mutual", "dominated", "pareto")


def test_a_constant_in_one_players_payoff_changes_no_answer_no_dominance_and_no_regret():
    plain = run(pf.three_players(), draws=64, responses=64).record()
    moved = run(pf.three_players(pf.Moved(pf.random_values, "B", 3.0)), draws=64, responses=64).record()
    for row, other in zip(plain["responses"], moved["responses"], strict=True):
        for a, b in zip(row["answers"], other["answers"], strict=True):
            shift = 3.0 if row["actor"] == "B" else 0.0
            assert b.pop("mean") == pytest.approx(a.pop("mean") + shift, abs=1e-8)
            assert b.pop("mean_regret") == pytest.approx(a.pop("mean_regret"), abs=1e-8)
            assert b.pop("max_regret") == pytest.approx(a.pop("max_regret"), abs=1e-8)
            assert b.pop("advantage") == pytest.approx(a.pop("advantage"), abs=1e-8)
            assert a == b
    assert plain["mutual"] == moved["mutual"]
    for p, q in zip(plain["policies"], moved["policies"], strict=True):
        for player, regret in p["regret"].items():
            assert q["regret"][player] == pytest.approx(regret, abs=1e-8)
        assert p["satisficing"].keys() == q["satisficing"].keys()
        for player, told in p[
            "satisficing"
        ].items():  # what is enough is what it has at the base point: it moves along
            assert q["satisficing"][player]["share"] == told["share"]
    assert [f["set"] for f in plain["pareto"]] == [f["set"] for f in moved["pareto"]]
    assert [(d["policy"], d["by"]) for d in plain["dominated"]] == [
        (d["policy"], d["by"]) for d in moved["dominated"]
    ]


def test_players_called_otherwise_give_the_same_answers_under_their_new_names():
    names = {"A": "Z", "B": "X", "C": "Y"}
    study = pf.three_players()
    other = pf.three_players(pf.Renamed(pf.random_values, names))
    other = replace(
        other,
        policies={
            i: replace(p, player=names[p.player], actor=names[p.player]) for i, p in study.policies.items()
        },
    )
    plain, renamed = (run(s, draws=64, responses=64).record() for s in (study, other))

    def rows(record, names):
        return {
            (names[r["actor"]], r["to_actor"] and names[r["to_actor"]], r["to"]): r["answers"]
            for r in record["responses"]
        }

    assert rows(plain, names) == rows(renamed, {n: n for n in names.values()})
    assert {
        frozenset(zip([names[a] for a in m["actors"]], p["policies"], strict=True)): p["share"]
        for m in plain["mutual"]
        for p in m["pairs"]
    } == {
        frozenset(zip(m["actors"], p["policies"], strict=True)): p["share"]
        for m in renamed["mutual"]
        for p in m["pairs"]
    }
    fronts = [{(f["among"], f["by"]): set(f["set"]) for f in r["pareto"]} for r in (plain, renamed)]
    assert {(names.get(a, a), by): s for (a, by), s in fronts[0].items()} == fronts[1]


def test_none_are_looked_for_where_none_are_wanted():
    study = pf.announcements()
    for more in ({"responses": 0}, {"search": "quick"}):
        record = run(study, draws=64, **more).record()
        assert record["responses"] == record["mutual"] == record["levers"] == []
    with pytest.raises(BadInput, match="responses is out of range"):
        run(study, draws=64, responses=-1)


def test_a_key_of_two_policies_is_spelt_in_the_order_of_the_scenario():
    policies = pf.announcements().policies
    assert together(policies, "R", "T") == together(policies, "T", "R") == "T+R"
    assert together(policies, BASELINE, "R") == "R"
    assert together(policies, BASELINE, BASELINE) == BASELINE
    assert conflict(policies, "T", "R") is None
