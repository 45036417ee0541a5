"""Mails, feeds and tables: each text a document with what its envelope says."""

from __future__ import annotations

import csv
import io
import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from detente.errors import DocumentError
from detente.news import read_documents
from detente.news.documents.files import gather

ONE = "President Odo Lindgren said that the strait would be open to the ships of all nations by the end of the month."
TWO = "Minister Ada Lund denied that the army had crossed the river, and said that it was not about to do so."


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


# ---------------------------------------------------------------- mail


def mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "The strait – stays open"
    message["From"] = '"Jane Doe" <jane@lantern.example>'
    message["Date"] = "Mon, 03 Mar 2025 14:05:00 +0100"
    message["Organization"] = "Daily Lantern"
    return message


def test_a_mail_gives_its_plain_text_and_its_head(tmp_path: Path) -> None:
    message = mail()
    message.set_content(f"{ONE} “The café,” she said.")
    message.add_alternative(f"<p>{TWO}</p>", subtype="html")
    (document,) = read_documents([written(tmp_path / "a.eml", bytes(message))])
    assert document.text.strip() == f"{ONE} “The café,” she said."
    assert (document.title, document.author, document.publisher) == (
        "The strait – stays open",
        "Jane Doe",
        "Daily Lantern",
    )
    assert document.date == "2025-03-03T14:05:00+01:00"
    assert dict(document.origin)["author"] == "mail header From"


def test_a_mail_of_html_alone(tmp_path: Path) -> None:
    message = mail()
    message.set_content(f"<html><body><script>x()</script><p>{TWO}</p></body></html>", subtype="html")
    (document,) = read_documents([written(tmp_path / "a.eml", bytes(message))])
    assert document.text == TWO


