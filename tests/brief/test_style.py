"""Colours meet WCAG AA in both schemes, and all of them are named in one place."""

from __future__ import annotations

import itertools
import re

import pytest

from detente.brief import marks
from detente.brief.page import HERE

STYLE = (HERE / "style.css").read_text(encoding="utf-8")
SCHEMES = dict(
    zip(
        ("light", "dark"),
        (
            dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
            for block in re.findall(r":root \{([^}]*)\}", STYLE)
        ),
        strict=True,
    )
)
GROUNDS = ("paper", "wash")
TEXTS = ("ink", "muted", "accent")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_is_readable_on_every_ground(scheme: str) -> None:
    colours = SCHEMES[scheme]
    pairs = {
        (text, ground): contrast(colours[text], colours[ground])
        for text, ground in itertools.product(TEXTS, GROUNDS)
    }
    pairs["on-accent", "accent"] = contrast(colours["on-accent"], colours["accent"])
    assert {pair: round(value, 2) for pair, value in pairs.items() if value < 4.5} == {}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_marks_and_outlines_stand_out(scheme: str) -> None:
    """Graphics that carry meaning: 3 to 1. Hairlines between rows (``line``) carry none."""
    colours = SCHEMES[scheme]
    for mark, ground in itertools.product(("ink", "muted", "accent"), GROUNDS):
        assert contrast(colours[mark], colours[ground]) >= 3


def test_both_schemes_name_the_same_colours_and_rules_use_only_names() -> None:
    assert set(SCHEMES["light"]) == set(SCHEMES["dark"]) == {*TEXTS, *GROUNDS, "line", "on-accent"}
    rules = re.sub(r":root \{[^}]*\}", "", STYLE)
    rules = re.sub(r'\[(?:fill|stroke)="#[0-9a-f]{6}"\]', "", rules)
    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", rules) == []
    used = set(
        re.findall(r"(?:^|[ ;{])(?:color|background|border[a-z-]*|fill|stroke|outline): [^;}]*", rules)
    )
    named = {name for rule in used for name in re.findall(r"var\(--([\w-]+)\)", rule)}
    assert named <= set(SCHEMES["light"])
    grounds = {
        name
        for rule in re.findall(r"background: [^;}]*", rules)
        for name in re.findall(r"var\(--([\w-]+)\)", rule)
    }
    assert grounds == {"paper", "wash", "accent"}  # the grounds that the contrast tests know
    inks = {
        name
        for rule in re.findall(r"(?<![-\w])color: [^;}]*", rules)
        for name in re.findall(r"var\(--([\w-]+)\)", rule)
    }
    assert inks == {*TEXTS, "on-accent"}


def test_every_colour_of_a_picture_follows_the_scheme() -> None:
    for colour in (marks.INK, marks.MUTED, marks.LINE, marks.ACCENT, marks.WASH, marks.PAPER):
        assert f'.chart [fill="{colour}"]' in STYLE
        assert f'.chart [stroke="{colour}"]' in STYLE


def test_focus_is_seen_and_paper_is_thought_of() -> None:
    assert re.search(r":focus-visible \{ outline: 3px solid var\(--accent\)", STYLE)
    assert "outline: none" not in STYLE
    assert "size: A4" in STYLE
    assert "prefers-color-scheme: dark" in STYLE
    assert 'a[href^="http"]::after' in STYLE
