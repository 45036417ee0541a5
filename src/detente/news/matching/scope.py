"""What is denied, supposed or about whom, by the syntax of a sentence.

A negation ("not", "never", "nobody", a "no" on a subject or object, "refuse to", "unlikely", "rather than") reaches the words
below it in the parse. It does not reach the subject, an "if" or "because" clause, a relative clause or a "but". Two negations
cancel. "Not only", "not just" and "not merely" deny nothing.

Not found: negation that is only implied ("as if Orvania wanted peace"), and sarcasm.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable

from spacy.tokens import Token

NOT = frozenset({"not", "n't", "n’t", "never", "hardly", "scarcely", "barely", "neither", "nor", "cannot"})
NOBODY = frozenset({"nobody", "nothing", "none", "nowhere"})
SOME = frozenset({"little", "few"})  # with "a" before them they deny nothing
NO = frozenset({"no", "neither"}) | SOME
ONLY = frozenset({"only", "just", "merely", "simply"})
#: Words whose complement they deny: "refuses to", "unwilling to", "lack of".
DENIERS = frozenset({
    "refuse", "fail", "reject", "deny", "doubt", "dismiss", "decline", "lack", "refute", "dispute",
    "rebut", "unwilling", "reluctant", "unlikely", "uninterested", "impossible", "wrong", "false",
    "untrue", "myth", "illusion", "mistake", "nonsense", "absurd", "ridiculous", "mistaken", "fiction",
    "fantasy", "fable", "foolish", "naive",
})  # fmt: skip
REFUTES = frozenset({"refute", "disprove", "debunk", "discredit", "contradict"})
DOUBTS = frozenset({"doubt", "deny", "dispute", "question"})
#: Cues that with "as" say what something is: "dismissed the threat as a bluff".
LABELLING = frozenset({"dismiss", "reject", "brush", "shrug", "deride", "denounce", "condemn"})
#: Cues that speak against what follows.
AGAINST = frozenset({
    "deny", "reject", "dismiss", "refute", "dispute", "rebut", "oppose", "doubt", "disagree",
    "contradict", "rule_out", "discourage",
})  # fmt: skip
#: Cues that, denied, say the contrary: "does not believe that".
HOLDING = frozenset({
    "believe", "think", "see", "accept", "agree", "expect", "feel", "consider", "find", "trust", "observe", "share",
    "support", "favour", "favor", "want", "buy", "notice",
})  # fmt: skip
#: "Rejected the plan, saying that ...": what is said after these is the speaker's own view.
SAYING = frozenset(
    {"say", "argue", "add", "insist", "claim", "write", "explain", "contend", "maintain", "note", "warn"}
)
#: Cues that put something on the table and assert nothing.
TABLING = frozenset({
    "discuss", "consider", "debate", "weigh", "explore", "mull", "examine", "study", "review",
    "contemplate", "ask", "wonder", "inquire", "enquire", "question", "ponder", "draw", "hope", "wish",
    "announce",
})  # fmt: skip
_SUBJECT = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
_OUTSIDE = frozenset({"advcl", "relcl", "parataxis"})
_SUPPOSING = frozenset({"if", "unless", "whether"})


def negations(words: Iterable[Token], within: Collection[int]) -> set[int]:
    """The places of the negations that reach the uppermost of ``words``; only those among the tokens ``within`` count.

    A negation further down belongs to what is said about it: "draws the lesson that nobody stops an invader".
    """
    matched = list(words)
    own = {t.i for t in matched}
    found: set[int] = set()
    for token in matched:
        if not any(a.i in own for a in token.ancestors):
            found |= _over(token, own)
    if matched:
        found |= _not_even(matched, within)
        found -= _undoubted(matched[0])
    return {i for i in found if i in within and i not in own}


def _over(token: Token, own: Collection[int]) -> set[int]:
    found = _instead(token)
    node, came = token, None
    while True:
        found |= _at(node, came)
        head, edge = node.head, node.dep_
        if head.i == node.i or (edge in _OUTSIDE and not _complement(node)):
            return found
        if edge in _SUBJECT:
            # a subject is not denied with its verb, but "no" on it denies both, and was counted;
            # "the claim that sanctions work was refuted" denies what the claim says
            if head.i not in own and (node.i != token.i or head.lemma_.lower() in REFUTES):
                found |= _refuted(head, edge)
            return found
        if edge == "conj" and (_but(head) or _has_subject(node) or _stands_alone(node)):
            return found
        if head.lemma_.lower() in DENIERS and head.i not in own and edge not in ("advmod", "punct"):
            found.add(head.i)
        node, came = head, node


def _at(node: Token, came: Token | None) -> set[int]:
    """Negations on this word itself, or on its subject or object."""
    found: set[int] = set()
    for child in node.children:
        if came is not None and child.i == came.i and child.dep_ in _SUBJECT:
            continue
        word = child.lower_
        plain = (child.dep_ == "neg" or word in NOT) and child.dep_ != "cc" and not _only(child)
        none = child.dep_ in ("det", "amod", "advmod") and word in NO and not (word in SOME and _has_a(node))
        if plain or none:
            found.add(child.i)
        elif child.dep_ in _SUBJECT | {"dobj", "attr"} and (came is None or child.i != came.i):
            if _nobody(child) and not (child.dep_ in _SUBJECT and _more_than(child)):
                found.add(child.i)
            found |= {g.i for g in child.children if g.dep_ == "det" and g.lower_ in NO}
        if (
            child.dep_ in ("attr", "acomp")
            and child.lemma_.lower() in DENIERS
            and came is not None
            and came.i != child.i
        ):
            found.add(child.i)  # "it is a myth that ..."
    if _nobody(node):
        found.add(node.i)
    return found


def _refuted(head: Token, edge: str) -> set[int]:
    """The word by which a predicate says that its subject is not so: "was refuted", "is a myth"."""
    if edge == "nsubjpass":
        return {head.i} if head.lemma_.lower() in DENIERS | REFUTES else set()
    return {c.i for c in head.children if c.dep_ in ("attr", "acomp") and c.lemma_.lower() in DENIERS}


def _nobody(token: Token) -> bool:
    """ "Nothing"; but "nothing except ruin" is ruin."""
    rest = [t.lower_ for t in token.sent if t.i > token.i]
    return token.lower_ in NOBODY and not (rest[:1] == ["but"] or "except" in rest)


def _not_even(words: Collection[Token], within: Collection[int]) -> set[int]:
    """ "Not even his friends believe it": they do not. The parser often takes this "not" for that of the verb before."""
    first = min(t.i for t in words)
    doc = next(iter(words)).doc
    return {
        i for i in within if i + 1 < first and doc[i].lower_ == "not" and doc[i + 1].lower_ == "even"
        and doc[i].sent.start == doc[first].sent.start and i - 1 not in within
    }  # fmt: skip


def _undoubted(word: Token) -> set[int]:
    """ "Nobody in the capital doubts that": two negations, which the parser may read as one."""
    before = [t for t in word.sent if t.i < word.i]
    for t in before:
        none = t.lower_ in NOBODY or (t.lower_ == "no" and t.nbor().lower_ == "one")
        doubt = next((d for d in before if t.i < d.i <= t.i + 6 and d.lemma_.lower() in DOUBTS), None)
        if none and doubt is not None:
            return {t.i, t.i + 1, doubt.i}
    return set()


def _complement(node: Token) -> bool:
    """ "The myth that sanctions work": parsed as a relative clause, but "that" stands for nothing in it."""
    return node.dep_ == "relcl" and any(c.dep_ == "mark" for c in node.children)


def _instead(token: Token) -> set[int]:
    """ "rather than X", "instead of X": X is what is not meant."""
    before = token.doc[max(0, token.i - 3) : token.i]
    for first, second in itertools.pairwise(before):
        if (first.lower_, second.lower_) in (("rather", "than"), ("instead", "of")):
            return {second.i}
    return set()


def _only(token: Token) -> bool:
    return token.i + 1 < len(token.doc) and token.nbor().lower_ in ONLY


def _more_than(token: Token) -> bool:
    """ "Nobody wants peace more than we" denies nothing."""
    rest = [t.lower_ for t in token.sent if t.i > token.i]
    return ("more", "than") in itertools.pairwise(rest)


def _but(head: Token) -> bool:
    return any(c.dep_ == "cc" and c.lower_ in ("but", "yet") for c in head.children)


def _has_subject(node: Token) -> bool:
    return any(c.dep_ in _SUBJECT for c in node.children)


def _stands_alone(node: Token) -> bool:
    """Whether a second verb has an auxiliary of its own: "will not stop and has not given up" negates each once."""
    return any(c.dep_ in ("aux", "auxpass", "neg") for c in node.children)


def _has_a(node: Token) -> bool:
    return any(c.dep_ == "det" and c.lower_ in ("a", "the") for c in node.children)


def relative(words: Iterable[Token]) -> bool:
    """Whether a verb or adjective among ``words`` stands in a relative clause."""
    return any(
        node.dep_ == "relcl" and not _complement(node)
        for token in words
        if token.pos_ in ("VERB", "ADJ", "AUX")
        for node in (token, *token.ancestors)
    )


def labelled(words: Iterable[Token], cue: Iterable[Token]) -> bool:
    """Whether ``words`` stand after "as" and the cue calls a thing by them: "dismissed the threat as a bluff"."""
    if not any(t.lemma_.lower() in LABELLING for t in cue):
        return False
    return any(n.dep_ == "pobj" and n.head.lower_ == "as" for t in words for n in (t, *t.ancestors))


def supposed(words: Iterable[Token]) -> bool:
    """Whether all ``words`` stand in an "if" or "whether" clause: nothing is said of whether they are so."""
    clauses = [_supposing(t) for t in words]
    return bool(clauses) and all(clauses)


def _supposing(token: Token) -> bool:
    for node in (token, *token.ancestors):
        marks = {c.lower_ for c in node.children if c.dep_ == "mark"}
        if (node.dep_ == "advcl" and marks & _SUPPOSING) or "whether" in marks:
            return True
    return False


def subjects(words: Iterable[Token], within: Collection[int]) -> list[Token]:
    """Of what the words are said: the subject of the clause of each, that of the clause above if it has none of its own."""
    found: dict[int, Token] = {}
    for token in words:
        for node in (token, *token.ancestors):
            if node.i not in within:
                break
            if node.pos_ not in ("VERB", "AUX"):
                continue
            subject = next((c for c in node.children if c.dep_ in _SUBJECT), None)
            if subject is not None:
                found[subject.i] = subject
                break
            if node.dep_ not in ("xcomp", "conj", "aux", "advcl", "acomp"):
                break
    return list(found.values())


def speaks_for_itself(token: Token) -> bool:
    """Whether a word stands for the speaker: "we", or "his" in "he said his government"."""
    return token.lower_ in ("i", "we", "my", "our") or (
        token.tag_ == "PRP$" and token.lower_ in ("his", "her", "its", "their")
    )


def expletive(token: Token) -> bool:
    """Whether "it" only holds the place of a clause: "it was too early to go"."""
    below = [token.head, *token.head.children]
    return token.dep_ == "expl" or any(
        c.dep_ in ("xcomp", "ccomp", "advcl", "csubj")
        and any(g.lower_ in ("to", "that", "for") for g in c.children)
        for node in below
        for c in node.children
    )


def cue_stands(cue: Iterable[Token]) -> tuple[str, bool]:
    """What the words that report do: ("says" | "tables", whether they speak against what they report)."""
    tokens = list(cue)
    lemmas = {t.lemma_.lower() for t in tokens}
    heads = [t for t in tokens if t.head.i not in {o.i for o in tokens} or t.head.i == t.i]
    verbs = [t for t in tokens if t.pos_ == "VERB"] or heads
    tables = any(t.lemma_.lower() in TABLING for t in verbs)
    against = bool(lemmas & AGAINST) or "against" in lemmas or ("rule" in lemmas and "out" in lemmas)
    if verbs[1:] and verbs[-1].tag_ == "VBG" and verbs[-1].lemma_.lower() in SAYING:
        against = False
    negated = any(
        (c.dep_ == "neg" or c.lower_ in NOT) and not _only(c) and c.i < t.i
        for t in verbs
        for c in t.children
        if c.dep_ != "cc"
    )
    if negated and (against or not lemmas & HOLDING):
        return "tables", False  # who did not deny it, or did not say it, has not said the contrary either
    return "tables" if tables else "says", against != negated
