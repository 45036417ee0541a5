"""Range sets side by side, on a game whose shares are areas: x above c, with x and c uniform."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from closed_forms import appeasement

from detente.errors import BadInput
from detente.explore import test as run
from detente.explore.sampling.designs import FromFile, Grid
from detente.scenario import Scenario, read_scenario, scenario_from_text

FILE = Path(__file__).with_name("threshold.yaml")


def area(x: tuple[float, float], c: tuple[float, float]) -> float:
    """The share of x > c for uniform ranges: the mean over x of the share of c below it, piecewise quadratic."""

    def below(t: float) -> Fraction:  # the integral of the share of c below s, for s from minus infinity to t
        low, high = Fraction(str(c[0])), Fraction(str(c[1]))
        s = Fraction(str(t))
        if s <= low:
            return Fraction(0)
        inner = min(s, high)
        return (inner - low) ** 2 / (2 * (high - low)) + max(s - high, Fraction(0))

    return float((below(x[1]) - below(x[0])) / (Fraction(str(x[1])) - Fraction(str(x[0]))))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_scenario(FILE)


@pytest.fixture(scope="module")
def record(scenario: Scenario) -> dict:
    return run(scenario, draws=1024, ranges="all").record()


def claims(found: dict) -> dict:
    return {c["id"]: c for c in found["claims"]}


def test_the_areas_are_right() -> None:
    assert area((0, 1), (0, 1)) == 0.5
    assert area((0.2, 0.6), (0, 0.4)) == 0.875
    assert area((0.5, 1), (0, 0.4)) == 1


def test_each_set_has_its_exact_shares_within_the_stated_intervals(record: dict) -> None:
    first, second = record["range_sets"]
    assert (first["id"], first["title"], second["id"]) == ("first", "Analyst A", "second")
    exact = {
        "own": {"goes": 0.5, "stays": 0.5, "small": 0.5},
        "first": {"goes": 0.875, "stays": 0.125, "small": 0.75},
        "second": {"goes": 1, "stays": 0, "small": 0},
    }
    for name, told in (("own", record), ("first", first), ("second", second)):
        for claim, share in exact[name].items():
            found = claims(told)[claim]
            assert found["share"] == pytest.approx(share, abs=0.012)
            low, high = found["share_interval"]
            assert (
                low - 1e-3 <= share <= high + 1e-3
            )  # a threshold on one parameter is met exactly, without width
    assert claims(second)["goes"]["verdict"] == "holds throughout"
    assert claims(second)["stays"]["verdict"] == "fails throughout"
    assert claims(first)["goes"]["verdict"] == "holds if"
    assert "in the set first" in first["measure"]
    assert "own range" in record["measure"]
    assert record["ranges"] is None
    assert first["policies"][0]["id"] == "firm"
    assert first["policies"][0]["regret"]["A"]["max"] == pytest.approx(0.6, abs=0.02)  # x 0.6, c 0
    assert second["policies"][0]["regret"]["A"]["max"] == pytest.approx(1, abs=0.02)


def test_what_analysts_disagree_about_and_which_range_it_is(record: dict) -> None:
    told = {d["claim"]: d for d in record["disagreements"]}
    assert set(told) == {"goes", "stays", "small"}
    for claim in ("goes", "stays"):
        d = told[claim]
        assert (d["kind"], d["between"]) == ("verdict", ["first", "second"])
        # c is alike, z does not matter to any claim: x alone is left, and it turns the verdict
        assert [(s["parameter"], s["turns"]) for s in d["swaps"]] == [("x", True)]
        assert "the range of x alone turns the verdict of Analyst A into that of Analyst B" in d["text"]
    assert told["small"]["kind"] == "share"
    assert told["small"]["swaps"][0]["share"] == 0


def test_a_swap_has_the_exact_share_of_the_crossed_ranges(scenario: Scenario) -> None:
    """Own ranges against the second set: x and c differ, and neither alone turns the verdict."""
    record = run(scenario, draws=1024, only="goes", ranges=["second"]).record()
    (d,) = record["disagreements"]
    assert d["between"] == ["own", "second"]
    got = {s["parameter"]: s for s in d["swaps"]}
    assert got["x"]["share"] == pytest.approx(area((0.5, 1), (0, 1)), abs=0.02)
    assert got["c"]["share"] == pytest.approx(area((0, 1), (0, 0.4)), abs=0.02)
    assert not got["x"]["turns"]
    assert not got["c"]["turns"]
    assert d["swaps"][0]["parameter"] == "c"  # 0.8 against 0.75
    assert "no single range turns the verdict; the range of c moves the share most" in d["text"]


def test_swaps_beyond_the_most_are_left_out_and_said(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("detente.explore.range_sets.MOST_SWAPS", 1)
    (d,) = run(scenario, draws=64, only="goes", ranges=["second"]).record()["disagreements"]
    assert len(d["swaps"]) == 1
    assert list(d["not_tried"]) == ["c"]
    assert "1 other range" in d["text"]


def test_sets_that_agree_are_said_to_agree(scenario: Scenario) -> None:
    text = FILE.read_text(encoding="utf-8").split("range_sets:")[0]
    same = "range_sets:\n  same: {title: The same, because: no view of z, parameters: {z: {range: [0.4, 0.6]}}}\n"
    record = run(scenario_from_text(text + same), draws=256, ranges="all").record()
    assert record["disagreements"] == []
    assert claims(record["range_sets"][0])["goes"]["share"] == pytest.approx(0.5, abs=0.03)


def test_crossed_ranges_that_cannot_be_together_are_said_not_raised() -> None:
    text = FILE.read_text(encoding="utf-8").split("range_sets:")[0] + (
        "constraints: [x - c < 0.75]\nrange_sets:\n"
        "  low: {title: Low, because: x, parameters: {x: {range: [0, 0.2]}, c: {range: [0, 0.1]}}}\n"
        "  high: {title: High, because: x, parameters: {x: {range: [0.8, 1]}, c: {range: [0.5, 0.7]}}}\n"
    )
    record = run(scenario_from_text(text), draws=256, only="small", ranges=["low", "high"]).record()
    (d,) = record["disagreements"]
    assert d["between"] == ["low", "high"]
    assert "do not go together" in d["not_tried"]["x"]  # x 0.9 with c 0.05 breaks the constraint


def test_one_set_in_place_of_the_own_ranges(scenario: Scenario) -> None:
    alone = run(scenario, draws=256, ranges="first")
    direct = run(scenario.with_ranges("first"), draws=256)
    assert alone.record() == direct.record()
    assert alone.record()["ranges"] == "first"
    assert "range_sets" not in alone.record()
    assert alone.study.digest != run(scenario, draws=8, search="quick").study.digest


def test_the_same_seed_for_all_and_the_same_bytes_again(scenario: Scenario) -> None:
    one, two = (run(scenario, draws=128, seed=3, ranges=["second", "first"]).record() for _ in range(2))
    assert one == two
    assert [s["id"] for s in one["range_sets"]] == ["second", "first"]
    assert all("seed 3" in s["measure"] for s in one["range_sets"])


def test_names_and_studies_that_have_none(scenario: Scenario) -> None:
    with pytest.raises(BadInput, match=r"no such range set.*Did you mean 'first'"):
        run(scenario, draws=8, ranges=["frist"])
    with pytest.raises(BadInput, match="part of a scenario"):
        run(appeasement(), draws=8, ranges="all")
    bare = scenario_from_text(FILE.read_text(encoding="utf-8").split("range_sets:")[0])
    with pytest.raises(BadInput, match="has no range sets"):
        run(bare, draws=8, ranges="all")


# any design for a test


def test_a_grid_counts_its_own_points_exactly_and_claims_no_interval(scenario: Scenario) -> None:
    record = run(scenario, design=Grid({"x": 11, "c": 10})).record()
    assert record["draws"] == 110
    assert record["design"]["kind"] == "grid"
    small = claims(record)["small"]
    assert small["share"] == pytest.approx(6 / 11)
    assert small["share_interval"] is None
    above = sum(i / 10 > j / 9 for i in range(11) for j in range(10))
    ties = sum(i * 9 == j * 10 for i in range(11) for j in range(10))  # at a tie A goes half of the time
    assert claims(record)["goes"]["share"] == pytest.approx(above / 110)
    assert claims(record)["stays"]["share"] == pytest.approx((110 - above - ties) / 110)


def test_a_file_is_counted_row_by_row(scenario: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "draws.csv"
    path.write_text("id,x,c\n" + "".join(f"{i},{i / 100},{(i * 37 % 100) / 100}\n" for i in range(100)))
    record = run(scenario, design=FromFile(path)).record()
    assert record["draws"] == 100
    assert claims(record)["small"]["share"] == pytest.approx(0.51)
    assert claims(record)["goes"]["share"] == pytest.approx(sum(i > i * 37 % 100 for i in range(100)) / 100)
    assert claims(record)["goes"]["share_interval"] is None
    assert "rows of draws.csv" in record["measure"]


def test_latin_draws_have_intervals_by_hypercube(scenario: Scenario) -> None:
    record = run(scenario, draws=1024, design="latin", only="goes").record()
    found = claims(record)["goes"]
    low, high = found["share_interval"]
    assert low < found["share"] < high
    assert found["share"] == pytest.approx(0.5, abs=0.04)
    assert record["design"] == {"kind": "latin", "replicates": 8}
    with pytest.raises(BadInput, match="no such design"):
        run(scenario, design="latim")


def test_a_correlation_changes_the_digest_and_the_exact_share() -> None:
    """x > c with x, c uniform on [0, 1] has a share of one half whatever the correlation; x + c < 1/2 has not."""
    text = FILE.read_text(encoding="utf-8").replace("x <= 0.5", "x < 0.5 and c < 0.5")
    tied = text + "correlated:\n  - {between: [x, c], rank: 0.6, because: one cause}\n"
    plain, together = scenario_from_text(text), scenario_from_text(tied)
    one, two = run(plain, draws=2048, only="small"), run(together, draws=2048, only="small")
    assert one.study.digest != two.study.digest
    assert together.game.correlated
    assert claims(one.record())["small"]["share"] == pytest.approx(0.25, abs=0.01)
    corner = 0.25 + math.asin(2 * math.sin(math.pi * 0.6 / 6)) / (2 * math.pi)
    assert claims(two.record())["small"]["share"] == pytest.approx(corner, abs=0.01)
    assert "rank correlations of x and c 0.6" in two.record()["measure"]
    # the strength counts, not only that there is one
    weaker = scenario_from_text(tied.replace("rank: 0.6", "rank: 0.5"))
    assert run(weaker, draws=8, search="quick").study.digest != two.study.digest


@pytest.mark.parametrize("design", [Grid({"p": 20, "b": 20}), "latin"], ids=["grid", "latin"])
def test_finished_chunks_are_used_again(tmp_path: Path, design: Any) -> None:
    study = appeasement()
    first = run(study, draws=400, design=design, out=tmp_path).record()
    files = {p: p.stat().st_mtime_ns for p in (tmp_path / "chunks").iterdir()}
    again = run(study, draws=400, design=design, out=tmp_path, resume=True).record()
    assert again == first
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "chunks").iterdir()} == files


@pytest.mark.slow
@pytest.mark.parametrize("design", [Grid({"p": 20, "b": 20}), "latin"], ids=["grid", "latin"])
def test_the_number_of_workers_changes_nothing(design: Any) -> None:
    assert run(appeasement(), draws=400, design=design, workers=2).record() == run(
        appeasement(), draws=400, design=design
    ).record()  # fmt: skip
