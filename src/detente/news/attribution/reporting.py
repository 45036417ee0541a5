"""Reporting clauses that the parser lost: "..., Ann Berg told the panel on Monday." read off the marks around them.

A dependency parser that takes "told" for one more thing that happened leaves it without content. What stands between marks and
holds a name, a verb of saying and nothing but addressee and time is a reporting clause all the same; the sentence around it is
its content. And what stands right behind a verb of saying, though the parser calls it an object, is what was said.
"""

from __future__ import annotations

from spacy.tokens import Span, Token

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
    if not _whole(before):
        return None
    if end < last and doc[end + 1].text not in _MARKS:
        return None
    pieces = [(sent.start, left - 2)]
    if end < last - 1:
        pieces.append((end + 2, last))
    return pieces


def _whole(before: Span) -> bool:
    """Whether what stands before a reporting clause can stand alone: not the bare phrase that says when or where it was said."""
    rest = list(before)
    while rest and rest[0].lower_ in _OPENERS:
        commas = [n for n, t in enumerate(rest) if t.text == ","]
        if not commas:
            return False
        rest = rest[commas[0] + 1 :]
        if not any(t.dep_ in ("nsubj", "nsubjpass", "expl") for t in rest):
            return False
    return any(t.tag_ in _FINITE for t in rest)


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


def echo(verb: Token) -> Reach | None:
    """What stands for a content said before: "said so", "said the same", "suggest otherwise"."""
    doc, first = verb.doc, verb.i + 1
    if first >= len(doc):
        return None
    last = first + 1 if doc[first].lower_ in ("the", "as") and first + 1 < len(doc) else first
    if doc[first : last + 1].text.lower() not in ("so", "the same", "as much", "otherwise", "likewise"):
        return None
    after = doc[last + 1] if last + 1 < len(doc) else None
    if after is not None and (
        after.pos_ in ("NOUN", "PROPN", "ADJ", "ADV", "VERB") or after.lower_ in ("much", "many")
    ):
        return None  # "the same thing", "as much money", "said so little"
    if after is not None and after.dep_ == "prep" and after.lower_ in ("of", "about", "for"):
        last = after.right_edge.i  # "said the same of Berg"
    return first, last


def led_astray(verb: Token, clausal: bool) -> tuple[Token, Reach] | None:
    """Who said it, and what, in "He implied voters were tired", where the parser takes the verb for a participle.

    It shows by two subjects of one finite verb, one before and one behind the verb of saying; by a clause, or by an object and
    a name given to it, that the supposed participle governs, which no passive does ("the camp called the report a lie").
    """
    if verb.tag_ not in ("VBD", "VBN") or verb.dep_ not in ("acl", "amod"):
        return None
    governed = _governed(verb)
    if governed is not None or not clausal:
        return governed
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


#: What may be said of somebody with a clause behind it in the passive: "voters told that it was over".
ADDRESSING = {
    "tell",
    "inform",
    "assure",
    "remind",
    "notify",
    "advise",
    "warn",
    "ask",
    "convince",
    "persuade",
    "teach",
}


def _governed(verb: Token) -> tuple[Token, Reach] | None:
    """The noun before a supposed participle and the clause or the named object that it governs."""
    head = verb.head
    if verb.dep_ != "acl" or head.i >= verb.i or head.dep_ not in ("nsubj", "ROOT", "appos", "conj", "dep"):
        return None
    if any(c.dep_ in ("agent", "aux", "auxpass") for c in verb.children) or verb.lemma_.lower() in ADDRESSING:
        return None
    if any(t.is_punct and t.text not in "’'" for t in verb.doc[head.i + 1 : verb.i]):
        return None
    parts = [c for c in verb.children if c.i > verb.i]
    clauses = [c for c in parts if c.dep_ == "ccomp" and any(g.dep_ == "nsubj" for g in c.children)]
    if clauses:
        return head, (clauses[0].left_edge.i, clauses[0].right_edge.i)
    objects = [c for c in parts if c.dep_ == "dobj"]
    names = [c for c in parts if c.dep_ == "oprd" and objects and c.i > objects[0].i]
    return (head, (objects[0].left_edge.i, names[0].right_edge.i)) if names else None
