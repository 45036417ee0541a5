"""Word vectors that are looked up are those that the model's own layers give, whatever was read before."""

from __future__ import annotations

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from detente.news.parse.embedding import BLOCK, Remembered
from detente.news.parse.model import language_model, model_folder

TEXTS = (
    "Foreign Minister Anna Berg of Norvania said on Tuesday that the strait wouldn't be closed.",
    "",
    "Grain, oil and 14,000 tonnes of ore:\tnothing was to be held back, “not for a day”.",
)


@pytest.fixture(scope="module")
def plain() -> Language:
    """The model as it is on disk, nothing remembered."""
    return spacy.load(model_folder(), exclude=["senter"])


def vectors(nlp: Language, name: str, texts: tuple[str, ...]) -> list[np.ndarray]:
    (node,) = [n for n in nlp.get_pipe(name).model.walk() if n.has_ref("embed")]
    return node.layers[0].predict([nlp.make_doc(text) for text in texts])


@pytest.mark.parametrize("name", ["tok2vec", "ner"])
def test_the_vectors_are_those_of_the_model(plain: Language, name: str) -> None:
    nlp = language_model()
    for ours, theirs in zip(vectors(nlp, name, TEXTS), vectors(plain, name, TEXTS), strict=True):
        assert ours.shape == (len(theirs), 96)
        assert np.allclose(ours, theirs.reshape(-1, 96), atol=1e-5)
        assert not len(ours) or np.abs(ours).max() > 0.1


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.lists(st.text(alphabet="abcXYZ019 .'", min_size=1, max_size=60), max_size=3 * BLOCK // 8))
def test_what_was_read_before_changes_no_bit(before: list[str]) -> None:
    nlp = language_model()
    (layers,) = [n for n in spacy_embed() if n.has_ref("embed")]
    fresh, used = Remembered(layers.get_ref("embed")), Remembered(layers.get_ref("embed"))
    used([nlp.make_doc(text) for text in before])
    docs = [nlp.make_doc(text) for text in TEXTS]
    assert all(np.array_equal(a, b) for a, b in zip(fresh(docs), used(docs), strict=True))


def spacy_embed() -> list:
    return list(language_model().get_pipe("tok2vec").model.walk())


def test_the_table_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.news.parse.embedding.MOST", 20)
    nlp = language_model()
    (node,) = [n for n in spacy_embed() if n.has_ref("embed")]
    held = Remembered(node.get_ref("embed"))
    first = held([nlp.make_doc(TEXTS[0])])
    for n in range(40):
        held([nlp.make_doc(f"word{n} Other{n * n} {n}th")])
        assert len(held.rows) <= 20 + 3 + 1
    assert np.array_equal(held([nlp.make_doc(TEXTS[0])])[0], first[0])


def test_names_in_a_sentence_are_those_of_its_copy() -> None:
    """The copy put to the model for names holds what spaCy's own copy of a sentence holds for it."""
    from detente.news.parse.parsing import _copy

    nlp = language_model()
    doc = nlp(
        "Nobody came. Envoy Ilse Marr wouldn't meet Norvania's Prime Minister Odo Lindgren in Port Ludlow on Friday."
    )
    sentence = list(doc.sents)[-1]
    whole = sentence.as_doc()
    whole.set_ents([], default="missing")
    columns = ["ORTH", "NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY"]
    ours = _copy(sentence)
    assert np.array_equal(ours.to_array(columns), whole.to_array(columns))
    ner = nlp.get_pipe("ner")
    names = [(e.text, e.label_) for e in ner(ours).ents]
    assert names == [(e.text, e.label_) for e in ner(whole).ents]
    assert names
