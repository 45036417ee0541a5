"""Known costs: any three who gain by it keep the measure up, or nobody does; the search finds them all.

Derivation. A keeper gives up its cost for the gain only if exactly two others keep. With more keepers than three each could leave at
no loss, with fewer each pays for nothing; with exactly three each is needed, and stays iff its cost is at most the gain, while a
fourth would pay for what works already. So the pure equilibria are the sets of exactly m members with costs up to the gain and, if
m >= 2, the empty set.
"""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest

from detente.game import Game
from detente.models import find
from detente.solve import equilibria

SLUG = "coalition-known-costs"
NAMES = ("c1", "c2", "c3", "c4", "c5")


def enumerated(costs, needed):
    """Sets of keepers from which nobody wants to move, gone through one by one."""
    found = []
    for keeps in product((0, 1), repeat=len(costs)):
        total = sum(keeps)
        moved = [total + 1 - 2 * k for k in keeps]
        here = [(total >= needed) - c * k for k, c in zip(keeps, costs, strict=True)]
        there = [(t >= needed) - c * (1 - k) for t, k, c in zip(moved, keeps, costs, strict=True)]
        if all(a >= b for a, b in zip(here, there, strict=True)):
            found.append(keeps)
    return found


def keepers(found, i):
    strategy, tree = found.strategy(i), found.tree
    return tuple(
        round(float(strategy[tree.slot_start[j] + owned.options.index("keep")]))
        for j, owned in enumerate(tree.sets)
    )


@pytest.mark.parametrize(
    "costs", [(0.2, 0.3, 0.5, 0.9, 1.2), (0.2, 0.3, 0.5, 0.9, 0.98), (0.06, 0.08, 0.15, 0.85, 1.4)]
)
def test_the_search_finds_every_set_of_three_and_nobody(costs):
    point = dict(zip(NAMES, costs, strict=True))
    found = equilibria(find(SLUG).game, point, mixed=False)
    assert found.complete
    sets = sorted(keepers(found, i) for i, e in enumerate(found.found) if e.pure)
    assert sets == sorted(enumerated(costs, 3))
    able = sum(c <= 1 for c in costs)
    number = find(SLUG).thresholds[1]
    assert len(sets) == comb(able, 3) + 1 == float(number.value(find(SLUG).at(point)))


@pytest.mark.parametrize(("needed", "number"), [(4, 6), (3, 11), (2, 11), (1, 5), (5, 2), (6, 1)])
def test_six_members_with_six_known_costs(needed, number):
    """Costs 0.2 ... 1.2 and four of six needed: six equilibria. The count is binom(able, m), and one more if m >= 2."""
    costs = (0.2, 0.3, 0.5, 0.7, 0.9, 1.2)
    members = [f"M{i}" for i in range(6)]
    count = " + ".join(f"(m{i} == keep)" for i in range(6))
    game = Game(
        players=members,
        moves=[{"move": f"m{i}", "by": m, "options": ["keep", "drop"], "hidden_from": "everyone"}
               for i, m in enumerate(members)],
        payoffs={m: {"gain": {"worth": 1, "when": f"{count} >= {needed}"}, "cost": {"worth": -costs[i], "when": f"m{i} == keep"}}
                 for i, m in enumerate(members)},
    )  # fmt: skip
    assert len(enumerated(costs, needed)) == number == comb(5, needed) + (needed >= 2)
    found = equilibria(game, mixed=False)
    assert found.complete
    assert sorted(keepers(found, i) for i in range(len(found.pure)) if found.found[i].pure) == sorted(
        enumerated(costs, needed)
    )


def test_the_branch_leads_to_one_of_them(play, draws):
    at = draws(SLUG, 200, seed=11)
    found = play(SLUG, certified=0.97, **at)
    good = found.good
    kept = np.column_stack([found.taken(m, "keep") for m in ("first", "second", "third", "fourth", "fifth")])
    rounded = np.round(kept[good])
    assert kept[good] == pytest.approx(rounded, abs=1e-7)
    for row, costs in zip(rounded, np.column_stack([at[n] for n in NAMES])[good], strict=True):
        assert tuple(row.astype(int)) in enumerated(costs, 3)
    totals = set(rounded.sum(axis=1))
    assert totals == {0.0, 3.0}


@pytest.mark.parametrize("step", [1e-4, 1e-2])
def test_a_fifth_member_is_able_up_to_the_gain(step):
    found = [len(equilibria(find(SLUG).game, {"c5": 1 + s}, mixed=False)) for s in (-step, step)]
    assert found == [11, 5]


def test_gambit_agrees(gambit_agrees):
    gambit_agrees(SLUG, lam=4, c1=0.2, c2=0.3, c3=0.5, c4=0.9, c5=1.2)
