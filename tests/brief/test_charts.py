"""The pictures: valid Vega-Lite, the same bytes each time, small, and true to the numbers they were given."""

from __future__ import annotations

import re

import altair as alt
import fixture
import pytest
from markup import Page

from detente.brief import charts, marks, sentences

PARAMETERS = sentences.Parameters(fixture.PARAMETERS)
CLAIMS = {claim["id"]: claim for claim in fixture.claims()}
LIKENESS, BAN = PARAMETERS.row("likeness"), PARAMETERS.row("ban_cost")
EVENT_ROWS = [{"title": "Sign", "low": 0.1, "mean": 0.3, "high": 0.6, "p10": 0.2, "p90": 0.5}]


def _drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """Every specification that is drawn from now on."""
    seen: list[dict] = []
    make = marks.specification

    def record(*given):
        seen.append(make(*given))
        return seen[-1]

    monkeypatch.setattr(marks, "specification", record)
    return seen


def _all() -> list[str]:
    flips = [{"parameter": "likeness", "base": 0.56, "at": 0.41}]
    return [
        *(charts.region(claim, PARAMETERS, f"r{n}") for n, claim in enumerate(CLAIMS.values())),
        charts.strip(LIKENESS, 0.56, flips, True, "s1"),
        charts.strip(
            BAN, 0.012, [{"at": 0.03, "holds": "above"}, {"at": 0.005, "holds": "below"}], False, "s2"
        ),
        charts.assumption(LIKENESS, [("1", 0.41), ("3", 0.415), ("7", 0.8)], "a1"),
        charts.outcomes("War", EVENT_ROWS, "o1"),
    ]


def test_altair_accepts_every_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = _drawn(monkeypatch)
    _all()
    assert len(seen) == 11
    for specification in seen:
        alt.LayerChart.from_dict(specification, validate=True)


def test_the_same_picture_has_the_same_bytes_and_its_own_ids() -> None:
    assert _all() == _all()
    ids = re.findall(r' id="([^"]*)"', "".join(_all()))
    assert len(ids) == len(set(ids))


def test_pictures_fit_a_narrow_page_and_are_small() -> None:
    for picture in _all():
        (svg,) = Page(picture).all("svg")
        assert int(svg.attributes["width"]) <= 358  # 390 px less two margins of 16
        assert len(picture) < 40_000
        assert set(re.findall(r'font-size="(\d+)px"', picture)) <= {"12"}
        assert not re.search(r"\d\.\d\d", re.sub(r'aria-label="[^"]*"|<text.*?</text>', "", picture))


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
    label = Page(picture).all("svg")[0].attributes["aria-label"]
    assert (
        f"holds in {sides.count(True)}, fails in {sides.count(False)}, is undecided in {sides.count(None)}"
        in label
    )
    assert "The box is where share of a deal that can be carried out without Ondara is above 0.42" in label


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


@pytest.mark.parametrize(
    ("base", "flips", "holds", "sides"),
    [
        (0.56, [{"at": 0.41}], True, ["fails", "holds"]),
        (0.56, [{"at": 0.41}], False, ["holds", "fails"]),
        (0.3, [{"at": 0.41}], True, ["holds", "fails"]),
        (0.3, [{"at": 0.41}], None, ["as now", "flips"]),
        (
            0.5,
            [{"at": 0.41, "holds": "above"}, {"at": 0.7, "holds": "below"}],
            True,
            ["fails", "holds", "fails"],
        ),
        (
            0.5,
            [{"at": 0.41, "holds": "below"}, {"at": 0.7, "holds": "above"}],
            False,
            ["holds", "fails", "holds"],
        ),
    ],
)
def test_each_side_of_a_flip_is_named(base: float, flips: list, holds: bool | None, sides: list[str]) -> None:
    picture = charts.strip(LIKENESS, base, flips, holds, "s")
    named = re.findall(r"<text[^>]*>(holds|fails|as now|flips)</text>", picture)
    assert named == sides


def test_a_logarithmic_range_is_drawn_as_one() -> None:
    """0.01 is halfway from 0.002 to 0.05 on that scale: pixel 120 of 240."""
    picture = charts.strip(BAN, 0.02, [{"at": 0.01}], True, "s")
    assert "translate(120,14)" in picture


def test_numbers_that_would_touch_are_left_out_and_the_flip_never_is() -> None:
    picture = charts.strip(LIKENESS, 0.415, [{"at": 0.41}], True, "s")
    texts = re.findall(r"<text[^>]*>([0-9.]+)</text>", picture)
    assert "0.41" in texts
    assert "0.415" not in texts


def test_claims_that_flip_near_one_another_share_a_label() -> None:
    picture = charts.assumption(LIKENESS, [("1", 0.41), ("3", 0.412), ("1", 0.414), ("7", 0.8)], "a")
    assert re.findall(r"<text[^>]*>([^<]*)</text>", picture) == ["1, 3", "7"]
    many = charts.assumption(LIKENESS, [(str(n), 0.3 + n / 100) for n in range(20)], "a")
    assert re.findall(r"<text[^>]*>([^<]*)</text>", many) == ["20 claims"]


def test_words_in_a_picture_are_escaped() -> None:
    rows = [EVENT_ROWS[0] | {"title": '<b onclick="x()">&'}]
    picture = charts.outcomes('"><script>', rows, "o")
    page = Page(picture)
    assert not page.all("b", "script")
    assert '<b onclick="x()">&' in page.all("svg")[0].text


@pytest.mark.parametrize("points", [[], [[0.5, 0.5, 1]], [[0.5, 0.5, None]] * 3])
def test_few_points_make_a_picture_too(points: list) -> None:
    claim = CLAIMS["signal"] | {"map": {"x": "unknown_a", "y": "unknown_b", "points": points}}
    assert charts.region(claim, PARAMETERS, "r").startswith("<svg")
