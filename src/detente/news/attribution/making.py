"""An attribution of a verb put together, and the verb as the lexicon writes it."""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.attribution.found import Found, Reach
from detente.news.attribution.owners import titled
from detente.news.lists import lexicon
from detente.news.lists.lexicon import Frames
from detente.news.parse.syntax import (
    cue_reach,
    outright,
    source_reach,
)

#: Lemmas that the lemmatiser gets wrong.
_LEMMAS = {"hop": "hope", "vy": "vie", "deni": "deny"}
_PAUSES = (",", "—", "–", "-", "--", "(")
DASHES = (",", "—", "–", "-", "--", "”", '"', "’’", "''")


def lemma_of(verb: Token) -> str:
    """The verb as the lexicon writes it, with its particle where the two have a meaning of their own (point_out)."""
    lemma = _LEMMAS.get(verb.lemma_.lower(), verb.lemma_.lower())
    for child in verb.children:
        if (
            child.dep_ in ("prt", "advmod", "prep")
            and child.i == verb.i + 1
            and f"{lemma}_{child.lower_}" in lexicon.VERBS
        ):
            return f"{lemma}_{child.lower_}"
    return lemma


def make(
    rule: str,
    verb: Token,
    who: Token,
    allowed: Frames,
    content: list[Reach],
    cue: Reach | None = None,
    open_: bool | None = None,
) -> Found:
    source, cue = _bare(verb, who, source_reach(who)), cue or cue_of(verb)
    if verb.i < source[0] and who.tag_ != "WP":
        source = (source[0], max(source[1], _told_of(verb, source)))
    return Found(
        rule, [cue], [source], content, allowed.kind, verb, who,
        open="c" in allowed.letters if open_ is None else open_,
        polarity=allowed.polarity, clause=_introducing(verb, source, cue, content),
    )  # fmt: skip


def cue_of(verb: Token) -> Reach:
    """The words of a cue, with the adjective that says how sure it is ("is likely to stress")."""
    first, last = cue_reach(verb)
    link = verb.head.head if verb.dep_ == "xcomp" and verb.head.pos_ == "ADJ" else None
    if link is not None and link.pos_ in ("AUX", "VERB") and 0 < verb.i - link.i <= 6:
        first = min(first, cue_reach(link)[0])
    return first, last


def _bare(verb: Token, who: Token, source: Reach) -> Reach:
    """A source without the mark that closes the quotation before it and without a participle put in between commas.

    "Berg, speaking to veterans in Port Aveline, warned": he is Berg. A participle of saying behind the source reports by itself.
    """
    doc, (first, last) = verb.doc, source
    while first < last and doc[first].text in ("”", '"', "''", "’’", "’", "'", ","):
        first += 1
    for part in doc[first + 1 : last + 1]:
        start = part.left_edge.i
        if (
            part.dep_ not in ("acl", "advcl", "relcl")
            or start <= first + 1
            or doc[start - 1].text not in _PAUSES
        ):
            continue
        if part.dep_ == "relcl" and doc[start - 1].text == ",":
            continue  # `source_reach` and `make` decide on those
        if part == verb and who.pos_ != "PROPN":
            continue  # "the plan, denouncing the pact": a plan does not speak
        if verb.i > last or (
            part.tag_ == "VBG" and lemma_of(part) in lexicon.SPEECH_VERBS and part.lemma_ != "speak"
        ):
            return first, start - 2
    return first, last


def _introducing(verb: Token, source: Reach, cue: Reach, content: list[Reach]) -> Reach:
    """Source, cue and what stands with them (addressee, time, place), up to the content."""
    first, last = min(source[0], cue[0]), max(source[1], cue[1])
    taken = {i for a, b in content for i in range(a, b + 1)}
    quoted = verb.doc.user_data.get("quoted", frozenset())
    for child in verb.children:
        if child.i in quoted and verb.i not in quoted and (child.i < verb.i or not titled(_subtree(child))):
            continue  # a word of what was said, which the parser gave to the verb
        says = child.tag_ == "VBG" and any(c.dep_ == "ccomp" and c.i > child.i for c in child.children)
        if child.dep_ == "advcl" and says and outright(lemma_of(child)):
            continue  # ", adding that ..." owns its quotations itself
        if child.dep_ in ("dobj", "dative", "prep", "npadvmod", "advmod", "advcl", "prt", "xcomp", "tmod"):
            if taken.intersection(range(child.left_edge.i, child.right_edge.i + 1)):
                continue
            if child.left_edge.i <= last + 2:
                last = max(last, child.right_edge.i)
            if child.right_edge.i >= first - 2:
                first = min(first, child.left_edge.i)
    if verb.i < source[0] <= last + 1:  # "said Ann Berg, who leads the pact." with all that is told of her
        last = max(last, min(verb.doc[source[0]].sent.end - 1, _told_of(verb, source)))
    return first, last


def _subtree(token: Token) -> str:
    return token.doc[token.left_edge.i : token.right_edge.i + 1].text


def _told_of(verb: Token, source: Reach) -> int:
    """The end of the clauses and appositions that hang on a source behind its verb."""
    whole = [t.right_edge.i for t in verb.doc[source[0] : source[1] + 1] if t.head == verb]
    return max(whole, default=source[1])
