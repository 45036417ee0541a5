"""A table in, the same table with answers out: in pieces, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from detente.errors import BadInput, DataError
from detente.game import Game
from detente.game.tree import Tree
from detente.game.unfold import unfold
from detente.solve import rows as rows_module
from detente.solve import solve, solve_table
from detente.solve import table as table_module
from detente.solve.rows import Source
from detente.solve.table import rows_at_once, solve_stream


@pytest.fixture(scope="module")
def entry() -> Tree:
    return unfold(
        Game(
            title="Entry",
            players={"E": "entrant", "D": "defender"},
            parameters={
                "prize": {"range": [0.1, 0.9], "because": "an example"},
                "harm": {"range": [0.1, 0.9], "because": "an example"},
            },
            moves=[
                {"move": "enter", "by": "E", "options": ["come", "stay_out"]},
                {"move": "answer", "by": "D", "options": ["fight", "give_way"], "when": "enter == come"},
            ],
            payoffs={
                "E": {
                    "prize": {"worth": "prize", "when": "answer == give_way"},
                    "harm": {"worth": "-harm", "when": "answer == fight"},
                },
                "D": {"fight": {"worth": -1, "when": "answer == fight"}},
            },
            events={"entry": "enter == come"},
        )
    )


def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "MOST_ROWS", 64)
    monkeypatch.setattr(rows_module, "BYTES_AT_ONCE", 1000)


@pytest.mark.parametrize("source", ["csv", "parquet"])
@pytest.mark.parametrize("target", ["csv", "parquet"])
def test_pieces_make_the_same_table_as_one_sweep(
    entry: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, target: str
) -> None:
    small_pieces(monkeypatch)
    rng = np.random.default_rng(3)
    n = 300
    table = pl.DataFrame(
        {"id": np.arange(n), "prize": rng.uniform(0.1, 0.9, n), "note": [f'a, "{k}"\nb' for k in range(n)]}
    )
    into, out = tmp_path / f"in.{source}", tmp_path / f"out.{target}"
    (table.write_csv if source == "csv" else table.write_parquet)(into)
    told = solve_table(entry, into, out, precision=3.0, fixed={"harm": 0.5})
    assert told == {"draws": n, "certified": n, "parameters_from_columns": ["prize"], "out": str(out)}
    answers = pl.read_csv(out) if target == "csv" else pl.read_parquet(out)
    assert answers.select(table.columns).equals(table)
    once = solve(entry, {"prize": table["prize"].to_numpy(), "harm": np.full(n, 0.5)}, precision=3.0)
    assert np.array_equal(answers["event.entry"].to_numpy(), once.event[:, 0])
    assert np.array_equal(answers["value.E"].to_numpy(), once.value[:, 0])
    assert (answers["lambda"] == 3.0).all()
    assert set(tmp_path.iterdir()) == {into, out}


def test_the_last_line_may_end_with_the_file(entry: Tree, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(b"\xef\xbb\xbfprize,k\r\n0.5,1\r\n0.25,2")
    solve_table(entry, tmp_path / "in.csv", tmp_path / "out.csv", precision=1.0)
    answers = pl.read_csv(tmp_path / "out.csv")
    assert answers["prize"].to_list() == [0.5, 0.25]
    assert answers["k"].to_list() == [1, 2]


def test_a_column_has_the_type_that_all_its_rows_allow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole numbers at first, then halves; numbers at first, then words; nothing at first, then numbers."""
    small_pieces(monkeypatch)
    lines = [f"{k},{k}," for k in range(400)] + ["0.5,word,7"]
    (tmp_path / "in.csv").write_text("a,b,c\n" + "\n".join(lines) + "\n", encoding="utf-8")
    source = Source(tmp_path / "in.csv")
    assert source.schema == {"a": pl.Float64, "b": pl.String, "c": pl.Int64}
    pieces = list(source.pieces(64))
    assert max(p.height for p in pieces) <= 64
    whole = pl.concat(pieces)
    assert whole["a"].to_list() == [*map(float, range(400)), 0.5]
    assert whole["b"].to_list()[-2:] == ["399", "word"]
    assert whole["c"].to_list()[-2:] == [None, 7]


def test_a_table_without_rows_gets_its_columns(entry: Tree, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("prize,id\n", encoding="utf-8")
    told = solve_table(entry, tmp_path / "in.csv", tmp_path / "out.csv")
    assert told["draws"] == 0
    header = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert header == ["prize,id,event.entry,value.E,value.D,lambda,status,residual,max_gain"]


def test_the_limit_is_named_so_in_every_row(entry: Tree, tmp_path: Path) -> None:
    pl.DataFrame({"prize": [0.2, 0.4]}).write_csv(tmp_path / "in.csv")
    solve_table(entry, tmp_path / "in.csv", tmp_path / "out.parquet")
    answers = pl.read_parquet(tmp_path / "out.parquet")
    assert answers["lambda"].to_list() == ["limit", "limit"]
    assert answers["residual"].null_count() == 2  # the limit has gains, not a residual


def test_bad_numbers_are_named_by_line_and_leave_nothing_behind(
    entry: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_pieces(monkeypatch)
    lines = ["0.5"] * 200 + ["half"] + ["0.5"] * 3
    (tmp_path / "in.csv").write_text("prize\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "out.parquet").write_bytes(b"what was there before")
    with pytest.raises(DataError, match=r"in\.csv:202, prize: not a finite number; found 'half'"):
        solve_table(entry, tmp_path / "in.csv", tmp_path / "out.parquet", precision=1.0)
    assert (tmp_path / "out.parquet").read_bytes() == b"what was there before"
    assert {p.name for p in tmp_path.iterdir()} == {"in.csv", "out.parquet"}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("in.csv", b"", "empty"),
        ("in.csv", b'prize\n"0.5\n' + b"0.5\n" * 5000, "quote left open"),
        ("in.csv", b"prize,b\n0.5,1\n0.5,1,2,3\n", "cannot be read"),
        ("in.csv", b"prize,status\n0.5,1\n", "name of a result"),
        ("in.parquet", b"PAR1 it is not", "cannot be read"),
        ("in.xlsx", b"PK", "one of two forms"),
    ],
)
def test_what_is_no_table_is_said(
    entry: Tree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, told: str
) -> None:
    small_pieces(monkeypatch)
    monkeypatch.setattr(rows_module, "LONGEST_ROW", 4000)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=told):
        solve_table(entry, tmp_path / name, tmp_path / "out.csv", precision=1.0)
    assert not (tmp_path / "out.csv").exists()


def test_a_stream_is_solved_as_it_is_asked_for(entry: Tree) -> None:
    asked: list[int] = []

    def pieces():  # type: ignore[no-untyped-def]
        for k in range(3):
            asked.append(k)
            yield pl.DataFrame({"prize": [0.1 * (k + 1)]})

    stream = solve_stream(entry, pieces(), precision=2.0)
    first = next(stream)
    assert asked == [0]
    assert first["prize"].to_list() == [0.1]
    assert len(list(stream)) == 2


def test_larger_games_are_solved_fewer_rows_at_once(entry: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rows_at_once(entry) == table_module.MOST_ROWS
    monkeypatch.setattr(table_module, "NUMBERS_AT_ONCE", 10_000)
    assert 64 <= rows_at_once(entry) < 1000
