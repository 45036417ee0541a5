"""Small questions to a dependency parse: the subject of a verb, the reach of a phrase, the words of a cue."""

from __future__ import annotations

from spacy.tokens import Token

from detente.news.lists.lexicon import ARTEFACTS, EVIDENCE_VERBS, PEOPLE
from detente.news.lists.words import words

SUBJECTS = {"nsubj", "nsubjpass", "csubj"}
_REMARKS = words("remarks")
_OUTRIGHT = words("verbs that only speakers take")
PERSONAL = {"he", "she", "they", "i", "we", "who", "you", "one", "it", "him", "her", "them", "us", "me"}
_SUFFIXES = (
    "ist",
    "ian",
    "crat",
    "man",
    "woman",
    "person",
    "holder",
    "maker",
    "goer",
    "watcher",
    "leader",
    "worker",
    "member",
)
_DOERS = ("er", "or", "ee", "ant", "eer", "ian", "ist")  # donor, lawmaker, adoptee, claimant
_NO_DOERS = words("nouns that look like doers")
_QUANTITIES = {
    "many",
    "some",
    "others",
    "other",
    "both",
    "most",
    "several",
    "few",
    "all",
    "none",
    "half",
    "%",
    "percent",
    "those",
}
_DAYS = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
_OCCASIONS = words("occasions of speaking")
_NOT_WHO = {"DATE", "TIME", "MONEY", "LANGUAGE", "CARDINAL_DATE"}


def subject(verb: Token, depth: int = 0) -> Token | None:
    """The subject of a verb, its own or the one it shares by coordination, infinitive or participle."""
    quoted = verb.doc.user_data.get("quoted", frozenset())
    own = [
        c
        for c in verb.children
        if c.dep_ in ("nsubj", "nsubjpass") and (c.i not in quoted or verb.i in quoted)
    ]
    behind = _behind(verb)
    if own:
        before = [c for c in own if c.i < verb.i]
        if before and behind is not None and before[-1].pos_ == "NOUN":
            return (
                behind  # "the plan's rejection is a blow, said Ann Berg", parsed as what the rejection said
            )
        return before[-1] if before else own[0]
    if behind is not None and not any(c.dep_ == "nsubj" for c in verb.children):
        return behind
    outer = coordinated(verb) or going_on(verb)
    if outer is not None:
        return subject(outer, depth + 1)
    head = verb.head
    if depth > 5 or head == verb:
        return _beside(verb, quoted)
    if verb.dep_ == "conj" and head.pos_ in ("VERB", "AUX"):
        return subject(head, depth + 1)
    if verb.dep_ in ("xcomp", "advcl") and head.pos_ in ("VERB", "AUX"):
        return subject(head, depth + 1)
    if verb.dep_ == "pcomp" and head.dep_ == "prep" and head.head.pos_ in ("VERB", "AUX"):
        return subject(head.head, depth + 1)
    if verb.dep_ == "acl" and verb.tag_ == "VBG" and head.dep_ == "dobj" and head.lemma_ in ARTEFACTS:
        return subject(head.head, depth + 1) or head  # "put out a statement saying": who put it out
    if verb.dep_ == "acl" and (
        verb.tag_ == "VBG" or (head.pos_ == "PROPN" and head.dep_ in ("ROOT", "nsubj", "npadvmod"))
    ):
        return head
    return None


def _behind(verb: Token) -> Token | None:
    """The name right behind a verb of saying that follows a comma or a quotation mark (", said Ann Berg, a ...")."""
    doc = verb.doc
    if verb.i == 0 or verb.tag_ not in ("VBD", "VBZ") or not outright(verb.lemma_.lower()):
        return None
    if doc[verb.i - 1].text not in (",", "”", '"', "''", "’’"):
        return None
    last = verb.i
    while last + 1 < len(doc) and doc[last + 1].pos_ == "PROPN" and not doc[last + 1].is_sent_start:
        last += 1
    closed = last + 1 >= len(doc) or doc[last + 1].text in (",", ".", "(", ";") or doc[last + 1].is_sent_start
    return doc[last] if last > verb.i and closed and doc[last].lower_ not in _DAYS else None


