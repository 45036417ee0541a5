"""What a file tells about its document is kept with its origin; nothing is inferred."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detente.news import read_documents
from detente.news.documents.about import address, iso_date
from detente.news.documents.dateline import from_text

SAID = "The foreign minister said that the talks in the harbour had begun and would go on for some time."
PAGE = """<!doctype html><html><head><title>Strait stays open | Daily Lantern</title>{head}</head><body><article>
<h1>Strait stays open</h1>{body}<p>{said}</p><p>{said2}</p></article><footer>Copyright 1 May 2019</footer></body></html>"""


def page(tmp_path: Path, head: str, body: str = ""):
    path = tmp_path / "a.html"
    text = PAGE.format(head=head, body=body, said=SAID * 4, said2=SAID.replace("harbour", "valley") * 4)
    path.write_text(text, encoding="utf-8")
    (document,) = read_documents([path])
    return document


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-03-03", "2025-03-03"),
        ("2025-03-03T14:05:00Z", "2025-03-03T14:05:00+00:00"),
        ("2025-03-03T14:05:00.123+0100", "2025-03-03T14:05:00+01:00"),
        ("2025-03-03 14:05", "2025-03-03T14:05:00"),
        ("Mon, 03 Mar 2025 14:05:00 +0100", "2025-03-03T14:05:00+01:00"),
        ("March 3, 2025 Monday", "2025-03-03"),
        ("Monday 3 March 2025", "2025-03-03"),
        ("3 Mar 2025", "2025-03-03"),
        ("25/03/2025", "2025-03-25"),
        ("3/25/2025", "2025-03-25"),
        ("20250303140000", "2025-03-03"),
        ("03/04/2025", None),  # two readings
        ("March 3", None),  # no year
        ("2025", None),
        ("2025-02-30", None),
        ("2025-03-03T25:61:00Z", None),
        ("Mon, 99 Mar 2025 14:05:00 GMT", None),
        ("last Tuesday", None),
        ("9" * 90, None),
    ],
)
def test_dates_have_one_reading_or_none(written: str, meant: str | None) -> None:
    assert iso_date(written) == meant


@pytest.mark.parametrize(
    ("dateline", "publisher", "date"),
    [
        ("BRUSSELS, March 3 (Reuters) - ", "Reuters", None),
        ("WASHINGTON (AP) — ", "AP", None),
        ("KYIV, Ukraine (AP) — ", "AP", None),
        ("London, 3 March 2025 (AFP) – ", "AFP", "2025-03-03"),
        ("BEIJING, March 3 (Xinhua) -- ", "Xinhua", None),
        ("MOSCOW, March 3. /TASS/. ", "TASS", None),
        ("BRUSSELS/KYIV, March 3 (Reuters) - ", "Reuters", None),
        ("PORT AVELINE, Oct. 7, 2024 (Lantern) - ", "Lantern", "2024-10-07"),
        ("KYIV — ", None, None),
    ],
)
def test_datelines_are_kept_as_they_stand(dateline: str, publisher: str | None, date: str | None) -> None:
    about = from_text(f"A headline above it\n\n{dateline}{SAID}")
    assert about.dateline is not None
    assert dateline.startswith(about.dateline)
    assert (about.publisher, about.date) == (publisher, date)


@pytest.mark.parametrize(
    "line",
    [
        "NATO - ", "BREAKING - ", "EXCLUSIVE — ", "The Pact (UN) - ", "Lindgren (the president) — ", "John Smith, May 3 - ",
        "Odo Lindgren (Conservative) - ", "Peace talks - ", "I. ", "“KYIV — ", "",
    ],
)  # fmt: skip
def test_what_is_no_dateline(line: str) -> None:
    about = from_text(f"A headline above it\n\n{line}{SAID}")
    assert (about.dateline, about.publisher, about.date) == (None, None, None)


def test_a_dateline_inside_a_report_is_not_the_report_s() -> None:
    assert from_text(f"{SAID * 2}\nBRUSSELS, March 3 (Reuters) - {SAID}").dateline is None


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Jane Doe", "Jane Doe"),
        ("By Jane Doe and John van Roe", "Jane Doe and John van Roe"),
        ("By Jane Doe, Staff Writer", "Jane Doe"),
        ("By Thursday Evening", None),
        ("By March the fleet was gone", None),
        ("By the sea", None),
    ],
)
def test_bylines(line: str, author: str | None) -> None:
    assert from_text(f"Headline\n{line}\nMarch 3, 2025\n\n{SAID}").author == author


def test_the_date_of_a_plain_text_is_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"Headline\nPublished: 3 March 2025 14:05 GMT\n\n{SAID} It was over on 9 April 2024.")
    os.utime(path, (0, 0))
    (document,) = read_documents([path])
    assert document.date == "2025-03-03"
    assert dict(document.origin) == {"date": "line of the text"}


def test_the_time_stamp_of_a_file_and_a_date_in_the_text_are_no_date(tmp_path: Path) -> None:
    path = tmp_path / "2025-03-03.txt"
    path.write_text(f"{SAID} The treaty was signed on 9 April 2024.")
    (document,) = read_documents([path])
    assert (document.date, document.publisher, document.author, document.dateline) == (None,) * 4


def test_json_ld_comes_first(tmp_path: Path) -> None:
    head = """<script type="application/ld+json">{"@graph": [{"@type": "WebPage", "datePublished": "2001-01-01"},
    {"@type": ["NewsArticle"], "headline": "The strait", "datePublished": "2025-03-03T10:00:00+01:00",
     "author": [{"name": "Jane Doe"}, {"name": "Ivo Roe"}], "publisher": {"@type": "Organization", "name": "Daily Lantern"},
     "url": "javascript:alert(1)"}]}</script><meta property="article:published_time" content="1999-01-01">"""
    document = page(tmp_path, head)
    assert document.date == "2025-03-03T10:00:00+01:00"
    assert (document.title, document.publisher, document.author) == (
        "The strait",
        "Daily Lantern",
        "Jane Doe, Ivo Roe",
    )
    assert document.url is None
    assert dict(document.origin)["date"] == "JSON-LD date"


def test_meta_tags(tmp_path: Path) -> None:
    head = """<meta property="og:site_name" content="Daily Lantern"><meta name="author" content="By Jane Doe">
    <meta property="article:published_time" content="2025-03-03T10:00:00Z"><link rel="canonical" href="https://lantern.example/a">"""
    document = page(tmp_path, head)
    assert (document.publisher, document.author) == ("Daily Lantern", "Jane Doe")
    assert (document.date, document.url) == ("2025-03-03T10:00:00+00:00", "https://lantern.example/a")


def test_a_page_without_a_date_has_none(tmp_path: Path) -> None:
    document = page(tmp_path, "<link rel=canonical href=https://lantern.example/2018/04/05/strait>")
    assert document.date is None  # neither the address nor "Copyright 1 May 2019" is its date


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "data:text/html,x", 'http://a" onclick="x', "ftp://a.example", 3, None]
)
def test_addresses_that_could_run_are_dropped(value: object) -> None:
    assert address(value) is None


def test_broken_json_ld_is_passed_over(tmp_path: Path) -> None:
    for body in (
        "{",
        "[" * 50_000,
        '{"@type": "NewsArticle", "author": 7, "publisher": [1], "datePublished": {}}',
    ):
        assert page(tmp_path, f'<script type="application/ld+json">{body}</script>').date is None
