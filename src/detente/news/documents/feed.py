"""RSS and Atom, stored as files: each entry is a document. Nothing is fetched; no entity of the file's own is expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

from detente.errors import DocumentError
from detente.news.documents.about import About
from detente.news.documents.found import Found, Reading
from detente.news.documents.html import visible

#: Most entries, elements and depth of one feed.
MAX_ENTRIES = 5_000
MAX_ELEMENTS = 200_000
MAX_DEPTH = 100
# the fullest text first; local names, whatever prefix the feed uses
_TEXTS = ("encoded", "content", "description", "summary")
_DATES = ("published", "pubDate", "date", "issued", "created")


def read(data: bytes) -> Reading:
    """Every entry that holds text, numbered from 1 ("entry 3"). Raises `DocumentError` if the file is no feed."""
    root, encoding = _tree(data)
    kind = _local(root)
    if kind not in ("rss", "RDF", "feed"):
        raise DocumentError(
            "the file is not a feed", found=f"<{kind}>", allowed="RSS (rss, rdf:RDF) or Atom (feed)"
        )
    channel = next((child for child in root if _local(child) == "channel"), root)
    publisher = _words(channel, "title")
    entries = [node for node in root.iter() if _local(node) in ("item", "entry")]
    if len(entries) > MAX_ENTRIES:
        raise DocumentError(
            "the feed has too many entries", found=len(entries), allowed=f"at most {MAX_ENTRIES:,}"
        )
    if not entries:
        raise DocumentError("the feed has no entries")
    found: list[Found] = []
    unread: list[tuple[str, str]] = []
    for number, entry in enumerate(entries, 1):
        text = next(
            (words for name in _TEXTS for node in _named(entry, name) if (words := _content(node))), ""
        )
        if text.strip():
            found.append(Found(text, f"feed, {encoding}", _about(entry, kind, publisher), f"entry {number}"))
        else:
            unread.append((f"entry {number}", "the entry holds no text"))
    return Reading(tuple(found), tuple(unread))


def _tree(data: bytes) -> tuple[Any, str]:
    """The root element and the encoding. A document type that declares entities is refused before it is parsed."""
    squeezed = data.replace(b"\0", b"")  # as UTF-16 would hide it
    if re.search(rb"<!\s*(?:ENTITY|DOCTYPE[^>]{0,2000}\[)", squeezed, re.I):
        raise DocumentError("the feed declares entities of its own, which are not read")
    if squeezed.count(b"<") > 2 * MAX_ELEMENTS:
        raise DocumentError("the feed has too many elements", allowed=f"at most {MAX_ELEMENTS:,}")
    parser = etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, recover=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    depth = count = 0
    try:
        for at in range(0, len(data), 1 << 16):
            parser.feed(data[at : at + (1 << 16)])
            for event, _ in parser.read_events():
                depth += 1 if event == "start" else -1
                count += event == "start"
                if depth > MAX_DEPTH or count > MAX_ELEMENTS:
                    raise DocumentError("the feed is nested too deeply or has too many elements")
        root = parser.close()
    except etree.XMLSyntaxError as error:
        line = getattr(error, "lineno", None)
        raise DocumentError(f"the feed is not well-formed XML{f' (line {line})' if line else ''}") from None
    return root, (root.getroottree().docinfo.encoding or "utf-8").lower()


def _local(node: Any) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _named(node: Any, name: str) -> Iterator[Any]:
    return (child for child in node if _local(child) == name)


def _words(node: Any, *names: str) -> str | None:
    """The text of the first child of one of these names that has any."""
    for name in names:
        for child in _named(node, name):
            if words := "".join(child.itertext()).strip():
                return words
    return None


def _content(node: Any) -> str:
    """The text of an entry: HTML, escaped or as elements, cleaned to what is seen of it."""
    if len(node):
        return visible(etree.tostring(node, encoding="unicode", with_tail=False))
    raw = node.text or ""
    return visible(f"<div>{raw}</div>") if re.search(r"<[A-Za-z/!]|&(?:#|[a-z]+;)", raw) else raw.strip()


def _about(entry: Any, kind: str, publisher: str | None) -> About:
    known = About()
    title = _words(entry, "title")
    known = known.told("title", visible(f"<p>{title}</p>") if title else None, "feed, title of the entry")
    for name in _DATES:
        known = known.told("date", _words(entry, name), f"feed, {name}")
    people = [_words(node, "name") or (node.text or "") for node in _named(entry, "author")]
    people += [node.text or "" for node in _named(entry, "creator")]
    known = known.told(
        "author", ", ".join(dict.fromkeys(p.strip() for p in people if p.strip())), "feed, author"
    )
    source = next((_words(node, "title") or node.text for node in _named(entry, "source")), None)
    known = known.told("publisher", source, "feed, source").told(
        "publisher", publisher, "feed, title of the feed"
    )
    links = list(_named(entry, "link"))
    known = known.told("url", _words(entry, "link"), "feed, link")
    for link in links:
        if link.get("rel", "alternate") == "alternate":
            known = known.told("url", link.get("href"), "feed, link")
    return known
