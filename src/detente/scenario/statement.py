"""Who said what, where: the types of the ledger. Offsets are code points of `Document.text`, half-open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Span = tuple[int, int]


@dataclass(frozen=True)
class Document:
    """One document as it was read: ``text`` is what every offset counts in, after decoding and removal of markup.

    What is known about it is told by the file itself, or None. ``date`` is ISO 8601, a day or a moment
    ("2025-03-03", "2025-03-03T14:05:00+01:00"); a day without its year is no date.
    """

    id: str
    path: str
    sha256: str  # of the bytes of the file
    encoding: str
    text: str
    title: str | None = None
    publisher: str | None = None
    date: str | None = None
    author: str | None = None
    dateline: str | None = None  # as it stands in the text: "BRUSSELS, March 3 (Reuters)"
    url: str | None = None
    part: str | None = None  # which part of a file that holds several documents: "row 12", "entry 3"
    origin: tuple[tuple[str, str], ...] = ()  # field, and where in the file it was found


@dataclass(frozen=True)
class Place:
    """Where else a statement stands: in a copy of its document. Spans as in `Statement`."""

    document: str
    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]


@dataclass(frozen=True)
class Copies:
    """Documents that carry one dispatch, in the order in which they were read.

    ``same``: their words are equal, one by one. ``shared``: the least share (0 to 1) of a document's runs of four
    words that the longest of them has too.
    """

    documents: tuple[str, ...]
    same: bool
    shared: float


@dataclass(frozen=True)
class Actor:
    """Somebody who is spoken of. ``kind``: person, country, organisation, group, unnamed."""

    id: str
    name: str
    kind: str
    mentions: int = 0
    names: tuple[str, ...] = ()  # the forms that the texts use
    member_of: tuple[str, ...] = ()  # ids of countries or organisations that the texts tie the actor to
    roles: tuple[str, ...] = ()  # offices that the texts give, e.g. "foreign policy chief"
    spans: tuple[tuple[str, int, int], ...] = ()  # every mention: document id, start, end


ActName = Literal[
    "assessment", "prediction", "demand", "threat", "promise", "offer", "refusal", "denial", "praise", "blame"
]


@dataclass(frozen=True)
class Act:
    """What the speaker does with a statement. ``because``: the words that decided; ``condition``: an "if" clause."""

    name: ActName
    because: tuple[Span, ...]
    condition: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Unclear:
    """Who may be meant by a source, as ids and names in order of id, and in words why the text leaves it open.

    Candidates need not be among the actors of the ledger: "Brussels" may be a body that the texts do not name.
    """

    candidates: tuple[tuple[str, str], ...]
    why: str


@dataclass(frozen=True)
class Statement:
    """An attributed statement. Each part is a list of spans; an absent part is empty."""

    id: str
    document: str
    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    direct: bool | Literal["mixed"]
    polarity: Literal["asserted", "denied", "asked"]
    kind: Literal["speech", "attitude"]
    speaker: str | None  # id of an actor; None where the text does not say
    about: tuple[str, ...] = ()  # ids of actors
    act: Act | None = None  # None where the rules abstain
    also: tuple[Place, ...] = ()  # the same words of the same speaker in copies of the document
    unclear: Unclear | None = None  # who may be meant, where the speaker is nobody or somebody unnamed


@dataclass(frozen=True)
class Ledger:
    """The statements of all documents read, in order of document and place."""

    documents: tuple[Document, ...]
    statements: tuple[Statement, ...]
    actors: tuple[Actor, ...]
    skipped: tuple[tuple[str, str], ...] = field(default=())  # path, reason
    copies: tuple[Copies, ...] = ()

    def document(self, id: str) -> Document:
        return next(d for d in self.documents if d.id == id)

    def actor(self, id: str) -> Actor:
        return next(a for a in self.actors if a.id == id)

    def words(self, document: str, spans: tuple[Span, ...]) -> str:
        """The words of the spans, pieces joined by an ellipsis."""
        text = self.document(document).text
        return " … ".join(text[a:b] for a, b in spans)
