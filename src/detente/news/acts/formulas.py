"""Set phrases that do what their words alone do not say: "all options are on the table", "you have my word"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacy.tokens import Token

from detente.news.acts import forms
from detente.news.acts.cues import Judged
from detente.news.acts.forms import among, complement

if TYPE_CHECKING:
    from detente.news.acts.clauses import Clause

_OURS = frozenset({"our", "my"})


def by_formula(clause: Clause) -> Judged | None:
    """The act of a set phrase, None where the clause is none. Onlookers use none of them of themselves."""
    verb, who = clause.verb, clause.subject
    if who is None:
        return None
    no, lemma = forms.negation(verb), verb.lemma_.lower()
    merit = among(complement(verb), "what is deserved")
    if no is None and lemma == "deserve" and clause.side != "own" and merit:
        return clause.judged("praise", verb, *merit)
    if clause.voice.onlooker:
        return None
    ahead = forms.modal(verb)
    if no is not None and ahead and ahead[0] == "will" and clause.side == "own" and lemma == "be":
        first = [c for c in complement(verb) if c.lower_ == "first"]
        return clause.judged("promise", ahead[1], no, *first) if first else None
    if lemma == "have" and (forced := _no_choice(verb)):
        own = clause.side == "own" or (clause.side == "unknown" and clause.voice.official)
        return clause.judged("threat", verb, *forced) if own else None
    if (
        no is None
        and ahead
        and ahead[0] == "will"
        and clause.quoted
        and clause.voice.official
        and clause.side != "own"
    ):
        dearly = [t for t in verb.subtree if lemma == "pay" and t.lemma_.lower() in ("price", "dearly")]
        if stern := _as_enemies(verb) or dearly:
            return clause.judged("threat", ahead[1], verb, *stern)
    return _rest(clause)


def _rest(clause: Clause) -> Judged | None:
    """The phrases that ask neither for a side nor for a future."""
    verb, who = clause.verb, clause.subject
    if who is None:
        return None
    no, lemma, ahead = forms.negation(verb), verb.lemma_.lower(), forms.modal(verb)
    inside = {t.lower_ for t in verb.subtree}
    ours = any(c.dep_ == "poss" and c.lower_ in _OURS for c in who.children)
    noun = who.lemma_.lower()
    if no is None and noun == "option" and {"all", "table"} <= inside:
        return clause.judged("threat", who, verb)
    if no is None and ours and noun in ("answer", "response", "reply", "reaction", "retaliation"):
        return clause.judged("threat", who, ahead[1], verb) if ahead and ahead[0] == "will" else None
    if (
        no is None
        and ours
        and noun in ("hand", "door", "arm")
        and inside & {"extended", "outstretched", "open"}
    ):
        return clause.judged("offer", who, verb)
    if no is None and lemma == "have" and who.lower_ == "you" and (word := _word_of_ours(verb)) is not None:
        return clause.judged("promise", verb, word)
    if no is None and lemma == "reserve" and clause.side == "own" and (deed := _right_to(verb)) is not None:
        hurts = forms.harm(deed)
        return clause.judged("threat", verb, *hurts) if hurts else None
    if _no_part(verb) and clause.side != "thing" and (clause.side == "own" or who.pos_ != "PRON"):
        return clause.judged("denial", verb, *_no_part(verb))
    if (against := _contrary(verb)) is not None:
        return clause.judged("denial", against, verb)
    if who.lower_ == "there" or who.dep_ == "expl":
        return _none_of_it(clause)
    if (
        lemma == "cease"
        and "exist" in inside
        and clause.quoted
        and clause.conditions
        and clause.voice.official
    ):
        return clause.judged("threat", verb)
    return None


def _no_choice(verb: Token) -> list[Token]:
    """The deed of "no choice but to strike back", where it hurts somebody."""
    choice = [c for c in verb.children if c.lemma_.lower() in ("choice", "option", "alternative")]
    if not any(g.lower_ == "no" for c in choice for g in c.children):
        return []
    return next((h for t in verb.subtree if t.pos_ == "VERB" and t != verb and (h := forms.harm(t))), [])


def _as_enemies(verb: Token) -> list[Token]:
    """ "Will be treated as hostile"."""
    if verb.lemma_.lower() not in ("treat", "regard", "view", "consider") or not forms.passive(verb):
        return []
    return [
        t
        for t in verb.subtree
        if t.lower_ in ("hostile", "enemy", "enemies", "target", "targets", "legitimate")
    ]


def _word_of_ours(verb: Token) -> Token | None:
    """ "My word", "our promise"."""
    words = [
        c
        for c in verb.children
        if c.dep_ == "dobj" and c.lemma_ in ("word", "promise", "guarantee", "assurance")
    ]
    return next((w for w in words if any(c.lower_ in _OURS for c in w.children)), None)


def _right_to(verb: Token) -> Token | None:
    """The deed of "reserve the right to strike"."""
    heads = [verb, *(c for c in verb.children if c.lemma_ == "right")]
    deeds = (c for h in heads for c in h.children if c.dep_ in ("acl", "xcomp", "relcl", "advcl"))
    return next(deeds, None)


def _no_part(verb: Token) -> list[Token]:
    """ "Had nothing to do with", "played no part in", "was not behind"."""
    lemma, children = verb.lemma_.lower(), list(verb.children)
    if lemma == "have":
        nothing = [c for c in children if c.lower_ == "nothing"]
        if nothing and any(t.lemma_ == "do" and t.i > nothing[0].i for t in verb.subtree):
            return nothing
    if lemma in ("have", "play", "take"):
        parts = [
            c
            for c in children
            if c.dep_ == "dobj" and c.lemma_ in ("part", "role", "hand", "involvement", "share")
        ]
        return [p for p in parts if any(c.lower_ == "no" for c in p.children)]
    behind = [c for c in children if lemma == "be" and c.dep_ in ("prep", "advmod") and c.lower_ == "behind"]
    return behind if forms.negation(verb) is not None else []


def _contrary(verb: Token) -> Token | None:
    """ "Contrary to what they claim"."""
    word = next((t for t in verb.subtree if t.lower_ == "contrary" and t.i + 1 < len(t.doc)), None)
    if word is None or word.nbor().lower_ != "to":
        return None
    told = [t for t in word.doc[word.i : word.i + 9] if t.lemma_.lower() in ("say", "claim", "suggest")]
    return word if told or among(word.doc[word.i : word.i + 9], "charges") else None


def _none_of_it(clause: Clause) -> Judged | None:
    """ "There will be no talks", in the mouth of one who would take part in them."""
    ahead = forms.modal(clause.verb)
    things = [
        c
        for c in complement(clause.verb)
        if any(g.lower_ == "no" for g in c.children) and among([c], "what one takes part in")
    ]
    own = clause.voice.official and clause.quoted
    return (
        clause.judged("refusal", ahead[1], *things)
        if ahead and ahead[0] == "will" and things and own
        else None
    )
