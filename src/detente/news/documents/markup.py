"""What the markup of a page says about it: JSON-LD, meta tags, time elements; then what trafilatura finds in it.

Dates come from the markup alone, never from a search of the text or of the address.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from detente.news.documents.about import About

_ARTICLES = ("Article", "NewsArticle", "ReportageNewsArticle", "AnalysisNewsArticle", "BlogPosting", "LiveBlogPosting",
             "OpinionNewsArticle", "BackgroundNewsArticle", "Report", "SocialMediaPosting")  # fmt: skip
_METAS = {
    "title": ("og:title", "twitter:title", "dc.title", "citation_title", "headline"),
    "publisher": ("og:site_name", "article:publisher_name", "dc.publisher", "citation_publisher", "application-name", "publisher"),
    "date": ("article:published_time", "og:published_time", "datepublished", "dc.date.issued", "dc.date", "dcterms.created",
             "dcterms.date", "citation_publication_date", "parsely-pub-date", "sailthru.date", "pubdate", "publish-date",
             "publication_date", "date"),
    "author": ("author", "article:author_name", "dc.creator", "citation_author", "parsely-author", "byl", "sailthru.author"),
    "url": ("og:url",),
}  # fmt: skip
_MOST = 200  # scripts, metas or nodes of JSON-LD that are looked at


def about(root: Any) -> About:
    """From the tree of a page (lxml)."""
    known = About()
    for node in _linked(root):
        known = _from_node(known, node)
    metas: dict[str, str] = {}
    for meta in _some(root.iter("meta")):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        if meta.get("content"):
            metas.setdefault(name.strip().lower(), meta.get("content"))
    for field, names in _METAS.items():
        for name in names:
            if name in metas and not (field == "author" and metas[name].startswith("http")):
                known = known.told(field, metas[name], f"meta {name}")
    for link in _some(root.iter("link")):
        if (link.get("rel") or "").lower() == "canonical":
            known = known.told("url", link.get("href"), "link canonical")
    for time in _some(root.iter("time")):
        if time.get("itemprop") == "datePublished" or time.get("pubdate") is not None:
            known = known.told("date", time.get("datetime"), "time element")
    return known


def _some(elements: Iterator[Any]) -> Iterator[Any]:
    return (element for _, element in zip(range(_MOST), elements, strict=False))


def _linked(root: Any) -> Iterator[dict[str, Any]]:
    """The nodes of JSON-LD that are articles, in order."""
    for script in _some(root.iter("script")):
        if (script.get("type") or "").strip().lower() != "application/ld+json" or not script.text:
            continue
        try:
            waiting: list[Any] = [json.loads(script.text[:300_000])]
        except (ValueError, RecursionError):
            continue
        for _ in range(_MOST):
            if not waiting:
                break
            node = waiting.pop(0)
            if isinstance(node, list):
                waiting[:0] = node[:_MOST]
            elif isinstance(node, dict):
                kinds = node.get("@type")
                kinds = kinds if isinstance(kinds, list) else [kinds]
                if any(kind in _ARTICLES for kind in kinds if isinstance(kind, str)):
                    yield node
                elif isinstance(node.get("@graph"), list):
                    waiting[:0] = node["@graph"][:_MOST]


def _from_node(known: About, node: dict[str, Any]) -> About:
    people = node.get("author")
    names = [_name(person) for person in (people if isinstance(people, list) else [people])[:10]]
    for field, value in (
        ("title", node.get("headline")),
        ("publisher", _name(node.get("publisher"))),
        ("date", node.get("datePublished")),
        ("author", ", ".join(name for name in names if name and not name.startswith("http"))),
        ("url", node.get("url")),
    ):
        known = known.told(field, value, f"JSON-LD {'headline' if field == 'title' else field}")
    return known


def _name(given: Any) -> str | None:
    name = given.get("name") if isinstance(given, dict) else given
    return name if isinstance(name, str) else None
