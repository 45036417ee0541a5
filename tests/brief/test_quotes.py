"""No quote reaches the page that is not in the stored document, letter for letter."""

from __future__ import annotations

import copy

import fixture
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.brief.article import Mark, paragraphs
from detente.brief.page import render
from detente.brief.quotes import seal, verify
from detente.errors import QuoteMismatch


def test_all_quotes_of_a_result_are_counted() -> None:
    result = fixture.result()
    assert verify(result) == 3 * 10 + 4  # three parts of ten statements, four stretches that support a role


def _spoilt(what: str):
    result = copy.deepcopy(fixture.result())
    statement, document = result["statements"][1], result["documents"][0]
    match what:
        case "a letter of the text":
            document["text"] = document["text"].replace("harbour", "harbor")
        case "a letter of the text, and its hash":
            document["text"] = document["text"].replace("hand over", "hand back")
            document["text_sha256"] = seal({"documents": [document], "statements": []})["documents"][0][
                "text_sha256"
            ]
        case "a word of the quote":
            statement["words"]["content"][0] = statement["words"]["content"][0].replace("every", "no")
        case "an offset":
            statement["content"][0][0] += 1
        case "an end beyond the text":
            statement["content"][0][1] = 10**6
        case "a span the wrong way round":
            statement["content"][0].reverse()
        case "words that were never recorded":
            del statement["words"]
        case "a hash that was never recorded":
            del document["text_sha256"]
        case "a document that is not there":
            statement["document"] = "d9"
        case "a piece of a quote that is missing":
            statement["words"]["content"] = []
        case "the words that support a role":
            result["roles"][0]["because"][0]["words"] = "a deal with Karvia, at last"
        case "a speaker who said nothing":
            result["claims"][0]["said_by"] = ["s99"]
        case "a match of nothing":
            result["matches"][0]["statement"] = "s99"
    return result


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("a letter of the text", "not the one that was read"),
        ("a letter of the text, and its hash", "hand back"),
        ("a word of the quote", "statement s2, content"),
        ("an offset", "statement s2, content"),
        ("an end beyond the text", "outside document d1"),
        ("a span the wrong way round", "outside document d1"),
        ("words that were never recorded", "not recorded"),
        ("a hash that was never recorded", "no hash"),
        ("a document that is not there", "no document 'd9'"),
        ("a piece of a quote that is missing", "0 pieces"),
        ("the words that support a role", "role aggressor"),
        ("a speaker who said nothing", "claim signal: cites statement 's99'"),
        ("a match of nothing", "match: cites statement 's99'"),
    ],
)
def test_a_changed(what: str, told: str) -> None:
    with pytest.raises(QuoteMismatch, match=told):
        render(_spoilt(what))


def test_the_file_itself_is_compared_when_it_is_given() -> None:
    result = fixture.result()
    assert verify(result, {"d1": fixture.REPORT.encode()}) > 0
    with pytest.raises(QuoteMismatch, match="the file has changed"):
        verify(result, {"d1": fixture.REPORT.encode() + b" "})


TEXT = st.text(alphabet=st.sampled_from('ab "“”\n\r\u2028\x85<&é\U0001f6a2'), max_size=60)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(TEXT, st.data())
def test_however_statements_overlap_the_text_stays_whole(text: str, data: st.DataObject) -> None:
    spans = (
        st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
        .map(sorted)
        .filter(lambda s: s[0] < s[1])
    )
    given = (
        data.draw(
            st.lists(st.tuples(spans, st.sampled_from(["content", "cue", "source", "support"])), max_size=6)
        )
        if text
        else []
    )
    marks = [Mark(f"m-{n}", ((a, b, part),), n) for n, ((a, b), part) in enumerate(given)]
    found = paragraphs(text, marks)
    assert "\n".join("".join(p.text for p in line.pieces) for line in found) == "\n".join(
        line.rstrip("\r\n\u2028\x85") for line in text.splitlines(keepends=True) if line.strip()
    )
    anchors = [anchor for line in found for piece in line.pieces for anchor in piece.anchors]
    assert len(anchors) == len(set(anchors))
    for mark in marks:  # a mark that begins on a visible character has its anchor right there
        begin, _, _ = mark.spans[0]
        if text[begin].strip():
            assert mark.anchor in anchors


def test_a_very_long_document_is_shown_where_something_is_said() -> None:
    filler = "Nothing happens here.\n" * 500
    text = filler + 'She said "no".\n' + filler
    at = text.index('"no"')
    found = paragraphs(text, [Mark("place-1", ((at, at + 4, "content"),), 1)], shown=1000)
    assert ["".join(p.text for p in line.pieces) for line in found] == ['She said "no".', ""]
    assert [line.skipped for line in found] == [500 * 21, 500 * 21]
