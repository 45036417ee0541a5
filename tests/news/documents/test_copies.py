"""One dispatch in five papers is one statement with five places; two reports of one speech are two."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from detente.brief.quotes import quotes, seal
from detente.brief.quotes import verify as verify_quotes
from detente.errors import QuoteMismatch
from detente.news import ledger_record, read_ledger
from detente.news.documents.copies import groups
from detente.news.ledger import COLUMNS, ledger_rows, verify
from detente.scenario.statement import Document, Ledger

DISPATCH = """PORT AVELINE, March 3, 2025 (Lantern) - President Odo Lindgren said on Monday that the strait would stay \
open to all ships.
“We will not close the strait,” Lindgren told reporters after a meeting of the cabinet that went on until the evening.

Foreign Minister Ada Sorensen denied that talks with Orvania had begun. A senior official said the fleet would return \
to port by the end of the week.

The two countries have quarrelled over fishing rights in the narrow waters for more than ten years, and boats from \
both coasts were turned back several times during the winter. Fishing families on the northern shore welcomed the \
news, although many of them have sold their boats since the first patrols appeared."""
OTHER = """Ships may go on using the narrow waters off Port Aveline, the head of state announced yesterday, ending a \
week of rumours.
“We will not close the strait,” Lindgren told reporters after a meeting of the cabinet that went on until the evening.

