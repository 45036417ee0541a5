"""Tables as they come: every form read as the same rows, or one clear error that names the place; nothing dropped in silence."""

from __future__ import annotations

import datetime
import struct
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

import pandas as pd

from detente.errors import BadInput, DataError
from detente.estimate import MissingRows, fit
from detente.estimate import data as data_module
from detente.estimate import files as files_module
from detente.estimate.data import complete, counted, frame_of
from detente.estimate.files import AssumedEncoding
from detente.estimate.formulas import index
from detente.models import find

GAME = find("strategic-probit-12").game
TREE = GAME.tree()
NAMES = {"peace": "stop", "given": "go_on > give_in", "war": "go_on > resist"}
TABLE = pd.DataFrame({
    "x": [0.5, -1.25, 2.0, 0.0, 1.5, -0.75], "b": [0, 1, 1, 0, 0, 1],
    "what": ["peace", "war", "given", "peace", "war", "given"],
})  # fmt: skip
SHOWN = [[1, 0, 0], [0, 0, 1], [0, 1, 0]] * 2


def seen(data: object, formula: str = "1 + x + b", outcome="what", names=NAMES) -> tuple[list, list, list]:
    """The regressors, the events and their counts, as a fit takes them."""
    frame = frame_of(data)
    used = [outcome, "x", "b"] if isinstance(outcome, str) else ["x", "b", *outcome.values()]
    frame = complete(frame, used)
    made = index("u11", formula, frame)
    events, _, counts = counted(frame, outcome, names or {}, TREE)
    return made.matrix.tolist(), events, counts.tolist()


WANT = seen(TABLE)


def test_what_is_wanted():
    columns = np.column_stack([np.ones(6), TABLE.x, TABLE.b]).tolist()
    assert (columns, list(NAMES.values()), SHOWN) == WANT


CSV = TABLE.to_csv(index=False)
TEXTS = {
    "comma": CSV.encode(),
    "mark": CSV.encode("utf-8-sig"),
    "utf-16": CSV.encode("utf-16"),
    "windows lines": CSV.replace("\n", "\r\n").encode(),
    "semicolon": CSV.replace(",", ";").encode(),
    "tab": CSV.replace(",", "\t").encode(),
    "bar": CSV.replace(",", "|").encode(),
    "decimal comma": TABLE.to_csv(index=False, sep=";", decimal=",").encode(),
    "decimal comma, tab": TABLE.to_csv(index=False, sep="\t", decimal=",").encode(),
    "blanks in the head": CSV.replace("x,b,what", " x , b,what ").encode(),
    "blanks at labels": CSV.replace("peace", " peace ").encode(),
    "quoted": CSV.replace("peace", '"peace"').replace("0.5", '"0.5"').encode(),
    "TRUE": TABLE.assign(b=TABLE.b.map({0: "FALSE", 1: "TRUE"})).to_csv(index=False).encode(),
    "true": TABLE.assign(b=TABLE.b.map({0: "false", 1: "true"})).to_csv(index=False).encode(),
    "row names": TABLE.to_csv(index=True).encode(),
    "blank lines": CSV.replace("\n", "\n\n").encode(),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_text_files_of_many_programs_are_the_same_rows(tmp_path: Path, text: bytes):
    (tmp_path / "d.CSV").write_bytes(text)
    assert seen(tmp_path / "d.CSV") == WANT


POLARS = pl.DataFrame(TABLE.to_dict("list"))
FRAMES = {
    "polars": POLARS,
    "enum": POLARS.with_columns(pl.col("what").cast(pl.Enum(["war", "peace", "given"]))),
    "polars categories": POLARS.with_columns(pl.col("what").cast(pl.Categorical)),
    "polars truth": POLARS.with_columns(pl.col("b").cast(pl.Boolean)),
    "polars decimals": POLARS.with_columns(pl.col("x").cast(pl.Decimal(10, 3))),
    "mapping": TABLE.to_dict("list"),
    "mapping of arrays": {c: TABLE[c].to_numpy() for c in TABLE},
    "mapping of series": {c: TABLE[c].set_axis(range(6, 0, -1)) for c in TABLE},
    "categories": TABLE.assign(what=TABLE.what.astype("category")),
    "text type": TABLE.assign(what=TABLE.what.astype("string")),
    "nullable": TABLE.assign(b=TABLE.b.astype("Int64"), x=TABLE.x.astype("Float64")),
    "truth": TABLE.assign(b=TABLE.b.astype(bool)),
    "nullable truth": TABLE.assign(b=TABLE.b.astype("boolean")),
    "objects": TABLE.assign(x=TABLE.x.astype(object), b=TABLE.b.astype(bool).astype(object)),
    "Decimal": TABLE.assign(x=[Decimal(str(v)) for v in TABLE.x]),
    "blanks": TABLE.assign(what=" " + TABLE.what + "\t"),
    "an index of its own": TABLE.set_index(pd.date_range("1914-07-28", periods=6)),
}


@pytest.mark.parametrize("table", FRAMES.values(), ids=FRAMES.keys())
def test_frames_of_many_types_are_the_same_rows(table):
    assert seen(table) == WANT


def test_arrow_tables(tmp_path: Path):
    arrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    assert seen(arrow.table(TABLE.to_dict("list"))) == WANT


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Enum(list(NAMES))])
def test_parquet_with_dictionaries(tmp_path: Path, kind):
    POLARS.with_columns(pl.col("what").cast(kind)).write_parquet(tmp_path / "d.parquet")
    assert seen(tmp_path / "d.parquet") == WANT


