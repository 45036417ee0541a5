"""Quotation marks of every kind, in pairs, nested, unbalanced, and no quotation marks at all."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.news.attribution.quotes import continues, meeting, number_at, quotations

#: Text with what stands in quotes between braces.
WHOLE = {
    "curly": "{“We will not go,”} she said.",
    "straight": '{"We will not,"} she said, {"leave the valley."}',
    "scare quotes": 'He called it {"a trap"} and said that {"nobody"} would go.',
    "doubled single": "{''We will not go,''} she said.",
    "doubled single with a single inside": "{''He told us, 'Leave the valley.'''} she said.",
    "doubled single that begins with a single": "{'''Leave,' he told us, and we left,''} she said.",
    "back ticks": "{``We will not go,''} she said.",
    "single in double": "{“He told us ‘leave the valley’ and we left,”} she said.",
    "straight single in straight double": "{\"He told us 'leave the valley' and we left,\"} she said.",
    "double in single": "{‘He told us “leave” and we left,’} she said.",
    "straight double in straight single": "{'He told us \"leave\" and we left,'} she said.",
    "straight in curly": '{“He told us "leave" and we left,”} she said.',
    "curly in straight": '{"He told us “leave” and we left,"} she said.',
    "double in double": "{“He told us “leave” and we left,”} she said.",
    "low German": "{„We will not go,“} she said. {„Never.“}",
    "low Polish": "{„We will not go,”} she said.",
    "commas for low marks": "{,,We will not go,''} she said.",
    "French": "{« We will not go »} she said. {« Never. »}",
    "French without spaces": "{«We will not go»}, she said.",
    "Danish": "{»We will not go,«} she said. {»Never.«}",
    "Swedish": "{”We will not go,”} she said.",
    "single guillemets": "{‹We will not go›}, she said.",
    "Windows-1252": "{\x93We will not go,\x94} she said.",
    "Windows-1252, single": "{\x91We will not go,\x92} she said.",
    "full width": "{＂We will not go,＂} she said.",
    "closed with an opening mark": "{“We will not go,“} she said. {“Never.”}",
    "opened one way, closed another": '{“We will not go,"} she said.',
    "apostrophe inside single": "{'We won't go, and the pilots won't either,'} she said.",
    "plural's apostrophe inside single": "{'The pilots' union will not go,'} she said.",
    "single that ends in s": "{‘a trap for pilots’} is what he called it in the pilots’ house",
    "opened in each paragraph": "{“We will not go.}\n{“They will,”} she said.",
    "opened in each paragraph, single inside at the end": "{“He said, ‘No.’}\n{“They will,”} she said.",
    "single opened in each paragraph": "{‘We will not go.}\n{‘They will,’} she said.",
    "opened once, closed in the next": "{“We will not go.}\n{They will,”} she said.",
    "never closed, at the head": "{“We will not go. They will.}",
    "never closed, behind a colon": "She said: {“We will not go. They will.}",
    "never closed, in a sentence": "He called it {“a trap and left.} She denied it.",
    "never closed, another behind it": "He called it {“a trap and left.} She said {“nobody”} went.",
    "closed twice": "{“We will not go,”}” she said. {“Never.”}",
    "brackets inside": "{“[We] will not go (yet),”} she said.",
    "dash": "The word—{“never”}—was hers.",
    "feet inside": '{"He is 6\'2" tall,"} she said.',
}
#: Text without quotations.
NONE = {
    "apostrophes": "The ministers' plan isn't the generals' plan.",
    "years and cut words": "In the '90s they sang rock 'n' roll; tell 'em in the '80s' style.",
    "cut words, curly": "It was the ‘90s and the ministers’ time.",
    "one word in single marks": "The 'deal' was off.",
    "feet and inches": "He is 6'2\" tall.",
    "stray closing mark": "We will not go,” she said.",
    "a comma twice": "The plan,, he said, is off.",
    "nothing": "",
    "marks alone": "” ’ »",
}


def unmarked(marked: str) -> tuple[str, list[str]]:
    text = marked.replace("{", "").replace("}", "")
    return text, [part.split("}")[0] for part in marked.split("{")[1:]]


@pytest.mark.parametrize("marked", WHOLE.values(), ids=WHOLE.keys())
def test_what_stands_in_quotes(marked: str) -> None:
    text, wanted = unmarked(marked)
    assert [text[a:b] for a, b in quotations(text)] == wanted


@pytest.mark.parametrize("text", NONE.values(), ids=NONE.keys())
def test_what_is_no_quotation(text: str) -> None:
    assert quotations(text) == []


@pytest.mark.parametrize(
    ("text", "onward"),
    [
        ("“We stay.\n“We fight.\n“We win,” she said.", {1: 0, 2: 1}),
        ("“He said, ‘No.’\n“We win,” she said.", {1: 0}),
        ('"We stay.\n"We fight," she said.', {1: 0}),
        ("“We stay.\nWe fight,” she said.", {1: 0}),
        ("“We stay.”\n“We fight,” she said.", {}),
        ('"We stay.\n“We fight,” she said.', {}),
        ("“We stay,” he said.\n“We fight,” she said.", {}),
        ("“We stay.\nShe left.\n“We fight,” she said.", {}),
    ],
)
def test_a_quotation_goes_on_in_the_next_paragraph(text: str, onward: dict[int, int]) -> None:
    assert continues(text, quotations(text)) == onward


MARKS = st.sampled_from(
    [*"“”„‟«»‹›\"'‘’‚＂\x91\x92\x93\x94\n .,;:!?()—-", "''", "'''", "``", ",,", " said ", "we", "s’ plan"]
)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.lists(MARKS, max_size=80).map("".join))
def test_any_marks_give_quotations_in_order_apart_and_in_the_text(text: str) -> None:
    found = quotations(text)
    assert all(0 <= a < b <= len(text) for a, b in found)
    assert all(x[1] <= y[0] for x, y in itertools.pairwise(found))
    assert not any("\n" in text[a:b] for a, b in found)
    assert all(0 <= early < late < len(found) for late, early in continues(text, found).items())
    for n, (a, b) in enumerate(found):
        assert number_at(found, a) == number_at(found, b - 1) == n
        assert list(meeting(found, a, b)) == [(a, b)]


PATTERNS = (
    "“",
    "”",
    '"',
    "'",
    "‘a ",
    "'a.",
    "('a ",
    ".'a",
    "“a. ",
    "“a. “b ",
    "'a b s' plan ",
    "„“",
    "«»",
    "'a \"",
    " \n",
    " ",
    "'",
    "''a ",
    ",,a",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_time_grows_with_the_length(pattern: str) -> None:
    text = (pattern * 200_000)[:200_000]
    started = time.process_time()
    quotations(text)
    assert time.process_time() - started < 4  # in the square of the length it would be minutes
