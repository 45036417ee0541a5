"""Whether a text speaks of the kind of crisis that a scenario describes: "bluff" means one thing in a strike, another at a border.

A scenario lists phrases of its `setting`, written as those of its claims (`wording.py`). A text that has one of them anywhere
fits. A text of fewer than `SHORT` words need not name its setting, and fits any.

Not found: what the words are about. A football league imposes sanctions too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from detente.news.matching import wording

SHORT = 40  # words
_WORD = re.compile(r"[^\W_]+(?:['’](?:s\b)?[^\W_]*)?")


def has_setting(text: str, setting: Sequence[str]) -> bool:
    """Whether ``text`` may speak of a crisis with this ``setting``; always so where no setting is given."""
    if not setting:
        return True
    sentences = [_WORD.findall(s) for s in re.split(r"[.!?\n]", text)]
    if sum(map(len, sentences)) < SHORT:
        return True
    phrases = [wording.phrase(p) for p in setting]
    return any(_said(sentence, phrases) for sentence in sentences)


def _said(words: Sequence[str], phrases: Sequence[wording.Phrase]) -> bool:
    known = [wording.forms(re.sub(r"['’]s?$", "", w)) for w in words]
    return any(wording.has(p, known) for p in phrases)
