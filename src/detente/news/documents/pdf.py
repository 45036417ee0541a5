"""PDF: the text of its pages through pypdf; words broken at line ends joined, running heads and page numbers left out."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections import Counter

from detente.errors import DocumentError
from detente.news.documents.about import About
from detente.news.documents.found import Reading, one

#: Most pages that are read of one file.
MAX_PAGES = 400
MAX_TEXT = 2_500_000


def load() -> None:
    """The library, whose import is no part of the time that a file takes."""
    import pypdf  # noqa: F401


def read(data: bytes) -> Reading:
    from pypdf import PdfReader  # half a second to import, and only PDF needs it
    from pypdf.errors import PyPdfError

    if not data[:1024].lstrip().startswith(b"%PDF-"):
        raise DocumentError("the file is not a PDF (its first bytes say so)")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader = PdfReader(io.BytesIO(data), strict=False)
            if reader.is_encrypted and not reader.decrypt(""):
                raise DocumentError("the PDF is locked with a password")
            count = len(reader.pages)
            if count > MAX_PAGES:
                raise DocumentError(
                    "the PDF is too long", found=f"{count} pages", allowed=f"at most {MAX_PAGES} pages"
                )
            pages, size = [], 0
            for page in reader.pages:
                pages.append(page.extract_text() or "")
                size += len(pages[-1])
                if size > MAX_TEXT:
                    raise DocumentError(
                        "the text of the PDF is too long", found=f"more than {MAX_TEXT:,} characters"
                    )
            about = About()
            if reader.metadata:
                about = about.told("title", reader.metadata.title, "document properties")
                about = about.told("author", reader.metadata.author, "document properties")
    except DocumentError:
        raise
    except (
        PyPdfError,
        Exception,
    ) as error:  # pypdf raises anything on a broken file, KeyError and RecursionError included
        raise DocumentError(f"the PDF is damaged or cannot be read ({type(error).__name__})") from None
    text = flowing(_without_furniture([p.replace("\r", "\n").replace("\x00", "") for p in pages]))
    if not text.strip():
        raise DocumentError("the PDF holds no text (pictures of pages are not read)")
    return one(text, "pdf", about)


def _without_furniture(pages: list[str]) -> str:
    """Pages one after another without the first and last lines that most of them share, and without page numbers."""
    split = [[line.strip() for line in page.split("\n")] for page in pages]
    edges: Counter[str] = Counter()
    for lines in split:
        filled = [line for line in lines if line]
        edges.update({_shape(line) for line in (filled[:2] + filled[-2:])})
    common = {shape for shape, n in edges.items() if len(pages) >= 3 and n > 0.5 * len(pages)}
    kept = []
    for lines in split:
        filled = [i for i, line in enumerate(lines) if line]
        edge = set(filled[:2] + filled[-2:])
        kept.append(
            "\n".join(
                line
                for i, line in enumerate(lines)
                if not (
                    i in edge
                    and (
                        _shape(line) in common
                        or re.fullmatch(r"\W*(?:page )?\d{1,4}(?: of \d{1,4})?\W*", line, re.I)
                    )
                )
            )
        )
    return "\n".join(kept)


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def flowing(text: str) -> str:
    """Lines of a page joined into paragraphs: a line goes on in the next unless it is short or ends a sentence."""
    lines = [line.strip() for line in text.replace("\u00ad\n", "\u00ad").replace("\u00ad", "").split("\n")]
    widths = sorted(len(line) for line in lines if len(line) > 20)
    width = widths[int(0.8 * (len(widths) - 1))] if widths else 0
    paragraphs: list[str] = []
    goes_on = False
    for line in lines:
        if not line:
            continue  # blank lines are unreliable: many producers set them between any two lines
        if goes_on:
            last = paragraphs[-1]
            broken = re.search(r"[A-Za-z]{2}-$", last) and line[:1].islower()
            paragraphs[-1] = last[:-1] + line if broken else f"{last} {line}"
        else:
            paragraphs.append(line)
        ends = re.search(r"[.!?:][\"”’')\]]*$", line)
        goes_on = len(line) >= (0.9 if ends else 0.75) * width
    return "\n".join(paragraphs)
