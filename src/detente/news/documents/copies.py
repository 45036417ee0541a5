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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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
class _Text:
    place: int
    words: int
    own: int  # words outside quotation marks
    digest: bytes  # of all words
    runs: frozenset[int]
    own_runs: frozenset[int]


def groups(documents: Sequence[Document]) -> tuple[Copies, ...]:
    """The groups of two documents or more, in the order of their first; every document is in one group at most.

    A group stands around its longest text, of which all others are copies.
    """
    texts = sorted((_text(n, d.text) for n, d in enumerate(documents)), key=lambda t: (-t.words, t.place))
    centres: list[_Text] = []
    members: list[list[tuple[_Text, float]]] = []
    equal: dict[bytes, int] = {}
    holding: defaultdict[int, list[int]] = defaultdict(list)
    for text in texts:
        found = (equal[text.digest], 1.0) if text.digest in equal else _nearest(text, centres, holding)
        if found is not None:
            members[found[0]].append((text, found[1]))
            continue
        number = len(centres)
        centres.append(text)
        members.append([(text, 1.0)])
        if text.words >= LEAST_SAME:
            equal[text.digest] = number
        for run in text.runs:
            holding[run].append(number)
    found = [
        (
            sorted(text.place for text, _ in group),
            len({text.digest for text, _ in group}) == 1,
            min(shared for _, shared in group),
        )
        for group in members
        if len(group) > 1
    ]
    return tuple(
        Copies(tuple(documents[n].id for n in places), same, round(shared, 3))
        for places, same, shared in sorted(found)
    )


def _nearest(
    text: _Text, centres: Sequence[_Text], holding: dict[int, list[int]]
) -> tuple[int, float] | None:
    """The longer text that has most of this one, if it has enough, and the share."""
    if text.words < LEAST_WORDS or text.own < LEAST_OWN:
        return None
    counts = Counter(number for run in text.runs for number in holding.get(run, ()))
    best: tuple[float, int] | None = None
    for number, count in counts.items():
        centre, shared = centres[number], count / len(text.runs)
        if shared < SHARED or text.words < LEAST_PART * centre.words or not text.own_runs:
            continue
        own = len(text.own_runs & centre.own_runs) / len(text.own_runs)
        if own >= SHARED and (best is None or (shared, -number) > best):
            best = (shared, -number)
    return (-best[1], best[0]) if best is not None else None


def _text(place: int, text: str) -> _Text:
    cleaned = clean(text).text
    words = _words(cleaned)
    outside = [_words(piece) for piece in _QUOTED.sub("\n", cleaned).split("\n")]
    digest = hashlib.blake2b(" ".join(words).encode("utf-8", "replace"), digest_size=16).digest()
    own_runs = frozenset(run for piece in outside for run in _runs(piece))
    return _Text(place, len(words), sum(len(p) for p in outside), digest, frozenset(_runs(words)), own_runs)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: Sequence[str]) -> Iterable[int]:
    for at in range(len(words) - RUN + 1):
        run = " ".join(words[at : at + RUN]).encode("utf-8", "replace")
        yield int.from_bytes(hashlib.blake2b(run, digest_size=8).digest(), "big")


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
        said = _said(statement, texts[statement.document], actors)
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


def _said(statement: Statement, text: str, actors: dict[str, Actor]) -> tuple[object, ...]:
    """What must be the same for two statements of copies to be one."""
    speaker = actors.get(statement.speaker) if statement.speaker else None
    who: tuple[str, ...] = (statement.speaker or "",)
    if speaker is None or speaker.kind in ("unnamed", "group"):
        # such a speaker has an id for each document, or none: the words that name it tell
        who = ("unnamed", *_spoken(text, statement.source), *_spoken(text, statement.cue))
    return who, tuple(_spoken(text, statement.content)), statement.polarity, statement.kind, statement.direct


def _spoken(text: str, spans: Sequence[Span]) -> list[str]:
    return [word for a, b in spans for word in _words(clean(text[a:b]).text)]
