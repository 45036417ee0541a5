"""The ways English has of attributing something, each read off a dependency parse: nouns, adjectives, "according to".

Verbs are in `verbs`. Nothing here looks at quotation marks or at other paragraphs; `attribution` does.
"""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc, Token

from detente.news.attribution.complements import object_end
from detente.news.attribution.found import Found, Reach
from detente.news.attribution.verbs import reporters_own, verbal
from detente.news.lists import lexicon
from detente.news.lists.words import words
from detente.news.parse.syntax import can_speak, cue_reach, is_passive, reach, source_reach, subject


def found_in(doc: Doc) -> Iterator[Found]:
    """Every construction in one paragraph, outer ones not yet told from inner ones."""
    for token in doc:
        if token.pos_ in ("VERB", "AUX") or token.tag_.startswith("VB"):
            yield from verbal(token)
        if token.pos_ in ("NOUN", "PROPN"):
            yield from _noun(token)
        if token.pos_ in ("ADJ", "VERB"):
            yield from _adjective(token)
        if token.lower_ == "according":
            yield from _according(token)
        if token.lower_ == "in" and token.is_sent_start:
            yield from _in_poll(token)
        if token.lower_ == "clear":
            yield from _made_clear(token)


# ------------------------------------------------------------------ nouns


def _fixed(noun: Token) -> Found | None:
    """ "took issue with the plan": verb, object and preposition are the cue."""
    verb = noun.head
    if (
        noun.dep_ != "dobj"
        or f"{verb.lemma_.lower()}_{noun.lemma_.lower()}" not in _FIXED
        or is_passive(verb)
    ):
        return None
    who = subject(verb)
    if who is None or not can_speak(who, "want") or who.lower_ == "it" or reporters_own(verb):
        return None
    for child in [*noun.children, *verb.children]:
        if child.i <= noun.i:
            continue
        if child.dep_ == "prep" and any(c.dep_ in ("pobj", "pcomp") for c in child.children):
            first = cue_reach(verb)[0]
            content = [(child.i + 1, child.right_edge.i)]
            return Found("noun-fixed", [(first, child.i)], [source_reach(who)], content, "speech", noun, who)
        if child.dep_ in ("acl", "ccomp", "relcl") and any(
            c.dep_ == "mark" and c.lower_ == "that" for c in child.children
        ):
            content = [(child.left_edge.i, child.right_edge.i)]
            return Found(
                "noun-fixed",
                [(cue_reach(verb)[0], noun.i)],
                [source_reach(who)],
                content,
                "speech",
                noun,
                who,
            )
    return None


def _noun(noun: Token) -> Iterator[Found]:
    fixed = _fixed(noun)
    if fixed is not None:
        yield fixed
        return
    lemma = noun.lemma_.lower()
    speech = lemma in lexicon.SPEECH_NOUNS
    if not speech and lemma not in lexicon.ATTITUDE_NOUNS:
        return
    kind = "speech" if speech else "attitude"
    complement = _complement(noun)
    verb = noun.head
    if noun.dep_ == "dobj" and verb.lemma_.lower() in lexicon.LIGHT_VERBS and complement:
        who = subject(verb)
        if who is not None and can_speak(who, "want") and not is_passive(verb):
            first, _last = cue_reach(verb)
            yield Found(
                "noun-light",
                [(first, complement[0])],
                [source_reach(who)],
                [(complement[1], max(complement[2], noun.right_edge.i))],
                kind,
                noun,
                who,
            )
            return
    drawn = _drawn(noun, kind)
    if drawn is not None:
        yield drawn
        return
    owners = [c for c in noun.children if c.dep_ == "poss"]
    if owners and complement:
        who = owners[0]
        if (who.tag_ == "PRP$" or can_speak(who, "want")) and (
            complement[3] == "that"
            or (speech and complement[3] == "to")
            or (lemma in _POSSESSED and _of_it(noun, noun.doc[complement[0]], who))
        ):
            yield Found(
                "noun-poss",
                [(noun.i, complement[0])],
                [_owner(who)],
                [(complement[1], complement[2])],
                kind,
                noun,
                who,
            )
            return
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in ("from", "among", "by") and child.i > noun.i:
            inner = [c for c in child.children if c.dep_ == "pobj"]
            if inner and can_speak(inner[0], "want") and complement and complement[1] != child.i:
                yield Found(
                    "noun-from",
                    [(noun.i, noun.i)],
                    [source_reach(inner[0])],
                    [(complement[1], complement[2])],
                    kind,
                    noun,
                    inner[0],
                )
                return
    if (
        complement
        and complement[3] == "that"
        and (noun.tag_ == "NNS" or lemma == "speculation")
        and noun.dep_ != "pobj"
    ):
        yield Found("noun-bare", [(noun.i, noun.i)], [], [(complement[1], complement[2])], kind, noun, None)


