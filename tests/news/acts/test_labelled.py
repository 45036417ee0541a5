"""The hand-labelled statements: agreement of the two passes, and precision and recall of the rules on each part."""

from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML

from detente.news import read_ledger
from detente.scenario.statement import ActName, Document

SET: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(
    (Path(__file__).parent.parent / "acts.yaml").read_text("utf-8")
)
ACTS = set(get_args(ActName))


def act_of(text: str) -> str:
    """The first act of a text read as a document of its own, or "none"."""
    ledger = read_ledger([Document("d", "d.txt", "0" * 64, "utf-8", text)])
    return next((s.act.name for s in ledger.statements if s.act), "none")


@functools.cache
def judged(part: str) -> list[tuple[str, str]]:
    return [(item["act"], act_of(item["text"])) for item in SET[part]]


def test_every_label_is_an_act_and_every_act_has_examples_in_every_part() -> None:
    for part, items in SET.items():
        assert {item["act"] for item in items} == ACTS | {"none"}, part
    texts = [item["text"] for items in SET.values() for item in items]
    assert len(texts) == len(set(texts)) == 413


def test_the_two_passes_agree() -> None:
    """Cohen's kappa of the passes; where they agree, the settled label is theirs."""
    items = [i for part in ("tuning", "held", "wire", "wire_held") for i in SET[part]]
    first, second = (Counter(i[p] for i in items) for p in ("first", "second"))
    observed = sum(i["first"] == i["second"] for i in items) / len(items)
    chance = sum(first[a] * second[a] for a in first) / len(items) ** 2
    assert (observed - chance) / (1 - chance) == pytest.approx(0.989, abs=0.0005)
    assert all(i["act"] == i["first"] for i in items if i["first"] == i["second"])
    assert [i["second"] for i in items if i["first"] != i["second"]] == ["assessment", "assessment", "none"]


@pytest.mark.parametrize(
    ("part", "precision", "recall"),
    [
        ("tuning", 0.98, 0.80),
        ("held", 0.95, 0.77),
        ("last", 0.97, 0.75),
        ("wire", 0.97, 0.78),
        ("wire_held", 0.97, 0.83),
        ("wire_last", 0.93, 0.80),
    ],
)
def test_precision_before_recall(part: str, precision: float, recall: float) -> None:
    pairs = judged(part)
    right = sum(a == b != "none" for a, b in pairs)
    assigned = sum(b != "none" for _, b in pairs)
    assert right / assigned >= precision, [p for p in pairs if p[1] not in ("none", p[0])]
    assert right / sum(a != "none" for a, _ in pairs) >= recall


@pytest.mark.parametrize("part", ["tuning", "held", "last", "wire", "wire_held"])
def test_what_is_no_act_gets_none(part: str) -> None:
    assert all(b == "none" for a, b in judged(part) if a == "none")


def test_no_two_acts_that_bind_are_taken_for_one_another() -> None:
    """A threat read as a promise, or a denial as a refusal, would be worse than silence."""
    binding = {"threat", "promise", "offer", "refusal", "denial", "praise", "blame"}
    wrong = [(a, b) for part in SET for a, b in judged(part) if a != b and a in binding and b in binding]
    assert wrong == []
