"""What the syntax of one clause says: modals, imperatives, words of worth, and whose side its subject is on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Token

from detente.news.acts import forms
from detente.news.acts.cues import NOTHING, Found, Judged, by_cue, form_of
from detente.news.acts.forms import among, complement, listed
from detente.news.acts.formulas import by_formula
from detente.news.acts.sides import Side, Voice, side
from detente.news.acts.worth import called_false, time_for, times, truth_words, worthy


@dataclass(frozen=True)
class Clause:
    """One clause of a statement. ``cue`` is the lemma of the verb that attributes, ``content`` all its tokens."""

    verb: Token
    paragraph: int
    voice: Voice
    content: Sequence[Token]
    cue: str = "say"

    @property
    def quoted(self) -> bool:
        return self.verb.i in self.voice.quoted

    @property
    def subject(self) -> Token | None:
        return forms.subject(self.verb)

    @property
    def side(self) -> Side:
        return side(self.subject, self.paragraph, self.voice, self.content) if self.subject else "unknown"

    @property
    def conditions(self) -> tuple[Token, ...]:
        inside = {t.i for t in self.content}
        return tuple(c for c in forms.conditions(self.verb) if c.i in inside)

    def judged(self, name: str, *words: Token | None) -> Judged:
        return Judged(name, tuple(w for w in words if w is not None), self.conditions)  # type: ignore[arg-type]


def by_clause(clause: Clause) -> Found:
    """The act of one clause, `NOTHING` where the rules are sure that it is none, None where they do not tell."""
    verb = clause.verb
    if any(
        c.dep_ == "mark" and c.lower_ in ("whether", "if") and not _parted(c, verb) for c in verb.children
    ):
        return NOTHING
    if any(t.tag_ in ("WP", "WRB", "WDT") and t.head == verb and t.i < verb.i for t in verb.children):
        return None
    if form_of(verb) == "infinitive":
        return None
    who = clause.subject
    if who is None:
        return _order(clause)
    if (formula := by_formula(clause)) is not None:
        return formula
    said = forms.modal(verb)
    if forms.perfect(verb) and said is not None:
        return _past_modal(clause, *said)
    if said is not None and said[1].i < who.i and said[0] in ("should", "could"):
        return None  # "should the camp be ready"
    if said is not None:
        rule = {"will": _will, "would": _will, "may": _may, "can": _can, "could": _could}.get(said[0], _must)
        return rule(clause, said[1])
    if verb.lemma_.lower() == "go" and verb.tag_ == "VBG" and not _was(verb, clause):
        inner = next((c for c in verb.children if c.dep_ == "xcomp" and form_of(c) == "infinitive"), None)
        if inner is not None:
            return _future(clause, inner, verb)
    return _plain(clause)


def _was(verb: Token, clause: Clause) -> bool:
    """ "We were going to go": what was meant then. In reported words it is the tense of the report."""
    return clause.quoted and any(c.dep_ == "aux" and c.tag_ == "VBD" for c in verb.children)


# ------------------------------------------------------------------ no subject


def _parted(mark: Token, verb: Token) -> bool:
    """A comma after the "if" clause that the parser hung, headless, to the main clause."""
    who = forms.subject(verb)
    return who is not None and any(t.text == "," for t in verb.doc[mark.i : who.i])


def _order(clause: Clause) -> Found:
    """An imperative, in a quotation or after the colon of a headline."""
    verb = clause.verb
    bare = verb.tag_ in ("VB", "VBP") and (clause.quoted or clause.cue == ":")
    if _title(clause):
        return None
    if not bare or forms.passive(verb) or verb.dep_ in ("relcl", "acl", "pcomp"):
        return None
    first = min(t.i for t in verb.subtree if not t.is_punct and not t.is_space)
    if any(not _opens(t) for t in clause.content[0].doc[first : verb.i]):
        return None
    if verb.lemma_.lower() in ("let", "come", "sit") and (together := _let_us(verb)):
        return clause.judged("offer", *together)
    if verb.lemma_.lower() == "thank":
        return clause.judged("praise", verb)
    return None if among([verb], "no orders") else clause.judged("demand", verb)


def _let_us(verb: Token) -> list[Token]:
    """ "Let us settle this", alone or behind "come to the table"."""
    lets = [verb, *(c for c in verb.children if c.dep_ == "conj")]
    for let in (t for t in lets if t.lemma_.lower() == "let"):
        us = [t for t in let.subtree if t.lower_ in ("us", "’s", "'s") and t.i > let.i]
        deeds = among((t for t in let.subtree if t.pos_ == "VERB"), "done together")
        if us and deeds:
            return [let, us[0], deeds[0]]
    return []


def _title(clause: Clause) -> bool:
    """ "Meet the Press": words in title case are the name of a work or a broadcast."""
    words = [t for t in clause.content if t.is_alpha and (len(t) > 3 or t.pos_ in ("NOUN", "PROPN", "VERB"))]
    return len(words) > 1 and all(t.text[:1].isupper() for t in words)


def _opens(token: Token) -> bool:
    """What may stand before an imperative: "please", "do not", "now", marks."""
    return (
        token.is_punct
        or token.is_space
        or token.pos_ in ("ADV", "INTJ", "PART", "CCONJ")
        or token.lower_ == "do"
    )


# ------------------------------------------------------------------ modals


def _past_modal(clause: Clause, name: str, word: Token) -> Found:
    if name == "should" and clause.side in ("other", "unknown") and not forms.passive(clause.verb):
        return clause.judged("blame", word, clause.verb)
    if name in ("must", "may"):
        return clause.judged("assessment", word, clause.verb)
    return None


def _will(clause: Clause, word: Token) -> Found:
    verb = clause.verb
    if any(c.lower_ in ("rather", "sooner") for c in verb.children):
        return None  # a preference
    if (
        word.lower_ in ("would", "'d", "’d")
        and clause.quoted
        and (clause.side == "own" or not clause.conditions)
    ):
        return _worth(clause, word) if verb.lemma_.lower() == "be" else None
    if word.lower_ in ("would", "'d", "’d") and (found := _worth(clause, word)) is not None:
        return found
    return _future(clause, verb, word)


def _worth(clause: Clause, word: Token) -> Found:
    """ "Would be a mistake": a judgement of worth, though of something that may come."""
    if clause.verb.lemma_.lower() != "be" or clause.side == "own":
        return None
    found = among(complement(clause.verb), "worth in general")
    return clause.judged("assessment", word, clause.verb, found[0]) if found else None


def _future(clause: Clause, verb: Token, word: Token) -> Found:
    who, no, hurts = clause.subject, forms.negation(clause.verb), forms.harm(verb)
    if clause.side == "own":
        if verb.lemma_.lower() == "be" and among(complement(verb), "ready"):
            return _readiness(clause, verb)
        if forms.passive(verb):
            return None
        if hurts and no is None:
            return clause.judged("threat", who, word, *hurts)
        if hurts:
            return clause.judged("promise", who, word, no, *hurts)
        if among([verb], "befalling"):
            return clause.judged("prediction", who, word, no, verb)
        if among([verb], "being"):
            return None
        if no is not None:
            name = "promise" if among([verb], "deserting") else "refusal"
            return clause.judged(name, who, word, no, verb)
        return clause.judged("promise", who, word, verb)
    pays = among(list(verb.subtree), "paying") or (hurts if forms.passive(verb) else [])
    if pays:
        stern = clause.conditions or clause.cue in listed("warning")
        if clause.voice.onlooker:
            return clause.judged("prediction", word, *pays)
        return clause.judged("threat", word, *pays) if stern and no is None else None
    if clause.side == "other":
        return clause.judged("prediction", word, no, verb)
    if _by_chance(clause, verb):
        return clause.judged("prediction", word, no, verb)
    return None


def _by_somebody(verb: Token) -> bool:
    """A passive hides who acts: "the tariffs will be lifted" may be a promise."""
    return forms.passive(verb) and not any(c.dep_ == "agent" for c in verb.children)


def _by_chance(clause: Clause, verb: Token) -> bool:
    """A thing that does something, or suffers it in the words of an onlooker."""
    return clause.side == "thing" and (clause.voice.onlooker or not _by_somebody(verb))


def _may(clause: Clause, word: Token) -> Found:
    if clause.side == "own":
        return None
    still = clause.verb.lemma_.lower() in ("be", "have", "seem", "exist") and not forms.passive(clause.verb)
    if still and clause.cue not in listed("warning"):
        return None
    return clause.judged("prediction", word, clause.verb)


def _can(clause: Clause, word: Token) -> Found:
    no = forms.negation(clause.verb)
    if clause.side == "own":
        taken_up = clause.conditions and among([clause.verb], "offered deeds")
        if no is None and taken_up:
            return clause.judged("offer", clause.subject, word, clause.verb)
        if no is not None and among([clause.verb], "accepting"):
            return clause.judged("refusal", clause.subject, word, no, clause.verb)
        return None
    return None if clause.side == "unknown" else clause.judged("assessment", word, no, clause.verb)


def _could(clause: Clause, word: Token) -> Found:
    verb = clause.verb
    if clause.side == "own":
        text = {t.lower_ for t in verb.subtree}
        hurts = forms.harm(verb)
        if hurts and (clause.conditions or {"response", "retaliation"} & text):
            return clause.judged("threat", clause.subject, word, *hurts)
        if not hurts and {"exchange", "return"} & text and forms.negation(verb) is None:
            return clause.judged("offer", clause.subject, word, verb)
        return None
    if clause.cue in listed("warning") and clause.side in ("other", "thing"):
        return clause.judged("prediction", word, verb)
    coming = clause.side in ("other", "thing") or clause.voice.onlooker or not _agent(clause)
    if coming and not clause.quoted and forms.negation(verb) is None and _ahead(verb):
        return clause.judged("prediction", word, verb)
    return None


def _agent(clause: Clause) -> bool:
    """Whether the clause may be the speaker's own doing: not what befalls one."""
    return not among([clause.verb], "befalling") and forms.key(clause.verb) not in listed("befalling")


