"""Which actor of the ledger may play which role of a scenario: proposals with the words that support them.

A scenario says for each role which phrases point to it: an actor that stands `before` a phrase ("X's invasion of"),
`after` it ("invasion of X"), or has one of the `words` in its name ("the alliance"). Evidence for a person counts for the country or
organisation that the texts tie the person to. Every proposal can be changed by a person in the scenario file.

Not found: roles that a text only implies, and phrases that the scenario does not list.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import linear_sum_assignment

from detente.scenario.model import Role
from detente.scenario.statement import Actor, Ledger

REACH = 90  # code points between an actor and a phrase that speaks of it
SENTENCE_END = re.compile(r"[.!?][\"'”’)]*\s+(?=[\"'“‘(A-Z])|\n+")
COLLECTIVE = ("country", "organisation", "group")


@dataclass(frozen=True)
class Evidence:
    """Words that tie an actor to a role: the span from the actor to the phrase."""

    role: str
    actor: str
    document: str
    start: int
    end: int


@dataclass(frozen=True)
class Proposal:
    """A role, the actor proposed for it (None: open), and why. ``confidence``: bound (by a person), proposed, open."""

    role: str
    actor: str | None
    confidence: str
    because: tuple[Evidence, ...]

    def record(self) -> dict[str, object]:
        spans = [{"document": e.document, "start": e.start, "end": e.end} for e in self.because]
        return {"role": self.role, "actor": self.actor, "confidence": self.confidence, "because": spans}


def propose_roles(
    ledger: Ledger, roles: Mapping[str, Role], bound: Mapping[str, str] | None = None
) -> tuple[Proposal, ...]:
    """One proposal a role, in the order of ``roles``; no actor plays two. ``bound`` are a person's decisions: role to name or id."""
    evidence = find_evidence(ledger, roles)
    fixed = {role: _actor_called(ledger, name) for role, name in (bound or {}).items() if role in roles}
    taken = {actor for actor in fixed.values() if actor}
    free = [role for role in roles if role not in fixed]
    candidates = sorted({e.actor for e in evidence if e.actor not in taken})
    score = np.zeros((len(free), len(candidates)))
    for e in evidence:
        if e.role in free and e.actor in candidates:
            score[free.index(e.role), candidates.index(e.actor)] += 1
    chosen: dict[str, str | None] = dict(fixed)
    if score.size:
        # ties go to the actor who is mentioned more, then by id: a small, fixed bonus below one piece of evidence
        mentions = {a.id: a.mentions for a in ledger.actors}
        bonus = np.array([min(mentions.get(c, 0), 99) for c in candidates]) / 1000
        rows, columns = linear_sum_assignment(-(score + np.where(score > 0, bonus, 0)))
        for row, column in zip(rows, columns, strict=True):
            if score[row, column] > 0:
                chosen[free[row]] = candidates[column]
    out: list[Proposal] = []
    for role in roles:
        actor = chosen.get(role)
        reasons = tuple(e for e in evidence if e.role == role and e.actor == actor)
        confidence = "bound" if role in fixed and actor else "proposed" if actor else "open"
        out.append(Proposal(role, actor, confidence, reasons[:6]))
    return tuple(out)


def find_evidence(ledger: Ledger, roles: Mapping[str, Role]) -> tuple[Evidence, ...]:
    """Every phrase of every role with the actor it speaks of, in order of document and place."""
    actors = {actor.id: actor for actor in ledger.actors}
    found: set[Evidence] = set()
    for document in ledger.documents:
        mentions = sorted((s, e, a.id) for a in ledger.actors for d, s, e in a.spans if d == document.id)
        for left, right in _sentences(document.text):
            here = [m for m in mentions if left <= m[0] and m[1] <= right]
            if not here:
                continue
            sentence = document.text[left:right]
            for role, phrases in roles.items():
                kinds = phrases.kinds or COLLECTIVE
                for start, end in _occurrences(phrases.before, sentence, left):
                    near = [m for m in here if m[1] <= start and start - m[1] <= REACH]
                    if near:
                        found.update(_lifted(role, actors, near[-1][2], document.id, near[-1][0], end))
                for start, end in _occurrences(phrases.after, sentence, left):
                    near = [m for m in here if m[0] >= end and m[0] - end <= REACH]
                    if near:
                        found.update(_lifted(role, actors, near[0][2], document.id, start, near[0][1]))
                for start, end in _occurrences(phrases.words, sentence, left):
                    for m in here:
                        if m[0] <= start and end <= m[1] and actors[m[2]].kind in kinds:
                            found.add(Evidence(role, m[2], document.id, m[0], m[1]))
    order = {d.id: i for i, d in enumerate(ledger.documents)}
    return tuple(sorted(found, key=lambda e: (order[e.document], e.start, e.end, e.role, e.actor)))


def _lifted(
    role: str, actors: Mapping[str, Actor], actor: str, document: str, start: int, end: int
) -> list[Evidence]:
    """A person's evidence is that of the country or organisation the texts tie the person to, where there is one."""
    bodies = (
        [a for a in actors[actor].member_of if a in actors] if actors[actor].kind not in COLLECTIVE else []
    )
    return [Evidence(role, body, document, start, end) for body in bodies or [actor]]


def _sentences(text: str) -> list[tuple[int, int]]:
    edges = [0, *(m.end() for m in SENTENCE_END.finditer(text)), len(text)]
    return [(a, b) for a, b in itertools.pairwise(edges) if b > a]


@lru_cache(maxsize=512)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    words = ("".join(r"\s+" if c.isspace() else re.escape(c) for c in " ".join(p.split())) for p in phrases)
    return re.compile(
        r"(?<!\w)(?:" + "|".join(sorted(words, key=len, reverse=True)) + r")(?!\w)", re.IGNORECASE
    )


def _occurrences(phrases: Sequence[str], sentence: str, offset: int) -> list[tuple[int, int]]:
    if not phrases:
        return []
    return [(m.start() + offset, m.end() + offset) for m in _pattern(tuple(phrases)).finditer(sentence)]


def _actor_called(ledger: Ledger, name: str) -> str | None:
    """The actor with this id or name; counts of mentions decide between two of one name."""
    same: dict[str, int] = defaultdict(int)
    for actor in ledger.actors:
        if name == actor.id or name.casefold() in (n.casefold() for n in (actor.name, *actor.names)):
            same[actor.id] = actor.mentions + (10**6 if name == actor.id else 0)
    return max(sorted(same), key=lambda a: same[a], default=None)
