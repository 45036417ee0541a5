"""What a construction yields, one attribution in token numbers of its paragraph, and the paragraph."""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.tokens import Doc, Token

Reach = tuple[int, int]  # first and last token number, inclusive


@dataclass
class Found:
    """One attribution in token numbers. ``rule`` names the construction; ``open`` marks verbs that may own a quotation."""

    rule: str
    cue: list[Reach]
    source: list[Reach]
    content: list[Reach]
    kind: str
    anchor: Token  # the word that makes it an attribution
    speaker: Token | None  # head of the source
    open: bool = False
    polarity: str = "asserted"
    chars: list[tuple[int, int]] = field(default_factory=list)  # content found through quotation marks
    clause: Reach | None = None  # the stretch that introduces the content: source, cue, addressee, time


@dataclass
class Paragraph:
    """One parsed paragraph and where it starts in the document."""

    number: int
    doc: Doc
    base: int

    @property
    def end(self) -> int:
        last = self.doc[-1]
        return self.base + last.idx + len(last.text_with_ws)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Code points of the tokens ``first`` to ``last``, both inclusive."""
        token = self.doc[last]
        return self.base + self.doc[first].idx, self.base + token.idx + len(token.text)
