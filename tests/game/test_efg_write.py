"""What is written as .efg is read back as the same game."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import GameError
from detente.game import Game
from detente.game.efg import read_efg, write_efg
from detente.game.tree import Tree


def same_game(a: Tree, b: Tree) -> None:
    """Both trees have the same players, structure, sets, labels, chances and payoffs."""
    assert a.title == b.title
    assert a.players == b.players
    for name in ("kind", "parent", "branch", "child_start", "child", "info_set", "slot_start", "terminal"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name
    assert a.edge_label == b.edge_label
    assert [(s.player, s.number, s.name, s.options, s.nodes) for s in a.sets] == [
        (s.player, s.number, s.name, s.options, s.nodes) for s in b.sets
    ]
    x, y = a.numbers_at()[0], b.numbers_at()[0]
    chances = a.edge_number >= 0
    assert np.array_equal(chances, b.edge_number >= 0)
    assert np.allclose(x[a.edge_number[chances]], y[b.edge_number[chances]], rtol=0, atol=1e-15)
    for k in range(a.n_outcomes * len(a.players)):
        ours = x[a.payoff_number[a.payoff_start[k] : a.payoff_start[k + 1]]].sum()
        theirs = y[b.payoff_number[b.payoff_start[k] : b.payoff_start[k + 1]]].sum()
        assert ours == pytest.approx(theirs, rel=1e-14, abs=1e-14)


def test_every_shared_game_is_rewritten_letter_by_letter(shared: Path):
    paths = sorted((shared / "efg").glob("*.efg"))
    assert len(paths) == 9
    for path in paths:
        assert write_efg(read_efg(path)) == path.read_text(), path.name


def test_numbers_are_written_as_short_as_they_are():
    tree = read_efg('EFG 2 R "" { "x" } c "" 1 "" { "a" 1/3 "b" 1/3 "c" 1/3 } 0'
                    ' t "" 1 "" { 0.1 } t "" 2 "" { -5/7 } t "" 3 "" { 1e-5 }')  # fmt: skip
    text = write_efg(tree)
    assert '{ "a" 1/3 "b" 1/3 "c" 1/3 }' in text
    assert "{ 0.1 }" in text
    assert "{ -5/7 }" in text
    assert "{ 0.00001 }" in text


def test_a_number_with_no_short_form_is_written_exactly():
    tree = read_efg('EFG 2 R "" { "x" } t "" 1 "" { 0 }')
    x = 0.1234567890123456
    text = write_efg(tree, np.array([x]))
    ratio = Fraction(text.split("{")[2].strip(" }\n"))
    assert float(ratio) == x


def test_chances_add_up_exactly_whatever_their_rounding():
    tree = read_efg('EFG 2 R "" { "x" } c "" 1 "" { "a" 1/2 "b" 1/4 "c" 0.25 } 0 t "" 0 t "" 0 t "" 0')
    p = np.array([0.7071067811865476, 0.1234567890123456])
    text = write_efg(tree, np.array([p[0], p[1], 1 - p.sum()]))
    menu = text.split("{")[2].split("}")[0].split()
    assert sum(Fraction(value) for value in menu[1::2]) == 1


def test_bad_numbers_are_refused():
    tree = read_efg('EFG 2 R "" { "x" } c "" 1 "" { "a" 1/2 "b" 0.5 } 0 t "" 0 t "" 0')
    with pytest.raises(GameError, match="add up to 1"):
        write_efg(tree, np.array([0.5, 0.6]))
    with pytest.raises(GameError, match="add up to 1"):
        write_efg(tree, np.array([1.5, -0.5]))
    with pytest.raises(GameError, match="not finite"):
        write_efg(tree, np.array([np.nan, 0.5]))
    with pytest.raises(GameError, match="2 numbers"):
        write_efg(tree, np.array([1.0]))


def test_two_sets_of_one_name_get_numbers():
    text = 'EFG 2 R "" { "x" } p "" 1 1 "s" { "a" "b" } 0 p "" 1 2 "s" { "a" "b" } 0 t "" 0 t "" 0 t "" 0'
    assert [s.name for s in read_efg(write_efg(read_efg(text))).sets] == ["s", "s (2)"]


def test_a_label_the_format_cannot_hold_is_refused():
    tree = read_efg('EFG 2 R "" { "x" } p "" 1 1 "" { "a\\b" "c" } 0 t "" 0 t "" 0')
    same_game(tree, read_efg(write_efg(tree)))
    with pytest.raises(GameError, match="backslash"):
        write_efg(type(tree)(**{**tree.__dict__, "title": "a\\"}))


# ---- random games

LABELS = st.text(
    st.characters(codec="utf-8", exclude_characters="\\\r", exclude_categories=("Cs",)), max_size=6
)
GAPS = st.sampled_from([" ", "\n", "\t", "  ", " \r\n"])
PAYOFFS = st.fractions(-50, 50, max_denominator=60)


@dataclass
class Drawn:
    """A random game of perfect recall as text, with what a reader should find."""

    players: list[str]
    words: list[str] = field(default_factory=list)
    kind: list[int] = field(default_factory=list)
    chances: list[Fraction] = field(default_factory=list)
    ends: list[list[Fraction]] = field(default_factory=list)
    menus: dict[object, tuple[int, str, list[str]]] = field(default_factory=dict)
    members: dict[object, list[int]] = field(default_factory=dict)
    outcomes: int = 0


def _quoted(label: str) -> str:
    return '"' + label.replace('"', '\\"') + '"'


def _branch(draw: st.DrawFn, game: Drawn, depth: int, histories: tuple, total: list[Fraction]) -> None:
    node = len(game.kind)
    kind = draw(st.integers(0, 2)) if depth else 0
    game.kind.append(kind)
    options: list[str] = []
    player, key = -1, None
    if kind == 0:
        game.words += ["t", '""']
    elif kind == 1:
        options = draw(st.lists(LABELS, min_size=1, max_size=3))
        weights = [draw(st.integers(0, 9)) for _ in options]
        weights[0] += 1
        game.words += ["c", _quoted(draw(LABELS)), str(node + 1), _quoted(draw(LABELS)), "{"]
        for label, weight in zip(options, weights, strict=True):
            game.chances.append(Fraction(weight, sum(weights)))
            game.words += [_quoted(label), str(game.chances[-1])]
        game.words.append("}")
    else:
        player = draw(st.integers(0, len(game.players) - 1))
        # one set holds nodes of one owner with one memory, so recall is perfect
        key = (player, histories[player], draw(st.integers(0, 1)))
        fresh = key not in game.menus
        if fresh:
            game.menus[key] = (
                len(game.menus) + 1,
                draw(LABELS),
                draw(st.lists(LABELS, min_size=1, max_size=3)),
            )
        number, name, options = game.menus[key]
        game.members.setdefault(key, []).append(node)
        game.words += ["p", '""', str(player + 1), str(number)]
        if fresh or draw(st.booleans()):
            game.words += [_quoted(name), "{", *map(_quoted, options), "}"]
    total = list(total)
    if kind == 0 or draw(st.booleans()):
        paid = [draw(PAYOFFS) for _ in game.players]
        game.outcomes += 1
        game.words += [str(game.outcomes), '""', "{"]
        for value in paid:
            game.words.append(str(value))
            if draw(st.booleans()):
                game.words.append(",")
        game.words.append("}")
        total = [a + b for a, b in zip(total, paid, strict=True)]
    else:
        game.words.append("0")
    if kind == 0:
        game.ends.append(total)
    for option in range(len(options)):
        after = list(histories)
        if player >= 0:
            after[player] = (*after[player], (game.menus[key][0], option))
        _branch(draw, game, depth - 1, tuple(after), total)


@st.composite
def drawn_games(draw: st.DrawFn) -> tuple[str, Drawn]:
    game = Drawn(draw(st.lists(LABELS, min_size=1, max_size=3)))
    _branch(draw, game, draw(st.integers(0, 4)), ((),) * len(game.players), [Fraction(0)] * len(game.players))
    gap = draw(GAPS)
    head = [
        "EFG",
        "2",
        "R",
        _quoted(draw(LABELS)),
        "{",
        *map(_quoted, game.players),
        "}",
        _quoted(draw(LABELS)),
    ]
    return gap.join(head + game.words), game


@settings(derandomize=True, deadline=None, max_examples=150)
@given(drawn_games())
def test_any_game_is_read_as_it_was_made_and_survives_being_rewritten(made: tuple[str, Drawn]):
    text, game = made
    tree = read_efg(text)
    assert tree.players == tuple(game.players)
    assert tree.kind.tolist() == game.kind
    row = tree.numbers_at()[0]
    n = len(game.players)
    for k, end in enumerate(game.ends):
        for i in range(n):
            terms = tree.payoff_number[tree.payoff_start[k * n + i] : tree.payoff_start[k * n + i + 1]]
            assert row[terms].sum() == pytest.approx(float(end[i]), abs=1e-12)
    # edges run over nodes in order, as the chances were drawn only in prefix order: compare as a bag per node
    assert sorted(row[tree.edge_number[tree.edge_number >= 0]]) == pytest.approx(
        sorted(map(float, game.chances))
    )
    order = sorted(game.menus, key=lambda key: game.members[key][0])
    assert [(s.player, s.number, s.name, list(s.options), list(s.nodes)) for s in tree.sets] == [
        (key[0], *game.menus[key][:2], game.menus[key][2], game.members[key]) for key in order
    ]
    names = [(s.player, s.name) for s in tree.sets if s.name]
    if len(set(names)) == len(names):
        same_game(tree, read_efg(write_efg(tree)))


def test_ends_are_named_only_where_events_exclude_each_other():
    """An end has one name in a file: with overlapping events some would be lost, so none is written."""
    moves = [{"move": "go", "by": "A", "options": ["far", "near", "stay"]}]
    lone = {"far": "go == far", "near": "go == near"}
    both = {**lone, "left": "go == far or go == near"}
    for events, kept in ((lone, ("far", "near")), (both, ())):
        tree = Game(players=["A"], moves=moves, payoffs={"A": {}}, events=events).tree()
        assert read_efg(write_efg(tree)).events == kept
