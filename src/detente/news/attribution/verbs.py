"""Verbs of saying, attitude, decree and perception: where their source and their content stand."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Token

from detente.news.attribution import reporting
from detente.news.attribution.found import Found, Reach
from detente.news.attribution.passives import around, asked, passive
from detente.news.lists import lexicon
from detente.news.lists.lexicon import Frames
from detente.news.parse.syntax import (
    can_speak,
    coordinated,
    cue_reach,
    going_on,
    is_day,
    is_passive,
    outright,
    reach,
    source_reach,
    subject,
)

#: Lemmas that the lemmatiser gets wrong.
_LEMMAS = {"hop": "hope", "vy": "vie", "deni": "deny"}
_DASHES = (",", "—", "–", "-", "--", "”", '"', "’’", "''")


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


def verbal(verb: Token) -> Iterator[Found]:
    """The attribution of one verb, if it makes one: at most one is yielded."""
    lemma = lemma_of(verb)
    frames = lexicon.VERBS.get(lemma)
    evidence = lexicon.EVIDENCE_VERBS.get(lemma)
    if frames is not None and "c" in frames.letters:
        led = reporting.led_astray(verb)
        if led is not None and can_speak(led[0], lemma):
            yield _make("verb-led-astray", verb, led[0], frames, [led[1]])
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
    if is_passive(verb):
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
    who = subject(verb)
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
        _as_said,
        _call_for,
        _infinitive,
        _clause,
        _naming,
        _preposition,
        _object,
        _participle,
        _lost,
        _open,
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


def _make(
    rule: str,
    verb: Token,
    who: Token,
    allowed: Frames,
    content: list[Reach],
    cue: Reach | None = None,
    open_: bool | None = None,
) -> Found:
    source, cue = source_reach(who), cue or cue_reach(verb)
    return Found(
        rule, [cue], [source], content, allowed.kind, verb, who,
        open="c" in allowed.letters if open_ is None else open_,
        polarity=allowed.polarity, clause=_introducing(verb, source, cue, content),
    )  # fmt: skip


# ------------------------------------------------------------------ clauses


def _clause(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """The clause that a verb of saying governs, before it, after it, or around it."""
    if "c" not in allowed.letters:
        return None
    source, cue = source_reach(who), cue_reach(verb)
    left, right = min(source[0], cue[0]), max(source[1], cue[1])
    inserted = _inserted(verb, who, left, right)
    after = [c for c in verb.children if c.i > verb.i and _is_clause(c, lemma)]
    before = [c for c in verb.children if c.dep_ == "ccomp" and c.i < verb.i and c.i < who.i]
    if after and not (before and inserted):
        start = _first_of(after[0], verb, right)
        end = _end(verb, after[0].right_edge.i)
        relative = _relative(verb, who)
        content = [*([relative] if relative else []), (start, end)] if start <= end else []
        if content:
            return _make("verb-clause-after", verb, who, allowed, content)
    if before:
        last = before[-1]
        start = last.left_edge.i
        if verb.dep_ == "ROOT":
            start = min(start, verb.sent.start)
        pieces = [(start, left - 1)]
        if last.right_edge.i > right:
            pieces.append((right + 1, last.right_edge.i))
        if pieces[0][0] <= pieces[0][1]:
            return _make("verb-clause-before", verb, who, allowed, pieces)
    if inserted:
        return _make("verb-clause-around", verb, who, allowed, inserted)
    relative = _relative(verb, who)
    if relative and outright(lemma):
        right_of = max(verb.i, relative[1])
        rest = [
            c
            for c in verb.children
            if c.i > right_of and c.dep_ in ("prep", "oprd", "acomp", "xcomp", "advmod", "ccomp")
        ]
        if rest:
            return _make(
                "verb-relative", verb, who, allowed, [relative, (rest[0].left_edge.i, rest[-1].right_edge.i)]
            )
    return None


def _as_said(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """ "As the Lantern reported, ...": the sentence around the clause is the content."""
    if "c" not in allowed.letters or verb.dep_ != "advcl" or allowed.kind != "speech":
        return None
    marks = [c for c in verb.children if c.dep_ == "mark" and c.lower_ == "as" and c.i == verb.left_edge.i]
    if not marks or any(c.dep_ in ("ccomp", "dobj", "xcomp") for c in verb.children):
        return None
    content = around(verb)
    return _make("verb-as", verb, who, allowed, content, open_=False) if content else None


def _is_clause(child: Token, lemma: str) -> bool:
    if child.dep_ in ("ccomp", "parataxis"):
        return True
    if (
        child.dep_ == "xcomp"
        and child.tag_ == "VBG"
        and lemma in ("say", "add", "note", "argue")
        and any(c.dep_ == "ccomp" for c in child.children)
    ):
        return True  # "said cutting output must be ...", which the parser turns round
    marks = [c.lower_ for c in child.children if c.dep_ in ("mark", "advmod")]
    return (
        child.dep_ == "advcl"
        and bool({"whether", "if"} & set(marks))
        and lemma in ("ask", "wonder", "know", "question", "say", "inquire")
    )


def _first_of(clause: Token, verb: Token, right: int) -> int:
    start = clause.left_edge.i
    # an object that the parser gave to the verb, though the clause begins with it
    while start - 1 > max(verb.i, right) and start <= verb.doc[start - 1].head.i <= clause.right_edge.i:
        start -= 1
    previous = verb.doc[start - 1] if start else None
    if previous is not None and previous.lower_ == "that" and previous.i > right:
        start -= 1
    return max(start, right + 1)


def _inserted(verb: Token, who: Token, left: int, right: int) -> list[Reach] | None:
    """ "The plan, he said, would fail": a verb of saying between marks, the sentence around it being its content."""
    doc, sent = verb.doc, verb.sent
    if who.head != verb or left <= sent.start or doc[left - 1].text not in _DASHES:
        return None
    if any(c.dep_ in ("dobj", "xcomp", "mark") and c.i > verb.i for c in verb.children) or right - left > 14:
        return None
    for child in verb.children:  # time and place of saying stand inside the marks too
        if (
            child.dep_ in ("npadvmod", "advmod", "prep", "prt")
            and child.i > right
            and child.left_edge.i == right + 1
        ):
            right = child.right_edge.i
    last = sent.end - 1
    while last > right and (doc[last].is_space or doc[last].text == "."):
        last -= 1
    closes = right >= last or doc[right + 1].text in _DASHES
    if (
        not closes
        or verb.dep_ == "conj"
        or (verb.dep_ == "ROOT" and right >= last and not any(c.dep_ == "ccomp" for c in verb.children))
    ):
        return None
    if verb.dep_ not in ("parataxis", "ccomp", "advcl", "relcl", "acl", "ROOT", "appos", "dep"):
        return None
    if right >= last and verb.dep_ not in ("parataxis", "ccomp"):
        return None
    pieces = [(sent.start, left - 1)]
    if right + 2 <= last:
        pieces.append((right + 2, last))
    return pieces


def _relative(verb: Token, who: Token) -> Reach | None:
    """ "moves that he said improved ...", "which she called ...": the relative pronoun belongs to the content."""
    if verb.dep_ not in ("relcl", "ccomp") or who.tag_ in ("WP", "WDT"):
        return None
    for token in verb.doc[max(verb.sent.start, who.left_edge.i - 2) : who.left_edge.i]:
        if token.tag_ in ("WDT", "WP") and token.i == who.left_edge.i - 1:
            return token.i, token.i
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
            limit = min(limit, _before_joint(verb, child.left_edge.i, end))
    limit = max(end, limit)
    for token in doc[verb.i + 1 : limit + 1]:
        if token.i > verb.i + 2 and _another_speaks(token, verb):
            return _before_joint(verb, token.left_edge.i, verb.i + 1)
        if going_on(token) == verb and token.left_edge.i > verb.i + 2:
            return _before_joint(verb, token.left_edge.i, verb.i + 1)
        if token.dep_ == "conj" and coordinated(token) == verb:
            return _before_joint(
                verb, token.left_edge.i if token.left_edge.i > verb.i else token.i, verb.i + 1
            )
    return limit


def _another_speaks(token: Token, verb: Token) -> bool:
    """Whether a clause beside the content has a speaker of its own ("..., while others said ...", "..., and Berg added ...")."""
    if token.tag_ not in ("VBD", "VBZ", "VBP") or token.dep_ not in ("conj", "advcl"):
        return False
    frames = lexicon.VERBS.get(lemma_of(token)) or lexicon.EVIDENCE_VERBS.get(lemma_of(token))
    if frames is None or "c" not in frames.letters or frames.kind != "speech":
        return False
    who = [c for c in token.children if c.dep_ == "nsubj" and c.i < token.i]
    if not who or who[0].pos_ == "PRON" or not can_speak(who[0], lemma_of(token)):
        return False
    if token.dep_ == "advcl":
        return any(
            c.dep_ in ("mark", "advmod") and c.lower_ in ("while", "whereas", "though", "although")
            for c in token.children
        )
    return token.left_edge.i > 0 and token.tag_ == verb.tag_


def _before_joint(verb: Token, start: int, least: int) -> int:
    doc = verb.doc
    while start - 1 > least and (
        doc[start - 1].dep_ == "cc"
        or doc[start - 1].is_punct
        or (doc[start - 1].dep_ == "advmod" and doc[start - 1].head.i >= start)
    ):
        start -= 1
    return start - 1


# ------------------------------------------------------------------ other complements


def _infinitive(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
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
        return _make("verb-infinitive", verb, who, allowed, [(start, _end(verb, child.right_edge.i))])
    return None


def _naming(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """ "labelled X as a Y", "called him a Y", "deemed it premature": the object with what it is called."""
    if "a" not in allowed.letters:
        return None
    doc = verb.doc
    named = [c for c in verb.children if c.dep_ in ("dobj", "nsubj") and c.i > verb.i and c != who]
    relative = _relative(verb, who)
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
            return _make("verb-naming", verb, who, allowed, [relative, *content] if relative else content)
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
                    _make("verb-naming", verb, who, allowed, [relative, *content] if relative else content)
                    if content
                    else None
                )
    return None


def _preposition(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    cue = cue_reach(verb)
    for child in verb.children:
        if child.dep_ in ("prep", "prt") and child.lower_ in allowed.prepositions and child.i > verb.i:
            inner = [c for c in child.children if c.dep_ in ("pobj", "pcomp", "ccomp", "prep")]
            if inner:
                wide = (cue[0], child.i) if child.i - cue[1] <= 2 else cue
                return _make(
                    f"verb-prep-{child.lower_}",
                    verb,
                    who,
                    allowed,
                    [(child.i + 1, _end(verb, child.right_edge.i))],
                    wide,
                )
    return None


def _call_for(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """ "is calling for the envoy to be recalled": the preposition introduces an infinitive with its subject."""
    if "for" not in allowed.prepositions:
        return None
    for child in verb.children:
        if child.dep_ in ("advcl", "xcomp", "ccomp") and child.i > verb.i:
            marks = [c for c in child.children if c.dep_ == "mark" and c.lower_ == "for"]
            to = any(c.dep_ == "aux" and c.lower_ == "to" for c in child.children)
            if marks and to and marks[0].i - cue_reach(verb)[1] <= 2:
                cue = (cue_reach(verb)[0], marks[0].i)
                return _make(
                    "verb-for", verb, who, allowed, [(marks[0].i + 1, _end(verb, child.right_edge.i))], cue
                )
    return None


def _object(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
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
        return _make(
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


_KEPT = frozenset(
    (
        "with",
        "as",
        "from",
        "over",
        "between",
        "against",
        "to",
        "into",
        "for",
        "about",
        "of",
        "toward",
        "towards",
        "than",
    )
)


def _with_phrase(verb: Token, noun: Token, lemma: str) -> int:
    """The object with the phrase behind it that completes it ("portrayed himself as ..."), not with time or place."""
    last = object_end(noun)
    if last < noun.right_edge.i or noun.tag_ == "PRP":
        return last
    if verb.lemma_ in lexicon.EVIDENCE_VERBS and any(
        c.dep_ in ("prep", "advcl", "acl") and c.i > last for c in verb.children
    ):
        return _end(verb, last)
    for child in verb.children:
        if child.left_edge.i == last + 1 and child.dep_ in ("prep", "dative") and child.lower_ in _KEPT:
            last = child.right_edge.i
    return last


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


def _participle(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    if "g" not in allowed.letters:
        return None
    for child in verb.children:
        if child.dep_ in ("xcomp", "pcomp", "ccomp") and child.tag_ == "VBG" and child.i > verb.i:
            return _make("verb-participle", verb, who, allowed, [reach(child)])
    return None


def _lost(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """A verb that only speakers take, and whose content the parser hung elsewhere."""
    if "c" not in allowed.letters or not outright(lemma) or verb.tag_ not in ("VBD", "VBZ", "VBP"):
        return None
    pieces = reporting.around(verb, who)
    if pieces is not None:
        return _make("verb-lost-around", verb, who, allowed, pieces)
    behind = reporting.behind(verb, lemma)
    if behind is not None:
        return _make("verb-lost-behind", verb, who, allowed, [(behind[0], _end(verb, behind[1]))])
    return None


def _open(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """A verb of saying without content of its own in the parse: a quotation may still be its."""
    if "c" in allowed.letters and allowed.kind == "speech":
        return _make("verb-open", verb, who, allowed, [])
    return None


def _introducing(verb: Token, source: Reach, cue: Reach, content: list[Reach]) -> Reach:
    """Source, cue and what stands with them (addressee, time, place), up to the content."""
    first, last = min(source[0], cue[0]), max(source[1], cue[1])
    taken = {i for a, b in content for i in range(a, b + 1)}
    for child in verb.children:
        if child.dep_ in ("dobj", "dative", "prep", "npadvmod", "advmod", "advcl", "prt", "xcomp", "tmod"):
            if taken.intersection(range(child.left_edge.i, child.right_edge.i + 1)):
                continue
            if child.left_edge.i <= last + 2:
                last = max(last, child.right_edge.i)
            if child.right_edge.i >= first - 2:
                first = min(first, child.left_edge.i)
    return first, last
