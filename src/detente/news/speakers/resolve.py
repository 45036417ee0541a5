"""Who speaks, and of whom: sources and mentions resolved to actors of a `Registry`.

Names and titles first, then offices ("the foreign minister"), then pronouns. Where two readings are about as good, the
answer is None: an unknown speaker is better than a wrong one. Not found: nicknames, one name for two persons in one
document, and "we".
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Doc, Token

from detente.news.attribution.document import Attribution
from detente.news.lists.gazetteer import forms, given_names, slug
from detente.news.lists.lexicon import PEOPLE
from detente.news.speakers.mentions import Mentions
from detente.news.speakers.names import (
    TITLES,
    acts,
    full_names,
    named_alone,
    overrides,
    part_of_name,
    plain_name,
    stands_alone,
)
from detente.news.speakers.offices import OFFICES, holder, learn_offices, titled_pronoun
from detente.news.speakers.phrases import NUMBERS, described
from detente.news.speakers.pronouns import FEMALE, MALE, PLURAL, Group, body_meant, person_meant
from detente.news.speakers.registry import Entry, Registry
from detente.news.speakers.unfamiliar import Unfamiliar


class Reader:
    """One document. ``pieces``: parsed paragraphs with offsets in ``text``, as for `attributions`.

    Run each of `listed`, `persons`, `names` and `others` for all documents before the next; `Unfamiliar.decide` after `persons`.
    """

    def __init__(self, id: str, text: str, pieces: Sequence[tuple[Doc, int]], registry: Registry) -> None:
        self.id, self.pieces, self.registry = id, pieces, registry
        self.mentions = Mentions(id, text, pieces, registry)
        self.groups: list[Group] = []
        self._persons: list[tuple[int, int, int, Entry]] = []

    # ---------------------------------------------------------------- names

    def listed(self, unfamiliar: Unfamiliar) -> None:
        """Places that lists know, and how the texts use the names that no list knows."""
        for number, (doc, _) in enumerate(self.pieces):
            self._places(number, doc)
        unfamiliar.collect(self.mentions)

    def persons(self, unfamiliar: Unfamiliar) -> None:
        """Full names; they are noted later, with their offices."""
        for number, (doc, _) in enumerate(self.pieces):
            for first, last in full_names(doc):
                known = any((number, i) in self.mentions.at for i in range(first, last + 1))
                if (known and not overrides(doc, first, last)) or unfamiliar.is_land(doc, first, last):
                    continue
                entry = self.registry.person(plain_name(doc[first : last + 1].text))
                if entry.id not in self.mentions.seen:
                    self.mentions.seen.append(entry.id)
                self._persons.append((number, first, last, entry))

    def names(self, unfamiliar: Unfamiliar) -> None:
        """Unfamiliar countries and bodies, then persons with their offices."""
        unfamiliar.note(self.mentions)
        for number, first, last, entry in self._persons:
            doc = self.pieces[number][0]
            self.mentions.note(entry, number, doc, first, last, "name")
            learn_offices(self.mentions, entry, number, doc, first, last)

    def others(self, attributed: Sequence[Attribution]) -> None:
        """Surnames, offices and pronouns, in order of the text."""
        sources = {a.speaker for a in attributed if a.speaker}
        for number, (doc, _) in enumerate(self.pieces):
            for token in doc:
                if (number, token.i) in self.mentions.at or token.is_space or token.is_punct:
                    continue
                capital = (
                    token.pos_ in ("PROPN", "NOUN", "ADJ", "X", "VERB", "ADV") and token.text[:1].isupper()
                )
                if capital and self._surname(number, doc, token):
                    continue
                low = token.lower_
                if low in MALE or low in FEMALE:
                    found = person_meant(self.mentions, number, token)
                elif low in PLURAL or low in ("it", "its"):
                    found = self._they(number, token, (number, token.i) in sources)
                elif token.pos_ in ("NOUN", "PROPN") and token.lemma_.lower() in OFFICES:
                    found = holder(self.mentions, number, token)
                    if found:
                        self.mentions.note(found, number, doc, token.i, token.i, "office")
                        continue
                else:
                    found = None
                if found:
                    self.mentions.note(found, number, doc, token.i, token.i, "pronoun")
                elif (
                    token.tag_ in ("NNS", "NNPS")
                    and token.lemma_.lower() in PEOPLE
                    and token.dep_ in ("nsubj", "pobj", "dobj", "nsubjpass", "conj")
                ):
                    self.groups.append(
                        (
                            number,
                            token.i,
                            self.mentions.sentence(number, token),
                            token.dep_ in ("nsubj", "nsubjpass"),
                        )
                    )

    def _they(self, number: int, token: Token, is_source: bool) -> Entry | None:
        found = body_meant(self.mentions, self.groups, number, token, is_source)
        if isinstance(found, tuple):
            id = self._actor(found[0], self.pieces[found[0]][0][found[1]], 0)
            return self.registry[id] if id else None
        return found

    # ---------------------------------------------------------------- speakers and subjects

    def speaker(self, place: tuple[int, int] | None) -> str | None:
        """The actor behind the head of a source; made where the source is a group or unnamed, None where it is not clear."""
        if place is None:
            return None
        number, index = place
        return self._actor(number, self.pieces[number][0][index], 0)

    def about(self, spans: Sequence[tuple[int, int]], speaker: str | None) -> tuple[str, ...]:
        """Actors mentioned in the content, in order, the speaker left out."""
        found: dict[str, None] = {}
        for mention in sorted(
            (m for a, b in spans for m in self.mentions.between(a, b)), key=lambda m: (m.paragraph, m.first)
        ):
            start, end = self.mentions.chars(mention)
            if mention.actor != speaker and any(a <= start and end <= b for a, b in spans):
                found[mention.actor] = None
        return tuple(found)

    def chars(self) -> list[tuple[str, int, int, str]]:
        """Every mention as (actor, start, end, how) in code points of the text that was parsed."""
        return [(m.actor, *self.mentions.chars(m), m.how) for m in self.mentions.all]

    # ---------------------------------------------------------------- inside

    def _actor(self, number: int, token: Token, depth: int) -> str | None:
        mention = self.mentions.at.get((number, token.i))
        if mention is not None:
            return mention.actor
        if depth > 3:
            return None
        if token.tag_ in ("WP", "WDT") or (token.lower_ == "that" and token.head.dep_ == "relcl"):
            if token.head.dep_ == "relcl":
                return self._actor(number, token.head.head, depth + 1)
            verb = token.head
            while verb.dep_ in ("conj", "xcomp") and verb.head is not verb:
                verb = verb.head
            return self._actor(number, verb.head, depth + 1) if verb.dep_ == "relcl" else None
        if token.pos_ == "PRON" and token.lower_ not in NUMBERS:
            return None
        for child in token.children:  # "the minister, Anna Berg" and "Berg, the minister"
            if (
                child.dep_ == "appos"
                and (number, child.i) in self.mentions.at
                and self.mentions.at[number, child.i].how == "name"
            ):
                return self.mentions.at[number, child.i].actor
        return described(self.mentions, number, token)

    def _places(self, number: int, doc: Doc) -> None:
        words = self.mentions.words[number]
        table, i = forms(), 0
        while i < len(words):
            for width in range(min(6, len(words) - i), 0, -1):
                found = table.get(tuple(words[i : i + width]))
                if found and not part_of_name(doc, i, i + width - 1):
                    id, how = found
                    head = doc[i : i + width].root
                    if how != "seat" or acts(head):
                        self.mentions.note(
                            self.registry.place(id),
                            number,
                            doc,
                            i,
                            i + width - 1,
                            "people" if how == "people" else "place",
                            head=head.i,
                        )
                    i += width - 1
                    break
            i += 1

    def _surname(self, number: int, doc: Doc, token: Token) -> bool:
        word = plain_name(token.text)
        if len(word) < 2 or (
            slug(word) in given_names() and token.ent_type_ != "PERSON" and not self.registry.by_surname(word)
        ):
            return False
        here = [e for e in self.registry.by_surname(word) if e.id in self.mentions.seen]
        found = here or self.registry.by_surname(word)
        titles = {doc[i].lower_ for i in range(max(0, token.i - 2), token.i)}
        if len(found) > 1:
            wanted = titled_pronoun(titles)
            found = [e for e in found if wanted and e.pronoun == wanted]
        if len(found) == 1 and (token.pos_ == "PROPN" or token.ent_type_ or here):
            entry = found[0]
        elif (
            not found
            and token.pos_ == "PROPN"
            and (named_alone(token) or (titles & TITLES and token.lower_ not in TITLES))
            and stands_alone(doc, token)
        ):
            entry = self.registry.person(word)
        else:
            return False
        if entry.id not in self.mentions.seen:
            self.mentions.seen.append(entry.id)
        entry.pronoun = titled_pronoun(titles) or entry.pronoun
        self.mentions.note(entry, number, doc, token.i, token.i, "name")
        learn_offices(self.mentions, entry, number, doc, token.i, token.i)
        return True
