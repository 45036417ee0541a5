"""Files of every format that is read, and one clear error for every kind of bad file."""

from __future__ import annotations

import hashlib
import io
import sys
import time
import zipfile
from pathlib import Path

import docx
import pytest

from detente.errors import DocumentError
from detente.news import read, read_documents
from detente.news.documents.files import FORMATS, MAX_CHARACTERS, gather

PROSE = (
    "President Odo Lindgren said the harbour would be open to the ships of all nations by the end of the month. "
    "He was speaking to the assembly on Thursday, and it was not clear what the other side would say to that."
)
QUOTED = "“The café is open,” Mayor Olga Petrenko said – and it was, for those who had the time to go and see what was in it."


def one(path: Path):
    (document,) = read_documents([path])
    return document


# ---------------------------------------------------------------- encodings


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (QUOTED.encode("utf-8"), "utf-8"),
        (b"\xef\xbb\xbf" + QUOTED.encode("utf-8"), "utf-8-sig"),
        (QUOTED.encode("utf-16"), "utf-16"),
        (QUOTED.encode("utf-16-le"), "utf-16-le"),
        (QUOTED.encode("utf-32"), "utf-32"),
        (QUOTED.encode("cp1252"), "windows-1252"),
        (QUOTED.encode("utf-8").decode("cp1252", "ignore").encode("utf-8"), "utf-8"),
    ],
    ids=[
        "utf-8",
        "utf-8 with mark",
        "utf-16",
        "utf-16 without mark",
        "utf-32",
        "windows-1252",
        "decoded twice",
    ],
)
def test_a_text_is_the_same_in_every_encoding(tmp_path: Path, data: bytes, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    document = one(path)
    assert document.encoding.startswith(encoding)
    assert "Mayor Olga Petrenko said" in document.text
    if "twice" not in document.encoding and encoding != "utf-8":
        assert document.text == QUOTED
    assert document.sha256 == hashlib.sha256(data).hexdigest()


def test_text_that_was_decoded_twice_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    broken = "".join(
        bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b)
        for b in QUOTED.encode()
    )
    path.write_text(broken, encoding="utf-8")
    document = one(path)
    assert document.text == QUOTED
    assert "twice" in document.encoding


def test_line_ends_become_newlines_and_nothing_else_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes((PROSE + "\r\n\r\nIt was late &amp; dark.\rThe\u00a0end").encode())
    assert one(path).text == PROSE + "\n\nIt was late &amp; dark.\nThe\u00a0end"


# ---------------------------------------------------------------- formats


def test_html_gives_the_article_without_scripts_styles_and_attributes(tmp_path: Path) -> None:
    page = f"""<!doctype html><html><head><meta charset="utf-8"><title>Harbour</title><style>p {{color: red}}</style>
    <script>alert("President said nothing")</script></head><body onload="steal()"><nav><a href="/">Home</a></nav>
    <article><h1>Harbour to open</h1><p onclick="alert('x')">{PROSE}</p>
    <p>{PROSE.replace("Odo", "Udo")} &amp; so on &ldquo;x&rdquo;.</p>
    <script>document.write("evil")</script></article><footer>Imprint</footer></body></html>"""
    path = tmp_path / "a.html"
    path.write_text(page, encoding="utf-8")
    text = one(path).text
    assert PROSE in text
    assert "& so on “x”" in text
    for bad in ("alert", "steal", "evil", "color", "onclick", "<", "document.write"):
        assert bad not in text


def test_a_page_without_article_gives_its_visible_text(tmp_path: Path) -> None:
    path = tmp_path / "a.htm"
    path.write_text(f"<p onmouseover=x()>{PROSE}<script>var a = 'hidden'</script>")
    assert PROSE in one(path).text
    assert "hidden" not in one(path).text


