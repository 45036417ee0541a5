"""`detente models`: the list by topic with every slug whole, and one card with the verdicts that the source predicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from detente.models import TOPICS, find, slugs

Run = Callable[..., Any]


def test_the_list_goes_by_topic_and_cuts_no_slug(detente: Run) -> None:
    ran = detente("models")
    assert ran.status == 0
    first = [line.split(" ", 1)[0] for line in ran.out.splitlines()]
    assert set(slugs()) <= set(first)
    shown = [line.strip() for line in ran.out.splitlines() if line.strip() in TOPICS.values()]
    assert shown == [words for words in TOPICS.values() if words in shown]
    assert "signals" in ran.out


def test_one_topic(detente: Run) -> None:
    ran = detente("models", "--topic", "signalling")
    assert "crisis-signalling" in ran.out
    assert TOPICS["bargaining"] not in ran.out


def test_a_card_tells_what_the_source_predicts(detente: Run) -> None:
    ran = detente("models", "crisis-signalling")
    said = " ".join(ran.out.split())
    for claim, verdict in find("crisis-signalling").verdicts.items():
        line = next(line for line in ran.out.splitlines() if line.split()[:1] == [claim])
        assert verdict in line
    assert "detente brief --model crisis-signalling" in said
