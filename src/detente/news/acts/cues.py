"""What the words that attribute say of the act: "vowed", "denied", "praised". They decide before the content does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Token

from detente.news.acts.forms import among, harm, key, listed, modal, negation, subject
from detente.news.attribution.making import lemma_of
from detente.news.lists.lexicon import LIGHT_VERBS
from detente.scenario.statement import ActName


@dataclass(frozen=True)
class Judged:
    """An act with the words that decided, and the heads of its conditions."""

    name: ActName
    words: tuple[Token, ...]
    conditions: tuple[Token, ...] = ()


#: The rules are sure that no act is named, or that two conflict: the content is not asked.
NOTHING: Literal["nothing"] = "nothing"
Found = Judged | Literal["nothing"] | None

_NOUNS: tuple[tuple[str, ActName], ...] = (
    ("threats as nouns", "threat"), ("demands as nouns", "demand"), ("promises as nouns", "promise"),
    ("predictions as nouns", "prediction"), ("denials as nouns", "denial"), ("praise as nouns", "praise"),
    ("blame as nouns", "blame"),
)  # fmt: skip


def head_of(cue: Sequence[Token]) -> Token | None:
    """The verb of a cue, else its noun or adjective."""
    if not cue:
        return None
    inside = {t.i for t in cue}
    tops = [t for t in cue if t.head.i not in inside or t.head.i == t.i] or list(cue)
    return next((t for t in tops if t.pos_ == "VERB"), next((t for t in cue if t.pos_ == "VERB"), tops[0]))


def by_cue(cue: Sequence[Token], top: Token | None, asked: bool, direct: bool = False) -> Found:
    """The act that the cue names for a content with this uppermost word; None where the content decides."""
    head = head_of(cue)
    if head is None:
        return None
    if any(t.pos_ == "NOUN" for t in cue) and (head.pos_ == "NOUN" or head.lemma_.lower() in LIGHT_VERBS):
        return _noun(cue, head, form_of(top))
    if head.pos_ == "ADJ" or (head.pos_ == "AUX" and any(t.pos_ == "ADJ" for t in cue)):
        return _adjective(cue, head, top)
    name, lemma = key(head), lemma_of(head)
    low = {t.lower_ for t in cue}
    if "rule" in lemma and "out" in low:
        name = "rule_out"
    if modal(head) or (
        head.dep_ == "xcomp" and head.head.lemma_.lower() in listed("under which nothing is done")
    ):
        return NOTHING
    if any(t.lower_ in ("neither", "nor") for h in (head, head.head) for t in h.children):
        return NOTHING  # "neither confirmed nor denied"
    to = any(c.dep_ == "aux" and c.lower_ == "to" for c in head.children)
    if to and lemma_of(head.head) not in listed("goes on to"):
        return NOTHING  # what somebody is to say, or was used to say
    if lemma == "welcome" and any(c.dep_ == "prep" and c.lower_ == "to" for c in head.children):
        return NOTHING  # into a house
    if negation(head) is not None:
        return None if lemma in listed("knowing") or lemma in listed("expecting") else NOTHING
    if asked and lemma not in ("ask", "request"):
        return NOTHING
    return _verb(name, lemma, low, head, tuple(cue), top, direct)


def _verb(
    name: str, lemma: str, low: set[str], head: Token, cue: tuple[Token, ...], top: Token | None, direct: bool
) -> Found:
    form = "clause" if direct else form_of(top)
    if lemma in listed("threatening"):
        return Judged("threat", cue) if _meant_for_harm(head, top, form) else NOTHING
    if lemma in listed("promising"):
        return promised(cue, top, form)
    if name in listed("demanding") or lemma in listed("demanding"):
        if lemma == "call" and not {"for", "on", "upon"} & low:
            return NOTHING  # "called elections for May"
        if lemma == "beg" and top is not None and top.lemma_.lower() == "question":
            return NOTHING
        bare = top is not None and not any(form_of(t) == "infinitive" for t in (*top.subtree, *head.children))
        if lemma in ("appeal", "plead") and form == "noun" and "for" not in low and bare:
            return NOTHING  # "appealed to women"
        if top is not None and top.lemma_.lower() in ("know", "hear") and form == "infinitive":
            return NOTHING
        return Judged("demand", cue)
    if lemma in listed("demanding with an infinitive"):
        return _asked_to(lemma, low, head, cue, top, form)
    if lemma in listed("offering"):
        return Judged("offer", cue) if _laid_before(lemma, top, form) else NOTHING
    if lemma in listed("offering with a participle"):
        return Judged("offer", cue) if form == "participle" else None
    if name in listed("refusing"):
        return _refused(name, cue, top, form)
    if lemma in listed("denying"):
        unnamed = top is not None and form == "noun" and among([top], "not worth the name")
        if form == "noun" and any(c.dep_ in ("dative", "iobj") for c in head.children):
            return NOTHING  # "denying the poor health care"
        return NOTHING if unnamed else Judged("denial", cue)
    if lemma in listed("praising"):
        return Judged("praise", cue)
    if lemma in listed("blaming"):
        return Judged("blame", cue)
    if lemma in listed("predicting"):
        return Judged("prediction", cue)
    if lemma in listed("calling") and name == lemma and top is not None:
        return _called(cue, top)
    if lemma in listed("expecting"):
        return _expected(lemma, cue, top, form)
    if lemma in listed("telling nothing"):
        return NOTHING
    return None


def _laid_before(lemma: str, top: Token | None, form: str) -> bool:
    """Whether something is there to take: not thoughts, and not a law that somebody proposes."""
    if top is None or form in ("clause", "subjunctive", "none"):
        return False
    if form == "noun":
        return lemma == "invite" or bool(among([top], "offered things"))
    kept = top.lemma_.lower() == "pay" and any(c.lower_ == "for" for c in top.children)
    return lemma != "propose" or (bool(among([top], "offered deeds")) and not kept)


def _meant_for_harm(head: Token, top: Token | None, form: str) -> bool:
    """Whether a deed is threatened or somebody is threatened with it: the heat threatens the harvest, too."""
    if form != "noun" or top is None or any(form_of(c) == "infinitive" for c in head.children):
        return True
    deed = [top, *(c for c in top.children if c.dep_ in ("conj", "compound", "amod"))]
    return bool(among(deed, "harm") or among(deed, "hurting")) or any(
        c.dep_ == "prep" and c.lower_ == "with" for t in (head, top) for c in t.children
    )


def form_of(top: Token | None) -> str:
    """How a content is built: infinitive, participle, subjunctive, clause, noun or "none"."""
    if top is None:
        return "none"
    if top.pos_ not in ("VERB", "AUX"):
        return "noun"
    to = any(c.dep_ == "aux" and c.lower_ == "to" for c in top.children)
    if to:
        return "infinitive"
    who = subject(top)
    if who is None:
        return "participle" if top.tag_ == "VBG" else "clause"
    be = any(c.dep_ == "auxpass" and c.tag_ == "VB" for c in top.children)  # "that they be handed over"
    bare = be or top.tag_ == "VB" or (top.tag_ == "VBP" and who.tag_ in ("NN", "NNP") and not _joined(who))
    if bare and modal(top) is None and not any(c.lemma_.lower() == "do" for c in top.children):
        return "subjunctive"
    return "clause"


def _joined(noun: Token) -> bool:
    return any(c.dep_ == "conj" for c in noun.children)


def promised(cue: tuple[Token, ...], top: Token | None, form: str) -> Found:
    """A vow to hurt is a threat, a vow not to do anything else is a refusal, the rest is a promise."""
    if top is None:
        return None
    if form == "noun":
        hurts = among([top, *(c for c in top.children if c.dep_ == "conj")], "harm")
        return Judged("threat", (*cue, *hurts)) if hurts else Judged("promise", cue)
    if form not in ("infinitive", "clause"):
        return None
    if form == "clause" and (modal(top) or ("", top))[0] not in ("will", "would"):
        return None
    hurts, no = harm(top), negation(top)
    if hurts and no is None and not {lemma_of(t) for t in cue} & listed("vowing"):
        return NOTHING  # "promised to shut the camps": good news to somebody
    if hurts and no is None:
        return Judged("threat", (*cue, *hurts))
    if no is not None and not hurts and form == "infinitive":
        return Judged("refusal", (*cue, no, top))
    return Judged("promise", cue)


def _asked_to(
    lemma: str, low: set[str], head: Token, cue: tuple[Token, ...], top: Token | None, form: str
) -> Found:
    if "against" in low:
        return Judged("demand", cue)
    if lemma == "warn" and "of" in low and form == "noun":
        return Judged("prediction", cue)
    if lemma == "ask" and "for" in low and form == "noun":
        return Judged("demand", cue)
    if form == "clause" and top is not None and top.tag_ in ("VB", "VBP") and modal(top) is None:
        if lemma in ("recommend", "request", "ask", "require"):
            form = "subjunctive"  # a plural subject does not show it: "that both armies withdraw"
        elif lemma == "insist":
            return NOTHING
    if form == "subjunctive" and lemma not in ("tell", "warn"):
        return Judged("demand", (*cue, *([top] if top is not None else [])))
    if form == "infinitive" and lemma != "insist" and top is not None:
        other = top.dep_ == "ccomp" or subject(top) is not None or any(
            c.dep_ in ("dobj", "iobj", "dative") and c.i < top.i for c in head.children
        )  # fmt: skip
        return Judged("demand", cue) if other else NOTHING
    if lemma == "ask" or form in ("noun", "participle"):
        return NOTHING
    return None


def _refused(name: str, cue: tuple[Token, ...], top: Token | None, form: str) -> Found:
    if top is None or form == "clause":
        return NOTHING
    if form == "infinitive":
        return NOTHING if among([top], "silence") else Judged("refusal", cue)
    if form == "participle":
        return Judged("refusal", cue) if name == "rule_out" else NOTHING
    if among([t for t in (*cue, *top.subtree) if t.i > cue[0].i], "falsehoods"):
        return Judged("denial", (*cue, *among(top.subtree, "falsehoods")))
    if name != "rule_out" and among([top], "charges"):
        return Judged("denial", (*cue, top))
    if among([top], "proposals") or (name == "rule_out" and among([top], "what one takes part in")):
        return Judged("refusal", (*cue, top))
    return NOTHING


def _called(cue: tuple[Token, ...], top: Token) -> Found:
    """ "Called the tariffs reckless"."""
    words = [t for h in (top, top.head) for t in h.subtree if t.i > cue[0].i]
    bad, good = among(words, "bad conduct"), among(words, "good conduct")
    unreal = among(words, "made up")
    if unreal and not bad and not good:
        return Judged("denial", (*cue, *unreal))
    if bad and not good:
        return Judged("blame", (*cue, *bad))
    return Judged("praise", (*cue, *good)) if good and not bad else NOTHING


def _expected(lemma: str, cue: tuple[Token, ...], top: Token | None, form: str) -> Found:
    if top is None:
        return NOTHING
    if form == "infinitive":
        return Judged("prediction", cue) if lemma == "expect" and subject(top) is not None else NOTHING
    if form == "noun":
        inner = any(c.dep_ in ("relcl", "acl") and form_of(c) == "infinitive" for c in top.children)
        return Judged("prediction", cue) if lemma == "expect" and not inner else NOTHING
    future = (modal(top) or ("", top))[0] in ("will", "would", "may", "could")
    if future:
        return Judged("prediction", (*cue, *([m[1]] if (m := modal(top)) else [])))
    return Judged("assessment", cue) if lemma == "doubt" and form == "clause" else NOTHING


def _noun(cue: Sequence[Token], head: Token, form: str) -> Found:
    nouns = [t for t in cue if t.pos_ == "NOUN"]
    if negation(head) is not None or any(
        c.dep_ == "det" and c.lower_ == "no" for n in nouns for c in n.children
    ):
        return NOTHING
    if head.pos_ == "VERB" and modal(head):
        return NOTHING
    if head.lemma_.lower() in listed("telling nothing"):
        return NOTHING
    if (
        form == "noun"
        and any(t.lemma_ == "appeal" for t in nouns)
        and not any(t.lower_ == "for" for t in cue)
    ):
        return NOTHING  # "his appeal to workers"
    for section, name in _NOUNS:
        if among(nouns, section):
            return Judged(name, tuple(cue))
    return None


def _adjective(cue: Sequence[Token], head: Token, top: Token | None) -> Found:
    word = next((t for t in cue if t.pos_ == "ADJ"), head)
    holder = word.head if word.dep_ in ("acomp", "attr") else word
    if top is None or negation(holder) is not None or form_of(top) != "clause" or modal(holder):
        return NOTHING
    ahead = modal(top)
    if ahead and ahead[0] in ("will", "would") and among([word], "of the future in adjectives"):
        return Judged("prediction", (*cue, ahead[1]))
    return Judged("assessment", tuple(cue)) if not ahead and among([word], "convinced") else NOTHING
