"""Attributions of one document: constructions of `frames`, joined with the quotation marks, outer before inner.

What a source says inside its own content is not an attribution of the text ("Ann said that Bo fears ..." is Ann's alone).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from spacy.tokens import Doc, Token

from detente.news.attribution.ends import mended
from detente.news.attribution.found import Found, Paragraph
from detente.news.attribution.frames import found_in
from detente.news.attribution.owners import give_quotations
from detente.news.attribution.polarity import polarity_of
from detente.news.attribution.quotes import meeting, number_at, quotations
from detente.news.lists.gazetteer import forms, given_names, slug
from detente.news.lists.lexicon import PEOPLE
from detente.news.lists.words import words

Span = tuple[int, int]


@dataclass(frozen=True)
class Attribution:
    """Source, cue and content in code points of the document; ``speaker`` is the head of the source with its paragraph."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    direct: bool | Literal["mixed"]
    polarity: Literal["asserted", "denied", "asked"]
    kind: Literal["speech", "attitude"]
    speaker: tuple[int, int] | None  # number of the paragraph, number of the token
    rule: str


Draft = tuple[Paragraph, Found]


class Chooser(Protocol):
    """What a trained reader does with the drafts of the rules: gives the drafts that count, quotations joined."""

    def choose(
        self, text: str, quoted: Sequence[Span], paragraphs: Sequence[Paragraph], drafts: list[Draft]
    ) -> list[Draft]: ...


def attributions(
    text: str, pieces: Sequence[tuple[Doc, int]], chooser: Chooser | None = None
) -> list[Attribution]:
    """All attributions of a document, in order of place. ``pieces``: parsed paragraphs with their offsets."""
    quoted, paragraphs, drafts = drafted(text, pieces)
    if chooser is not None:
        drafts = chooser.choose(text, quoted, paragraphs, drafts)
    return outermost(text, quoted, drafts)


def drafted(text: str, pieces: Sequence[tuple[Doc, int]]) -> tuple[list[Span], list[Paragraph], list[Draft]]:
    """Quotations, paragraphs, and what the rules find in them with the quotations joined, outer not yet told from inner."""
    quoted = quotations(text)
    paragraphs = [Paragraph(n, doc, base) for n, (doc, base) in enumerate(pieces)]
    drafts: list[Draft] = []
    for paragraph in paragraphs:
        paragraph.doc.user_data["quoted"] = _quoted_tokens(paragraph, quoted)
        for found in map(mended, found_in(paragraph.doc)):
            at = paragraph.base + found.anchor.idx
            if number_at(quoted, at) is None:
                drafts.append((paragraph, found))
    colons = [c for p in paragraphs for c in _colon(p, text)]
    drafts += colons
    give_quotations(text, quoted, drafts, paragraphs)
    return quoted, paragraphs, drafts


def _quoted_tokens(paragraph: Paragraph, quoted: list[Span]) -> frozenset[int]:
    inside = meeting(quoted, paragraph.base, paragraph.end)
    return (
        frozenset(t.i for t in paragraph.doc if number_at(inside, paragraph.base + t.idx) is not None)
        if inside
        else frozenset()
    )


# ------------------------------------------------------------------ colons

_NO_NAMES = words("labels that are no speakers")


_NAMELESS = frozenset(
    (
        "poll",
        "report",
        "study",
        "survey",
        "officials",
        "official",
        "police",
        "experts",
        "expert",
        "aide",
        "source",
        "sources",
    )
)


_TURN = re.compile(r"^[A-Z][A-Z.'’ \-]{1,40}:", re.MULTILINE)


