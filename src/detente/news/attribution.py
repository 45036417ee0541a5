"""Attributions of one document: constructions of `frames`, joined with the quotation marks, outer before inner.

What a source says inside its own content is not an attribution of the text ("Ann said that Bo fears ..." is Ann's alone).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Doc, Token

from .found import Found
from .frames import found_in
from .gazetteer import forms, given_names, slug
from .polarity import polarity_of
from .quotes import continues, quotations
from .words import words

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


@dataclass
class Paragraph:
    """One parsed paragraph and where it starts in the document."""

    number: int
    doc: Doc
    base: int

    @property
    def end(self) -> int:
        return self.base + len(self.doc.text)

    def span(self, first: int, last: int) -> Span:
        """Code points of the tokens ``first`` to ``last``, both inclusive."""
        token = self.doc[last]
        return self.base + self.doc[first].idx, self.base + token.idx + len(token.text)


def attributions(text: str, pieces: Sequence[tuple[Doc, int]]) -> list[Attribution]:
    """All attributions of a document, in order of place. ``pieces``: parsed paragraphs with their offsets."""
    quoted = quotations(text)
    paragraphs = [Paragraph(n, doc, base) for n, (doc, base) in enumerate(pieces)]
    drafts: list[tuple[Paragraph, Found]] = []
    for paragraph in paragraphs:
        paragraph.doc.user_data["quoted"] = _quoted_tokens(paragraph, quoted)
        for found in found_in(paragraph.doc):
            at = paragraph.base + found.anchor.idx
            if not any(a <= at < b for a, b in quoted):
                drafts.append((paragraph, found))
    colons = [c for p in paragraphs for c in _colon(p)]
    drafts += colons
    _give_quotations(text, quoted, drafts, paragraphs)
    return _outermost(text, quoted, drafts)


def _quoted_tokens(paragraph: Paragraph, quoted: list[Span]) -> frozenset[int]:
    inside = [(a, b) for a, b in quoted if a < paragraph.end and paragraph.base < b]
    if not inside:
        return frozenset()
    return frozenset(t.i for t in paragraph.doc if any(a <= paragraph.base + t.idx < b for a, b in inside))


# ------------------------------------------------------------------ quotations find their speaker

_AFTER = re.compile(r"^[\s,—–\-]*$")
_BEFORE = re.compile(r"^[\s,:—–\-.(]*(?:that|:)?[\s,:]*$")


def _give_quotations(
    text: str, quoted: list[Span], drafts: list[tuple[Paragraph, Found]], paragraphs: list[Paragraph]
) -> None:
    """Hand every quotation that stands beside a cue to it; then those that follow on without a cue of their own."""
    clauses = []
    for paragraph, found in drafts:
        if found.open and found.clause is not None:
            clauses.append((*paragraph.span(*found.clause), paragraph, found))
    owner: dict[int, tuple[Paragraph, Found]] = {}
    for number, (a, b) in enumerate(quoted):
        inside = next((p for p in paragraphs if p.base <= a < p.end), None)
        if inside is None:
            continue
        best = None
        for start, end, paragraph, found in clauses:
            if paragraph is not inside:
                continue
            if start >= b and _AFTER.match(text[b:start]) and _closes(text, a, b, start):
                score = 3
            elif end <= a and _BEFORE.match(text[end:a]) and _big(text, a, b):
                score = 2 if text[end:a].strip()[:1] in (",", ":") or not found.content else 1
            else:
                continue
            if best is None or score > best[0]:
                best = (score, paragraph, found)
        if best:
            owner[number] = best[1:]
    onward = continues(text, quoted)
    for number, (a, _) in enumerate(quoted):
        if number in owner or number == 0:
            continue
        if number in onward:
            if onward[number] in owner:
                owner[number] = owner[onward[number]]
            continue
        following = _following(text, quoted, number, clauses, paragraphs)
        if following is not None:
            owner[number] = following
            continue
        before = owner.get(number - 1)
        gap_start = quoted[number - 1][1]
        if before is None:
            continue
        gap = text[gap_start:a]
        starts = text[:a].rstrip()[-1:] in ".!?:”\"’'," and (a == 0 or text[a - 1] in " \n\t\u00a0—–")
        if "\n" not in gap and starts and _only_the_clause(gap_start, a, before, text):
            owner[number] = before
    # a cue that ends its paragraph with a colon introduces the quotations of the next one
    for number, (a, _) in enumerate(quoted):
        if number in owner:
            continue
        p = next((p for p in paragraphs if p.base <= a < p.end), None)
        if p is None or p.number == 0 or text[p.base : a].strip():
            continue
        previous = paragraphs[p.number - 1]
        if previous.doc.text.rstrip().endswith(":"):
            for start, end, paragraph, found in clauses:
                if paragraph is previous and not text[end : previous.end].strip(" .,:") and not found.content:
                    owner[number] = (paragraph, found)
    for number, (_, found) in sorted(owner.items()):
        found.chars.append(quoted[number])


def _following(
    text: str,
    quoted: list[Span],
    number: int,
    clauses: list[tuple[int, int, Paragraph, Found]],
    paragraphs: list[Paragraph],
) -> tuple[Paragraph, Found] | None:
    """The statement in the sentence before, for a quotation of whole sentences that stands right behind it."""
    a, b = quoted[number]
    if (
        len(text[a:b].split()) < 3
        or text[a - 1 : a] not in (" ", "\u00a0")
        or text[:a].rstrip()[-1:] not in (".", "!", "?", "”", '"')
    ):
        return None
    best = None
    for start, end, paragraph, found in clauses:
        if not (paragraph.base <= a < paragraph.end) or start >= a or not found.content:
            continue
        spans = [paragraph.span(x, y) for x, y in found.content]
        last = max([end, *(y for _, y in spans)])
        if last <= a and not text[last:a].strip(' .!?"”\u00a0') and (best is None or start < best[0]):
            best = (start, paragraph, found)
    return best[1:] if best else None


def _closes(text: str, a: int, b: int, start: int) -> bool:
    """Whether a quotation leans on what follows it: its own last mark, or the comma between."""
    last = text[b - 2 : b - 1]
    return (
        last in ",?!—–-…"
        or text[b:start].lstrip()[:1] in (",", "—", "–", "-")
        or (last == "." and text[b:start].strip() == "")
    )


def _big(text: str, a: int, b: int) -> bool:
    return len(text[a:b].split()) >= 2 or text[a - 2 : a].strip() in (",", ":")


def _only_the_clause(start: int, end: int, owner: tuple[Paragraph, Found], text: str) -> bool:
    """Whether nothing but the cue's own clause stands between two quotations of one speaker."""
    paragraph, found = owner
    if not text[start:end].strip(" ,.\u00a0"):
        return True
    if found.clause is None:
        return False
    a, b = paragraph.span(*found.clause)
    outside = text[start : max(start, min(a, end))] + text[min(max(b, start), end) : end]
    return len(outside.split()) <= 4 and "." not in outside.strip(" .,")


