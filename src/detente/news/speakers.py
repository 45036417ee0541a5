"""Who speaks, and of whom: sources and mentions resolved to actors of a `Registry`.

Names and titles first, then offices ("the foreign minister"), then pronouns. Where two readings are about as good, the
answer is None: an unknown speaker is better than a wrong one. Not found: nicknames, one name for two persons in one
document, and "we".
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.tokens import Doc, Token

from .attribution import Attribution
from .gazetteer import forms, given_names, slug
from .lexicon import ARTEFACTS, PEOPLE
from .names import (
    TITLES,
    acts,
    full_names,
    is_subject,
    named_alone,
    overrides,
    part_of_name,
    plain_name,
    stands_alone,
    urged,
)
from .quotes import number_at, quotations
from .registry import Entry, Registry
from .words import words

OFFICES = words("offices")
FEMALE = {"she", "her", "hers", "herself"}
MALE = {"he", "him", "his", "himself"}
PLURAL = {"they", "them", "their", "theirs"}
_SHE_TITLES = {
    "mrs.",
    "mrs",
    "ms.",
    "ms",
    "miss",
    "queen",
    "princess",
    "lady",
    "dame",
    "baroness",
    "spokeswoman",
    "congresswoman",
    "chairwoman",
    "businesswoman",
}
_HE_TITLES = {
    "mr.",
    "mr",
    "king",
    "prince",
    "lord",
    "sir",
    "spokesman",
    "congressman",
    "chairman",
    "businessman",
    "baron",
    "pope",
}
_INDEFINITE = {
    "a",
    "an",
    "another",
    "some",
    "one",
    "any",
    "several",
    "many",
    "most",
    "few",
    "no",
    "every",
    "each",
    "all",
    "both",
    "other",
    "more",
}
_COLLECTIVE = words("collective bodies")


@dataclass(frozen=True)
class Mention:
    """One place where an actor is named, in parsed paragraphs."""

    actor: str
    paragraph: int
    first: int
    last: int
    head: int
    sentence: int  # number of the sentence in the document
    subject: bool
    quoted: bool
    how: str  # name, place, people, office, pronoun


class Reader:
    """Mentions of one document. ``pieces``: parsed paragraphs with offsets in ``text``, as for `attributions`."""

    def __init__(self, id: str, text: str, pieces: Sequence[tuple[Doc, int]], registry: Registry) -> None:
        self.id, self.text, self.pieces, self.registry = id, text, pieces, registry
        self.quoted = quotations(text)
        self.mentions: list[Mention] = []
        self.in_sentence: dict[int, list[Mention]] = {}
        self.at: dict[tuple[int, int], Mention] = {}  # (paragraph, token) -> mention
        self.sentences = self._number_sentences()
        self.seen: list[str] = []  # persons named in full in this document
        self.groups: list[tuple[int, int, int, bool]] = []

    # ---------------------------------------------------------------- names

    def names(self) -> None:
        """Full names and places. Run for every document before `others`, so that a surname finds its bearer."""
        for number, (doc, _) in enumerate(self.pieces):
            self._places(number, doc)
            for first, last in full_names(doc):
                if any((number, i) in self.at for i in range(first, last + 1)) and not overrides(
                    doc, first, last
                ):
                    continue
                entry = self.registry.person(plain_name(doc[first : last + 1].text))
                if entry.id not in self.seen:
                    self.seen.append(entry.id)
                self._note(entry, number, doc, first, last, "name")
                self._office_before(entry, number, doc, first)
                self._office_beside(entry, doc, doc[last], number)

    def others(self, attributed: Sequence[Attribution]) -> None:
        """Surnames, offices and pronouns, in order of the text."""
        sources = {a.speaker for a in attributed if a.speaker}
        for number, (doc, _) in enumerate(self.pieces):
            for token in doc:
                if (number, token.i) in self.at or token.is_space or token.is_punct:
                    continue
                capital = (
                    token.pos_ in ("PROPN", "NOUN", "ADJ", "X", "VERB", "ADV") and token.text[:1].isupper()
                )
                if capital and self._surname(number, doc, token):
                    continue
                low = token.lower_
                if low in MALE or low in FEMALE:
                    found = self._pronoun(number, token)
                elif low in PLURAL or low in ("it", "its"):
                    found = self._plural(number, token, (number, token.i) in sources)
                elif token.pos_ in ("NOUN", "PROPN") and token.lemma_.lower() in OFFICES:
                    found = self._office(number, token)
                    if found:
                        self._note(found, number, doc, token.i, token.i, "office")
                        continue
                else:
                    found = None
                if found:
                    self._note(found, number, doc, token.i, token.i, "pronoun")
                elif (
                    token.tag_ in ("NNS", "NNPS")
                    and token.lemma_.lower() in PEOPLE
                    and token.dep_ in ("nsubj", "pobj", "dobj", "nsubjpass", "conj")
                ):
                    self.groups.append(
                        (number, token.i, self._sentence(number, token), token.dep_ in ("nsubj", "nsubjpass"))
                    )

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
            (m for a, b in spans for m in self._mentions_between(a, b)), key=lambda m: (m.paragraph, m.first)
        ):
            start, end = self._chars(mention)
            if mention.actor != speaker and any(a <= start and end <= b for a, b in spans):
                found[mention.actor] = None
        return tuple(found)

    def _mentions_between(self, start: int, end: int) -> list[Mention]:
        starts = [base for _, base in self.pieces]
        first = max(0, bisect.bisect_right(starts, start) - 1)
        last = bisect.bisect_left(starts, end)
        numbers = range(first, min(last, len(self.pieces)))
        sentences = {s for n in numbers for s in self.sentences[n]}
        return [m for s in sorted(sentences) for m in self.in_sentence.get(s, ()) if m.paragraph in numbers]

    def chars(self) -> list[tuple[str, int, int, str]]:
        """Every mention as (actor, start, end, how) in code points of the text that was parsed."""
        return [(m.actor, *self._chars(m), m.how) for m in self.mentions]

    # ---------------------------------------------------------------- inside

    def _actor(self, number: int, token: Token, depth: int) -> str | None:
        mention = self.at.get((number, token.i))
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
        if token.pos_ == "PRON" and token.lower_ not in (
            "many",
            "some",
            "others",
            "most",
            "both",
            "several",
            "those",
            "all",
            "few",
            "none",
        ):
            return None
        for child in token.children:  # "the minister, Anna Berg" and "Berg, the minister"
            if (
                child.dep_ == "appos"
                and (number, child.i) in self.at
                and self.at[number, child.i].how == "name"
            ):
                return self.at[number, child.i].actor
        return self._phrase(number, token)

    def _phrase(self, number: int, token: Token) -> str | None:
        """A group, a body or somebody unnamed, by the words of the phrase."""
        doc = token.doc
        first = token.i
        left = {c.i: c for c in token.lefts}
        while first - 1 >= 0 and (
            first - 1 in left
            or any(a <= first - 1 <= b for a, b in ((c.left_edge.i, c.i) for c in left.values()))
        ):
            first -= 1
        last = token.i
        for child in token.rights:
            if (
                child.dep_ == "prep"
                and child.lower_ in ("of", "in", "from", "for", "at")
                and child.left_edge.i == last + 1
                and child.right_edge.i - child.i <= 5
            ):
                last = child.right_edge.i
        low = [doc[i].lower_ for i in range(first, token.i + 1)]
        start = first
        while start < token.i and (
            doc[start].tag_ in ("DT", "PDT", "CC", "IN")
            or doc[start].lower_ in _INDEFINITE
            or doc[start].is_punct
        ):
            start += 1
        name = plain_name(doc[start : last + 1].text)
        if not name or not any(c.isalpha() for c in name):
            return None
        lemma = token.lemma_.lower()
        plural = token.tag_ in ("NNS", "NNPS") or low[-1] in (
            "many",
            "some",
            "others",
            "most",
            "both",
            "several",
            "those",
            "all",
            "few",
            "%",
            "percent",
        )
        if token.pos_ == "PROPN" and token.tag_ != "NNPS":
            kind = "person" if token.ent_type_ == "PERSON" and start == token.i else "organisation"
            entry = (
                self.registry.person(name) if kind == "person" else self.registry.named(name, "organisation")
            )
        elif plural and lemma not in ARTEFACTS:
            entry = self.registry.named(name, "group")
        elif lemma in _COLLECTIVE and not set(low) & {"a", "an", "another"}:
            entry = self.registry.named(name, "organisation")
        else:
            entry = self.registry.named(name, "unnamed", f"{name} {self.id}")
        for i in range(first, last + 1):
            inner = self.at.get((number, i))
            if inner is not None and inner.actor != entry.id:
                entry.member_of[inner.actor] = None
        self._note(entry, number, doc, start, last, "name", head=token.i)
        return entry.id

    def _places(self, number: int, doc: Doc) -> None:
        words = [t.text.replace("'", "’") for t in doc]
        table, i = forms(), 0
        while i < len(words):
            for width in range(min(6, len(words) - i), 0, -1):
                found = table.get(tuple(words[i : i + width]))
                if found and not part_of_name(doc, i, i + width - 1):
                    id, how = found
                    head = doc[i : i + width].root
                    if how != "seat" or acts(head):
                        self._note(
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
        here = [e for e in self.registry.by_surname(word) if e.id in self.seen]
        found = here or self.registry.by_surname(word)
        titles = {doc[i].lower_ for i in range(max(0, token.i - 2), token.i)}
        if len(found) > 1:
            wanted = "she" if titles & _SHE_TITLES else "he" if titles & _HE_TITLES else None
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
        if entry.id not in self.seen:
            self.seen.append(entry.id)
        if titles & _SHE_TITLES:
            entry.pronoun = "she"
        elif titles & _HE_TITLES:
            entry.pronoun = "he"
        self._note(entry, number, doc, token.i, token.i, "name")
        self._office_before(entry, number, doc, token.i)
        self._office_beside(entry, doc, token, number)
        return True

    def _office_before(self, entry: Entry, number: int, doc: Doc, first: int) -> None:
        """ "European Union foreign policy chief Kaja Kallas": office and country from the words before the name."""
        start = first
        while (
            start > 0
            and doc[start - 1].sent.start == doc[first].sent.start
            and (
                doc[start - 1].pos_ in ("NOUN", "PROPN", "ADJ")
                or doc[start - 1].tag_ in ("POS", "HYPH")
                or doc[start - 1].lower_ in TITLES
            )
            and doc[start - 1].text not in (",", ":")
        ):
            start -= 1
        self._learn_office(entry, number, doc, start, first - 1)

    def _office_beside(self, entry: Entry, doc: Doc, name: Token, number: int) -> None:
        """ "Kaja Kallas, the EU's foreign policy chief" and "the EU's foreign policy chief, Kaja Kallas"."""
        beside = [c for c in name.children if c.dep_ == "appos" and c.i > name.i]
        if name.dep_ == "appos" and name.head.pos_ == "NOUN":
            beside.append(name.head)
        for other in beside:
            if other.lemma_.lower() in OFFICES:
                first = other.left_edge.i
                last = other.i
                for child in other.rights:
                    if (
                        child.dep_ == "prep"
                        and child.lower_ in ("of", "for", "to")
                        and child.right_edge.i - other.i < 6
                    ):
                        last = child.right_edge.i
                self._learn_office(entry, number, doc, first, last)
                if other.i not in [m.head for m in self.mentions if m.paragraph == number]:
                    self._note(entry, number, doc, other.i, other.i, "office")

    def _learn_office(self, entry: Entry, number: int, doc: Doc, first: int, last: int) -> None:
        words = [doc[i] for i in range(first, last + 1)]
        if not any(t.lemma_.lower() in OFFICES or t.lower_ in OFFICES for t in words):
            if any(t.lower_ in _SHE_TITLES for t in words):
                entry.pronoun = "she"
            elif any(t.lower_ in _HE_TITLES for t in words):
                entry.pronoun = "he"
            return
        kept = []
        for token in words:
            mention = self.at.get((number, token.i))
            if mention is not None and mention.how in ("place", "people"):
                entry.member_of[mention.actor] = None
            elif (
                token.tag_ not in ("DT", "POS")
                and token.lower_
                not in ("mr.", "mr", "mrs.", "ms.", "then", "former", "current", "outgoing", "incoming")
                and not token.is_punct
            ):
                kept.append(token.text)
            if token.lower_ in _SHE_TITLES:
                entry.pronoun = "she"
            elif token.lower_ in _HE_TITLES:
                entry.pronoun = "he"
        role = re.sub(r"\s+(?:of|for|to)$", "", " ".join(kept))
        if role:
            entry.roles[role.lower() if not role.isupper() else role] = None

    def _office(self, number: int, token: Token) -> Entry | None:
        """ "the EU's foreign policy chief": the one person of this document whose office and country agree, or None."""
        doc = token.doc
        if token.tag_ in ("NNS", "NNPS") or token.dep_ in ("compound", "amod"):
            return None
        determiners = [c for c in token.children if c.dep_ in ("det", "poss")]
        if (not determiners and token.pos_ != "PROPN") or any(c.lower_ in _INDEFINITE for c in determiners):
            return None
        first = token.left_edge.i
        last = token.i
        for child in token.rights:
            if child.dep_ == "prep" and child.lower_ == "of":
                last = child.right_edge.i
        tied = [
            self.at[number, i].actor
            for i in range(first, last + 1)
            if (number, i) in self.at and i != token.i
        ]
        words = {
            doc[i].lower_
            for i in range(first, token.i)
            if doc[i].pos_ in ("NOUN", "ADJ", "PROPN") and (number, i) not in self.at
        }
        words -= {"former", "current", "new", "then", "own", "top"}
        head = token.lemma_.lower()
        found = []
        for id in self.seen:
            entry = self.registry[id]
            if any(
                t != id and t not in entry.member_of
                for t in tied
                if self.registry[t].kind in ("country", "organisation")
            ):
                continue
            if any(self.registry[t].kind == "person" for t in tied):
                continue
            if any(head in (parts := role.split()) and words <= set(parts) for role in entry.roles):
                found.append(entry)
        if len(found) > 1 and not tied:
            # the one named last, if the others were not named lately
            recent = [
                m.actor
                for m in self.mentions
                if (m.paragraph, m.first) < (number, token.i) and m.how in ("name", "pronoun")
            ]
            near = [e for e in found if e.id in recent[-2:]]
            found = near if len(near) == 1 else found
        if len(found) == 1:
            return found[0]
        return None

    def _pronoun(self, number: int, token: Token) -> Entry | None:
        """He or she: the person nearest in the text, subjects before others; None where two are as near."""
        wanted = "he" if token.lower_ in MALE else "she"
        here = self._sentence(number, token)
        inside = self._is_quoted(number, token)
        own_subject = None
        if token.dep_ in ("dobj", "pobj", "dative") and token.lower_ in ("him", "her"):
            verb = token.head
            while verb.dep_ == "prep" and verb.head is not verb:
                verb = verb.head
            from .syntax import subject

            doing = subject(verb) if verb.pos_ in ("VERB", "AUX") else None
            own_subject = (
                self.at[number, doing.i].actor if doing is not None and (number, doing.i) in self.at else None
            )
        governor = urged(token) if token.dep_ == "poss" else None
        best: dict[str, float] = {}
        for mention in [m for s in range(here - 4, here + 1) for m in self.in_sentence.get(s, ())]:
            entry = self.registry[mention.actor]
            if entry.kind != "person" or mention.how == "people" or mention.actor == own_subject:
                continue
            if (mention.paragraph, mention.first) >= (number, token.i):
                continue
            distance = here - mention.sentence
            if distance > 4 or (entry.pronoun is not None and entry.pronoun != wanted):
                continue
            score = (
                -1.2 * distance
                + (1.0 if mention.subject else 0.0)
                - (2.0 if mention.quoted != inside else 0.0)
            )
            score += 0.4 if entry.pronoun == wanted else 0.0
            score += 0.3 if mention.how == "pronoun" else 0.0
            if distance == 0 and token.dep_ == "poss":
                score += 0.5 * mention.first / max(1, token.i)
            if governor is not None and (mention.paragraph, mention.head) == (number, governor.i):
                score += 1.2
            best[mention.actor] = max(best.get(mention.actor, -99.0), score)
        ranked = sorted(best.items(), key=lambda s: -s[1])
        if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < 0.35):
            return None
        entry = self.registry[ranked[0][0]]
        if len(ranked) == 1 and entry.pronoun is None:
            entry.pronoun = wanted
        return entry

    def _plural(self, number: int, token: Token, is_source: bool) -> Entry | None:
        """They: what stands in brackets behind it ("they (Russia)"), else for a source the group or body last in subject place."""
        doc = token.doc
        if token.i + 2 < len(doc) and doc[token.i + 1].text == "(" and (number, token.i + 2) in self.at:
            return self.registry[self.at[number, token.i + 2].actor]
        if not is_source:
            return None
        here = self._sentence(number, token)
        plural = token.lower_ in PLURAL
        near: list[tuple[tuple[int, int], Entry | tuple[int, int]]] = []
        for mention in [m for s in range(here - 2, here + 1) for m in self.in_sentence.get(s, ())]:
            kind = self.registry[mention.actor].kind
            fits = kind in ("group",) if plural else kind in ("organisation", "country")
            if (
                fits
                and mention.subject
                and mention.how != "people"
                and 0 <= here - mention.sentence <= 2
                and (mention.paragraph, mention.first) < (number, token.i)
            ):
                near.append(((mention.paragraph, mention.first), self.registry[mention.actor]))
        if plural:
            for paragraph, index, sentence, is_subject in self.groups:
                if is_subject and 0 <= here - sentence <= 2 and (paragraph, index) < (number, token.i):
                    near.append(((paragraph, index), (paragraph, index)))
        if not near:
            return None
        chosen = max(near, key=lambda n: n[0])[1]
        if isinstance(chosen, tuple):
            id = self._actor(chosen[0], self.pieces[chosen[0]][0][chosen[1]], 0)
            return self.registry[id] if id else None
        return chosen

    def _note(
        self, entry: Entry, number: int, doc: Doc, first: int, last: int, how: str, head: int | None = None
    ) -> None:
        root = doc[first : last + 1].root if head is None else doc[head]
        for i in range(first, last + 1):
            if (
                how == "name"
                and (number, i) in self.at
                and self.at[number, i].first == i
                and self.at[number, i].last == i
                and i != root.i
            ):
                continue
        mention = Mention(
            entry.id, number, first, last, root.i, self._sentence(number, root),
            is_subject(root), self._is_quoted(number, doc[first]), how,
        )  # fmt: skip
        self.mentions.append(mention)
        self.in_sentence.setdefault(mention.sentence, []).append(mention)
        for i in range(first, last + 1):
            if (number, i) not in self.at or (how == "name" and head is None) or i == root.i:
                self.at[number, i] = mention
        if how in ("name", "place", "people"):
            entry.forms[plain_name(doc[first : last + 1].text)] += 1

    def _chars(self, mention: Mention) -> tuple[int, int]:
        doc, base = self.pieces[mention.paragraph]
        end = doc[mention.last]
        stop = base + end.idx + len(end.text)
        return base + doc[mention.first].idx, stop

    def _is_quoted(self, number: int, token: Token) -> bool:
        at = self.pieces[number][1] + token.idx
        return number_at(self.quoted, at) is not None

    def _number_sentences(self) -> list[list[int]]:
        """For each paragraph and token the number of its sentence in the document."""
        numbered, count = [], 0
        for doc, _ in self.pieces:
            of_token: list[int] = []
            for token in doc:
                count += bool(token.is_sent_start)
                of_token.append(count)
            numbered.append(of_token)
        return numbered

    def _sentence(self, number: int, token: Token) -> int:
        return self.sentences[number][token.i]