CODED = TABLE.assign(what=TABLE.what.map({"peace": 0, "given": 1, "war": 2}))
BY_CODE = {0: "stop", 1: "go_on > give_in", 2: "go_on > resist"}
LABELS = {0: "peace", 1: "given ", 2: "war"}


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (None, BY_CODE),
        (None, {float(k): v for k, v in BY_CODE.items()}),
        (None, {str(k): v for k, v in BY_CODE.items()}),
        (LABELS, NAMES),
        (LABELS, BY_CODE),  # the numbers behind the labels
        ({0: "peace", 2: "war"}, BY_CODE),  # a number without a label: numbers stay
        ({0: "some", 1: "some", 2: "war"}, BY_CODE),  # one label for two numbers: numbers stay
    ],
)
def test_stata_labels_and_numbers(tmp_path: Path, labels, names):
    told = {"value_labels": {"what": labels}} if labels else {}
    CODED.to_stata(tmp_path / "d.dta", write_index=False, **told)
    assert seen(tmp_path / "d.dta", names=names) == WANT


def test_stata_categories_keep_the_order_of_their_numbers(tmp_path: Path):
    data = TABLE.assign(b=[3, 1, 2, 3, 1, 2])
    data.to_stata(tmp_path / "d.dta", write_index=False, value_labels={"b": {1: "zero", 2: "mid", 3: "all"}})
    made = index("u11", "1 + b", frame_of(tmp_path / "d.dta"))
    assert made.terms == ("(Intercept)", "b[mid]", "b[all]")
    assert made.matrix[:, 2].tolist() == [1, 0, 0, 1, 0, 0]


def test_missing_values_of_every_letter(tmp_path: Path):
    """Stata's . and .a to .z, which pandas cannot write, are put into the bytes of the file."""
    path, marks = tmp_path / "d.dta", (1234567.0, 7654321.0)
    TABLE.assign(x=[0.5, *marks, 0.0, 1.5, -0.75]).to_stata(path, write_index=False)
    raw = path.read_bytes()
    for mark, hidden in zip(marks, (0x7FE0000000000000, 0x7FE0010000000000), strict=True):
        assert raw.count(struct.pack("<d", mark)) == 1
        raw = raw.replace(struct.pack("<d", mark), struct.pack("<Q", hidden))
    path.write_bytes(raw)
    with pytest.warns(MissingRows, match=r"2 of 6 rows left out.*\(x 2\)"):
        assert seen(path)[0] == [WANT[0][k] for k in (0, 3, 4, 5)]


