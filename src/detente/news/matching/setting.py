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
_WORD = re.compile(r"[^\W_]+(?:['’](?:s\b)?[^\W_]*)?|[.!?]")


def has_setting(text: str, setting: Sequence[str]) -> bool:
    """Whether ``text`` may speak of a crisis with this ``setting``; always so where no setting is given."""
    if not setting:
        return True
    words = [re.sub(r"['’]s?$", "", w) for w in _WORD.findall(text)]
    if sum(w not in ".!?" for w in words) < SHORT:
        return True
    known = [wording.forms(w) for w in words]
    # a sentence's end is a word that no phrase has, and counts towards a gap
    return any(wording.has(wording.phrase(p), known) for p in setting)
