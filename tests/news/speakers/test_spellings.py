"""Spellings of one surname share a key; surnames of different persons do not."""

from __future__ import annotations

import itertools

import pytest

from detente.news.speakers.persons import Seen, settle
from detente.news.speakers.spellings import family_first, given_fit, surname_key

ONE = (
    "Zelensky Zelenskyy Zelenskiy Zelenskyi Zelenskij",
    "Netanyahu Netanjahu Netaniahu",
    "Lukashenko Lukashenka",
    "al-Assad el-Assad Assad Asad",
    "Medvedev Medvedyev",
    "Gorbachev Gorbachov Gorbachyov",
    "Tymoshenko Timoshenko",
    "Grigorenko Hryhorenko",
    "Tsikhanouskaya Tikhanovskaya Tsikhanouskaja",
    "Yatsenyuk Yatseniuk",
    "Dudayev Dudaev",
    "Klitschko Klychko Klichko",
    "Khodorkovsky Hodorkovskiy",
    "Solovyov Soloviev Solovyev",
    "Haniyeh Haniya Haniyah",
    "Sisi el-Sissi al-Sisi",
    "Rouhani Ruhani",
    "Podolyak Podoliak",
    "Sánchez Sanchez",
)
APART = (
    "Medvedev Medvedchuk Medvedko",
    "Zelensky Zelinsky Zalensky Zelenska Zelenskaya",
    "Biden Bidon Bidder",
    "Petrov Petrova Petrenko Petrovsky",
    "Lukashenko Lukashevich",
    "Assad Assadi",
    "Orban Urban",
    "Scholz Schulz Schultze",
    "Smith Smyth",
    "Putin Rutin",
    "Kim Kin Kam",
    "Macron Macroni",
    "Karimov Kerimov",
)


@pytest.mark.parametrize("spellings", ONE)
def test_spellings_of_one_name_share_a_key(spellings: str) -> None:
    assert len({surname_key(s) for s in spellings.split()}) == 1


@pytest.mark.parametrize("names", APART)
def test_names_of_different_persons_do_not(names: str) -> None:
    keys = [surname_key(n) for n in names.split()]
    assert len(set(keys)) == len(keys)


def test_no_two_groups_share_a_key() -> None:
    keys = [{surname_key(s) for s in group.split()} for group in ONE]
    assert all(not a & b for a, b in itertools.combinations(keys, 2))


@pytest.mark.parametrize(
    ("one", "other", "fit"),
    [
        ("Volodymyr", "Vladimir", True),
        ("Alexei", "Oleksiy", True),
        ("V.", "Viktor", True),
        ("Muhammad", "Mohamed", True),
        ("Maria", "Martin", False),
        ("Maria", "Marina", False),
        ("Paul", "Paula", False),
        ("Anna", "Andrei", False),
    ],
)
def test_given_names(one: str, other: str, fit: bool) -> None:
    assert given_fit(one, other) is given_fit(other, one) is fit


@pytest.mark.parametrize(
    "name", ["Xi Jinping", "Kim Jong Un", "Kim Jong-un", "Wang Yi", "Moon Jae-in", "Park Geun-hye"]
)
def test_family_names_that_stand_first(name: str) -> None:
    assert family_first(tuple(name.split()))


@pytest.mark.parametrize(
    "name",
    ["Kim Darroch", "Lee Harris", "Jinping Xi", "Anna Berg", "Kim Clijsters", "Xi", "Long John Silver"],
)
def test_other_names_in_which_they_do_not(name: str) -> None:
    assert not family_first(tuple(name.split()))


def persons(*names: str) -> list[set[str]]:
    return [{n.text for n in p.names} for p in settle({name: Seen(1) for name in names})]


def test_full_names_are_joined_and_kept_apart() -> None:
    assert len(persons("Danylo Zarensky", "Danylo Zarenskyy", "D. Zarenskiy")) == 1
    assert len(persons("Maria Lund", "Martin Lund", "Peter Lund")) == 3
    assert len(persons("Andrés López Obrador", "López Obrador", "Andres Lopez")) == 1
    assert len(persons("Kim Jong Un", "Kim Jong-un", "Kim Yo Jong")) == 2
    assert len(persons("Hillary Clinton", "Hillary Rodham Clinton", "Bill Clinton")) == 2


def test_an_initial_that_fits_two_persons_is_neither() -> None:
    assert len(persons("Viktor Lund", "Vera Lund", "V. Lund")) == 3


def test_titles_keep_a_couple_with_one_initial_apart() -> None:
    seen = {"A. Lund": Seen(1), "Anna Lund": Seen(1)}
    seen["A. Lund"].pronouns["he"] += 1
    assert len(settle(seen)) == 2
