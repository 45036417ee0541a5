"""Boundary cases of the codebook: whose side it is, negation, conditions, questions, and the words that decided."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.errors import QuoteMismatch
from detente.news import ledger_record, read_ledger
from detente.news.ledger import COLUMNS, ledger_rows, verify
from detente.scenario.statement import Act, Document, Ledger


def ledger_of(text: str) -> Ledger:
    return read_ledger([Document("d", "d.txt", "0" * 64, "utf-8", text)])


def acts_of(text: str) -> list[str | None]:
    return [s.act.name if s.act else None for s in ledger_of(text).statements]


CASES = (
    # the same words, the speaker's side or another's
    ("Orvania's defence minister said Orvania would bomb the port.", "threat"),
    ("Belmoria's defence minister said Orvania would bomb the port.", "prediction"),
    ("Historians said Orvania would bomb the port.", "prediction"),
    ("“We will bomb the port,” Minister Rusk said.", "threat"),
    ("“We will not bomb the port,” Minister Rusk said.", "promise"),
    ("“We will not sign the treaty,” Minister Rusk said.", "refusal"),
    ("“They will not sign the treaty,” Minister Rusk said.", "prediction"),
    ("“We will sign the treaty,” Minister Rusk said.", "promise"),
    ("“We will respond to the letter,” Minister Rusk said.", "promise"),
    ("“We will respond in kind,” Minister Rusk said.", "threat"),
    # a cue, denied, turned to something else, or only supposed
    ("Minister Rusk denied that the port was closed.", "denial"),
    ("Minister Rusk did not deny that the port was closed.", None),
    ("Minister Rusk threatened to close the port.", "threat"),
    ("Minister Rusk did not threaten to close the port.", None),
    ("Minister Rusk may threaten to close the port.", None),
    ("Minister Rusk rejected the allegation.", "denial"),
    ("Minister Rusk rejected the proposal.", "refusal"),
    ("Minister Rusk refused to comment.", None),
    ("Minister Rusk said that Orvania had threatened to close the port.", "assessment"),
    # negation of the content
    ("Minister Rusk said he had not observed any willingness to talk.", "assessment"),
    ("Minister Rusk said it was not true that the port was closed.", "denial"),
    ("“You should not go,” Minister Rusk told the crews.", "demand"),
    ("“You should have gone,” Minister Rusk told the crews.", "blame"),
    ("“We must go,” Minister Rusk said.", None),
    ("Minister Rusk vowed not to surrender.", "refusal"),
    ("Minister Rusk vowed to rebuild the port.", "promise"),
    ("Minister Rusk vowed to bomb the port.", "threat"),
    # questions, wishes, thoughts
    ("“Will you bomb the port?” Minister Rusk asked.", None),
    ("Minister Rusk asked whether the port was closed.", None),
    ("Minister Rusk asked the crews to leave.", "demand"),
    ("Minister Rusk hopes that the war will end.", None),
    ("Minister Rusk fears that the war will spread.", "prediction"),
    ("Minister Rusk offered his thoughts.", None),
    ("Minister Rusk offered talks.", "offer"),
    # several clauses
    ("“Leave the port or we will bomb it,” Minister Rusk said.", "threat"),
    ("“The port is lost. We will sign the treaty.” Minister Rusk said.", "promise"),
    ("“Leave the port. We will sign the treaty,” Minister Rusk said.", None),
)


@pytest.mark.parametrize(("text", "act"), CASES, ids=[c[0] for c in CASES])
def test_act(text: str, act: str | None) -> None:
    assert acts_of(text) == [act]


def test_the_words_that_decided_and_the_condition_are_places_in_the_shown_text() -> None:
    text = "“If they shell us, we will bomb&nbsp;the <b>port</b>,” Minister Rusk said."
    ledger = ledger_of(text)
    (statement,) = ledger.statements
    assert statement.act is not None
    assert statement.act.name == "threat"
    assert ledger.words("d", statement.act.because) == "we will bomb"
    assert ledger.words("d", statement.act.condition) == "If they shell us"
    record = ledger_record(ledger)["statements"][0]  # type: ignore[index]
    assert record["act"] == {
        "name": "threat",
        "because": [list(s) for s in statement.act.because],
        "condition": [list(s) for s in statement.act.condition],
    }
    row = dict(zip(COLUMNS, ledger_rows(ledger)[0], strict=True))
    assert (row["Act"], row["Act words"], row["Condition"]) == ("threat", "we will bomb", "If they shell us")


def test_a_statement_without_an_act_has_null_and_empty_cells() -> None:
    ledger = ledger_of("Minister Rusk did not deny that the port was closed.")
    assert ledger_record(ledger)["statements"][0]["act"] is None  # type: ignore[index]
    row = dict(zip(COLUMNS, ledger_rows(ledger)[0], strict=True))
    assert (row["Act"], row["Act words"], row["Condition"]) == ("", "", "")


def test_words_of_an_act_outside_the_document_are_refused() -> None:
    ledger = ledger_of("Minister Rusk threatened to close the port.")
    (statement,) = ledger.statements
    moved = dataclasses.replace(statement, act=Act("threat", ((10, 500),)))
    with pytest.raises(QuoteMismatch, match="10-500"):
        verify(dataclasses.replace(ledger, statements=(moved,)))


_WORDS = """Minister Rusk Orvania said told warned denied vowed refused to talk not will would must should if we they it he
his government port bomb sign the treaty “ ” , . ? ! ; : " never is was ready false shameful whether that Leave or and no
&amp; <b> é 😀"""


@settings(derandomize=True, deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([*_WORDS.split(), "\n\n", "\u00a0"]), max_size=40).map(" ".join))
def test_any_text_gives_places_that_hold_and_the_same_again(text: str) -> None:
    ledger = ledger_of(text)  # verified inside
    assert ledger.statements == ledger_of(text).statements
    for statement in ledger.statements:
        if statement.act:
            assert statement.act.because
            assert statement.polarity != "asked" or statement.act.name == "demand"
