"""Pareto sets against brute force over random tables, with draws that are not certified and exact ties."""

from __future__ import annotations

import numpy as np
import policy_forms as pf
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.explore import test as run
from detente.explore.policies.pareto import CRITERIA, LEAST_SHARED, Compared, own_front
from detente.explore.policies.regret import Menu
from detente.explore.policies.satisficing import Enough
from detente.explore.sweep.chunk import Chunk


def chunks(worth, status, size):
    """Chunks of a table [policy, player, draw]; policies and players are called by their numbers."""
    n = worth.shape[2]
    for start in range(0, n, size):
        rows = slice(start, min(n, start + size))
        yield Chunk(
            start,
            0,
            {"x": np.arange(n, dtype=float)[rows]},
            {str(p): {} for p in range(len(worth))},
            {str(p): {str(k): v[rows] for k, v in enumerate(row)} for p, row in enumerate(worth)},
            {str(p): s[rows] for p, s in enumerate(status)},
        )


@st.composite
def tables(draw):
    """Payoffs [policy, player, draw] in small whole numbers, so that ties are common, and certificates [policy, draw]."""
    m, k, n = draw(st.integers(2, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**31)))
    worth = rng.integers(0, draw(st.sampled_from([2, 3, 9])), (m, k, n)).astype(float)
    if draw(st.booleans()):  # one policy a little better than another throughout
        worth[1] = worth[0] + rng.integers(0, 2, (k, n))
    status = (rng.random((m, n)) < draw(st.sampled_from([0, 0.2]))).astype(np.int8)
    return worth, status


def gains(worth, status, a, b, reading):
    """What every player gains by b in place of a, or None where they are certified together too seldom; straight from the words."""
    both = (status[a] == 0) & (status[b] == 0)
    if not both.any() or both.sum() < LEAST_SHARED * both.size:
        return None
    if reading == "mean values":
        return worth[b][:, both].mean(axis=1) - worth[a][:, both].mean(axis=1)
    if reading == "worst values":
        return worth[b][:, both].min(axis=1) - worth[a][:, both].min(axis=1)
    return (worth[b][:, both] - worth[a][:, both]).ravel()


@settings(derandomize=True, max_examples=200, deadline=None)
@given(tables(), st.integers(1, 13))
def test_fronts_are_those_of_brute_force(table, size):
    worth, status = table
    m, k, _ = worth.shape
    compared = Compared(tuple(map(str, range(m))), tuple(map(str, range(k))))
    for chunk in chunks(worth, status, size):
        compared.add(chunk)
    for front in compared.fronts():
        told = {
            (a, b): gains(worth, status, a, b, front.reading) for a in range(m) for b in range(m) if a != b
        }
        beats = {
            (a, b) for (a, b), g in told.items() if g is not None and (g >= -1e-9).all() and (g > 1e-9).any()
        }
        able = [a for a in range(m) if any(told[a, b] is not None for b in range(m) if b != a)]
        assert front.not_compared == tuple(str(a) for a in range(m) if a not in able)
        assert front.policies == tuple(str(a) for a in able if not any((a, b) in beats for b in range(m)))
        for r in front.replaced:
            a, b = int(r.policy), int(r.by)
            assert (a, b) in beats
            assert r.gap == np.max(told[a, b]) or abs(r.gap - np.max(told[a, b])) < 1e-9
            if front.reading == "every draw":
                at = r.draw
                assert r.parameters == {"x": at}
                assert worth[b, int(r.player), at] - worth[a, int(r.player), at] == r.gap
                assert status[a, at] == status[b, at] == 0


@settings(derandomize=True, max_examples=100, deadline=None)
@given(tables(), st.integers(1, 13), st.integers(0, 8))
def test_an_actors_own_front_is_that_of_brute_force(table, size, level):
    worth, status = table[0][:, 0], table[1]
    m = len(worth)
    menu = Menu("0", tuple(map(str, range(m))), Enough("0", float(level), None))
    for chunk in chunks(worth[:, None], status, size):
        menu.add(chunk)
    good = (status == 0).all(axis=0)
    own = own_front(menu)
    if not good.any():
        assert own is None
        return
    here = worth[:, good]
    regret = here.max(axis=0) - here
    scores = np.array(
        [-regret.max(axis=1), -regret.mean(axis=1), here.min(axis=1), (here >= level).mean(axis=1)]
    ).T
    front = [
        a
        for a in range(m)
        if not any(
            (scores[b] >= scores[a] - 1e-9).all() and (scores[b] > scores[a] + 1e-9).any() for b in range(m)
        )
    ]
    assert own.front.policies == tuple(map(str, front))
    assert own.draws == good.sum()
    for a in range(m):
        row = [own.scores[str(a)][c] for c in CRITERIA]
        assert np.allclose(row, [-scores[a][0], -scores[a][1], scores[a][2], scores[a][3]])
    for r in own.front.replaced:
        gap = scores[int(r.by)] - scores[int(r.policy)]
        assert (gap >= -1e-9).all()
        assert abs(r.gap - gap.max()) < 1e-9


def test_a_gift_that_costs_nobody_anything_dominates_and_says_where():
    record = run(pf.enough(), draws=256).record()
    among = {f["by"]: f for f in record["pareto"] if f["among"] == "all players"}
    for reading in ("every draw", "mean values", "worst values"):
        assert among[reading]["set"] == ["gift"]
        assert {d["policy"]: d["by"] for d in among[reading]["dominated"]} == {
            "equilibrium": "gift",
            "toll": "gift",
        }
        assert [round(d["gap"], 9) for d in among[reading]["dominated"]] == [0.25, 0.5]
        assert {d["player"] for d in among[reading]["dominated"]} == {"B"}
    (own,) = [f for f in record["pareto"] if f["among"] == "actor"]
    assert own["set"] == ["gift"]
    assert own["scores"]["toll"]["max_regret"] == 0.5
    words = {d["policy"]: d for d in record["dominated"]}
    assert words["toll"]["strict"]
    assert words["toll"]["least_gap"] == 0.5
    assert "worse than gift in every draw" in words["toll"]["words"]
