"""Contradictions between reports on who said what. Precision first: where another reading is possible, nothing is said.

Two kinds are found, always between two documents.

*speaker*: one quotation of at least `WORDS` words, word for word or nearly (`SHARE` of the shorter one's runs of four words),
given to two speakers. Both must be known, and of one kind (two persons, two countries, two bodies): "Moscow" and its minister may
be one voice. Nothing is said if one's sentence names the other speaker too, as in "Berg, quoting Lund", if one belongs to the
other, or if the sentence speaks of denying, of quoting, or holds a "not".

*stand*: one speaker asserts in one report what the speaker denies in another, in the same words. Articles and auxiliaries of tense
aside all words must agree, in order; the number of negations is counted. Reports of different days may tell of a change of mind;
``days`` says how far apart they are.

Not found: contradictions in other words, in paraphrase against quotation, within one document.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from detente.news.attribution.quotes import meeting, quotations
from detente.news.store.ask import Said, said_on
from detente.news.store.back import pages
from detente.news.store.opening import Store

WORDS = 8
SHARE = 0.9
#: Fewest words besides articles and auxiliaries of tense that a stand is compared by, and most.
FEWEST, MOST = 3, 30
_RUN = 4
#: A run of words found in more passages than this is a phrase of the trade and leads to nobody.
_COMMON = 50
_KINDS = {"person", "country", "organisation"}
_EMPTY = frozenset(
    ("the", "a", "an", "that", "has", "have", "had", "is", "are", "was", "were", "be", "been", "being", "will", "would",
     "do", "does", "did")
)  # fmt: skip
_NOT = frozenset(("not", "n't", "no", "never", "cannot"))

_STOP = re.compile(r"[.!?][”\"’')]*\s|\n")
#: Words in a sentence around a quotation that leave open whose words it gives.
_HEDGE = _NOT | {
    "deny", "denies", "denied", "denying", "quote", "quotes", "quoted", "quoting", "repeat", "repeats", "repeated", "repeating",
    "cite", "cites", "cited", "citing", "echo", "echoes", "echoed", "echoing", "misquoted", "attributed", "alleged", "allegedly",
    "falsely",
}  # fmt: skip

Key = tuple[str, ...]


@dataclass(frozen=True)
class Contradiction:
    """Two statements that cannot both be reported right. ``days``: between the two reports, None if a date is missing."""

    kind: str  # speaker, stand
    one: Said
    other: Said
    days: int | None

    def record(self) -> dict[str, object]:
        return {"kind": self.kind, "days": self.days, "one": self.one.record(), "other": self.other.record()}


@dataclass(frozen=True)
class _Passage:
    id: str
    document: str
    speaker: str
    words: Key


def contradictions(store: Store) -> list[Contradiction]:
    """All that are found, in order of the first statement's place. Only words and ids are held; texts are read again for the answer.

    Of a quotation that many reports give to the same two speakers, every report stands in at least one pair.
    """
    passages: list[_Passage] = []
    stands: dict[tuple[str, Key], list[tuple[str, str, bool]]] = defaultdict(list)
    order: dict[str, int] = {}
    for page in pages(store):
        quoted = quotations(page.documents[0].text)
        for one in said_on(store, page):
            order[one.statement.id] = len(order)
            if one.speaker is None or one.statement.polarity == "asked":
                continue
            if (
                one.statement.direct is not False
                and one.statement.polarity == "asserted"
                and one.speaker.kind in _KINDS
            ):
                passages += _passages(one, quoted)
            stand = _stand(one)
            if stand is not None:
                stands[one.speaker.id, stand[0]].append((one.statement.id, one.statement.document, stand[1]))
    pairs = {("speaker", *pair) for pair in _same_words(passages)}
    for found in stands.values():
        pairs |= {("stand", *pair) for pair in _opposed(found)}
    wanted = {id for _, one, other in pairs for id in (one, other)}
    held = {s.statement.id: s for page in pages(store, wanted) for s in said_on(store, page)}
    made = []
    for kind, *ids in pairs:
        one, other = sorted((held[id] for id in ids), key=lambda s: order[s.statement.id])
        if kind == "stand" or not (_names(store, one, other) or _names(store, other, one)):
            made.append(Contradiction(kind, one, other, _days(one, other)))
    return sorted(made, key=lambda c: (order[c.one.statement.id], order[c.other.statement.id], c.kind))


def _words(text: str) -> list[str]:
    low = text.casefold().replace("’", "'")
    return re.findall(r"n't\b|[^\W_]+(?:'(?!t\b)[^\W_]+)?", re.sub(r"n't\b", " n't", low))


# ---------------------------------------------------------------- one quotation, two speakers


def _passages(one: Said, quoted: list[tuple[int, int]]) -> list[_Passage]:
    found = []
    for a, b in one.statement.content:
        for x, y in meeting(quoted, a, b):
            words = tuple(_words(one.document.text[max(a, x) : min(b, y)]))
            if len(words) >= WORDS and one.speaker is not None:
                found.append(_Passage(one.statement.id, one.document.id, one.speaker.id, words))
    return found


def _runs(words: Key) -> frozenset[Key]:
    return frozenset(words[i : i + _RUN] for i in range(len(words) - _RUN + 1))


def _same_words(passages: list[_Passage]) -> set[tuple[str, str]]:
    """Pairs of statements of two speakers with one quotation. Passages of the very same words are compared once a speaker."""
    kinds: dict[tuple[str, Key], list[_Passage]] = defaultdict(list)
    for passage in passages:
        kinds[passage.speaker, passage.words].append(passage)
    names = list(kinds)
    index: dict[Key, list[int]] = defaultdict(list)
    for n, (_, words) in enumerate(names):
        for run in sorted(_runs(words)):
            index[run].append(n)
    near = {
        (n, m)
        for held in index.values()
        if len(held) <= _COMMON
        for i, n in enumerate(held)
        for m in held[i + 1 :]
        if names[n][0] != names[m][0]
    }
    pairs: set[tuple[str, str]] = set()
    for n, m in near:
        one, other = _runs(names[n][1]), _runs(names[m][1])
        if len(one & other) >= SHARE * min(len(one), len(other)):
            pairs |= _paired(kinds[names[n]], kinds[names[m]])
    return pairs


def _paired(one: list[_Passage], other: list[_Passage]) -> set[tuple[str, str]]:
    """Every report once or more, not every report with every other."""
    longer = max(len(one), len(other))
    couples = ((one[min(i, len(one) - 1)], other[min(i, len(other) - 1)]) for i in range(longer))
    return {(a.id, b.id) for a, b in couples if a.document != b.document}


def _names(store: Store, one: Said, other: Said) -> bool:
    """Whether ``one`` may be the other's voice: the statement names the other, or one belongs to the other, or kinds differ."""
    if one.speaker is None or other.speaker is None or one.speaker.kind != other.speaker.kind:
        return True
    if other.speaker.id in one.statement.about or other.speaker.id in one.speaker.member_of:
        return True
    start, end = _sentence(one)
    text, content = one.document.text, one.statement.content
    around = text[start : content[0][0]] + " " + text[content[-1][1] : end]
    if _HEDGE & set(_words(around)):
        return True
    return bool(
        store.rows(
            "SELECT 1 FROM mention WHERE actor = ? AND document = ? AND start < ? AND end > ?",
            (other.speaker.id, one.document.id, end, start),
        )
    )


