"""Pictures of flips: one assumption, one claim, all claims."""

from __future__ import annotations

import re

import fixture
import pytest
from markup import Page

from detente.brief import charts, sentences
from detente.brief.charts.axis import in_lines, moved

PARAMETERS = sentences.Parameters(fixture.PARAMETERS)
CLAIMS = {claim["id"]: claim for claim in fixture.claims()}
LIKENESS, BAN = PARAMETERS.row("likeness"), PARAMETERS.row("ban_cost")


def told(picture: str) -> str:
    return Page(picture).all("desc")[0].text


def texts(picture: str) -> list[str]:
    return [e.text for e in Page(picture).all("text")]


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


def _claim(flips: list[tuple[str, float, float]], holds: bool | None = True) -> dict:
    rows = [{"parameter": name, "base": base, "at": at} for name, base, at in flips]
    return {"text": "It does", "flips": rows, "holds_at_base": holds, "binding": None}


def test_a_tornado_has_the_nearest_first_and_bars_both_ways() -> None:
    """0.56 to 0.41 and to 0.8 of 0.1 to 0.9: 0.19 and 0.3 of the range; 0.5 to 0.32 of the same: 0.22."""
    claim = _claim([("prior_firm", 0.5, 0.32), ("likeness", 0.56, 0.8), ("likeness", 0.56, 0.41)])
    picture = charts.tornado(claim, PARAMETERS, 0.5, "t")
    assert told(picture) == (
        "At our middle values the claim holds. It fails once one of these moves alone, the nearest first: "
        "likeness of this case to the next (ours 0.56) goes below 0.41, 0.19 of its range away or above 0.8, 0.3 of its range away; "
        "prior belief that the defenders are firm (ours 0.5) goes below 0.32, 0.22 of its range away."
    )
    bars = re.findall(r'd="M([\d.]+),[\d.]+h([\d.]+)v10h-[\d.]+Z"[^>]*fill="#0b5a70"', picture)
    assert [(float(x), float(w)) for x, w in bars] == [(78.1, 46.9), (125, 75), (68.8, 56.2)]
    assert [t for t in texts(picture) if re.fullmatch(r"[\d.]+", t)] == ["0.41", "0.32", "0.8"]


def test_a_tornado_measures_a_logarithmic_range_on_its_logarithm() -> None:
    assert moved(BAN, 0.01, 0.05) == pytest.approx(0.5)
    assert moved(BAN, 0.01, 0.002) == pytest.approx(-0.5)
    assert moved(LIKENESS, 0.5, 0.3) == pytest.approx(-0.25)


def test_a_tornado_says_how_many_assumptions_it_leaves_out() -> None:
    names = ["likeness", "prior_firm", "carry_out", "aims_wide", "war_cost", "escorts", "ban_cost"]
    claim = _claim([(n, PARAMETERS.row(n)["base"], PARAMETERS.row(n)["low"]) for n in names], None)
    picture = charts.tornado(claim, PARAMETERS, 1.0, "t")
    assert "It changes sides once" in told(picture)
    assert told(picture).endswith("1 other assumption farther away.")


def test_nothing_flips_nothing_is_drawn() -> None:
    assert charts.tornado(_claim([]), PARAMETERS, 0.5, "t") is None
    assert charts.tornado({"text": "x"}, PARAMETERS, 0.5, "t") is None


def test_all_tornados_of_a_page_have_one_scale() -> None:
    """The farthest flip drawn: 0.08 of 0 to 0.8 from 0.3, 0.275; and no less than a quarter of a range."""
    near, far = _claim([("carry_out", 0.3, 0.31)]), _claim([("carry_out", 0.3, 0.08)])
    assert charts.tornado_reach([near, far], PARAMETERS) == pytest.approx(0.275)
    assert charts.tornado_reach([near], PARAMETERS) == 0.25


def test_distances_name_the_nearest_and_hide_none() -> None:
    rows = [
        {"number": 1, "text": "One", "alone": 0.31, "together": None, "parameter": "patience"},
        {"number": 2, "text": "Two", "alone": None, "together": None, "parameter": None},
        {"number": 3, "text": "Three", "alone": 0.12, "together": 0.1, "parameter": "likeness"},
        {"number": 4, "text": "Four", "alone": None, "together": 0.44, "parameter": None},
    ]
    picture = charts.distances(rows, 0.5, "How far", "hold", "d")
    assert told(picture) == (
        "2 of 4 claims hold when one assumption moves alone. The nearest is claim 3: 0.12 of its range, likeness. "
        "In widths of a range: claim 3 0.12, claim 1 0.31. "
        "By several assumptions together, in the length of the joint change: claim 3 0.1, claim 4 0.44. "
        "No flip was found for claim 2."
    )
    shown = [t for t in texts(picture) if "\u00a0" in t]
    assert shown == ["3.\u00a0Three", "1.\u00a0One", "4.\u00a0Four", "2.\u00a0Two"]
    assert "none found" in texts(picture)


def test_long_names_are_broken_and_cut_with_a_sign() -> None:
    assert in_lines("Belief that the defender holds on", 120) == ["Belief that the", "defender holds on"]
    lines = in_lines("word " * 40, 120)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(len(line) <= 20 for line in in_lines("x" * 500, 120))
    assert in_lines("", 120) == [""]