def _a_name(head: list[Token], text: str) -> bool:
    """Whether the words before a colon are the name of somebody: a name that the text uses, and not a place."""
    if tuple(t.text for t in head) in forms():
        return False
    if len(head) <= 4 and all(t.is_upper and len(t) > 1 for t in head):
        turns = len(_TURN.findall(text)) > 1  # a transcript
        return turns or re.search(rf"\b{re.escape(head[-1].text.capitalize())}\b", text) is not None
    names = all(t.pos_ == "PROPN" and t.text[:1].isupper() for t in head)
    if not names or len(head) > 5:
        return False
    if len(head) > 1 or head[0].ent_type_ == "PERSON" or slug(head[0].text) in given_names():
        return True
    # a surname alone: elsewhere it stands behind a given name or a title
    return (
        re.search(rf"(?<![.!?\n“\"] )\b[A-Z][a-z]+\.? {re.escape(head[0].text)}\b(?! [A-Z])", text)
        is not None
    )


def _spoke_to(head: list[Token]) -> list[Token]:
    """The name in "Berg To Critics Of The Pact", a headline's way to say to whom something was said."""
    to = [n for n, t in enumerate(head) if t.lower_ == "to" and t.text[:1] == "T"]
    return head[: to[0]] if to and 0 < to[0] < len(head) - 1 else head


def _colon(paragraph: Paragraph, text: str) -> list[tuple[Paragraph, Found]]:
    """ "Romeo: I will go." - a name, a colon, and what he says; also "Poll: ..." as a headline."""
    doc = paragraph.doc
    for token in doc[: min(len(doc), 9)]:
        if token.text != ":":
            continue
        head = _spoke_to([t for t in doc[: token.i] if not t.is_space and not t.is_punct])
        if not 1 <= len(head) <= 7 or token.i + 2 >= len(doc):
            return []
        low = [t.lower_ for t in head]
        if (low[0] in _NO_NAMES and low[-1] not in _NAMELESS) or ")" in doc[: token.i].text:
            return []
        people = len(head) <= 2 and head[-1].tag_ == "NNS" and head[-1].lemma_.lower() in PEOPLE
        nameless = low[-1] in _NAMELESS and not any(t.tag_ == "POS" for t in head)
        if not (nameless or people or _a_name(head, text)):
            return []
        span = (head[0].i, head[-1].i)
        last = next((t.i - 1 for t in doc[token.i + 2 :] if t.text == ";"), len(doc) - 1)
        found = Found("colon", [(token.i, token.i)], [span], [(token.i + 1, last)], "speech", token, head[-1])
        return [(paragraph, found)]
    return []


# ------------------------------------------------------------------ outer before inner


def settled(
    text: str, quoted: Sequence[Span], paragraph: Paragraph, found: Found
) -> tuple[list[Span], list[Span], list[Span]] | None:
    """Source, cue and content of one draft in code points, apart from one another and trimmed; None if one is empty."""
    content = [paragraph.span(a, b) for a, b in found.content if a <= b]
    cue = [paragraph.span(a, b) for a, b in found.cue]
    source = [paragraph.span(a, b) for a, b in found.source if a <= b]
    if found.chars and found.rule == "verb-object" and not _touch(content, found.chars):
        content = []
    if found.rule == "verb-clause-before" and found.chars and content:
        content = _led_to(text, content, found.chars[0][0], min(a for a, _ in cue + source))
    content = _joined(text, quoted, content, found.chars)
    content = _minus(content, cue + source)
    content = [s for s in (_trim(text, *s) for s in content) if s]
    source = [s for s in (_trim(text, *s) for s in _minus(source, cue)) if s]
    cue = [s for s in (_trim_cue(text, *s) for s in cue) if s]
    if not content or not cue or (found.source and not source):
        return None
    return source, cue, _merge(text, content)


def _led_to(text: str, content: list[Span], start: int, cue: int) -> list[Span]:
    """What stands before a cue, without the words that lead to a quotation of whole sentences.

    "He has attacked the plan: “It is a trap,” Berg said" and "The vote came late, and when asked he said, “It is over.”"
    """
    first, last = content[0]
    whole = text[start : start + 3].lstrip("“\"'‘’`")[:1].isupper()
    if first < start < cue:
        before = text[first:start].rstrip()[-1:]
        if before == ":" or (before in "-—–(" and whole):
            content[0] = (start, last)
    elif start > cue and whole and last <= cue and text[start - 2 : start].strip() in (",", ":"):
        content = content[1:]
    return content


