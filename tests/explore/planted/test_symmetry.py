"""What must not matter: what things are called, which side is which, and the zero and unit of a player's payoffs.

Names: every player, move, option, private type, parameter, event, policy and claim gets another name; the record is the same once
the names are put back. Sides: the players change places in the file too. Payoffs: one player's are multiplied by a positive
number and moved by another. The limit of the branch may not see that where the equilibrium is unique; values move with the
payoffs, and regrets with the factor. At a finite precision the factor matters, unless precision is divided by it.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from planting import mapping_of, scenario_of
from test_accountability import CARD as LEADER
from test_appeasement_reputation import CARD as WATCHED
from test_crisis_bargaining import CARD as BARGAIN
from test_crisis_signalling import CARD as CRISIS

from detente.explore import test as run
from detente.explore.study import study_of

DRAWS = 128
slow = pytest.mark.slow
SAME = (
    "id",
    "verdict",
    "share",
    "share_interval",
    "decided",
    "undecided",
    "rule",
    "rule_text",
    "coverage",
    "density",
)


def record_of(mapping: dict[str, Any], selections: bool = False, **options: Any) -> dict[str, Any]:
    """``selections``: with the search for other equilibria at the base point, which takes its time."""
    study = study_of(scenario_of(mapping))
    return run(study if selections else replace(study, selections=None), draws=DRAWS, **options).record()


def names_in(mapping: dict[str, Any]) -> list[str]:
    """Every name that the author of the file chose."""
    names = [
        *mapping["players"],
        *mapping["parameters"],
        *mapping["events"],
        *mapping["policies"],
        *mapping["claims"],
    ]
    for private, types in mapping.get("private", {}).items():
        names += [private.split(".")[1], *(t for t in types if isinstance(t, str))]
    for move in mapping["moves"]:
        names += [move["move"], *move["options"]]
    return list(dict.fromkeys(names))


def renamed(thing: Any, new: dict[str, str]) -> Any:
    """The same with every name replaced, wherever it stands as a word of its own."""
    pattern = re.compile(
        r"(?<![\w])(" + "|".join(map(re.escape, sorted(new, key=len, reverse=True))) + r")(?![\w])"
    )
    if isinstance(thing, dict):
        return {renamed(k, new): renamed(v, new) for k, v in thing.items()}
    if isinstance(thing, list):
        return [renamed(v, new) for v in thing]
    return pattern.sub(lambda m: new[m.group()], thing) if isinstance(thing, str) else thing


def in_any_order(thing: Any) -> Any:
    """Lists of rows sorted by their text: ties of a sort are broken by name."""
    if isinstance(thing, dict):
        return {k: in_any_order(v) for k, v in sorted(thing.items())}
    if isinstance(thing, list):
        return sorted((in_any_order(v) for v in thing), key=lambda v: json.dumps(v, sort_keys=True))
    return thing


def near(found: Any, expected: Any, path: str = "") -> None:
    """Equal but for the last digits of numbers."""
    assert type(found) is type(expected) or {type(found), type(expected)} <= {int, float}, path
    if isinstance(expected, dict):
        assert list(found) == list(expected), path
        for key, value in expected.items():
            near(found[key], value, f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for i, (a, b) in enumerate(zip(found, expected, strict=True)):
            near(a, b, f"{path}[{i}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-6, abs=1e-6), path
    else:
        assert found == expected, path


def without_texts(record: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k not in ("scenario", "measure", "selection")}


@pytest.mark.parametrize("card", [pytest.param(CRISIS, marks=slow), BARGAIN], ids=lambda c: c.slug)
def test_other_names_give_the_same_bytes(card):
    """The new names keep the order of the alphabet, by which equal rows are sorted."""
    mapping = mapping_of(card)
    names = names_in(mapping)
    new = {n: f"zz_{n}" for n in names}
    back = {v: k for k, v in new.items()}
    other = record_of(renamed(mapping, new), selections=True)
    expected = record_of(_untitled(mapping, names), selections=True)
    assert json.dumps(renamed(without_texts(other), back)) == json.dumps(without_texts(expected))


def _untitled(mapping: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """Titles in which a name is a word come back from the renaming as they were: nothing to do, said once."""
    assert renamed(renamed(mapping, {n: f"zz_{n}" for n in names}), {f"zz_{n}": n for n in names}) == mapping
    return mapping


@slow
def test_names_in_another_order_of_the_alphabet_change_the_order_of_rows_alone():
    mapping = mapping_of(WATCHED)
    names = names_in(mapping)
    new = {n: f"zz_{len(names) - i:02d}" for i, n in enumerate(sorted(names))}
    other = renamed(without_texts(record_of(renamed(mapping, new))), {v: k for k, v in new.items()})
    expected = without_texts(record_of(mapping))
    for key in ("claims", "policies", "sensitivity", "information"):
        near(in_any_order(other[key]), in_any_order(expected[key]), key)


@pytest.mark.parametrize("card", [CRISIS, pytest.param(BARGAIN, marks=slow)], ids=lambda c: c.slug)
def test_the_players_change_places(card):
    """A is the opponent and B the one who begins, B's name is first in the file, and what each would say is said by the other."""
    mapping = mapping_of(card)
    new = {"A": "second_side", "B": "first_side", "c_A": "c_second"}
    swapped = renamed(mapping, new)
    swapped["players"] = dict(reversed(swapped["players"].items()))
    swapped["payoffs"] = dict(reversed(swapped["payoffs"].items()))
    other = renamed(without_texts(record_of(swapped)), {v: k for k, v in new.items()})
    expected = without_texts(record_of(mapping))
    for key in ("claims", "policies", "equilibrium", "sensitivity"):
        near(in_any_order(other[key]), in_any_order(expected[key]), key)


