"""Whether the subject of a clause is the speaker's own side, somebody else, or not to be told.

Own side: "I" and "we" in a quotation; in reported words the pronoun that can only stand for the source; "his government"; a
name that is the speaker, a body the speaker belongs to, that stands before "its minister said", or that the source itself
bears ("Orvania" in the words of "Orvania's minister", "the Orvanian envoy"). Somebody else: everything that is said of a
named actor by a speaker whose side is known to be another, and by onlookers (analysts, engineers, polls). Things that
cannot act are "thing".
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Token

from detente.news.acts.forms import listed
from detente.news.lists.lexicon import PEOPLE
from detente.news.matching.scope import NOBODY, expletive

Side = Literal["own", "other", "thing", "unknown"]
_FIRST = frozenset({"i", "we", "me", "us", "my", "our", "mine", "ours"})
_GOES_ON = frozenset(
    {"keep", "continue", "begin", "start", "stop", "try", "go", "stand"}
)  # "it would keep supplying"
_THIRD = frozenset({"he", "she", "they", "it", "his", "her", "their", "its"})


@dataclass(frozen=True)
class Voice:
    """Who speaks, as far as it bears on sides. ``own``: tokens of the document that name the speaker or his side, by
    (paragraph, token); ``named``: tokens that name any actor."""

    kind: str | None  # of the actor; None where the speaker is not known
    bound: bool  # whether it is known whom the speaker speaks for
    source: tuple[Token, ...]
    own: Collection[tuple[int, int]]
    named: Collection[tuple[int, int]]
    quoted: Collection[
        int
    ]  # code points that stand in quotation marks are told by the caller, as token numbers

    @property
    def official(self) -> bool:
        """Whether the speaker speaks for a country or body, by what is known of him or by the words of the source."""
        return self.bound or any(_national(t) for t in self.source)

    @property
    def onlooker(self) -> bool:
        return any(t.lemma_.lower() in listed("observers") for t in self.source)


def side(subject: Token, paragraph: int, voice: Voice, content: Sequence[Token]) -> Side:
    """The side of a subject in paragraph number ``paragraph``; ``content`` are the tokens of the statement."""
    word = subject.lower_
    quoted = subject.i in voice.quoted
    if subject.dep_ == "expl" or word in NOBODY or word == "there":
        return "thing"
    if subject.pos_ == "PRON" or subject.tag_ == "PRP":
        return _pronoun(subject, word, quoted, voice, content)
    owner = next((c for c in subject.children if c.dep_ == "poss"), None)
    body = subject.lemma_.lower() in listed("own bodies")
    if owner is not None and body and owner.lower_ in _FIRST | _THIRD:
        if quoted:
            return "own" if owner.lower_ in _FIRST else "other"
        return "own" if owner.lower_ in _THIRD and _first_there(subject, voice, content) else "unknown"
    near = [c for c in subject.children if c.dep_ in ("compound", "amod", "poss")] if body else []
    for token in (subject, *near):
        if (paragraph, token.i) in voice.own or (_name(token) and _borne(token, voice.source)):
            return "own"
    if (body or _name(subject)) and any(
        t.lower_ in ("its", "their") and t.dep_ == "poss" for t in voice.source[:1]
    ):
        return "own" if subject.dep_ == "nsubj" and _first_there(subject, voice, content) else "unknown"
    acts = _name(subject) or (paragraph, subject.i) in voice.named or _person(subject)
    if not acts:
        return "thing"
    if voice.onlooker:
        return "other"
    foreign = any((paragraph, t.i) in voice.named or _name(t) for t in (subject, *near))
    return "other" if foreign and (voice.bound or any(_national(t) for t in voice.source)) else "unknown"


def _pronoun(subject: Token, word: str, quoted: bool, voice: Voice, content: Sequence[Token]) -> Side:
    if word in ("i", "we"):
        return "own" if quoted or word == "we" else "unknown"
    if word in ("this", "that", "these", "those", "what", "which"):
        return "thing"
    stands = any(c.dep_ == "acomp" and c.lower_ in listed("ready") for c in subject.head.children)
    if word == "it" and expletive(subject) and not stands and subject.head.lemma_ not in _GOES_ON:
        return "thing" if subject.head.lemma_.lower() in listed("with an empty subject") else "unknown"
    if quoted or word == "you":
        return "other" if word in ("he", "she", "they", "you") else "thing"
    if word not in _THIRD or not _first_there(subject, voice, content):
        return "unknown"
    if word in ("it", "they") and any(
        t.pos_ == "NOUN" and (t.tag_ == "NNS") == (word == "they") and t.i < subject.i for t in content
    ):
        return "unknown"  # things named before, which it may stand for
    plural = any(t.tag_ in ("NNS", "NNPS") for t in voice.source)
    if word in ("he", "she"):
        return "own" if voice.kind in (None, "person", "unnamed") and not plural else "unknown"
    if word == "it":
        return "own" if voice.kind in ("country", "organisation", "group") and not plural else "unknown"
    return "own" if plural or voice.kind in ("country", "organisation", "group") else "unknown"


def _first_there(subject: Token, voice: Voice, content: Sequence[Token]) -> bool:
    """Whether nobody else was named in the content before, whom the pronoun could stand for."""
    personal = {"he", "she", "his", "her"} & {t.lower_ for t in (subject, *subject.children)}
    inside = {t.i for t in subject.subtree}  # "the Coastal League": its own first word is nobody else
    before = [t for t in content if t.i < subject.i and t.doc is subject.doc and t.i not in inside]
    before = [t for t in before if t.ent_type_ not in ("DATE", "TIME")]
    if personal:  # whom a country or a body in between cannot be
        before = [t for t in before if t.ent_type_ not in ("GPE", "ORG", "NORP")]
    return not any(_name(t) or (_person(t) and t.dep_ in ("nsubj", "nsubjpass")) for t in before)


def _name(token: Token) -> bool:
    return token.text[:1].isupper() and (token.pos_ == "PROPN" or token.ent_type_ in ("GPE", "ORG", "NORP"))


def _national(token: Token) -> bool:
    """ "Orvania's", "Orvanian" in a source."""
    beside = token.dep_ in ("poss", "amod") and token.pos_ in ("PROPN", "ADJ")
    office = (
        token.pos_ == "PROPN" and token.head.pos_ == "NOUN"
    )  # "the Mardovan minister", whatever the parser makes of it
    of = token.dep_ == "pobj" and token.head.lower_ in ("of", "for")
    named = (token.dep_ in ("compound", "nmod") or of) and (token.ent_type_ in ("GPE", "NORP") or office)
    return token.text[:1].isupper() and (beside or named)


def _person(token: Token) -> bool:
    return token.pos_ == "NOUN" and (
        token.lemma_.lower() in PEOPLE or token.lemma_.lower() in listed("own bodies")
    )


def _borne(token: Token, source: Sequence[Token]) -> bool:
    """Whether a name, or the name of its people, is in the source: Orvania, Orvanian."""
    return any(t.text[:1].isupper() and _akin(token.lower_, t.lower_) for t in source if len(t.text) > 3)


def _akin(one: str, other: str) -> bool:
    least = min(len(one), len(other))
    common = next((i for i in range(least) if one[i] != other[i]), least)
    return common >= max(4, least - 1)
