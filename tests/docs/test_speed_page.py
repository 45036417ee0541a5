"""The page about speed shows what was measured: its tables are those of the kept results, and its results are whole."""

from __future__ import annotations

import json
import math
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))
import render  # noqa: E402

RESULTS = render.load()
CONTRACT = {"work", "peer", "peer_version", "ours", "theirs", "unit", "ratio", "equal", "verified"}


def test_the_page_is_what_the_results_say() -> None:
    text = render.PAGE.read_text(encoding="utf-8")
    assert set(RESULTS) >= {"solver", "families", "unknowns"}
    assert render.page(text, RESULTS) == text, "run: python benchmarks/render.py"


def test_a_changed_number_changes_the_page() -> None:
    changed = json.loads(json.dumps(RESULTS))
    next(r for r in changed["solver"]["rows"] if r["ratio"])["ratio"] = 123456.0
    text = render.PAGE.read_text(encoding="utf-8")
    assert "123456x" in render.page(text, changed)


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_results_have_the_shape_of_the_contract(name: str) -> None:
    result = RESULTS[name]
    assert {"processor", "cores", "python"} <= set(result["machine"])
    assert result["rows"]
    for row in result["rows"]:
        assert set(row) >= CONTRACT, row["work"]
        assert isinstance(row["verified"], bool)
        if row["theirs"] is None:
            assert row["ratio"] is None
            assert row.get("why_not") or row["peer_version"] is None
        elif row["ours"]:
            better = (
                row["ours"] / row["theirs"] if "per second" in row["unit"] else row["theirs"] / row["ours"]
            )
            assert math.isclose(row["ratio"], better, rel_tol=0.05, abs_tol=0.06), row["work"]


def test_the_chart_has_a_point_for_every_size() -> None:
    drawn = render.points(RESULTS["families"])
    spec = render.chart(RESULTS["families"]).to_dict()
    assert spec["data"]["values"] == drawn
    sizes = {(r["family"], r["nodes"]) for r in RESULTS["families"]["rows"] if r["ours"] is not None}
    assert {(p["family"], p["nodes"]) for p in drawn if p["who"].startswith("detente")} == sizes
    picture = ElementTree.parse(render.CHART).getroot()
    assert picture.tag.endswith("svg")
    words = "".join(picture.itertext())
    assert all(family in words for family, _ in sizes)
