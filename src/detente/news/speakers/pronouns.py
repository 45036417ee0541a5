"""Whom a pronoun means: the nearest person, body or group that fits; where two fit about as well, nobody."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.tokens import Token

from detente.news.parse.syntax import subject
from detente.news.speakers.meant import Meant
from detente.news.speakers.mentions import Mentions
from detente.news.speakers.names import urged
from detente.news.speakers.registry import Entry

FEMALE = {"she", "her", "hers", "herself"}
MALE = {"he", "him", "his", "himself"}
PLURAL = {"they", "them", "their", "theirs"}

#: By how much one must be nearer than the others to be "she" who says something: a subject against an object does not do.
_CLEAR = 1.1
#: The same where nothing says that the nearest is a he or a she.
_UNTOLD = 1.5

#: A plural phrase of people that is no actor yet: paragraph, token, sentence, whether it is a subject.
Group = tuple[int, int, int, bool]


def person_meant(mentions: Mentions, number: int, token: Token) -> Meant:
    """He or she: the person nearest in the text, subjects before others; open where two are about as near, or where somebody
    unnamed is ("a spokesman for her")."""
    wanted = "he" if token.lower_ in MALE else "she"
    here = mentions.sentence(number, token)
    inside = mentions.is_quoted(number, token)
    own_subject = None
    if token.dep_ in ("dobj", "pobj", "dative") and token.lower_ in ("him", "her"):
        verb = token.head
        while verb.dep_ == "prep" and verb.head is not verb:
            verb = verb.head
        doing = subject(verb) if verb.pos_ in ("VERB", "AUX") else None
        own_subject = (
            mentions.at[number, doing.i].actor
            if doing is not None and (number, doing.i) in mentions.at
            else None
        )
    governor = urged(token) if token.dep_ == "poss" else None
    best: dict[str, float] = {}
    for mention in [m for s in range(here - 4, here + 1) for m in mentions.in_sentence.get(s, ())]:
        entry = mentions.registry[mention.actor]
        if entry.kind != "person" or mention.how == "people" or mention.actor == own_subject:
            continue
        if (mention.paragraph, mention.first) >= (number, token.i):
            continue
        distance = here - mention.sentence
        if distance > 4 or mentions.pronoun_of(entry) not in (None, wanted):
            continue
        score = (
            -1.2 * distance + (1.0 if mention.subject else 0.0) - (2.0 if mention.quoted != inside else 0.0)
        )
        score += 0.4 if mentions.pronoun_of(entry) == wanted else 0.0
        score += 0.3 if mention.how == "pronoun" else 0.0
        if distance == 0 and token.dep_ == "poss":
            score += 0.5 * mention.first / max(1, token.i)
        if governor is not None and (mention.paragraph, mention.head) == (number, governor.i):
            score += 1.2
        best[mention.actor] = max(best.get(mention.actor, -99.0), score)
    for sentence, place, gender in mentions.nameless():
        distance = here - sentence
        if 0 <= distance <= 2 and place < (number, token.i) and gender in (None, wanted):
            best[""] = max(best.get("", -99.0), 1.0 - 1.2 * distance + (0.4 if gender else 0.0))
    ranked = sorted(best.items(), key=lambda s: (-s[1], s[0]))
    margin = _CLEAR if token.dep_ in ("nsubj", "nsubjpass") else 0.35
    if ranked and ranked[0][0] and mentions.pronoun_of(mentions.registry[ranked[0][0]]) is None:
        margin = max(margin, _UNTOLD)
    near = [id for id, score in ranked if ranked[0][1] - score < margin]
    if len(near) == 1 and near[0]:
        entry = mentions.registry[near[0]]
        if len(ranked) == 1:
            mentions.pronouns.setdefault(entry.id, entry.pronoun or wanted)
        return Meant(entry)
    also = " or somebody unnamed" if "" in near else ""
    return Meant(None, tuple(sorted(filter(None, near))), f"“{token.text}” may be any of these{also}")


def body_meant(
    mentions: Mentions, groups: Sequence[Group], number: int, token: Token, is_source: bool
) -> Entry | Group | None:
    """They: what stands in brackets behind it ("they (Russia)"), else for a source the group or body last in subject place."""
    doc = token.doc
    if token.i + 2 < len(doc) and doc[token.i + 1].text == "(" and (number, token.i + 2) in mentions.at:
        return mentions.registry[mentions.at[number, token.i + 2].actor]
    if not is_source:
        return None
    here = mentions.sentence(number, token)
    plural = token.lower_ in PLURAL
    near: list[tuple[tuple[int, int], Entry | Group]] = []
    for mention in [m for s in range(here - 2, here + 1) for m in mentions.in_sentence.get(s, ())]:
        kind = mentions.registry[mention.actor].kind
        fits = kind in ("group",) if plural else kind in ("organisation", "country")
        if (
            fits
            and mention.subject
            and mention.how != "people"
            and 0 <= here - mention.sentence <= 2
            and (mention.paragraph, mention.first) < (number, token.i)
        ):
            near.append(((mention.paragraph, mention.first), mentions.registry[mention.actor]))
    if plural:
        for paragraph, index, sentence, is_subject in groups:
            if is_subject and 0 <= here - sentence <= 2 and (paragraph, index) < (number, token.i):
                near.append(((paragraph, index), (paragraph, index, sentence, is_subject)))
    if not near:
        return None
    return max(near, key=lambda n: n[0])[1]
