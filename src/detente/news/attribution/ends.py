"""Where a content ends: what belongs to it, and what is the reporter's again."""

from __future__ import annotations

from dataclasses import replace

from spacy.tokens import Doc, Token

from detente.news.attribution.found import Found
from detente.news.attribution.making import lemma_of
from detente.news.lists import lexicon
from detente.news.parse.syntax import is_day

#: Where and how something is said: what hangs on the verb of saying with one of these is no content.
_OCCASIONS = frozenset((
    "interview", "statement", "tweet", "speech", "letter", "email", "e-mail", "memo", "conference", "appearance", "post",
    "message", "remark", "testimony", "briefing", "column", "op-ed", "editorial", "press", "call", "radio", "television", "tv",
    "twitter", "facebook", "show", "rally", "event", "debate", "podcast", "note", "release", "hall", "hearing", "address",
    "ruling", "forum", "diatribe",
))  # fmt: skip
_TIMES = frozenset((
    "day", "week", "month", "year", "morning", "afternoon", "evening", "night", "weekend", "hour", "minute", "moment", "today",
    "past", "season", "spring", "summer", "autumn", "january", "february", "march", "april", "may", "june", "july", "august",
    "september", "october", "november", "december",
))  # fmt: skip
_JOINTS = (",", ";", "—", "–", "--", "-")
_BACKSHIFTED = ("would", "could", "might", "should")


def occasion(phrase: Token) -> bool:
    """Whether a prepositional phrase says when, where or how something was said ("on Tuesday", "in an interview")."""
    inner = [c for c in phrase.children if c.dep_ == "pobj"]
    if not inner or phrase.lower_ in (
        "for",
        "as",
        "like",
        "over",
        "of",
        "to",
        "with",
        "from",
        "between",
        "against",
        "into",
    ):
        return False
    noun = inner[0]
    if noun.like_num and len(noun.text) == 4 and phrase.lower_ == "in":
        return True  # a year
    return is_day(noun) or noun.lemma_.lower() in _OCCASIONS | _TIMES or noun.ent_type_ in ("DATE", "TIME")


def mended(found: Found) -> Found:
    """The attribution with the last stretch of its content ended where the content ends.

    Cut off are the reporter's remarks behind a comma ("..., which ...", "..., a plan that ..."), the sentence behind a full
    stop, and joints that nothing follows; put back are a clause beside the content and a quotation behind a colon.
    Quotations are not cut. Not told: remarks behind a dash, and
    "although", "when" and the like, which are as often the speaker's.
    """
    if not found.content:
        return found
    first, last = found.content[-1]
    doc = found.anchor.doc
    if first > last or first <= found.anchor.i <= last:
        return found
    quoted = doc.user_data.get("quoted", frozenset())
    end = last
    if first > found.anchor.i:
        stops = [s for s in (_which(doc, first, last), _apposition(doc, first, last)) if s is not None]
        stops = [
            s for s in (*stops, _full_stop(doc, first, last)) if s and s - 1 not in quoted and s not in quoted
        ]
        if stops:
            end = min(stops) - 1
        elif found.rule == "verb-clause-after":
            end = _beside(found, doc, last)
        elif found.kind == "speech" and last + 2 < len(doc) and doc[last + 1].text == ":":
            end = _led_to(quoted, last)
    while end > first and end not in quoted and (doc[end].dep_ == "cc" or doc[end].text in _JOINTS):
        end -= 1
    return found if end == last else replace(found, content=[*found.content[:-1], (first, end)])


def _full_stop(doc: Doc, first: int, last: int) -> int | None:
    """The full stop before a quotation that the parser took into the sentence; whose it is, `owners` tells."""
    quoted = doc.user_data.get("quoted", frozenset())
    for at in range(first + 2, last):
        if doc[at].text in (".", "!", "?") and at not in quoted and at + 1 in quoted:
            return at
    return None


def _led_to(quoted: frozenset[int], last: int) -> int:
    """The end of the quotation that what is said leads to with a colon ("recalled the flood: “...”")."""
    end = last + 2
    while end in quoted:
        end += 1
    return end - 1 if end > last + 2 else last


def _which(doc: Doc, first: int, last: int) -> int | None:
    """The comma before a relative clause at the end that only adds something ("..., which was built in 1911").

    One that concludes ("which means", "which would ..."), or quotes without a cue of its own, is the speaker's.
    """
    quoted = doc.user_data.get("quoted", frozenset())
    for token in doc[first + 2 : last + 1]:
        if token.dep_ != "relcl" or token.right_edge.i < last - 1:
            continue
        start = token.left_edge.i
        if start <= first + 1 or doc[start - 1].text != ",":
            continue
        if not any(t.tag_ in ("WDT", "WP", "WRB", "WP$") for t in doc[start : start + 2]):
            continue
        modal = any(c.tag_ == "MD" and c.lower_ in _BACKSHIFTED for c in token.children)
        told = any(t.pos_ == "VERB" and lemma_of(t) in lexicon.SPEECH_VERBS for t in doc[start : last + 1])
        if token.lemma_ == "mean" or modal or (not told and quoted.intersection(range(start, last + 1))):
            continue
        return start - 1
    return None


def _apposition(doc: Doc, first: int, last: int) -> int | None:
    """The comma before what the reporter calls it ("..., a move that surprised the board")."""
    for token in doc[first + 3 : last + 1]:
        start = token.left_edge.i
        if (
            token.dep_ in ("appos", "npadvmod", "attr", "dobj", "conj")
            and token.right_edge.i >= last - 1
            and start > first + 1
            and doc[start - 1].text == ","
            and doc[start].lower_ in ("a", "an", "the", "one", "something")
            and any(c.dep_ in ("relcl", "acl") for c in token.children)
        ):
            return start - 1
    return None


def _beside(found: Found, doc: Doc, last: int) -> int:
    """Where the content ends with the clause that stands beside it though the parser hangs it on the verb of saying.

    "said that A, but that B"; "said A, and the fleet has to sail" (the reporter tells in the past); "said A, and it was B".
    """
    verb, at, joint = found.anchor, last + 1, False
    while at < len(doc) and at <= last + 3 and (doc[at].text == "," or doc[at].dep_ == "cc"):
        joint = joint or doc[at].dep_ == "cc"
        at += 1
    if not joint or at >= len(doc):
        return last
    for token in verb.children:
        if token.dep_ != "conj" or token.i < at or token.left_edge.i > at:
            continue
        if doc[at].lower_ == "that":
            return token.right_edge.i
        if lemma_of(token) in lexicon.SPEECH_VERBS:
            return last
        finite = next((c for c in token.children if c.dep_ in ("aux", "auxpass") and c.i < token.i), token)
        if verb.tag_ == "VBD" and finite.tag_ in ("VBZ", "VBP", "MD"):
            return token.right_edge.i
        subject = [c for c in token.children if c.dep_ in ("nsubj", "expl") and c.i < token.i]
        if subject and subject[0].lower_ in ("it", "there") and token.lemma_ == "be":
            return token.right_edge.i
    return last