def _ahead(verb: Token) -> bool:
    """ "Within three weeks", "by spring", "next year"."""
    return bool({t.lower_ for t in times(verb)} & {"within", "by", "tomorrow", "soon", "next", "before"})


def _about_to(verb: Token) -> list[Token]:
    """ "Is about to launch"."""
    near = [c for c in verb.children if c.lower_ == "about" and c.i > verb.i]
    near += [
        g
        for c in verb.children
        if c.dep_ == "xcomp"
        for g in c.children
        if g.lower_ == "about" and g.i > verb.i
    ]
    return near if near and near[0].nbor().lower_ == "to" else []


def _must(clause: Clause, word: Token) -> Found:
    verb = clause.verb
    return _demanded(clause, verb, word)


def _demanded(clause: Clause, verb: Token, word: Token) -> Found:
    who = clause.subject
    if clause.side == "own":
        return NOTHING
    if among([verb], "no deeds") or verb.lemma_.lower() == "be":
        return None
    if who is not None and (who.lower_ in ("i", "we") or (who.lower_ == "people" and not list(who.children))):
        return None  # oneself, or everybody
    if among([verb], "befalling") or (among([verb], "being") and not forms.passive(verb)):
        return None  # "should win", "must have": what is likely
    if any(c.lower_ in ("probably", "perhaps", "likely") for h in (verb, clause.verb) for c in h.children):
        return None  # of what is likely
    if who is not None and (who.dep_ == "expl" or who.lower_ in ("it", "this", "that")):
        return None
    if clause.side == "thing" and not (
        forms.passive(verb) or among([verb], "ending") or (who is not None and who.pos_ == "PRON")
    ):
        return None
    return clause.judged("demand", word, forms.negation(verb), verb)


