"""Files of draws: what is in the file and nothing else; everything hostile is one sentence with the row."""

from __future__ import annotations

import hashlib
import tracemalloc

import numpy as np
import polars as pl
import pytest
from plain import DISCRETE, LOG, nothing, study_over, uniform, x_below_y

from detente.errors import BadInput, DataError, GameError
from detente.explore.protocol import Derived
from detente.explore.sampling import table as tables
from detente.explore.sampling.designs import FromFile, blocks, draw
from detente.game.parameter import Parameter

X, Y, Z = uniform("x"), uniform("y", 0, 2), uniform("z", 0, 10, 4)
FIXED = Parameter("c", 7, 7, 7)


def csv(folder, text, name="draws.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return FromFile(path)


def rows(block, *names):
    return sorted(zip(*(block.draws[n].tolist() for n in names), strict=True))


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_the_draws_are_the_rows_of_the_file(tmp_path, suffix):
    rng = np.random.default_rng(3)
    x, y = rng.random(300), 2 * rng.random(300)
    frame = pl.DataFrame({"Draw": np.arange(300), "y": y, "x": x, "label": ["a"] * 300, "event.hit": x})
    path = tmp_path / f"draws.{suffix}"
    getattr(frame, f"write_{suffix}")(path)
    block = draw(study_over(X, FIXED, Y, Z), 0, 1, FromFile(path))
    assert rows(block, "x", "y") == sorted(zip(x.tolist(), y.tolist(), strict=True))
    assert set(block.draws["z"]) == {4}
    assert set(block.draws["c"]) == {7}
    assert list(block.draws) == ["x", "c", "y", "z"]
    plan = FromFile(path).plan(study_over(X, FIXED, Y, Z))
    assert plan.record == {
        "kind": "file", "file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "columns": ["y", "x"],
        "rows": 300, "refused": 0, "shuffled_by": 20_231,
    }  # fmt: skip
    assert not plan.replicated
    assert "300 rows of draws" in plan.measure(0)
    assert "no sampling interval" in plan.measure(0)
    assert "the other parameter at its base value" in plan.measure(0)


def test_a_sorted_file_is_shuffled_by_the_seed_so_that_halves_are_alike(tmp_path):
    x = np.sort(np.random.default_rng(1).random(2000))
    pl.DataFrame({"x": x}).write_csv(tmp_path / "d.csv")
    design = FromFile(tmp_path / "d.csv")
    one, again, other = (draw(study_over(X), 0, seed, design).draws["x"] for seed in (1, 1, 2))
    assert one.tobytes() == again.tobytes() != other.tobytes()
    sd = x.std() / 1000**0.5
    assert abs(one[0::2].mean() - one[1::2].mean()) < 4 * sd
    assert abs(one[:1000].mean() - one[1000:].mean()) < 4 * sd


@pytest.mark.parametrize("size", [8, 64, 256])
def test_rows_that_break_a_constraint_are_refused_and_counted(tmp_path, size):
    rng = np.random.default_rng(2)
    x, y = rng.random(500), rng.random(500)
    pl.DataFrame({"x": x, "y": y}).write_csv(tmp_path / "d.csv")
    study, design = study_over(X, Y, admissible=x_below_y), FromFile(tmp_path / "d.csv")
    whole = draw(study, 0, 1, design)
    kept = x < y
    assert rows(whole, "x", "y") == sorted(zip(x[kept].tolist(), y[kept].tolist(), strict=True))
    pieces = list(blocks(study, 0, size, 1, design))
    assert whole.refused == pieces[-1].refused == int((~kept).sum())
    assert np.concatenate([b.draws["x"] for b in pieces]).tobytes() == whole.draws["x"].tobytes()


def test_a_file_read_in_many_pieces_is_the_same(tmp_path, monkeypatch):
    x = np.random.default_rng(1).random(5000)
    pl.DataFrame({"x": x}).write_csv(tmp_path / "d.csv")
    whole = draw(study_over(X), 0, 1, FromFile(tmp_path / "d.csv")).draws["x"]
    monkeypatch.setattr(tables, "_NUMBERS", 16)
    monkeypatch.setattr("detente.solve.rows.BYTES_AT_ONCE", 1000)
    assert draw(study_over(X), 0, 1, FromFile(tmp_path / "d.csv")).draws["x"].tobytes() == whole.tobytes()
    assert np.sort(whole).tolist() == np.sort(x).tolist()


def test_memory_does_not_grow_with_the_rows(tmp_path):
    """Half a million rows of twelve columns are 48 MB of numbers; what is held at a time does not depend on the rows."""
    parameters = [uniform(f"p{k}") for k in range(12)]
    n = 500_000
    column = np.linspace(0, 1, n)
    pl.DataFrame({p.name: column for p in parameters}).write_parquet(tmp_path / "d.parquet")
    tracemalloc.start()
    try:
        plan = FromFile(tmp_path / "d.parquet").plan(study_over(*parameters), 0, 1)
        total = sum(float(b.draws["p3"].sum()) for b in plan.blocks(4096))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == pytest.approx(n / 2)
    assert plan.n == n
    assert peak < 100e6  # what was read at once, its copies, and the order


def test_numbers_written_to_fewer_digits_than_the_range_lie_at_its_end(tmp_path):
    third = Parameter("x", 0.2, 0, 1 / 3, "uniform")
    got = draw(study_over(third), 0, 1, csv(tmp_path, "x\n0.3333333334\n0\n")).draws["x"]
    assert sorted(got) == [0, 1 / 3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,yy\n0.1,0.2\n", "'yy'.*Did you mean 'y'"),
        ("x,cost\n0.1,0.2\n", "no parameter.*found 'cost'"),
        ("id,name\n1,a\n", "no column has the name of a parameter"),
        ("x\n0.1\nfoo\n", "row 2 has no finite number for x; found 'foo'"),
        ("x\n0.1\n0.2\nnan\n", "row 3 has no finite number for x"),
        ("x\n0.1\ninf\n", "row 2 has no finite number for x"),
        ("x,y\n0.1,1\n0.2,\n", "row 2 has no finite number for y; found 'nothing'"),
        ("x\n0.1\n1.5\n", "row 2 is outside the range of x; found '1.5'; allowed: 0 to 1"),
        ("x,m\n0.1,0\n", "row 1 is outside the range of m"),
        ("x,k\n0.1,1\n0.2,3\n", "row 2 is outside the range of k; found '3'; allowed: 1, 2, 5"),
        ("x,c\n0.1,7\n0.2,8\n", "row 2 is outside the range of c; found '8'; allowed: 7, at which it is fixed"),
        ("x,mid\n0.1,7\n", "derived"),
        ("x;y\n0.1;0.2\n", "separated by commas"),
        ("x\ty\n0.1\t0.2\n", "separated by commas"),
        ("x\n", "no rows"),
        ("", "empty"),
        ("x,y\n0.1\n0.2,0.3,0.4\n", "cannot be read|no finite number"),
        ("x,x\n0.1,0.2\n", "x_duplicated_0|no parameter"),
        ('x\n0.1\n"0.2\n', "draws.csv"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_with_its_place(tmp_path, text, said):
    study = study_over(
        X, Y, LOG, DISCRETE, FIXED, derived=(Derived("mid", "the middle", frozenset({"x", "y"})),)
    )
    with pytest.raises(DataError, match=said) as told:
        draw(study, 0, 1, csv(tmp_path, text))
    assert "draws.csv" in str(told.value)


def test_the_line_of_a_wrong_number_is_that_of_the_file(tmp_path):
    with pytest.raises(DataError) as told:
        draw(study_over(X), 0, 1, csv(tmp_path, "x\n0.1\n0.2\n7\n"))
    assert told.value.where.line == 4
    assert told.value.where.field == "x"


def test_files_that_are_none(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "text.parquet").write_text("no table")
    (tmp_path / "bytes.csv").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "draws.xlsx").write_text("x")
    for name in ("folder.csv", "absent.csv", "text.parquet", "bytes.csv", "draws.xlsx", "."):
        with pytest.raises(DataError):
            draw(study_over(X), 0, 1, FromFile(tmp_path / name))


def test_too_many_rows_are_refused_while_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "MOST_DRAWS", 100)
    pl.DataFrame({"x": np.full(101, 0.5)}).write_csv(tmp_path / "d.csv")
    with pytest.raises(DataError, match="too many rows"):
        draw(study_over(X), 0, 1, FromFile(tmp_path / "d.csv"))


def test_a_disk_without_room_is_told(tmp_path, monkeypatch):
    class Full:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def write(self, _):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(tables.tempfile, "TemporaryFile", lambda **_: Full())
    with pytest.raises(DataError, match="No space left"):
        draw(study_over(X), 0, 1, csv(tmp_path, "x\n0.1\n"))


def test_constraints_that_refuse_every_row(tmp_path):
    with pytest.raises(GameError, match="refuse every draw"):
        draw(study_over(X, admissible=nothing), 0, 1, csv(tmp_path, "x\n0.1\n"))


def test_a_file_of_text_where_a_parameter_should_be_is_bad_input_not_a_traceback(tmp_path):
    pl.DataFrame({"x": [[1.0], [2.0]]}).write_parquet(tmp_path / "lists.parquet")
    with pytest.raises(BadInput):
        draw(study_over(X), 0, 1, FromFile(tmp_path / "lists.parquet"))


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes(b"\xef\xbb\xbfx,y\r\n0.25,0.5\r\n0.75,1.5\r\n")
    assert rows(draw(study_over(X, Y), 0, 1, FromFile(path)), "x", "y") == [(0.25, 0.5), (0.75, 1.5)]
