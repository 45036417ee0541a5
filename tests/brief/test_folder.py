"""The folder of a brief appears whole or not at all, and its tables are safe to open."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.brief.folder import archive, place, slug, table
from detente.brief.naming import called, spoken, spoken_throughout
from detente.errors import BadInput


def test_a_failure_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import detente.brief.folder as folder

    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 2:
            raise OSError(28, "No space left on device", "b.txt")

    monkeypatch.setattr(folder.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        place(tmp_path / "made", {"a.txt": b"one", "b.txt": b"two"})
    assert not (tmp_path / "made").exists()


def test_a_failure_half_way_keeps_the_folder_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import detente.brief.folder as folder

    place(tmp_path, {"a.txt": b"old"})

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device", "a.txt")

    monkeypatch.setattr(folder.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        place(tmp_path, {"a.txt": b"new"})
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"old"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("mine")
    with pytest.raises(BadInput, match="folder"):
        place(tmp_path / "made", {"a.txt": b""})
    assert (tmp_path / "made").read_text() == "mine"


@given(st.text(max_size=200))
@settings(derandomize=True, max_examples=200)
def test_a_name_of_a_folder_is_one_plain_step(name: str) -> None:
    made = slug(name)
    assert made
    assert made == made.strip("-.")
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(made) <= 60


@given(
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=4)
)
@settings(derandomize=True, max_examples=200)
def test_no_cell_runs_as_a_formula(cells: list[str]) -> None:
    columns = [f"c{i}" for i in range(len(cells))]
    text = table(columns, [dict(zip(columns, cells, strict=True))]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for shown, given_ in zip(rows[1], cells, strict=True):
        assert shown in (given_, f"'{given_}")
        assert not shown.startswith(("=", "@"))


def test_numbers_keep_their_sign() -> None:
    assert table(["x"], [{"x": -0.25}]).endswith(b"-0.25\r\n")


def test_an_archive_has_no_clock() -> None:
    one = archive({"b": b"2", "a": b"1"})
    assert one == archive({"a": b"1", "b": b"2"})
    with zipfile.ZipFile(io.BytesIO(one)) as bundle:
        assert bundle.namelist() == ["a", "b"]
        assert {entry.date_time for entry in bundle.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_placeholders_take_the_names_of_those_who_play_the_roles() -> None:
    names = {"defender": "Belmoria", "coalition": called("Meridian Pact", "organisation")}
    assert spoken("{defender} signs. {coalition} holds, says {coalition}.", names) == (
        "Belmoria signs. The Meridian Pact holds, says the Meridian Pact."
    )
    assert spoken("{nobody} knows", names) == "{nobody} knows"
    assert spoken_throughout({"{defender}": ["to {defender}", 1, None]}, names) == {
        "{defender}": ["to Belmoria", 1, None]
    }


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("United States", "country", "the United States"),
        ("Russia", "country", "Russia"),
        ("European Union", "organisation", "the European Union"),
        ("NATO", "organisation", "NATO"),
        ("European leaders", "group", "European leaders"),
    ],
)
def test_names_take_the_article_that_english_gives_them(name: str, kind: str, said: str) -> None:
    assert called(name, kind) == said