GAPS = {
    "nullable": TABLE.assign(b=TABLE.b.astype("Int64").where(TABLE.x != 2)),
    "truth": TABLE.assign(b=[False, True, None, False, False, True]),
    "nullable truth": TABLE.assign(b=TABLE.b.astype("boolean").where(TABLE.x != 2)),
    "polars": POLARS.with_columns(pl.when(pl.col("x") == 2).then(None).otherwise(pl.col("b")).alias("b")),
    "label": TABLE.assign(what=TABLE.what.where(TABLE.x != 2)),
    "blank label": TABLE.assign(what=TABLE.what.where(TABLE.x != 2, "  ")),
    "category": TABLE.assign(what=TABLE.what.astype("category").where(TABLE.x != 2)),
}


@pytest.mark.parametrize("table", GAPS.values(), ids=GAPS.keys())
def test_gaps_are_counted_and_told(table):
    with pytest.warns(MissingRows, match="1 of 6 rows left out"):
        shown, events, counts = seen(table)
    keep = [0, 1, 3, 4, 5]
    assert (shown, events) == ([WANT[0][k] for k in keep], WANT[1])
    assert counts == [SHOWN[k] for k in keep]


@pytest.mark.parametrize("word", ["", "NA", "NaN", ".", "#N/A", "null"])
def test_gaps_in_text_files(tmp_path: Path, word):
    (tmp_path / "d.csv").write_text(CSV.replace("2.0", word), "utf-8")
    with pytest.warns(MissingRows, match=r"1 of 6 .*\(x 1\)"):
        assert seen(tmp_path / "d.csv")[0] == [WANT[0][k] for k in (0, 1, 3, 4, 5)]


def test_a_category_that_no_row_is_left_of_is_no_column():
    data = TABLE.assign(b=pd.Categorical(["lo", "hi", "hi", "lo", "lo", "hi"], ["lo", "mid", "hi"]))
    frame = complete(frame_of(data), ["x", "b", "what"])
    assert index("u11", "1 + b", frame).terms == ("(Intercept)", "b[hi]")


def test_an_encoding_that_was_assumed_is_told(tmp_path: Path):
    (tmp_path / "d.csv").write_bytes(CSV.replace("peace", "détente").encode("cp1252"))
    names = {"détente": "stop", "given": NAMES["given"], "war": NAMES["war"]}
    with pytest.warns(AssumedEncoding, match=r"line 2\): read as Windows-1252"):
        assert seen(tmp_path / "d.csv", names=names) == WANT
    (tmp_path / "d.csv").write_bytes(CSV.replace("peace", "\x81").encode("latin-1"))
    with pytest.raises(DataError, match=r"neither UTF-8 nor Windows-1252"):
        frame_of(tmp_path / "d.csv")


LINES = CSV.splitlines()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        (LINES[0] + "\n", "no rows"),
        (CSV.replace("x,b,", "x,x,"), "same name.*'x'"),
        ("\n".join([LINES[0], *(line + ",1" for line in LINES[1:])]), "more cells"),
        ("\n".join([LINES[0], *(line + "," for line in LINES[1:])]), "more cells"),
        (CSV.replace("2.0,1,given", "2.0,1,given,7"), "line 4"),
        (CSV.replace("2.0", "two"), r"u11.*numbers or categories.*x, row 3: 'two'"),
        (CSV.replace("2.0", '"1,234"'), r"row 3: '1,234'"),
        (CSV.replace("2.0", "2.0,5"), "line 4"),
        (CSV.replace("2.0", "inf"), "not finite.*x, row 3"),
        (CSV.replace("2.0", "1e200"), "beyond 1e.100.*x, row 3"),
        (CSV.replace("-1.25,1,war", "-1.25,1,wra"), "what, row 2: the game cannot.*'wra'.*mean 'war'"),
        (CSV.replace("peace", '"peace', 1), "cannot be read"),
    ],
)
def test_a_text_file_that_is_wrong_is_one_clear_error(tmp_path: Path, text: str, words: str):
    (tmp_path / "d.csv").write_text(text, "utf-8")
    with pytest.raises(DataError, match=words):
        seen(tmp_path / "d.csv")


