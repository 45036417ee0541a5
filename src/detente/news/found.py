"""What a construction yields: one attribution in token numbers of its paragraph."""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.tokens import Token

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
