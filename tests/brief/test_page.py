"""The page is valid, complete, self-contained, and reachable by keyboard and screen reader."""

from __future__ import annotations

import copy
import itertools
import re

import fixture
import pytest
from markup import Page

from detente.brief.page import render

PAGES = ("one", "two", "none")


@pytest.fixture(params=PAGES)
def html(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def test_every_tag_closes_and_every_id_is_the_only_one(html: str) -> None:
    page = Page(html)
    assert page.declarations == ["DOCTYPE html"]
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    assert not [id for id in ids if not re.fullmatch(r"[\w-]+", id)]


def test_every_inner_link_arrives(html: str) -> None:
    page = Page(html)
    ids = {e.attributes.get("id") for e in page.elements}
    inner = [a.attributes["href"] for a in page.all("a") if a.attributes["href"].startswith("#")]
    assert len(inner) > 3
    assert [href for href in inner if href[1:] not in ids] == []
    named = [
        id
        for e in page.elements
        for name in ("aria-labelledby", "aria-describedby")
        for id in e.attributes.get(name, "").split()
    ]
    assert named
    assert set(named) <= ids


def test_headings_descend_one_step_at_a_time(html: str) -> None:
    levels = [int(e.tag[1]) for e in Page(html).all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert all(e.text.strip() for e in Page(html).all("h1", "h2", "h3"))


def test_landmarks_language_and_a_way_past_the_head(html: str) -> None:
    page = Page(html)
    assert page.all("html")[0].attributes["lang"] == "en"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    first = next(e for e in page.elements if e.tag == "a")
    assert "skip" in first.classes
    assert first.attributes["href"] == "#" + page.all("main")[0].attributes["id"]
    assert page.all("title")[0].text.strip()
    assert page.having(name="viewport")[0].attributes["content"] == "width=device-width, initial-scale=1"


def test_nothing_runs_and_nothing_is_fetched(html: str) -> None:
    page = Page(html)
    assert not page.all(
        "script", "link", "img", "iframe", "object", "embed", "form", "base", "video", "audio"
    )
    assert not [
        n for e in page.elements for n in e.attributes if n.startswith("on") or n in ("src", "srcset")
    ]
    (policy,) = [m for m in page.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy"]
    assert policy.attributes["content"].startswith("default-src 'none'")
    style = page.all("style")[0].text
    assert "url(" not in style
    assert "@import" not in style
    outside = {a.attributes["href"] for a in page.all("a") if not a.attributes["href"].startswith("#")}
    assert outside <= {"https://example.org/bans?a=1&b=2"}


def test_size(html: str) -> None:
    assert len(html.encode()) < 2_000_000


def test_tables_can_be_followed_by_ear_and_on_a_narrow_page(html: str) -> None:
    page = Page(html)
    for table in page.all("table"):
        assert table.children[0].tag == "caption"
        assert table.children[0].text.strip()
        assert table.attributes["role"] == "table"
    for cell in page.all("th"):
        assert cell.attributes["scope"] in ("col", "row")
        assert (
            cell.attributes["role"] == {"col": "columnheader", "row": "rowheader"}[cell.attributes["scope"]]
        )
    assert all(cell.attributes.get("data-label") for cell in page.all("td"))
    for table in page.all("table"):
        assert len({len(row.children) for row in _rows(table)}) == 1


def _rows(table):
    return [row for part in table.children for row in part.children if row.tag == "tr"]


def test_every_picture_has_a_text_alternative(html: str) -> None:
    page = Page(html)
    for picture in page.all("svg"):
        assert picture.attributes["role"] == "img"
        told = " ".join(page.having(id=id)[0].text for id in picture.attributes["aria-labelledby"].split())
        assert len(told) > 30
        assert re.search(r"\d", told)
    if page.all("svg"):
        assert len(page.all("svg")) > 20


def test_the_same_result_gives_the_same_bytes() -> None:
    first, again = render(fixture.result(two=True)), render(copy.deepcopy(fixture.result(two=True)))
    assert first == again


def test_the_result_is_not_changed() -> None:
    given = fixture.result()
    before = copy.deepcopy(given)
    render(given)
    assert given == before


def test_the_order_is_the_readers(one: str) -> None:
    sections = [e.attributes["id"] for e in Page(one).all("section")]
    assert sections == [
        "findings", "situation", "regions", "policies", "assumptions", "law", "ledger", "limits", "reproduce",
    ]  # fmt: skip
    claims = [
        e.attributes["id"] for e in Page(one).all("tr") if e.attributes.get("id", "").startswith("claim-")
    ]
    assert claims == [f"claim-{n}" for n in range(1, 8)]


def test_a_claim_nobody_quoted_makes_is_marked_and_comes_last(one: str) -> None:
    rows = [e for e in Page(one).all("tr") if e.attributes.get("id", "").startswith("claim-")]
    marked = ["not in the report" in row.text for row in rows]
    assert marked == [False] * 6 + [True]
    assert "Put for Karvia (aggressor)" in rows[-1].text


def test_each_claim_shows_its_speaker_its_words_and_the_place(one: str) -> None:
    page = Page(one)
    for claim in fixture.claims():
        if not claim["said_by"]:
            continue
        row = next(
            r
            for r in page.all("tr")
            if r.attributes.get("id", "").startswith("claim-") and claim["text"] in r.text
        )
        ledger = {s["id"]: (n, s) for n, s in enumerate(fixture.ledger()["statements"], 1)}
        links = {a.attributes["href"] for a in page.all("a") if a.within("tr") and _inside(a, row)}
        for id in claim["said_by"]:
            number, statement = ledger[id]
            assert f"#place-{number}" in links
            name = statement["speaker"]["name"] if statement["speaker"] else statement["words"]["source"][0]
            assert name in row.text


def _inside(element, ancestor) -> bool:
    while element is not None:
        if element is ancestor:
            return True
        element = element.parent
    return False


def test_the_text_shown_is_the_text_that_was_read(two: str) -> None:
    """Word for word, the numbers of the statements aside."""
    page = Page(two)
    shown = [e for e in page.all("div") if "document" in e.classes]
    for box, text in zip(shown, (fixture.REPORT, fixture.SECOND), strict=True):
        lines = [_without_numbers(p, page) for p in page.all("p") if p.parent is box]
        assert lines == [line for line in text.splitlines() if line.strip()]


def _without_numbers(paragraph, page: Page) -> str:
    """What is in a paragraph but not in the references put into it."""
    text = "".join(paragraph.pieces)
    for number in [a.text for a in page.all("a") if "ref" in a.classes and _inside(a, paragraph)]:
        position = paragraph.pieces.index(number)
        paragraph.pieces[position] = ""
    return "".join(paragraph.pieces) if text else text


def test_each_place_holds_the_words_of_its_statement(one: str) -> None:
    page = Page(one)
    for number, statement in enumerate(fixture.ledger()["statements"], 1):
        (place,) = page.having(id=f"place-{number}")
        assert place.tag == "mark"
        assert statement["words"]["content"][0].startswith(place.text)


def test_an_article_that_fits_no_scenario_keeps_its_ledger_and_one_sentence(none: str) -> None:
    page = Page(none)
    assert [e.attributes["id"] for e in page.all("section")] == ["findings", "ledger", "reproduce"]
    assert "fits none of the scenarios" in page.having(id="findings")[0].text
    assert len([e for e in page.all("tr") if e.attributes.get("id", "").startswith("said-")]) == 10


def test_two_reports_show_who_says_what_where_and_what_they_contradict(two: str) -> None:
    text = Page(two).having(id="findings")[0].text
    assert "Who says what, where" in text
    assert "Ada Brock (denies it)" in text
    assert "Where they contradict one another" in text


def test_regret_is_shown_for_one_side_at_a_time(one: str) -> None:
    policies = Page(one).having(id="policies")[0]
    assert "never added up over sides" in policies.text
    assert not re.search(r"\b(?:total|sum(?:med)?|overall|combined) regret", policies.text, re.I)
    assert policies.text.count("The menu that regret is counted on:") == 3


def test_an_empty_ledger_still_makes_a_page() -> None:
    text = "Nothing was said.\n"
    result = fixture.without_scenario()
    result["documents"][0]["text"] = text
    result["statements"] = []
    page = Page(render(fixture.seal(result)))
    assert "nobody quoted" in page.having(id="ledger")[0].text


def test_many_claims_stay_small() -> None:
    """Twenty claims, thousands of points each: still under the limit."""
    result = fixture.result()
    many = []
    for n in range(20):
        claim = copy.deepcopy(result["claims"][n % 7])
        claim["id"] = f"{claim['id']}-{n}"
        claim["map"]["points"] *= 8
        many.append(claim)
    result["claims"] = many
    assert len(render(result).encode()) < 1_200_000
