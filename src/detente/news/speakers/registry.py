"""The actors of all documents: one entry for one person, country or body, whatever form the texts use."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from detente.news.lists.gazetteer import fold, given_names, places, slug
from detente.scenario.statement import Actor

_PARTICLES = {
    "de",
    "da",
    "di",
    "del",
    "della",
    "der",
    "den",
    "van",
    "von",
    "bin",
    "ibn",
    "al",
    "el",
    "la",
    "le",
    "dos",
    "du",
    "st",
    "mc",
    "o",
}
_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}


@dataclass
class Entry:
    """What is known of one actor so far."""

    id: str
    name: str
    kind: str
    words: tuple[str, ...] = ()  # the parts of a person's name, folded
    pronoun: str | None = None
    forms: Counter[str] = field(default_factory=Counter)
    member_of: dict[str, None] = field(default_factory=dict)
    roles: dict[str, None] = field(default_factory=dict)
    spans: dict[tuple[str, int, int], None] = field(default_factory=dict)


class Registry:
    """Finds or makes entries. Persons are told apart by surname and given name, all others by their name."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._persons: dict[str, list[str]] = {}

    def __getitem__(self, id: str) -> Entry:
        return self.entries[id]

    def place(self, id: str) -> Entry:
        place = places()[id]
        return self.entries.setdefault(id, Entry(id, place.name, place.kind))

    def named(self, name: str, kind: str, key: str | None = None) -> Entry:
        """An organisation, a group or somebody unnamed, by ``key`` (default: the name)."""
        id = slug(key or name) or kind
        if id in self.entries and self.entries[id].kind == "person" and kind != "person":
            id = f"{id}-{kind}"
        return self.entries.setdefault(id, Entry(id, name, kind))

    def person(self, name: str) -> Entry:
        """The person of this full name: the same surname and no other given name is the same person."""
        parts = name_parts(name)
        surname = fold(parts[-1])
        given = [fold(p) for p in parts[:-1] if slug(p) not in _PARTICLES]
        for id in self._persons.get(surname, ()):
            entry = self.entries[id]
            known = entry.words[:-1]
            if not known or not given or _same_given(known[0], given[0]):
                if len(parts) > len(name_parts(entry.name)):
                    entry.name = name
                    entry.words = (*given, surname)
                    entry.pronoun = entry.pronoun or _pronoun(parts[0])
                return entry
        id = slug(name) or "person"
        while id in self.entries:
            id += "-2"
        pronoun = _pronoun(parts[0]) if len(parts) > 1 else None
        entry = Entry(id, name, "person", (*given, surname), pronoun)
        self.entries[id] = entry
        self._persons.setdefault(surname, []).append(id)
        return entry

    def by_surname(self, word: str) -> list[Entry]:
        """Persons whom a bare name may mean: their surname, or a first part that is no given name (Xi)."""
        found = [self.entries[i] for i in self._persons.get(fold(word), ())]
        if not found and slug(word) not in given_names():
            found = [
                e
                for e in self.entries.values()
                if e.kind == "person" and len(e.words) > 1 and e.words[0] == fold(word)
            ]
        return found

    def actors(self) -> tuple[Actor, ...]:
        """Everybody, most mentioned first, then by id."""
        made = []
        for e in self.entries.values():
            if not e.spans and not e.forms:
                continue
            names = tuple(n for n, _ in sorted(e.forms.items(), key=lambda f: (-f[1], f[0])))
            spans = tuple(sorted(e.spans))
            made.append(
                Actor(e.id, e.name, e.kind, len(spans), names, tuple(e.member_of), tuple(e.roles), spans)
            )
        return tuple(sorted(made, key=lambda a: (-a.mentions, a.id)))


def name_parts(name: str) -> list[str]:
    parts = [p for p in re.split(r"\s+", name.strip()) if p]
    while len(parts) > 1 and slug(parts[-1]) in _SUFFIXES:
        parts.pop()
    return parts or [name]


def _same_given(one: str, other: str) -> bool:
    """Volodymyr and V., Alexei and Alexey, Mike and Michael (first three letters) may be the same given name."""
    return one == other or (one[0] == other[0] and (len(one) == 1 or len(other) == 1 or one[:3] == other[:3]))


def _pronoun(given: str) -> str | None:
    return given_names().get(slug(given))
