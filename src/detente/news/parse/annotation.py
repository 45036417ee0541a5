"""Word classes and lemmas, looked up: each kind of word is put to the model's own rules once, then remembered.

The rules of the model (attribute ruler and lemmatiser) see a word's tag and relation, the form of some words, and of a few
contractions the neighbour. Run on every word they take half of the time of reading; a table of their answers says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from spacy.attrs import DEP, LEMMA, MORPH, ORTH, POS, TAG
from spacy.language import Language
from spacy.tokens import Doc

#: Kinds of words kept in a table; beyond this it is begun again, so that memory stays bounded.
MOST = 200_000
#: First words of the model's rules that span two words ("gon na", "let 's"); "there" is known by its relation, `expl`.
_STARTS = ("ai", "gon", "got", "let", "c'm", "y", "y'")
#: Put to the rules in the place of every word whose form they do not ask for.
_ANY = "word"

Row = tuple[int, ...]


class Annotator:
    """Sets part of speech, lemma and morphology of parsed documents as the model's own rules would."""

    def __init__(self, nlp: Language) -> None:
        self.nlp, strings = nlp, nlp.vocab.strings
        self.ruler, self.lemmatiser = nlp.get_pipe("attribute_ruler"), nlp.get_pipe("lemmatizer")
        self.asked = {"nt", *_STARTS}  # forms that the rules ask for
        for rule in self.ruler.patterns:
            for word in (word for pattern in rule["patterns"] for word in pattern):
                wanted = word.get("LOWER", ())
                self.asked.update(
                    [wanted] if isinstance(wanted, str) else wanted.get("IN", ()) if wanted else ()
                )
        self.starts = {strings.add(f) for word in _STARTS for f in (word, word.capitalize(), word.upper())}
        self.expl, self.any, self.none = strings.add("expl"), strings.add(_ANY), 0
        self.apart: Row = (strings.add(","), strings.add(","), strings.add("punct"))
        self.forms: dict[int, int] = {}  # orth -> what the rules see of it
        self.classes: dict[
            Row, Row
        ] = {}  # form, tag, relation (and those of the neighbours) -> pos, morph, lemma, tag, dep
        self.lemmas: dict[Row, int] = {}  # orth, pos, morph -> lemma

    def __call__(self, docs: list[Doc]) -> None:
        """Annotates ``docs`` in place; they are tagged and parsed."""
        for table in (self.forms, self.classes, self.lemmas):
            if len(table) > MOST:
                table.clear()
        words: list[list[Row]] = [list(map(tuple, doc.to_array([ORTH, TAG, DEP]).tolist())) for doc in docs]
        kinds = [self._kinds(rows) for rows in words]
        self._learn_classes(list(dict.fromkeys(k for of in kinds for k in of if k not in self.classes)))
        classes = [[self.classes[k] for k in of] for of in kinds]
        needed = {
            (row[0], found[0], found[1]): None
            for rows, of in zip(words, classes, strict=True)
            for row, found in zip(rows, of, strict=True)
            if not found[2]
        }
        self._learn_lemmas([n for n in needed if n not in self.lemmas])
        for doc, rows, of in zip(docs, words, classes, strict=True):
            if not rows:
                continue
            table = [
                (pos, morph, lemma or self.lemmas[row[0], pos, morph], tag)
                for row, (pos, morph, lemma, tag, _) in zip(rows, of, strict=True)
            ]
            _write(doc, [POS, MORPH, LEMMA, TAG], table)
            for n, (row, found) in enumerate(zip(rows, of, strict=True)):
                if row[2] != found[4] and doc[n].is_space:  # the rules give white space a relation of its own
                    doc[n].dep = found[4]

    def _form(self, orth: int) -> int:
        word = self.nlp.vocab.strings[orth]
        return (
            orth if word.lower() in self.asked or "'" in word or "’" in word or word.isspace() else self.any
        )

    def _kinds(self, rows: list[Row]) -> list[Row]:
        forms = self.forms
        for row in rows:
            if row[0] not in forms:
                forms[row[0]] = self._form(row[0])
        kinds: list[Row] = [(forms[orth], tag, dep) for orth, tag, dep in rows]
        for n in [n for n, (orth, _, dep) in enumerate(rows) if orth in self.starts or dep == self.expl]:
            for i in (n, n + 1):
                if i < len(rows):
                    before = rows[i - 1] if i else self.apart
                    kinds[i] = rows[i] + before + (rows[i + 1] if i + 1 < len(rows) else self.apart)
        return kinds

    def _learn_classes(self, kinds: list[Row]) -> None:
        """Asks the rules about each kind of word, in a made-up document that holds it between its neighbours."""
        strings = self.nlp.vocab.strings
        for part in (kinds[n : n + 2_000] for n in range(0, len(kinds), 2_000)):
            rows = [r for k in part for r in (self.apart, k[3:6] or self.apart, k[:3], k[6:9] or self.apart)]
            made = Doc(self.nlp.vocab, words=[strings[row[0]] for row in rows])
            _write(made, [TAG, DEP], [row[1:] for row in rows])
            found = self.ruler(made).to_array([POS, MORPH, LEMMA, TAG, DEP]).tolist()
            self.classes.update((kind, tuple(found[4 * n + 2])) for n, kind in enumerate(part))

    def _learn_lemmas(self, needed: list[Row]) -> None:
        strings = self.nlp.vocab.strings
        for part in (needed[n : n + 2_000] for n in range(0, len(needed), 2_000)):
            made = Doc(self.nlp.vocab, words=[strings[orth] for orth, _, _ in part])
            _write(made, [POS, MORPH], [row[1:] for row in part])
            found = self.lemmatiser(made)
            self.lemmas.update((row, token.lemma) for row, token in zip(part, found, strict=True))


def _write(doc: Doc, attributes: list[int | str], rows: Sequence[Row]) -> None:
    values: Any = np.array(rows, dtype=np.uint64)
    doc.from_array(attributes, values)
