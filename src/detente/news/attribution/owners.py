"""Whose quotation is it: quotations handed to the cues beside them, one paragraph after another.

First the cue that a quotation leans on ("...," she said) or that leads to it (she said: "..."); then what goes on: a
quotation opened again in the next paragraph, one right behind a statement of the same speaker, one below a paragraph that
ends with a colon. A quotation that none of this reaches belongs to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from detente.news.attribution.found import Found, Paragraph
from detente.news.attribution.quotes import Span, continues, number_at

_AFTER = re.compile(r"[\s,—–\-]*")
_BEFORE = re.compile(r"[\s,:—–\-.(]*(?:that|:)?[\s,:]*")
_NEXT = re.compile(r"(?:He|She|They|It|We|The|This|That|These|Those|A|An|His|Her|Their)\b")
_SMALL = frozenset(("a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"))
#: More than this between cue and quotation is not looked at.
_REACH = 60


@dataclass(frozen=True)
class Clause:
    """A cue that may own quotations, with the stretch of text that introduces it."""

    start: int
    end: int
    last: int  # end of its own content, or of the clause
    paragraph: Paragraph
    found: Found


def give_quotations(
    text: str,
    quoted: Sequence[Span],
    drafts: Sequence[tuple[Paragraph, Found]],
    paragraphs: Sequence[Paragraph],
) -> None:
    """Adds to each draft the quotations that are its own (`Found.chars`)."""
    clauses: dict[int, list[Clause]] = {}
    for paragraph, found in drafts:
        if found.open and found.clause is not None:
            start, end = paragraph.span(*found.clause)
            last = max([end, *(paragraph.span(x, y)[1] for x, y in found.content)])
            clauses.setdefault(paragraph.number, []).append(Clause(start, end, last, paragraph, found))
    bases = [(p.base, p.end) for p in paragraphs]
    home = [number_at(bases, a) for a, _ in quoted]
    owner: dict[int, Clause] = {}
    for number, span in enumerate(quoted):
        place = home[number]
        best = _beside(text, span, clauses.get(place, ())) if place is not None else None
        if best is not None:
            owner[number] = best
    onward = continues(text, quoted)
    for number in range(len(quoted)):
        place = home[number]
        if number in owner or place is None:
            continue
        if number in onward:
            found = owner.get(onward[number])
        else:
            earlier = number - 1
            if earlier not in owner and titled(text[slice(*quoted[max(0, earlier)])]):
                earlier -= 1  # "..., she told “Straits and Shores.” “..."
            found = _behind(text, quoted[number], clauses.get(place, ())) or _again(
                text, quoted, earlier, number, owner.get(earlier)
            )
        if found is None and place and not text[paragraphs[place].base : quoted[number][0]].strip():
            found = _announced(text, paragraphs[place - 1], clauses.get(place - 1, ()))
        if found is not None:
            owner[number] = found
    for later, earlier in sorted(onward.items(), reverse=True):
        if later in owner:
            owner.setdefault(
                earlier, owner[later]
            )  # who is named at the end of the last paragraph said the first, too
    for number, clause in sorted(owner.items()):
        clause.found.chars.append(quoted[number])


def _beside(text: str, span: Span, clauses: Sequence[Clause]) -> Clause | None:
    """The cue right behind a quotation that leans on it, else the one right before it."""
    a, b = span
    best: tuple[int, Clause] | None = None
    for clause in clauses:
        if (
            b <= clause.start <= b + _REACH
            and _AFTER.fullmatch(text, b, clause.start)
            and _leans(text, b, clause)
        ):
            score = 3
        elif (
            clause.end <= a <= clause.end + _REACH
            and _BEFORE.fullmatch(text, clause.end, a)
            and _substantial(text, span)
        ):
            score = 2 if text[clause.end : a].strip()[:1] in (",", ":") or not clause.found.content else 1
        else:
            continue
        if best is None or score > best[0]:
            best = (score, clause)
    return best[1] if best else None


def _leans(text: str, b: int, clause: Clause) -> bool:
    """Whether a quotation leans on what follows it: its own last mark, or the comma between.

    After a full stop a clause with a content of its own, or one that begins with a pronoun in capitals, is the next sentence.
    """
    last, between = text[:b].rstrip("”»\"’'")[-1:], text[b : clause.start].strip()
    if between[:1] in (",", "—", "–", "-") or last in ",—–-":
        return True
    if between or last not in ".?!…":
        return False
    return last != "." or not (clause.found.content or _NEXT.match(text, clause.start))


def _substantial(text: str, span: Span) -> bool:
    a, b = span
    if text[a - 2 : a].strip() in (",", ":"):
        return True
    return len(text[a : min(b, a + 200)].split()) >= 2 and not titled(text[a:b])


def titled(quoted: str) -> bool:
    """Whether a quotation is the title of a broadcast or a book ("told “Straits and Shores”")."""
    found = re.findall(r"[^\W\d_][\w’']*", quoted[:80])
    return 0 < len(found) <= 6 and all(w[0].isupper() or w in _SMALL for w in found) and found[0][0].isupper()


def _behind(text: str, span: Span, clauses: Sequence[Clause]) -> Clause | None:
    """The statement of the sentence before, for a quotation of whole sentences that stands right behind it."""
    a, b = span
    before = text[max(0, a - 12) : a]
    if (
        len(text[a : min(b, a + 200)].split()) < 3
        or not before[-1:].isspace()
        or before.rstrip()[-1:] not in tuple('.!?”"')
    ):
        return None
    near = [
        c
        for c in clauses
        if c.found.content
        and c.start < a
        and c.last <= a <= c.last + _REACH
        and not text[c.last : a].strip(' .!?"”\u00a0')
    ]
    # "..., he said, adding that ...": the last of those that stand side by side, the outer one of those in one another
    outer = [c for c in near if not any(o is not c and _holds(o, c.start) for o in near)]
    return max(outer, key=lambda c: c.start) if outer else None


def _holds(clause: Clause, at: int) -> bool:
    """Whether a place lies in the content of a clause."""
    return any(
        a <= at < b for a, b in (clause.paragraph.span(x, y) for x, y in clause.found.content if x <= y)
    )


def _again(
    text: str, quoted: Sequence[Span], earlier: int, number: int, before: Clause | None
) -> Clause | None:
    """The owner of an earlier quotation, if nothing but its cue stands between the two."""
    if before is None:
        return None
    start, a = quoted[earlier][1], quoted[number][0]
    if a - start > 400 or "\n" in text[start:a]:
        return None
    if titled(text[a : quoted[number][1]]) and text[a - 2 : a].strip()[-1:] not in tuple(".!?:,"):
        return None
    if not (text[a - 1 : a].isspace() or text[a - 1 : a] in "—–") or text[max(0, a - 12) : a].rstrip()[
        -1:
    ] not in tuple(".!?:”\"’',"):
        return None
    if not text[start:a].strip(" ,.\u00a0"):
        return before
    left, right = min(max(before.start, start), a), min(max(before.end, start), a)
    outside = text[start:left] + text[right:a]
    if len(outside.split()) <= 4 and "." not in outside.strip(" .,"):
        return before
    return before if _one_sentence(text, start, a, before) else None


def _one_sentence(text: str, start: int, a: int, clause: Clause) -> bool:
    """Whether a quotation that a cue follows is parted from the next, of whole sentences, by the rest of its sentence alone."""
    if (
        not (start <= clause.start <= start + 12)
        or text[a - 2 : a - 1] not in ".!?"
        or not text[a + 1 : a + 3].strip("'’")[:1].isupper()
    ):
        return False
    base = clause.paragraph.base
    return not any(
        t.is_sent_start for t in clause.paragraph.doc if start + 3 < base + t.idx < a and t.text[:1].isalpha()
    )


def _announced(text: str, previous: Paragraph, clauses: Sequence[Clause]) -> Clause | None:
    """A cue at the end of the paragraph before, with a colon behind it."""
    if not previous.doc.text.rstrip().endswith(":"):
        return None
    for clause in reversed(clauses):
        if not clause.found.content and not text[clause.end : previous.end].strip(" .,:\n"):
            return clause
    return None
