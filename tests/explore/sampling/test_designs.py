"""Draws: exactly as many as asked, from the stated measure, the same whatever the blocks; refused ones are counted."""

from __future__ import annotations

import numpy as np
import pytest
from closed_forms import Model, PlainClaim, Q, at_least_half, planted, ranges
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from detente.errors import GameError
from detente.explore import DEFAULT_SEED, Range, Study, draw
from detente.explore.sampling.designs import REPLICATES, blocks, measure
from detente.game.parameter import Parameter


def study_over(*parameters: Parameter, admissible=None, seed=None) -> Study:
    return Study(
        name="plain", ranges=tuple(Range(p) for p in parameters), claims={}, policies={}, players=("A",), events=("hit",),
        evaluate=Model(planted), admissible=admissible, seed=seed,
    )  # fmt: skip


def upper(d):
    return d["x"] < d["y"]


def never(d):
    return d["x"] > 2


X, Y = Parameter("x", 0.5, 0, 1, "uniform"), Parameter("y", 0.5, 0, 1, "uniform")


@settings(derandomize=True, max_examples=25, deadline=None)
@given(n=st.integers(8, 700), size=st.sampled_from([8, 64, 256, 4096]), seed=st.integers(0, 2**32))
def test_block_size_changes_nothing_and_exactly_n_admissible_draws_come(n, size, seed):
    study = study_over(X, Y, admissible=upper)
    pieces = list(blocks(study, n, size, seed))
    whole = draw(study, n, seed)
    for name in ("x", "y"):
        column = np.concatenate([b.draws[name] for b in pieces])
        assert len(column) == n
        assert column.tobytes() == whole.draws[name].tobytes()
    assert upper(whole.draws).all()
    assert pieces[-1].refused == whole.refused


def test_a_shorter_run_is_the_beginning_of_a_longer_one():
    study = study_over(X, Y, admissible=upper)
    short, long = draw(study, 300, 5), draw(study, 3000, 5)
    assert np.array_equal(short.draws["x"], long.draws["x"][:300])
    assert short.refused <= long.refused


def test_refused_points_are_counted_and_never_moved():
    free, bound = study_over(X, Y), study_over(X, Y, admissible=upper)
    kept = draw(bound, 512, 3)
    assert kept.refused == pytest.approx(512, rel=0.1)  # half of the square is refused
    every = draw(free, 8 * 4096, 3).draws
    points = set(zip(every["x"], every["y"], strict=True))
    assert all(point in points for point in zip(kept.draws["x"], kept.draws["y"], strict=True))


def test_each_scrambling_refuses_by_itself_so_the_count_is_that_of_the_points_before_the_last():
    study = study_over(X, Y, admissible=upper)
    n, used = 64, 0
    free = draw(study_over(X, Y), 8 * 512, 9).draws
    for k in range(REPLICATES):
        inside = free["x"][k::REPLICATES] < free["y"][k::REPLICATES]
        used += int(np.flatnonzero(inside)[n // REPLICATES - 1]) + 1
    assert draw(study, n, 9).refused == used - n


def test_a_constraint_that_nothing_meets_is_one_clear_error():
    with pytest.raises(GameError, match="refuse every draw"):
        draw(study_over(X, admissible=never), 8)


@pytest.mark.parametrize(
    ("parameter", "law"),
    [
        (Parameter("x", 1, 0, 2, "uniform"), stats.uniform(0, 2)),
        (Parameter("x", 1, 0.01, 10, "loguniform"), stats.loguniform(0.01, 10)),
        (Parameter("x", 1, 0, 4, "triangular", (1,)), stats.triang(0.25, 0, 4)),
        (Parameter("x", 1, 0, 3, "normal", (1, 0.8)), stats.truncnorm(-1.25, 2.5, 1, 0.8)),
    ],
)
def test_draws_follow_the_distribution(parameter, law):
    column = draw(study_over(parameter), 4096, 1).draws["x"]
    assert stats.kstest(column, law.cdf).statistic < 0.004  # plain random draws would give about 0.014
    assert parameter.low <= column.min()
    assert column.max() <= parameter.high


def test_discrete_values_come_with_their_weights_and_fixed_ones_stay():
    study = study_over(
        Parameter("x", 2, 1, 5, "discrete", (1, 2, 5, 0.5, 0.25, 0.25)), Parameter("c", 7, 7, 7), Y
    )
    got = draw(study, 1024, 2).draws
    assert {float(v): int((got["x"] == v).sum()) for v in np.unique(got["x"])} == pytest.approx(
        {1: 512, 2: 256, 5: 256}, abs=8
    )
    assert (got["c"] == 7).all()
    assert list(got) == ["x", "c", "y"]


def test_scramblings_are_independent_and_each_covers_the_range():
    column = draw(study_over(X), 8 * 64, 1).draws["x"]
    for k in range(REPLICATES):
        counts = np.histogram(column[k::REPLICATES], bins=64, range=(0, 1))[0]
        assert (counts == 1).all()
    assert len(np.unique(column)) == len(column)


def test_without_anything_that_varies_there_are_still_n_draws():
    study = study_over(Parameter("c", 7, 7, 7))
    assert draw(study, 20).draws["c"].tolist() == [7.0] * 20


def test_seed_of_the_caller_before_that_of_the_scenario_before_the_default():
    assert f"seed {DEFAULT_SEED}" in measure(study_over(X), 8, None, 0)
    assert "seed 4" in measure(study_over(X, seed=4), 8, None, 0)
    assert "seed 5" in measure(study_over(X, seed=4), 8, 5, 0)
    assert not np.array_equal(draw(study_over(X), 8, 1).draws["x"], draw(study_over(X), 8, 2).draws["x"])


def test_the_measure_says_what_was_refused():
    said = measure(study_over(X, Y, admissible=upper), 1024, 1, 1003)
    assert "1,003 refused" in said
    assert "2 uniform" in said
    assert "probab" not in said


def test_positions_and_values_are_inverse():
    log, plain = Range(Parameter("x", 1, 0.01, 100, "loguniform")), Range(Y)
    assert float(log.position(1.0)) == pytest.approx(0.5)
    z = np.linspace(0, 1, 11)
    for r in (log, plain):
        assert r.position(r.at(z)) == pytest.approx(z)
    listed = Range(Parameter("x", 2, 1, 5, "discrete", (1, 2, 5, 0.5, 0.25, 0.25)))
    assert listed.at(np.array([0.0, 0.3, 0.9])).tolist() == [1, 2, 5]


def test_the_planted_study_is_what_it_says():
    assert PlainClaim("c", "c", (Q("P", "hit"),), at_least_half).formula(np.array([0.6]), {}) > 0
    assert len(ranges(a=(0, 1), b=(0, 1, 0.2))) == 2
