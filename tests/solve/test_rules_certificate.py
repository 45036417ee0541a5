"""Rule 9: the certificate is what another road finds; and it fails what a naive solver would hand in."""

from __future__ import annotations

from itertools import pairwise

import naive
import numpy as np
import pytest
from exact import Exact, mp
from games import FOLD, crisis, horse, random_game, rare_message, signalling, simultaneous
from stages import build, random_staged

from detente.game.tree import Tree
from detente.solve import solve
from detente.solve.certificate import certify


def sample() -> list[Tree]:
    rng = np.random.default_rng(21)
    return [
        horse(),
        rare_message(),
        crisis(rng),
        signalling(rng, 2, 3),
        *(random_game(seed) for seed in (0, 1, 5)),
        *(build(random_staged(seed)) for seed in range(6)),
    ]


@pytest.mark.parametrize("lam", [0.3, 4.0, 60.0, 900.0])
def test_residual_and_gain_in_sixty_digits(lam: float) -> None:
    """The residual reported is the residual, up to the rounding of its own arithmetic; so are gains and beliefs."""
    for tree in sample():
        found = solve(tree, precision=lam)
        if not found.certified[0]:
            continue
        exact = Exact(tree)
        size = max(1.0, float(np.abs(found.numbers).max()))
        true = exact.largest_residual(found.log_strategy[0], lam)
        assert true <= 1e-8
        assert abs(true - found.residual[0]) <= 1e-12 * lam * size * (1 + lam)
        p = exact.strategy(exact.odds(found.log_strategy[0]))
        assert float(max(exact.gains(p))) == pytest.approx(found.max_gain[0], abs=1e-12 * size * (1 + lam))
        beliefs = np.concatenate([[float(v) for v in b] for b in exact.beliefs(p)])
        assert np.abs(beliefs - found.belief[0]).max() < 1e-13 * (1 + lam) * 10


def test_gains_of_the_limit_in_sixty_digits() -> None:
    """With the beliefs that are given, off the path too, nobody gains by more than is said."""
    for tree in sample():
        found = solve(tree)
        if not found.certified[0]:
            continue
        exact, start = Exact(tree), np.cumsum([0, *(len(h.nodes) for h in tree.sets)])
        p = [mp.mpf(float(v)) for v in found.strategy[0]]
        beliefs = [[mp.mpf(float(v)) for v in found.belief[0, a:b]] for a, b in pairwise(start)]
        gain = float(max(exact.gains(p, beliefs)))
        assert gain == pytest.approx(
            found.max_gain[0], abs=1e-12 * max(1.0, float(np.abs(found.numbers).max()))
        )
        assert gain < 1e-9


def hand_in(tree: Tree, strategy: np.ndarray, lam: float) -> float:
    """The certificate's residual of somebody else's strategy."""
    found = solve(tree, precision=lam)
    with np.errstate(divide="ignore"):
        logs = np.log(np.maximum(strategy, 1e-320))[None]
    return float(
        certify(tree, found.numbers, strategy[None], logs, found.belief, found.precision).residual[0]
    )


def test_the_certificate_refuses_naive_answers() -> None:
    """Claimed by solvers that look at probabilities, or stop early; refused by the residual in log-odds."""
    coin = naive.fixed_point(rare_message(), 2e3)
    assert coin.claims
    assert hand_in(rare_message(), coin.strategy, 2e3) > 1.0
    tree = simultaneous(FOLD)
    early = naive.by_probabilities(tree, 40.0)  # small probabilities are 1e-10 of noise to it
    assert early.claims
    assert hand_in(tree, early.strategy, 40.0) > 1e-3
    off = naive.limit_at(horse(), 1e4)
    assert hand_in(horse(), off.strategy, 1.01e4) > 1e-3  # a neighbouring lambda is not the one asked


def test_a_residual_of_zero_is_not_the_principal_branch() -> None:
    """Why a certificate does not replace following the branch: the naive answer beyond the folds solves the equations."""
    tree = simultaneous(FOLD)
    simple = naive.by_determinant(tree, [5.0])[0]
    assert simple.claims
    assert hand_in(tree, simple.strategy, 5.0) < 1e-8
    assert np.abs(simple.strategy - solve(tree, precision=5.0).strategy[0]).max() > 0.5
