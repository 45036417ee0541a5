"""HTML: the article of a page through trafilatura; where it finds none, the visible text of the page."""

from __future__ import annotations

import logging
import re
import warnings
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from lxml import html as lxml_html

from detente.errors import DocumentError
from detente.news.documents import markup
from detente.news.documents.about import About
from detente.news.documents.found import Reading, one
from detente.news.documents.plain import decode

#: Most tags of a page. A long news page has five thousand; an extractor needs seconds for a million.
MAX_TAGS = 100_000

_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.I)
_HIDDEN = (
    "script",
    "style",
    "noscript",
    "template",
    "iframe",
    "object",
    "embed",
    "svg",
    "math",
    "head",
    "form",
    "button",
    "select",
    "nav",
    "footer",
)
_BLOCKS = {
    "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "table", "tr", "td", "th", "blockquote", "section",
    "article", "header", "br", "hr", "pre", "figure", "figcaption", "main", "aside", "dd", "dt", "body",
}  # fmt: skip


def read(data: bytes, charset: str | None = None) -> Reading:
    """The article of a page and what the page says about itself. ``charset``: what an envelope declares, as a mail does.

    Raises `DocumentError` for a page of more than `MAX_TAGS` tags, or without text.
    """
    found = _CHARSET.search(data[:4096])
    declared = charset or (found.group(1).decode("ascii") if found else None)
    if declared and declared.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
        declared = "cp1252"  # as browsers do
    page, encoding = decode(data, declared)
    if (count := page.count("<")) > MAX_TAGS:
        raise DocumentError("the page has too many tags", found=f"{count:,}", allowed=f"at most {MAX_TAGS:,}")
    article, about = _article(page)
    # a page of a few hundred characters is too little for the extractor to tell article from furniture
    text = article or visible(page)
    if not text.strip():
        raise DocumentError("no text was found in the page")
    return one(text, encoding, about)


def load() -> None:
    """The extractor, whose import is no part of the time that a page takes."""
    import trafilatura  # noqa: F401


def _article(page: str) -> tuple[str, About]:
    import trafilatura  # a second to import, and only pages need it

    root = _tree(page, remove_comments=False)
    known = markup.about(root) if root is not None else About()
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            body = (
                trafilatura.extract(
                    page, output_format="txt", include_comments=False, include_tables=False, fast=True
                )
                or ""
            )
            # dates are the markup's: the extractor would search the text and the address for one
            meta = trafilatura.extract_metadata(page, extensive=False)
        except Exception:  # whatever a foreign page does to the extractor, its visible text is still there
            return "", known
    for name, source in (("title", "title"), ("author", "author"), ("publisher", "sitename")):
        value = getattr(meta, source, None)
        known = known.told(name, str(value) if value else None, "page, by trafilatura")
    plain_text = visible(page)
    if len(body) < 0.25 * len(plain_text) and len(plain_text) < 3000:
        body = plain_text
    return body, known


def _tree(page: str, *, remove_comments: bool) -> Any:
    """The parsed page; None if nothing can be made of it. Entities of a page's own are not expanded."""
    try:
        parser = lxml_html.HTMLParser(
            encoding="utf-8",
            remove_comments=remove_comments,
            remove_pis=True,
            huge_tree=False,
            no_network=True,
        )
        return lxml_html.document_fromstring(page.encode("utf-8", "ignore"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None


def visible(page: str) -> str:
    """The visible text of a page, one block a line: no scripts, styles, attributes or comments."""
    root = _tree(page, remove_comments=True)
    if root is None:
        return ""
    pieces: list[str] = []
    stack: list[tuple[object, bool]] = [(root, False)]  # no recursion: pages may be nested a thousand deep
    while stack:
        node, leaving = stack.pop()
        tag = getattr(node, "tag", None)
        if leaving:
            if tag in _BLOCKS:
                pieces.append("\n")
            pieces.append(getattr(node, "tail", None) or "")
            continue
        if not isinstance(tag, str) or tag in _HIDDEN:
            pieces.append(getattr(node, "tail", None) or "")
            continue
        if tag in _BLOCKS:
            pieces.append("\n")
        pieces.append((getattr(node, "text", None) or "").replace("\n", " "))
        stack.append((node, True))
        stack += [(child, False) for child in reversed(list(node))]  # type: ignore[call-overload]
    lines = (re.sub(r"[ \t\r\f\v\u00a0]+", " ", line).strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
