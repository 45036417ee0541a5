"""Phrases of a scenario looked up in parsed words: by base form, across spellings, with gaps, and with negation expected.

A phrase is words that follow one another ("give up"). " ... " allows up to `GAP` words between ("give ... plate"). A leading
"not " says that the words make the claim when they are denied, and its contrary when they are not ("not give up": "has not given up
its goals"); "only not " that they are met only when they are denied ("only not without ... pressure": "no peace without pressure").
A phrase is written in base forms ("send ... signal") and meets every form of them ("sending a signal"); written in another form it
meets that form alone. British and American spellings count as one. Words that are part of a name ("United States") meet nothing.

Not found: synonyms that the scenario does not list, and words in another order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from spacy.tokens import Token

GAP = 5


@dataclass(frozen=True)
class Phrase:
    """The words of a phrase; ``gaps[i]``: how many words may stand before word i; ``negated``, ``strictly``: "not", "only not"."""

    words: tuple[str, ...]
    gaps: tuple[int, ...]
    negated: bool
    strictly: bool = False


@lru_cache(maxsize=4096)
def phrase(text: str) -> Phrase:
    """The phrase that a scenario file writes as ``text``."""
    parts = text.split()
    strictly = len(parts) > 2 and parts[:2] == ["only", "not"]
    parts = parts[1:] if strictly else parts
    negated = len(parts) > 1 and parts[0] == "not"
    words: list[str] = []
    gaps: list[int] = []
    gap = 0
    for part in parts[1:] if negated else parts:
        if part in ("...", "…"):
            gap = GAP
            continue
        # the parts of "ready-made" are words of their own, and a hyphen is none
        for piece in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", part):
            words.append(_spelling(piece.lower().replace("’", "'")))
            gaps.append(gap)
            gap = 0
    return Phrase(tuple(words), tuple(gaps), negated, strictly)


def has(wanted: Phrase, known: Sequence[frozenset[str]]) -> bool:
    """Whether words of these ``known`` forms carry the phrase."""
    return bool(places(wanted, known))


def find(wanted: Phrase, tokens: Sequence[Token], known: Sequence[frozenset[str]]) -> list[Token]:
    """The first tokens that carry the phrase, or none. ``known``: the forms of each token."""
    return [tokens[i] for i in places(wanted, known)]


def places(wanted: Phrase, known: Sequence[frozenset[str]]) -> list[int]:
    """Where the words of the phrase stand first, or nothing."""
    if not wanted.words:
        return []
    for start, here in enumerate(known):
        if wanted.words[0] in here:
            at = [start]
            for word, gap in zip(wanted.words[1:], wanted.gaps[1:], strict=True):
                after = range(at[-1] + 1, min(at[-1] + 2 + gap, len(known)))
                following = next((i for i in after if word in known[i]), None)
                if following is None:
                    break
                at.append(following)
            else:
                return at
    return []


def token_forms(token: Token) -> frozenset[str]:
    if token.pos_ == "PROPN" and token.text[:1].isupper() and _in_name(token):
        return frozenset()
    return frozenset(forms(token.text) | forms(token.lemma_))


def _in_name(token: Token) -> bool:
    """Whether a capitalised word is one of several that make a name."""
    near = [token.head, *token.children] if token.dep_ == "compound" else list(token.children)
    return any(n.i != token.i and n.pos_ == "PROPN" and "compound" in (n.dep_, token.dep_) for n in near)


@lru_cache(maxsize=65536)
def forms(word: str) -> frozenset[str]:
    """The base forms that a word may have: "signalling" to "signal", "neighbours" to "neighbor"."""
    small = word.lower().replace("’", "'")
    found = {small}
    for ending, instead in (
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ied", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("ing", ""),
        ("ing", "e"),
    ):
        stem = small.removesuffix(ending)
        if stem != small and len(stem) > 2 and not small.endswith("ss"):
            found.add(stem + instead)
            if not instead and stem[-1] == stem[-2] and stem[-1] not in "sz":
                found.add(stem[:-1])
    return frozenset(_spelling(f) for f in found)


def _spelling(word: str) -> str:
    """One spelling for British and American forms."""
    if len(word) > 5:
        word = re.sub(r"our(?=$|[a-z]{1,4}$)", "or", word)
        word = re.sub(r"ise(?=$|[dsr]$)", "ize", word)
        word = re.sub(r"isation", "ization", word)
    return re.sub(r"(?<=[a-z]{3})ence(?=$|s$)", "ense", word)
