"""The timeline of moves: who, what, when, who sees it; in text and in HTML."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from detente.game import Game
from detente.game.picture import timeline_text, tree_text
from detente.game.picture_html import timeline_html, tree_html
from detente.game.picture_timeline import in_words

_spec = importlib.util.spec_from_file_location("page", Path(__file__).with_name("test_picture_tree.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
Page = _module.Page


@pytest.fixture
def game() -> Game:
    return Game(
        title="Secret talks",
        players={"A": "challenger", "B": "target", "C": "onlooker"},
        private={"A.resolve": {"firm": "p", "soft": "1 - p"}},
        joint=[{"of": ["B.will", "C.will"], "table": {("yes", "yes"): 0.5, ("no", "no"): 0.5}}],
        parameters={"p": {"range": [0.1, 0.9]}},
        moves=[
            {"move": "talk", "by": "A", "options": ["offer", "keep_silent"], "hidden_from": "C", "title": "secret talks"},
            {"move": "price", "by": "A", "options": "grid(0, 1, 21)", "when": "talk == offer", "hidden_from": "C"},
            {"move": "weather", "by": "chance", "options": {"fair": "p", "foul": "1 - p"}, "hidden_from": ["B", "C"]},
            {"move": "come", "by": "C", "options": ["stay", "go", "wait"], "text": "The onlooker acts last."},
        ],
        payoffs={"A": {"x": {"worth": 1, "when": "come in {go, wait}"}}, "B": {}, "C": {}},
        events={"comes": "come in {go, wait} and talk != offer"},
    )  # fmt: skip


def test_the_terminal_timeline(game: Game):
    assert (
        timeline_text(game, width=200)
        == """\
known to A (challenger) alone: resolve – firm [p] or soft [1 − p]
known to B (target) alone: will – yes or no; drawn together with C.will
known to C (onlooker) alone: will – yes or no; drawn together with B.will
 1. A (challenger) secret talks (talk): offer or keep silent  (seen by B, not by C)
 2. A (challenger) price: 21 choices from 0 to 1  if talk is offer  (seen by B, not by C)
 3. chance weather: fair [p] or foul [1 − p]  (seen by A, not by B and C)
 4. C (onlooker) come: stay or go or wait
"""
    )


def test_the_page_is_an_ordered_list_of_the_moves(game: Game):
    html = timeline_html(game, caption="Who moves when")
    page = Page(html)
    assert page.names.count("ol") == 1
    assert html.count('<li class="dt-step">') == len(game.moves)
    assert "Who moves when" in page.text
    assert "4 moves in time order, by A (challenger), B (target) and C (onlooker) and chance" in page.text
    assert "3 things known to one player alone. 3 moves are not seen by everyone" in page.text
    for line in timeline_text(game, width=300).splitlines()[3:]:
        for words in ("if talk is offer", "seen by B, not by C", "21 choices from 0 to 1", "1 − p"):
            if words in line:
                assert words in page.text
    assert "The onlooker acts last." in page.text


def test_the_trees_of_a_written_game_say_what_a_mover_does_not_know(game: Game):
    tree = game.tree()
    text = tree_text(tree, max_nodes=5000, depth=30, width=200)
    assert "cannot tell this from" in text
    assert "knows only C.will = yes" in text
    assert Page(tree_html(tree, max_nodes=5000)).text.count("C come") == text.count("C: come")


def test_hostile_titles_stay_text():
    hostile = Game(
        players={"A": "<script>x</script>"},
        moves=[{"move": "m", "by": "A", "options": ["l", "r"], "title": "<img onerror=a>", "text": '"><b>'}],
        payoffs={"A": {"t": {"worth": 1, "when": "m == l"}}},
    )
    page = Page(timeline_html(hostile))
    assert not {"script", "img", "b"} & set(page.names)
    assert "<script>x</script>" in page.text
    assert "<img onerror=a>" in page.text


def test_conditions_in_words(game: Game):
    assert in_words(game.events["comes"]) == "come is go or wait and talk is not offer"
