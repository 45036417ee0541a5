"""Pictures of a tree: everything drawn or counted, in text and in HTML, whatever the labels are."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import GameError
from detente.game.efg import read_efg
from detente.game.picture import tree_text
from detente.game.picture_html import tree_html
from detente.game.picture_tree import View, number, probability

EMPTY = {"br", "hr", "img", "input", "meta", "link"}


class Page(HTMLParser):
    """Checks that elements nest, and collects their classes and text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.names: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += attrs
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


CRISIS_TEXT = """\
A: open
├── challenge 0.25 → B: answer
│   ├── resist 1 → A −0.3, B 0.4
│   └── concede 0 → A 1, B 0
└── accept 0.75 → A 0, B 1
"""
CRISIS = """EFG 2 R "" { "A" "B" } p "" 1 1 "open" { "challenge" "accept" } 0
p "" 2 1 "answer" { "resist" "concede" } 0 t "" 1 "" { -0.3 0.4 } t "" 2 "" { 1 0 } t "" 3 "" { 0 1 }"""


def test_the_terminal_picture():
    tree = read_efg(CRISIS)
    assert tree_text(tree, np.array([0.25, 0.75, 1, 0])) == CRISIS_TEXT
    assert tree_text(tree) == re.sub(r" [\d.]+ →", " →", CRISIS_TEXT)


def test_every_ending_is_drawn_or_counted(shared: Path):
    for path in sorted((shared / "efg").glob("*.efg")):
        tree = read_efg(path)
        for depth in (0, 1, 2, 30):
            for most in (1, 7, 40, 1000):
                text = tree_text(tree, depth=depth, max_nodes=most, width=200)
                counted = sum(int(n) for n in re.findall(r"(\d+) endings? not drawn", text))
                drawn = sum(f"{tree.players[0]} " in line and "not drawn" not in line and ": " not in line
                            for line in text.splitlines())  # fmt: skip
                assert counted + drawn == tree.n_outcomes, (path.name, depth, most)
                assert len(text.splitlines()) <= max(most, 1)


def test_the_page_nests_and_says_what_the_text_says(shared: Path):
    tree = read_efg(shared / "efg" / "crisis.efg")
    html = tree_html(tree, np.full(tree.n_slots, 0.5))
    page = Page(html)
    assert page.names.count("figure") == page.names.count("figcaption") == 1
    assert (
        "29 positions: 12 decisions of A and B in 6 information sets, 1 chance move, 16 endings" in page.text
    )
    for label in tree.edge_label:
        assert label.replace("_", " ") in page.text
    assert page.text.count("0.50") == 24
    assert "script" not in page.names
    assert not any(name.startswith("on") for name, _ in page.attributes)


def test_deep_levels_are_folded_with_a_count(shared: Path):
    tree = read_efg(shared / "efg" / "offers.efg")
    html = tree_html(tree, depth=1)
    assert html.count("<details open>") == 1
    assert html.count("<details>") == 35
    assert "11 endings inside" in html
    assert Page(html).text.count("accept") == 30


def test_what_does_not_fit_is_left_out_and_counted(shared: Path):
    tree = read_efg(shared / "efg" / "offers.efg")
    text = Page(tree_html(tree, max_nodes=20)).text
    assert (
        sum(int(n) for n in re.findall(r"(\d+) endings? not drawn", text)) + text.count("end: one")
        == tree.n_outcomes
    )


OFFERS = [f"0.{k}" for k in range(1, 10)]


def offers(options: list[str]) -> str:
    """A offers, B accepts or refuses, as an .efg."""
    ends = "".join(
        f'p "" 2 {k} "answer" {{ "yes" "no" }} 0 t "" {2 * k - 1} "" {{ {k} 0 }} t "" {2 * k} "" {{ 0 0 }} '
        for k in range(1, len(options) + 1)
    )
    listed = " ".join(f'"{option}"' for option in options)
    return f'EFG 2 R "" {{ "A" "B" }} p "" 1 1 "offer" {{ {listed} }} 0 {ends}'


def test_a_long_run_of_numbers_is_told_by_its_ends_and_its_middle():
    tree = read_efg(offers(OFFERS))
    text = tree_text(tree, compact=True)
    assert [line[4:] for line in text.splitlines() if line[0] in "├└"] == [
        "0.1 → B: answer", "… 3 more options", "0.5 → B: answer", "… 3 more options", "0.9 → B: answer"
    ]  # fmt: skip
    assert text.count("yes → A") == 3
    assert "more option" not in tree_text(tree)


def test_the_option_that_is_played_most_is_not_skipped():
    tree = read_efg(offers(OFFERS))
    strategy = np.concatenate([np.eye(9)[6], np.full(18, 0.5)])
    view = View(tree, strategy, compact=True)
    assert [(b.label, b.probability, b.skipped) for b in view.branches(0)] == [
        ("0.1", 0, 0), ("0.5", 0, 3), ("0.7", 1, 1), ("0.9", 0, 1)
    ]  # fmt: skip
    assert sum(1 + b.skipped for b in view.branches(0)) == 9


def test_names_and_short_runs_are_drawn_in_full():
    named = read_efg(offers([f"plan {k}" for k in range(9)]))
    short = read_efg(offers(OFFERS[:6]))
    for tree in (named, short):
        assert tree_text(tree, compact=True) == tree_text(tree)


def test_what_a_compact_picture_skips_leaves_room_for_what_it_draws():
    tree = read_efg(offers(OFFERS))
    assert "not drawn" in tree_text(tree, max_nodes=10)
    assert "not drawn" not in tree_text(tree, max_nodes=10, compact=True)


def test_hostile_labels_stay_text():
    tree = read_efg(
        'EFG 2 R "<b>" { "<script>alert(1)</script>" } p "" 1 1 "a&b" { "<img src=x onerror=y>" "\x1b[31mred\x07" } 0'
        ' t "" 1 "\' onload=" { 1 } t "" 0'
    )
    page = Page(tree_html(tree, caption="<i>x</i>"))
    assert not {"script", "img", "i", "b"} & set(page.names)
    assert "<script>alert(1)</script>" in page.text
    assert "<img src=x onerror=y>" in page.text
    assert "\x1b" not in page.text
    text = tree_text(tree)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[31mred" in text


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    st.lists(
        st.text(st.characters(exclude_characters="\\", exclude_categories=("Cs",)), max_size=12),
        min_size=3,
        max_size=3,
    )
)
def test_any_label_gives_one_well_formed_fragment(labels: list[str]):
    player, name, option = (label.replace('"', '\\"') for label in labels)
    tree = read_efg(
        f'EFG 2 R "" {{ "{player}" }} p "" 1 1 "{name}" {{ "{option}" "z" }} 0 t "" 1 "{name}" {{ 1 }} t "" 0'
    )
    page = Page(tree_html(tree))
    assert set(page.names) <= {"figure", "figcaption", "ul", "li", "details", "summary", "span"}
    assert len(tree_text(tree, width=300).splitlines()) == 3


def test_a_strategy_of_another_tree_is_refused():
    with pytest.raises(GameError, match="4 entries"):
        View(read_efg(CRISIS), np.ones(3))


def test_numbers_are_written_for_reading():
    assert [number(x) for x in (0, -0.0, 1, -1.5, 1 / 3, 123456, 1e-9)] == [
        "0", "0", "1", "−1.5", "0.3333", "1.235e+05", "1e−09"
    ]  # fmt: skip
    assert [probability(p) for p in (0, 1, 0.004, 0.996, 0.5, 1 / 3)] == [
        "0",
        "1",
        "< 0.01",
        "> 0.99",
        "0.50",
        "0.33",
    ]
