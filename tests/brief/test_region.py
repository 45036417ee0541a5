"""Maps of claims: every side by shape and word, the region and its boundary where they lie, either of them absent."""

from __future__ import annotations

import re

import fixture
import pytest
from markup import Page

from detente.brief import charts, marks, sentences

PARAMETERS = sentences.Parameters(fixture.PARAMETERS)
CLAIMS = {claim["id"]: claim for claim in fixture.claims()}


def told(picture: str) -> str:
    return Page(picture).all("desc")[0].text


def test_a_map_shows_every_side_by_shape_and_by_word() -> None:
    picture = charts.region(CLAIMS["ultimatum"], PARAMETERS, "r")
    shown = CLAIMS["ultimatum"]["map"]["points"][: charts.POINTS]
    sides = [p[2] for p in shown]
    assert picture.count(f'fill="{marks.ACCENT}"') == sides.count(True)
    assert picture.count(f'stroke="{marks.MUTED}"') == sides.count(False)
    assert sides.count(None) > 0
    assert [text for text in re.findall(r"<text[^>]*>([^<]*)</text>", picture) if text.isalpha()] == [
        "holds",
        "fails",
        "ours",
    ]
    counts = (
        f"holds in {sides.count(True)}, fails in {sides.count(False)}, is undecided in {sides.count(None)}"
    )
    assert counts in told(picture)
    box = "The box is where share of a deal that can be carried out without Ondara is above 0.42"
    assert box in told(picture)


def test_the_box_of_a_map_lies_at_the_rules_bounds() -> None:
    """0.42 of 0 to 0.8, on 280 pixels: 147."""
    picture = charts.region(CLAIMS["ultimatum"], PARAMETERS, "r")
    (box,) = re.findall(rf'<path[^>]*fill="{marks.WASH}"[^>]*>', picture)
    assert re.search(r'd="M147,0h133v200h-133Z"', box)


def test_a_rule_that_was_not_found_draws_no_box() -> None:
    picture = charts.region(CLAIMS["signal"] | {"rule_found": False}, PARAMETERS, "r")
    assert marks.WASH not in picture
    assert "The box" not in picture


@pytest.mark.parametrize(
    ("verdict", "word"), [("holds throughout", "holds everywhere"), ("fails throughout", "fails everywhere")]
)
def test_a_map_without_a_boundary_says_so(verdict: str, word: str) -> None:
    assert f">{word}</text>" in charts.region(CLAIMS["over-heads"] | {"verdict": verdict}, PARAMETERS, "r")


def _gridded(**changed) -> dict:
    claim = CLAIMS["premature"]
    return claim | {"map": {**claim["map"], **changed}}


def test_a_region_is_shaded_and_told_with_its_counts() -> None:
    """8 by 8 places: rows at 4, 9.14, 14.3 hold (24); of the rows above 30 ships two columns above 0.04 are undecided (4)."""
    picture = charts.region(_gridded(points=[]), PARAMETERS, "r")
    assert (
        "With every other assumption at our middle value, the claim holds in 24, fails in 36, is undecided in 4 of 64 places"
        in told(picture)
    )
    assert "combinations shown" not in told(picture)
    assert (
        len(re.findall(r'fill="#0b5a70" fill-opacity="0.24"|fill-opacity="0.24"', picture)) == 3
    )  # one a row
    words = re.findall(r"<text[^>]*>([a-z]+)</text>", picture)
    assert words[:2] == ["holds", "fails"]


def test_the_boundary_lies_where_it_was_found() -> None:
    """19 of 4 to 40 ships on 200 pixels: 200 * 21 / 36 = 116.7."""
    picture = charts.region(_gridded(points=[]), PARAMETERS, "r")
    (line,) = re.findall(rf'<path[^>]*d="M0,116\.7[^"]*"[^>]*stroke="{marks.INK}"[^>]*>', picture)
    assert re.search(r"L280,116\.7", line)


def test_undecided_places_are_hatched_and_never_left_blank() -> None:
    hatched = charts.region(_gridded(points=[], boundary=[]), PARAMETERS, "r")
    claim = _gridded(points=[], boundary=[])
    decided = {
        **claim["map"]["grid"],
        "holds": [[v or 0 for v in row] for row in claim["map"]["grid"]["holds"]],
    }
    plain = charts.region(_gridded(points=[], boundary=[], grid=decided), PARAMETERS, "r")
    assert hatched.count("<line") > plain.count("<line")
    assert "undecided" not in told(plain)


def test_points_on_a_region_are_fewer_and_still_counted() -> None:
    picture = charts.region(_gridded(), PARAMETERS, "r")
    assert "Of 90 combinations shown, in which all others vary too, the claim holds in" in told(picture)


@pytest.mark.parametrize(
    ("drawn", "able"),
    [
        ({"points": []}, False),
        ({"points": [[0.5, 0.5, 1]]}, True),
        ({"grid": None, "boundary": None, "points": None}, False),
        ({"grid": {"x": [0.2, 0.6], "y": [0.1, 0.9], "holds": [[1, 0], [None, 1]]}}, True),
    ],
)
def test_either_part_may_be_absent(drawn: dict, able: bool) -> None:
    claim = CLAIMS["signal"] | {"map": {"x": "likeness", "y": "prior_firm", **drawn}}
    assert charts.drawable(claim) is able
    assert charts.region(claim, PARAMETERS, "r").startswith("<svg")
    assert not charts.drawable(CLAIMS["signal"] | {"map": None})


@pytest.mark.parametrize("points", [[], [[0.5, 0.5, 1]], [[0.5, 0.5, None]] * 3])
def test_few_points_make_a_picture_too(points: list) -> None:
    claim = CLAIMS["signal"] | {"map": {"x": "unknown_a", "y": "unknown_b", "points": points}}
    assert charts.region(claim, PARAMETERS, "r").startswith("<svg")
