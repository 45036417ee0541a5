"""The first stage: shares and logits of moves, how each row moves them, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logit as log_odds

from detente.errors import BadInput, DataError
from detente.estimate.data import ends_of
from detente.estimate.formulas import Index
from detente.estimate.pseudo.first_stage import again, first_stage, given, moves
from detente.estimate.pseudo.multinomial import logit, separation
from detente.estimate.pseudo.played import Played
from detente.estimate.replies.agent import AgentReplies
from detente.game import Game, parse_yaml

TALKS = """
title: talks
players: {one: a, two: b}
parameters:
  u: {range: [-9, 9]}
  w: {range: [-9, 9]}
moves:
  - {move: first, by: one, options: [quiet, talk, arm], hidden_from: two}
  - {move: second, by: two, options: [wait, go]}
payoffs:
  one:
    arming: {worth: u, when: first == arm}
    both: {worth: 1, when: first == talk and second == go}
  two:
    going: {worth: w, when: second == go and first == arm}
events:
  armed: first == arm
"""
ENDS = ("quiet > wait", "quiet > go", "talk > wait", "talk > go", "arm > wait", "arm > go")


def talks(counts: np.ndarray, x: np.ndarray | None = None, names: tuple[str, ...] = ENDS) -> Played:
    tree = Game.from_mapping(*parse_yaml(TALKS)).tree()
    one = np.ones((len(counts), 1))
    columns = one if x is None else np.column_stack([one, x])
    terms = ("(Intercept)", "x")[: columns.shape[1]]
    indices = [Index("u", "", terms, columns, None), Index("w", "", ("(Intercept)",), one, None)]
    ends = np.stack([ends_of(tree, name) for name in names])
    return Played(AgentReplies(tree, "logit", 1.0), indices, {}, ends, counts)


def drawn(rows: int, seed: int, plays: int = 30) -> tuple[Played, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rows)
    eta = np.column_stack([0 * x, 0.3 + 0.5 * x, -0.2 - x, 0.1 * x, 0.4 + 0 * x, -x])
    p = np.exp(eta) / np.exp(eta).sum(axis=1, keepdims=True)
    return talks(rng.multinomial(plays, p).astype(float), x), x


def test_what_outcomes_tell():
    played = talks(np.ones((1, 6)))
    assert moves(played.replies.tree, played.ends).tolist() == [
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
        [2, 0],
        [2, 1],
    ]
    tree = played.replies.tree
    told = moves(tree, np.stack([ends_of(tree, "armed"), ends_of(tree, "quiet")]))
    assert told.tolist() == [[2, -2], [0, -2]]


def test_shares_in_each_kind_of_row():
    counts = np.array([[4.0, 6, 8, 2, 7, 3], [1, 9, 5, 5, 2, 8], [4, 6, 2, 8, 1, 9]])
    played = talks(counts, np.array([0.0, 1.0, 1.0]))
    found = first_stage(played)
    assert found.told == "shares in 2 kinds of rows"
    total = np.array([counts[0], counts[1] + counts[2], counts[1] + counts[2]])
    quiet, talk, arm = (total[:, k : k + 2].sum(axis=1) for k in (0, 2, 4))
    go = total[:, 1::2].sum(axis=1)
    told = np.log([talk / quiet, arm / quiet, go / (total.sum(axis=1) - go)])
    assert played.replies.beliefs == ((0, 1), (0, 2), (1, 1))
    assert found.beliefs == pytest.approx(told, abs=1e-8)
    # the variance of a log-odds of shares is 1/n + 1/m, and two against the same option share 1/n
    assert found.covariance[0, 0] == pytest.approx(1 / talk[0] + 1 / quiet[0], rel=1e-6)
    assert found.covariance[0, 2] == pytest.approx(1 / quiet[0], rel=1e-6)
    assert found.covariance[4, 4] == pytest.approx(1 / go[0] + 1 / (30 - go[0]), rel=1e-6)


def test_a_logit_where_there_are_many_kinds():
    played, x = drawn(60, 1)
    found = first_stage(played)
    assert found.told == "logit on 1 + x"
    p = np.exp(np.vstack([0 * x, found.beliefs[:2]]))
    p /= p.sum(axis=0)
    shown = played.counts.reshape(60, 3, 2).sum(axis=2)
    left = shown - shown.sum(axis=1, keepdims=True) * p.T
    assert np.abs(left.T @ np.column_stack([np.ones(60), x])).max() < 1e-6
    assert found.influence is not None
    assert np.abs(found.influence.sum(axis=0)).max() < 1e-8


def test_each_row_moves_the_numbers_as_told():
    """One more of an outcome in one row, a little of it: the estimate moves by what one such play is said to add."""
    played, _ = drawn(50, 2)
    found = first_stage(played)
    assert found.influence is not None
    assert found.by_outcome is not None
    for row, outcome in ((3, 4), (17, 0), (40, 3)):
        ends = []
        for sign in (1, -1):
            counts = played.counts.copy()
            counts[row, outcome] += sign * 0.01
            ends.append(first_stage(talks(counts, played.design[:, 1])).beliefs)
        slope = (ends[0] - ends[1]) / 0.02
        added = found.by_outcome[outcome, row]
        assert found.columns is not None
        told = np.stack([found.columns @ added[block] for block in found.blocks])
        assert slope == pytest.approx(told, abs=1e-6)
    summed = np.einsum("ro,orn->rn", played.counts, found.by_outcome)
    assert summed == pytest.approx(found.influence, abs=1e-12)


def test_slopes_are_pulled_back_to_the_numbers():
    played, _ = drawn(50, 2)
    found, rng = first_stage(played), np.random.default_rng(0)
    slopes, shift = rng.normal(size=(3, 50, 2)), rng.normal(size=6)
    assert found.columns is not None
    moved = np.stack([found.columns @ shift[block] for block in found.blocks])
    assert found.pulled(slopes) @ shift == pytest.approx(np.einsum("brk,br->k", slopes, moved))


def test_made_again_on_a_part():
    played, _ = drawn(90, 4)
    found, weight = first_stage(played), np.random.default_rng(1).integers(0, 3, 90).astype(float)
    part = played.part(weight)
    other = again(found, part, weight > 0)
    written = np.repeat(np.arange(90), weight.astype(int))
    long = first_stage(talks(played.counts[written], played.design[written, 1]))
    assert long.told == other.told == "logit on 1 + x"
    assert other.beliefs == pytest.approx(long.beliefs[:, np.unique(written, return_index=True)[1]], abs=1e-9)
    assert other.covariance == pytest.approx(long.covariance, rel=1e-6)


def test_a_formula_of_ones_own():
    pd = pytest.importorskip("pandas", reason="pandas is not installed (extra: estimate)")
    pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")
    played, x = drawn(60, 1)
    found = first_stage(played, formula="x + I(x ** 2)", frame=pd.DataFrame({"x": x}))
    assert len(found.covariance) == 9
    plain = first_stage(played)
    assert np.abs(found.beliefs - plain.beliefs).max() > 1e-3


def test_separation_is_found_and_named():
    x = np.linspace(-2, 2, 60)
    counts = np.zeros((60, 6))
    counts[np.arange(60), np.where(x > 0, 5, np.arange(60) % 4)] = 1
    with pytest.raises(DataError, match=r"first: columns predict a move perfectly.*x'"):
        first_stage(talks(counts, x))


@pytest.mark.parametrize(
    ("y", "none"),
    [
        ([0, 0, 0, 1, 1, 1], False),  # complete
        ([0, 0, 1, 0, 1, 1], True),
        ([0, 0, 1, 1, 1, 1], False),
    ],
)
def test_separation_of_two_options(y, none):
    x = np.column_stack([np.ones(6), np.arange(6.0)])
    counts = np.eye(2)[y]
    assert (separation(x, counts) is None) is none
    assert (logit(x, counts) is not None) is none


def test_separation_where_rows_tie():
    """At x = 2 both happen, left of it one, right of it the other: no maximum, though no line parts the two."""
    x = np.column_stack([np.ones(6), [0.0, 1, 2, 2, 3, 4]])
    assert logit(x, np.eye(2)[[0, 0, 0, 1, 1, 1]]) is None


def test_what_the_data_do_not_tell_is_refused():
    counts = np.full((8, 6), 3.0)
    with pytest.raises(DataError, match="do not tell what was done at 'second'"):
        first_stage(talks(counts[:, :3], names=("quiet", "talk", "arm")))
    never = counts.copy()
    never[:, 1::2] = 0
    with pytest.raises(DataError, match=r"never taken.*go"):
        first_stage(talks(never))


def shares(beliefs: np.ndarray) -> dict[str, np.ndarray]:
    p = np.exp(np.vstack([0 * beliefs[0], beliefs[:2]]))
    p /= p.sum(axis=0)
    return {"first > talk": p[1], "arm": p[2], "second > go": 1 / (1 + np.exp(-beliefs[2]))}


def test_given_beliefs():
    played, _ = drawn(20, 5)
    beliefs = np.random.default_rng(0).normal(size=(3, 20))
    found = given(played, shares(beliefs))
    assert found.beliefs == pytest.approx(beliefs, abs=1e-12)
    assert found.covariance.shape == (0, 0)
    wait = {**shares(beliefs)}
    wait["second > wait"] = 1 - wait.pop("second > go")
    assert given(played, wait).beliefs == pytest.approx(beliefs, abs=1e-12)


def test_the_covariance_of_given_beliefs_becomes_that_of_log_odds():
    played, _ = drawn(4, 5)
    rng = np.random.default_rng(0)
    columns = shares(rng.normal(size=(3, 4)))
    root = rng.normal(size=(12, 12))
    found = given(played, columns, covariance=root @ root.T)
    flat = np.concatenate(list(columns.values()))
    slope = np.empty((12, 12))
    for k in range(12):
        up, down = (
            given(played, dict(zip(columns, (flat + s * np.eye(12)[k]).reshape(3, 4), strict=True))).beliefs
            for s in (1e-6, -1e-6)
        )
        slope[:, k] = (up - down).reshape(-1) / 2e-6
    assert found.covariance == pytest.approx(slope @ root @ root.T @ slope.T, rel=1e-6)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"arm": np.zeros(20)}, "above 0 and below 1"),
        ({"arm": np.full(3, 0.5)}, "above 0 and below 1"),
        ({"arm": None}, "are missing"),
        ({"second > fly": np.full(20, 0.5)}, "no such option"),
        ({"arm": np.full(20, 0.9), "first > talk": np.full(20, 0.2)}, "add up to 1 or more"),
        ({"second > wait": np.full(20, 0.123)}, "do not add up"),
    ],
)
def test_bad_beliefs_are_named(changes, word):
    played, _ = drawn(20, 5)
    columns = {**shares(np.zeros((3, 20))), **changes}
    with pytest.raises(BadInput, match=word):
        given(played, {k: v for k, v in columns.items() if v is not None})


def test_a_covariance_of_the_wrong_shape_is_refused():
    played, _ = drawn(20, 5)
    with pytest.raises(BadInput, match="covariance of beliefs"):
        given(played, shares(np.zeros((3, 20))), covariance=np.eye(3))


def test_known_shares_are_their_own_log_odds():
    played, _ = drawn(20, 5)
    assert given(played, shares(np.zeros((3, 20)))).beliefs[2] == pytest.approx(log_odds(np.full(20, 0.5)))
