"""Paragraphs of a text, parsed. Datelines are left out; headlines in capitals are put into ordinary spelling first.

What is parsed is as long as what is shown, character for character, so that offsets agree.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from spacy.attrs import NORM
from spacy.tokens import Doc, Span, Token

from detente.news.lists.gazetteer import forms, given_names, slug
from detente.news.lists.lexicon import VERBS
from detente.news.lists.words import words
from detente.news.parse.annotation import Annotator
from detente.news.parse.model import language_model
from detente.news.speakers.names import proper_nouns

TITLES = words("titles")
_BODIES = words("words of names of bodies")

#: A paragraph longer than this is parsed in parts, so that memory stays bounded.
LONGEST_PARAGRAPH = 8_000
#: "BRUSSELS, March 3 (Reuters) - ", "ISLAMABAD (PEN) : ", "WASHINGTON — "
_DATELINE = re.compile(
    r"\s*(?:[A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+(?:[ /][A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+){0,3})"
    r"(?:,? [A-Z][\w.]+(?: [A-Z][\w.]+)?)?(?:,? \d{1,2}(?:st|nd|rd|th)?(?: [A-Z][a-z]+)?)?(?:, \d{4})?"
    r"(?:\s*\([^()\n]{2,40}\)\s*(?:[:—–-]+|--)|\s*(?:—|–|--| -))\s+(?=\S)"
)
#: "they’ve", "he’s": the parser knows them by the straight sign
_CURLED = re.compile(r"(?<=[A-Za-z])’(?=(?:s|re|ve|ll|d|m)\b)|(?<=n)’(?=t\b)")
_MARKED = re.compile(r"\(|—|–|--| - |:")


@functools.cache
def _annotator() -> Annotator:
    return Annotator(language_model())


def parse(text: str) -> list[tuple[Doc, int]]:
    """Each paragraph parsed, with the offset at which it begins in ``text``."""
    nlp = language_model()
    parsed = []
    with nlp.select_pipes(disable=["attribute_ruler", "lemmatizer", "ner"]):
        for doc, base in nlp.pipe(paragraphs(text), as_tuples=True, batch_size=64):
            doc.user_data["base"] = base
            parsed.append((doc, base))
    docs = [doc for doc, _ in parsed]
    _annotator()(docs)
    _name_the_doubtful(docs)
    return parsed


def _name_the_doubtful(docs: list[Doc]) -> None:
    """Names are looked for by the model only in sentences with a name that the word lists leave open: it costs as much
    as all the rest of parsing."""
    seen: set[str] = set()
    chosen = [doc[n].sent for doc in docs for n in sorted(_doubtful(doc, seen))]
    copies = [_copy(sentence) for sentence in chosen]
    for sentence, copy in zip(
        chosen, language_model().get_pipe("ner").pipe(copies, batch_size=64), strict=True
    ):
        doc, start = sentence.doc, sentence.start
        found = [Span(doc, start + e.start, start + e.end, label=e.label) for e in copy.ents]
        if found:
            doc.set_ents([*doc.ents, *found], default="unmodified")


def _copy(sentence: Span) -> Doc:
    """The words of a sentence, with all that the model for names looks at. `Span.as_doc` copies the whole paragraph."""
    words, spaces = [t.text for t in sentence], [bool(t.whitespace_) for t in sentence]
    norms: Any = sentence.doc.to_array([NORM])
    return Doc(sentence.vocab, words, spaces).from_array([NORM], norms[sentence.start : sentence.end])


def _doubtful(doc: Doc, seen: set[str]) -> set[int]:
    """The starts of the sentences that hold a name which is left open and was not met before."""
    doubtful: set[int] = set()
    run: list[Token] = []
    for token in [*(doc[i] for i in proper_nouns(doc)), None]:
        follows = run and token is not None and token.i == run[-1].i + 1 and not token.is_sent_start
        capital = token is not None and token.text[:1].isupper()
        if run and not (follows and capital):
            name = " ".join(t.text for t in run)
            if name not in seen:
                seen.update((name, run[-1].text))
                if _open(run):
                    doubtful.add(run[0].sent.start)
            run = []
        if token is not None and capital:
            run.append(token)
    return doubtful


def _open(run: list[Token]) -> bool:
    """Whether the word lists do not say what a run of capitalised words is."""
    names = [t for t in run if t.lower_ not in TITLES]
    if not names or len(names) < len(run) or tuple(t.text for t in run) in forms():
        return False
    if any(t.lower_ in _BODIES for t in names) or slug(names[0].text) in given_names():
        return False
    return len(names) > 1 or names[0].dep_ in ("nsubj", "poss")


def paragraphs(text: str) -> list[tuple[str, int]]:
    """What is parsed, with where it begins."""
    cut = [part for m in re.finditer(r"[^\n]*\S[^\n]*", text) for part in _parts(m.group(), m.start())]
    lower: set[str] | None = None
    prepared = []
    for piece, base in cut:
        dateline = _DATELINE.match(piece[:120])
        if dateline and _MARKED.search(dateline.group()) and len(piece) - dateline.end() > 20:
            piece, base = piece[dateline.end() :], base + dateline.end()
        if _is_headline(piece):
            if lower is None:
                lower = set(re.findall(r"(?<=[a-z,] )[a-z][a-z’']+", text))
            piece = _ordinary(piece, lower)
        piece = _CURLED.sub("'", piece)
        # a tokeniser takes time in the square of a run of signs without a space; no word is as long as that
        piece = re.sub(r"\S{120,}", lambda m: "x" * len(m.group()), piece)
        prepared.append((piece, base))
    return prepared


def _is_headline(piece: str) -> bool:
    """A short line in title case: most of its longer words begin with a capital, and no full stop but at the end."""
    if not 15 <= len(piece) <= 180:
        return False
    words = [w for w in re.findall(r"[A-Za-z’']+", piece) if len(w) > 3]
    return (
        len(words) >= 4
        and sum(w[0].isupper() for w in words) >= 0.8 * len(words)
        and len(re.findall(r"[.!?] [A-Z]", piece)) == 0
    )


def _ordinary(piece: str, lower: set[str]) -> str:
    """The headline with small letters in words that the text, or the lexicon, knows as ordinary words."""

    def plain(match: re.Match[str]) -> str:
        word = match.group()
        small = word.lower()
        if match.start() == 0 or len(small) != len(word):
            return word
        return small if small in lower or _verb_form(small) else word

    return re.sub(r"[A-Z][A-Za-z’']*", plain, piece)


def _verb_form(word: str) -> bool:
    stems = {
        word,
        word.removesuffix("s"),
        word.removesuffix("es"),
        word.removesuffix("ed"),
        word.removesuffix("d"),
        word.removesuffix("ing"),
    }
    return any(s in VERBS for s in stems)


def _parts(piece: str, base: int) -> Iterator[tuple[str, int]]:
    """A paragraph cut at ends of sentences (or, failing that, at spaces, or anywhere) into parts of bounded length."""
    while len(piece) > LONGEST_PARAGRAPH:
        window = piece[:LONGEST_PARAGRAPH]
        ends = [m.end() for m in re.finditer(r"[.!?][\"”’')]*\s", window)] or [
            m.end() for m in re.finditer(r"\s", window)
        ]
        cut = ends[-1] if ends and ends[-1] > LONGEST_PARAGRAPH // 4 else LONGEST_PARAGRAPH
        if piece[:cut].strip():
            yield piece[:cut], base
        piece, base = piece[cut:], base + cut
    if piece.strip():
        yield piece, base
