"""Whatever an article or a scenario file says, it is text: it runs nowhere, breaks nothing and cannot leave its place."""

from __future__ import annotations

import copy
import re
from collections import Counter
from typing import Any

import fixture
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markup import Page

from detente.brief.page import render

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><script>alert(1)</script>",
    "]]><!-- --><svg/onload=alert(1)>",
    "{{ 7*7 }}{% include 'page.html' %}",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c \u2066isolated \u200f",
    "x" * 5000,
    "\x00\x08\x0b\x1b[31m\x7f\x85\ufffe\ud800",
    "&lt;b&gt; &amp; &#0; &nosuch;",
)
NAMES = {  # fields that are names of the program's own: a validated result cannot hold anything else there
    "id", "document", "name", "parameter", "verdict", "kind", "polarity", "direct", "role", "actor", "player", "policy",
    "event", "statement", "claim", "stance", "x", "y", "sha256", "text_sha256", "words", "source", "cue", "content",
    "timeline_html", "tree_html", "lang", "by", "said_by", "statements", "menus", "said_by_role", "confidence", "because",
    "parameters",
}  # fmt: skip


def _poisoned(value: Any, poison: str, key: str = "") -> Any:
    """The same result with ``poison`` in every string that is not a name."""
    if isinstance(value, dict):
        return {k: _poisoned(v, poison, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_poisoned(v, poison, key) for v in value]
    return f"{value}{poison}" if value and isinstance(value, str) and key not in NAMES else value


def _shape(html: str) -> Counter[str]:
    """How many elements of each kind; words in a picture may take more lines, and move its hatching."""
    return Counter(e.tag for e in Page(html).elements if e.tag not in ("text", "line"))


@pytest.mark.parametrize("poison", NASTY)
def test_poison_in_every_field_changes_no_tag(poison: str, two: str) -> None:
    result = copy.deepcopy(fixture.result(two=True))
    texts = {d["id"]: d["text"] for d in result["documents"]}
    poisoned = _poisoned(result, poison)
    for document in poisoned["documents"]:
        document["text"] = texts[document["id"]]
        document["text_sha256"] = next(d for d in result["documents"] if d["id"] == document["id"])[
            "text_sha256"
        ]
    page = render(poisoned)
    _harmless(page)
    expected, found = _shape(two), _shape(page)
    expected["a"] -= 1  # the poisoned address of a source is no address any more
    found["a"] -= 1 if expected["a"] < found["a"] else 0
    assert found == expected
    page.encode("utf-8")


@pytest.mark.parametrize("poison", NASTY)
def test_poison_in_the_article_stays_text(poison: str) -> None:
    text = f'Intro {poison} "{poison} is said," said {poison}.\n'
    said = text.index('"')
    result = fixture.without_scenario()
    speaker = {"id": "a1", "name": poison, "kind": "person"}
    content = [said, text.index('" said') + 1]
    cue = [content[1] + 1, content[1] + 5]
    statement = {
        "id": poison, "document": "d1", "source": [[cue[1] + 1, len(text) - 2]], "cue": [cue], "content": [content],
        "direct": True, "polarity": "asserted", "kind": "speech", "speaker": speaker, "about": [],
    }  # fmt: skip
    result["documents"][0] |= {"text": text, "title": poison, "path": f"../../{poison}/etc/passwd"}
    result |= {"statements": [statement], "title": poison}
    page = render(fixture.seal(result))
    _harmless(page)
    shown = next(e for e in Page(page).all("div") if "document" in e.classes).text
    for visible in re.findall(r"[\w<>='()/{}*%&;\u202e]{4,}", poison):
        assert visible in shown


def _harmless(html: str) -> None:
    page = Page(html)
    assert not page.all("script", "img", "iframe", "object")
    assert not [name for e in page.elements for name in e.attributes if name.startswith("on")]
    assert not [a for a in page.all("a") if not re.match(r"#|https?://", a.attributes["href"])]
    assert len(page.all("style")) == 1
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", html)


def test_long_words_break_and_foreign_directions_stay_inside() -> None:
    """The two rules of the style sheet that keep a hostile word in its place."""
    from detente.brief.page import HERE

    style = (HERE / "style.css").read_text(encoding="utf-8")
    assert "overflow-wrap: anywhere" in style
    assert re.search(r"bdi, q, .words, td, th, li, figcaption \{ unicode-bidi: isolate; \}", style)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        " https://x.example",
        "https://x.example/ onclick=y",
        "file:///etc/passwd",
        "//x.example",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    result = fixture.result()
    result["sources"][0]["url"] = url
    assert not [a for a in Page(render(result)).all("a") if not a.attributes["href"].startswith("#")]


@pytest.mark.parametrize(
    "fragment",
    [
        "<script>alert(1)</script>",
        "<p onclick='x()'>a</p>",
        "<a href='javascript:x()'>a</a>",
        "<iframe></iframe>",
    ],
)
def test_a_picture_with_something_active_in_it_is_shown_as_text(fragment: str) -> None:
    page = render(fixture.result() | {"timeline_html": fragment, "tree_html": fragment})
    _harmless(page)
    assert fragment in Page(page).having(id="situation")[0].text


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_text_can_be_an_article(text: str) -> None:
    text = f"Somebody said {text} today."
    result = fixture.without_scenario()
    end = len(text) - 7
    result["documents"][0]["text"] = text
    result["statements"] = [
        {
            "id": "s1", "document": "d1", "source": [[0, 8]], "cue": [[9, 13]], "content": [[14, end]] if end > 14 else [],
            "direct": False, "polarity": "asserted", "kind": "speech", "speaker": None, "about": [],
        }
    ]  # fmt: skip
    page = render(fixture.seal(result))
    _harmless(page)
    page.encode("utf-8")
