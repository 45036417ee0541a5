"""Members who stay or leave one after another: the largest number that carries itself, and what one exit does to it.

Derivation. A member stays iff at least tau = ceil(t) members stay in the end. Backwards: after any history the members still to move
have one answer, the largest j with j = stayed so far + number of them with t <= j. A member of that set stays, since staying keeps j;
one outside it with t > j leaves, for if staying made the end j' >= t, then j' would have carried itself before. So from the start
the largest fixed point of j -> #{t <= j} stays, max {j : t_(j) <= j} for sorted t; after an exit the same for the rest. Members who
do not see one another have all fixed points as pure equilibria, the least one too.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from detente.game import Game
from detente.models import find
from detente.scenario import Evaluator, read_scenario
from detente.solve import equilibria

SLUG = "withdrawal-cascade"
MOVES = ("first", "second", "third", "fourth", "fifth", "sixth")


def largest(t):
    """By successive exits from full unity, not by the formula."""
    stay = len(t)
    while (content := int(np.sum(np.asarray(t) <= stay))) != stay:
        stay = content
    return stay


def backwards(t, stayed=0, i=0):
    """How many stay in the end, by backward induction over the tree."""
    if i == len(t):
        return stayed
    if (end := backwards(t, stayed + 1, i + 1)) >= t[i]:
        return end
    return backwards(t, stayed, i + 1)


def steps(t):
    return {"t1": t[0]} | {f"s{i + 1}": t[i] - t[i - 1] for i in range(1, 6)}


CASES = {
    (1, 2, 3, 4, 5, 6): (6, 0, 5),
    (1, 2, 4, 4, 6, 6): (6, 0, 4),
    (2, 2, 3, 3, 5, 5): (6, 5, 5),
    (1, 2, 3, 4, 5, 7): (5, 0, 5),
    (2, 3, 4, 5, 6, 7): (0, 0, 0),
}


@pytest.mark.parametrize("tau", CASES)
def test_worked_cases(tau):
    """How many stay; without the first; without the last. A threshold tau is t = tau - 1/2."""
    t = np.array(tau) - 0.5
    counts = CASES[tau]
    assert (largest(t), largest(t[1:]), largest(t[:5])) == counts
    model, at = find(SLUG), steps(t)
    told = [float(x.value(model.at(at))) for x in model.thresholds]
    assert told[3:] == [counts[0], counts[1]]
    assert [bool(x) for x in told[:3]] == [counts[0] == 6, counts[1] == 0, counts[2] == 0]
    found = Evaluator(read_scenario(SLUG)).evaluate(
        {name: np.array([value]) for name, value in at.items()}, ["equilibrium", "first_exits", "last_exits"]
    )
    for policy, count in zip(("equilibrium", "first_exits", "last_exits"), counts, strict=True):
        event = found.event[policy]
        assert found.status[policy][0] == 0
        assert event["nobody"][0] == pytest.approx(float(count == 0), abs=1e-9)
        assert event["five_stay"][0] == pytest.approx(float(count == 5), abs=1e-9)
        assert event["all_stay"][0] == pytest.approx(float(count == 6), abs=1e-9)


def test_a_raised_threshold_of_the_first_unravels_all_and_of_the_last_one_alone():
    """tau = (1, ..., 6): 6 stay; with 7 for the first member 0 do; with 7 for the last 5 do."""
    assert largest([1, 2, 3, 4, 5, 6]) == 6
    assert largest([7, 2, 3, 4, 5, 6]) == 0
    assert largest([1, 2, 3, 4, 5, 7]) == 5
    assert largest([1, 2, 4, 4, 6, 6]) == 6


def test_induction_and_successive_exits_agree_in_any_order():
    rng = np.random.default_rng(3)
    for _ in range(400):
        t = rng.uniform(0, 8, 6)
        order = rng.permutation(6)
        ranked = np.sort(t)
        formula = max([j for j in range(1, 7) if ranked[j - 1] <= j], default=0)
        assert backwards(t) == backwards(t[order]) == largest(t) == formula


def test_the_solver_over_the_whole_range(play, draws):
    at = draws(SLUG, 150, seed=8)
    t = np.cumsum(np.column_stack([at["t1"]] + [at[f"s{i}"] for i in range(2, 7)]), axis=1)
    far = np.abs(t - np.round(t)).min(axis=1) > 3e-3
    found = play(SLUG, certified=0.97, **{name: column[far] for name, column in at.items()})
    good, counts = found.good, np.array([largest(row) for row in t[far]])
    assert len(set(counts)) >= 4
    for event, count in (("all_stay", 6), ("five_stay", 5), ("nobody", 0)):
        assert found[event][good] == pytest.approx((counts == count)[good].astype(float), abs=1e-7)
    worth = np.where(t[far][:, 0] <= counts, counts - t[far][:, 0], 0)
    assert found.value("M1")[good] == pytest.approx(worth[good], abs=1e-6)


@pytest.mark.parametrize("t", [(0.5, 1.5, 2.5, 3.5), (1.5, 1.6, 3.5, 3.6), (1.5, 1.5, 1.5, 4.5)])
def test_without_sight_of_one_another_every_fixed_point_is_an_equilibrium(t):
    """Four members who move at once: pure equilibria are the levels that carry themselves, each with its least demanding members."""
    members = [f"M{i}" for i in range(4)]
    count = " + ".join(f"(m{i} == stay)" for i in range(4))
    game = Game(
        players=members,
        moves=[{"move": f"m{i}", "by": m, "options": ["stay", "leave"], "hidden_from": "everyone"}
               for i, m in enumerate(members)],
        payoffs={m: {"stays": {"worth": f"{count} - {t[i]}", "when": f"m{i} == stay"}} for i, m in enumerate(members)},
    )  # fmt: skip
    levels = [
        stay
        for stay in product((0, 1), repeat=4)
        if all((t[i] <= sum(stay) - s + 1) == bool(s) for i, s in enumerate(stay))
    ]
    found = equilibria(game, mixed=False)
    assert found.complete
    assert len(found) == len(levels)
    fixed = {j for j in range(5) if sum(x <= j for x in t) == j}
    assert {sum(stay) for stay in levels} <= fixed
    assert largest(t) in {sum(stay) for stay in levels}


@pytest.mark.parametrize("step", [1e-3, 1e-2])
def test_two_sides_of_the_last_threshold(play, step):
    """All six stay up to t6 = 6; beyond, five do if they are content with five."""
    base = {"t1": 0.5, "s2": 1, "s3": 1, "s4": 1, "s5": 1}
    found = play(SLUG, s6=[1.5 - step, 1.5 + step], **base)
    assert found["all_stay"] == pytest.approx([1, 0], abs=1e-7)
    assert found["five_stay"] == pytest.approx([0, 1], abs=1e-7)


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=1.5, t1=0.6, s2=1.1, s3=0.9, s4=1, s5=1.2, s6=0.7)
