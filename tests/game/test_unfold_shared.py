"""Reference games written in the language unfold to the trees that were written by hand as .efg."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detente.game import Game, Tree, read_efg
from detente.game.tree import CHANCE


def crisis() -> Game:
    return Game(
        players=["A", "B"],
        joint=[
            {
                "of": ["A.resolve", "B.resolve"],
                "table": {
                    "resolved, resolved": "p * q",
                    "resolved, unresolved": "p * (1 - q)",
                    "unresolved, resolved": "(1 - p) * q",
                    "unresolved, unresolved": "(1 - p) * (1 - q)",
                },
            }
        ],
        parameters={"p": 0.5, "q": 0.4, "a": 0.3, "a_high": 0.2, "a_low": -0.6, "b_high": 0.4, "b_low": -0.4},
        moves=[
            {"move": "open", "by": "A", "options": ["challenge", "accept"]},
            {"move": "answer", "by": "B", "options": ["resist", "concede"], "when": "open == challenge"},
            {"move": "last", "by": "A", "options": ["fight", "back_down"], "when": "answer == resist"},
        ],
        payoffs={
            "A": {
                "prize": {"worth": 1, "when": "answer == concede"},
                "audience": {"worth": "-a", "when": "last == back_down"},
                "war": {"worth": "a_high if A.resolve == resolved else a_low", "when": "last == fight"},
            },
            "B": {
                "prize": {"worth": 1, "when": "open == accept or last == back_down"},
                "war": {"worth": "b_high if B.resolve == resolved else b_low", "when": "last == fight"},
            },
        },
    )


def beer_quiche() -> Game:
    return Game(
        players=["sender", "receiver"],
        private={"sender.kind": {"strong": "p", "weak": "1 - p"}},
        parameters={"p": 0.9},
        moves=[
            {"move": "meal", "by": "sender", "options": ["beer", "quiche"]},
            {"move": "answer", "by": "receiver", "options": ["duel", "retreat"]},
        ],
        payoffs={
            "sender": {
                "taste": {
                    "worth": 1,
                    "when": "kind == strong and meal == beer or kind == weak and meal == quiche",
                },
                "calm": {"worth": 2, "when": "answer == retreat"},
            },
            "receiver": {"right": {"worth": 1, "when": "(kind == weak) == (answer == duel)"}},
        },
    )


def horse() -> Game:
    return Game(
        players=["one", "two", "three"],
        moves=[
            {"move": "first", "by": "one", "options": ["across", "down"], "hidden_from": "three"},
            {"move": "second", "by": "two", "options": ["across", "down"], "when": "first == across", "hidden_from": "three"},
            {"move": "third", "by": "three", "options": ["L", "R"], "when": "first == down or second == down", "reveals_when": True},
        ],
        events={"calm": "second == across"},
        payoffs={
            "one": {"a": {"worth": 1, "when": "calm"}, "b": {"worth": "3 if first == down else 4", "when": "third == L"}},
            "two": {"a": {"worth": 1, "when": "calm"}, "b": {"worth": "3 if first == down else 4", "when": "third == L"}},
            "three": {
                "a": {"worth": 1, "when": "calm"},
                "b": {"worth": "2 if third == L else 0", "when": "first == down"},
                "c": {"worth": 1, "when": "second == down and third == R"},
            },
        },
    )  # fmt: skip


def chain_store() -> Game:
    moves: list[dict[str, Any]] = []
    payoffs: dict[str, dict[str, Any]] = {"incumbent": {}}
    for k in (1, 2, 3):
        moves.append({"move": f"enter{k}", "by": f"entrant{k}", "options": ["come", "stay"]})
        moves.append(
            {
                "move": f"reply{k}",
                "by": "incumbent",
                "options": ["share", "fight"],
                "when": f"enter{k} == come",
            }
        )
        payoffs["incumbent"] |= {
            f"alone{k}": {"worth": 2, "when": f"enter{k} == stay"},
            f"fight{k}": {"worth": -1, "when": f"reply{k} == fight and incumbent.kind == weak"},
            f"share{k}": {"worth": -1, "when": f"reply{k} == share and incumbent.kind == tough"},
        }
        payoffs[f"entrant{k}"] = {
            "entry": {"worth": 0.6, "when": f"enter{k} == come"},
            "loss": {"worth": -1, "when": f"reply{k} == fight"},
        }
    return Game(
        players=list(payoffs),
        private={"incumbent.kind": {"tough": 0.3, "weak": 0.7}},
        moves=moves,
        payoffs=payoffs,
    )


def offers() -> Game:
    return Game(
        players=["one", "two"],
        parameters={"d": {"range": [0.5, 0.95], "base": 0.8}},
        moves=[
            {"move": "offer", "by": "one", "options": "grid(0, 1, 5)"},
            {"move": "respond", "by": "two", "options": ["accept", "reject"]},
            {"move": "counter", "by": "two", "options": "grid(0, 1, 5)", "when": "respond == reject"},
            {"move": "last", "by": "one", "options": ["accept", "reject"], "when": "respond == reject"},
        ],
        payoffs={
            "one": {
                "first": {"worth": "1 - offer", "when": "respond == accept"},
                "second": {"worth": "d * counter", "when": "last == accept"},
            },
            "two": {
                "first": {"worth": "offer", "when": "respond == accept"},
                "second": {"worth": "d * (1 - counter)", "when": "last == accept"},
            },
        },
    )


def volunteers() -> Game:
    names = ("one", "two", "three")
    costs = {"one": 0.3, "two": 0.45, "three": 0.6}
    return Game(
        players=names,
        moves=[
            {"move": f"m_{name}", "by": name, "options": ["act", "wait"], "hidden_from": "everyone"}
            for name in names
        ],
        events={"done": "m_one == act or m_two == act or m_three == act"},
        payoffs={
            name: {
                "good": {"worth": 1, "when": "done"},
                "cost": {"worth": -costs[name], "when": f"m_{name} == act"},
            }
            for name in names
        },
    )


def centipede() -> Game:
    moves = [
        {"move": f"m{k}", "by": ("one", "two")[k % 2], "options": ["take", "go"], **({"when": f"m{k - 1} == go"} if k else {})}
        for k in range(6)
    ]  # fmt: skip
    takes = [(f"m{k} == take", k) for k in range(6)] + [("m5 == go", 6)]
    return Game(
        players=["one", "two"],
        moves=moves,
        payoffs={
            player: {
                f"t{k}": {"worth": (0.4 if k % 2 == i else 0.1) * 2**k, "when": when} for when, k in takes
            }
            for i, player in enumerate(("one", "two"))
        },
    )


GAMES: dict[str, Callable[[], Game]] = {
    "crisis": crisis,
    "beer-quiche": beer_quiche,
    "horse": horse,
    "chain-store": chain_store,
    "offers": offers,
    "volunteers": volunteers,
    "centipede": centipede,
}


def payoffs(tree: Tree) -> np.ndarray:
    """Payoffs [outcome, player] at the base values."""
    numbers = tree.numbers_at()[0]
    cells = len(tree.payoff_start) - 1
    sums = [
        numbers[tree.payoff_number[tree.payoff_start[i] : tree.payoff_start[i + 1]]].sum()
        for i in range(cells)
    ]
    return np.array(sums).reshape(-1, len(tree.players))


@pytest.mark.parametrize("name", GAMES)
def test_a_game_in_the_language_is_the_tree_of_the_file(shared: Path, name: str) -> None:
    ours, theirs = GAMES[name]().tree(), read_efg(shared / "efg" / f"{name}.efg")
    assert ours.players == theirs.players
    for array in ("kind", "parent", "branch", "child_start", "child", "terminal"):
        np.testing.assert_array_equal(getattr(ours, array), getattr(theirs, array), err_msg=array)
    # the same nodes cannot be told apart, by the same player, under the same number
    assert {(s.player, s.number, s.nodes) for s in ours.sets} == {
        (s.player, s.number, s.nodes) for s in theirs.sets
    }
    np.testing.assert_allclose(payoffs(ours), payoffs(theirs), rtol=0, atol=1e-15)
    for node in np.flatnonzero(ours.kind == CHANCE):
        edges = slice(ours.child_start[node], ours.child_start[node + 1])
        np.testing.assert_allclose(
            ours.numbers_at()[0][ours.edge_number[edges]],
            theirs.numbers_at()[0][theirs.edge_number[edges]],
            atol=1e-15,
        )


def test_independent_types_give_the_same_game_in_two_chance_nodes(shared: Path) -> None:
    mapping = crisis().to_mapping()
    del mapping["joint"]
    mapping["private"] = {
        "A.resolve": {"resolved": "p", "unresolved": "1 - p"},
        "B.resolve": {"resolved": "q", "unresolved": "1 - q"},
    }
    ours, theirs = Game(**mapping).tree(), read_efg(shared / "efg" / "crisis.efg")

    def plays(tree: Tree) -> dict[tuple[str, ...], int]:
        """Path labels (joint chance labels taken apart) of every node that decides."""
        return {
            tuple(x for label in tree.path_labels(k) for x in label.split("-")): k
            for k in range(tree.n_nodes)
            if tree.kind[k] != CHANCE
        }

    ours_at, theirs_at = plays(ours), plays(theirs)
    assert set(ours_at) == set(theirs_at)
    partition = [
        {(s.player, frozenset(p for p, k in at.items() if k in s.nodes)) for s in tree.sets}
        for tree, at in ((ours, ours_at), (theirs, theirs_at))
    ]
    assert partition[0] == partition[1]
    for path, k in ours_at.items():
        if ours.terminal[k] >= 0:
            np.testing.assert_allclose(
                payoffs(ours)[ours.terminal[k]], payoffs(theirs)[theirs.terminal[theirs_at[path]]]
            )
