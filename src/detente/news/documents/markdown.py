"""Markdown: the prose without its marks. Code, front matter, images and raw tags are left out."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Callable

from detente.news.documents.about import About
from detente.news.documents.found import Reading, one
from detente.news.documents.plain import decode

# what is opened and never closed runs to the end, as in a browser: no rule looks through a text twice
_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.S), ""),
    (re.compile(r"^(```|~~~).*?(?:^\1[ \t]*$|\Z)", re.S | re.M), ""),
    (re.compile(r"<!--.*?(?:-->|\Z)", re.S), ""),
    (re.compile(r"<(script|style)\b.*?(?:</\1\s{0,20}>|\Z)", re.S | re.I), ""),
    (re.compile(r"</?[A-Za-z][^<>\n]{0,500}>"), ""),
    (re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)"), ""),
    (re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,500}\)"), r"\1"),
    (re.compile(r"\[([^\[\]\n]{1,500})\]\[[^\[\]\n]{0,100}\]"), r"\1"),
    (re.compile(r"^\[[^\[\]\n]{1,100}\]:[^\n]*$", re.M), ""),
    (re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+([^\n]*)$", re.M), lambda found: found[1].rstrip(" \t#")),
    (re.compile(r"^[ \t]{0,3}(?:=+|-{3,}|\*{3,}|_{3,})[ \t]*$", re.M), ""),
    (re.compile(r"^[ \t]{0,3}>[ \t]?", re.M), ""),
    (re.compile(r"^[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]+", re.M), ""),
    (re.compile(r"(\*\*\*|\*\*|\*|__)(?=\S)([^\n*]{1,500}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\w)_(?=\S)([^\n_]{1,500}?)(?<=\S)_(?!\w)"), r"\1"),
    (re.compile(r"`([^`\n]{1,300})`"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+\-.!>])"), r"\1"),
)


def read(data: bytes) -> Reading:
    text, encoding = decode(data)
    heading = re.search(r"^#{1,2}[ \t]+([^\n#]+)", text, re.M)
    for pattern, kept in _RULES:
        text = pattern.sub(kept, text)
    text = re.sub(r"\n{3,}", "\n\n", entities.unescape(text)).strip() + "\n"
    return one(text, encoding, About().told("title", heading.group(1) if heading else None, "first heading"))