def outermost(text: str, quoted: Sequence[Span], drafts: Sequence[Draft]) -> list[Attribution]:
    kept: list[tuple[Span, Attribution]] = []
    ready = []
    for paragraph, found in drafts:
        spans = settled(text, quoted, paragraph, found)
        if spans is not None:
            ready.append((paragraph, found, *spans))
    ready.sort(key=lambda r: -sum(b - a for a, b in r[4]))
    taken: list[list[Span]] = []
    cues: list[list[Span]] = []
    for paragraph, found, source, cue, content in ready:
        anchor = paragraph.base + found.anchor.idx
        if any(a <= anchor < b for spans in taken for a, b in spans):
            continue
        if any(_touch(cue, other) for other in cues):
            continue  # two constructions of one cue: the longer content is the one
        cues.append(cue)
        taken.append(content)
        speaker = (paragraph.number, found.speaker.i) if found.speaker is not None else None
        kept.append(
            (
                (min(s[0] for s in source + cue + content), anchor),
                Attribution(
                    tuple(source), tuple(cue), tuple(content), _form(text, quoted, content),
                    polarity_of(found), found.kind, speaker, found.rule,
                ),
            )
        )  # fmt: skip
    kept.sort(key=lambda k: k[0])
    return [a for _, a in kept]


def _joined(text: str, quoted: Sequence[Span], content: list[Span], chars: list[Span]) -> list[Span]:
    """Content with the quotations given to it; a quotation that it cuts is taken whole."""
    spans = list(content)
    for n, (x, y) in enumerate(spans):
        for a, b in meeting(quoted, x, y):
            if not (x <= a and b <= y):
                spans[n] = (min(a, spans[n][0]), max(b, spans[n][1]))
    return _merge(text, spans + chars)


def _merge(text: str, spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for a, b in sorted(spans):
        if merged and (a <= merged[-1][1] or not text[merged[-1][1] : a].strip()):
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


def _minus(spans: list[Span], holes: list[Span]) -> list[Span]:
    for x, y in holes:
        out = []
        for a, b in spans:
            if y <= a or b <= x:
                out.append((a, b))
            else:
                out += [(p, q) for p, q in ((a, x), (y, b)) if p < q]
        spans = out
    return spans


def _touch(one: list[Span], other: list[Span]) -> bool:
    return any(a < y and x < b for a, b in one for x, y in other)


_EDGE = " \t\n\r\u00a0,;:—–-."


def _trim(text: str, a: int, b: int) -> Span | None:
    """Without white space and the marks that join clauses at its edges; a full stop inside a quotation stays."""
    while a < b and text[a] in _EDGE:
        a += 1
    while a < b and text[b - 1] in _EDGE:
        b -= 1
    return (a, b) if any(c.isalnum() for c in text[a:b]) else None


def _trim_cue(text: str, a: int, b: int) -> Span | None:
    while a < b and text[a].isspace():
        a += 1
    while a < b and text[b - 1].isspace():
        b -= 1
    return (a, b) if a < b else None


def _form(text: str, quoted: Sequence[Span], content: list[Span]) -> bool | Literal["mixed"]:
    """Direct if at least nine tenths of the letters stand in quotation marks, mixed if some do."""
    letters = inside = 0
    for a, b in content:
        near = meeting(quoted, a, b)
        letters += sum(c.isalnum() for c in text[a:b])
        inside += sum(c.isalnum() for x, y in near for c in text[max(a, x) : min(b, y)])
    share = inside / max(1, letters)
    return True if share >= 0.9 else "mixed" if share > 0 else False
