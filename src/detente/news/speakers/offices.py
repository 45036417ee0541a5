"""Offices: which the text gives to a person, with the country or body they belong to, and who is meant by "the minister"."""

from __future__ import annotations

import re

from spacy.tokens import Doc, Token

from detente.news.lists.words import words
from detente.news.speakers.mentions import Mentions
from detente.news.speakers.names import TITLES, in_apposition
from detente.news.speakers.registry import Entry

OFFICES = words("offices")
SHE_TITLES = {
    "mrs.",
    "mrs",
    "ms.",
    "ms",
    "miss",
    "queen",
    "princess",
    "lady",
    "dame",
    "baroness",
    "spokeswoman",
    "congresswoman",
    "chairwoman",
    "businesswoman",
}
HE_TITLES = {
    "mr.",
    "mr",
    "king",
    "prince",
    "lord",
    "sir",
    "spokesman",
    "congressman",
    "chairman",
    "businessman",
    "baron",
    "pope",
}
INDEFINITE = {
    "a",
    "an",
    "another",
    "some",
    "one",
    "any",
    "several",
    "many",
    "most",
    "few",
    "no",
    "every",
    "each",
    "all",
    "both",
    "other",
    "more",
}
_PASSED_OVER = {"mr.", "mr", "mrs.", "ms.", "then", "former", "current", "outgoing", "incoming"}


def titled_pronoun(titles: set[str]) -> str | None:
    """The pronoun that goes with a title, where one does."""
    return "she" if titles & SHE_TITLES else "he" if titles & HE_TITLES else None


def learn_offices(mentions: Mentions, entry: Entry, number: int, doc: Doc, first: int, last: int) -> None:
    """Offices and countries from the words around the name that stands at ``first`` to ``last``."""
    start = first
    while (
        start > 0
        and doc[start - 1].sent.start == doc[first].sent.start
        and (
            doc[start - 1].pos_ in ("NOUN", "PROPN", "ADJ")
            or doc[start - 1].tag_ in ("POS", "HYPH")
            or doc[start - 1].lower_ in TITLES
        )
        and doc[start - 1].text not in (",", ":")
    ):
        start -= 1
    held = _learn(mentions, entry, number, doc, start, first - 1)
    if (
        held and last + 2 < len(doc) and doc[last + 1].lower_ == "of"
    ):  # "President Teodor Lanz of Castellania"
        place = last + 2 + (doc[last + 2].lower_ == "the")
        mention = mentions.at.get((number, place))
        if mention is not None and mention.how in ("place", "body"):
            entry.member_of[mention.actor] = None
    for a, b, office in _beside(doc, first, last):
        if _learn(mentions, entry, number, doc, a, b) and (number, office) not in mentions.at:
            mentions.note(entry, number, doc, office, office, "office")


def _beside(doc: Doc, first: int, last: int) -> list[tuple[int, int, int]]:
    """Phrases that give the office beside a name, "Kaja Kallas, the EU's foreign policy chief" and "the EU's foreign policy
    chief, Kaja Kallas": first and last token, and the office."""
    name = doc[last]
    found: dict[int, tuple[int, int, int]] = {}
    others = [c for c in name.children if c.dep_ == "appos" and c.i > name.i]
    if name.dep_ == "appos" and name.head.pos_ == "NOUN":
        others.append(name.head)
    for other in others:
        if other.lemma_.lower() in OFFICES:
            a, b = other.left_edge.i, other.i
            for child in other.rights:
                if (
                    child.dep_ == "prep"
                    and child.lower_ in ("of", "for", "to")
                    and child.right_edge.i - other.i < 6
                    and not child.left_edge.i <= first <= child.right_edge.i
                ):
                    b = child.right_edge.i
            found[other.i] = (min(a, other.i), b, other.i)
    for a, b in in_apposition(doc, first, last):
        office = next((t.i for t in doc[a : b + 1] if t.lemma_.lower() in OFFICES), None)
        if office is not None:
            a_, b_, _ = found.get(office, (a, b, office))
            found[office] = (min(a, a_), max(b, b_), office)
    return list(found.values())


def _learn(mentions: Mentions, entry: Entry, number: int, doc: Doc, first: int, last: int) -> bool:
    """Takes office, country and pronoun from the words ``first`` to ``last``; whether they hold an office."""
    span = [doc[i] for i in range(first, last + 1)]
    entry.pronoun = titled_pronoun({t.lower_ for t in span}) or entry.pronoun
    if not any(t.lemma_.lower() in OFFICES or t.lower_ in OFFICES for t in span):
        return False
    kept = []
    for token in span:
        mention = mentions.at.get((number, token.i))
        if mention is not None and mention.how in ("place", "people", "body"):
            if mention.actor != entry.id:
                entry.member_of[mention.actor] = None
        elif token.tag_ == "HYPH" or (
            token.tag_ not in ("DT", "POS", "PRP$")
            and token.lower_ not in _PASSED_OVER
            and not token.is_punct
        ):
            kept.append(token.text)
    role = re.sub(r"\s+(?:of|for|to)$", "", " ".join(kept).replace(" - ", "-").strip("- "))
    if role:
        entry.roles[role.lower() if not role.isupper() else role] = None
    return True


def holder(mentions: Mentions, number: int, token: Token) -> Entry | None:
    """ "the EU's foreign policy chief": the one person of this document whose office and country agree, or None."""
    doc = token.doc
    if token.tag_ in ("NNS", "NNPS") or token.dep_ in ("compound", "amod"):
        return None
    determiners = [c for c in token.children if c.dep_ in ("det", "poss")]
    if (not determiners and token.pos_ != "PROPN") or any(c.lower_ in INDEFINITE for c in determiners):
        return None
    first = token.left_edge.i
    last = token.i
    for child in token.rights:
        if child.dep_ == "prep" and child.lower_ == "of":
            last = child.right_edge.i
    tied = [
        mentions.at[number, i].actor
        for i in range(first, last + 1)
        if (number, i) in mentions.at and i != token.i
    ]
    words = {
        doc[i].lower_
        for i in range(first, token.i)
        if doc[i].pos_ in ("NOUN", "ADJ", "PROPN") and (number, i) not in mentions.at
    }
    words -= {"former", "current", "new", "then", "own", "top"}
    head = token.lemma_.lower()
    found = []
    for id in mentions.seen:
        entry = mentions.registry[id]
        if any(
            t != id and t not in entry.member_of
            for t in tied
            if mentions.registry[t].kind in ("country", "organisation")
        ):
            continue
        if any(mentions.registry[t].kind == "person" for t in tied):
            continue
        if any(head in (parts := re.split(r"[\s-]+", role)) and words <= set(parts) for role in entry.roles):
            found.append(entry)
    if len(found) > 1 and not tied:
        # the one named last, if the others were not named lately
        recent = [
            m.actor
            for m in mentions.all
            if (m.paragraph, m.first) < (number, token.i) and m.how in ("name", "pronoun")
        ]
        near = [e for e in found if e.id in recent[-2:]]
        found = near if len(near) == 1 else found
    if len(found) == 1:
        return found[0]
    return None