def moved(mapping: dict[str, Any], player: str, factor: float, shift: float = 0.0) -> dict[str, Any]:
    """The file with one player's payoffs multiplied and moved."""
    terms = {
        name: {**term, "worth": f"{factor} * ({term['worth']})"}
        for name, term in mapping["payoffs"][player].items()
    }
    if shift:
        terms["for_nothing"] = {"worth": shift}
    return {**mapping, "payoffs": {**mapping["payoffs"], player: terms}}


@pytest.mark.parametrize(
    ("card", "player", "factor", "shift"),
    [
        (CRISIS, "B", 0.2, 5.0),
        pytest.param(CRISIS, "A", 7.0, -3.0, marks=slow),
        pytest.param(WATCHED, "D", 3.0, 1.0, marks=slow),
        pytest.param(WATCHED, "W", 0.25, 0.5, marks=slow),
        (LEADER, "L", 3.7, -2.0),
    ],
    ids=lambda v: getattr(v, "slug", str(v)),
)
def test_unit_and_zero_of_a_players_payoffs_do_not_matter_in_the_limit(card, player, factor, shift):
    mapping = mapping_of(card)
    mapping["claims"] = {k: c for k, c in mapping["claims"].items() if "value(" not in c["holds"]}
    expected, found = record_of(mapping), record_of(moved(mapping, player, factor, shift))
    for before, after in zip(expected["claims"], found["claims"], strict=True):
        for key in SAME:
            near(after[key], before[key], f"{before['id']}.{key}")
        flips = [[f[k] for k in ("parameter", "holds")] for f in before["flips"]]
        assert sorted([f[k] for k in ("parameter", "holds")] for f in after["flips"]) == sorted(flips)
        for f in before["flips"]:
            low, _, high = card.ranges[f["parameter"]]
            room = 2 * (f["within"] + 1e-3) * (high - low)
            assert any(
                g["parameter"] == f["parameter"] and abs(g["at"] - f["at"]) <= room for g in after["flips"]
            )
        assert (before["nearest_flip"] is None) == (after["nearest_flip"] is None)
        if before["nearest_flip"] is not None:
            # a search: where a point beside a threshold is undecided it takes another way
            distance = before["nearest_flip"]["distance"]
            assert after["nearest_flip"]["distance"] == pytest.approx(distance, rel=0.02, abs=1e-3)
    near([p["events"] for p in found["policies"]], [p["events"] for p in expected["policies"]])
    rows = [[*record["policies"], record["equilibrium"]] for record in (expected, found)]
    for before, after in zip(*rows, strict=True):
        for name, value in before["values"].items():
            scale, zero = (factor, shift) if name == player else (1.0, 0.0)
            for what in ("mean", "min", "max"):
                assert after["values"][name][what] == pytest.approx(scale * value[what] + zero, abs=1e-6)
        for name, regret in before["regret"].items():
            scale = factor if name == player else 1.0
            for what in ("mean", "max"):
                assert after["regret"][name][what] == pytest.approx(scale * regret[what], abs=1e-6)