def _sentence(one: Said) -> tuple[int, int]:
    """The statement with what stands around it, up to the next full stop or end of a line."""
    spans = (*one.statement.source, *one.statement.cue, *one.statement.content)
    start, end = min(a for a, _ in spans), max(b for _, b in spans)
    text = one.document.text
    before = max(
        (m.end() for m in _STOP.finditer(text, max(0, start - 500), start)), default=max(0, start - 500)
    )
    after = _STOP.search(text, end, end + 500)
    return before, after.start() if after else min(len(text), end + 500)


# ---------------------------------------------------------------- one speaker, two stands


def _stand(one: Said) -> tuple[Key, bool] | None:
    """The words that count and whether the speaker is for them; None where that cannot be said."""
    s = one.statement
    text = one.words()
    if s.kind != "speech" or len(s.content) > 1 or re.search(r"[.!?;:]\S*\s+\S", text):
        return None
    words = [w for w in _words(text) if w not in _EMPTY]
    key = tuple("can" if w == "cannot" else w for w in words if w not in _NOT or w == "cannot")
    if not FEWEST <= len(key) <= MOST or {"if", "unless", "whether", "or", "but"} & set(key):
        return None
    denied = (s.polarity == "denied") != (sum(w in _NOT for w in words) % 2 == 1)
    return key, not denied


def _opposed(found: Iterable[tuple[str, str, bool]]) -> set[tuple[str, str]]:
    said = list(found)
    ayes, noes = ([s for s in said if s[2] is side] for side in (True, False))
    if not ayes or not noes:
        return set()
    longer = max(len(ayes), len(noes))
    couples = ((ayes[min(i, len(ayes) - 1)], noes[min(i, len(noes) - 1)]) for i in range(longer))
    return {(a[0], b[0]) for a, b in couples if a[1] != b[1]}


def _days(one: Said, other: Said) -> int | None:
    try:
        return abs((date.fromisoformat(one.day or "") - date.fromisoformat(other.day or "")).days)
    except ValueError:
        return None
