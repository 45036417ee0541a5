"""Countries, international organisations and given names, from the small files beside this module."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Place:
    """One country or organisation. ``seats`` stand for its government or its head office."""

    id: str
    name: str
    kind: str  # country or organisation
    names: tuple[str, ...]
    people: tuple[str, ...]
    seats: tuple[str, ...]
    part_of: str = ""  # id of the organisation that it is an organ of


#: Letters that do not decompose into a plain one and an accent.
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
    }
    | {"ı": "i", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ə": "a", "Ə": "A", "ħ": "h", "Ħ": "H"}
)


@functools.lru_cache(maxsize=20_000)
def slug(name: str) -> str:
    """A short id of letters, digits and hyphens."""
    ascii_name = unicodedata.normalize("NFKD", name.translate(_LETTERS))
    ascii_name = ascii_name.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[.'’]", "", ascii_name)).strip("-")[:60].strip("-")


def _lines(file: str) -> list[str]:
    text = resources.files("detente.news.lists").joinpath(file).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@functools.cache
def places() -> dict[str, Place]:
    """Every place by its id."""
    found = {}
    for file, kind in (("places.txt", "country"), ("organisations.txt", "organisation")):
        for line in _lines(file):
            name, names, people, seats, whole = ([*line.split("|"), "", "", "", ""])[:5]
            cut = [tuple(p.strip() for p in part.split(",") if p.strip()) for part in (names, people, seats)]
            place = Place(
                slug(name.strip()), name.strip(), kind, (name.strip(), *cut[0]), cut[1], cut[2], slug(whole)
            )
            found[place.id] = place
    return found


@functools.cache
def _all_forms() -> dict[tuple[str, ...], dict[str, str]]:
    table: dict[tuple[str, ...], dict[str, str]] = {}
    for place in places().values():
        for kind, words in (("seat", place.seats), ("people", place.people), ("name", place.names)):
            for form in words:
                key = tuple(
                    form.removeprefix("The ").replace("'", "’").replace("-", " - ").replace("+", " +").split()
                )
                table.setdefault(key, {})[place.id] = kind
    return table


@functools.cache
def forms() -> dict[tuple[str, ...], tuple[str, str]]:
    """Words of a form -> (id, "name" | "people" | "seat"); the words as a tokeniser cuts them, without "the".

    Of a form that several share (see `shared`) it says only that there is one: the id is the first of them.
    """
    return {key: next(iter(ids.items())) for key, ids in _all_forms().items()}


@functools.cache
def shared() -> dict[tuple[str, ...], dict[str, str]]:
    """Forms of several places, "Brussels" or "Congo", as in `forms`: id -> how it is meant."""
    return {key: dict(sorted(ids.items())) for key, ids in _all_forms().items() if len(ids) > 1}


@functools.cache
def by_name_of_house() -> frozenset[tuple[str, ...]]:
    """Seats that are houses and offices, not towns: "Kremlin", "White House". They stand for a government before a noun, too."""
    houses = (s for p in places().values() for s in (p.seats[1:] if p.kind == "country" else ()))
    return frozenset(tuple(house.replace("'", "’").split()) for house in houses)


@functools.cache
def given_names() -> dict[str, str]:
    """Given name in lower case -> "he" or "she"."""
    table: dict[str, str] = {}
    for line in _lines("given_names.txt"):
        pronoun, _, names = line.partition(":")
        for name in names.split():
            table[slug(name)] = pronoun.strip()
    return table
