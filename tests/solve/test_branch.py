"""The branch against an independent tracer with short arclength steps, on random games; folds and bifurcations."""

from __future__ import annotations

import numpy as np
import pytest
from games import random_game, simultaneous
from hypothesis import given, settings
from hypothesis import strategies as st
from tracer import follow

from detente.solve import CERTIFIED, STATUS, solve

PRECISIONS = [0.5, 1.0, 2.0, 4.0, 8.0]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_first_crossing_on_random_games(seed: int) -> None:
    tree = random_game(seed)
    found = solve(tree, precision=np.array(PRECISIONS), threads=1)
    traced = follow(tree, PRECISIONS)
    for k, precision in enumerate(PRECISIONS):
        if any(b <= precision for b in traced.branchings):
            continue  # the tracer crossed to another branch, or the branch is not unique
        assert found.status[k] == CERTIFIED
        assert np.abs(found.strategy[k] - traced.crossings[precision][0]).max() < 1e-7, precision


def test_fold_game_is_followed_around_both_turns() -> None:
    """The payoffs of the shared fold game: turns near 1.2125 and 1.035; the naive road lands elsewhere."""
    payoff = np.array([[[0, 1], [1, 7], [4, 2]], [[2, 7], [4, 7], [4, 0]], [[3, 0], [3, 0], [6, 4]]], float)
    tree = simultaneous(payoff)
    precisions = [1.0, 1.1, 1.2, 1.25, 1.5, 5.0]
    traced = follow(tree, precisions)
    assert len(traced.turns) == 2
    assert 1.2 < traced.turns[0] < 1.22
    assert 1.03 < traced.turns[1] < 1.05
    assert len(traced.crossings[1.1]) == 3
    found = solve(tree, precision=np.array(precisions))
    assert found.certified.all()
    for k, precision in enumerate(precisions):
        assert np.abs(found.strategy[k] - traced.crossings[precision][0]).max() < 1e-8, precision
    third = traced.crossings[1.1][2]
    assert np.abs(found.strategy[1] - third).max() > 0.1


@pytest.mark.parametrize("copies", [1, 2])
def test_symmetric_coordination_bifurcates(copies: int) -> None:
    """Both want to match, with nothing to choose between the two ways: a pitchfork at lambda 2, and no side is picked.

    With two copies side by side (four players), both branch at once and no determinant of the whole changes sign.
    """
    one = np.array([[[1, 1], [0, 0]], [[0, 0], [1, 1]]], float)
    if copies == 2:
        both = np.zeros((2, 2, 2, 2, 4))
        both[..., :2] += one[:, :, None, None, :]
        both[..., 2:] += one[None, None, :, :, :]
        one = both
    tree = simultaneous(one)
    below, above = solve(tree, precision=1.9), solve(tree, precision=np.array([2.1, 5.0]))
    assert below.certified.all()
    assert [STATUS[k] for k in above.status] == ["bifurcation"] * 2
    assert np.allclose(above.strategy, 0.5)
    limit = solve(tree)
    assert STATUS[limit.status[0]] == "bifurcation"
    assert np.allclose(limit.strategy, 0.5)


def test_three_alike_volunteers_bifurcate() -> None:
    """Three alike players, each glad if another does it: two directions branch off at once, and no determinant shows it."""
    payoff = np.zeros((2, 2, 2, 3))
    for choice in np.ndindex(2, 2, 2):
        for i in range(3):
            payoff[(*choice, i)] = (1.0 if any(choice) else 0.0) - (0.3 if choice[i] else 0.0)
    tree = simultaneous(payoff)
    assert solve(tree, precision=1.0).certified.all()
    far = solve(tree, precision=40.0)
    assert STATUS[far.status[0]] == "bifurcation"
    assert np.ptp(far.strategy[0, ::2]) < 1e-9  # the symmetric continuation, not a side
    assert STATUS[solve(tree).status[0]] == "bifurcation"


def test_a_hair_of_asymmetry_is_followed_to_its_side() -> None:
    """Coordination with one way better by 1e-3: no bifurcation, and the better way is played."""
    payoff = np.array([[[1.001, 1.001], [0, 0]], [[0, 0], [1, 1]]], float)
    found = solve(simultaneous(payoff))
    assert found.certified.all()
    assert np.allclose(found.strategy, [[1, 0, 1, 0]])