Traders in the capital had feared the worst after insurance rates doubled within days. Grain prices fell at once when \
word of the decision
reached the exchange, and two captains who had waited at anchor since Friday set sail before dark with cargoes of wheat."""


def documents(*texts: str) -> list[Document]:
    return [Document(f"d{n}", f"{n}.txt", "0" * 64, "utf-8", text) for n, text in enumerate(texts, 1)]


def said(ledger: Ledger) -> list[tuple[str, int]]:
    return [(ledger.words(s.document, s.content), 1 + len(s.also)) for s in ledger.statements]


def test_one_dispatch_in_five_papers_is_one_statement_with_five_places() -> None:
    single = read_ledger(documents(DISPATCH))
    five = read_ledger(
        documents(
            DISPATCH,
            DISPATCH.replace("“", '"').replace("”", '"'),
            "Strait to stay open\n\n" + DISPATCH,
            DISPATCH.replace("\n\n", "\n").replace(" - President", " — President"),
            DISPATCH + "\n\nSign up for our newsletter.",
        )
    )
    assert len(five.statements) == len(single.statements) >= 4
    for statement in five.statements:
        assert [p.document for p in statement.also] == ["d2", "d3", "d4", "d5"]
    assert [c.documents for c in five.copies] == [("d1", "d2", "d3", "d4", "d5")]
    # every place holds the words
    for statement in five.statements:
        plain = five.words(statement.document, statement.content).strip('“”",')
        for place in statement.also:
            assert five.words(place.document, place.content).strip('“”",') == plain


def test_all_may_be_kept() -> None:
    kept = read_ledger(documents(DISPATCH, DISPATCH), keep_copies=True)
    assert len(kept.statements) == 2 * len(read_ledger(documents(DISPATCH)).statements)
    assert kept.copies[0].same
    assert all(not s.also for s in kept.statements)


def test_two_reports_of_one_speech_are_not_copies() -> None:
    ledger = read_ledger(documents(DISPATCH, OTHER))
    assert ledger.copies == ()
    assert said(ledger).count(("“We will not close the strait,”", 1)) == 2


def test_two_reports_that_are_mostly_the_same_quotes_are_not_copies() -> None:
    quote = (
        "“"
        + " ".join(
            f"The {w} of the strait is a matter of the {w} law and of nothing else." for w in "abcdefghij"
        )
        + "”"
    )
    own = [
        f"{DISPATCH.splitlines()[-1]} {quote}",
        f"{OTHER.splitlines()[0]} {OTHER.splitlines()[-2]} {quote}",
    ]
    assert groups(documents(*own)) == ()


def test_an_updated_story_keeps_the_quote_that_changed() -> None:
    update = DISPATCH.replace("by the end of the week", "within ten days")
    ledger = read_ledger(documents(DISPATCH, update))
    assert [c.documents for c in ledger.copies] == [("d1", "d2")]
    counts = dict(said(ledger))
    assert next(n for words, n in counts.items() if "end of the week" in words) == 1
    assert next(n for words, n in counts.items() if "within ten days" in words) == 1
    assert counts["that talks with Orvania had begun"] == 2


def test_the_same_words_of_another_speaker_are_another_statement() -> None:
    other = DISPATCH.replace("Foreign Minister Ada Sorensen", "Defence Minister Ivo Marek")
    ledger = read_ledger(documents(DISPATCH, other))
    assert ledger.copies
    assert said(ledger).count(("that talks with Orvania had begun", 1)) == 2


def test_a_denial_is_not_merged_with_what_it_denies() -> None:
    other = DISPATCH.replace("denied that talks", "said that talks")
    ledger = read_ledger(documents(DISPATCH, other))
    polarities = [
        s.polarity for s in ledger.statements if "talks with Orvania" in ledger.words(s.document, s.content)
    ]
    assert sorted(polarities) == ["asserted", "denied"]


def test_a_dispatch_cut_from_below_is_a_copy() -> None:
    cut = "\n\n".join(DISPATCH.split("\n\n")[:2])
    (copies,) = groups(documents(cut, DISPATCH, DISPATCH.split("\n\n")[2]))
    assert copies.documents[:2] == ("d1", "d2")
    assert copies.shared > 0.9


def test_short_texts_are_copies_only_when_equal() -> None:
    short = "Lindgren said on Monday that the strait would stay open to all ships."
    assert groups(documents(short, short.replace("Monday", "Tuesday"))) == ()
    assert [c.documents for c in groups(documents(short, f"{short}\n"))] == [("d1", "d2")]
    assert groups(documents("He said no.", "He said no.")) == ()


def test_a_line_said_twice_in_one_report_stays_twice() -> None:
    twice = f"{DISPATCH}\n\n“We will not close the strait,” Lindgren told reporters."
    ledger = read_ledger(documents(twice, twice))
    assert said(ledger).count(("“We will not close the strait,”", 2)) == 2


def test_groups_do_not_depend_on_the_order_and_chains_do_not_form() -> None:
    rng = random.Random(7)
    words = [f"word{n}" for n in range(4000)]
    first, second, third = (rng.sample(words, 200) for _ in range(3))
    texts = [
        " ".join(first + second),
        " ".join(second + third),
        " ".join(third + first),
        " ".join(first + second[:-10]),
    ]
    found = groups(documents(*texts))
    assert [c.documents for c in found] == [("d1", "d4")]  # halves shared by two texts make no copies
    turned = groups([*reversed(documents(*texts))])
    assert [set(c.documents) for c in turned] == [{"d1", "d4"}]


def test_places_are_in_the_records_and_verified() -> None:
    ledger = read_ledger(documents(DISPATCH, DISPATCH))
    record = ledger_record(ledger)
    assert record["copies"] == [{"documents": ["d1", "d2"], "same": True, "shared": 1.0}]
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in ledger_rows(ledger)]
    assert all(row["Places"] == "2" and row["Also in"].startswith("d2:") for row in rows)
    sealed = seal(record)
    assert verify_quotes(sealed) == len(list(quotes(sealed)))
    assert sum(quote.document == "d2" for quote in quotes(sealed)) == 3 * len(ledger.statements)
    sealed["statements"][0]["also"][0]["content"] = [[5, 9]]
    with pytest.raises(QuoteMismatch):
        verify_quotes(sealed)
    first = ledger.statements[0]
    moved = replace(first.also[0], content=((0, len(DISPATCH) + 1),))
    with pytest.raises(QuoteMismatch):
        verify(replace(ledger, statements=(replace(first, also=(moved,)),)))
