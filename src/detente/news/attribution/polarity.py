"""Whether a statement asserts its content, denies it, or asks.

A negative statement is not a denied one: who says "nobody can win this war" asserts it. Denied is what the speaker says is
not so or has not come to his notice:

- the cue denies or refuses ("denied that", "rejects"), or is itself negated ("did not say that"; both: asserted);
- the main clause says that the speaker has not seen, heard, found or known it, or does not believe it ("he had not seen any
  sign"; the subject is a pronoun), that there is no sign or evidence of it, or that it is not true.

Asked is what a cue asks, what begins with "whether" or ends with a question mark. Not found: denials in other words
("that is nonsense"), and whether a negative statement answers somebody's charge.
"""

from __future__ import annotations

import re
from typing import Literal

from spacy.tokens import Token

from detente.news.attribution.found import Found
from detente.news.lists.words import words

#: Verbs by which a speaker has, or has not, come to know something.
_NOTICES = words("verbs of notice")
#: What there may be no ... of.
_SIGNS = words("signs and evidence")
_SPEAKERS = {"he", "she", "they", "i", "we", "it"}

Polarity = Literal["asserted", "denied", "asked"]


def polarity_of(found: Found) -> Polarity:
    anchor = found.anchor
    if found.polarity == "asked" or _asks(found):
        return "asked"
    denied = found.polarity == "denied"
    if _negated(anchor):
        denied = not denied
    main = _main(found)
    if main is not None and _negated(main) and _denies(main):
        denied = not denied
    return "denied" if denied else "asserted"


def _denies(main: Token) -> bool:
    """Whether a negated main clause is about the speaker's own notice, about evidence, or about truth."""
    subjects = [c for c in main.children if c.dep_ in ("nsubj", "nsubjpass", "expl")]
    low = {c.lower_ for c in subjects}
    if main.lemma_.lower() in _NOTICES and low & _SPEAKERS:
        return True
    rest = [c for c in main.children if c.dep_ in ("attr", "acomp", "dobj", "nsubj")]
    if low & {"there", *_SPEAKERS} and any(c.lemma_.lower() in _SIGNS for c in rest):
        return True
    return (
        main.lemma_ == "be"
        and bool(low & {"it", "that", "this"})
        and any(c.lower_ in ("true", "so", "correct", "case", "accurate") for c in rest)
    )


def _negated(token: Token) -> bool:
    """Whether a word is denied in its own clause: "not", "never", or a "no" on its subject or object."""
    for child in token.children:
        if child.dep_ == "neg" or (
            child.dep_ in ("advmod", "preconj") and child.lower_ in ("never", "neither", "hardly", "scarcely")
        ):
            return True
        if child.dep_ in ("nsubj", "nsubjpass", "dobj", "attr", "pobj") and (
            child.lower_ in ("nobody", "nothing", "none")
            or any(g.dep_ == "det" and g.lower_ in ("no", "neither") for g in child.children)
        ):
            return True
    return False


def _main(found: Found) -> Token | None:
    """The verb at the top of the content, where the content is one clause; None for a quotation of several sentences."""
    doc = found.anchor.doc
    base = doc.user_data.get("base", 0)
    if any(a < base or b > base + len(doc.text) for a, b in found.chars):
        return None  # it goes over paragraphs
    quoted = [doc.char_span(max(0, a - base), b - base, alignment_mode="contract") for a, b in found.chars]
    if any(q is None or re.search(r"[.!?][”\"’']?\s", q.text) for q in quoted):
        return None
    if len(quoted) > 1 and not _one_sentence([q.text for q in quoted if q is not None]):
        return None
    for first, last in found.content:
        for token in doc[first : last + 1]:
            top = not first <= token.head.i <= last or token.head.i == token.i
            if top and token.pos_ in ("VERB", "AUX"):
                return token
    root = quoted[0].root if quoted and quoted[0] is not None else None
    return root if root is not None and root.pos_ in ("VERB", "AUX") else None


def _one_sentence(pieces: list[str]) -> bool:
    """Whether pieces of a quotation are one sentence that a cue cuts: "We have not seen," she said, "any sign of it."."""
    ends = [p.strip("“”„«»\"'‘’ ") for p in pieces]
    return all(p[-1:] == "," for p in ends[:-1]) and all(p[:1].islower() for p in ends[1:])


def _asks(found: Found) -> bool:
    """Whether the content is a question: "whether ...", "if he would ...", or it ends with a question mark."""
    doc = found.anchor.doc
    if len(found.chars) == 1:
        base = doc.user_data.get("base", 0)
        start, end = (max(0, x - base) for x in found.chars[0])
        quote = doc.text[start:end].rstrip("”“»«\"'’ ")
        if quote.endswith("?") and not re.search(r"[.!?][”\"’']?\s", quote):
            return True
    for first, last in found.content[:1]:
        word = doc[first]
        if word.lower_ in ("whether", "if") and word.head == _main(found) and not found.chars:
            return (
                found.anchor.lemma_ in ("ask", "wonder", "inquire", "enquire", "query", "question")
                or word.lower_ == "whether"
            )
        if doc[last].text == "?" or (last + 1 < len(doc) and doc[last + 1].text == "?"):
            return True
    return False
