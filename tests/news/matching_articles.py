"""Short articles of our own with marked statements, against the claims of every shipped scenario at once.

Names and roles are found by the reader; the statements are those marked, so that what is measured is the matching.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from detente.brief.fit import best_fit, fit
from detente.news.ledger import read_ledger
from detente.scenario import read_scenario
from detente.scenario.locate import shipped
from detente.scenario.model import Match
from detente.scenario.statement import Document, Ledger, Span, Statement

ARTICLES: list[dict[str, Any]] = YAML(typ="safe").load(
    Path(__file__).with_name("matching-articles.yaml").read_text("utf-8")
)
MARKED = re.compile(r"(\([^)]*\)|\{[^}]*\}|\[[^\]]*\])")
CONTRARY = {"makes": "denies", "denies": "makes"}


@dataclass(frozen=True)
class Judged:
    """One marked statement: what it says by the labels, what was found, and the matches themselves."""

    words: str
    want: dict[str, str]
    got: dict[str, str]
    matches: tuple[Match, ...]
    ledger: Ledger

    @property
    def right(self) -> int:
        return len(self.want.items() & self.got.items())


def plain(article: dict[str, Any]) -> str:
    """The article as a reader sees it."""
    lines = (
        line if isinstance(line, str) else MARKED.sub(lambda m: m[0][1:-1], line[0])
        for line in article["lines"]
    )
    return "\n\n".join(lines)


@lru_cache
def read(name: str) -> Ledger:
    """The article's ledger by the real reader."""
    article = next(a for a in ARTICLES if a["article"] == name)
    return read_ledger([Document(name, f"{name}.txt", "0" * 64, "utf-8", plain(article))])


def marked(name: str) -> tuple[Ledger, list[tuple[str, dict[str, str]]]]:
    """The actors that the reader found with the statements that are marked, and the marked lines with their labels."""
    article, found = next(a for a in ARTICLES if a["article"] == name), read(name)
    statements, labels, at = list[Statement](), list[tuple[str, dict[str, str]]](), 0
    for line in article["lines"]:
        if isinstance(line, str):
            at += len(line) + 2
            continue
        spans = dict[str, list[Span]]({"(": [], "{": [], "[": []})
        for piece in MARKED.split(line[0]):
            if piece[:1] in spans and piece:
                spans[piece[0]].append((at, at + len(piece) - 2))
                at -= 2
            at += len(piece)
        at += 2
        statements.append(
            Statement(
                f"s{len(statements)}", name, tuple(spans["("]), tuple(spans["{"]), tuple(spans["["]),
                False, "asserted", "speech", _speaker(found, spans["("]),
            )
        )  # fmt: skip
        labels.append((line[0], dict(line[1])))
    return replace(found, statements=tuple(statements)), labels


def _speaker(ledger: Ledger, source: list[Span]) -> str | None:
    """The speaker whom the reader gives to a statement with this source."""
    (start, end), *_ = source
    for s in ledger.statements:
        if any(a < end and start < b for a, b in s.source):
            return s.speaker
    return None


def judged(part: str) -> Iterator[Judged]:
    """Every marked statement of a part; what is arguable or follows by a mirror claim is left out of what was found."""
    for article in ARTICLES:
        if article["part"] != part:
            continue
        ledger, labels = marked(article["article"])
        got = [dict[str, str]() for _ in labels]
        matches = [list[Match]() for _ in labels]
        mirrors = dict[str, str]()
        for id in shipped():
            scenario = read_scenario(id)
            mirrors |= {f"{id}/{c.id}": f"{id}/{c.mirror}" for c in scenario.claims.values() if c.mirror}
            for m in fit(ledger, scenario).matches:
                got[int(m.statement[1:])][f"{id}/{m.claim}"] = m.stance
                matches[int(m.statement[1:])].append(m)
        for (words, label), found, those in zip(labels, got, matches, strict=True):
            want = {c: s for c, s in label.items() if s != "either"}
            open_ = {c for c, s in label.items() if s == "either"}
            implied = {(mirrors[c], CONTRARY[s]) for c, s in want.items() if c in mirrors} - set(want.items())
            kept = {c: s for c, s in found.items() if c not in open_ and (c, s) not in implied}
            yield Judged(words, want, kept, tuple(those), ledger)


def chosen(name: str) -> str | None:
    """The scenario that a brief of this article takes."""
    best = best_fit(read(name))
    return best.scenario.id if best else None
