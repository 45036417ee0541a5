"""Which full names of all documents are one person: decided once, over the set of names, so that no order of reading counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from detente.news.lists.gazetteer import given_names, slug
from detente.news.speakers.spellings import PARTICLES, family_first, given_fit, given_key, surname_key

_SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}


@dataclass
class Seen:
    """How often a full name was seen, and the pronouns of its titles ("Mrs": she)."""

    count: int = 0
    pronouns: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Name:
    """A person's name in parts. ``surnames``: every word that may stand for it alone; the first is the last or family name."""

    text: str
    given: tuple[str, ...]
    surnames: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return (*(given_key(g) for g in self.given), *(surname_key(s) for s in reversed(self.surnames)))


@dataclass(frozen=True)
class Person:
    """One person under all full names that the texts use; ``name`` is the fullest, then the most used, then first by alphabet."""

    name: str
    names: tuple[Name, ...]
    pronoun: str | None


def name_parts(name: str) -> list[str]:
    parts = [p for p in re.split(r"\s+", name.strip()) if p]
    while len(parts) > 1 and slug(parts[-1]) in _SUFFIXES:
        parts.pop()
    return parts or [name]


def named(text: str) -> Name:
    """The parts of a name; a name of one part (after particles) has no given name."""
    parts = tuple(name_parts(text))
    if family_first(parts):
        return Name(text, ("".join(slug(p) for p in parts[1:]),), (parts[0],))
    kept = [p for p in parts if slug(p) not in PARTICLES] or [parts[-1]]
    if len(kept) == 1 or (slug(parts[0]) in PARTICLES and len(kept) == 2 and len(parts) <= 4):
        return Name(text, (), tuple(reversed(kept)))
    return Name(text, (kept[0],), tuple(reversed(kept[1:])))


def same(one: Name, other: Name) -> bool:
    """Whether two full names may be one person's: given names that fit and a surname of one that is the other's last; one name
    that the other ends with (Lopez Obrador); or the same two words in the other order."""
    if not one.given or not other.given:
        return False
    a, b = one.keys, other.keys
    if given_fit(one.given[0], other.given[0]):
        last, other_last = surname_key(one.surnames[0]), surname_key(other.surnames[0])
        return last in map(surname_key, other.surnames) or other_last in map(surname_key, one.surnames)
    plain, other_plain = (tuple(surname_key(w) for w in _words(n)) for n in (one, other))
    short, long = sorted((plain, other_plain), key=len)
    if len(short) < len(long) and long[-len(short) :] == short:
        return True
    return len(a) == len(b) == 2 and plain == other_plain[::-1]


def _words(name: Name) -> tuple[str, ...]:
    return (*name.given, *reversed(name.surnames))


def pronoun_of(name: Name, seen: Seen) -> str | None:
    """What the titles before a name say, if they agree, else what goes with the given name."""
    if seen.pronouns:
        return next(iter(seen.pronouns)) if len(seen.pronouns) == 1 else None
    return given_names().get(slug(name.given[0])) if name.given else None


def settle(seen: Mapping[str, Seen]) -> list[Person]:
    """The persons behind the full names, in order of name. Names that fit two who do not fit each other join neither."""
    names = {text: named(text) for text in sorted(seen)}
    _double_surnames(names)
    full = [n for n in names.values() if n.given]
    pronoun = {n.text: pronoun_of(n, seen[n.text]) for n in full}
    by_key: dict[str, list[Name]] = {}
    for n in full:
        for key in {surname_key(w) for w in _words(n)}:
            by_key.setdefault(key, []).append(n)
    fits: dict[str, set[str]] = {n.text: {n.text} for n in full}
    for group in by_key.values():
        for i, n in enumerate(group):
            for m in group[i + 1 :]:
                differ = pronoun[n.text] and pronoun[m.text] and pronoun[n.text] != pronoun[m.text]
                if not differ and same(n, m):
                    fits[n.text].add(m.text)
                    fits[m.text].add(n.text)
    groups = []
    left = set(fits)
    for text in sorted(fits):
        if text not in left:
            continue
        group = _reached(text, fits)
        if any(
            fits[one] != group for one in group
        ):  # a name in the middle fits two persons: only equal keys are joined
            strict = {one: {o for o in fits[one] if names[o].keys == names[one].keys} for one in group}
            group = _reached(text, strict)
        left -= group
        groups.append(sorted(group))
    bare = _bare_names([n for n in names.values() if not n.given], by_key)
    return [_person([names[t] for t in group], seen) for group in [*groups, *bare]]


def _double_surnames(names: dict[str, Name]) -> None:
    """Marks two surnames as such where they end a longer name: "Lopez Obrador" beside "Andres Lopez Obrador"."""
    plain = {text: tuple(surname_key(w) for w in _words(n)) for text, n in names.items()}
    ends = {words[k:] for words in plain.values() for k in range(1, len(words) - 1)}
    for text, n in names.items():
        if n.given and plain[text] in ends and slug(n.given[0]) not in given_names():
            names[text] = Name(text, (), tuple(reversed(_words(n))))


def _reached(start: str, links: Mapping[str, set[str]]) -> set[str]:
    found, open_ = {start}, [start]
    while open_:
        new = links[open_.pop()] - found
        found |= new
        open_ += new
    return found


def _bare_names(bare: Iterable[Name], full: Mapping[str, list[Name]]) -> list[list[str]]:
    """Surnames that no full name has, joined by their key."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for n in bare:
        if not any(surname_key(w) in full for w in n.surnames):
            groups.setdefault(n.keys, []).append(n.text)
    return [sorted(g) for _, g in sorted(groups.items())]


def _person(names: list[Name], seen: Mapping[str, Seen]) -> Person:
    def rank(n: Name) -> tuple[int, int, int, str]:
        words = _words(n)
        return (-sum(len(slug(w)) > 1 for w in words), -seen[n.text].count, -len(n.text), n.text)

    best = min(names, key=rank)
    pronouns = {p for n in names if (p := pronoun_of(n, seen[n.text]))}
    return Person(best.text, tuple(names), pronouns.pop() if len(pronouns) == 1 else None)
