"""The words that may attribute something, and for each the sources and contents that it may have.

A word is named by its place; a draft of the rules belongs to the word of its cue on which the others hang. The options are
looser than the rules: any phrase under the word, cut at its end or at a comma, whether or not a lexicon knows the word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from spacy.tokens import Doc, Token

from detente.news.attribution.found import Found, Paragraph, Reach
from detente.news.attribution.making import lemma_of
from detente.news.lists import lexicon
from detente.news.parse.syntax import agent, cue_reach, is_passive, reach, source_reach, subject

#: Parts of speech of words that attribute; adpositions and marks only where a rule found one.
CLASSES = {"VERB", "NOUN", "ADJ", "ADV"}
_SIDE = {
    "aux",
    "auxpass",
    "neg",
    "det",
    "punct",
    "mark",
    "prt",
    "cc",
    "case",
    "poss",
    "amod",
    "advmod",
    "prep",
}
_COMPLEMENTS = {
    "ccomp", "xcomp", "dobj", "prep", "advcl", "oprd", "acomp", "acl", "relcl", "attr", "parataxis", "dative", "pcomp",
    "intj", "conj", "appos",
}  # fmt: skip
_MOST_SOURCES, _MOST_CONTENTS = 6, 16


@dataclass(frozen=True)
class Source:
    """One possible source: the words, their head (None: the text names nobody), and how it was reached."""

    span: Reach | None
    head: Token | None
    how: str


@dataclass(frozen=True)
class Content:
    """One possible content, the cue that goes with it, and how it was reached; ``quoted``: with the quotations beside it."""

    pieces: tuple[Reach, ...]
    cue: Reach
    how: str
    quoted: bool


@dataclass
class Word:
    """A word that may attribute, with what the rules make of it."""

    paragraph: Paragraph
    token: Token
    drafts: list[Found] = field(default_factory=list)

    @property
    def rule(self) -> str:
        return self.drafts[0].rule if self.drafts else ""


def words(paragraphs: Sequence[Paragraph], drafts: Sequence[tuple[Paragraph, Found]]) -> list[Word]:
    """Every word that may attribute, in order of place."""
    of_rules: dict[tuple[int, int], list[Found]] = {}
    for paragraph, found in drafts:
        token = top(paragraph.doc, *found.cue[0])
        of_rules.setdefault((paragraph.number, token.i), []).append(found)
    found_words: list[Word] = []
    for paragraph in paragraphs:
        quoted = paragraph.doc.user_data.get("quoted", frozenset())
        for token in paragraph.doc:
            own = of_rules.get((paragraph.number, token.i), [])
            if own or (token.i not in quoted and _may(token)):
                found_words.append(Word(paragraph, token, own))
    return found_words


def _may(token: Token) -> bool:
    if token.pos_ not in CLASSES or token.dep_ in ("aux", "auxpass", "compound", "punct"):
        return False
    if token.pos_ == "ADV":
        return token.lower_.endswith("edly") or token.lower_ in ("apparently", "purportedly")
    if token.pos_ == "VERB":
        return token.dep_ != "amod"
    return token.right_edge.i > token.i or token.lemma_.lower() in lexicon.ADJECTIVES


def top(doc: Doc, first: int, last: int) -> Token:
    """The word of a stretch on which the others hang; content words before auxiliaries and marks."""
    outer = [t for t in doc[first : last + 1] if not first <= t.head.i <= last or t.head == t]
    main = [t for t in outer if t.pos_ in CLASSES and t.dep_ not in ("aux", "auxpass")]
    return (main or outer or [doc[first]])[0]


# ------------------------------------------------------------------ sources


def sources(word: Word) -> list[Source]:
    """What may be the source of a word, the rules' own first; the last is nobody."""
    token = word.token
    found: dict[Reach | None, Source] = {}

    def put(span: Reach | None, head: Token | None, how: str) -> None:
        if span not in found and (span is None or span[0] <= span[1]):
            found[span] = Source(span, head, how)

    for draft in word.drafts:
        if draft.source and draft.speaker is not None:
            put(draft.source[0], draft.speaker, "rule")
    who = subject(token) if token.pos_ in ("VERB", "AUX") else None
    by = agent(token)
    if by is not None:
        put(source_reach(by), by, "agent")
    if who is not None and who != token:
        put(source_reach(who), who, "subject")
        put(_whole(who, token), who, "subject-whole")
        if who.tag_ in ("WP", "WDT"):
            for outer in token.ancestors:
                if outer.pos_ in ("NOUN", "PROPN", "PRON"):
                    put(source_reach(outer), outer, "antecedent")
                    break
    for child in token.children:
        if child.dep_ == "poss":
            first, last = reach(child)
            while last > first and token.doc[last].dep_ == "case":
                last -= 1
            put((first, last), child, "owner")
        elif child.dep_ == "prep" and child.lower_ in ("from", "by", "among", "of", "to", "in"):
            for inner in child.children:
                if inner.dep_ == "pobj":
                    put(source_reach(inner), inner, f"prep-{child.lower_}")
        elif child.dep_ in ("amod", "compound") and child.i < token.i and token.pos_ == "NOUN":
            put(reach(child), child, "modifier")
    if token.pos_ != "VERB" and token.head != token:
        outer = token.head if token.head.pos_ in ("VERB", "AUX") else token.head.head
        above = subject(outer) if outer.pos_ in ("VERB", "AUX") else None
        if above is not None and above != token:
            put(source_reach(above), above, "subject-above")
    kept = list(found.values())[: _MOST_SOURCES - 1]
    return [*kept, Source(None, None, "rule" if word.drafts and not word.drafts[0].source else "nobody")]


