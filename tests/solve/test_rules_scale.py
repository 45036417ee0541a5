"""Rule 9 and item 2: payoffs of any unit and any zero, lambda from 1e-3 to 1e6; tolerances are in units of the game's own payoffs."""

from __future__ import annotations

from pathlib import Path

import naive
import numpy as np
import pytest
from exact import Exact
from games import FOLD, crisis, horse, rescaled, signalling, simultaneous

from detente.game.efg import read_efg
from detente.game.tree import Tree
from detente.scenario import open_game
from detente.solve import STATUS, solve

GAMES = {
    "fold": lambda: simultaneous(FOLD),
    "horse": horse,
    "crisis": lambda: crisis(np.random.default_rng(8)),
    "signals": lambda: signalling(np.random.default_rng(4), 3, 2),
}


@pytest.mark.parametrize("unit", [1e-6, 1e-3, 1e3, 1e6])
@pytest.mark.parametrize("game", GAMES)
def test_unit_and_zero_of_payoffs(game: str, unit: float) -> None:
    """Payoffs times a unit, plus some of it for each player, at lambda over the unit: the same answers, folds included."""
    tree = GAMES[game]()
    players = len(tree.players)
    other = rescaled(tree, unit, unit * np.arange(1, 1 + players))
    lam = np.array([x for x in (1e-3, 0.1, 1.0, 1.15, 5.0, 20.0, 400.0) if x / unit <= 1e6] + [np.inf])
    a, b = solve(tree, precision=lam), solve(other, precision=lam / unit)
    assert a.certified.all()
    assert b.certified.all()
    assert np.abs(a.strategy - b.strategy).max() < 1e-9
    assert np.abs(a.belief - b.belief).max() < 1e-8
    assert np.allclose(a.max_gain, b.max_gain / unit, atol=1e-9)


def test_absolute_tolerances_and_steps_are_wrong_somewhere() -> None:
    tree = simultaneous(FOLD)
    right = solve(tree)
    small = naive.limit_by_regret(rescaled(tree, 1e-6), 1e-6)  # a regret of 1e-6 is all there is to gain
    assert small.claims
    assert np.abs(small.strategy - right.strategy[0]).max() > 0.5
    large = naive.by_determinant(rescaled(tree, 1e6), [5e-6])[0]  # the first step is as long as the whole way
    assert large.claims
    assert np.abs(large.strategy - solve(tree, precision=5.0).strategy[0]).max() > 0.5


@pytest.mark.parametrize("shift", [1e3, 1e6, 1e8, 1e10])
def test_payoffs_far_from_zero(shift: float) -> None:
    """Payoffs that differ by 1 and lie at ``shift``: what rounding leaves is certified, and nothing else."""
    tree = rescaled(horse(), 1.0, np.full(3, shift))
    lam = np.array([1.0, 20.0, 1e3, 1e5, 1e6])
    found, near = solve(tree, precision=lam), solve(horse(), precision=lam)
    for k in range(len(lam)):
        if found.certified[k]:
            floor = lam[k] * shift * 1e-15  # of log-odds
            assert np.abs(found.strategy[k] - near.strategy[k]).max() < 1e-9 + 10 * floor
        else:
            assert STATUS[found.status[k]] in ("precision_limit", "not_converged")
            assert lam[k] * shift > 1e9 or lam[k] > 1e4
    limit = solve(tree)
    assert limit.certified[0]
    assert np.allclose(limit.strategy, solve(horse()).strategy, atol=1e-8)


@pytest.mark.parametrize("game", GAMES)
def test_lambda_from_small_to_large(game: str) -> None:
    """Every decade from 1e-3 to 1e6: the answer to what was asked, right to 60 digits' judgement, or a status."""
    tree = GAMES[game]()
    lam = np.geomspace(1e-3, 1e6, 10)
    found = solve(tree, precision=lam)
    exact = Exact(tree)
    for k, x in enumerate(lam.tolist()):
        if not found.certified[k]:
            assert STATUS[found.status[k]] in ("precision_limit", "not_converged")
            assert x > 1e4
            continue
        assert found.precision[k] == x
        z = exact.odds(found.log_strategy[k])
        true = exact.polish(z, x)
        assert true is not None
        p = np.array([float(v) for v in exact.strategy(true)])
        assert np.abs(p - found.strategy[k]).max() < 1e-8, x
    sizes = np.diff(tree.slot_start)
    assert (
        np.abs(found.strategy[0] * np.repeat(sizes, sizes) - 1).max() < 0.02
    )  # all options about equally likely


@pytest.mark.parametrize("lam", [1e4, 1e5, 1e6])
def test_far_precisions_where_unlikely_nodes_matter(lam: float) -> None:
    """Horse: the belief of the third player is the difference of two log reaches of the size of lambda."""
    tree = horse()
    found = solve(tree, precision=lam)
    assert found.certified[0]
    exact = Exact(tree)
    true = exact.polish(exact.odds(found.log_strategy[0]), lam)
    assert true is not None
    p = exact.strategy(true)
    assert np.abs(np.array([float(v) for v in p]) - found.strategy[0]).max() < 1e-10
    beliefs = np.concatenate([[float(v) for v in b] for b in exact.beliefs(p)])
    assert np.abs(beliefs - found.belief[0]).max() < 1e-8


def test_a_large_game_at_far_precisions() -> None:
    """The shipped scenario, 40 unknowns and sets that are hardly ever reached: once lost at 3e5 and 1e6."""
    lam = np.array([1e-3, 20.0, 1e3, 1e5, 3e5, 1e6, np.inf])
    found = solve(open_game("peace-talks"), precision=lam)
    assert found.certified.all()
    assert np.array_equal(found.precision, lam)
    assert np.nanmax(found.residual) <= 1e-8


def test_the_shared_games_at_far_precisions(shared: Path) -> None:
    """What is certified there is right in 60 digits."""
    for name in ("beer-quiche", "crisis", "offers", "centipede"):
        tree: Tree = read_efg(shared / "efg" / f"{name}.efg")
        found = solve(tree, precision=np.array([1e-3, 1e6]))
        exact = Exact(tree)
        for k, lam in enumerate((1e-3, 1e6)):
            if found.certified[k]:
                assert exact.largest_residual(found.log_strategy[k], lam) < 1e-6
            else:
                assert STATUS[found.status[k]] in ("precision_limit", "not_converged")
