"""Which claim of a scenario a statement makes: a score, the matching words, and whether it says so or the contrary.

A claim lists groups of words (`wording.py` says how they are written). A statement makes the claim when one sentence of it
meets every group. A group `[or]` parts several ways of saying it. A sentence that points back ("this idea", "that would ...")
borrows what it lacks from the sentence before; a borrowed group counts `BORROWED`, and the score is the mean of the groups.

Whether it is made or denied follows from the syntax (`scope.py`): negations over the matched words, and reporting words that
speak against their content ("denied", "warned against"), are counted; an odd number turns the claim round, unless the claim
is itself a denial (``polarity: denied``, or a phrase that begins with "not"). What is only asked, discussed or supposed makes
no claim. With ``about``, what is said of an actor who plays another role makes none. A person may overrule each match.

Not found: irony, claims made in other words than the groups list, and claims spread over several statements.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spacy.tokens import Doc, Token

from detente.news.matching import scope, wording
from detente.news.matching.setting import has_setting
from detente.news.parse.model import language_model
from detente.news.parse.parsing import paragraphs
from detente.scenario.model import Match, MatchRule
from detente.scenario.statement import Ledger, Span, Statement

THRESHOLD = 0.7
BORROWED = 0.75  # what a group counts that only the sentence pointed to meets
REACH = 400  # code points that a threat's "or ..." may run on after the content

Stance = Literal["makes", "denies"]
POINTERS = frozenset({"this", "that", "such", "these", "those", "it", "the"})
POINTED = frozenset({
    "idea", "proposal", "plan", "suggestion", "move", "approach", "step", "notion", "scheme", "option",
    "deployment", "measure", "course", "initiative", "demand", "offer",
})  # fmt: skip


def record(match: Match) -> dict[str, object]:
    """A match as the machine-readable face prints it."""
    return {
        "statement": match.statement,
        "claim": match.claim,
        "score": round(match.score, 3),
        "stance": match.stance,
        "words": list(match.words),
        "decided_by": match.decided_by,
    }


def match_statements(
    ledger: Ledger,
    claims: Mapping[str, MatchRule],
    decided: Iterable[Match] = (),
    players: Mapping[str, str] | None = None,
    setting: Sequence[str] = (),
) -> tuple[Match, ...]:
    """For each statement the claims it makes, best first; a statement that was only asked or discussed makes none.

    Of ``decided`` those of a person stand, with score 1; stance "none" says that the statement is not this claim.
    ``players``: role to the id of the actor who plays it; used by claims that say whom they are about.
    ``setting``: phrases of a text that speaks of such a crisis; a document that has none makes no claim by rule.
    """
    by_person: dict[tuple[str, str], Literal["makes", "denies", "none"]] = {
        (d.statement, d.claim): d.stance for d in decided if d.decided_by == "person"
    }
    rules = {name: _ways(rule) for name, rule in claims.items()}
    texts = {d.id: d.text for d in ledger.documents}
    here, text = "", _Text("", ())
    fitting = {d.id for d in ledger.documents if has_setting(d.text, setting)}
    about = _Players(ledger, players or {})
    found: list[Match] = []
    for statement in ledger.statements:
        for name in claims:
            if (stance := by_person.get((statement.id, name))) is not None and stance != "none":
                found.append(Match(statement.id, name, 1.0, stance, "person"))
        if statement.polarity == "asked" or statement.document not in fitting:
            continue
        if statement.document != here:  # the parse of one document is held at a time
            here = statement.document
            spans = [x for s in ledger.statements if s.document == here for x in (*s.cue, *s.content)]
            text = _Text(texts[here], spans)
        said = _said(text, statement, about.of(statement.speaker))
        if said is None:
            continue
        for name, rule in claims.items():
            if (statement.id, name) in by_person:
                continue
            for made in _made(said, rule, rules[name], about):
                found.append(Match(statement.id, name, made.score, made.stance, "rule", made.words))
                break
    order = {s.id: i for i, s in enumerate(ledger.statements)}
    return tuple(sorted(found, key=lambda m: (order[m.statement], -m.score, m.claim)))


@dataclass(frozen=True)
class _Made:
    score: float
    stance: Stance
    words: tuple[str, ...]


@dataclass(frozen=True)
class _Sentence:
    """The tokens of a statement that one sentence holds, with their forms, and the words before it that it may point to."""

    tokens: tuple[Token, ...]
    known: tuple[frozenset[str], ...]
    before: tuple[Token, ...]
    before_known: tuple[frozenset[str], ...]
    every: frozenset[str]  # the forms of all tokens

    def find(self, wanted: wording.Phrase) -> list[Token]:
        return wording.find(wanted, self.tokens, self.known) if self.every.issuperset(wanted.words) else []


@dataclass(frozen=True)
class _Said:
    document: str
    base: Mapping[int, int]  # id of a parsed paragraph to where it begins
    sentences: tuple[_Sentence, ...]
    speaker: frozenset[str]  # ids of the speaker and of the bodies the texts tie the speaker to
    cue: tuple[Token, ...]
    against: bool  # the reporting words speak against the content
    denied: bool  # the reader's own judgement


def _ways(rule: MatchRule) -> list[list[list[wording.Phrase]]]:
    """The ways of making a claim, each a list of groups."""
    ways: list[list[list[wording.Phrase]]] = [[]]
    for group in rule.words:
        if group == ("or",):
            ways.append([])
        else:
            ways[-1].append([wording.phrase(word) for word in group])
    return [way for way in ways if way]


def _made(
    said: _Said, rule: MatchRule, ways: Sequence[Sequence[Sequence[wording.Phrase]]], about: _Players
) -> Iterable[_Made]:
    for sentence in said.sentences:
        if any(sentence.find(wording.phrase(word)) for word in rule.never):
            continue
        for way in ways:
            met = _meet(sentence, way)
            if met is None:
                continue
            score, wanted, words = met
            if score < THRESHOLD or scope.supposed(words):
                continue
            if rule.about and not about.allows(said, sentence, words, rule.about):
                continue
            within = {t.i for t in sentence.tokens}
            odd = len(scope.negations(words, within)) % 2 == 1
            if said.denied and not odd and not said.against:
                odd = True
            contrary = any(sentence.find(wording.phrase(word)) for word in rule.contrary)
            # what is spoken against is the thing; a relative clause ("which would encourage crimes") says why
            against = said.against and not scope.relative(words) and not scope.labelled(words, said.cue)
            turned = (odd != against) != (wanted or rule.polarity == "denied")
            stance: Stance = "denies" if turned != contrary else "makes"
            yield _Made(score, stance, _runs(words))


def _runs(words: Iterable[Token]) -> tuple[str, ...]:
    """The words in their order, those that follow one another as one piece."""
    pieces: list[list[Token]] = []
    for token in sorted(words, key=lambda t: t.i):
        if pieces and pieces[-1][-1].i == token.i - 1:
            pieces[-1].append(token)
        else:
            pieces.append([token])
    return tuple("".join(t.text_with_ws for t in piece).strip() for piece in pieces)


def _meet(
    sentence: _Sentence, way: Sequence[Sequence[wording.Phrase]]
) -> tuple[float, bool, list[Token]] | None:
    """Score, whether a met phrase expects a negation, and the words of the sentence itself; None if a group is not met."""
    total, negated, words = 0.0, False, dict[int, Token]()
    for group in way:
        here = next(((p, w) for p in group if (w := _met(p, sentence))), None)
        if here:
            total += 1
            negated = negated or here[0].negated
            words |= {t.i: t for t in here[1]}
        elif any(_thing(wording.find(p, sentence.before, sentence.before_known)) for p in group):
            total += BORROWED
        else:
            return None
    return (total / len(way), negated, list(words.values())) if words else None


def _met(wanted: wording.Phrase, sentence: _Sentence) -> list[Token]:
    words = sentence.find(wanted)
    if words and wanted.strictly and not scope.negations(words, {t.i for t in sentence.tokens}):
        return []
    return words


def _thing(words: Sequence[Token]) -> bool:
    """Whether words name something that can be pointed to: a noun, or "sending troops"."""
    return any(t.pos_ in ("NOUN", "PROPN") or t.tag_ == "VBG" for t in words)


class _Text:
    """A document of which the paragraphs that hold statements are parsed, all at once."""

    def __init__(self, text: str, spans: Iterable[Span]) -> None:
        self.text = text
        self._paragraphs = paragraphs(text)
        self._starts = [base for _, base in self._paragraphs]
        needed = sorted({number for span in spans for number in self._touched(span)})
        parsed = language_model().pipe(
            (self._paragraphs[n][0] for n in needed), disable=["ner"], batch_size=64
        )
        self._parsed = dict(zip(needed, parsed, strict=True))

    def around(self, span: Span) -> list[tuple[Doc, int]]:
        """The parsed paragraphs that a span touches, each with where it begins."""
        touched = (n for n in self._touched(span) if n in self._parsed)
        return [(self._parsed[n], self._starts[n]) for n in touched]

    def _touched(self, span: Span) -> list[int]:
        first = max(bisect.bisect_right(self._starts, span[0]) - 1, 0)
        last = bisect.bisect_left(self._starts, span[1])
        return [n for n in range(first, last) if span[0] < self._starts[n] + len(self._paragraphs[n][0])]


def _said(text: _Text, statement: Statement, speaker: frozenset[str]) -> _Said | None:
    """What a statement says, sentence by sentence; None where it asserts nothing."""
    cue = [t for span in statement.cue for t in _tokens(text, span)]
    kind, against = scope.cue_stands(cue) if cue else ("says", False)
    if kind == "tables":
        return None
    pieces = list(statement.content)
    if against and pieces and statement.cue and {t.lemma_.lower() for t in cue} & {"disagree"}:
        # "disagreed: nothing works", "disagreed, saying that nothing works" give the speaker's own view
        against = not text.text[statement.cue[-1][1] : pieces[0][0]].strip()
    if pieces:
        pieces[-1] = (pieces[-1][0], _threat_end(text.text, pieces[-1][1]))
    parts: dict[tuple[int, int], list[Token]] = {}
    base: dict[int, int] = {}
    for span in pieces:
        for doc, start in text.around(span):
            base[id(doc)] = start
            for token in doc:
                if span[0] <= start + token.idx < span[1] and not token.is_punct and not token.is_space:
                    parts.setdefault((start, token.sent.start), []).append(token)
    sentences: list[_Sentence] = []
    for (_start, first), tokens in parts.items():
        before: tuple[Token, ...] = ()
        if _points_back(tokens):
            doc = tokens[0].doc
            before = tuple(t for t in _before(doc, first, tokens[0]) if not t.is_punct and not t.is_space)
        known = tuple(wording.token_forms(t) for t in tokens)
        before_known = tuple(wording.token_forms(t) for t in before)
        sentences.append(_Sentence(tuple(tokens), known, before, before_known, frozenset().union(*known)))
    return _Said(
        statement.document,
        base,
        tuple(sentences),
        speaker,
        tuple(cue),
        against,
        statement.polarity == "denied",
    )


def _tokens(text: _Text, span: Span) -> list[Token]:
    return [t for doc, base in text.around(span) for t in doc if span[0] <= base + t.idx < span[1]]


def _threat_end(text: str, end: int) -> int:
    """Where a demand ends: "urged them to sign, or they would be alone" runs to the end of its sentence."""
    rest = text[end : end + REACH]
    lead = rest.lstrip(",;—–- \t")
    if not lead.startswith("or "):
        return end
    stop = next((i for i, c in enumerate(rest) if c in ".!?\n"), None)
    return end if stop is None else end + stop


def _points_back(tokens: Sequence[Token]) -> bool:
    """Whether a sentence lacks what it is about and points back: "this idea", "such an approach", a bare "that" or "it"."""
    for token, following in itertools.pairwise((*tokens, None)):
        assert token is not None
        word = token.lower_
        if word not in POINTERS:
            continue
        near = [t.lemma_.lower() for t in token.doc[token.i + 1 : token.i + 4]]
        if word != "it" and any(n in POINTED for n in near):
            return True
        if word == "it" and scope.expletive(token):
            continue
        bare = token.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj") and token.pos_ == "PRON" and word != "the"
        if bare and (following is None or token.i < tokens[0].i + 4 or token.i == tokens[-1].i):
            return True
    return False


def _before(doc: Doc, first: int, token: Token) -> list[Token]:
    """The words before the content in its own sentence, and the sentence before that."""
    start = doc[first - 1].sent.start if first > 0 else first
    return list(doc[start : token.i])


class _Players:
    """Who plays which role, and where the texts name them."""

    def __init__(self, ledger: Ledger, players: Mapping[str, str]) -> None:
        self.role = {actor: role for role, actor in players.items()}
        self.bodies = {a.id: frozenset((a.id, *a.member_of)) for a in ledger.actors}
        self.spans: dict[str, list[tuple[int, int, str]]] = {}
        for actor in ledger.actors:
            # a person speaks and acts for the body the texts tie the person to
            ids = [i for i in (actor.id, *actor.member_of) if i in self.role]
            for document, start, end in actor.spans:
                if ids:
                    self.spans.setdefault(document, []).append((start, end, self.role[ids[0]]))

    def of(self, speaker: str | None) -> frozenset[str]:
        return self.bodies.get(speaker or "", frozenset())

    def allows(self, said: _Said, sentence: _Sentence, words: Iterable[Token], roles: Sequence[str]) -> bool:
        """Whether the words are said of an actor of one of the roles, as far as the sentence shows."""
        if not set(roles) & set(self.role.values()):
            return True  # nobody plays it, so nothing tells
        seen: set[str] = set()
        pronoun = False
        for subject in scope.subjects(words, {t.i for t in sentence.tokens}):
            seen |= self._at(said, subject)
            owner = next((c for c in subject.children if c.dep_ == "poss"), None)
            if scope.speaks_for_itself(subject) or (owner is not None and scope.speaks_for_itself(owner)):
                seen |= {role for i, role in self.role.items() if i in said.speaker}
            pronoun = pronoun or subject.pos_ == "PRON"
        if seen:
            return bool(seen & set(roles))
        named = {role for t in sentence.tokens for role in self._at(said, t)}
        called = {role for role in roles for forms in sentence.known if role in forms}
        return pronoun or bool((named | called) & set(roles))

    def _at(self, said: _Said, token: Token) -> set[str]:
        place = said.base[id(token.doc)] + token.idx
        return {role for a, b, role in self.spans.get(said.document, ()) if a <= place < b}


def contradictions(ledger: Ledger, matches: Iterable[Match]) -> list[dict[str, object]]:
    """Pairs of statements of which one makes a claim and the other denies it: one pair for each claim and two speakers."""
    speaker = {s.id: s.speaker or s.id for s in ledger.statements}
    sides: dict[str, dict[str, list[str]]] = {}
    for match in matches:
        sides.setdefault(match.claim, {"makes": [], "denies": []})[match.stance].append(match.statement)
    found: list[dict[str, object]] = []
    for claim, side in sides.items():
        pairs: dict[tuple[str, str], tuple[str, str]] = {}
        for made in side["makes"]:
            for denied in side["denies"]:
                pairs.setdefault((speaker[made], speaker[denied]), (made, denied))
        found += [{"claim": claim, "statements": list(pair), "text": ""} for pair in pairs.values()]
    return found
