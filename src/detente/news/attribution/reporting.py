"""Reporting clauses that the parser lost: "..., Ann Berg told the panel on Monday." read off the marks around them.

A dependency parser that takes "told" for one more thing that happened leaves it without content. What stands between marks and
holds a name, a verb of saying and nothing but addressee and time is a reporting clause all the same; the sentence around it is
its content. And what stands right behind a verb of saying, though the parser calls it an object, is what was said.
"""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.attribution.found import Reach
from detente.news.parse.syntax import is_day, source_reach

_MARKS = {",", "”", '"', "''", "’’", "—", "–", "--"}
_FINITE = {"VBD", "VBZ", "VBP", "MD"}
_OPENERS = {
    "when", "after", "before", "as", "while", "if", "asked", "because", "although", "though", "since", "once", "in", "on", "at",
    "during", "by", "for", "with", "but", "and", "so", "then", "later", "earlier", "instead", "however", "meanwhile",
}  # fmt: skip
_LONGEST_SOURCE, _LONGEST_REST = 16, 14


def around(verb: Token, who: Token) -> list[Reach] | None:
    """The sentence around "..., WHO VERB addressee and time" at its end, or between two marks; None where it is no such clause."""
    doc, sent = verb.doc, verb.sent
    source = source_reach(who)
    left, right = min(source[0], verb.i), max(source[1], verb.i)
    if right - left > _LONGEST_SOURCE or left - 4 < sent.start or doc[left - 1].text not in _MARKS:
        return None
    between = doc[source[1] + 1 : verb.i] if who.i < verb.i else doc[verb.i + 1 : source[0]]
    if any(t.tag_ in _FINITE and t.dep_ not in ("aux", "auxpass") for t in between):
        return None
    last = sent.end - 1
    while last > right and (doc[last].is_space or doc[last].text in ".!?"):
        last -= 1
    end = right
    while end < last and doc[end + 1].text not in (*_MARKS, ":", "(", "“", "‘", "``"):
        end += 1
    rest = doc[right + 1 : end + 1]
    if len(rest) > _LONGEST_REST or any(
        t.tag_ in _FINITE or t.dep_ in ("ccomp", "mark") or t.lower_ in ("that", "whether") for t in rest
    ):
        return None
    before = doc[sent.start : left - 1]
    own = [t for t in before if t.tag_ in _FINITE]
    if not own or doc[sent.start].lower_ in _OPENERS:
        return None
    if end < last and doc[end + 1].text not in _MARKS:
        return None
    pieces = [(sent.start, left - 2)]
    if end < last - 1:
        pieces.append((end + 2, last))
    return pieces


def behind(verb: Token, lemma: str) -> Reach | None:
    """What follows the verb as its object, clause-less complement or exclamation ("said using it was wrong", "said yes")."""
    kinds = {"dobj", "xcomp", "ccomp", "intj", "oprd", "acomp"}
    parts = [
        c
        for c in verb.children
        if c.i > verb.i and c.dep_ in kinds and c.tag_ not in ("WDT", "WP") and not is_day(c)
    ]
    if lemma in ("tell", "assure", "remind", "warn") and parts and parts[0].dep_ == "dobj":
        parts = parts[1:]  # whom
    if not parts or parts[0].left_edge.i - verb.i > 6:
        return None
    return parts[0].left_edge.i, max(p.right_edge.i for p in parts)


def led_astray(verb: Token) -> tuple[Token, Reach] | None:
    """Who said it, and what, in "He implied voters were tired", where the parser takes the verb for a participle.

    It shows by two subjects of one finite verb, one before and one behind the verb of saying.
    """
    if verb.tag_ not in ("VBD", "VBN") or verb.dep_ not in ("acl", "amod"):
        return None
    for main in verb.ancestors:
        if main.pos_ not in ("VERB", "AUX"):
            continue
        subjects = [c for c in main.children if c.dep_ in ("nsubj", "nsubjpass")]
        before = [c for c in subjects if c.i < verb.i]
        between = [c for c in subjects if verb.i < c.i < main.i]
        if not before or not between or verb.doc[verb.i + 1].is_punct:
            return None
        if any(t.is_punct or t.tag_ in ("WP", "WDT") for t in verb.doc[before[-1].i + 1 : verb.i]):
            return None
        return before[-1], (between[0].left_edge.i, main.right_edge.i)
    return None
