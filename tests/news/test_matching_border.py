"""Statements of our own against the claims of border-crisis: precision, recall and stance, on both halves of the set."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from detente.brief.fit import best_fit
from detente.brief.make import example_article
from detente.news.ledger import read_ledger
from detente.news.matching.match import match_statements
from detente.scenario import read_scenario
from detente.scenario.statement import Actor, Document, Ledger, Statement

SET: dict[str, list[dict[str, Any]]] = YAML(typ="safe").load(
    Path(__file__).with_name("matching-border.yaml").read_text("utf-8")
)
PLAYERS = {"challenger": "Kestria", "defender": "Velmora", "mediator": "Council"}


def ledger_of(item: dict[str, Any]) -> Ledger:
    """A ledger with the one statement that an item marks."""
    text, spans = "", dict[str, tuple[int, int]]()
    for piece in re.split(r"(\{[^}]*\}|\[[^\]]*\])", item["text"]):
        if piece[:1] in ("{", "["):
            spans["cue" if piece[0] == "{" else "content"] = (len(text), len(text) + len(piece) - 2)
            piece = piece[1:-1]
        text += piece
    actors = tuple(
        Actor(n.lower(), n, "country", 1, (n,), (), (), tuple(("d", m.start(), m.end()) for m in re.finditer(n, text)))
        for n in PLAYERS.values()
    )  # fmt: skip
    statement = Statement(
        "s", "d", (), (spans["cue"],), (spans["content"],), False, "asserted", "speech", None
    )
    return Ledger((Document("d", "d.txt", "0" * 64, "utf-8", text),), (statement,), actors)


def measure(part: str) -> tuple[float, float, list[str]]:
    """Precision and recall of (claim, stance) pairs, and what went wrong."""
    rules = {c.id: c.match for c in read_scenario("border-crisis").claims.values()}
    players = {role: name.lower() for role, name in PLAYERS.items()}
    right = proposed = wanted = 0
    wrong: list[str] = []
    for item in SET[part]:
        got = {m.claim: m.stance for m in match_statements(ledger_of(item), rules, players=players)}
        want = item["claims"]
        right, proposed, wanted = (
            right + len(want.items() & got.items()),
            proposed + len(got),
            wanted + len(want),
        )
        if want != got:
            wrong.append(f"{item['text']}\n    wanted {want}, found {got}")
    return right / max(proposed, 1), right / max(wanted, 1), wrong


LEVELS = {"tuning": (0.92, 0.95), "held": (0.95, 0.9)}


@pytest.mark.parametrize("part", LEVELS)
def test_statements_are_matched_to_the_claims_they_make(part: str) -> None:
    precision, recall, wrong = measure(part)
    print(f"{part}: precision {precision:.3f}, recall {recall:.3f}", *wrong, sep="\n")
    assert precision >= LEVELS[part][0]
    assert recall >= LEVELS[part][1]


def test_a_report_of_a_border_crisis_chooses_this_scenario_and_the_other_example_its_own() -> None:
    path = read_scenario("border-crisis").path
    assert path is not None
    for text, wanted in (
        ((path.parent / "article.txt").read_text("utf-8"), "A border crisis"),
        (example_article(), "Peace talks with an aggressor"),
    ):
        text = text if isinstance(text, str) else Path(text).read_text("utf-8")
        found = best_fit(read_ledger([Document("report", "report.txt", "0" * 64, "utf-8", text)]))
        assert found is not None
        assert found.scenario.title == wanted
