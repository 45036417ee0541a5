"""HTML: the article of a page through trafilatura; where it finds none, the visible text of the page."""

from __future__ import annotations

import logging
import re
import warnings

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from lxml import html as lxml_html

from detente.errors import DocumentError
from detente.news.documents.plain import decode

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


def read(data: bytes) -> tuple[str, str, str | None]:
    found = _CHARSET.search(data[:4096])
    declared = found.group(1).decode("ascii") if found else None
    if declared and declared.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"):
        declared = "cp1252"  # as browsers do
    page, encoding = decode(data, declared)
    article, title = _article(page)
    # a page of a few hundred characters is too little for the extractor to tell article from furniture
    text = article or visible(page)
    if not text.strip():
        raise DocumentError("no text was found in the page")
    return text, encoding, title


def _article(page: str) -> tuple[str, str | None]:
    import trafilatura  # a second to import, and only pages need it

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
            meta = trafilatura.extract_metadata(page)
        except Exception:  # whatever a foreign page does to the extractor, its visible text is still there
            return "", None
    title = getattr(meta, "title", None)
    plain_text = visible(page)
    if len(body) < 0.25 * len(plain_text) and len(plain_text) < 3000:
        body = plain_text
    return body, str(title) if title else None


def visible(page: str) -> str:
    """The visible text of a page, one block a line: no scripts, styles, attributes or comments."""
    try:
        parser = lxml_html.HTMLParser(
            encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False
        )
        root = lxml_html.document_fromstring(page.encode("utf-8", "ignore"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
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
