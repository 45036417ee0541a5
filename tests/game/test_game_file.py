"""Game files: what is read, and one clear error with file, line, field, found, allowed and nearest for all else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.errors import BadInput, ExpressionError, GameError
from detente.game import Game, game_from_mapping, game_yaml, parse_yaml, read_game, read_yaml

CRISIS = """\
title: Crisis signalling
source: {cite: lewis-schultz-2003, figure: 1}
players: {A: challenger, B: target}
private:                       # known to its owner alone
  A.resolve: {resolved: p, unresolved: 1 - p}
parameters:
  p:  {range: [0.1, 0.9]}
  a:  {range: [0.05, 0.6], because: audience cost of backing down}
  low: {range: [-1, -0.2]}
  high: {range: [0, 0.5]}
  mid: {derived: (low + high) / 2}
constraints:
  - low < high
moves:
  - {move: open,   by: A, options: [challenge, accept]}
  - {move: answer, by: B, options: [resist, concede], when: open == challenge}
  - {move: last,   by: A, options: [fight, back_down], when: answer == resist}
payoffs:
  A:
    prize:    {worth: 1,        when: answer == concede}
    audience: {worth: -a,       when: last == back_down}
    war:      {worth: "high if resolve == resolved else low", when: last == fight}
  B:
    hold:     {worth: 1,        when: open == accept or last == back_down}
    war:      {worth: mid,      when: last == fight}
events:
  war: last == fight
