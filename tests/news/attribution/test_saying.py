"""Who says what, where the parser is misled or a quotation is torn: each rule with what it finds and what it leaves alone."""

from __future__ import annotations

import pytest

from detente.news.attribution.document import attributions
from detente.news.attribution.owners import titled
from detente.news.parse.parsing import parse


def read(text: str) -> list[tuple[str, str, str]]:
    """Source, cue and content of each attribution, pieces joined by " … "."""
    found = attributions(text, parse(text))
    return [
        tuple(" … ".join(text[a:b] for a, b in spans) for spans in (f.source, f.cue, f.content))
        for f in found
    ]  # pyright: ignore[reportReturnType]


CASES = [
    # a quotation goes on behind a clause that tells of its speaker, or the title of a broadcast
    ("“We will hold the strait,” said Anna Lund, who leads the mission. “Nobody will part us.”",
     [("Anna Lund, who leads the mission", "said", "“We will hold the strait,” … “Nobody will part us.”")]),
    ("“The talks are over,” Ramos told “Straits and Shores,” a morning show. “Nobody will come back.”",
     [("Ramos", "told", "“The talks are over,” … “Nobody will come back.”")]),
    ("“We will go,” he said, adding that nobody would stay behind. “They all know that.”",
     [("he", "said", "“We will go,”"), ("he", "adding", "that nobody would stay behind … “They all know that.”")]),
    # a subject behind an incidental phrase, a participle taken for the subject, a clause given to the statement
    ("As a part of the deal, Marcel Lazar, 44, said that he had opened the mail of a hundred people.",
     [("Marcel Lazar, 44", "said", "that he had opened the mail of a hundred people")]),
    ("But Kestrian delegates trying to block the pact on Monday say they're close to a revolt.",
     [("Kestrian delegates", "say", "they're close to a revolt")]),
    ("Zoe Lofgren, who brought in a bill this month, said in a statement that the steps were important.",
     [("Zoe Lofgren", "said", "that the steps were important")]),
    ("Of Berg, Levine, who has given money to Rubio, said, “She's scary.”", []),
    ("The task is to convince the delegates who’ve already said they support Lund.",
     [("who", "’ve already said", "they support Lund")]),
    ("On Friday, Lund called upon the mayor to restart the patrols.",
     [("Lund", "called upon", "the mayor to restart the patrols")]),
    ("He pledged to mend the courts, fix the broken system and end the war.",
     [("He", "pledged", "to mend the courts, fix the broken system and end the war")]),
    # a quotation that ends a sentence is not the next speaker's
    ("Berg called the pact “dead.” She said the fleet would leave on Monday.",
     [("Berg", "called", "the pact “dead.”"), ("She", "said", "the fleet would leave on Monday")]),
    # doubled single marks, and a word of the question that the parser gives to the verb
    ("''Did we enjoy it? No, not at all,'' she said.", [("she", "said", "''Did we enjoy it? No, not at all,''")]),
    ("“But why?” reporter Anna Lund asked him.", [("reporter Anna Lund", "asked", "“But why?”")]),
    ("“Better watch the border,” added another of the envoys.",
     [("another of the envoys", "added", "“Better watch the border,”")]),
    # a clause that says when, before the content
    ("As the fleet prepared to sail on Tuesday, a sailor was hurt by a rope, police said.",
     [("police", "said", "As the fleet prepared to sail on Tuesday, a sailor was hurt by a rope")]),
    # verbs taken for participles
    ("Multiple outlets reported on Wednesday the ministry had “more than one conversation” with the rebels.",
     [("Multiple outlets", "reported", "the ministry had “more than one conversation” with the rebels")]),
    # what the reporter adds, and what the speaker does besides
    ("Half of the voters said the truce would hold, compared with 41 percent in May.",
     [("Half of the voters", "said", "the truce would hold")]),
    ("The envoy said that the harvest was poor compared with last year.",
     [("The envoy", "said", "that the harvest was poor compared with last year")]),
    ("Lund insisted it was a temporary dip, a claim that Berg denies.",
     [("Lund", "insisted", "it was a temporary dip")]),
    ("Lund has vowed to keep the pact and welcomed the ruling on Monday.",
     [("Lund", "has vowed", "to keep the pact"), ("Lund", "welcomed", "the ruling")]),
    ("Lund vowed to keep the pact and to defend the strait.",
     [("Lund", "vowed", "to keep the pact and to defend the strait")]),
    ("She was saying that he has been a pioneer in trade and calling him “a friend.”",
     [("She", "was saying", "that he has been a pioneer in trade"), ("She", "calling", "him “a friend.”")]),
    # a participle is the outer speaker's, unless somebody in the content may be meant
    ("Lund said the harvest would fail, adding that nobody would starve.",
     [("Lund", "said", "the harvest would fail"), ("Lund", "adding", "that nobody would starve")]),
    ("The official said Berg quieted the house, telling it that the pact was safe.",
     [("The official", "said", "Berg quieted the house, telling it that the pact was safe")]),
    ("The doctor said she was tired but feared the night.",
     [("The doctor", "said", "she was tired but feared the night")]),
    # contents said before
    ("Last month, 26 percent said the same of Berg.", [("26 percent", "said", "the same of Berg")]),
    ("Last month, Berg said the same rules would apply.", [("Berg", "said", "the same rules would apply")]),
    # who speaks, over an adjective, a short form, a possessive
    ("Mediators are likely to say that the pact is dead.",
     [("Mediators", "are likely to say", "that the pact is dead")]),
    ("Berg, who's called for 20,000 troops on the border, will speak on Monday.",
     [("who", "'s called for", "20,000 troops on the border")]),
    ("He's called a traitor by the rebels.", [("the rebels", "'s called", "He … a traitor")]),
    ("His recent call to ban all ships from the strait angered the rebels.",
     [("His", "call", "to ban all ships from the strait")]),
    ("Its attacks on the fleet went on.", []),
    # what is put in between source and verb
    ("Berg, speaking to sailors in the port, said that the pact was dead.",
     [("Berg", "said", "that the pact was dead")]),
    ("The bluster that carried the camp, denouncing sailors, faded.", []),
    # a thing and who takes a stand on it
    ("The plan described by the envoy would open the strait.", [("the envoy", "described", "The plan")]),
    ("The only mistake he acknowledged was the levy.", [("he", "acknowledged", "The only mistake")]),
    ("The rope he found was the fleet's.", []),
    ("Asked by Berg whether the pact was dead, Lund left the room.",
     [("Berg", "Asked", "whether the pact was dead")]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), CASES, ids=[text[:48] for text, _ in CASES])
def test_who_says_what(text: str, wanted: list[tuple[str, str, str]]) -> None:
    assert read(text) == wanted


def test_a_question_put_before_is_no_content() -> None:
    found = read("When asked whether he would go, Berg said it was too late.")
    assert ("Berg", "said", "it was too late") in found
    assert not any("When" in content for _, _, content in found)


@pytest.mark.parametrize("quoted", ["“Straits and Shores,”", "“Fox Hour”", '"The Morning"'])
def test_titles(quoted: str) -> None:
    assert titled(quoted)


@pytest.mark.parametrize("quoted", ["“Nobody will part us.”", "“dead and buried”", "“We agree”", "“”"])
def test_no_titles(quoted: str) -> None:
    assert not titled(quoted)
