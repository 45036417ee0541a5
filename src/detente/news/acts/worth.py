"""Words of worth, of truth and of time in a clause: "cowardly", "there is no truth in", "it is time for"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spacy.tokens import Token

from detente.news.acts import forms
from detente.news.acts.cues import NOTHING, Found, form_of
from detente.news.acts.forms import among, complement, listed

if TYPE_CHECKING:
    from detente.news.acts.clauses import Clause


def time_for(clause: Clause, said: list[Token]) -> Found:
    """ "It is time for the generals to go"; without "for", nobody is asked."""
    time = among(said, "pressing")
    heads = (clause.verb, *time)
    that = [c for h in heads for c in h.children if c.dep_ in ("ccomp", "acl", "relcl") and forms.subject(c)]
    if time[0].lower_ == "time" and that and forms.negation(clause.verb) is None:
        who = forms.subject(that[0])
        return None if who is None or who.lower_ in ("i", "we") else clause.judged("demand", *time, that[0])
    to = [c for h in heads for c in h.children if form_of(c) == "infinitive" and c.i > clause.verb.i]
    if not to or time[0].lower_ != "time" or forms.negation(clause.verb) is not None:
        return None
    who = forms.subject(to[0])
    before = clause.verb.doc[time[0].i : to[0].i]
    ours = {"us", "me", "we"} & {t.lower_ for t in before}
    named = who is not None or any(t.lower_ == "for" for t in before)
    return clause.judged("demand", *time, to[0]) if named and not ours else None


def times(verb: Token) -> list[Token]:
    heads = [c for c in verb.children if c.dep_ in ("prep", "npadvmod", "advmod")]
    return heads + [c for h in heads for c in h.children]


def called_false(clause: Clause, no: Token | None, said: list[Token]) -> bool:
    """ "It is not true that", "the claim is false", "there is no truth in"."""
    who = clause.subject
    if who is None or clause.verb.lemma_.lower() != "be":
        return False
    pointing = who.lower_ in ("it", "this", "that", "these", "those") or bool(among([who], "charges"))
    if pointing and no is None and among(said, "falsehoods"):
        return True
    if clause.side == "thing" and no is None and among(said, "made up"):
        return True  # "the video was a fake"
    return no is not None and (
        (pointing and bool(truth_words(said))) or (who.lower_ == "there" and _no_truth(clause.verb))
    )


def truth_words(said: list[Token]) -> list[Token]:
    return [t for t in said if t.lower_ in ("true", "truth", "correct", "accurate")]


def _no_truth(verb: Token) -> bool:
    heads = complement(verb)  # "no truth", "not a grain of truth"
    below = [g for h in heads for c in h.children if c.lower_ == "of" for g in c.children]
    return any(t.lower_ in ("truth", "substance") for t in (*heads, *below))


def worthy(clause: Clause, lemma: str, no: Token | None, said: list[Token]) -> Found:
    """Words that themselves praise or blame; of two sorts, or denied, they decide nothing."""
    if no is not None:
        return None
    kinds = (
        "terrorist",
        "criminal",
        "crime",
    )  # a kind of deed: "the terrorist attacks came nine months later"
    subject = clause.subject
    near = [c for c in subject.children if c.dep_ in ("amod", "compound")] if subject is not None else []
    said = [t for t in said if t.dep_ not in ("amod", "compound") or t.lower_ not in kinds]
    near = [t for t in near if t.lower_ not in kinds]
    said = [*said, *near]  # "this cowardly act was their work"
    bad, good = among(said, "bad conduct"), among(said, "good conduct")
    if lemma == "be":
        bad += [t for t in among(said, "answerable") if t.lower_ != "blame"]
        bad += [c for c in clause.verb.children if c.dep_ == "xcomp" and c.lemma_.lower() == "blame"]
    if (lemma in listed("wrong to do") and not _of_law(clause, lemma)) or (
        lemma in listed("breaking") and among(said, "what is broken")
    ):
        bad += [clause.verb]
    if bad and good:
        return NOTHING
    if bad:
        return clause.judged("blame", *bad)
    if good:
        return clause.judged("praise", *good)
    faith = [t for t in verb_words(clause) if t.lower_ == "faith" and t.i and t.nbor(-1).lower_ == "bad"]
    if faith:
        return clause.judged("blame", faith[0].nbor(-1), *faith)
    inside = [t for t in verb_words(clause) if t.lower_ not in kinds]
    deep = among(inside, "bad conduct") or among(inside, "good conduct")
    return NOTHING if deep else None  # a word of worth where no rule reads it


def verb_words(clause: Clause) -> list[Token]:
    """The words under the verb that are in the content."""
    inside = {t.i for t in clause.content}
    return [t for t in clause.verb.subtree if t.i in inside]


def _of_law(clause: Clause, lemma: str) -> bool:
    """ "The blockade violates the treaty": a finding, as no culprit is named."""
    return clause.side == "thing" and lemma in ("violate", "breach", "flout")
