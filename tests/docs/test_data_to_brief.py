"""The how-to from data to a brief: its table is made, fitted, named in its scenario, tested and briefed, in that order."""

from __future__ import annotations

import csv
import json
import os
import zipfile
from pathlib import Path

import pytest
from doc_blocks import ROOT, blocks, run_python, run_shell

pytest.importorskip("formulaic", reason="formulaic is not installed (extra: estimate)")

PAGE = ROOT / "docs" / "how-to" / "from-data-to-brief.md"


def test_the_page_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    printed = ""
    for language, text in blocks(PAGE):
        if language == "python":
            run_python(text, {"__name__": "docs"}, PAGE.name)
        elif language == "yaml":
            Path("disputes.yaml").write_text(text, encoding="utf-8")
        else:
            printed += run_shell(text)
    fit = json.loads(Path("disputes.json").read_text(encoding="utf-8"))
    assert fit["n"] == 600
    truth = dict(zip((c["name"] for c in fit["coefficients"]), (-0.5, -1.0, 0.8, 1.2, -1.6), strict=True))
    for c in fit["coefficients"]:
        assert abs(c["estimate"] - truth[c["name"]]) < 3.3 * c["se"]
    with open("brief-disputes/assumptions.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert {name for name, row in rows.items() if row["origin"] == "measured"} == {"u11", "u14", "u24"}
    assert "at ally 1, balance 0.5: " in rows["u24"]["source"]
    assert "(n = 600, ml, agent_logit" in rows["u24"]["source"]
    page = Path("brief-disputes/brief.html").read_text(encoding="utf-8")
    assert "Estimated from data: " in page
    assert "3 ranges from data" in page.lower()
    with zipfile.ZipFile("brief-disputes/replication.zip") as bundle:
        bundle.extractall("again")
    told = json.loads(Path("brief-disputes/brief.json").read_text(encoding="utf-8"))
    os.remove("disputes.json")  # what runs again runs from the archive alone
    monkeypatch.chdir(tmp_path / "again")
    run_shell(told["reproduce"]["command"] + " --out same")
    for name in ("brief.json", "assumptions.csv", "disputes.json", "scenario.yaml"):
        assert (tmp_path / "again" / "same" / name).read_bytes() == (tmp_path / "brief-disputes" / name).read_bytes()  # fmt: skip
    assert "holds" in printed