#: Nouns that with their owner and a preposition report a stand ("her call for", "his criticism of").
_DRAWING = words("verbs that draw a reaction")
_FIXED = words("fixed phrases")
_POSSESSED = words("nouns that report with an owner")


def _drawn(noun: Token, kind: str) -> Found | None:
    """ "The remark drew criticism from the unions": theirs is the criticism, and the remark is what it is of."""
    verb = noun.head
    if noun.dep_ != "dobj" or verb.lemma_ not in _DRAWING:
        return None
    thing = [c for c in verb.children if c.dep_ == "nsubj" and c.i < verb.i]
    for child in [*noun.children, *verb.children]:
        if child.dep_ == "prep" and child.lower_ == "from" and child.i > noun.i and thing:
            inner = [c for c in child.children if c.dep_ == "pobj"]
            if inner and can_speak(inner[0], "want"):
                return Found(
                    "noun-drawn",
                    [(cue_reach(verb)[0], noun.i)],
                    [(inner[0].left_edge.i, object_end(inner[0]))],
                    [reach(thing[0])],
                    kind,
                    noun,
                    inner[0],
                )
    return None


def _of_it(noun: Token, link: Token, who: Token) -> bool:
    """Whether a preposition names what a reaction is to, not where or to whom; an army's attacks are no words."""
    word = link.lower_
    if noun.lemma_ == "attack" and who.lower_ in ("its", "their"):
        return False
    return word not in ("in", "at", "to") or (word == "to" and noun.lemma_ in ("opposition", "objection"))


def _owner(who: Token) -> Reach:
    first, last = reach(who)
    while last > first and who.doc[last].dep_ == "case":
        last -= 1
    return first, last


def _complement(noun: Token) -> tuple[int, int, int, str] | None:
    """(last token of the cue, first and last of the content, what kind) of what a noun of saying governs."""
    for child in noun.children:
        if child.i <= noun.i:
            continue
        marks = [c for c in child.children if c.dep_ == "mark" and c.lower_ in ("that", "whether")]
        if child.dep_ in ("acl", "ccomp", "relcl") and marks and marks[0].i <= child.left_edge.i + 1:
            return noun.i, child.left_edge.i, child.right_edge.i, "that"
        if child.dep_ in ("acl", "xcomp") and any(
            c.lower_ == "to" and c.dep_ == "aux" for c in child.children
        ):
            return noun.i, child.left_edge.i, child.right_edge.i, "to"
        if child.dep_ == "prep" and child.lower_ in (
            "about",
            "against",
            "for",
            "of",
            "over",
            "on",
            "in",
            "with",
            "at",
            "to",
        ):
            inner = [c for c in child.children if c.dep_ in ("pobj", "pcomp")]
            if inner:
                return child.i, child.i + 1, child.right_edge.i, "prep"
    return None


# ------------------------------------------------------------------ adjectives


