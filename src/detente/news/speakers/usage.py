"""How the texts use a name that no list knows: as a country, as a body, or as a person.

A name is a country if it is invaded, has a government or a foreign minister, goes with a name of a people ("Orvanian"), or
if it acts and is also a place. What is only a place ("in Port Aveline") is no actor; what is also somebody's surname is that
person. Not found: countries that the texts only name in passing, and peoples whose country is never named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from detente.news.lists.gazetteer import forms
from detente.news.lists.lexicon import VERBS
from detente.news.lists.words import words
from detente.news.speakers.names import TITLES, proper_nouns

BODY_HEADS = words("heads of names of organisations")
STATE_HEADS = words("heads of names of states")
_STATE_HAS = words("what a state has")
_LAND_HAS = words("what only a land has")
_HEADS_OF_STATE = words("heads of state")
_ENDINGS = words("endings of peoples")
_NO_COUNTRY = words("names that are no countries")
_NO_NAMES = words("calendar")
_STATE_TITLES = {"minister", "premier", "chancellor"}
_ACTS = {"want", "agree", "refuse", "sign", "withdraw", "seek", "trust", "decide", "plan", "accept", "offer"}
_INTO = {"in", "into", "across", "throughout", "inside"}


def _pairs(section: str) -> dict[str, set[str]]:
    pairs = (entry.split(":") for entry in words(section))
    return {noun: set(prepositions.split(",")) for noun, prepositions in pairs}


_BETWEEN_STATES = _pairs("what two states have")
_BETWEEN_SIDES = _pairs("what two sides have")


@dataclass
class Usage:
    """What was seen of one name. ``labels``: what the model called it.

    ``ways``: land (only a land has that), state (or a ruler), side (of talks), acts, in; against it article, titled, plural,
    and inside (part of a longer name).
    """

    ways: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    mentions: int = 0

    def is_country(self, people: bool) -> bool:
        """``people``: whether a name of a people goes with it."""
        if self.ways["titled"] or 2 * max(self.ways["article"], self.ways["plural"]) > self.mentions:
            return False
        if self.ways["land"]:
            return True
        if self.ways["inside"] and not self.ways["state"]:
            return False
        place = self.labels["GPE"]
        used = 2 * bool(self.ways["state"]) + bool(self.ways["side"]) + bool(self.ways["acts"]) + people
        shown = bool(self.ways["in"]) + bool(place)
        firm = self.labels["ORG"] > place and not self.ways["in"] and not self.ways["state"]
        doubt = 2 * firm + (self.labels["PERSON"] > place)
        return bool(used and (self.ways["state"] or people or shown)) and used + shown - doubt >= 2


def runs(doc: Doc) -> Iterator[tuple[int, int]]:
    """First and last token of each row of capitalised names, titles before it left out; "of" and a name belong to a body."""
    after_last, n = 0, len(doc)
    for i in proper_nouns(doc):
        if i < after_last or not _capital(doc[i]):
            continue
        first = last = i
        while last + 1 < n and _capital(doc[last + 1]) and not doc[last + 1].is_sent_start:
            last += 1
        after_last = last + 1
        low = doc[last].lower_
        if low in BODY_HEADS | STATE_HEADS and last + 1 < n and doc[last + 1].lower_ == "of":
            after = last + 2 + (last + 2 < n and doc[last + 2].lower_ == "the")
            if after < n and _capital(doc[after]):
                last = after
                while last + 1 < n and _capital(doc[last + 1]):
                    last += 1
                after_last = last + 1
                yield first, last
                continue
        if low not in BODY_HEADS:
            while first < last and doc[first].lower_ in TITLES:
                first += 1
        yield first, last


def _capital(token: Token) -> bool:
    return (
        token.pos_ == "PROPN"
        and token.text[:1].isupper()
        and token.text[:1].isalpha()
        and len(token) > 1
        and token.lower_ not in _NO_NAMES
    )


def key(doc: Doc, first: int, last: int) -> tuple[str, ...]:
    return tuple(doc[i].text.replace("'", "’") for i in range(first, last + 1))


def state_named(name: tuple[str, ...]) -> tuple[str, ...] | None:
    """The short name in "Republic of Orvania" and "Kingdom of the Isles"; None for other names."""
    if len(name) > 2 and name[0].lower() in STATE_HEADS and name[1] == "of":
        rest = name[3:] if name[2].lower() == "the" else name[2:]
        return rest or None
    return None


def may_be_country(name: tuple[str, ...]) -> bool:
    low = [word.lower() for word in name]
    return (
        len(name) <= 2
        and name not in forms()
        and "-".join(low) not in _NO_COUNTRY
        and all(w.replace("-", "").isalpha() for w in low)
        and not any(w in _NO_COUNTRY or w in BODY_HEADS or w in STATE_HEADS or w in TITLES for w in low)
        and not (len(name) == 1 and (name[0].isupper() and len(name[0]) < 5))
    )


def people_of(name: tuple[str, ...]) -> re.Pattern[str]:
    """Matches the name of a people that may belong to a country: Orvanian, Orvanians, Kestri, Talmarkish."""
    stem = re.sub(r"[aeiouy]+$", "", name[-1]) if len(name[-1]) > 5 else name[-1]
    endings = "|".join(sorted(_ENDINGS, key=len, reverse=True))
    return re.compile(rf"{re.escape(stem)}[aeiou]?(?:{endings})")


def observe(doc: Doc, first: int, last: int, usage: Usage) -> None:
    """Adds what one mention shows to ``usage``."""
    usage.mentions += 1
    usage.ways["plural"] += doc[last].tag_ == "NNPS"
    label = doc[last].ent_type_
    if label:
        usage.labels[label] += 1
    before = doc[first - 1] if first else None
    head = doc[last]
    if before is not None:
        low = before.lower_
        usage.ways["article"] += low in ("the", "a", "an")
        usage.ways["titled"] += (low in TITLES and before.text[:1].isupper()) or low in (
            "mr.",
            "mrs.",
            "ms.",
            "dr.",
        )
        usage.ways["in"] += low in _INTO and head.dep_ == "pobj"
        noun = doc[first - 2] if first > 1 else None
        if noun is not None:
            lemma = noun.lemma_.lower()
            usage.ways["state"] += low in _BETWEEN_STATES.get(lemma, ())
            usage.ways["side"] += low in _BETWEEN_SIDES.get(lemma, ())
            usage.ways["land"] += lemma in ("border", "invasion") and low in ("with", "of")
            if low == "of":
                usage.ways["land"] += lemma in _LAND_HAS
                usage.ways["state"] += lemma in _STATE_HAS or lemma in STATE_HEADS
                usage.ways["side"] += lemma in _HEADS_OF_STATE
                title = _title_before(noun)
                usage.ways["state"] += title in _STATE_TITLES
                usage.ways["side"] += title in _HEADS_OF_STATE
            if low == "by" and lemma in ("announcement", "statement", "decision", "offer", "attack"):
                usage.ways["acts"] += 1
    if last + 1 < len(doc) and doc[last + 1].tag_ == "POS":
        owned = _owned(doc, last + 2, head.head if head.dep_ == "poss" else None)
        usage.ways["land"] += bool(owned & _LAND_HAS)
        usage.ways["state"] += bool(owned & _STATE_HAS)
        usage.ways["side"] += bool(owned & _HEADS_OF_STATE)
    verb = head.head
    if head.dep_ == "dobj":
        usage.ways["land"] += verb.lemma_ in ("invade", "annex")
        usage.ways["side"] += verb.lemma_ in ("recognise", "recognize")
    if head.dep_ == "nsubj" and verb.pos_ == "VERB":
        lemma = verb.lemma_.lower()
        usage.ways["state"] += lemma in ("invade", "annex")
        usage.ways["acts"] += lemma in VERBS or lemma in _ACTS


def _owned(doc: Doc, first: int, head: Token | None) -> set[str]:
    """What stands behind a possessive: the lemmas of its head and of the nouns before it."""
    owned = {head.lemma_.lower()} if head is not None else set()
    for token in doc[first : first + 5]:
        if token.pos_ not in ("NOUN", "PROPN", "ADJ") and token.tag_ != "HYPH":
            break
        owned.add(token.lemma_.lower())
    return owned


def _title_before(name: Token) -> str:
    """The office in "President Teodor Lanz": the lower-case title before the row of names that ends with ``name``."""
    doc, i = name.doc, name.i
    while i > 0 and doc[i].pos_ == "PROPN" and doc[i].lower_ not in TITLES:
        i -= 1
    return doc[i].lower_ if i < name.i and doc[i].lower_ in TITLES else ""
