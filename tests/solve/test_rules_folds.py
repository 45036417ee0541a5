"""Rules 4 to 7: the branch is followed round its folds, past its near misses, and no side of a bifurcation is picked."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from games import FOLD, nearly_symmetric, random_game, simultaneous
from tracer import follow

from detente.solve import STATUS, solve


def test_the_sign_of_the_determinant_is_not_enough() -> None:
    """Fold game: continuation in lambda that only looks at the determinant lands on far branches and claims to be right."""
    tree = simultaneous(FOLD)
    lams = [1.1, 1.2, 1.3, 2.0, 5.0]
    traced = follow(tree, lams)
    found = solve(tree, precision=np.array(lams))
    assert found.certified.all()
    wrong = 0
    for k, lam in enumerate(lams):
        first = traced.crossings[lam][0]
        assert np.abs(found.strategy[k] - first).max() < 1e-9
        for growth in (1.5, 2.0, 3.0):
            simple = naive.by_determinant(tree, [lam], growth)[0]
            wrong += simple.claims and bool(np.abs(simple.strategy - first).max() > 0.01)
    assert wrong > 0


def test_fixed_point_iteration_does_not_converge_where_the_answer_is_easy() -> None:
    failed = 0
    for seed in range(2, 62, 6):
        tree = random_game(seed)
        found, simple = solve(tree, precision=20.0), naive.fixed_point(tree, 20.0)
        assert found.certified[0]
        failed += not simple.claims
        if simple.claims:
            assert np.abs(found.strategy[0] - simple.strategy).max() < 1e-6
    assert failed > 0


FOLDING = {12: (6.3414, 0.8782)}  # random_game seeds and where their branches turn


@pytest.mark.parametrize("seed", FOLDING)
def test_known_folds(seed: int) -> None:
    tree, (out, back) = random_game(seed), FOLDING[seed]
    lams = [0.9 * back, 0.5 * (out + back), 0.999 * out, 1.001 * out, 1.5 * out]
    traced = follow(tree, lams)
    assert traced.turns == pytest.approx([out, back], rel=1e-3)
    found = solve(tree, precision=np.array(lams))
    assert found.certified.all()
    for k, lam in enumerate(lams):
        assert np.abs(found.strategy[k] - traced.crossings[lam][0]).max() < 1e-7, lam
    assert (
        np.abs(found.strategy[3] - found.strategy[2]).max() > 0.1
    )  # beyond the fold the answer is elsewhere


NEAR_MISSES = {  # random_game seeds; precisions near and beyond the place where another branch comes close
    324: [5.5, 5.8, 5.9, 6.0, 8.0],
    697: [1.0, 1.14, 1.1494, 1.16, 1.2, 1.5],
    258: [4.0, 6.0, 8.0],
    900: [4.0, 6.0, 8.0],
}


@pytest.mark.parametrize(("seed", "lam"), [(seed, lam) for seed, lams in NEAR_MISSES.items() for lam in lams])
def test_a_branch_that_passes_close_by_is_not_taken(seed: int, lam: float) -> None:
    """random_game 324: near lambda 5.85 another branch comes within reach of a step; the determinant only falls to 0.013."""
    tree = random_game(seed)
    traced = follow(tree, [lam])
    assert not traced.branchings
    assert not traced.turns
    found = solve(tree, precision=lam)
    assert found.certified[0]
    assert np.abs(found.strategy[0] - traced.crossings[lam][0]).max() < 1e-9


# seeds of nearly_symmetric, and turns of their branches up to lambda 30: the other side of a bifurcation missed by a hair
NEARLY = {244: 0, 14: 0, 21: 0, 62: 0, 201: 0, 85: 0, 3: 2, 17: 2, 33: 2, 103: 2, 187: 2}


UNSEEN = pytest.mark.xfail(
    strict=True, reason="a branch that passes close by, with nothing lost, is taken for this one"
)


@pytest.mark.parametrize("seed", [pytest.param(seed, marks=UNSEEN if seed == 244 else ()) for seed in NEARLY])
def test_players_nearly_alike(seed: int) -> None:
    """The branch bends to one side over a short stretch of lambda; straight on lies another branch with a good determinant."""
    tree = nearly_symmetric(seed)
    lams = [2.5, 4.0, 9.0, 30.0]
    traced = follow(tree, lams, finer=3.0, steps=20_000)
    assert len(traced.turns) == NEARLY[seed]
    found = solve(tree, precision=np.array([*lams, np.inf]))
    for k, lam in enumerate(lams):
        if found.certified[k]:
            assert np.abs(found.strategy[k] - traced.crossings[lam][0]).max() < 1e-7, lam
    if found.certified[4]:  # at lambda 30 the side is decided
        assert np.abs(found.strategy[4] - traced.crossings[30.0][0]).max() < 0.2
    assert found.certified.sum() >= 3


def test_two_bifurcations_at_once_do_not_cancel() -> None:
    """Two copies of symmetric coordination: the determinant of the whole stays positive, and the naive road sees nothing."""
    one = np.array([[[1, 1], [0, 0]], [[0, 0], [1, 1]]], float)
    both = np.zeros((2, 2, 2, 2, 4))
    both[..., :2] += one[:, :, None, None, :]
    both[..., 2:] += one[None, None, :, :, :]
    tree = simultaneous(both)
    simple = naive.by_determinant(tree, [5.0])[0]
    assert simple.claims
    assert np.allclose(simple.strategy, 0.5)
    found = solve(tree, precision=5.0)
    assert STATUS[found.status[0]] == "bifurcation"


@pytest.mark.parametrize("epsilon", [1e-2, 1e-4, 1e-6, 1e-8])
def test_nearly_symmetric_coordination(epsilon: float) -> None:
    """A hair of asymmetry decides the side: the branch is unique, and near lambda 2 it passes a hair from the other one.

    Answers that cannot be told from a bifurcation may say so; none may be on the wrong side.
    """
    tree = simultaneous(np.array([[[1 + epsilon, 1 + epsilon], [0, 0]], [[0, 0], [1, 1]]], float))
    found = solve(tree, precision=np.array([1.5, 2.5, 4.0, 20.0]))
    for k in range(4):
        if found.certified[k]:
            assert found.strategy[k, 0] > 0.5
            assert found.strategy[k, 2] > 0.5
        else:
            assert STATUS[found.status[k]] in ("bifurcation", "fold", "not_converged")
    assert found.certified[0]
    if epsilon >= 1e-4:
        assert found.certified.all()
        assert found.strategy[3, 0] > 0.999
