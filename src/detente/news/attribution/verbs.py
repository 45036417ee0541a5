"""Verbs of saying, attitude, decree and perception: where their source and their content stand."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from detente.news.attribution import reporting
from detente.news.attribution.clauses import antecedent, as_said, clause
from detente.news.attribution.complements import (
    call_for,
    infinitive,
    lost,
    naming,
    objective,
    open_,
    participle,
    preposition,
)
from detente.news.attribution.found import Found
from detente.news.attribution.making import lemma_of, make
from detente.news.attribution.passives import asked, passive
from detente.news.attribution.speaking import has_said, speaker_of
from detente.news.lists import lexicon
from detente.news.parse.syntax import (
    can_speak,
    is_passive,
    subject,
)


def verbal(verb: Token) -> Iterator[Found]:
    """The attribution of one verb, if it makes one: at most one is yielded."""
    lemma = lemma_of(verb)
    frames = lexicon.VERBS.get(lemma)
    evidence = lexicon.EVIDENCE_VERBS.get(lemma)
    if frames is not None and {"c", "a"} & frames.letters:
        led = reporting.led_astray(verb, "c" in frames.letters)
        if led is not None and can_speak(led[0], lemma):
            found = make("verb-led-astray", verb, led[0], frames, [led[1]])
            first, last = found.source[0]
            found.source = [(first, max(led[0].i, min(last, found.cue[0][0] - 1)))]
            yield found
            return
    if (frames is None and evidence is None) or verb.dep_ in (
        "amod",
        "compound",
        "aux",
        "auxpass",
        "prep",
        "case",
    ):
        return
    if is_passive(verb) and not has_said(verb):
        yield from passive(verb, lemma)
        return
    if verb.tag_ == "VBN" and verb.dep_ in ("acl", "advcl") and not _perfect(verb):
        if lemma == "ask" and verb.dep_ == "advcl":
            yield from asked(verb)
        if not (
            verb.dep_ == "acl"
            and verb.head.pos_ == "PROPN"
            and any(c.dep_ in ("dobj", "oprd", "ccomp") for c in verb.children)
        ):
            return
    who = speaker_of(verb)
    if who is None or who == verb:
        return
    allowed = frames or evidence
    assert allowed is not None
    if frames is not None and evidence is not None and frames.kind != "speech":
        allowed = lexicon.joined(evidence, frames)  # "the survey found that", "we found it odd"
    if not can_speak(who, lemma, allowed.kind == "speech") or (
        who.lower_ == "it" and allowed.kind != "speech"
    ):
        return
    if allowed.kind == "attitude" and reporters_own(verb):
        return
    for build in (
        as_said,
        call_for,
        infinitive,
        clause,
        naming,
        preposition,
        objective,
        participle,
        antecedent,
        lost,
        open_,
    ):
        found = build(verb, who, lemma, allowed)
        if found is not None:
            yield found
            return


def _perfect(verb: Token) -> bool:
    return any(c.dep_ == "aux" for c in verb.children)


def reporters_own(verb: Token) -> bool:
    """Whether an attitude stands in what the reporter concludes ("the realities suggest that Russia wants ...")."""
    node = verb
    for _ in range(4):
        if node.head == node:
            return False
        if node.dep_ == "ccomp" and lemma_of(node.head) in lexicon.EVIDENCE_VERBS:
            who = subject(node.head)
            return who is not None and not can_speak(who, lemma_of(node.head))
        node = node.head
    return False
