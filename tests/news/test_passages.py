"""Short passages written for these tests, in many styles: every statement is found, in the right mouth, and nothing else is.

Persons, and what they say, are invented. One expected statement is (speaker, words of its content, form, polarity); a speaker
None is one that the text does not name, and "~" before a name asks only that it is part of the speaker's name.
``silent`` are words that must stand in no statement: the reporter's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from detente.news import read_ledger
from detente.scenario.statement import Document, Ledger, Statement


@dataclass(frozen=True)
class Passage:
    name: str
    text: str
    expected: tuple[tuple[str | None, str, object, str], ...]
    silent: tuple[str, ...] = ()


PASSAGES = (
    Passage(
        "wire, inverted order",
        "BREDA (XNA) - The strait will stay open to grain ships, said Foreign Minister Ilse Maartens on Tuesday. "
        "Traffic fell by a third last month.",
        (("Ilse Maartens", "The strait will stay open to grain ships", False, "asserted"),),
        ("Traffic fell by a third",),
    ),
    Passage(
        "broadsheet, a quotation over several sentences",
        "“We have buried enough people on both banks. The river must not become a trench,” President Odo Lindgren told "
        "reporters. “It is time to stop.”",
        (("Odo Lindgren", "The river must not become a trench", True, "asserted"),),
    ),
    Passage(
        "broken quotation",
        "“The convoy,” said Captain Rhea Solberg, “was fired on twice.”",
        (("Rhea Solberg", "was fired on twice", True, "asserted"),),
    ),
    Passage(
        "mixed quotation",
        "Defence Minister Tomas Hjelm said the blockade was “an act of desperation” and would not last the winter.",
        (("Tomas Hjelm", "the blockade was “an act of desperation”", "mixed", "asserted"),),
    ),
    Passage(
        "pronoun in the next sentence",
        "Chancellor Greta Vossmann arrived in Lisbon on Monday. She warned that the truce could collapse within days.",
        (("Greta Vossmann", "the truce could collapse within days", False, "asserted"),),
        ("arrived in Lisbon",),
    ),
    Passage(
        "two persons, pronouns tell them apart",
        "Prime Minister Maria Okafor met Ambassador Peter Lund in Accra. She said the pipeline would reopen. "
        "He promised to send engineers.",
        (
            ("Maria Okafor", "the pipeline would reopen", False, "asserted"),
            ("Peter Lund", "to send engineers", False, "asserted"),
        ),
    ),
    Passage(
        "office instead of name",
        "Kaarina Holm, the alliance's secretary general, flew to Riga. The secretary general said no member would be left alone.",
        (("Kaarina Holm", "no member would be left alone", False, "asserted"),),
    ),
    Passage(
        "according to",
        "The dam holds enough water for forty days, according to the Ministry of Irrigation.",
        (("~Ministry of Irrigation", "The dam holds enough water for forty days", False, "asserted"),),
    ),
    Passage(
        "according to plan is nobody",
        "The withdrawal went according to plan and ended before dawn. The last truck crossed the bridge at five.",
        (),
        ("withdrawal", "truck"),
    ),
    Passage(
        "scare quotes, names and slogans",
        "The so-called “blue corridor” runs along the coast. The ferry “Hope of the North” was tied up below a banner "
        "reading nothing that anyone could make out.",
        (),
        ("blue corridor", "Hope of the North"),
    ),
    Passage(
        "label",
        "Opposition leader Dario Venn called the treaty a surrender and labelled the minister as a “coward”.",
        (
            ("Dario Venn", "the treaty a surrender", False, "asserted"),
            ("Dario Venn", "the minister as a “coward”", "mixed", "asserted"),
        ),
    ),
    Passage(
        "demand with an infinitive",
        "Envoy Lucia Brandt urged the rebels to release the miners.",
        (("Lucia Brandt", "to release the miners", False, "asserted"),),
    ),
    Passage(
        "denial",
        "The junta denied that its jets had crossed the border.",
        (("~junta", "its jets had crossed the border", False, "denied"),),
    ),
    Passage(
        "negated content",
        "Admiral Noor Haddad said he had not seen any sign of a landing.",
        (("Noor Haddad", "he had not seen any sign of a landing", False, "denied"),),
    ),
    Passage(
        "a question",
        "Senator Wanda Pryce asked whether the sanctions had hurt anyone but farmers.",
        (("Wanda Pryce", "whether the sanctions had hurt anyone but farmers", False, "asked"),),
    ),
    Passage(
        "unnamed source in the passive",
        "It is feared that thousands will cross the mountains before the snow.",
        ((None, "thousands will cross the mountains", False, "asserted"),),
    ),
    Passage(
        "plural source with a relative clause",
        "The decision alarmed several Baltic diplomats, who feared that the precedent would invite further claims.",
        (("~Baltic diplomats", "the precedent would invite further claims", False, "asserted"),),
        ("The decision alarmed",),
    ),
    Passage(
        "an unnamed official",
        "“Nobody wants this,” a senior official said on condition of anonymity.",
        (("~senior official", "Nobody wants this", True, "asserted"),),
    ),
    Passage(
        "participle",
        "General Ivo Marek left the hall early, saying the talks were a waste of time.",
        (("Ivo Marek", "the talks were a waste of time", False, "asserted"),),
        ("left the hall early",),
    ),
    Passage(
        "noun of saying",
        "Foreign Secretary Alan Thorpe voiced concern that the island would run out of fuel.",
        (("Alan Thorpe", "that the island would run out of fuel", False, "asserted"),),
    ),
    Passage(
        "warning against",
        "The regional bloc issued a stern warning against recognising the breakaway province.",
        (("~regional bloc", "recognising the breakaway province", False, "asserted"),),
    ),
    Passage(
        "idea called premature",
        "Commissioner Beata Nowicka deemed the proposal premature.",
        (("Beata Nowicka", "the proposal premature", False, "asserted"),),
    ),
    Passage(
        "capital for a government",
        "Moscow rejected the proposal within hours, and Ankara said it would wait.",
        (
            ("Russia", "the proposal", False, "denied"),
            ("Turkey", "it would wait", False, "asserted"),
        ),
    ),
    Passage(
        "a capital that is only a place",
        "Thousands marched in Moscow in the rain. Trams stopped for an hour.",
        (),
        ("marched", "Trams"),
    ),
    Passage(
        "transcript",
        "MODERATOR: Will the border open this year?\nNOVAK: The border will open when the mines are gone.",
        (
            ("~Novak", "The border will open when the mines are gone", False, "asserted"),
            ("~Moderator", "Will the border open this year", False, "asked"),
        ),
    ),
    Passage(
        "tabloid, British single quotation marks",
        "Defence chief Sir Rupert Hale last night blasted the plan. 'This is madness on stilts,' he fumed.",
        (
            ("Rupert Hale", "the plan", False, "asserted"),
            ("Rupert Hale", "This is madness on stilts", True, "asserted"),
        ),
    ),
    Passage(
        "Indian English",
        "External Affairs Minister Vikram Desai on Friday asserted that New Delhi would not be pressured on the river waters. "
        "He further stated that dialogue remained the only way forward.",
        (
            ("Vikram Desai", "New Delhi would not be pressured", False, "asserted"),
            ("Vikram Desai", "dialogue remained the only way forward", False, "asserted"),
        ),
    ),
    Passage(
        "a quotation that goes on in the next paragraph",
        "Governor Ana Prado spoke for an hour. “We came with open hands.\n\n“We leave with empty ones,” she said.",
        (("Ana Prado", "We leave with empty ones", True, "asserted"),),
    ),
    Passage(
        "inserted cue",
        "The ceasefire, Colonel Amadi said, would be tested by the harvest.",
        (("~Amadi", "would be tested by the harvest", False, "asserted"),),
    ),
    Passage(
        "colon before the quotation",
        "Mayor Olga Petrenko put it plainly in a statement, adding: “The bridge is ours.”",
        (("Olga Petrenko", "The bridge is ours", True, "asserted"),),
    ),
    Passage(
        "transliterations are one person",
        "President Volodymyr Zelenskyy arrived. Zelensky said the harvest was in. Zelenskiy thanked the drivers.",
        (
            ("Volodymyr Zelenskyy", "the harvest was in", False, "asserted"),
            ("Volodymyr Zelenskyy", "the drivers", False, "asserted"),
        ),
    ),
    Passage(
        "the reporter's own sentences",
        "This reflects a deeper quarrel over fishing rights. Her position highlights the limits of the pact. "
        "The stakes could hardly be higher, and the outcome hinges on the winter.",
        (),
        ("quarrel", "limits", "stakes", "hinges"),
    ),
    Passage(
        "said twice by one subject",
        "The union condemned the raid and called for an inquiry.",
        (
            ("~union", "the raid", False, "asserted"),
            ("~union", "an inquiry", False, "asserted"),
        ),
    ),
    Passage(
        "a poll as source",
        "A poll published on Sunday showed that most islanders oppose the base.",
        (("~poll", "most islanders oppose the base", False, "asserted"),),
    ),
    Passage(
        "criticism that a remark draws",
        "The remark drew sharp criticism from church leaders.",
        (("~church leaders", "The remark", False, "asserted"),),
    ),
    Passage(
        "ambiguous pronoun stays open",
        "Minister Jan Kowal and Minister Peter Brand left the summit together. He said the deal was dead.",
        ((None, "the deal was dead", False, "asserted"),),
    ),
    Passage(
        "belief",
        "Some leaders believe in the power of trade, while others emphasise the importance of sanctions.",
        (
            ("~leaders", "the power of trade", False, "asserted"),
            ("~others", "the importance of sanctions", False, "asserted"),
        ),
    ),
)


def ledger_of(text: str) -> Ledger:
    return read_ledger([Document("d", "d.txt", "0" * 64, "utf-8", text)])


def holding(ledger: Ledger, words: str) -> list[Statement]:
    return [s for s in ledger.statements if words in ledger.words(s.document, s.content)]


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda p: p.name)
def test_each_statement_is_found_with_its_speaker_form_and_polarity(passage: Passage) -> None:
    ledger = ledger_of(passage.text)
    found = set()
    for speaker, words, form, polarity in passage.expected:
        statements = holding(ledger, words)
        assert len(statements) == 1, (
            f"{words!r} in {[ledger.words('d', s.content) for s in ledger.statements]}"
        )
        (statement,) = statements
        name = ledger.actor(statement.speaker).name if statement.speaker else None
        if speaker is None:
            assert name is None
        elif speaker.startswith("~"):
            assert name is not None
            assert speaker[1:].lower() in name.lower()
        else:
            assert name == speaker
        assert (statement.direct, statement.polarity) == (form, polarity), words
        found.add(statement.id)
    extra = [ledger.words("d", s.content) for s in ledger.statements if s.id not in found]
    assert not extra


@pytest.mark.parametrize("passage", [p for p in PASSAGES if p.silent], ids=lambda p: p.name)
def test_what_the_reporter_says_is_in_no_statement(passage: Passage) -> None:
    ledger = ledger_of(passage.text)
    for words in passage.silent:
        assert words in passage.text
        assert not holding(ledger, words)


def test_there_are_enough_passages() -> None:
    assert len(PASSAGES) >= 35
    assert len({p.name for p in PASSAGES}) == len(PASSAGES)


def test_one_person_in_two_documents_is_one_actor() -> None:
    texts = ("Premier Hanna Lindqvist said the gas would flow.", "Lindqvist warned that the valves were old.")
    documents = [Document(f"d{n}", f"{n}.txt", "0" * 64, "utf-8", text) for n, text in enumerate(texts)]
    ledger = read_ledger(documents)
    assert {s.speaker for s in ledger.statements} == {"hanna-lindqvist"}
    assert ledger.actor("hanna-lindqvist").mentions == 2


def test_offices_and_countries_are_tied_to_a_person() -> None:
    ledger = ledger_of(
        "Norwegian Foreign Minister Sigrid Dahl said the cable was cut. Dahl, the minister, blamed nobody."
    )
    actor = ledger.actor("sigrid-dahl")
    assert actor.kind == "person"
    assert "norway" in actor.member_of
    assert "foreign minister" in actor.roles
    assert all(ledger.documents[0].text[a:b] for _, a, b in actor.spans)


def test_statements_say_whom_they_are_about() -> None:
    ledger = ledger_of("President Odo Lindgren said Hungary and the European Union had failed Mira Toth.")
    (statement,) = ledger.statements
    assert set(statement.about) >= {"hungary", "european-union", "mira-toth"}


def test_a_statement_inside_another_is_the_outer_speakers() -> None:
    ledger = ledger_of("Minister Lena Fors said that President Karl Bohm believes the war is over.")
    assert [s.speaker for s in ledger.statements] == ["lena-fors"]


def test_entities_do_not_shift_the_offsets() -> None:
    text = "&ldquo;Tea &amp; bread for all,&rdquo; Mayor Olga Petrenko said&nbsp;on Friday."
    ledger = ledger_of(text)
    (statement,) = ledger.statements
    assert ledger.words("d", statement.content) == "&ldquo;Tea &amp; bread for all,&rdquo;"
    assert statement.direct is True
    assert statement.speaker == "olga-petrenko"


def test_lines_broken_at_a_width_are_read_as_one_paragraph() -> None:
    text = (
        "The harbour will be open to ships of all nations from the first of next\n"
        "month, President Odo Lindgren told the assembly of the inter-\n"
        "national maritime union on Thursday, and pilots will be sent to every\n"
        "vessel that asks for one.\n"
    )
    ledger = ledger_of(text)
    (statement,) = ledger.statements
    assert statement.speaker == "odo-lindgren"
    assert ledger.words("d", statement.content).startswith(
        "The harbour will be open to ships of all nations from the first of next\nmonth"
    )
