"""Two reports about a crisis that never was, and who says what in them, found in the text."""
# ruff: noqa: E501

from __future__ import annotations

import hashlib
from typing import Any

from detente.brief.quotes import seal

REPORT = """Maren warns that a harbour deal without Ondara would invite the next blockade

HALVERN, 3 March - The Littoral League's commissioner for the sea, Ilse Maren, said on Monday that a deal with Karvia over the closed harbour of Sarn would be read far beyond the strait. "If you hand over the harbour to the one who closed it, every fleet in the region learns how it is done," Maren told reporters in Halvern.

She spoke four days after President Tomas Velk of Meridia opened talks with Karvia on the blockade. Ondara, whose harbour it is, was not invited. Velk said that the guns would fall silent within a month. He told Ondara to "sign what is on the table or pay for its own navy".

Ondara's foreign minister, Ada Brock, rejected the plan. "Nobody can keep a promise that was made for him in another room," Brock said.

League ministers also discussed sending escort ships to the strait. Maren called the idea premature before a truce. According to two diplomats, some members would rather talk than extend the trade ban.

Maren said that Karvia did not want a settlement. "They asked for the harbour and then for the coast," she said. A spokesman for Karvia's admiralty denied that it had any designs on the coast.
"""


SECOND = """Brock: escorts first, then we talk

SARN, 4 March - Ada Brock, the foreign minister of Ondara, said escort ships were needed in the strait before any truce, "because a truce without witnesses lasts until dark". Velk called for patience. The Meridian president insisted that dialogue works, and that the League's trade ban had changed nothing.
"""


ACTORS = [
    {"id": "a1", "name": "Ilse Maren", "kind": "person", "mentions": 5},
    {"id": "a2", "name": "Tomas Velk", "kind": "person", "mentions": 4},
    {"id": "a3", "name": "Ada Brock", "kind": "person", "mentions": 4},
    {"id": "a4", "name": "Karvia", "kind": "country", "mentions": 6},
    {"id": "a5", "name": "Ondara", "kind": "country", "mentions": 5},
    {"id": "a6", "name": "Meridia", "kind": "country", "mentions": 2},
    {"id": "a7", "name": "the Littoral League", "kind": "organisation", "mentions": 4},
    {"id": "a8", "name": "Karvia's admiralty", "kind": "organisation", "mentions": 1},
]


# document, speaker, source, cue, content, direct, polarity, kind
SAID: list[tuple[str, str | None, str, str, str, Any, str, str]] = [
    (
        "d1",
        "a1",
        "The Littoral League's commissioner for the sea, Ilse Maren",
        "said",
        "that a deal with Karvia over the closed harbour of Sarn would be read far beyond the strait",
        False,
        "asserted",
        "speech",
    ),
    (
        "d1",
        "a1",
        "Maren",
        "told",
        '"If you hand over the harbour to the one who closed it, every fleet in the region learns how it is done,"',
        True,
        "asserted",
        "speech",
    ),
    (
        "d1",
        "a2",
        "Velk",
        "said",
        "that the guns would fall silent within a month",
        False,
        "asserted",
        "speech",
    ),
    (
        "d1",
        "a2",
        "He",
        "told",
        'Ondara to "sign what is on the table or pay for its own navy"',
        "mixed",
        "asserted",
        "speech",
    ),
    (
        "d1",
        "a3",
        "Brock",
        "said",
        '"Nobody can keep a promise that was made for him in another room,"',
        True,
        "asserted",
        "speech",
    ),
    ("d1", "a1", "Maren", "called", "the idea premature before a truce", False, "asserted", "speech"),
    (
        "d1",
        None,
        "two diplomats",
        "According to",
        "some members would rather talk than extend the trade ban",
        False,
        "asserted",
        "speech",
    ),
    ("d1", "a1", "Maren", "said", "that Karvia did not want a settlement", False, "asserted", "speech"),
    (
        "d1",
        "a1",
        "she",
        "said",
        '"They asked for the harbour and then for the coast,"',
        True,
        "asserted",
        "speech",
    ),
    (
        "d1",
        "a8",
        "A spokesman for Karvia's admiralty",
        "denied",
        "that it had any designs on the coast",
        False,
        "denied",
        "speech",
    ),
    (
        "d2",
        "a3",
        "Ada Brock, the foreign minister of Ondara",
        "said",
        'escort ships were needed in the strait before any truce, "because a truce without witnesses lasts until dark"',
        "mixed",
        "asserted",
        "speech",
    ),
    ("d2", "a2", "The Meridian president", "insisted", "that dialogue works", False, "asserted", "speech"),
    (
        "d2",
        "a2",
        "The Meridian president",
        "insisted",
        "that the League's trade ban had changed nothing",
        False,
        "asserted",
        "speech",
    ),
]


def span(text: str, words: str, start: int = 0) -> list[list[int]]:
    at = text.index(words, start)
    return [[at, at + len(words)]]


def ledger(two: bool = False) -> dict[str, Any]:
    """documents, statements and actors as `detente read` gives them, sealed."""
    texts = {"d1": ("harbour-deal.txt", REPORT)} | ({"d2": ("escorts-first.html", SECOND)} if two else {})
    documents = [
        {
            "id": id,
            "path": f"reports/{path}",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "encoding": "utf-8",
            "text": text,
            "title": text.split("\n", 1)[0],
        }
        for id, (path, text) in texts.items()
    ]
    names = {actor["id"]: actor for actor in ACTORS}
    statements = []
    for n, (document, speaker, source, cue, content, direct, polarity, kind) in enumerate(SAID, 1):
        if document not in texts:
            continue
        text = texts[document][1]
        at = text.index(content)
        # a quote's speaker follows it; elsewhere the speaker is the last one named before, "according to" aside
        near = text.find(source, at) if content[0] == '"' else text.rfind(source, 0, at)
        verb = text.rfind(cue, 0, near) if cue == "According to" else text.find(cue, near)
        statements.append(
            {
                "id": f"s{n}",
                "document": document,
                "source": [[near, near + len(source)]],
                "cue": [[verb, verb + len(cue)]],
                "content": [[at, at + len(content)]],
                "direct": direct,
                "polarity": polarity,
                "kind": kind,
                "speaker": {k: names[speaker][k] for k in ("id", "name", "kind")} if speaker else None,
                "about": ["a4"],
            }
        )
    return seal({"documents": documents, "statements": statements, "actors": ACTORS})
