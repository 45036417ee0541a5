"""Rules 9 to 11 over many draws: each has its own status, the precision it was asked for, and nothing from its neighbours."""

from __future__ import annotations

import naive
import numpy as np
import pytest
from games import FOLD, crisis, nearly_symmetric, rescaled, signalling, simultaneous
from tracer import follow

from detente.game.expression import parse
from detente.game.tree import Tree
from detente.solve import CERTIFIED, STATUS, compile_tree, solve

BETTER = np.array(
    [1.6, 1.3, 1.1, 0.95, 0.9, 0.8]
)  # what both get by meeting at the first place; at the second it is 1


def meeting(worth: float) -> Tree:
    return simultaneous(np.array([[[worth, worth], [0, 0]], [[0, 0], [1, 1]]], float))


def test_a_sweep_does_not_inherit() -> None:
    """Started from the answer before, a sweep stays where it was when the better place has become the worse one."""
    trees = [meeting(x) for x in BETTER]
    warm = naive.warm(trees, 8.0)
    assert all(answer.claims for answer in warm)
    wrong = 0
    for tree, answer in zip(trees, warm, strict=True):
        found, first = solve(tree, precision=8.0), follow(tree, [8.0]).crossings[8.0][0]
        assert found.certified[0]
        assert np.abs(found.strategy[0] - first).max() < 1e-9
        wrong += bool(np.abs(answer.strategy - first).max() > 0.5)
    assert wrong >= 2


def with_parameter(tree: Tree) -> Tree:
    """The first outcome's payoff to everybody is the parameter x."""
    import dataclasses

    first = {int(k) for k in tree.payoff_number[: int(tree.payoff_start[len(tree.players)])]}
    numbers = tuple(parse("x") if k in first else number for k, number in enumerate(tree.numbers))
    return dataclasses.replace(tree, numbers=numbers, parameters=("x",), base={"x": 1.0})


def test_draws_in_any_order_and_company() -> None:
    """A batch, its reverse, and one draw at a time: the same bytes; a bifurcation and a bad number keep to themselves."""
    tree = with_parameter(rescaled(meeting(1.0), 1.0))
    x = np.concatenate([BETTER, [1.0, np.nan, 2.5]])
    precision = np.full(len(x), 8.0)
    found = solve(tree, {"x": x}, precision=precision)
    backward = solve(tree, {"x": x[::-1].copy()}, precision=precision)
    said = [STATUS[k] for k in found.status]
    assert said == ["certified"] * 6 + ["bifurcation", "bad_numbers", "certified"]
    for name in ("strategy", "belief", "value", "residual", "max_gain", "status", "precision", "crossings"):
        one, other = getattr(found, name), getattr(backward, name)[::-1]
        assert np.array_equal(one, other, equal_nan=True), name
    for k in range(len(x)):
        alone = solve(tree, {"x": x[k : k + 1]}, precision=8.0)
        assert np.array_equal(alone.strategy[0], found.strategy[k], equal_nan=True)
        assert alone.status[0] == found.status[k]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_lambda_that_was_not_asked_is_never_certified(threads: int) -> None:
    """The precision that comes back is the one asked, to the last bit, or the status says otherwise."""
    rng = np.random.default_rng(11)
    for k in range(6):
        tree = (crisis(rng), signalling(rng), simultaneous(FOLD), nearly_symmetric(k))[k % 4]
        asked = 10 ** rng.uniform(-3, 6, 12)
        found = solve(compile_tree(tree), precision=asked, threads=threads)
        same = found.precision == asked
        assert (same | (found.status != CERTIFIED)).all()
        assert (found.precision <= asked).all()


def test_a_status_for_every_draw_and_a_number_for_every_certificate() -> None:
    """Certified draws have a finite residual (nan in the limit), gains that are not negative, and probabilities that add up."""
    rng = np.random.default_rng(12)
    for k in range(8):
        tree = (crisis(rng, integer=True), signalling(rng, 3, 2, integer=True))[k % 2]
        asked = np.array([1e-3, 1.0, 50.0, 1e6, np.inf])
        found = solve(tree, precision=asked)
        assert set(found.status.tolist()) <= set(range(len(STATUS)))
        for i in np.flatnonzero(found.certified):
            assert np.isnan(found.residual[i]) if asked[i] == np.inf else found.residual[i] >= 0
            assert found.max_gain[i] >= -1e-12
            sums = np.add.reduceat(found.strategy[i], tree.slot_start[:-1])
            assert np.allclose(sums, 1, atol=1e-12)
            assert found.crossings[i] >= 1
