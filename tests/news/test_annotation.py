"""Looked-up word classes and lemmas are those that the model's own rules give."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.news.parse.annotation import Annotator
from detente.news.parse.model import language_model

WORDS = [
    "There",
    "there",
    "'s",
    "is",
    "are",
    "was",
    "not",
    "n't",
    "gon",
    "na",
    "got",
    "ta",
    "got",
    "Let",
    "let",
    "us",
    "y'",
    "y",
    "all",
    "ai",
    "ain't",
    "but",
    "because",
    "that",
    "that's",
    "which",
    "who",
    "do",
    "did",
    "had",
    "have",
    "be",
    "been",
    "I",
    "you",
    "it",
    "nothin'",
    "harbour",
    "harbours",
    "Ministers",
    "ministers",
    "said",
    "saying",
    "better",
    "best",
    "left",
    "leaves",
    "found",
    "NATO",
    "Orvania",
    "12",
    "%",
    ",",
    ".",
    "?",
    "“",
    "”",
    "(",
    ")",
    "-",
    "—",
    "\t",
]
TEXTS = (
    "There's a plan, and there are others. I'm gonna go; he ain't. Let's wait, y'all! I gotta.",
    "The envoys' ships had left before the leaves fell.\tNothin' was better than the best of what they'd found.",
    "There was no war.  It does not follow that, because it rained, the harbours were closing.\n",
)


def features(docs) -> list[list[tuple]]:
    return [
        [(t.pos_, t.lemma_, str(t.morph), t.tag_, t.dep_, t.head.i, t.is_sent_start) for t in doc]
        for doc in docs
    ]


def both(texts: list[str]) -> tuple[list, list]:
    nlp = language_model()
    looked_up = list(nlp.pipe(texts, disable=["attribute_ruler", "lemmatizer", "ner"]))
    Annotator(nlp)(looked_up)
    return features(nlp.pipe(texts, disable=["ner"])), features(looked_up)


def test_sentences_with_contractions_and_white_space() -> None:
    plain, looked_up = both(list(TEXTS))
    assert looked_up == plain
    assert {"there", "go", "leaf", "leave"} <= {word[1] for doc in looked_up for word in doc}


@settings(derandomize=True, deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30))
def test_any_row_of_words(words: list[str]) -> None:
    plain, looked_up = both([" ".join(words)])
    assert looked_up == plain


def test_the_tables_stay_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.news.parse.annotation.MOST", 5)
    nlp = language_model()
    annotate = Annotator(nlp)
    for text in TEXTS:
        docs = list(nlp.pipe([text], disable=["attribute_ruler", "lemmatizer", "ner"]))
        annotate(docs)
        assert features(docs) == features(nlp.pipe([text], disable=["ner"]))
        assert len(annotate.lemmas) <= len(docs[0]) + 5