def _adjective(word: Token) -> Iterator[Found]:
    """ "is worried about", "are convinced that", "remains willing to"."""
    if word.lower_ not in lexicon.ADJECTIVES:
        return
    head = word.head
    if word.dep_ in ("acomp", "oprd", "attr") and head.pos_ in ("AUX", "VERB"):
        who, first = (
            subject(head),
            min(
                head.i, *[c.i for c in head.children if c.dep_ in ("aux", "neg") and c.i < word.i] or [head.i]
            ),
        )
    elif word.tag_ == "VBN" and is_passive(word):
        who, first = subject(word), cue_reach(word)[0]
    else:
        return
    if who is None or not can_speak(who, "want") or who.lower_ == "it" or reporters_own(head):
        return
    for child in [*word.children, *(head.children if word.dep_ == "acomp" else ())]:
        if child.i <= word.i:
            continue
        if (
            child.dep_ == "prep"
            and child.head.i == word.i
            and child.lower_ in ("about", "of", "with", "at", "by", "in", "for", "to", "over")
        ) and any(c.dep_ in ("pobj", "pcomp") for c in child.children):
            yield Found(
                "adjective",
                [(first, child.i)],
                [source_reach(who)],
                [(child.i + 1, child.right_edge.i)],
                "attitude",
                word,
                who,
            )
            return
        if child.dep_ in ("ccomp", "xcomp") and child.head.i in (word.i, head.i):
            yield Found(
                "adjective",
                [(first, word.i)],
                [source_reach(who)],
                [(child.left_edge.i, child.right_edge.i)],
                "attitude",
                word,
                who,
            )
            return


# ------------------------------------------------------------------ prepositions


def _according(token: Token) -> Iterator[Found]:
    """ "according to the ministry"; "according to plan" is no source."""
    doc = token.doc
    if token.i + 1 >= len(doc) or doc[token.i + 1].lower_ != "to":
        return
    to = doc[token.i + 1]
    inner = [c for c in to.children if c.dep_ == "pobj"]
    if not inner or inner[0].lower_ in (
        "plan",
        "plans",
        "schedule",
        "law",
        "need",
        "taste",
        "custom",
        "tradition",
        "size",
        "protocol",
        "rank",
        "order",
    ):
        return
    who = inner[0]
    source = source_reach(who)
    sent = token.sent
    left, right = token.i, source[1]
    # what else hangs between commas around the phrase is not looked at; the sentence is the content
    content: list[Reach] = []
    if left - 1 > sent.start:
        content.append((sent.start, left - 1))
    if right + 1 < sent.end - 1:
        content.append((right + 1, sent.end - 1))
    if content:
        yield Found("according", [(token.i, to.i)], [source], content, "speech", token, who)


def _in_poll(token: Token) -> Iterator[Found]:
    """ "In the Lantern poll, four in ten back the truce": what a poll found, where no verb says that it did."""
    doc, sent = token.doc, token.sent
    inner = [c for c in token.children if c.dep_ == "pobj" and c.lemma_.lower() in ("poll", "survey")]
    if not inner or any(t.lemma_.lower() in lexicon.SPEECH_VERBS and t.pos_ == "VERB" for t in sent):
        return
    last = inner[0].right_edge.i
    if last + 2 >= sent.end or doc[last + 1].text != ",":
        return
    source = (inner[0].left_edge.i, last)
    yield Found(
        "in-poll", [(token.i, token.i)], [source], [(last + 2, sent.end - 1)], "speech", token, inner[0]
    )


def _made_clear(word: Token) -> Iterator[Found]:
    """ "made (it) clear that ...": verb and adjective are one cue."""
    verb = word.head
    if verb.lemma_ != "make" or not 0 < word.i - verb.i <= 2:
        return
    who = subject(verb)
    clause = [
        c
        for c in [*word.children, *verb.children]
        if c.i > word.i and c.dep_ in ("csubj", "advcl", "ccomp", "acl")
    ]
    if who is None or not can_speak(who, "want") or who.lower_ == "it" or is_passive(verb) or not clause:
        return
    start = clause[0].left_edge.i
    if start == word.i + 1:
        cue, content = (cue_reach(verb)[0], word.i), (start, clause[0].right_edge.i)
        yield Found(
            "made-clear",
            [cue],
            [source_reach(who)],
            [content],
            "speech",
            verb,
            who,
            open=True,
            clause=(min(source_reach(who)[0], cue[0]), cue[1]),
        )