def test_at_a_finite_precision_the_unit_matters_unless_precision_follows():
    mapping = mapping_of(CRISIS)
    mapping["claims"] = {k: mapping["claims"][k] for k in ("called", "grave")}
    mapping["policies"] = {}
    doubled = moved(moved(mapping, "A", 4.0), "B", 4.0)
    expected = record_of({**mapping, "precision": 20})
    near(record_of({**doubled, "precision": 5})["claims"], expected["claims"])
    with pytest.raises(AssertionError):
        near(record_of({**doubled, "precision": 20})["claims"], expected["claims"])


def both_ways(sides: tuple[str, str] = ("A", "B")) -> dict[str, Any]:
    """A crisis that either side may begin, known beforehand, with the same ranges for both: one file, mirrored in itself."""
    first, second = sides
    mapping: dict[str, Any] = {
        "scenario": "both-ways", "title": "Either may begin", "seed": 1,
        "players": {first: f"side {first}", second: f"side {second}"},
        "private": {f"{s}.resolve_{s}": {"resolved": f"p_{s}", "unresolved": f"1 - p_{s}"} for s in sides},
        "parameters": {}, "moves": [{"move": "turn", "by": "chance", "options": dict.fromkeys(sides, 0.5)}],
        "payoffs": {s: {} for s in sides}, "events": {}, "claims": {},
    }  # fmt: skip
    for me, you in (sides, sides[::-1]):
        title = {"because": "planted"}
        mapping["parameters"] |= {
            f"p_{me}": {"range": [0.05, 0.95], "base": 0.3, **title}, f"a_{me}": {"range": [0.05, 2], "base": 0.3, **title},
            f"d_{you}": {"range": [0.1, 3], "base": 1.2, **title},
        }  # fmt: skip
        mapping["moves"] += [
            {"move": f"open_{me}", "by": me, "options": ["challenge", "accept"], "when": f"turn == {me}"},
            {
                "move": f"answer_{you}",
                "by": you,
                "options": ["resist", "concede"],
                "when": f"open_{me} == challenge",
            },
            {
                "move": f"last_{me}",
                "by": me,
                "options": ["fight", "back_down"],
                "when": f"answer_{you} == resist",
            },
        ]
        mapping["payoffs"][me] |= {
            "prize": {"worth": 1, "when": f"answer_{you} == concede"},
            "audience": {"worth": f"-a_{me}", "when": f"last_{me} == back_down"},
            "war": {
                "worth": f"0.2 if resolve_{me} == resolved else -a_{me} - 0.5",
                "when": f"last_{me} == fight",
            },
        }
        mapping["payoffs"][you] |= {
            "keeps": {"worth": 1, "when": f"open_{me} == accept or last_{me} == back_down"},
            "attacked": {"worth": f"-d_{you}", "when": f"last_{me} == fight"},
        }
        mapping["events"] |= {f"war_{me}": f"last_{me} == fight"}
        mapping["claims"] |= {
            f"grave_{me}": {"text": f"{me} brings war", "holds": f"P(war_{me}) > 0.1", "because": "planted"},
        }
    mapping["claims"][f"grave_{first}"]["mirror"] = f"grave_{second}"
    return mapping


def test_a_game_that_is_its_own_mirror_gives_mirrored_answers():
    """The claim holds where 0.2 (1 + a) < p < 1/(1 + d), with the numbers of the side that it speaks of."""
    a, b = record_of(both_ways(), seed=3)["claims"]
    assert (a["swapped"], b["swapped"]) == ("grave_B", "grave_A")
    assert a["verdict"] == b["verdict"] == "holds if"
    swap = {"p_A": "p_B", "a_A": "a_B", "d_B": "d_A"}
    assert [(swap[f["parameter"]], f["holds"]) for f in a["flips"]] == [
        (f["parameter"], f["holds"]) for f in b["flips"]
    ]
    for f, g in zip(a["flips"], b["flips"], strict=True):
        assert f["at"] == pytest.approx(g["at"], abs=1e-3 * 3)
    # both intervals hold the one exact share
    rng = np.random.default_rng(1)
    p, c, d = rng.uniform(0.05, 0.95, 10**6), rng.uniform(0.05, 2, 10**6), rng.uniform(0.1, 3, 10**6)
    exact = np.mean((p > 0.2 * (1 + c)) & (p < 1 / (1 + d)))
    for claim in (a, b):
        low, high = claim["share_interval"]
        half = 2.29 * (high - low) / 2
        assert abs(exact - claim["share"]) < half + 1e-3
    assert {swap[c["parameter"]] for c in a["rule"]} == {c["parameter"] for c in b["rule"]}
