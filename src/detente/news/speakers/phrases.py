"""Sources that are no names: a group, a body or somebody unnamed, called by the words of the phrase."""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.lists.lexicon import ARTEFACTS
from detente.news.lists.words import words
from detente.news.speakers.mentions import Mentions
from detente.news.speakers.names import plain_name
from detente.news.speakers.offices import INDEFINITE

_COLLECTIVE = words("collective bodies")
#: Parts of a state of which "the ministry" speaks again.
_BODIES = {
    "ministry",
    "army",
    "military",
    "navy",
    "parliament",
    "embassy",
    "delegation",
    "police",
    "administration",
}
#: One of a party or a people, written with a capital.
_MEMBERS = frozenset(
    (
        "republican",
        "democrat",
        "conservative",
        "liberal",
        "communist",
        "socialist",
        "nationalist",
        "islamist",
        "muslim",
        "christian",
    )
)
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
    if token.text[:1].isupper() and len(mentions.registry.persons_called(name)) > 1:
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
    member = first < token.i and doc[first].tag_ == "DT" and lemma in _MEMBERS  # "the Kentucky Republican"
    if token.pos_ == "PROPN" and token.tag_ != "NNPS" and not member:
        person = start == token.i and (
            token.ent_type_ == "PERSON" or bool(mentions.registry.persons_called(name))
        )
        entry = (
            mentions.registry.new_person(name) if person else mentions.registry.named(name, "organisation")
        )
    elif plural and lemma not in ARTEFACTS:
        entry = mentions.registry.named(name, "group")
    elif lemma in _COLLECTIVE and not set(low) & {"a", "an", "another"}:
        entry = mentions.registry.named(name, "organisation", _key(mentions, number, token, start, last))
    else:
        entry = mentions.registry.named(name, "unnamed", f"{name} {mentions.id}")
    for i in range(first, last + 1):
        inner = mentions.at.get((number, i))
        if inner is not None and inner.actor != entry.id:
            entry.member_of[inner.actor] = None
    mentions.note(entry, number, doc, start, last, "name", head=token.i)
    return entry.id


def _owners(mentions: Mentions, number: int, token: Token) -> tuple[set[str], list[Token]]:
    """Countries that stand with a noun ("the Kestrian army", "the army of Kestria"), and its other describing words."""
    countries, others = set(), []
    for child in token.children:
        if child.dep_ in ("amod", "compound", "poss", "nmod"):
            mention = mentions.at.get((number, child.i))
            if mention is not None and mentions.registry[mention.actor].kind == "country":
                countries.add(mention.actor)
            else:
                others.append(child)
        elif child.dep_ == "prep" and child.lower_ == "of":
            mention = next((m for c in child.children if (m := mentions.at.get((number, c.i)))), None)
            if mention is not None and mentions.registry[mention.actor].kind == "country":
                countries.add(mention.actor)
            else:
                others.append(child)
    return countries, others


def _key(mentions: Mentions, number: int, token: Token, start: int, last: int) -> str | None:
    """One key for "Turkey's Defence Ministry" and "the Turkish defense ministry"; None where no single country owns it."""
    countries, _ = _owners(mentions, number, token)
    if len(countries) != 1 or last > token.i + 3:
        return None
    own = [
        t.lower_.replace("defense", "defence")
        for t in token.doc[start : token.i + 1]
        if not _state(mentions, number, t) and t.tag_ not in ("POS", "DT", "PRP$")
    ]
    return " ".join([*countries, *own])


def _state(mentions: Mentions, number: int, token: Token) -> bool:
    mention = mentions.at.get((number, token.i))
    return mention is not None and mentions.registry[mention.actor].kind == "country"


def state_meant(mentions: Mentions, number: int, token: Token) -> str | None:
    """ "The Kestrian government", "the Kestrian side": the country, where no other word says which government of it."""
    if token.lemma_.lower() not in ("government", "side") or token.tag_ not in ("NN", "NNP"):
        return None
    if any(c.lower_ in INDEFINITE for c in token.children):
        return None
    countries, others = _owners(mentions, number, token)
    if len(countries) != 1 or others:
        return None
    (country,) = countries
    mentions.note(mentions.registry[country], number, token.doc, token.i, token.i, "body", head=token.i)
    return country


def same_body(mentions: Mentions, number: int, token: Token) -> list[tuple[int, Token]]:
    """ "The ministry": the ministries of which the text spoke before, one place for each that is told apart by its words."""
    if token.lemma_.lower() not in _BODIES or token.tag_ != "NN" or token.i == 0:
        return []
    if [c.lower_ for c in token.children if c.dep_ != "punct"] != ["the"]:
        return []
    found: dict[tuple[str, ...], tuple[int, Token]] = {}
    for n, (doc, _) in enumerate(mentions.pieces[: number + 1]):
        for t in doc:
            if (
                (n, t.i) >= (number, token.i)
                or t.lemma_.lower() != token.lemma_.lower()
                or t.tag_ not in ("NN", "NNP")
            ):
                continue
            countries, others = _owners(mentions, n, t)
            if countries or others:
                words = (
                    *sorted(countries),
                    *(o.lower_.replace("defense", "defence") for o in others if o.dep_ != "prep"),
                )
                found.setdefault(words, (n, t))
    return list(found.values())
