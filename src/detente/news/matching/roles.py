"""Which actor of the ledger may play which role of a scenario: proposals with the words that support them.

A scenario says for each role which phrases point to it: an actor that stands `before` a phrase ("X's invasion of"),
`after` it ("invasion of X"), or has one of the `words` in its name ("the alliance"). " ... " in a phrase allows up to `GAP` words.
A name alone is a mere mention: it adds to an actor that some phrase speaks of, and proposes nobody. Of phrases that overlap the
longest counts ("was invaded", not "invaded"), and one that speaks of a subject passes over a possessor ("Castellania, Belmoria's
main supplier": Castellania supplies). Evidence for a person counts for the country or organisation that the texts tie the person
to. Every proposal can be changed by a person in the scenario file.

Not found: roles that a text only implies, and phrases that the scenario does not list.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from detente.scenario.model import Role
from detente.scenario.statement import Actor, Ledger

GAP = 4  # words that an ellipsis in a phrase allows
REACH = 90  # code points between an actor and a phrase that speaks of it
SENTENCE_END = re.compile(r"[.!?][\"'”’)]*\s+(?=[\"'“‘(A-Z])|\n+")
_Place = tuple[str, str, int, int]  # role, side on which its actor stands, start, end of a phrase
COLLECTIVE = ("country", "organisation", "group")


@dataclass(frozen=True)
class Evidence:
    """Words that tie an actor to a role: the span from the actor to the phrase."""

    role: str
    actor: str
    document: str
    start: int
    end: int
    named: bool = False  # only by a word in the actor's name


@dataclass(frozen=True)
class Proposal:
    """A role, the actor proposed for it (None: open), and why. ``confidence``: bound (by a person), proposed, open."""

    role: str
    actor: str | None
    confidence: Literal["bound", "proposed", "open"]
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
    spoken_of = {(e.role, e.actor) for e in evidence if not e.named}
    for e in evidence:
        if (e.role, e.actor) in spoken_of and e.role in free and e.actor in candidates:
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
        # what is said of the actor before the names that only fit
        reasons = tuple(
            sorted((e for e in evidence if (e.role, e.actor) == (role, actor)), key=lambda e: e.named)
        )
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
            for role, side, start, end in _longest(roles, sentence, left):
                if side == "before":
                    near = [
                        m
                        for m in here
                        if m[1] <= start <= m[1] + REACH and _stands_before(sentence, left, m[1], start, end)
                    ]
                    if near:
                        # "Orvania seized the port from Kestria and annexed it": the second verb has the first one's subject
                        joined = document.text[near[-1][1] : start].split()[-1:] == ["and"]
                        who = near[0 if joined else -1]
                        found.update(_lifted(role, actors, who[2], document.id, who[0], end))
                else:
                    near = [
                        m
                        for m in here
                        if end <= m[0] <= end + REACH and not _quotes(document.text[end : m[0]])
                    ]
                    if near:
                        found.update(_lifted(role, actors, near[0][2], document.id, start, near[0][1]))
            for role, phrases in roles.items():
                kinds = phrases.kinds or COLLECTIVE
                for start, end in _occurrences(phrases.words, sentence, left):
                    for m in here:
                        if m[0] <= start and end <= m[1] and actors[m[2]].kind in kinds:
                            found.add(Evidence(role, m[2], document.id, m[0], m[1], named=True))
    order = {d.id: i for i, d in enumerate(ledger.documents)}
    return tuple(sorted(found, key=lambda e: (order[e.document], e.start, e.end, e.role, e.actor)))


def _longest(roles: Mapping[str, Role], sentence: str, offset: int) -> list[_Place]:
    """Every phrase in a sentence as (role, side of the actor, start, end), without those that lie in a longer one.

    "was invaded" hides "invaded" on either side: whoever stands near it was not the one who invaded.
    """
    found = [
        (role, side, start, end)
        for role, phrases in roles.items()
        for side, listed in (("before", phrases.before), ("after", phrases.after))
        for start, end in _occurrences(listed, sentence, offset)
    ]
    return [f for f in found if not any(_hides(longer, f, sentence, offset) for longer in found)]


def _hides(longer: _Place, place: _Place, sentence: str, offset: int) -> bool:
    """Whether a phrase lies in a longer one that speaks of the same thing; "'s invasion of" leaves "invasion of" alone."""
    _, side, start, end = longer
    within = start <= place[2] and place[3] <= end and end - start > place[3] - place[2]
    return within and (side == place[1] or sentence[start - offset] not in "'’")


def _stands_before(sentence: str, offset: int, mention: int, start: int, end: int) -> bool:
    """Whether an actor that ends at ``mention`` is whom the phrase from ``start`` to ``end`` speaks of."""
    phrase = sentence[start - offset : end - offset]
    if phrase[0] in "'’":
        return start == mention  # what X has: nothing may stand between
    between = sentence[mention - offset : start - offset]
    possessor = re.match(r"['’](?:s\b|(?=\s))", between) is not None
    participle = between.strip() == "," and re.fullmatch(r"\w+ed", phrase) is not None
    return not possessor and not participle and not _quotes(between)


def _quotes(between: str) -> bool:
    """Whether a quotation begins or ends between an actor and a phrase: then they are not one clause."""
    return any(mark in between for mark in '"“”')


def _lifted(
    role: str, actors: Mapping[str, Actor], actor: str, document: str, start: int, end: int
) -> list[Evidence]:
    """A person's evidence is that of the country or organisation the texts tie the person to, where there is one.

    A ministry's or cabinet's is that of its country. Somebody without a name plays no role.
    """
    if actors[actor].kind == "unnamed":
        return []
    bodies = [a for a in actors[actor].member_of if a in actors]
    if actors[actor].kind in COLLECTIVE:
        bodies = [a for a in bodies if actors[a].kind == "country" and actors[actor].kind != "country"]
    return [Evidence(role, body, document, start, end) for body in bodies or [actor]]


def _sentences(text: str) -> list[tuple[int, int]]:
    edges = [0, *(m.end() for m in SENTENCE_END.finditer(text)), len(text)]
    return [(a, b) for a, b in itertools.pairwise(edges) if b > a]


@lru_cache(maxsize=512)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    written = "|".join(map(_written, sorted(phrases, key=len, reverse=True)))
    return re.compile(rf"(?:{written})(?!\w)", re.IGNORECASE)


def _written(phrase: str) -> str:
    """A phrase as a pattern: any white space, either apostrophe, and a few words for an ellipsis."""
    out = ""
    for word in phrase.split():  # a phrase that begins with an apostrophe follows on a word
        if word in ("...", "…"):
            out += r"(?:\s+[^\s.!?;]+){0," + str(GAP) + "}"
            continue
        out += (r"\s+" if out else "") + re.sub(r"['’]", "['’]", re.escape(word))
    return out if phrase[:1] in ("'", "’") else r"(?<!\w)" + out


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
