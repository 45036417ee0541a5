"""Unfolding: who knows what, what is pruned, what is restricted, and that nothing depends on names."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import ExpressionError, GameError
from detente.game import Game, Restriction, Tree
from detente.game.efg_recall import forgotten
from detente.game.tree import CHANCE, DECISION, TERMINAL

TWO: dict[str, Any] = {"A": {}, "B": {}}


def ends(tree: Tree, strategy: np.ndarray, draws: dict[str, Any] | None = None) -> np.ndarray:
    """Probability of each outcome under a strategy [slot], by walking down from the root."""
    numbers = tree.numbers_at(draws)[0]
    reach = np.zeros(tree.n_nodes)
    reach[0] = 1
    for node in range(1, tree.n_nodes):
        up, k = tree.parent[node], tree.branch[node]
        if tree.kind[up] == CHANCE:
            step = numbers[tree.edge_number[tree.child_start[up] + k]]
        else:
            step = strategy[tree.slot_start[tree.info_set[up]] + k]
        reach[node] = reach[up] * step
    return reach[tree.kind == TERMINAL]


def values(tree: Tree, strategy: np.ndarray, draws: dict[str, Any] | None = None) -> np.ndarray:
    """Expected payoff of each player."""
    numbers = tree.numbers_at(draws)[0]
    starts = tree.payoff_start
    cells = [numbers[tree.payoff_number[starts[i] : starts[i + 1]]].sum() for i in range(len(starts) - 1)]
    return ends(tree, strategy, draws) @ np.array(cells).reshape(-1, len(tree.players))


def test_a_hidden_move_is_simultaneous_or_secret() -> None:
    game = Game(
        players=["A", "B"],
        moves=[
            {"move": "x", "by": "A", "options": ["l", "r"], "hidden_from": "B"},
            {"move": "y", "by": "B", "options": ["l", "r"]},
            {"move": "z", "by": "A", "options": ["l", "r"]},
        ],
        payoffs=TWO,
    )
    sets = game.tree().sets
    assert [(s.player, len(s.nodes)) for s in sets] == [(0, 1), (1, 2), (0, 1), (0, 1), (0, 1), (0, 1)]
    assert sets[1].name == "y"
    assert sets[1].seen == {}
    assert sets[2].name == "z x=l, y=l"
    assert sets[2].seen == {"x": "l", "y": "l"}


def test_chance_may_be_seen_by_some_and_depend_on_anything_before_it() -> None:
    game = Game(
        players=["A", "B"],
        private={"A.strong": {"yes": "p", "no": "1 - p"}},
        parameters={"p": 0.4},
        moves=[
            {"move": "try_it", "by": "A", "options": ["yes", "no"]},
            {
                "move": "luck",
                "by": "chance",
                "options": {"good": "0.9 if strong == yes else 0.1", "bad": "0.1 if strong == yes else 0.9"},
                "when": "try_it == yes",
                "hidden_from": ["B"],
            },
            {"move": "answer", "by": "B", "options": ["y", "n"]},
            {"move": "again", "by": "A", "options": ["y", "n"], "when": "luck == good"},
        ],
        payoffs=TWO,
        events={"good": "luck == good"},
    )
    tree = game.tree()
    by_move = {move: [s for s in tree.sets if s.move == move] for move in ("try_it", "answer", "again")}
    assert [len(by_move[m]) for m in by_move] == [2, 2, 4]  # B sees try_it, neither A's type nor luck
    assert {s.name for s in by_move["answer"]} == {"answer try_it=yes", "answer try_it=no"}
    strategy = np.full(tree.n_slots, 0.5)
    good = tree.numbers_at()[0][tree.event_number[0]]
    assert ends(tree, strategy) @ good == pytest.approx(0.5 * (0.4 * 0.9 + 0.6 * 0.1))


def test_players_know_only_what_they_have_seen() -> None:
    def game(**last: Any) -> Game:
        return Game(
            players=["A", "B"],
            moves=[
                {"move": "x", "by": "A", "options": ["l", "r"], "hidden_from": "B"},
                {"move": "y", "by": "B", "options": ["l", "r"], "when": "x == l", **last},
            ],
            payoffs=TWO,
        )

    with pytest.raises(GameError, match="B cannot know whether it has the move y") as caught:
        game().tree()
    assert caught.value.where.field == "moves[1].when"
    assert caught.value.found == "x=l | x=r"
    assert [len(s.nodes) for s in game(reveals_when=True).tree().sets] == [1, 1]


def test_a_player_cannot_wait_for_somebody_elses_type_through_an_event() -> None:
    with pytest.raises(GameError, match="does not know this private type"):
        Game(
            players=["A", "B"],
            private={"A.t": {"x": 0.5, "y": 0.5}},
            moves=[{"move": "m", "by": "B", "options": ["a", "b"], "when": "is_x"}],
            payoffs=TWO,
            events={"is_x": "A.t == x"},
        )
    with pytest.raises(GameError, match="a parameter cannot be used here"):
        Game(
            players=["A"],
            parameters={"p": 0.5},
            moves=[
                {"move": "m", "by": "A", "options": [0, 1]},
                {"move": "n", "by": "A", "options": ["a", "b"], "when": "large"},
            ],
            payoffs={"A": {}},
            events={"large": "m > p"},
        )


def test_types_are_drawn_together_or_one_after_the_other() -> None:
    game = Game(
        players=["P", "D"],
        joint=[
            {
                "of": ["P.home", "P.away"],
                "table": {
                    "firm, firm": "p*p + r*p*(1-p)",
                    "firm, soft": "(1-r)*p*(1-p)",
                    "soft, firm": "(1-r)*p*(1-p)",
                    "soft, soft": "(1-p)^2 + r*p*(1-p)",
                },
            }
        ],
        private={"D.view": {1: "0.9 if P.home == firm else 0.2", 2: "0.1 if P.home == firm else 0.8"}},
        parameters={"p": {"range": [0.1, 0.9]}, "r": {"range": [0, 1]}},
        moves=[{"move": "act", "by": "D", "options": ["a", "b"]}],
        payoffs={"P": {}, "D": {"x": "view"}},
        events={"both": "home == firm and away == firm"},
    )  # fmt: skip
    tree = game.tree()
    assert tree.node_label[0] == "P.home, P.away"
    assert tree.node_label[tree.child[0]] == "D.view"
    assert tree.edge_label[:4] == ("firm-firm", "firm-soft", "soft-firm", "soft-soft")
    assert [s.seen for s in tree.sets] == [{"D.view": 1.0}, {"D.view": 2.0}]
    strategy = np.full(tree.n_slots, 0.5)
    at = {"p": 0.3, "r": 0.25}
    both = tree.numbers_at(at)[0][tree.event_number[0]]
    assert ends(tree, strategy, at) @ both == pytest.approx(0.3 * 0.3 + 0.25 * 0.3 * 0.7)
    assert values(tree, strategy, at)[1] == pytest.approx(1 + 0.3 * 0.1 + 0.7 * 0.8)


def test_types_that_wait_for_one_another_are_refused() -> None:
    with pytest.raises(GameError, match="wait for one another") as caught:
        Game(
            players=["A", "B"],
            private={
                "A.t": {"x": "0.5 if u == x else 0.1", "y": "0.5 if u == x else 0.9"},
                "B.u": {"x": "0.5 if t == x else 0.1", "y": "0.5 if t == x else 0.9"},
            },
            moves=[{"move": "m", "by": "A", "options": ["a", "b"]}],
            payoffs=TWO,
        )  # fmt: skip
    assert caught.value.found == "A.t -> B.u -> A.t"


def test_branches_without_probability_are_left_out() -> None:
    game = Game(
        players=["A"],
        private={"A.t": {"x": 0, "y": 1, "z": "0 * p"}},
        parameters={"p": 0.5},
        moves=[{"move": "m", "by": "chance", "options": {"a": "p", "b": "1 - p"}}],
        payoffs={"A": {"t": {"worth": 1, "when": "t == x"}}},
    )
    tree = game.tree()
    assert tree.edge_label == ("y", "a", "b")
    assert len(tree.payoff_number) == 0
    assert game.tree(parameters={"p": 1}).edge_label == ("y", "a")


def test_a_restricted_move_is_chance_that_everybody_knows() -> None:
    game = Game(
        players=["A", "B"],
        private={"A.t": {"x": "p", "y": "1 - p"}},
        parameters={"p": 0.3, "s": {"range": [0, 1]}},
        moves=[
            {"move": "open", "by": "A", "options": ["go", "stay"]},
            {"move": "answer", "by": "B", "options": ["y", "n"], "when": "open == go"},
        ],
        payoffs=TWO,
        events={"war": "answer == y"},
    )
    pure = game.tree([Restriction("open", {"go": 1})])
    assert [s.move for s in pure.sets] == ["answer"]
    assert pure.sets[0].seen == {"open": "go"}
    assert set(pure.edge_label) == {"x", "y", "go", "n"}
    mixed = game.tree(
        [Restriction("open", {"go": "s if A.t == x else 0", "stay": "1 - s if A.t == x else 1"})]
    )
    assert mixed.numbers_at({"s": 0.2})[0][mixed.edge_number[mixed.edge_number >= 0]] == pytest.approx(
        [0.3, 0.7, 0.2, 0.8, 1]
    )
    partly = game.tree(
        [Restriction("open", {"stay": 1}, when="A.t == y"), Restriction("open", {"go": 1}, when="A.t == y")]
    )
    assert [(s.name, len(s.nodes)) for s in partly.sets] == [("open", 1), ("answer", 1)]
    assert partly.node_label.count("open") == 2
    for wrong, problem in [
        (Restriction("opne", {"go": 1}), "no such move"),
        (Restriction("open", {"goo": 1}), "no such option"),
        (Restriction("open", {"go": 0.5}), "add up"),
        (Restriction("open", {"go": 1.2}), "no probability"),
        (Restriction("open", {"go": "s + 1", "stay": "1 - s"}), "no probability"),
        (Restriction("open", {"go": 1}, when="answer == y"), "cannot wait"),
        (
            Restriction("answer", {"y": 1}, when="A.t == x"),
            "B cannot know whether its move answer is restricted",
        ),
        (Restriction("open", {"go": 1}, when="s > 0.5"), "cannot be used"),
    ]:
        with pytest.raises(GameError, match=problem):
            game.tree([wrong])


def test_parameters_that_are_set_leave_the_tree() -> None:
    game = Game(
        players=["A"],
        parameters={"p": {"range": [0, 1]}, "q": {"derived": "1 - p"}, "w": {"range": [0, 2]}},
        moves=[{"move": "m", "by": "chance", "options": {"a": "p", "b": "q"}}],
        payoffs={"A": {"x": {"worth": "w * q", "when": "m == a"}}},
    )
    assert game.tree().parameters == ("p", "w")
    assert game.tree().base == {"p": 0.5, "w": 1.0}
    tree = game.tree(parameters={"p": 0.25, "w": "2 * w + p"})  # of the values that are drawn
    assert tree.parameters == ("p", "w")
    drawn = {"p": np.array([0.5, 1.0]), "w": np.array([1.0, 2.0])}
    assert tree.numbers_at(drawn)[:, tree.payoff_number[0]] == pytest.approx([2.5 * 0.75, 5 * 0.75])
    assert tree.numbers_at(drawn)[:, tree.edge_number[:2]] == pytest.approx(np.array([[0.25, 0.75]] * 2))
    assert game.tree(parameters={"p": 0.25, "w": 1}).parameters == ()
    with pytest.raises(GameError, match="no such parameter to set"):
        game.tree(parameters={"q": 0.5})
    with pytest.raises(GameError, match="no probability at the base"):
        game.tree(parameters={"p": 1.5})


def test_a_payoff_that_reckons_with_an_absent_move_is_refused_with_its_place() -> None:
    game = Game(
        players=["A"],
        moves=[
            {"move": "m", "by": "A", "options": ["a", "b"]},
            {"move": "offer", "by": "A", "options": "grid(0, 1, 3)", "when": "m == a"},
        ],
        payoffs={"A": {"x": {"worth": "2 * offer"}}},
    )
    with pytest.raises(ExpressionError, match="not reached") as caught:
        game.tree()
    assert caught.value.where.field == "payoffs.A.x"
    mapping = game.to_mapping()
    mapping["payoffs"]["A"]["x"]["when"] = "m == a"
    assert Game(**mapping).tree().n_outcomes == 4
    mapping["payoffs"]["A"]["x"]["when"] = "offer == 0.4"
    with pytest.raises(GameError, match="offer has no such option"):
        Game(**mapping)


def test_probabilities_are_checked_after_every_history() -> None:
    with pytest.raises(GameError, match="at the base values after m=b") as caught:
        Game(
            players=["A"],
            parameters={"p": 0.5},
            moves=[
                {"move": "m", "by": "A", "options": ["a", "b"]},
                {"move": "luck", "by": "chance", "options": {"x": "p", "y": "p if m == a else 2 * p"}},
            ],
            payoffs={"A": {}},
        ).tree()
    assert caught.value.where.field == "moves[1]"


def test_a_tree_that_is_too_large_is_refused_before_it_fills_the_memory() -> None:
    moves = [{"move": f"m{k}", "by": "A", "options": "grid(0, 1, 1001)"} for k in range(50)]
    started = time.perf_counter()
    with pytest.raises(GameError, match="too large"):
        Game(players=["A"], moves=moves, payoffs={"A": {}}).tree()
    assert time.perf_counter() - started < 20
    with pytest.raises(GameError, match="too large"):
        Game(players=["A"], moves=moves[:1], payoffs={"A": {}}).tree(max_nodes=1000)


def test_two_thousand_nodes_take_well_under_a_second() -> None:
    game = Game(
        players=["A", "B", "C"],
        private={f"{x}.t": {"h": f"p{x}", "l": f"1 - p{x}"} for x in "ABC"},
        parameters={**{f"p{x}": {"range": [0.1, 0.9]} for x in "ABC"}, "c": {"range": [0, 1]}, "d": {"derived": "c * 2 + pA"}},
        moves=[
            {"move": "m1", "by": "A", "options": "grid(0, 1, 6)"},
            {"move": "m2", "by": "B", "options": ["y", "n"]},
            {"move": "m3", "by": "C", "options": ["y", "n"], "when": "m2 == y"},
            {"move": "luck", "by": "chance", "options": {"good": "c", "bad": "1 - c"}, "hidden_from": "A"},
            {"move": "m4", "by": "A", "options": ["x", "y", "z"]},
            {"move": "m5", "by": "B", "options": ["y", "n"], "when": "m4 == x"},
        ],
        payoffs={
            x: {
                f"t{k}": {"worth": f"d*{k} + m1*(2 if {x}.t == h else c)", "when": "m4 != z and m2 == y"}
                for k in range(8)
            }
            for x in "ABC"
        },
        events={f"e{k}": "m3 == y and m1 > 0.4" for k in range(6)},
    )  # fmt: skip
    taken: list[float] = []
    for _ in range(3):
        started = time.perf_counter()
        tree = game.tree()
        taken.append(time.perf_counter() - started)
    assert 1900 < tree.n_nodes < 2100
    assert len(tree.numbers) < 150
    assert min(taken) < 0.5  # about 0.09 s on the machine it was written on


# properties over random games


@st.composite
def games(draw: st.DrawFn) -> dict[str, Any]:
    """Games of up to four moves among three players, with hidden moves, types, chance and conditions."""
    players = ["A", "B", "C"]
    private = {f"{p}.t": {"h": f"p{p}", "l": f"1 - p{p}"} for p in players if draw(st.booleans())}
    moves: list[dict[str, Any]] = []
    for k in range(draw(st.integers(1, 4))):
        by = draw(st.sampled_from([*players, "chance"]))
        move: dict[str, Any] = {"move": f"m{k}", "by": by}
        move["options"] = (
            {"y": "c", "n": "1 - c"}
            if by == "chance"
            else draw(st.sampled_from([["y", "n"], ["y", "n", "u"]]))
        )
        hidden = draw(st.lists(st.sampled_from(players), max_size=2, unique=True))
        move["hidden_from"] = [p for p in hidden if p != by]
        if k and draw(st.booleans()):
            move["when"] = f"m{draw(st.integers(0, k - 1))} == y"
            move["reveals_when"] = True
        moves.append(move)
    terms = {
        p: {
            f"t{k}": {
                "worth": draw(st.sampled_from(["1", "-c", "w", "w * c - 2"])),
                "when": f"m{k} == {draw(st.sampled_from(['y', 'n']))}",
            }
            for k in range(len(moves))
        }
        for p in players
    }
    names = [f"p{p}" for p in players] + ["c"]
    return {
        "players": players,
        "private": private,
        "parameters": {**{x: {"range": [0.05, 0.95]} for x in names}, "w": {"range": [-3, 3]}},
        "moves": moves,
        "payoffs": terms,
        "events": {"last": f"m{len(moves) - 1} == y", "never": "m0 == y and m0 == n"},
    }


@settings(derandomize=True, max_examples=120, deadline=None)
@given(games(), st.integers(0, 2**31))
def test_probabilities_of_outcomes_add_up_to_1_under_any_strategy(mapping: dict[str, Any], seed: int) -> None:
    tree = Game(**mapping).tree()
    random = np.random.default_rng(seed)
    strategy = random.exponential(size=tree.n_slots)
    for h in range(len(tree.sets)):
        mine = slice(tree.slot_start[h], tree.slot_start[h + 1])
        strategy[mine] /= strategy[mine].sum()
    draws = {name: random.uniform(0.05, 0.95) for name in tree.parameters}
    assert ends(tree, strategy, draws).sum() == pytest.approx(1, abs=1e-12)


@settings(derandomize=True, max_examples=120, deadline=None)
@given(games())
def test_arrays_hang_together(mapping: dict[str, Any]) -> None:
    tree = Game(**mapping).tree()
    assert forgotten(tree) is None
    assert (tree.parent[1:] < np.arange(1, tree.n_nodes)).all()
    assert len(tree.child) == tree.n_nodes - 1 == len(tree.edge_label) == len(tree.edge_number)
    assert len(set(tree.numbers)) == len(tree.numbers)
    for node in range(tree.n_nodes):
        children = tree.child[tree.child_start[node] : tree.child_start[node + 1]]
        assert (tree.parent[children] == node).all()
        assert list(tree.branch[children]) == list(range(len(children)))
        assert (tree.info_set[node] >= 0) == (tree.kind[node] == DECISION)
    for h, one in enumerate(tree.sets):
        assert {int(tree.info_set[node]) for node in one.nodes} == {h}
        for node in one.nodes:
            edges = slice(tree.child_start[node], tree.child_start[node + 1])
            assert tree.edge_label[edges] == one.options
            assert (tree.edge_number[edges] == -1).all()
    numbers = [(s.player, s.number) for s in tree.sets]
    for player in range(3):
        mine = [k for p, k in numbers if p == player]
        assert mine == list(range(1, len(mine) + 1))
    names = [(s.player, s.name) for s in tree.sets]
    assert len(set(names)) == len(names)


@settings(derandomize=True, max_examples=100, deadline=None)
@given(games(), st.permutations(["A", "B", "C"]), st.integers(0, 2**31))
def test_relabelling_the_players_changes_nothing(
    mapping: dict[str, Any], order: list[str], seed: int
) -> None:
    game = Game(**mapping)
    to = dict(zip("ABC", order, strict=True))
    names = {old: f"player_{new}" for old, new in to.items()}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {renamed(k) if isinstance(k, str) else k: renamed(v) for k, v in value.items()}
        if isinstance(value, list):
            return [renamed(x) for x in value]
        if isinstance(value, str):
            owner, dot, rest = value.partition(".")
            return names.get(owner, owner) + dot + rest if value in names or dot else value
        return value

    other = renamed({**mapping, "players": sorted(mapping["players"], key=lambda p: names[p])})
    ours, theirs = game.tree(), Game(**other).tree()
    for array in ("kind", "parent", "branch", "child"):
        np.testing.assert_array_equal(getattr(ours, array), getattr(theirs, array))
    at = {p: theirs.players.index(names[p]) for p in ours.players}
    assert {(at[ours.players[s.player]], s.nodes) for s in ours.sets} == {
        (s.player, s.nodes) for s in theirs.sets
    }
    strategy = np.random.default_rng(seed).uniform(size=ours.n_slots)
    swapped = np.empty(theirs.n_slots)
    for h, one in enumerate(ours.sets):
        g = next(k for k, s in enumerate(theirs.sets) if s.nodes == one.nodes)
        swapped[theirs.slot_start[g] : theirs.slot_start[g + 1]] = strategy[
            ours.slot_start[h] : ours.slot_start[h + 1]
        ]
    ours_worth, theirs_worth = values(ours, strategy), values(theirs, swapped)
    for player, k in at.items():
        assert theirs_worth[k] == pytest.approx(ours_worth[ours.players.index(player)], abs=1e-12)


def test_a_move_and_its_option_of_one_name_are_told_apart():
    moves = [
        {"move": "attack", "by": "A", "options": ["attack", "wait"]},
        {"move": "reply", "by": "B", "options": ["stand", "yield"], "when": "attack == attack"},
    ]
    payoffs = {"A": {"x": {"worth": 1, "when": "attack != attack"}}, "B": {}}
    tree = Game(players=["A", "B"], moves=moves, payoffs=payoffs, events={"e": "attack == attack"}).tree()
    assert [s.name for s in tree.sets] == ["attack", "reply"]  # a wait is not replied to
    row = tree.numbers_at()[0]
    ends = {tree.path_labels(int(n)): int(tree.terminal[n]) for n in np.flatnonzero(tree.kind == 0)}
    assert [row[tree.event_number[0, ends[path]]] for path in (("attack", "stand"), ("wait",))] == [1, 0]


def test_two_moves_with_options_spelt_like_one_another_are_refused():
    moves = [
        {"move": "north", "by": "A", "options": ["south", "stay"]},
        {"move": "south", "by": "A", "options": ["north", "stay"]},
    ]
    with pytest.raises(GameError, match="read two ways"):
        Game(players=["A"], moves=moves, payoffs={"A": {}}, events={"e": "north == south"})
