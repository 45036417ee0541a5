"""`detente export`: what is written reads back, and nothing is left behind by a mistake."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from detente.game import read_efg
from detente.scenario import open_game


def test_a_file_for_gambit_reads_back(detente, tmp_path: Path) -> None:
    ran = detente("export", "crisis-signalling", str(tmp_path / "game.efg"), "--set", "p=0.4", "--json")
    assert ran.status == 0
    answer = json.loads(ran.out)
    tree = read_efg(tmp_path / "game.efg")
    assert answer["nodes"] == tree.n_nodes == open_game("crisis-signalling").n_nodes
    assert 0.4 in tree.numbers_at()[0]


def test_a_table_goes_through(detente, tmp_path: Path) -> None:
    (tmp_path / "t.nfg").write_text('NFG 1 R "t" { "a" "b" } { 2 2 }\n1 2 3 4 5 6 7 8')
    assert detente("export", str(tmp_path / "t.nfg"), str(tmp_path / "t.efg")).status == 0
    assert read_efg(tmp_path / "t.efg").n_outcomes == 4


def test_a_picture_says_who_plays_what(detente, tmp_path: Path) -> None:
    assert detente("export", "crisis-signalling", str(tmp_path / "tree.svg"), "--solved").status == 0
    drawn = ElementTree.fromstring((tmp_path / "tree.svg").read_text("utf-8"))
    said = " ".join(drawn.itertext())
    assert "resist 0.67" in said
    assert "15 positions" in said


def test_a_tree_for_a_paper(detente, tmp_path: Path) -> None:
    ran = detente("export", "crisis-signalling", str(tmp_path / "tree.tex"), "--formulas", "--grow", "right")
    assert ran.status == 0
    assert r"w_{\mathrm{high}}" in (tmp_path / "tree.tex").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tree.pdf"], "the ending of the file"),
        (["tree.efg", "--solved"], "no probabilities of play"),
        (["tree.svg", "--formulas"], "in a .tex alone"),
        (["tree.tex", "--grow", "up"], "grows down or right"),
        (["nowhere/tree.tex"], "no such folder"),
        (["tree.tex", "--set", "q=1"], "no such parameter"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(
    detente, tmp_path, monkeypatch, arguments, words
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = detente("export", "crisis-signalling", *arguments)
    assert ran.status == 2
    assert words in ran.err
    assert not list(tmp_path.iterdir())