def _beside(verb: Token, quoted: frozenset[int]) -> Token | None:
    """The name between a closing quotation mark and a verb that the parser left without subject."""
    doc = verb.doc
    if not quoted or verb.i == 0:
        return None
    first = verb.i
    while first > verb.sent.start and first - 1 not in quoted:
        first -= 1
    if first == verb.sent.start:
        return None
    names = [
        t
        for t in doc[first : verb.i]
        if t.pos_ == "PROPN" and (t.i + 1 >= len(doc) or doc[t.i + 1].pos_ != "PROPN")
    ]
    return names[0] if names and names[0].i - first <= 6 else None


def coordinated(verb: Token) -> Token | None:
    """The outer verb of saying that a finite verb stands beside, where the parser hung it into the outer verb's content.

    "The group called on the agency to act and said ...": "said" agrees with "called", not with "act".
    """
    if verb.dep_ != "conj" or verb.tag_ not in ("VBD", "VBZ", "VBP"):
        return None
    from detente.news.lists.lexicon import VERBS

    head = verb.head
    while head.dep_ == "conj" and head.head != head:
        head = head.head
    same = head.tag_ == verb.tag_
    frames = VERBS.get(verb.lemma_.lower())
    if frames is None or (same and "c" not in frames.letters):
        return None
    steps = 0
    while head.head != head and steps < 6:
        if head.dep_ in ("relcl", "nsubj"):
            return None
        if head.dep_ == "ccomp" and any(
            c.dep_ == "mark" and c.lower_ in ("whether", "if") for c in head.children
        ):
            return None
        head, steps = head.head, steps + 1
        if (
            head.tag_ == verb.tag_
            and head.lemma_.lower() in VERBS
            and any(c.dep_ == "nsubj" for c in head.children)
        ):
            return (
                head
                if not same or head.lemma_ == "say" or "c" in VERBS[head.lemma_.lower()].letters
                else None
            )
    return None


def going_on(verb: Token) -> Token | None:
    """The outer verb of saying that a participle of saying goes on from, where the parser hung it into the outer verb's content.

    "Berg said the plan had failed, adding that ...": "adding" is what Berg does, not the plan.
    """
    if (
        verb.tag_ != "VBG"
        or verb.dep_ != "advcl"
        or not verb.left_edge.i
        or verb.doc[verb.left_edge.i - 1].text != ","
    ):
        return None
    from detente.news.lists.lexicon import SPEECH_VERBS

    if verb.lemma_.lower() not in SPEECH_VERBS:
        return None
    node = verb.head
    for _ in range(4):
        if node.head == node or node.i > verb.i:
            return None
        frames = SPEECH_VERBS.get(node.head.lemma_.lower())
        if node.dep_ == "ccomp" and node.head.i < node.i and frames is not None and "c" in frames.letters:
            return node.head if any(c.dep_ == "nsubj" for c in node.head.children) else None
        if node.dep_ not in ("conj", "xcomp", "advcl", "ccomp"):
            return None
        node = node.head
    return None


def agent(verb: Token) -> Token | None:
    """Who does it in "condemned by the minister"."""
    for child in verb.children:
        if child.dep_ == "agent":
            for inner in child.children:
                if inner.dep_ == "pobj":
                    return inner
    return None


def is_passive(verb: Token) -> bool:
    return verb.tag_ == "VBN" and any(c.dep_ in ("auxpass", "nsubjpass", "agent") for c in verb.children)


def can_speak(token: Token, verb: str, speech: bool = True) -> bool:
    """Whether a noun phrase may be the source of a verb: a person, a body, a name, a number of people, or a text that shows."""
    word, lemma = token.lower_, token.lemma_.lower()
    if token.pos_ == "PRON" or token.tag_ in ("PRP", "WP"):
        if word in PERSONAL:
            return word != "it" or verb in EVIDENCE_VERBS or speech
        if word in ("which", "that") and token.head.dep_ == "relcl":
            antecedent = token.head.head
            return antecedent.tag_ != "WP" and can_speak(antecedent, verb, speech)
        return word in _QUANTITIES or lemma in PEOPLE
    if word in _QUANTITIES:
        return True
    if token.ent_type_ in _NOT_WHO:
        return False
    if token.pos_ == "PROPN":
        return True
    if token.pos_ == "NUM":
        return True
    if token.tag_ == "NN" and token.text[:1].isupper() and not any(c.dep_ == "det" for c in token.children):
        return True  # a name that the tagger took for a noun
    if token.pos_ in ("NOUN", "ADJ", "DET", "X"):
        if (
            lemma in PEOPLE
            or word in PEOPLE
            or lemma.endswith(_SUFFIXES)
            or token.ent_type_ in ("PERSON", "NORP", "ORG")
        ):
            return True
        if lemma.rpartition("-")[2] in PEOPLE:
            return True
        if speech and len(lemma) > 4 and lemma.endswith(_DOERS) and lemma not in _NO_DOERS:
            return True
        if lemma in ARTEFACTS or word in ARTEFACTS:
            if lemma in _REMARKS and any(
                c.dep_ == "det" and c.lower_ in ("this", "that", "these", "those") for c in token.children
            ):
                return False
            return verb in EVIDENCE_VERBS or verb in _OUTRIGHT
        return verb in _OUTRIGHT  # whoever says or tells is somebody
    return False


