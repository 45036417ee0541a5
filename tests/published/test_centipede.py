"""The centipede: taken at once in the limit; at a finite precision six logit choices from the last move back.

Derivation. At the last move taking gives L g^5 and passing s L g^6, so taking is better iff s g < 1; then the same
comparison, against one who takes next, holds at every earlier move. At precision lam the mover at k takes with 1 / (1 +
exp(-lam (take - pass))), where passing is worth what the mover has on average from the later moves, own later mistakes and
all. Bound to pass, the first player is left at move 6 with s L g^5 in place of L at move 1.
"""

from __future__ import annotations

import numpy as np
import pytest

from detente.game import read_efg
from detente.models import find
from detente.solve import equilibria, solve

SLUG = "centipede"
MOVES = 6
# chance of taking of those who came to the move, six-move game, pooled (McKelvey and Palfrey 1992, from the shares of outcomes
# 0.007, 0.064, 0.199, 0.384, 0.253, 0.078, 0.014)
ENDED = np.array([0.007, 0.064, 0.199, 0.384, 0.253, 0.078, 0.014])


def recursion(small, growth, precision, large=0.4):
    """Chance of taking at each move, and what each player has, by six logit choices from the back."""
    value = np.array([large * growth**MOVES, small * large * growth**MOVES])
    chances = []
    for k in reversed(range(MOVES)):
        take = np.array([large, small * large]) * growth**k
        if k % 2:
            take = take[::-1]
        mover = k % 2
        chance = 1 / (1 + np.exp(-precision * (take[mover] - value[mover])))
        value = chance * take + (1 - chance) * value
        chances.append(chance)
    return np.array(chances[::-1]), value


def taken(found):
    return np.array([found.taken(f"move_{k}", "take")[0] for k in range(1, MOVES + 1)])


def test_the_first_takes_at_once(play, draws):
    found = play(SLUG, **draws(SLUG, 200))
    assert found["take_1"] == pytest.approx(np.ones(200), abs=1e-9)
    for k in range(2, MOVES + 1):
        assert found.taken(f"move_{k}", "take") == pytest.approx(np.ones(200), abs=1e-9)


def test_the_threshold_has_two_sides(play):
    """Outside the ranges, where passing is better even against one who takes, everybody passes to the end."""
    found = play(SLUG, small=0.5, growth=[1.99, 2.01])
    assert found["take_1"] == pytest.approx([1, 0], abs=1e-9)
    assert found["take_6"] == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("precision", [0.3, 1, 2, 5])
@pytest.mark.parametrize(("small", "growth"), [(0.25, 2), (0.1, 1.4), (0.4, 2.2)])
def test_the_quantal_answer(play, precision, small, growth):
    found = play(SLUG, precision=precision, small=small, growth=growth)
    chances, value = recursion(small, growth, precision)
    assert taken(found) == pytest.approx(chances, abs=1e-9)
    assert [found.value("one")[0], found.value("two")[0]] == pytest.approx(value, abs=1e-9)


def test_taking_rises_towards_the_end_as_observed(play):
    """Nearer to the observed chances than taking at once is, and than even odds are; the first moves are still too likely."""
    came = 1 - np.concatenate([[0], np.cumsum(ENDED)[:-2]])
    observed = ENDED[:-1] / came
    assert ENDED.sum() == pytest.approx(1, abs=2e-3)
    ours = taken(play(SLUG, precision=1.5, small=0.25, growth=2))
    assert (np.diff(observed) > 0).all()
    assert (np.diff(ours)[1:] > 0).all()
    off = [np.abs(guess - observed).mean() for guess in (ours, np.ones(MOVES), np.full(MOVES, 0.5))]
    assert off[0] < min(off[1:])
    at_first = min(recursion(0.25, 2, lam)[0][0] for lam in np.geomspace(0.01, 100, 400))
    assert at_first > 0.2  # no precision explains 0.007 at the first move


def test_it_is_the_only_sequential_equilibrium():
    found = equilibria(find(SLUG).game, {"small": 0.25, "growth": 2})
    assert found.complete
    assert len(found) == 1


def test_the_same_tree_written_by_another_hand(play, shared):
    theirs = solve(read_efg((shared / "efg" / "centipede.efg").read_text("utf-8")), precision=1.0, threads=1)
    ours = play(SLUG, precision=1.0, small=0.25, growth=2)
    assert sorted(theirs.strategy[0]) == pytest.approx(sorted(ours.solutions.strategy[0]), abs=1e-8)


@pytest.mark.parametrize("parameters", [{}, {"small": 0.1, "growth": 1.5}])
def test_gambit_agrees(gambit_agrees, parameters):
    gambit_agrees(SLUG, lam=1.5, **parameters)
