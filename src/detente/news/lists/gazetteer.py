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


@functools.lru_cache(maxsize=20_000)
def slug(name: str) -> str:
    """A short id of letters, digits and hyphens."""
    ascii_name = unicodedata.normalize("NFKD", name.replace("ß", "ss").replace("ø", "o").replace("ł", "l"))
    ascii_name = ascii_name.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"[.'’]", "", ascii_name)).strip("-")[:60].strip("-")


@functools.lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """One spelling for the ways in which one surname is transliterated: Zelensky, Zelenskyy, Zelenskiy, Zelenskij."""
    word = slug(name).replace("-", "")
    word = re.sub(r"(?:iy|yy|ij|yj|ii|yi)$", "y", word)
    word = re.sub(r"(?<=[sc]k)i$", "y", word)
    return (
        word.replace("kh", "h").replace("zh", "j").replace("ff", "f").replace("ey", "ei")
        if len(word) > 4
        else word
    )


def _lines(file: str) -> list[str]:
    text = resources.files("detente.news.lists").joinpath(file).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@functools.cache
def places() -> dict[str, Place]:
    """Every place by its id."""
    found = {}
    for file, kind in (("places.txt", "country"), ("organisations.txt", "organisation")):
        for line in _lines(file):
            name, names, people, seats = ([*line.split("|"), "", "", ""])[:4]
            cut = [tuple(p.strip() for p in part.split(",") if p.strip()) for part in (names, people, seats)]
            place = Place(slug(name.strip()), name.strip(), kind, (name.strip(), *cut[0]), cut[1], cut[2])
            found[place.id] = place
    return found


@functools.cache
def forms() -> dict[tuple[str, ...], tuple[str, str]]:
    """Words of a form -> (id, "name" | "people" | "seat"); the words as a tokeniser cuts them, without "the"."""
    table: dict[tuple[str, ...], tuple[str, str]] = {}
    for place in places().values():
        for kind, words in (("seat", place.seats), ("people", place.people), ("name", place.names)):
            for form in words:
                key = tuple(
                    form.removeprefix("The ").replace("'", "’").replace("-", " - ").replace("+", " +").split()
                )
                table[key] = (place.id, kind)
    return table


@functools.cache
def given_names() -> dict[str, str]:
    """Given name in lower case -> "he" or "she"."""
    table: dict[str, str] = {}
    for line in _lines("given_names.txt"):
        pronoun, _, names = line.partition(":")
        for name in names.split():
            table[slug(name)] = pronoun.strip()
    return table