def test_rows_keep_the_number_of_the_file():
    """After a row with a gap was left out."""
    data = TABLE.assign(x=[np.nan, *TABLE.x[1:]], what=[*TABLE.what[:4], "truce", "war"])
    with pytest.warns(MissingRows), pytest.raises(DataError, match=r"row 5.*truce"):
        seen(data)
    with pytest.warns(MissingRows), pytest.raises(DataError, match="x, row 4"):
        seen(data.assign(x=[np.nan, 1.0, 2.0, np.inf, 1.0, 2.0]))


DAYS = pd.date_range("1914-07-28", periods=6)


@pytest.mark.parametrize(
    ("x", "words"),
    [
        (DAYS, "dates.*datetime64"),
        (DAYS - DAYS[0], "durations.*timedelta64"),
        (pd.period_range("1914", periods=6, freq="Y"), "dates"),
        ([datetime.date(1914, 8, 1 + k) for k in range(6)], "holds numbers or categories"),
        (TABLE.x + 0j, "complex"),
        (TABLE.x.astype(str), "these numbers are text.*row 1: '0.5'"),
        ([1.0, 2.0, "many", 1.0, 2.0, 3.0], "row 3: 'many'"),
        ([[1]] * 6, "holds numbers or categories"),
    ],
)
def test_what_has_no_coefficient_is_refused(x, words):
    with pytest.raises(DataError, match=words):
        seen(TABLE.assign(x=x))


def test_categories_may_be_made_of_anything():
    years = TABLE.assign(x=["1914", "1939", "1914", "1939", "1914", "1939"])
    assert index("u11", "1 + C(x)", frame_of(years)).terms == ("(Intercept)", "x[1939]")


@pytest.mark.parametrize(
    "name", ["my x", "x.1", "größe", "log", "class", "x[1] (m)", "__import__('os').abort()"]
)
def test_names_of_columns(name):
    assert seen(TABLE.rename(columns={"x": name}).assign(x=0.0), f"1 + `{name}` + b") == WANT


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (pd.DataFrame([[1, 2]], columns=["x", "x"]), "same name"),
        (pd.DataFrame([[1, 2]], columns=["1", 1]), "same name"),
        ({1: [2], "1": [3]}, "same name"),
        (TABLE.head(0), "no rows"),
        ({"x": [1, 2], "what": ["war"]}, "differ in length.*x 2, what 1"),
        ({"x": 1.0}, "list of values"),
        ({"x": "war"}, "list of values"),
        (np.zeros((2, 2)), "no table.*ndarray"),
        ([{"x": 1}], "no table.*list"),
        (TABLE.x, "no table.*Series"),
        (POLARS.lazy(), "no table.*LazyFrame"),
        (None, "no table"),
        ("nowhere.csv", "no such file"),
        ("table.xlsx", "one of three forms"),
    ],
)
def test_what_is_no_table_is_refused(table, words):
    with pytest.raises(DataError, match=words):
        frame_of(table)


@pytest.mark.parametrize(
    ("name", "raw"), [("d.dta", b"<stata_dta>junk"), ("d.parquet", b"PAR1junkPAR1"), ("e.dta", b"")]
)
def test_a_broken_file_is_one_clear_error(tmp_path: Path, name, raw):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(DataError, match=r"cannot be read: ."):
        frame_of(tmp_path / name)


