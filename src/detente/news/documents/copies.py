"""Copies of one dispatch: found among documents, and their statements counted once, with every place.

Two documents are copies if their words are equal one by one; or, from `LEAST_WORDS` on, if the longer has at least
`SHARED` of the shorter's runs of four words, counted both over the whole text and over what stands outside quotation marks.
The second count keeps two reports of one speech apart: they share what was quoted, not the reporter's words. Runs are
compared exactly, not by sketches (containment of word runs: Broder 1997, *On the resemblance and containment of documents*).

A statement of a copy is the same statement only if its words, its speaker and its polarity are the same. So a story that
was updated keeps the quote that changed as a statement of its own. Not found: copies that were rewritten sentence by
sentence, translations, and a part of less than `LEAST_PART` of the longer text.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from detente.news.documents.cleaning import clean
from detente.scenario.statement import Actor, Copies, Document, Ledger, Place, Span, Statement

RUN = 4  # words
SHARED = 0.6  # of the runs of the shorter
LEAST_WORDS = 60  # of a text that may be a near copy
LEAST_OWN = 30  # words outside quotation marks
LEAST_PART = 0.2  # words of the shorter by words of the longer
LEAST_SAME = 8  # words of a text that may be an equal copy
_WORD = re.compile(r"[^\W_]+")
# a quotation that opens and closes within a paragraph; longer ones are the text of somebody, not a quote
_QUOTED = re.compile(r"“[^“”\n]{1,3000}”|\"[^\"\n]{1,3000}\"|«[^«»\n]{1,3000}»|„[^„“”\n]{1,3000}[“”]")


@dataclass(frozen=True)
class Sketch:
    """What is compared of a text. ``place``: its number in the order of reading."""

    place: int
    words: int
    own: int  # words outside quotation marks
    digest: bytes  # of all words
    runs: Collection[int]  # of four words, each as a number of 64 bits with a sign


class Index(Protocol):
    """The runs of the texts that groups stand around."""

    def keep(self, sketch: Sketch) -> None:
        """Takes in one more such text."""
        ...

    def sharing(self, runs: Collection[int]) -> Iterable[tuple[int, int]]:
        """Place of each text that has some of ``runs``, and how many."""
        ...

    def own_runs(self, place: int) -> Collection[int]:
        """Runs outside quotation marks of one text, whether it was kept or not."""
        ...


#: Members of one group: place and digest, and the share of the runs that the longest text has too.
Group = list[tuple[int, bytes, float]]


def groups(documents: Sequence[Document]) -> tuple[Copies, ...]:
    """The groups of two documents or more, in the order of their first; every document is in one group at most.

    A group stands around its longest text, of which all others are copies.
    """
    sketches = sorted((sketch(n, d.text) for n, d in enumerate(documents)), key=order)
    found = grouped(sketches, _InMemory(documents))
    return tuple(copies(group, [d.id for d in documents]) for group in found)


def order(sketch: Sketch) -> tuple[int, int]:
    """Longest first."""
    return -sketch.words, sketch.place


def copies(group: Group, ids: Sequence[str]) -> Copies:
    """The record of one group. ``ids``: of all documents, by place."""
    same = len({digest for _, digest, _ in group}) == 1
    return Copies(tuple(ids[place] for place, _, _ in group), same, round(min(s for *_, s in group), 3))


def grouped(sketches: Iterable[Sketch], index: Index) -> list[Group]:
    """Groups of two or more in order of their first text, members in order of place. ``sketches``: in `order`."""
    members: dict[int, Group] = {}
    words: dict[int, int] = {}
    equal: dict[bytes, int] = {}
    for one in sketches:
        centre: tuple[int, float] | None = None
        if one.words >= LEAST_SAME and one.digest in equal:
            centre = equal[one.digest], 1.0
        elif one.words >= LEAST_WORDS and one.own >= LEAST_OWN:
            centre = _nearest(one, words, index)
        if centre is not None:
            members[centre[0]].append((one.place, one.digest, centre[1]))
            continue
        members[one.place] = [(one.place, one.digest, 1.0)]
        if one.words >= LEAST_SAME:
            equal[one.digest] = one.place
        if one.words >= LEAST_WORDS:
            words[one.place] = one.words
            index.keep(one)
    return sorted(sorted(group) for group in members.values() if len(group) > 1)


def _nearest(one: Sketch, words: dict[int, int], index: Index) -> tuple[int, float] | None:
    """The longer text that has most of this one, if it has enough, and the share; of two the longer, then the first read."""
    own: frozenset[int] | None = None
    best: tuple[float, int, int] | None = None
    for place, count in index.sharing(one.runs):
        shared = count / len(one.runs)
        if shared < SHARED or one.words < LEAST_PART * words[place]:
            continue
        own = frozenset(index.own_runs(one.place)) if own is None else own
        if not own:
            return None
        if sum(run in own for run in index.own_runs(place)) / len(own) >= SHARED:
            found = (shared, words[place], -place)
            best = found if best is None else max(best, found)
    return (-best[2], best[0]) if best is not None else None


class _InMemory:
    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.holding: defaultdict[int, list[int]] = defaultdict(list)

    def keep(self, sketch: Sketch) -> None:
        for run in sketch.runs:
            self.holding[run].append(sketch.place)

    def sharing(self, runs: Collection[int]) -> Iterable[tuple[int, int]]:
        return Counter(place for run in runs for place in self.holding.get(run, ())).items()

    def own_runs(self, place: int) -> Collection[int]:
        return own_runs(self.documents[place].text)


def sketch(place: int, text: str) -> Sketch:
    cleaned = clean(text).text
    words = _words(cleaned)
    digest = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=16).digest()
    return Sketch(place, len(words), sum(len(piece) for piece in _outside(cleaned)), digest, _runs(words))


def own_runs(text: str) -> frozenset[int]:
    """The runs that stand outside quotation marks."""
    return frozenset(run for piece in _outside(clean(text).text) for run in _runs(piece))


def _outside(cleaned: str) -> Iterable[list[str]]:
    return (_words(piece) for piece in _QUOTED.sub("\n", cleaned).split("\n"))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: Sequence[str]) -> frozenset[int]:
    return frozenset(
        int.from_bytes(
            hashlib.blake2b(
                " ".join(words[at : at + RUN]).encode("utf-8", "replace"), digest_size=8
            ).digest(),
            "big",
            signed=True,
        )
        for at in range(len(words) - RUN + 1)
    )


# ---------------------------------------------------------------- statements


def merged(ledger: Ledger) -> Ledger:
    """The same ledger with each statement of copies once, at its first document; the others are its places in ``also``.

    The k-th time that a document says the same is met by the k-th time in its copy. Ids do not change: those of statements
    that became places are gone.
    """
    texts = {d.id: d.text for d in ledger.documents}
    group = {id: number for number, copies in enumerate(ledger.copies) for id in copies.documents}
    actors = {a.id: a for a in ledger.actors}
    first: dict[tuple[object, ...], str] = {}
    places: defaultdict[str, list[Place]] = defaultdict(list)
    times: Counter[tuple[object, ...]] = Counter()
    kept: list[Statement] = []
    for statement in ledger.statements:
        if (number := group.get(statement.document)) is None:
            kept.append(statement)
            continue
        speaker = actors.get(statement.speaker) if statement.speaker else None
        said = same_said(statement, texts[statement.document], speaker)
        here = (statement.document, *said)
        times[here] += 1
        key = (number, times[here], *said)
        if key not in first:
            first[key] = statement.id
            kept.append(statement)
        else:
            place = Place(statement.document, statement.source, statement.cue, statement.content)
            places[first[key]].append(place)
    also = [replace(s, also=tuple(places[s.id])) if s.id in places else s for s in kept]
    return replace(ledger, statements=tuple(also))


def same_said(statement: Statement, text: str, speaker: Actor | None) -> tuple[object, ...]:
    """What must be the same for two statements of copies to be one. ``text``: of its document."""
    who: tuple[str, ...] = (statement.speaker or "",)
    if speaker is None or speaker.kind in ("unnamed", "group"):
        # such a speaker has an id for each document, or none: the words that name it tell
        who = ("unnamed", *_spoken(text, statement.source), *_spoken(text, statement.cue))
    return who, tuple(_spoken(text, statement.content)), statement.polarity, statement.kind, statement.direct


def _spoken(text: str, spans: Sequence[Span]) -> list[str]:
    return [word for a, b in spans for word in _words(clean(text[a:b]).text)]
