"""Clauses as what a verb reports: after it, before it, around it; and how far they reach."""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.attribution import reporting
from detente.news.attribution.found import Found, Reach
from detente.news.attribution.making import DASHES, lemma_of, make
from detente.news.attribution.passives import around
from detente.news.attribution.reporters import aside, going, resumed
from detente.news.lists import lexicon
from detente.news.lists.lexicon import Frames
from detente.news.lists.words import words
from detente.news.parse.syntax import (
    can_speak,
    coordinated,
    cue_reach,
    outright,
    source_reach,
)


def clause(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """The clause that a verb of saying governs, before it, after it, or around it."""
    if "c" not in allowed.letters:
        return None
    source, cue = source_reach(who), cue_reach(verb)
    left, right = min(source[0], cue[0]), max(source[1], cue[1])
    inserted = _inserted(verb, who, left, right)
    after = [c for c in verb.children if c.i > verb.i and _is_clause(c, lemma)] or _in_statement(verb, lemma)
    before = [c for c in verb.children if c.dep_ == "ccomp" and c.i < verb.i and c.i < who.i]
    if after and not (before and inserted):
        start = _first_of(after[0], verb, right)
        end = end_of(verb, after[0].right_edge.i)
        relative = relative_pronoun(verb, who)
        content = [*([relative] if relative else []), (start, end)] if start <= end else []
        if content:
            return make("verb-clause-after", verb, who, allowed, content)
    if before:
        last = before[-1]
        start = last.left_edge.i
        if verb.dep_ == "ROOT":
            start = min(start, verb.sent.start)
        pieces = [(start, left - 1)]
        if last.right_edge.i > right:
            pieces.append((right + 1, last.right_edge.i))
        if pieces[0][0] <= pieces[0][1]:
            return make("verb-clause-before", verb, who, allowed, pieces)
    if inserted:
        return make("verb-clause-around", verb, who, allowed, inserted)
    echo = reporting.echo(verb)
    if echo is not None and (outright(lemma) or lemma in ("think", "believe", "suggest")):
        return make("verb-echo", verb, who, allowed, [echo])
    relative = relative_pronoun(verb, who)
    if relative and outright(lemma):
        right_of = max(verb.i, relative[1])
        rest = [
            c
            for c in verb.children
            if c.i > right_of and c.dep_ in ("prep", "oprd", "acomp", "xcomp", "advmod", "ccomp")
        ]
        if rest:
            return make(
                "verb-relative", verb, who, allowed, [relative, (rest[0].left_edge.i, rest[-1].right_edge.i)]
            )
    return None


def antecedent(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """What a relative clause says was said: "the only regret he acknowledged", "the victory, which Berg conceded"."""
    if verb.dep_ != "relcl" or lemma not in _OF_A_THING or who.tag_ in ("WP", "WDT") or who.lower_ == "it":
        return None
    if any(c.dep_ in _GOVERNED and c.i > verb.i for c in verb.children) or not who.i < verb.i:
        return None
    relative = relative_pronoun(verb, who)
    noun, first = verb.head, verb.left_edge.i
    if relative is not None and verb.doc[relative[0]].lower_ == "which":
        return make("verb-antecedent", verb, who, allowed, [relative], open_=False)
    if first != source_reach(who)[0] or noun.pos_ not in ("NOUN", "PROPN") or noun.i >= first:
        return None
    content = (noun.left_edge.i, first - 1)
    return make("verb-antecedent", verb, who, allowed, [content], open_=False)


#: Verbs that say of a thing named before them where the speaker stands.
_OF_A_THING = words("verbs of a stand on a thing")
_GOVERNED = frozenset(("dobj", "ccomp", "xcomp", "oprd", "attr", "acomp", "dative"))


def as_said(verb: Token, who: Token, lemma: str, allowed: Frames) -> Found | None:
    """ "As the Lantern reported, ...": the sentence around the clause is the content."""
    if "c" not in allowed.letters or verb.dep_ != "advcl" or allowed.kind != "speech":
        return None
    marks = [c for c in verb.children if c.dep_ == "mark" and c.lower_ == "as" and c.i == verb.left_edge.i]
    if not marks or any(c.dep_ in ("ccomp", "dobj", "xcomp") for c in verb.children):
        return None
    content = around(verb)
    return make("verb-as", verb, who, allowed, content, open_=False) if content else None


def _in_statement(verb: Token, lemma: str) -> list[Token]:
    """The clause in "said in a statement that it was over", which the parser gives to the statement."""
    if not outright(lemma):
        return []
    for child in verb.children:
        if child.dep_ != "prep" or child.i < verb.i or child.lower_ not in ("in", "on", "during", "at", "to"):
            continue
        for noun in (c for c in child.children if c.dep_ == "pobj"):
            for inner in noun.children:
                marks = [c for c in inner.children if c.dep_ == "mark" and c.lower_ == "that"]
                if inner.dep_ in ("acl", "ccomp", "relcl") and marks and marks[0].i == inner.left_edge.i:
                    return [inner]
    return []


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
    if (
        child.dep_ == "advcl"
        and {"when", "how", "why", "where"} & set(marks)
        and child.left_edge.i == child.head.i + 1
    ):
        return any(c.dep_ == "neg" for c in child.head.children) and lemma in (
            "say",
            "tell",
            "explain",
            "reveal",
        )
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
    if who.head != verb or who.tag_ == "WP" or left <= sent.start or doc[left - 1].text not in DASHES:
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
    closes = right >= last or doc[right + 1].text in DASHES
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
    if right + 2 <= last and not any(_adds(c, right) for c in verb.children):
        pieces.append((right + 2, last))
    return pieces


def _adds(child: Token, right: int) -> bool:
    """Whether a participle of saying follows the clause (", he said, adding that ..."): it reports by itself."""
    return (
        child.dep_ == "advcl"
        and child.tag_ == "VBG"
        and right < child.left_edge.i <= right + 3
        and lemma_of(child) in lexicon.SPEECH_VERBS
    )


def relative_pronoun(verb: Token, who: Token) -> Reach | None:
    """ "moves that he said improved ...", "which she called ...": the relative pronoun belongs to the content."""
    if verb.dep_ not in ("relcl", "ccomp") or who.tag_ in ("WP", "WDT"):
        return None
    for token in verb.doc[max(verb.sent.start, who.left_edge.i - 2) : who.left_edge.i]:
        if token.tag_ in ("WDT", "WP") and token.i == who.left_edge.i - 1:
            return token.i, token.i
    return None


def end_of(verb: Token, end: int) -> int:
    """How far the content reaches: to the end of what hangs on the verb, short of a verb beside it."""
    doc, limit = verb.doc, verb.right_edge.i
    for child in verb.children:
        if child.i <= verb.i:
            continue
        stops = child.dep_ == "conj" or (
            child.dep_ == "advcl"
            and child.left_edge.i > end
            and doc[child.left_edge.i - 1].text == ","
            and child.left_edge.lower_
            not in ("because", "if", "unless")  # a reason given, not one of the reporter's
        )
        if (stops or child.dep_ == "parataxis") and child.left_edge.i > end:
            limit = min(limit, _before_joint(verb, child.left_edge.i, end))
    limit = max(end, limit)
    outer = {verb, *verb.ancestors}
    for token in doc[verb.i + 1 : limit + 1]:
        if token.i > verb.i + 2 and (
            _another_speaks(token, verb) or aside(token, verb) or resumed(token) in outer
        ):
            return _before_joint(verb, token.left_edge.i, verb.i + 1)
        if going(token) in outer and token.left_edge.i > verb.i + 2:
            return _before_joint(verb, token.left_edge.i, verb.i + 1)
        if token.dep_ == "conj" and coordinated(token) == verb and not _felt(token):
            return _before_joint(
                verb, token.left_edge.i if token.left_edge.i > verb.i else token.i, verb.i + 1
            )
    return limit


def _felt(token: Token) -> bool:
    """Whether a verb of attitude stands beside another in what is said of oneself: "said she was tired but feared the night"."""
    frames = lexicon.VERBS.get(lemma_of(token))
    return (
        frames is not None
        and frames.kind == "attitude"
        and token.head.tag_ == token.tag_
        and any(
            c.lower_ in ("he", "she", "they", "it", "i", "we")
            for c in token.head.children
            if c.dep_ == "nsubj"
        )
    )


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
