"""Sentences that stay true when they are quoted alone, and no word for how sure somebody may be."""

from __future__ import annotations

import re

import fixture
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import Page

from detente.brief import sentences, words
from detente.brief.page import HERE

PARAMETERS = sentences.Parameters(fixture.PARAMETERS)
CLAIMS = {claim["id"]: claim for claim in fixture.claims()}
FORBIDDEN = re.compile(
    r"\b(?:un)?likel(?:y|ihood)|\b(?:im)?probab\w*|\bchances?\b|\bodds\b|\b(?:al)?most (?:certain\w*|no)|\bvirtually\b|"
    r"\bcertain(?:ly|ty)\b|\bremote\b|\bdoubtful\b|\bconfiden\w*|\bexpected\b|\brisk of\b|\bprove[sn]?\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("page", ["one", "two", "none"])
def test_no_word_of_the_page_is_a_probability_word(page: str, request: pytest.FixtureRequest) -> None:
    """What the page itself says: the article, its quotes and the scenario's own words are set apart."""
    parsed = Page(request.getfixturevalue(page))
    text = parsed.all("body")[0].text + " ".join(e.attributes.get("aria-label", "") for e in parsed.elements)
    for claim in CLAIMS.values():
        text = text.replace(words.sentence(claim["text"]), "")
    article = " ".join(e.text for e in parsed.elements if "document" in e.classes)
    assert FORBIDDEN.findall(text.replace(article, "")) == []


def test_no_template_has_one() -> None:
    for file in (HERE / "templates").iterdir():
        assert FORBIDDEN.findall(file.read_text(encoding="utf-8")) == [], file.name


def test_the_guard_sees_what_it_must() -> None:
    for word in (
        "likely",
        "Unlikely",
        "probably",
        "probability",
        "a chance of",
        "odds",
        "almost certain",
        "improbable",
    ):
        assert FORBIDDEN.search(word)


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("signal", ["Holds if likeness of this case to the next is above 0.41 and "
                    "prior belief that the defenders are firm is above 0.32.",
                    "Inside these bounds it holds in 97 in 100 combinations.",
                    "They take in 88 in 100 of all combinations in which it holds."]),
        ("over-heads", ["Holds throughout: in all 1,024 combinations tried."]),
        ("ultimatum", ["Holds if share of a deal that can be carried out without Ondara is above 0.42."]),
        ("no-settlement", ["Fails throughout: in all 1,024 combinations tried."]),
        ("dialogue", ["Undecided: no combination could be decided."]),
    ],
)  # fmt: skip
def test_where_it_holds(claim: str, told: list[str]) -> None:
    assert sentences.boundary(CLAIMS[claim], PARAMETERS, 1024) == told


def test_where_it_holds_without_a_simple_rule() -> None:
    claim = CLAIMS["signal"]
    told = [
        "Holds if conditions are met that no simple rule captures.",
        "Holds in 471 of the 1,024 combinations that could be decided.",
    ]
    assert sentences.boundary(claim | {"rule_found": False}, PARAMETERS, 1024) == told
    assert sentences.boundary(claim | {"rule": [], "rule_text": ""}, PARAMETERS, 1024) == told
    fails = {"rule": [{"parameter": "likeness", "low": None, "high": 0.2}], "rule_found": True}
    assert sentences.boundary(claim | {"rule": [], "fails_rule": fails}, PARAMETERS, 1024)[1] == (
        "It fails if likeness of this case to the next is below 0.2."
    )
    found = claim | {"share": 1.0, "exception": {"likeness": 0.11}}
    assert sentences.boundary(found, PARAMETERS, 1024) == [
        "Holds if conditions are met that all combinations tried met.",
        "A search found an exception at likeness of this case to the next 0.11.",
    ]


def test_a_verdict_over_some_of_the_combinations_says_over_how_many() -> None:
    claim = CLAIMS["over-heads"] | {"decided": 1000, "undecided": 24}
    assert sentences.boundary(claim, PARAMETERS, 1024) == [
        "Holds throughout: in all 1,000 combinations that could be decided."
    ]
    open_claim = claim | {"verdict": "undecided", "share": 0.25, "decided": 8, "undecided": 1016}
    assert sentences.boundary(open_claim, PARAMETERS, 1024) == [
        "Undecided: too few combinations could be decided.",
        "It held in 2 of 8 that could.",
    ]


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("signal", ["Fails once likeness of this case to the next falls below 0.41.", "Our middle value is 0.56, 0.15 away.",
                    "An assumption: we know of no measurement."]),
        ("ultimatum", ["Holds once share of a deal that can be carried out without Ondara rises above 0.42.",
                       "Our middle value is 0.3, 0.12 away.", "An assumption: we know of no measurement."]),
        ("over-heads", ["Nothing in the ranges tried.", "At our middle values it holds."]),
        ("dialogue", ["Not known.", "The model gave no certified answer at our middle values."]),
        ("premature", ["Several assumptions together.",
                       "No single assumption flips it. The nearest flip that we found moves size of the escort force from 12 ships "
                       "to 22 ships and weight of Karvia's wide aims from 0.45 to 0.38.", "At our middle values it holds."]),
    ],
)  # fmt: skip
def test_what_decides_it(claim: str, told: list[str]) -> None:
    assert sentences.turning(CLAIMS[claim], PARAMETERS) == told


