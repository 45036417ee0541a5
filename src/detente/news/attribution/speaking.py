"""Who says it: the subject of a verb of saying, also where the parser gives it none or a wrong one."""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.attribution.reporters import going, resumed
from detente.news.attribution.reporting import ADDRESSING
from detente.news.parse.syntax import is_day, outright, subject

#: "is likely to say", "was quick to deny": whoever is so says it.
_APT = frozenset(
    (
        "likely",
        "unlikely",
        "quick",
        "quicker",
        "apt",
        "prone",
        "right",
        "wrong",
        "free",
        "able",
        "first",
        "loath",
    )
)
#: "in addition to stating", "instead of saying": phrases that stand for a preposition.
_PHRASES = frozenset(("addition", "instead", "because", "lieu", "rather"))


def speaker_of(verb: Token, depth: int = 0) -> Token | None:
    """The subject of a verb; not a word of the quotation before it, which the parser may take for one.

    None where nobody is told. A finite verb that the parser left without subject takes the name or noun right before it.
    """
    outer = resumed(verb) or going(verb)
    if outer is not None:
        return speaker_of(outer, depth + 1)
    quoted = verb.doc.user_data.get("quoted", frozenset())
    who = subject(verb)
    if who is None and depth < 3:
        further = _governor(verb)
        if further is not None:
            return speaker_of(further, depth + 1)
        return _behind_quotation(verb, quoted) or _clamoring(verb) or _before(verb, quoted)
    if who is None or who.i not in quoted or verb.i in quoted:
        return who
    return _between(verb, quoted)


def _governor(verb: Token) -> Token | None:
    """The verb whose subject is the one of this: over an adjective ("is likely to say") or a phrase ("in addition to saying")."""
    head = verb.head
    if verb.dep_ == "xcomp" and head.pos_ == "ADJ" and head.lower_ in _APT and head.dep_ in ("acomp", "attr"):
        return head.head if head.head.pos_ in ("AUX", "VERB") else None
    if verb.dep_ == "pcomp" and head.dep_ == "prep" and head.head.lower_ in _PHRASES:
        node = head.head
        for _ in range(3):
            if node.pos_ in ("AUX", "VERB") or node.head == node:
                break
            node = node.head
        return node if node.pos_ in ("AUX", "VERB") and node.i > verb.i else None
    return None


def _clamoring(verb: Token) -> Token | None:
    """The noun in "activists clamoring to block it say", where the parser makes the participle the subject."""
    for child in verb.children:
        if child.dep_ == "csubj" and child.tag_ == "VBG" and child.i < verb.i:
            inner = [c for c in child.children if c.dep_ == "nsubj" and c.i < child.i]
            if inner and verb.tag_ in ("VBP", "VBD", "VBZ"):
                return inner[0]
    return None


def _before(verb: Token, quoted: frozenset[int]) -> Token | None:
    """The name, pronoun or noun right before a finite verb of saying that has no subject in the parse.

    Adverbs and one incidental phrase between commas may stand between: "Lund, 44, said", "Lund, without naming him, also accused".
    """
    doc, at = verb.doc, verb.i - 1
    finite = verb.tag_ in ("VBD", "VBZ") or (
        verb.tag_ == "VBN"
        and verb.dep_ == "ROOT"
        and not any(c.dep_ in ("aux", "auxpass") for c in verb.children)
    )
    if not finite or verb.dep_ not in ("ROOT", "ccomp", "parataxis") or not outright(verb.lemma_.lower()):
        return None
    while at > verb.sent.start and (doc[at].pos_ == "ADV" or doc[at].tag_ == "RB") and not _capital(doc[at]):
        at -= 1
    if at > verb.sent.start and doc[at].text == ",":
        at = _past_aside(verb, at)
    if at < verb.sent.start or at in quoted or is_day(doc[at]):
        return None
    if doc[at].tag_ in ("PRP", "NNP", "NNPS") and doc[at].lower_ not in ("him", "her", "them", "us", "me"):
        return doc[at]
    if _capital(doc[at]) and at > verb.sent.start and doc[at].pos_ in ("ADV", "ADJ", "NOUN", "VERB"):
        return doc[at]  # a name that the tagger does not know
    determined = any(c.dep_ in ("det", "poss") for c in doc[at].children)
    return doc[at] if doc[at].pos_ == "NOUN" and determined and doc[at].dep_ not in ("pobj", "dobj") else None