def _whole(who: Token, verb: Token) -> Reach:
    first, last = reach(who)
    if verb.i > who.i:
        last = min(last, verb.i - 1)
    while last > who.i and who.doc[last].is_punct:
        last -= 1
    return first, last


# ------------------------------------------------------------------ contents


def contents(word: Word, source: Source) -> list[Content]:
    """What may be the content of a word whose source is known, the rules' own first."""
    token, doc = word.token, word.token.doc
    found: dict[tuple[tuple[Reach, ...], bool], Content] = {}

    def put(pieces: Sequence[Reach], cue: Reach, how: str) -> None:
        kept = tuple(p for p in pieces if p[0] <= p[1])
        for quoted in (True, False) if how == "rule" else (True,):
            if (kept, quoted) not in found:
                found[kept, quoted] = Content(kept, cue, how, quoted)

    own = cue_reach(token) if token.pos_ in ("VERB", "AUX") else (token.i, token.i)
    for draft in word.drafts:
        put(draft.content, draft.cue[0], "rule")
        for first, last in draft.content[-1:]:
            for end in _ends(doc, first, last):
                put([*draft.content[:-1], (first, end)], draft.cue[0], "rule-cut")
    bound = source.span or (token.i, token.i)
    after = [c for c in token.children if c.dep_ in _COMPLEMENTS and c.i > token.i and c.i > own[1]]
    after = [c for c in after if not bound[0] <= c.i <= bound[1]]
    for child in after:
        start, end, cue = child.left_edge.i, child.right_edge.i, own
        if child.dep_ == "prep" and child.i <= own[1] + 2:
            put([(child.i + 1, end)], (own[0], child.i), f"{child.dep_}-inner")
        put([(start, end)], cue, child.dep_)
        for shorter in _ends(doc, start, end):
            put([(start, shorter)], cue, f"{child.dep_}-cut")
        if token.right_edge.i > end:
            put([(start, token.right_edge.i)], cue, f"{child.dep_}-on")
    if is_passive(token) or token.tag_ == "VBN":
        for child in token.children:
            if child.dep_ in ("nsubjpass", "nsubj") and child.i < token.i:
                subject_piece = reach(child)
                put([subject_piece], own, "passive-subject")
                for rest in after[:2]:
                    put([subject_piece, (rest.left_edge.i, rest.right_edge.i)], own, f"passive-{rest.dep_}")
    for child in token.children:
        if child.dep_ in ("ccomp", "nsubj") and child.i < token.i and child.i != bound[1]:
            put([(child.left_edge.i, min(child.right_edge.i, token.i - 1))], own, f"before-{child.dep_}")
    if token.pos_ in ("VERB", "ADV"):
        first = min(bound[0], own[0]) if source.span else own[0]
        last = max(bound[1], own[1]) if source.span else own[1]
        sent = token.sent
        put([(sent.start, first - 1), (last + 1, sent.end - 1)], own, "around")
        put([(sent.start, first - 1)], own, "all-before")
    kept = list(found.values())[: _MOST_CONTENTS - 1]
    return [*kept, Content((), own, "quotation", True)]


def _ends(doc: Doc, first: int, last: int) -> list[int]:
    """Where a stretch may stop short: before its last mark, and before a comma with a clause or a conjunction behind it."""
    ends = [i - 1 for i in range(first + 2, last) if doc[i].text in (",", ";", "—", "–", "-", "(", ":")]
    joints = [
        t.i - 1
        for t in doc[first + 2 : last + 1]
        if t.dep_ == "cc" and t.head.pos_ in ("VERB", "AUX") and doc[t.i - 1].text != ","
    ]
    return sorted({*ends[:2], *ends[-1:], *joints[:1]})


# ------------------------------------------------------------------ drafts


def primary(word: Word) -> Found:
    """The draft by which a word takes part in the giving of quotations: the rules' own, else one without content."""
    if word.drafts:
        return replace(word.drafts[0], chars=[])
    best = sources(word)[0]
    return draft(word, best, Content((), contents(word, best)[0].cue, "quotation", True))


def draft(word: Word, source: Source, content: Content) -> Found:
    """A draft of the word with the source and the content chosen."""
    token = word.token
    lemma = lemma_of(token) if token.pos_ == "VERB" else token.lemma_.lower()
    spans = [source.span] if source.span is not None else []
    if word.drafts:
        base = word.drafts[0]
        return replace(
            base, cue=[content.cue], source=spans, content=list(content.pieces), speaker=source.head, chars=[]
        )
    frames = lexicon.VERBS.get(lemma)
    speech = (frames.kind == "speech") if frames else lemma in lexicon.SPEECH_NOUNS
    says = token.pos_ == "VERB" and token.tag_ != "VBN" and (frames is None or speech)
    around = [*spans, content.cue]
    clause = (min(a for a, _ in around), max(b for _, b in around))
    return Found(
        "trained", [content.cue], spans, list(content.pieces), "speech" if speech else "attitude", token, source.head,
        open=says and source.span is not None, polarity=frames.polarity if frames else "asserted", clause=clause,
    )  # fmt: skip
