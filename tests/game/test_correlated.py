"""Correlations in the game file: what is read, and what cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from detente.errors import GameError
from detente.game import Game, game_yaml
from detente.game.dependence import normal_correlation, score_correlations
from detente.game.file import game_from_mapping, parse_yaml

PARAMETERS: dict[str, Any] = {
    "a": {"range": [0, 1]}, "b": {"loguniform": [1, 10]}, "c": {"triangular": [0, 1, 2]}, "f": 3,
    "m": {"derived": "(a + c) / 2"},
}  # fmt: skip


def game(*correlated: Any, **more: Any) -> Game:
    return Game(
        players=["A"], moves=[{"move": "m1", "by": "A", "options": ["x", "y"]}], payoffs={"A": {}}, parameters=PARAMETERS,
        correlated=correlated, **more,
    )  # fmt: skip


def test_pairs_and_groups_are_read_and_written_back() -> None:
    made = game(
        {"between": ["a", "b"], "rank": "3/5", "because": "both follow the war"},
        {"between": ["b", "c"], "rank": -0.2},
    )
    first, second = made.correlated
    assert (first.between, first.rank, first.because) == (("a", "b"), 0.6, "both follow the war")
    assert second.pairs == (("b", "c"),)
    mapping, places = parse_yaml(game_yaml(made))
    assert game_from_mapping(mapping, places.lines).correlated == made.correlated
    assert game({"between": ["a", "b", "c"], "rank": 0.3}).correlated[0].pairs == (
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    )
    assert game().correlated == ()


def test_the_matrix_of_scores_is_in_the_order_asked_for_and_leaves_others_out() -> None:
    made = game({"between": ["a", "b"], "rank": 0.6})
    rho = 2 * np.sin(np.pi * 0.6 / 6)
    matrix = score_correlations(made.correlated, ["c", "b", "a"])
    assert matrix is not None
    assert matrix == pytest.approx(np.array([[1, 0, 0], [0, 1, rho], [0, rho, 1]]))
    assert score_correlations(made.correlated, ["a", "c"]) is None
    assert score_correlations(made.correlated, []) is None


@settings(derandomize=True, max_examples=20, deadline=None)
@given(rank=st.floats(-0.99, 0.99))
def test_scores_with_that_correlation_have_that_rank_correlation(rank: float) -> None:
    """Spearman's coefficient of a bivariate normal is 6 / pi asin(rho / 2): by integration of P(both scores above others')."""
    rho = normal_correlation(rank)
    # 12 E[F(x) G(y)] - 3, and E[F(x) G(y)] = P(u < x, v < y) with u, v independent scores: an orthant of correlation rho / 2
    corner = stats.multivariate_normal([0, 0], [[1, rho / 2], [rho / 2, 1]]).cdf([0, 0])
    assert 12 * corner - 3 == pytest.approx(rank, abs=1e-6)


@pytest.mark.parametrize(
    ("entry", "said", "field"),
    [
        ({"between": ["a", "bb"], "rank": 0.5}, "no such parameter.*Did you mean 'b'", "correlated[0].between"),
        ({"between": ["a", "f"], "rank": 0.5}, "does not vary", "correlated[0].between"),
        ({"between": ["a", "m"], "rank": 0.5}, "derived", "correlated[0].between"),
        ({"between": ["a"], "rank": 0.5}, "two parameters or more", "correlated[0].between"),
        ({"between": ["a", "a"], "rank": 0.5}, "each named once", "correlated[0].between"),
        ({"between": ["a", "b"], "rank": 1}, "between -1 and 1", "correlated[0].rank"),
        ({"between": ["a", "b"], "rank": -1.5}, "between -1 and 1", "correlated[0].rank"),
        ({"between": ["a", "b"], "rank": "a"}, "number should stand here", "correlated[0].rank"),
        ({"between": ["a", "b"]}, "`rank` is missing", "correlated[0]"),
        ({"between": ["a", "b"], "pearson": 0.5}, "no such key", "correlated[0].pearson"),
        ({"between": "a, b", "rank": 0.5}, "wrong kind", "correlated[0].between"),
        ("a b 0.5", "list of `key: value`", "correlated[0]"),
        ({"between": ["a", "b"], "rank": 0.5, "evidence": {"source": "who"}}, "`says` is missing", "correlated[0].evidence"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(entry: Any, said: str, field: str) -> None:
    with pytest.raises(GameError, match=said) as told:
        game(entry)
    assert str(told.value.where.field).startswith(field)


def test_a_pair_stands_there_once() -> None:
    with pytest.raises(GameError, match=r"twice; found 'b and a'|twice; found 'a and b'"):
        game({"between": ["a", "b"], "rank": 0.5}, {"between": ["b", "a"], "rank": 0.4})


def test_correlations_that_nothing_can_have_are_one_error_that_names_the_pairs() -> None:
    with pytest.raises(GameError, match="not positive definite") as told:
        game(
            {"between": ["a", "b"], "rank": 0.9}, {"between": ["b", "c"], "rank": 0.9}, {"between": ["a", "c"], "rank": -0.9}
        )  # fmt: skip
    assert "a and b 0.9, b and c 0.9, a and c -0.9" in str(told.value)
    # the unnamed pair counts as 0, and that can be what is impossible
    with pytest.raises(GameError, match="pairs that are not named count as 0"):
        game({"between": ["a", "b"], "rank": 0.8}, {"between": ["b", "c"], "rank": 0.8})
    assert game({"between": ["a", "b", "c"], "rank": 0.8}).correlated


def test_evidence_of_a_correlation_cites_a_listed_source() -> None:
    entry = {"between": ["a", "b"], "rank": 0.5, "evidence": {"source": "survey", "says": "0.5 in 40 cases"}}
    assert game(entry, sources={"survey": {"cite": "S"}}).correlated[0].evidence[0].source == "survey"
    with pytest.raises(GameError, match="no such source"):
        game(entry, sources={"other": {"cite": "S"}})


def test_a_crowd_is_refused_before_its_pairs_are_made() -> None:
    many = {f"p{k}": {"range": [0, 1]} for k in range(300)}
    with pytest.raises(GameError, match="too many parameters go together"):
        Game(players=["A"], moves=[{"move": "m1", "by": "A", "options": ["x", "y"]}], payoffs={"A": {}}, parameters=many,
             correlated=[{"between": list(many), "rank": 0.1}])  # fmt: skip
