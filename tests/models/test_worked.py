"""Worked points: what a model tells of a point is what the solver finds there, and nonsense is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import detente.models
from detente.errors import GameError
from detente.models import find, slugs
from detente.models.model import read_model

SIGNALLING = (Path(detente.models.__file__).parent / "library" / "crisis-signalling.yaml").read_text("utf-8")


LONG = {
    "coalition-unity",
    "coalition-private-costs",
    "cheap-talk",
    "mediation",
}  # seconds each: other equilibria are searched


@pytest.mark.parametrize(
    "slug", [pytest.param(s, marks=pytest.mark.slow if s in LONG else ()) for s in slugs()]
)
def test_the_solver_finds_what_is_told(slug: str):
    model = find(slug)
    assert model.worked, "a model has at least one worked point"
    tree = model.game.tree()
    for worked in model.worked:
        for one in worked.compare(model.game, tree):
            if worked.reached == "missed":
                assert math.isnan(one.found)
                assert worked.text, "what is missed is explained"
            else:
                assert one.agrees(worked.within), (dict(worked.at), one)


@pytest.mark.parametrize("slug", slugs())
def test_thresholds_have_pictures(slug: str):
    assert any(t.over for t in find(slug).thresholds)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("at: {p: 0.3, a: 0.5, d: 1}", "at: {pp: 0.3}", "no such parameter"),
        ("events: {challenged: 1, war: 0", "events: {challenge: 1, war: 0", "no such name"),
        ("answer: {resist: 1 / (1 + a)}", "answer: {resist: 1 / (1 + b)}", "nothing has this name"),
        ("      by: closed form\n", "      bye: closed form\n", "no such key"),
        ("      over: [p, d]", "      over: [p, w_low]", "drawn over"),
        ("topic: signalling", "topic: signaling", "no such topic"),
        ("more_resolve_more_war: fails", "more_resolve: fails", "no such claim"),
        ("more_resolve_more_war: fails", "more_resolve_more_war: fall", "no such verdict"),
        ("over: [p, d]", "over: [p, d, a]", "one or two parameters"),
        ("at: {p: 0.3, a: 0.5, d: 1}", "at: {p: banana}", "made of numbers"),
    ],
)
def test_a_slip_is_one_clear_error(old: str, new: str, words: str):
    assert old in SIGNALLING
    with pytest.raises(GameError, match=words):
        read_model(SIGNALLING.replace(old, new, 1), "x", "x.yaml")


def test_an_information_set_that_is_not_there_is_named():
    text = SIGNALLING.replace("open unresolved: {challenge", "open undecided: {challenge", 1)
    model = read_model(text, "x", "x.yaml")
    with pytest.raises(GameError, match="no information set") as caught:
        model.worked[0].compare(model.game)
    assert caught.value.nearest == "open unresolved"


def test_a_reference_is_not_left_out():
    text = "\n".join(
        line for line in SIGNALLING.splitlines() if "cite:" not in line and "Own two-type" not in line
    )
    text = text.replace('    game with incomplete information", Political Analysis 11(4):345-367.\n', "")
    with pytest.raises(GameError, match="cite"):
        read_model(text, "x", "x.yaml")
