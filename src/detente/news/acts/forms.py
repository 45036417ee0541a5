"""Small questions to a clause: its modals, negation, condition, and the words of ``acts.txt``."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable

from spacy.tokens import Token

from detente.news.attribution.making import lemma_of
from detente.news.lists.words import words
from detente.news.matching.scope import NO, NOBODY, NOT, ONLY

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
_MODALS = {
    "will": "will", "'ll": "will", "’ll": "will", "wo": "will", "shall": "will", "sha": "will", "would": "would",
    "'d": "would", "’d": "would", "can": "can", "ca": "can", "could": "could", "may": "may", "might": "may",
    "must": "must", "should": "should", "ought": "should",
}  # fmt: skip


@functools.cache
def listed(section: str) -> frozenset[str]:
    """The words of one section of ``acts.txt``."""
    return words(section, "acts.txt")


def key(verb: Token) -> str:
    """The lemma, with the particle where there is one: "rule_out"; "call_on" and "call_for" too."""
    lemma = lemma_of(verb)
    for child in verb.children:
        if child.i > verb.i and (
            child.dep_ == "prt"
            or (lemma == "call" and child.dep_ == "prep" and child.lower_ in ("on", "for"))
        ):
            return f"{lemma}_{child.lower_}"
    return lemma


def subject(verb: Token) -> Token | None:
    return next((c for c in verb.children if c.dep_ in SUBJECTS and c.dep_ != "csubj"), None)


def modal(verb: Token) -> tuple[str, Token] | None:
    """The modal of a clause by its plain name; "going to" is "will"."""
    for child in verb.children:
        if (
            child.dep_ == "aux"
            and child.lower_ in _MODALS
            and (child.tag_ == "MD" or child.lower_ == "ought")
        ):
            return _MODALS[child.lower_], child
    return None


def negation(verb: Token) -> Token | None:
    """The word that denies a clause: "not", "never", or a "no" on its subject or object. "Not only" denies nothing."""
    for child in verb.children:
        if (child.dep_ == "neg" or child.lower_ in NOT) and child.dep_ != "cc":
            if child.i + 1 < len(child.doc) and child.nbor().lower_ in ONLY:
                continue
            return child
        if child.dep_ in ("nsubj", "nsubjpass", "dobj", "attr"):
            if child.lower_ in NOBODY:
                return child
            for grandchild in child.children:
                if grandchild.dep_ == "det" and grandchild.lower_ in NO:
                    return grandchild
    return None


def perfect(verb: Token) -> bool:
    return any(c.dep_ == "aux" and c.lemma_.lower() in ("have", "'ve", "’ve") for c in verb.children)


def passive(verb: Token) -> bool:
    return any(c.dep_ in ("auxpass", "nsubjpass") for c in verb.children)


def conditions(verb: Token) -> list[Token]:
    """The heads of the "if" and "unless" clauses of a clause."""
    soft = listed("soft conditions")
    return [
        c
        for c in verb.children
        if c.dep_ == "advcl" and any(g.dep_ == "mark" and g.lower_ in soft for g in c.children)
    ]


def below(verb: Token, deps: Collection[str]) -> list[Token]:
    return [c for c in verb.children if c.dep_ in deps]


def complement(verb: Token) -> list[Token]:
    """What a copula or verb says: adjective, noun or object, with what stands before it and beside it."""
    heads = below(verb, ("acomp", "attr", "dobj", "oprd"))
    for head in heads:  # grows while it is walked
        heads += [c for c in head.children if c.dep_ in ("conj", "appos")]
    return heads + [c for h in heads for c in h.children if c.dep_ in ("amod", "compound")]


def harm(verb: Token) -> list[Token]:
    """The words by which a clause hurts somebody; empty if it does not say so."""
    name = key(verb)
    if name == "make":
        return [
            t for c in below(verb, ("ccomp", "xcomp")) if c.lemma_ in ("pay", "regret") for t in (verb, c)
        ]
    objects = below(verb, ("dobj", "nsubjpass"))
    pieces = [c for c in verb.children if c.dep_ == "prt"]
    if name in listed("hurting") or (not pieces and verb.lemma_.lower() in listed("hurting")):
        letters = [c for o in [verb, *objects] for p in o.children if p.lower_ == "to" for c in p.children]
        if verb.lemma_.lower() in listed("answering") and any(
            t.lemma_.lower() in listed("letters") for t in [*objects, *letters]
        ):
            return []
        return [verb, *pieces]
    if verb.lemma_.lower() in ("freeze", "cut", "halt", "stop"):
        taken = [
            t for o in objects for t in (o, *o.children) if t.lemma_.lower() in listed("what is cut off")
        ]
        return [verb, taken[0]] if taken else []
    if verb.lemma_.lower() in listed("putting harm"):
        for noun in objects:
            if noun.lemma_.lower() in listed("harm"):
                return [verb, noun]
            against = [t for h in (verb, noun) for t in h.children if t.lower_ == "against"]
            if against:
                return [verb, noun, against[0]]
    return []


def among(tokens: Iterable[Token], section: str) -> list[Token]:
    """The tokens whose lemma or form is on a list."""
    found = listed(section)
    return [
        t
        for t in tokens
        if t.lemma_.lower() in found or t.lower_ in found or (t.pos_ == "VERB" and lemma_of(t) in found)
    ]
