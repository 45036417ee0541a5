"""Grids: every combination once, in an order that makes halves fair; sizes, names and correlations refused with the reason."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from plain import DISCRETE, LOG, NORMAL, nothing, study_over, uniform, x_below_y

from detente.errors import BadInput, GameError
from detente.explore.sampling.designs import Grid, blocks, draw
from detente.game.dependence import Correlation
from detente.game.parameter import Parameter

X, Y, Z = uniform("x"), uniform("y"), uniform("z", 0, 10, 4)
FIXED = Parameter("c", 7, 7, 7)


def rows(block, *names):
    return sorted(zip(*(block.draws[n].tolist() for n in names), strict=True))


def test_every_combination_comes_once_and_the_rest_stays_at_its_base():
    block = draw(study_over(X, FIXED, Y, Z), 0, 1, Grid({"y": 5, "x": 3}))
    assert rows(block, "x", "y") == list(product([0, 0.5, 1], [0, 0.25, 0.5, 0.75, 1]))
    assert set(block.draws["z"]) == {4}
    assert set(block.draws["c"]) == {7}
    assert list(block.draws) == ["x", "c", "y", "z"]


def test_log_ranges_are_spaced_on_their_scale_and_discrete_ones_have_their_values():
    block = draw(study_over(LOG, DISCRETE, NORMAL), 0, 1, Grid(5))
    assert np.unique(block.draws["m"]) == pytest.approx([0.01, 0.1, 1, 10, 100])
    assert np.unique(block.draws["k"]).tolist() == [1, 2, 5]
    assert np.unique(block.draws["g"]) == pytest.approx([0, 0.75, 1.5, 2.25, 3])
    assert len(block) == 5 * 3 * 5 == len(set(rows(block, "m", "k", "g")))


@pytest.mark.parametrize("size", [8, 64, 256])
def test_blocks_and_the_whole_are_the_same_bytes_and_refused_points_are_counted(size):
    study = study_over(X, Y, Z, admissible=x_below_y)
    grid = Grid({"x": 11, "y": 11, "z": 3})
    whole = draw(study, 0, 5, grid)
    assert len(whole) == 3 * 55  # of 121 pairs those above the diagonal
    assert whole.refused == 3 * 66
    pieces = list(blocks(study, 0, size, 5, grid))
    assert [len(b) for b in pieces[:-1]] == [size] * (len(pieces) - 1)
    assert pieces[-1].refused == whole.refused
    for name in whole.draws:
        assert np.concatenate([b.draws[name] for b in pieces]).tobytes() == whole.draws[name].tobytes()


def test_the_order_is_shuffled_by_the_seed_so_that_even_and_odd_draws_are_alike():
    study = study_over(X, Y)
    grid = Grid({"x": 32, "y": 32})
    block, again, other = (draw(study, 0, seed, grid) for seed in (1, 1, 2))
    assert block.draws["x"].tobytes() == again.draws["x"].tobytes() != other.draws["x"].tobytes()
    for column in block.draws.values():
        # the difference of two means of 512 values without replacement: standard deviation 0.0186
        assert abs(column[0::2].mean() - column[1::2].mean()) < 4 * 0.0186
        assert abs(column[:512].mean() - 0.5) < 4 * 0.0186


def test_a_grid_larger_than_the_most_draws_shows_the_arithmetic():
    many = study_over(*(uniform(f"p{k}") for k in range(9)))
    with pytest.raises(BadInput, match=r"10 x 10 x 10 x 10 x 10 x 10 x 10 x 10 x 10 = 1000000000 points"):
        draw(many, 0, 1, Grid(10))
    huge = study_over(*(uniform(f"p{k}") for k in range(300)))
    with pytest.raises(BadInput, match=r"about 10\^300 points"):
        draw(huge, 0, 1, Grid(10))


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({"xx": 3}, "Did you mean 'x'"),
        ({"c": 3}, "fixed"),
        ({"x": 1}, "whole number of values"),
        ({"x": 2.5}, "whole number of values"),
        ({"x": True}, "whole number of values"),
        ({"k": 5}, "3 values of its own"),
        ({}, "needs a parameter"),
        (0, "whole number of values"),
    ],
)
def test_what_is_wrong_is_told(counts, said):
    with pytest.raises(BadInput, match=said):
        draw(study_over(X, FIXED, DISCRETE), 0, 1, Grid(counts))


def test_correlated_parameters_are_refused_with_the_reason():
    study = study_over(X, Y, Z, correlated=(Correlation(("x", "y"), 0.6),))
    with pytest.raises(BadInput, match=r"every combination alike.*x and y, rank correlation 0.6"):
        draw(study, 0, 1, Grid({"x": 3, "z": 3}))
    assert len(draw(study, 0, 1, Grid({"z": 3}))) == 3


def test_constraints_that_refuse_every_point():
    with pytest.raises(GameError, match="refuse every draw"):
        draw(study_over(X, admissible=nothing), 0, 1, Grid(4))


def test_the_measure_says_what_a_share_is_a_share_of():
    plan = Grid({"x": 11, "y": 11}).plan(study_over(X, Y, Z, admissible=x_below_y), 0, 1)
    said = plan.measure(66)
    assert "the 55 of 121 points that the constraints allow (66 refused)" in said
    assert "x at 11, y at 11 values" in said
    assert "the other parameter at its base value" in said
    assert "has no sampling interval" in said
    assert not plan.replicated
    assert plan.record["points"] == {"x": 11, "y": 11}
