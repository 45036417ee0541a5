"""Reading .efg files: everything the format lets a file say, and each way in which a file can be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detente.errors import GameError
from detente.game.efg import read_efg
from detente.game.tree import CHANCE, DECISION, TERMINAL, Tree


def payoffs(tree: Tree) -> list[tuple[float, ...]]:
    """Total payoffs by player of every end of the game, in the order of the file."""
    row = tree.numbers_at()[0]
    n = len(tree.players)
    return [
        tuple(
            float(
                row[tree.payoff_number[tree.payoff_start[k * n + i] : tree.payoff_start[k * n + i + 1]]].sum()
            )
            for i in range(n)
        )
        for k in range(tree.n_outcomes)
    ]


HORSE = """EFG 2 R "horse" { "one" "two" "three" } "Selten 1975"

p "" 1 1 "one" { "across" "down" } 0
p "" 2 1 "two" { "across" "down" } 0
t "" 1 "" { 1, 1, 1 }
p "" 3 7 "three" { "L" "R" } 0
t "" 2 "" { 4, 4, 0 }
t "" 3 "" { 0, 0, 1 }
p "" 3 7 0
t "" 4 "" { 3, 3, 2 }
t "" 5 "" { 0, 0, 0 }
"""


def test_the_arrays_are_the_tree_of_the_file():
    tree = read_efg(HORSE)
    assert tree.title == "horse"
    assert tree.players == ("one", "two", "three")
    assert tree.kind.tolist() == [2, 2, 0, 2, 0, 0, 2, 0, 0]
    assert tree.parent.tolist() == [-1, 0, 1, 1, 3, 3, 0, 6, 6]
    assert tree.branch.tolist() == [-1, 0, 0, 1, 0, 1, 1, 0, 1]
    assert tree.child_start.tolist() == [0, 2, 4, 4, 6, 6, 6, 8, 8, 8]
    assert tree.child.tolist() == [1, 6, 2, 3, 4, 5, 7, 8]
    assert tree.info_set.tolist() == [0, 1, -1, 2, -1, -1, 2, -1, -1]
    assert tree.terminal.tolist() == [-1, -1, 0, -1, 1, 2, -1, 3, 4]
    assert tree.slot_start.tolist() == [0, 2, 4, 6]
    assert [(s.player, s.number, s.name, s.options, s.nodes) for s in tree.sets] == [
        (0, 1, "one", ("across", "down"), (0,)),
        (1, 1, "two", ("across", "down"), (1,)),
        (2, 7, "three", ("L", "R"), (3, 6)),
    ]
    assert tree.edge_label == ("across", "down", "across", "down", "L", "R", "L", "R")
    assert payoffs(tree) == [(1, 1, 1), (4, 4, 0), (0, 0, 1), (3, 3, 2), (0, 0, 0)]
    assert tree.path_labels(8) == ("down", "R")
    assert tree.parameters == ()
    assert (tree.edge_number == -1).all()


def test_every_shared_game_has_the_size_it_should(shared: Path):
    sizes = {
        "beer-quiche": (15, 8, 4, 8),
        "centipede": (13, 7, 6, 12),
        "chain-store": (107, 54, 39, 78),
        "coordination": (7, 4, 2, 4),
        "crisis": (29, 16, 6, 12),
        "fold": (13, 9, 2, 6),
        "horse": (9, 5, 3, 6),
        "offers": (91, 55, 36, 90),
        "volunteers": (15, 8, 3, 6),
    }
    found = {path.stem: read_efg(path) for path in sorted((shared / "efg").glob("*.efg"))}
    assert {name: (t.n_nodes, t.n_outcomes, len(t.sets), t.n_slots) for name, t in found.items()} == sizes


def test_a_path_may_be_text_or_a_path_object(tmp_path: Path):
    path = tmp_path / "horse.efg"
    path.write_text(HORSE, encoding="utf-8-sig")
    assert payoffs(read_efg(path)) == payoffs(read_efg(str(path))) == payoffs(read_efg(HORSE))


def test_chance_takes_ratios_decimals_and_powers_of_ten():
    tree = read_efg(
        'EFG 2 R "" { "x" } c "" 1 "dice" { "a" 1/3 "b" .5 "c" 0.16666666666666666 "d" 5e-18 } 0'
        ' t "" 1 "" { -1/4 } t "" 2 "" { +2. } t "" 3 "" { -1.5E+1 } t "" 4 "" { .25e2 }'
    )
    assert tree.kind.tolist() == [CHANCE, *[TERMINAL] * 4]
    assert tree.numbers_at()[0][tree.edge_number].tolist() == [1 / 3, 0.5, 0.16666666666666666, 5e-18]
    assert payoffs(tree) == [(-0.25,), (2.0,), (-15.0,), (25.0,)]
    assert tree.node_label[0] == "dice"


def test_payoffs_on_the_way_are_added_up():
    tree = read_efg("""EFG 2 R "stages" { "a" "b" }
        p "" 1 1 "first" { "l" "r" } 1 "toll" { 1, -1 }
        p "" 2 1 "second" { "l" "r" } 2 "" { 0.5 0 }
        t "" 3 "win" { 10, 20 }
        t "" 0
        t "" 3
    """)
    assert payoffs(tree) == [(11.5, 19), (1.5, -1), (11, 19)]


def test_named_outcomes_are_events_that_hold_where_they_were_met():
    tree = read_efg("""EFG 2 R "" { "a" } p "" 1 1 "" { "l" "r" } 1 "started" { 0 }
        t "" 2 "war" { 1 } p "" 1 2 "" { "x" "y" } 0 t "" 2 t "" 0""")
    held = tree.numbers_at()[0][tree.event_number]
    assert tree.events == ("started", "war")
    assert held.tolist() == [[1, 1, 1], [1, 1, 0]]


def test_space_commas_and_letter_d_do_not_matter():
    dense = 'EFG 2 D "g"{"a" "b"}p""1 1"s"{"l""r"}0 t""1"o"{1 2}t""2"q"{3,4}'
    loose = """EFG\n2\tD\r\n"g" {\n"a"\n"b" }\n"a comment\nin two lines"
        p "" 1\n1 "s" { "l"\n"r" } 0 t "" 1 "o" {1\n,2}\nt "" 2 "q" { 3 4 }\n\n"""
    a, b = read_efg(dense), read_efg(loose)
    assert payoffs(a) == payoffs(b) == [(1, 2), (3, 4)]
    assert a.players == b.players == ("a", "b")


def test_quotation_marks_and_backslashes_in_labels():
    tree = read_efg(
        r"""EFG 2 R "the \"good\" game" { "A\B" }
        p "" 1 1 "\"" { "say \"no\"" "yes" } 0 t "" 1 "" { 1 } t "" 2 "" { 2 }"""
    )
    assert tree.title == 'the "good" game'
    assert tree.players == ("A\\B",)
    assert tree.sets[0].name == '"'
    assert tree.sets[0].options == ('say "no"', "yes")


def test_set_numbers_belong_to_their_owner():
    tree = read_efg(
        'EFG 2 R "" { "a" "b" } p "" 1 5 "" { "l" "r" } 0 p "" 2 5 "" { "u" "d" "m" } 0'
        ' t "" 0 t "" 0 t "" 0 t "" 0'
    )
    assert [(s.player, s.number, len(s.options)) for s in tree.sets] == [(0, 5, 2), (1, 5, 3)]


def test_a_game_may_be_one_end_only():
    tree = read_efg('EFG 2 R "" { "a" } t "" 1 "" { 7 }')
    assert tree.kind.tolist() == [TERMINAL]
    assert tree.n_slots == 0
    assert payoffs(tree) == [(7,)]


def test_a_deep_game_needs_no_deep_stack():
    deep = 3000
    moves = "".join(f'p "" 1 {k} "" {{ "off" "on" }} 0\nt "" 0\n' for k in range(1, deep + 1))
    tree = read_efg('EFG 2 R "" { "a" }\n' + moves + 't "" 1 "" { 1 }')
    assert tree.n_nodes == 2 * deep + 1
    assert (tree.kind == DECISION).sum() == deep


HEAD = 'EFG 2 R "g" { "a" "b" }\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("EFG", 1, "ends before the version"),
        ('NFG 1 R "g" { "a" }\n', 1, "not a Gambit extensive-form file"),
        ('EFG 1 R "g" { "a" }\n', 1, "unknown version"),
        ('EFG 2 X "g" { "a" }\n', 1, "unknown number style"),
        ('EFG 2 R "g" { }\n', 1, "list of players is empty"),
        ('EFG 2 R "g" { "a"\n', 2, "ends before a player's name"),
        ('EFG 2 R "g { "a" }\n', 1, "expected the list of players"),
        (HEAD, 2, "ends before the first node"),
        (HEAD + '"comment"\n\nq "" 1', 4, "unknown kind of node"),
        (HEAD + 't "" 1 "" { 1 }', 2, "wrong number of payoffs"),
        (HEAD + 't "" 1 "" { 1 2 3 }', 2, "wrong number of payoffs"),
        (HEAD + 't "" 1 "" { 1 two }', 2, "payoff"),
        (HEAD + 't "" 1 "" { 1 1/0 }', 2, "denominator 0"),
        (HEAD + 't "" 1 "" { 1 1e999 }', 2, "too large"),
        (HEAD + f't "" 1 "" {{ 1 {"9" * 90}e299 }}', 2, "too large"),
        (HEAD + f't "" 1 "" {{ 1 {"9" * 200} }}', 2, "too long"),
        (HEAD + 't "" 1 "" { 1 0x10 }', 2, "word"),
        (HEAD + 't "" 1', 2, "outcome 1 is mentioned before"),
        (HEAD + 't "" 0 "" { 1 2 }', 2, "outcome 0"),
        (HEAD + 't "" -1 "" { 1 2 }', 2, "whole number"),
        (HEAD + 't "" 1 "" { 1 2 }\nt "" 2 "" { 1 2 }', 3, "complete before this node"),
        (HEAD + 'p "" 3 1 "" { "l" } 0', 2, "not in the list"),
        (HEAD + 'p "" 0 1 "" { "l" } 0', 2, "whole number"),
        (HEAD + 'p "" 1 1 0', 2, "before its options are given"),
        (HEAD + 'p "" 1 1 "" { } 0', 2, "no options"),
        (HEAD + 'p "" 1 1 "" { "l" "r" } 0\nt "" 0\n', 4, "1 branches lead nowhere"),
        (HEAD + 'p "" 1 1 "" { "l" "r" } 0\np "" 1 1 "" { "l" "r" "m" } 0', 3, "3 options here and 2"),
        (HEAD + 'p "" 1 1 "" { "l" "r" } 0\np "" 1 1 "" { "l" "m" } 0', 3, "other options"),
        (HEAD + 'p "" 1 1 "s" { "l" "r" } 0\np "" 1 1 "z" { "l" "r" } 0', 3, "two names"),
        (HEAD + 'c "" 1 "" { "l" 0.5 "r" 0.4 } 0', 2, "add up to 0.9"),
        (HEAD + 'c "" 1 "" { "l" 1.2 "r" -0.2 } 0', 2, "out of range"),
        (HEAD + 'c "" 1 "" { "l" "r" } 0', 2, "probability of 'l'"),
        (HEAD + 'c "" 1 "" { "l" .5 "r" .5 } 0\nc "" 1 "" { "l" .4 "r" .6 } 0', 3, "other options or chances"),
        (HEAD + 'c "" 1 "" { "l" .5 "r" .5 } 0\nt "" 1 "" {1 2}\nt "" 1 "" {1 3}', 4, "other payoffs"),
        (HEAD + 'c "" 1 "" { "l" .5 "r" .5 } 0\nt "" 1 "w" {1 2}\nt "" 1 "v" {1 2}', 4, "two names"),
        (HEAD + 't "never closed', 2, "never closed"),
        (HEAD + 't \u00a0"" 0', 2, "word"),
        (HEAD + "t 'x' 0", 2, "word"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_clear_error_with_its_line(text: str, line: int, words: str):
    with pytest.raises(GameError) as caught:
        read_efg(text if text.startswith("EFG") else text + "\n")
    assert words in str(caught.value)
    assert caught.value.where.line == line


def test_every_cut_of_a_file_is_refused(shared: Path):
    whole = (shared / "efg" / "beer-quiche.efg").read_text().rstrip()
    for end in range(4, len(whole) - 1):
        with pytest.raises(GameError):
            read_efg(whole[:end])


def test_sizes_are_bounded(tmp_path: Path):
    with pytest.raises(GameError, match="too many nodes"):
        read_efg(HORSE, max_nodes=8)
    with pytest.raises(GameError, match="too long"):
        read_efg('EFG 2 R "' + "x" * 30_000 + '" { "a" } t "" 0')
    with pytest.raises(GameError, match="too many players"):
        read_efg('EFG 2 R "" { ' + '"a" ' * 200 + '} t "" 0')


def test_files_that_are_no_text_or_not_there(tmp_path: Path):
    binary = tmp_path / "b.efg"
    binary.write_bytes(b"EFG 2 R \xff\xfe\x00")
    with pytest.raises(GameError, match="not UTF-8"):
        read_efg(binary)
    with pytest.raises(GameError, match="cannot be read"):
        read_efg(tmp_path / "absent.efg")
    with pytest.raises(GameError, match="cannot be read"):
        read_efg(tmp_path)
    with pytest.raises(GameError, match="cannot be read"):
        read_efg("a\0b.efg")


def test_a_file_without_end_is_too_large():
    if not Path("/dev/zero").exists():
        pytest.skip("this system has no /dev/zero")
    with pytest.raises(GameError, match="too large"):
        read_efg("/dev/zero")


def test_numbers_are_constants():
    assert all(number.is_constant for number in read_efg(HORSE).numbers)
    assert np.isfinite(read_efg(HORSE).numbers_at()).all()


def test_forgetting_an_own_move_is_refused_with_both_histories():
    text = (
        HEAD
        + """p "" 1 1 "first" { "l" "r" } 0
