"""What holds for any text and any bytes: no crash, places that hold, the same result twice."""

from __future__ import annotations

import contextlib
import io
import itertools
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.errors import DocumentError
from detente.news import read_ledger
from detente.news.attribution.quotes import quotations
from detente.news.documents import docx, html, markdown, pdf, plain
from detente.news.documents.cleaning import clean
from detente.scenario.statement import Document

FEW = settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(derandomize=True, deadline=None, max_examples=300)

PIECES = r"""said told warned that “ ” " ' ’ ‘ « » '' `` , . : ; ? ! ( ) — - &amp; &quot; &#8220; <b> </b>
    Kallas Moscow he she they who it the a EU U.S. President minister according to plan denied not asked whether if to be
    feared is was war peace 42 % as dictator called him her urged NATO: Anna Berg Zelenskyy 😀 é ß İ"""
WORDS = st.sampled_from([*PIECES.split(), "\u00a0", "\u200b", "\u00ad", "\n", "\n\n", "\t", "\U0001f1fa"])  # fmt: skip
TEXTS = st.one_of(
    st.lists(WORDS, max_size=60).map(" ".join),
    st.text(max_size=300),
    st.lists(WORDS, max_size=40).map("".join),
)


def ledger_of(text: str):
    return read_ledger([Document("d", "d.txt", "0" * 64, "utf-8", text)])


@FEW
@given(TEXTS)
def test_any_text_gives_a_ledger_whose_places_hold(text: str) -> None:
    ledger = ledger_of(text)
    ids = {a.id for a in ledger.actors}
    for s in ledger.statements:
        assert s.cue
        assert s.content
        for spans in (s.source, s.cue, s.content):
            assert all(0 <= a < b <= len(text) for a, b in spans)
            assert all(y[0] >= x[1] for x, y in itertools.pairwise(spans))
            assert all(text[a:b].strip() for a, b in spans)
        assert ledger.words("d", s.content) == " … ".join(text[a:b] for a, b in s.content)
        assert s.speaker is None or s.speaker in ids
        assert set(s.about) <= ids
    for actor in ledger.actors:
        assert actor.mentions == len(actor.spans) == len(set(actor.spans))
        assert set(actor.member_of) <= ids | {actor.id}
        assert all(0 <= a < b <= len(text) for _, a, b in actor.spans)


@settings(parent=FEW, max_examples=25)
@given(TEXTS)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert ledger_of(text) == ledger_of(text)


@MANY
@given(st.text(max_size=400))
def test_cleaning_maps_every_character_back(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.text) == len(cleaned.places) == len(cleaned.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(cleaned.places, cleaned.ends, strict=True))
    assert cleaned.places == sorted(cleaned.places)
    for character, place in zip(cleaned.text, cleaned.places, strict=True):
        assert character == text[place] or text[place] in "&\n" or character == " "


@MANY
@given(TEXTS)
def test_quotations_stand_in_order_and_apart(text: str) -> None:
    found = quotations(text)
    assert all(a < b for a, b in found)
    assert all(x[1] <= y[0] for x, y in itertools.pairwise(found))
    assert not any("\n" in text[a:b] for a, b in found)


@pytest.mark.parametrize(
    "reader", [plain, html, markdown, pdf, docx], ids=lambda m: m.__name__.rpartition(".")[2]
)
@pytest.mark.parametrize(
    "prefix", [b"", b"%PDF-1.7\n", b"PK\x03\x04", b"<html><body>", b"\xff\xfe"], ids=repr
)
def test_any_bytes_give_a_text_or_a_document_error(reader, prefix: bytes) -> None:
    @settings(derandomize=True, deadline=None, max_examples=25)
    @given(st.binary(max_size=2000))
    def run(data: bytes) -> None:
        started = time.perf_counter()
        try:
            reading = reader.read(prefix + data)
        except DocumentError:
            pass
        else:
            for found in reading.found:
                assert isinstance(found.text, str)
                assert isinstance(found.encoding, str)
                assert found.about.title is None or isinstance(found.about.title, str)
        assert time.perf_counter() - started < 5

    run()


@settings(derandomize=True, deadline=None, max_examples=30)
@given(st.binary(max_size=500), st.sampled_from(["word/document.xml", "[Content_Types].xml", "_rels/.rels"]))
def test_any_word_archive_gives_a_text_or_a_document_error(data: bytes, name: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, data)
    with pytest.raises(DocumentError):
        docx.read(packed.getvalue())


HOSTILE_TEXTS = {
    "opening marks": "“" * 20_000,
    "straight marks": '"' * 20_001,
    "one word": "a" * 100_000,
    "brackets": "(" * 30_000,
    "single marks": "‘a " * 20_000,
    "tags": "<a" * 20_000,
    "entities": "&amp" * 20_000,
    "said": "said " * 15_000,
    "newlines": "\n" * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_hostile_texts_are_read_in_bounded_time(text: str) -> None:
    started = time.process_time()
    ledger_of(text)
    assert time.process_time() - started < 20


HOSTILE_PAGES = {
    "deep": "<div>" * 5_000 + "deep",
    "long attribute": "<p onclick='" + "x" * 100_000,
    "comments": "<!--" * 20_000,
}


@pytest.mark.parametrize("page", HOSTILE_PAGES.values(), ids=HOSTILE_PAGES.keys())
def test_hostile_pages_are_read_or_refused(page: str) -> None:
    started = time.process_time()
    with contextlib.suppress(DocumentError):
        assert isinstance(html.read(page.encode())[0], str)
    assert time.process_time() - started < 10
