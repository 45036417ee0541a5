"""Words that put something into somebody's mouth or mind, written for this package from general knowledge of English.

The verbs with their frames are in ``verbs.txt``, nouns and adjectives in ``words.txt``.
"""

from __future__ import annotations

from dataclasses import dataclass

from detente.news.lists.words import lines, words


@dataclass(frozen=True)
class Frames:
    """What one verb may take. ``kind`` speech or attitude; ``polarity`` is what the verb itself says of its content."""

    letters: frozenset[str]
    prepositions: frozenset[str]
    kind: str
    polarity: str = "asserted"


#: Verbs that say of their content that it is not so.
DENIALS = words("denials", "verbs.txt")
#: Verbs that ask, without saying that it is so.
QUESTIONS = words("questions", "verbs.txt")

#: Nouns of saying and thinking: "his claim that", "expressed concern that", "a warning against".
SPEECH_NOUNS = words("speech nouns")
ATTITUDE_NOUNS = words("attitude nouns")
#: Verbs that lend themselves to such a noun: "issued a warning", "voiced the fear".
LIGHT_VERBS = words("light verbs")
#: Adjectives of attitude: "is concerned about", "are convinced that".
ADJECTIVES = words("adjectives of attitude")

#: Nouns for texts and data that may be a source of their own.
ARTEFACTS = words("texts and data")

#: Heads that are people, offices or bodies, though no name.
PEOPLE = words("people and bodies")


def _read(section: str) -> dict[str, Frames]:
    kind = "attitude" if section == "attitude" else "speech"
    found: dict[str, Frames] = {}
    for line in lines(section, "verbs.txt"):
        head, verbs = line.split(":", 1)
        marks, _, prepositions = head.partition("/")
        for verb in verbs.split():
            polarity = "denied" if verb in DENIALS else "asked" if verb in QUESTIONS else "asserted"
            new = Frames(frozenset(marks.split()), frozenset(prepositions.split()), kind, polarity)
            found[verb] = joined(found[verb], new) if verb in found else new
    return found


def joined(one: Frames, other: Frames) -> Frames:
    """What either may take; kind and polarity are those of the first."""
    return Frames(one.letters | other.letters, one.prepositions | other.prepositions, one.kind, one.polarity)


SPEECH_VERBS = _read("speech")
EVIDENCE_VERBS = _read("evidence")
_ATTITUDE_VERBS = _read("attitude")

#: Every verb of saying or attitude with the union of its frames; saying decides the kind where a verb is both.
VERBS = SPEECH_VERBS | {
    verb: joined(SPEECH_VERBS[verb], frames) if verb in SPEECH_VERBS else frames
    for verb, frames in _ATTITUDE_VERBS.items()
}
