"""The shipped article on the Talsen valley: countries that do not exist are read like any others."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from detente.news import read_ledger
from detente.scenario.statement import Document, Ledger

TEXT = resources.files("detente.brief").joinpath("example", "talsen-valley.txt").read_text("utf-8")


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return read_ledger([Document("talsen-valley", "talsen-valley.txt", "0" * 64, "utf-8", TEXT)])


@pytest.mark.parametrize("name", ["Orvania", "Belmoria", "Castellania"])
def test_each_mention_of_a_country_is_a_span_of_it(ledger: Ledger, name: str) -> None:
    country = ledger.actor(name.lower())
    assert country.kind == "country"
    places = {("talsen-valley", m.start(), m.end()) for m in re.finditer(name, TEXT)}
    assert set(country.spans) == places


def test_there_is_no_other_country(ledger: Ledger) -> None:
    assert {a.id for a in ledger.actors if a.kind == "country"} == {"orvania", "belmoria", "castellania"}


def test_the_pact_is_one_body_under_all_its_names(ledger: Ledger) -> None:
    assert {a.id for a in ledger.actors if a.kind == "organisation"} == {"meridian-pact"}
    found = sorted(TEXT[a:b] for _, a, b in ledger.actor("meridian-pact").spans)
    assert found == ["Meridian Pact", "Pact", "Pact", "alliance"]


@pytest.mark.parametrize(
    ("person", "member_of", "role"),
    [
        ("ines-marisol", ("meridian-pact",), "secretary-general"),
        ("viktor-sandor", ("orvania",), "deputy premier"),
        ("teodor-lanz", ("castellania",), "president"),
        ("adela-rusk", (), "foreign minister"),
    ],
)
def test_persons_have_their_offices(
    ledger: Ledger, person: str, member_of: tuple[str, ...], role: str
) -> None:
    actor = ledger.actor(person)
    assert (actor.kind, actor.member_of, actor.roles) == ("person", member_of, (role,))


def test_these_are_all_persons(ledger: Ledger) -> None:
    persons = {a.id for a in ledger.actors if a.kind == "person"}
    assert persons == {"ines-marisol", "viktor-sandor", "teodor-lanz", "adela-rusk"}


@pytest.mark.parametrize(
    ("words", "speaker", "polarity"),
    [
        ("bought with somebody else's land", "ines-marisol", "asserted"),
        ("a hurried ceasefire", "ines-marisol", "asserted"),
        ("Nobody can win this war", "teodor-lanz", "asserted"),
        ("no agreement made over the heads", "adela-rusk", "asserted"),
        ("the plan", "belmoria", "denied"),
        ("wanted more than the three districts", "viktor-sandor", "denied"),
        ("whether Orvania would accept", None, "asked"),
    ],
)
def test_statements_have_their_speakers(
    ledger: Ledger, words: str, speaker: str | None, polarity: str
) -> None:
    found = [s for s in ledger.statements if words in ledger.words(s.document, s.content)]
    assert [(s.speaker, s.polarity) for s in found] == [(speaker, polarity)]
