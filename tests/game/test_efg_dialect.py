"""Files in the manner of OpenSpiel: chances printed with some digits, no comment, commas or none, numbers shared by players."""

from __future__ import annotations

import io

import numpy as np
import pytest

from detente.errors import GameError
from detente.game import read_efg, write_efg
from detente.solve import solve


def dealt(chances: list[str]) -> str:
    """A deal of one card, then a player who does not see it, as OpenSpiel writes: one line a node, spaces after each word."""
    cards = " ".join(f'"Deal:{k}" {p}' for k, p in enumerate(chances))
    lines = ['EFG 2 R "tiny_deal()" { "Player 1" "Player 2" }', f'c "" 1 "" {{ {cards} }} 0']
    for k in range(len(chances)):
        lines.append('p "" 2 5 "" { "Pass" "Bet" } 0')
        lines += [f't "" {2 * k + 1} "" {{ {-k} {k} }}', f't "" {2 * k + 2} "" {{ {k}, -{k}, }}']
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("digits", [6, 10, 16])
@pytest.mark.parametrize("cards", [3, 7, 52])
def test_rounded_chances_add_up_to_one_again(digits: int, cards: int):
    tree = read_efg(dealt([f"{1 / cards:.{digits}g}"] * cards))
    chances = tree.numbers_at()[0][tree.edge_number[:cards]]
    assert chances.sum() == pytest.approx(1, abs=1e-9)
    assert chances == pytest.approx(np.full(cards, 1 / cards), abs=10.0 ** -(digits - 2))


def test_such_a_file_is_solved_and_written_for_gambit():
    tree = read_efg(dealt(["0.333333"] * 3))
    assert [(s.player, s.number, len(s.nodes)) for s in tree.sets] == [(1, 5, 3)]
    found = solve(tree, precision=1.0, threads=1)
    assert found.certified.all()
    assert found.strategy[0, 0] == pytest.approx(1 / (1 + np.exp(-2)))  # passing is worth 1, betting -1
    gambit = pytest.importorskip("pygambit", reason="pygambit is not installed (extra: oracle)")
    assert len(list(gambit.read_efg(io.StringIO(write_efg(tree))).players)) == 2


@pytest.mark.parametrize(
    "chances",
    [["0.3", "0.3"], ["0.33", "0.33", "0.33"], ["0.33333", "0.33333", "0.3"], ["1/3", "1/3", "1/4"]],
)
def test_chances_that_rounding_does_not_explain_are_refused(chances: list[str]):
    with pytest.raises(GameError, match="add up to"):
        read_efg(dealt(chances))
