"""What else a verb may report: infinitives, names given, objects, prepositions, participles, and what the parser lost."""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.attribution import reporting
from detente.news.attribution.clauses import end_of, relative_pronoun
from detente.news.attribution.ends import occasion
from detente.news.attribution.found import Found
from detente.news.attribution.making import lemma_of, make
from detente.news.lists import lexicon
from detente.news.lists.lexicon import Frames
from detente.news.parse.syntax import (
    can_speak,
    cue_reach,
    is_day,
    outright,
    reach,
)


def infinitive(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    if not {"i", "t"} & allowed.letters:
        return None
    for child in verb.children:
        if child.dep_ not in ("xcomp", "ccomp", "advcl") or child.i < verb.i:
            continue
        to = [c for c in child.children if c.dep_ == "aux" and c.lower_ == "to"]
        if not to:
            continue
        between = [c for c in verb.children if c.dep_ in ("dobj", "dative") and verb.i < c.i < to[0].i]
        inner = [c for c in child.children if c.dep_ in ("nsubj", "nsubjpass") and c.i < to[0].i]
        if (between or inner) and "i" in allowed.letters:
            start = to[0].i if allowed.kind == "speech" else (between or inner)[0].left_edge.i
        elif not between and not inner and "t" in allowed.letters and child.dep_ == "xcomp":
            start = to[0].i
        else:
            continue
        if start - 1 > verb.i and verb.doc[start - 1].dep_ == "neg":
            start -= 1
        last = child.right_edge.i
        for other in verb.children:  # "pledged to mend the courts, fix the system and end the war"
            bare = other.tag_ == "VB" and not any(c.dep_ in ("aux", "nsubj") for c in other.children)
            if other.dep_ == "conj" and bare and other.left_edge.i <= last + 2:
                last = other.right_edge.i
        return make("verb-infinitive", verb, who, allowed, [(start, end_of(verb, last))])
    return None


def naming(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """ "labelled X as a Y", "called him a Y", "deemed it premature": the object with what it is called."""
    if "a" not in allowed.letters:
        return None
    doc = verb.doc
    named = [c for c in verb.children if c.dep_ in ("dobj", "nsubj") and c.i > verb.i and c != who]
    relative = relative_pronoun(verb, who)
    for child in verb.children:
        if child.i <= verb.i:
            continue
        as_phrase = child.dep_ == "prep" and child.lower_ == "as"
        small = (
            child.dep_ == "ccomp"
            and child.pos_ in ("ADJ", "NOUN", "PROPN")
            and any(c.dep_ == "nsubj" for c in child.children)
        )
        if child.dep_ in ("oprd", "acomp") or as_phrase or small:
            start = named[0].left_edge.i if named and named[0].i < child.i else child.left_edge.i
            content = [(start, child.right_edge.i)]
            return make("verb-naming", verb, who, allowed, [relative, *content] if relative else content)
    if lemma in ("call", "label", "dub", "brand", "term", "deem") and verb.i + 2 < len(doc):
        # the parser often takes the name for a second object or for an apposition
        objects = [
            c
            for c in verb.children
            if c.dep_ in ("dobj", "dative", "appos", "npadvmod", "ccomp") and c.i > verb.i
        ]
        if (objects and verb.dep_ != "relcl") or relative:
            last = max([c.right_edge.i for c in objects], default=verb.right_edge.i)
            if last > verb.i + 1 or relative:
                first = min([c.left_edge.i for c in objects], default=verb.i + 1)
                content = [(max(first, verb.i + 1), last)] if last > verb.i else []
                return (
                    make("verb-naming", verb, who, allowed, [relative, *content] if relative else content)
                    if content
                    else None
                )
    return None


def preposition(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    cue = cue_reach(verb)
    for child in verb.children:
        if child.dep_ in ("prep", "prt") and child.lower_ in allowed.prepositions and child.i > verb.i:
            inner = [c for c in child.children if c.dep_ in ("pobj", "pcomp", "ccomp", "prep")]
            if inner:
                wide = (cue[0], child.i) if child.i - cue[1] <= 2 else cue
                return make(
                    f"verb-prep-{child.lower_}",
                    verb,
                    who,
                    allowed,
                    [(child.i + 1, end_of(verb, child.right_edge.i))],
                    wide,
                )
    return None


def call_for(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """ "is calling for the envoy to be recalled": the preposition introduces an infinitive with its subject."""
    if "for" not in allowed.prepositions:
        return None
    for child in verb.children:
        if child.dep_ in ("advcl", "xcomp", "ccomp") and child.i > verb.i:
            marks = [c for c in child.children if c.dep_ == "mark" and c.lower_ == "for"]
            to = any(c.dep_ == "aux" and c.lower_ == "to" for c in child.children)
            if marks and to and marks[0].i - cue_reach(verb)[1] <= 2:
                cue = (cue_reach(verb)[0], marks[0].i)
                return make(
                    "verb-for", verb, who, allowed, [(marks[0].i + 1, end_of(verb, child.right_edge.i))], cue
                )
    return None


def objective(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    if "n" not in allowed.letters:
        return None
    for child in verb.children:
        if child.dep_ != "dobj" or child.i < verb.i or child.tag_ in ("WDT", "WP") or is_day(child):
            continue
        if (
            child.tag_ == "PRP"
            and child.lower_ == "it"
            and lemma not in lexicon.SPEECH_VERBS
            and "c" in allowed.letters
        ):
            continue
        data = lemma in lexicon.EVIDENCE_VERBS and lemma not in lexicon.SPEECH_VERBS
        if data and who.lemma_.lower() not in lexicon.ARTEFACTS:
            return None  # a poll shows a lead; a person who shows something does not speak
        if _light(child, lemma):
            return None
        if "i" in allowed.letters and "c" in allowed.letters and can_speak(child, "hear"):
            return None  # "told reporters", "asked me": the one spoken to
        return make(
            "verb-object", verb, who, allowed, [(child.left_edge.i, _with_phrase(verb, child, lemma))]
        )
    return None


def _light(noun: Token, lemma: str) -> bool:
    """Whether verb and object are one cue ("issued a warning"); `frames` takes those."""
    word = noun.lemma_.lower()
    return (
        lemma in lexicon.LIGHT_VERBS
        and (word in lexicon.SPEECH_NOUNS or word in lexicon.ATTITUDE_NOUNS)
        and any(c.dep_ in ("prep", "acl", "relcl", "ccomp") and c.i > noun.i for c in noun.children)
    )


#: Clauses and phrases of the reporter's: when it was said, and while or after what.
_CIRCUMSTANCES = frozenset(
    [
        "after",
        "before",
        "since",
        "until",
        "although",
        "despite",
        "because",
        "amid",
        "during",
        "ahead",
        "through",
        "when",
        "while",
    ]
)
_REASONS = frozenset(("for", "over", "as", "to", "into", "from", "about", "with"))
_REPORTERS = frozenset(
    [
        "while",
        "as",
        "when",
        "after",
        "before",
        "since",
        "until",
        "although",
        "though",
        "if",
        "because",
        "amid",
        "during",
        "ahead",
    ]
)


def _with_phrase(verb: Token, noun: Token, lemma: str) -> int:
    """The object with the phrases right behind it that complete it ("portrayed himself as ...", "backed the plan to ...").

    Time and place of saying, and clauses of the reporter's, do not.
    """
    last = object_end(noun)
    if last < noun.right_edge.i:
        return last
    if verb.lemma_ in lexicon.EVIDENCE_VERBS and any(
        c.dep_ in ("prep", "advcl", "acl") and c.i > last for c in verb.children
    ):
        return end_of(verb, last)
    for child in verb.children:
        if child.left_edge.i != last + 1:
            continue
        if child.dep_ in ("prep", "dative"):
            if child.lower_ in _CIRCUMSTANCES or occasion(child):
                break
            if noun.tag_ == "PRP" and child.lower_ not in _REASONS:
                break
            if child.lower_ == "by" and any(
                c.dep_ == "pcomp" and lemma_of(c) in lexicon.SPEECH_VERBS for c in child.children
            ):
                break  # "by saying": a statement of its own
            last = child.right_edge.i
        elif child.dep_ in ("xcomp", "advcl", "relcl", "acl"):
            if child.left_edge.lower_ in _REPORTERS or not _to(child):
                break
            last = child.right_edge.i
    return last


def _to(verb: Token) -> bool:
    return any(c.dep_ == "aux" and c.lower_ == "to" for c in verb.children)


def object_end(noun: Token) -> int:
    """The object without a clause in which it speaks itself ("rebuked critics who say ...")."""
    last = noun.right_edge.i
    for child in noun.children:
        if (
            child.dep_ == "relcl"
            and lemma_of(child) in lexicon.VERBS
            and any(c.tag_ == "WP" and c.dep_ == "nsubj" for c in child.children)
        ):
            last = min(last, child.left_edge.i - 1)
    return max(last, noun.i)


def participle(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    if "g" not in allowed.letters:
        return None
    for child in verb.children:
        if child.dep_ in ("xcomp", "pcomp", "ccomp") and child.tag_ == "VBG" and child.i > verb.i:
            return make("verb-participle", verb, who, allowed, [reach(child)])
    return None


def lost(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """A verb that only speakers take, and whose content the parser hung elsewhere."""
    if "c" not in allowed.letters or not outright(lemma) or verb.tag_ not in ("VBD", "VBZ", "VBP"):
        return None
    pieces = reporting.around(verb, who)
    if pieces is not None:
        return make("verb-lost-around", verb, who, allowed, pieces)
    behind = reporting.behind(verb, lemma)
    if behind is not None:
        return make("verb-lost-behind", verb, who, allowed, [(behind[0], end_of(verb, behind[1]))])
    return None


def open_(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """A verb of saying without content of its own in the parse: a quotation may still be its."""
    if "c" in allowed.letters and allowed.kind == "speech":
        return make("verb-open", verb, who, allowed, [])
    return None