# ------------------------------------------------------------------ no modal


def _plain(clause: Clause) -> Found:
    """Present and past: readiness, deeds done by saying so, words of worth, denials, else an assessment."""
    verb, lemma = clause.verb, clause.verb.lemma_.lower()
    no = forms.negation(verb)
    own = clause.side == "own"
    said = complement(verb)
    if lemma in ("need", "have") and (inner := _to(verb)) is not None:
        past = verb.tag_ == "VBD" and (clause.quoted or lemma == "have")
        past = past or (
            lemma == "have" and clause.subject is not None and clause.subject.lower_ == "you"
        )  # anybody
        return None if past or no is not None else _demanded(clause, inner, verb)
    if clause.side == "unknown" and lemma in ("be", "stand", "remain") and among(said, "ready"):
        return None  # an offer if it is the speaker's own side
    if own:
        return _own(clause, lemma, no, said)
    if called_false(clause, no, said):
        return clause.judged("denial", no, verb, *among(said, "falsehoods"), *truth_words(said))
    plain = any(t.lower_ in ("likely", "unlikely") for t in said)
    if lemma == "be" and among(said, "likely") and (plain or _infinitive_or_that(verb)):
        compared = any(c.lower_ in ("more", "less") for t in among(said, "likely") for c in t.children)
        kept = clause.side != "unknown" and not compared
        return clause.judged("prediction", no, *among(said, "likely")) if kept else None
    if lemma in ("expect", "set") and forms.passive(verb) and _to(verb) is not None:
        return clause.judged("prediction", verb)
    if lemma == "be" and (soon := _about_to(verb)):
        return clause.judged("prediction", no, *soon)
    if lemma == "be" and among(said, "pressing") and _infinitive_or_that(verb):
        return time_for(clause, said)
    if any(
        g.lower_ in ("whether", "if") and g.dep_ == "mark"
        for c in verb.children
        if c.dep_ == "ccomp"
        for g in c.children
    ):
        return NOTHING  # "the question is whether"
    wide = [t for t in said if t.lower_ == "open"]
    if clause.subject is not None and clause.subject.lemma_ == "door" and no is None and wide:
        return clause.judged("offer", clause.subject, *wide)
    if verb.tag_ in ("VBZ", "VBP") and lemma != "be" and among(times(verb), "times to come"):
        return None  # "starves by March"
    inward = [w for section in ("wishing", "knowing") for w in among([verb], section)]
    inward += [w for section in ("convinced", "ready") for w in among(said, section)]
    if inward and clause.side == "unknown":
        return None  # who feels it may be the speaker
    if (found := worthy(clause, lemma, no, said)) is not None:
        return found
    if clause.quoted and clause.conditions and verb.tag_ in ("VBZ", "VBP") and lemma not in ("be", "have"):
        return None  # "if the sanctions stay, the inspectors go"
    if verb.tag_ in ("VBD", "VBZ", "VBP", "VBN", "VBG", "VB") and _finite(verb):
        return clause.judged("assessment", no, verb)
    return None


