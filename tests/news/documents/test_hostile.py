"""Files made to break a reader: every format answers with documents or one `DocumentError`, soon and within its memory.

The short run changes valid files of each format a few dozen times; `-m slow` does so hundreds of times, and reads the files
of 20 MB and the ones that take a parser minutes.
"""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detente.errors import DocumentError
from detente.news.documents import apart, child
from detente.news.documents.files import FORMATS, gather

P = b"President Odo Lindgren said the harbour would be open to the ships of all nations by the end of the month. "
_WORD = "<w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body>{}</w:body></w:document>"


def word(body: str, head: str = "") -> bytes:
    """A Word document whose body is replaced."""
    plain, made = io.BytesIO(), io.BytesIO()
    docx.Document().save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, head + _WORD.format(body) if name == "word/document.xml" else old.read(name))
    return made.getvalue()


def pdf(stream: bytes, pages: int = 1) -> bytes:
    """A PDF whose pages all show one compressed stream."""
    packed = zlib.compress(stream, 9)
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (b"4 0 R " * pages, pages),
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1"
        b"/BaseFont/Helvetica>>>>>>>>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % p for p in places)
    return bytes(out + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)


PARAGRAPH = f"<w:p><w:r><w:t>{P.decode()}</w:t></w:r></w:p>"
ITEM = b"<item><title>A &amp; b</title><pubDate>Mon, 03 Mar 2025 14:05:00 GMT</pubDate><description>&lt;p&gt;%s</description></item>"
SEEDS: dict[str, bytes] = {
    ".txt": "BRUSSELS, March 3 (Reuters) - “Open,” said Olga.\n".encode() + P * 3,
    ".md": b"---\na: b\n---\n# Head\n\n**" + P + b"** [a](b) <!-- c --> `d`\n\n```\ncode\n```\n> quote\n",
    ".html": b"<!doctype html><html><head><meta charset=utf-8><script type='application/ld+json'>{\"@type\": \"NewsArticle\"}</script>"
    b"<title>x</title></head><body><article><p>" + P * 5 + b"</p><p>" + P * 4 + b"&amp;</p></article></body></html>",
    ".pdf": pdf(b"BT /F1 10 Tf 14 TL 40 780 Td (" + P + b") Tj T* (and so on) Tj ET"),
    ".docx": word(PARAGRAPH + f"<w:tbl><w:tr><w:tc>{PARAGRAPH}</w:tc></w:tr></w:tbl>"),
    ".eml": b"From: =?utf-8?q?J=C3=B6?= <a@b.c>\nDate: Mon, 03 Mar 2025 14:05:00 +0100\nSubject: x\nMIME-Version: 1.0\n"
    b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; charset=utf-8\n"
    b"Content-Transfer-Encoding: quoted-printable\n\n" + P + b"=E2=80=9C\n--b\nContent-Type: text/html\n\n<p>" + P + b"</p>\n--b--\n",
    ".rss": b"<?xml version='1.0'?><rss><channel><title>t</title>" + ITEM % P * 3 + b"</channel></rss>",
    ".csv": b'title,date,text\nA,2025-03-03,"' + P + b'"\nB,,"' + P + b'\n""x"""\n',
    ".jsonl": b"\n".join(json.dumps({"title": "A", "text": P.decode(), "date": "2025-03-03"}).encode() for _ in range(3)),
}  # fmt: skip
_PIECES = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"<", b">", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"&#x110000;", b"<![CDATA[", b'"', b"\n\n", b"<<", b"%PDF-",
                     b"9" * 40, b"-1", b"=?utf-8?b?", b"{", b"[" * 50, b"\\ud800", b"PK\x05\x06"]),
)  # fmt: skip


