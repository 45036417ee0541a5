"""Whether a statement asserts its content, denies it, or asks.

The cue decides ("denied", "did not say that", "asked whether"), then the main clause of the content ("he had not seen any
willingness", "Will they come?"). A negation deeper down ("said that those who do not sign ...") leaves it asserted.
"""

from __future__ import annotations

from typing import Literal

from spacy.tokens import Token

from .found import Found

Polarity = Literal["asserted", "denied", "asked"]
_NEGATIVE = {
    "not",
    "n't",
    "n’t",
    "never",
    "neither",
    "nor",
    "no",
    "hardly",
    "scarcely",
    "without",
    "nobody",
    "nothing",
    "none",
}


def polarity_of(found: Found) -> Polarity:
    anchor = found.anchor
    if found.polarity == "asked" or _asks(found):
        return "asked"
    denied = found.polarity == "denied"
    if _negated(anchor):
        denied = not denied
    main = _main(found)
    if main is not None and _negated(main):
        denied = not denied
    return "denied" if denied else "asserted"


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
    """The verb at the top of the content, where the content is a clause."""
    doc = found.anchor.doc
    for first, last in found.content:
        inside = [t for t in doc[first : last + 1] if t.head.i < first or t.head.i > last or t.head.i == t.i]
        for token in inside:
            if token.pos_ in ("VERB", "AUX"):
                return token
    for a, b in found.chars[:1]:
        base = _base(found, a)
        span = doc.char_span(a - base, b - base, alignment_mode="contract") if base is not None else None
        if span is not None and span.root.pos_ in ("VERB", "AUX"):
            return span.root
    return None


def _base(found: Found, at: int) -> int | None:
    return (
        found.anchor.doc.user_data.get("base")
        if found.anchor.doc.user_data.get("base", at + 1) <= at
        else None
    )


def _asks(found: Found) -> bool:
    """Whether the content is a question: "whether ...", "if he would ...", or it ends with a question mark."""
    doc = found.anchor.doc
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