def outright(lemma: str) -> bool:
    """Whether whoever does this speaks."""
    return lemma in _OUTRIGHT


def reach(token: Token) -> tuple[int, int]:
    """First and last token number (inclusive) of the phrase under a token."""
    return token.left_edge.i, token.right_edge.i


def source_reach(token: Token) -> tuple[int, int]:
    """The phrase of a source without its incidental clauses ("the minister, who is ill, ...")."""
    first, last = reach(token)
    doc = token.doc
    verb = token.head
    if token.tag_ == "WP" or token.pos_ == "PRON":
        beside = [c for c in token.children if c.dep_ in ("cc", "conj") and token.i < c.i <= token.i + 4]
        listed = beside and verb.i > last and verb.i - last <= 4  # "she and her aides said"
        if token.lower_ in _QUANTITIES and verb.i > last and last - token.i <= 6:
            return first, last  # "all of the candidates", "those surveyed"
        if listed:
            return first, last
        return (
            (first, token.i)
            if token.pos_ == "PRON" and token.i - first <= 2 and first < token.i
            else (token.i, token.i)
        )
    if verb.i > token.i and token.dep_ in SUBJECTS:
        last = min(last, verb.i - 1)
    for part in sorted(doc[token.i + 1 : last + 1], key=lambda t: t.i):
        clause = part.dep_ == "relcl" and doc[part.left_edge.i - 1].text == ","
        if clause and part.left_edge.i > token.i and part.left_edge.tag_ in ("WP", "WDT", "WP$", "WRB"):
            last = part.left_edge.i - 2  # "the minister, who is ill, ..."
            break
        if (
            part.dep_ == "prep"
            and part.head == token
            and part.i > token.i
            and verb.i > token.i
            and _occasion(part)
        ):
            last = part.i - 1  # "the minister on Tuesday said ...", "Berg in a letter said ..."
            break
    while last > token.i and doc[last].is_punct and doc[last].text not in ')”"':
        last -= 1
    return first, max(last, token.i)


def is_day(token: Token) -> bool:
    return token.lower_.removesuffix("s") in _DAYS or token.ent_type_ == "DATE"


def _occasion(prep: Token) -> bool:
    """Whether a phrase says when or where something was said ("on Tuesday", "in a letter", "during the summit")."""
    inner = [c for c in prep.children if c.dep_ == "pobj"]
    if not inner or prep.lower_ not in ("on", "in", "during", "at", "after", "like"):
        return False
    if prep.lower_ == "like":
        return prep.head.pos_ == "PROPN" and prep.doc[prep.i - 1].text == ","
    if prep.lower_ == "during" or is_day(inner[0]):
        return True
    return prep.head.pos_ == "PROPN" and inner[0].lemma_.lower() in _OCCASIONS


def cue_reach(verb: Token) -> tuple[int, int]:
    """The verb with the auxiliaries, negation, adverbs and particle that stand right beside it."""
    doc, first, last = verb.doc, verb.i, verb.i
    own = {c.i for c in verb.children if c.dep_ in ("aux", "auxpass", "neg", "advmod", "prt", "mark")}
    while first - 1 in own and doc[first - 1].dep_ != "mark" and doc[first - 1].tag_ not in ("WRB",):
        first -= 1
    while last + 1 in own and doc[last + 1].dep_ in ("neg", "prt"):
        last += 1
    if (
        verb.dep_ == "xcomp"
        and verb.head.pos_ == "VERB"
        and 0 < first - verb.head.i <= 3
        and not any(t.dep_ in ("dobj", "pobj") for t in doc[verb.head.i : verb.i])
    ):
        first = cue_reach(verb.head)[0]
    return first, last