def test_sizes_are_bounded(tmp_path: Path, monkeypatch):
    for module in (data_module, files_module):
        monkeypatch.setattr(module, "MAX_CELLS", 17)
    POLARS.write_parquet(tmp_path / "d.parquet")
    for table in (TABLE, POLARS, tmp_path / "d.parquet", TABLE.to_dict("list")):
        with pytest.raises(DataError, match=r"too large.*6 rows of 3 columns"):
            frame_of(table)
    monkeypatch.setattr(files_module, "MAX_BYTES", 10)
    with pytest.raises(DataError, match=r"too large.*bytes"):
        frame_of(tmp_path / "d.parquet")


COUNTED = pd.DataFrame(
    {"x": TABLE.x, "b": TABLE.b, "p": [3, 0, 1, 2, 2, 1], "g": [0, 1, 1, 2, 0, 1], "w": [1, 2, 0, 0, 1, 4]}
)
OF = {"stop": "p", "go_on > give_in": "g", "go_on > resist": "w"}


@pytest.mark.parametrize("kind", [float, "Int64", "Float64", np.uint8, object])
def test_counts_of_any_type(kind):
    assert (
        seen(COUNTED.assign(p=COUNTED.p.astype(kind)), outcome=OF)[2]
        == COUNTED[["p", "g", "w"]].to_numpy().tolist()
    )


@pytest.mark.parametrize(
    ("p", "words"),
    [
        ([3, 0, 1.5, 2, 2, 1], r"p, row 3: a count.*'1.5'"),
        ([3, -1, 1, 2, 2, 1], "p, row 2"),
        ([3, 0, 1, 2, np.inf, 1], "p, row 5"),
        ([3, 0, 1, 2, 1e300, 1], "p, row 5"),
        (["3", "0", "some", "2", "2", "1"], "counts of outcomes are numbers"),
    ],
)
def test_counts_that_are_none_are_refused(p, words):
    with pytest.raises(DataError, match=words):
        seen(COUNTED.assign(p=p), outcome=OF)


def test_one_column_does_not_count_twice():
    with pytest.raises(DataError, match=r"two outcomes.*'g'"):
        seen(COUNTED, outcome={**OF, "go_on > resist": "g"})
    with pytest.raises(DataError, match="no row shows"):
        seen(COUNTED.assign(p=0, g=0, w=0), outcome=OF)


@pytest.mark.parametrize(
    "names", [{True: "stop", False: "go_on"}, {1: "stop", 0: "go_on"}, {"TRUE": "stop", "FALSE": "go_on"}]
)
def test_truth_as_outcome(names):
    for kind in (bool, "boolean", object):
        _, events, counts = seen(TABLE.assign(what=(TABLE.what == "peace").astype(kind)), names=names)
        assert events == ["stop", "go_on"]
        assert [row[0] for row in counts] == [1, 0, 0, 1, 0, 0]


def test_an_outcome_that_is_missing_everywhere_is_named():
    with pytest.raises(DataError, match=r"every row lacks.*6 rows.*values in what"):
        seen(TABLE.assign(what=None))


def test_a_fit_takes_its_errors_from_here():
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"x": rng.normal(size=60), "what": rng.choice(list(NAMES), 60)})
    formulas = {"u11": "1 + x", "u13": 0.0, "u14": -0.5, "u24": "1"}
    given = {"outcome": "what", "outcomes": NAMES, "link": "probit"}
    want = fit(GAME, data, formulas, **given)
    assert fit(GAME, data.assign(what=" " + data.what.str.title() + " "), formulas, **given | {
        "outcomes": {k.title(): v for k, v in NAMES.items()}}).params == pytest.approx(want.params)  # fmt: skip
    for bad in (
        {"x": data.x.astype(str)},
        {"x": pd.Timestamp("1914-07-28")},
        {"what": "truce"},
        {"what": np.nan},
    ):
        with pytest.raises(BadInput):
            fit(GAME, data.assign(**bad), formulas, **given)
