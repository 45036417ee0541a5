"""Which claim of a scenario a statement makes: a score, the matching words, and whether it says so or the contrary.

A claim lists groups of words; a group is met when the statement uses one of its words (compared by lemma), and half met when
only the sentence before does, which is what "this idea" points to. The score is the share of groups that are met.
Precision before recall: below the threshold nothing is proposed. A person may overrule each match in the scenario file.

Not found: irony, claims made in other words than the groups list, and claims spread over several statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from detente.news.roles import SENTENCE_END
from detente.scenario.statement import Ledger, Statement

THRESHOLD = 0.7
BEFORE = 0.5  # what a word in the sentence before counts

Lemmas = Callable[[str], list[tuple[str, str]]]  # a text to its words as (lemma, word)


@dataclass(frozen=True)
class Wanted:
    """What a statement of one claim says: groups of words, and words that would make it the contrary or something else."""

    groups: tuple[tuple[str, ...], ...]
    contrary: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    denied: bool = False  # the claim itself is a denial ("they do not want peace")


@dataclass(frozen=True)
class Match:
    """A statement and a claim. ``stance``: "makes" the claim or "denies" it; ``words`` as they stand in the text."""

    statement: str
    claim: str
    score: float
    stance: str
    words: tuple[str, ...]
    decided_by: str = "rule"

    def record(self) -> dict[str, object]:
        return {
            "statement": self.statement,
            "claim": self.claim,
            "score": round(self.score, 3),
            "stance": self.stance,
            "words": list(self.words),
            "decided_by": self.decided_by,
        }


def match_statements(
    ledger: Ledger,
    claims: Mapping[str, Wanted],
    lemmas: Lemmas,
    decided: Iterable[Mapping[str, str]] = (),
) -> tuple[Match, ...]:
    """For each statement the claims it makes, best first; a statement that was only asked makes none.

    ``decided`` are a person's decisions, {statement, claim, stance}; they stand with score 1.
    """
    by_person = {(d["statement"], d["claim"]): d.get("stance", "makes") for d in decided}
    wanted = {name: _Lemmatised(w, lemmas) for name, w in claims.items()}
    found: list[Match] = []
    for statement in ledger.statements:
        says, before = _words_of(ledger, statement)
        content, context = _forms(says, lemmas), _forms(before, lemmas)
        for name, claim in wanted.items():
            if (stance := by_person.get((statement.id, name))) is not None:
                if stance != "none":
                    found.append(Match(statement.id, name, 1.0, stance, (), "person"))
                continue
            if statement.polarity == "asked":
                continue
            score, words = claim.score(content, context)
            if score >= THRESHOLD:
                contrary = claim.is_contrary(content) != (statement.polarity == "denied" and not claim.denied)
                found.append(Match(statement.id, name, score, "denies" if contrary else "makes", words))
    order = {s.id: i for i, s in enumerate(ledger.statements)}
    return tuple(sorted(found, key=lambda m: (order[m.statement], -m.score, m.claim)))


class _Lemmatised:
    """A claim's words by lemma; a phrase of several words is met when they follow one another."""

    def __init__(self, wanted: Wanted, lemmas: Lemmas) -> None:
        self.denied = wanted.denied
        self.groups = [[_phrase(word, lemmas) for word in group] for group in wanted.groups]
        self.contrary = [_phrase(word, lemmas) for word in wanted.contrary]
        self.never = [_phrase(word, lemmas) for word in wanted.never]

    def score(self, content: _Text, context: _Text) -> tuple[float, tuple[str, ...]]:
        if not self.groups or any(content.find(word) for word in self.never):
            return 0.0, ()
        total, words = 0.0, []
        for group in self.groups:
            here = next((w for w in (content.find(word) for word in group) if w), None)
            if here:
                total += 1
                words.append(here)
            elif any(context.find(word) for word in group):
                total += BEFORE
        # at least two words of the statement itself: one word and its neighbourhood are no claim
        return (total / len(self.groups) if len(words) >= min(2, len(self.groups)) else 0.0), tuple(words)

    def is_contrary(self, content: _Text) -> bool:
        return any(content.find(word) for word in self.contrary)


@dataclass(frozen=True)
class _Text:
    lemmas: Sequence[str]
    words: Sequence[str]

    def find(self, phrase: tuple[str, ...]) -> str | None:
        """The words of the text that carry the lemmas of the phrase, or None."""
        n = len(phrase)
        for i in range(len(self.lemmas) - n + 1 if n else 0):
            if tuple(self.lemmas[i : i + n]) == phrase:
                return " ".join(self.words[i : i + n])
        return None


def _forms(text: str, lemmas: Lemmas) -> _Text:
    found = lemmas(text)
    return _Text([lemma for lemma, _ in found], [word for _, word in found])


def _phrase(words: str, lemmas: Lemmas) -> tuple[str, ...]:
    return tuple(lemma for lemma, _ in lemmas(words))


def _words_of(ledger: Ledger, statement: Statement) -> tuple[str, str]:
    """The words of cue and content, and those of the sentence before."""
    text = ledger.document(statement.document).text
    pieces = sorted((*statement.cue, *statement.content))
    says = " ".join(text[a:b] for a, b in pieces)
    first = min((a for a, _ in (*statement.source, *pieces)), default=0)
    edges = [0, *(m.end() for m in SENTENCE_END.finditer(text, 0, first + 1))]
    return says, text[edges[-2] : edges[-1]] if len(edges) > 1 else ""
