"""Passives: "is expected to ...", "was accused of ...", "it is feared that ...", "was condemned by the union"."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from detente.news.attribution.found import Found, Reach
from detente.news.lists import lexicon
from detente.news.lists.words import words
from detente.news.parse.syntax import agent, can_speak, cue_reach, reach, source_reach

_REPORTED = words("verbs used in the passive")


_OBJECTS = words("verbs used in the bare passive")


def passive(verb: Token, lemma: str) -> Iterator[Found]:
    """ "is expected to ...", "was accused of ...", "it is feared that ...", "was condemned by the union"."""
    if lemma not in _REPORTED:
        return
    frames = lexicon.VERBS.get(lemma)
    kind, polarity = (frames.kind, frames.polarity) if frames else ("speech", "asserted")
    who = agent(verb)
    if who is not None and not can_speak(who, lemma):
        return
    subjects = [c for c in verb.children if c.dep_ in ("nsubjpass", "nsubj") and c.i < verb.i]
    complements = [c for c in verb.children if c.dep_ in ("xcomp", "ccomp", "oprd", "advcl") and c.i > verb.i]
    preps = [
        c
        for c in verb.children
        if c.dep_ == "prep" and c.i > verb.i and c.lower_ in ("as", "of", "for", "with", "about")
    ]
    finite = [c for c in complements if c.dep_ == "ccomp"]
    content: list[Reach] = []
    as_reported = (
        any(c.dep_ == "mark" and c.lower_ == "as" for c in verb.children) and not subjects and who is not None
    )
    if as_reported:
        content, rule = around(verb), "passive-as"
    elif finite and (not subjects or subjects[0].lower_ == "it"):
        content, rule = [reach(finite[0])], "passive-it"
    elif subjects and who is None:
        useful = [c for c in complements if c.dep_ in ("xcomp", "oprd", "ccomp")] or preps
        if not useful:
            if lemma in _OBJECTS and subjects[0].pos_ != "PRON":
                yield Found(
                    "passive-bare",
                    [cue_reach(verb)],
                    [],
                    [reach(subjects[0])],
                    kind,
                    verb,
                    None,
                    polarity=polarity,
                )
            return
        rest = (useful[0].left_edge.i, useful[0].right_edge.i)
        addressed = lemma in ("tell", "ask", "urge", "warn", "advise", "order", "require")
        content, rule = ([rest] if addressed else [reach(subjects[0]), rest]), "passive-none"
    elif who is not None and (subjects or verb.dep_ == "acl"):
        content = [reach(subjects[0])] if subjects else []
        content += [(c.left_edge.i, c.right_edge.i) for c in (complements or preps)[:1]]
        if not content:  # "the plan described by the envoy"
            content = [_described(verb)]
        rule = "passive-by"
    elif who is not None and lemma == "ask" and complements:
        content, rule = [reach(complements[0])], "passive-by"  # "Asked by Berg whether he would go, ..."
    else:
        return
    if content:
        yield Found(
            rule,
            [cue_reach(verb)],
            [source_reach(who)] if who is not None else [],
            content,
            kind,
            verb,
            who,
            polarity=polarity,
        )


def _described(verb: Token) -> Reach:
    """The noun that a participle hangs on, up to the participle."""
    first, last = verb.head.left_edge.i, verb.left_edge.i - 1
    while last > first and verb.doc[last].is_punct:
        last -= 1
    return first, last


def asked(verb: Token) -> Iterator[Found]:
    """ "Asked whether he would go, ...": a question without its asker."""
    for child in verb.children:
        if child.i > verb.i and (
            child.dep_ in ("ccomp", "advcl")
            or (child.dep_ == "prep" and child.lower_ in ("about", "whether", "if"))
        ):
            start = child.i + 1 if child.dep_ == "prep" else child.left_edge.i
            if start <= child.right_edge.i:
                yield Found(
                    "passive-asked",
                    [cue_reach(verb)],
                    [],
                    [(start, child.right_edge.i)],
                    "speech",
                    verb,
                    None,
                    polarity="asked",
                )
                return


def around(verb: Token) -> list[Reach]:
    """What is left of the sentence when the clause of a verb is taken out."""
    sent, (first, last) = verb.sent, reach(verb)
    pieces = [(sent.start, first - 1), (last + 1, sent.end - 1)]
    return [(a, b) for a, b in pieces if a <= b and any(t.is_alpha for t in verb.doc[a : b + 1])]
