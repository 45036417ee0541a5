"""Which claim of a scenario a statement makes: a score, the matching words, and whether it says so or the contrary.

A claim lists groups of words; a group is met when the statement uses one of its words (compared by lemma), and half met when
only the sentence before does, which is what "this idea" points to. The score is the share of groups that are met.
Precision before recall: below the threshold nothing is proposed. A person may overrule each match in the scenario file.

Not found: irony, claims made in other words than the groups list, and claims spread over several statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from detente.news.model import language_model
from detente.news.roles import SENTENCE_END
from detente.scenario.model import Match, MatchRule
from detente.scenario.statement import Ledger, Statement

THRESHOLD = 0.7
BEFORE = 0.5  # what a word in the sentence before counts

Lemmas = Callable[[str], list[tuple[str, str]]]  # a text to its words as (lemma, word)


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


def lemmas(text: str) -> list[tuple[str, str]]:
    """The words of a text as (lemma, word), by the language model."""
    doc = language_model()(text, disable=["parser", "ner"])
    return [(token.lemma_.lower(), token.text) for token in doc if not token.is_space and not token.is_punct]


def match_statements(
    ledger: Ledger,
    claims: Mapping[str, MatchRule],
    decided: Iterable[Match] = (),
    lemmas: Lemmas = lemmas,
) -> tuple[Match, ...]:
    """For each statement the claims it makes, best first; a statement that was only asked makes none.

    Of ``decided`` those of a person stand, with score 1; stance "none" says that the statement is not this claim.
    """
    by_person = {(d.statement, d.claim): d.stance for d in decided if d.decided_by == "person"}
    rules = {name: _Lemmatised(rule, lemmas) for name, rule in claims.items()}
    found: list[Match] = []
    for statement in ledger.statements:
        says, before = _words_of(ledger, statement)
        content, context = _forms(says, lemmas), _forms(before, lemmas)
        for name, claim in rules.items():
            if (stance := by_person.get((statement.id, name))) is not None:
                if stance != "none":
                    found.append(Match(statement.id, name, 1.0, stance, "person"))
                continue
            if statement.polarity == "asked":
                continue
            score, words = claim.score(content, context)
            if score >= THRESHOLD:
                contrary = claim.is_contrary(content) != (statement.polarity == "denied" and not claim.denied)
                found.append(
                    Match(statement.id, name, score, "denies" if contrary else "makes", "rule", words)
                )
    order = {s.id: i for i, s in enumerate(ledger.statements)}
    return tuple(sorted(found, key=lambda m: (order[m.statement], -m.score, m.claim)))


class _Lemmatised:
    """A claim's words by lemma; a phrase of several words is met when they follow one another."""

    def __init__(self, rule: MatchRule, lemmas: Lemmas) -> None:
        self.denied = rule.polarity == "denied"
        self.groups = [[_phrase(word, lemmas) for word in group] for group in rule.words]
        self.contrary = [_phrase(word, lemmas) for word in rule.contrary]
        self.never = [_phrase(word, lemmas) for word in rule.never]

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
