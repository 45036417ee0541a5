"""Names of persons in a parsed paragraph, and small questions about the words around a name."""

from __future__ import annotations

import re

import numpy as np
from spacy.attrs import POS
from spacy.symbols import PROPN  # type: ignore[attr-defined]
from spacy.tokens import Doc, Token

from detente.news.lists.gazetteer import by_name_of_house, forms, given_names, slug
from detente.news.lists.words import words
from detente.news.speakers.spellings import PARTICLES, family_first

TITLES = words("titles")
_BODIES = words("words of names of bodies")
_OFFICES = words("offices")
FIRST = words("family names that stand first")
_PARTICLES = PARTICLES - {"st", "mc", "o", "te"}
_COLLECTIVE = words("collective bodies")


def urged(token: Token) -> Token | None:
    """Who is to do the thing in "urged him to give up his post": the object that governs the infinitive."""
    verb = token.head
    for _ in range(5):
        if verb.dep_ == "xcomp":
            objects = [c for c in verb.head.children if c.dep_ == "dobj" and verb.head.i < c.i < verb.i]
            if objects:
                return objects[0]
        if verb.head == verb:
            return None
        verb = verb.head
    return None


def is_subject(root: Token) -> bool:
    while root.dep_ == "conj" and root.head != root:
        root = root.head
    return root.dep_ in ("nsubj", "nsubjpass")


def full_names(doc: Doc) -> list[tuple[int, int]]:
    """Names of at least two parts: what the model calls a person, or a known given name with what follows it."""
    found = []
    for ent in doc.ents:
        if ent.label_ != "PERSON":
            continue
        first, last = ent.start, ent.end - 1
        while first <= last and (doc[first].lower_ in TITLES or not doc[first].text[:1].isupper()):
            first += 1
        while last >= first and (
            doc[last].tag_ == "POS"
            or doc[last].is_punct
            or not doc[last].text[:1].isalpha()
            or doc[last].lower_ in ("’s", "'s")
        ):
            last -= 1
        if first < last and all(
            t.text[:1].isupper() or t.lower_ in _PARTICLES | {"-"} or doc[t.i - 1].text == "-"
            for t in doc[first : last + 1]
        ):
            found.append(_whole(doc, first, last))
    taken = {i for a, b in found for i in range(a, b + 1)}
    found += _in_family_order(doc, taken)
    for first, last in _by_office(doc):
        if not taken & set(range(first, last + 1)):
            found.append((first, last))
            taken.update(range(first, last + 1))
    for token in (doc[i] for i in proper_nouns(doc)):
        if token.i in taken or not token.text[:1].isupper():
            continue
        titled = token.i > 0 and doc[token.i - 1].lower_ in TITLES and token.lower_ not in TITLES
        if not titled and slug(token.text) not in given_names():
            continue
        last = token.i
        while (
            last + 1 < len(doc)
            and last - token.i < 2
            and last + 1 not in taken
            and _may_be_surname(doc[last + 1])
        ):
            last += 1
        if last == token.i and last + 2 < len(doc) and doc[last + 1].lower_ in _PARTICLES:
            last += 2 * (last + 2 not in taken and _may_be_surname(doc[last + 2]))  # "Faisal bin Rashid"
        if (
            last > token.i
            and token.ent_type_ not in ("GPE", "LOC", "FAC")
            and (token.i, token.i) != (last, last)
        ):
            found.append((token.i, last))
            taken.update(range(token.i, last + 1))
    return sorted(found)


def _whole(doc: Doc, first: int, last: int) -> tuple[int, int]:
    """The name with what its particles lead to: "Ursel" before "von der Heyden" and "Heyden" behind "Ursel von der"."""
    while doc[last].lower_ in _PARTICLES and last + 1 < len(doc) and doc[last + 1].text[:1].isupper():
        last += 1
    start = first
    while start > doc[first].sent.start and doc[start - 1].lower_ in _PARTICLES:
        start -= 1
    before = doc[start - 1] if start > doc[first].sent.start else None
    led = doc[start].lower_ in _PARTICLES and before is not None and before.text[:1].isupper()
    if led and before is not None and before.pos_ == "PROPN" and _may_be_surname(before):
        return start - 1, last
    return first, last


def _in_family_order(doc: Doc, taken: set[int]) -> list[tuple[int, int]]:
    """Names in Chinese or Korean order, hyphens inside: "Kim Sang-ho"."""
    found = []
    for i in proper_nouns(doc):
        token = doc[i]
        if i in taken or slug(token.text) not in FIRST or not token.text[:1].isupper():
            continue
        last = i
        while last + 1 < len(doc) and last - i < 4 and (
            (doc[last + 1].text == "-" and not doc[last].whitespace_ and not doc[last + 1].whitespace_)
            or (doc[last].text == "-" and doc[last + 1].is_alpha)
            or _may_be_surname(doc[last + 1])
        ):  # fmt: skip
            last += 1
        name = tuple(doc[i : last + 1].text.split())
        if last > i and family_first(name) and not taken & set(range(i, last + 1)):
            found.append((i, last))
            taken.update(range(i, last + 1))
    return found


def proper_nouns(doc: Doc) -> list[int]:
    """The numbers of the tokens that are proper nouns."""
    return np.flatnonzero(doc.to_array([POS]) == PROPN).tolist()


