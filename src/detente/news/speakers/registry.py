"""The actors of all documents: one entry for one person, country or body, whatever form the texts use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from detente.news.lists.gazetteer import given_names, places, slug
from detente.news.speakers.persons import Person, Seen, name_parts, named, settle
from detente.news.speakers.spellings import bare, surname_key
from detente.scenario.statement import Actor

__all__ = ["Entry", "Held", "Registry", "name_parts"]


@dataclass(frozen=True)
class Held:
    """An office that a document gives to a person: its words, and the country or body it belongs to where that is said."""

    document: str
    role: str
    ties: frozenset[str] = frozenset()
    former: bool = False


@dataclass
class Entry:
    """What is known of one actor so far."""

    id: str
    name: str
    kind: str
    given: bool = False  # a person whose full name is known
    pronoun: str | None = None
    forms: Counter[str] = field(default_factory=Counter)
    member_of: dict[str, None] = field(default_factory=dict)
    roles: dict[str, None] = field(default_factory=dict)
    held: dict[Held, None] = field(default_factory=dict)
    spans: dict[tuple[str, int, int], None] = field(default_factory=dict)


class Registry:
    """Finds or makes entries. Names of persons are gathered from all documents by `saw`, then told apart once by `settle`."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._seen: dict[str, Seen] = {}
        self._bare: dict[str, Seen] = {}
        self._of_name: dict[str, str] = {}  # full name -> id
        self._of_surname: dict[str, dict[str, set[str]]] = {}  # key -> id -> spellings
        self._of_first: dict[str, dict[str, set[str]]] = {}  # the other word of a name, where no surname fits

    def __getitem__(self, id: str) -> Entry:
        return self.entries[id]

    def place(self, id: str) -> Entry:
        place = places()[id]
        entry = self.entries.setdefault(id, Entry(id, place.name, place.kind))
        if place.part_of:
            entry.member_of[place.part_of] = None
        return entry

    def named(self, name: str, kind: str, key: str | None = None) -> Entry:
        """An organisation, a group or somebody unnamed, by ``key`` (default: the name)."""
        id = slug(key or name) or kind
        if id in self.entries and self.entries[id].kind != kind and "person" in (self.entries[id].kind, kind):
            id = f"{id}-{kind}"
        return self.entries.setdefault(id, Entry(id, name, kind))

    # ---------------------------------------------------------------- persons

    def saw(self, name: str, pronoun: str | None = None, alone: bool = False) -> None:
        """Counts one place where the texts name a person; ``pronoun``: what a title before it says; ``alone``: a mere surname."""
        seen = (self._bare if alone else self._seen).setdefault(name, Seen())
        seen.count += 1
        if pronoun:
            seen.pronouns[pronoun] += 1

    def settle(self) -> None:
        """Tells all persons apart. Same names, same persons and ids, in whatever order they were seen."""
        for person in settle(self._seen):
            self._add(person)

    def settle_bare(self, taken: set[str]) -> None:
        """Persons of whom the texts give a surname alone; ``taken``: words of the names of countries and bodies."""
        left = {n: seen for n, seen in self._bare.items() if n not in taken and not self.by_surname(n)}
        for person in settle(left):
            self._add(person)

    def _add(self, person: Person) -> Entry:
        id = base = slug(person.name) or "person"
        number = 2
        while id in self.entries:
            id, number = f"{base}-{number}", number + 1
        entry = Entry(id, person.name, "person", any(n.given for n in person.names), person.pronoun)
        self.entries[id] = entry
        for name in person.names:
            self._of_name[name.text] = id
            for word in name.surnames:
                self._of_surname.setdefault(surname_key(word), {}).setdefault(id, set()).add(bare(word))
            for word in name.given:
                if slug(word) not in given_names():
                    self._of_first.setdefault(surname_key(word), {}).setdefault(id, set()).add(bare(word))
        return entry

    def person(self, name: str) -> Entry | None:
        """The person of this name; None where it is a surname of several or of nobody."""
        id = self._of_name.get(name)
        if id is not None:
            return self.entries[id]
        found = self.persons_called(name)
        return found[0] if len(found) == 1 else None

    def new_person(self, name: str) -> Entry:
        """A person whom only this name names."""
        return self.person(name) or self._add(Person(name, (named(name),), None))

    def persons_called(self, name: str) -> list[Entry]:
        """Persons whom a name without given name may mean, in order of id: all its words are among their surnames."""
        found: list[Entry] | None = None
        for word in named(name).surnames:
            here = self.by_surname(word)
            found = here if found is None else [e for e in found if e in here]
        return found or []

    def by_surname(self, word: str) -> list[Entry]:
        """Persons whom a bare name may mean, in order of id. One who is spelled so goes before one who is spelled otherwise."""
        key = surname_key(word)
        found = self._of_surname.get(key) or self._of_first.get(key) or {}
        exact = [id for id, spelled in found.items() if bare(word) in spelled]
        return [self.entries[id] for id in sorted(exact or found)]

    def actors(self) -> tuple[Actor, ...]:
        """Everybody, most mentioned first, then by id."""
        made = []
        for e in self.entries.values():
            if not e.spans and not e.forms:
                continue
            ordered = sorted(e.forms.items(), key=lambda f: (-f[1], f[0]))
            names = tuple(n for n, _ in ordered)
            shown = e.name
            if e.kind in ("group", "unnamed", "organisation") and e.id not in places():
                shown = next((n for n in names if slug(n) == slug(e.name)), e.name)
            spans = tuple(sorted(e.spans))
            made.append(
                Actor(
                    e.id, shown, e.kind, len(spans), names, tuple(sorted(e.member_of)), tuple(sorted(e.roles)), spans
                )
            )  # fmt: skip
        return tuple(sorted(made, key=lambda a: (-a.mentions, a.id)))
