"""Offices: which the text gives to a person, with the country or body they belong to, and who is meant by "the minister"."""

from __future__ import annotations

import re

from spacy.tokens import Doc, Token

from detente.news.lists.words import words
from detente.news.speakers.meant import Meant
from detente.news.speakers.mentions import Mentions
from detente.news.speakers.names import TITLES, in_apposition
from detente.news.speakers.registry import Entry, Held

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
_FORMER = {"former", "ex", "then", "late", "onetime", "ousted"}
_PASSED_OVER = {"mr.", "mr", "mrs.", "ms.", "current", "outgoing", "incoming", *_FORMER}


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
            for h in [h for h in entry.held if h.document == mentions.id and not h.ties]:
                del entry.held[h]
                entry.held[Held(h.document, h.role, frozenset((mention.actor,)), h.former)] = None
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
    pronoun = titled_pronoun({t.lower_ for t in span})
    if pronoun:
        mentions.pronouns[entry.id] = pronoun
    if not any(t.lemma_.lower() in OFFICES or t.lower_ in OFFICES for t in span):
        return False
    kept, ties = [], set()
    for token in span:
        mention = mentions.at.get((number, token.i))
        if mention is not None and mention.how in ("place", "people", "body"):
            if mention.actor != entry.id:
                entry.member_of[mention.actor] = None
                ties.add(mention.actor)
        elif token.tag_ == "HYPH" or (
            token.tag_ not in ("DT", "POS", "PRP$")
            and token.lower_ not in _PASSED_OVER
            and not token.is_punct
        ):
            kept.append(token.text)
    role = re.sub(r"\s+(?:of|for|to)$", "", " ".join(kept).replace(" - ", "-").strip("- "))
    if role:
        role = role.lower() if not role.isupper() else role
        former = any(t.lower_ in _FORMER for t in span)
        entry.roles[f"former {role}" if former else role] = None
        entry.held[Held(mentions.id, role, frozenset(ties), former)] = None
    return True


def holder(mentions: Mentions, number: int, token: Token) -> Meant | None:
    """ "the EU's foreign policy chief": who may be meant among the persons named in this document, by the office and the country
    that the document gives them; None where the phrase speaks of nobody in particular. An office that another document gives
    counts for a person to whom this one gives none; one who is not named here is a candidate, never the answer."""
    doc = token.doc
    if token.tag_ in ("NNS", "NNPS") or token.dep_ in ("compound", "amod"):
        return None
    determiners = [c for c in token.children if c.dep_ in ("det", "poss")]
    if (not determiners and token.pos_ != "PROPN") or any(c.lower_ in INDEFINITE for c in determiners):
        return None
    first, last = token.left_edge.i, token.i
    for child in token.rights:
        if child.dep_ == "prep" and child.lower_ in ("of", "for", "to"):
            last = child.right_edge.i
    at = [
        mentions.at[number, i] for i in range(first, last + 1) if (number, i) in mentions.at and i != token.i
    ]
    tied = {m.actor for m in at}
    if any(mentions.registry[t].kind not in ("country", "organisation") for t in tied):
        return None
    if last > token.i and not tied:
        return None  # of something that is no actor: nobody known to hold it
    span = [doc[i] for i in range(first, token.i) if (number, i) not in mentions.at]
    words = {t.lower_ for t in span if t.pos_ in ("NOUN", "ADJ", "PROPN")}
    former = bool({t.lower_ for t in span} & _FORMER)
    words -= {"current", "new", "own", "top", *_FORMER}
    head = token.lemma_.lower()

    def fits(held: Held, entry: Entry) -> bool:
        parts = set(re.split(r"[\s-]+", held.role))
        ties = held.ties or set(entry.member_of)
        return head in parts and words <= parts and tied <= ties and held.former == former

    def holding(entries: list[Entry], here: bool) -> list[Entry]:
        return [e for e in entries if any((h.document == mentions.id) == here and fits(h, e) for h in e.held)]

    seen = [mentions.registry[id] for id in mentions.seen]
    found = holding(seen, True)
    if not found:
        open_ = [e for e in seen if not any(h.document == mentions.id for h in e.held)]
        found = holding(open_, False)
    if not found:
        elsewhere = holding([e for e in mentions.registry.entries.values() if e.kind == "person"], False)
        why = f"this document names no {head} who fits; another does"
        return Meant(None, tuple(sorted(e.id for e in elsewhere)), why, False) if elsewhere else None
    if len(found) > 1 and not tied:
        found = _recent(mentions, number, token, found)
    if len(found) == 1:
        return Meant(found[0], (), "", True)
    return Meant(
        None,
        tuple(sorted(e.id for e in found)),
        f"several hold the office “{plain(doc, first, token.i)}”",
        True,
    )


def plain(doc: Doc, first: int, last: int) -> str:
    return re.sub(r"\s+", " ", doc[first : last + 1].text)


def _recent(mentions: Mentions, number: int, token: Token, found: list[Entry]) -> list[Entry]:
    """The only one of whom the last three sentences speak, if the three before them speak of no other; else all of ``found``."""
    here, ids = mentions.sentence(number, token), {e.id for e in found}
    last: dict[str, int] = {}
    for sentence in range(here - 5, here + 1):
        for m in mentions.in_sentence.get(sentence, ()):
            if m.actor in ids and (m.paragraph, m.first) < (number, token.i):
                last[m.actor] = sentence
    return [e for e in found if e.id in last] if len(last) == 1 and max(last.values()) >= here - 2 else found
