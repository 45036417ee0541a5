"""Who speaks, and of whom: sources and mentions resolved to actors of a `Registry`.

Names and titles first, then offices ("the foreign minister"), then pronouns. Where two readings are about as good, the
answer is None: an unknown speaker is better than a wrong one. Not found: nicknames, one name for two persons in one
document, and "we".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Token

from detente.news.attribution.document import Attribution
from detente.news.lists.gazetteer import forms, given_names, places, shared, slug
from detente.news.lists.lexicon import PEOPLE
from detente.news.speakers.meant import Meant
from detente.news.speakers.mentions import Mentions
from detente.news.speakers.names import (
    TITLES,
    acts,
    full_names,
    named_alone,
    overrides,
    part_of_name,
    plain_name,
    proper_nouns,
    stands_alone,
    stands_for_government,
    with_office,
)
from detente.news.speakers.offices import OFFICES, holder, learn_offices, titled_pronoun
from detente.news.speakers.phrases import NUMBERS, described, same_body, state_meant
from detente.news.speakers.pronouns import FEMALE, MALE, PLURAL, Group, body_meant, person_meant
from detente.news.speakers.registry import Entry, Registry
from detente.news.speakers.unfamiliar import Unfamiliar
from detente.scenario.statement import Unclear

LONGEST = 8  # words of a listed name
#: Titles that stand before a given name alone.
GIVEN_NAME_TITLES = frozenset(
    {"sir", "dame", "prince", "princess", "king", "queen", "sheikh", "sheik", "emir", "pope"}
)


class Reader:
    """One document. ``pieces``: parsed paragraphs with offsets in ``text``, as for `attributions`.

    Run each of `listed`, `persons`, `names` and `others` for all documents before the next; `Unfamiliar.decide` after `persons`.
    """

    def __init__(self, id: str, text: str, pieces: Sequence[tuple[Doc, int]], registry: Registry) -> None:
        self.id, self.pieces, self.registry = id, pieces, registry
        self.mentions = Mentions(id, text, pieces, registry)
        self.groups: list[Group] = []
        self._persons: list[tuple[int, int, int, str]] = []
        self.doubts: dict[tuple[int, int], Meant] = {}  # paragraph and token of what is left open

    # ---------------------------------------------------------------- names

    def listed(self, unfamiliar: Unfamiliar) -> None:
        """Places that lists know, and how the texts use the names that no list knows."""
        for number, (doc, _) in enumerate(self.pieces):
            self._places(number, doc)
        unfamiliar.collect(self.mentions)

    def persons(self, unfamiliar: Unfamiliar) -> None:
        """Full names, and surnames that may be all that is told; who they are is decided over all documents."""
        for number, (doc, _) in enumerate(self.pieces):
            inside: set[int] = set()
            for first, last in full_names(doc):
                known = any((number, i) in self.mentions.at for i in range(first, last + 1))
                if (known and not overrides(doc, first, last)) or unfamiliar.is_land(doc, first, last):
                    continue
                name = plain_name(doc[first : last + 1].text)
                if not any(c.isalpha() for c in name):
                    continue
                self.registry.saw(name, titled_pronoun(_before(doc, first)))
                self._persons.append((number, first, last, name))
                inside.update(range(first, last + 1))
            for i in proper_nouns(doc):
                token = doc[i]
                if (
                    i not in inside
                    and (number, i) not in self.mentions.at
                    and (token.text,) not in forms()  # a place, though nothing is said of its government
                    and _may_be_bare_surname(doc, token)
                ):
                    self.registry.saw(plain_name(token.text), titled_pronoun(_before(doc, i)), alone=True)

    def names(self, unfamiliar: Unfamiliar) -> None:
        """Unfamiliar countries and bodies, then persons with their offices, then surnames."""
        self._told_seats()
        unfamiliar.note(self.mentions)
        for number, first, last, name in self._persons:
            doc = self.pieces[number][0]
            entry = self.registry.person(name)
            if entry is None:
                continue
            if entry.id not in self.mentions.seen:
                self.mentions.seen.append(entry.id)
            self.mentions.note(entry, number, doc, first, last, "name")
            learn_offices(self.mentions, entry, number, doc, first, last)
        for number, (doc, _) in enumerate(self.pieces):
            for token in doc:
                if (number, token.i) not in self.mentions.at and _may_name(token):
                    self._surname(number, doc, token)

    def others(self, attributed: Sequence[Attribution]) -> None:
        """Surnames, offices and pronouns, in order of the text."""
        sources = {a.speaker for a in attributed if a.speaker}
        for number, (doc, _) in enumerate(self.pieces):
            for token in doc:
                if (number, token.i) in self.mentions.at or token.is_space or token.is_punct:
                    continue
                if _may_name(token) and (doubt := self._doubtful_name(number, doc, token)):
                    self.doubts[number, token.i] = doubt
                    continue
                low = token.lower_
                if low in MALE or low in FEMALE:
                    meant = person_meant(self.mentions, number, token)
                    found = meant.entry
                    if found is None and meant.why:
                        self.doubts[number, token.i] = meant
                elif low in PLURAL or low in ("it", "its"):
                    found = self._they(number, token, (number, token.i) in sources)
                elif token.pos_ in ("NOUN", "PROPN") and token.lemma_.lower() in OFFICES:
                    meant = holder(self.mentions, number, token)
                    found = None
                    if meant is not None and meant.entry:
                        self.mentions.note(meant.entry, number, doc, token.i, token.i, "office")
                        continue
                    if meant is not None:
                        self.doubts[number, token.i] = meant
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

    def unclear(self, place: tuple[int, int] | None) -> Unclear | None:
        """Who may be meant by the head of a source, and why that is open; None where it is not, or nobody is in question."""
        doubt = self.doubts.get(place) if place is not None else None
        if doubt is None or not doubt.candidates:
            return None
        named = tuple((id, self.registry[id].name) for id in doubt.candidates)
        return Unclear(named, doubt.why)

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
        doubt = self.doubts.get((number, token.i))
        if depth > 3 or (doubt is not None and doubt.closed):
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
        return self._described(number, token)

    def _described(self, number: int, token: Token) -> str | None:
        state = state_meant(self.mentions, number, token)
        if state is not None:
            return state
        earlier = same_body(self.mentions, number, token)
        if len(earlier) > 1:
            ids = tuple(sorted(filter(None, (described(self.mentions, n, t) for n, t in earlier))))
            self.doubts[number, token.i] = Meant(
                None, ids, f"the text speaks of several: “{token.text}” may be any"
            )
            return None
        if earlier:
            id = described(self.mentions, *earlier[0])
            if id is not None:
                self.mentions.note(
                    self.registry[id], number, token.doc, token.i, token.i, "body", head=token.i
                )
            return id
        return described(self.mentions, number, token)

    def _places(self, number: int, doc: Doc) -> None:
        for i, width, ids in _listed(doc, self.mentions.words[number]):
            if len(ids) == 1:
                self._note_place(number, doc, i, width, *next(iter(ids.items())))

    def _note_place(self, number: int, doc: Doc, i: int, width: int, id: str, how: str) -> None:
        head = doc[i : i + width].root
        if how != "seat" or acts(head) or stands_for_government(doc, i, width):
            kind = "people" if how == "people" else "place"
            self.mentions.note(self.registry.place(id), number, doc, i, i + width - 1, kind, head=head.i)

    def _told_seats(self) -> None:
        """Names of several places ("Brussels", "Congo") where this document names exactly one of them in another way."""
        told = {m.actor for m in self.mentions.all}
        told |= {p.part_of for id in told if (p := places().get(id)) is not None and p.part_of}
        for number, (doc, _) in enumerate(self.pieces):
            for i, width, ids in _listed(doc, self.mentions.words[number]):
                meant = [id for id in ids if id in told]
                if len(ids) > 1 and len(meant) == 1:
                    self._note_place(number, doc, i, width, meant[0], ids[meant[0]])

    def _doubtful_name(self, number: int, doc: Doc, token: Token) -> Meant | None:
        """A surname of several persons or a name of several places that nothing in the document tells apart."""
        for width in range(1, min(LONGEST, len(doc) - token.i) + 1):
            ids = shared().get(tuple(self.mentions.words[number][token.i : token.i + width]))
            if ids is not None and token.i <= doc[token.i : token.i + width].root.i:
                named = {m.actor for m in self.mentions.all}
                left = tuple(id for id in ids if id in named) or tuple(ids)
                for id in left:
                    self.registry.place(id)
                return Meant(None, left, f"“{doc[token.i : token.i + width].text}” stands for each of these")
        found = self._called(token)
        if len(found) > 1 and (token.pos_ == "PROPN" or _bare_subject(token)):
            return Meant(None, tuple(e.id for e in found), f"several are called “{plain_name(token.text)}”")
        return None

    def _called(self, token: Token) -> list[Entry]:
        """Whom a surname may mean, those named in this document before others, and a title decides between them."""
        word = plain_name(token.text)
        everybody = self.registry.by_surname(word)
        if not everybody and token.i and token.nbor(-1).lower_ in GIVEN_NAME_TITLES:
            called = [e for e in map(self.registry.__getitem__, self.mentions.seen) if _given(e, word)]
            everybody = called if len(called) == 1 else []
        found = [e for e in everybody if e.id in self.mentions.seen] or everybody
        titles = _before(token.doc, token.i)
        if len(found) > 1:
            wanted = titled_pronoun(titles)
            pronouns = {e.id: self.mentions.pronoun_of(e) for e in found}
            fitting = [e for e in found if wanted and pronouns[e.id] == wanted]
            if wanted and not fitting:  # "Mrs" is the one of whom nothing says that he is a man
                fitting = [e for e in found if pronouns[e.id] is None]
            if not wanted:
                offices = titles & OFFICES
                held = {
                    e.id: {w for h in e.held if h.document == self.id for w in h.role.split()} for e in found
                }
                fitting = [e for e in found if offices and offices <= held[e.id]]
            found = fitting if len(fitting) == 1 else found
        return found

    def _surname(self, number: int, doc: Doc, token: Token) -> bool:
        word = plain_name(token.text)
        if len(word) < 2:
            return False
        found = self._called(token)
        if len(found) != 1:
            return False
        entry = found[0]
        known = token.pos_ == "PROPN" or token.ent_type_ or entry.id in self.mentions.seen
        if not (known or _bare_subject(token)):
            return False
        if entry.id not in self.mentions.seen:
            self.mentions.seen.append(entry.id)
        pronoun = titled_pronoun(_before(doc, token.i))
        if pronoun:
            self.mentions.pronouns[entry.id] = pronoun
        self.mentions.note(entry, number, doc, token.i, token.i, "name")
        learn_offices(self.mentions, entry, number, doc, token.i, token.i)
        return True


def _given(entry: Entry, word: str) -> bool:
    """ "Sir Alan": whether a person of a full name is called so."""
    return entry.given and len(word) > 1 and slug(entry.name.split()[0]) == slug(word)


def _before(doc: Doc, i: int) -> set[str]:
    """The two words before a name in its sentence, in lower case: where its titles stand."""
    return {t.lower_ for t in doc[max(doc[i].sent.start, i - 2) : i]}


def _may_name(token: Token) -> bool:
    return token.pos_ in ("PROPN", "NOUN", "ADJ", "X", "VERB", "ADV") and token.text[:1].isupper()


def _bare_subject(token: Token) -> bool:
    """A capitalised noun that says something without an article, and is no plural by its form: a surname the parser does not know."""
    plain = token.tag_ in ("NN", "NNS") and not token.lower_.endswith("s") and len(token) > 3
    return plain and token.dep_ == "nsubj" and not any(c.i < token.i for c in token.children)


def _may_be_bare_surname(doc: Doc, token: Token) -> bool:
    word, titles = plain_name(token.text), _before(doc, token.i)
    titled = bool(titles & TITLES) and token.lower_ not in TITLES
    return (
        len(word) > 1
        and token.text[:1].isupper()
        and token.tag_ != "NNPS"
        and (named_alone(token) or titled or with_office(token))
        and stands_alone(doc, token)
        and (slug(word) not in given_names() or token.ent_type_ == "PERSON")
    )


def _listed(doc: Doc, words: Sequence[str]) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Listed places in a paragraph: first token, number of tokens, and id -> how it is meant."""
    table, i = forms(), 0
    while i < len(words):
        for width in range(min(LONGEST, len(words) - i), 0, -1):
            key = tuple(words[i : i + width])
            found = table.get(key)
            if found and not part_of_name(doc, i, i + width - 1):
                yield i, width, shared().get(key, dict([found]))
                i += width - 1
                break
        i += 1