def _by_office(doc: Doc) -> list[tuple[int, int]]:
    """Two or three capitalised words beside an office: "the secretary-general of the pact, Ines Marisol, warned"."""
    found = []
    after = 0
    for i in proper_nouns(doc):
        if i < after:
            continue
        last = i
        while last < len(doc) and _may_be_surname(doc[last]) and doc[last].text.isalpha():
            last += 1
        place = i > 0 and doc[i - 1].lower_ in ("in", "at", "from", "near", "to", "of", "the", "a", "an")
        if 2 <= last - i <= 3 and not place and in_apposition(doc, i, last - 1):
            words_of = tuple(t.text for t in doc[i:last])
            if words_of not in forms() and doc[last - 1].ent_type_ not in ("GPE", "LOC", "FAC"):
                found.append((i, last - 1))
        after = last
    return found


def in_apposition(doc: Doc, first: int, last: int) -> list[tuple[int, int]]:
    """Phrases with an office set off by commas before or behind a name ("the pact's envoy, NAME," and "NAME, an envoy of the
    pact,"): first and last token."""
    found = []
    sent = doc[first].sent
    if first - 2 >= sent.start and doc[first - 1].text == "," and _closes(doc, last):
        start = first - 1
        while start > sent.start and first - start < 12 and _nominal(doc[start - 1]):
            start -= 1
        if start < first - 1:
            found.append((start, first - 2))
    if last + 2 < sent.end and doc[last + 1].text == ",":
        end = last + 1
        while end + 1 < sent.end and end - last < 12 and _nominal(doc[end + 1]):
            end += 1
        opens = doc[last + 2]
        named = opens.tag_ in ("DT", "PRP$") or opens.pos_ in ("NOUN", "PROPN", "ADJ")
        if end > last + 1 and named and (end + 1 >= sent.end or doc[end + 1].text in (",", ".", ";", ")")):
            found.append((last + 2, end))
    return [(a, b) for a, b in found if _first_noun_is_office(doc, a, b)]


def _closes(doc: Doc, last: int) -> bool:
    return last + 1 < len(doc) and (
        doc[last + 1].text in (",", ".", ";") or doc[last + 1].pos_ in ("VERB", "AUX")
    )


def _nominal(token: Token) -> bool:
    return (
        token.tag_ in ("DT", "POS", "HYPH", "PRP$")
        or token.pos_ in ("NOUN", "PROPN", "ADJ")
        or (token.lower_ in ("of", "for", "to"))
    )


def _first_noun_is_office(doc: Doc, first: int, last: int) -> bool:
    """Whether the phrase, up to its first preposition, holds an office."""
    for token in doc[first : last + 1]:
        if token.lower_ in ("of", "for", "to"):
            return False
        if token.lemma_.lower() in _OFFICES and token.tag_ not in ("NNS", "NNPS"):
            return True
    return False


def _may_be_surname(token: Token) -> bool:
    return token.pos_ == "PROPN" and token.text[:1].isupper() and token.lower_ not in TITLES | _BODIES


def named_alone(token: Token) -> bool:
    return token.ent_type_ == "PERSON" and token.ent_iob_ == "B"


def with_office(token: Token) -> bool:
    """ "Ammer, the defence minister": a bare name that an office stands beside."""
    office = [
        c for c in token.children if c.dep_ == "appos" and c.lemma_.lower() in _OFFICES and c.tag_ == "NN"
    ]
    return (
        bool(office)
        and not token.text.isupper()
        and not any(c.dep_ in ("det", "compound", "amod") for c in token.children)
    )


def overrides(doc: Doc, first: int, last: int) -> bool:
    return last - first >= 1 and slug(doc[first].text) in given_names()


def part_of_name(doc: Doc, first: int, last: int) -> bool:
    """Whether a place's word is part of a person's name ("Jordan Peters", "Michael Jordan")."""
    ent = next((e for e in doc[first].sent.ents if e.start <= first and last < e.end), None)
    return (
        ent is not None
        and ent.label_ == "PERSON"
        and ent.end - ent.start > last - first + 1
        and not any(t.tag_ == "POS" for t in ent)
    )


def acts(head: Token) -> bool:
    """Whether a seat of government is spoken of as an actor."""
    return head.dep_ in ("nsubj", "nsubjpass", "poss", "pobj", "conj", "dobj", "ROOT") and not (
        head.dep_ == "pobj"
        and head.head.lower_
        in ("in", "at", "near", "around", "outside", "of", "through", "across", "into", "for", "on")
    )


def stands_for_government(doc: Doc, first: int, width: int) -> bool:
    """ "a Kremlin spokesman": a house or an office of government before an office or a body."""
    key = tuple(t.text.replace("'", "’") for t in doc[first : first + width])
    following = doc[first + width] if first + width < len(doc) else None
    return (
        key in by_name_of_house()
        and following is not None
        and (following.lemma_.lower() in _OFFICES | _COLLECTIVE | {"source", "official"})
    )


def stands_alone(doc: Doc, token: Token) -> bool:
    following = doc[token.i + 1] if token.i + 1 < len(doc) else None
    return following is None or following.pos_ != "PROPN"


def plain_name(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip(" \t\n\"“”‘’',;:()[]")
    if not re.search(r"(?:^|[\s.])[A-Za-z]\.$", text):  # the stop of U.S. and of J. is part of the name
        text = text.rstrip(".")
    return re.sub(r"['’]s?$", "", text).strip()