@st.composite
def changed(draw: st.DrawFn, seed: bytes) -> bytes:
    """A valid file with some stretches replaced, left out, doubled or cut off."""
    data = bytearray(seed)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        to = min(len(data), at + draw(st.sampled_from([0, 1, 2, 8, 64, 1000])))
        how = draw(st.sampled_from(["replace", "double", "cut", "flip"]))
        if how == "replace":
            data[at:to] = draw(_PIECES)
        elif how == "double":
            data[at:at] = data[at:to] * draw(st.sampled_from([1, 2, 50]))
        elif how == "flip" and at < len(data):
            data[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut" and draw(st.booleans()):
            del data[at:]
    return bytes(data)


def answers(folder: Path, suffix: str, data: bytes) -> None:
    """Documents whose text can be stored, or one clear error; in five seconds."""
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    started = time.process_time()
    try:
        documents, _ = gather([path])
    except DocumentError as error:
        documents, said = (), str(error)
    else:
        said = path.name
    assert "\n" not in said
    assert path.name in said
    for document in documents:
        assert document.text.strip()
        document.text.encode("utf-8")
        for value in (document.title, document.author, document.publisher, document.dateline):
            assert value is None or (value == value.strip() and "\n" not in value and len(value) <= 300)
    assert time.process_time() - started < 5


def fuzz(folder: Path, suffix: str, examples: int) -> None:
    strategy = st.one_of(
        changed(SEEDS[suffix]), changed(SEEDS[suffix]), changed(SEEDS[suffix]), st.binary(max_size=300)
    )

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(data: bytes) -> None:
        answers(folder, suffix, data)

    run()


def test_every_kind_of_reader_is_fuzzed() -> None:
    def kind(suffix: str) -> object:
        read = FORMATS[suffix].read
        return getattr(read, "args", (read,))[0]

    assert {kind(s) for s in SEEDS} == {kind(s) for s in FORMATS}


@pytest.mark.parametrize("suffix", SEEDS)
def test_the_files_that_are_changed_are_valid(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(SEEDS[suffix])
    documents, _ = gather([path])
    assert all("Odo Lindgren said" in d.text for d in documents)


@pytest.mark.parametrize("suffix", SEEDS)
def test_changed_files(tmp_path: Path, suffix: str) -> None:
    fuzz(tmp_path, suffix, 40)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SEEDS)
def test_files_changed_many_times(tmp_path: Path, suffix: str) -> None:
    fuzz(tmp_path, suffix, 1500)


# ---------------------------------------------------------------- the process apart


def test_a_reader_that_breaks_is_one_error_and_the_next_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(SEEDS[".html"])
    gather([path])
    worker = apart._worker
    assert worker is not None
    worker.process.stdin.close()  # type: ignore[union-attr]
    with pytest.raises(DocumentError, match=r"breaks its reader|takes longer"):
        apart.read("html", SEEDS[".html"])
    assert gather([path])[0]
    apart.stop()
    assert apart._worker is None
    assert gather([path])[0]


def test_only_known_readers_are_run() -> None:
    with pytest.raises(DocumentError, match="no such reader"):
        apart.read("os", b"x")


def test_a_page_of_many_tags_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<a>" * 200_000 + P)
    with pytest.raises(DocumentError, match="too many tags"):
        gather([path])


# ---------------------------------------------------------------- large and malicious files

_BILLION = "<!DOCTYPE x [<!ENTITY a0 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
) + "]>"  # fmt: skip
LARGE: dict[str, Callable[[], bytes]] = {
    "paragraphs.html": lambda: b"<html><body>" + (b"<p>" + P + b"</p>\n") * 45_000,
    "nested.html": lambda: b"<html><body>" + b"<b><p>" * 49_000 + P,
    "links.html": lambda: b"<html><body>" + b"<a href=x>b</a> " * 49_000 + P,
    "title.html": lambda: b"<html><head><title>" + b"a | b - c " * 900_000 + b"</title><body><p>" + P * 3,
    "long.docx": lambda: word(PARAGRAPH * 150_000),
    "nested.docx": lambda: word("<w:tbl><w:tr><w:tc>" * 3000 + PARAGRAPH + "</w:tc></w:tr></w:tbl>" * 3000),
    "billion.docx": lambda: word("<w:p><w:r><w:t>&a11;</w:t></w:r></w:p>", _BILLION),
    "bomb.docx": lambda: word(" " * 300_000_000),
    "bomb.pdf": lambda: pdf(b"BT /F1 10 Tf (" + P + b") Tj ET" + b" " * 300_000_000),
    "operators.pdf": lambda: pdf(b"BT /F1 10 Tf " + b"(a) Tj " * 6_000_000 + b"ET"),
    "objects.pdf": lambda: b"%PDF-1.4\n" + b"1 0 obj<<>>endobj\n" * 1_000_000,
    "brackets.pdf": lambda: b"%PDF-1.4\n" + b"<<" * 10_000_000,
    "parts.eml": lambda: b"From: a@b.c\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhello\n" * 2_000_000,
    "parameters.eml": lambda: b"Subject: x\nContent-Type: text/plain; " + b"a*0=b; " * 50_000 + b"\n\n" + P,
    "long.eml": lambda: b"Subject: x\n\n" + P * 190_000,
    "page.eml": lambda: b"Subject: x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n" + base64.b64encode(P * 130_000),
    "attributes.rss": lambda: b"<rss><channel><item " + b" ".join(b'a%d="x"' % n for n in range(1_000_000)) + b"/></channel></rss>",
    "texts.rss": lambda: b"<rss><channel>" + ITEM % (P * 30) * 4900 + b"</channel></rss>",
    "open.csv": lambda: b'title,text\na,"' + P * 190_000,
    "commas.csv": lambda: b"," * 20_000_000,
    "lines.csv": lambda: b"title,text\n" + b"\n" * 20_000_000,
    "brackets.jsonl": lambda: b"[" * 20_000_000,
    "comments.md": lambda: b"<!--" * 900_000 + P,
    "brackets.md": lambda: b"[" * 1_900_000 + P,
    "stars.md": lambda: b"**a" * 1_300_000,
}  # fmt: skip
_MEASURE = """
import json, resource, sys, time
from detente.errors import DocumentError
from detente.news.documents.files import gather
started = time.process_time()
try:
    said = f"{len(gather([sys.argv[1]])[0])} documents"
except DocumentError as error:
    said = error.problem
from detente.news.documents import apart
own = time.process_time() - started
apart.stop()
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([own, used[1].ru_utime + used[1].ru_stime, max(u.ru_maxrss for u in used) // 1024, said]))
"""


@pytest.mark.slow
@pytest.mark.skipif(child.resource is None, reason="processor time is not bounded by this system")
@pytest.mark.parametrize("name", LARGE)
def test_large_and_malicious_files(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(LARGE[name]())

    resource = child.resource
    assert resource is not None

    def bounded() -> None:
        resource.setrlimit(
            resource.RLIMIT_AS, (3 << 30, 3 << 30)
        )  # address space; what is used is checked below

    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path)], capture_output=True, timeout=120, preexec_fn=bounded, check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    own, apart_seconds, megabytes, said = json.loads(done.stdout)
    print(
        f"{name}: {path.stat().st_size / 1e6:.1f} MB, {own:.1f} + {apart_seconds:.1f} s, {megabytes} MB: {said}"
    )
    assert megabytes < 1024
    assert apart_seconds < child.SECONDS + 2  # starting the process is counted here
    assert own < 5 * (1 if name not in ("texts.rss",) else 3)
