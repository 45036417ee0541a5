"""The labelled sets of each scenario against the claims of the others: a statement on one crisis makes few claims of another kind.

Each statement stands in a report whose first paragraph tells of its own crisis, in 40 words or more. Counted are matches to
claims of the other two scenarios, with nobody playing a role in them. `RIGHT` are those that the statement does make.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from detente.news.matching.match import match_statements
from detente.scenario import read_scenario
from detente.scenario.locate import shipped
from detente.scenario.statement import Document, Ledger, Span, Statement

HERE = Path(__file__).parent
REPORTS = {
    "peace-talks": (
        "matching.yaml",
        "Orvania's invasion of Belmoria entered its third month on Monday. Castellania, which has armed Belmoria, announced "
        "talks with Orvania, and ministers of the Pact met to speak about the war, about a ceasefire and about who would guard "
        "it if one could be agreed by winter.",
    ),
    "sanctions-dispute": (
        "matching-sanctions.yaml",
        "The Concord threatened on Monday to impose sanctions on Vastania unless Vastania closes the plant at which it is said "
        "to make a forbidden fuel. Qoresh, which trades with both, has not said whether it would join an embargo or go on "
        "buying what Vastania sells to the world.",
    ),
    "border-crisis": (
        "matching-border.yaml",
        "Kestria demanded on Monday that Velmora hand over the heights, two days after a patrol was shot at there, and "
        "mobilised its army. Velmora rejected the demand within hours, and the Council, which has mediated before, said its "
        "envoy would travel to both capitals this week.",
    ),
}
RIGHT = {
    (
        "Only sanctions will bring Orvania to the negotiating table",
        "sanctions-dispute/sanctions_fail",
        "denies",
    ),
    ("the embargo merely strengthened his people's resolve", "sanctions-dispute/defiance_pays", "makes"),
    ("mediation has run its course and will not work", "border-crisis/mediation_helps", "denies"),
    ("sanctions have never ended a war", "sanctions-dispute/sanctions_fail", "makes"),
}


def ledger_of(own: str, items: list[dict[str, Any]]) -> Ledger:
    """The marked statements, each in a report of its own."""
    documents, statements = list[Document](), list[Statement]()
    for number, item in enumerate(items):
        text, spans = REPORTS[own][1] + "\n\n", dict[str, list[Span]]({"{": [], "[": []})
        for piece in re.split(r"(\{[^}]*\}|\[[^\]]*\])", item["text"]):
            if piece[:1] in spans and piece:
                spans[piece[0]].append((len(text), len(text) + len(piece) - 2))
                piece = piece[1:-1]
            text += piece
        if not spans["{"]:
            start = text.index(item["cue"], len(REPORTS[own][1]))
            spans["{"].append((start, start + len(item["cue"])))
        documents.append(Document(f"d{number}", f"d{number}.txt", "0" * 64, "utf-8", text))
        statements.append(
            Statement(f"s{number}", f"d{number}", (), tuple(spans["{"][:1]), tuple(spans["["]), False, "asserted", "speech", None)
        )  # fmt: skip
    return Ledger(tuple(documents), tuple(statements), ())


def across(own: str) -> tuple[int, list[str], list[str]]:
    """How many statements, and the matches to claims of other scenarios: right, and false."""
    items = [
        i
        for part in YAML(typ="safe").load((HERE / REPORTS[own][0]).read_text("utf-8")).values()
        for i in part
    ]
    ledger = ledger_of(own, items)
    right, false = list[str](), list[str]()
    for id in shipped():
        if id == own:
            continue
        scenario = read_scenario(id)
        rules = {c.id: c.match for c in scenario.claims.values()}
        for m in match_statements(ledger, rules, setting=scenario.setting):
            text = items[int(m.statement[1:])]["text"]
            known = any(w in text and (f"{id}/{m.claim}", m.stance) == (c, s) for w, c, s in RIGHT)
            (right if known else false).append(f"{text}\n    {id}/{m.claim} {m.stance} {m.words}")
    return len(items), right, false


# how many false matches there may be
LEVELS = {"peace-talks": 2, "sanctions-dispute": 2, "border-crisis": 2}


@pytest.mark.parametrize("own", LEVELS)
def test_statements_on_one_crisis_make_few_claims_of_another(own: str) -> None:
    statements, right, false = across(own)
    print(
        f"{own}: {statements} statements, {len(right)} right and {len(false)} false matches elsewhere",
        *right,
        *false,
        sep="\n",
    )
    assert len(false) <= LEVELS[own]
