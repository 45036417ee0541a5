"""Where a content begins and ends: what belongs to it, and what is the reporter's."""

from __future__ import annotations

import pytest

from detente.news import read_ledger
from detente.scenario.statement import Document

#: A report, and the contents of its statements with their polarity.
CASES = {
    "cut by its cue": (
        '"We will not," Minister Ada Holm said, "leave the valley."',
        [('"We will not," … "leave the valley."', "asserted")],
    ),
    "cut by its cue, denied": (
        '"We have not seen," Minister Ada Holm said, "any sign of it."',
        [('"We have not seen," … "any sign of it."', "denied")],
    ),
    "cut by its cue, two sentences": (
        '"We have not seen any sign of it," Minister Ada Holm said. "It is autumn."',
        [('"We have not seen any sign of it," … "It is autumn."', "asserted")],
    ),
    "a question": (
        "“Will they ever leave the valley?” Minister Ada Holm said.",
        [("“Will they ever leave the valley?”", "asked")],
    ),
    "a question and an answer": (
        "“Will they ever leave? They will stay.” Minister Ada Holm said.",
        [("“Will they ever leave? They will stay.”", "asserted")],
    ),
    "two cues": (
        'Minister Ada Holm called it "a trap" and said that "nobody" would go.',
        [('it "a trap"', "asserted"), ('that "nobody" would go', "asserted")],
    ),
    "single in double": (
        "“He told us ‘leave the valley’ and we left,” Minister Ada Holm said.",
        [("“He told us ‘leave the valley’ and we left,”", "asserted")],
    ),
    "low marks": (
        "„We will not leave the valley,“ Minister Ada Holm said.",
        [("„We will not leave the valley,“", "asserted")],
    ),
    "guillemets": (
        "« We will not leave the valley », Minister Ada Holm said.",
        [("« We will not leave the valley »", "asserted")],
    ),
    "over two paragraphs": (
        "“We stay in the valley.\n\n“We fight for it,” Minister Ada Holm said.",
        [("“We stay in the valley.\n\n“We fight for it,”", "asserted")],
    ),
    "over two paragraphs, other marks": (
        '"We stay in the valley.\n\n“We fight for it,” Minister Ada Holm said.',
        [("“We fight for it,”", "asserted")],
    ),
    "a sentence of somebody else's behind it": (
        "Minister Ada Holm said Venn had lost the port. “We hold it,” General Odo Venn said.",
        [("Venn had lost the port", "asserted"), ("“We hold it,”", "asserted")],
    ),
    "behind a colon": (
        'Minister Ada Holm recalled the flood: "We lost the harbour in one night."',
        [('the flood: "We lost the harbour in one night."', "asserted")],
    ),
    "the reporter's relative clause": (
        "Minister Ada Holm said the bridge was closed, which surprised the drivers.",
        [("the bridge was closed", "asserted")],
    ),
    "the speaker's relative clause": (
        "Minister Ada Holm said the bridge was closed, which would cost the port its trade.",
        [("the bridge was closed, which would cost the port its trade", "asserted")],
    ),
    "what the reporter calls it": (
        "Minister Ada Holm said the fleet would sail on Monday, a move that surprised the board.",
        [("the fleet would sail on Monday", "asserted")],
    ),
    "what the reporter calls a charge": (
        "Minister Ada Holm denied the charge, a claim that the council had made.",
        [("the charge", "denied")],
    ),
    "that and that": (
        "Minister Ada Holm said that the bridge was closed and that the port would follow.",
        [("that the bridge was closed and that the port would follow", "asserted")],
    ),
    "present beside a past cue": (
        "Minister Ada Holm said the talks were over, and the fleet has to sail.",
        [("the talks were over, and the fleet has to sail", "asserted")],
    ),
    "past beside a past cue": (
        "Minister Ada Holm said the talks were over, and police arrested ten people.",
        [("the talks were over", "asserted")],
    ),
    "an object with its purpose": (
        "Minister Ada Holm praised the efforts of the council to find a truce.",
        [("the efforts of the council to find a truce", "asserted")],
    ),
    "an object and the occasion": (
        "Minister Ada Holm praised the council in an interview on Tuesday.",
        [("the council", "asserted")],
    ),
    "an object and the time": (
        "Minister Ada Holm backed the plan after the vote.",
        [("the plan", "asserted")],
    ),
}


@pytest.mark.parametrize(("text", "wanted"), CASES.values(), ids=CASES.keys())
def test_contents(text: str, wanted: list[tuple[str, str]]) -> None:
    ledger = read_ledger([Document("d", "d.txt", "0" * 64, "utf-8", text)])
    assert [(ledger.words("d", s.content), s.polarity) for s in ledger.statements] == wanted
