"""All pictures: valid Vega-Lite, the same bytes each time, small, told in words, whatever the words in them."""

from __future__ import annotations

import copy
import re
from typing import Any

import altair as alt
import fixture
import pytest
from markup import Page

from detente.brief import charts, marks, sentences

PARAMETERS = sentences.Parameters(fixture.PARAMETERS)
CLAIMS = {claim["id"]: claim for claim in fixture.claims()}
LIKENESS, BAN = PARAMETERS.row("likeness"), PARAMETERS.row("ban_cost")
EVENT_ROWS = [
    {"title": "Sign", "low": 0.1, "mean": 0.3, "high": 0.6, "p10": 0.2, "p90": 0.5},
    {"title": "Go on as now", "as_now": True, "low": 0.0, "mean": 0.42, "high": 1.0},
]
REGRETS = [
    {"title": "Sign", "max": 0.5, "mean": 0.21, "share": 0.28, "dominated": "Refuse"},
    {"title": "Refuse", "max": 0.12, "mean": 0.04, "share": 0.64, "dominated": None},
    {"title": "Wait", "max": 0.3, "mean": None, "share": None, "dominated": None},
]
INDICES = [
    {"parameter": "war_cost", "first": 0.33, "total": 0.38, "first_interval": [0.29, 0.37], "shapley": 0.35},
    {"parameter": "ban_cost", "first": -0.01, "total": 0.02, "total_interval": None, "shapley": None},
]
DISTANCES = [
    {"number": 1, "text": "One", "alone": 0.31, "together": 0.2, "parameter": "patience"},
    {"number": 2, "text": "Two", "alone": None, "together": 0.44, "parameter": None},
    {"number": 3, "text": "Three", "alone": None, "together": None, "parameter": None},
]


def _drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """Every specification that is drawn from now on."""
    seen: list[dict] = []
    make = marks.specification

    def record(*given):
        seen.append(make(*given))
        return seen[-1]

    monkeypatch.setattr(marks, "specification", record)
    return seen


def _all(claims: Any = CLAIMS, title: str = "War") -> list[str]:
    flips = [{"parameter": "likeness", "base": 0.56, "at": 0.41}]
    two = [{"at": 0.03, "holds": "above"}, {"at": 0.005, "holds": "below"}]
    event_rows, regrets, far = copy.deepcopy((EVENT_ROWS, REGRETS, DISTANCES))
    if title != "War":
        event_rows[0]["title"] = regrets[0]["title"] = regrets[0]["dominated"] = far[0]["text"] = title
    found = [
        *(charts.region(claim, PARAMETERS, f"r{n}") for n, claim in enumerate(claims.values())),
        charts.strip(LIKENESS, 0.56, flips, True, "s1"),
        charts.strip(BAN, 0.012, two, False, "s2"),
        charts.assumption(LIKENESS, [("1", 0.41), ("3", 0.415), ("7", 0.8)], "a1"),
        charts.outcomes(title, event_rows, "o1"),
        charts.tornado(claims["ultimatum"], PARAMETERS, 0.5, "t1"),
        charts.distances(far, 0.5, title, "hold", "d1"),
        charts.parallel(claims["signal"], PARAMETERS, "p1"),
        charts.regrets(title, regrets, "g1"),
        charts.influence(title, INDICES, PARAMETERS, 0.5, "i1"),
    ]
    assert None not in found
    return [str(picture) for picture in found]


@pytest.mark.slow
def test_altair_accepts_every_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = _drawn(monkeypatch)
    assert len(_all()) == len(seen) == len(CLAIMS) + 9
    for specification in seen:
        alt.LayerChart.from_dict(specification, validate=True)


def test_a_picture_has_few_layers_because_they_are_what_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = _drawn(monkeypatch)
    _all()
    assert max(len(specification["layer"]) for specification in seen) <= 16


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
        told = r"<title.*?</title>|<desc.*?</desc>|<text.*?</text>|opacity=\"[^\"]*\"|width=\"[^\"]*\""
        assert not re.search(r"\d\.\d\d", re.sub(told, "", picture))


def test_no_word_lies_outside_its_picture() -> None:
    """By the width that a letter has in common fonts."""
    for picture in _all():
        left, _, width, _ = map(float, re.search(r'viewBox="([^"]*)"', picture)[1].split())
        origin = float(re.search(r'transform="translate\(([\d.]+),', picture)[1])
        for attributes, x, text in re.findall(
            r'<text([^>]*?)transform="translate\(([-\d.]+),[-\d.]+\)"[^>]*>([^<]*)<', picture
        ):
            wide, at = 5.6 * len(text), float(x) + origin
            start = at - (wide / 2 if "middle" in attributes else wide if "end" in attributes else 0)
            assert start >= left - 4, (text, start)
            assert start + wide <= left + width + 6, (text, start + wide)


def test_every_picture_is_told_in_words_and_numbers() -> None:
    for picture in _all():
        page = Page(picture)
        (svg,) = page.all("svg")
        named, told = (page.having(id=id)[0] for id in svg.attributes["aria-labelledby"].split())
        assert svg.attributes["role"] == "img"
        assert (named.tag, told.tag) == ("title", "desc")
        assert named.text.strip()
        assert re.search(r"\d", told.text), told.text
        assert not re.search(r"\b(?:chart|graph|picture|plot) of\b", told.text)


@pytest.mark.parametrize(
    "poison",
    [
        '"><script>alert(1)</script>',
        '<b onclick="x()">&',
        "\x00\x1b\ufffe ends",
        "]]></desc></svg>",
        'url(#a) x="1.2345"',
        "x" * 400,
        "long words " * 60,
    ],
)
def test_whatever_is_said_in_a_picture_is_text(poison: str) -> None:
    """Words may take more lines, and what is hatched then lies elsewhere; nothing else changes."""
    claims = {id: {**claim, "text": poison} for id, claim in CLAIMS.items()}
    for plain, picture in zip(_all(), _all(claims, poison), strict=True):
        before, after = Page(plain), Page(picture)
        tags = [[e.tag for e in page.elements if e.tag not in ("text", "line")] for page in (before, after)]
        assert tags[0] == tags[1]
        assert [n for e in after.elements for n in e.attributes if n.startswith("on")] == []
        assert int(after.all("svg")[0].attributes["width"]) <= 358


def test_words_are_drawn_as_they_were_given() -> None:
    poison = '<b> "url(#a)" & x="1.25"'
    picture = charts.outcomes("War", [EVENT_ROWS[0] | {"title": poison}], "o")
    assert poison in [e.text for e in Page(picture).all("text")]