# ------------------------------------------------------------------ colons

_NO_NAMES = words("labels that are no speakers")


_NAMELESS = frozenset(
    ("poll", "report", "study", "survey", "officials", "official", "police", "experts", "expert", "aide", "source", "sources")
)


def _a_name(head: list[Token]) -> bool:
    """Whether the words before a colon are the name of somebody: capitals throughout, or names alone, and not a place."""
    if tuple(t.text for t in head) in forms():
        return False
    if len(head) <= 4 and all(t.is_upper and len(t) > 1 for t in head):
        return True
    names = all(t.pos_ == "PROPN" and t.text[:1].isupper() for t in head)
    return names and len(head) <= 5 and (len(head) > 1 or head[0].ent_type_ == "PERSON" or slug(head[0].text) in given_names())


def _colon(paragraph: Paragraph) -> list[tuple[Paragraph, Found]]:
    """ "Romeo: I will go." - a name, a colon, and what he says; also "Poll: ..." as a headline."""
    doc = paragraph.doc
    for token in doc[: min(len(doc), 9)]:
        if token.text != ":":
            continue
        head = [t for t in doc[: token.i] if not t.is_space and not t.is_punct]
        if not 1 <= len(head) <= 7 or token.i + 2 >= len(doc):
            return []
        low = [t.lower_ for t in head]
        if (low[0] in _NO_NAMES and low[-1] not in _NAMELESS) or ")" in doc[: token.i].text:
            return []
        if not (low[-1] in _NAMELESS or _a_name(head)):
            return []
        span = (head[0].i, head[-1].i)
        last = len(doc) - 1
        found = Found("colon", [(token.i, token.i)], [span], [(token.i + 1, last)], "speech", token, head[-1])
        return [(paragraph, found)]
    return []