def test_attachments_are_not_opened_and_named(tmp_path: Path) -> None:
    message = mail()
    message.set_content(ONE)
    message.add_attachment(TWO, filename="second.txt")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="report.pdf")
    inner = mail()
    inner.set_content(TWO)
    message.add_attachment(inner)
    documents, skipped = gather([written(tmp_path / "a.eml", bytes(message))])
    assert TWO not in documents[0].text
    assert len(skipped) == 3
    assert any("report.pdf" in path and "not opened" in reason for path, reason in skipped)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"just a line\n", "not a mail"),
        (b"Subject: x\n\n   \n", "no text"),
        (b"Subject: x\nX: " + b"a" * 600_000 + b"\n\ntext", "too long"),
        (b"Subject: x\n" + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(3000)), "parts"),
    ],
)  # fmt: skip
def test_bad_mails(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        read_documents([written(tmp_path / "a.eml", data)])


# ---------------------------------------------------------------- feeds

RSS = f"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Daily Lantern</title>
<item><title>Strait &amp;amp; sea</title><link>https://lantern.example/1</link><pubDate>Mon, 03 Mar 2025 14:05:00 GMT</pubDate>
<dc:creator>Jane Doe</dc:creator><description>short</description>
<content:encoded><![CDATA[<p>{ONE}</p><script>x()</script><p>So it &ldquo;is&rdquo;.</p>]]></content:encoded></item>
<item><title>Empty</title></item>
<item><title>River</title><description>{TWO}</description><source url="http://x.example">Harbour News</source></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Lantern</title><entry><title>Strait</title>
<link rel="self" href="https://lantern.example/self"/><link href="https://lantern.example/2"/>
<published>2025-03-03T10:00:00Z</published><author><name>Jane Doe</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{ONE}</p></div></content></entry></feed>"""


def test_rss_gives_a_document_for_each_entry(tmp_path: Path) -> None:
    documents, skipped = gather([written(tmp_path / "wires.rss", RSS)])
    assert [(d.id, d.part) for d in documents] == [("wires-1", "entry 1"), ("wires-3", "entry 3")]
    first, third = documents
    assert first.text == f"{ONE}\nSo it “is”."
    assert (first.title, first.publisher, first.author) == ("Strait & sea", "Daily Lantern", "Jane Doe")
    assert (first.date, first.url) == ("2025-03-03T14:05:00+00:00", "https://lantern.example/1")
    assert (third.text, third.publisher) == (TWO, "Harbour News")
    assert [path.endswith("entry 2") for path, _ in skipped] == [True]


def test_atom(tmp_path: Path) -> None:
    (document,) = read_documents([written(tmp_path / "a.atom", ATOM)])
    assert (document.text, document.author, document.url) == (ONE, "Jane Doe", "https://lantern.example/2")
    assert document.date == "2025-03-03T10:00:00+00:00"


def test_a_feed_never_reads_another_file(tmp_path: Path) -> None:
    secret = written(tmp_path / "secret.txt", "the secret")
    for head in (
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>',
        f'<!DOCTYPE rss SYSTEM "{secret.as_uri()}">',
    ):
        body = f"<rss><channel><item><description>{ONE} &x;</description></item></channel></rss>"
        path = written(tmp_path / "a.rss", head + body)
        try:
            said = read_documents([path])[0].text
        except DocumentError as error:
            said = str(error)
        assert "the secret" not in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><rss><channel/></rss>', "entities"),
        ("<html><body>x</body></html>", "not a feed"),
        ("<rss><channel></channel></rss>", "no entries"),
        ("<rss><channel><item>", "not well-formed"),
        ("<rss>" + "<a>" * 200 + "</a>" * 200 + "</rss>", "nested"),
        ("<rss>" + "<a/>" * 500_000 + "</rss>", "too many elements"),
    ],
)
def test_bad_feeds(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        read_documents([written(tmp_path / "a.xml", text)])
    with pytest.raises(DocumentError):
        read_documents([written(tmp_path / "a.xml", text.encode("utf-16"))])


# ---------------------------------------------------------------- tables


def table(head: list[str], rows: list[list[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows([head, *rows])
    return stream.getvalue().encode(encoding)


HEAD = ["Headline", "Publication", "Publication date", "Byline", "Full text", "URL"]
ROWS = [
    ["Strait, open", "Daily Lantern", "March 3, 2025 Monday", "By Jane Doe", f"{ONE}\n\nA second paragraph, “quoted”.", "https://x.example/1"],
    ["River", "Harbour News", "04/05/2025", "", TWO, "javascript:x"],
    ["Empty", "Harbour News", "", "", "  ", ""],
]  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_each_row_is_a_document(tmp_path: Path, delimiter: str, encoding: str) -> None:
    documents, skipped = gather([written(tmp_path / "export.csv", table(HEAD, ROWS, delimiter, encoding))])
    first, second = documents
    assert (first.id, first.part, second.id, second.part) == ("export-1", "row 1", "export-2", "row 2")
    assert first.text == f"{ONE}\n\nA second paragraph, “quoted”."
    assert (first.title, first.publisher, first.date, first.author) == (
        "Strait, open",
        "Daily Lantern",
        "2025-03-03",
        "Jane Doe",
    )
    assert (second.date, second.url) == (None, None)  # a date of two readings, an address that could run
    assert dict(first.origin)["date"] == "column Publication date"
    assert [(path.endswith("row 3"), reason) for path, reason in skipped] == [
        (True, "the cell of text is empty")
    ]


def test_the_column_of_texts_may_be_named(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", table(["Nr", "Was gesagt wurde"], [["1", ONE]]))
    with pytest.raises(DocumentError, match="--text-column"):
        read_documents([path])
    assert read_documents([path], "Was gesagt wurde")[0].text == ONE
    with pytest.raises(DocumentError, match="no column of that name") as caught:
        read_documents([path], "Was gesagt wurd")
    assert caught.value.nearest == "Was gesagt wurde"


def test_two_columns_that_could_be_the_text_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="several columns"):
        read_documents([written(tmp_path / "a.csv", table(["Text", "text"], [[ONE, TWO]]))])


def test_an_open_quotation_mark_is_an_error_and_not_one_long_document(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="row"):
        read_documents([written(tmp_path / "a.csv", f'title,text\na,"{ONE}\nb,{TWO}\n')])


def test_markup_in_a_cell_is_cleaned(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tsv", table(["text"], [[f"<p>{ONE}</p><script>x()</script>"]], "\t"))
    assert read_documents([path])[0].text == ONE


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        {"title": "A", "body": ONE, "source": "Lantern", "date": "2025-03-03"},
        {"body": TWO, "author": ["X Y", "Z"]},
        {"n": 1},
    ]
    path = written(tmp_path / "a.jsonl", "\n".join(json.dumps(line) for line in lines))
    documents, skipped = gather([path])
    assert [(d.text, d.publisher, d.date, d.author, d.part) for d in documents] == [
        (ONE, "Lantern", "2025-03-03", None, "line 1"),
        (TWO, None, None, "X Y, Z", "line 2"),
    ]
    assert len(skipped) == 1
    for bad in ("[1]", "{", "[" * 100_000):
        with pytest.raises(DocumentError, match="line 1"):
            read_documents([written(tmp_path / "b.jsonl", bad)])


def test_half_of_a_character_is_replaced(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", '{"text": "' + ONE + ' \\ud83d"}')
    assert read_documents([path])[0].text == f"{ONE} \ufffd"


def test_a_row_in_another_language_is_skipped_and_said(tmp_path: Path) -> None:
    french = (
        "Le président a déclaré que la guerre est finie et que les soldats vont rentrer chez eux avant la fin du mois. "
        * 3
    )
    documents, skipped = gather([written(tmp_path / "a.csv", table(["text"], [[ONE], [french]]))])
    assert len(documents) == 1
    assert "English" in skipped[0][1]


def test_names_of_parts_never_meet_names_of_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for path in (tmp_path / "wires.csv", tmp_path / "b" / "wires.csv"):
        written(path, table(["text"], [[ONE], [TWO]]))
    written(tmp_path / "wires-1.txt", ONE)
    ids = [
        d.id
        for d in read_documents(
            [tmp_path / "wires-1.txt", tmp_path / "wires.csv", tmp_path / "b" / "wires.csv"]
        )
    ]
    assert len(set(ids)) == 5


def test_a_table_that_is_too_much_for_memory_is_sent_to_a_ledger_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from detente.news import read
    from detente.news.documents import files

    monkeypatch.setattr(files, "AT_ONCE", 1000)
    row = "President Odo Lindgren said the harbour would be open to the ships of all nations. " * 5
    table = tmp_path / "wires.csv"
    table.write_text("text\n" + f'"{row}"\n' * 3, "utf-8")
    with pytest.raises(DocumentError, match=r"more text than is read at once.*--into.*1,2\d\d characters"):
        read(table)
    assert len(gather([table])[0]) == 3
    table.write_text("text\n" + f'"{row}"\n' * 2, "utf-8")
    assert len(read(table).documents) == 2
