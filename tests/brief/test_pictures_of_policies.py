"""Rules, regrets, events under policies, and what moves an event: each says what it shows, and copes with what is absent."""

from __future__ import annotations

import re

import fixture
from markup import Page

from detente.brief import charts, marks, sentences

PARAMETERS = sentences.Parameters(fixture.PARAMETERS)
CLAIMS = {claim["id"]: claim for claim in fixture.claims()}


def told(picture: str) -> str:
    return Page(picture).all("desc")[0].text


def texts(picture: str) -> list[str]:
    return [e.text for e in Page(picture).all("text")]


def test_a_rule_parts_the_combinations_and_the_counts_are_those_drawn() -> None:
    picture = charts.parallel(CLAIMS["signal"], PARAMETERS, "p")
    rows = CLAIMS["signal"]["parallel"]["rows"][:60]
    inside = [r for r in rows if r[0] >= 0.41 and r[1] >= 0.32]
    counts = [sum(r[-1] == side for r in inside) for side in (1, 0)]
    rest = [sum(r[-1] == side for r in rows) - n for side, n in zip((1, 0), counts, strict=True)]
    assert told(picture) == (
        "The rule: it holds if likeness of this case to the next is above 0.41 and prior belief that the defenders are firm is above "
        f"0.32. Of 60 combinations drawn, {counts[0]} inside the rule hold and {counts[1]} fail; outside it {rest[0]} hold and "
        f"{rest[1]} fail. 1 combination is undecided."
    )
    assert (
        len(re.findall(rf'<path[^>]*stroke="{marks.ACCENT}"[^>]*stroke-width="1.25"', picture))
        == counts[0] + rest[0]
    )
    assert picture.count('stroke-dasharray="4,3"') == counts[1] + rest[1]
    assert picture.count('stroke-dasharray="1,3"') == 1
    assert {"0.41", "0.32"} <= set(texts(picture))


def test_a_rule_for_where_it_fails_is_hatched_and_called_so() -> None:
    fails = {"rule": [{"parameter": "likeness", "low": None, "high": 0.4}], "rule_found": True}
    picture = charts.parallel(CLAIMS["signal"] | {"rule_found": False, "fails_rule": fails}, PARAMETERS, "p")
    assert told(picture).startswith("The rule: it fails if likeness of this case to the next is below 0.4.")
    assert 'fill-opacity="0.25"' not in picture


def test_without_a_rule_or_draws_there_is_no_picture_of_one() -> None:
    signal = CLAIMS["signal"]
    one = {"parameters": ["likeness"], "ends": [[0, 1]], "rows": [[0.5, 1]]}
    for absent in ({"parallel": None}, {"rule_found": False}, {"rule": []}, {"parallel": one}):
        assert charts.parallel(signal | absent, PARAMETERS, "p") is None
    without = {k: v for k, v in signal["parallel"].items() if k != "ends"}
    assert charts.parallel(signal | {"parallel": without}, PARAMETERS, "p")


REGRETS = [
    {"title": "Sign", "max": 0.5, "mean": 0.21, "share": 0.28, "dominated": "Refuse"},
    {"title": "Refuse", "max": 0.12, "mean": 0.04, "share": 0.64, "dominated": None},
    {"title": "Wait", "max": 0.3, "mean": None, "share": None, "dominated": None},
]


def test_regrets_name_the_least_and_mark_what_is_dominated() -> None:
    picture = charts.regrets("Ondara", REGRETS, "g")
    assert told(picture) == (
        "For Ondara “Refuse” has the smallest largest regret, 0.12; “Sign” the largest, 0.5. "
        "Sign: largest 0.5, mean 0.21, good enough in 28 in 100 combinations, never better than “Refuse”. "
        "Refuse: largest 0.12, mean 0.04, good enough in 64 in 100 combinations. Wait: largest 0.3, mean –."
    )
    assert {"0.5", "0.21", "28 in 100", "64 in 100"} <= set(texts(picture))
    assert "never better than “Refuse”" in " ".join(texts(picture))
    # the more is given up, the darker: 0.5 of 0.5, 0.3, 0.21, 0.12, 0.04
    shades = re.findall(rf'fill="{marks.ACCENT}" fill-opacity="([\d.]+)"', picture)
    assert sorted(set(map(float, shades))) == [0.04, 0.14, 0.25, 0.36, 0.48]