# ------------------------------------------------------------------ outer before inner

_PRIORITY = {"verb-clause": 0, "according": 3, "colon": 1, "verb-open": 1}


def _outermost(text: str, quoted: list[Span], drafts: list[tuple[Paragraph, Found]]) -> list[Attribution]:
    kept: list[tuple[Span, Attribution]] = []
    ready = []
    for paragraph, found in drafts:
        content = [paragraph.span(a, b) for a, b in found.content if a <= b]
        cue = [paragraph.span(a, b) for a, b in found.cue]
        source = [paragraph.span(a, b) for a, b in found.source if a <= b]
        if found.chars and found.rule == "verb-object" and not _touch(content, found.chars):
            content = []
        if found.rule == "verb-clause-before" and found.chars and content:
            start = found.chars[0][0]
            if content[0][0] < start and text[content[0][0] : start].rstrip()[-1:] == ":":
                content[0] = (start, content[0][1])
        content = _joined(text, quoted, content, found.chars)
        content = _minus(content, cue + source)
        content = [s for s in (_trim(text, *s) for s in content) if s]
        source = [s for s in (_trim(text, *s) for s in _minus(source, cue)) if s]
        cue = [s for s in (_trim_cue(text, *s) for s in cue) if s]
        if not content or not cue or (found.source and not source):
            continue
        ready.append((paragraph, found, source, cue, _merge(text, content)))
    ready.sort(key=lambda r: -sum(b - a for a, b in r[4]))
    taken: list[list[Span]] = []
    for paragraph, found, source, cue, content in ready:
        anchor = paragraph.base + found.anchor.idx
        if any(a <= anchor < b for spans in taken for a, b in spans):
            continue
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


def _joined(text: str, quoted: list[Span], content: list[Span], chars: list[Span]) -> list[Span]:
    """Content with the quotations given to it; a quotation that it cuts is taken whole."""
    spans = list(content)
    for a, b in quoted:
        for n, (x, y) in enumerate(spans):
            if a < y and x < b and not (x <= a and b <= y):
                spans[n] = (min(a, x), max(b, y))
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


def _form(text: str, quoted: list[Span], content: list[Span]) -> bool | Literal["mixed"]:
    """Direct if at least nine tenths of the letters stand in quotation marks, mixed if some do."""
    near = [(x, y) for x, y in quoted if any(x < b and a < y for a, b in content)]
    if not near:
        return False
    letters = [at for a, b in content for at in range(a, b) if text[at].isalnum()]
    inside = sum(1 for at in letters if any(x <= at < y for x, y in near))
    share = inside / max(1, len(letters))
    return True if share >= 0.9 else "mixed" if share > 0 else False


def token_of(paragraphs: Sequence[tuple[Doc, int]], place: tuple[int, int]) -> Token:
    """The token that `Attribution.speaker` names."""
    return paragraphs[place[0]][0][place[1]]
