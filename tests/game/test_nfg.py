"""Tables of payoffs: read as the tree of simultaneous moves, against Gambit's own reader where it is at hand."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.errors import GameError
from detente.game import Tree, read_nfg, write_efg
from detente.scenario import open_game
from detente.solve import solve

LISTED = """NFG 1 R "Two routes" { "Guard" "Runner" }
{ { "north" "south" } { "left" "middle" "right" } }
"a comment"
1 -1  0 1/3
.5 2  -3 0
4 1e-1  7 8
"""
OUTCOMES = """NFG 1 R "Crisis" { "A" "B" }
{ { "stand" "yield" } { "stand" "yield" } }
""
{
{ "war" -3, -3 }
{ "A wins" 1, -1 }
{ "B wins" -1, 1 }
}
1 3 2 0
"""


def payoffs(tree: Tree) -> dict[tuple[str, ...], tuple[float, ...]]:
    row = tree.numbers_at()[0]
    found = {}
    for node in np.flatnonzero(tree.kind == 0):
        out = int(tree.terminal[node]) * len(tree.players)
        found[tree.path_labels(int(node))] = tuple(
            float(row[tree.payoff_number[tree.payoff_start[out + k] : tree.payoff_start[out + k + 1]]].sum())
            for k in range(len(tree.players))
        )
    return found


def test_the_first_players_strategy_moves_fastest():
    assert payoffs(read_nfg(LISTED)) == {
        ("north", "left"): (1, -1),
        ("south", "left"): (0, pytest.approx(1 / 3)),
        ("north", "middle"): (0.5, 2),
        ("south", "middle"): (-3, 0),
        ("north", "right"): (4, 0.1),
        ("south", "right"): (7, 8),
    }


def test_nobody_sees_what_the_others_do():
    tree = read_nfg(LISTED)
    assert [(s.player, s.name, s.options, len(s.nodes)) for s in tree.sets] == [
        (0, "Guard", ("north", "south"), 1),
        (1, "Runner", ("left", "middle", "right"), 2),
    ]


def test_outcomes_are_named_and_none_is_nothing():
    tree = read_nfg(OUTCOMES)
    assert payoffs(tree) == {
        ("stand", "stand"): (-3, -3),
        ("yield", "stand"): (-1, 1),
        ("stand", "yield"): (1, -1),
        ("yield", "yield"): (0, 0),
    }
    assert tree.events == ("war", "B wins", "A wins")
    solved = solve(tree, precision=1.0, threads=1)
    assert solved.certified.all()
    assert solved.event[0, 0] == pytest.approx(solved.strategy[0, 0] * solved.strategy[0, 2])


def test_strategies_may_be_counted_only():
    tree = read_nfg('NFG 1 D "t" { "a" "b" } { 2 1 }\n1 2 3 4')
    assert payoffs(tree) == {("1", "1"): (1, 2), ("2", "1"): (3, 4)}


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_every_contingency_has_its_own_payoffs(sizes: list[int], seed: int):
    rng = np.random.default_rng(seed)
    table = rng.integers(-9, 10, (int(np.prod(sizes)), len(sizes)))
    names = " ".join(f'"p{k}"' for k in range(len(sizes)))
    text = f'NFG 1 R "t" {{ {names} }} {{ {" ".join(map(str, sizes))} }}\n' + " ".join(
        map(str, table.ravel())
    )
    found = payoffs(read_nfg(text))
    assert len(found) == len(table)
    for row, choice in enumerate(itertools.product(*(range(n) for n in reversed(sizes)))):
        labels = tuple(str(c + 1) for c in reversed(choice))
        assert found[labels] == tuple(table[row])


@pytest.mark.parametrize("text", [LISTED, OUTCOMES])
def test_gambit_reads_the_same_table(text: str):
    gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra: oracle)")
    theirs, ours = gambit.read_nfg(io.StringIO(text)), payoffs(read_nfg(text))
    players = list(theirs.players)
    again = gambit.read_efg(io.StringIO(write_efg(read_nfg(text))))
    assert list(again.players) == players
    for profile in ours:
        paid = theirs.get_payoffs(dict(zip(players, profile, strict=True)))
        assert [float(paid[p]) for p in players] == pytest.approx(ours[profile])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("NFG 1", "EFG 1", "not a Gambit strategic-form file"),
        ("NFG 1", "NFG 2", "unknown version"),
        ("NFG 1 R", "NFG 1 X", "number style"),
        ('"Guard" "Runner"', '"Guard"', "differ in number"),
        ('{ "left" "middle" "right" }', "{ }", "has 0 strategies"),
        ("7 8", "7", "the file ends before"),
        ("7 8", "7 8 9", "complete before this"),
        ("1/3", "1/0", "denominator 0"),
        ("{ { ", '{ { "north ', "never closed|quotation|expected"),
    ],
)
def test_a_broken_table_is_one_clear_error(old: str, new: str, words: str):
    assert old in LISTED
    with pytest.raises(GameError, match=words):
        read_nfg(LISTED.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("1 3 2 0", "1 3 2 4", "outcome of contingency 4"),
        ("1 3 2 0", "1 3 2", "the file ends before"),
        ("-3, -3", "-3", "wrong number of payoffs"),
        ("-3, -3", "-3, -3, -3", "wrong number of payoffs"),
    ],
)
def test_broken_outcomes_are_one_clear_error(old: str, new: str, words: str):
    with pytest.raises(GameError, match=words):
        read_nfg(OUTCOMES.replace(old, new, 1))


def test_a_table_too_large_is_refused_before_it_is_read():
    with pytest.raises(GameError, match="too many positions"):
        read_nfg('NFG 1 R "t" { "a" "b" "c" } { 10000 10000 10000 }\n1')


@given(st.text('NFG1R{}" .-/\n0', max_size=60))
def test_any_text_is_read_or_refused(text: str):
    try:
        read_nfg("NFG 1 R " + text)
    except GameError:
        return


def test_the_command_line_takes_it(tmp_path):
    (tmp_path / "routes.nfg").write_text(LISTED)
    assert open_game(str(tmp_path / "routes.nfg")).title == "Two routes"
