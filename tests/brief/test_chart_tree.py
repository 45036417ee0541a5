"""The picture of a tree: every option and end is written, what is never played is drawn thin, no label is lost or run."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np

from detente.brief.charts.tree import tree_file, tree_svg
from detente.game import read_efg
from detente.models import find


def test_every_option_and_payoff_is_written():
    tree = find("crisis-signalling").game.tree()
    said = list(ElementTree.fromstring(tree_file(tree)).itertext())
    for option in ("challenge", "accept", "resist", "concede", "fight", "back down"):
        assert said.count(option) == 2
    assert said.count("1, 0") == 2
    assert said.count("A") == 4
    assert any("in the order A, B" in words for words in said)


def test_what_is_never_played_is_thin():
    tree = find("crisis-signalling").game.tree()
    strategy = np.zeros(tree.n_slots)
    strategy[tree.slot_start[:-1]] = 1  # always the first option
    drawn = str(tree_svg(tree, "t", strategy))
    assert drawn.count('stroke-width="0.6"') == 6
    assert "challenge 1" in drawn
    assert "accept 0" in drawn


def test_hostile_labels_are_words():
    text = 'EFG 2 R "<b>t</b>" { "<script>" }\np "" 1 1 "" { "<i>a</i>" "b&c" } 0\nt "" 1 "" { 1 }\nt "" 2 "" { 2 }\n'
    drawn = tree_file(read_efg(text))
    ElementTree.fromstring(drawn)
    assert "<script>" not in drawn
    assert "<i>" not in drawn
    assert "&lt;i&gt;a&lt;/i&gt;" in drawn


def test_a_large_tree_is_cut_and_says_so():
    tree = find("war-learning").game.tree()
    assert tree.n_nodes > 40
    assert "not drawn" in tree_file(tree, max_nodes=20)
