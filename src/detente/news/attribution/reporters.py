"""What a reporter adds to a statement in his own voice: where it begins, so that the content ends there.

"52 percent said the truce would hold, | compared with 41 percent in May." Nobody said the comparison. Nor does who vows to
stay say what he did besides: "vowed to keep the pact | and welcomed the ruling".
"""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.lists import lexicon
from detente.news.lists.words import words
from detente.news.parse.syntax import can_speak, subject

_SUMS = words("nouns that sum up")
_BESIDE = {"appos", "npadvmod", "attr", "dep", "conj", "dobj", "nsubj"}


def aside(token: Token, verb: Token) -> bool:
    """Whether a word heads a comparison or an apposition by which the reporter comments on what ``verb`` reports.

    A comparison is his where the source is a share of the people asked; a poll or a person may well have made it.
    """
    doc, first = token.doc, token.left_edge.i
    if not first or doc[first - 1].text not in (",", "—", "–", "-", "--") or _quoted(token):
        return False
    if token.lower_ == "compared" and token.i == first and token.i + 1 < len(doc):
        return doc[token.i + 1].lower_ in ("with", "to") and _share(subject(verb))
    if token.lemma_.lower() not in _SUMS or token.dep_ not in _BESIDE:
        return False
    if doc[first].lower_ not in ("a", "an", "another", "part", "double", "twice", "half"):
        return False
    return any(c.dep_ in ("relcl", "prep", "acl", "appos") and c.i > token.i for c in token.children)


def _share(who: Token | None) -> bool:
    """Whether a source is a number or a percentage of people."""
    if who is None:
        return False
    phrase = who.doc[who.left_edge.i : who.i + 1]
    return any(t.like_num or t.lower_ in ("%", "percent", "half", "third", "quarter", "most") for t in phrase)


def resumed(token: Token) -> Token | None:
    """The verb that a second one without subject stands beside, where the parser hung it into what the first one reports.

    A finite verb is never one of two with an infinitive ("vowed to keep the pact and welcomed the ruling"), a participle never
    one of two with a finite verb ("saying that he was tired and calling him a friend").
    """
    if token.dep_ != "conj" or any(c.dep_ in ("nsubj", "nsubjpass", "expl") for c in token.children):
        return None
    first = token.head
    while first.dep_ == "conj" and first.head != first:
        first = first.head
    if first.dep_ not in ("xcomp", "ccomp", "advcl") or first.head == first or first.head.i > first.i:
        return None
    outer = first.head
    has = [c for c in token.children if c.dep_ in ("aux", "auxpass")]
    if token.tag_ == "VBG":
        return outer if outer.tag_ == "VBG" and first.tag_ != "VBG" and not has else None
    comma = (
        token.left_edge.i
        and token.doc[token.left_edge.i - 1].dep_ == "cc"
        and token.doc[token.left_edge.i - 2].text == ","
    )
    modal = any(c.tag_ == "MD" for c in first.children) and comma and has
    if first.tag_ != "VB" or not (modal or any(c.dep_ == "aux" and c.lower_ == "to" for c in first.children)):
        return None
    finite = token.tag_ if not has else has[0].tag_
    return outer if finite in ("VBD", "VBZ") and outer.tag_ != "VBG" else None


def going(token: Token) -> Token | None:
    """The verb of saying that a participle of saying goes on from, though the parser hung it into what is reported.

    "Berg said the plan had failed, adding that ..." - Berg adds. Where the content has a speaker of its own ("said the minister
    quieted the house, telling it that ...") it may be his, and nothing is taken out of the content.
    """
    if token.tag_ != "VBG" or token.dep_ != "advcl" or not token.left_edge.i or _quoted(token):
        return None
    if (
        token.doc[token.left_edge.i - 1].text not in (",", "”", '"', "''", "’’")
        or token.left_edge.dep_ == "advmod"
    ):
        return None
    if token.lemma_.lower() not in lexicon.SPEECH_VERBS:
        return None
    node = token.head
    for _ in range(4):
        if node.head == node or node.i > token.i:
            return None
        frames = lexicon.SPEECH_VERBS.get(node.head.lemma_.lower())
        if not _quoted(node) and token.lemma_ not in ("add", "note") and _tells(node):
            return None
        if node.dep_ == "ccomp" and node.head.i < node.i and frames is not None and "c" in frames.letters:
            return node.head if any(c.dep_ == "nsubj" for c in node.head.children) else None
        if node.dep_ not in ("conj", "xcomp", "advcl", "ccomp"):
            return None
        node = node.head
    return None


def _tells(node: Token) -> bool:
    """Whether a clause tells what somebody named in it did, so that a participle behind it may be his."""
    inner = [c for c in node.children if c.dep_ == "nsubj" and c.pos_ != "PRON" and can_speak(c, "hear")]
    return bool(inner) and not any(c.tag_ == "MD" or c.dep_ == "neg" for c in node.children)


def _quoted(token: Token) -> bool:
    return token.i in token.doc.user_data.get("quoted", frozenset())
