"""Bodies that a text introduces with their letters in brackets: "the Committee for Open Seas (COS)"."""

from __future__ import annotations

from collections.abc import Iterator

from spacy.tokens import Doc

_JOINERS = {"of", "for", "and", "the", "on", "in", "to", "de", "des", "du", "-", "&"}
REACH = 14  # tokens before the bracket in which the name may begin


def introduced(doc: Doc) -> Iterator[tuple[int, int, str]]:
    """First and last token of each name that is followed by its initials in brackets, and the initials as they stand.

    The capitals of the letters (three or more of them, or two) must be the initials of the capitalised words, in order, each used
    once; joining words may lie between. Not found: letters from inside a word (Interpol, UNESCO's "NESC" do not occur so).
    """
    for i in range(2, len(doc) - 2):
        if doc[i].text != "(" or doc[i + 2].text != ")":
            continue
        letters = doc[i + 1].text
        capitals = [c for c in letters if c.isupper()]
        if len(capitals) < 2 or not letters.isalpha() or len(capitals) < len(letters) / 2:
            continue
        first, left = i, list(capitals)
        for k in range(i - 1, max(doc[i].sent.start, i - REACH) - 1, -1):
            word = doc[k].text
            if left and word[:1] == left[-1]:
                left.pop()
                first = k
            elif word.lower() not in _JOINERS:
                break
            if not left:
                break
        if not left and i - first >= 2:
            yield first, i - 1, letters