def test_regrets_without_shares_have_no_column_for_them_and_without_any_no_picture() -> None:
    plain = [{k: v for k, v in row.items() if k != "share"} for row in REGRETS]
    assert "enough in" not in texts(charts.regrets("Ondara", plain, "g"))
    assert charts.regrets("Ondara", [{"title": "Sign", "max": None}], "g") is None
    assert charts.regrets("Ondara", [], "g") is None
    assert "largest regret of “Sign” is 0 " not in told(
        charts.regrets("O", [{"title": "Sign", "max": 0.0}], "g")
    )


ROWS = [
    {"title": "Sign", "low": 0.1, "mean": 0.3, "high": 0.6, "p10": 0.2, "p90": 0.5},
    {"title": "Go on as now", "as_now": True, "low": 0.0, "mean": 0.42, "high": 1.0},
]


def test_an_events_fan_has_its_ends_where_they_are() -> None:
    """On 280 pixels: 0.1 to 0.6 is 28 to 168, 0.2 to 0.5 is 56 to 140."""
    picture = charts.outcomes("War", ROWS, "o")
    assert 'd="M28,19.5h140v9h-140Z"' in picture
    assert 'd="M56,19.5h84v9h-84Z"' in picture
    assert told(picture) == (
        "On average most often under “Go on as now” (0.42), least under “Sign” (0.3). "
        "Sign: mean 0.3, eight tenths of the combinations 0.2 to 0.5, all 0.1 to 0.6; Go on as now: mean 0.42, all 0 to 1."
    )
    same = [row | {"mean": 0.3} for row in ROWS]
    assert told(charts.outcomes("War", same, "o")).startswith("On average 0.3 under every policy.")


def test_bars_of_no_width_are_seen() -> None:
    picture = charts.outcomes("War", [{"title": "Sign", "low": 0.0, "mean": 0.0, "high": 0.0}], "o")
    assert 'h2v9h-2Z"' in picture


def test_influence_shows_intervals_where_there_are_any() -> None:
    rows = [
        {"parameter": "war_cost", "first": 0.33, "total": 0.38, "first_interval": [0.29, 0.37],
         "total_interval": [0.34, 0.42], "shapley": 0.35, "shapley_interval": [0.3, 0.4]},
        {"parameter": "ban_cost", "first": -0.01, "total": 0.02},
    ]  # fmt: skip
    picture = charts.influence("War", rows, PARAMETERS, 0.5, "i")
    assert told(picture) == (
        "War varies most with cost of war to Karvia: alone it accounts for 0.33 of the variance, with others for 0.38. "
        "Cost of war to Karvia: alone 0.33 (0.29 to 0.37), in all 0.38 (0.34 to 0.42), Shapley effect 0.35 (0.3 to 0.4); "
        "Cost of the trade ban to the League: alone −0.01, in all 0.02."
    )
    bare = [{k: v for k, v in rows[0].items() if k in ("parameter", "first", "total")}]
    null = [rows[0] | dict.fromkeys(("first_interval", "total_interval", "shapley", "shapley_interval"))]
    drawn = charts.influence("War", bare, PARAMETERS, 0.5, "i")
    assert drawn == charts.influence("War", null, PARAMETERS, 0.5, "i")
    assert picture.count("<line") > drawn.count("<line")


def test_influence_has_one_scale_for_a_page() -> None:
    assert charts.influence_reach([{"first": 0.1, "total": 0.2}]) == 0.25
    assert charts.influence_reach([{"first": 0.1, "total": 0.2, "total_interval": [0.1, 0.3]}]) == 0.5
    assert charts.influence_reach([{"first": 0.9, "total": 1.2, "shapley_interval": [None, None]}]) == 1.0
