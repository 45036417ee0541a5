"""Countries, bodies and persons with invented names that no list can know: told apart by how the text uses them."""

from __future__ import annotations

import re

import pytest

from detente.news import read_ledger
from detente.scenario.statement import Actor, Document, Ledger


def ledger_of(*texts: str) -> Ledger:
    return read_ledger(
        [Document(f"d{n}", f"{n}.txt", "0" * 64, "utf-8", text) for n, text in enumerate(texts)]
    )


def actors(ledger: Ledger) -> dict[str, Actor]:
    return {a.id: a for a in ledger.actors}


COUNTRIES = (
    ("invaded", "Kestria's invasion of Vellamo began before dawn.", {"kestria", "vellamo"}),
    ("parliament", "Vellamo's parliament met at noon.", {"vellamo"}),
    ("two words", "The parliament of Lydon Vale voted for the treaty.", {"lydon-vale"}),
    ("ruler", "Chancellor Oda Brandt of Kestria said the pumps had failed.", {"kestria"}),
    ("deputy minister", "Vellamo's deputy foreign minister said the road was open.", {"vellamo"}),
    ("kingdom", "The Kingdom of Talmark sent two ships.", {"talmark"}),
    (
        "people",
        "Kestria kept silent. In the hills, Kestrian soldiers dug in. Kestria denied it.",
        {"kestria"},
    ),
    ("border", "The army closed the border with Kestria at noon.", {"kestria"}),
)


@pytest.mark.parametrize(("text", "expected"), [c[1:] for c in COUNTRIES], ids=[c[0] for c in COUNTRIES])
def test_a_name_used_as_a_country_is_a_country_wherever_it_stands(text: str, expected: set[str]) -> None:
    ledger = ledger_of(text)
    found = actors(ledger)
    assert {a.id for a in ledger.actors if a.kind == "country"} == expected
    for id in expected:
        stem = re.escape(found[id].name)
        for place in re.finditer(rf"\b{stem}\b", text):
            assert any(a <= place.start() and place.end() <= b for _, a, b in found[id].spans)


NO_COUNTRIES = (
    ("a place alone", "The envoys met in Harrowgate. In Harrowgate it rained, and the hotel in Harrowgate was full."),
    ("a person's government", "President Odo Lindgren resigned. Lindgren's government fell. Lindgren's army stayed."),
    ("a titled name", "Mrs Dorn's government collapsed. Minister Dorn said the talks with Dorn were over."),
    ("parties", "Republicans said the bill was dead. Democrats denied it. The Greens wanted talks with Democrats."),
    ("a state of a federation", "Texas said it would sue. In Texas, the governor's talks with Florida went on."),
    ("a firm", "Norvex Corporation said the pipes were sound. The president of Norvex Corporation resigned."),
)  # fmt: skip


@pytest.mark.parametrize("text", [c[1] for c in NO_COUNTRIES], ids=[c[0] for c in NO_COUNTRIES])
def test_what_is_used_otherwise_is_no_country(text: str) -> None:
    assert not [a.id for a in ledger_of(text).actors if a.kind == "country"]


def test_a_name_of_a_people_counts_for_its_country() -> None:
    text = "Kestria's parliament met. The Kestrian foreign minister, Oda Brandt, said that Kestrians were patient."
    found = actors(ledger_of(text))
    assert set(found["kestria"].names) == {"Kestria", "Kestrian", "Kestrians"}
    assert found["oda-brandt"].member_of == ("kestria",)
    assert found["oda-brandt"].roles == ("foreign minister",)


def test_a_country_shown_in_one_document_is_a_country_in_all() -> None:
    ledger = ledger_of("Vellamo rejected the plan.", "The invasion of Vellamo began before dawn.")
    found = actors(ledger)
    assert found["vellamo"].kind == "country"
    assert {d for d, _, _ in found["vellamo"].spans} == {"d0", "d1"}
    assert ledger.statements[0].speaker == "vellamo"


BODY = (
    "The secretary-general of the Northern Pact, Runa Estrel, warned of a long winter. Estrel told reporters that the "
    "alliance was united. The Pact is to meet on Monday. A Pact force would guard the dam. The pact was signed at sea."
)


def test_short_forms_are_the_body_where_only_one_can_be_meant() -> None:
    found = actors(ledger_of(BODY))
    pact = found["northern-pact"]
    assert pact.kind == "organisation"
    assert [BODY[a:b] for _, a, b in pact.spans] == ["Northern Pact", "alliance", "Pact", "Pact", "pact"]


