"""Selten's horse: the principal branch ends where both go across; the equilibrium in which the first turns down is not
sequential.

Derivation. The third gains 2 m - (1 - m) by left if it believes with m that the first turned down. Down by the first needs
left with 1/side at least; if the third plays left with l, the second goes down for top l > 1. As side < top, l >= 1/side
makes the second go down and then the first has top l > side l by going across: so l <= 1/top, both go across, and nobody
reaches the third. On the logit branch the two trembles are exp(-L (1 - side l)) and exp(-L (1 - top l)) to first order. At l
= 0 they would be equal and m = 1/2, which calls for left; l falls so slowly that L (top - side) l tends to log 2 and m to
1/3, where the third is indifferent.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.game import Restriction, read_efg
from detente.models import find
from detente.solve import equilibria, solve

SLUG = "horse"


def test_both_go_across_everywhere(play, draws):
    found = play(SLUG, **draws(SLUG, 300))
    assert found["across_all"] == pytest.approx(np.ones(300), abs=1e-9)
    assert found.value("three") == pytest.approx(np.ones(300), abs=1e-9)


def test_the_third_is_indifferent_in_the_limit(play, draws):
    at = draws(SLUG, 300, seed=3)
    at = {n: column[at["top"] - at["side"] > 0.1] for n, column in at.items()}
    found = play(SLUG, **at)
    tree = found.tree
    first = tree.sets[[s.name for s in tree.sets].index("third")].nodes
    after_first = [tuple(tree.path_labels(node)) for node in first].index(("down",))
    assert found.belief("third", after_first) == pytest.approx(np.full(len(at["top"]), 1 / 3), abs=1e-6)
    assert (found.taken("third", "left") <= 1 / at["top"] + 1e-9).all()


def test_trembles_at_a_finite_precision(play):
    """The three logit equations, written out here, hold at the solver's answer; the odds of the trembles near 2 follow."""
    lam, top, side = 40.0, 4.0, 3.0
    found = play(SLUG, precision=lam, top=top, side=side)
    a, b, left = (
        found.taken(*which)[0] for which in (("first", "down"), ("second", "down"), ("third", "left"))
    )
    m = a / (a + (1 - a) * b)
    assert np.log(left / (1 - left)) == pytest.approx(lam * (3 * m - 1), abs=1e-6)
    assert np.log(b / (1 - b)) == pytest.approx(lam * (top * left - 1), abs=1e-6)
    across = (1 - b) + b * top * left
    assert np.log(a / (1 - a)) == pytest.approx(lam * (side * left - across), abs=1e-6)
    assert lam * (top - side) * left == pytest.approx(np.log(2), abs=0.2)


def test_no_sequential_equilibrium_turns_down():
    found = equilibria(find(SLUG).game, {"top": 4, "side": 3})
    assert found.complete
    assert all(found.events(i)["across_all"] == pytest.approx(1) for i in range(len(found)))
    for e in found.found:  # every member leaves the third with at most 1/4 of left
        assert (e.members[:, 4] <= 0.25 + 1e-6).all()


def test_a_promise_of_left():
    """By hand: the second then goes down for top, so the first goes across for the same."""
    game = find(SLUG).game
    tree = game.tree([Restriction("third", {"left": 1})])
    found = solve(tree, {"top": np.array([4.0]), "side": np.array([3.0])}, threads=1)
    assert found.value[0] == pytest.approx([4, 4, 0], abs=1e-9)


def test_the_same_tree_written_by_another_hand(play, shared):
    """A file with Selten's numbers, made independently, has the same quantal equilibrium."""
    theirs = solve(read_efg((shared / "efg" / "horse.efg").read_text("utf-8")), precision=12.0, threads=1)
    ours = play(SLUG, precision=12.0, top=4, side=3)
    assert sorted(theirs.strategy[0]) == pytest.approx(sorted(ours.solutions.strategy[0]), abs=1e-8)


@pytest.mark.parametrize("parameters", [{}, {"top": 2, "side": 1.5}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=15, **parameters)
