"""Every payoff as a parameter: the same game at the base values, and one payoff moved is that payoff moved."""

from __future__ import annotations

import numpy as np

from detente.game.free_payoffs import free_payoffs
from detente.game.unfold import unfold
from detente.models.catalogue import find
from detente.solve import solve


def test_same_game_at_base_and_one_payoff_at_a_time() -> None:
    tree = unfold(find("crisis-signalling").game)
    free = free_payoffs(tree)
    assert len(free.parameters) == tree.n_outcomes * 2
    one, other = solve(tree, precision=3.0), solve(free, precision=3.0)
    np.testing.assert_allclose(other.strategy, one.strategy, atol=1e-12)
    np.testing.assert_allclose(other.event, one.event, atol=1e-12)
    moved = free.numbers_at({"u2_3": free.base["u2_3"] + 1.0}) - free.numbers_at()
    cell = 2 * (3 - 1) + (2 - 1)
    assert np.flatnonzero(moved[0]).tolist() == [free.payoff_number[free.payoff_start[cell]]]
    paid = tree.payoff_number[tree.payoff_start[cell] : tree.payoff_start[cell + 1]]
    assert free.base["u2_3"] == tree.numbers_at()[0, paid].sum()
