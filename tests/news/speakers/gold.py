"""Labelled sources of `first.yaml` and `second.yaml`, and how the reader's speakers compare with them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from scipy.stats import beta

from detente.news import read_ledger
from detente.scenario.statement import Actor, Document, Ledger, Statement

MARK = re.compile(r"\{([^|{}]+)\|([^|{}]+)\|([a-z]+)\}")


@dataclass(frozen=True)
class Source:
    """One labelled source: its place in a document, who is meant and which kind of expression it is."""

    document: str
    start: int
    end: int
    words: str
    who: str
    kind: str


@dataclass(frozen=True)
class Judged:
    """``outcome``: right, wrong, abstained (somebody is meant, nobody was named) or unread (no statement there)."""

    case: str
    source: Source
    outcome: str
    got: str


def cases(half: str) -> list[tuple[str, list[Document], list[Source]]]:
    loaded = YAML(typ="safe").load(Path(__file__).with_name(f"{half}.yaml"))
    return [(case["name"], *_unmarked(case["texts"])) for case in loaded]


def _unmarked(texts: list[str]) -> tuple[list[Document], list[Source]]:
    documents, sources = [], []
    for number, text in enumerate(texts):
        id, plain, last = f"d{number}", "", 0
        for mark in MARK.finditer(text):
            plain += text[last : mark.start()]
            words, who, kind = mark.groups()
            sources.append(Source(id, len(plain), len(plain) + len(words), words, who, kind))
            plain += words
            last = mark.end()
        documents.append(Document(id, f"{id}.txt", "0" * 64, "utf-8", plain + text[last:]))
    return documents, sources


def judge(half: str) -> list[Judged]:
    judged = []
    for name, documents, sources in cases(half):
        ledger = read_ledger(documents)
        actors = {a.id: a for a in ledger.actors}
        for source in sources:
            statement = _at(ledger, source)
            judged.append(Judged(name, source, *_outcome(source.who, statement, actors)))
    return judged


def _at(ledger: Ledger, source: Source) -> Statement | None:
    for s in ledger.statements:
        if s.document == source.document and any(a < source.end and source.start < b for a, b in s.source):
            return s
    return None


def _outcome(who: str, statement: Statement | None, actors: dict[str, Actor]) -> tuple[str, str]:
    if statement is None:
        return "unread", "-"
    got = statement.speaker
    shown = f"{got} ({actors[got].kind})" if got else "nobody"
    if who[0] == "?":
        named = got is not None and actors[got].kind not in ("unnamed", "group")
        return ("wrong" if named else "right"), shown
    if got is None:
        return "abstained", shown
    if who[0] == "*":
        actor = actors[got]
        nameless = actor.kind in ("unnamed", "group") or (actor.kind == "organisation" and got != who[1:])
        tied = not who[1:] or who[1:] in actor.member_of
        return ("right" if nameless and tied else "wrong"), f"{shown} of {', '.join(actor.member_of)}"
    return ("right" if got in who.split("/") else "wrong"), shown


def interval(right: int, of: int) -> tuple[float, float]:
    """Clopper-Pearson, 95%."""
    low = float(beta.ppf(0.025, right, of - right + 1)) if right else 0.0
    high = float(beta.ppf(0.975, right + 1, of - right)) if right < of else 1.0
    return low, high


def summary(judged: list[Judged]) -> dict[str, dict[str, float | tuple[float, float]]]:
    """By kind of expression and in all. ``decided``: sources with an answer; a source that is ambiguous counts as decided if
    somebody was named. ``accuracy``: right among the decided; ``share``: decided among those where somebody is meant."""
    table = {}
    for kind in [*sorted({j.source.kind for j in judged}), "all"]:
        rows = [j for j in judged if kind in (j.source.kind, "all")]
        meant = [j for j in rows if j.source.who[0] != "?"]
        open_ = [j for j in rows if j.source.who[0] == "?"]
        count = Counter(j.outcome for j in meant)
        wrong = count["wrong"] + sum(j.outcome == "wrong" for j in open_)
        decided = count["right"] + wrong
        table[kind] = {
            "sources": len(rows), "decided": decided, "right": count["right"], "wrong": wrong,
            "accuracy": count["right"] / max(1, decided), "interval": interval(count["right"], decided),
            "share": (count["right"] + count["wrong"]) / max(1, len(meant)),
            "open": len(open_), "left open": sum(j.outcome == "right" for j in open_),
            "unread": sum(j.outcome == "unread" for j in rows),
        }  # fmt: skip
    return table


def main() -> None:
    import sys

    for half in ("first", "second", "third"):
        judged = judge(half)
        print(half)
        for kind, row in summary(judged).items():
            low, high = row["interval"]  # type: ignore[misc]
            print(
                f"  {kind:9} n {row['sources']:3} right {row['right']:3}/{row['decided']:3} {row['accuracy']:.3f}"
                f" [{low:.2f}, {high:.2f}]"
                f" share {row['share']:.2f} left open {row['left open']}/{row['open']} unread {row['unread']}"
            )
        if half in sys.argv:
            for j in judged:
                if j.outcome != "right":
                    print(
                        f"    {j.outcome:9} {j.case}/{j.source.document}: {j.source.words!r} is {j.source.who}, got {j.got}"
                    )


if __name__ == "__main__":
    main()
