"""Where actors are named in one document: every mention, found again by token or by sentence."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from spacy.attrs import SENT_START
from spacy.tokens import Doc, Token

from detente.news.attribution.quotes import number_at, quotations
from detente.news.lists.words import words
from detente.news.speakers.names import is_subject, plain_name
from detente.news.speakers.registry import Entry, Registry

_PERSONS = words("offices") | {"aide", "source", "man", "woman", "witness", "lawyer", "officer", "soldier"}


@dataclass(frozen=True)
class Mention:
    """One place where an actor is named, in parsed paragraphs."""

    actor: str
    paragraph: int
    first: int
    last: int
    head: int
    sentence: int  # number of the sentence in the document
    subject: bool
    quoted: bool
    how: str  # name, place, people, body, office, pronoun


class Mentions:
    """Mentions of one document. ``pieces``: parsed paragraphs with offsets in ``text``."""

    def __init__(self, id: str, text: str, pieces: Sequence[tuple[Doc, int]], registry: Registry) -> None:
        self.id, self.text, self.pieces, self.registry = id, text, pieces, registry
        self.quoted = quotations(text)
        self.all: list[Mention] = []
        self.in_sentence: dict[int, list[Mention]] = {}
        self.at: dict[tuple[int, int], Mention] = {}  # (paragraph, token) -> mention
        self.seen: list[str] = []  # persons named in this document
        self.pronouns: dict[str, str] = {}  # what the titles and pronouns of this document say of a person
        #: The words of each paragraph, with one kind of apostrophe.
        self.words = [[t.text.replace("'", "’") for t in doc] for doc, _ in pieces]
        self._sentences = self._number_sentences()
        self._nameless: list[tuple[int, tuple[int, int], str | None]] | None = None

    def note(
        self, entry: Entry, number: int, doc: Doc, first: int, last: int, how: str, head: int | None = None
    ) -> None:
        """Adds a mention; its tokens lead to it, but those of an older mention inside a name with a ``head`` of its own do not."""
        root = doc[first : last + 1].root if head is None else doc[head]
        mention = Mention(
            entry.id, number, first, last, root.i, self.sentence(number, root),
            is_subject(root), self.is_quoted(number, doc[first]), how,
        )  # fmt: skip
        self.all.append(mention)
        self.in_sentence.setdefault(mention.sentence, []).append(mention)
        for i in range(first, last + 1):
            if (number, i) not in self.at or (how == "name" and head is None) or i == root.i:
                self.at[number, i] = mention
        if how in ("name", "place", "people", "body"):
            entry.forms[plain_name(doc[first : last + 1].text)] += 1

    def between(self, start: int, end: int) -> list[Mention]:
        """Mentions of the paragraphs that meet ``start`` to ``end``."""
        starts = [base for _, base in self.pieces]
        first = max(0, bisect.bisect_right(starts, start) - 1)
        last = bisect.bisect_left(starts, end)
        numbers = range(first, min(last, len(self.pieces)))
        sentences = {s for n in numbers for s in self._sentences[n]}
        return [m for s in sorted(sentences) for m in self.in_sentence.get(s, ()) if m.paragraph in numbers]

    def nameless(self) -> list[tuple[int, tuple[int, int], str | None]]:
        """Subjects that are one person without a name ("a spokeswoman for her"): sentence, place, pronoun or None."""
        if self._nameless is None:
            self._nameless = [
                (self.sentence(n, t), (n, t.i), "she" if t.lower_.endswith("woman") else "he" if t.lower_.endswith("man") else None)
                for n, (doc, _) in enumerate(self.pieces)
                for t in doc
                if t.tag_ == "NN" and t.dep_ in ("nsubj", "nsubjpass") and t.lemma_.lower() in _PERSONS
                and (n, t.i) not in self.at
                and any(c.lower_ in ("a", "an", "another", "one") or c.dep_ in ("poss", "prep") for c in t.children)
            ]  # fmt: skip
        return self._nameless

    def pronoun_of(self, entry: Entry) -> str | None:
        """He, she or None where neither this document nor the full name tells."""
        return self.pronouns.get(entry.id, entry.pronoun)

    def chars(self, mention: Mention) -> tuple[int, int]:
        """Its place in code points of the text that was parsed."""
        doc, base = self.pieces[mention.paragraph]
        end = doc[mention.last]
        return base + doc[mention.first].idx, base + end.idx + len(end.text)

    def is_quoted(self, number: int, token: Token) -> bool:
        return number_at(self.quoted, self.pieces[number][1] + token.idx) is not None

    def sentence(self, number: int, token: Token) -> int:
        return self._sentences[number][token.i]

    def _number_sentences(self) -> list[list[int]]:
        """For each paragraph and token the number of its sentence in the document."""
        numbered: list[list[int]] = []
        count = 0
        for doc, _ in self.pieces:
            of_token = (count + np.cumsum(doc.to_array([SENT_START]) == 1)).tolist() if len(doc) else []
            numbered.append(of_token)
            count = of_token[-1] if of_token else count
        return numbered