p "" 1 2 "again" { "x" "y" } 0
t "" 0 t "" 0
p "" 1 2 0
t "" 0 t "" 0"""
    )
    with pytest.raises(GameError, match="a forgets what was done or known before") as caught:
        read_efg(text)
    assert caught.value.where.line == 5
    assert caught.value.found == "l | r"


def test_forgetting_a_former_set_is_refused():
    """Chance shows the player l or r, then the player is asked again as if it had not been shown."""
    text = (
        HEAD
        + """c "" 1 "" { "l" 1/2 "r" 1/2 } 0
p "" 1 1 "left" { "x" } 0 p "" 1 3 "later" { "a" "b" } 0 t "" 0 t "" 0
p "" 1 2 "right" { "x" } 0 p "" 1 3 0 t "" 0 t "" 0"""
    )
    with pytest.raises(GameError, match="forgets what was done or known"):
        read_efg(text)


def test_meeting_one_set_twice_on_a_path_is_refused():
    with pytest.raises(GameError, match="passed before"):
        read_efg(HEAD + 'p "" 1 1 "exit" { "on" "off" } 0 p "" 1 1 0 t "" 0 t "" 0 t "" 0')


def test_not_knowing_the_others_move_is_no_forgetting():
    tree = read_efg(HEAD + """p "" 1 1 "" { "l" "r" } 0 p "" 2 1 "" { "u" "d" } 0
        p "" 1 2 "" { "x" "y" } 0 t "" 0 t "" 0 p "" 1 2 0 t "" 0 t "" 0
        p "" 2 1 0 p "" 1 3 "" { "x" "y" } 0 t "" 0 t "" 0 p "" 1 3 0 t "" 0 t "" 0""")  # fmt: skip
    assert [len(s.nodes) for s in tree.sets] == [1, 2, 2, 2]
