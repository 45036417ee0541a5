"""Countries and bodies that no list knows: decided over all documents, then noted in each, with their short forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from spacy.tokens import Doc

from detente.news.lists.gazetteer import forms, given_names, places, slug
from detente.news.speakers.acronyms import introduced
from detente.news.speakers.mentions import Mentions
from detente.news.speakers.names import part_of_name, plain_name
from detente.news.speakers.registry import Entry, Registry
from detente.news.speakers.usage import (
    BODY_HEADS,
    Usage,
    key,
    may_be_country,
    observe,
    people_of,
    runs,
    state_named,
)

Name = tuple[str, ...]

#: What a body may be called for short, in small letters, besides the head of its own name.
_ALSO = {
    "pact": {"alliance", "bloc"},
    "alliance": {"pact"},
    "union": {"bloc"},
    "league": {"bloc"},
    "community": {"bloc"},
    "coalition": {"alliance"},
    "confederation": {"bloc"},
    "organisation": {"organization"},
}
#: Listed bodies whose names do not say what they are called for short.
_LISTED = {"nato": {"alliance"}, "european-union": {"union", "bloc"}}
_SHORT = {
    "alliance",
    "pact",
    "bloc",
    "union",
    "league",
    "coalition",
    "organisation",
    "organization",
    "community",
    "agency",
    "committee",
    "commission",
    "mission",
    "tribunal",
    "secretariat",
}
_OPEN_ENDED = {"of", "between", "with", "among", "that", "which", "for", "against"}


class Unfamiliar:
    """The unfamiliar names of all documents. `collect` from each, `decide` once, then `note` in each."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.usage: dict[Name, Usage] = {}
        self.capitals: Counter[str] = Counter()
        self.inside: Counter[Name] = Counter()  # words of longer names
        self.table: dict[Name, tuple[Entry, str]] = {}  # words of a form -> actor, how it is meant
        self.letters: dict[str, set[Name]] = {}  # initials in brackets -> the names they followed
        self.longest = 1

    def collect(self, mentions: Mentions) -> None:
        for number, (doc, _) in enumerate(mentions.pieces):
            self.capitals.update(w for w in mentions.words[number] if w[:1].isupper() and not w.isupper())
            for first, last, letters in introduced(doc):
                name = key(doc, first, last)
                self.letters.setdefault(letters, set()).add(name)
            for first, last in runs(doc):
                name = key(doc, first, last)
                if first < last and name not in forms():
                    self.inside.update((word,) for word in name)
                if (number, last) in mentions.at and (number, first) in mentions.at:
                    continue
                observe(doc, first, last, self.usage.setdefault(name, Usage()))

    def is_land(self, doc: Doc, first: int, last: int) -> bool:
        """Whether what looks like somebody's name has a border, a parliament or an invader."""
        usage = self.usage.get(key(doc, first, last))
        return usage is not None and usage.ways["land"] > 0 and not usage.ways["titled"]

    def decide(self) -> None:
        """Says which names are countries, bodies and persons; all others stay open."""
        self.registry.settle()
        self._decide()
        self.registry.settle_bare({word for name in self.table for word in name})

    def _decide(self) -> None:
        countries: dict[Name, Usage] = {}
        long_names: dict[Name, list[Name]] = {}
        for name, usage in self.usage.items():
            short = state_named(name)
            if short is not None and may_be_country(short):
                usage.ways["state"] += 1
                countries.setdefault(short, Usage()).ways["state"] += 1
                long_names.setdefault(short, []).append(name)
        for name, usage in self.usage.items():
            if may_be_country(name) and not any(self.registry.by_surname(word) for word in name):
                usage.ways["inside"] += self.inside[name]
                if name in countries:
                    usage.ways["state"] += 1
                pattern = people_of(name)
                if usage.is_country(any(pattern.fullmatch(w) for w in self.capitals if w not in name)):
                    countries[name] = usage
                else:
                    countries.pop(name, None)
        for name in sorted(countries, key=len):
            entry = self.registry.named(plain_name(" ".join(name)), "country")
            for form in (name, *long_names.get(name, ())):
                self.table[form] = (entry, "place")
            pattern = people_of(name)
            for word in self.capitals:
                if word not in name and pattern.fullmatch(word) and (word,) not in forms():
                    self.table[word,] = (entry, "people")
        for name, usage in self.usage.items():
            if name not in self.table and self._is_body(name, usage):
                self.table[name] = (self.registry.named(plain_name(" ".join(name)), "organisation"), "body")
        for letters, names in sorted(self.letters.items()):
            unlisted = sorted(name for name in names if name not in forms())
            for name in unlisted:
                if name not in self.table:
                    self.table[name] = (
                        self.registry.named(plain_name(" ".join(name)), "organisation"),
                        "body",
                    )
            if len(names) == len(unlisted) == 1 and (letters,) not in forms():
                self.table[letters,] = self.table[unlisted[0]]
        self.longest = max((len(name) for name in self.table), default=1)

    def _is_body(self, name: Name, usage: Usage) -> bool:
        if len(name) < 2 or name in forms():
            return False
        heads = {name[-1].lower(), name[0].lower() if "of" in name else ""}
        if heads & BODY_HEADS:
            return True
        if slug(name[0]) in given_names() or any(self.registry.by_surname(word) for word in name):
            return False
        return usage.labels["ORG"] * 2 > usage.labels.total() and "of" not in name

    def note(self, mentions: Mentions) -> None:
        """Notes every mention of a decided name, then the short forms of bodies."""
        bodies: dict[str, Entry] = {}
        for number, (doc, _) in enumerate(mentions.pieces):
            self._note_names(mentions, number, doc, bodies)
        for mention in mentions.all:
            listed = self.registry[mention.actor].kind == "organisation" and mention.actor in places()
            if mention.how == "place" and listed:
                bodies.setdefault(mention.actor, self.registry[mention.actor])
        if bodies:
            self._note_short_forms(mentions, list(bodies.values()))

    def _note_names(self, mentions: Mentions, number: int, doc: Doc, bodies: dict[str, Entry]) -> None:
        words = mentions.words[number] if self.table else []
        i = 0
        while i < len(words):
            width = 1
            if words[i][:1].isupper():
                for width in range(min(self.longest, len(words) - i), 0, -1):
                    found = self.table.get(tuple(words[i : i + width]))
                    if found and not part_of_name(doc, i, i + width - 1):
                        self._note_one(mentions, number, doc, i, i + width - 1, *found)
                        if found[1] == "body":
                            bodies.setdefault(found[0].id, found[0])
                        break
                else:
                    width = 1
            i += width

    def _note_one(
        self, mentions: Mentions, number: int, doc: Doc, first: int, last: int, entry: Entry, how: str
    ) -> None:
        inner = {mentions.at[number, i].actor for i in range(first, last + 1) if (number, i) in mentions.at}
        if how != "body" and inner:
            return
        if how == "body":
            for actor in sorted(inner):
                if self.registry[actor].kind in ("country", "organisation") and actor != entry.id:
                    entry.member_of[actor] = None
        mentions.note(entry, number, doc, first, last, how, head=doc[first : last + 1].root.i)

    def _note_short_forms(self, mentions: Mentions, bodies: Sequence[Entry]) -> None:
        """ "the Pact", "a Pact force" and, once the body was named, "the alliance": where only one body can be meant."""
        heads = {e.id: {w.lower() for w in e.name.split()} & BODY_HEADS for e in bodies}
        small = {
            e.id: (
                heads[e.id] | {s for h in heads[e.id] for s in _ALSO.get(h, ())} | _LISTED.get(e.id, set())
            )
            & _SHORT
            for e in bodies
        }
        first_place = {
            e.id: min((m.paragraph, m.first) for m in mentions.all if m.actor == e.id) for e in bodies
        }
        for number, (doc, _) in enumerate(mentions.pieces):
            for place in [i for i, word in enumerate(mentions.words[number]) if word.lower() in BODY_HEADS]:
                token = doc[place]
                low = token.lower_
                if (number, place) in mentions.at:
                    continue
                after = doc[token.i + 1] if token.i + 1 < len(doc) else None
                before = doc[token.i - 1] if token.i else None
                if before is None or before.lower_ not in ("the", "a", "this"):
                    continue
                if token.text[:1].isupper():
                    if after is not None and (after.pos_ == "PROPN" or after.lower_ == "of"):
                        continue
                    fitting = [e for e in bodies if low in heads[e.id]]
                elif before.lower_ == "the" and (after is None or after.lower_ not in _OPEN_ENDED):
                    fitting = [
                        e for e in bodies if low in small[e.id] and first_place[e.id] < (number, token.i)
                    ]
                else:
                    continue
                if len(fitting) == 1:
                    mentions.note(fitting[0], number, doc, token.i, token.i, "body", head=token.i)
