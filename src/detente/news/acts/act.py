"""One act for a statement: the cue decides before the content does; several clauses must agree; else none.

Where clauses differ, assessments give way to the one other act they are the ground of; two other acts are none, except that
"do this or we will strike" is a threat and "do this and they will come" says what will come. At most `MOST` sentences are
read: a speech does many things.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import replace

from spacy.tokens import Doc, Token

from detente.news.acts.clauses import Clause, by_clause
from detente.news.acts.cues import NOTHING, Found, Judged, by_cue, head_of
from detente.news.acts.forms import conditions, key, subject
from detente.news.acts.sides import Voice
from detente.news.attribution.document import Attribution
from detente.news.documents.cleaning import Cleaned
from detente.news.lists.gazetteer import places
from detente.news.speakers.registry import Entry
from detente.news.speakers.resolve import Reader
from detente.news.speakers.usage import BODY_HEADS
from detente.scenario.statement import Act, Span, Statement

MOST = 3
#: What may be held in silence; an attitude is no other act unless its verb names one.
_SILENT = ("assessment", "prediction")
#: Bodies that every state has.
_OF_STATES = frozenset(
    {"ministry", "army", "navy", "military", "police", "parliament", "cabinet", "presidency", "government"}
)
_Place = tuple[int, Token]  # number of the paragraph, token


def with_acts(
    statements: Sequence[Statement], cleaned: Cleaned, reader: Reader, found: Sequence[Attribution]
) -> list[Statement]:
    """The statements of one document, their speakers resolved, each with its act or None. Spans are of the shown text."""
    pieces = reader.pieces
    starts = [base for _, base in pieces]
    out = []
    for statement, attribution in zip(statements, found, strict=True):
        act = None
        judged = _judge(statement, attribution, reader, starts)
        if judged is not None:
            paragraph, verdict = judged
            base = pieces[paragraph][1]
            because = tuple(cleaned.back(a, b) for a, b in _spans(verdict.words, base))
            inside = [t for c in verdict.conditions for t in c.subtree]
            condition = tuple(cleaned.back(a, b) for a, b in _spans(_trimmed(inside), base))
            act = Act(verdict.name, because, condition)
        out.append(replace(statement, act=act))
    return out


def _judge(
    statement: Statement, attribution: Attribution, reader: Reader, starts: list[int]
) -> tuple[int, Judged] | None:
    cue = _tokens(attribution.cue, reader.pieces, starts)
    content = _tokens(attribution.content, reader.pieces, starts)
    if not cue or not content:
        return None
    words = [t for _, t in content]
    tops = _tops(words)
    asked = statement.polarity == "asked"
    named = by_cue([t for _, t in cue], _top(words, tops), asked, attribution.direct is True)
    if isinstance(named, Judged):
        near = [t for t in named.words if t.doc is cue[0][1].doc]
        held = [c for t in tops if t.doc is near[0].doc for c in conditions(t)]
        return cue[0][0], Judged(named.name, tuple(near), tuple(held))
    if named == NOTHING or asked or words[-1].text == "?" or any(t.text == "?" for t in words):
        return None
    return _by_content(statement, attribution, reader, starts, cue, content)


def _by_content(
    statement: Statement, attribution: Attribution, reader: Reader, starts: list[int],
    cue: list[_Place], content: list[_Place],
) -> tuple[int, Judged] | None:  # fmt: skip
    head = head_of([t for _, t in cue])
    lemma = ":" if head is None or head.text == ":" else key(head)
    found: list[tuple[int, Judged]] = []
    sentences: dict[tuple[int, int], list[_Place]] = {}
    for number, token in content:
        sentences.setdefault((number, token.sent.start), []).append((number, token))
    if len(sentences) > MOST:
        return None
    for (number, _), here in sentences.items():
        words = [t for _, t in here]
        voice = _voice(statement, attribution, reader, starts, number)
        judged: list[Found] = [by_clause(Clause(v, number, voice, words, lemma)) for v in _clauses(words)]
        one = _agreed(judged, words)
        if one == NOTHING or (one is None and len(sentences) > 1 and not _slight(words)):
            return None
        if isinstance(one, Judged):
            found.append((number, one))
    names = {j.name for _, j in found}
    if len(names) > 1:
        names.discard("assessment")
    if len(names) != 1:
        return None
    place, verdict = next(f for f in found if f[1].name in names)
    if statement.kind == "attitude" and verdict.name not in _SILENT:
        return None
    if statement.polarity == "denied" and verdict.name not in (*_SILENT, "denial", "refusal"):
        return None
    return place, verdict


def _agreed(judged: Sequence[Found], words: Sequence[Token]) -> Found:
    """What the clauses of one sentence come to."""
    acts = [j for j in judged if isinstance(j, Judged)]
    if not acts or len(acts) < len(judged):
        return NOTHING if NOTHING in judged else None if not acts or len(judged) > 1 else acts[0]
    names = [a.name for a in acts]
    if len(acts) == 2 and names[0] == "demand":
        link = {t.lower_ for t in words if t.dep_ == "cc"}
        if ("or" in link and names[1] in ("threat", "prediction")) or (
            "and" in link
            and names[1] in ("prediction", "threat")
            and not any(t.tag_ == "MD" for t in acts[0].words)
        ):
            return acts[1]
    rest = {n for n in names if n != "assessment"} or {"assessment"}
    return next(a for a in acts if a.name in rest) if len(rest) == 1 else NOTHING


def _clauses(words: Sequence[Token]) -> list[Token]:
    """The main verbs of a sentence of the content, and those beside them that have a subject of their own."""
    found = [t for t in _tops(words) if t.pos_ in ("VERB", "AUX")]
    inside = {t.i for t in words}
    beside = [
        c
        for verb in found
        for c in verb.children
        if c.dep_ in ("conj", "ccomp", "parataxis")
        and c.i in inside
        and c.pos_ in ("VERB", "AUX")
        and subject(c) is not None
        and (c.dep_ != "ccomp" or (c.i < verb.i and (subject(verb) is None or _parted(c, verb))))
    ]
    return sorted({*found, *beside}, key=lambda t: t.i)


def _parted(first: Token, second: Token) -> bool:
    """Two clauses with a semicolon or a dash between, which the parser hung one under the other."""
    return any(t.text in (";", "—", "–") for t in first.doc[first.i : second.i])


def _tops(words: Sequence[Token]) -> list[Token]:
    """The uppermost words of a content: those whose head is outside it."""
    inside = {(id(t.doc), t.i) for t in words}
    return [
        t for t in words
        if not t.is_punct and not t.is_space and (t.head.i == t.i or (id(t.doc), t.head.i) not in inside)
    ]  # fmt: skip


def _top(words: Sequence[Token], tops: Sequence[Token]) -> Token | None:
    """The one word that says how the content is built: "to" and its subject lead to the infinitive."""
    for top in tops:
        if top.dep_ == "mark" or top.lower_ in ("that", "to", "of", "for", "on", "against"):
            continue
        verb = next((v for v in tops if v.pos_ in ("VERB", "AUX")), None)
        return verb if verb is not None and top.dep_ in ("aux", "nsubj", "dobj", "neg", "advmod") else top
    return tops[0] if tops else None


def _slight(words: Iterable[Token]) -> bool:
    """A sentence of a word or two ("Yes.", "Never.") stands for nothing of its own."""
    return sum(t.is_alpha for t in words) <= 2


def _voice(
    statement: Statement, attribution: Attribution, reader: Reader, starts: list[int], paragraph: int
) -> Voice:
    entry = reader.registry[statement.speaker] if statement.speaker else None
    side = {entry.id, *entry.member_of} if entry is not None else set[str]()
    doc: Doc = reader.pieces[paragraph][0]
    here = {
        place: m.actor
        for place, m in reader.mentions.at.items()
        if place[0] == paragraph and m.how != "pronoun"
    }
    bound = entry is not None and (bool(entry.member_of) or entry.kind == "country" or _body(entry))
    return Voice(
        entry.kind if entry is not None else None,
        bound,
        tuple(t for _, t in _tokens(attribution.source, reader.pieces, starts)),
        {place for place, actor in here.items() if actor in side},
        set(here),
        doc.user_data.get("quoted", frozenset()),
    )


def _body(entry: Entry) -> bool:
    """An organisation for sure: one bare word ("Gern said") may be a surname."""
    if _OF_STATES & set(entry.name.lower().split()):
        return False  # of which state, the text has not said
    known = " " in entry.name.strip() or entry.id in places() or entry.name.lower() in BODY_HEADS
    return entry.kind == "organisation" and known


# ------------------------------------------------------------------ places


def _tokens(spans: Sequence[Span], pieces: Sequence[tuple[Doc, int]], starts: list[int]) -> list[_Place]:
    """The tokens of spans of the parsed text, with the number of their paragraph."""
    found: list[_Place] = []
    for a, b in spans:
        number = max(0, bisect.bisect_right(starts, a) - 1)
        while number < len(pieces) and pieces[number][1] < b:
            doc, base = pieces[number]
            span = doc.char_span(max(0, a - base), min(len(doc.text), b - base), alignment_mode="contract")
            found += [(number, t) for t in span or ()]
            number += 1
    return found


def _trimmed(tokens: list[Token]) -> list[Token]:
    tokens = sorted(tokens, key=lambda t: t.i)
    while tokens and (tokens[-1].is_punct or tokens[-1].is_space):
        tokens.pop()
    return tokens


def _spans(tokens: Iterable[Token], base: int) -> list[Span]:
    """Code points of the parsed text, tokens side by side joined."""
    spans: list[list[int]] = []
    last = -2
    for token in sorted({t.i: t for t in tokens}.values(), key=lambda t: t.i):
        start, end = base + token.idx, base + token.idx + len(token.text)
        if token.i == last + 1:
            spans[-1][1] = end
        else:
            spans.append([start, end])
        last = token.i
    return [(a, b) for a, b in spans]
