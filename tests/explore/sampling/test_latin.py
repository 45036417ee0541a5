"""Latin hypercubes: one point in every slice, replicates independent, refused points replaced and said."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import EVERY, nothing, study_over, uniform, x_below_y

from detente.errors import BadInput, GameError
from detente.explore.claims.verdict import Tally
from detente.explore.protocol import Judged
from detente.explore.sampling.designs import REPLICATES, Latin, blocks, draw
from detente.explore.sampling.latin import MOST_NUMBERS

X, Y = uniform("x"), uniform("y", 2, 4)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(n=st.integers(8, 600), seed=st.integers(0, 2**32))
def test_every_slice_of_every_parameter_has_one_point_of_each_hypercube(n, seed):
    got = draw(study_over(X, Y), n, seed, Latin()).draws
    for k in range(REPLICATES):
        m = len(range(k, n, REPLICATES))
        for column in (got["x"][k::REPLICATES], (got["y"][k::REPLICATES] - 2) / 2):
            assert sorted(np.floor(column * m).astype(int)) == list(range(m))


def test_hypercubes_differ_and_parameters_are_not_tied():
    got = draw(study_over(X, Y), 8 * 128, 5, Latin()).draws
    assert len(np.unique(got["x"])) == 8 * 128
    first, second = got["x"][0::8], got["x"][1::8]
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.3
    assert abs(np.corrcoef(got["x"], got["y"])[0, 1]) < 4 / 32


@pytest.mark.parametrize("size", [8, 64, 256])
def test_the_size_of_blocks_changes_nothing(size):
    study = study_over(*EVERY, uniform("y"), admissible=x_below_y)
    whole = draw(study, 300, 7, Latin())
    pieces = list(blocks(study, 300, size, 7, Latin()))
    for name in whole.draws:
        assert np.concatenate([b.draws[name] for b in pieces]).tobytes() == whole.draws[name].tobytes()
    assert pieces[-1].refused == whole.refused


def test_refused_points_are_counted_others_come_in_their_place_and_the_measure_says_so():
    study = study_over(X, uniform("y"), admissible=x_below_y)
    block = draw(study, 512, 3, Latin())
    assert len(block) == 512
    assert (block.draws["x"] < block.draws["y"]).all()
    assert block.refused == pytest.approx(512, rel=0.15)  # half of the square is refused
    said = Latin().plan(study, 512, 3).measure(block.refused)
    assert f"{block.refused} refused" in said
    assert "no longer hold one point each" in said
    assert "no longer" not in Latin().plan(study_over(X, Y), 512, 3).measure(0)
    assert "8 independent hypercubes of 64 points, seed 3" in said


def test_the_share_of_a_smooth_event_is_nearer_than_independent_draws_come():
    study = study_over(X, Y)
    got = [draw(study, 512, s, Latin()).draws["x"].mean() for s in range(10)]
    assert np.abs(np.array(got) - 0.5).max() < 0.003  # independent draws: a standard error of 0.013


def test_a_hypercube_larger_than_memory_allows_is_refused_before_it_is_made():
    many = study_over(*(uniform(f"p{k}") for k in range(40)))
    assert Latin().plan(many, MOST_NUMBERS // 40, 1).n == MOST_NUMBERS // 40
    with pytest.raises(BadInput, match="--design sobol") as told:
        Latin().plan(many, MOST_NUMBERS // 40 + 1, 1)
    assert "40 parameters" in str(told.value)


def test_constraints_that_refuse_everything_end():
    with pytest.raises(GameError, match="refuse every draw"):
        draw(study_over(X, admissible=nothing), 8, 1, Latin())


def test_the_interval_over_hypercubes_covers_as_often_as_it_says():
    """The share of x > y is one half; of 100 intervals about 95 hold it (binomial, standard deviation 2.2)."""
    study, hits, widths = study_over(X, uniform("y")), 0, []
    for seed in range(100):
        got = draw(study, 512, seed, Latin()).draws
        tally = Tally()
        tally.add(0, Judged(got["x"] - got["y"], np.zeros(512, dtype=np.int8)))
        low, high = tally.interval
        hits += low <= 0.5 <= high
        widths.append(high - low)
    assert 88 <= hits <= 100
    assert np.mean(widths) < 0.08  # independent draws: 0.087 and, over eight groups, 0.105


def test_no_interval_without_replicates():
    tally = Tally(replicated=False)
    tally.add(0, Judged(np.ones(512), np.zeros(512, dtype=np.int8)))
    assert tally.share == 1
    assert tally.interval is None
    assert tally.exceptions_below is None
    assert tally.verdict() == "holds throughout"