def test_with_two_bodies_a_short_form_that_fits_both_is_neither() -> None:
    text = "The Northern Pact and the Harbour Pact met. The Pact said the dam would hold. The Harbour Pact agreed."
    found = actors(ledger_of(text))
    spans = {text[a:b] for id in ("northern-pact", "harbour-pact") for _, a, b in found[id].spans}
    assert spans == {"Northern Pact", "Harbour Pact"}


def test_nobody_calls_a_listed_alliance_by_a_word_of_another_sense() -> None:
    text = "NATO met in Riga. The alliance of farmers met too. The alliance said it would stay."
    found = actors(ledger_of(text))
    assert [text[a:b] for _, a, b in found["nato"].spans] == ["NATO", "alliance"]
    assert found["nato"].spans[1][1] == text.rindex("alliance")


HEADLINE = "Estrel warns against a hurried truce\n\n" + BODY


def test_a_surname_in_the_headline_is_the_person_named_in_full_below() -> None:
    ledger = ledger_of(HEADLINE)
    found = actors(ledger)
    assert {s.speaker for s in ledger.statements} == {"runa-estrel"}
    assert [a.id for a in ledger.actors if "estrel" in a.id] == ["runa-estrel"]
    assert found["runa-estrel"].member_of == ("northern-pact",)
    assert found["runa-estrel"].roles == ("secretary-general",)


@pytest.mark.parametrize(
    ("text", "person", "body", "role"),
    [
        ("Kestria's deputy premier, Ottar Vind, said it. Kestria's army left.", "ottar-vind", "kestria", "deputy premier"),
        ("President Ottar Vind of Kestria said it. Kestria's army left.", "ottar-vind", "kestria", "president"),
        ("Ottar Vind, president of Kestria, said it. Kestria's army left.", "ottar-vind", "kestria", "president"),
        ("Runa Estrel, the Northern League's envoy, said it was late.", "runa-estrel", "northern-league", "envoy"),
        ("The envoy of the Northern League, Runa Estrel, said it was late.", "runa-estrel", "northern-league", "envoy"),
    ],
)  # fmt: skip
def test_offices_tie_a_person_to_an_unfamiliar_country_or_body(
    text: str, person: str, body: str, role: str
) -> None:
    found = actors(ledger_of(text))
    assert found[person].kind == "person"
    assert found[person].member_of == (body,)
    assert role in found[person].roles


def test_a_person_whom_the_text_ties_to_no_country_is_left_open() -> None:
    ledger = ledger_of(
        "Vellamo's parliament rejected it. Foreign Minister Runa Estrel said her people would not bow."
    )
    assert actors(ledger)["runa-estrel"].member_of == ()


def test_a_place_before_a_comma_is_no_person() -> None:
    ledger = ledger_of("In Port Harrow, the mayor said nothing. At Port Harrow, a senior envoy wept.")
    assert not [a.id for a in ledger.actors if a.kind == "person"]


TWO = (
    "The envoys Maria Lund and Peter Lund left. Mrs Lund said the dam would hold. Mr Lund warned of ice. "
    "Lund denied that it was late."
)


def test_two_persons_of_one_surname_stay_apart() -> None:
    ledger = ledger_of(TWO)
    assert [s.speaker for s in ledger.statements] == ["maria-lund", "peter-lund", None]
    assert [a.id for a in ledger.actors if "lund" in a.id] == ["maria-lund", "peter-lund"]


def test_one_person_has_one_id_in_all_documents_and_namesakes_another() -> None:
    ledger = ledger_of(
        "Premier Maria Lund said the gas would flow.",
        "Lund warned that the valves were old. Maria Lund left early.",
        "General Peter Lund denied that shots were fired. Lund said the hills were quiet.",
        "Lund said nothing would change.",
    )
    speakers = [(s.document, s.speaker) for s in ledger.statements]
    assert speakers == [
        ("d0", "maria-lund"), ("d1", "maria-lund"), ("d2", "peter-lund"), ("d2", "peter-lund"), ("d3", None),
    ]  # fmt: skip


def test_every_mention_is_a_span_of_the_text() -> None:
    ledger = ledger_of(HEADLINE, TWO)
    texts = {d.id: d.text for d in ledger.documents}
    for actor in ledger.actors:
        assert actor.mentions == len(actor.spans) > 0
        assert all(texts[d][a:b].strip() == texts[d][a:b] != "" for d, a, b in actor.spans)
