"""Solutions as data frames: the same numbers, named, in the library that is asked for."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import polars as pl
import pytest
from games import signalling

from detente.errors import BadInput
from detente.solve import Solutions, solve
from detente.solve.frames import table_of


@pytest.fixture(scope="module")
def found() -> Solutions:
    return solve(signalling(np.random.default_rng(5)), precision=np.array([0.5, 1.0, 2.0]))


def test_one_row_a_draw(found: Solutions) -> None:
    table = found.frame()
    assert isinstance(table, pl.DataFrame)
    assert table["lambda"].to_list() == [0.5, 1.0, 2.0]
    assert table["status"].to_list() == ["certified"] * 3
    for k, player in enumerate(found.tree.players):
        assert np.array_equal(table[f"value.{player}"].to_numpy(), found.value[:, k])


def test_one_row_an_option(found: Solutions) -> None:
    table = found.strategy_frame()
    assert table.columns == ["draw", "player", "set", "option", "probability"]
    assert table.height == 3 * found.tree.n_slots
    for row in table.iter_rows(named=True):
        told = found.behaviour(row["draw"])[row["player"], row["set"]][row["option"]]
        assert told == row["probability"]
    sums = table.group_by("draw", "player", "set").agg(pl.col("probability").sum())["probability"]
    assert np.allclose(sums.to_numpy(), 1)


def test_one_row_a_node(found: Solutions) -> None:
    table = found.belief_frame()
    assert table.columns == ["draw", "player", "set", "node", "probability"]
    for row in table.iter_rows(named=True):
        beliefs = found.beliefs(row["draw"])[row["player"], row["set"]]
        assert beliefs[tuple(row["node"].split(" / "))] == row["probability"]


@pytest.mark.skipif(find_spec("pandas") is None, reason="pandas is not installed")
def test_pandas_has_the_same_numbers(found: Solutions) -> None:
    import pandas as pd

    ours, theirs = found.frame(), found.frame("pandas")
    assert isinstance(theirs, pd.DataFrame)
    assert list(theirs.columns) == ours.columns
    for name in ours.columns:
        assert theirs[name].tolist() == ours[name].to_list() or np.isnan(theirs[name]).all()
    theirs.loc[0, "residual"] = 7.0  # a copy: the answers stay as they are
    assert found.residual[0] != 7.0


def test_a_library_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, found: Solutions) -> None:
    with pytest.raises(BadInput, match="Did you mean 'pandas'"):
        found.frame("panda")  # type: ignore[arg-type]
    monkeypatch.setattr(
        "detente.solve.frames.find_spec", lambda name: None if name == "pandas" else find_spec(name)
    )
    with pytest.raises(BadInput, match="pandas is not installed"):
        table_of({"a": np.zeros(2)}, "pandas")