def _capital(token: Token) -> bool:
    return token.text[:1].isupper() and token.text[1:].islower() and not token.is_sent_start


def _past_aside(verb: Token, comma: int) -> int:
    """Where the word before an incidental phrase stands whose second comma is ``comma``; -1 where there is no such phrase."""
    doc = verb.doc
    for at in range(comma - 1, max(verb.sent.start, comma - _LONGEST_ASIDE), -1):
        token = doc[at]
        if token.text == ",":
            inside = doc[at + 1 : comma]
            relative = inside[0].tag_ in ("WP", "WDT", "WP$")
            finite = any(t.tag_ in ("VBD", "VBZ", "VBP", "MD") for t in inside)
            names = doc[at - 1].tag_ in ("NNP", "NNPS") or _capital(doc[at - 1])
            return at - 1 if names and finite == relative else -1
        if token.text in ("“", "”", '"', "''", ";", ":", "—"):
            return -1
    return -1


_LONGEST_ASIDE = 14


def _behind_quotation(verb: Token, quoted: frozenset[int]) -> Token | None:
    """Who follows the verb that follows a quotation: "...,” added another of the envoys", parsed as what was added."""
    doc = verb.doc
    if (
        verb.tag_ not in ("VBD", "VBZ")
        or verb.i < 2
        or verb.i - 1 not in quoted
        or not outright(verb.lemma_.lower())
    ):
        return None
    if doc[verb.i - 2].text not in (",", "?", "!") or verb.i + 1 >= len(doc):
        return None
    phrases = [
        t
        for t in doc[verb.i + 1 : verb.sent.end]
        if t.left_edge.i == verb.i + 1 and t.head.i <= verb.i and t.pos_ in ("NOUN", "PROPN", "PRON", "DET")
    ]
    return phrases[0] if phrases and not is_day(phrases[0]) else None


def has_said(verb: Token) -> bool:
    """Whether "he's called for a truce" is "he has": the parser takes the short form for a passive.

    It shows by an object, a clause or "for" behind the verb, which "he is called" does not have.
    """
    short = [c for c in verb.children if c.dep_ in ("auxpass", "aux") and c.lower_ in ("'s", "’s")]
    if not short or verb.lemma_.lower() in ADDRESSING or any(c.dep_ == "agent" for c in verb.children):
        return False
    if any(
        c.dep_ in ("nsubj", "nsubjpass") and c.lower_ in ("it", "that", "this", "what") for c in verb.children
    ):
        return False
    behind = [c for c in verb.children if c.i > verb.i]
    return any(
        c.dep_ == "dobj"
        or (c.dep_ == "ccomp" and c.pos_ in ("VERB", "AUX"))
        or (c.dep_ == "prep" and c.lower_ == "for")
        for c in behind
    )


def _between(verb: Token, quoted: frozenset[int]) -> Token | None:
    """The name or pronoun between a closing quotation mark and the verb."""
    first = verb.i
    while first - 1 not in quoted and first > verb.sent.start:
        first -= 1
    names = [
        t
        for t in verb.doc[first : verb.i]
        if t.pos_ in ("PROPN", "PRON") and t.head.i not in range(first, t.i)
    ]
    names = [t for t in names if t.i + 1 >= len(verb.doc) or verb.doc[t.i + 1].pos_ != "PROPN"]
    return names[0] if names and names[0].i - first <= 6 else None