def _own(clause: Clause, lemma: str, no: Token | None, said: list[Token]) -> Found:
    verb = clause.verb
    if lemma in ("be", "stand", "remain") and (among(said, "ready") or among(said, "not ready")):
        return _readiness(clause, verb)
    if lemma == "have" and no is not None and among(said, "intention"):
        return clause.judged("refusal", no, *among(said, "intention"))
    if lemma in listed("knowing") or (lemma == "be" and among(said, "convinced")):
        inner = next((c for h in (verb, *said) for c in h.children if c.dep_ == "ccomp"), None)
        if inner is not None:
            found = by_clause(Clause(inner, clause.paragraph, clause.voice, clause.content, clause.cue))
            return found if isinstance(found, Judged) and found.name in ("assessment", "prediction") else None
    if forms.passive(verb):
        return None
    if among([verb], "wishing"):
        return NOTHING
    done = (
        by_cue([verb], _object(verb), asked=False)
        if not forms.perfect(verb) and lemma not in listed("knowing")
        else None
    )
    if isinstance(done, Judged):
        return done
    if done == NOTHING and no is None:
        return NOTHING
    if lemma == "agree" and no is None and (inner := _to(verb)) is not None:
        return None if forms.harm(inner) else clause.judged("promise", verb, inner)
    past = (
        verb.tag_ == "VBD"
        or forms.perfect(verb)
        or any(c.dep_ == "aux" and c.tag_ == "VBD" for c in verb.children)
    )
    if no is not None and past and clause.cue in listed("insisting") and not among([verb], "being"):
        return clause.judged("denial", clause.subject, no, verb)
    if no is not None and past and among([verb], "deeds one is charged with"):
        return clause.judged("denial", clause.subject, no, verb)
    if no is not None and past:
        # "had not observed any willingness" judges the other; "never met them" may answer a charge
        notice = lemma in ("observe", "see", "notice", "find", "detect", "hear", "receive", "perceive")
        return clause.judged("assessment", no, verb) if notice else None
    if past and lemma not in ("be", "decide", "resolve", "determine", "agree", "choose"):
        return clause.judged("assessment", verb)
    return None


def _object(verb: Token) -> Token | None:
    deps = ("ccomp", "xcomp", "dobj", "pobj", "prep")
    found = next((c for c in verb.children if c.dep_ in deps and c.i > verb.i), None)
    if found is not None and found.dep_ == "prep":
        return next((c for c in found.children if c.dep_ in ("pobj", "pcomp")), found)
    return found


def _readiness(clause: Clause, verb: Token) -> Found:
    said = complement(verb)
    word = (among(said, "ready") or among(said, "not ready"))[0]
    below = [c for c in word.children if c.dep_ in ("xcomp", "ccomp")]
    if any(form_of(c) != "infinitive" for c in below):
        return None  # "glad that it took place"
    to = below[0] if below else _to(verb)
    if to is None and not any(c.dep_ == "prep" and c.lower_ in ("to", "for") for c in word.children):
        return None
    no = forms.negation(verb)
    if no is not None or among([word], "not ready"):
        return clause.judged("refusal", clause.subject, no, word) if to is not None else None
    if to is not None and (hurts := forms.harm(to)):
        return clause.judged("threat", clause.subject, word, *hurts)
    if to is not None and among([to], "ready for harm"):
        return None
    return clause.judged("offer", clause.subject, word, *([to] if to is not None else []))


def _to(verb: Token) -> Token | None:
    """The infinitive that a verb governs."""
    deps = ("xcomp", "advcl") if verb.lemma_.lower() in ("need", "have") else ("xcomp",)
    return next(
        (c for c in verb.children if c.i > verb.i and c.dep_ in deps and form_of(c) == "infinitive"), None
    )


def _infinitive_or_that(verb: Token) -> bool:
    heads = (verb, *complement(verb))
    return any(
        c.dep_ in ("xcomp", "ccomp", "advcl", "csubj", "acl", "relcl") for h in heads for c in h.children
    )


def _finite(verb: Token) -> bool:
    if verb.tag_ in ("VBD", "VBZ", "VBP"):
        return True
    return any(c.dep_ in ("aux", "auxpass") and c.tag_ in ("VBD", "VBZ", "VBP") for c in verb.children)