def test_html_in_windows_1252_as_declared(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    page = f'<html><head><meta charset="iso-8859-1"></head><body><p>{QUOTED}</p><p>{PROSE}</p></body></html>'
    path.write_bytes(page.encode("cp1252"))
    assert QUOTED in one(path).text


def test_markdown_gives_the_prose(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        f"---\nlayout: x\n---\n# The *harbour*\n\n**{PROSE[:20]}**{PROSE[20:]} [a link](http://x.example)\n\n"
        "> “It is ours,” she said.\n\n```\ncode said no\n```\n\n- an item\n<script>bad()</script>\n"
    )
    text = one(path).text
    assert PROSE in text
    assert "a link" in text
    assert "“It is ours,” she said." in text
    for bad in ("*", "http", "code said", "layout", "bad()", "#"):
        assert bad not in text


def test_word_documents_give_paragraphs_and_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    document = docx.Document()
    document.add_paragraph(PROSE)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "ships", "forty"
    document.add_paragraph(QUOTED)
    document.save(str(path))
    assert one(path).text == f"{PROSE}\nships | forty\n{QUOTED}"


def pdf_of(pages: list[list[str]]) -> bytes:
    """A small PDF with one line of text a row, written by hand."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for lines in pages:
        rows = " T* ".join(
            "({}) Tj".format(x.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")) for x in lines
        )
        stream = f"BT /F1 10 Tf 14 TL 40 780 Td {rows} ET".encode("latin-1")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1"
            b"/BaseFont/Helvetica>>>>>>>>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, 2)
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % p for p in places))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def test_pdf_lines_become_paragraphs_and_broken_words_are_joined(tmp_path: Path) -> None:
    pages = []
    for number, name in enumerate(("Odo Lindgren", "Ada Sorensen", "Ivo Marekson"), 1):
        body = [
            f"The harbour of {name} will be open to the ships of all nations by the end of inter-",
            f"national conferences, President {name} said, and it was not clear to {name} what",
            f"the other side would say to {name}.",
        ]
        pages.append(["The Daily Lantern 3 March", *body, f"Page {number}"])
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(pages))
    text = one(path).text
    for name in ("Odo Lindgren", "Ada Sorensen", "Ivo Marekson"):
        assert (
            f"by the end of international conferences, President {name} said, and it was not clear to {name} what the other"
            in text
        )
    assert "Lantern" not in text
    assert "Page 2" not in text


def test_the_same_statement_is_read_from_every_format(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PROSE)
    (tmp_path / "b.md").write_text(f"# Title\n\n{PROSE}\n")
    (tmp_path / "c.html").write_text(f"<html><body><p>{PROSE}</p></body></html>")
    document = docx.Document()
    document.add_paragraph(PROSE)
    document.save(str(tmp_path / "d.docx"))
    half = PROSE.index("ships")
    (tmp_path / "e.pdf").write_bytes(
        pdf_of([[PROSE[:half].strip(), PROSE[half : half + 70].strip(), PROSE[half + 70 :].strip()]])
    )
    ledger = read([tmp_path], keep_copies=True)
    assert len(ledger.documents) == 5
    for d in ledger.documents:
        words = [
            ledger.words(d.id, s.content)
            for s in ledger.statements
            if s.document == d.id and s.speaker == "odo-lindgren"
        ]
        assert any("the harbour would be open to the ships" in w for w in words), d.path


# ---------------------------------------------------------------- names, folders, standard input


def test_ids_are_short_unique_and_free_of_paths(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    for name in ("Über den Fluß.txt", "a b.txt", "a-b.txt", "...txt.txt", "'; rm -rf.txt"):
        (folder / name).write_text(PROSE)
    documents, skipped = gather([folder / ".." / "x"])
    ids = [d.id for d in documents]
    assert len(ids) == len(set(ids)) == 4  # the name that begins with a dot is hidden
    assert all(i.strip("abcdefghijklmnopqrstuvwxyz0123456789-") == "" and i for i in ids)
    assert not skipped


def test_a_path_through_the_parent_folder_is_read_and_its_id_is_the_file_name(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "report.txt").write_text(PROSE)
    document = one(tmp_path / "sub" / ".." / "report.txt")
    assert document.id == "report"


def test_links_in_folders_are_reported_and_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(PROSE)
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text(PROSE)
    (folder / "link.txt").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    documents, skipped = gather([folder])
    assert [d.id for d in documents] == ["a"]
    assert str(folder / "link.txt") in [p for p, _ in skipped]


def test_one_bad_file_in_a_folder_is_reported_and_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(PROSE)
    (tmp_path / "b.txt").write_bytes(b"\x00\x01\x02" * 100)
    ledger = read([tmp_path])
    assert [d.id for d in ledger.documents] == ["a"]
    ((path, reason),) = ledger.skipped
    assert path.endswith("b.txt")
    assert "not text" in reason


def test_standard_input_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Input:
        buffer = io.BytesIO(PROSE.encode())

    monkeypatch.setattr(sys, "stdin", Input())
    document = one(Path("-"))
    assert (document.id, document.path, document.text) == ("standard-input", "-", PROSE)


# ---------------------------------------------------------------- bad files


def refused(path: Path) -> DocumentError:
    started = time.perf_counter()
    with pytest.raises(DocumentError) as caught:
        read_documents([path])
    assert time.perf_counter() - started < 5
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n\t\r\n", "empty"),
        ("a.html", b"<html><body><script>x()</script></body></html>", "no text"),
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(500), "not text"),
        ("a.txt", bytes(range(256)) * 20, "not text"),
        ("a.txt", b"%PDF-1.4 something", "not text"),
        ("a.txt", b"\xff\xfea\x00b\x00\x00\xd8", "bytes are not"),
        ("a.pdf", b"this is no pdf at all", "not a PDF"),
        ("a.pdf", b"%PDF-1.7\n" + b"garbage " * 50, "damaged"),
        ("a.docx", b"PK\x03\x04 broken", "not a Word document"),
        ("a.docx", b"plain words", "not a Word document"),
        ("a.exe", b"MZ", "format"),
        ("a", b"words", "format"),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, name: str, data: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert words in str(refused(path))


def test_twenty_megabytes_of_text_are_refused_quickly(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"It was the end of the day and he said so. " * 500_000)
    assert "larger than" in str(refused(path))


def test_a_text_just_over_the_bound_names_the_bound(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    path.write_bytes(b"and so on \n" * (MAX_CHARACTERS // 11 + 1))
    assert f"{MAX_CHARACTERS:,}" in str(refused(path))


@pytest.mark.parametrize(
    "text",
    [
        "Le président a déclaré que la guerre est finie et que les soldats vont rentrer chez eux avant la fin du mois, mais "
        "personne ne sait ce que l'autre camp va faire, ni quand les négociations pourront enfin reprendre à Genève.",
        "Der Präsident hat gesagt, dass der Krieg zu Ende ist und dass die Soldaten vor dem Ende des Monats nach Hause kommen, "
        "aber niemand weiß, was die andere Seite tun wird und wann die Verhandlungen in Genf wieder beginnen können.",
        "El presidente dijo que la guerra ha terminado y que los soldados volverán a casa antes del fin de mes, pero nadie sabe "
        "lo que hará la otra parte ni cuándo podrán empezar de nuevo las negociaciones en la ciudad de Ginebra.",
        "Президент заявил, что война окончена и что солдаты вернутся домой до конца месяца, но никто не знает, что сделает "
        "другая сторона и когда снова начнутся переговоры в Женеве, о которых говорили вчера.",
    ],
    ids=["French", "German", "Spanish", "Russian"],
)
def test_an_article_in_another_language_is_refused_plainly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="utf-8")
    assert "English" in str(refused(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "no such file" in str(refused(tmp_path / "nothing.txt"))


def test_a_folder_without_articles(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="nothing to read"):
        read_documents([tmp_path])


def test_a_name_with_a_zero_byte() -> None:
    with pytest.raises(DocumentError):
        read_documents(["a\0b.txt"])


def test_a_word_document_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 80_000_000)
    assert path.stat().st_size < 1_000_000
    assert "unpacks to more than" in str(refused(path))


def test_a_word_document_of_many_parts_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "parts.docx"
    with zipfile.ZipFile(path, "w") as archive:
        for n in range(3_100):
            archive.writestr(f"p{n}", b"")
    assert "too many parts" in str(refused(path))


def test_every_format_has_a_bound() -> None:
    assert all(0 < f.limit <= 50_000_000 for f in FORMATS.values())
