"""Trees for papers: every node, branch and information set is drawn once, and no label brings a command of its own."""

from __future__ import annotations

import re

import numpy as np
import pytest

from detente.errors import GameError
from detente.game import Game, read_efg
from detente.game.picture_layout import layout
from detente.game.picture_tikz import MAX_NODES, tikz
from detente.game.picture_tree import View

GAME = Game(
    title="A % of \\risk",
    players={"A": "challenger", "B_1": "target"},
    private={"A.resolve": {"firm": "p", "soft": "1 - p"}},
    parameters={"p": {"range": [0.1, 0.9]}, "w_high": 0.25},
    moves=[
        {"move": "open", "by": "A", "options": ["make_demand", "accept"]},
        {"move": "answer", "by": "B_1", "options": ["yield", "resist"], "when": "open == make_demand"},
    ],
    payoffs={
        "A": {"w": {"worth": "w_high - p", "when": "resolve == firm"}, "base": "2 * p"},
        "B_1": {"x": "1"},
    },
    events={},
)


def test_every_part_is_drawn_once():
    tree = GAME.tree()
    text = tikz(tree)
    assert text.count(r"\node") == tree.n_nodes
    assert text.count("-- node[option]") == len(tree.child)
    assert text.count(r"\draw[information set]") == 1  # two nodes that the target cannot tell apart
    assert text.count("{") == text.count("}")
    assert (
        text.index(r"\begin{document}") < text.index(r"\begin{tikzpicture}") < text.index(r"\end{document}")
    )
    assert "document" not in tikz(tree, standalone=False)


def test_words_are_safe_and_readable():
    text = tikz(GAME.tree())
    assert r"% A \% of \textbackslash{}risk" in text
    assert r"B\_1" in text
    assert "make demand" in text


def test_labels_of_another_program_bring_no_command():
    text = tikz(
        read_efg(
            'EFG 2 R "t" { "a" }\np "" 1 1 "" { "\\input{x}" "50% & $2" } 0\nt "" 1 "" { 1 }\nt "" 2 "" { 2 }\n'
        )
    )
    assert r"\textbackslash{}input\{x\}" in text
    assert r"50\% \& \$2" in text
    assert r"\input" not in text


def test_payoffs_are_numbers_or_formulas():
    tree = GAME.tree()
    at = tree.numbers_at({"p": np.array([0.5])})[0]
    assert r"\begin{gathered} 0.75 \\ 1 \end{gathered}" in tikz(tree, numbers=at)
    formulas = tikz(tree, payoffs="formulas")
    assert r"w_{\mathrm{high}} - p + 2\,p" in formulas
    assert "firm $p$" in formulas
    assert "soft $1 - p$" in formulas
    assert "$0.75, 1$" in tikz(tree, numbers=at, grow="right")


def test_a_strategy_stands_on_the_branches():
    tree = GAME.tree()
    text = tikz(tree, strategy=np.arange(tree.n_slots) / 10)
    assert re.search(r"make demand \$0\$", text)
    assert re.search(r"accept \$0\.1\$", text)


def test_branches_do_not_cross_and_parents_stand_in_the_middle():
    tree = GAME.tree()
    laid = layout(View(tree))
    ends = [laid.across[n] for n in laid.order if tree.kind[n] == 0]
    assert ends == sorted(ends) == list(range(len(ends)))
    for node in laid.order:
        below = [laid.across[int(c)] for c in tree.child[tree.child_start[node] : tree.child_start[node + 1]]]
        if below:
            assert laid.across[node] == (below[0] + below[-1]) / 2


def test_a_tree_too_large_for_a_page_is_refused():
    moves = [{"move": f"m{k}", "by": "A", "options": ["x", "y", "z"]} for k in range(6)]
    game = Game(players=["A"], moves=moves, payoffs={"A": {}})
    with pytest.raises(GameError, match=f"at most {MAX_NODES}"):
        tikz(game.tree())
