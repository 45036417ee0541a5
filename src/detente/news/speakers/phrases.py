"""Sources that are no names: a group, a body or somebody unnamed, called by the words of the phrase."""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.lists.lexicon import ARTEFACTS
from detente.news.lists.words import words
from detente.news.speakers.mentions import Mentions
from detente.news.speakers.names import plain_name
from detente.news.speakers.offices import INDEFINITE

_COLLECTIVE = words("collective bodies")
#: Words that stand for a number of people.
NUMBERS = {"many", "some", "others", "most", "both", "several", "those", "all", "few", "none"}


def described(mentions: Mentions, number: int, token: Token) -> str | None:
    """A group, a body or somebody unnamed, by the words of the phrase."""
    doc = token.doc
    first = token.i
    left = {c.i: c for c in token.lefts}
    while first - 1 >= 0 and (
        first - 1 in left or any(c.left_edge.i <= first - 1 <= c.right_edge.i for c in left.values())
    ):
        first -= 1
    last = token.i
    for child in token.rights:
        if (
            child.dep_ == "prep"
            and child.lower_ in ("of", "in", "from", "for", "at")
            and child.left_edge.i == last + 1
            and child.right_edge.i - child.i <= 5
        ):
            last = child.right_edge.i
    low = [doc[i].lower_ for i in range(first, token.i + 1)]
    start = first
    while start < token.i and (
        doc[start].tag_ in ("DT", "PDT", "CC", "IN") or doc[start].lower_ in INDEFINITE or doc[start].is_punct
    ):
        start += 1
    name = plain_name(doc[start : last + 1].text)
    if not name or not any(c.isalpha() for c in name):
        return None
    if token.text[:1].isupper() and len(mentions.registry.by_surname(name)) > 1:
        return None  # two persons of one surname, and nothing tells which
    lemma = token.lemma_.lower()
    plural = token.tag_ in ("NNS", "NNPS") or low[-1] in (
        "many",
        "some",
        "others",
        "most",
        "both",
        "several",
        "those",
        "all",
        "few",
        "%",
        "percent",
    )
    if token.pos_ == "PROPN" and token.tag_ != "NNPS":
        person = start == token.i and (
            token.ent_type_ == "PERSON" or bool(mentions.registry.by_surname(name))
        )
        entry = mentions.registry.person(name) if person else mentions.registry.named(name, "organisation")
    elif plural and lemma not in ARTEFACTS:
        entry = mentions.registry.named(name, "group")
    elif lemma in _COLLECTIVE and not set(low) & {"a", "an", "another"}:
        entry = mentions.registry.named(name, "organisation")
    else:
        entry = mentions.registry.named(name, "unnamed", f"{name} {mentions.id}")
    for i in range(first, last + 1):
        inner = mentions.at.get((number, i))
        if inner is not None and inner.actor != entry.id:
            entry.member_of[inner.actor] = None
    mentions.note(entry, number, doc, start, last, "name", head=token.i)
    return entry.id