"""


def read(text: str) -> Game:
    mapping, places = parse_yaml(text, "crisis.yaml")
    return Game.from_mapping(mapping, places)


def changed(old: str, new: str) -> str:
    assert CRISIS.count(old) == 1, old
    return CRISIS.replace(old, new)


def test_the_example_is_read_with_everything_in_it(tmp_path: Path) -> None:
    file = tmp_path / "crisis.yaml"
    file.write_text("\ufeff" + CRISIS, encoding="utf-8")  # a byte order mark is no part of the text
    game = read_game(file)
    assert game.players == {"A": "challenger", "B": "target"}
    assert game.source == {"cite": "lewis-schultz-2003", "figure": 1}
    assert [m.name for m in game.moves] == ["open", "answer", "last"]
    assert game.parameters["a"].because == "audience cost of backing down"
    assert game.parameters["a"].assumption
    assert game.parameters["a"].base == pytest.approx(0.325)
    assert game.derived["mid"].text == "(low + high) / 2"
    assert game.parameters["a"].where.line == 8
    tree = game.tree()
    assert (tree.n_nodes, tree.n_outcomes, len(tree.sets)) == (15, 8, 5)
    assert tree.parameters == ("a", "high", "low", "p")
    assert [s.name for s in tree.sets] == [
        "open resolved",
        "answer",
        "last resolved",
        "open unresolved",
        "last unresolved",
    ]
    assert tree.sets[2].move == "last"
    assert tree.sets[2].seen == {"A.resolve": "resolved", "open": "challenge", "answer": "resist"}
    assert tree.sets[1].seen == {"open": "challenge"}


def test_yaml_and_python_are_two_spellings_of_one_game() -> None:
    game = read(CRISIS)
    mapping = game.to_mapping()
    assert Game(**mapping) == game
    assert read(game_yaml(game)) == game
    also = {**mapping, "claims": {"x": 1}}
    assert game_from_mapping(also, also=["claims"]) == game
    with pytest.raises(GameError, match="claims"):
        game_from_mapping(also)


# (what to change, into what, line of the complaint, field, found, nearest)
WRONG = [
    ("open == accept or", "opne == accept or", 24, "payoffs.B.hold.when", "opne", "open"),
    ("worth: -a,  ", "worth: -a + p + highh,", 21, "payoffs.A.audience.worth", "highh", "high"),
    ("answer == concede", "answer == conceed", 20, "payoffs.A.prize.when", "conceed", "concede"),
    ("when: answer == resist", "when: answer == resists", 17, "moves[2].when", "resists", "resist"),
    ("by: B", "by: C", 16, "moves[1].by", "C", None),
    ("by: B", "by: b", 16, "moves[1].by", "b", None),
    ("because:", "becuase:", 8, "parameters.a.becuase", "becuase", "because"),
    ("events:", "evnts:", 26, "evnts", "evnts", "events"),
    ("  B:\n    hold", "  Bb:\n    hold", 23, "payoffs.Bb", "Bb", "B"),
    ("A.resolve: {", "C.resolve: {", 5, "private.C.resolve", "C.resolve", None),
    ("[0.05, 0.6]", "[0.6, 0.05]", 8, "parameters.a.range", "[0.6, 0.05]", None),
    ("[0.05, 0.6]", "[0.6]", 8, "parameters.a.range", "[0.6]", None),
    ("[0.05, 0.6]", "[low, 0.6]", 8, "parameters.a.range", "low", None),
    ("unresolved: 1 - p", "unresolved: 1.2", 5, "private.A.resolve", "1.2", None),
    ("unresolved: 1 - p", "unresolved: 1.2 - p", 5, "private.A.resolve", None, None),
    ("resolved: p, unresolved: 1 - p", "resolved: 0.5, unresolved: 0.4", 5, "private.A.resolve", "0.9", None),
    (
        "mid: {derived: (low + high) / 2}", "mid: {derived: mid2}\n  mid2: {derived: mid + 1}",
        11, "parameters.mid", "mid -> mid2 -> mid", None,
    ),
    ("low < high", "low < hihg", 13, "constraints[0]", "hihg", "high"),
    ("low < high", "low > high", 13, "constraints[0]", None, None),
    (
        "by: A, options: [challenge, accept]",
        "by: A, options: [challenge, accept], when: answer == resist",
        15, "moves[0].when", "open -> answer -> open", None,
    ),
    ("when: open == challenge", "when: last == fight", 16, "moves[1].when", "answer -> last -> answer", None),
    ("when: open == challenge", "when: A.resolve == resolved", 16, "moves[1].when", "A.resolve", None),
    ("when: open == challenge", "when: p > 0.5", 16, "moves[1].when", "p", None),
    ("when: open == challenge", "when: open", 16, "moves[1].when", "open", None),
    ("when: open == challenge", "when: open < challenge", 16, "moves[1].when", "open < challenge", None),
    ("when: open == challenge", "when: [1]", 16, "moves[1].when", "[1]", None),
    ("when: open == challenge", "hidden_from: [A, B]", 16, "moves[1].hidden_from", "B", None),
    ("when: open == challenge", "hidden_from: D", 16, "moves[1].hidden_from", "D", None),
    ("options: [resist, concede]", "options: [resist, resist]", 16, "moves[1].options", "resist", None),
    ("options: [resist, concede]", "options: [resist, 0.5]", 16, "moves[1].options", "resist, 0.5", None),
    ("options: [resist, concede]", "options: {resist: 1}", 16, "moves[1].options", "{'resist': 1}", None),
    ("options: [resist, concede]", "options: \"grid(1, 0, 5)\"", 16, "moves[1].options", "grid(1, 0, 5)", None),
    ("options: [resist, concede]", "options: [back down, concede]", 16, "moves[1].options", "back down", None),
    ("options: [resist, concede]", "options: [true, false]", 16, "moves[1].options", "True", None),
    ("options: [resist, concede]", "options: []", 16, "moves[1].options", "nothing", None),
    ("options: [resist, concede], when", "when", 16, "moves[1]", None, None),
    ("move: answer", "move: open", 16, "moves[1].move", "open", None),
    ("move: answer", "move: min", 16, "moves[1].move", "min", None),
    ("move: answer", "move: 7", 16, "moves[1].move", "7", None),
    ("worth: mid,  ", "worth: __import__('os'),", 25, "payoffs.B.war.worth", None, None),
    ("worth: mid,  ", "worth: open,", 25, "payoffs.B.war.worth", "open", None),
    ("worth: mid,  ", "worth: .inf,", 25, "payoffs.B.war.worth", None, None),
    ("war: last == fight", "war: last == fight or peace\n  peace: not war", 27, "events.war", "war -> peace -> war", None),
    ("(low + high) / 2", "1 / 0", 11, "parameters.mid", "1 / 0", None),
    ("low < high", "1 / 0 < high", 13, "constraints[0]", "1 / 0", None),
    ("war: last == fight", "a: last == fight", 27, "events.a", "a", None),
    ("war: last == fight", "war: {when: last == fight}", 27, "events.war", None, None),
    ("title: Crisis signalling", "title: {a: 1}", 1, "title", "{'a': 1}", None),
    ("options: [resist, concede]", "options: grid(1, 0, 5)", 16, None, "grid(1", None),
    ("title: Crisis signalling", "players: {}", 3, None, "players", None),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "field", "found", "nearest"), WRONG)
def test_a_mistake_is_named_with_its_place(
    old: str, new: str, line: int, field: str | None, found: str | None, nearest: str | None
) -> None:
    with pytest.raises(BadInput) as caught:
        read(changed(old, new))
    error = caught.value
    assert isinstance(error, (GameError, ExpressionError))
    assert error.where.file == "crisis.yaml"
    assert (error.where.line, error.where.field) == (line, field), str(error)
    if found is not None:
        assert error.found == found, str(error)
    if nearest is not None:
        assert error.nearest == nearest, str(error)
    assert "crisis.yaml" in str(error)
    assert error.record()["where"] == {"file": "crisis.yaml", "line": line, "field": field}


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", None, "empty"),
        ("# only a comment\n", None, "empty"),
        ("- a\n- b\n", 1, "not a list"),
        ("just words", 1, "not a list"),
        ("a: 1\na: 2\n", 2, "twice"),
        ("a: &x 1\nb: 2\n", 1, "anchors"),
        ("a: 1\nb: *x\n", 2, "aliases"),
        ("a: !!python/object:os.system ls\n", 1, "tags"),
        ("a: !thing {}\n", 1, "tags"),
        ("a: 1\n---\nb: 1\n", 2, "one document"),
        ("a: [1, 2\nb: 3\n", None, "not YAML"),
        ("a: 'x\n", None, "not YAML"),
        ("a: \x07\n", None, "not YAML"),
        ("? {a: 1}\n: 2\n", 1, "mapping cannot be a key"),
        ("a: " + "[" * 40 + "]" * 40, 1, "levels"),
        ("a: " + "[" * 100_000, 1, "levels"),
        ("\ttitle: x\n", 1, "not YAML"),
    ],
)
def test_what_is_not_plain_yaml_is_refused(text: str, line: int | None, problem: str) -> None:
    with pytest.raises(GameError) as caught:
        parse_yaml(text, "x.yaml")
    assert problem in caught.value.problem
    assert caught.value.where.file == "x.yaml"
    if line is not None:
        assert caught.value.where.line == line


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"title: x\n\xff\xfe\x00\x01")
    with pytest.raises(GameError, match="UTF-8") as caught:
        read_yaml(binary)
    assert caught.value.where.line == 2
    large = tmp_path / "large.yaml"
    large.write_bytes(b"# " + b"x" * 2_100_000)
    with pytest.raises(GameError, match="too large"):
        read_yaml(large)
    with pytest.raises(GameError, match="cannot be read"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(GameError, match="cannot be read"):
        read_yaml(tmp_path)


def test_scalars_by_the_core_rules_of_yaml() -> None:
    mapping, places = parse_yaml(
        "a: 1\nb: 1.5\nc: 1e-3\nd: yes\ne: true\nf: ~\ng: '1'\nh: 010\ni:\n  - x\n  - 2024-01-01\n? [a, b]\n: z\n"
    )
    assert mapping == {
        "a": 1, "b": 1.5, "c": 0.001, "d": "yes", "e": True, "f": None, "g": "1", "h": 10,
        "i": ["x", "2024-01-01"], ("a", "b"): "z",
    }  # fmt: skip
    assert places.at("i", 1).line == 11
    assert places.at("i", 1).field == "i[1]"
    assert places.at("b", "deeper").line == 2


words = st.text("abcdefghij_", min_size=1, max_size=6).filter(
    lambda w: w not in ("if", "in", "grid") and w[0] != "_"
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)


@st.composite
def mappings(draw: st.DrawFn) -> dict[str, Any]:
    """Small games with odd titles, names and numbers."""
    names = draw(st.lists(words, min_size=6, max_size=6, unique=True))
    player, other, parameter, move, yes, no = names
    low = draw(st.floats(-1e6, 1e6))
    width = draw(st.floats(1e-3, 1e6))
    game: dict[str, Any] = {
        "title": draw(texts.filter(lambda t: t != "")),
        "players": {player: draw(texts.filter(lambda t: t != "")), other: "x"},
        "parameters": {parameter: {"range": [low, low + width], "because": draw(texts)}},
        "moves": [{"move": move, "by": player, "options": [yes, no]}],
        "payoffs": {
            player: {draw(texts): {"worth": f"2 * {parameter}", "when": f"{move} == {yes}"}},
            other: {},
        },
    }
    if draw(st.booleans()):
        game["private"] = {f"{other}.t": {draw(st.integers(-5, 5)): 0.25, 9.5: 0.75}}
    return game


@settings(derandomize=True, max_examples=150, deadline=None)
@given(mappings())
def test_a_game_written_as_yaml_reads_back_equal(mapping: dict[str, Any]) -> None:
    game = Game(**mapping)
    assert game.to_mapping() == mapping
    assert read(game_yaml(game)) == game


def complaint(text: str, file: str) -> BadInput | None:
    """What is wrong with a file, if anything; any other exception fails the test."""
    try:
        mapping, places = parse_yaml(text, file)
        Game.from_mapping(mapping, places).tree()
    except BadInput as error:
        return error
    return None


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab:{}[],&*!'\"#-? \n|>%@`~01."), max_size=60))
def test_any_text_is_read_or_refused_with_its_file(text: str) -> None:
    error = complaint(text, "any.yaml")
    assert error is not None
    assert error.where.file == "any.yaml"


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.integers(0, len(CRISIS)), st.integers(0, 12), st.text("ab=:{}[],-*/(). \n01", max_size=6))
def test_a_damaged_game_file_is_read_or_refused_with_its_file(at: int, cut: int, put: str) -> None:
    error = complaint(CRISIS[:at] + put + CRISIS[at + cut :], "crisis.yaml")
    assert error is None or error.where.file == "crisis.yaml"
