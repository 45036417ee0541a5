"""The reference page of the file of a model: every key and topic, none invented; its example is a model; each error occurs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from doc_blocks import ROOT, blocks, run_python

from detente.errors import GameError
from detente.explore import test as explore
from detente.models import TOPICS, worked
from detente.models.model import (
    KEYS,
    OPTIONAL,
    SCENARIO_KEYS,
    SOURCE_KEYS,
    THRESHOLD_KEYS,
    read_model,
)
from detente.scenario import read_scenario

PAGE = ROOT / "docs" / "reference" / "models.md"
TEXT = PAGE.read_text(encoding="utf-8")
TABLES = {  # heading: the keys of its table
    "source": {"cite", *SOURCE_KEYS},
    "model": {*KEYS, *OPTIONAL},
    "Topics": set(TOPICS),
    "thresholds": set(THRESHOLD_KEYS),
    "worked": set(worked.KEYS),
}
(EXAMPLE,) = [text for language, text in blocks(PAGE) if language == "yaml"]


def section(heading: str) -> str:
    found = re.search(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", TEXT, re.S | re.M)
    assert found, heading
    return found.group(1)


@pytest.mark.parametrize("heading", TABLES)
def test_the_keys_of_a_table_are_those_of_the_code(heading: str) -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section(heading), re.M)
    assert {key for row in rows for key in re.findall(r"`(\w+)`", row)} == TABLES[heading]


def test_the_keys_of_a_scenario_that_a_model_may_have() -> None:
    (row,) = re.findall(
        r"^\| keys of a \[scenario\][^|]*\|(.*)\|$", section("What the file is made of"), re.M
    )
    assert set(re.findall(r"`(\w+)`", row)) == set(SCENARIO_KEYS)


def test_ways_of_being_reached_are_all_told() -> None:
    (row,) = re.findall(r"^\| `reached` \|(.*)$", TEXT, re.M)
    assert set(worked.REACHED) <= set(re.findall(r"`(\w+)`", row))


def test_the_example_is_a_model_whose_verdicts_come_out(tmp_path: Path) -> None:
    model = read_model(EXAMPLE, "ask-or-leave", "page")
    for point in model.worked:
        assert all(one.agrees(point.within) for one in point.compare(model.game))
    assert model.thresholds[0].value(model.at()) == 1
    assert model.record()["slug"] == "ask-or-leave"
    (tmp_path / "own.yaml").write_text(EXAMPLE, encoding="utf-8")
    found = explore(read_scenario(str(tmp_path / "own.yaml")), draws=64, search="quick", responses=0)
    assert {c["id"]: c["verdict"] for c in found.record()["claims"]} == dict(model.verdicts)


def test_the_python_on_the_page_runs() -> None:
    for language, text in blocks(PAGE):
        if language == "python":
            run_python(text, {"__name__": "docs"}, PAGE.name)


SLIPS = {  # message: what is replaced in the example, a pattern, and what by
    "a model of the catalogue has a key `model`": (r"^model:.*?(?=^players:)", ""),
    "no such key": (r"  topic:", "  topics: x\n  topic:"),
    "`...` is missing here": (r"  leaves_out: [^\n]*\n", ""),
    "there is no such topic": (r"topic: classics", "topic: classic"),
    "there is no such claim": (r"asking_works: holds if", "asking_work: holds if"),
    "a picture is drawn over one or two parameters with ranges": (r"over: \[r, g\]", "over: [r, q]"),
    "nothing has this name": (r"formula: 1 - c", "formula: 1 - d"),
    "there is no such parameter": (r"at: \{r: 0.6", "at: {s: 0.6"),
    "there is no such name": (r"events: \{concession: 1\}", "events: {concessions: 1}"),
    "a worked point tells at least one number": (r"      events: \{concession: 0[^\n]*\n", ""),
    "worked points are a list": (r"  worked:.*?(?=  verdicts:)", "  worked: none\n"),
}


@pytest.mark.parametrize("message", SLIPS)
def test_an_error_of_the_page_occurs(message: str) -> None:
    pattern, instead = SLIPS[message]
    broken, slips = re.subn(pattern, instead, EXAMPLE, count=1, flags=re.S | re.M)
    assert slips == 1
    with pytest.raises(GameError, match=re.escape(message.removeprefix("`...` "))):
        read_model(broken, "x", "x.yaml")


def test_every_error_of_the_page_is_tried() -> None:
    rows = re.findall(r"^\| ([^|]+?) \|", section("Errors"), re.M)[1:]
    told = {row for row in rows if not row.startswith("---")}
    late = {"no information set has this name"}  # when the point is solved
    assert told == {*SLIPS, *late}
    model = read_model(
        EXAMPLE.replace("answer: {give_way: 1}", "answers: {give_way: 1}"), "ask-or-leave", "page"
    )
    with pytest.raises(GameError, match="no information set has this name"):
        model.worked[0].compare(model.game)