def test_what_an_assumption_rests_on() -> None:
    rows = {row["name"]: sentences.origin(row) for row in fixture.PARAMETERS}
    assert rows["likeness"] == "An assumption: we know of no measurement."
    assert rows["ban_cost"] == "Cited: 0.2 to 5 per cent (Orlund and Pace 2011, Trade bans at sea, table 3)."
    assert rows["war_cost"].endswith("We could not check the figure against it.")
    assert rows["escorts"] == "Estimated from data: League fleet register, 1961 to 2019, 23 convoys."
    assert sentences.origins(fixture.PARAMETERS) == (
        "1 range from data, 2 ranges from a publication and 4 ranges assumed. "
        "For 1 of the cited ones we could not check the figure against its source. "
        "Wherever a number is an assumption, the table says so."
    )


def test_the_whole_finding_in_two_sentences() -> None:
    assert sentences.summary(fixture.claims(), 1024, 1) == (
        "We tested six claims from this report, and one that nobody quoted there makes, against 1,024 combinations of "
        "assumptions. One holds throughout, four hold under a condition, one fails throughout and one could not be decided."
    )


def test_undecided_combinations_are_counted_with_their_reasons() -> None:
    assert sentences.undecided(CLAIMS["ultimatum"]) == (
        "14 combinations are undecided: in 11 the path of play turns back and in 3 the solver did not arrive."
    )
    assert sentences.undecided(CLAIMS["signal"]) == ""
    assert sentences.undecided({"undecided": 1}) == "1 combination is undecided."


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (0.5, "0.5"), (0.4149, "0.41"), (12, "12"), (1234.5, "1,234"), (0.00123, "0.0012"), (-0.25, "−0.25"),
     (1.0, "1"), (5e-17, "0"), (2e-6, "2.0e-06"), (None, "–"), (float("nan"), "–"), (99.6, "100"), (1e6, "1,000,000")],
)  # fmt: skip
def test_numbers_are_rounded_to_what_is_known(value: float | None, shown: str) -> None:
    assert words.number(value) == shown


@settings(derandomize=True, max_examples=200)
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_two_numbers_that_differ_enough_never_read_the_same(a: float, b: float) -> None:
    shown = words.numbers_apart(a, b)
    if abs(a - b) > 1e-4 * max(abs(a), abs(b), 1e-3):
        assert shown[0] != shown[1]


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.0, "0 in 100"),
        (0.001, "fewer than 1 in 100"),
        (0.5, "50 in 100"),
        (0.9999, "more than 99 in 100"),
        (1.0, "100 in 100"),
    ],
)
def test_a_share_is_never_rounded_to_none_or_all(share: float, told: str) -> None:
    assert words.per_hundred(share) == told


@pytest.mark.parametrize(
    ("quoted", "shown"),
    [('"We will go,"', "We will go"), ("“no”", "no"), ('to "sign" it', 'to "sign" it'), ('"a" and "b"', '"a" and "b"'),
     ("don't", "don't"), ('"', '"'), ("", "")],
)  # fmt: skip
def test_only_the_marks_around_a_quote_go(quoted: str, shown: str) -> None:
    assert words.bare(quoted) == shown


def test_a_cut_quote_says_that_it_is_cut() -> None:
    assert words.shortened("one two three four", 9) == "one two …"
    assert words.shortened("one two", 9) == "one two"
    assert words.shortened("x" * 20, 9) == "x" * 9 + " …"


def test_names_inside_a_sentence_keep_their_capitals() -> None:
    assert words.lower_first("Cost of war") == "cost of war"
    assert words.lower_first("EU unity") == "EU unity"


def test_a_flip_of_many_assumptions_is_counted_not_listed() -> None:
    claim = CLAIMS["premature"] | {
        "nearest_flip": {"distance": 1.0, "parameters": {f"p{n}": 0.5 for n in range(52)}}
    }
    assert sentences.turning(claim, PARAMETERS)[:2] == [
        "Only many assumptions together.",
        "No single assumption flips it. The nearest flip that we found moves 52 assumptions at once.",
    ]


@pytest.mark.parametrize(
    ("unit", "attached"),
    [("%", "%"), ("ships", "ships"), ("share", None), ("probability", None), ("share of what is in dispute", None), ("", None),
     ("1 is the largest", None), (None, None)],
)  # fmt: skip
def test_only_a_short_unit_follows_a_number(unit: str | None, attached: str | None) -> None:
    assert sentences.attached(unit) == attached


def test_a_title_that_asks_stands_between_marks() -> None:
    assert sentences.spoken({"name": "x", "title": "how much alike they are"}) == "‘how much alike they are’"
    assert sentences.spoken({"name": "x", "title": "Cost of war"}) == "cost of war"


@pytest.mark.parametrize(
    ("holds", "side", "way"),
    [(True, "below", "rises above"), (True, "above", "falls below"), (False, "above", "rises above")],
)
def test_a_middle_value_on_the_boundary_is_called_so(holds: bool, side: str, way: str) -> None:
    claim = CLAIMS["signal"] | {
        "holds_at_base": holds,
        "binding": {"parameter": "likeness", "base": 0.56, "at": 0.56, "holds": side},
    }
    change = "Fails" if holds else "Holds"
    assert sentences.turning(claim, PARAMETERS)[:2] == [
        f"{change} as soon as likeness of this case to the next {way} our middle value, 0.56.",
        "Our middle value lies on the boundary.",
    ]


def test_flips_farther_away_are_counted() -> None:
    flips = [{"parameter": f"p{n}", "base": 0.5, "at": 0.6} for n in (0, 0, 1, 2, 3, 4, 5)]
    told = sentences.flips({"flips": flips}, PARAMETERS)
    assert len(told) == 5
    assert told[0] == "p0 rises above 0.6 (ours: 0.5)"
    assert told[-1] == "and 2 other assumptions, farther away"
