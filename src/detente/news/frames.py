"""Where the content of a cue stands: one function for each way English has of attributing something.

Each function takes one word of a parsed paragraph and yields `Found`, in token numbers of that paragraph. Nothing here
looks at quotation marks or at other paragraphs; `attribution` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

from . import lexicon
from .syntax import agent, can_speak, cue_reach, is_passive, reach, source_reach, subject

Reach = tuple[int, int]  # first and last token number, inclusive


@dataclass
class Found:
    """One attribution in token numbers. ``rule`` names the construction; ``open`` marks verbs that may own a quotation."""

    rule: str
    cue: list[Reach]
    source: list[Reach]
    content: list[Reach]
    kind: str
    anchor: Token  # the word that makes it an attribution
    speaker: Token | None  # head of the source
    open: bool = False
    polarity: str = "asserted"
    chars: list[tuple[int, int]] = field(default_factory=list)  # content found through quotation marks
    clause: Reach | None = None  # the stretch that introduces the content: source, cue, addressee, time


def found_in(doc: Doc) -> Iterator[Found]:
    """Every construction in one paragraph, outer ones not yet told from inner ones."""
    for token in doc:
        if token.pos_ in ("VERB", "AUX") or token.tag_.startswith("VB"):
            yield from _verb(token)
        if token.pos_ in ("NOUN", "PROPN"):
            yield from _noun(token)
        if token.pos_ in ("ADJ", "VERB"):
            yield from _adjective(token)
        if token.lower_ == "according":
            yield from _according(token)


# ------------------------------------------------------------------ verbs


def _verb(verb: Token) -> Iterator[Found]:
    lemma = verb.lemma_.lower()
    frames = lexicon.VERBS.get(lemma)
    evidence = lexicon.EVIDENCE_VERBS.get(lemma)
    if frames is None and evidence is None or verb.dep_ in ("amod", "compound", "aux", "auxpass", "prep"):
        return
    if is_passive(verb):
        yield from _passive(verb, lemma)
        return
    if verb.tag_ == "VBN" and verb.dep_ == "acl":
        return
    who = subject(verb)
    if who is None or who.i == verb.i:
        return
    allowed = frames or evidence
    assert allowed is not None
    if not can_speak(who, lemma, allowed.kind == "speech"):
        return
    if who.lower_ == "it" and allowed.kind != "speech":
        return
    letters = allowed.letters
    source, cue = source_reach(who), cue_reach(verb)
    common = {
        "source": [source],
        "kind": allowed.kind,
        "anchor": verb,
        "speaker": who,
        "polarity": allowed.polarity,
    }
    if "c" in letters:
        clause = _clause(verb, who)
        if clause is not None:
            rule, content = clause
            yield Found(
                f"verb-clause-{rule}",
                [cue],
                content=content,
                open=True,
                clause=_introducing(verb, source, cue, content),
                **common,
            )
            return
    if "i" in letters or "t" in letters:
        content = _infinitive(verb, letters, allowed.kind)
        if content:
            yield Found(
                "verb-infinitive",
                [cue],
                content=[content],
                open="c" in letters,
                clause=_introducing(verb, source, cue, [content]),
                **common,
            )
            return
    if "a" in letters:
        content = _naming(verb, lemma)
        if content:
            yield Found("verb-naming", [cue], content=[content], **common)
            return
    if allowed.prepositions:
        for child in verb.children:
            if child.dep_ in ("prep", "prt") and child.lower_ in allowed.prepositions and child.i > verb.i:
                inner = [c for c in child.children if c.dep_ in ("pobj", "pcomp", "ccomp", "prep")]
                if inner:
                    start, end = inner[0].left_edge.i, _end(verb, child.right_edge.i)
                    wide = (cue[0], child.i) if child.i - cue[1] <= 2 else cue
                    yield Found(
                        f"verb-prep-{child.lower_}",
                        [wide],
                        content=[(start, end)],
                        open="c" in letters,
                        clause=_introducing(verb, source, wide, [(start, end)]),
                        **common,
                    )
                    return
    if "n" in letters:
        for child in verb.children:
            if (
                child.dep_ == "dobj"
                and child.i > verb.i
                and child.tag_ not in ("PRP",)
                or child.dep_ == "dobj"
                and lemma in lexicon.SPEECH_VERBS
                and child.i > verb.i
            ):
                yield Found(
                    "verb-object",
                    [cue],
                    content=[(child.left_edge.i, _end(verb, child.right_edge.i))],
                    open="c" in letters,
                    clause=_introducing(verb, source, cue, []),
                    **common,
                )
                return
    if "g" in letters:
        for child in verb.children:
            if child.dep_ in ("xcomp", "pcomp", "ccomp") and child.tag_ == "VBG":
                yield Found("verb-participle", [cue], content=[reach(child)], **common)
                return
    if "c" in letters and allowed.kind == "speech":
        yield Found(
            "verb-open", [cue], content=[], open=True, clause=_introducing(verb, source, cue, []), **common
        )


def _clause(verb: Token, who: Token) -> tuple[str, list[Reach]] | None:
    """The clause that a verb of saying governs, before it, after it, or around it."""
    after = [c for c in verb.children if c.dep_ in ("ccomp", "parataxis") and c.i > verb.i]
    before = [
        c
        for c in verb.children
        if c.dep_ == "ccomp"
        and c.i < verb.i
        and c.i < who.i
        or c.dep_ == "ccomp"
        and c.right_edge.i < verb.i
        and c.right_edge.i < who.i
    ]
    if after:
        first = after[0]
        start = first.left_edge.i
        # an object that the parser gave to the verb, though the clause begins with it ("said the plan to ... would")
        while (
            start - 1 > max(verb.i, who.i)
            and verb.doc[start - 1].head.i >= start
            and verb.doc[start - 1].head.i <= first.right_edge.i
        ):
            start -= 1
        if start <= max(verb.i, cue_reach(verb)[1]):
            start = cue_reach(verb)[1] + 1
        if who.i > verb.i and start <= who.right_edge.i:
            start = who.right_edge.i + 1
        end = _end(verb, first.right_edge.i)
        if start <= end:
            return "after", [(start, end)]
    if before:
        last = before[-1]
        clause_start = min(verb.left_edge.i if False else verb.i, source_reach(who)[0], cue_reach(verb)[0])
        doc = verb.doc
        start = last.left_edge.i
        if verb.dep_ == "ROOT":
            start = min(start, verb.sent.start)
        pieces = [(start, clause_start - 1)]
        tail = max(verb.i, source_reach(who)[1])
        # "The plan, he said, would fail": the clause goes on behind the cue
        if last.right_edge.i > tail:
            rest = tail + 1
            pieces.append((rest, last.right_edge.i))
        if pieces[0][0] <= pieces[0][1] and doc[pieces[0][1]].text not in ("that",):
            return "before", pieces
    if verb.dep_ in ("parataxis", "ccomp", "advcl", "relcl", "conj", "acl") and not [
        c for c in verb.children if c.dep_ in ("dobj", "xcomp")
    ]:
        # "The plan, he said, would fail" with the verb hung into the clause
        left, right = (
            min(source_reach(who)[0], cue_reach(verb)[0]),
            max(source_reach(who)[1], cue_reach(verb)[1]),
        )
        doc = verb.doc
        if (
            left > verb.sent.start
            and doc[left - 1].text in (",", "—", "–", "-", '"', "”", "’")
            and who.dep_ in ("nsubj",)
            and who.head is verb
        ):
            closes = right + 1 >= len(doc) or doc[right + 1].text in (",", ".", "—", "–", ";")
            if verb.dep_ == "parataxis" or (
                closes
                and verb.dep_ in ("ccomp", "advcl")
                and not any(c.dep_ in ("mark", "advmod") for c in verb.children)
            ):
                pieces = [(verb.sent.start, left - 1)]
                if right + 2 < verb.sent.end and doc[right + 1].text in (",", "—", "–"):
                    pieces.append((right + 2, verb.sent.end - 1))
                return "inserted", pieces
    return None


def _end(verb: Token, end: int) -> int:
    """How far the content reaches: to the end of what hangs on the verb, short of a verb beside it."""
    doc, limit = verb.doc, verb.right_edge.i
    for child in verb.children:
        if child.i <= verb.i:
            continue
        stops = child.dep_ == "conj" or (
            child.dep_ == "advcl" and child.left_edge.i > end and doc[child.left_edge.i - 1].text == ","
        )
        if (stops or child.dep_ == "parataxis") and child.left_edge.i > end:
            start = child.left_edge.i
            while start - 1 > end and (doc[start - 1].dep_ == "cc" or doc[start - 1].is_punct):
                start -= 1
            limit = min(limit, start - 1)
    return max(end, limit)


def _infinitive(verb: Token, letters: frozenset[str], kind: str) -> Reach | None:
    for child in verb.children:
        if child.dep_ in ("xcomp", "ccomp", "advcl") and child.i > verb.i:
            to = [c for c in child.children if c.dep_ == "aux" and c.lower_ == "to"]
            if not to:
                continue
            between = [c for c in verb.children if c.dep_ in ("dobj", "dative") and verb.i < c.i < to[0].i]
            inner = [c for c in child.children if c.dep_ in ("nsubj", "nsubjpass") and c.i < to[0].i]
            if (between or inner) and "i" in letters:
                start = to[0].i if kind == "speech" else (between or inner)[0].left_edge.i
                return start, _end(verb, child.right_edge.i)
            if not between and not inner and "t" in letters and child.dep_ == "xcomp":
                return to[0].i, _end(verb, child.right_edge.i)
    return None


def _naming(verb: Token, lemma: str) -> Reach | None:
    """ "labelled X as a Y", "called him a Y", "deemed it premature": the object with what it is called."""
    named = [c for c in verb.children if c.dep_ in ("dobj", "nsubj") and c.i > verb.i]
    for child in verb.children:
        if child.i <= verb.i:
            continue
        if child.dep_ in ("oprd", "acomp") or (child.dep_ == "prep" and child.lower_ == "as"):
            start = named[0].left_edge.i if named and named[0].i < child.i else child.left_edge.i
            return start, _end(verb, child.right_edge.i)
        if (
            child.dep_ == "ccomp"
            and child.pos_ in ("ADJ", "NOUN", "PROPN")
            and any(c.dep_ == "nsubj" for c in child.children)
        ):
            return child.left_edge.i, _end(verb, child.right_edge.i)
    return None


def _introducing(verb: Token, source: Reach, cue: Reach, content: list[Reach]) -> Reach:
    """Source, cue and what stands with them (addressee, time, place), up to the content."""
    first, last = min(source[0], cue[0]), max(source[1], cue[1])
    taken = {i for a, b in content for i in range(a, b + 1)}
    for child in verb.children:
        if child.dep_ in (
            "dobj",
            "dative",
            "prep",
            "npadvmod",
            "advmod",
            "advcl",
            "prt",
            "xcomp",
            "tmod",
        ) and not taken & set(range(child.left_edge.i, child.right_edge.i + 1)):
            if child.left_edge.i <= last + 2:
                last = max(last, child.right_edge.i)
            if child.right_edge.i >= first - 2:
                first = min(first, child.left_edge.i)
    return first, last


_REPORTED = frozenset(
    """say believe think expect report allege rumor rumour know understand assume presume fear hope estimate predict project
    consider suspect see view regard deem call describe label dub accuse charge criticize criticise blame condemn denounce
    praise tell ask urge warn advise quote cite endorse support oppose welcome reject deny mention announce confirm propose
    demand declare recommend suggest order forbid ban approve reveal disclose note discuss debate attack slam blast mock
    ridicule portray depict characterize characterise brand accept decide agree intend require question dispute""".split()
)


def _passive(verb: Token, lemma: str) -> Iterator[Found]:
    """ "is expected to ...", "was accused of ...", "it is feared that ...", "was condemned by the union"."""
    if lemma not in _REPORTED:
        return
    frames = lexicon.VERBS.get(lemma)
    kind = frames.kind if frames else "speech"
    polarity = frames.polarity if frames else "asserted"
    who = agent(verb)
    if who is not None and not can_speak(who, lemma):
        return
    subjects = [c for c in verb.children if c.dep_ in ("nsubjpass", "nsubj") and c.i < verb.i]
    cue = cue_reach(verb)
    complements = [c for c in verb.children if c.dep_ in ("xcomp", "ccomp", "oprd", "advcl") and c.i > verb.i]
    preps = [
        c
        for c in verb.children
        if c.dep_ == "prep" and c.i > verb.i and c.lower_ in ("as", "of", "for", "with")
    ]
    content: list[Reach] = []
    expletive = bool(subjects) and subjects[0].lower_ == "it" and any(c.dep_ == "ccomp" for c in complements)
    finite = [c for c in complements if c.dep_ == "ccomp"]
    if expletive or (finite and not subjects):
        content = [reach(finite[0])]
        rule = "passive-it"
    elif subjects and who is None:
        useful = [c for c in complements if c.dep_ in ("xcomp", "oprd", "ccomp")] or preps
        if not useful:
            return
        if lemma in ("tell", "ask", "urge", "warn", "advise", "order", "require"):
            content = [(useful[0].left_edge.i, useful[0].right_edge.i)]
        else:
            content = [reach(subjects[0]), (useful[0].left_edge.i, useful[0].right_edge.i)]
        rule = "passive-none"
    elif who is not None and (subjects or verb.dep_ == "acl"):
        thing = reach(subjects[0]) if subjects else None
        content = [thing] if thing else []
        content += [(c.left_edge.i, c.right_edge.i) for c in (complements or preps)[:1]]
        rule = "passive-by"
    else:
        return
    if not content:
        return
    yield Found(
        rule,
        [cue],
        [source_reach(who)] if who is not None else [],
        content,
        kind,
        verb,
        who,
        polarity=polarity,
    )


# ------------------------------------------------------------------ nouns


def _noun(noun: Token) -> Iterator[Found]:
    lemma = noun.lemma_.lower()
    speech = lemma in lexicon.SPEECH_NOUNS
    if not speech and lemma not in lexicon.ATTITUDE_NOUNS:
        return
    kind = "speech" if speech else "attitude"
    complement = _complement(noun)
    verb = noun.head
    if noun.dep_ == "dobj" and verb.lemma_.lower() in lexicon.LIGHT_VERBS and complement:
        who = subject(verb)
        if who is not None and can_speak(who, "say") and not is_passive(verb):
            first, last = cue_reach(verb)
            yield Found(
                "noun-light",
                [(first, complement[0])],
                [source_reach(who)],
                [(complement[1], complement[2])],
                kind,
                noun,
                who,
            )
            return
    owners = [c for c in noun.children if c.dep_ == "poss"]
    if owners and complement:
        who = owners[0]
        if can_speak(who, "say"):
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
            if inner and can_speak(inner[0], "say") and complement and complement[1] != child.i:
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
    if complement and complement[3] == "that":
        yield Found("noun-bare", [(noun.i, noun.i)], [], [(complement[1], complement[2])], kind, noun, None)


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
    if who is None or not can_speak(who, "say") or who.lower_ == "it":
        return
    for child in [*word.children, *(head.children if word.dep_ == "acomp" else ())]:
        if child.i <= word.i:
            continue
        if (
            child.dep_ == "prep"
            and child.head.i == word.i
            and child.lower_ in ("about", "of", "with", "at", "by", "in", "for", "to", "over")
        ):
            if any(c.dep_ in ("pobj", "pcomp") for c in child.children):
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
