"""What a model sees: names of facts about a word, a source, a content, each hashed to a number.

The numbers are those of `numbers`: the same on every machine. A model keeps weights by number, no words.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

from spacy.tokens import Token

from detente.news.attribution.making import lemma_of
from detente.news.attribution.quotes import Span
from detente.news.lists import lexicon
from detente.news.parse.syntax import can_speak, is_passive, outright, subject
from detente.news.train.options import Content, Source, Word, top

#: Features share 2**BITS numbers.
BITS = 19
_MASK = (1 << BITS) - 1
_MARKS = {"“", "”", '"', "''", "``", "‘", "’", "’’"}


def numbers(names: Iterable[str]) -> list[int]:
    """The numbers of features, each once, in order."""
    return sorted({zlib.crc32(name.encode()) & _MASK for name in names})


def _lists(token: Token, lemma: str) -> list[str]:
    frames = lexicon.VERBS.get(lemma) if token.pos_ in ("VERB", "AUX") else None
    found = [f"frames={''.join(sorted(frames.letters))}", f"kind={frames.kind}"] if frames else []
    for name, members in (
        ("evidence", lexicon.EVIDENCE_VERBS), ("speech-noun", lexicon.SPEECH_NOUNS), ("attitude-noun", lexicon.ATTITUDE_NOUNS),
        ("light", lexicon.LIGHT_VERBS), ("adjective", lexicon.ADJECTIVES), ("artefact", lexicon.ARTEFACTS), ("people", lexicon.PEOPLE),
    ):  # fmt: skip
        if lemma in members:
            found.append(f"list={name}")
    return found


def _lemma(token: Token) -> str:
    return lemma_of(token) if token.pos_ == "VERB" else token.lemma_.lower()


def of_word(word: Word, inside: str, head_line: bool) -> list[str]:
    """Of a word that may attribute. ``inside``: what the rules find around it, "" if nothing."""
    token, doc = word.token, word.token.doc
    lemma, rule, tag, dep = _lemma(token), word.rule, token.tag_, token.dep_
    lists = _lists(token, lemma)
    known = ",".join(lists)
    facts = [
        f"lemma={lemma}", f"tag={tag}", f"dep={dep}", f"rule={rule}", f"inside={inside}", f"passive={is_passive(token)}",
        f"dep+tag={dep},{tag}", f"ending={lemma[-3:]}", f"known={known}", f"outright={outright(lemma)}", f"head-line={head_line}",
        f"rules={len(word.drafts)}", f"first={token.i == 0}",
        *lists,
    ]  # fmt: skip
    joined = [f"tag={tag}", f"dep={dep}", f"rule={rule}", f"inside={bool(inside)}"]
    head = token.head
    facts += [f"head={_lemma(head)},{dep}", f"head-class={head.pos_},{dep}"]
    who = subject(token) if token.pos_ in ("VERB", "AUX") else None
    if who is not None:
        speaks = can_speak(who, lemma)
        kind = f"{who.pos_},{who.ent_type_},{speaks}"
        facts += [f"subject={who.lemma_.lower()}", f"subject-kind={kind}", f"subject-dep={who.dep_}"]
        joined += [f"speaks={speaks}", f"subject-class={who.pos_}"]
    else:
        facts.append("subject=")
    for child in token.children:
        side = "right" if child.i > token.i else "left"
        facts += [f"child={child.dep_},{side}", f"child-tag={child.dep_},{child.tag_},{side}"]
        joined.append(f"child={child.dep_},{side}")
        if child.dep_ in ("prep", "mark", "aux", "auxpass", "neg", "prt", "advmod", "det", "poss", "cc"):
            facts.append(f"child-word={child.dep_},{child.lower_}")
            joined.append(f"child-word={child.dep_},{child.lower_}")
        elif child.dep_ in ("dobj", "ccomp", "xcomp", "acomp", "attr", "nsubj", "nsubjpass", "acl"):
            facts += [f"child-lemma={child.dep_},{child.lemma_.lower()}"]
            if child.dep_ in ("dobj", "xcomp", "acomp", "attr"):
                joined.append(f"child-lemma={child.lemma_.lower()}")
        if child.dep_ in ("dobj", "attr", "acomp"):
            facts += [f"object-{name}" for name in _lists(child, child.lemma_.lower())]
        if child.dep_ in ("ccomp", "xcomp", "acl", "advcl", "relcl"):
            facts += [
                f"clause={child.dep_},{c.dep_},{c.lower_}"
                for c in child.children
                if c.dep_ in ("mark", "aux")
            ]
    for step in (-2, -1, 1, 2):
        at = token.i + step
        near = doc[at] if 0 <= at < len(doc) else None
        facts.append(f"near{step}={near.lemma_.lower() if near is not None else ''}")
        facts.append(f"near-tag{step}={near.tag_ if near is not None else ''}")
    joined.append(f"next={doc[token.i + 1].lower_ if token.i + 1 < len(doc) else ''}")
    path, node = [], token
    for _ in range(4):
        if node.head == node:
            break
        path.append(node.dep_)
        node = node.head
        if node.pos_ in ("VERB", "AUX"):
            above = _lemma(node)
            said = above in lexicon.VERBS and node.i != token.i
            facts += [f"above={above}", f"path={'/'.join(path)}", f"above-said={said},{'/'.join(path)}"]
            joined.append(f"above={'/'.join(path)},{said}")
            break
    sent = token.sent
    quoted = doc.user_data.get("quoted", frozenset())
    facts.append(f"in-quotes={token.i in quoted}")
    facts.append(f"sentence-quoted={any(t.text in _MARKS for t in sent)}")
    facts.append(f"question={sent.text.rstrip()[-1:] == '?'}")
    facts.append(f"early={min(3, (token.i - sent.start) // 4)}")
    facts += [f"{lemma}+{fact}" for fact in joined]
    facts += [f"{known}+{fact}" for fact in joined if not fact.startswith("child-lemma")]
    return facts


def of_source(word: Word, source: Source, place: int) -> list[str]:
    """Of one possible source of a word."""
    token = word.token
    lemma = _lemma(token)
    base = [f"how={source.how}", f"rule={word.rule},{source.how}", f"{lemma}+{source.how}", f"place={place}",
            f"{token.pos_}+{source.how}", f"{token.tag_},{token.dep_}+{source.how}"]  # fmt: skip
    if source.span is None or source.head is None:
        passive = is_passive(token)
        who = subject(token) if token.pos_ in ("VERB", "AUX") else None
        return [
            *base, f"nobody,{token.pos_},{token.dep_},{passive}", f"nobody,{lemma},{passive}", f"nobody,subject={who is not None}",
            f"nobody,rules={len(word.drafts)}", *(f"nobody,child={c.dep_}" for c in token.children),
        ]  # fmt: skip
    doc, (first, last), head = token.doc, source.span, source.head
    length = min(12, last - first)
    after = doc[last + 1] if last + 1 < len(doc) else None
    speaks, behind = can_speak(head, lemma), after.lower_ if after is not None else ""
    facts = [
        f"head={head.lemma_.lower()}", f"class={head.pos_},{head.ent_type_}", f"tag={head.tag_}", f"speaks={speaks}",
        f"length={length}", f"length={length // 4},{source.how}", f"first={doc[first].lower_}", f"last={doc[last].lower_}",
        f"last-tag={doc[last].tag_}", f"after={behind}", f"after-tag={after.tag_ if after is not None else ''}",
        f"side={first > token.i}", f"distance={min(6, abs(head.i - token.i) // 3)}",
        f"comma={any(t.text == ',' for t in doc[first : last + 1])},{source.how}", f"dep={head.dep_}",
        f"holds={first <= token.i <= last}", f"{token.pos_}+speaks={speaks},{source.how}",
    ]  # fmt: skip
    facts += [
        f"inner={t.dep_},{t.lower_ if t.dep_ == 'prep' else ''}"
        for t in head.children
        if first <= t.i <= last
    ]
    return base + facts


def of_content(
    word: Word, content: Content, spans: Sequence[Span], chars: int, whole: str, longer: int, shorter: int
) -> list[str]:
    """Of one possible content. ``spans``: as it would be reported, in ``whole``; ``chars``: quotations that go with it;
    ``longer`` and ``shorter``: how many of the other contents are."""
    token, doc = word.token, word.token.doc
    lemma = _lemma(token)
    how = f"{content.how},{content.quoted and chars > 0}"
    base = [f"how={how}", f"rule={word.rule},{how}", f"{lemma}+{how}", f"{token.tag_},{token.dep_}+{how}",
            f"pieces={len(spans)},{how}", f"chars={min(3, chars)},{how}"]  # fmt: skip
    begins, stops = whole[spans[0][0]], whole[spans[-1][1] - 1]
    base += [
        f"longer={min(3, longer)}", f"shorter={min(3, shorter)}", f"longer={min(2, longer)},{content.how}",
        f"shorter={min(2, shorter)},{content.how}",
        f"begins={begins in _MARKS},{content.how}", f"stops={stops in _MARKS},{content.how}",
        f"stops={stops in _MARKS},{begins in _MARKS}",
    ]  # fmt: skip
    if not content.pieces:
        return base
    first, last = content.pieces[0][0], content.pieces[-1][1]
    after = doc[last + 1] if last + 1 < len(doc) else None
    left = doc[first - 1] if first else None
    length = last - first
    sizes = "long" if length > 25 else "middle" if length > 8 else "short" if length > 2 else "tiny"
    ends = (
        after is None
        or after.is_sent_start
        or (after.text in ".!?" and (after.i + 1 >= len(doc) or doc[after.i + 1].is_sent_start))
    )
    stop = after.text if after is not None and after.is_punct else after.dep_ if after is not None else ""
    facts = [
        f"size={sizes},{how}", f"first={doc[first].lower_}", f"first-tag={doc[first].tag_},{content.how}",
        f"last-tag={doc[last].tag_}",
        f"last={doc[last].lower_}", f"after={after.lower_ if after is not None else ''}",
        f"stop={stop},{content.how}", f"ends={ends},{content.how}",
        f"left={left.lower_ if left is not None else ''}", f"gap={min(6, max(0, first - token.i))}", f"size={sizes}", f"ends={ends}",
        f"{lemma}+ends={ends}", f"{token.pos_}+ends={ends},{content.how}",
    ]  # fmt: skip
    if after is not None and after.text in (",", "—", "–", "-", ";") and after.i + 1 < len(doc):
        behind = doc[after.i + 1]
        facts += [
            f"cut={after.text},{behind.lower_}",
            f"cut={after.text},{behind.tag_}",
            f"cut={after.text},{behind.head.dep_}",
        ]
    elif after is not None and not ends:
        facts += [f"cut={after.tag_},{after.dep_}", f"cut-head={after.head.dep_},{after.head.pos_}"]
    root = top(doc, first, last)
    kind = f"{root.pos_},{root.dep_}"
    facts += [
        f"root={root.lemma_.lower()}", f"root-kind={kind}", f"root-kind={kind},{content.how}", f"{lemma}+root-kind={kind}",
        f"root-person={root.lemma_.lower() in lexicon.PEOPLE},{root.ent_type_},{content.how}", f"{lemma}+first={doc[first].lower_}",
        f"root-right={root.right_edge.i - last if root.right_edge.i - last < 2 else 2},{content.how}",
        f"root-left={root.left_edge.i == first},{content.how}", f"{lemma}+root={root.pos_},{root.lemma_.lower() in lexicon.PEOPLE}",
    ]  # fmt: skip
    # what stands behind inner commas: "a plan, which ...", "the raid, he ..."
    for inner in [t for t in doc[first + 1 : last] if t.text in (",", "—", "–", ";")][-2:]:
        behind = doc[inner.i + 1]
        facts += [f"comma={behind.lower_},{behind.tag_}", f"comma-dep={behind.dep_},{behind.head.dep_}"]
    facts.append(
        f"verbs={min(3, sum(t.tag_ in ('VBD', 'VBZ', 'VBP', 'MD') for t in doc[first : last + 1]))},{content.how}"
    )
    facts.append(f"sentence-last={last >= token.sent.end - 2},{content.how}")
    tail = whole[spans[-1][1] : spans[-1][1] + 1] if spans else ""
    facts.append(f"tail={tail},{content.how}")
    return base + facts
