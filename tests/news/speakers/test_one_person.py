"""One person, one id: no order of documents counts, and one document more joins nobody without a name that fits both."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from detente.news import read_ledger
from detente.news.speakers.persons import Seen, named, same, settle
from detente.scenario.statement import Document, Ledger

GIVEN = (
    "Viktor", "Vera", "V.", "Volodymyr", "Vladimir", "Maria", "Marija", "M.", "Anna", "Andres Manuel", "Andres",
)  # fmt: skip
SURNAMES = (
    "Lund",
    "Zarensky",
    "Zarenskyy",
    "Zarenska",
    "Obrador",
    "Lopez Obrador",
    "Petrov",
    "Petrova",
    "al-Qassar",
    "Kassar",
)
NAMES = st.builds(lambda g, s: f"{g} {s}", st.sampled_from(GIVEN), st.sampled_from(SURNAMES))
SETS = st.lists(NAMES, min_size=1, max_size=7, unique=True)


def groups(names: Iterable[str]) -> set[frozenset[str]]:
    return {frozenset(n.text for n in p.names) for p in settle({n: Seen(1) for n in names})}


@settings(derandomize=True, max_examples=200)
@given(SETS, st.randoms(use_true_random=False))
def test_the_order_of_names_tells_nobody_apart(names: list[str], random: object) -> None:
    shuffled = sorted(names, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert groups(shuffled) == groups(names)


@settings(derandomize=True, max_examples=300)
@given(SETS, NAMES)
@example(["Andres Lopez", "Lopez Obrador"], "Andres Manuel Lopez Obrador")
def test_two_who_were_apart_are_joined_by_a_name_that_fits_both_alone(names: list[str], new: str) -> None:
    before = groups(names)
    for group in groups([*names, new]):
        parts = [b for b in before if b & group]
        if len(parts) > 1:
            assert new in group
            assert all(any(_fit(new, old) for old in part) for part in parts), (parts, new)


def _fit(new: str, old: str) -> bool:
    """Whether they may be one by their given and last names, or one ends with the other's two surnames."""
    words = [new.split(), old.split()]
    short, long = sorted(words, key=len)
    return same(named(new), named(old)) or long[-len(short) :] == short


@settings(derandomize=True, max_examples=200)
@given(SETS)
def test_every_name_of_a_person_fits_another_of_his(names: list[str]) -> None:
    for group in groups(names):
        assert all(any(_fit(a, b) for b in group if a != b) for a in group if len(group) > 1), group


# ---------------------------------------------------------------- documents

REPORTS = (
    "President Maria Lund said the dam would hold. Lund said that it was new.",
    "General Peter Lund said the dam leaked. Lund said that it was old.",
    "Lund said that the dam was dry.",
    "President Maria Lund met General Peter Lund. Lund said that it was late.",
    "M. Lund said that the gate was shut. The president said that it was open.",
    "Danylo Zarensky said that the train was late. Zarensky said it was cold.",
    "Zarenskyy said that the train had gone.",
    "Olga Zarenska said that the bus was late. Zarenska said it was warm.",
    "The president said that the road was closed.",
    "Brussels said that the list was long.",
)


def ledger(texts: Sequence[int]) -> Ledger:
    return read_ledger(
        [Document(f"d{n}", f"d{n}.txt", "0" * 64, "utf-8", REPORTS[n]) for n in texts], keep_copies=True
    )


def speakers(found: Ledger) -> dict[str, tuple[str | None, frozenset[str], tuple[str, ...]]]:
    """Of each statement: the kind of its speaker, all names of him, and who may be meant where that is open."""
    actors = {a.id: a for a in found.actors}
    told = {}
    for s in found.statements:
        actor = actors.get(s.speaker) if s.speaker else None
        open_ = tuple(id for id, _ in s.unclear.candidates) if s.unclear else ()
        told[s.id] = (actor.kind if actor else None, frozenset(actor.names) if actor else frozenset(), open_)
    return told


MANY = st.lists(st.integers(0, len(REPORTS) - 1), min_size=1, max_size=5, unique=True)


@settings(derandomize=True, max_examples=12, deadline=None)
@given(MANY, st.integers(0, len(REPORTS) - 1))
def test_one_document_more_puts_no_words_into_another_mouth(texts: list[int], more: int) -> None:
    before, after = speakers(ledger(texts)), speakers(ledger(list(dict.fromkeys([*texts, more]))))
    for id, (kind, names, open_) in before.items():
        now, names_now, open_now = after[id]
        if kind == "person":
            assert (now == "person" and names <= names_now) or (now is None and open_now), (
                id,
                names,
                names_now,
            )
        if kind is None and len(open_) > 1:
            assert now in (None, "unnamed"), id
            assert len(open_now) > 1, id


@settings(derandomize=True, max_examples=6, deadline=None)
@given(MANY)
def test_no_order_of_generated_documents_counts(texts: list[int]) -> None:
    told = speakers(ledger(texts))
    for order in itertools.islice(itertools.permutations(texts), 1, 4):
        assert speakers(ledger(order)) == told


@pytest.mark.parametrize("more", range(len(REPORTS)))
def test_what_a_document_leaves_open_no_other_closes(more: int) -> None:
    texts = list(dict.fromkeys([3, 9, more]))
    told = speakers(ledger(texts))
    assert told["d3:1"][0] is None
    assert len(told["d3:1"][2]) == 2
    assert told["d9:1"][0] is None
    assert len(told["d9:1"][2]) == 3
